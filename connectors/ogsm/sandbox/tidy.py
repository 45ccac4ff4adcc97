"""What a server's editor may do to the HTML that it is sent."""

from __future__ import annotations

from typing import Final

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, Tag

_UNIFORM: Final = {"b": "strong", "i": "em", "strike": "s", "del": "s"}
_BLOCKS: Final = frozenset(
    ["blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"]
)
_TABLE: Final = frozenset(["table", "thead", "tbody", "tr", "ul", "ol"])
_ALLOWED: Final = _BLOCKS | frozenset(
    ["a", "br", "code", "em", "img", "li", "s", "strong", "tbody", "td", "th", "thead", "tr"]
)
_ATTRIBUTES: Final = frozenset({"href", "src", "alt", "start"})


def tidy(html: str) -> str:
    """The same text with uniform tags: ``b`` is ``strong``, loose text is in paragraphs, no blanks between blocks."""
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(list(_UNIFORM)):
        tag.name = _UNIFORM[tag.name]
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for text in soup.find_all(string=lambda text: not text.strip()):
        if _between_blocks(text):
            text.extract()
    _wrap_loose(soup)
    return str(soup)


def strict(html: str) -> str:
    """The same text as :func:`tidy` makes it, with the tags and attributes of a short list only."""
    soup = BeautifulSoup(tidy(html), "html.parser")
    for tag in soup.find_all(lambda _: True):
        if tag.name not in _ALLOWED:
            tag.unwrap()
            continue
        for name in set(tag.attrs) - _ATTRIBUTES:
            del tag[name]
    return str(soup)


def _between_blocks(text: NavigableString) -> bool:
    if text.find_parent("pre"):
        return False
    parent = text.parent
    return isinstance(parent, Tag) and (
        parent.name in _TABLE or (_is_block_or_edge(text.previous_sibling) and _is_block_or_edge(text.next_sibling))
    )


def _is_block_or_edge(sibling: object) -> bool:
    return sibling is None or (isinstance(sibling, Tag) and sibling.name in _BLOCKS)


def _wrap_loose(soup: BeautifulSoup) -> None:
    paragraph: Tag | None = None
    for child in list(soup.contents):
        if isinstance(child, Tag) and child.name in _BLOCKS:
            paragraph = None
        else:
            if paragraph is None:
                paragraph = soup.new_tag("p")
                child.insert_before(paragraph)
            paragraph.append(child.extract())
