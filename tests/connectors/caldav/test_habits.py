"""What servers do otherwise than the protocol says, or than most of them: it stops nothing, and deletes nothing."""

from __future__ import annotations

import pytest

from connectors.caldav.client import CaldavClient
from connectors.caldav.settings import CaldavSettings
from connectors.caldav.webdav import WebDav
from connectors.errors import ContractBroken, Forbidden, Gone
from connectors.serving import Fault, Kind
from connectors.task import Field


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (405, b""),
        (501, b""),
        (
            403,
            b'<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception/><d:supported-report/></d:error>',
        ),
    ],
)
def test_a_server_that_has_tokens_and_does_not_answer_to_them_is_asked_for_its_tags(collection, status, body):
    """Once: the next process remembers it."""
    bench = collection()
    milk = bench.sandbox.add("Milk")
    _, cursor = bench.read()
    bench.faults.add(Fault(Kind.STATUS, match=lambda method, _: method == "REPORT", status=status, body=body))
    entries, cursor = bench.read(cursor)
    assert (list(entries), bench.coverage) == ([milk], "everything")
    bench.connector = bench.connect()
    bench.asked()
    _, cursor = bench.read(cursor)
    assert bench.asked() == ["PROPFIND"]
    bench.sandbox.edit(f"{milk}.ics", "Milk", "Oat milk")
    entries, cursor = bench.read(cursor)
    assert (entries[milk].fields[Field.TITLE], bench.coverage) == ("Oat milk", "since")
    bench.connector.recall(cursor.value)
    _, cursor = bench.read()
    bench.asked()
    bench.read(cursor)
    assert bench.asked() == ["PROPFIND"]


NOTHING = b'<d:multistatus xmlns:d="DAV:"/>'


def left_out(bench):
    """A server on sabre/dav says nothing in a multiget of what is not there."""
    headers = {"Content-Type": "application/xml"}
    reports = Fault(Kind.STATUS, match=lambda method, _: method == "REPORT", status=207, headers=headers, body=NOTHING)
    bench.faults.add(reports)


def test_what_a_server_leaves_out_is_gone_if_it_says_so_when_asked(collection):
    bench = collection()
    bench.sandbox.add("Milk", uid="milk")
    left_out(bench)
    with pytest.raises(Gone):
        bench.connector.get("bread")
    left_out(bench)
    with pytest.raises(ContractBroken, match="has"):
        bench.connector.get("milk")
    left_out(bench)
    bench.faults.add(Fault(Kind.STATUS, match=lambda method, _: method == "PROPFIND", status=403))
    with pytest.raises(Forbidden):
        bench.connector.get("bread")


def test_a_resource_with_a_slash_in_its_name_is_one(collection):
    bench = collection()
    place = bench.sandbox.place
    row = "<response><href>{}</href><propstat><prop><getetag>1</getetag></prop></propstat></response>"
    hrefs = (f"{place}a%2Fb.ics", f"http://elsewhere.example.com{place}c%20d.ics", f"{place}inner/", place)
    body = f"<multistatus xmlns='DAV:'>{''.join(map(row.format, hrefs))}</multistatus>".encode()
    headers = {"Content-Type": "text/xml"}
    bench.faults.add(
        Fault(Kind.STATUS, match=lambda method, _: method == "PROPFIND", status=207, headers=headers, body=body)
    )
    client = CaldavClient(WebDav(bench.connector._http, CaldavSettings(username="u", password="p"), bench.url + place))
    assert set(client.tags()) == {"a/b.ics", "c d.ics"}


def test_a_resource_without_its_text_is_one_for_a_person_to_see(collection):
    bench = collection()
    place = bench.sandbox.place
    row = f"<response><href>{place}a.ics</href><propstat><prop><getetag>1</getetag></prop></propstat></response>"
    body = f"<multistatus xmlns='DAV:'>{row}</multistatus>".encode()
    headers = {"Content-Type": "text/xml"}
    bench.faults.add(
        Fault(Kind.STATUS, match=lambda method, _: method == "REPORT", status=207, headers=headers, body=body)
    )
    entries, _ = bench.read()
    assert [bool(entry.problem) for entry in entries.values()] == [True]
    assert bench.coverage == "since"


def test_a_list_of_changes_in_parts_is_asked_for_to_its_end(collection):
    """RFC 6578, 3.6: 507 about the collection, and a token to go on with."""
    bench = collection()
    milk, bread = bench.sandbox.add("Milk"), bench.sandbox.add("Bread")
    _, cursor = bench.read()
    row = "<response><href>{}{}</href>{}</response>"
    there = "<propstat><prop><getetag>1</getetag></prop></propstat>"
    for name, token, more in ((f"{milk}.ics", "t1", "<status>HTTP/1.1 507 x</status>"), (f"{bread}.ics", "t2", there)):
        rows = row.format(bench.sandbox.place, name, there) + row.format(bench.sandbox.place, "", more)
        body = f"<multistatus xmlns='DAV:'>{rows}<sync-token>{token}</sync-token></multistatus>".encode()
        headers = {"Content-Type": "text/xml"}
        bench.faults.add(
            Fault(Kind.STATUS, match=lambda method, _: method == "REPORT", status=207, headers=headers, body=body)
        )
    bench.asked()
    entries, cursor = bench.read(cursor)
    assert (set(entries), bench.coverage, bench.asked()) == ({milk, bread}, "since", ["REPORT"] * 3)
    assert '"t2"' in cursor.value


def test_a_server_that_tells_nothing_of_too_much_is_asked_in_parts(collection):
    bench = collection()
    milk = bench.sandbox.add("Milk")
    _, cursor = bench.read()
    too_much = Fault(Kind.STATUS, match=lambda method, _: method == "REPORT", status=507, times=2)
    bench.faults.add(too_much)
    bench.asked()
    entries, _ = bench.read(cursor)
    assert (list(entries), bench.coverage) == ([milk], "everything")
    assert bench.asked() == ["REPORT", "PROPFIND", "REPORT", "PROPFIND", "REPORT"]
