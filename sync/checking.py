"""What each side can and can not hold: the table of ``check``, field × side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

from connectors.budget import RateBudget
from connectors.contract import Capabilities, Connector, DeleteMeans, Discovery, Holding, Remarks, Verb
from connectors.errors import ConnectorError
from connectors.task import Field
from sync.account import SIDE as DOWN
from sync.config import GroupConfig, SideConfig
from sync.core.meeting import EXCHANGED, demands, never_meet, words
from sync.core.model import SideName, State
from sync.core.policy import AccessPolicy, SideSpec
from sync.core.polling import bound, is_completed
from sync.cycle import Side
from sync.progress import Progress
from sync.report import CheckReport, FieldCheck, GroupCheck, SideCheck
from sync.sharing import budget_of
from sync.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """Checks every side that is in a group. ``make`` gives a side, whose connections are closed with the stack."""

    store: Store
    sides: Mapping[SideName, SideConfig]
    groups: Mapping[str, GroupConfig]
    make: Callable[[SideName, GroupConfig, ExitStack], tuple[Side, SideSpec]]
    mask: Callable[[str], str]
    progress: Progress

    def check(self) -> CheckReport:
        """Reach each side; how it holds each field, and what the sides can tell each other. Raises ``StoreError``."""
        report = CheckReport()
        for name, group in self.groups.items():
            state = self.store.load(name, group.sides)
            specs: list[SideSpec] = []
            for side in group.sides:
                self.progress.start(side, "checking", None)
                report.sides[side], spec = self._side(side, group, state)
                specs.append(spec)
                self.progress.stop(side)
            for spec in specs:
                _note_words(report.sides[spec.name], words(spec, specs))
            report.groups[name] = GroupCheck(sides=group.sides, notes=(*never_meet(specs), *demands(specs)))
        report.exit = DOWN if any(side.state != "ok" for side in report.sides.values()) else 0
        return report

    def _side(self, name: SideName, group: GroupConfig, state: State) -> tuple[SideCheck, SideSpec]:
        with ExitStack() as stack:
            side, spec = self.make(name, group, stack)
            found = check_side(side.connector, spec, state, mask=self.mask)
        links = sum(1 for link in state.of_side(name) if link.live)
        found.notes += sweep_line(spec.capabilities, budget_of(self.sides[name], spec.capabilities.budget), links)
        found.notes += polling_line(spec.capabilities, state, name, side.poll, group.interval)
        return found, spec


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
    for name in EXCHANGED:
        strange = {mask(word): count for word, count in unknown.get(name, {}).items()}
        found.fields[name] = _field(spec, name, strange)
    remarks = connector.remarks if isinstance(connector, Remarks) else ()
    found.notes = [*remarks, *_notes(spec)]
    return found


def _note_words(side: SideCheck, lines: Sequence[str]) -> None:
    """Say what becomes of the states that a side has no word for, in the place of their mere names."""
    status = side.fields[Field.STATUS]
    told = bool(lines) and status.state == "lossy"
    side.fields[Field.STATUS] = replace(status, notes=(*lines, *status.notes), told=told)


def _field(spec: SideSpec, name: Field, strange: Mapping[str, int]) -> FieldCheck:
    how = spec.of(name)
    notes = (how.note,) if how.note else ()
    if how.holding is Holding.NOT_HELD:
        return FieldCheck(state="not held", why=how.note)
    if strange:
        named = ", ".join(f'"{word}" ({count})' for word, count in sorted(strange.items()))
        return FieldCheck(state="no opinion", why=f"not in its table: {named}", notes=notes)
    if not spec.writes(name) or spec.access is AccessPolicy.READ or not spec.capabilities.can(Verb.UPDATE):
        made = spec.sets(name) and spec.access is not AccessPolicy.READ and spec.capabilities.can(Verb.CREATE)
        return FieldCheck(
            state="read-only", why="written when the task is made" if made else "", at_create=made, notes=notes
        )
    if how.view.loss:
        return FieldCheck(state="lossy", why=how.view.loss, notes=notes)
    return FieldCheck(state="two-way", notes=notes)


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
    return notes


def sweep_line(capabilities: Capabilities, budget: RateBudget, links: int) -> list[str]:
    """How long a complete read takes, as far as the number of its requests can be told without reading."""
    pages = capabilities.page_size
    needed = capabilities.sweep_requests or (links // pages + 1 if pages else None)
    if capabilities.discovery is Discovery.POINT or needed is None:
        return []
    reads = f"a complete read is {'1 request' if needed == 1 else f'{needed} requests'}"
    rate = rate_of(budget)
    if not rate:
        return [reads]
    seconds = least_time(budget, needed)
    lasts = f", {span(timedelta(seconds=seconds))} at least" if seconds >= 1 else ""
    return [f"{reads}{lasts}; its rate is {rate}"]


def least_time(budget: RateBudget, requests: int) -> float:
    """Seconds that so many requests take at least, from an unused budget on."""
    waits = [(requests - 1) // window.limit * window.per for window in budget.windows]
    return max([0.0, *waits, budget.spacing * max(0, requests - max(1, budget.burst))])


def rate_of(budget: RateBudget) -> str:
    """A rate in words: "50 in 60 s", "1 in 0.5 s, 5 at once"; empty where there is none."""
    parts = [f"{window.limit} in {window.per:g} s" for window in budget.windows]
    if budget.spacing > 0:
        parts.append(f"1 in {budget.spacing:g} s{f', {budget.burst} at once' if budget.burst > 1 else ''}")
    return " and ".join(parts)


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
    return [f"every linked task is looked at within {span(within)}: {many} of {len(live)} in a cycle"]


def span(time: timedelta) -> str:
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
    for name, strange in unknown_words(state, side).items():
        for word, count in sorted(strange.items()):
            tasks = "1 task" if count == 1 else f"{count} tasks"
            advice = f": add it to [sides.{side}.statuses]" if name is Field.STATUS else ""
            lines.append(f'{name.value}: "{word}" ({tasks}){advice}')
    return tuple(lines)
