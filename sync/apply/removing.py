"""Deletes of one side, and what stands for them; nobody is taken along who is to live (rule 18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.contract import Delete, Entry, Stored
from connectors.errors import ConnectorError, Gone, TaskRefused
from connectors.retry import good_until
from connectors.task import Field, Kind, Ref, Status, Value
from sync.apply.closing import Closer
from sync.apply.sending import Sender
from sync.core.evidence import DELETED_HERE
from sync.core.facts import Acted, Action
from sync.core.guards import guard_key
from sync.core.model import Do, Intent, Link, TaskLife
from sync.core.owners import has_unknown_comments
from sync.core.settle import NO_DELETE, closed, deleted, make_again


@dataclass(slots=True)
class Remover:
    """Carries one side's deletes out."""

    sender: Sender

    def delete(self, action: Action) -> None:
        """Delete, or archive, one entry. Raises ``GiveUp``."""
        run, side = self.sender.run, self.sender.side
        link = run.state.live(action.task, side)
        connector = self.sender.connector
        if link is None or not isinstance(connector, Delete) or self.sender.in_doubt(link):
            return
        entry = self._ready(action, link)
        if entry is None:
            return
        journal = self.sender.journal
        intent = journal.open(Intent(task=link.task, side=side, do=action.do, ref=link.ref, patch={}, versions={}))
        try:
            with good_until(self.sender.freshness.good_until(link, guarded=False)):
                stored = connector.delete(entry)
        except Gone:
            stored = None
        except TaskRefused as error:
            with run.lock:
                deleted(run.lenses, link, f"its delete was refused: {error.message}")
                run.outcome.lines.append(f'"{action.title}" stays on {side}: {error.message}')
            journal.close(intent, f"refused: {error.message}", [link])
            return
        except ConnectorError as error:
            journal.fail(intent, error)
            return
        with run.lock:
            deleted(run.lenses, link, link.reason or DELETED_HERE)
            again = self._put_back(stored)
            self._count(action)
        journal.close(intent, "done", [link, *again], image=entry)

    def close(self, action: Action) -> None:
        """Write the status that stands for a delete. Raises ``GiveUp``."""
        run = self.sender.run
        link = run.state.live(action.task, self.sender.side)
        if link is None or not self._may_close(action, link) or not self.sender.steps(action, link, action.fields):
            return
        status = action.fields.get(Field.STATUS)
        with run.lock:
            run.lenses.untie(link)
            closed(link, status if isinstance(status, Status) else Status.CANCELLED, DELETED_HERE)
            run.outcome.updated.discard(link.key)
            self._count(action)
        self.sender.journal.save([link])

    def _may_close(self, action: Action, link: Link) -> bool:
        cascades = self.sender.lens.spec.capabilities.delete_cascades
        return not cascades or Closer(self.sender).ready(action, link)

    def let_go(self, action: Action) -> None:
        """End the link of a task that its side can not delete."""
        run, side = self.sender.run, self.sender.side
        link = run.state.live(action.task, side)
        if link is None:
            return
        with run.lock:
            deleted(run.lenses, link, link.reason or f"{side} {NO_DELETE}")
        self.sender.journal.save([link], Acted(do=Do.LET_GO, task=link.task, side=side, ref=link.ref, outcome="done"))

    def _ready(self, action: Action, link: Link) -> Entry | None:
        """The entry to delete: as it was read, and with nobody under it who is to live. None: not now."""
        freshness = self.sender.freshness
        told = link.pairs.keys() - {Field.POSITION}  # its place among its siblings moves when one of those does
        if not self.sender.lens.spec.capabilities.delete_cascades:
            read = freshness.still_as_read(link, told, guarded=False)
            return self.sender.entry(link) if read else None
        entry = freshness.read_again(link)
        # What follows from children moved with them, as our own moves of this cycle may have done.
        if entry is None or not freshness.unmoved(link, entry, told - link.derived):
            return None
        run, side = self.sender.run, self.sender.side
        for child in entry.children:
            task_id = run.lenses.refs.get((side, child))
            if task_id is None or run.state.tasks[task_id].life is TaskLife.ALIVE:
                line = f'"{action.title}" is not deleted on {side} yet: it has a child ({child}) that is to live'
                run.outcome.lines.append(line)
                return None
        if has_unknown_comments(run.state, link, entry):
            link.raw_hash = ""  # to be read again, with its comments
            run.outcome.lines.append(f'"{action.title}" is not deleted on {side} yet: there is a new comment on it')
            return None
        return entry

    def _put_back(self, stored: Stored | None) -> list[Link]:
        """What a cascade took along and should live is made again in the next cycle."""
        run, side = self.sender.run, self.sender.side
        again: list[Link] = []
        for link in self._taken([other.ref for other in stored.also] if stored is not None else []):
            task = run.state.tasks[link.task]
            if task.life is TaskLife.ALIVE:
                make_again(run.lenses, link)
                again.append(run.state.links[link.key])
                line = f'"{task.title}" was deleted on {side} along with its parent: it is made again'
                run.outcome.lines.append(line)
        return again

    def _taken(self, refs: Sequence[Ref]) -> list[Link]:
        """The tasks of what a cascade names, and all that stands below those, as far as anybody has read."""
        run, side = self.sender.run, self.sender.side
        run.bring(side, refs)
        named = (run.state.live(run.lenses.refs.get((side, ref), 0), side) for ref in refs)
        found = [link for link in named if link is not None]
        below: dict[Value, list[Link]] = {}
        for link in run.state.of_side(side) if found else ():
            pair = link.pairs.get(Field.PARENT)
            if link.live and pair is not None and run.state.tasks[link.task].kind is Kind.TASK:
                below.setdefault(pair.stored, []).append(link)
        passed = {link.key for link in found}
        for link in found:
            fresh = [other for other in below.get(link.ref, ()) if other.key not in passed]
            passed.update(other.key for other in fresh)
            found += fresh
        return found

    def _count(self, action: Action) -> None:
        run, name = self.sender.run, self.sender.side
        run.outcome.deleted.add((action.task, name))
        side = run.state.sides[name]
        side.deletes = (*side.deletes, run.clock.now())
        key = guard_key(action.do, action.task, name)
        run.state.held = [held for held in run.state.held if held.key != key]
