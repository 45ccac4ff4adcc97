"""HTML as a tree in which every node knows its place in the source, so that what is kept can be kept to the byte.

Forgiving as a browser is, as far as texts from editors need it: implied ends (``<p>a<p>b``, ``<li>``, table parts),
stray end tags, text outside of everything. Nesting is bounded: what is deeper keeps its text and loses its structure.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate
from typing import Final

from connectors.ogsm.richtext.elements import BLOCKS, ENDS, VOID

DEEPEST: Final = 40
"""Levels of nesting that are followed; nobody writes more, and what walks the tree recurses."""
_MONSTROUS = re.compile(r"&#(?=[0-9]{100})")
"""A character's number that Python refuses to read, from 4,300 digits on; no character has more than seven."""


@dataclass(slots=True)
class Node:
    """An element, or a text when ``tag`` is empty. Offsets as in the source."""

    tag: str
    start: int
    inner_start: int = -1
    inner_end: int = -1
    end: int = -1
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    holds_blocks: bool = False

    @property
    def is_block(self) -> bool:
        """Whether the element starts a block of its own."""
        return self.tag in BLOCKS


def parse(source: str) -> Node:
    """The tree of a piece of HTML: a root without a tag of its own that spans all of it. Never raises."""
    builder = _Builder(source)
    builder.feed(_MONSTROUS.sub("& ", source))
    builder.close()
    return builder.finish()


class _Builder(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self._length = len(source)
        self._lines = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
        self._root = Node("#root", 0, inner_start=0)
        self._open = [self._root]
        self._too_deep: Counter[str] = Counter()
        self._opened: Node | None = None  # its start tag ends where the next token begins
        self._ended: list[Node] = []  # these end where the next token begins

    def finish(self) -> Node:
        self._arrive(self._length)
        self._close_down_to(0, self._length)
        self._arrive(self._length)
        return self._root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = self._here()
        self._imply_ends(tag, at)
        node = self._append(Node(tag, at, attributes={name: value or "" for name, value in reversed(attrs)}))
        if tag in VOID:
            self._ended.append(node)
        elif len(self._open) > DEEPEST:
            self._too_deep[tag] += 1
            self._ended.append(node)
        else:
            self._open.append(node)
            self._opened = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._opened is not None:
            self._opened = None
            self._ended.append(self._open.pop())
        elif tag not in VOID:
            self._too_deep[tag] -= 1

    def handle_endtag(self, tag: str) -> None:
        at = self._here()
        if self._too_deep[tag] > 0:
            self._too_deep[tag] -= 1
            return
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                self._close_down_to(depth, at)
                return
            if self._open[depth].is_block and tag not in BLOCKS:
                return  # a stray end tag of an inline element ends no block

    def handle_data(self, data: str) -> None:
        at = self._here()
        siblings = self._open[-1].children
        if siblings and not siblings[-1].tag and siblings[-1].end == at:
            siblings[-1].text += data
            self._ended.append(siblings[-1])
        else:
            self._ended.append(self._append(Node("", at, text=data)))

    def handle_comment(self, data: str) -> None:
        del data
        self._here()

    def handle_decl(self, decl: str) -> None:
        del decl
        self._here()

    def handle_pi(self, data: str) -> None:
        del data
        self._here()

    def unknown_decl(self, data: str) -> None:
        del data
        self._here()

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """``<![…``: a comment to a browser; the base class knows some of them and raises at others."""
        del report
        return self.parse_bogus_comment(i)

    def _here(self) -> int:
        """Where the token that is being handled begins."""
        line, column = self.getpos()
        at = self._lines[line - 1] + column
        self._arrive(at)
        return at

    def _arrive(self, at: int) -> None:
        if self._opened is not None:
            self._opened.inner_start = at
            self._opened = None
        for node in self._ended:
            node.end = at
            if node.inner_start < 0:
                node.inner_start = node.inner_end = at
        self._ended.clear()

    def _append(self, node: Node) -> Node:
        self._open[-1].children.append(node)
        if node.is_block:
            for parent in reversed(self._open):
                if parent.holds_blocks:
                    break
                parent.holds_blocks = True
        return node

    def _imply_ends(self, tag: str, at: int) -> None:
        if tag in BLOCKS:
            self._end_open(frozenset({"p"}), BLOCKS - {"p"}, at)
        if tag in ENDS:
            self._end_open(*ENDS[tag], at)

    def _end_open(self, ended: frozenset[str], limits: frozenset[str], at: int) -> None:
        """End the outermost of the open elements of these tags that stand within the nearest limit."""
        found = 0
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag in limits:
                break
            if self._open[depth].tag in ended:
                found = depth
        if found:
            self._close_down_to(found, at, implied=True)

    def _close_down_to(self, depth: int, at: int, *, implied: bool = False) -> None:
        """End all open elements from a depth on. Those inside, and an implied one, end right here, without a tag."""
        for level, node in enumerate(self._open[depth:]):
            node.inner_end = at
            if level or implied or node is self._root:
                node.end = at
            else:
                self._ended.append(node)
        del self._open[depth:]
