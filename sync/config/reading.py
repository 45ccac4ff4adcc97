"""From a path to a TOML document: where the file is, its text, its tables."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.config.lines import Lines, scan
from sync.config.problems import ConfigError, Problem, Report, dotted

VARIABLE = "TASKSYNC_CONFIG"
LOCAL = Path("tasksync.toml")
SYSTEM = Path("/etc/tasksync/tasksync.toml")
_LARGEST = 4 * 1024 * 1024
"""Bytes. No configuration is as long, and a device would never end."""
_DEEPEST = 32
"""Tables and lists within one another; the configuration itself needs five."""
_BEGIN = (
    "copy config/tasksync.example.toml to tasksync.toml and put your own accounts in; --config FILE names another file"
)
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

_SYNTAX: tuple[tuple[str, str, str], ...] = (
    # how the parser's message begins, ours, what to write instead
    ("Invalid value", "there is no value here", 'quotes around text: key = "text"; true and false in small letters'),
    ("Unclosed array", "a list is not closed", "commas between its elements and ] after the last"),
    ("Unclosed inline table", "a table in braces is not closed", "commas between its keys and } after the last"),
    ("Unclosed", "a list or a table in braces is not closed", "] or } after the last of it"),
    ("Illegal character '\\n'", "a text is not closed", 'put " at its end, on the same line'),
    ("Unterminated string", "a text is not closed", "put the quotes that opened it at its end"),
    ("Expected \"'", "a text is not closed", "put the quotes that opened it at its end"),
    ("Unescaped", "a backslash in a text", "write two of them, or put the text into '…'"),
    ("Expected '='", "a key without =", 'key = "value"'),
    ("Expected ']", "the header of a table is not closed", "[sides.outline]"),
    ("Expected newline", "something follows the value", 'one key on a line, quotes around text: key = "text"'),
    ("Cannot overwrite", "the key stands twice", "keep one of the two"),
    ("Duplicate inline", "a key in braces stands twice", "keep one of the two"),
    ("Cannot declare", "the table stands twice", "put all its keys under one header"),
    ("Cannot mutate", "the table stands twice", "put all its keys into one place"),
    ("Cannot redefine", "the table stands twice", "put all its keys into one place"),
    ("Invalid initial", "there is no key here", 'key = "value", or [table]'),
    ("Invalid statement", "this is neither a key nor a table", 'key = "value", or [table]'),
    ("Invalid date", "this is not a date", "put the text in quotes"),
    ("Exceeds the limit", "a number of too many digits", "put the text in quotes"),
)
_ANYWHERE = "look for a quote or a bracket that is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that is TOML. ``path`` is absolute, ``mode`` its permissions; ``report`` gathers what is wrong in it."""

    path: Path
    mode: int
    tables: Mapping[str, object]
    report: Report


def locate(path: Path | None, *, env: Mapping[str, str], cwd: Path, system: Path = SYSTEM) -> Path:
    """The file to read, as a person would name it: ``path``, $TASKSYNC_CONFIG, ./tasksync.toml, the system's."""
    if path is not None:
        return path
    if named := env.get(VARIABLE):
        return Path(named)
    for place in (LOCAL, system):
        if _is_there(cwd / place):
            return place
    raise ConfigError(
        [_whole(str(LOCAL), f"there is no configuration: looked for ${VARIABLE}, {cwd / LOCAL}, {system}", _BEGIN)]
    )


def read(path: Path, *, cwd: Path) -> Document:
    """The document at ``path``. Raises :class:`ConfigError` when there is none, or when it is not TOML."""
    file = str(path)
    text, mode = _text(cwd / path, file)
    if not text.strip():
        raise ConfigError([_whole(file, "the file is empty", _BEGIN, line=1)])
    lines = scan(text)
    tables = _parsed(text, file, lines)
    if isinstance(tables, Problem):
        raise ConfigError([tables])
    return Document(path=(cwd / path).absolute(), mode=mode, tables=tables, report=Report(file, lines))


def _parsed(text: str, file: str, lines: Lines) -> dict[str, object] | Problem:
    too_deep = _whole(file, "tables or lists lie too deep within one another", "take them apart", line=1)
    try:
        tables: dict[str, object] = tomllib.loads(text)
    except RecursionError:
        return too_deep
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        return _syntax(file, str(error), lines, last=text.rstrip().count("\n") + 1)
    return too_deep if _deeper(tables, _DEEPEST) else tables


def _is_there(path: Path) -> bool:
    """Whether something stands at a path; what may not be looked at does, and reading it will say why it cannot be."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _deeper(value: object, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        inner = [item.values() if isinstance(item, dict) else item for item in layer if isinstance(item, dict | list)]
        layer = [item for items in inner for item in items]
    return bool(layer)


def _text(path: Path, file: str) -> tuple[str, int]:
    try:
        with path.open("rb") as stream:
            content, mode = stream.read(_LARGEST + 1), stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
    except FileNotFoundError:
        problem = _whole(file, "there is no such file", _BEGIN)
    except IsADirectoryError:
        problem = _whole(file, "this is a folder, not a file", f"name the file in it: {path / LOCAL.name}")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no file can have such a name"
        problem = _whole(file, f"the file cannot be read: {why}", "let the user who runs tasksync read it")
    else:
        if len(content) > _LARGEST:
            raise ConfigError(
                [_whole(file, "the file is longer than 4 MiB", "name the configuration, a short text", line=1)]
            )
        return _decoded(content, file), mode
    raise ConfigError([problem])


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    raise ConfigError([_whole(file, "this line is not UTF-8", "save the file as UTF-8 text", line=line)])


def _syntax(file: str, message: str, lines: Lines, *, last: int) -> Problem:
    place = _PLACE.search(message)
    within = place is not None and place[1] is not None  # else the parser came to the end of the document
    line = int(place[1]) if place and within else lines.opened or last
    plain = _PLACE.sub("", message)
    if lines.opened and plain.startswith("Invalid" if not within else "Invalid initial"):
        plain = "Unclosed"  # what is not there is the end, and not one more value or key
    what, hint = next(((ours, hint) for theirs, ours, hint in _SYNTAX if plain.startswith(theirs)), (plain, _ANYWHERE))
    if lines.opened and lines.opened != line:
        what = f"{what}; what is open begins on line {lines.opened}"
    return Problem(file=file, line=line, key=dotted(lines.key_at(line)), message=what, hint=hint)


def _whole(file: str, message: str, hint: str, *, line: int = 0) -> Problem:
    return Problem(file=file, line=line, key="", message=message, hint=hint)
