"""What no table can tell alone: which side is in which group, who is who, and that no container is kept twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sync.config.lines import KeyPath
from sync.config.model import SideConfig
from sync.config.problems import Report, did_you_mean, shown
from sync.core.policy import PersonRule

_FEWEST = 2
"""Sides that can be in agreement."""


def check_groups(groups: Mapping[str, object], sides: Mapping[str, object], report: Report) -> dict[str, str]:
    """The group of each side. Every side is in one group, and every group has two sides or more."""
    homes: dict[str, KeyPath] = {}
    unclear = not groups
    for group, table in groups.items():
        named = table.get("sides") if isinstance(table, Mapping) else None
        if isinstance(named, list) and all(isinstance(side, str) for side in named):
            _check_members(group, named, sides, homes, report)
        else:
            unclear = True  # noted where the table is read; who belongs to that group cannot be told
    for side, table in sides.items():
        if side not in homes and isinstance(table, Mapping) and not unclear:
            hint = f'name it in a group: [groups.{next(iter(groups))}] sides = ["…", "{side}"]'
            report.add(("sides", side), "is in no group", hint)
    return {side: str(path[1]) for side, path in homes.items()}


def _check_members(
    group: str, named: list[str], sides: Collection[str], homes: dict[str, KeyPath], report: Report
) -> None:
    for index, side in enumerate(named):
        path = ("groups", group, "sides", index)
        home = homes.get(side)
        if side not in sides:
            known = ", ".join(sides) or "none"
            report.add(path, f"there is no side {shown(side)}", did_you_mean(side, sides, f"the sides are {known}"))
        elif home is None:
            homes[side] = path
        elif home[1] == group:
            report.add(path, f"names the side {shown(side)} twice", "keep one; the order is the priority")
        else:
            where = f"the group {shown(home[1])} (line {report.line(home)})"
            report.add(
                path, f"the side {shown(side)} is in {where} already", "a side is in one group: take it out of one"
            )
    if len(set(named)) < _FEWEST:
        how_many = "one side" if named else "no side"
        report.add(("groups", group, "sides"), f"a group of {how_many} has nothing to agree with", "name two or more")


def check_people(people: Iterable[PersonRule], sides: Collection[str], report: Report) -> None:
    """No person has ids of a side that there is not, and no two persons have one e-mail address or one id."""
    emails: dict[str, str] = {}
    ids: dict[tuple[str, str], str] = {}
    for person in people:
        path = ("people", person.key)
        address = person.email.casefold()
        if address and (other := emails.setdefault(address, person.key)) != person.key:
            report.add(
                (*path, "email"), f"is the e-mail of {shown(other)} as well", "one of the two is somebody else's"
            )
        for side, known_as in person.ids.items():
            if side not in sides:
                hint = did_you_mean(side, sides, f"the sides are {', '.join(sides) or 'none'}")
                report.add((*path, "ids", side), f"there is no side {shown(side)}", hint)
            elif (other := ids.setdefault((side, known_as), person.key)) != person.key:
                report.add((*path, "ids", side), f"is the id of {shown(other)} as well", "one id is one person")


def check_containers(sides: Iterable[SideConfig], report: Report) -> None:
    """No two sides of one connector read and write one container: they would copy each other's tasks for ever."""
    seen: dict[tuple[str, str], str] = {}
    for side in sides:
        container = getattr(side.settings, "container", None)
        if not callable(container):
            continue
        key = (side.connector, str(container(side.base_url or "")))
        first = seen.setdefault(key, side.name)
        if first != side.name:
            path = ("sides", first)
            message = f"has the same container as the side {shown(first)} (line {report.line(path)})"
            report.add(
                ("sides", side.name), message, "a container is one side: take one out, or name another container"
            )
