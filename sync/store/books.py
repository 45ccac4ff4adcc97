"""A credential's book as a document, and as it is when its clock has begun anew or its senders have died."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from pydantic import TypeAdapter, ValidationError

from connectors.book import Book
from sync.store.owner import Owner

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now: on the clock that a book is kept by, on the wall, and the boot of the machine whose clock that is."""

    now: float
    wall: float
    boot: str


@dataclass(slots=True, kw_only=True)
class Document:
    """A book, when it was written, and who has something open in it or waits."""

    version: int
    saved: Moment
    book: Book
    owners: dict[str, Owner] = field(default_factory=dict)


@cache
def _document() -> TypeAdapter[Document]:
    """Made by the first side with a budget."""
    return TypeAdapter(Document)


def encode(book: Book, moment: Moment, owners: Mapping[str, Owner]) -> str:
    """A book as text."""
    used = {slot.owner for slot in book.slots} | {ticket.owner for ticket in book.tickets}
    people = {name: owner for name, owner in owners.items() if name in used}
    return _document().dump_json(Document(version=_VERSION, saved=moment, book=book, owners=people)).decode()


def decode(text: str, moment: Moment) -> tuple[Book, dict[str, Owner]]:
    """The book that a text is, by this moment's clock, and who has something open there.

    A text that is none is an empty book: at worst the vendor refuses, and is believed.
    """
    try:
        found = _document().validate_json(text)
    except ValidationError:
        return Book(), {}
    if found.version != _VERSION:
        return Book(), {}
    if shift := _begun_anew(found.saved, moment):
        found.book.shift(shift)
    return found.book, found.owners


def bury(book: Book, owners: Mapping[str, Owner], here: Owner, now: float) -> None:
    """What the dead had open ends now, for it may have been sent at the last; and they wait no more."""
    dead = {name for name, owner in owners.items() if here.sees_dead(owner)}
    if not dead:
        return
    for slot in book.slots:
        if slot.owner in dead:
            slot.done, slot.owner = now, ""
    book.tickets = [one for one in book.tickets if one.owner not in dead]


def _begun_anew(saved: Moment, moment: Moment) -> float:
    """Seconds by which the times of a book are to be moved to stand on this moment's clock; mostly 0.

    After a boot the wall clock tells how long ago it was saved. A clock that was set back tells nothing: then no time
    has passed, which costs a window's wait and never a request too many.
    """
    if saved.boot == moment.boot and saved.now <= moment.now:
        return 0.0
    age = 0.0 if saved.boot == moment.boot else max(0.0, moment.wall - saved.wall)
    return moment.now - age - saved.now
