"""The CalDAV connector passes the conformance suite on a real server, however that tells what changed."""

from __future__ import annotations

import re
from functools import cache
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from connectors.caldav import MANIFEST
from connectors.caldav.sandbox import SERVERS, Reading, Sandbox, Server
from connectors.caldav.wire import DATA, raw_hash
from connectors.conformance import ConnectorSuite, HttpBench
from connectors.contract import Verb
from connectors.task import Person


@cache
def server(kind: str) -> Server:
    """One server of a kind for all of them; it ends with this process."""
    return SERVERS[kind](Sandbox.username, Sandbox.password)


def bench(reading: str = "", **more: object) -> HttpBench:
    """A server of some kind."""
    parsed = Reading.parse(reading)
    return HttpBench(
        manifest=MANIFEST,
        sandbox=lambda: Sandbox(parsed, server(parsed.server)),
        wrong={"password": "wrong"},
        plant=lambda sandbox, title: sandbox.add(title),
        timezone=ZoneInfo("Europe/Berlin"),
        share=24,
        **more,
    )


class CaldavSuite(ConnectorSuite):
    """What all kinds of servers have in common."""

    reading: ClassVar[str] = ""
    people = (Person(email="anna@example.com", name="Anna Berg"), Person(email="ben@example.com"))
    bodiless = True
    raw_hash = staticmethod(raw_hash)
    with_word = staticmethod(lambda native, word: {**native, DATA: re.sub("STATUS:.*", f"STATUS:{word}", native[DATA])})


class TestTokens(CaldavSuite):
    bench = bench()


@pytest.mark.torture
class TestXandikosWhole(CaldavSuite):
    """All of it on a server of another hand."""

    reading = "server=xandikos"
    bench = bench(reading)


class TestXandikos(CaldavSuite):
    """What a server has a hand in; what is the same on all of them is tried below."""

    reading = "server=xandikos"
    bench = bench(reading)
    test_a_view_loses_once = None
    test_a_mutilated_task_is_read_without_an_exception = None
    test_what_breaks_converters_is_stored_as_its_view = None
    test_a_list_that_fails = None
    test_a_get_that_fails = None
    test_a_create_that_fails = None  # tests/connectors/caldav/test_faults.py
    test_an_update_that_fails = None
    test_a_delete_that_fails = None
    test_a_sweep_costs_what_is_declared = None
    test_a_list_omits_nothing = None


class TestTags(CaldavSuite):
    """No sync-tokens, a PUT that tells no entity tag, and passwords that are not sent; what is stored is the same."""

    reading = "sync=ctag,stored=silent,login=digest"
    bench = bench(reading)
    requests: ClassVar = {Verb.GET: 1, Verb.CREATE: 1, Verb.UPDATE: 2, Verb.DELETE: 2}
    test_a_view_loses_once = None
    test_what_was_not_edited_changes_nothing = None
    test_an_edit_made_there_is_seen_there = None
    test_what_can_be_cleared_is_cleared = None
    test_what_breaks_converters_is_stored_as_its_view = None
    test_a_mutilated_task_is_read_without_an_exception = None
    test_a_sweep_costs_what_is_declared = None
    test_an_update_of_many_fields_stores_them_all = None


def test_every_switch_is_tried():
    """Those that are not here are for the connector's own tests: servers without any tag, and wordless refusals."""
    parts = [part.partition("=") for suite in CaldavSuite.__subclasses__() for part in suite.reading.split(",")]
    tried = {(name, value) for name, _, value in parts}
    choices = {(name, value) for name, values in Reading.choices().items() for value in values[1:]}
    assert choices - tried == {("sync", "etags"), ("refusal", "bare"), ("refusal", "sabre")}
