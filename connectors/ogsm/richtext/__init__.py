"""HTML and Markdown, both ways, without flattening what a person wrote.

``to_markdown`` gives the one Markdown text that stands for a piece of HTML; ``to_html`` lays a Markdown text over the
HTML that was there, and leaves the HTML of everything that did not change as it is, to the byte. For all texts::

    to_markdown(to_html(m, h)) == view(m)        view(view(m)) == view(m)        view(to_markdown(h)) == to_markdown(h)
"""

from __future__ import annotations

from connectors.ogsm.richtext.align import stretches
from connectors.ogsm.richtext.read import read
from connectors.ogsm.richtext.render import segments
from connectors.ogsm.richtext.render import to_html as rendered
from connectors.ogsm.richtext.settle import plain, settle, too_long
from connectors.ogsm.richtext.weave import Text, weave
from connectors.ogsm.richtext.write import write

__all__ = ["lift", "to_html", "to_markdown", "view"]


def to_markdown(html: str) -> str:
    """The Markdown text of a piece of HTML. Never raises."""
    blocks = read(html)
    return write(plain(blocks) if too_long(blocks) else settle(blocks))


def view(markdown: str) -> str:
    """What is seen of a Markdown text after it went through HTML."""
    return to_markdown(rendered(markdown))


def to_html(markdown: str, previous: str = "") -> str:
    """The HTML of a Markdown text, laid over the HTML that was there before."""
    html = rendered(markdown)
    if not previous:
        return html
    new = read(html)
    old = read(previous)
    if too_long(new) or too_long(old):
        return previous if plain(new) == plain(old) and too_long(new) == too_long(old) else html
    new, old = settle(new), settle(old)
    woven = weave(Text(previous, old), Text(html, new))
    return woven if settle(read(woven)) == new else html


def lift(seen: str, current: str) -> str:
    """The Markdown text that an edit to ``seen``, made in HTML, makes of ``current``.

    Blocks that were not edited keep the form that they had.
    """
    if view(current) == seen:
        return current
    edited = read(rendered(seen))
    if too_long(edited):
        return seen
    pieces = [span.of(current) for span in segments(current)]
    forms = [view(piece) for piece in pieces]
    blocks = [write((block,)) for block in settle(edited)]
    done: list[str] = []
    for equal, was, now in stretches(forms, blocks):
        done.extend(pieces[was] if equal else (f"{block}\n\n" for block in blocks[now]))
    return seen if not done else _joined(done, seen)


def _joined(pieces: list[str], seen: str) -> str:
    apart = [piece if piece.endswith("\n\n") else f"{piece.rstrip(chr(10))}\n\n" for piece in pieces[:-1]]
    joined = "".join([*apart, pieces[-1]]).rstrip("\n")
    return joined if view(joined) == seen else seen
