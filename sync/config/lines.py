"""On which line each key of a TOML document stands: the parser of the standard library does not say."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value: names of tables and keys, and the index of an element in a list."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY_PART = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_STRING = re.compile(
    r"""
    \"{3} (?:[^\\]|\\.)*? \"{3,5} | '{3} .*? '{3,5}              # over several lines; quotes may stand before the end
    | \"(?!\"\") (?:[^\"\\\n]|\\[^\n])* \" | '(?!'') [^'\n]* '  # on one line
    """,
    re.DOTALL | re.VERBOSE,
)
_PLAIN = re.compile(r"[^,\]}#\n]*")
_REST_OF_LINE = re.compile(r"[^\n]*")
_DEPTH = 64
"""Lists and tables within one another beyond which the scan ends: no configuration has a use for more."""


class Lines:
    """The line of each key, counted from 1.

    ``opened`` is the line of a text, list or table that never ends, or None.
    """

    def __init__(self, found: Mapping[KeyPath, int], statements: Mapping[int, KeyPath], opened: int | None) -> None:
        self._found = found
        self._statements = statements
        self.opened = opened

    def of(self, path: KeyPath) -> int:
        """The line of the key; of the table that it is missing from; 1 if that is nowhere either."""
        for end in range(len(path), 0, -1):
            if line := self._found.get(path[:end]):
                return line
        return 1

    def key_at(self, line: int) -> KeyPath:
        """The table or key whose statement begins on that line, or ()."""
        return self._statements.get(line, ())


def scan(text: str) -> Lines:
    """Find the lines of all keys. Of a text that is not TOML: of the keys before the first value that never ends."""
    scanner = _Scanner(text)
    scanner.document()
    return Lines(scanner.found, scanner.statements, scanner.opened)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.found: dict[KeyPath, int] = {}
        self.statements: dict[int, KeyPath] = {}
        self.opened: int | None = None
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._implied: set[KeyPath] = set()  # tables that only the name of another one mentions
        self._elements: dict[KeyPath, int] = {}  # arrays of tables: the index of the last element

    def document(self) -> None:
        table: KeyPath = ()
        while self._more():
            start = self._at
            if self._take("[["):
                table = self._table(self._key(), array=True)
                self._match(_REST_OF_LINE)
            elif self._take("["):
                table = self._table(self._key(), array=False)
                self._match(_REST_OF_LINE)
            elif not self._pair(table, 0):
                self._at = start
                self._match(_REST_OF_LINE)

    def _more(self) -> bool:
        self._match(_BLANK)
        return self._at < len(self._text) and self.opened is None

    def _table(self, names: tuple[str, ...], *, array: bool) -> KeyPath:
        line = self._line()
        path: KeyPath = ()
        for place, name in enumerate(names):
            path = (*path, name)
            last = place == len(names) - 1
            if last and array:
                self._elements[path] = self._elements.get(path, -1) + 1
            self._note(path, line, implied=not last)
            if path in self._elements:
                path = (*path, self._elements[path])
                self._note(path, line, implied=not last)
        self.statements[line] = path
        return path

    def _pair(self, table: KeyPath, depth: int) -> bool:
        line, names = self._line(), self._key()
        if not names or not self._take("="):
            return False
        path = table
        for place, name in enumerate(names):
            path = (*path, name)
            self._note(path, line, implied=place < len(names) - 1)
        if depth == 0:
            self.statements[line] = path
        self._value(path, line, depth)
        return True

    def _value(self, path: KeyPath, line: int, depth: int) -> None:
        self._match(_SPACE)
        if self._text[self._at : self._at + 1] in {'"', "'"}:
            if not self._match(_STRING):
                self._give_up(line)
        elif depth >= _DEPTH:
            self._give_up(line)
        elif self._take("["):
            self._members("]", path, line, depth + 1)
        elif self._take("{"):
            self._members("}", path, line, depth + 1)
        else:
            self._match(_PLAIN)

    def _members(self, end: str, path: KeyPath, line: int, depth: int) -> None:
        index = 0
        while self._more():
            if self._take(end):
                return
            start = self._at
            if end == "]":
                here = self._line()
                self._note((*path, index), here, implied=False)
                self._value((*path, index), here, depth)
                index += 1
            else:
                self._pair(path, depth)
            self._match(_BLANK)
            self._take(",")
            if self._at == start:  # neither a member nor the end
                break
        self._give_up(line)

    def _key(self) -> tuple[str, ...]:
        names: list[str] = []
        while True:
            self._match(_SPACE)
            part = self._match(_KEY_PART)
            if not part:
                return ()
            names.append(_unquoted(part))
            self._match(_SPACE)
            if not self._take("."):
                return tuple(names)

    def _note(self, path: KeyPath, line: int, *, implied: bool) -> None:
        if path not in self.found or (path in self._implied and not implied):
            self.found[path] = line
            (self._implied.add if implied else self._implied.discard)(path)

    def _give_up(self, line: int) -> None:
        if self.opened is None:
            self.opened = line

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]

    def _take(self, word: str) -> bool:
        if not self._text.startswith(word, self._at):
            return False
        self._at += len(word)
        return True


def _unquoted(part: str) -> str:
    if part[0] not in {'"', "'"}:
        return part
    try:
        return str(tomllib.loads(f"key = {part}")["key"])
    except tomllib.TOMLDecodeError:
        return part
