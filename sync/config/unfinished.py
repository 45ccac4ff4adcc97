"""A configuration that a person is still writing: what of it can be used already, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from sync.config.checks import check_groups
from sync.config.explain import Reading, read_table
from sync.config.groups import read_section, read_store
from sync.config.load import TABLES, named_tables, read_people
from sync.config.model import LogConfig, SideConfig, StoreConfig
from sync.config.problems import Problem
from sync.config.reading import Document, locate, read
from sync.config.sides import Surroundings, read_side
from sync.config.tables import FileTable, LogTable
from sync.core.policy import PersonRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """What can be used of a configuration. ``path`` is absolute.

    ``sides``: those that can be spoken to, perhaps without the settings that are still looked for (the connector's
    ``unnamed``). ``problems``: per side what is wrong in its table; a side that has some and is not among ``sides`` can
    not be used. ``store`` and ``log`` are None where their table is wrong.
    """

    path: Path
    sides: Mapping[str, SideConfig]
    problems: Mapping[str, tuple[Problem, ...]]
    people: tuple[PersonRule, ...]
    store: StoreConfig | None
    log: LogConfig | None


def load_unfinished(
    path: Path | None, *, env: Mapping[str, str], cwd: Path, connectors: Mapping[str, type[BaseModel]]
) -> Unfinished:
    """The configuration that :func:`~sync.config.load.load` would read, as far as it can be used.

    Raises :class:`ConfigError` where there is none, or where it is not TOML.
    """
    document = read(locate(path, env=env, cwd=cwd), cwd=cwd)
    tables, ignored = document.tables, document.report
    outside = {key: value for key, value in tables.items() if key not in TABLES}
    file = read_table(Reading(path=(), raw=outside, shape=FileTable, known=TABLES), ignored)
    log = read_section("log", tables, LogTable, ignored)
    sides, problems = _sides(document, env, connectors, file.timezone if file else "UTC")
    return Unfinished(
        path=document.path,
        sides=sides,
        problems=problems,
        people=tuple(read_people(tables, ignored)),
        store=read_store(tables, env=env, folder=document.path.parent, report=ignored),
        log=LogConfig(format=log.format, level=log.level) if log else None,
    )


def _sides(
    document: Document, env: Mapping[str, str], connectors: Mapping[str, type[BaseModel]], timezone: str
) -> tuple[dict[str, SideConfig], dict[str, tuple[Problem, ...]]]:
    named = named_tables(document.tables, "sides", "side", document.report)
    homes = check_groups(named_tables(document.tables, "groups", "group", document.report), named, document.report)
    sides: dict[str, SideConfig] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    for name, raw in named.items():
        report = document.report.apart()
        around = Surroundings(
            env=env,
            folder=document.path.parent,
            connectors=connectors,
            timezone=timezone,
            report=report,
            unfinished=True,
        )
        side = read_side(name, raw, group=homes.get(name, ""), around=around)
        problems[name] = tuple(report.problems)
        if side is not None and _is_usable(name, side, report.problems):
            sides[name] = side
    return sides, problems


def _is_usable(name: str, side: SideConfig, problems: list[Problem]) -> bool:
    """Whether all that is wrong is what the connector can do without."""
    unnamed: Mapping[str, object] = getattr(side.settings, "unnamed", {})
    return all(problem.key.removeprefix(f"sides.{name}.").split(".")[0] in unnamed for problem in problems)
