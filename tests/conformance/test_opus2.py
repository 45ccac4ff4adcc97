"""The Opus 2 connector passes the conformance suite, however a server reads what the vendor's article leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from zoneinfo import ZoneInfo

from connectors.conformance import ConnectorSuite, HttpBench
from connectors.contract import Verb
from connectors.opus2 import MANIFEST
from connectors.opus2.sandbox import Reading, Sandbox
from connectors.task import Person

ONE = {Verb.GET: 1, Verb.UPDATE: 1, Verb.DELETE: 1}


def bench(reading: str = "", **more: object) -> HttpBench:
    """A sandbox that reads the article in some way."""
    return HttpBench(
        manifest=MANIFEST,
        sandbox=lambda: Sandbox(Reading.parse(reading)),
        more=more,
        wrong={"token": "wrong"},
        plant=lambda sandbox, title: sandbox.add(title),
        timezone=ZoneInfo("Europe/London"),
        share=16,
    )


class Opus2Suite(ConnectorSuite):
    """What all readings have in common: a name that is taken costs a look at the folder, and a second upload."""

    reading: ClassVar[str] = ""
    people = tuple(Person(name=name) for name in Sandbox.people)
    trials = 1
    requests: ClassVar[Mapping[Verb, int]] = {**ONE, Verb.CREATE: 2}


class TestLikeliest(Opus2Suite):
    bench = bench()


class TestOtherShapes(Opus2Suite):
    """The same tenant in other clothes: what the first refusal says is how it wants it, from then on."""

    reading = (
        "header=tenant,paging=offset,moment=millis,bound=included,listed=bare,values=by_id,empty=absent,members=long,"
        "ids=number,upload=json,duplicates=folder,duplicate=400,value=bare,dates=british,clear=null,answers=field,"
        "created=id,unknown=400,options=open"
    )
    bench = bench(reading)
    # Date, then body, then nothing: each is learnt once. An id alone does not say where a document was put.
    trials = 4
    requests: ClassVar[Mapping[Verb, int]] = {**ONE, Verb.CREATE: 3}
    test_a_create_that_fails = None  # the request that is disturbed is the one in a form that is not taken
    test_what_breaks_converters_is_stored_as_its_view = None  # as above: the same values in the same members


class TestHomeless(Opus2Suite):
    """Documents do not say where they are, and new ones are put outside: they are looked for, and moved."""

    reading = (
        "header=bearer,paging=silent_page,moment=british,values=by_name,empty=blank,members=homeless,placed=root,"
        "named=stripped,clear=blank,dates=instant,created=200"
    )
    bench = bench(reading)
    trials = 4
    requests: ClassVar[Mapping[Verb, int]] = {Verb.GET: 7, Verb.CREATE: 14, Verb.UPDATE: 1, Verb.DELETE: 1}
    test_a_create_that_fails = None  # what was made is outside the folder until it is moved
    test_what_can_be_cleared_is_cleared = None  # updates clear fields too; each by itself as above
    test_what_breaks_converters_is_stored_as_its_view = None  # as above: the same values in the same members


def test_every_reading_is_tried_that_the_suite_has_to_do_with():
    """Other ways of paging, what can not be cleared, a user who only reads, a rate: in the connector's own tests."""
    parts = [part.partition("=") for suite in Opus2Suite.__subclasses__() for part in suite.reading.split(",")]
    tried = {(name, value) for name, _, value in parts}
    choices = {(name, value) for name, values in Reading.choices().items() for value in values[1:]}
    assert {name for name, _ in choices - tried} == {"paging", "after", "moment", "clear", "access", "rate", "answers"}
