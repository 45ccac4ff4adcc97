"""What is written to a real collection: over what was read, never over what somebody else wrote since."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors.errors import BadCredentials, Rejected, Stale
from connectors.serving import Fault, Kind
from connectors.task import Field, Patch, Status

KEPT = (
    "RRULE:FREQ=WEEKLY",
    "DTSTART:20260301T100000Z",
    "X-SORT;X-P=1:12",
    "COMMENT:kept",
    "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Wake\nTRIGGER:-PT15M\nEND:VALARM",
)


SERVERS = pytest.mark.parametrize("reading", ["", "server=xandikos"])


@SERVERS
def test_a_change_keeps_every_other_line(collection, reading):
    bench = collection(reading)
    uid = bench.sandbox.add("Milk", *KEPT)
    before = bench.sandbox.text(f"{uid}.ics").splitlines()
    entry = bench.connector.get(uid)
    bench.connector.update(entry, Patch({Field.TITLE: "Oat milk", Field.STATUS: Status.COMPLETED}))
    after = bench.sandbox.text(f"{uid}.ics").splitlines()
    assert {line.partition(":")[0] for line in set(before) ^ set(after)} == {
        "SUMMARY",
        "STATUS",
        "COMPLETED",
        "DTSTAMP",
        "LAST-MODIFIED",
    }


@pytest.mark.parametrize("reading", ["", "server=xandikos", "refusal=sabre"])
def test_an_edit_of_somebody_else_is_not_overwritten_and_not_deleted(collection, reading):
    bench = collection(reading)
    uid = bench.sandbox.add("Milk")
    entry = bench.connector.get(uid)
    bench.sandbox.edit(f"{uid}.ics", "Milk", "Soy milk")
    with pytest.raises(Stale):
        bench.connector.update(entry, Patch({Field.PRIORITY: 1}))
    with pytest.raises(Stale):
        bench.connector.delete(entry)
    assert "SUMMARY:Soy milk" in bench.sandbox.text(f"{uid}.ics")


def test_without_a_tag_in_the_answer_the_next_write_looks_first(collection):
    bench = collection("stored=silent")
    stored = bench.connector.create({Field.TITLE: "Milk"}, "m-1")
    assert (stored.confirmed, stored.entry.fields, stored.entry.token) == (False, {}, "")
    entry = bench.connector.normalise(next(iter(bench.records())))
    stored = bench.connector.update(entry, Patch({Field.TITLE: "Oat milk"}))
    ref = stored.entry.ref
    bench.sandbox.edit(f"{ref}.ics", "Oat milk", "Soy milk")
    again = bench.connector.get(ref)
    with pytest.raises(Stale):
        bench.connector.update(entry, Patch({Field.TITLE: "Rice milk"}))
    assert again.fields[Field.TITLE] == "Soy milk"


@SERVERS
def test_a_create_that_is_sent_again_makes_nothing_new(collection, reading):
    """The answer was lost; a person edited meanwhile what was made: that is what is found."""
    bench = collection(reading)
    bench.faults.add(Fault(Kind.RESET_AFTER, match=lambda method, _: method == "PUT"))
    with pytest.raises(Exception, match="lost"):
        bench.connector.create({Field.TITLE: "Milk"}, "m-1")
    (ref,) = bench.entries()
    bench.sandbox.edit(f"{ref}.ics", "Milk", "Soy milk")
    stored = bench.connector.create({Field.TITLE: "Milk"}, "m-1")
    assert (stored.entry.ref, stored.entry.fields[Field.TITLE]) == (ref, "Soy milk")
    assert list(bench.entries()) == [ref]
    assert bench.connector.create({Field.TITLE: "Milk"}, "m-2").entry.ref != ref
    assert bench.connector.create({Field.TITLE: "Bread"}, "m-1").entry.ref != ref


@SERVERS
def test_a_create_that_is_sent_again_is_found_under_the_name_that_somebody_gave_it(collection, reading):
    """The server refuses a second resource with its UID."""
    bench = collection(reading)
    ref = bench.connector.create({Field.TITLE: "Milk"}, "m-1").entry.ref
    bench.sandbox.rename(f"{ref}.ics", "renamed.ics")
    assert bench.connector.create({Field.TITLE: "Milk"}, "m-1").entry.ref == ref
    assert list(bench.entries()) == [ref]


def test_a_uid_that_is_taken_in_another_collection_is_refused_and_not_tried_for_ever(collection):
    bench = collection()
    body = b'<error xmlns="DAV:"><no-uid-conflict xmlns="urn:ietf:params:xml:ns:caldav"/></error>'
    bench.faults.add(Fault(Kind.STATUS, match=lambda method, _: method == "PUT", status=403, body=body))
    with pytest.raises(Rejected, match="UID"):
        bench.connector.create({Field.TITLE: "Milk"}, "m-1")


@SERVERS
def test_a_day_beside_an_instant_and_all_of_an_open_task_are_stored_as_they_are_meant(collection, reading):
    bench = collection(reading)
    instant = datetime(2026, 3, 1, 10, tzinfo=UTC)
    told = {Field.TITLE: "Milk", Field.START: instant, Field.DUE: date(2026, 3, 1), Field.PERCENT_COMPLETE: 100}
    entry = bench.connector.create(told, "m-1").entry
    stored = bench.entries()[entry.ref]
    assert stored.fields.items() >= told.items()
    bench.connector.update(stored, Patch({Field.START: date(2026, 2, 28), Field.DUE: instant}))
    assert bench.entries()[entry.ref].fields.items() >= {Field.START: date(2026, 2, 28), Field.DUE: instant}.items()


@SERVERS
def test_a_resource_with_another_name_is_written_where_it_is(collection, reading):
    bench = collection(reading)
    bench.sandbox.add("Eggs", uid="eggs / 1", name="odd name #1.ics")
    entry = bench.connector.get("eggs / 1")
    entry = bench.connector.update(entry, Patch({Field.TITLE: "Six eggs"})).entry
    assert "SUMMARY:Six eggs" in bench.sandbox.text("odd name #1.ics")
    bench.connector.delete(entry)
    assert bench.entries() == {}


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        pytest.param(403, b"", "may not write", id="read only"),
        pytest.param(
            403,
            b'<error xmlns="DAV:"><max-resource-size xmlns="urn:ietf:params:xml:ns:caldav"/></error>',
            "max-resource-size",
            id="too large",
        ),
        pytest.param(415, b"", "refused", id="a type that is not taken"),
        pytest.param(
            415,
            b'<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>X</s:exception>'
            b"<s:message>Validation error in iCalendar: DUE must occur after DTSTART</s:message></d:error>",
            "415: .Validation error in iCalendar: DUE must occur after DTSTART",
            id="in words",
        ),
    ],
)
def test_a_refusal_is_of_the_task_and_not_of_the_side(collection, status, body, words):
    bench = collection()
    bench.faults.add(Fault(Kind.STATUS, match=lambda method, _: method == "PUT", status=status, body=body))
    with pytest.raises(Rejected, match=words):
        bench.connector.create({Field.TITLE: "Milk"}, "m-1")


def test_a_password_that_is_wrong_under_digest_is_refused_after_one_challenge(collection):
    bench = collection("login=digest", password="wrong")
    bench.asked()
    with pytest.raises(BadCredentials):
        bench.connector.check()
    assert bench.asked() == ["PROPFIND", "PROPFIND"]


def test_under_digest_one_challenge_is_enough_for_many_requests(collection):
    bench = collection("login=digest")
    bench.sandbox.add("Milk")
    bench.asked()
    bench.read()
    bench.read()
    assert bench.asked() == ["PROPFIND", "PROPFIND", "REPORT", "PROPFIND", "REPORT"]
