"""What each side can and can not hold: the table of ``check``, field × side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from connectors.contract import Capabilities, Connector, DeleteMeans, Discovery, Holding, Remarks, Verb
from connectors.errors import ConnectorError
from connectors.task import Field
from sync.config import GroupConfig
from sync.core.model import SideName, State
from sync.core.policy import AccessPolicy, SideSpec
from sync.core.polling import bound, is_completed
from sync.cycle import SIDE as DOWN
from sync.cycle import Side
from sync.progress import Progress
from sync.report import CheckReport, FieldCheck, SideCheck
from sync.store import Store

SHOWN = tuple(name for name in Field if name not in {Field.COMPLETED, Field.CUSTOM, Field.COMMENTS, Field.URL})
"""The fields of the table: those that are exchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """Checks every side that is in a group. ``make`` gives a side, whose connections are closed with the stack."""

    store: Store
    groups: Mapping[str, GroupConfig]
    make: Callable[[SideName, GroupConfig, ExitStack], tuple[Side, SideSpec]]
    mask: Callable[[str], str]
    progress: Progress

    def check(self) -> CheckReport:
        """Reach each side; how it holds each field. Raises ``StoreError``."""
        report = CheckReport()
        for name, group in self.groups.items():
            state = self.store.load(name, group.sides)
            for side in group.sides:
                self.progress.start(side, "checking", None)
                report.sides[side] = self._side(side, group, state)
                self.progress.stop(side)
        report.exit = DOWN if any(side.state != "ok" for side in report.sides.values()) else 0
        return report

    def _side(self, name: SideName, group: GroupConfig, state: State) -> SideCheck:
        with ExitStack() as stack:
            side, spec = self.make(name, group, stack)
            found = check_side(side.connector, spec, state, mask=self.mask)
            found.notes += polling_line(spec.capabilities, state, name, side.poll, group.interval)
        return found


def check_side(connector: Connector, spec: SideSpec, state: State, *, mask: Callable[[str], str] = str) -> SideCheck:
    """Reach one side, and say how it holds each field.

    ``state`` tells which words it has shown that its table does not know; ``mask`` takes secrets out of them.
    """
    found = SideCheck(state="ok", why=None)
    try:
        connector.check()
    except ConnectorError as error:
        found.state = getattr(error, "state", "down")
        found.why = str(error)
    unknown = unknown_words(state, spec.name)
    for name in SHOWN:
        words = {mask(word): count for word, count in unknown.get(name, {}).items()}
        found.fields[name] = _field(spec, name, words)
    remarks = connector.remarks if isinstance(connector, Remarks) else ()
    found.notes = [
        *remarks,
        *_notes(spec),
        *(f"{name.value}: {how.note}" for name in SHOWN if (how := spec.of(name)).note),
    ]
    return found


def _field(spec: SideSpec, name: Field, words: Mapping[str, int]) -> FieldCheck:
    how = spec.of(name)
    if how.holding is Holding.NOT_HELD:
        return FieldCheck(state="not held", why=how.note)
    if words:
        named = ", ".join(f'"{word}" ({count})' for word, count in sorted(words.items()))
        return FieldCheck(state="no opinion", why=f"not in its table: {named}")
    if how.holding is Holding.READ_ONLY or spec.access is AccessPolicy.READ or not spec.capabilities.can(Verb.UPDATE):
        return FieldCheck(state="read-only", why="written when the task is made" if spec.sets(name) else "")
    if how.holding is Holding.AT_CREATE:
        return FieldCheck(state="read-only", why="written when the task is made")
    if how.view.loss:
        return FieldCheck(state="lossy", why=how.view.loss)
    return FieldCheck(state="two-way")


def _notes(spec: SideSpec) -> list[str]:
    capabilities = spec.capabilities
    notes: list[str] = []
    if capabilities.discovery is Discovery.POINT:
        notes.append("it has no list: tasks made there are taken in by their id")
    if not capabilities.can(Verb.CREATE):
        notes.append("it makes no tasks: what is new elsewhere can not get there")
    if not capabilities.can(Verb.UPDATE):
        notes.append("it changes no tasks: edits made elsewhere can not get there")
    if capabilities.delete_means is DeleteMeans.NOTHING or not capabilities.can(Verb.DELETE):
        notes.append("it has no delete: a task that is deleted elsewhere stays there, and is let go")
    required = [name.value for name, how in capabilities.fields.items() if how.required]
    if required:
        notes.append(f"it makes no task without: {', '.join(required)}")
    return notes


def polling_line(
    capabilities: Capabilities, state: State, side: SideName, poll: int | None, interval: timedelta
) -> list[str]:
    """Within what time every linked task of a side without a list is looked at (rule 17); nothing for another side."""
    if capabilities.discovery is not Discovery.POINT:
        return []
    live = [state.tasks[link.task] for link in state.of_side(side) if link.live]
    done = sum(1 for task in live if is_completed(task))
    within = bound(len(live) - done, done, poll=poll, interval=interval)
    many = "all" if poll is None else f"up to {poll}"
    return [f"every linked task is looked at within {_span(within)}: {many} of {len(live)} in a cycle"]


def _span(time: timedelta) -> str:
    """A time in its largest unit that it is a whole number of: "15 min"."""
    seconds = max(1, round(time.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def unknown_words(state: State, side: SideName) -> dict[Field, dict[str, int]]:
    """The words that a side's tables do not know, by field, and how many tasks have them now."""
    found: dict[Field, dict[str, int]] = {}
    for link in state.of_side(side):
        if link.live:
            for name, word in link.unknown.items():
                counts = found.setdefault(name, {})
                counts[word] = counts.get(word, 0) + 1
    return found


def unknown_lines(state: State, side: SideName) -> tuple[str, ...]:
    """The same as sentences that say what to configure."""
    lines: list[str] = []
    for name, words in unknown_words(state, side).items():
        for word, count in sorted(words.items()):
            tasks = "1 task" if count == 1 else f"{count} tasks"
            advice = f": add it to [sides.{side}.statuses]" if name is Field.STATUS else ""
            lines.append(f'{name.value}: "{word}" ({tasks}){advice}')
    return tuple(lines)


def pairs_that_never_meet(specs: Sequence[SideSpec]) -> list[str]:
    """Fields that only one side of a group holds: nobody can exchange them."""
    lines: list[str] = []
    for name in SHOWN:
        holders = [spec.name for spec in specs if spec.reads(name)]
        if len(holders) == 1:
            lines.append(f"{name.value} is held by {holders[0]} alone")
    return lines
