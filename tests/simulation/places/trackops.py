"""A Trackops side: tasks of a case."""

from __future__ import annotations

import re

from connectors import trackops
from connectors.task import Field, Native, Value
from connectors.trackops.sandbox import Reading, Sandbox
from tests.simulation.places.place import Place, Traits, side_of
from tests.simulation.points import Asked, Points

_WORDS = {"needs_action": "needs_action", "in_progress": "in_progress", "completed": "complete"}


class TrackopsPlace(Place):
    """A case. ``no due``: a task without a due date is not made there."""

    manifest = trackops.MANIFEST
    people = {"anna": "1", "ben": "2"}  # noqa: RUF012 - as in the base

    def __init__(self, name: str, said: object, points: Points) -> None:
        traits = Traits.of(said)
        reading = Reading.parse(traits.reading)
        self.sandbox = Sandbox(reading, now=lambda: points.server_time(name))
        self.omits, self.changes = reading.filter == "edited", reading.update in {"merge", "replace"}
        own: dict[str, object] = {**self.sandbox.describe(), "update": self.changes}
        if traits.chosen.get("no due"):
            del own["default_due"]
        super().__init__(name, side_of(self.manifest, name, own), points)

    @property
    def app(self):
        return self.sandbox.app

    def asked(self, method: str, path: str, query: str) -> Asked:
        if method != "GET":
            return Asked(changing=True, ends=method == "DELETE")
        one = re.search(r"/tasks/(\d+)$", path)
        listing = path.endswith("/tasks") and "mode=count" not in query
        return Asked(listing=listing, since="updated_from" in query, ref=one[1] if one else "")

    def floor(self, *, whole: bool) -> int:
        reading = self.sandbox.reading
        # A sweep forgets how a timestamp is written: the read after it finds out.
        tries = {"any": 0, "blank": 0, "iso": 1, "day": 2, "none": 3}[reading.stamps]
        if not whole and reading.filter != "ignored":
            return 1 + tries
        # The page after the last one; where that is not there, or is the first once more, a count.
        pages = 1 if reading.paging == "none" else max(1, -(-len(self.natives()) // int(reading.most)))
        return pages + 1 + tries + (reading.beyond != "empty" or reading.paging != "pages")

    def carries(self, name: Field) -> bool:
        del name
        return self.changes

    def natives(self) -> dict[str, Native]:
        return {str(task["id"]): task for task in self.sandbox.tasks()}

    def add(self, fields: dict[Field, Value]) -> str:
        members: dict = {}
        for name, value in fields.items():
            members |= self._member(name, value) if name is not Field.TITLE and value else {}
        return str(self.sandbox.add(str(fields[Field.TITLE]), members))

    def edit(self, ref: str, name: Field, value: Value) -> None:
        self.sandbox.edit(int(ref), self._member(name, value))

    def _member(self, name: Field, value: Value) -> dict:
        match name:
            case Field.DESCRIPTION:
                return {"body": str(value) if value else None}
            case Field.DUE:
                return {"due_on": value.isoformat()[:10] if value else None}
            case Field.STATUS:
                return {"status": _WORDS[str(value)]}
            case Field.ASSIGNEES:
                return {"users_list": [int(self.people[key]) for key in value]}
        return {"title": str(value)}

    def remove(self, ref: str) -> None:
        self.sandbox.remove(int(ref))
