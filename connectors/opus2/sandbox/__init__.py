"""A small Opus 2 tenant to try things against: the article's calls over HTTP, one project in memory.

It is written from the vendor's article "Using the Inbound Documents API". What that leaves open is a switch of
:class:`Reading`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette

from connectors.opus2.sandbox.app import HEADERS, Api
from connectors.opus2.sandbox.reading import Reading
from connectors.opus2.sandbox.world import STATES, Document, FieldDefinition, World
from connectors.task import JsonValue

__all__ = ["Document", "Reading", "Sandbox"]

_FIELDS: Final = {
    "title": ("Title", "text"),
    "status": ("Status", "list"),
    "due": ("Due date", "date"),
    "start": ("Start date", "date"),
    "description": ("Notes", "text"),
    "labels": ("Labels", "text"),
    "assignees": ("Assignees", "text"),
    "priority": ("Priority", "number"),
    "percent_complete": ("Progress", "number"),
}


class Sandbox:
    """One tenant: serve :attr:`app`, and act on its project as people would."""

    token = "opus2-token"  # noqa: S105 - the sandbox's own
    project = "prj-1"
    people = ("Anna Berg", "Ben Çelik", "Chris de Vries")

    def __init__(
        self,
        reading: Reading | None = None,
        monotonic: Callable[[], float] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.reading = reading or Reading()
        numbers = self.reading.ids == "number"
        self.tasks, self.archive, self.other = ("11", "12", "13") if numbers else ("f-tasks", "f-archive", "f-other")
        self.field_ids = {key: str(900 + place) if numbers else f"m-{key}" for place, key in enumerate(_FIELDS)}
        self.world = World(
            self.reading,
            folders={self.tasks: "Tasks", self.archive: "Archive", self.other: "Exhibits"},
            fields=[
                FieldDefinition(id=self.field_ids[key], name=name, type=kind, choices=STATES if key == "status" else ())
                for key, (name, kind) in _FIELDS.items()
            ],
            now=now or _now,
        )
        people: list[JsonValue] = [
            {"userId": f"u-{place}", "name": name, "email": f"{name.split()[0].lower()}@example.com"}
            for place, name in enumerate(self.people, start=1)
        ]
        self.app: Starlette = Api(
            world=self.world,
            token=self.token,
            project=self.project,
            people=people,
            teams=[{"id": "team-1", "name": "Counsel"}],
            templates=[{"id": "tpl-1", "name": "Standard case"}],
            monotonic=monotonic or _monotonic,
        ).app()

    def describe(self) -> Mapping[str, str | Mapping[str, str]]:
        """The keys of a side's configuration that fit this server, less its address."""
        return {
            "token": self.token,
            "header": HEADERS[self.reading.header],
            "project": self.project,
            "folder": "Tasks",
            "archive_folder": "Archive",
            "fields": {key: name for key, (name, _) in _FIELDS.items()},
        }

    def add(self, title: str, values: Mapping[str, JsonValue] | None = None, *, folder: str | None = None) -> str:
        """A person uploads a document, into the tasks' folder unless they say otherwise; its id. Raises ``Refused``."""
        made = self.world.upload(f"{title}.txt", folder or self.tasks, b"", reject=False)
        self.world.move(made.id, folder or self.tasks)
        self.edit(made.id, {"title": title, **(values or {})})
        return made.id

    def edit(self, identity: str, values: Mapping[str, JsonValue]) -> None:
        """A person changes metadata, by the canonical names of the fields. Raises ``Refused``."""
        for key, value in values.items():
            self.world.write(identity, self.field_ids[key], value)

    def move(self, identity: str, folder: str) -> None:
        """A person moves a document. Raises ``Refused``."""
        self.world.move(identity, folder)

    def remove(self, identity: str) -> None:
        """A person deletes a document for good. Raises ``Refused``."""
        self.world.remove(identity)

    def documents(self, folder: str | None = None) -> list[Document]:
        """The documents of a folder; of the tasks' one, if none is named."""
        return self.world.documents(folder or self.tasks)

    def values(self, identity: str) -> dict[str, JsonValue]:
        """The values of a document by the canonical names of the fields."""
        named = {field: key for key, field in self.field_ids.items()}
        return {named[field]: value for field, value in self.world.document(identity).values.items()}


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - a server has a clock


def _monotonic() -> float:
    return time.monotonic()  # noqa: TID251 - a server has a clock
