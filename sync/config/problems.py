"""What is wrong with a configuration, for a person and for a script."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sync.config.lines import KeyPath, Lines

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN = 40
"""Characters of a refused value that a message repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend: where it stands, what is wrong, what to write instead.

    ``line`` counts from 1; it is 0 where there is no file to point into. ``key`` is dotted, as TOML writes it, and
    empty where the whole file is meant.
    """

    file: str
    line: int
    key: str
    message: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = f"{self.key}: " if self.key else ""
        return f"{place}: {subject}{self.message} ({self.hint})"

    def json(self) -> dict[str, str | int]:
        """The same as a JSON object: file, line, key, message, hint."""
        return asdict(self)


class ConfigError(Exception):
    """The configuration cannot be used. ``problems``: all that is wrong with it, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.key)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BadValue(ValueError):
    """A value that cannot be used: what is wrong with it, and what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Report:
    """Gathers the problems of one file, so that a person sees them all at once.

    ``inline_secrets`` are the keys whose secret stands in the file itself.
    """

    def __init__(self, file: str, lines: Lines) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.inline_secrets: list[KeyPath] = []
        self._lines = lines

    def apart(self) -> Report:
        """An empty report on the same file."""
        return Report(self.file, self._lines)

    def add(self, path: KeyPath, message: str, hint: str) -> None:
        """Note what is wrong at ``path``; a key that is missing has the line of its table."""
        self.problems.append(self._problem(path, message, hint))

    def refuse(self, path: KeyPath, error: BadValue) -> None:
        """Note a value that its parser refused."""
        self.add(path, str(error), error.hint)

    def warn(self, path: KeyPath, message: str, hint: str) -> None:
        """Note what works and should not stay so."""
        self.warnings.append(self._problem(path, message, hint))

    def line(self, path: KeyPath) -> int:
        """The line of a key."""
        return self._lines.of(path)

    def _problem(self, path: KeyPath, message: str, hint: str) -> Problem:
        return Problem(file=self.file, line=self.line(path), key=dotted(path), message=message, hint=hint)


def dotted(path: KeyPath) -> str:
    """A key path as TOML writes it; the index of a list's element is left out (the line tells which)."""
    parts = (part for part in path if isinstance(part, str))
    return ".".join(part if _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False) for part in parts)


def shown(value: object) -> str:
    """A refused value as a message repeats it: text in quotes, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """The known word that is closest to what was written, as a hint; ``otherwise`` when none is close."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f'did you mean "{close[0]}"?' if close else otherwise


def kind(value: object) -> str:
    """What a value is, in the words of a person who writes TOML."""
    kinds: dict[type, str] = {
        bool: "true or false",
        int: "a whole number",
        float: "a number with a point",
        str: "text",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), "a date or time")
