"""Calendar text as lines that stay as they are: what is not edited is written back to the letter (RFC 5545, 3.1).

A text is taken apart into the lines of its one task, which can be replaced one by one, and what stands around them.
Whole components inside the task (an alarm) are one line each here: nothing in them is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

WIDTH: Final = 75
"""Octets of one line, its end left out (RFC 5545, 3.1)."""
_FOLD: Final = re.compile(r"\n[ \t]")
_NAME: Final = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_PARAMETER: Final = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"\n]*"|[^";:,\n]*)(?:,(?:"[^"\n]*"|[^";:,\n]*))*)')
_CARET: Final = re.compile(r"\^[n^']")
_UNCARET: Final = {"^n": "\n", "^^": "^", "^'": '"'}
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ENDS: Final = re.compile(r"\r\n?")
_DEEPEST: Final = 16
"""Components within each other: an alarm in a task in a calendar is three."""


class Broken(ValueError):
    """A text that is no calendar with a task in it; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Line:
    """One content line as it stood (``raw``: folded, line feeds only), and its parts; without a name it has none."""

    raw: str
    name: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    value: str = ""

    @classmethod
    def read(cls, raw: str) -> Self:
        """A line from its text. What is no content line is kept, and has no name."""
        text = _FOLD.sub("", raw)
        name = _NAME.match(text)
        if name is None:
            return cls(raw)
        at, parameters = name.end(), []
        while (found := _PARAMETER.match(text, at)) is not None:
            parameters.append((found[1].upper(), found[2]))
            at = found.end()
        if text[at : at + 1] != ":":
            return cls(raw)
        return cls(raw, name[0].upper(), tuple(parameters), text[at + 1 :])

    @classmethod
    def made(cls, name: str, value: str, parameters: Sequence[tuple[str, str]] = ()) -> Self:
        """A new line; value and parameters as they are to be written."""
        told = "".join(f";{key}={text}" for key, text in parameters)
        return cls(folded(f"{name}{told}:{value}"), name, tuple(parameters), value)

    def parameter(self, name: str) -> str:
        """A parameter's value without quotes (RFC 6868 undone); empty when there is none."""
        raw = next((value for key, value in self.parameters if key == name), "")
        return _CARET.sub(lambda found: _UNCARET[found[0]], raw.strip('"'))

    def without(self, *names: str) -> tuple[tuple[str, str], ...]:
        """The parameters, less some."""
        return tuple((key, value) for key, value in self.parameters if key not in names)


@dataclass(slots=True)
class Todo:
    """The task of a calendar text: its own lines, and the text before and after them.

    Of a recurring task it is the one that recurs; single occurrences that somebody changed stand in the text around it.
    """

    head: list[str]
    lines: list[Line]
    tail: list[str]
    edited: bool = field(default=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """The task of a text. Raises ``Broken``."""
        logical = list(_logical(_ENDS.sub("\n", text)))
        spans = list(_spans(logical))
        todos = [Todo._of(logical, start, end) for start, end in spans]
        if not todos:
            raise Broken("it holds no task")
        whole = next((todo for todo in todos if todo.first("RECURRENCE-ID") is None), todos[0])
        return cls(whole.head, whole.lines, whole.tail)

    @staticmethod
    def _of(logical: Sequence[str], start: int, end: int) -> Todo:
        return Todo(list(logical[: start + 1]), list(_own(logical[start + 1 : end])), list(logical[end:]))

    def all(self, name: str) -> list[Line]:
        """The lines of a property, in their order."""
        return [line for line in self.lines if line.name == name]

    def first(self, name: str) -> Line | None:
        """The first line of a property."""
        return next((line for line in self.lines if line.name == name), None)

    def put(self, name: str, new: Sequence[Line], old: Sequence[Line] | None = None) -> None:
        """Put lines in the place of old ones: by default, of all of that property. Equal ones stay as they are."""
        old = self.all(name) if old is None else old
        if list(old) == list(new):
            return
        at = next((place for place, line in enumerate(self.lines) if line in old), self._end())
        after = [line for line in self.lines[at:] if line not in old]
        self.lines = [*self.lines[:at], *new, *after]
        self.edited = True

    def set(self, name: str, value: str, parameters: Sequence[tuple[str, str]] = ()) -> None:
        """Give a property one value."""
        self.put(name, [Line.made(name, value, parameters)])

    def drop(self, *names: str) -> None:
        """Take properties away."""
        for name in names:
            self.put(name, [])

    def text(self) -> str:
        """The whole text, its lines ended as iCalendar wants it."""
        parts = [*self.head, *(line.raw for line in self.lines), *self.tail]
        return "\r\n".join("\n".join(parts).split("\n")) + "\r\n"

    def around(self) -> str:
        """What stands around the task, as a calendar: the time zones among it."""
        return "\n".join([*self.head[:-1], *self.tail[1:]])

    def _end(self) -> int:
        """Where a new line goes: before the components inside."""
        inner = (place for place, line in enumerate(self.lines) if line.name == "BEGIN")
        return next(inner, len(self.lines))


def escaped(text: str) -> str:
    """A text as a value of type TEXT (RFC 5545, 3.3.11)."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def unescaped(value: str) -> str:
    """A value of type TEXT as a text."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def listed(value: str) -> list[str]:
    """The texts of a list of type TEXT."""
    return [unescaped(part) for part in re.findall(r"(?:^|,)((?:\\.|[^,\\])*)", value, re.DOTALL)]


def quoted(text: str) -> str:
    """A text as a parameter's value, in quotes where it needs them (RFC 6868)."""
    told = text.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{told}"' if re.search(r"[:;,]", told) else told


def folded(line: str) -> str:
    """A line in pieces of at most 75 octets, none of them cut within a character."""
    pieces: list[str] = []
    piece: list[str] = []
    room = WIDTH
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append("".join(piece))
            piece, room = [], WIDTH - 1
        piece.append(sign)
        room -= size
    return "\n ".join([*pieces, "".join(piece)])


def _logical(text: str) -> Iterator[str]:
    """The lines of a text, each with its folds. Empty ones belong to no calendar, and part no line from its folds."""
    pieces: list[str] = []
    for line in filter(None, text.split("\n")):
        if line[0] not in " \t" and pieces:
            yield "\n".join(pieces)
            pieces = []
        pieces.append(line)
    if pieces:
        yield "\n".join(pieces)


def _spans(logical: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the tasks of a calendar begin and end. Raises ``Broken``."""
    open_: list[tuple[str, int]] = []
    for place, raw in enumerate(logical):
        mark, _, what = _FOLD.sub("", raw).strip().upper().partition(":")
        if mark == "BEGIN":
            open_.append((what, place))
            if len(open_) > _DEEPEST:
                raise Broken(f"components nest deeper than {_DEEPEST}")
        elif mark == "END":
            if not open_ or open_[-1][0] != what:
                raise Broken(f"END:{what[:40]} without its beginning")
            start = open_.pop()[1]
            if what == "VTODO" and [name for name, _ in open_] == ["VCALENDAR"]:
                yield start, place
    if open_:
        raise Broken(f"BEGIN:{open_[-1][0][:40]} without its end")


def _own(logical: Sequence[str]) -> Iterator[Line]:
    """The lines of a component; each component inside is one line."""
    inner: list[str] = []
    depth = 0
    for raw in logical:
        mark = _FOLD.sub("", raw).partition(":")[0].upper()
        depth += (mark == "BEGIN") - (mark == "END")
        if inner or mark == "BEGIN":
            inner.append(raw)
            if depth == 0:
                yield Line("\n".join(inner), "BEGIN")
                inner = []
        else:
            yield Line.read(raw)
