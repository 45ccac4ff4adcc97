"""Plain data for the tests of the pure core: sides, groups, states, entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
from connectors.task import Field, Status, Value
from sync.core.lens import Lenses
from sync.core.model import Link, Pair, Side, State, Task
from sync.core.policy import GroupPolicy, SideSpec

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TWO_WAY = FieldCapability(holding=Holding.TWO_WAY)

RICH = Capabilities(
    verbs=frozenset(Verb),
    fields={field: TWO_WAY for field in Field if field is not Field.COMMENTS},
    discovery=Discovery.SNAPSHOT,
    deletion_sign=DeletionSign.GONE_ON_GET,
    delete_means=DeleteMeans.DELETE,
    create_help=CreateHelp.LISTING,
    modified_granularity=timedelta(seconds=1),
    budget=RateBudget(source="none: plain data"),
)


def side(name: str, **changes: object) -> SideSpec:
    """A side that can do everything, less what ``changes`` says of its capabilities."""
    return SideSpec(name=name, capabilities=replace(RICH, **changes), mapping="1")  # type: ignore[arg-type]


def group(*sides: SideSpec | str, **rules: object) -> GroupPolicy:
    """A group of sides, by name or in full; the order is the priority."""
    return GroupPolicy(
        sides=tuple(side(one) if isinstance(one, str) else one for one in sides),
        **rules,  # type: ignore[arg-type]
    )


def state_of(policy: GroupPolicy) -> State:
    """An empty state of a group."""
    return State(group="work", cycle=1, sides={spec.name: Side(name=spec.name, met=True) for spec in policy.sides})


def lenses_of(policy: GroupPolicy, state: State | None = None) -> Lenses:
    """The lenses of a group."""
    return Lenses(state or state_of(policy), policy)


def add_task(state: State, number: int, values: Mapping[Field, Value], *sides: str) -> Task:
    """A task that all these sides hold as it is, each under the ref SIDE and NUMBER."""
    values = {Field.STATUS: Status.NEEDS_ACTION, **values}
    task = Task(id=number, values=dict(values), born=sides[0] if sides else "")
    state.tasks[number] = task
    state.next_task = max(state.next_task, number + 1)
    for name in sides:
        link = Link(task=number, side=name, ref=f"{name}{number}", mapping="1", raw_hash="h")
        link.pairs = {field: Pair(value, value) for field, value in values.items()}
        state.links[link.key] = link
    return task


def entry(ref: str, /, **members: object) -> Entry:
    """An entry with these fields, and with what else an entry has (``raw_hash``, ``deleted`` …)."""
    fields = {Field(name): value for name, value in members.items() if name in set(Field)}
    rest = {name: value for name, value in members.items() if name not in set(Field)}
    return Entry(ref=ref, fields=fields, native={}, **{"raw_hash": "other", **rest})  # type: ignore[arg-type]
