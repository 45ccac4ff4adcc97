"""The Checkvist connector passes the conformance suite, however a server reads what the documents leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from zoneinfo import ZoneInfo

from connectors.checkvist import MANIFEST
from connectors.checkvist.sandbox import Reading, Sandbox
from connectors.checkvist.wire import raw_hash
from connectors.conformance import ConnectorSuite, HttpBench
from connectors.contract import Verb
from connectors.task import Field, Person


def bench(reading: str = "", **more: object) -> HttpBench:
    """A sandbox that reads the documents in some way."""
    return HttpBench(
        manifest=MANIFEST,
        sandbox=lambda: Sandbox(Reading.parse(reading)),
        more=more,
        wrong={"remote_key": "wrong"},
        plant=lambda sandbox, title: str(sandbox.add(title)),
        logins=("/auth/",),
        timezone=ZoneInfo("Europe/Berlin"),
    )


class CheckvistSuite(ConnectorSuite):
    """What all readings have in common."""

    reading: ClassVar[str] = ""
    people = tuple(Person(id=str(identity)) for identity in Sandbox.people)
    raw_hash = staticmethod(raw_hash)
    with_word = staticmethod(lambda native, word: {**native, "status": word})


class TestLikeliest(CheckvistSuite):
    bench = bench()


class TestOldCopy(CheckvistSuite):
    """The oldest copy of the page: a quoted token, as a parameter; items alone."""

    reading = (
        "login=v1,refused=403,refresh=no,header=parameter,life=30m,single=object,actions=object,due=dashes,"
        "no_due=empty,create_parses=no,root=null,to_root=empty,people=form,tags=array,children=missing,order=mixed,"
        "unknown_list=404,unknown_item=403,never=time,deleted=empty,stamp=missing"
    )
    bench = bench(reading)
    # An item that does not tell its children: the list does.
    requests: ClassVar[Mapping[Verb, int]] = {**CheckvistSuite.requests, Verb.GET: 2}


class TestOddShapes(CheckvistSuite):
    """Bare tokens, times in dates, complaints with status 200, no item as an empty array, a second step at log-in."""

    reading = (
        "login=bare,due=time,no_due=missing,root=empty,to_root=zero,people=json,tags=text,unknown_item=empty,"
        "errors=soft,expired=403,second_step=on,notes=nodes"
    )
    bench = bench(reading, token2fa=Sandbox.token2fa)
    trials = 1  # assignees, and a move to the root, are tried one way and then the other


class TestStubborn(CheckvistSuite):
    """A server on which neither a date nor the tags can be cleared."""

    reading = "clear_due=ignored,clear_tags=ignored,root=missing,tags=as_text,stamp=updates,notes=missing"
    bench = bench(reading, auth="basic")
    cannot_clear = frozenset({Field.DUE, Field.LABELS})


def test_every_reading_is_tried_that_the_suite_has_to_do_with():
    """Tokens that end within a verb, restoring, and an account that only reads are for the connector's own tests."""
    parts = [part.partition("=") for suite in CheckvistSuite.__subclasses__() for part in suite.reading.split(",")]
    tried = {(name, value) for name, _, value in parts}
    choices = {
        (name, value)
        for name, values in Reading.choices().items()
        for value in values
        if value != getattr(Reading(), name)
    }
    assert choices - tried == {("life", "3 calls"), ("restored", "new"), ("access", "read")}
