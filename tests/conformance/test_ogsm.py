"""The OGSM connector passes the conformance suite, however a server reads what the vendor's document leaves open."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from connectors.conformance import ConnectorSuite, HttpBench
from connectors.ogsm import MANIFEST
from connectors.ogsm.sandbox import Reading, Sandbox
from connectors.ogsm.wire import raw_hash
from connectors.task import Field, Person


def bench(reading: str = "", **more: object) -> HttpBench:
    """A sandbox that reads the document in some way."""
    return HttpBench(
        manifest=MANIFEST,
        sandbox=lambda: Sandbox(Reading.parse(reading)),
        more=more,
        wrong={"password": "wrong"},
        plant=lambda sandbox, title: str(sandbox.add(title)),
        timezone=ZoneInfo("Europe/Amsterdam"),
    )


class OgsmSuite(ConnectorSuite):
    """What all readings have in common."""

    reading: ClassVar[str] = ""
    people = tuple(Person(name=name) for name in Sandbox.people)
    raw_hash = staticmethod(raw_hash)
    with_word = staticmethod(lambda native, word: {**native, "status": {"name": word}})


class TestLikeliest(OgsmSuite):
    bench = bench()


class TestOtherShapes(OgsmSuite):
    """The same server in other clothes."""

    reading = (
        "html=tidy,empty=blank,words=capital,answers=wrapped,listing=wrapped,created=200,deleted=empty,unknown=410,"
        "order=newest,bodies=both,statuses=open,people=create,archived=hidden"
    )
    bench = bench(reading)


class TestStubborn(OgsmSuite):
    """A server that keeps what it can: lists are added to, nulls passed over; code loses its language."""

    reading = "html=strict,lists=merge,nulls=ignore,order=shuffled,dates=ordered,people=reject"
    bench = bench(reading)
    rewrites = frozenset({Field.LABELS, Field.DESCRIPTION})
    cannot_clear = frozenset({Field.LABELS, Field.ASSIGNEES, Field.START, Field.DUE})


class TestLinkedPages(OgsmSuite):
    reading = "paging=link"
    bench = bench(reading, archived="field")


class TestNumberedPages(OgsmSuite):
    reading = "paging=next"
    bench = bench(reading)


def test_every_reading_is_tried_that_lets_a_side_be_read_and_written():
    """A list without a way to its rest, and an account that may not write, are for the connector's own tests."""
    parts = [part.partition("=") for suite in OgsmSuite.__subclasses__() for part in suite.reading.split(",")]
    tried = {(name, value) for name, _, value in parts}
    choices = {(name, value) for name, values in Reading.choices().items() for value in values[1:]}
    assert choices - tried == {("paging", "total"), ("access", "403"), ("access", "404"), ("access", "405")}
