"""HTML as blocks of what Markdown can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from connectors.ogsm.richtext.elements import UNSEEN
from connectors.ogsm.richtext.inline import Style, bare_text, extras, one_paragraph, paragraphs
from connectors.ogsm.richtext.model import Block, Blocks, Kind, Line, Run, Runs, Span
from connectors.ogsm.richtext.tree import Node, parse

_HEADINGS: Final = {f"h{level}": str(level) for level in range(1, 7)}
_LISTS: Final = frozenset({"ul", "ol", "menu"})
_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)", re.ASCII)


def read(html: str) -> Blocks:
    """The blocks of a piece of HTML. Never raises."""
    return tuple(_blocks(parse(html).children, Style()))


def _blocks(nodes: Sequence[Node], style: Style) -> Iterator[Block]:
    """The blocks of the children of an element; what stands loose between blocks makes paragraphs of its own."""
    loose: list[Node] = []
    for node in nodes:
        if node.is_block or node.holds_blocks:
            yield from _loose_paragraphs(loose, style)
            loose = []
            yield from _block(node, style)
        else:
            loose.append(node)
    yield from _loose_paragraphs(loose, style)


def _block(node: Node, style: Style) -> Iterator[Block]:
    if node.tag in UNSEEN:
        return
    if node.tag in _HEADINGS:
        yield from _leaf(Kind.HEADING, node, one_paragraph(node.children, style), _HEADINGS[node.tag])
    elif node.tag in _LISTS:
        yield from _holder(Kind.LIST, node, tuple(_items(node, style)), _first_number(node))
    elif node.tag == "blockquote":
        yield from _holder(Kind.QUOTE, node, tuple(_blocks(node.children, style)))
    elif node.tag == "pre":
        yield from _code(node)
    elif node.tag == "hr":
        yield Block(Kind.RULE, span=_span(node), inner=_inner(node))
    elif node.tag == "table":
        yield from _holder(Kind.TABLE, node, _rows(node, style))
    elif node.holds_blocks:
        yield from _blocks(node.children, style.inside(node))
    else:
        yield from _paragraphs(node.children, style.inside(node), _span(node), _inner(node))


def _span(node: Node) -> Span:
    return Span(node.start, node.end)


def _inner(node: Node) -> Span:
    return Span(node.inner_start, node.inner_end)


def _leaf(kind: Kind, node: Node, runs: Runs, detail: str = "") -> Iterator[Block]:
    if runs:
        yield Block(kind, detail, runs, span=_span(node), inner=_inner(node), extras=_extras(node.children))


def _holder(kind: Kind, node: Node, children: Blocks, detail: str = "") -> Iterator[Block]:
    if children:
        yield Block(kind, detail, children=children, span=_span(node), inner=_inner(node))


def _extras(nodes: Sequence[Node]) -> tuple[Span, ...]:
    return tuple(_span(node) for node in extras(nodes))


def _loose_paragraphs(nodes: list[Node], style: Style) -> Iterator[Block]:
    while nodes and not nodes[0].tag and not nodes[0].text.strip():
        nodes = nodes[1:]
    while nodes and not nodes[-1].tag and not nodes[-1].text.strip():
        nodes = nodes[:-1]
    if nodes:
        span = Span(nodes[0].start, nodes[-1].end)
        yield from _paragraphs(nodes, style, span, span)


def _paragraphs(nodes: Sequence[Node], style: Style, span: Span, inner: Span) -> Iterator[Block]:
    """The paragraphs of one element; where there are several they share its span."""
    parts = paragraphs(nodes, style)
    lines = tuple(_lines(nodes, style, parts[0])) if len(parts) == 1 else ()
    for runs in parts:
        yield Block(Kind.PARAGRAPH, runs=runs, span=span, inner=inner, lines=lines, extras=_extras(nodes))


def _lines(nodes: Sequence[Node], style: Style, runs: Runs) -> Iterator[Line]:
    """The lines between the breaks that are no deeper than the element's own children; without any, all is one line."""
    parts = [list(part) for is_break, part in groupby(nodes, lambda node: node.tag == "br") if not is_break]
    for part in parts:
        yield Line(one_paragraph(part, style) if len(parts) > 1 else runs, Span(part[0].start, part[-1].end))


def _items(node: Node, style: Style) -> Iterator[Block]:
    """The items of a list; what stands in it outside of an item is an item of its own."""
    for child in node.children:
        if child.tag == "li":
            yield Block(
                Kind.ITEM, children=tuple(_blocks(child.children, style)), span=_span(child), inner=_inner(child)
            )
        elif stray := tuple(_blocks([child], style)):
            yield Block(Kind.ITEM, children=stray, span=_span(child), inner=_span(child))


def _first_number(node: Node) -> str:
    if node.tag != "ol":
        return ""
    start = node.attributes.get("start", "1").strip()
    # A number has nine digits at most (CommonMark 0.31, 5.2), the last item's too.
    return str(int(start)) if re.fullmatch(r"[0-9]{1,8}", start) else "1"


def _code(node: Node) -> Iterator[Block]:
    text = bare_text(node).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip():
        return
    coded = [child for child in node.children if child.tag == "code"]
    inner = coded[0] if len(coded) == 1 and len(node.children) == 1 else node
    language = _LANGUAGE.search(" ".join(each.attributes.get("class", "") for each in (node, inner)))
    detail = language.group(1) if language else ""
    yield Block(Kind.CODE, detail, (Run(text),), span=_span(node), inner=_inner(inner), extras=_extras(node.children))


def _rows(table: Node, style: Style) -> Blocks:
    """The rows of a table, all as wide as the widest; Markdown takes the first for the heading."""
    rows = [(row, [_cell(cell, style) for cell in row.children if cell.tag in {"td", "th"}]) for row in _rows_of(table)]
    rows = [(row, cells) for row, cells in rows if cells]
    width = max((len(cells) for _, cells in rows), default=0)
    if not any(cell.runs for _, cells in rows for cell in cells):
        return ()
    return tuple(
        Block(Kind.ROW, children=_padded(cells, width, row.inner_end), span=_span(row), inner=_inner(row))
        for row, cells in rows
    )


def _rows_of(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from _rows_of(child)


def _cell(node: Node, style: Style) -> Block:
    runs = one_paragraph(node.children, style)
    return Block(Kind.CELL, runs=runs, span=_span(node), inner=_inner(node), extras=_extras(node.children))


def _padded(cells: list[Block], width: int, end: int) -> Blocks:
    """The cells of a row and as many empty ones, which are nowhere but at the row's end, as it lacks."""
    missing = Block(Kind.CELL, span=Span(end, end), inner=Span(end, end))
    return (*cells, *[missing] * (width - len(cells)))
