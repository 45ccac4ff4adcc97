"""Draws groups: which sides there are, and what each is like."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.checkvist.sandbox import Reading as Checkvist
from connectors.ogsm.sandbox import Reading as Ogsm
from connectors.optacheck.sandbox import Reading as OptaCheck
from connectors.opus2.sandbox import Reading as Opus2
from connectors.trackops.sandbox import Reading as Trackops

TRAITS: dict[str, dict] = {
    "rich": {"times": True},
    "plain": {},
    "cut": {"title_limit": 12},
    "trims": {"trims": True, "recases": True},
    "three words": {"states": ["needs_action", "completed", "cancelled"]},
    "two words": {"states": ["needs_action", "completed"], "days_only": True},
    "silent": {"silent": ["description", "labels"]},
    "one by one": {"one_by_one": True, "times": True},
    "no get": {"without": ["get"]},
    "no update": {"without": ["update"]},
    "no delete": {"without": ["delete"]},
    "no list": {"without": ["changes"]},
    "incremental": {"incremental": True, "page_size": 3, "parallel": 2},
    "etags": {"etags": True, "parallel": 3},
    "poor": {"not_held": ["due", "labels", "description"]},
    "tree": {"parents": True, "cascades": True, "derives": True},
    "flat tree": {"parents": True},
}
"""What a memory side is like."""


@dataclass(frozen=True)
class Vendor:
    """How often a vendor is drawn, its readings by switch, and what the configuration may choose besides.

    ``without`` are switches of what a side needs to be read and written at all: they are tried in the connectors' own
    tests.
    """

    weight: int
    choices: Mapping[str, Sequence[str]]
    without: frozenset[str] = frozenset()
    chosen: tuple[str, ...] = ()

    def draw(self, chance: random.Random) -> object:
        """A reading, with what is chosen."""
        names = sorted(self.choices.keys() - self.without)
        some = chance.sample(names, chance.choice((0, 1, 2, 4, 8)))
        drawn = {name: chance.choice(self.choices[name]) for name in some}
        for (name, value), other in _ALONE.items():
            if drawn.get(name) == value:
                drawn.pop(other, None)
        reading = ",".join(f"{name}={value}" for name, value in drawn.items())
        table = {word: True for word in self.chosen if chance.random() < 0.3}
        return (reading, table) if table else reading


_ALONE = {
    ("expired", "403"): "life",  # a young token is believed to be good: three calls and a 403 never end
    ("beyond", "404"): "count",  # where neither an empty page nor a number tells the end, nothing is read
    ("paging", "stuck"): "most",  # nor is more than one page, where each one is the first
}
"""Readings that do not go with any choice of another one."""

VENDORS: dict[str, Vendor] = {
    # "second_step" needs what only a person has; a list that is restored with another id is another task.
    "checkvist": Vendor(4, Checkvist.choices(), frozenset({"access", "second_step", "restored"})),
    "ogsm": Vendor(4, Ogsm.choices(), frozenset({"access", "paging"})),
    "optacheck": Vendor(3, OptaCheck.choices(), frozenset({"access"}), ("open words",)),
    "opus2": Vendor(3, Opus2.choices(), frozenset({"access"}), ("no archive", "no title")),
    "trackops": Vendor(3, Trackops.choices(), frozenset({"access"}), ("no due",)),
}
MEMORY = 6
SIZES = ((2, 3, 4, 5), (8, 6, 3, 2))
"""How many sides a group has, and how often."""


def draw_sides(chance: random.Random) -> list[tuple[str, str, object]]:
    """The sides of a group: name, kind, what it is like. One at least has a list."""
    size = chance.choices(*SIZES)[0]
    weights = [*(vendor.weight for vendor in VENDORS.values()), MEMORY]
    kinds = chance.choices([*VENDORS, "memory"], weights, k=size)
    sides: list[tuple[str, str, object]] = []
    for name, kind in zip("abcde", kinds, strict=False):
        said = TRAITS[chance.choice(sorted(TRAITS))] if kind == "memory" else VENDORS[kind].draw(chance)
        sides.append((name, kind, said))
    if not any(is_listed(kind, said) for _, kind, said in sides):
        sides[0] = ("a", "memory", TRAITS["plain"])
    return sides


def is_listed(kind: str, said: object) -> bool:
    """Whether a side has a list."""
    return kind != "optacheck" and said != TRAITS["no list"]
