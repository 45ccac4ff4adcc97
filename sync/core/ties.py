"""Ties that are known before an entry is read: what a person imported, and what a lost store leaves to be asked.

A tie says which task a ref belongs to. It waits with its side until the entry is read, comes before every likeness
(rule 15), and keeps its task from being made there meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from connectors.contract import Discovery, Verb
from connectors.task import Field, JsonValue
from sync.core.cluster import Cluster, Member
from sync.core.facts import Observation, Read
from sync.core.lens import Lenses
from sync.core.model import Held, HeldKind, Restored, SideName, State, TaskId, TaskLife
from sync.core.policy import GroupPolicy, SideSpec

_BELOW: Final = "below"
_CYCLE: Final = "cycle"
_UNTITLED: Final = "untitled"

LOST: Final = "lost"
"""Of a side's refused guard: a person does not want anything made there on a guess."""


def clusters_of(lenses: Lenses, members: Iterable[Member]) -> list[Cluster]:
    """The members whose tie is known, as clusters; their ties are used up."""
    state = lenses.state
    found: dict[TaskId, Cluster] = {}
    for member in members:
        number = state.sides[member.side].ties.pop(member.entry.ref, None)
        if number is None:
            continue
        task = state.tasks.get(number)
        ended = task is not None and task.life is TaskLife.DELETED
        if ended or state.link(number, member.side) is not None:
            continue
        cluster = found.setdefault(number, Cluster(task=task, number=number))
        if member.side not in cluster.members:
            cluster.members[member.side] = member
    waiting = {number for side in state.sides.values() for number in side.ties.values()}
    telling = [one for number, one in found.items() if one.task or len(one.members) > 1 or number in waiting]
    _answer(state, telling)
    return telling  # what is tied to nothing else is matched like any other entry


def _answer(state: State, clusters: Iterable[Cluster]) -> None:
    """A tie answers the question where an entry belongs."""
    placed = {(side, member.entry.ref) for cluster in clusters for side, member in cluster.members.items()}
    state.held = [held for held in state.held if held.kind is not HeldKind.MATCH or (held.side, held.ref) not in placed]


def withdraw_ties(state: State, observation: Observation, spec: SideSpec) -> list[str]:
    """End the ties to what is not there. What to say of them."""
    side, lines = state.sides[spec.name], []
    complete = observation.read is Read.COMPLETE and not spec.capabilities.can(Verb.GET)
    for ref in list(side.ties):
        absent = complete and ref not in observation.listed and ref not in observation.entries
        if absent or ref in observation.gone:
            del side.ties[ref]
            lines.append(f"{spec.name}:{ref}, which was imported, is not there")
    return lines


def doubted(lenses: Lenses) -> set[tuple[TaskId, SideName]]:
    """Tasks that are not to be made on a side now.

    An unplaced entry there may be that task; a tie to it waits there; or the store was lost, and the side has no list.
    """
    state = lenses.state
    found = {(task, name) for name, side in state.sides.items() for task in side.ties.values()}
    found |= {(task, name) for name, side in state.sides.items() if side.lost for task in state.tasks}
    found |= _unnamed_candidates(lenses)
    for held in state.held:
        if held.kind is not HeldKind.MATCH:
            continue
        names = held.data.get("candidates")
        for name in names if isinstance(names, list | tuple) else ():
            side, _, ref = str(name).partition(":")
            task = lenses.refs.get((side, ref))
            if task is not None:
                found.add((task, held.side))
    return found


def unnamed(state: State, cycle: int, *, titled: bool = True) -> dict[str, JsonValue]:
    """What a question that does not name all candidates keeps of the others: they are tasks now, and when it was.

    ``titled``: they bear the title of what is asked about; else they may be any.
    """
    return {_BELOW: state.next_task, _CYCLE: cycle, **({} if titled else {_UNTITLED: True})}


def _unnamed_candidates(lenses: Lenses) -> set[tuple[TaskId, SideName]]:
    """What a question may mean without naming it: a task of its title, or one that had another title when it was asked.

    Each with the side of the question.
    """
    state = lenses.state
    asked: dict[tuple[SideName, str], tuple[int, int]] = {}
    for held in state.held:
        below, cycle = held.data.get(_BELOW), held.data.get(_CYCLE)
        if held.kind is HeldKind.MATCH and isinstance(below, int) and isinstance(cycle, int):
            key = (held.side, lenses.shown_by_all(held.title))
            last, first = asked.get(key, (below, cycle))
            asked[key] = (max(last, below), min(first, cycle))
    titles = {task.id: lenses.shown_by_all(task.title) for task in state.tasks.values()} if asked else {}
    return _untitled_candidates(state) | {
        (number, side)
        for (side, title), (below, cycle) in asked.items()
        for number, shown in titles.items()
        if number < below and (shown == title or state.tasks[number].version(Field.TITLE).cycle >= cycle)
    }


def _untitled_candidates(state: State) -> set[tuple[TaskId, SideName]]:
    """What a question after a restore may mean: any task that was there when it was asked."""
    asked: dict[SideName, int] = {}
    for held in state.held:
        below = held.data.get(_BELOW)
        if held.data.get(_UNTITLED) and isinstance(below, int):
            asked[held.side] = max(below, asked.get(held.side, 0))
    return {(number, side) for side, below in asked.items() for number in state.tasks if number < below}


def lost_key(side: SideName) -> str:
    """What the question about a side that may hold tasks of a lost store is about."""
    return f"lost:{side}"


def mark_lost(state: State, policy: GroupPolicy, remembered: Sequence[SideName]) -> None:
    """Note which sides may hold tasks that a lost store made.

    ``remembered`` are the sides without a list on which an earlier store had tasks. This one knows nothing of them:
    what is not linked there may be there all the same, and nobody can look. Nor does one that was set back to a copy.
    """
    for spec in policy.sides:
        side = state.sides[spec.name]
        unknown = not side.read_cycle and not state.of_side(spec.name) and not side.ties
        known_once = (spec.name in remembered and unknown) or side.restored is Restored.BLIND
        if known_once and spec.capabilities.discovery is Discovery.POINT:
            side.lost = True


def ask_about_lost(state: State, now: datetime) -> None:
    """One question for each such side, as long as a task would have to be made there."""
    for name, side in state.sides.items():
        key = lost_key(name)
        missing = sum(
            1 for task in state.tasks.values() if task.life is TaskLife.ALIVE and state.link(task.id, name) is None
        )
        asked = next((held for held in state.held if held.key == key), None)
        if not side.lost or not missing or side.refused_guard == LOST:
            state.held = [held for held in state.held if held is not asked]
        elif asked is None:
            state.held.append(_question(name, key, missing, now))


def _question(name: SideName, key: str, missing: int, now: datetime) -> Held:
    return Held(
        kind=HeldKind.CREATE,
        key=key,
        why=(
            f"an earlier store had tasks on {name}, which has no list, and this store does not know them: import their "
            f"ties (tasksync import FILE), or approve to make {missing} tasks there, twice if they are there already"
        ),
        choices=("approve", "refuse"),
        side=name,
        since=now,
    )


def decide_lost(state: State, held: Held, *, approved: bool) -> None:
    """What a person answered: make them, or nothing until ties are imported."""
    side = state.sides.get(held.side)
    if side is not None and approved:
        side.lost = False
    elif side is not None:
        side.refused_guard = LOST


def recall(state: State, name: SideName) -> None:
    """Ties of a side were imported: it is not lost any more."""
    side = state.sides[name]
    side.lost = False
    if side.refused_guard == LOST:
        side.refused_guard = ""
    state.held = [held for held in state.held if held.key != lost_key(name)]
