"""What has to agree within one task is told so that it does, and read as it was meant."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors.task import Field, Status
from tests.connectors.caldav.texts import changed, read, todo

BESIDE = datetime(2026, 7, 1, 10, tzinfo=UTC)
DAY = date(2026, 7, 2)


@pytest.mark.parametrize(
    ("lines", "fields", "told"),
    [
        pytest.param(
            ("DTSTART:20260701T100000Z",),
            {Field.DUE: DAY},
            {"DTSTART:20260701T100000Z", "DUE;X-TASKSYNC-VALUE=DATE:20260702T235959"},
            id="a due day beside an instant",
        ),
        pytest.param(
            ("DTSTART;TZID=Europe/Berlin:20260701T120000",),
            {Field.DUE: date(2026, 7, 1)},
            {
                "DTSTART;TZID=Europe/Berlin:20260701T120000",
                "DUE;TZID=Europe/Berlin;X-TASKSYNC-VALUE=DATE:20260701T235959",
            },
            id="in the zone of the instant",
        ),
        pytest.param(
            ("DTSTART;VALUE=DATE;X-A=1:20260701",),
            {Field.DUE: BESIDE},
            {"DTSTART;X-A=1;X-TASKSYNC-VALUE=DATE:20260701T000000", "DUE:20260701T100000Z"},
            id="a first day beside an instant",
        ),
        pytest.param(
            ("DTSTART:20260701T100000Z", "DUE;X-TASKSYNC-VALUE=DATE:20260702T235959"),
            {Field.START: date(2026, 7, 1)},
            {"DTSTART;VALUE=DATE:20260701", "DUE;VALUE=DATE:20260702"},
            id="both are days again",
        ),
        pytest.param(
            ("DTSTART:20260701T100000Z", "DUE;X-TASKSYNC-VALUE=DATE:20260702T235959"),
            {Field.START: None},
            {"DUE;VALUE=DATE:20260702"},
            id="a day by itself again",
        ),
        pytest.param(
            ("DTSTART:20260701T090000Z", "DUE;X-TASKSYNC-VALUE=DATE:20260702T235959"),
            {Field.DUE: BESIDE},
            {"DTSTART:20260701T090000Z", "DUE:20260701T100000Z"},
            id="a day becomes an instant",
        ),
        pytest.param(
            ("DTSTART;VALUE=DATE:20260701", "RRULE:FREQ=DAILY"),
            {Field.DUE: BESIDE},
            {"DTSTART;VALUE=DATE:20260701", "DUE:20260701T100000Z"},
            id="the start of a task that recurs stays",
        ),
        pytest.param(
            ("DTSTART:nonsense",),
            {Field.DUE: DAY},
            {"DTSTART:nonsense", "DUE;VALUE=DATE:20260702"},
            id="what nobody can read stays",
        ),
    ],
)
def test_a_start_and_a_due_date_are_told_as_the_same_type_and_read_as_they_were_meant(lines, fields, told):
    before = todo(*lines)
    after = changed(before, fields)
    assert {line for line in after.splitlines() if line.startswith(("DTSTART", "DUE"))} == told
    assert read(after).fields.items() >= fields.items()
    other = ({Field.START, Field.DUE} - fields.keys()).pop()
    assert read(after).fields.get(other) == read(before).fields.get(other)
    assert changed(after, fields) == after


def test_a_day_that_somebody_gave_a_time_is_that_time():
    line = "DUE;TZID=Europe/Berlin;X-TASKSYNC-VALUE=DATE:20260701T120000"
    assert read(todo("DTSTART:20260701T090000Z", line)).fields[Field.DUE] == BESIDE


@pytest.mark.parametrize(
    ("lines", "fields", "told"),
    [
        (("STATUS:IN-PROCESS",), {Field.PERCENT_COMPLETE: 100}, "PERCENT-COMPLETE;X-TASKSYNC-VALUE=100:99"),
        (
            ("STATUS:COMPLETED", "PERCENT-COMPLETE;X-A=1:100"),
            {Field.STATUS: Status.NEEDS_ACTION},
            "PERCENT-COMPLETE;X-A=1;X-TASKSYNC-VALUE=100:99",
        ),
        (("PERCENT-COMPLETE;X-TASKSYNC-VALUE=100:99",), {Field.STATUS: Status.COMPLETED}, "PERCENT-COMPLETE:100"),
        (("PERCENT-COMPLETE;X-TASKSYNC-VALUE=100:99",), {Field.PERCENT_COMPLETE: 99}, "PERCENT-COMPLETE:99"),
        (("STATUS:COMPLETED",), {Field.PERCENT_COMPLETE: 100}, "PERCENT-COMPLETE:100"),
    ],
)
def test_a_task_that_is_not_completed_is_not_told_as_one(lines, fields, told):
    """Programs take 100 % for completed, whatever the status is."""
    before = todo(*lines)
    after = changed(before, fields)
    assert told in after.splitlines()
    assert read(after).fields.items() >= fields.items()
    other = ({Field.STATUS, Field.PERCENT_COMPLETE} - fields.keys()).pop()
    assert read(after).fields[other] == read(before).fields[other]


def test_somebodys_own_line_of_progress_stays_as_long_as_nothing_about_it_changes():
    before = todo("STATUS:IN-PROCESS", "PERCENT-COMPLETE:100", "SUMMARY:Milk")
    assert "PERCENT-COMPLETE:100" in changed(before, {Field.TITLE: "Oats"}).splitlines()
    moved = todo("STATUS:IN-PROCESS", "PERCENT-COMPLETE;X-TASKSYNC-VALUE=100:40")
    assert read(moved).fields[Field.PERCENT_COMPLETE] == 40
