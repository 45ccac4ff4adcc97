"""Matching 10,000 entries of one title on each of two sides, in seconds: what pairs could be compared, and is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from connectors.budget import RateBudget
from connectors.contract import (
    Capabilities,
    CreateHelp,
    DeleteMeans,
    DeletionSign,
    Discovery,
    Entry,
    FieldCapability,
    Holding,
    Verb,
)
from connectors.task import Field, Value
from sync.core.cluster import Member
from sync.core.lens import Lenses
from sync.core.match import match
from sync.core.model import Link, Side, State, Task
from sync.core.policy import GroupPolicy, SideSpec

ENTRIES = 10_000
DAY = date(2026, 4, 1)

EVERYTHING = Capabilities(
    verbs=frozenset(Verb),
    fields={field: FieldCapability(holding=Holding.TWO_WAY) for field in Field if field is not Field.COMMENTS},
    discovery=Discovery.SNAPSHOT,
    deletion_sign=DeletionSign.GONE_ON_GET,
    delete_means=DeleteMeans.DELETE,
    create_help=CreateHelp.LISTING,
    modified_granularity=timedelta(seconds=1),
    budget=RateBudget(source="none: plain data"),
)
POLICY = GroupPolicy(sides=tuple(SideSpec(name=name, capabilities=EVERYTHING, mapping="1") for name in "ab"))

Fields = Mapping[Field, Value]


@dataclass(frozen=True)
class Case:
    """What the entries of each side hold beside the title, by number; those of a may be tasks already."""

    of_a: Callable[[int], Fields]
    of_b: Callable[[int], Fields]
    tasks: bool = False


def same_day(_: int) -> Fields:
    """One due date."""
    return {Field.DUE: DAY}


def own_day(number: int) -> Fields:
    """A due date of its own."""
    return {Field.DUE: DAY + timedelta(days=number)}


def own_day_and_label(number: int) -> Fields:
    """A due date of its own, and one label."""
    return {**own_day(number), Field.LABELS: ("home",)}


def own_text_and_label(number: int) -> Fields:
    """A description of its own, and one label."""
    return {Field.DESCRIPTION: f"text {number}", Field.LABELS: ("home",)}


def nothing(_: int) -> Fields:
    """No other field."""
    return {}


CASES = {
    "no other field": Case(nothing, nothing),
    "the same due date": Case(same_day, same_day),
    "a due date each": Case(own_day, own_day),
    "a due date each, one label": Case(own_day_and_label, own_day_and_label),
    "one label, else different: asked": Case(own_day_and_label, own_text_and_label),
    "tasks, no other field": Case(nothing, nothing, tasks=True),
    "tasks, the same due date": Case(same_day, same_day, tasks=True),
    "tasks, a due date each": Case(own_day, own_day, tasks=True),
}


def member(side: str, number: int, values: Fields) -> Member:
    """An entry of a side."""
    fields = {Field.TITLE: "Take the medicine", **values}
    return Member(side, Entry(ref=str(number), fields=fields, native={}, raw_hash=""), fields, first_meeting=True)


def measure(what: str, case: Case) -> None:
    """Match, and print the seconds and what came of it."""
    state = State(group="work", cycle=1, sides={side: Side(name=side) for side in "ab"})
    members = [member("b", number, case.of_b(number)) for number in range(ENTRIES)]
    if case.tasks:
        for number in range(ENTRIES):
            state.tasks[number] = Task(number, values={Field.TITLE: "Take the medicine", **case.of_a(number)})
            state.links[number, "a"] = Link(number, "a", str(number))
    else:
        members += [member("a", number, case.of_a(number)) for number in range(ENTRIES)]
    lenses = Lenses(state, POLICY)
    before = time.perf_counter()
    found = match(lenses, members, state.tasks.values(), {})
    seconds = time.perf_counter() - before
    pairs = sum(len(one.members) + bool(one.task) > 1 for one in found.clusters)
    print(f"{what:<34} {seconds:6.2f} s   {pairs:6} pairs   {len(found.doubts):6} asked about")


if __name__ == "__main__":
    for name, each in CASES.items():
        measure(name, each)
