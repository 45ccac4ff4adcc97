"""How far a command has come: told to whoever watches, and to nobody otherwise."""

from __future__ import annotations

import sys
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class Progress(Protocol):
    """Told by the cycle, from several threads at once."""

    def start(self, side: str, what: str, total: int | None) -> None:
        """A side begins: ``what`` is reading or writing, ``total`` how many tasks (None: not known)."""
        ...

    def advance(self, side: str, by: int = 1) -> None:
        """So many more are done."""
        ...

    def stop(self, side: str) -> None:
        """A side is through."""
        ...


class Silent:
    """Tells nobody."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing."""

    def start(self, side: str, what: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, side: str, by: int = 1) -> None:
        """Nothing."""

    def stop(self, side: str) -> None:
        """Nothing."""


class RichProgress:
    """One bar per side that is at work, on a terminal; nothing stays behind. Use as a context manager."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = Lock()
        self._tasks: dict[str, TaskID] = {}
        self._bars = self._made()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def start(self, side: str, what: str, total: int | None) -> None:
        """Show a bar for the side; what it did before is over."""
        with self._lock:
            self._remove(side)
            self._tasks[side] = self._bars.add_task(side, total=total, what=what)

    def advance(self, side: str, by: int = 1) -> None:
        """Move the side's bar."""
        with self._lock:
            if side in self._tasks:
                self._bars.advance(self._tasks[side], by)

    def stop(self, side: str) -> None:
        """Take the side's bar away."""
        with self._lock:
            self._remove(side)

    def _remove(self, side: str) -> None:
        task = self._tasks.pop(side, None)
        if task is not None:
            self._bars.remove_task(task)

    def _made(self) -> Bars:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        console = Console(file=self._stream, highlight=False, markup=False, emoji=False)
        columns = (
            TextColumn("{task.description:<16.16}", markup=False),
            TextColumn("{task.fields[what]:<8}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        return Bars(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=True)


def watched(stream: TextIO | None = None) -> RichProgress | Silent:
    """Bars on standard error when that is a terminal, else nothing."""
    stream = sys.stderr if stream is None else stream
    return RichProgress(stream) if stream.isatty() else Silent()
