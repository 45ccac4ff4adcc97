"""The schedule over a simulated day: the real scheduler, on a clock that the test moves."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event

import pytest
from freezegun import freeze_time

from sync.heartbeat import Heartbeat
from sync.observing import Observer
from sync.pacing import LEAST, Pace
from sync.schedule import Schedule
from tests.service.simulated import Driven

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOON = 0.05


class Day:
    """Time that passes from one event to the next. ``work`` is what a group does, ``starts`` when it began."""

    def __init__(self, frozen: object) -> None:
        self.frozen = frozen
        self.ticks = 0.0
        self.starts: dict[str, list[float]] = {}
        self.dues: dict[str, float] = {}
        self.work: Callable[[str], bool] = lambda _group: False
        self.heart = Heartbeat(self)
        self.scheduler = Driven()
        day = self

        class Watcher(Observer):
            def group_scheduled(self, group: str, due: datetime) -> None:
                day.dues[group] = (due - day.now()).total_seconds() + day.ticks

        self.schedule = Schedule(
            self._run,
            clock=self,
            heartbeat=self.heart,
            observer=Watcher(),
            chance=random.Random(1).random,
            scheduler=self.scheduler,
        )

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.passes(seconds)

    def passes(self, seconds: float) -> None:
        """Let time pass, by both clocks."""
        self.frozen.tick(timedelta(seconds=seconds))
        self.ticks += seconds

    def until(self, end: float, *, idle: bool = True) -> None:
        """Live until then. ``idle``: every cycle ends at once."""
        while self.ticks < end:
            left = self.scheduler.look()
            if idle:
                assert self.schedule.wait(10)
                left = self.scheduler.look()
                assert self.schedule.wait(10)
            assert self.heart.age() == 0.0, self.heart.overdue()
            self.passes(min(end - self.ticks, max(SOON, left if left is not None else end)))

    def gaps(self, group: str) -> list[float]:
        """From each start to the next."""
        return [late - early for early, late in pairwise(self.starts[group])]

    def _run(self, group: str) -> bool:
        self.starts.setdefault(group, []).append(self.ticks)
        return self.work(group)


@pytest.fixture
def day() -> Iterator[Day]:
    with freeze_time(BEGIN) as frozen:
        made = Day(frozen)
        made.schedule.start()
        yield made
        made.schedule.stop()


def test_over_a_day_no_cycle_is_later_than_its_interval_nor_two_closer_than_they_may_be(day):
    """Twenty groups; they do not march in step either."""
    intervals = {f"g{n}": 300.0 + 60 * n for n in range(20)}
    for place, (group, interval) in enumerate(intervals.items()):
        day.schedule.put(group, Pace(interval), delay=0.5 * place)
    day.until(86_400)
    for group, interval in intervals.items():
        gaps = day.gaps(group)
        assert max(gaps) <= interval + 2 * SOON
        assert min(gaps) >= interval - max(0.1 * interval, 30) - 2 * SOON
        assert len(gaps) >= 86_400 // interval - 1
        assert max(gaps) - min(gaps) > 1, "chance has its part"


def test_after_a_change_the_next_come_sooner_until_all_is_quiet(day):
    day.work = lambda _group: len(day.starts["g"]) == 3
    day.schedule.put("g", Pace(800.0))
    day.until(6_000)
    gaps = day.gaps("g")
    parts = [800.0, 800.0, 100.0, 200.0, 400.0, 800.0, 800.0]
    assert all(part - max(0.1 * part, 1) - 30 <= gap <= part + 2 * SOON for gap, part in zip(gaps, parts, strict=False))


def test_a_cycle_that_runs_on_is_never_doubled_and_what_was_due_meanwhile_is_one_cycle(day):
    """It runs for three intervals: one cycle starts when it ends, and a neighbour never notices."""
    over = Event()
    day.work = lambda group: over.wait(20) and False if group == "slow" and len(day.starts["slow"]) == 1 else False
    day.schedule.put("slow", Pace(100.0))
    day.schedule.put("other", Pace(100.0))
    day.scheduler.look()
    for _ in range(70):
        time.sleep(0.01)  # real: the neighbour's thread ends
        day.passes(5.0)
        day.scheduler.look()
    assert len(day.starts["slow"]) == 1
    assert max(day.gaps("other")) <= 105.0
    ended = day.ticks
    over.set()
    assert day.schedule.wait(10)
    day.until(ended + 201)
    assert len(day.starts["slow"]) in {3, 4}
    assert day.starts["slow"][1] - ended <= 2 * SOON
    assert min(day.gaps("slow")) >= LEAST


def test_a_group_is_run_at_once_when_somebody_asks_and_again_when_it_was_running(day):
    over = Event()
    day.schedule.put("g", Pace(1000.0))
    day.until(100)
    assert day.schedule.now("g")
    assert not day.schedule.now("nosuch")
    day.until(101)
    assert len(day.starts["g"]) == 2
    day.work = lambda _group: over.wait(20) and False
    day.passes(10.0)
    day.schedule.now("g")
    day.scheduler.look()
    day.passes(3.0)
    day.schedule.now("g")
    day.schedule.now("g")
    over.set()
    assert day.schedule.wait(10)
    day.work = lambda _group: False
    day.until(200)
    assert len(day.starts["g"]) == 4, "asked for twice while it ran: once more"


@pytest.mark.parametrize("seconds", [-7200.0, 7200.0])
def test_a_clock_that_is_set_makes_no_cycle_late_and_none_in_haste(day, seconds):
    day.schedule.put("g", Pace(300.0))
    day.until(1000)
    day.frozen.tick(timedelta(seconds=seconds))
    day.schedule.tend()
    before = len(day.starts["g"])
    day.until(2000)
    assert max(day.gaps("g")) <= 300.0 + 2 * SOON
    assert min(day.gaps("g")[1:]) >= 260.0
    assert len(day.starts["g"]) - before in {3, 4}


def test_what_was_missed_while_the_machine_slept_is_one_cycle(day):
    day.schedule.put("g", Pace(300.0))
    day.until(1000)
    before = len(day.starts["g"])
    day.passes(7200.0)
    day.schedule.tend()
    day.until(8210)
    assert len(day.starts["g"]) == before + 1


def test_a_group_that_was_removed_has_no_more_cycles_and_a_changed_one_has_its_new_pace(day):
    day.schedule.put("gone", Pace(100.0))
    day.schedule.put("kept", Pace(1000.0))
    day.until(350)
    day.schedule.remove("gone")
    day.schedule.put("kept", Pace(50.0))
    assert day.schedule.groups == ("kept",)
    day.until(1000)
    assert max(day.starts["gone"]) <= 350
    assert len(day.starts["kept"]) >= 1 + 650 // 50
