"""A task as a row, and back. Pure."""

from __future__ import annotations

from typing import Final

from connectors.task import Field, JsonValue, Kind
from sync.core.codec import encode_fields
from sync.core.model import Task, TaskLife, Version
from sync.store.documents import dump, dump_object, load_object, moment, written
from sync.store.once import Once
from sync.store.rows import FIELDS, Row, Stored

_FIRST: Final = Version()


def task_row(task: Task) -> Row:
    """A task as a row."""
    versions = {field.value: _version(version) for field, version in task.versions.items() if version != _FIRST}
    return {
        "id": task.id,
        "kind": task.kind.value,
        "life": task.life.value,
        "born": task.born,
        "doc": dump(encode_fields(task.values)),
        "versions": dump_object(versions),
        "parent": parent if isinstance(parent := task.values.get(Field.PARENT), int) else None,
    }


def task_of(row: Stored, once: Once) -> Task:
    """The task of a row. ``once`` is that of all rows that are read together."""
    return Task(
        id=row.id,
        kind=Kind(row.kind),
        life=TaskLife(row.life),
        values={FIELDS[name]: once.pair(FIELDS[name], data).sent for name, data in load_object(row.doc).items()},
        versions={FIELDS[name]: _version_of(data) for name, data in load_object(row.versions).items()},
        born=row.born,
    )


def _version(version: Version) -> JsonValue:
    return [version.number, version.side, version.rule, version.cycle, written(version.at)]


def _version_of(data: JsonValue) -> Version:
    match data:
        case [int(number), str(side), str(rule), int(cycle), at]:
            return Version(number=number, side=side, rule=rule, cycle=cycle, at=moment(at))
    raise ValueError(f"not a version: {data!r}")
