"""The example shows every key, and is right."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from connectors.caldav.settings import CaldavSettings
from connectors.checkvist.settings import CheckvistSettings
from connectors.ogsm.settings import OgsmSettings
from connectors.optacheck.settings import OptaCheckSettings
from connectors.opus2.settings import Opus2Settings
from connectors.trackops.settings import TrackopsSettings
from sync.config import Config, load, tables
from sync.core.policy import EvidencePolicy, GuardPolicy

EXAMPLE = Path(__file__).parents[2] / "config" / "tasksync.example.toml"
CONNECTORS: dict[str, type[BaseModel]] = {
    "caldav": CaldavSettings,
    "checkvist": CheckvistSettings,
    "ogsm": OgsmSettings,
    "optacheck": OptaCheckSettings,
    "opus2": Opus2Settings,
    "trackops": TrackopsSettings,
}
SECRETS = (
    "CHECKVIST_KEY",
    "DAV_PASSWORD",
    "OGSM_PASSWORD",
    "OPTACHECK_KEY",
    "OPTACHECK_PASSWORD",
    "OPTACHECK_TOKEN",
    "OPUS2_TOKEN",
    "TRACKOPS_TOKEN",
)
ENV = dict.fromkeys(SECRETS, "invented")
STATEMENT = re.compile(r"(?:# )?(?:(\[[^]]+\])|([a-z0-9_]+) = (.+))")


def example() -> Config:
    return load(EXAMPLE, env=ENV, cwd=Path.cwd(), connectors=CONNECTORS)


def keys() -> dict[str, set[str]]:
    """The keys that stand under each header, commented out or not; those in braces under the key that holds them."""
    found: dict[str, set[str]] = defaultdict(set)
    table = ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        match = STATEMENT.fullmatch(line)
        if match and match[1]:
            table = re.sub(r"^(sides|groups|people)\.\w+", r"\1", match[1].strip("[]"))
            found[table.rpartition(".")[0]].add(table.rpartition(".")[2])
        elif match:
            found[table].add(match[2])
            value = tomllib.loads(f"value = {match[3]}")["value"]
            if isinstance(value, dict):
                found[f"{table}.{match[2]}"].update(value)
    return found


def names(*shapes: type) -> set[str]:
    return {
        name
        for shape in shapes
        for name in (
            shape.model_fields if issubclass(shape, BaseModel) else (field.name for field in dataclasses.fields(shape))
        )
    }


SHAPES = {
    "": [tables.FileTable],
    "store": [tables.StoreTable],
    "people": [tables.PersonTable],
    "sides": [tables.SideTable, *CONNECTORS.values()],
    "groups": [tables.GroupTable],
    "groups.guards": [tables.GuardsTable],
    "groups.guards.deletes": [tables.DeletesTable],
    "groups.guards.changed": [tables.ChangedTable],
    "groups.evidence": [tables.EvidenceTable],
    "log": [tables.LogTable],
    "service": [tables.ServiceTable],
    "history": [tables.HistoryTable],
}


@pytest.mark.parametrize("table", SHAPES, ids=lambda table: table or "outside any table")
def test_every_key_of_every_table_is_shown(table):
    assert names(*SHAPES[table]) <= keys()[table]


def test_every_table_is_asked_for_here():
    shapes = {shape for shape in vars(tables).values() if isinstance(shape, type) and issubclass(shape, tables.Table)}
    assert shapes - {tables.Table} <= {shape for asked in SHAPES.values() for shape in asked}


def test_the_example_loads_without_a_warning():
    config = example()
    assert config.warnings == ()
    assert {side.connector for side in config.sides.values()} == set(CONNECTORS)
    assert config.groups["work"].sides == ("outline", "field", "strategy", "matter", "cases", "phone")


def test_what_is_commented_out_can_be_said_as_well(tmp_path):
    """Every line that shows a key in a comment loads in place of the one it is an alternative to."""
    text = EXAMPLE.read_text(encoding="utf-8")
    text = re.sub(r"^remote_key = .*\n# password", "password", text, flags=re.MULTILINE)
    text = re.sub(r"^password = .*\n# token", "token", text, flags=re.MULTILINE)
    text = re.sub(r"^# on_held = (.*)\non_held = .*$", r"on_held = \1", text, flags=re.MULTILINE)
    text = re.sub(r"^# url = (.*)\n((?:#.*\n)*)url = .*$", r"url = \1\n\2", text, flags=re.MULTILINE)
    text = re.sub(r"^# (\[sides\.outline\.statuses\]|open = .*)$", r"\1", text, flags=re.MULTILINE)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "checkvist").write_text("invented\n")
    file = tmp_path / "tasksync.toml"
    file.write_text(text)
    config = load(file, env=ENV, cwd=tmp_path, connectors=CONNECTORS)
    assert config.store.url.startswith("postgresql+psycopg://")
    assert config.groups["work"].on_held == ("notify-send", "tasksync")
    assert list(config.sides["outline"].statuses or ()) == ["open"]


def test_a_key_that_is_not_given_has_the_value_that_the_example_shows(tmp_path):
    bare = tmp_path / "tasksync.toml"
    bare.write_text(
        '[sides.outline]\nconnector = "checkvist"\nchecklist = 774411\nusername = "me@example.com"\n'
        'remote_key = { env = "CHECKVIST_KEY" }\n'
        '[sides.strategy]\nconnector = "ogsm"\nbase_url = "https://acme.example.com"\nusername = "api"\n'
        'password = { env = "OGSM_PASSWORD" }\n'
        '[sides.matter]\nconnector = "opus2"\nbase_url = "https://tenant.example.com"\n'
        'token = { env = "OPUS2_TOKEN" }\nproject = "project-id"\nfolder = "Tasks"\n'
        '[sides.cases]\nconnector = "trackops"\nbase_url = "https://acme.viewcases.com"\nusername = "api@example.com"\n'
        'token = { env = "TRACKOPS_TOKEN" }\ncase = 245\ncalendar = 1\n'
        '[groups.work]\nsides = ["outline", "strategy", "matter", "cases"]\n'
    )
    shown, without = example(), load(bare, env=ENV, cwd=tmp_path, connectors=CONNECTORS)
    assert (shown.log, shown.service, shown.history) == (without.log, without.service, without.history)
    assert shown.store.url == f"sqlite:///{EXAMPLE.parent / 'tasksync.db'}"
    assert without.store.url == f"sqlite:///{tmp_path / 'tasksync.db'}"
    group = without.groups["work"]
    # What the comments say otherwise of: `sweep` depends on the sides, and the policy of one field is shown.
    told = shown.groups["work"]
    assert (
        dataclasses.replace(told, sides=group.sides, sweep=group.sweep, conflict_by_field=group.conflict_by_field)
        == group
    )
    assert (group.guards, group.evidence) == (GuardPolicy(), EvidencePolicy())
    assert group.interval == timedelta(minutes=5)
    side = without.sides["outline"]
    told = shown.sides["outline"]
    assert (told.base_url, told.allow_http, told.timeout, told.access, told.settings) == (
        side.base_url,
        side.allow_http,
        side.timeout,
        side.access,
        side.settings,
    )
