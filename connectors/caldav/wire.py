"""WebDAV's XML as it is sent and answered (RFC 4918, 4791, 6578), read as what a stranger wrote. Pure.

A document type is refused before anything in it is read: without one there are no entities that could be expanded or
fetched. What nests deeper than :data:`DEEPEST` or has more elements than :data:`MOST` is refused; the transport bounds
the bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat  # a parser that is told to refuse document types
from xml.sax.saxutils import escape

from connectors.caldav.lines import Broken, Todo, unescaped
from connectors.entries import Record
from connectors.nameless import ref_without
from connectors.task import Native, Ref

HREF: Final = "href"
ETAG: Final = "etag"
DATA: Final = "data"
REMOVED: Final = "removed"
"""The members of a native task: the resource's name in the collection, its entity tag, its calendar text."""

DAV: Final = "DAV: "
CAL: Final = "urn:ietf:params:xml:ns:caldav "
SERVER: Final = "http://calendarserver.org/ns/ "
SABRE: Final = "http://sabredav.org/ns "
RADICALE: Final = "http://radicale.org/ns/ "
_TOLD: Final = f"{DAV}responsedescription"
_SPACES: Final = {"d": DAV, "c": CAL, "s": SERVER, "r": RADICALE}

DEEPEST: Final = 40
"""Elements within each other; an answer nests seven."""
MOST: Final = 2_000_000
"""Elements of one answer: some 200,000 tasks."""
_ILLEGAL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:[xX]0*(1?[0-9a-fA-F])|0*([12]?\d|3[01]));")
_BLANKS: Final = frozenset({9, 10, 13})
_CUT: Final = frozenset(
    {
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
    }
)
"""What the parser says of a document that ends before its end."""
_STATUS: Final = re.compile(r"HTTP/\S+\s+(\d{3})\b")


class Malformed(ValueError):
    """An answer that is not what the protocol promises; the text says what it is instead."""


class Cut(Malformed):
    """An answer that ends before its end."""


@dataclass(slots=True)
class Element:
    """An element: its name with its namespace before it, its attributes, the text in it, and its children."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly in it."""
        return "".join(self.parts)

    def child(self, name: str) -> Element | None:
        """The first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Element]:
        """The children of a name."""
        return [child for child in self.children if child.name == name]

    def said(self, name: str) -> str:
        """The text of the first child of a name, without blanks around it; empty when there is none."""
        found = self.child(name)
        return "" if found is None else found.text.strip()


class _Builder:
    """Builds the tree, within bounds."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        element = Element(name, attributes)
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST:
            raise Malformed(f"XML that nests deeper than {DEEPEST} or has more than {MOST} elements")
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1].parts.append(data)

    def refuse(self, *_: object) -> None:
        raise Malformed("XML with a document type, which is refused")


def parsed(body: bytes) -> Element:
    """The root of an XML document. Raises ``Malformed``, ``Cut``."""
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    # What XML can not hold at all (RFC 5545 neither): some servers pass on what one client once wrote.
    clean = body if body.startswith((b"\xff\xfe", b"\xfe\xff")) else _ILLEGAL.sub(_legal, body)
    try:
        parser.Parse(clean, True)  # noqa: FBT003 - "this is all", as the library has it
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code) or "it can not be read"
        raise (Cut if why in _CUT else Malformed)(f"XML that is broken: {why}") from None
    except Malformed:
        raise
    except (LookupError, ValueError) as error:  # an encoding that this machine does not know
        raise Malformed(f"XML that is broken: {error}") from None
    if builder.root is None:
        raise Cut("nothing")
    return builder.root


def _legal(found: re.Match[bytes]) -> bytes:
    """What stands for a character that XML may not hold: nothing; a tab or a line's end told by its number stays."""
    number = int(found[1], 16) if found[1] else int(found[2] or b"0")
    return found[0] if number in _BLANKS else b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a multistatus says of one resource: its status if it tells one, and the properties that it has."""

    href: str
    status: int | None
    properties: Mapping[str, Element]

    @property
    def gone(self) -> bool:
        """Whether it is not there."""
        return self.status in {404, 410}

    def said(self, name: str) -> str:
        """A property's text; empty when there is none."""
        found = self.properties.get(name)
        return "" if found is None else found.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Multistatus:
    """An answer about several resources, and the token of a sync-collection."""

    responses: tuple[Response, ...]
    token: str


def multistatus(body: bytes) -> Multistatus:
    """An answer 207. Raises ``Malformed``, ``Cut``."""
    root = parsed(body)
    if root.name != f"{DAV}multistatus":
        raise Malformed(f"the XML element {root.name.rpartition(' ')[2][:40]!r} instead of a multistatus")
    responses = tuple(response for element in root.all(f"{DAV}response") for response in _responses(element))
    return Multistatus(responses=responses, token=root.said(f"{DAV}sync-token"))


def _responses(element: Element) -> Iterator[Response]:
    hrefs = [href.text.strip() for href in element.all(f"{DAV}href")]
    if not all(hrefs) or not hrefs:
        raise Malformed("a response that names no resource")
    found: dict[str, Element] = {}
    for part in element.all(f"{DAV}propstat"):
        properties = part.child(f"{DAV}prop")
        if properties is not None and _code(part) in {None, 200}:
            found |= {one.name: one for one in properties.children}
    for href in hrefs:
        yield Response(href=href, status=_code(element), properties=found)


def _code(element: Element) -> int | None:
    said = _STATUS.match(element.said(f"{DAV}status"))
    return None if said is None else int(said[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a refusal says: the precondition that it names, such as "valid-calendar-data", and its words for people."""

    condition: str = ""
    words: str = ""


def refusal(body: bytes) -> Refusal:
    """The body of a refusal (RFC 4918, 16); nothing where it says nothing.

    Servers on sabre/dav (Nextcloud, Baïkal) put elements of their own before the precondition, and in the place of one.
    """
    try:
        root = parsed(body)
    except Malformed:
        return Refusal()
    if root.name != f"{DAV}error":
        return Refusal()
    named = next((one.name for one in root.children if one.name.startswith((DAV, CAL)) and one.name != _TOLD), "")
    words = root.said(_TOLD) or root.said(f"{SABRE}message")
    return Refusal(condition=named.rpartition(" ")[2][:60], words=" ".join(words.split())[:200])


def asked(kind: str, inner: str) -> bytes:
    """A request's body: the element ``kind``, with ``d:``, ``c:``, ``s:`` and ``r:`` for the namespaces."""
    spaces = " ".join(f'xmlns:{short}="{space.strip()}"' for short, space in _SPACES.items())
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{kind} {spaces}>{inner}</{kind}>'.encode()


def properties(*names: str) -> str:
    """The part of a request that names properties: "d:getetag" and such."""
    return f"<d:prop>{''.join(f'<{name}/>' for name in names)}</d:prop>"


def hrefs(paths: Iterable[str]) -> str:
    """The part of a request that names resources."""
    return "".join(f"<d:href>{escape(path)}</d:href>" for path in paths)


def as_text(text: str) -> str:
    """A text as XML has it."""
    return escape(text)


def is_task(data: str) -> bool:
    """Whether a calendar text may hold a task: an event does not."""
    return re.search(r"^BEGIN:VTODO", data, re.MULTILINE | re.IGNORECASE) is not None


def raw_hash(native: Native) -> str:
    """What tells whether a task is as it was: a hash of all its members."""
    text = json.dumps(native, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def uid_of(data: str) -> str:
    """The UID of a calendar text's task; empty when it has none, or is broken."""
    try:
        line = Todo.read(data).first("UID")
    except Broken:
        return ""
    uid = "" if line is None else unescaped(line.value).strip()
    return uid if uid.isprintable() else ""


def native_of(href: str, etag: str, data: str) -> Native:
    """A resource as a native task: its text with line feeds only, however it travelled."""
    return {HREF: href, ETAG: etag, DATA: data.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"}


def record_of(native: Native) -> Record:
    """A native task as a record; one without a UID has a ref that stands for none."""
    ref: Ref = uid_of(str(native.get(DATA, ""))) or ref_without(native)
    return Record(ref=ref, raw_hash=raw_hash(native), native=native)


def tombstone(ref: Ref, href: str) -> Record:
    """The record of a resource that was removed."""
    native: Native = {HREF: href, REMOVED: True}
    return Record(ref=ref, raw_hash=raw_hash(native), native=native)
