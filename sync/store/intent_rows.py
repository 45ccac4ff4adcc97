"""An intent as a row, and back. Pure."""

from __future__ import annotations

from connectors.task import JsonValue
from sync.core.codec import encode_fields
from sync.core.model import Do, Intent, IntentState
from sync.store.documents import dump, escape, load_object, unescape
from sync.store.rows import Row, Stored, named, numbers, values_of


def intent_row(intent: Intent) -> Row:
    """An intent as a row, without the number of its side; ``opened`` is filled in by whoever opens it."""
    doc: dict[str, JsonValue] = {
        "patch": encode_fields(intent.patch),
        "versions": named(intent.versions),
        "before": encode_fields(intent.before),
    }
    return {
        "task_id": intent.task,
        "cycle_id": intent.cycle,
        "do": intent.do.value,
        "ref": None if intent.ref is None else escape(intent.ref),
        "state": intent.state.value,
        "reads": intent.reads,
        "opened": intent.opened,
        "doc": dump({name: data for name, data in doc.items() if data}),
    }


def intent_of(row: Stored, side: str) -> Intent:
    """The intent of a row, on the side of that name."""
    doc = load_object(row.doc)
    return Intent(
        task=row.task_id,
        side=side,
        do=Do(row.do),
        ref=None if row.ref is None else unescape(row.ref),
        patch=values_of(doc.get("patch")),
        versions=numbers(doc.get("versions")),
        before=values_of(doc.get("before")),
        id=row.id,
        cycle=row.cycle_id,
        state=IntentState(row.state),
        reads=row.reads,
        opened=row.opened,
    )
