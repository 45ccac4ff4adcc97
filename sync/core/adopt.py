"""Taking entries in: new tasks, links without a write, and what the first meeting decides (rule 15).

Whoever joins a task finds its value standing: empty fields are filled from the entry, differing values are kept as
losers and brought to the task's value.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.task import Field, JsonValue, Kind, Ref, Status, Value, is_empty, same
from sync.core.cluster import Cluster, Doubt, Member
from sync.core.diff import FIRST_OPINION, UNMERGED
from sync.core.lens import NO_OPINION
from sync.core.likely import is_likely_stored
from sync.core.merge import NEW, Merge
from sync.core.model import Do, Held, HeldKind, Link, Pair, SideName, State, Task, TaskId
from sync.core.policy import AccessPolicy
from sync.core.restored import contend
from sync.core.settle import absorb_entry
from sync.core.standing import ENTRIES, kept
from sync.core.ties import unnamed

MATCHED: Final = "matched"
"""The outcome of a link that matching made, without a request."""


@dataclass(slots=True)
class Adoption:
    """Takes in what ``match`` has found, into the state of the merge. ``rule`` is that of a value that nobody had."""

    merge: Merge
    now: datetime
    rule: str = FIRST_OPINION
    adopted: int = 0

    def take_in(self, clusters: Iterable[Cluster]) -> None:
        """Make links, and tasks where there are none; parents are known once all are linked."""
        fresh: list[tuple[Task, Member, bool]] = []
        for cluster in clusters:
            task = cluster.task
            for member in self._in_order(cluster):
                if task is None:
                    if self.merge.lenses[member.side].spec.access is AccessPolicy.WRITE:
                        continue
                    task = self._new_task(member, cluster.number)
                    fresh.append((task, member, False))
                    self._tie(task, member)
                else:
                    fresh.append((task, member, True))
                    self.adopted += 1
                    link = self._tie(task, member)
                    link.joined = self.merge.lenses[member.side].spec.access is not AccessPolicy.WRITE
                    self.merge.act(link, Do.ADOPT, MATCHED)
        for task, member, joins in fresh:
            self.fill(task, member, joins=joins)
            if not joins:
                name = Field.COMMENTS if task.kind is Kind.COMMENT else Field.TITLE
                self.merge.tell(task, name, member.side, "", task.values.get(name, ""), NEW)

    def _in_order(self, cluster: Cluster) -> list[Member]:
        rank = self.merge.lenses.policy.rank
        return sorted(cluster.members.values(), key=lambda member: rank(member.side))

    def _new_task(self, member: Member, number: TaskId | None) -> Task:
        state = self.merge.lenses.state
        task = Task(id=state.next_task if number is None else number, kind=member.entry.kind, born=member.side)
        state.next_task = max(state.next_task, task.id + 1)
        state.tasks[task.id] = task
        return task

    def _tie(self, task: Task, member: Member) -> Link:
        state = self.merge.lenses.state
        link = Link(task=task.id, side=member.side, ref=member.entry.ref)
        old = state.links.get(link.key)
        if old is not None and old.ref is not None:
            link.former = (*old.former, old.ref)
        absorb_entry(link, member.entry, self.merge.lenses.of(link))
        self.merge.lenses.tie(link)
        return link

    def fill(self, task: Task, member: Member, *, joins: bool, only: Container[Field] = frozenset(Field)) -> None:
        """The values of an entry into its task: all of them, or what is empty there; no field but ``only``."""
        lens = self.merge.lenses.at(member.side, task.kind)
        link = self.merge.lenses.state.links[task.id, member.side]
        for name, seen in lens.take(member.entry).items():
            if name not in only:
                continue
            if name in UNMERGED:
                self._fill_unmerged(task, name, seen)
                continue
            value = lens.lift(name, seen, task.values.get(name))
            if value is NO_OPINION:
                link.unknown[name] = str(seen)
                link.raw_hash = ""
                continue
            if name not in task.values:
                self._first(task, link, name, value, seen, joins=joins)
            else:
                self._join_field(task, link, name, value, seen)
        status = task.values.get(Field.STATUS)
        if isinstance(status, Status) and status.closed and task.values.get(Field.COMPLETED) is None:
            task.values[Field.COMPLETED] = self.now

    def _fill_unmerged(self, task: Task, name: Field, seen: Value) -> None:
        if not is_empty(name, seen) and name is not Field.POSITION:
            task.values.setdefault(name, seen)

    def _first(self, task: Task, link: Link, name: Field, value: Value, seen: Value, *, joins: bool) -> None:
        if not joins:  # one row tells of a new task; its other entries join it next, and what they lack is owed there
            task.values[name] = value
            for other in self._elsewhere(task, link.side, name):
                other.acked[name] = 0
        elif not self._elsewhere(task, link.side, name):
            self.merge.tell(task, name, link.side, None, value, self.rule)
            task.values[name] = value
        else:
            self.merge.advance(task, name, value, side=link.side, rule=self.rule)
        link.pairs[name] = Pair(seen, seen)
        link.acked.pop(name, None)

    def _elsewhere(self, task: Task, side: SideName, name: Field) -> list[Link]:
        """The links of a task on other sides that hold a field."""
        lenses = self.merge.lenses
        links = lenses.state.of_task(task.id)
        return [link for link in links if link.live and link.side != side and lenses.of(link).spec.reads(name)]

    def _join_field(self, task: Task, link: Link, name: Field, value: Value, seen: Value) -> None:
        merge, lens = self.merge, self.merge.lenses.of(link)
        current = task.values[name]
        view = lens.view(name, current)
        if same(name, view, seen):
            link.pairs[name] = Pair(view, seen)
            return
        link.pairs[name] = Pair(seen, seen)
        if link.side in merge.restored and not is_likely_stored(name, Pair(view, view), seen):
            contend(merge, task, name, link, value)
            return
        if is_empty(name, current):
            merge.advance(task, name, value, side=link.side, rule="filled")
            link.acked.pop(name, None)
            return
        if not is_empty(name, seen):
            merge.lose(task, name, link.side, value, current)
        link.acked[name] = task.version(name).number - 1

    def hold(self, doubts: Iterable[Doubt]) -> None:
        """Ask a person where an entry with several candidates belongs."""
        state = self.merge.lenses.state
        known = {held.key for held in state.held}
        for doubt in doubts:
            key = f"match:{doubt.member.side}:{doubt.member.entry.ref}"
            if key not in known:
                self._hold_one(doubt, key, state)

    def _hold_one(self, doubt: Doubt, key: str, state: State) -> None:
        entry, side = doubt.member.entry, doubt.member.side
        names = [name for cluster in doubt.candidates if (name := self._named(cluster))]
        title = str(entry.fields.get(Field.TITLE, ""))
        any_of = f"any of {'more than ' * doubt.more}{len(doubt.candidates)} tasks"
        data: dict[str, JsonValue] = {"candidates": names, ENTRIES: kept([entry])}
        if doubt.more or doubt.restored:
            data |= unnamed(state, self.merge.cycle, titled=not doubt.restored)
        what = "that the backup knew nowhere or not there" if doubt.restored else "with its title"
        state.held.append(
            Held(
                kind=HeldKind.MATCH,
                key=key,
                why=f"this entry of {side} may be {any_of} {what}",
                choices=(*(f"same {name}" for name in names), "new"),
                title=title,
                side=side,
                ref=entry.ref,
                since=self.now,
                data=data,
            )
        )

    def _named(self, cluster: Cluster) -> str:
        """A candidate as SIDE:REF, by its first side."""
        for member in self._in_order(cluster):
            return f"{member.side}:{member.entry.ref}"
        if cluster.task is not None:
            for link in self.merge.lenses.state.of_task(cluster.task.id):
                if link.live:
                    return f"{link.side}:{link.ref}"
        return ""


def parent_titles(
    members: Iterable[Member],
    tasks: Iterable[Task],
    all_tasks: Mapping[int, Task],
    above: Mapping[tuple[SideName, Ref], str],
) -> dict[int, str]:
    """The title of the parent of each entry and task, by ``id()``: how parents are compared before they are linked.

    ``above``: titles of entries that were as new as ``members``, and are linked by now.
    """
    members = list(members)
    by_ref = {(member.side, member.entry.ref): str(member.entry.fields.get(Field.TITLE, "")) for member in members}
    by_ref = {**above, **by_ref}
    found: dict[int, str] = {}
    for member in members:
        parent = member.entry.fields.get(Field.PARENT)
        if parent is not None and (title := by_ref.get((member.side, str(parent)))):
            found[id(member)] = title
    for task in tasks:
        parent = task.values.get(Field.PARENT)
        if isinstance(parent, int) and parent in all_tasks:
            found[id(task)] = all_tasks[parent].title
    return found
