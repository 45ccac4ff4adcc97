"""How values are written that the vendor's page leaves open: a first spelling, and a second where that has no effect.

The root as a parent: the page shows it as "empty … (or 0 in case of JSON output)" and does not say how to write it.
Several assignees: the page names the parameter, not how a list of them is passed; public clients send JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from connectors.checkvist.mapping import Body
from connectors.task import Field, JsonValue, Patch, is_empty

NUMBERS: Final = frozenset({"parent_id", "position", "priority"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One server's way; ``proved`` are the fields whose spelling has been seen to work."""

    root: str = ""
    json: bool = False
    proved: frozenset[Field] = frozenset()

    def unsure(self, patch: Patch) -> tuple[Field, ...]:
        """The fields of a patch whose spelling is open."""
        asked = [field for field in (Field.PARENT, Field.ASSIGNEES) if field in patch and field not in self.proved]
        return tuple(field for field in asked if field is Field.ASSIGNEES or patch.fields[field] is None)

    @staticmethod
    def tells(patch: Patch, field: Field) -> bool:
        """Whether a write that took proves its spelling: nobody may also be what the other spelling was read as."""
        return field is not Field.ASSIGNEES or not is_empty(field, patch.fields[field])

    def other(self, field: Field) -> Dialect:
        """The same but for the other spelling of a field."""
        if field is Field.PARENT:
            return replace(self, root="" if self.root else "0")
        return replace(self, json=not self.json)

    def sure(self, field: Field) -> Dialect:
        """The same, proved for a field."""
        return replace(self, proved=self.proved | {field})

    def written(self, body: Body) -> tuple[list[tuple[str, str]] | None, JsonValue]:
        """The parameters ``task[…]`` as a form, or as JSON where there is a list and lists are written so."""
        told = {**body, "parent_id": self.root} if body.get("parent_id") == "" else body
        if self.json and any(isinstance(value, list) for value in told.values()):
            return None, {"task": {name: _as_json(name, value) for name, value in told.items()}}
        return form(told), None


def form(body: Body) -> list[tuple[str, str]]:
    """Parameters as a form; an empty list as one empty element, as browsers send it."""
    pairs: list[tuple[str, str]] = []
    for name, value in body.items():
        if isinstance(value, str):
            pairs.append((f"task[{name}]", value))
        else:
            pairs += [(f"task[{name}][]", element) for element in map(str, value)] or [(f"task[{name}][]", "")]
    return pairs


def _as_json(name: str, value: str | list[int]) -> JsonValue:
    if isinstance(value, str):
        return (int(value) if value else None) if name in NUMBERS else value
    return list(value)
