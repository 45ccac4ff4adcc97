"""A link as a row, and back: all its shadows are one document. Pure."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from connectors.task import Field, JsonValue
from sync.core.codec import decode, encode
from sync.core.model import Link, LinkLife, Pair
from sync.store.documents import dump, dump_object, escape, load_object, unescape, utc
from sync.store.once import Once
from sync.store.rows import FIELDS, NAMES, Row, Stored, named, numbers, strings, text, texts

_UNCONFIRMED: Final = 3  # members of a pair that is not confirmed


def link_row(link: Link) -> Row:
    """A link as a row, without the number of its side."""
    return {
        "task_id": link.task,
        "ref": None if link.ref is None else escape(link.ref),
        "life": link.life.value,
        "raw_hash": link.raw_hash,
        "mapping": link.mapping,
        "shadow": dump({NAMES[field]: _pair(pair) for field, pair in link.pairs.items()}),
        "behind": _behind(link) if link.acked or link.refused or link.reasons else None,
        "token": escape(link.token),
        "native": dump(link.native),
        "modified": utc(link.modified),
        "own_modified": utc(link.own_modified),
        "wrote": link.wrote,
        "misses": link.misses,
        "missed_at": link.missed_at,
        "gone": link.gone,
        "rest": _rest(link),
    }


def _behind(link: Link) -> str | None:
    behind = {"acked": named(link.acked), "refused": named(link.refused), "reasons": named(link.reasons)}
    return dump_object({name: data for name, data in behind.items() if data})


def _rest(link: Link) -> str | None:
    """What few links have."""
    ended = link.reason or link.absent or link.former or link.outside or link.joined
    if not (ended or link.unknown or link.children or link.derived or link.uncertain):
        return None
    rest: dict[str, JsonValue] = {
        "reason": link.reason,
        "absent": link.absent,
        "former": link.former,
        "unknown": named(link.unknown),
        "children": link.children,
        "derived": sorted(NAMES[field] for field in link.derived),
        "uncertain": sorted(NAMES[field] for field in link.uncertain),
        "outside": link.outside,
        "joined": link.joined,
    }
    return dump_object({name: data for name, data in rest.items() if data})


def link_of(row: Stored, side: str, once: Once) -> Link:
    """The link of a row, on the side of that name. ``once`` is that of all rows that are read together."""
    link = Link(
        task=row.task_id,
        side=side,
        ref=None if row.ref is None else unescape(row.ref),
        life=LinkLife(row.life),
        pairs={FIELDS[name]: _pair_of(FIELDS[name], data, once) for name, data in load_object(row.shadow).items()},
        raw_hash=row.raw_hash,
        mapping=sys.intern(row.mapping),
        token=unescape(row.token),
        native=once.native(side, row.native),
        modified=row.modified,
        own_modified=row.own_modified,
        wrote=row.wrote,
        misses=row.misses,
        missed_at=row.missed_at,
        gone=row.gone,
    )
    if row.behind:
        behind = load_object(row.behind)
        link.acked, link.refused = numbers(behind.get("acked")), numbers(behind.get("refused"))
        link.reasons = texts(behind.get("reasons"))
    if row.rest:
        _complete(link, load_object(row.rest))
    return link


def _complete(link: Link, rest: Mapping[str, JsonValue]) -> None:
    """Give a link what few links have."""
    link.reason, link.outside = text(rest, "reason"), text(rest, "outside")
    link.absent, link.joined = rest.get("absent") is True, rest.get("joined") is True
    link.former, link.children = tuple(strings(rest.get("former"))), tuple(strings(rest.get("children")))
    link.unknown = texts(rest.get("unknown"))
    link.derived = frozenset(FIELDS[name] for name in strings(rest.get("derived")))
    link.uncertain = frozenset(FIELDS[name] for name in strings(rest.get("uncertain")))


def _pair(pair: Pair) -> JsonValue:
    """A pair as an array: one member where stored is what was sent, two otherwise, more where it is not confirmed."""
    sent = encode(pair.sent)
    stored = sent if pair.stored is pair.sent else encode(pair.stored)
    if not pair.confirmed:
        return [sent, stored, False, encode(pair.before)]
    # In JSON true is not 1, in Python it is: only values that cannot have either inside are told equal.
    equal = sent is stored or (type(sent) is type(stored) and not isinstance(sent, Mapping) and sent == stored)
    return [sent] if equal else [sent, stored]


def _pair_of(field: Field, data: JsonValue, once: Once) -> Pair:
    if not isinstance(data, list):
        raise TypeError(f"not a pair: {data!r}")
    if len(data) == 1:
        return once.pair(field, data[0])
    sent, stored = decode(field, data[0]), decode(field, data[1])
    if len(data) < _UNCONFIRMED:
        return Pair(sent, stored)
    return Pair(
        sent, stored, confirmed=False, before=decode(field, data[_UNCONFIRMED]) if data[_UNCONFIRMED:] else None
    )
