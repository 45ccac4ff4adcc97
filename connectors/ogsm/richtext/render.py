"""Markdown to HTML: CommonMark with tables and strike-through; HTML is text, and a line break is a line break."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from markdown_it import MarkdownIt

from connectors.ogsm.richtext.model import Span

_DEEPEST: Final = 50
"""Levels of nesting that are followed (more than HTML is followed); the parser drops what is deeper."""
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def to_html(markdown: str) -> str:
    """The HTML of a Markdown text; one that is nested too deeply is shown as it is typed."""
    converter = _converter()
    tokens = converter.parse(markdown)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        return _as_typed(markdown)
    return str(converter.renderer.render(tokens, converter.options, {})).strip("\n")


def _as_typed(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    parts = (part.strip() for part in _EMPTY_LINES.split(lines))
    return "\n".join(f"<p>{_with_breaks(part)}</p>" for part in parts if part)


def segments(markdown: str) -> Iterator[Span]:
    """The outermost blocks of a Markdown text: the first begins where it does, each ends where the next one begins."""
    starts = [0]
    for line in markdown.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    lines = sorted({token.map[0] for token in _converter().parse(markdown) if token.level == 0 and token.map})
    bounds = [0, *(starts[line] for line in lines[1:]), len(markdown)]
    for start, end in itertools.pairwise(bounds):
        yield Span(start, end)


def _with_breaks(text: str) -> str:
    return "<br>\n".join(html.escape(line.strip(), quote=False) for line in text.split("\n"))


@cache
def _converter() -> MarkdownIt:
    """The converter, made once: that takes longer than a short text does, and a conversion changes nothing in it."""
    options = {"html": False, "breaks": True, "xhtmlOut": False, "maxNesting": _DEEPEST}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
