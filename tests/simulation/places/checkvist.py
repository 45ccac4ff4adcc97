"""A Checkvist side."""

from __future__ import annotations

import re

from connectors import checkvist
from connectors.checkvist.sandbox import Reading, Sandbox
from connectors.contract import SideSettings
from connectors.task import Field, Native, Value
from tests.simulation.places.place import BERLIN, Place, Traits, address
from tests.simulation.points import Asked, Points


class CheckvistPlace(Place):
    """A list."""

    manifest = checkvist.MANIFEST
    people = {"anna": "12", "ben": "13"}  # noqa: RUF012 - as in the base

    def __init__(self, name: str, said: object, points: Points) -> None:
        traits = Traits.of(said)
        self.sandbox = Sandbox(Reading.parse(traits.reading), now=lambda: points.server_time(name))
        own = self.manifest.settings(
            checklist=self.sandbox.checklist,
            username=self.sandbox.username,
            remote_key=self.sandbox.remote_key,
            token_in="parameter" if "header=parameter" in traits.reading else "header",
        )
        settings = SideSettings(name=name, own=own, base_url=address(name), timezone=BERLIN)
        self._apart = "notes=missing" in traits.reading
        self._short_lived = "life=3 calls" in traits.reading
        super().__init__(name, settings, points)

    @property
    def app(self):
        return self.sandbox.app

    def asked(self, method: str, path: str, query: str) -> Asked:
        del query
        if method != "GET" or "/auth/" in path:
            return Asked(changing="/auth/" not in path, ends=method == "DELETE")
        if path.endswith("/tasks.json"):
            return Asked(listing=True)
        if re.fullmatch(r"/checklists/\d+\.json", path):
            return Asked(glance=True)  # its time, and how many items there are
        one = re.search(r"/tasks/(\d+)\.json$", path)
        return Asked(ref=one[1] if one else "")

    def floor(self, *, whole: bool) -> int:
        each = len({item for item, _ in self.comments().values()}) if self._apart else 0  # asked one by one
        # The list itself, and its items while it is not at rest or a sweep is due.
        calls = 2 + each if whole else 1
        # A token that is over is refused, and renewed: by refreshing, which some do not know, or by a new log-in.
        return calls + 3 * (-(-calls // 3) if self._short_lived else 0)

    def carries(self, name: Field) -> bool:
        return name in {Field.TITLE, Field.DESCRIPTION}  # one text

    def revoke(self) -> None:
        self.sandbox.forget_tokens()

    def natives(self) -> dict[str, Native]:
        return {str(item["id"]): item for item in self.sandbox.tasks()}

    def add(self, fields: dict[Field, Value]) -> str:
        text = str(fields.get(Field.DESCRIPTION) or "")
        content = str(fields[Field.TITLE]) + (f"\n{text}" if text else "")
        due = fields.get(Field.DUE)
        return str(
            self.sandbox.add(
                content,
                parent=int(str(fields.get(Field.PARENT) or 0)),
                tags=[str(label) for label in fields.get(Field.LABELS) or ()],
                due=due.isoformat()[:10] if due else "",
            )
        )

    def edit(self, ref: str, name: Field, value: Value) -> None:
        identity = int(ref)
        first, _, rest = str(self.natives()[ref]["content"]).partition("\n")
        if name is Field.TITLE:
            self.sandbox.edit(identity, content=f"{value}\n{rest}" if rest else str(value))
        elif name is Field.DESCRIPTION:
            self.sandbox.edit(identity, content=f"{first}\n{value}" if value else first)
        elif name is Field.LABELS:
            self.sandbox.edit(identity, tags=[str(label) for label in value])
        elif name is Field.DUE:
            self.sandbox.edit(identity, due=value.isoformat()[:10] if value else "")
        elif name is Field.ASSIGNEES:
            self.sandbox.edit(identity, people=[int(self.people[key]) for key in value])
        elif name is Field.PARENT:
            self.sandbox.move(identity, parent=int(value or 0))
        elif value == "completed":
            self.sandbox.close(identity)
        else:
            self.sandbox.reopen(identity)

    def comments(self) -> dict[str, tuple[str, str]]:
        items = [str(item["id"]) for item in self.sandbox.tasks()]
        told = [(item, note) for item in items for note in self.sandbox.notes(int(item))]
        return {f"{item}/{note['id']}": (item, str(note["comment"])) for item, note in told}

    def say(self, ref: str, text: str) -> None:
        self.sandbox.note(int(ref), text)

    def reword(self, comment: str, text: str) -> None:
        item, _, note = comment.partition("/")
        self.sandbox.edit_note(int(item), int(note), text)

    def unsay(self, comment: str) -> None:
        item, _, note = comment.partition("/")
        self.sandbox.remove_note(int(item), int(note))

    def remove(self, ref: str) -> None:
        self.sandbox.remove(int(ref))

    def restore(self, ref: str) -> bool:
        self.sandbox.restore(int(ref))
        return True
