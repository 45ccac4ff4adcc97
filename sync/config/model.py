"""What the configuration says, as facts. What the core needs to know of it stands there in the core's own types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel

from connectors.budget import Window
from connectors.task import Field, Status
from sync.config.problems import Problem
from sync.core.policy import AccessPolicy, ConflictPolicy, DeletePolicy, EvidencePolicy, GuardPolicy, PersonRule

Rate: TypeAlias = tuple[Window, ...] | Literal["off"]
Age: TypeAlias = timedelta | Literal["all", "none"]


class MatchPolicy(StrEnum):
    """By what equal tasks are tied when sides first meet."""

    TITLE = "title"
    NONE = "none"


class LogFormat(StrEnum):
    """The form of a log line; ``auto`` goes by where the lines are read."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"
    JOURNAL = "journal"


class LogLevel(StrEnum):
    """The least grave event that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the service listens. ``host`` is without brackets; ``port`` 0 lets the system choose one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """``[store]``. The path in ``url`` is absolute. It may hold a password and is not shown."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConfig:
    """``[log]``."""

    format: LogFormat
    level: LogLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConfig:
    """``[service]``. ``listen``: where health and metrics are served, or None: nowhere."""

    listen: Address | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryConfig:
    """``[history]``. ``keep``: how long what happened can be explained and undone."""

    keep: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SideConfig:
    """``[sides.NAME]``.

    ``base_url`` has no trailing slash; it is None only where the connector neither has a default nor needs one.
    ``timezone`` names the side's own zone, else the file's. ``rate`` and ``statuses`` are None where the connector's
    defaults hold; ``statuses`` (vendor's word to canonical one) keeps the order of the file. ``settings`` are the
    connector's own keys; they may hold secrets and are not shown. ``group`` is the one group that names this side.
    """

    name: str
    connector: str
    base_url: str | None
    allow_http: bool
    timeout: timedelta
    ca_file: Path | None
    timezone: str
    access: AccessPolicy
    rate: Rate | None
    poll: int | None
    statuses: Mapping[str, Status] | None
    fields: Mapping[Field, bool | str]
    settings: BaseModel = field(repr=False)
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupConfig:
    """``[groups.NAME]``.

    The order of ``sides`` is their priority. ``sweep`` is None where the file does not say: then the sides'
    capabilities do. ``completed``: what was completed or cancelled longer ago is created nowhere. ``on_held``: a
    command and its arguments, or empty.
    """

    name: str
    sides: tuple[str, ...]
    interval: timedelta
    sweep: timedelta | None
    conflict: ConflictPolicy
    conflict_by_field: Mapping[Field, ConflictPolicy]
    deletes: DeletePolicy
    match: MatchPolicy
    completed: Age
    on_held: tuple[str, ...]
    guards: GuardPolicy
    evidence: EvidencePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration that can be used. ``path`` is absolute. ``warnings``: what works and should not stay so."""

    path: Path
    timezone: str
    store: StoreConfig
    people: tuple[PersonRule, ...]
    sides: Mapping[str, SideConfig]
    groups: Mapping[str, GroupConfig]
    log: LogConfig
    service: ServiceConfig
    history: HistoryConfig
    warnings: tuple[Problem, ...] = ()
