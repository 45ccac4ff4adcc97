"""Ties as lines of text: which refs are one task. What ``export`` writes and ``import`` reads, one JSON object a line.

``{"group": NAME, "task": "t4f2", "refs": {SIDE: REF, …}}``; empty lines, and lines that begin with ``#``, say nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.task import Kind, Ref
from sync.config import Problem
from sync.core.codec import parse_short, short
from sync.core.model import SideName, State, TaskId, TaskLife
from sync.core.ties import recall

MEMBERS: Final = frozenset({"group", "task", "refs"})
FORM: Final = 'a line is {"group": "work", "task": "t1", "refs": {"SIDE": "REF", "OTHER": "REF"}}'
NEAR: Final = 1 << 22
"""How far ahead of a group's next number an imported one is kept: a quarter of the numbers of a group."""


def start_of(group: str) -> str:
    """How the lines of a group begin, as they are written here."""
    return f'{{"group": {json.dumps(group, ensure_ascii=False)}, '


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One task: its group, what it was called, its refs by side; and the line that says so (0: none)."""

    group: str
    task: str
    refs: Mapping[SideName, Ref]
    line: int = 0

    def text(self) -> str:
        """The line, without its end."""
        refs = {side: self.refs[side] for side in sorted(self.refs)}
        return json.dumps({"group": self.group, "task": self.task, "refs": refs}, ensure_ascii=False)


class TiesRefused(Exception):
    """Ties that can not be taken in; nothing was written. ``problems``: all that is wrong, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def ties_of(state: State) -> Iterator[Tie]:
    """The ties of a group: living tasks that are linked somewhere, and imported ties that no cycle has met yet.

    A comment has none: it is known by its task and its text.
    """
    refs: dict[TaskId, dict[SideName, Ref]] = defaultdict(dict)
    for link in state.links.values():
        tied = state.tasks[link.task]
        if link.live and link.ref is not None and tied.life is TaskLife.ALIVE and tied.kind is Kind.TASK:
            refs[link.task][link.side] = link.ref
    for name, side in state.sides.items():
        for ref, task in side.ties.items():
            refs[task].setdefault(name, ref)
    for task in sorted(refs):
        yield Tie(group=state.group, task=short(task), refs=refs[task])


@dataclass(slots=True)
class Reading:
    """Reads lines into ties. ``groups`` has the sides of each group; what is wrong gathers in ``problems``."""

    file: str
    groups: Mapping[str, Sequence[SideName]]
    ties: list[Tie] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def read(self, data: bytes) -> None:
        """All lines of a file."""
        for number, line in enumerate(data.split(b"\n"), start=1):
            text = line.strip()
            if text and not text.startswith(b"#"):
                self._line(number, text)

    def refuse(self, line: int, message: str, hint: str = FORM) -> None:
        """Note what is wrong with a line."""
        self.problems.append(Problem(file=self.file, line=line, key="", message=message, hint=hint))

    def _line(self, number: int, text: bytes) -> None:
        try:
            row = json.loads(text)
        except (ValueError, RecursionError):
            self.refuse(number, "this is no JSON")
            return
        if not isinstance(row, dict) or row.keys() != MEMBERS:
            self.refuse(number, "this is no object with the members group, task and refs, and no others")
            return
        group, task, refs = row["group"], row["task"], row["refs"]
        if not isinstance(group, str) or group not in self.groups:
            known = ", ".join(self.groups)
            self.refuse(number, f"there is no group {json.dumps(group)}", f"the configuration has: {known}")
        elif not isinstance(task, str) or not task or not _whole(task):
            self.refuse(number, "task is no text")
        elif not isinstance(refs, dict) or not refs:
            self.refuse(number, "refs names no side")
        elif self._fit(number, group, refs) and self._once(number, group, task, refs):
            self.ties.append(Tie(group=group, task=task, refs=refs, line=number))

    def _fit(self, number: int, group: str, refs: Mapping[str, object]) -> bool:
        good = True
        for side, ref in refs.items():
            if side not in self.groups[group]:
                known = ", ".join(self.groups[group])
                self.refuse(number, f"the group {group} has no side {json.dumps(side)}", f"its sides are: {known}")
                good = False
            elif not isinstance(ref, str) or not ref or not _whole(ref):
                self.refuse(number, f"the ref on {side} is no text", 'write it in quotes: "12"')
                good = False
        return good

    def _once(self, number: int, group: str, task: str, refs: Mapping[SideName, Ref]) -> bool:
        names = {f"{side}:{ref}": f"{side}:{ref}" for side, ref in refs.items()} | {f"task {task}": f"the task {task}"}
        earlier = [(what, self._seen[group, key]) for key, what in names.items() if (group, key) in self._seen]
        for what, line in earlier:
            self.refuse(number, f"{what} stands in line {line} already", "each task and each ref has one line")
        self._seen |= {(group, key): number for key in names}
        return not earlier


def _whole(text: str) -> bool:
    """Whether a text has no halves of characters, which no vendor has as an id."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(slots=True)
class Taking:
    """Takes ties into the state of their group; what contradicts it is a problem of the reading."""

    state: State
    reading: Reading
    added: int = 0
    known: int = 0
    _owners: dict[tuple[SideName, Ref], TaskId] = field(default_factory=dict)
    _waiting: dict[tuple[TaskId, SideName], Ref] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, side in self.state.sides.items():
            for ref, task in side.ties.items():
                self._note(name, ref, task)
        for link in self.state.links.values():
            if link.ref is not None:
                self._owners[link.side, link.ref] = link.task

    def take(self, tie: Tie) -> None:
        """One tie: known already, new, or a contradiction."""
        known = {side: self._owners[side, ref] for side, ref in tie.refs.items() if (side, ref) in self._owners}
        tasks = dict.fromkeys(known.values())
        if len(tasks) > 1:
            named = " and ".join(self._named(task) for task in tasks)
            self._refuse(tie, f"it ties {named}, which are different tasks here")
            return
        number = next(iter(tasks), 0) or self._number(tie)
        if not all(self._fits(tie, number, side, ref) for side, ref in tie.refs.items()):
            return
        for side in tie.refs.keys() - known.keys():
            self.state.sides[side].ties[tie.refs[side]] = number
            self._note(side, tie.refs[side], number)
        for side in tie.refs:
            recall(self.state, side)
        new = len(known) < len(tie.refs)
        self.added += new
        self.known += not new

    def _note(self, side: SideName, ref: Ref, task: TaskId) -> None:
        self._owners[side, ref] = task
        self._waiting[task, side] = ref

    def _fits(self, tie: Tie, number: TaskId, side: SideName, ref: Ref) -> bool:
        task, link = self.state.tasks.get(number), self.state.link(number, side)
        other = self._waiting.get((number, side), ref)
        if task is not None and task.life is TaskLife.DELETED:
            self._refuse(tie, f"{self._named(number)} was deleted, on every side")
        elif link is not None and not link.live:
            why = f"{self._named(number)} was let go on {side} ({link.reason})"
            self._refuse(tie, why, f"tasksync link {short(number)} {side} {ref} ties it again")
        elif link is not None and link.ref != ref:
            self._refuse(tie, f"{self._named(number)} is {side}:{link.ref} here, not {side}:{ref}")
        elif other != ref:
            self._refuse(tie, f"{side}:{other} was imported for {self._named(number)}, not {side}:{ref}")
        else:
            return True
        return False

    def _number(self, tie: Tie) -> TaskId:
        """The number that the task had, if it is free here; else the next one."""
        asked, free = parse_short(tie.task) or 0, self.state.next_task
        number = asked if free <= asked < free + NEAR else free
        self.state.next_task = number + 1
        return number

    def _named(self, number: TaskId) -> str:
        task = self.state.tasks.get(number)
        return f'{short(number)} ("{task.title}")' if task is not None else short(number)

    def _refuse(self, tie: Tie, message: str, hint: str = "take the line out, or mend the ties first") -> None:
        self.reading.refuse(tie.line, message, f"{hint}; tasksync explain TASK shows what is tied")
