"""An edited text laid over the HTML that it was made from: what did not change keeps its HTML, byte for byte.

Old and new blocks are compared as Markdown sees them. Between two blocks that match nothing is touched; a changed block
keeps its own tags with their attributes, and inside it lists, quotes and tables are gone through in the same way, down
to the lines of a paragraph. A block that moved takes its HTML along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.ogsm.richtext.align import Pairs, pairs
from connectors.ogsm.richtext.model import NOWHERE, Block, Blocks, Kind, Line, Span, leaves

_BREAK: Final = "<br>"


@dataclass(frozen=True, slots=True)
class Text:
    """A source text and the blocks that were read from it."""

    source: str
    blocks: Blocks


def weave(old: Text, new: Text) -> str:
    """The new blocks as HTML, with the old HTML wherever a block, or a part of it, is as it was."""
    if any(leaf.span == NOWHERE for leaf in leaves(old.blocks)):
        return new.source
    weaver = _Weaver(old.source, new.source, dict(_movable(old.blocks, old.source)))
    return "".join(weaver.region(old.blocks, new.blocks, Span(0, len(old.source))))


def _movable(blocks: Blocks, source: str) -> Iterator[tuple[Block, str]]:
    """The HTML of each block that can stand elsewhere: one in tags of its own."""
    shared = _shared(blocks)
    for block in blocks:
        if block.kind is not Kind.CELL and block.span != block.inner and block.span not in shared:
            yield block, block.span.of(source)
        yield from _movable(block.children, source)


def _shared(blocks: Blocks) -> set[Span]:
    """The elements that hold several of the blocks: paragraphs parted by two breaks."""
    return {span for span, count in Counter(block.span for block in blocks).items() if count > 1}


@dataclass(frozen=True, slots=True)
class _Weaver:
    old: str
    new: str
    movable: Mapping[Block, str]

    def region(self, old: Blocks, new: Blocks, region: Span) -> Iterator[str]:
        """A part of the old source with the new blocks in it; what stands between the old blocks stays as it is."""
        cursor = region.start
        coming: list[str] = []
        for was, now in _block_pairs(old, new):
            if was is None:
                coming.extend(self.fresh(now) if now else ())
                continue
            again = was.span.start < cursor  # a further paragraph of an element that has been dealt with as a whole
            if not again:
                yield self.old[cursor : was.span.start]
                cursor = was.span.end
            yield from coming
            coming.clear()
            if now is not None and not again:
                yield from self.overlaid(was, now)
        yield from coming
        yield self.old[cursor : region.end]

    def fresh(self, now: Block) -> Iterator[str]:
        """A block that was not in this place before."""
        if now in self.movable:
            yield self.movable[now]
            return
        cursor = now.span.start
        for child in now.children:
            yield self.new[cursor : child.span.start]
            yield from self.fresh(child)
            cursor = child.span.end
        yield self.new[cursor : now.span.end]

    def overlaid(self, was: Block, now: Block) -> Iterator[str]:
        """A block in the place of one of its kind."""
        if was == now:
            yield was.span.of(self.old)
            return
        source, tags = (self.old, was) if was.detail == now.detail else (self.new, now)
        yield source[tags.span.start : tags.inner.start]
        if was.children or now.children:
            yield from self.region(was.children, now.children, was.inner)
        else:
            yield self.leaf(was, now)
        yield source[tags.inner.end : tags.span.end]

    def leaf(self, was: Block, now: Block) -> str:
        """The inside of a changed block of text; what Markdown can not show (a picture inside it) moves to its end."""
        inner = now.inner.of(self.new)
        if was.lines and now.lines and max(len(was.lines), len(now.lines)) > 1:
            inner = _BREAK.join(self.line(before, after) for before, after in pairs(was.lines, now.lines) if after)
        lost = (piece for span in was.extras if (piece := span.of(self.old)) not in inner)
        return inner + "".join(lost)

    def line(self, was: Line | None, now: Line) -> str:
        """One line of a block that has line breaks."""
        return was.span.of(self.old) if was == now and was is not None else now.span.of(self.new).strip()


def _block_pairs(old: Blocks, new: Blocks) -> Pairs[Block]:
    """What becomes of each block, less what only a part of an element would be kept for."""
    found = [pair for each in pairs(old, new) for pair in _parted_unless_alike(*each)]
    broken = {span for span in _shared(old) if not _stays_whole(found, span)}
    done: Pairs[Block] = []
    for was, now in found:
        if was is not None and now is not None and was.span in broken:
            done += [(None, now), (was, None)]
        else:
            done.append((was, now))
    return done


def _parted_unless_alike(was: Block | None, now: Block | None) -> Pairs[Block]:
    if was is None or now is None or was == now:
        return [(was, now)]
    alike = was.kind is now.kind and bool(was.span) and (was.detail == now.detail or _both_numbered(was, now))
    return [(was, now)] if alike else [(None, now), (was, None)]


def _both_numbered(was: Block, now: Block) -> bool:
    return was.kind is Kind.LIST and bool(was.detail) == bool(now.detail)


def _stays_whole(found: Pairs[Block], span: Span) -> bool:
    """Whether all the paragraphs that share an element are as they were, and nothing came between them."""
    places = [index for index, (was, _) in enumerate(found) if was is not None and was.span == span]
    unchanged = all(found[index][0] == found[index][1] for index in places)
    return unchanged and places[-1] - places[0] == len(places) - 1
