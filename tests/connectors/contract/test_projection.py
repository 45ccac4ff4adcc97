"""Views keep their laws, and an edit on a poorer side is laid over the value, not copied."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import chain, combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.conformance.values import days_or_instants, lines
from connectors.projection import SAME, Chain, DayIn, FirstOnly, Through, Words, cut, one_line
from connectors.task import Person, Status

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "America/Toronto",
    "Pacific/Apia",
)
PEOPLE = tuple(Person(id=str(number)) for number in range(4))
SUBSETS = list(chain.from_iterable(combinations(Status, size) for size in range(1, 5)))

VIEWS = {
    "same": (SAME, lines()),
    "one line": (Through(one_line, ""), st.text()),
    "cut": (cut(5), lines()),
    "one line, cut": (Chain(Through(one_line, ""), cut(7)), st.text()),
    "first only": (FirstOnly(), st.lists(st.sampled_from(PEOPLE), unique=True).map(tuple)),
    **{f"day in {zone}": (DayIn(ZoneInfo(zone)), days_or_instants()) for zone in ZONES},
    **{
        f"words {'+'.join(held)}": (
            Words(frozenset(held)),
            st.sampled_from([one for one in Status if not Words(frozenset(held)).refuses(one)]),
        )
        for held in SUBSETS
    },
}


@pytest.mark.parametrize("name", VIEWS)
@given(data=st.data())
def test_a_view_keeps_its_laws(name, data):
    """view(view(c)) = view(c); lift(view(c), c) = c; view(lift(v, c)) = v."""
    view, values = VIEWS[name]
    canonical = data.draw(values, label="canonical")
    seen = view.view(data.draw(values, label="edited to"))
    assert view.view(view.view(canonical)) == view.view(canonical)
    assert view.lift(view.view(canonical), canonical) == canonical
    assert view.view(view.lift(seen, canonical)) == seen


@given(st.sampled_from(ZONES), st.datetimes(timezones=st.just(UTC)), st.dates())
def test_any_instant_that_python_has_can_be_seen_as_a_day(zone, instant, day):
    """The first and last days of all time do not overflow, and what is lifted is in UTC or a day."""
    view = DayIn(ZoneInfo(zone))
    assert view.view(view.view(instant)) == view.view(instant)
    lifted = view.lift(day, instant)
    assert view.view(lifted) == day


@pytest.mark.parametrize(
    ("instant", "day", "lifted"),
    [
        pytest.param("2024-06-01T13:00Z", "2024-06-02", "2024-06-02T13:00Z", id="the time of day stays"),
        pytest.param("2024-06-01T13:00Z", "2024-12-01", "2024-12-01T14:00Z", id="over a change of summer time too"),
        pytest.param("2024-03-30T01:30Z", "2024-03-31", "2024-03-31T01:30Z", id="02:30 is left out: it becomes 03:30"),
        pytest.param("2024-10-26T00:30Z", "2024-10-27", "2024-10-27T00:30Z", id="02:30 is there twice: the first"),
        pytest.param(
            "2024-06-01T23:30Z", "2024-06-02", "2024-06-01T23:30Z", id="the day there is the next one already: no edit"
        ),
    ],
)
def test_a_day_laid_over_an_instant_keeps_the_time_of_day(instant, day, lifted):
    """In the zone of the side, which is Berlin."""
    result = DayIn(ZoneInfo("Europe/Berlin")).lift(date.fromisoformat(day), datetime.fromisoformat(instant))
    assert result == datetime.fromisoformat(lifted)


def test_a_lifted_instant_equals_itself_in_utc():
    """An instant kept in a zone would be unequal to the same one in UTC in the hour that summer time leaves out."""
    view = DayIn(ZoneInfo("Europe/Berlin"))
    lifted = view.lift(date(2024, 3, 31), datetime(2024, 3, 30, 1, 30, tzinfo=UTC))
    assert isinstance(lifted, datetime)
    assert lifted.utcoffset() == UTC.utcoffset(None)


def test_a_time_that_a_gap_would_carry_into_the_next_day_comes_before_the_gap():
    """In Toronto, the clocks went from 23:30 to 00:30 on 30 March 1919."""
    view = DayIn(ZoneInfo("America/Toronto"))
    assert view.view(view.lift(date(1919, 3, 30), datetime(1919, 3, 20, 4, 45, tzinfo=UTC))) == date(1919, 3, 30)


def test_a_day_that_a_zone_never_had_is_taken_without_a_time():
    """Samoa went from 29 to 31 December 2011."""
    view = DayIn(ZoneInfo("Pacific/Apia"))
    assert view.lift(date(2011, 12, 30), datetime(2011, 12, 28, 20, tzinfo=UTC)) == date(2011, 12, 30)


@pytest.mark.parametrize("current", [None, date(2024, 1, 1)])
def test_a_day_where_there_was_no_time_is_a_day(current):
    assert DayIn(UTC).lift(date(2024, 2, 29), current) == date(2024, 2, 29)


def test_a_day_that_is_taken_away_is_taken_away():
    assert DayIn(UTC).lift(None, datetime(2024, 2, 29, 12, tzinfo=UTC)) is None


def test_a_cut_title_edited_elsewhere_stays_whole():
    """Only an edit of the cut title itself replaces the whole one."""
    view = cut(4)
    assert view.view("Call the plumber") == "Call"
    assert view.lift("Call", "Call the plumber") == "Call the plumber"
    assert view.lift("Mail", "Call the plumber") == "Mail"
    assert view.view("abc def") == "abc", "no blank is left at the cut"


@pytest.mark.parametrize(
    ("held", "value", "seen"),
    [
        ({Status.NEEDS_ACTION, Status.COMPLETED}, Status.IN_PROGRESS, Status.NEEDS_ACTION),
        ({Status.IN_PROGRESS, Status.COMPLETED}, Status.NEEDS_ACTION, Status.IN_PROGRESS),
        ({Status.NEEDS_ACTION, Status.IN_PROGRESS}, Status.IN_PROGRESS, Status.IN_PROGRESS),
    ],
)
def test_an_open_state_without_a_word_is_told_as_the_other_one(held, value, seen):
    view = Words(frozenset(held))
    assert view.view(value) is seen
    assert view.refuses(value) == ""
    assert view.lift(seen, value) is value, "and it is not lost"


@pytest.mark.parametrize("value", [Status.COMPLETED, Status.CANCELLED])
def test_a_closed_state_without_a_word_cannot_be_told(value):
    view = Words(frozenset({Status.NEEDS_ACTION}))
    assert value.value in view.refuses(value)


def test_reopening_on_a_side_with_one_open_word_gives_that_word():
    view = Words(frozenset({Status.NEEDS_ACTION, Status.COMPLETED}))
    assert view.lift(Status.NEEDS_ACTION, Status.COMPLETED) is Status.NEEDS_ACTION


@pytest.mark.parametrize(
    ("seen", "current", "lifted"),
    [
        ("1", "123", "123"),
        ("9", "123", "923"),
        ("2", "123", "23"),
        ("", "123", ""),
        ("1", "", "1"),
    ],
)
def test_a_side_with_one_person_replaces_the_first(seen, current, lifted):
    """The others stay; nobody there is nobody at all; somebody further down moves up and is not named twice."""
    people = {text: tuple(Person(id=one) for one in text) for text in (seen, current, lifted)}
    assert FirstOnly().lift(people[seen], people[current]) == people[lifted]


def test_losses_are_told_in_words():
    assert SAME.loss == ""
    assert "5" in cut(5).loss
    assert Words(frozenset(Status)).loss == ""
    assert "in_progress" in Words(frozenset({Status.NEEDS_ACTION})).loss
    assert Chain(Through(one_line, "one line"), cut(5)).loss == "one line, cut at 5 characters"


def test_a_chain_refuses_what_one_of_its_views_refuses():
    words = Words(frozenset({Status.NEEDS_ACTION}))
    assert Chain(SAME, words).refuses(Status.COMPLETED)
    assert Chain(words, SAME).refuses(Status.COMPLETED)
    assert Chain(words, SAME).refuses(Status.IN_PROGRESS) == ""
