"""From one page of a list to the next, in any of the usual styles, to an end that is known to be one.

===========  =====================================================================================
style        how a list goes on
===========  =====================================================================================
next         by a link in the answer, or in its header ``Link``
cursor       by a cursor in the answer
page         by number, from 0 or from 1: ``page``, or as the answer calls it
offset       by how many were seen: ``offset``, or as the answer calls it
none         it does not: everything is in one answer
auto         as the answer's signs say; without any, by page, then by offset, as soon as one has effect
===========  =====================================================================================

Half a list never passes for a whole one: a list ends where its answer says so, where its total is reached, or with an
empty page. Pages that come again, totals that are not reached, a sign of more that can not be followed are errors. A
parameter that changes nothing is not known to the server, and where that holds for all, the list is one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.errors import Transient
from connectors.nameless import ref_without
from connectors.opus2.settings import Paging
from connectors.opus2.signs import Params, Signs
from connectors.opus2.wire import Malformed, identity
from connectors.task import Native

MOST: Final = 10_000
"""A list of more pages than this goes round in circles."""
_NAMES: Final = {"page": ("page", "pageNumber"), "offset": ("offset", "skip", "start")}
"""The parameters that are tried where an answer does not name its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One answer: its elements, and what it says of the rest."""

    elements: Sequence[Native]
    signs: Signs


@dataclass(frozen=True, slots=True)
class Way:
    """How lists without signs go on: "page" or "offset" by a parameter, from a first number; "none": they do not."""

    style: str
    parameter: str = ""
    first: int = 0


@dataclass(slots=True, kw_only=True)
class Walk:
    """One list, read to its end. ``fetch`` asks with some parameters; ``way`` is what was found out before, or now."""

    fetch: Callable[[Params], Part]
    style: Paging
    way: Way | None = None
    what: str = "the list"
    _seen: dict[str, Native] = field(default_factory=dict)
    _asked: list[Params] = field(default_factory=list)
    _total: int | None = None

    def run(self) -> Iterator[Sequence[Native]]:
        """The elements of each answer that were not seen before, or not so.

        Raises ``Malformed``, ``Transient``, as ``fetch``.
        """
        part, told, _ = self._ask({})
        yield told
        led = False
        while (following := self._told(part)) is not None:
            led = led or part.signs.following is not None
            part, told, is_new = self._ask(following)
            if part.elements and not is_new:
                raise Malformed(f"pages that come again ({_shown(following)})")
            yield told
        # Where each page led to the next, the one that leads nowhere is the last.
        if not led and self._may_go_on(part):
            yield from self._by_position(part)
        if self._total is not None and len(self._seen) < self._total:
            raise Malformed(
                f"{len(self._seen)} elements, while it says that there are {self._total}, and no way to the others"
            )

    def _told(self, part: Part) -> Params | None:
        """The next page as the answer itself names it."""
        signs = part.signs
        if signs.following is not None:
            if self.style == "none":
                raise Malformed(f"a next page ({_shown(signs.following)}), while paging is none")
            return signs.following
        if signs.more is False or self.style in ("none", "cursor", "next") or self._is_whole():
            return None
        if signs.page is not None and signs.pages is not None:
            name, number = signs.page
            first = 0 if number < len(self._asked) else 1
            return {name: str(number + 1)} if number + 1 - first < signs.pages else None
        if signs.page is not None and signs.more:
            return {signs.page[0]: str(signs.page[1] + 1)}
        if signs.offset is not None and part.elements and (self._total is not None or signs.more):
            return {signs.offset[0]: str(signs.offset[1] + len(part.elements))}
        return None

    def _may_go_on(self, part: Part) -> bool:
        """Whether nothing has said that this was the end. Raises where more is told, and the style forbids to go on."""
        signs = part.signs
        more = bool(signs.more) or (signs.pages is not None and len(self._asked) < signs.pages)
        if self.style in ("none", "cursor", "next"):
            if more:
                raise Malformed(f"that there is more, and no way to it while paging is {self.style}")
            return False
        if self._is_whole() or signs.more is False or not part.elements:
            return False
        return not (signs.page is not None and signs.pages is not None and not more)

    def _by_position(self, part: Part) -> Iterator[Sequence[Native]]:
        """By page or by offset, without a sign but the elements themselves."""
        named = part.signs.page or part.signs.offset
        for way in self._ways(part.signs):
            works = yield from self._try(way)
            if works:
                self.way = way
                return
        if named is not None or part.signs.more or self.style != "auto":
            raise Malformed(f"pages that come again, whatever is asked for ({_shown(self._asked[-1])})")
        self.way = Way("none")

    def _ways(self, signs: Signs) -> Iterator[Way]:
        """What may be tried: what worked before, then all that the style allows; nothing where nothing worked."""
        if self.way is None or self.way.style != "none":
            yield from dict.fromkeys([*([self.way] if self.way is not None else []), *self._usual(signs)])

    def _usual(self, signs: Signs) -> Iterator[Way]:
        for style, names in _NAMES.items():
            if self.style not in ("auto", style):
                continue
            told = signs.page if style == "page" else signs.offset
            for name in dict.fromkeys([*([told[0]] if told else []), *names]):
                if style == "offset":
                    yield Way(style, name)
                elif told:
                    yield Way(style, name, told[1])
                else:
                    yield Way(style, name, 0)
                    yield Way(style, name, 1)

    def _try(self, way: Way) -> Generator[Sequence[Native], None, bool]:
        """Go one way to the end; False when the first step shows what was seen already, and so has no effect."""
        step = 1
        while True:
            number = way.first + step if way.style == "page" else len(self._seen)
            part, told, is_new = self._ask({way.parameter: str(number)})
            yield told
            if not part.elements or (is_new and self._is_whole()):
                return True
            if not is_new:
                if step == 1:
                    return False
                raise Malformed(f"pages that come again ({_shown(self._asked[-1])})")
            step += 1

    def _ask(self, params: Params) -> tuple[Part, Sequence[Native], bool]:
        """An answer, what of it was not told yet (somebody may edit meanwhile), and whether it leads any further."""
        if params in self._asked or len(self._asked) >= MOST:
            raise Malformed(f"pages that go round in circles ({_shown(params)})")
        self._asked.append(params)
        part = self.fetch(params)
        total = part.signs.total
        if total is not None and self._total is not None and total != self._total:
            raise Transient(f"{self.what} changed while it was being read", hint="it is read again next time")
        self._total = total if total is not None else self._total
        told, before = [], len(self._seen)
        for element in part.elements:
            key = identity(element, "id", "documentId", "docId") or ref_without(element)
            if self._seen.get(key) != element:
                told.append(element)
            self._seen[key] = element
        return part, told, len(self._seen) > before

    def _is_whole(self) -> bool:
        return self._total is not None and len(self._seen) >= self._total


def _shown(params: Params) -> str:
    return "&".join(f"{name}={value[:40]}" for name, value in params.items()) or "the first page"
