"""What some sides want to be told before a cycle reads them, and can tell before a write. No power makes a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

from connectors.entries import Record
from connectors.task import Fields, Person, Ref


@runtime_checkable
class Acquaint(Protocol):
    """A side that is told people otherwise than it tells them, and so has to know who is who."""

    def acquaint(self, people: Iterable[Person]) -> None:
        """People whose id there and e-mail address are known: learnt from its entries, or configured. No request."""
        ...


@runtime_checkable
class Recall(Protocol):
    """A side that keeps in its cursors what it found out about its vendor, which a complete read can use as well."""

    def recall(self, cursor: str) -> None:
        """The value of this side's newest cursor, before a cycle, which may read everything without it.

        No request. What another version or other settings made is passed over.
        """
        ...


@runtime_checkable
class Recognise(Protocol):
    """A side whose list of changes tells versions only, so that what is known by its version need not be fetched."""

    def recognise(self, known: Callable[[Ref], Record | None]) -> None:
        """How to look up what an entry was when it was last seen, before a read; None: it is to be read in full.

        A read may repeat such a record where the vendor shows the version that it is of: what we wrote ourselves is
        listed as changed, and is not. No request.
        """
        ...


@runtime_checkable
class ClientId(Protocol):
    """A side whose vendor takes an id of ours for a new task, so that a create in doubt is known by it."""

    def client_id(self, fields: Fields, marker: str) -> Ref | None:
        """The ref that a create with these has, whatever becomes of the task later. None: the vendor gives its own.

        No request.
        """
        ...
