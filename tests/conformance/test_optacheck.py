"""The OptaCheck connector passes the conformance suite, however a server reads what the document leaves open."""

from __future__ import annotations

from typing import ClassVar

from connectors.conformance import ConnectorSuite, HttpBench
from connectors.contract import Verb
from connectors.optacheck import MANIFEST
from connectors.optacheck.sandbox import Reading, Sandbox
from connectors.optacheck.wire import raw_hash
from connectors.task import Person


def bench(reading: str = "", **more: object) -> HttpBench:
    """A sandbox that reads the document in some way."""
    return HttpBench(
        manifest=MANIFEST,
        sandbox=lambda: Sandbox(Reading.parse(reading)),
        more=more,
        wrong={"password": "wrong"},
        plant=lambda sandbox, title: sandbox.add(title),
        logins=("/api-token-auth/",),
        share=16,
    )


class OptaCheckSuite(ConnectorSuite):
    """What all readings have in common."""

    reading: ClassVar[str] = ""
    people = tuple(Person(id=Sandbox.people[email], email=email) for email in ("anna@example.com", "ben@example.com"))
    requests: ClassVar = {Verb.GET: 1, Verb.CREATE: 1, Verb.UPDATE: 2, Verb.DELETE: 1}
    raw_hash = staticmethod(raw_hash)
    with_word = staticmethod(lambda native, word: {**native, "status": word})


class TestLikeliest(OptaCheckSuite):
    bench = bench()


class TestReplacing(OptaCheckSuite):
    """What an update does not name is emptied; the same server in other clothes."""

    reading = (
        "put=replace,limits=cut,trims=no,words=closed,data=with,empty=blank,clear=null,forms=form,edited=stays,"
        "history=behind,created=200,deleted=200,gone=410,login=401,key=401,workspace=403,people=ignore"
    )
    bench = bench(reading)
    trials = 1  # how a description is emptied


class TestDemanding(OptaCheckSuite):
    """An update must name what a create must name, and its answer shows nothing of it."""

    reading = "put=demand,updated=part,empty=absent,clear=blank,slash=missing,deleted=202,login=403,token=403,gone=page"
    bench = bench(reading)
    requests: ClassVar = {Verb.GET: 1, Verb.CREATE: 2, Verb.UPDATE: 3, Verb.DELETE: 1}


class TestSilent(OptaCheckSuite):
    """An update is answered with nothing: then nothing of that answer can break off."""

    test_an_update_that_fails = None

    reading = "updated=empty,people=mine"
    bench = bench(reading)
    requests: ClassVar = {Verb.GET: 1, Verb.CREATE: 1, Verb.UPDATE: 3, Verb.DELETE: 1}


def test_every_reading_is_tried_that_lets_a_side_be_read_and_written():
    """Servers that count otherwise refuse what is too long for them, and an account may not write: tried elsewhere."""
    parts = [part.partition("=") for suite in OptaCheckSuite.__subclasses__() for part in suite.reading.split(",")]
    tried = {(name, value) for name, _, value in parts}
    choices = {(name, value) for name, values in Reading.choices().items() for value in values[1:]}
    assert choices - tried == {("counts", "utf16"), ("counts", "bytes"), ("access", "403"), ("access", "405")}
