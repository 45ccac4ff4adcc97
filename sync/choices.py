"""What a person may answer to what is held."""

from __future__ import annotations

from sync.core.decisions import value_from_text
from sync.core.model import Held
from sync.store import StoreError


class UnknownName(StoreError):
    """A group, side, task or choice that does not exist."""


def fitting_choice(held: Held, text: str) -> str:
    """The choice that a person typed, as the row offers it. Raises ``UnknownName`` with what it offers."""
    word, _, rest = text.partition(" ")
    offered = {choice.partition(" ")[0] for choice in held.choices}
    if text in held.choices or (word in offered and rest and word in {"exists", "same"}):
        return text
    if word == "set" and "set" in offered and held.field is not None:
        try:
            value_from_text(held.field, rest)
        except ValueError as error:
            raise UnknownName(str(error), hint=f"{held.field.value} takes another kind of value") from error
        return text
    choices = ", ".join(held.choices) or "none: it ends when the entry can be read"
    raise UnknownName(f'"{text}" is no choice for h{held.id}', hint=f"it offers: {choices}")
