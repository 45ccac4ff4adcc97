"""A small Checkvist to try things against: the documented calls over HTTP, the items in memory.

It is written from the vendor's API page and from what public clients observed. What these leave open is a switch of
:class:`Reading`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette

from connectors.checkvist.sandbox.app import Api
from connectors.checkvist.sandbox.gate import Gate
from connectors.checkvist.sandbox.members import Said, change, create
from connectors.checkvist.sandbox.reading import Reading
from connectors.checkvist.sandbox.shapes import Json, item_as_json, note_as_json
from connectors.checkvist.sandbox.world import PEOPLE, ROOT, Item, Note, World

__all__ = ["Reading", "Sandbox"]

_TYPED: Final = Reading(create_parses="no")
"""People type into fields of their own: what they say is what is meant."""


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a server has a clock of its own


class Sandbox:
    """One account with two lists: serve :attr:`app`, and act on it as people would.

    The methods for people raise ``KeyError`` for an item that is not there.
    """

    username = "me@example.com"
    remote_key = "checkvist-key"
    password = "checkvist-password"  # noqa: S105 - the sandbox's own
    token2fa = "246810"
    checklist = 774411
    other_checklist = 774412
    people = tuple(PEOPLE)

    def __init__(self, reading: Reading | None = None, *, now: Callable[[], datetime] = _now) -> None:
        self.reading = reading or Reading()
        lists = {self.checklist: "Work", self.other_checklist: "Someday"}
        self._world = World(lists, now, stamps_all=self.reading.stamp == "all")
        self._gate = Gate(
            username=self.username,
            keys=frozenset({self.remote_key, self.password}),
            code=self.token2fa,
            reading=self.reading,
            now=now,
        )
        self._api = Api(
            world=self._world,
            gate=self._gate,
            reading=self.reading,
            shut=set(),
            user={"id": 11, "username": "me", "email": self.username, "pro": False},
        )
        self.app: Starlette = self._api.app()

    def describe(self) -> Mapping[str, str]:
        """The keys of a side's configuration that fit this server, less its address."""
        return {"checklist": str(self.checklist), "username": self.username, "remote_key": self.remote_key}

    def add(
        self, content: str, *, parent: int = ROOT, tags: Iterable[str] = (), due: str = "", priority: int = 0
    ) -> int:
        """A person makes an item; its id. ``due`` as ``YYYY-MM-DD``, or a word."""
        said: Said = {
            "content": content,
            "parent_id": parent,
            "tags": ",".join(tags),
            "due_date": due,
            "priority": priority,
        }
        with self._world.lock:
            return create(self._world, self.checklist, said, _TYPED).id

    def edit(
        self,
        identity: int,
        *,
        content: str | None = None,
        tags: Iterable[str] | None = None,
        due: str | None = None,
        priority: int | None = None,
        people: Iterable[int] | None = None,
    ) -> None:
        """A person changes an item; what is None stays."""
        said: Said = {
            "content": content,
            "tags": None if tags is None else ",".join(tags),
            "due_date": due,
            "priority": priority,
            "assignee_ids": None if people is None else list(people),
        }
        with self._world.lock:
            told = {name: value for name, value in said.items() if value is not None}
            change(self._world, self._find(identity), told, _TYPED)

    def privately_tag(self, identity: int, tag: str) -> None:
        """A person adds a tag that only they see."""
        with self._world.lock:
            item = self._find(identity)
            item.tags[tag] = True
            self._world.touch(item)

    def close(self, identity: int) -> None:
        """A person closes an item and what is below it."""
        self._act(identity, "close")

    def invalidate(self, identity: int) -> None:
        """A person invalidates an item and what is below it."""
        self._act(identity, "invalidate")

    def reopen(self, identity: int) -> None:
        """A person reopens an item and what is below it."""
        self._act(identity, "reopen")

    def move(self, identity: int, *, parent: int | None = None, position: int | None = None) -> None:
        """A person moves an item under another (0: to the root), or to another place among its siblings."""
        with self._world.lock:
            item = self._find(identity)
            self._world.place(item, parent, position)
            self._world.touch(item)

    def remove(self, identity: int) -> None:
        """A person deletes an item and what is below it."""
        with self._world.lock:
            self._world.remove(self._find(identity))

    def restore(self, identity: int) -> int:
        """A person brings a deleted item back; its id, which may be new."""
        with self._world.lock:
            return self._world.restore(identity, same=self.reading.restored == "same").id

    def transfer(self, identity: int) -> None:
        """A person moves an item and what is below it to the account's other list."""
        with self._world.lock:
            self._world.transfer(self._find(identity), self.other_checklist)

    def note(self, identity: int, comment: str, *, user: int = 12) -> int:
        """A person adds a note to an item; its id."""
        with self._world.lock:
            return self._world.note(self._find(identity), comment, user).id

    def edit_note(self, identity: int, note: int, comment: str) -> None:
        """A person changes a note of an item."""
        with self._world.lock:
            self._world.change_note(self._note(identity, note), comment)

    def remove_note(self, identity: int, note: int) -> None:
        """A person deletes a note of an item."""
        with self._world.lock:
            self._find(identity).notes.remove(self._note(identity, note))

    def notes(self, identity: int) -> list[Json]:
        """The notes of an item as the server tells them."""
        with self._world.lock:
            item = self._find(identity)
            return [note_as_json(item, note) for note in item.notes]

    def bring_back(self, identity: int) -> None:
        """A person moves an item and what is below it from the other list to this one."""
        with self._world.lock:
            item = self._world.find(self.other_checklist, identity)
            if item is None:
                raise KeyError(identity)
            self._world.transfer(item, self.checklist)

    def tasks(self) -> list[Json]:
        """The list's items as the server tells them, by parent and position."""
        with self._world.lock:
            return [item_as_json(self._world, item, self.reading) for item in self._world.items(self.checklist)]

    def shut(self) -> None:
        """The list is deleted, or not available any more."""
        self._api.shut.add(self.checklist)

    def reopen_list(self) -> None:
        """The list is available again."""
        self._api.shut.clear()

    def expire(self) -> None:
        """Every token is over; it can still be refreshed."""
        self._gate.expire()

    def forget_tokens(self) -> None:
        """Every token is unknown."""
        self._gate.forget()

    def _act(self, identity: int, action: str) -> None:
        with self._world.lock:
            self._world.act(self._find(identity), action)

    def _note(self, identity: int, note: int) -> Note:
        found = next((one for one in self._find(identity).notes if one.id == note), None)
        if found is None:
            raise KeyError(note)
        return found

    def _find(self, identity: int) -> Item:
        item = self._world.find(self.checklist, identity)
        if item is None:
            raise KeyError(identity)
        return item
