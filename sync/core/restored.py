"""After a restore the store is older than its sides: what it can not tell is held, and not guessed.

=====================================================  ===========================================================
a field, in the first read of a side after a restore   what becomes of it
=====================================================  ===========================================================
one value explains what all sides show                 that value
one edit, elsewhere nothing was touched since          the edit
owed, and the entry was not touched since              written
anything else                                          held: what was written since, and by whom, nobody knows
=====================================================  ===========================================================

Touched is an entry whose time, version token or content is not what was seen of it last, as far as that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from connectors.contract import Entry, Verb
from connectors.task import Field, Kind, Status, Value, same
from sync.core.cluster import Cluster, Doubt, Member
from sync.core.codec import encode
from sync.core.diff import UNMERGED, Delta, LinkDiff
from sync.core.facts import Observation, Read
from sync.core.lens import NO_OPINION, Lenses
from sync.core.merge import Merge, find_conflict
from sync.core.model import Link, LinkKey, Pair, Restored, SideName, State, Task, TaskId, TaskLife
from sync.core.policy import AccessPolicy, Contender, GroupPolicy, SideSpec

Grouped: TypeAlias = Mapping[TaskId, dict[Field, list[Delta]]]
Shown: TypeAlias = list[tuple[Link, Value]]

CANDIDATES: Final = 20
EXPLAINED: Final = "explained"
WHOLE_NEXT: Final = "the store was restored from a backup: this side is read whole in the next cycle"


def last_seen(raw_hash: str) -> str:
    """The hash of a link whose shadow is older than what was read of its entry last: it is compared in any case."""
    return f"seen:{raw_hash}"


def restored_sides(state: State) -> frozenset[SideName]:
    """The sides that were not read since the store was set back to an older copy."""
    return frozenset(name for name, side in state.sides.items() if side.restored)


def only_whole(state: State, observations: Mapping[SideName, Observation]) -> dict[SideName, Observation]:
    """What was read, less what a read told that had begun before the store was set back: changes since then."""
    return {
        name: Observation(side=name, read=Read.NONE, why=WHOLE_NEXT)
        if seen.read is Read.SINCE and state.sides[name].restored
        else seen
        for name, seen in observations.items()
    }


@dataclass(slots=True)
class Comparison:
    """Compares what sides show with what an older store knows. Does nothing where no store was set back."""

    merge: Merge
    touched: set[LinkKey] = field(default_factory=set)

    def note(self, diff: LinkDiff) -> None:
        """Whether an entry was touched since the copy was made; to be asked before its link takes it in."""
        if diff.link.side in self.merge.restored and not _is_untouched(diff.link, diff.entry):
            self.touched.add(diff.link.key)

    def hold(self, grouped: Grouped) -> None:
        """Hold the fields of which nothing tells whose value is the newer one; their deltas are used up."""
        if not self.merge.restored:
            return
        state = self.merge.lenses.state
        for task in state.tasks.values():
            links = [link for link in state.of_task(task.id) if link.live]
            if task.life is not TaskLife.ALIVE or all(link.side not in self.merge.restored for link in links):
                continue
            for name in [name for name in Field if name not in UNMERGED]:
                self._field(task, name, links, grouped)

    def _field(self, task: Task, name: Field, links: Sequence[Link], grouped: Grouped) -> None:
        deltas = grouped.get(task.id, {}).get(name, [])
        merge = self.merge
        if find_conflict(merge.lenses.state.held, task, name) or any(delta.derived for delta in deltas):
            return
        new = {delta.link.key: delta.new for delta in deltas}
        shown = [
            (link, new.get(link.key, link.pairs[name].stored))
            for link in links
            if name in link.pairs and merge.lenses.of(link).spec.reads(name)
        ]
        if self._is_told(task, name, deltas, shown):
            return
        contenders = [
            Contender(side=link.side, value=value, seen=seen, at=None)
            for link, seen in shown
            if (value := merge.lenses.of(link).lift(name, seen, task.values.get(name))) is not NO_OPINION
        ]
        told = [Delta(link=link, field=name, old=link.pairs[name].stored, new=seen, at=None) for link, seen in shown]
        merge.hold(task, name, told, contenders, why=_why(name, [link.side for link, _ in shown]))
        if deltas:
            del grouped[task.id][name]

    def _is_told(self, task: Task, name: Field, deltas: Sequence[Delta], shown: Shown) -> bool:
        """Whether what happened can be told, or nothing would be written."""
        lenses, current = self.merge.lenses, task.values.get(name)
        wishes = [lenses.of(delta.link).lift(name, delta.new, current) for delta in deltas] or [current]
        edited = {delta.link.key for delta in deltas}
        told = [wish for wish in wishes if wish is not NO_OPINION]
        against = [[one for one in shown if not self._shows(name, wish, one, edited)] for wish in told]
        if len(told) < len(wishes):
            return True  # one names what is not linked yet: it waits
        fewest = min(against, key=len)
        if any(link.key in edited for link, _ in fewest):  # edits that no single value explains
            return all(delta.link.side not in self.merge.restored for delta in deltas)
        if not deltas:
            fewest = [one for one in fewest if _is_owed(one[0], task, name)]
        return not any(link.key in self.touched and _is_written(lenses.of(link).spec, name) for link, _ in fewest)

    def _shows(self, name: Field, wish: Value, one: tuple[Link, Value], edited: Iterable[LinkKey]) -> bool:
        link, seen = one
        view = self.merge.lenses.of(link).view(name, wish)
        return same(name, view, seen) or (link.key not in edited and same(name, view, link.pairs[name].sent))


def contend(merge: Merge, task: Task, name: Field, link: Link, value: Value) -> None:
    """An entry that is tied again differs from its task: held, unless its value explains what all others show."""
    lenses = merge.lenses
    others = [
        one
        for one in lenses.state.of_task(task.id)
        if one.live and one is not link and name in one.pairs and lenses.of(one).spec.reads(name)
    ]
    held = find_conflict(lenses.state.held, task, name)
    if held is not None:
        held.data[link.side] = encode(value)
        held.choices = tuple(dict.fromkeys((*held.choices[:-1], f"take {link.side}", held.choices[-1])))
    elif others and all(same(name, lenses.of(one).view(name, value), one.pairs[name].stored) for one in others):
        merge.advance(task, name, value, side=link.side, rule=EXPLAINED)
        for one in (*others, link):
            one.pairs[name] = Pair(lenses.of(one).view(name, value), one.pairs[name].stored)
            one.acked.pop(name, None)
        return
    else:
        contenders = [
            Contender(side=one.side, value=shown, seen=one.pairs[name].stored, at=None)
            for one in others
            if (shown := lenses.of(one).lift(name, one.pairs[name].stored, task.values.get(name))) is not NO_OPINION
        ]
        mine = Contender(side=link.side, value=value, seen=link.pairs[name].stored, at=None)
        merge.hold(task, name, (), [*contenders, mine], why=_why(name, [*(one.side for one in others), link.side]))
    link.acked[name] = task.version(name).number - 1


def leftovers(clusters: Iterable[Cluster], state: State) -> tuple[list[Cluster], dict[SideName, list[Member]]]:
    """What was matched, or is new for certain; and by side what an older store may have known under another title."""
    known: list[Cluster] = []
    alone: dict[SideName, list[Member]] = {}
    for cluster in clusters:
        (member, *more) = cluster.members.values()
        blind = state.sides[member.side].restored is Restored.BLIND
        if cluster.task is None and not more and blind:
            alone.setdefault(member.side, []).append(member)
        else:
            known.append(cluster)
    return known, alone


def doubts(lenses: Lenses, side: SideName, members: Iterable[Member], now: datetime) -> list[Doubt]:
    """The leftovers of a side as questions: each may be any task that would be made there. None: they are new."""
    spec = lenses.policy.side(side)
    tasks = [task for task in lenses.state.tasks.values() if _may_be_made(lenses, task, spec, now)]
    first = tuple(Cluster(task=task) for task in tasks[:CANDIDATES])
    return [Doubt(one, first, more=len(tasks) > CANDIDATES, restored=True) for one in members] if tasks else []


def is_too_old(task: Task, policy: GroupPolicy, now: datetime) -> bool:
    """Completed or cancelled longer ago than the group wants: not created anywhere."""
    status = task.values.get(Field.STATUS)
    if not isinstance(status, Status) or not status.closed:
        return False
    if policy.completed_none:
        return True
    done = task.values.get(Field.COMPLETED)
    return policy.completed is not None and isinstance(done, datetime) and now - done > policy.completed


def _may_be_made(lenses: Lenses, task: Task, spec: SideSpec, now: datetime) -> bool:
    there = lenses.state.link(task.id, spec.name) is not None
    able = spec.capabilities.can(Verb.CREATE) and spec.access is not AccessPolicy.READ
    alive = task.life is TaskLife.ALIVE and task.kind is Kind.TASK
    return able and alive and not there and not is_too_old(task, lenses.policy, now)


def _is_untouched(link: Link, entry: Entry) -> bool:
    if link.raw_hash == last_seen(entry.raw_hash):
        return True
    same_time = entry.modified is not None and entry.modified in (link.modified, link.own_modified)
    return same_time or (bool(entry.token) and entry.token == link.token)


def _is_written(spec: SideSpec, name: Field) -> bool:
    return spec.writes(name) and spec.access is not AccessPolicy.READ


def _is_owed(link: Link, task: Task, name: Field) -> bool:
    number = task.version(name).number
    return link.refused.get(name, 0) < number and link.acked.get(name, number) < number


def _why(name: Field, sides: Iterable[SideName]) -> str:
    named = " and ".join(dict.fromkeys(sides))
    return f"the store was restored from a backup, and does not know which {name.value} is the newer one: {named}"
