"""Stage 5: unlinked entries into tasks; those that a person has placed first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.task import Kind, Ref
from sync.core.adopt import Adoption, parent_titles
from sync.core.cluster import Cluster, Matches, Member
from sync.core.comments import clusters_of_comments, is_comment
from sync.core.facts import Observation
from sync.core.match import is_news, is_task, match, member_of
from sync.core.merge import Merge
from sync.core.model import HeldKind, Restored, SideName, Task, TaskId, TaskLife
from sync.core.restored import doubts, leftovers
from sync.core.ties import clusters_of


@dataclass(slots=True)
class Intake:
    """Takes in what is not linked. ``believed`` has what was read of each side that no guard has stopped."""

    merge: Merge
    now: datetime
    believed: Mapping[SideName, Observation]
    taken: Collection[tuple[SideName, str]]
    above: Mapping[tuple[SideName, Ref], str] = field(default_factory=dict)  # titles of what was taken in just before
    comments: set[tuple[TaskId, SideName]] = field(default_factory=set)  # those taken in, with the side that had them

    def run(self, placed: Mapping[tuple[SideName, str], str]) -> int:
        """Make links and tasks. ``placed`` maps an entry to SIDE:REF, or to "new". Returns how many joined a task."""
        state = self.merge.lenses.state
        adoption = Adoption(self.merge, self.now)
        members = self._members()
        decided = [*self._place(members, placed), *clusters_of(self.merge.lenses, members)]
        known = {(side, member.entry.ref) for cluster in decided for side, member in cluster.members.items()}
        waiting = {(held.side, held.ref) for held in state.held if held.kind is HeldKind.MATCH}
        members = [one for one in members if (one.side, one.entry.ref) not in waiting | known]
        tasks = self._joinable_tasks(members)
        titles = parent_titles(members, tasks, state.tasks, self.above)
        found = match(self.merge.lenses, members, tasks, titles) if members else Matches()
        matched, alone = leftovers(found.clusters, state)
        adoption.take_in([*decided, *matched])
        adoption.hold(found.doubts)
        for name in (name for name in self.believed if name in alone):
            asked = doubts(self.merge.lenses, name, alone[name], self.now)
            adoption.hold(asked)
            adoption.take_in(Cluster(members={name: one}) for one in alone[name] if not asked)
        comments = self._members(Kind.COMMENT)
        adoption.take_in(clusters_of_comments(self.merge.lenses, comments))
        refs = self.merge.lenses.refs
        self.comments = {(refs[key], key[0]) for one in comments if (key := (one.side, one.entry.ref)) in refs}
        for name in self.believed:
            state.sides[name].met, state.sides[name].next_task = True, state.next_task
            state.sides[name].restored = Restored.NO
        return adoption.adopted

    def _members(self, kind: Kind = Kind.TASK) -> list[Member]:
        """The unlinked entries of a kind on every side, in the order of the sides and of their listings."""
        fits = is_task if kind is Kind.TASK else is_comment
        lenses = self.merge.lenses
        members: list[Member] = []
        for name, observation in self.believed.items():
            known = {link.ref for link in lenses.state.of_side(name)}
            known |= {ref for link in lenses.state.links.values() if link.side == name for ref in link.former}
            first = not lenses.state.sides[name].met
            members += [
                member_of(lenses, name, entry, first_meeting=first)
                for ref, entry in observation.entries.items()
                if ref not in known and (name, ref) not in self.taken and fits(entry)
            ]
        return members

    def _place(self, members: list[Member], placed: Mapping[tuple[SideName, str], str]) -> list[Cluster]:
        lenses = self.merge.lenses
        clusters: list[Cluster] = []
        for member in members:
            choice = placed.get((member.side, member.entry.ref))
            if choice is None:
                continue
            side, _, ref = choice.partition(":")
            task_id = lenses.refs.get((side, ref))
            free = task_id is not None and lenses.state.live(task_id, member.side) is None
            task = lenses.state.tasks[task_id] if task_id is not None and free else None
            clusters.append(Cluster(task=task, members={member.side: member}))
        return clusters

    def _joinable_tasks(self, members: Iterable[Member]) -> list[Task]:
        """Those that lack a side that is met for the first time, or one that was not read since they were seen."""
        state = self.merge.lenses.state
        meeting = {one.side: one.first_meeting for one in members}
        return [
            task
            for task in state.tasks.values()
            if task.life is TaskLife.ALIVE
            and any(
                state.link(task.id, side) is None if first else is_news(state, task, side)
                for side, first in meeting.items()
            )
        ]
