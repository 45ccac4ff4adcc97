"""Closes that take children along: nobody is closed who is to stay open (rules 9, 18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.task import Field, Status
from sync.apply.sending import Sender
from sync.core.facts import Action
from sync.core.model import Do, Link, Pair, TaskLife


@dataclass(slots=True)
class Closer:
    """Updates of one side, with care where closing an entry closes those below it."""

    sender: Sender

    def update(self, action: Action) -> None:
        """Change a task. Those that a close takes along are opened again in the same cycle. Raises ``GiveUp``."""
        link = self.sender.run.state.live(action.task, self.sender.side)
        if link is None:
            return
        status = action.fields.get(Field.STATUS)
        cascades = self.sender.lens.spec.capabilities.delete_cascades
        if not cascades or not isinstance(status, Status) or not status.closed:
            self.sender.update(action)
        elif self.ready(action, link):
            spared = self._spare(link, status)
            self.sender.update(action)
            self._open_again(link, status, spared)

    def ready(self, action: Action, link: Link) -> bool:
        """Whether an entry may be closed: read again, it shows what was read, and nobody unknown is under it."""
        freshness, run = self.sender.freshness, self.sender.run
        entry = freshness.read_again(link)
        if entry is None or not freshness.unmoved(link, entry, action.fields):
            return False
        run.bring(self.sender.side, entry.children)
        strangers = [child for child in entry.children if (self.sender.side, child) not in run.lenses.refs]
        if strangers:
            line = f'"{action.title}" is not closed on {self.sender.side} yet: its child {strangers[0]} is not known'
            run.outcome.lines.append(line)
            return False
        link.children = entry.children
        return True

    def _spare(self, link: Link, status: Status) -> list[Link]:
        """Those below that are to stay open: owed an open status from before the request on, whatever becomes of it."""
        spared: list[Link] = []
        run = self.sender.run
        with run.lock:
            for other in self._below(link):
                task = run.state.tasks[other.task]
                value = task.values.get(Field.STATUS)
                stays = isinstance(value, Status) and not value.closed and task.life is TaskLife.ALIVE
                if stays and Field.STATUS not in other.derived:
                    other.pairs[Field.STATUS] = Pair(status, status)
                    other.acked[Field.STATUS] = task.version(Field.STATUS).number - 1
                    other.raw_hash = ""
                    spared.append(other)
        if spared:
            self.sender.journal.save(spared)
        return spared

    def _open_again(self, closed: Link, status: Status, spared: Sequence[Link]) -> None:
        pair = closed.pairs.get(Field.STATUS)
        if pair is None or pair.sent is not status or Field.STATUS in closed.acked:
            return  # it was not closed: the next cycle reads how the others are
        run, lens = self.sender.run, self.sender.lens
        for link in spared:
            task = run.state.tasks[link.task]
            fields = {Field.STATUS: lens.view(Field.STATUS, task.values.get(Field.STATUS))}
            versions = {Field.STATUS: task.version(Field.STATUS).number}
            action = Action(
                do=Do.UPDATE,
                task=task.id,
                title=task.title,
                side=link.side,
                ref=link.ref,
                fields=fields,
                versions=versions,
                why="closed along with its parent",
            )
            self.sender.steps(action, link, fields)

    def _below(self, link: Link) -> list[Link]:
        """The known entries under one, as last read."""
        run, side = self.sender.run, self.sender.side
        found: list[Link] = []
        pending, passed = list(link.children), {str(link.ref)}
        while pending:
            ref = pending.pop()
            task = run.lenses.refs.get((side, ref))
            other = run.state.live(task, side) if task is not None else None
            if ref in passed or other is None:
                continue
            passed.add(ref)
            found.append(other)
            run.bring(side, other.children)
            pending += other.children
        return found
