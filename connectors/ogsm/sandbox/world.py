"""The actions of one customer, in memory, and what requests and people do to them."""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Mapping
from typing import Final

from connectors.ogsm.sandbox.members import Refused, Tenant
from connectors.task import JsonValue

Action = dict[str, JsonValue]

_NEW: Final[Mapping[str, JsonValue]] = {
    "title": "",
    "labels": [],
    "strategies": [],
    "description": "",
    "assignee": None,
    "involved": [],
    "start": None,
    "due": None,
    "status": None,
    "ogsm_canvases": [],
    "traffic_light": None,
    "progress": 0,
    "archived": False,
}
_BLANKS: Final = frozenset({"description", "assignee", "start", "due", "traffic_light"})


class Unknown(Exception):
    """An id that is not there."""


class World:
    """Every action of a customer; safe to use from several threads. Answers are copies."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._lock = threading.RLock()
        self._actions: dict[int, Action] = {}
        self._last = 100
        self._shuffle = random.Random(1)  # noqa: S311 - any order will do

    def everything(self) -> list[Action]:
        """Every action there is, archived ones included, by id."""
        with self._lock:
            return [self._shown(action) for _, action in sorted(self._actions.items())]

    def listed(self) -> list[Action]:
        """What the list shows, in its order."""
        shown = [action for action in self.everything() if not (self._hides_archived and action["archived"])]
        if self.tenant.reading.order == "newest":
            shown.reverse()
        elif self.tenant.reading.order == "shuffled":
            with self._lock:
                self._shuffle.shuffle(shown)
        return shown

    def create(self, body: Mapping[str, JsonValue]) -> Action:
        """Make an action of what a request or a person says. Raises ``Refused``."""
        with self._lock:
            action: Action = {
                "id": self._last + 1,
                **copy.deepcopy(dict(_NEW)),
                "status": {"name": self.tenant.words[0]},
            }
            self._apply(action, {"title": None, **body})
            self._last += 1
            self._actions[self._last] = action
            return self._shown(action)

    def change(self, identity: int, body: Mapping[str, JsonValue]) -> Action:
        """Change the members that are named, all or none. Raises ``Refused``, ``Unknown``."""
        with self._lock:
            action = copy.deepcopy(self._find(identity))
            self._apply(action, body)
            self._actions[identity] = action
            return self._shown(action)

    def remove(self, identity: int) -> Action:
        """Delete an action; what it was. Raises ``Unknown``."""
        with self._lock:
            action = self._find(identity)
            del self._actions[identity]
            return self._shown(action)

    @property
    def _hides_archived(self) -> bool:
        return self.tenant.reading.archived == "hidden"

    def _find(self, identity: int) -> Action:
        if identity not in self._actions:
            raise Unknown(str(identity))
        return self._actions[identity]

    def _apply(self, action: Action, body: Mapping[str, JsonValue]) -> None:
        for name, value in body.items():
            if name in _NEW:
                action[name] = self.tenant.member(name, value, action[name])
        start, due = action["start"], action["due"]
        if self.tenant.reading.dates == "ordered" and isinstance(start, str) and isinstance(due, str) and due < start:
            raise Refused("due must not be before start")

    def _shown(self, action: Action) -> Action:
        shown = copy.deepcopy(action)
        if self.tenant.reading.empty == "blank":
            shown.update({name: "" for name in _BLANKS if shown[name] is None})
        return shown
