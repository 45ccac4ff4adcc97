"""An OptaCheck side: a workspace that nothing lists."""

from __future__ import annotations

import re
from itertools import count

from connectors import optacheck
from connectors.optacheck.sandbox import Reading, Sandbox
from connectors.task import Field, Native, Person, Status, Value
from tests.simulation.places.place import EMAILS, Place, Traits, side_of
from tests.simulation.points import Asked, Points

WORDS = {
    "assigned": Status.NEEDS_ACTION,
    "in_progress": Status.IN_PROGRESS,
    "active": Status.IN_PROGRESS,
    "completed": Status.COMPLETED,
    "cancelled": Status.CANCELLED,
}
"""The words of the example of a configuration; without a table there is none for what is done."""


class OptaCheckPlace(Place):
    """A workspace. ``words`` chooses the five words of a table, ``open words`` the vendor's three."""

    manifest = optacheck.MANIFEST
    people = {key: Sandbox.people[email] for key, email in EMAILS.items()}  # noqa: RUF012 - as in the base

    def __init__(self, name: str, said: object, points: Points) -> None:
        traits, numbers = Traits.of(said), count(1)
        self.sandbox = Sandbox(
            Reading.parse(traits.reading),
            now=lambda: points.server_time(name),
            new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012d}",
        )
        table = None if traits.chosen.get("open words") else WORDS
        own = side_of(self.manifest, name, self.sandbox.describe(), statuses=table)
        super().__init__(name, own, points)
        self.eyes.acquaint([Person(id=one, email=email) for email, one in self.sandbox.people.items()])  # type: ignore[attr-defined]

    @property
    def app(self):
        return self.sandbox.app

    def asked(self, method: str, path: str, query: str) -> Asked:
        del query
        one = re.search(r"/assignments/([^/]+)/$", path)
        if method == "GET":
            return Asked(ref=one[1] if one else "")
        return Asked(changing="/api-token-auth/" not in path, ends=method == "DELETE")

    def floor(self, *, whole: bool) -> int:
        del whole
        return len(self.entries())  # look at each; a log-in lasts

    def revoke(self) -> None:
        self.sandbox.end_tokens()

    def carries(self, name: Field) -> bool:
        del name
        return True

    def natives(self) -> dict[str, Native]:
        return {str(task["id"]): task for task in self.sandbox.tasks()}

    def add(self, fields: dict[Field, Value]) -> str:
        text = str(fields.get(Field.DESCRIPTION) or "")
        return self.sandbox.add(str(fields[Field.TITLE]), {"description": text} if text else {})

    def edit(self, ref: str, name: Field, value: Value) -> None:
        match name:
            case Field.TITLE:
                self.sandbox.edit(ref, {"title": str(value)})
            case Field.DESCRIPTION:
                none = "" if self.sandbox.reading.clear != "null" else None
                self.sandbox.edit(ref, {"description": str(value) if value else none})
            case Field.ASSIGNEES:
                self.sandbox.edit(ref, {"user": self.people[str(value[0])] if value else None})
            case Field.STATUS:
                table = self.settings.statuses or WORDS
                self.sandbox.edit(ref, {"status": next(word for word, one in table.items() if one == value)})

    def remove(self, ref: str) -> None:
        self.sandbox.remove(ref)
