"""Faults as data: what goes wrong, with which requests, how often."""

from __future__ import annotations

import random
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

_GZIP: Final = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
"""How a gzip file begins that tells neither name nor time (RFC 1952, 2.3)."""


class Kind(StrEnum):
    """What can go wrong with a request. *Applied* says whether the vendor's application has run."""

    STATUS = "status"  # an error status; applied only if the fault says so
    RESET_BEFORE = "reset before"  # the connection is reset; not applied
    RESET_AFTER = "reset after"  # the connection is reset in the place of the answer; applied
    SLOW = "slow"  # the application runs after a pause
    TRUNCATED = "truncated"  # the body ends before its Content-Length; applied
    CUT_JSON = "cut json"  # half of the body, with the Content-Length of a half; applied
    WRONG_TYPE = "wrong type"  # the right body as application/octet-stream; applied
    HTML = "html"  # 200 with a page for people; applied only if the fault says so
    EMPTY = "empty"  # 200 with nothing; applied
    HANG = "hang"  # no answer at all; applied only if the fault says so
    DRIP = "drip"  # the right answer, of whose body one byte comes every so many seconds; applied
    ENDLESS = (
        "endless"  # 200 with a body of blanks that does not end before ``size``; applied only if the fault says so
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    ``match`` chooses requests by method and path (None: all). ``times`` is how often it strikes before it is used up
    (None: for ever), ``share`` the part of the chosen requests that it strikes. ``status``, ``headers`` and ``body``
    belong to ``STATUS``, ``seconds`` to ``SLOW`` and ``DRIP``, ``size`` (bytes) to ``ENDLESS``; ``applied`` lets the
    application run first under ``STATUS``, ``HTML``, ``HANG`` and ``ENDLESS``.
    """

    kind: Kind
    match: Callable[[str, str], bool] | None = field(default=None, kw_only=True)
    times: int | None = field(default=1, kw_only=True)
    share: float = field(default=1.0, kw_only=True)
    status: int = field(default=500, kw_only=True)
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    body: bytes = field(default=b"", kw_only=True)
    seconds: float = field(default=0.0, kw_only=True)
    size: int = field(default=2 << 30, kw_only=True)
    applied: bool = field(default=False, kw_only=True)

    def chooses(self, method: str, path: str) -> bool:
        """Whether a request is one that this fault is for."""
        return self.match is None or self.match(method, path)


class Faults:
    """A script of faults, asked once per request: of those that choose it, the first strikes.

    ``seed`` makes the shares come out the same each time (None: they do not). May be used by several threads.
    """

    def __init__(self, *, seed: int | None = 0) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 - chance, not secrecy
        self._script: list[tuple[Fault, int | None]] = []
        self._struck: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault at the end of the script."""
        with self._lock:
            self._script.append((fault, fault.times))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._script.clear()

    @property
    def struck(self) -> tuple[Fault, ...]:
        """The faults that struck so far, in order."""
        with self._lock:
            return tuple(self._struck)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this request, if one does."""
        with self._lock:
            for index, (fault, left) in enumerate(self._script):
                if left == 0 or not fault.chooses(method, path) or self._random.random() >= fault.share:
                    continue
                self._script[index] = (fault, None if left is None else left - 1)
                self._struck.append(fault)
                return fault
        return None


def bomb(size: int) -> Fault:
    """A body that is a thousand times smaller than what it grows to: ``size`` bytes of blanks, as gzip packs them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    blanks = b" " * (1 << 20)
    # After a full flush the packer remembers nothing: one megabyte is packed like the next.
    piece = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    count, check = size >> 20, 0
    for _ in range(count):
        check = zlib.crc32(blanks, check)
    end = packer.flush() + struct.pack("<II", check, (count << 20) & 0xFFFFFFFF)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return Fault(Kind.STATUS, status=200, headers=headers, body=_GZIP + piece * count + end)


def deep(levels: int) -> Fault:
    """JSON that nests so many levels deep."""
    headers = {"Content-Type": "application/json"}
    return Fault(Kind.STATUS, status=200, headers=headers, body=b"[" * levels + b"]" * levels)


def redirect(location: str, status: int = 302) -> Fault:
    """A redirect to another place."""
    return Fault(Kind.STATUS, status=status, headers={"Location": location})


_COMMON: Final = (
    Fault(Kind.STATUS, status=429, headers={"Retry-After": "1"}),
    Fault(Kind.STATUS, status=500),
    Fault(Kind.STATUS, status=500, applied=True),
    Fault(Kind.STATUS, status=503, headers={"Retry-After": "1"}),
    Fault(Kind.RESET_BEFORE),
    Fault(Kind.RESET_AFTER),
    Fault(Kind.SLOW, seconds=1.0),
    Fault(Kind.TRUNCATED),
    Fault(Kind.CUT_JSON),
    Fault(Kind.HTML),
    Fault(Kind.EMPTY),
)
"""What happens to requests in the field, less what only a person can end and what never ends."""


def unreliable(share: float, *, seed: int | None = None) -> Faults:
    """A server that fails a share (0 … 1) of all requests, each time in another way."""
    faults = Faults(seed=seed)
    for position, fault in enumerate(_COMMON):
        # Asked one after the other: each takes its part of what the earlier ones left.
        part = share / len(_COMMON)
        faults.add(replace(fault, times=None, share=min(1.0, part / (1.0 - position * part))))
    return faults
