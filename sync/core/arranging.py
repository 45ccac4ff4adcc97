"""The order in which very many new entries are taken in, some after the other, and which of them only together.

=====================================================  ===========================================================
entries                                                are taken in
=====================================================  ===========================================================
with titles that all sides show alike                  together: ``match`` compares no others
a comment and its task                                 together
what is under another one                              with it or after it: a parent is linked before its children
what a question of the moment may be about             first (``First``)
=====================================================  ===========================================================

Titles, refs and parents are known by their hashes here: two that have the same by chance are taken in together, or one
after the other, which does no harm.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeAlias

from connectors.contract import Entry
from connectors.task import Field, Kind
from sync.core.lens import NO_OPINION, Lenses
from sync.core.model import SideName

Numbers: TypeAlias = Mapping[SideName, Sequence[int]]
"""Some entries, by side: their numbers in the order in which they were read."""

_NONE = 0


def _numbers() -> array[int]:
    return array("q")


def hash_of(ref: object) -> int:
    """A ref, or a title, as it is known here: never ``_NONE``, for no hash is -1 (C API, ``PyObject_Hash``)."""
    return ~hash(str(ref))


@dataclass(slots=True)
class Marks:
    """What tells the entries of one side apart, as far as their order needs it: 25 bytes for each."""

    titles: array[int] = field(default_factory=_numbers)  # _NONE: it is matched with nothing
    refs: array[int] = field(default_factory=_numbers)
    parents: array[int] = field(default_factory=_numbers)  # _NONE: it is under nothing
    comments: bytearray = field(default_factory=bytearray)  # whether it is one

    def add(self, lenses: Lenses, side: SideName, entry: Entry) -> None:
        """One more entry."""
        parent = entry.fields.get(Field.PARENT)
        is_comment = entry.kind is Kind.COMMENT
        self.titles.append(_NONE if is_comment else mark_of(lenses, title_of(lenses, side, entry)))
        self.refs.append(hash_of(entry.ref))
        self.parents.append(_NONE if parent is None else hash_of(parent))
        self.comments.append(is_comment)


@dataclass(frozen=True, slots=True)
class First:
    """What is to be taken in first: what bears these titles, has these refs or is under these, by side."""

    titles: AbstractSet[int]
    refs: Mapping[SideName, AbstractSet[int]]
    above: Mapping[SideName, AbstractSet[int]]


def title_of(lenses: Lenses, side: SideName, entry: Entry) -> str:
    """The title of an entry in the group's terms, as ``match`` has it; empty where it has none."""
    lens = lenses.at(side, entry.kind)
    if Field.TITLE not in entry.fields or not lens.spec.reads(Field.TITLE):
        return ""
    value = lens.lift(Field.TITLE, entry.fields[Field.TITLE], None)
    return "" if value is NO_OPINION else str(value)


def mark_of(lenses: Lenses, title: str) -> int:
    """What entries and tasks have in common that can be matched; ``_NONE`` where nothing can."""
    shown = lenses.shown_by_all(title) if lenses.policy.match_titles else ""
    return hash_of(shown) if shown else _NONE


def arranged(marks: Mapping[SideName, Marks], first: First, size: int) -> list[Numbers]:
    """All entries in portions of about ``size``: larger where more belong together, or have to be first."""
    groups = _Groups(marks)
    must = groups.which(first)
    portions: list[list[int]] = [[]]
    held = 0
    for together, is_first in groups.in_order(must):
        count = sum(groups.sizes[group] for group in together)
        if held and held + count > size and not is_first:
            portions.append([])
            held = 0
        portions[-1] += together
        held += count
    return groups.numbers(portions)


class _Groups:
    """Entries that are taken in together, and which of these groups come before others."""

    def __init__(self, marks: Mapping[SideName, Marks]) -> None:
        self._marks = marks
        self.sizes = array("q")
        self._groups = self._of_titles(marks)
        self._above: dict[int, list[int]] = {}
        self._lonely: dict[SideName, list[int]] = {}  # comments whose task is not among the entries
        for side, mine in marks.items():
            self._tie(side, mine)

    def _of_titles(self, marks: Mapping[SideName, Marks]) -> dict[SideName, array[int]]:
        """The group of each entry; of a comment none yet."""
        titles: dict[int, int] = {}
        return {side: self._tasks_of(mine, titles) for side, mine in marks.items()}

    def _tasks_of(self, mine: Marks, titles: dict[int, int]) -> array[int]:
        found = array("q")
        for number, title in enumerate(mine.titles):
            if mine.comments[number]:
                found.append(_NONE)
                continue
            group = self._new() if title == _NONE else titles.get(title)
            if group is None:
                group = titles[title] = self._new()
            self.sizes[group] += 1
            found.append(group)
        return found

    def _new(self) -> int:
        self.sizes.append(0)
        return len(self.sizes) - 1

    def _tie(self, side: SideName, mine: Marks) -> None:
        """Comments to their tasks, and groups to those that they come after."""
        named = set(mine.parents)
        groups = self._groups[side]
        of_ref = {
            ref: groups[number] for number, ref in enumerate(mine.refs) if ref in named and not mine.comments[number]
        }
        for number, parent in enumerate(mine.parents):
            above = of_ref.get(parent) if parent != _NONE else None
            if mine.comments[number]:
                groups[number] = above if above is not None else self._new()
                self.sizes[groups[number]] += 1
                if above is None:
                    self._lonely.setdefault(side, []).append(groups[number])
            elif above is not None:
                self._above.setdefault(groups[number], []).append(above)

    def which(self, first: First) -> list[int]:
        """The groups of what is to be taken in first, each once, in the order in which they were read."""
        found: dict[int, None] = {}
        for side, mine in self._marks.items():
            refs, above = first.refs.get(side, frozenset()), first.above.get(side, frozenset())
            lonely = set(self._lonely.get(side, ()))
            for number, group in enumerate(self._groups[side]):
                if (
                    mine.titles[number] in first.titles
                    or mine.refs[number] in refs
                    or mine.parents[number] in above
                    or group in lonely
                ):
                    found[group] = None
        return list(found)

    def in_order(self, must: Sequence[int]) -> Iterator[tuple[list[int], bool]]:
        """Groups, those in a circle together, each after those above it; and whether one of ``must`` needs them."""
        search = _Circles(self._above, len(self.sizes))
        for group in must:
            yield from ((together, True) for together in search.of(group))
        for group in range(len(self.sizes)):
            yield from ((together, False) for together in search.of(group))

    def numbers(self, portions: Sequence[Sequence[int]]) -> list[Numbers]:
        """The entries of these groups, portion by portion."""
        place = array("q", bytes(8 * len(self.sizes)))
        for portion, groups in enumerate(portions):
            for group in groups:
                place[group] = portion
        found: list[dict[SideName, array[int]]] = [{side: array("q") for side in self._marks} for _ in portions]
        for side, groups in self._groups.items():
            for number, group in enumerate(groups):
                found[place[group]][side].append(number)
        return list(found)


class _Circles:
    """Strongly connected parts of a graph, each after those that it leads to: Tarjan's algorithm, no recursion."""

    def __init__(self, leads_to: Mapping[int, Sequence[int]], count: int) -> None:
        self._leads_to = leads_to
        self._done = bytearray(count)  # whether the part that it is in was found
        self._path: list[int] = []
        self._number: dict[int, int] = {}  # of what is on the path, its place there
        self._low: dict[int, int] = {}

    def of(self, start: int) -> Iterator[list[int]]:
        """The parts that can be reached from a node and were not found yet."""
        if not self._is_new(start):
            return
        walk = [(start, iter(self._enter(start)))]
        while walk:
            node, rest = walk[-1]
            other = next(rest, None)
            if other is None:
                walk.pop()
                if walk:
                    self._lower(walk[-1][0], self._low[node])
                if self._low[node] == self._number[node]:
                    yield self._leave(node)
            elif self._is_new(other):
                walk.append((other, iter(self._enter(other))))
            elif other in self._number:
                self._lower(node, self._number[other])

    def _is_new(self, node: int) -> bool:
        return not self._done[node] and node not in self._number

    def _lower(self, node: int, low: int) -> None:
        self._low[node] = min(self._low[node], low)

    def _enter(self, node: int) -> Sequence[int]:
        self._number[node] = self._low[node] = len(self._path)
        self._path.append(node)
        return self._leads_to.get(node, ())

    def _leave(self, node: int) -> list[int]:
        start = self._number[node]
        found = self._path[start:]
        del self._path[start:]
        for one in found:
            self._done[one] = True
            del self._number[one], self._low[one]
        return found
