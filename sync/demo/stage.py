"""The stage: the sandboxes over HTTP, a configuration and a store in a folder that goes away, and cycles on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from types import TracebackType
from typing import Final, Self, cast

from connectors.contract import Clock
from connectors.serving import serve
from sync.app import App, sandbox
from sync.core.codec import short
from sync.core.facts import Note
from sync.demo.configuration import side
from sync.demo.people import Cases, Field, Matter, Outline, Strategy
from sync.demo.seen import Seen, of_cases, of_field, of_matter, of_outline, of_strategy
from sync.progress import Silent
from sync.report import GroupReport

GROUP: Final = "demo"
OUTLINE, STRATEGY, MATTER, CASES, FIELD = SIDES = ("outline", "strategy", "matter", "cases", "field")
VENDORS: Final[Mapping[str, tuple[str, str]]] = {
    OUTLINE: ("checkvist", "a Checkvist list"),
    STRATEGY: ("ogsm", "an OGSM canvas"),
    MATTER: ("opus2", "a folder at Opus 2"),
    CASES: ("trackops", "a case at Trackops"),
    FIELD: ("optacheck", "an OptaCheck workspace"),
}
"""Each side's connector, and what it is."""

GROUP_TABLE: Final = f"""\
[groups.{GROUP}]
sides = [{", ".join(f'"{name}"' for name in SIDES)}]      # the first has priority where no time tells who was last

[groups.{GROUP}.evidence]
misses = 2                           # two complete reads without a task prove that it was deleted there (default 3)
miss_gap = "0s"                      # one right after the other, for a demonstration (default "10m")
"""
WORDS: Final = {
    "assigned": "needs_action",
    "in_progress": "in_progress",
    "active": "in_progress",
    "completed": "completed",
    "cancelled": "cancelled",
}
"""The words of the OptaCheck workspace: its vendor documents the first three only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a cycle changed on one side: a task that is new (+), changed (~) or gone (-) there; ``what`` says how."""

    side: str
    sign: str
    title: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle: its report, what people see that it changed, and what became undeliverable."""

    report: GroupReport
    moves: list[Move]
    undeliverable: list[Note]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A task on all sides: None where it is not. ``unlike``: the fields in which a side shows otherwise than the first.

    ``known``: of these, and of the sides where it is not, those that are listed as undeliverable.
    """

    seen: Mapping[str, Seen | None]
    unlike: Mapping[str, frozenset[str]]
    known: Mapping[str, frozenset[str]]

    @property
    def title(self) -> str:
        """What it is called where it is."""
        return next(one.title for one in self.seen.values() if one is not None)

    def wrong(self, name: str) -> bool:
        """Whether a side shows otherwise what it could show."""
        return not self.unlike[name] <= self.known[name]


class Stage:
    """All sides, and cycles over them. Use as a context manager.

    ``requests`` counts what each side was asked in all, ``seconds`` how long the cycles took; ``stop`` ends one early.
    """

    def __init__(self, clock: Clock, stop: Event) -> None:
        self.clock = clock
        self.today: date = clock.now().date()
        made = {name: sandbox(connector)() for name, (connector, _) in VENDORS.items()}
        self.outline = cast("Outline", made[OUTLINE])
        self.strategy = cast("Strategy", made[STRATEGY])
        self.matter = cast("Matter", made[MATTER])
        self.cases = cast("Cases", made[CASES])
        self.field = cast("Field", made[FIELD])
        self._sandboxes = made
        self.requests: Counter[str] = Counter()
        self.cycles = 0
        self.seconds = 0.0
        self.stop = stop
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="tasksync-demo-")))
            self._serving = stack.enter_context(serve({name: one.app for name, one in self._sandboxes.items()}))
            self.config = self._write_config(folder)
            app = App.open(config=self.config, env={}, cwd=folder, clock=self.clock, read_only=False)
            self._app = stack.enter_context(app)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def address(self, name: str) -> str:
        """Where a side is served."""
        return self._serving.url(name)

    def day(self, days: int) -> str:
        """A day from today on, as the vendors write it."""
        return (self.today + timedelta(days=days)).isoformat()

    def seen(self) -> dict[str, dict[str, Seen]]:
        """What people see on each side, by ref."""
        return {
            OUTLINE: of_outline(self.outline),
            STRATEGY: of_strategy(self.strategy),
            MATTER: of_matter(self.matter),
            CASES: of_cases(self.cases),
            FIELD: of_field(self.field),
        }

    def ref(self, name: str, title: str) -> str:
        """The ref of a task on a side. Raises ``StopIteration`` where none is called so."""
        return next(ref for ref, task in self.seen()[name].items() if task.title == title)

    def adopt(self, ref: str) -> None:
        """Tell the side without a list of a task: what ``tasksync adopt`` does."""
        self._app.adopt(FIELD, [ref])

    def undeliverable(self) -> list[Note]:
        """What a side's API can not take, now."""
        return self._app.status([GROUP])[0].undeliverable

    def cycle(self) -> Cycle:
        """One cycle, and what it changed on each side as people see it there."""
        before, known = self.seen(), set(self.undeliverable())
        report = self._app.run_once([GROUP], stop=self.stop, progress=Silent()).groups[GROUP]
        self.cycles += 1
        self.seconds += report.seconds
        self.requests.update(report.requests)
        after = self.seen()
        moved = [move for name in before for move in moves(name, before[name], after[name])]
        return Cycle(
            report=report, moves=moved, undeliverable=[note for note in self.undeliverable() if note not in known]
        )

    def rows(self) -> tuple[list[Row], dict[str, list[Seen]]]:
        """Each task on all sides, by the ties that the program has; and what is on some side and in no tie."""
        seen, notes = self.seen(), self.undeliverable()
        found: list[Row] = []
        for tie in self._app.looking.ties():
            here = {name: seen[name].pop(tie.refs[name], None) if name in tie.refs else None for name in SIDES}
            excused = {
                name: frozenset(note.field.value for note in notes if _about(note, tie.task, name) and note.field)
                for name in SIDES
            }
            found.append(Row(seen=here, unlike=_unlike(here), known=excused))
        return found, {name: list(left.values()) for name, left in seen.items() if left}

    def _write_config(self, folder: Path) -> Path:
        config = folder / "tasksync.toml"
        config.touch(mode=0o600)
        lines: list[str] = []
        for name, (connector, _) in VENDORS.items():
            keys = {**self._sandboxes[name].describe(), **({"statuses": WORDS} if name == FIELD else {})}
            lines += [*side(name, connector=connector, address=self.address(name), keys=keys), ""]
        config.write_text("\n".join([*lines, GROUP_TABLE]), encoding="utf-8")
        return config


def moves(side_name: str, before: Mapping[str, Seen], after: Mapping[str, Seen]) -> list[Move]:
    """What became new, changed and gone on a side, by ref."""
    found: list[Move] = []
    for ref, now in after.items():
        then = before.get(ref)
        if then is None:
            found.append(Move(side=side_name, sign="+", title=now.title, what=("new, done" if now.closed else "new",)))
        elif then != now:
            words = [_change(*difference) for difference in then.differences(now)]
            found.append(Move(side=side_name, sign="~", title=then.title, what=tuple(words)))
    gone = [then for ref, then in before.items() if ref not in after]
    return [*found, *(Move(side=side_name, sign="-", title=then.title, what=("deleted",)) for then in gone)]


def _change(name: str, old: str, new: str) -> str:
    """A change in words; the old title is the task's name in a table."""
    return f"title → {new}" if name == "title" else f"{name}: {old} → {new}"


def _about(note: Note, task: str, side_name: str) -> bool:
    return (short(note.task), note.side) == (task, side_name)


def _unlike(seen: Mapping[str, Seen | None]) -> dict[str, frozenset[str]]:
    """Per side the fields in which it shows otherwise than the first side that has the task; all, where it has none.

    A due date where the others have none is one that the side demanded: it is nobody's opinion.
    """
    first = next((one for one in seen.values() if one is not None), None)
    found: dict[str, frozenset[str]] = {}
    for name, one in seen.items():
        if one is None or first is None:
            found[name] = frozenset({"status"})
            continue
        fields = {field.value for field in first.unlike(one)}
        found[name] = frozenset(fields - ({"due"} if name == CASES and not first.due else set()))
    return found
