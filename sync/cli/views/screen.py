"""Standard output and standard error, as a terminal, a pipe or a file wants them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Final, TextIO

from connectors.task import JsonValue
from sync.cli.views.words import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

GOOD: Final = "green"
WARN: Final = "yellow"
BAD: Final = "red"
FAINT: Final = "dim"


class Screen:
    """Writes lines and tables. Colour only where it is a terminal, and never under NO_COLOR."""

    def __init__(self, stream: TextIO | None = None) -> None:
        from rich.console import Console

        stream = sys.stdout if stream is None else stream
        self._console: Console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._console.on_broken_pipe = _raise  # type: ignore[method-assign]  # rich would end the process with 1

    def line(self, text: str = "", *, style: str = "") -> None:
        """One line, not wrapped: what a person copies from it stays whole."""
        self._console.print(text, style=style or None, soft_wrap=True)

    def parts(self, *parts: tuple[str, str]) -> None:
        """One line of several (text, style), not wrapped."""
        from rich.text import Text

        self._console.print(Text.assemble(*parts), soft_wrap=True)

    def table(self, table: Table, *, indent: int = 0) -> None:
        """A table, never wider than the terminal; 80 columns where there is none."""
        from rich.padding import Padding

        self._console.print(Padding.indent(table, indent) if indent else table)

    @property
    def width(self) -> int:
        """Columns that a table can take."""
        return self._console.width


def load() -> None:
    """Load what lines and tables are drawn with, beside whatever else is done: it is needed when that is over."""
    Thread(target=lambda: [import_module(f"rich.{name}") for name in ("console", "table")], daemon=True).start()


def table(*columns: str, right: Iterable[str] = ()) -> Table:
    """A table without boxes. ``right`` columns hold figures and stay whole; the others are folded if need be."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    figures = set(right)
    for name in columns:
        if name in figures:
            made.add_column(name, justify="right", no_wrap=True)
        else:
            made.add_column(name, overflow="fold")
    return made


def rows(lines: Iterable[tuple[str, ...]]) -> Table:
    """Lines of cells beside each other, without a heading; the last cell is folded between words."""
    from rich.table import Table

    made = Table.grid(padding=(0, 2, 0, 0))
    for line in lines:
        made.add_row(*map(cell, line))
    for column in made.columns[:-1]:
        column.no_wrap = True
    return made


def cell(text: str, style: str = "") -> Text:
    """A table's cell that is shown as it stands: no markup, nothing that moves the cursor."""
    from rich.text import Text

    return Text(clean(text), style=style)


def write_json(document: Mapping[str, JsonValue]) -> None:
    """One JSON document, one line, UTF-8, on standard output, and nothing else."""
    try:
        data = json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a character, which JSON can spell and UTF-8 cannot
        data = json.dumps(document).encode()
    with piped():
        sys.stdout.flush()
        sys.stdout.buffer.write(data + b"\n")


@contextmanager
def printing() -> Iterator[Screen]:
    """Standard output, for what a command has to say when its work is done."""
    with piped():
        yield Screen()


@contextmanager
def piped() -> Iterator[None]:
    """Within, it is no failure if nobody reads any more (``tasksync plan | head -1``): the work counts."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        abandon()


def abandon() -> None:
    """Where nobody reads any more, let what is still buffered go nowhere when the process ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _raise() -> None:
    raise BrokenPipeError
