"""A budget that many share: never too much at the server, hardly less than there is, and who comes first.

Time is played: each of several processes sends one request after the other, and an answer takes as long as chance says.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.book import GRACE, OPEN_FOR, Book, Ticket
from connectors.budget import Rank, RateBudget, Slot, Window
from connectors.limiter import BookLimiter, Home
from connectors.quota import Told
from tests.connectors.kit.clock import FakeClock

FIFTY = RateBudget(windows=(Window(limit=50, per=60.0),))


class SharedHome(Home):
    """One book that all have; its clock is the play's."""

    owner = "somebody"
    troubles = ()

    def __init__(self) -> None:
        self.kept = Book()
        self.now = 0.0

    def book(self):
        from contextlib import nullcontext

        return nullcontext((self.kept, self.now))


@dataclass
class Play:
    """Processes, each of a group, that all have more to send than the budget lets through."""

    budget: RateBudget
    seed: int = 0
    latest: float = 0.3  # seconds that an answer takes at most
    home: SharedHome = field(default_factory=SharedHome)
    arrivals: list[tuple[float, str]] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=dict)

    def run(self, senders: dict[str, tuple[str, Rank]], until: float, *, late: dict[str, float] | None = None) -> None:
        """``senders`` have a group and a rank; those that are ``late`` begin then."""
        chance = random.Random(self.seed)
        limiters = {name: BookLimiter(self.budget, FakeClock(), self.home, group=senders[name][0]) for name in senders}
        tickets: dict[str, Ticket] = {}
        began: dict[str, float] = {}
        queue = [((late or {}).get(name, 0.0), place, name, None) for place, name in enumerate(senders)]
        heapq.heapify(queue)
        while queue and queue[0][0] < until:
            self.home.now, place, name, slot = heapq.heappop(queue)
            if slot is not None:
                self.home.kept.close(slot.number, None, self.home.now, learns=True)
            group, rank = senders[name]
            ticket = tickets.setdefault(name, Ticket(cost=1, rank=rank, group=group))
            began.setdefault(name, self.home.now)
            found = limiters[name].look(ticket)
            if not isinstance(found, Slot):
                heapq.heappush(queue, (self.home.now + found.look, place, name, None))
                continue
            self.waits.setdefault(name, []).append(self.home.now - began.pop(name))
            del tickets[name]
            latency = chance.uniform(0.0, self.latest)
            self.arrivals.append((self.home.now + chance.uniform(0.0, latency), name))
            heapq.heappush(queue, (self.home.now + latency, place, name, found))

    def most(self, window: Window) -> int:
        """The most that arrived within any such time."""
        times = sorted(time for time, _ in self.arrivals)
        first, most = 0, 0
        for last, time in enumerate(times):
            while times[first] <= time - window.per:
                first += 1
            most = max(most, last - first + 1)
        return most


@pytest.mark.parametrize("processes", [1, 2, 4])
@pytest.mark.parametrize("window", [Window(limit=50, per=60.0), Window(limit=20, per=20.0)], ids=["50/60s", "20/20s"])
def test_no_window_is_exceeded_and_at_least_95_percent_are_used(processes, window):
    """While there is work: ten windows, with answers that take up to 0.3 s."""
    play = Play(RateBudget(windows=(window,)))
    play.run({f"p{n}": (f"g{n}", Rank.WRITE) for n in range(processes)}, until=10 * window.per)
    assert play.most(window) <= window.limit
    assert len(play.arrivals) >= 0.95 * 10 * window.limit


@given(
    st.integers(1, 4),
    st.lists(st.builds(Window, limit=st.integers(1, 12), per=st.floats(1, 30)), min_size=1, max_size=3),
    st.integers(0, 9),
    st.floats(0, 3),
)
def test_whatever_the_windows_none_is_exceeded_and_nobody_waits_for_ever(processes, windows, seed, latest):
    play = Play(RateBudget(windows=tuple(windows)), seed=seed, latest=latest)
    play.run({f"p{n}": (f"g{n % 2}", Rank(n % 3)) for n in range(processes)}, until=200.0)
    for window in windows:
        assert play.most(window) <= window.limit
    assert {name for _, name in play.arrivals} >= {"p0"}


def test_groups_share_what_there_is():
    """Four groups at work all the time: each has its quarter, whatever it is at."""
    play = Play(FIFTY)
    play.run({f"g{n}": (f"g{n}", Rank(n % 3)) for n in range(4)}, 600.0)
    for group in range(4):
        mine = sum(1 for _, name in play.arrivals if name == f"g{group}")
        assert 0.2 * len(play.arrivals) <= mine <= 0.3 * len(play.arrivals)


def test_a_group_that_writes_all_the_time_does_not_keep_another_from_reading():
    """It comes to a budget that is used up, and has its turn with the first place that is free."""
    play = Play(FIFTY)
    play.run({"writer": ("a", Rank.WRITE), "reader": ("b", Rank.SWEEP)}, 600.0, late={"reader": 90.0})
    assert play.waits["reader"][0] <= 60.3
    assert max(play.waits["reader"][5:]) <= 60.6


def test_writes_go_before_polls_before_sweeps():
    """Three of one group wait for the same place."""
    play = Play(RateBudget(windows=(Window(limit=1, per=60.0),)), latest=0.0)
    play.home.kept.slots = [Slot(1, 0.0, group="a")]
    play.run({"sweep": ("a", Rank.SWEEP), "poll": ("a", Rank.POLL), "write": ("a", Rank.WRITE)}, 61.0)
    assert [name for _, name in play.arrivals] == ["write"]
    play = Play(RateBudget(windows=(Window(limit=1, per=60.0),)), latest=0.0)
    play.home.kept.slots = [Slot(1, 0.0, group="a")]
    play.run({"sweep": ("a", Rank.SWEEP), "poll": ("a", Rank.POLL)}, 61.0)
    assert [name for _, name in play.arrivals] == ["poll"]


def test_who_stopped_while_waiting_holds_nobody_up():
    """A ticket whose holder does not look any more is passed over."""
    book = Book(slots=[Slot(50, 0.0)])
    ticket = Ticket(cost=50, rank=Rank.WRITE, group="a")
    wait = book.ask(FIFTY, ticket, 1.0)
    book.stand(ticket, 1.0 + wait.look)
    other = Ticket(cost=1, rank=Rank.SWEEP, group="a")
    assert book.ask(FIFTY, other, 1.0 + wait.look) is not None
    assert book.ask(FIFTY, other, 1.0 + wait.look + GRACE + 0.01) is None


def test_a_place_that_nobody_looks_for_soon_is_not_left_idle():
    book = Book()
    book.stand(Ticket(cost=1, rank=Rank.WRITE, group="a"), 10.0)
    assert (
        book.ask(RateBudget(windows=(Window(limit=1, per=5.0),)), Ticket(cost=1, rank=Rank.SWEEP, group="a"), 9.0)
        is None
    )


def test_a_request_without_an_end_is_let_go_at_last():
    book = Book()
    slot = book.enter(FIFTY, Ticket(cost=1, rank=Rank.POLL, group="a"), 0.0)
    book.prune(FIFTY, OPEN_FOR + 1)
    assert (slot.done, len(book.slots)) == (OPEN_FOR, 1)
    book.prune(FIFTY, OPEN_FOR + 61)
    assert book.slots == []


def answered(book: Book, told: Told, now: float, budget: RateBudget = FIFTY) -> None:
    slot = book.enter(budget, Ticket(cost=1, rank=Rank.POLL, group="a"), now)
    book.close(slot.number, told, now, learns=True)


def test_what_the_vendor_says_is_left_holds_until_its_reset():
    book = Book()
    answered(book, Told(remaining=2, reset=30.0), 0.0)
    assert book.wait(FIFTY, 1, 0.0) == 0.0
    assert book.wait(FIFTY, 3, 0.0) == 30.0
    answered(book, Told(remaining=40, reset=29.0), 1.0)  # the same reset: an answer that was overtaken
    assert book.wait(FIFTY, 2, 1.0) == 29.0
    answered(book, Told(remaining=40, reset=60.0), 2.0)
    assert book.wait(FIFTY, 40, 2.0) == 0.0
    assert book.wait(FIFTY, 41, 2.0) == 60.0


def test_requests_that_are_open_may_not_be_counted_yet():
    book = Book()
    for _ in range(3):
        book.enter(FIFTY, Ticket(cost=1, rank=Rank.POLL, group="a"), 0.0)
    book.close(1, Told(remaining=5, reset=30.0), 1.0, learns=True)
    assert book.wait(FIFTY, 3, 1.0) == 0.0
    assert book.wait(FIFTY, 4, 1.0) == 30.0


def test_a_smaller_window_of_the_vendors_is_kept_from_then_on():
    book = Book()
    answered(book, Told(windows=(Window(limit=2, per=10.0),)), 0.0)
    answered(book, Told(), 0.0)
    assert book.wait(FIFTY, 1, 0.0) == pytest.approx(10.05)


def test_refusals_without_a_time_make_pauses_that_grow_until_an_answer():
    book, now, pauses = Book(), 0.0, []
    for _ in range(8):
        answered(book, Told(refused=True), now)
        pauses.append(book.blocked - now)
        now = book.blocked
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    answered(book, Told(), now)
    answered(book, Told(refused=True), now)
    assert book.blocked - now == 1


def test_a_long_log_is_kept_short_and_never_counts_less():
    budget = RateBudget(windows=(Window(limit=5000, per=3600.0),))
    book = Book()
    for number in range(4000):
        book.slots.append(Slot(1, number * 0.5, group="a"))
    before = [book.wait(budget, cost, 2000.0) for cost in (1, 1001, 3000, 5000)]
    book.prune(budget, 2000.0)
    assert len(book.slots) <= 1001
    after = [book.wait(budget, cost, 2000.0) for cost in (1, 1001, 3000, 5000)]
    assert all(early <= late <= early + 4.0 for early, late in zip(before, after, strict=True))


def test_windows_that_a_vendor_names_no_longer_are_forgotten_after_a_day():
    """Tighter than ours they hold at once; a day later ours does again."""
    book, narrow = Book(), Window(limit=1, per=60.0)
    answered(book, Told(windows=(narrow,)), 0.0)
    assert book.wait(FIFTY, 1, 1.0) > 0
    answered(book, Told(), 80_000.0)
    assert book.wait(FIFTY, 1, 80_001.0) > 0, "it may have left them out for once"
    answered(book, Told(), 90_000.0)
    assert book.wait(FIFTY, 1, 90_001.0) == 0.0
