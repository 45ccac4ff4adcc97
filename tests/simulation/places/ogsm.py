"""An OGSM side."""

from __future__ import annotations

from connectors import ogsm
from connectors.ogsm.sandbox import Reading, Sandbox
from connectors.task import Field, Native, Value
from tests.simulation.places.place import NAMES, Place, Traits, side_of
from tests.simulation.points import Asked, Points


class OgsmPlace(Place):
    """A canvas."""

    manifest = ogsm.MANIFEST
    people = NAMES

    def __init__(self, name: str, said: object, points: Points) -> None:
        self.sandbox = Sandbox(Reading.parse(Traits.of(said).reading))
        super().__init__(name, side_of(self.manifest, name, self.sandbox.describe()), points)

    @property
    def app(self):
        return self.sandbox.app

    def asked(self, method: str, path: str, query: str) -> Asked:
        del query
        if method != "GET":
            return Asked(changing=True, ends=method == "DELETE")
        return Asked(listing=path.endswith("/actions.json"))

    def natives(self) -> dict[str, Native]:
        return {str(action["id"]): action for action in self.sandbox.actions()}

    def add(self, fields: dict[Field, Value]) -> str:
        members = {}
        for name, value in fields.items():
            members |= _member(name, value) if name not in {Field.TITLE, Field.PARENT} else {}
        return str(self.sandbox.add(str(fields[Field.TITLE]), members))

    def edit(self, ref: str, name: Field, value: Value) -> None:
        if name is not Field.PARENT:
            self.sandbox.edit(int(ref), _member(name, value))

    def remove(self, ref: str) -> None:
        self.sandbox.remove(int(ref))


_WORDS = {"needs_action": "todo", "in_progress": "doing", "completed": "done"}


def _member(name: Field, value: Value) -> dict:
    """A field as a person types it into an action."""
    match name:
        case Field.DESCRIPTION:
            return {"description": "".join(f"<p>{line}</p>" for line in str(value).split("\n\n") if line)}
        case Field.LABELS:
            return {"labels": [{"name": str(label)} for label in value]}
        case Field.STATUS:
            return {"status": {"name": _WORDS[str(value)]}}
        case Field.ASSIGNEES:
            people = [{"name": NAMES[key]} for key in value]
            return {"assignee": people[0] if people else None, "involved": people[1:]}
        case Field.DUE:
            return {"due": value.isoformat()[:10] if value else None}
        case _:
            return {name.value: value}
