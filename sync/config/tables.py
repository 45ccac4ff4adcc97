"""The tables of the file, as it is written: each field is a key, its annotation says how the key is written.

Pydantic reads them. Nothing but this package sees them: :mod:`sync.config.model` has the facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, PlainValidator
from pydantic import Field as Key

from connectors.task import Field, Status
from sync.config import values
from sync.config.model import Address, Age, LogFormat, LogLevel, MatchPolicy, Rate
from sync.config.problems import BadValue
from sync.core.policy import AccessPolicy, ConflictPolicy, DeletePolicy

_LISTEN = Address(host="127.0.0.1", port=9464)


def _filled(value: str) -> str:
    if not value.strip():
        raise BadValue("is empty", "write a text, or leave the key out")
    return value


def _switch(value: object) -> object:
    if value is True:
        raise BadValue("true is not a limit", "leave the key out for the default, or write false to switch it off")
    return None if value is False else value


def _share_or_false(value: object) -> float | None:
    return None if _switch(value) is None else values.share(value)


def _command(value: tuple[str, ...]) -> tuple[str, ...]:
    if value and not value[0].strip():
        raise BadValue("its first element names no command", 'the command, then its arguments: ["notify", "--now"]')
    return value


Text: TypeAlias = Annotated[str, AfterValidator(_filled)]
Duration: TypeAlias = Annotated[timedelta, PlainValidator(values.duration)]
Period: TypeAlias = Annotated[timedelta, PlainValidator(values.period)]
Share: TypeAlias = Annotated[float, PlainValidator(values.share)]
Count: TypeAlias = Annotated[int, Key(ge=0)]
AtLeastOne: TypeAlias = Annotated[int, Key(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: no key beyond its fields, no type but the one that is meant."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTable(Table):
    """The keys outside any table."""

    timezone: Annotated[str, PlainValidator(values.zone)] = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTable(Table):
    """``[store]``."""

    url: str = "sqlite:///tasksync.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTable(Table):
    """``[log]``."""

    format: LogFormat = LogFormat.AUTO
    level: LogLevel = LogLevel.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTable(Table):
    """``[service]``."""

    listen: Annotated[Address | None, PlainValidator(values.listen)] = _LISTEN


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTable(Table):
    """``[history]``."""

    keep: Period = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTable(Table):
    """``[people.KEY]``."""

    name: str = ""
    email: Annotated[str, PlainValidator(values.email)] = ""
    ids: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTable(Table):
    """``[sides.NAME]``: the keys that every side takes."""

    connector: str
    base_url: str | None = None
    allow_http: bool = False
    timeout: Period = timedelta(seconds=30)
    ca_file: str | None = None
    timezone: Annotated[str, PlainValidator(values.zone)] = ""
    access: AccessPolicy = AccessPolicy.TWO_WAY
    rate: Annotated[Rate | None, PlainValidator(values.rate)] = None
    poll: AtLeastOne | None = None
    statuses: Mapping[Text, Status] | None = None
    fields: Mapping[Field, Annotated[bool | str, PlainValidator(values.field_name)]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletesTable(Table):
    """``[groups.NAME.guards]``: ``deletes``."""

    share: Share = 0.25
    count: Count = 10
    per: Period = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTable(Table):
    """``[groups.NAME.guards]``: ``changed``."""

    share: Share = 0.5
    count: Count = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardsTable(Table):
    """``[groups.NAME.guards]``. False switches a guard off."""

    deletes: Annotated[DeletesTable | None, BeforeValidator(_switch)] = DeletesTable()
    emptied: bool = True
    shrunk: Annotated[float | None, PlainValidator(_share_or_false)] = 0.3
    changed: Annotated[ChangedTable | None, BeforeValidator(_switch)] = ChangedTable()
    creates: Annotated[Count | None, BeforeValidator(_switch)] = 1000
    returned: Duration = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceTable(Table):
    """``[groups.NAME.evidence]``."""

    misses: AtLeastOne = 3
    miss_gap: Duration = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable(Table):
    """``[groups.NAME]``."""

    sides: tuple[str, ...]
    interval: Period = timedelta(minutes=5)
    sweep: Period | None = None
    conflict: ConflictPolicy = ConflictPolicy.NEWEST
    conflict_by_field: Mapping[Field, ConflictPolicy] = field(default_factory=dict)
    deletes: DeletePolicy = DeletePolicy.PROPAGATE
    match: MatchPolicy = MatchPolicy.TITLE
    completed: Annotated[Age, PlainValidator(values.age)] = timedelta(days=30)
    on_held: Annotated[tuple[str, ...], AfterValidator(_command)] = ()
    guards: GuardsTable = GuardsTable()
    evidence: EvidenceTable = EvidenceTable()
