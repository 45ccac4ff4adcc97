"""The stage: both sandboxes over HTTP, a configuration and a store in a folder that goes away, and cycles on them."""

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
from sync.demo.configuration import side
from sync.demo.people import Canvas, Outline
from sync.demo.seen import Seen, of_actions, of_items
from sync.progress import Silent
from sync.report import GroupReport

GROUP: Final = "demo"
OUTLINE: Final = "outline"
CANVAS: Final = "canvas"

GROUP_TABLE: Final = f"""\
[groups.{GROUP}]
sides = ["{OUTLINE}", "{CANVAS}"]      # the first has priority where no time tells who was last

[groups.{GROUP}.evidence]
misses = 2                           # two complete reads without a task prove that it was deleted there (default 3)
miss_gap = "0s"                      # one right after the other, for a demonstration (default "10m")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a cycle changed on one side: a task that is new (+), changed (~) or gone (-) there; ``what`` says how."""

    side: str
    sign: str
    title: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle: its report, and what people see that it changed."""

    report: GroupReport
    moves: list[Move]


class Stage:
    """Both sides, and cycles over them. Use as a context manager.

    ``requests`` counts what each side was asked in all, ``seconds`` how long the cycles took; ``stop`` ends one early.
    """

    def __init__(self, clock: Clock, stop: Event) -> None:
        self.clock = clock
        self.today: date = clock.now().date()
        self.outline = cast("Outline", sandbox("checkvist")())
        self.canvas = cast("Canvas", sandbox("ogsm")())
        self.requests: Counter[str] = Counter()
        self.cycles = 0
        self.seconds = 0.0
        self.stop = stop
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="tasksync-demo-")))
            self._serving = stack.enter_context(serve({OUTLINE: self.outline.app, CANVAS: self.canvas.app}))
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
        """A day from today on, as both vendors write it."""
        return (self.today + timedelta(days=days)).isoformat()

    def seen(self) -> dict[str, dict[str, Seen]]:
        """What people see on each side, by ref."""
        return {OUTLINE: of_items(self.outline.tasks()), CANVAS: of_actions(self.canvas.actions())}

    def cycle(self) -> Cycle:
        """One cycle, and what it changed on each side as people see it there."""
        before = self.seen()
        report = self._app.run_once([GROUP], stop=self.stop, progress=Silent()).groups[GROUP]
        self.cycles += 1
        self.seconds += report.seconds
        self.requests.update(report.requests)
        after = self.seen()
        moved = [move for name in before for move in moves(name, before[name], after[name])]
        return Cycle(report=report, moves=moved)

    def pairs(self) -> list[tuple[Seen | None, Seen | None]]:
        """Both sides laid side by side, by title; None where a side has no such task."""
        seen = self.seen()
        outline = sorted(seen[OUTLINE].values(), key=lambda one: one.title)
        canvas = sorted(seen[CANVAS].values(), key=lambda one: one.title)
        found: list[tuple[Seen | None, Seen | None]] = []
        for one in outline:
            twin = next((other for other in canvas if other.title == one.title), None)
            found.append((one, twin))
            if twin is not None:
                canvas.remove(twin)
        return [*found, *((None, other) for other in canvas)]

    def _write_config(self, folder: Path) -> Path:
        config = folder / "tasksync.toml"
        config.touch(mode=0o600)
        lines = [
            *side(OUTLINE, connector="checkvist", address=self.address(OUTLINE), keys=self.outline.describe()),
            "",
            *side(CANVAS, connector="ogsm", address=self.address(CANVAS), keys=self.canvas.describe()),
            "",
            GROUP_TABLE,
        ]
        config.write_text("\n".join(lines), encoding="utf-8")
        return config


def moves(side_name: str, before: Mapping[str, Seen], after: Mapping[str, Seen]) -> list[Move]:
    """What became new, changed and gone on a side, by ref."""
    found: list[Move] = []
    for ref, now in after.items():
        then = before.get(ref)
        if then is None:
            found.append(Move(side=side_name, sign="+", title=now.title, what=_new(now)))
        elif then != now:
            words = [f"{name}: {old} → {new}" for name, old, new in then.differences(now)]
            found.append(Move(side=side_name, sign="~", title=then.title, what=tuple(words)))
    gone = [then for ref, then in before.items() if ref not in after]
    return [*found, *(Move(side=side_name, sign="-", title=then.title, what=("deleted",)) for then in gone)]


def _new(task: Seen) -> tuple[str, ...]:
    facts = [f"due {task.due}" if task.due else "", task.status if task.closed else "", ", ".join(task.labels)]
    return ("; ".join(["new", *filter(None, facts)]),)
