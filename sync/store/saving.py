"""Writing a group: what differs from what is known to be stored, and nothing else.

A :class:`Batch` is made by the caller's thread (encoding and comparing are the work) and written by the writer's, by
:mod:`sync.store.writing`. The rows of tasks and links are made by whoever writes, a few at a time: those of a large
group are many times as large as what they are made of. So what is in a batch must not change until it is written, or
the batch keeps the rows themselves (``keeps``). What is new has nothing to be compared with: its row is made then only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from sync.core.model import Held, Intent, Link, LinkKey, Side, SideName, State, Task, TaskId
from sync.store.errors import StoreError
from sync.store.groups import first_task
from sync.store.held_rows import held_row
from sync.store.history import History
from sync.store.intent_rows import intent_row
from sync.store.known import Known, KnownHeld, KnownLink
from sync.store.link_rows import link_row
from sync.store.rows import Row, digest
from sync.store.side_rows import side_row
from sync.store.task_rows import task_row


@dataclass(slots=True)
class Closing:
    """An intent that is over, and how it ended."""

    intent: int
    outcome: str


@dataclass(slots=True)
class Batch:
    """Rows to write of one group, in one transaction."""

    known: Known
    keeps: bool = False
    next_task: TaskId = 0
    sides: dict[SideName, tuple[Row, bytes]] = field(default_factory=dict)
    tasks: dict[TaskId, Row | Task] = field(default_factory=dict)
    task_marks: dict[TaskId, bytes] = field(default_factory=dict)  # of all of them once the rows were asked for
    links: dict[LinkKey, Row | Link] = field(default_factory=dict)
    link_marks: dict[LinkKey, KnownLink] = field(default_factory=dict)  # likewise
    no_tasks: list[TaskId] = field(default_factory=list)
    no_links: list[LinkKey] = field(default_factory=list)
    intents: list[tuple[Intent, Row]] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    held: list[tuple[Held, Row, str]] = field(default_factory=list)  # with the decision, which a person may change
    ended: list[int] = field(default_factory=list)
    history: History = field(default_factory=History)
    settled: list[TaskId] = field(default_factory=list)
    opened: list[TaskId] = field(default_factory=list)  # those of which something is open again

    def number_tasks(self, next_task: TaskId) -> None:
        """Note the number of the next task. Raises ``StoreError`` when the group's range of numbers is used up."""
        if next_task > first_task(self.known.group + 1):
            raise StoreError("The group has no numbers left for new tasks.", "Move its sides to a group of a new name.")
        self.next_task = next_task

    def add_sides(self, sides: Iterable[Side]) -> None:
        """Take in the sides that changed."""
        for side in sides:
            row = side_row(side)
            mark = digest(row.values())
            if self.known.sides.get(side.name) != mark:
                self.sides[side.name] = (row, mark)

    def add_tasks(self, tasks: Iterable[Task]) -> None:
        """Take in the tasks that changed."""
        for task in tasks:
            known = self.known.tasks.get(task.id)
            if known is None and not self.keeps:
                self.tasks[task.id] = task
                continue
            row = task_row(task)
            mark = digest(row.values())
            if known != mark:
                self.tasks[task.id], self.task_marks[task.id] = row if self.keeps else task, mark

    def add_links(self, links: Iterable[Link]) -> None:
        """Take in the links that changed."""
        for link in links:
            key = link.key
            known = self.known.links.get(key)
            if known is None and not self.keeps:
                self.links[key] = link
                continue
            row = link_row(link)
            mark = digest(row.values())
            if known is None or known.digest != mark:
                self.links[key], self.link_marks[key] = row if self.keeps else link, KnownLink(mark, link.ref)

    def task_rows(self) -> Iterator[Row]:
        """The rows of the tasks, one after the other. They can be asked for again."""
        for number, made in self.tasks.items():
            row = task_row(made) if isinstance(made, Task) else made
            if number not in self.task_marks:
                self.task_marks[number] = digest(row.values())
            yield row

    def link_rows(self) -> Iterator[tuple[SideName, Row]]:
        """The rows of the links, each with its side, one after the other. They can be asked for again."""
        for key, made in self.links.items():
            row = link_row(made) if isinstance(made, Link) else made
            if isinstance(made, Link) and key not in self.link_marks:
                self.link_marks[key] = KnownLink(digest(row.values()), made.ref)
            yield key[1], row

    def add_intents(self, intents: Iterable[Intent]) -> None:
        """Take in the intents that changed, or are new (their number is 0)."""
        for intent in intents:
            row = intent_row(intent)
            if not intent.id or self.known.intents.get(intent.id) != digest(row.values()):
                self.intents.append((intent, row))

    def add_held(self, held: Iterable[Held]) -> None:
        """Take in what is held that changed, or is new (its number is 0)."""
        for item in held:
            row = held_row(item)
            found = self.known.held.get(item.id)
            if found is None or found != KnownHeld(digest(row.values()), item.decision):
                self.held.append((item, row, item.decision))

    def drop_what_is_gone(self, state: State) -> None:
        """Note what is known and no longer in the state. Links of sides that are not in it stay.

        Of a part of a group nothing goes: what is not in it was perhaps never loaded.
        """
        if not state.partial:
            self.no_tasks = [task for task in self.known.tasks if task not in state.tasks]
            self.no_links = [key for key in self.known.links if key not in state.links and key[1] in state.sides]
        open_ = {intent.id for intent in state.intents}
        self.closings += [Closing(number, "") for number in self.known.intents if number not in open_]
        still = {held.id for held in state.held}
        self.ended = [number for number in self.known.held if number not in still]

    def mark(self, settled: Collection[TaskId] | None, of: Collection[TaskId] = ()) -> None:
        """Note which tasks are settled of some. None: nobody looked, so something is open about all in this batch.

        To be done last.
        """
        touched = {*self.tasks, *(task for task, _ in self.links), *(task for task, _ in self.no_links)}
        touched |= {intent.task for intent, _ in self.intents}
        if settled is None:
            known = self.known  # asked for each task: a set of all that are open would be made for each request
            old = (task for task in touched if task < known.next_task)
            self.opened = sorted(task for task in old if task in known.settled or task not in known.tasks)
        else:
            self.settled = sorted(set(settled) - self.known.settled)
            self.opened = sorted(self.known.settled.intersection(of) - set(settled))
