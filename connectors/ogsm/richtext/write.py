"""Blocks as Markdown, each in one way only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors.ogsm.richtext.escape import BESIDE_SIGN, ENTITY, escape, escape_end_of_heading, escape_lines
from connectors.ogsm.richtext.model import Block, Blocks, Kind, Marks, Run, Runs

_SIGNS: Final = {Marks.STRIKE: "~~", Marks.STRONG: "**", Marks.EM: "*"}
_PLAIN_ADDRESS = re.compile(r"[^\s()<>\\]+")
_DEFINITION = re.compile(r"\[(?:[^\[\]\\]|\\.)*\]:", re.DOTALL)  # of a link's address (CommonMark 0.31, 4.7)
_SELF_LINK = re.compile(r"https?://[!-;=?-~]+", re.IGNORECASE)


def write(blocks: Blocks) -> str:
    """The Markdown of some blocks, an empty line between each two."""
    return "\n\n".join(_written(blocks, inside=False))


def _written(blocks: Blocks, *, inside: bool, other: bool = True) -> list[str]:
    """Each block by itself. Of two lists of one sort that meet, the second has the other marker: they are not one."""
    done: list[str] = []
    for index, block in enumerate(blocks):
        other = not other and (not index or _same_sort(blocks[index - 1], block))
        done.append(_list(block, other=other) if block.kind is Kind.LIST else _block(block, inside=inside))
    return done


def _same_sort(before: Block, block: Block) -> bool:
    return before.kind is block.kind is Kind.LIST and bool(before.detail) == bool(block.detail)


def _block(block: Block, *, inside: bool) -> str:
    match block.kind:
        case Kind.HEADING:
            return f"{'#' * int(block.detail)} {escape_end_of_heading(inline(block.runs))}"
        case Kind.QUOTE:
            return _indented("\n\n".join(_written(block.children, inside=True)), "> ", "> ")
        case Kind.CODE:
            return _fenced(block)
        case Kind.RULE:
            return "___" if inside else "---"  # in an item, "- ---" would be a rule and no item
        case Kind.TABLE:
            return _table(block)
        case _:
            return inline(block.runs, lines=True)


def _list(block: Block, *, other: bool) -> str:
    items: list[str] = []
    for offset, item in enumerate(block.children):
        marker = f"{int(block.detail) + offset}{')' if other else '.'}" if block.detail else "*" if other else "-"
        content = _item(item.children, other=other)
        items.append(_indented(content, f"{marker} ", " " * (len(marker) + 1)) if content else marker)
    return "\n".join(items)


def _item(children: Blocks, *, other: bool) -> str:
    """An item's content. A list that begins it has the other marker: "- - -" would be a rule."""
    parts = _written(children, inside=True, other=other)
    text = parts[0] if parts else ""
    for before, block, part in zip(children, children[1:], parts[1:], strict=False):
        text += ("\n" if before.kind is Kind.PARAGRAPH and _can_interrupt(block) else "\n\n") + part
    return text


def _can_interrupt(block: Block) -> bool:
    """Whether a list may follow a paragraph without an empty line (CommonMark 0.31, 5.3)."""
    if block.kind is not Kind.LIST or block.detail not in {"", "1"}:
        return False
    first = block.children[0].children[:1]
    return bool(first) and first[0].kind is Kind.PARAGRAPH


def _indented(text: str, first: str, further: str) -> str:
    lines = text.split("\n")
    prefixes = [first, *[further] * (len(lines) - 1)]
    return "\n".join(
        f"{prefix}{line}" if line else prefix.rstrip() for prefix, line in zip(prefixes, lines, strict=True)
    )


def _fenced(block: Block) -> str:
    ticks = max((len(run) for run in re.findall(r"`+", block.text)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}{block.detail}\n{block.text}\n{fence}"


def _table(block: Block) -> str:
    rows = [[inline(cell.runs, in_table=True) for cell in row.children] for row in block.children]
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where inline text stands."""

    lines: bool = False
    in_table: bool = False
    in_link: bool = False


def inline(runs: Runs, *, lines: bool = False, in_table: bool = False) -> str:
    """The Markdown of some runs; ``lines`` where what begins a line could be read as the sign of a block."""
    text = "".join(_inline(runs, "", "", _Place(lines=lines, in_table=in_table)))
    return f"\\{text}" if lines and _DEFINITION.match(text) else text


def _inline(runs: Sequence[Run], before: str, after: str, place: _Place) -> Iterator[str]:
    """Pieces of Markdown; the longest stretch of a mark is the outermost."""
    at = 0
    while at < len(runs):
        left = BESIDE_SIGN if at else before
        mark, stop = _longest(runs, at)
        right = BESIDE_SIGN if stop < len(runs) else after
        if mark is None:
            yield _piece(runs[at], left, right, place)
        elif isinstance(mark, str):
            yield _link(mark, runs[at:stop], place)
        else:
            within = [replace(run, marks=run.marks & ~mark) for run in runs[at:stop]]
            yield _SIGNS[mark] + "".join(_inline(within, BESIDE_SIGN, BESIDE_SIGN, place)) + _SIGNS[mark]
        at = stop


def _longest(runs: Sequence[Run], at: int) -> tuple[Marks | str | None, int]:
    """The mark, or the address linked to, that reaches furthest from a run on; and where it ends."""
    best: tuple[Marks | str | None, int] = (None, at + 1)
    candidates: list[Marks | str] = [runs[at].href] if runs[at].href else []
    candidates += [mark for mark in _SIGNS if mark in runs[at].marks]
    for mark in candidates:
        stop = at
        while stop < len(runs) and (runs[stop].href == mark if isinstance(mark, str) else mark in runs[stop].marks):
            stop += 1
        if best[0] is None or stop > best[1]:
            best = (mark, stop)
    return best


def _link(href: str, runs: Sequence[Run], place: _Place) -> str:
    within = [replace(run, href="") for run in runs]
    if len(within) == 1 and within[0] == Run(href) and _SELF_LINK.fullmatch(href):
        return f"<{href}>"
    text = "".join(_inline(within, BESIDE_SIGN, BESIDE_SIGN, replace(place, lines=False, in_link=True)))
    return f"[{text}]({_address(href)})"


def _address(href: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(href) and not ENTITY.search(href):
        return href
    return "<" + re.sub(r"([<>\\&])", r"\\\1", href) + ">"


def _piece(run: Run, before: str, after: str, place: _Place) -> str:
    if run.src:
        text = escape(run.text, BESIDE_SIGN, BESIDE_SIGN, in_link=True, in_table=place.in_table)
        return f"![{text}]({_address(run.src)})"
    if Marks.CODE in run.marks:
        return _code(run.text, in_table=place.in_table)
    text = escape(run.text, before, after, in_link=place.in_link, in_table=place.in_table)
    if not place.lines:
        return text
    return escape_lines(text, from_start=not before)


def _code(text: str, *, in_table: bool) -> str:
    ticks = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (ticks + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or (text[0] == text[-1] == " " and text.strip()) else ""
    if in_table:
        text = text.replace("|", "\\|")
    return f"{fence}{pad}{text}{pad}{fence}"
