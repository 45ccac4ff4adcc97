"""A hash over everything that a store holds."""

from __future__ import annotations

import hashlib

import orjson
from sqlalchemy import Connection, select

from sync.store.tables import METADATA


def fingerprint(connection: Connection) -> str:
    """What tells one content from any other: all rows of all tables, in the order of their keys."""
    content = hashlib.blake2b(digest_size=16)
    for name, table in sorted(METADATA.tables.items()):
        content.update(name.encode())
        for row in connection.execute(select(table).order_by(*table.primary_key)):
            content.update(orjson.dumps(list(row)))
    return content.hexdigest()
