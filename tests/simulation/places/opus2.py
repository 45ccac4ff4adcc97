"""An Opus 2 side: documents of a folder, with fields of metadata."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import parse_qs

from connectors import opus2
from connectors.opus2.moments import MONTHS
from connectors.opus2.sandbox import Document, Reading, Sandbox
from connectors.opus2.sandbox.shapes import PAGE, document
from connectors.task import Field, Native, Value
from tests.simulation.places.place import NAMES, Place, Traits, side_of
from tests.simulation.points import Asked, Points

_WORDS = {"needs_action": "Pending", "in_progress": "In Progress", "completed": "Completed"}


class Opus2Place(Place):
    """A folder. ``no archive``: there is no folder for what is deleted; ``no title``: a title is a document's name."""

    manifest = opus2.MANIFEST
    people = NAMES

    def __init__(self, name: str, said: object, points: Points) -> None:
        traits = Traits.of(said)
        reading = Reading.parse(traits.reading)
        self.sandbox = Sandbox(reading, monotonic=points.baton.monotonic, now=lambda: points.server_time(name))
        self.bare, self.omits = reading.listed == "bare", reading.after == "uploads"
        self.archives = not traits.chosen.get("no archive")
        self.locates = not self.archives or (reading.answers == "document" and reading.members != "homeless")
        self.titled = not traits.chosen.get("no title")
        # Without a field for it a title is a name, which a second upload bears in another form.
        self.knows_again = self.titled
        own = dict(self.sandbox.describe())
        fields = {Field(key): word for key, word in dict(own.pop("fields")).items() if self.titled or key != "title"}
        if not self.archives:
            del own["archive_folder"]
        super().__init__(name, side_of(self.manifest, name, own, fields=fields), points)
        self.eyes.check()  # what the names of fields and folders stand for

    @property
    def app(self):
        return self.sandbox.app

    def asked(self, method: str, path: str, query: str) -> Asked:
        if method != "GET":
            return Asked(changing=True, ends=method == "PUT" and "/fields/" not in path)
        if after := parse_qs(query).get("afterDate"):
            self.forms |= {re.sub(r"\d", "9", after[0])}
        if re.search(r"/documents(/folder/[^/]+)?$", path):
            tasks = not path.endswith(f"/{self.sandbox.archive}")
            return Asked(listing=tasks, since="afterDate" in query, bare=self.bare)
        one = re.search(r"/documents/([^/]+)$", path)
        return Asked(ref=one[1] if one else "")

    def is_plain(self, day: Value) -> bool:
        # "01/04/2026" is two days, until another one tells how they are written: no opinion till then.
        return self.sandbox.reading.dates != "british" or day.day > MONTHS

    def floor(self, *, whole: bool) -> int:
        paging = self.sandbox.reading.paging
        documents = _pages(self.natives(), paging)
        if whole:  # what the names stand for, the list, and what it leaves out
            return 2 + 2 * paging.startswith("silent") + documents + (len(self.natives()) if self.bare else 0)
        if self.sandbox.reading.moment not in {"day", "mute", "british"}:
            return 2 if self.archives else 1
        # What changed that day is told again, where a moment is a day or has no zone.
        archived = _pages(self.sandbox.documents(self.sandbox.archive), paging) if self.archives else 0
        return documents + archived + (len(self.natives()) if self.bare else 0)

    def natives(self) -> dict[str, Native]:
        return {one.id: document(self.sandbox.world, _plain(one), listed=False) for one in self.sandbox.documents()}

    def add(self, fields: dict[Field, Value]) -> str:
        title = str(fields[Field.TITLE])
        ref = self.sandbox.add(title)
        for name, value in fields.items():
            if name is not Field.TITLE and value:
                self.edit(ref, name, value)
        return ref

    def edit(self, ref: str, name: Field, value: Value) -> None:
        if name is Field.TITLE and not self.titled:
            self.sandbox.world.rename(ref, f"{value}.txt")
        else:
            self.sandbox.edit(ref, {name.value: self._typed(name, value)})

    def _typed(self, name: Field, value: Value) -> object:
        if not value:
            return "" if self.sandbox.reading.clear == "blank" else None
        match name:
            case Field.DUE:
                day = value.isoformat()[:10]
                return f"{day[8:]}/{day[5:7]}/{day[:4]}" if self.sandbox.reading.dates == "british" else day
            case Field.LABELS:
                return ", ".join(map(str, value))
            case Field.ASSIGNEES:
                return ", ".join(NAMES[key] for key in value)
            case Field.STATUS:
                return _WORDS[str(value)]
        return str(value)

    def remove(self, ref: str) -> None:
        if self.archives:
            self.sandbox.move(ref, self.sandbox.archive)
        else:
            self.sandbox.remove(ref)

    def restore(self, ref: str) -> bool:
        if self.archives:
            self.sandbox.move(ref, self.sandbox.tasks)
        return self.archives


def _pages(documents: Collection, paging: str) -> int:
    """The requests that a list needs. Without a sign of the end only an empty page tells it.

    A link to the next page is one where there was such a link before: a single page has none, like one without signs.
    """
    pages = max(1, -(-len(documents) // PAGE))
    return pages + (paging.startswith("silent") or (paging == "link" and pages == 1))


def _plain(one: Document) -> Document:
    """A document whose days can be told without knowing how this tenant writes them."""
    for name, value in one.values.items():
        if isinstance(value, str) and re.fullmatch(r"\d\d/\d\d/\d{4}", value):
            one.values[name] = f"{value[6:]}-{value[3:5]}-{value[:2]}"
    return one
