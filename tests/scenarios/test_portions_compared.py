"""A first meeting in portions leaves what one cycle leaves: drawn groups, compared."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.task import Field
from sync.core.codec import encode
from sync.core.policy import ConflictPolicy
from sync.portions import PORTION
from tests.scenarios.world import World

HOLDS = {"not_held": [Field.POSITION]}
KINDS: dict[str, Mapping[str, object]] = {
    "tree": {**HOLDS, "parents": True},
    "flat": HOLDS,
    "cut": {**HOLDS, "title_limit": 6, "parents": True},
    "trims": {**HOLDS, "trims": True, "recases": True},
    "two words": {**HOLDS, "states": ["needs_action", "completed"], "days_only": True, "parents": True},
    "silent": {**HOLDS, "silent": [Field.DESCRIPTION], "page_size": 2},
    "incremental": {**HOLDS, "incremental": True, "page_size": 3, "parents": True},
}
TITLES = ("Milk", "milk ", "a long title", "a long name", "Straße", "STRASSE", "Öl", "Eggs", "Bread", "Tea", "Salt")
PEOPLE = (
    {"id": "7", "name": "Anna", "email": "anna@example.org"},
    {"id": "8", "name": "Ben", "email": "b@example.org"},
)

ENTRY = st.fixed_dictionaries(
    {"title": st.sampled_from(TITLES), "side": st.sampled_from("abc")},
    optional={
        "due": st.sampled_from(("2026-04-01", "2026-04-02")),
        "description": st.sampled_from(("note", "other")),
        "status": st.sampled_from(("needs_action", "completed", "in_progress")),
        "labels": st.sampled_from((["home"], ["Home", "work"])),
        "assignees": st.sampled_from(PEOPLE).map(lambda person: [person]),
        "above": st.integers(0, 12),
        "comment": st.sampled_from(("yes", "no")),
    },
)
GROUP = st.tuples(*[st.sampled_from(sorted(KINDS))] * 3)


def world_of(folder, kinds, entries, portion, **policy):
    """A group with these entries, under the same refs in each such world."""
    traits = {side: KINDS[kind] for side, kind in zip("abc", kinds, strict=True)}
    world = World(folder, traits, portion=portion)
    world.policy = replace(world.policy, **policy)
    refs: dict[str, list[str]] = {side: [] for side in "abc"}
    for entry in entries:
        members = dict(entry)
        side, above, comment = members.pop("side"), members.pop("above", None), members.pop("comment", None)
        mine, trees = refs[side], world.settings[side].own.parents
        if above is not None and mine and trees:
            members["parent"] = mine[above % len(mine)]
        mine.append(world.vaults[side].add(members))
        if comment:
            world.vaults[side].comment(mine[-1], comment)
        if trees and len(mine) % 3 == 0 and not is_under(world.vaults[side], mine[-1], mine[-3]):
            world.vaults[side].edit(mine[-3], {"parent": mine[-1]})  # it is listed before what it is under
    return world


def is_under(vault, ref, other):
    """Whether an entry is under another one, or is that."""
    while ref is not None and ref != other:
        ref = vault.task(ref)["parent"]
    return ref == other


def portrait(world, known):
    """What the store holds and the sides show, without numbers: a task is what people made of it, ``known`` refs."""
    state = world.state()
    names = {
        task: tuple(sorted((one.side, one.ref) for one in state.of_task(task) if one.ref in known[one.side]))
        for task in state.tasks
    }
    of_ref = {(one.side, one.ref): names[one.task] for one in state.links.values() if one.ref is not None}

    def told(side, field, value):
        return of_ref.get((side, value), value) if field is Field.PARENT else encode(value)

    tasks = {
        names[task.id]: (
            task.kind,
            task.life,
            task.born,
            {
                name: names.get(value) if name is Field.PARENT else encode(value)
                for name, value in task.values.items()
                if name is not Field.COMPLETED  # it is the time of the cycle that closed it
            },
            {name: (one.number, one.side, one.rule) for name, one in task.versions.items()},
        )
        for task in state.tasks.values()
    }
    links = {
        (names[one.task], one.side): (
            one.ref if one.ref in known[one.side] else bool(one.ref),
            one.life,
            one.reason,
            {
                name: (told(one.side, name, pair.sent), told(one.side, name, pair.stored), pair.confirmed)
                for name, pair in one.pairs.items()
            },
            dict(one.acked),
            dict(one.refused),
            {name: told(one.side, name, word) for name, word in one.unknown.items()},
            one.joined,
            bool(one.raw_hash),
        )
        for one in state.links.values()
    }
    held = sorted((one.kind, one.side, one.ref, one.title, one.choices, one.why) for one in state.held)
    sides = {name: (one.met, one.links, bool(one.cursor), one.people) for name, one in state.sides.items()}
    shown = {side: sorted(str(task["title"]) for task in vault.tasks()) for side, vault in world.vaults.items()}
    return tasks, links, held, sides, shown, len(state.intents)


def counts(report):
    """What the first cycle counts. A write that waits for another of the same cycle may come earlier in portions."""
    return report.created, report.adopted, report.deleted, report.held, report.conflicts, report.waiting


DRAWN = {
    "kinds": GROUP,
    "entries": st.lists(ENTRY, min_size=2, max_size=24),
    "portion": st.integers(1, 6),
    "policy": st.fixed_dictionaries(
        {"match_titles": st.booleans(), "conflict": st.sampled_from((ConflictPolicy.NEWEST, ConflictPolicy.HOLD))}
    ),
}


@settings(max_examples=8, deadline=None)
@given(**DRAWN)
def test_portions_leave_what_one_cycle_leaves(kinds, entries, portion, policy):
    """The same is made, matched and asked, and what the group agrees on in the end is the same, up to numbers."""
    agree(kinds, entries, portion, policy)


@pytest.mark.torture
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(**DRAWN)
def test_portions_leave_what_one_cycle_leaves_in_very_many_groups(kinds, entries, portion, policy):
    agree(kinds, entries, portion, policy)


def agree(kinds, entries, portion, policy):
    """Two groups of the same entries, one of which meets in portions, end alike."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        whole = world_of(Path(one), kinds, entries, PORTION, **policy)
        parts = world_of(Path(two), kinds, entries, portion, **policy)
        known = {
            side: {str(entry["id"]) for entry in (*vault.tasks(), *vault.comments())}
            for side, vault in whole.vaults.items()
        }
        first = parts.run(), whole.run()
        assert counts(first[0]) == counts(first[1])
        if not first[1].owed:
            assert portrait(parts, known) == portrait(whole, known)
        assert parts.settle()[-1].result == whole.settle()[-1].result
        assert portrait(parts, known) == portrait(whole, known)
