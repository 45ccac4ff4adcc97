"""The tables that take no connector: groups, people, store, log, service, history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from sync.config import urls
from sync.config.explain import Reading, read_table
from sync.config.model import GroupConfig, StoreConfig
from sync.config.problems import BadValue, Report, kind
from sync.config.secrets import resolve
from sync.config.tables import GroupTable, GuardsTable, PersonTable, StoreTable
from sync.core.policy import EvidencePolicy, GuardPolicy, Limit, PersonRule

T = TypeVar("T")
_WITH_PASSWORD = re.compile(r"//[^/@]*:[^/@]+@|[?&]password=")


def read_section(name: str, tables: Mapping[str, object], shape: type[T], report: Report) -> T | None:
    """A table that need not be there; None when something in it is wrong."""
    raw = tables.get(name, {})
    if isinstance(raw, Mapping):
        return read_table(Reading(path=(name,), raw=raw, shape=shape), report)
    report.add((name,), f"must be a table, not {kind(raw)}", f"write [{name}] and its keys below")
    return None


def read_store(
    tables: Mapping[str, object], *, env: Mapping[str, str], folder: Path, report: Report
) -> StoreConfig | None:
    """``[store]``. A relative path is relative to the first folder of $STATE_DIRECTORY, else to ``folder``."""
    path, raw = ("store", "url"), tables.get("store", {})
    if isinstance(raw, Mapping) and isinstance(raw.get("url"), Mapping):
        try:
            raw = {**raw, "url": resolve(raw["url"], env=env, folder=folder)}
        except BadValue as error:
            report.refuse(path, error)
            return None
    elif isinstance(raw, Mapping) and _WITH_PASSWORD.search(str(raw.get("url", ""))):
        report.inline_secrets.append(path)
    table = read_section("store", {"store": raw}, StoreTable, report)
    if table is None:
        return None
    state = env.get("STATE_DIRECTORY", "").split(":")[0]
    try:
        return StoreConfig(url=urls.store_url(table.url, folder / state))
    except BadValue as error:
        report.refuse(path, error)
    return None


def read_person(key: str, raw: Mapping[str, object], report: Report) -> PersonRule | None:
    """``[people.KEY]``."""
    table = read_table(Reading(path=("people", key), raw=raw, shape=PersonTable), report)
    if table is None:
        return None
    return PersonRule(key=key, name=table.name, email=table.email, ids=table.ids)


def read_group(name: str, raw: Mapping[str, object], report: Report) -> GroupConfig | None:
    """``[groups.NAME]``, as far as it can be told without the sides."""
    table = read_table(Reading(path=("groups", name), raw=raw, shape=GroupTable), report)
    if table is None:
        return None
    return GroupConfig(
        name=name,
        sides=table.sides,
        interval=table.interval,
        sweep=table.sweep,
        conflict=table.conflict,
        conflict_by_field=table.conflict_by_field,
        deletes=table.deletes,
        match=table.match,
        completed=table.completed,
        on_held=table.on_held,
        guards=_guards(table.guards),
        evidence=EvidencePolicy(misses=table.evidence.misses, miss_gap=table.evidence.miss_gap),
    )


def _guards(table: GuardsTable) -> GuardPolicy:
    deletes, changed = table.deletes, table.changed
    return GuardPolicy(
        deletes=Limit(share=deletes.share, count=deletes.count, per=deletes.per) if deletes else None,
        emptied=table.emptied,
        shrunk=table.shrunk,
        changed=Limit(share=changed.share, count=changed.count) if changed else None,
        creates=table.creates,
        returned=table.returned,
    )
