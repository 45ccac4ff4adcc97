"""The Trackops connector passes the conformance suite, however a server reads what the document leaves open."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from connectors.conformance import ConnectorSuite, HttpBench
from connectors.task import Field, Person
from connectors.trackops import MANIFEST
from connectors.trackops.sandbox import Reading, Sandbox
from connectors.trackops.wire import raw_hash


def bench(reading: str = "", **more: object) -> HttpBench:
    """A sandbox that reads the document in some way."""
    return HttpBench(
        manifest=MANIFEST,
        sandbox=lambda: Sandbox(Reading.parse(reading)),
        more={"default_due": None, **more},
        wrong={"token": "wrong"},
        plant=lambda sandbox, title: str(sandbox.add(title)),
        timezone=ZoneInfo("America/Denver"),
        share=16,
    )


class TrackopsSuite(ConnectorSuite):
    """What all readings have in common."""

    reading: ClassVar[str] = ""
    least: ClassVar = {Field.DUE: date(2026, 3, 31)}
    people = tuple(Person(id=str(identity)) for identity in Sandbox.people)
    raw_hash = staticmethod(raw_hash)
    with_word = staticmethod(lambda native, word: {**native, "status": word})


class TestLikeliest(TrackopsSuite):
    """As the document has it: tasks are read and made."""

    reading = "users=ids"
    bench = bench(reading)


class TestOtherShapes(TrackopsSuite):
    """The same server in other clothes, in pages of its own size."""

    reading = (
        "users=ids,answers=wrapped,listing=wrapped,created=200,due=iso,empty=missing,times=hidden,most=7,order=newest,"
        "paging=fixed,unknown=410,cases=no,case=nested,lines=crlf,stamps=day,none=null,errors=text"
    )
    bench = bench(reading)


class TestThatChanges(TrackopsSuite):
    """An account that has PUT and DELETE, which merge; updated_from in the way of the web."""

    reading = "users=ids,update=merge,cleared=ignored,listing=rows,due=time,empty=blank,stamps=iso,beyond=last,most=25"
    bench = bench(reading, update=True)
    cannot_clear = frozenset({Field.DUE})


class TestThatReplaces(TrackopsSuite):
    """A PUT replaces the task; both filters are passed over."""

    reading = "users=ids,update=replace,filter=ignored,texts=trimmed,case_filter=ignored"
    bench = bench(reading, update=True)
    rewrites = frozenset({Field.TITLE, Field.DESCRIPTION})


def test_every_reading_is_tried_that_the_suite_has_to_do_with():
    """People by e-mail, pages that are not there, refusals, and an account that only reads are the connector's own."""
    parts = [part.partition("=") for suite in TrackopsSuite.__subclasses__() for part in suite.reading.split(",")]
    tried = {(name, value) for name, _, value in parts}
    choices = {(name, value) for name, values in Reading.choices().items() for value in values[1:]}
    own = {"users", "staff", "strangers", "access"}
    assert {(name, value) for name, value in choices - tried if name not in own} == {
        ("paging", "none"),
        ("paging", "stuck"),
        ("beyond", "404"),
        ("count", "no"),
        ("stamps", "blank"),
        ("stamps", "none"),
        ("filter", "edited"),
        ("update", "404"),
        ("cleared", "refused"),
        ("changed", "empty"),
    }
