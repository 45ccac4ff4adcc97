"""Answers that no server should give: too large, too deep, too slow, broken in places, or pointing elsewhere."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from tests.system.checkvist import Checkvist
from tests.system.faults import instead, reads, said
from tests.system.stranger import JSON, Answer, Call, Fault, Stranger

HUGE = 2 << 30
"""Bytes of an answer that is no list: 2 GiB."""
MIB = 1 << 20


def huge() -> Fault:
    """A list that goes on for 2 GiB."""
    headers = (*JSON.items(), ("Content-Length", str(HUGE)))

    def stream() -> Iterator[bytes]:
        yield b"["
        for _ in range(HUGE // MIB):
            yield b" " * MIB

    return instead(Answer(200, b"", headers, stream=stream), of=reads)


def bomb() -> Fault:
    """Some megabytes that unpack to 2 GiB."""
    return instead(Answer(200, _packed(), (*JSON.items(), ("Content-Encoding", "gzip"))), of=reads)


@cache
def _packed() -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    blanks, check = b" " * MIB, zlib.crc32(b"[")
    first, piece = (packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH) for part in (b"[", blanks))
    for _ in range(HUGE // MIB):
        check = zlib.crc32(blanks, check)
    start = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    length = (HUGE + 1) & 0xFFFFFFFF
    return b"".join([start, first, piece * (HUGE // MIB), packer.flush(), struct.pack("<II", check, length)])


def deep() -> Fault:
    """A list in a list in a list, a million levels."""
    return instead(said(200, b"[" * 1_000_000 + b"]" * 1_000_000), of=reads)


def late(status: int, seconds: int) -> Fault:
    """A refusal for so many seconds, told as a date."""
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    return instead(said(status, b"{}", ("Retry-After", until)), of=reads)


def dripping(every: float) -> Fault:
    """The beginning of a list, of which one byte comes from time to time."""
    import time

    def stream() -> Iterator[bytes]:
        for sign in b"[" + b" " * 1000:
            yield bytes([sign])
            time.sleep(every)

    return instead(Answer(200, b"", (*JSON.items(), ("Content-Length", "1001")), stream=stream), of=reads)


def to(location: str, status: int = 302) -> Fault:
    """A redirect of everything."""
    return instead(said(status, b"", ("Location", location)))


def round_and_round(_: str = "") -> Fault:
    """A page that names itself as the next, for ever."""
    link = '</api/v2/actions.json?page=2>; rel="next"'

    def fault(when: str, call: Call) -> Answer | None:
        return said(200, b"[]", ("Link", link)) if when == "before" and reads(call) else None

    return fault


def doubled(server: Stranger) -> Fault:
    """The list, with its first task twice: once as it is, once with another title."""
    return changed(server, lambda rows: [*rows, {**rows[0], "content": "1 other", "title": "1 other"}])


def changed(server: Stranger, change: Callable[[list[dict]], list[object]]) -> Fault:
    """The list, changed on its way."""
    return instead_of_list(json.dumps(change(listed(server))).encode())


def spelt(server: Stranger, member: str, instead_of_it: str, ref: int) -> Fault:
    """The list, where one member of one task is written so, in JSON or not."""
    rows = [{**row, member: "@@@"} if row["id"] == ref else row for row in listed(server)]
    return instead_of_list(json.dumps(rows).encode().replace(b'"@@@"', instead_of_it.encode("latin-1")))


def listed(server: Stranger) -> list[dict]:
    """What a server lists, as it would."""
    if isinstance(server, Checkvist):
        return [server.show(item) for item in server.items]
    return [*server.actions.values()]


def instead_of_list(body: bytes) -> Fault:
    """This body, to everybody who asks for the whole list."""
    return instead(
        said(200, body), of=lambda call: reads(call) and call.path.endswith(("/tasks.json", "/actions.json"))
    )
