"""Tasks of a calendar and canonical tasks, both ways: what is not edited stays to the letter."""

from __future__ import annotations

from datetime import UTC, date, datetime

import icalendar
import pytest

from connectors.caldav.capabilities import capabilities
from connectors.caldav.lines import Broken, Todo, folded
from connectors.caldav.settings import CaldavSettings
from connectors.caldav.wire import native_of, record_of, tombstone
from connectors.contract import SideSettings
from connectors.errors import Rejected, Unmappable
from connectors.task import Field, Person, Status
from tests.connectors.caldav.texts import NOW, changed, read, todo, translator, without_stamps

ZONE = """BEGIN:VTIMEZONE
TZID:Hut time
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:{rule};BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0500
TZOFFSETTO:+0400
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:{rule};BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0400
TZOFFSETTO:+0500
END:DAYLIGHT
END:VTIMEZONE
"""
RICH = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//Their app 3.1//DE
X-WR-CALNAME:Kept
BEGIN:VTODO
UID:abc-123
dtstamp:20260101T000000Z
SUMMARY;LANGUAGE=de:Milch\\, Brot\\; und ein sehr langer Titel der über die Zei
 le geht
X-STRANGE;X-P="a:b;c,d";X-Q=1,2:one\\,two;three
 \tfolded by a tab
DTSTART;TZID=Europe/Berlin:20260301T090000
RRULE:FREQ=WEEKLY;BYDAY=MO
EXDATE;TZID=Europe/Berlin:20260308T090000
DUE;TZID=Europe/Berlin:20260301T170000
COMMENT:kept
this is no content line
CATEGORIES;X-C=1:home,a\\,b
CATEGORIES:Work
ORGANIZER;CN=Boss:mailto:boss@example.com
ATTENDEE;CN="Berg, Anna";PARTSTAT=ACCEPTED:mailto:anna@example.com
ATTENDEE;CUTYPE=ROOM:mailto:room@example.com
RELATED-TO;RELTYPE=SIBLING:sib
RELATED-TO:parent-1
GEO:48.1;11.5
BEGIN:VALARM
ACTION:DISPLAY
UID:alarm
SUMMARY:not the task's
TRIGGER:-PT15M
END:VALARM
END:VTODO
BEGIN:VTODO
UID:abc-123
RECURRENCE-ID;TZID=Europe/Berlin:20260315T090000
SUMMARY:one occurrence
END:VTODO
END:VCALENDAR
"""


def test_a_rich_task_is_read():
    entry = read(RICH)
    assert (entry.problem, entry.unknown, entry.ref, entry.token) == ("", {}, "abc-123", '"1"')
    assert entry.fields == {
        Field.TITLE: "Milch, Brot; und ein sehr langer Titel der über die Zeile geht",
        Field.DESCRIPTION: "",
        Field.STATUS: Status.NEEDS_ACTION,
        Field.START: datetime(2026, 3, 1, 8, tzinfo=UTC),
        Field.DUE: datetime(2026, 3, 1, 16, tzinfo=UTC),
        Field.COMPLETED: None,
        Field.PRIORITY: 0,
        Field.PERCENT_COMPLETE: 0,
        Field.LABELS: ("a,b", "home", "Work"),
        Field.ASSIGNEES: (Person(email="anna@example.com", name="Berg, Anna"),),
        Field.PARENT: "parent-1",
    }


def test_what_is_told_as_it_is_changes_not_a_byte():
    fields = {field: value for field, value in read(RICH).fields.items() if field is not Field.COMPLETED}
    assert changed(RICH, fields) == RICH


@pytest.mark.parametrize(
    ("field", "value", "old", "new"),
    [
        pytest.param(Field.TITLE, "Oat", 2, ["SUMMARY;LANGUAGE=de:Oat"], id="title"),
        pytest.param(
            Field.DUE,
            datetime(2026, 7, 1, 10, tzinfo=UTC),
            1,
            ["DUE;TZID=Europe/Berlin:20260701T120000"],
            id="due keeps its zone",
        ),
        pytest.param(
            Field.DUE,
            date(2026, 7, 1),
            1,
            ["DUE;TZID=Europe/Berlin;X-TASKSYNC-VALUE=DATE:20260701T235959"],
            id="due becomes a day",
        ),
        pytest.param(Field.DUE, None, 1, [], id="due is cleared"),
        pytest.param(Field.LABELS, ("home",), 2, ["CATEGORIES;X-C=1:home"], id="labels"),
        pytest.param(Field.PARENT, "other", 1, ["RELATED-TO:other"], id="parent"),
        pytest.param(Field.PARENT, None, 1, [], id="no parent"),
        pytest.param(Field.ASSIGNEES, (), 1, [], id="nobody"),
        pytest.param(Field.PRIORITY, 3, 0, ["PRIORITY:3"], id="priority"),
    ],
)
def test_a_change_replaces_its_own_lines_and_no_other(field, value, old, new):
    before, after = without_stamps(RICH), without_stamps(changed(RICH, {field: value}))
    assert [line for line in after if line not in before] == new
    assert len([line for line in before if line not in after]) == old
    assert read("\n".join(after)).fields[field] == value


def test_what_is_written_is_read_by_another_program():
    """An independent reader of iCalendar understands a task of ours, the folds included."""
    fields = {
        Field.TITLE: "ü" * 80 + ", \\n; end",
        Field.DESCRIPTION: "one\n\n  two\\three",
        Field.DUE: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        Field.START: datetime(2026, 1, 1, 8, tzinfo=UTC),
        Field.LABELS: ("a,b", "c;d"),
        Field.ASSIGNEES: (Person(email="anna@example.com", name='The "Berg", Anna'),),
    }
    text = translator().new("uid-1", fields, NOW)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    component = icalendar.Calendar.from_ical(text).walk("VTODO")[0]
    assert (str(component["UID"]), str(component["SUMMARY"])) == ("uid-1", fields[Field.TITLE])
    assert str(component["DESCRIPTION"]) == fields[Field.DESCRIPTION]
    assert (component.decoded("DUE"), component.decoded("DTSTART")) == (fields[Field.DUE], fields[Field.START])
    assert [str(label) for label in component["CATEGORIES"].cats] == ["a,b", "c;d"]
    assert component["ATTENDEE"].params["SCHEDULE-AGENT"] == "NONE"
    assert {name: value for name, value in read(text).fields.items() if name in fields} == fields


@pytest.mark.parametrize(
    ("line", "value"),
    [
        pytest.param("DUE;VALUE=DATE:20240229", date(2024, 2, 29), id="a day"),
        pytest.param("DUE:20260301T120000Z", datetime(2026, 3, 1, 12, tzinfo=UTC), id="UTC"),
        pytest.param("DUE:20260701T120000", datetime(2026, 7, 1, 10, tzinfo=UTC), id="floating: in the side's zone"),
        pytest.param(
            "DUE;TZID=W. Europe Standard Time:20260701T120000",
            datetime(2026, 7, 1, 10, tzinfo=UTC),
            id="a zone of Windows",
        ),
        pytest.param(
            "DUE;TZID=/example.org/2020/America/New_York:20260701T120000",
            datetime(2026, 7, 1, 16, tzinfo=UTC),
            id="a zone with a prefix",
        ),
        pytest.param(
            "DUE;TZID=Hut time:20260701T120000",
            datetime(2026, 7, 1, 7, tzinfo=UTC),
            id="a zone that is brought, summer",
        ),
        pytest.param(
            "DUE;TZID=Hut time:20260101T120000",
            datetime(2026, 1, 1, 8, tzinfo=UTC),
            id="a zone that is brought, winter",
        ),
        pytest.param("DUE:20161231T235960Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC), id="a leap second"),
    ],
)
def test_times_are_read_in_their_zones(line, value):
    text = todo(line, before=ZONE.format(rule="FREQ=YEARLY"))
    assert read(text).fields[Field.DUE] == value
    assert changed(text, {Field.DUE: value}) == text


@pytest.mark.parametrize(
    ("line", "new"),
    [
        pytest.param("DUE:20260701T120000", "DUE:20260702T080000", id="floating stays floating"),
        pytest.param(
            "DUE;TZID=Hut time;X-A=1:20260701T120000", "DUE;TZID=Hut time;X-A=1:20260702T110000", id="a zone stays"
        ),
        pytest.param("DUE:20260701T120000Z", "DUE:20260702T060000Z", id="UTC stays UTC"),
        pytest.param("DUE;VALUE=DATE;X-A=1:20260701", "DUE;X-A=1:20260702T060000Z", id="a day becomes an instant"),
        pytest.param("DUE;TZID=Nowhere/At_All:20260701T120000", "DUE:20260702T060000Z", id="nobody knows the zone"),
    ],
)
def test_an_instant_is_written_by_the_clock_that_was_there(line, new):
    text = todo(line, before=ZONE.format(rule="FREQ=YEARLY"))
    assert new in changed(text, {Field.DUE: datetime(2026, 7, 2, 6, tzinfo=UTC)}).splitlines()


def test_the_second_of_two_equal_hours_is_told_in_utc():
    text = todo("DUE;TZID=Europe/Berlin:20260701T120000")
    twice = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert "DUE:20261025T013000Z" in (after := changed(text, {Field.DUE: twice})).splitlines()
    assert read(after).fields[Field.DUE] == twice


def test_a_due_date_by_duration_is_told_by_itself_before_its_start_moves():
    text = todo("DTSTART;TZID=Europe/Berlin:20260701T120000", "DURATION:P1DT2H")
    assert read(text).fields[Field.DUE] == datetime(2026, 7, 2, 12, tzinfo=UTC)
    due = datetime(2026, 7, 2, 12, tzinfo=UTC)
    assert changed(text, {Field.DUE: due}) == text
    both = {Field.DUE: due, Field.START: datetime(2026, 6, 1, 10, tzinfo=UTC)}
    assert read(changed(text, both)).fields.items() >= both.items()
    after = changed(text, {Field.START: datetime(2026, 6, 1, 10, tzinfo=UTC)})
    assert "DUE;TZID=Europe/Berlin:20260702T140000" in after.splitlines()
    assert "DURATION" not in after
    assert read(after).fields[Field.DUE] == datetime(2026, 7, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        pytest.param("DUE:20260230", Field.DUE, id="no such day"),
        pytest.param("DUE:soon", Field.DUE, id="no date"),
        pytest.param("DUE;TZID=Nowhere/At_All:20260301T120000", Field.DUE, id="a zone that nobody knows"),
        pytest.param("DUE;TZID=Hut time:20260301T120000", Field.DUE, id="a zone with a rule by the second"),
        pytest.param("PRIORITY:10", Field.PRIORITY, id="too urgent"),
        pytest.param("PERCENT-COMPLETE:half", Field.PERCENT_COMPLETE, id="no number"),
        pytest.param("STATUS:DRAFT", Field.STATUS, id="a word of journals"),
        pytest.param("COMPLETED;VALUE=DATE:20260301", Field.COMPLETED, id="completed on a day"),
    ],
)
def test_what_can_not_be_read_is_no_opinion(line, field):
    entry = read(todo(line, "SUMMARY:Milk", before=ZONE.format(rule="FREQ=SECONDLY")))
    assert (set(entry.unknown), entry.fields[Field.TITLE], entry.problem) == ({field}, "Milk", "")


@pytest.mark.parametrize(
    "line", ["STATUS:COMPLETED", "status:completed", "COMPLETED:20260101T000000Z", "PERCENT-COMPLETE:100"]
)
def test_a_status_that_is_completed(line):
    assert read(todo(line)).fields[Field.STATUS] is Status.COMPLETED


def test_completing_tells_when_and_reopening_takes_it_back():
    open_ = todo("SUMMARY:Milk", "STATUS:NEEDS-ACTION", "PERCENT-COMPLETE:40")
    done = changed(open_, {Field.STATUS: Status.COMPLETED})
    assert read(done).fields[Field.COMPLETED] == NOW
    assert read(done).fields[Field.PERCENT_COMPLETE] == 40
    assert without_stamps(changed(done, {Field.STATUS: Status.NEEDS_ACTION})) == without_stamps(open_)


def test_an_attendee_who_stays_keeps_the_line():
    bo = Person(email="bo@example.com", name="Bo")
    after = changed(RICH, {Field.ASSIGNEES: (bo, *read(RICH).fields[Field.ASSIGNEES])}).splitlines()
    at = after.index("ATTENDEE;CN=Bo;SCHEDULE-AGENT=NONE:mailto:bo@example.com")
    assert after[at + 1] == 'ATTENDEE;CN="Berg, Anna";PARTSTAT=ACCEPTED:mailto:anna@example.com'
    assert after[at + 2] == "ATTENDEE;CUTYPE=ROOM:mailto:room@example.com"


def test_what_has_no_counterpart_is_refused():
    with pytest.raises(Unmappable) as caught:
        changed(RICH, {Field.START: None})
    assert caught.value.field is Field.START
    with pytest.raises(Unmappable):
        changed(RICH, {Field.ASSIGNEES: (Person(name="Anna"),)})
    with pytest.raises(Unmappable, match="no word"):
        translator(words={"NEEDS-ACTION": Status.NEEDS_ACTION}).new("u", {Field.STATUS: Status.CANCELLED}, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:u\n",
        "BEGIN:VCALENDAR\nEND:VTODO\n",
        "BEGIN:VTODO\nUID:u\nEND:VTODO\n",
        "BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 99,
    ],
)
def test_a_text_that_is_no_calendar_is_a_problem_and_is_not_written_over(text):
    entry = translator().entry(record_of(native_of("x.ics", '"1"', text)))
    assert entry.problem
    assert not entry.fields
    with pytest.raises(Rejected):
        translator().laid_over({Field.TITLE: "x"}, entry.native, NOW)
    with pytest.raises(Broken):
        Todo.read(text)


def test_a_removed_resource_is_a_tombstone():
    entry = translator().entry(tombstone("abc", "abc.ics"))
    assert (entry.deleted, entry.ref, entry.fields) == (True, "abc", {})


def test_lines_are_folded_between_characters():
    text = "SUMMARY:" + "ä€😀" * 40
    pieces = folded(text).split("\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text


def test_a_status_without_a_table_entry_is_not_written():
    own = CaldavSettings.model_validate({"username": "u", "password": "p"})
    side = SideSettings(name="s", own=own, base_url="https://x", timezone=UTC, statuses={"COMPLETED": Status.COMPLETED})
    assert capabilities(side).of(Field.STATUS).view.refuses(Status.CANCELLED)
