"""What the server makes of each member that a request tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.optacheck.sandbox.reading import Reading
from connectors.task import JsonValue

LIMITS: Final[Mapping[str, int]] = {"title": 100, "description": 255}
"""Characters (the vendor's API page, "Tasks")."""


class Refused(Exception):
    """What a request tells is not taken: a sentence about one member, or the complaints of all by their names."""

    def __init__(self, complaints: Mapping[str, JsonValue] | str) -> None:
        super().__init__(complaints)
        self.complaints: Mapping[str, JsonValue] = {} if isinstance(complaints, str) else complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Whom and what a workspace knows. ``people`` maps an e-mail address to an id; ``me`` is the id of whoever asks."""

    reading: Reading
    words: tuple[str, ...]
    people: Mapping[str, str]
    me: str

    def member(self, name: str, value: JsonValue, before: JsonValue) -> JsonValue:
        """What is stored of a member. Raises ``Refused``."""
        return _RULES[name](self, value, before)

    def counted(self, text: str) -> int:
        """The length of a text, as this server counts."""
        if self.reading.counts == "points":
            return len(text)
        return len(text.encode("utf-16-le")) // 2 if self.reading.counts == "utf16" else len(text.encode())


def _text(workspace: Workspace, name: str, value: JsonValue) -> str:
    if not isinstance(value, str):
        raise Refused("Not a valid string.")
    if "\x00" in value:
        raise Refused("Null characters are not allowed.")
    text = value.strip() if workspace.reading.trims == "yes" else value
    limit = LIMITS[name]
    if workspace.counted(text) <= limit:
        return text
    if workspace.reading.limits == "refuse":
        raise Refused(f"Ensure this field has no more than {limit} characters.")
    while workspace.counted(text) > limit:
        text = text[:-1]
    return text


def _title(workspace: Workspace, value: JsonValue, before: JsonValue) -> JsonValue:
    del before
    text = _text(workspace, "title", value)
    if not text:
        raise Refused("This field may not be blank.")
    return text


def _description(workspace: Workspace, value: JsonValue, before: JsonValue) -> JsonValue:
    del before
    if value is None:
        if workspace.reading.clear == "blank":
            raise Refused("This field may not be null.")
        return None
    text = _text(workspace, "description", value)
    if not text and workspace.reading.clear == "null":
        raise Refused("This field may not be blank.")
    return text or None


def _status(workspace: Workspace, value: JsonValue, before: JsonValue) -> JsonValue:
    del before
    if not isinstance(value, str) or not value:
        raise Refused("This field may not be blank.")
    if workspace.reading.words == "closed" and value not in workspace.words:
        raise Refused(f'"{value}" is not a valid choice.')
    return value


def _user(workspace: Workspace, value: JsonValue, before: JsonValue) -> JsonValue:
    address = value.casefold() if isinstance(value, str) else ""
    if address in workspace.people:
        return workspace.people[address]
    if workspace.reading.people == "refuse":
        raise Refused("There is no user with this e-mail address.")
    return before if workspace.reading.people == "ignore" else workspace.me


def _assigned(workspace: Workspace, value: JsonValue, before: JsonValue) -> JsonValue:
    """A person in the vendor's own pages gives a task to somebody, or takes it away."""
    del workspace, before
    return value


def _ids(workspace: Workspace, value: JsonValue, before: JsonValue) -> JsonValue:
    del workspace, before
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused("Expected a list of ids.")
    return list(value)


def _id(workspace: Workspace, value: JsonValue, before: JsonValue) -> JsonValue:
    del workspace, before
    if value is not None and not isinstance(value, str):
        raise Refused("Not a valid id.")
    return value or None


def _data(workspace: Workspace, value: JsonValue, before: JsonValue) -> JsonValue:
    del workspace, before
    fields = value.get("fields") if isinstance(value, Mapping) else None
    if not isinstance(fields, list):
        raise Refused("Expected an object with a list of fields.")
    return value


_RULES: Final[Mapping[str, Callable[[Workspace, JsonValue, JsonValue], JsonValue]]] = {
    "title": _title,
    "description": _description,
    "status": _status,
    "user_email": _user,
    "user": _assigned,
    "forms": _ids,
    "project": _id,
    "client": _id,
    "data": _data,
}
