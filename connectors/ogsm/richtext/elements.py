"""HTML's elements, as far as they matter to a text."""

from __future__ import annotations

from typing import Final

from connectors.ogsm.richtext.model import Marks

# fmt: off
VOID: Final = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})
"""Elements without content or end tag (HTML Standard, 13.1.2)."""

BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
})
"""Elements that start a block of their own."""

UNSEEN: Final = frozenset({
    "audio", "canvas", "head", "iframe", "math", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea", "title", "video",
})
"""Elements of which nothing is shown in Markdown."""
# fmt: on

SET_BY: Final = {
    **dict.fromkeys(("b", "strong"), Marks.STRONG),
    **dict.fromkeys(("i", "em"), Marks.EM),
    **dict.fromkeys(("s", "strike", "del"), Marks.STRIKE),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), Marks.CODE),
}
"""Elements that set the text in them, in a way that Markdown knows."""

_SECTIONS: Final = frozenset({"thead", "tbody", "tfoot"})
_CELLS: Final = frozenset({"td", "th"})
_TERMS: Final = frozenset({"dt", "dd"})
ENDS: Final = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    **dict.fromkeys(_TERMS, (_TERMS, frozenset({"dl"}))),
    **dict.fromkeys(_CELLS, (_CELLS, frozenset({"tr", "table"}))),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    **dict.fromkeys(_SECTIONS, (_SECTIONS, frozenset({"table"}))),
}
"""A start tag, the open elements that it ends, and the elements beyond which it ends nothing."""
