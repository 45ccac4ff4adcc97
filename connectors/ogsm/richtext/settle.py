"""Texts that come back as they went: what Markdown gives back unchanged, and what is done about the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from markdown_it.common.utils import mdTrim

from connectors.ogsm.richtext.model import EMPHASIS, Block, Blocks, Kind, Marks, Run, leaves, plainer
from connectors.ogsm.richtext.read import read
from connectors.ogsm.richtext.render import to_html
from connectors.ogsm.richtext.write import write

LONGEST: Final = 100_000
"""Characters beyond which a text is plain text; a conversion of more takes longer than it is worth."""
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_BLANKS = re.compile(r"[ \t]+")


def settle(blocks: Blocks) -> Blocks:
    """The blocks, each as near to what it was as Markdown can say it: written and read again they are the same.

    A mark that Markdown has no way to set in its place is left out there; the rest of the text stays as it is.
    """
    if _returns(blocks):
        return blocks
    settled = tuple(_settled(block) for block in blocks)
    return settled if _returns(settled) else _last_resort(blocks)


def too_long(blocks: Blocks) -> bool:
    """Whether a text is longer than anybody lays out: of such only the words are told."""
    return sum(len(run.text) for leaf in leaves(blocks) for run in leaf.runs) > LONGEST


def plain(blocks: Blocks) -> Blocks:
    """The words alone, as paragraphs."""
    texts = (part for leaf in leaves(blocks) for part in _EMPTY_LINES.split(leaf.text))
    lined = ("\n".join(_BLANKS.sub(" ", line).strip(" ") for line in text.split("\n")) for text in texts)
    return tuple(Block(Kind.PARAGRAPH, runs=(Run(text),)) for each in lined if (text := mdTrim(each)))


def _returns(blocks: Blocks) -> bool:
    return read(to_html(write(blocks))) == blocks


def _settled(block: Block) -> Block:
    """The first of ever plainer forms of a block that comes back; the block itself when none does."""
    if _returns((block,)):
        return block
    inside = _with_children_settled(block)
    return next((form for form in _plainer_forms(inside) if _returns((form,))), block)


def _with_children_settled(block: Block) -> Block:
    if block.kind is Kind.LIST:
        items = tuple(replace(item, children=tuple(map(_settled, item.children))) for item in block.children)
        return replace(block, children=items)
    if block.kind is Kind.QUOTE:
        return replace(block, children=tuple(map(_settled, block.children)))
    return block


def _plainer_forms(block: Block) -> Iterator[Block]:
    yield block
    yield plainer(block, Marks.STRONG | Marks.CODE, links=True)
    yield plainer(block, ~EMPHASIS, links=True)
    yield plainer(block, Marks.NONE, links=False)
    yield _with_even_code(block)


def _with_even_code(block: Block) -> Block:
    """Code without tabs and without blanks at the ends of lines, which do not survive in every place."""
    if block.kind is Kind.CODE:
        lines = (line.expandtabs(4).rstrip() for line in block.text.split("\n"))
        return replace(block, runs=(Run("\n".join(lines)),))
    return replace(block, children=tuple(map(_with_even_code, block.children)))


def _last_resort(blocks: Blocks) -> Blocks:
    """The words; as code, where everything is literal, if even they are read otherwise."""
    words = plain(blocks)
    if _returns(words):
        return words
    text = "\n\n".join(word.text for word in words)
    return read(to_html(write((Block(Kind.CODE, runs=(Run(text),)),))))
