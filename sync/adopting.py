"""Tasks that a person names because nothing lists them: registered here, read by the next cycle (rule 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.contract import Capabilities, Discovery
from sync.choices import UnknownName
from sync.config import GroupConfig, SideConfig
from sync.core.codec import short
from sync.core.model import SideName
from sync.core.policy import AccessPolicy
from sync.core.standing import ADOPT, adopting
from sync.store import Store

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopter:
    """Registers tasks of one side by their ids."""

    store: Store
    side: SideConfig
    group: GroupConfig
    capabilities: Capabilities

    def adopt(self, ids: Sequence[str]) -> list[str]:
        """Have the next cycle read these. A sentence for each. Raises ``UnknownName``, ``StoreError``."""
        self._check(ids)
        known = self._known()
        return [self._one(ref, known) for ref in dict.fromkeys(one.strip() for one in ids)]

    def forget(self, ids: Sequence[str]) -> list[str]:
        """Take that back for those that are not taken in yet. A sentence for each. Raises as :meth:`adopt` does."""
        self._check(ids)
        told: list[str] = []
        for ref in dict.fromkeys(one.strip() for one in ids):
            there = self.store.withdraw(self.side.group, adopting(ref, self.side.name, None).key)
            told.append(f"{ref} is not taken in" if there else f"{ref} was not to be taken in: nothing to forget")
        return told

    def _one(self, ref: str, known: dict[str, str]) -> str:
        if ref in known:
            return f"{ref} {known[ref]}"
        self.store.register(self.side.group, adopting(ref, self.side.name, None, decision=ADOPT))
        return f"{ref}: the next cycle reads it from {self.side.name}"

    def _known(self) -> dict[str, str]:
        """What is to be said of ids that have or had a task on this side: they are not new (rule 13)."""
        state, side = self.store.load(self.group.name, self.group.sides), self.side.name
        said: dict[str, str] = {}
        for link in sorted(state.of_side(side), key=lambda one: one.live):
            title = state.tasks[link.task].title
            refs = (*link.former, link.ref) if link.ref is not None else link.former
            for ref in refs:
                tie = f"`tasksync link {short(link.task)} {side} {ref}` ties it again"
                said[ref] = f'belonged to "{title}" and is not taken in as a new task: {tie}'
            if link.live and link.ref is not None:
                said[link.ref] = f'is known already: "{title}"'
        return said

    def _check(self, ids: Sequence[str]) -> None:
        name: SideName = self.side.name
        if self.capabilities.discovery is not Discovery.POINT:
            raise UnknownName(f"{name} has a list", hint="what is made there is taken in by itself")
        if self.side.access is AccessPolicy.WRITE:
            message = f'{name} has access = "write": what people make there is not taken in'
            raise UnknownName(message, hint='access = "two-way" or "read" takes it in')
        for one in ids:
            if not one.strip() or not one.isprintable() or len(one) > _LONGEST:
                raise UnknownName(f"{one[:40]!r} is no id", hint="an id is what the vendor calls one task")
