"""The configuration that ``init`` writes, with a word about each key; and what to do next."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence

from sync.cli.interview import Secret, Side

WIDTH = 110


def configuration(sides: Sequence[Side], *, timezone: str, group: str, interval: str) -> Iterator[str]:
    """The lines of the file."""
    yield "# What tasksync keeps in agreement. `tasksync check` looks whether it is right."
    yield "# Every other key there is: config/tasksync.example.toml, or share/doc/tasksync of what was installed."
    yield ""
    yield "# The zone in which a day begins, where one system has times and another has days."
    yield f"timezone = {_text(timezone)}"
    yield ""
    yield "[store]"
    yield "# What is remembered between runs. A relative path is relative to this file."
    yield 'url = "sqlite:///tasksync.db"'
    for side in sides:
        yield ""
        yield from _side(side)
    yield ""
    yield "# The order of the sides is their priority, where nothing else tells whose edit stands."
    yield f"[groups.{group}]"
    yield f"sides = [{', '.join(_text(side.name) for side in sides)}]"
    yield "# From the start of one cycle to the start of the next, when it runs as a service."
    yield f"interval = {_text(interval)}"


def _side(side: Side) -> Iterator[str]:
    yield f"[sides.{side.name}]"
    yield f"connector = {_text(side.connector)}"
    if side.base_url:
        yield f"base_url = {_text(side.base_url)}"
    for key, value in side.keys.items():
        yield from _comment(side.about.get(key, ""))
        yield f"{key} = {_value(value)}"
    for key, about in (side.left | side.more).items():
        yield from _comment(about)
        yield f"# {key} ="


def _comment(text: str) -> Iterator[str]:
    yield from (f"# {line}" for line in textwrap.wrap(text, WIDTH))


def _value(value: object) -> str:
    if not isinstance(value, Secret):
        return json.dumps(value, ensure_ascii=False) if isinstance(value, int | list) else _text(str(value))
    if value.how == "text":
        return _text(value.value)
    kind, what = ("file", value.name) if value.how == "kept" else (value.how, value.value)
    return f"{{ {kind} = {_text(what)} }}"


def _text(text: str) -> str:
    """A basic string of TOML: what JSON escapes is escaped in the same way, and DEL besides (TOML 1.0, "String")."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
