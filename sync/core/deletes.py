"""What becomes of a task whose entry was deleted somewhere, or came back (rules 12, 13, 18)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.task import Field, Kind, Status, same
from sync.core.diff import FIRST_OPINION, Delta
from sync.core.evidence import UNDONE, Evidence, let_go
from sync.core.facts import Acted, Observation
from sync.core.intents import unanswered
from sync.core.lens import canonical_parent
from sync.core.merge import MERGED, Merge
from sync.core.model import Do, Held, HeldKind, Link, SideName, Task, TaskId, TaskLife
from sync.core.owners import comments, is_unseen, names
from sync.core.plan import CLOSED_BY_DELETE, UNSENT
from sync.core.policy import AccessPolicy, DeletePolicy
from sync.core.settle import CREATE_AGAIN, DELETED_THERE, come_back, ended_by_delete, make_again, tie_again


@dataclass(slots=True)
class Deletes:
    """Carries evidence into the state: restores first, then what was deleted."""

    merge: Merge
    now: datetime
    lines: list[str] = field(default_factory=list)
    acted: list[Acted] = field(default_factory=list)

    def restore(self, evidence: Evidence) -> None:
        """A let-go link whose entry is listed again ties again, and its task is alive again everywhere."""
        lenses = self.merge.lenses
        for link in evidence.restored:
            task = lenses.state.tasks[link.task]
            tie_again(lenses, link)
            if task.life is TaskLife.DELETED:
                task.life = TaskLife.ALIVE
            self._note(link, Do.ADOPT, "restored there")
            self._bring_back_elsewhere(task)

    def brought_back(self, observation: Observation) -> None:
        """What is to be made again, and is there after all, is tied again: a second one would be its double."""
        state = self.merge.lenses.state
        in_doubt = {(intent.task, intent.side) for intent in unanswered(state)}
        ended = (link for link in state.links.values() if link.side == observation.side and link.reason == CREATE_AGAIN)
        for link in [one for one in ended if one.ref is None and one.key not in in_doubt]:
            ref = next((ref for ref in reversed(link.former) if names(observation, ref)), None)
            task = state.tasks[link.task]
            if ref is None or task.kind is Kind.COMMENT or task.life is TaskLife.DELETED:
                continue  # a comment goes where its task goes
            link.ref, link.former = ref, tuple(one for one in link.former if one != ref)
            tie_again(self.merge.lenses, link)
            self._note(link, Do.ADOPT, "restored there")

    def revive(self, task: Task, deltas: Mapping[Field, Sequence[Delta]]) -> bool:
        """Whether a deleted task lives again, edited where the delete has not arrived yet (rule 12)."""
        edits = [delta for found in deltas.values() for delta in found if not delta.derived]
        if not edits:
            return False
        self._revive(task, edits[0].link)
        return True

    def revive_commented(self, edited: Iterable[tuple[TaskId, SideName]]) -> None:
        """A deleted task lives again on which somebody commented where the delete has not arrived yet (rule 12)."""
        state = self.merge.lenses.state
        for task_id, side in sorted(edited):
            task, link = state.tasks[task_id], state.live(task_id, side)
            if task.kind is Kind.TASK and task.life is TaskLife.DELETED and link is not None:
                self._revive(task, link)

    def _revive(self, task: Task, link: Link) -> None:
        task.life = TaskLife.ALIVE
        self._bring_back_elsewhere(task)
        self._note(link, Do.ADOPT, "edited after it was deleted elsewhere: the edit wins")
        self.lines.append(f'"{task.title}" was deleted, and edited on {link.side} since: the edit wins')

    def _bring_back_elsewhere(self, task: Task) -> None:
        for other in self.merge.lenses.state.of_task(task.id):
            if ended_by_delete(other):
                come_back(self.merge.lenses, other)

    def outside(self, evidence: Evidence) -> None:
        """An entry that was moved to another container is out of scope: let go, not deleted."""
        for link, container in evidence.outside:
            self.merge.lenses.untie(link)
            let_go(link, f"moved to {container}", absent=True)
            link.outside = container

    def doubtful(self, evidence: Evidence, approved: Collection[Link]) -> None:
        """Vanished where that may mean something else: a person is asked."""
        state = self.merge.lenses.state
        known = {held.key for held in state.held}
        for link, why in evidence.doubtful:
            if link in approved:
                evidence.deleted.append(link)
                continue
            key = f"vanished:{link.task}:{link.side}"
            if key not in known:
                state.held.append(self._ask(state.tasks[link.task], link, key, why))

    def withdraw(self, side: SideName, evidence: Evidence) -> None:
        """What was asked about an entry that is there again is asked no more."""
        state = self.merge.lenses.state
        asked = {f"vanished:{link.task}:{link.side}" for link, _ in evidence.doubtful}
        state.held = [
            held
            for held in state.held
            if not (held.key.startswith("vanished:") and held.side == side and held.key not in asked)
        ]

    def delete(self, links: Iterable[Link], edited: Collection[tuple[TaskId, SideName]]) -> None:
        """Deleted on these links' sides. ``edited`` are the tasks and sides with a delta in this cycle."""
        links = [link for link in links if link.live]
        kept = self._survivors(links, edited)
        for link in links:
            task = self.merge.lenses.state.tasks[link.task]
            access = self.merge.lenses[link.side].spec.access
            if task.life is TaskLife.DELETED or link.reason == UNDONE:  # both want the same
                self._end(link)
            elif task.id in kept:
                self._note(link, Do.LET_GO, "deleted there, and edited elsewhere: the edit wins")
                make_again(self.merge.lenses, link)
                self.lines.append(f'"{task.title}" was deleted on {link.side} and edited elsewhere: the edit wins')
            elif access is AccessPolicy.WRITE or self._policy(task) is DeletePolicy.KEEP:
                self._end(link)
            elif self._policy(task) is DeletePolicy.CLOSE:
                self._end(link)
                self._close(task, link.side)
            else:
                self._end(link)
                self._bury(task)
        self._forget_joins()

    def _policy(self, task: Task) -> DeletePolicy:
        """What a delete does elsewhere. A comment has no status that could stand for it: it is kept then."""
        policy = self.merge.lenses.policy.deletes
        return DeletePolicy.KEEP if task.kind is Kind.COMMENT and policy is DeletePolicy.CLOSE else policy

    def _survivors(self, links: list[Link], edited: Collection[tuple[TaskId, SideName]]) -> set[TaskId]:
        """Tasks that an edit keeps alive, and the ancestors that they need."""
        state = self.merge.lenses.state
        doomed = {link.task for link in links}
        kept: set[TaskId] = set()
        owing = self._owed_comments(links)
        for link in links:
            elsewhere = any(task == link.task and side != link.side for task, side in edited)
            others = (other for other in state.of_task(link.task) if other.side != link.side)
            elsewhere |= any(other.live and other.joined for other in others)
            if elsewhere or self._owes_an_edit(state.tasks[link.task], link) or link.task in owing:
                at: TaskId | None = link.task
                while at is not None and at in doomed and at not in kept:
                    kept.add(at)
                    at = canonical_parent(state.tasks[at])
        return kept

    def _forget_joins(self) -> None:
        """What was matched is like any other link from when its task is seen on all its sides."""
        state = self.merge.lenses.state
        for link in state.links.values():
            if link.joined and not any(is_unseen(other) for other in state.of_task(link.task)):
                link.joined = False

    def _owed_comments(self, links: Iterable[Link]) -> set[TaskId]:
        """The tasks of these links on which there is a comment that one of their sides was never told as it is."""
        lenses = self.merge.lenses
        sides: dict[TaskId, set[SideName]] = {}
        for link in links:
            sides.setdefault(link.task, set()).add(link.side)
        owing: set[TaskId] = set()
        for comment, owner in comments(lenses.state) if sides else ():
            if comment.life is TaskLife.DELETED:
                continue
            for side in sides.get(owner.id, ()):
                there, lens = lenses.state.link(comment.id, side), lenses.at(side, Kind.COMMENT)
                can = lens.spec.sets(Field.COMMENTS) and lens.spec.access is not AccessPolicy.READ
                text = comment.values.get(Field.COMMENTS)
                new = there is None and can and not lens.refuses(Field.COMMENTS, text)
                if new or (there is not None and there.live and self._owes_an_edit(comment, there)):
                    owing.add(owner.id)
        return owing

    def _owes_an_edit(self, task: Task, link: Link) -> bool:
        """Whether a person's edit is owed to an entry, or was written where nobody may have seen it any more."""
        lens = self.merge.lenses.of(link)
        for name, number in {**link.acked, **dict.fromkeys(link.uncertain, 0)}.items():
            version = task.version(name)
            if name in UNSENT or name is Field.PARENT or number >= version.number or version.number < 2:  # noqa: PLR2004
                continue
            if version.rule == FIRST_OPINION:
                continue  # what a server made of a new entry is nobody's edit
            own = version.side in ("", link.side) and version.rule != MERGED
            if own or link.refused.get(name, 0) >= version.number or not lens.spec.writes(name):
                continue
            pair = link.pairs.get(name)
            moved = pair is None or not same(name, lens.view(name, task.values.get(name)), pair.sent)
            if moved or name in link.uncertain:
                return True
        return False

    def _end(self, link: Link) -> None:
        self._note(link, Do.LET_GO, DELETED_THERE)
        self.merge.lenses.untie(link)
        let_go(link, DELETED_THERE, absent=True)

    def _bury(self, task: Task) -> None:
        task.life = TaskLife.DELETED
        state = self.merge.lenses.state
        state.held = [held for held in state.held if not (held.kind is HeldKind.CONFLICT and held.task == task.id)]

    def rehome(self) -> None:
        """A living task under a deleted one moves to its nearest living ancestor, before anything is deleted."""
        tasks = self.merge.lenses.state.tasks
        for task in tasks.values():
            parent = tasks.get(canonical_parent(task) or 0)
            if task.life is TaskLife.DELETED or parent is None or parent.life is TaskLife.ALIVE:
                continue
            if task.kind is Kind.COMMENT:
                continue  # it goes where its task goes
            home: Task | None = parent
            while home is not None and home.life is TaskLife.DELETED:
                home = tasks.get(canonical_parent(home) or 0)
            value = home.id if home is not None else None
            self.merge.advance(task, Field.PARENT, value, side=parent.born, rule="its parent was deleted")

    def _close(self, task: Task, side: SideName) -> None:
        status = task.values.get(Field.STATUS)
        if not (isinstance(status, Status) and status.closed):
            self.merge.advance(task, Field.STATUS, Status.CANCELLED, side=side, rule=CLOSED_BY_DELETE)

    def _note(self, link: Link, do: Do, outcome: str) -> None:
        self.acted.append(
            Acted(do=do, task=link.task, side=link.side, ref=link.ref, outcome=outcome, image=link.native)
        )

    def _ask(self, task: Task, link: Link, key: str, why: str) -> Held:
        return Held(
            kind=HeldKind.DELETE,
            key=key,
            why=why,
            choices=("approve", "refuse"),
            task=task.id,
            title=task.title,
            side=link.side,
            ref=link.ref or "",
            since=self.now,
        )
