"""What a read of a real collection names, and what it costs, however the server tells what changed."""

from __future__ import annotations

import time
import weakref
from dataclasses import replace

import pytest

from connectors.caldav.client import CaldavClient
from connectors.caldav.since import Mark, understood
from connectors.caldav.unmoved import LARGE
from connectors.caldav.webdav import WebDav
from connectors.contract import Cursor
from connectors.errors import BadSettings, ContractBroken, Gone, Transient
from connectors.serving import Fault, Kind
from connectors.task import Field


class Gathered:
    """What the engine knows during a read."""

    def known(self, _ref):
        return None


KINDS = ["sync=token", "sync=ctag", "sync=etags", "server=xandikos"]
IDLE = {
    "sync=token": ["REPORT"],
    "sync=ctag": ["PROPFIND"],
    "sync=etags": ["PROPFIND", "PROPFIND"],
    "server=xandikos": ["REPORT"],
}


@pytest.mark.parametrize("reading", KINDS)
def test_only_what_changed_is_read(collection, reading):
    bench = collection(reading)
    milk, bread = bench.sandbox.add("Milk"), bench.sandbox.add("Bread")
    bench.sandbox.add("Meeting", "DTSTART:20260301T100000Z", kind="VEVENT")
    bench.sandbox.add("Eggs", uid="eggs", name="another-name.ics")
    entries, cursor = bench.read()
    assert (sorted(entries), bench.coverage) == (sorted([milk, bread, "eggs"]), "everything")
    bench.asked()
    entries, cursor = bench.read(cursor)
    first = bench.asked()
    entries, cursor = bench.read(cursor)
    assert (entries, bench.coverage, bench.asked()) == ({}, "since", IDLE[reading])
    assert len(first) <= len(IDLE[reading]) + 1  # events are looked at once where tags are compared
    bench.sandbox.edit(f"{milk}.ics", "Milk", "Oat milk")
    bench.sandbox.add("Meeting", "DTSTART:20260302T100000Z", kind="VEVENT")
    new = bench.sandbox.add("Jam")
    bench.sandbox.remove(f"{bread}.ics")
    bench.sandbox.remove("another-name.ics")
    entries, cursor = bench.read(cursor)
    assert {ref: entry.fields.get(Field.TITLE) for ref, entry in entries.items() if not entry.deleted} == {
        milk: "Oat milk",
        new: "Jam",
    }
    assert {ref for ref, entry in entries.items() if entry.deleted} == {bread, "eggs"}
    assert bench.read(cursor)[0] == {}


@pytest.mark.parametrize("reading", ["sync=token", "sync=etags"])
def test_what_was_known_for_a_read_is_let_go_when_it_ends(collection, reading):
    """A side lives for days, and what the engine has gathered for a read is as large as the collection."""
    bench = collection(reading)
    bench.sandbox.add("Milk")
    cursor = None
    for _ in range(2):
        gathered = Gathered()
        bench.connector.recognise(gathered.known)
        page = list(bench.connector.changes(cursor))[-1]
        cursor = page.cursor
        freed = weakref.ref(gathered)
        del gathered
        assert freed() is None


def told(bench, name):
    """A property of the collection, as a person's program asks for it."""
    body = f'<propfind xmlns="DAV:"><prop><{name}/></prop></propfind>'.encode()
    answer = bench.sandbox.ask("PROPFIND", bench.sandbox.place, body, {"depth": "0", "content-type": "text/xml"})
    return answer.decode().partition(f"<{name}>")[2].partition("<")[0]


@pytest.mark.parametrize(("reading", "is_radicale"), [("server=radicale", True), ("server=xandikos", False)])
def test_radicale_is_known_by_a_property_of_its_own(collection, reading, is_radicale):
    bench = collection(reading)
    bench.sandbox.add("Milk")
    url = bench.url + bench.sandbox.place
    side = bench.side(url)
    state = CaldavClient(WebDav(bench.http(side, url), side.own, url)).state()
    assert (state.is_radicale, state.is_calendar) == (is_radicale, True)


@pytest.mark.parametrize(
    ("changes", "nothing", "something"),
    [("token", ["REPORT"], ["REPORT"]), ("tags", ["PROPFIND"], ["PROPFIND", "PROPFIND"])],
)
def test_a_large_collection_is_asked_whether_anything_changed_before_it_is_asked_what_did(
    collection, changes, nothing, something
):
    bench = collection("sync=token", changes=changes)
    uids = [bench.sandbox.add(title) for title in ("Milk", "Bread")]
    _, cursor = bench.read()
    mark = understood(cursor.value)
    assert mark is not None
    assert not mark.large
    cursor = replace(cursor, value=replace(mark, large=True).told())

    def read():
        nonlocal cursor
        bench.asked()
        entries, cursor = bench.read(cursor)
        return list(entries), bench.asked()

    for title in ("One", "Two", "Three"):  # within a second, which is all that the time of a change tells
        bench.sandbox.edit(f"{uids[0]}.ics", "SUMMARY:", f"SUMMARY:{title} ")
        assert read() == ([uids[0]], ["PROPFIND", *something, "REPORT"])
    mark = understood(cursor.value)
    assert mark is not None
    cursor = replace(cursor, value=replace(mark, modified=told(bench, "getlastmodified")).told())
    assert read() == ([], ["PROPFIND", *nothing])  # the same time, and too short ago to be the last of its second
    time.sleep(6)
    assert read() == ([], ["PROPFIND", *nothing])
    before = cursor.value
    assert (read(), cursor.value) == (([], ["PROPFIND"]), before)
    bench.sandbox.remove(f"{uids[1]}.ics")
    assert read() == ([uids[1]], ["PROPFIND", *something])


@pytest.mark.torture
@pytest.mark.parametrize("changes", ["token", "tags"])
def test_a_collection_of_very_many_is_known_for_a_large_one(collection, changes):
    bench = collection("sync=token", changes=changes)
    task = "BEGIN:VTODO\nUID:{}\nDTSTAMP:20260101T000000Z\nSUMMARY:Task\nEND:VTODO\n"
    tasks = "".join(task.format(n) for n in range(LARGE))
    bench.sandbox.store("", f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Somebody//EN\n{tasks}END:VCALENDAR\n")
    told(bench, "sync-token")  # the first takes Radicale a file for each task, and longer than a request of a test may
    time.sleep(6)
    entries, cursor = bench.read()
    assert len(entries) == LARGE
    bench.asked()
    entries, cursor = bench.read(cursor)
    assert (entries, bench.asked()) == ({}, ["PROPFIND"])


@pytest.mark.parametrize("reading", KINDS)
def test_a_task_whose_resource_got_another_name_is_not_deleted(collection, reading):
    bench = collection(reading)
    bench.sandbox.add("Milk", uid="milk")
    _, cursor = bench.read()
    for old, new in (("milk.ics", "a.ics"), ("a.ics", "b.ics")):
        bench.sandbox.rename(old, new)
        entries, cursor = bench.read(cursor)
        assert {ref: (entry.fields.get(Field.TITLE), entry.problem) for ref, entry in entries.items()} == {
            "milk": ("Milk", "")
        }
    bench.sandbox.remove("b.ics")
    entries, _ = bench.read(cursor)
    assert entries["milk"].deleted


def test_a_side_that_is_set_to_tags_never_asks_for_a_token(collection):
    """Nor goes on by one that it had before: what was removed since would not be seen."""
    before = collection()
    milk, bread = before.sandbox.add("Milk"), before.sandbox.add("Bread")
    _, cursor = before.read()
    before.more = {"changes": "tags"}
    before.connector = before.connect()
    before.sandbox.remove(f"{bread}.ics")
    before.forget()
    entries, cursor = before.read(cursor)
    assert (list(entries), before.coverage) == ([milk], "everything")
    before.sandbox.edit(f"{milk}.ics", "Milk", "Oat milk")
    entries, cursor = before.read(cursor)
    assert (entries[milk].fields[Field.TITLE], before.coverage) == ("Oat milk", "since")
    assert before.read(cursor)[0] == {}
    assert not [one for one in before.requests() if b"sync-" in one.body]


def test_events_are_looked_at_once_where_tags_are_compared(collection):
    """After a complete read, too, which does not name them."""
    bench = collection("sync=etags")
    bench.sandbox.add("Meeting", "DTSTART:20260301T100000Z", kind="VEVENT")
    _, cursor = bench.read()
    bench.asked()
    _, cursor = bench.read(cursor)
    assert bench.asked() == ["PROPFIND", "PROPFIND", "REPORT"]
    bench.connector.recall(cursor.value)
    _, cursor = bench.read()
    bench.asked()
    bench.read(cursor)
    assert bench.asked() == ["PROPFIND", "PROPFIND"]


@pytest.mark.parametrize("reading", ["", "refusal=bare", "server=xandikos"])
def test_a_token_that_the_server_has_forgotten_is_answered_by_everything(collection, reading):
    bench = collection(reading)
    milk = bench.sandbox.add("Milk")
    forgotten = Cursor(value=Mark(token="http://radicale.org/ns/sync/" + "0" * 64).told())
    entries, cursor = bench.read(forgotten)
    assert (list(entries), bench.coverage) == ([milk], "everything")
    assert bench.read(cursor)[0] == {}


def test_a_token_that_could_not_be_asked_about_is_not_forgotten(collection):
    """An outage is no reason to read everything."""
    bench = collection()
    bench.sandbox.add("Milk")
    _, cursor = bench.read()
    for status, error in ((500, Transient), (404, BadSettings)):
        bench.faults.add(Fault(Kind.STATUS, match=lambda method, _: method == "REPORT", status=status, times=3))
        with pytest.raises((error, Gone)):
            bench.read(cursor)
        bench.heal()


def test_a_new_process_knows_what_a_resource_was_named_for(collection):
    bench = collection()
    bench.sandbox.add("Eggs", uid="eggs", name="another-name.ics")
    _, cursor = bench.read()
    bench.connector = bench.connect()
    bench.connector.recall(cursor.value)
    bench.asked()
    assert bench.connector.get("eggs").fields[Field.TITLE] == "Eggs"
    assert bench.asked() == ["REPORT"]
    bench.connector = bench.connect()
    assert bench.connector.get("eggs").fields[Field.TITLE] == "Eggs"
    assert bench.asked() == ["REPORT", "REPORT"]


def test_a_uid_that_is_a_part_of_another_is_not_the_other(collection):
    bench = collection()
    bench.sandbox.add("Eggs", uid="eggs-and-more", name="a.ics")
    with pytest.raises(Gone):
        bench.connector.get("eggs")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b'<!DOCTYPE x [<!ENTITY a "aaaa">]><multistatus xmlns="DAV:"/>', "document type", id="entities"),
        pytest.param(b"<a>" * 60 + b"</a>" * 60, "nests deeper", id="deep"),
        pytest.param(b'<feed xmlns="x"/>', "instead of a multistatus", id="another document"),
        pytest.param(b"<multistatus xmlns='DAV:'><response/></multistatus>", "names no resource", id="nameless"),
        pytest.param(
            b"<multistatus xmlns='DAV:'><response><href>/elsewhere/x.ics</href></response></multistatus>",
            "another collection",
            id="elsewhere",
        ),
        pytest.param(b"<multistatus xmlns='DAV:'><a></b></multistatus>", "broken", id="broken"),
    ],
)
def test_an_answer_that_is_none_stops_the_read(collection, body, words):
    bench = collection()
    bench.sandbox.add("Milk")
    headers = {"Content-Type": "application/xml"}
    bench.faults.add(
        Fault(Kind.STATUS, match=lambda method, _: method == "REPORT", status=207, headers=headers, body=body)
    )
    with pytest.raises(ContractBroken, match=words):
        bench.read()


def test_two_answers_about_one_resource_and_a_cut_list(collection):
    bench = collection()
    place = bench.sandbox.place
    row = "<response><href>{}</href><propstat><prop><getetag>{}</getetag></prop></propstat></response>"

    def answered(inner: str) -> None:
        body = f"<multistatus xmlns='DAV:'>{inner}</multistatus>".encode()
        headers = {"Content-Type": "text/xml"}
        fault = Fault(Kind.STATUS, match=lambda method, _: method == "REPORT", status=207, headers=headers, body=body)
        bench.faults.add(fault)

    answered(row.format(f"{place}a.ics", 1) + row.format(f"{place}a.ics", 2))
    with pytest.raises(ContractBroken, match="two different things"):
        bench.read()
    milk = bench.sandbox.add("Milk")
    answered(f"<response><href>{place}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>")
    assert list(bench.read()[0]) == [milk]  # by the tags, then by pieces


def test_what_a_person_has_to_look_at(collection):
    """Two resources with one UID, and a text that is no calendar: held, and nothing else is in doubt."""
    bench = collection()
    place = bench.sandbox.place
    bench.sandbox.add("Milk", uid="milk")
    copy = bench.sandbox.text("milk.ics").replace("Milk", "Copy")
    texts = {"a.ics": copy, "milk.ics": bench.sandbox.text("milk.ics"), "b.ics": "BEGIN:VTODO\nUID:broken\n"}
    rows = "".join(
        f"<d:response><d:href>{place}{name}</d:href><d:propstat><d:prop><d:getetag>1</d:getetag>"
        f"<c:calendar-data>{text}</c:calendar-data></d:prop></d:propstat></d:response>"
        for name, text in texts.items()
    )
    spaces = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'
    body = f"<d:multistatus {spaces}>{rows}</d:multistatus>".encode()
    bench.faults.add(
        Fault(
            Kind.STATUS,
            match=lambda method, _: method == "REPORT",
            status=207,
            headers={"Content-Type": "text/xml"},
            body=body,
        )
    )
    entries, _ = bench.read()
    assert entries["milk"].fields[Field.TITLE] == "Milk"
    assert "same UID" in entries["milk (a.ics)"].problem
    (broken,) = entries.keys() - {"milk", "milk (a.ics)"}
    assert entries[broken].problem
    assert bench.coverage == "since"  # that one may be any task that is not listed


def test_discover_lists_collections_that_take_tasks(collection):
    bench = collection()
    bench.sandbox.make("birthdays", "VEVENT")
    bench.sandbox.add("Milk")
    for start in (bench.url, bench.url + bench.sandbox.place):
        found = bench.connect(base_url=start).discover()
        assert bench.sandbox.place in {one.id for one in found}
        assert not any("birthdays" in one.id for one in found)


def test_check_tells_what_is_wrong_with_the_address(collection):
    bench = collection()
    bench.sandbox.add("Milk")
    bench.connector.check()
    events = bench.sandbox.make("birthdays-2", "VEVENT")
    for path, words in ((events, "takes no tasks"), ("/user/", "no calendar"), ("/user/nothing/", "not there")):
        with pytest.raises(BadSettings, match=words):
            bench.connect(base_url=bench.url + path).check()
