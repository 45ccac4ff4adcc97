"""Something held as a row, and back. Pure."""

from __future__ import annotations

from connectors.task import JsonValue
from sync.core.model import Held, HeldKind
from sync.store.documents import dump, escape, load_object, unescape
from sync.store.rows import FIELDS, Row, Stored, mapping, strings, text


def held_row(held: Held) -> Row:
    """A held item as a row; ``since`` is filled in by whoever writes it first."""
    doc: dict[str, JsonValue] = {
        "why": held.why,
        "choices": held.choices,
        "title": held.title,
        "ref": held.ref,
        "data": held.data,
    }
    return {
        "kind": held.kind.value,
        "key": escape(held.key),
        "task_id": held.task,
        "side": held.side,
        "field": held.field.value if held.field is not None else "",
        "since": held.since,
        "doc": dump(doc),
    }


def held_of(row: Stored) -> Held:
    """The held item of a row."""
    doc = load_object(row.doc)
    return Held(
        kind=HeldKind(row.kind),
        key=unescape(row.key),
        why=text(doc, "why"),
        choices=tuple(strings(doc.get("choices"))),
        id=row.id,
        task=row.task_id,
        title=text(doc, "title"),
        side=row.side,
        ref=text(doc, "ref"),
        field=FIELDS[row.field] if row.field else None,
        since=row.since,
        data=mapping(doc.get("data")),
        decision=unescape(row.decision),
    )
