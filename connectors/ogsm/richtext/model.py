"""What Markdown can say of a text: blocks of runs, each with the place in the HTML that it was read from.

Two blocks are equal when Markdown says the same of them; where they were read from does not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Flag, StrEnum
from typing import Final


class Marks(Flag):
    """How a run is set. What Markdown has no sign for (underline, colour) is not here."""

    NONE = 0
    STRIKE = 1
    STRONG = 2
    EM = 4
    CODE = 8


EMPHASIS: Final = Marks.STRIKE | Marks.STRONG | Marks.EM


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text set in one way, line breaks included. An image's address is ``src``, its alternative the text."""

    text: str
    marks: Marks = Marks.NONE
    href: str = ""
    src: str = ""

    def saying(self, text: str) -> Run:
        """Another text, set the same way."""
        return Run(text, self.marks, self.href, self.src)

    def set_like(self, other: Run) -> bool:
        """Whether both are set the same way and can be one run; images never can."""
        return self.marks == other.marks and self.href == other.href and not self.src and not other.src

    @property
    def atomic(self) -> bool:
        """Whether its characters may not be parted from each other: code, an image."""
        return bool(self.src) or Marks.CODE in self.marks


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a source text: offsets in code points, ``end`` not included."""

    start: int
    end: int

    def of(self, source: str) -> str:
        """The piece itself."""
        return source[self.start : self.end]

    def __bool__(self) -> bool:
        return self.end > self.start


NOWHERE: Final = Span(-1, -1)


class Kind(StrEnum):
    """The kinds of blocks. Items stand in lists only, rows in tables, cells in rows."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    RULE = "rule"
    TABLE = "table"
    ROW = "row"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block that has line breaks, and where it stands between them."""

    runs: Runs
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """One block.

    ``detail`` is a heading's level, a numbered list's first number, a code's language. ``span`` is the whole element,
    ``inner`` what is between its tags. ``extras`` are the places of things inside that Markdown can not show.
    """

    kind: Kind
    detail: str = ""
    runs: Runs = ()
    children: tuple[Block, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)
    inner: Span = field(default=NOWHERE, compare=False)
    lines: tuple[Line, ...] = field(default=(), compare=False)
    extras: tuple[Span, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        """The bare text of the block itself, without its children's."""
        return "".join(run.text for run in self.runs)


Blocks = tuple[Block, ...]


def leaves(blocks: Blocks) -> Blocks:
    """The blocks that hold text themselves, in reading order."""
    found: list[Block] = []
    for block in blocks:
        found.extend(leaves(block.children) if block.children else [block])
    return tuple(found)


def plainer(block: Block, keep: Marks, *, links: bool) -> Block:
    """The same block with some marks only, with or without its links and images."""
    runs = tuple(
        Run(run.text, run.marks & keep, run.href if links else "", run.src if links else "") for run in block.runs
    )
    children = tuple(plainer(child, keep, links=links) for child in block.children)
    return replace(block, runs=merged(runs), children=children)


def merged(runs: Runs) -> Runs:
    """Neighbours that are set the same become one run; images stay apart, empty runs go."""
    done: list[Run] = []
    for run in runs:
        if done and run.set_like(done[-1]):
            done[-1] = run.saying(done[-1].text + run.text)
        elif run.text or run.src:
            done.append(run)
    return tuple(done)
