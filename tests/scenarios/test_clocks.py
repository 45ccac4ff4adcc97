"""Clocks that jump, clocks that differ, and times that our own writes moved; days, instants and summer time."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.report import Result
from tests.scenarios.breaking import meanwhile

TIMES = {"times": True}


def agreed(group, **traits):
    """Sides that agree on "Milk"."""
    world = group(**traits)
    world.add("a", "Milk", due="2026-03-28T14:00:00+00:00")
    world.settle()
    return world, world.ref("a", "Milk"), world.ref("b", "Milk")


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_changes_nothing(group, hours):
    """Our clock jumps by an hour, either way.

    Edits still follow each other, nothing is lost, nothing is written twice.
    """
    world, a, b = agreed(group, a={}, b={})
    world.edit("a", a, title="Bread")
    world.run()
    world.clock.time += timedelta(hours=hours)
    world.edit("b", b, title="Rolls")
    assert world.run().conflicts == 0
    assert world.titles("a") == world.titles("b") == ["Rolls"]
    world.clock.time -= timedelta(hours=hours)
    world.edit("a", a, title="Buns")
    world.run()
    assert world.titles("b") == ["Buns"]
    assert world.run().result is Result.QUIET


def test_a_vendors_clock_is_corrected_by_its_own_date(group):
    """B's clock is ten minutes ahead: its older edit does not win by that."""
    world, a, b = agreed(group, a=TIMES, b=TIMES)
    world.vaults["b"].now = lambda: world.clock.now() + timedelta(minutes=10)
    world.edit("b", b, title="older")
    world.clock.pass_(60)
    world.edit("a", a, title="newer")
    world.run()
    assert world.titles("a") == world.titles("b") == ["newer"]
    assert world.lost("title") == ["older"]


def test_edits_too_close_to_tell_fall_back_to_priority(group):
    """Times closer than the granularities and five seconds say nothing: the first side wins."""
    world, a, b = agreed(group, a=TIMES, b=TIMES)
    world.vaults["a"].edit(a, {"title": "first side"})
    world.clock.pass_(4)
    world.vaults["b"].edit(b, {"title": "a moment later"})
    world.run()
    assert world.titles("a") == world.titles("b") == ["first side"]
    assert world.lost("title") == ["a moment later"]


def test_a_side_without_times_never_takes_part_in_newest(group):
    """Where one of the two tells no time, the priority decides."""
    world, a, b = agreed(group, a={}, b=TIMES)
    world.edit("a", a, title="no time")
    world.clock.pass_(3600)
    world.edit("b", b, title="an hour later")
    world.run()
    assert world.titles("b") == ["no time"]


def test_a_time_that_our_own_write_moved_does_not_win(group):
    """Our write moves B's modification time; B's own, older edit of another field does not become the newest by it."""
    world, a, b = agreed(group, a=TIMES, b=TIMES, c=TIMES)
    c = world.ref("c", "Milk")
    world.edit("c", c, title="from c")

    def edited_before_our_write(verb, phase):
        if verb == "update" and phase == "before" and not done:
            done.append(verb)
            world.vaults["b"].edit(b, {"description": "written on b"})

    done: list[str] = []
    world.vaults["b"].hook = edited_before_our_write
    world.run()
    world.vaults["b"].hook = None
    world.edit("a", a, description="written on a, later")
    world.run()
    assert world.on("a", "from c")["description"] == world.on("b", "from c")["description"] == "written on a, later"
    assert world.lost("description") == ["written on b"]


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        ("2026-03-30", "2026-03-30T13:00:00+00:00"),
        ("2026-03-27", "2026-03-27T14:00:00+00:00"),
        ("2026-10-26", "2026-10-26T14:00:00+00:00"),
    ],
    ids=["over the change to summer time", "before it", "over the change back"],
)
def test_a_day_that_is_moved_keeps_the_time_of_day(group, day, instant):
    """Due 15:00 in Berlin on A, a date on B, moved there by some days: 15:00 on the new day, over summer time too."""
    world, _, b = agreed(group, a={}, b={"days_only": True}, world={"zone": ZoneInfo("Europe/Berlin")})
    assert world.on("b", "Milk")["due"] == "2026-03-28"
    world.edit("b", b, due=day)
    world.run()
    assert world.on("a", "Milk")["due"] == instant
    assert world.run().result is Result.QUIET


def test_a_date_stays_a_date(group):
    """A whole day is never made an instant on its way."""
    world = group(a={}, b={"days_only": True}, c={})
    world.add("b", "Milk", due="2026-04-01")
    world.settle()
    assert {world.on(side, "Milk")["due"] for side in "abc"} == {"2026-04-01"}
    world.edit("c", world.ref("c", "Milk"), due="2026-04-01T08:00:00+00:00")
    world.settle()
    assert world.on("a", "Milk")["due"] == "2026-04-01T08:00:00+00:00"
    assert world.on("b", "Milk")["due"] == "2026-04-01"
    assert world.run().result is Result.QUIET


def test_a_due_date_that_is_taken_away_is_gone_everywhere(group):
    """Nothing is a value too: it goes to the side of days and back."""
    world, _, b = agreed(group, a={}, b={"days_only": True})
    world.edit("b", b, due=None)
    world.run()
    assert world.on("a", "Milk")["due"] is None
    assert world.run().result is Result.QUIET


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_within_a_cycle_changes_nothing(group, hours):
    """Between a request and its receipt: the answer is recorded, nothing is sent twice."""
    world, a, _ = agreed(group, a={}, b={})
    world.edit("a", a, title="Bread")

    def jump():
        world.clock.time += timedelta(hours=hours)

    with meanwhile(world.vaults["b"], "update", jump, when="after"):
        world.run()
    assert world.titles("a") == world.titles("b") == ["Bread"]
    assert world.run().result is Result.QUIET


@pytest.mark.parametrize("day", ["2028-02-29", "2026-03-29", "2026-10-25"], ids=["leap day", "23 hours", "25 hours"])
def test_a_task_of_an_odd_day_is_the_same_day_everywhere_and_goes_quiet(group, day):
    """There and back: a side that knows days only moves the task to that day, and away from it."""
    world, a, b = agreed(group, a={}, b={"days_only": True})
    world.edit("b", b, due=day)
    world.run()
    assert str(world.on("a", "Milk")["due"]).startswith(day)
    world.edit("a", a, due=day)
    world.run()
    assert world.on("a", "Milk")["due"] == world.on("b", "Milk")["due"] == day
    assert world.run().result is Result.QUIET
