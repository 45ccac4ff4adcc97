"""What a request says of an item: its parameters, however they are passed, and what they do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from connectors.checkvist.sandbox.reading import Reading
from connectors.checkvist.sandbox.smart import due, parse
from connectors.checkvist.sandbox.world import PEOPLE, ROOT, Item, Refused, World
from connectors.task import JsonValue

Said = Mapping[str, JsonValue]

LOWEST: Final = 9

_NESTED: Final = re.compile(r"task\[(\w+)\](\[\])?")
_JSON: Final = "application/json"


def said_of_item(kind: str, query: str, body: bytes, reading: Reading) -> Said:
    """The ``task[…]`` parameters of a request: from its address, a form, or JSON nested alike. Raises ``Refused``.

    Flat names reach the text and the plain columns in JSON, and nothing in a form (observed by public clients).
    """
    if kind == _JSON and body.strip():
        told = _from_json(body)
        nested = told.get("task")
        if not isinstance(nested, dict):
            nested = {name: value for name, value in told.items() if name in {"content", "parent_id", "position"}}
        return {name: value for name, value in nested.items() if name != "assignee_ids" or reading.people != "form"}
    said: dict[str, JsonValue] = {}
    for name, value in (*_pairs(query), *_pairs(body.decode(errors="replace"))):
        match = _NESTED.fullmatch(name)
        if match is None:
            continue
        member, many = match.groups()
        if not many:
            said[member] = value
        elif reading.people != "json":
            before = said.get(member)
            said[member] = [*(before if isinstance(before, list) else []), value]
    return said


def said_of_note(kind: str, query: str, body: bytes) -> str:
    """The ``comment[comment]`` of a request, from its address, a form, or JSON nested alike; empty for none."""
    if kind == _JSON and body.strip():
        nested = _from_json(body).get("comment")
        return _text(nested.get("comment")) if isinstance(nested, dict) else ""
    pairs = (*_pairs(query), *_pairs(body.decode(errors="replace")))
    return next((value for name, value in pairs if name == "comment[comment]"), "")


def parameters(kind: str, query: str, body: bytes) -> dict[str, str]:
    """The plain parameters of a request, from its address, a form or JSON."""
    plain = dict(_pairs(query))
    if kind == _JSON:
        told = _from_json(body) if body.strip() else {}
        return plain | {name: value for name, value in told.items() if isinstance(value, str)}
    return plain | dict(_pairs(body.decode(errors="replace")))


def create(world: World, checklist: int, said: Said, reading: Reading) -> Item:
    """Make an item of what a request says. Raises ``Refused``."""
    content = _text(said.get("content"))
    if not content.strip():
        raise Refused(400, "task[content] parameter is required")
    parsed = parse(content, world.now().date()) if reading.create_parses == "yes" else None
    number = _number(said.get("position"))
    parent = _number(said.get("parent_id"))
    item = world.create(checklist, content if parsed is None else parsed.content, parent or ROOT, number)
    if parsed is not None:
        item.tags = dict.fromkeys(parsed.tags, False)
        item.due, item.priority = parsed.due, parsed.priority
    _set(world, item, {name: said[name] for name in ("tags", "due_date", "priority") if name in said}, reading)
    return item


def change(world: World, item: Item, said: Said, reading: Reading, *, parsing: bool = False) -> None:
    """Change what a request names; the status is never among it. Raises ``Refused``, and then nothing is changed."""
    if "content" in said and not _text(said["content"]).strip():
        raise Refused(400, "task[content] parameter is required")
    if "parent_id" in said or "position" in said:
        world.place(item, _target(said, reading), _number(said.get("position")))
    if "content" in said:
        item.content = _text(said["content"])
    if parsing:
        parsed = parse(item.content, world.now().date())
        item.content, item.due = parsed.content, parsed.due or item.due
        item.tags |= dict.fromkeys(parsed.tags, False)
    _set(world, item, said, reading)
    world.touch(item)


def _set(world: World, item: Item, said: Mapping[str, JsonValue], reading: Reading) -> None:
    if "tags" in said:
        names = [name.strip() for name in _text(said["tags"]).split(",") if name.strip()]
        if names or reading.clear_tags == "yes":
            item.tags = {name: item.tags.get(name, False) for name in names}
    if "due_date" in said:
        text = _text(said["due_date"])
        day = due(text, world.now().date())
        if day is not None or (not text and reading.clear_due == "yes"):
            item.due = day
    if (rank := _number(said.get("priority"))) is not None and 0 <= rank <= LOWEST:
        item.priority = rank
    people = said.get("assignee_ids")
    if isinstance(people, list):
        ids = [_number(person) for person in people]
        item.assignees = list(dict.fromkeys(one for one in ids if one is not None and one in PEOPLE))


def _target(said: Said, reading: Reading) -> int | None:
    """The parent that is asked for; None: none is."""
    if "parent_id" not in said:
        return None
    value = said["parent_id"]
    number = _number(value)
    if number == ROOT and reading.to_root == "empty":
        raise Refused(400, f"Invalid parent_id: {value}")
    if number is None:
        return None if reading.to_root == "zero" else ROOT
    return number


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _number(value: JsonValue) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return int(value) if re.fullmatch("-?[0-9]{1,18}", str(value)) else None


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def _from_json(body: bytes) -> Said:
    try:
        told = json.loads(body)
    except ValueError:
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(told, dict):
        raise Refused(400, "the body is not an object")
    return told
