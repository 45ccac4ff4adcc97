"""The sandboxes as the people of the demonstration use them: the calls that they make, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from connectors.serving import Sandbox
from connectors.task import JsonValue, Native


class Outline(Sandbox, Protocol):
    """A Checkvist list, where Anna works."""

    def add(self, content: str, *, parent: int = 0, tags: Iterable[str] = (), due: str = "") -> int:
        """Make an item; its id."""
        ...

    def edit(
        self, identity: int, *, content: str | None = None, tags: Iterable[str] | None = None, due: str | None = None
    ) -> None:
        """Change an item."""
        ...

    def move(self, identity: int, *, parent: int | None = None, position: int | None = None) -> None:
        """Move an item; parent 0 is the root."""
        ...

    def remove(self, identity: int) -> None:
        """Delete an item."""
        ...

    def tasks(self) -> Sequence[Native]:
        """The list."""
        ...


class Strategy(Sandbox, Protocol):
    """An OGSM canvas, where Ben works."""

    def add(self, title: str, members: Mapping[str, JsonValue] | None = None) -> int:
        """Make an action; its id."""
        ...

    def edit(self, identity: int, members: Mapping[str, JsonValue]) -> None:
        """Change an action."""
        ...

    def remove(self, identity: int) -> None:
        """Delete an action."""
        ...

    def actions(self) -> Sequence[Native]:
        """Every action."""
        ...


class Document(Protocol):
    """A document of the folder."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


class Matter(Sandbox, Protocol):
    """A folder of documents at Opus 2, where Chris works."""

    def add(self, title: str, values: Mapping[str, JsonValue] | None = None) -> str:
        """Upload a document, with values by the canonical names of the fields; its id."""
        ...

    def edit(self, identity: str, values: Mapping[str, JsonValue]) -> None:
        """Change metadata."""
        ...

    def documents(self) -> Sequence[Document]:
        """The documents of the folder."""
        ...

    def values(self, identity: str) -> Mapping[str, JsonValue]:
        """A document's values by the canonical names of the fields."""
        ...


class Cases(Sandbox, Protocol):
    """A case at Trackops, where Dana works."""

    def add(self, title: str, members: Mapping[str, JsonValue] | None = None) -> int:
        """Make a task; its id."""
        ...

    def edit(self, identity: int, members: Mapping[str, JsonValue]) -> None:
        """Change a task."""
        ...

    def tasks(self) -> Sequence[Native]:
        """Every task."""
        ...


class Field(Sandbox, Protocol):
    """A workspace of OptaCheck, where Eve works."""

    def add(self, title: str, members: Mapping[str, JsonValue] | None = None) -> str:
        """Make a task; its id."""
        ...

    def edit(self, identity: str, members: Mapping[str, JsonValue]) -> None:
        """Change a task."""
        ...

    def tasks(self) -> Sequence[Native]:
        """Every task."""
        ...
