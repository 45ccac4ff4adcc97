"""What is remembered of a side, as a row and back. Pure."""

from __future__ import annotations

from datetime import datetime

from connectors.task import JsonValue, Person
from sync.core.model import Restored, Shrink, Side
from sync.store.documents import dump, escape, load_object, moment, unescape, written
from sync.store.rows import Row, Stored, mapping


def side_row(side: Side) -> Row:
    """A side as a row, without the number of its group."""
    doc: dict[str, JsonValue] = {
        "met": side.met,
        "left": written(side.left),
        "distrusted": side.distrusted,
        "shrink": None if side.shrink is None else _shrink(side.shrink),
        "refused_guard": side.refused_guard,
        "deletes": [time.isoformat() for time in side.deletes],
        "people": {handle: [person.id, person.name, person.email] for handle, person in side.people.items()},
        "allowed_guard": side.allowed_guard,
        "read_cycle": side.read_cycle,
        "state": side.state,
        "why": side.why,
        "ties": dict(side.ties),
        "lost": side.lost,
        "restored": side.restored.value,
        "next_task": side.next_task,
        "basis": side.basis,
    }
    return {
        "name": side.name,
        "fingerprint": escape(side.fingerprint),
        "cursor": escape(side.cursor),
        "began": side.began,
        "links": side.links,
        "last_complete": side.last_complete,
        "filter_trusted": side.filter_trusted,
        "doc": dump({name: data for name, data in doc.items() if data}),
    }


def side_of(row: Stored) -> Side:
    """The side of a row."""
    doc = load_object(row.doc)
    deletes, people = doc.get("deletes"), doc.get("people")
    return Side(
        name=row.name,
        fingerprint=unescape(row.fingerprint),
        cursor=unescape(row.cursor),
        began=row.began,
        links=row.links,
        last_complete=row.last_complete,
        met=doc.get("met") is True,
        left=moment(doc.get("left")),
        distrusted=doc.get("distrusted") is True,
        filter_trusted=row.filter_trusted,
        shrink=_shrink_of(doc.get("shrink")),
        refused_guard=str(doc.get("refused_guard", "")),
        deletes=tuple(time for data in deletes if (time := moment(data))) if isinstance(deletes, list) else (),
        people={handle: _person_of(data) for handle, data in people.items()} if isinstance(people, dict) else {},
        allowed_guard=str(doc.get("allowed_guard", "")),
        read_cycle=cycle if isinstance(cycle := doc.get("read_cycle"), int) else 0,
        state=str(doc.get("state", "")),
        why=str(doc.get("why", "")),
        ties={ref: task for ref, task in mapping(doc.get("ties")).items() if isinstance(task, int)},
        lost=doc.get("lost") is True,
        restored=Restored(str(doc.get("restored", ""))),
        next_task=number if isinstance(number := doc.get("next_task"), int) else 0,
        basis=str(doc.get("basis", "")),
    )


def _shrink(shrink: Shrink) -> JsonValue:
    return [shrink.listed, shrink.times, shrink.at.isoformat(), shrink.digest]


def _shrink_of(data: JsonValue) -> Shrink | None:
    match data:
        case None:
            return None
        case [int(listed), int(times), str(at), str(digest)]:
            return Shrink(listed=listed, times=times, at=datetime.fromisoformat(at), digest=digest)
    raise ValueError(f"not a shrink: {data!r}")


def _person_of(data: JsonValue) -> Person:
    match data:
        case [str(id_), str(name), str(email)]:
            return Person(id=id_, name=name, email=email)
    raise ValueError(f"not a person: {data!r}")
