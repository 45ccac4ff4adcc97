"""A small OGSM server to try things against: the documented calls over HTTP, the actions in memory.

It is written from the vendor's API page. What that page leaves open is a switch of :class:`Reading`.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette

from connectors.ogsm.sandbox.app import Api
from connectors.ogsm.sandbox.members import Tenant
from connectors.ogsm.sandbox.reading import Reading
from connectors.ogsm.sandbox.world import Action, World
from connectors.task import JsonValue

__all__ = ["Action", "Reading", "Sandbox"]


class Sandbox:
    """One customer's OGSM: serve :attr:`app`, and act on it as people would."""

    username = "api"
    password = "ogsm-password"  # noqa: S105 - the sandbox's own
    canvas = 789
    other_canvas = 790
    strategy = 456
    people = ("Anna Berg", "Ben Çelik", "Chris de Vries")

    def __init__(self, reading: Reading | None = None) -> None:
        self.reading = reading or Reading()
        words = ["todo", "doing", "done"]
        tenant = Tenant(
            reading=self.reading,
            words=[word.capitalize() for word in words] if self.reading.words == "capital" else words,
            people=list(self.people),
            canvases=[self.canvas, self.other_canvas],
            strategies=[self.strategy],
        )
        self._world = World(tenant)
        self.app: Starlette = Api(world=self._world, username=self.username, password=self.password).app()

    def describe(self) -> Mapping[str, str]:
        """The keys of a side's configuration that fit this server, less its address."""
        return {"username": self.username, "password": self.password, "canvas": str(self.canvas)}

    def add(self, title: str, members: Mapping[str, JsonValue] | None = None) -> int:
        """A person makes an action, on the canvas unless they say otherwise; its id. Raises ``Refused``."""
        place: list[JsonValue] = [{"id": self.canvas}]
        identity = self._world.create({"title": title, "ogsm_canvases": place, **(members or {})})["id"]
        return int(str(identity))

    def edit(self, identity: int, members: Mapping[str, JsonValue]) -> None:
        """A person changes an action. Raises ``Refused``, ``Unknown``."""
        self._world.change(identity, members)

    def archive(self, identity: int, *, archived: bool = True) -> None:
        """A person archives an action, or takes it out of the archive. Raises ``Unknown``."""
        self._world.change(identity, {"archived": archived})

    def remove(self, identity: int) -> None:
        """A person deletes an action. Raises ``Unknown``."""
        self._world.remove(identity)

    def actions(self) -> list[Action]:
        """Every action there is, archived ones included, by id."""
        return self._world.everything()
