"""The inline content of a block as runs. White space is what HTML makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from markdown_it.common.normalize_url import normalizeLink, validateLink

from connectors.ogsm.richtext.elements import SET_BY, UNSEEN
from connectors.ogsm.richtext.emphasis import set_right
from connectors.ogsm.richtext.model import Marks, Run, Runs, merged
from connectors.ogsm.richtext.tree import Node

_BLANKS = re.compile(r"[ \t\n\f\r\v\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # no characters of a text (HTML Standard, 13.2.3.5)
_EMPTY_LINES = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set by the elements around it."""

    marks: Marks = Marks.NONE
    href: str = ""

    def inside(self, node: Node) -> Style:
        """How text inside an element is set."""
        marks = self.marks | SET_BY.get(node.tag, Marks.NONE)
        if node.tag == "a" and not self.href:
            return Style(marks, address(node.attributes.get("href", "")))
        return Style(marks, self.href)


def address(url: str) -> str:
    """An address in the form in which Markdown links to it; empty when it may not be linked to (``javascript:``)."""
    try:
        normal = normalizeLink(_BLANKS.sub(" ", url).strip())
    except ValueError:
        return ""
    return normal if validateLink(normal) else ""


def is_extra(node: Node) -> bool:
    """Whether a node is shown to a reader and can not be shown in Markdown: a picture inside the text, a film."""
    if node.tag == "img":
        return not _picture(node)
    return node.tag in UNSEEN or node.tag in {"embed", "input"}


def extras(nodes: Iterable[Node]) -> Iterator[Node]:
    """What Markdown can not show of some nodes, outermost first."""
    for node in nodes:
        if is_extra(node):
            yield node
        else:
            yield from extras(node.children)


def paragraphs(nodes: Iterable[Node], style: Style) -> list[Runs]:
    """The runs of some inline nodes: one tuple per paragraph, as an empty line made of two breaks parts paragraphs."""
    runs = _collapsed(_pieces(nodes, style))
    return [done for part in _parts(runs) if (done := set_right(part))]


def one_paragraph(nodes: Iterable[Node], style: Style) -> Runs:
    """The same as one line, for places where Markdown allows no more: headings, cells of a table."""
    pieces = (run.saying(run.text.replace("\n", " ")) for run in _pieces(nodes, style))
    return set_right(_collapsed(pieces))


def bare_text(node: Node) -> str:
    """Text as it stands, white space and all; a ``<br>`` is a line break."""
    if node.tag == "br":
        return "\n"
    return node.text if not node.tag else "".join(map(bare_text, node.children))


def _picture(node: Node) -> str:
    source = node.attributes.get("src", "")
    return "" if source.lstrip().lower().startswith("data:") else address(source)


def _pieces(nodes: Iterable[Node], style: Style) -> Iterator[Run]:
    """The runs as they are written, a text's own line breaks being blanks."""
    for node in nodes:
        if not node.tag:
            yield Run(_BLANKS.sub(" ", _CONTROLS.sub("", node.text)), style.marks, style.href)
        elif node.tag == "br":
            yield Run("\n", style.marks & ~Marks.CODE, style.href)
        elif node.tag == "img":
            if source := _picture(node):
                text = " ".join(node.attributes.get("alt", "").split())
                yield Run(text, style.marks & ~Marks.CODE, style.href, source)
        elif not is_extra(node):
            if node.is_block:
                yield Run(" ")
            yield from _pieces(node.children, style.inside(node))
            if node.is_block:
                yield Run(" ")


def _collapsed(runs: Iterable[Run]) -> Runs:
    """No blank after a blank, none beside a line break, and what is blank is not code."""
    done: list[Run] = []
    last = "\n"
    for run in runs:
        if run.src:
            done.append(run)
            last = "x"
            continue
        text = run.text[1:] if last in " \n" and run.text.startswith(" ") else run.text
        if text.startswith("\n") and last == " ":
            _drop_last_blank(done)
        if text:
            done.append(run.saying(text) if text.strip(" \n") else Run(text, run.marks & ~Marks.CODE, run.href))
            last = text[-1]
    return merged(tuple(done))


def _drop_last_blank(runs: list[Run]) -> None:
    last = runs.pop()
    if len(last.text) > 1:
        runs.append(last.saying(last.text[:-1]))


def _parts(runs: Runs) -> Iterator[list[Run]]:
    """The runs between empty lines, however the two breaks of an empty line are set."""
    texts = [run.text or "x" for run in runs]
    bounds = [0, *(at for match in _EMPTY_LINES.finditer("".join(texts)) for at in match.span()), sum(map(len, texts))]
    starts = list(accumulate(map(len, texts), initial=0))
    for start, stop in zip(bounds[::2], bounds[1::2], strict=True):
        yield [
            _cut(run, start - begins, stop - begins)
            for run, begins, ends in zip(runs, starts, starts[1:], strict=False)
            if start < ends and begins < stop
        ]


def _cut(run: Run, start: int, stop: int) -> Run:
    return run if run.src else Run(run.text[max(start, 0) : stop], run.marks, run.href)
