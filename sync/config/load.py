"""Reads a configuration, and tells everything that is wrong with it at once."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from sync.config import values
from sync.config.checks import check_containers, check_groups, check_people
from sync.config.explain import Reading, read_table
from sync.config.groups import read_group, read_person, read_section, read_store
from sync.config.model import Config, HistoryConfig, LogConfig, ServiceConfig, SideConfig
from sync.config.problems import BadValue, ConfigError, Problem, Report, kind
from sync.config.reading import Document, locate, read
from sync.config.sides import Surroundings, read_side
from sync.config.tables import FileTable, HistoryTable, LogTable, ServiceTable
from sync.core.policy import PersonRule

TABLES = ("store", "people", "sides", "groups", "log", "service", "history")


def load(path: Path | None, *, env: Mapping[str, str], cwd: Path, connectors: Mapping[str, type[BaseModel]]) -> Config:
    """The configuration at ``path``, else $TASKSYNC_CONFIG, else ./tasksync.toml, else /etc/tasksync/tasksync.toml.

    ``connectors`` maps a connector's name to its settings class, which holds the connector's own keys alone. The class
    may say ``default_base_url`` (None: there is none), ``needs_base_url`` (True unless it says otherwise) and
    ``container(base_url)``. A key of it that is a path is made absolute. Its validators may raise
    ``PydanticCustomError`` with a ``hint``, and a ``key`` to point at, in the context.

    Raises :class:`ConfigError` with every problem.
    """
    document = read(locate(path, env=env, cwd=cwd), cwd=cwd)
    config = _config(document, env, connectors)
    if config is None or document.report.problems:
        raise ConfigError(document.report.problems)
    return config


def _config(document: Document, env: Mapping[str, str], connectors: Mapping[str, type[BaseModel]]) -> Config | None:
    tables, report, folder = document.tables, document.report, document.path.parent
    outside = {key: value for key, value in tables.items() if key not in TABLES}
    file = read_table(Reading(path=(), raw=outside, shape=FileTable, known=TABLES), report)
    store = read_store(tables, env=env, folder=folder, report=report)
    log = read_section("log", tables, LogTable, report)
    service = read_section("service", tables, ServiceTable, report)
    history = read_section("history", tables, HistoryTable, report)
    groups = named_tables(tables, "groups", "group", report)
    around = Surroundings(
        env=env, folder=folder, connectors=connectors, timezone=file.timezone if file else "UTC", report=report
    )
    sides = _sides(tables, around)
    people = read_people(tables, report)
    read_groups = {name: read_group(name, table, report) for name, table in groups.items()}
    check_people(people, _table(tables, "sides"), report)
    check_containers(sides.values(), report)
    if not (file and store and log and service and history):
        return None
    return Config(
        path=document.path,
        timezone=file.timezone,
        store=store,
        people=tuple(people),
        sides=sides,
        groups={name: group for name, group in read_groups.items() if group},
        log=LogConfig(format=log.format, level=log.level),
        service=ServiceConfig(listen=service.listen),
        history=HistoryConfig(keep=history.keep),
        warnings=_warnings(document),
    )


def _sides(tables: Mapping[str, object], around: Surroundings) -> dict[str, SideConfig]:
    sides = named_tables(tables, "sides", "side", around.report)
    homes = check_groups(_table(tables, "groups"), _table(tables, "sides"), around.report)
    found = (read_side(name, table, group=homes.get(name, ""), around=around) for name, table in sides.items())
    return {side.name: side for side in found if side}


def read_people(tables: Mapping[str, object], report: Report) -> list[PersonRule]:
    """``[people]``: those who can be read; what is wrong with the others is noted."""
    if "people" not in tables:
        return []
    found = (read_person(key, table, report) for key, table in named_tables(tables, "people", "person", report).items())
    return [person for person in found if person]


def _table(tables: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = tables.get(name, {})
    return found if isinstance(found, Mapping) else {}


def named_tables(tables: Mapping[str, object], name: str, what: str, report: Report) -> dict[str, Mapping[str, object]]:
    """The tables within a table, by their names; what is no table, or has no fit name, is noted."""
    hint = f"begin one with [{name}.NAME]"
    raw = tables.get(name, {})
    if not isinstance(raw, Mapping):
        report.add((name,), f"must be a table, not {kind(raw)}", hint)
        return {}
    if not raw:
        report.add((name,), f"there is no {what}", hint)
    found: dict[str, Mapping[str, object]] = {}
    for key, table in raw.items():
        try:
            values.name(key, what)
        except BadValue as error:
            report.refuse((name, key), error)
        if isinstance(table, Mapping):
            found[key] = table
        else:
            report.add((name, key), f"must be a table, not {kind(table)}", hint)
    return found


def _warnings(document: Document) -> tuple[Problem, ...]:
    """A secret in a file that every user of the machine may read."""
    report = document.report
    if report.inline_secrets and document.mode & stat.S_IROTH:
        hint = f'chmod 600 {report.file}, or {{ file = "…" }} in its place'
        for path in report.inline_secrets:
            report.warn(path, f"a secret stands in a file that everyone may read (mode {document.mode:04o})", hint)
    return tuple(report.warnings)
