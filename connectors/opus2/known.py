"""What was found out about one tenant: kept in the cursor, so that the next process need not ask again. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from connectors.opus2.mapping import Bound
from connectors.opus2.members import Kind, Member
from connectors.opus2.moments import ISO
from connectors.opus2.paging import Way
from connectors.opus2.wire import Place
from connectors.task import Field, JsonValue

_VERSION: Final = 1

Place_ = Literal["", "folder", "root"]


@dataclass(slots=True, kw_only=True)
class Known:
    """One tenant's ways, as far as they showed; empty: not yet.

    ``after`` is the format of ``afterDate``; ``way`` how lists without signs go on; ``value`` and ``upload`` the bodies
    that were taken; ``placed`` whether a new document is put where it is asked to be; ``folders`` whether documents in
    lists say where they are; ``patterns`` how a metadata field wants its times, by its id, ``clears`` how it
    is told nothing, as JSON; ``sure`` the figures that a
    success has proved. ``fresh``: what the names stand for was asked for by this process.
    """

    bound: Bound | None = None
    fresh: bool = False
    after: str = ISO
    way: Way | None = None
    value: str = "object"
    upload: str = "multipart"
    placed: Place_ = ""
    folders: bool = False
    patterns: dict[str, str] = field(default_factory=dict)
    clears: dict[str, str] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)

    def dump(self, settings: str) -> str:
        """As a cursor's value; ``settings`` is the fingerprint of what the names were resolved for."""
        bound = self.bound
        state = {
            "v": _VERSION,
            "for": settings,
            "after": self.after,
            "way": [self.way.style, self.way.parameter, self.way.first] if self.way is not None else None,
            "value": self.value,
            "upload": self.upload,
            "placed": self.placed,
            "folders": self.folders,
            "patterns": self.patterns,
            "clears": self.clears,
            "sure": sorted(self.sure),
            "bound": None if bound is None else _dumped(bound),
        }
        return json.dumps(state, separators=(",", ":"), sort_keys=True)


def load(value: str, settings: str) -> Known | None:
    """What a cursor's value holds; None for one that is not ours, or was made with other settings."""
    try:
        state = json.loads(value)
        if not isinstance(state, Mapping) or state.get("v") != _VERSION or state.get("for") != settings:
            return None
        way = state["way"]
        return Known(
            bound=_bound(state["bound"]) if state["bound"] is not None else None,
            after=str(state["after"]),
            way=Way(str(way[0]), str(way[1]), int(way[2])) if way is not None else None,
            value=str(state["value"]),
            upload=str(state["upload"]),
            placed=state["placed"] if state["placed"] in ("folder", "root") else "",
            folders=bool(state["folders"]),
            patterns={str(name): str(pattern) for name, pattern in state["patterns"].items()},
            clears={str(name): json.dumps(json.loads(told)) for name, told in state["clears"].items()},
            sure={str(one) for one in state["sure"]},
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None


def fingerprint(*settings: JsonValue) -> str:
    """What tells settings apart."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def _dumped(bound: Bound) -> JsonValue:
    archive = bound.archive
    return {
        "folder": [bound.folder.id, bound.folder.name],
        "archive": None if archive is None else [archive.id, archive.name],
        "members": {
            name.value: [one.id, one.name, one.kind.value, list(one.choices), one.pattern]
            for name, one in bound.members.items()
        },
    }


def _bound(state: Mapping[str, JsonValue]) -> Bound:
    archive, members = state["archive"], state["members"]
    if not isinstance(members, Mapping):
        raise TypeError("members")
    return Bound(
        folder=_place(state["folder"]),
        archive=None if archive is None else _place(archive),
        members={Field(name): _member(told) for name, told in members.items()},
    )


def _place(told: JsonValue) -> Place:
    if not isinstance(told, list):
        raise TypeError("place")
    return Place(id=str(told[0]), name=str(told[1]))


def _member(told: JsonValue) -> Member:
    if not isinstance(told, list) or not isinstance(told[3], list):
        raise TypeError("member")
    choices = tuple(str(choice) for choice in told[3])
    return Member(id=str(told[0]), name=str(told[1]), kind=Kind(told[2]), choices=choices, pattern=str(told[4]))
