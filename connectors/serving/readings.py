"""Readings of a vendor's document: what it leaves open, as switches of a sandbox."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self, get_args, get_type_hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """A vendor's reading derives from this: each field has its values in its ``Literal``, the likeliest first."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """A reading from "name=value,…". Raises ``ValueError`` that says what can be written."""
        chosen: dict[str, str] = {}
        choices = cls.choices()
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = (side.strip() for side in part.partition("="))
            if name not in choices:
                raise ValueError(f'no reading "{name}"; there are: {", ".join(choices)}')
            if value not in choices[name]:
                raise ValueError(f'no "{name}={value}"; {name} is one of: {", ".join(choices[name])}')
            chosen[name] = value
        return replace(cls(), **chosen)  # each value is one of its type's

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        """The switches and their values, the default first."""
        hints = get_type_hints(cls)
        return {switch.name: get_args(hints[switch.name]) for switch in fields(cls)}
