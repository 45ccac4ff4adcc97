"""A bench for connectors that speak HTTP: the vendor's sandbox on loopback, with faults in front of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Final, Generic, TypeVar, cast

from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.conformance.harness import RETRY_AFTER, Sent, Trouble
from connectors.contract import Capabilities, Connector, Manifest, Settings, SideSettings
from connectors.redact import Redactor
from connectors.serving import Fault, FaultMiddleware, Faults, Kind, Sandbox, Serving, bomb, deep, redirect, serve
from connectors.task import Field, Ref
from connectors.transport import Http

Server = TypeVar("Server", bound=Sandbox)

TIMEOUT: Final = 20.0
"""Seconds for one answer: a loopback needs none of them, a machine under load gets time."""
NAME: Final = "sandbox"
ELSEWHERE: Final = "http://elsewhere.invalid/tasks"
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_FAULTS: Final[Mapping[Trouble, Fault]] = {
    Trouble.RATE_LIMITED: Fault(Kind.STATUS, status=429, headers={"Retry-After": f"{RETRY_AFTER:.0f}"}),
    Trouble.SERVER_ERROR: Fault(Kind.STATUS, status=500),
    Trouble.LOST_BEFORE: Fault(Kind.RESET_BEFORE),
    Trouble.LOST_AFTER: Fault(Kind.RESET_AFTER),
    Trouble.TRUNCATED: Fault(Kind.TRUNCATED),
    Trouble.HTML: Fault(Kind.HTML),
    Trouble.CUT_JSON: Fault(Kind.CUT_JSON),
    Trouble.REFUSED: Fault(Kind.STATUS, status=401),
    Trouble.REDIRECTED: redirect(ELSEWHERE, 307),
    Trouble.FAILED_AFTER: Fault(Kind.STATUS, status=500, applied=True),
    Trouble.WRONG_TYPE: Fault(Kind.WRONG_TYPE),
    Trouble.DEEP: deep(100_000),
    Trouble.BOMB: bomb(256 << 20),
}


class SkippingClock:
    """The real time, in which waiting takes none."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now(self) -> datetime:
        """The time now, and what was waited."""
        return datetime.fromtimestamp(time.time() + self._skipped, UTC)  # noqa: TID251 - a clock asks for the time

    def monotonic(self) -> float:
        """The same in seconds that never go back."""
        return time.monotonic() + self._skipped  # noqa: TID251 - a clock asks for the time

    def sleep(self, seconds: float) -> None:
        """Skip the time."""
        self._skipped += seconds


@dataclass(frozen=True, kw_only=True)
class HttpBench(Generic[Server]):
    """How to try a connector against its vendor's sandbox.

    ``more`` is added to what the sandbox's ``describe()`` says of a side's configuration; ``wrong`` makes credentials
    of it that are refused. ``plant`` makes a task as a person would: its ref. ``logins`` are the beginnings of paths
    that log in: they belong to no verb, and nothing disturbs them. ``share`` as in :class:`Bench`.
    """

    manifest: Manifest
    sandbox: Callable[[], Server]
    more: Mapping[str, object] = field(default_factory=dict)
    wrong: Mapping[str, object] = field(default_factory=dict)
    plant: Callable[[Server, str], Ref] | None = None
    logins: tuple[str, ...] = ()
    timezone: tzinfo = UTC
    share: int = 8

    @property
    def troubles(self) -> frozenset[Trouble]:
        """All of them."""
        return frozenset(Trouble)

    @property
    def has_credentials(self) -> bool:
        """Whether wrong ones are given."""
        return bool(self.wrong)

    @property
    def plants(self) -> bool:
        """Whether a way to make tasks is given."""
        return self.plant is not None

    @cached_property
    def capabilities(self) -> Capabilities:
        """Those that the manifest declares for such a side."""
        return self.manifest.capabilities(self.side(self.sandbox(), "http://127.0.0.1"))

    def side(self, sandbox: Sandbox, base_url: str, extra: Mapping[str, object] | None = None) -> SideSettings:
        """The configuration of a side that reaches a sandbox."""
        settings = cast("type[BaseModel]", self.manifest.settings)
        told = {**sandbox.describe(), **self.more, **(extra or {})}
        fields = cast("Mapping[Field, bool | str]", told.pop("fields", {}))
        own = settings.model_validate(told)
        return SideSettings(
            name=NAME,
            own=cast("Settings", own),
            base_url=base_url,
            timezone=self.timezone,
            fields={Field(field): name for field, name in fields.items()},
        )

    @contextmanager
    def open(self) -> Iterator[HttpHarness[Server]]:
        """A server on a free port, until the end of the context."""
        switch, faults = _Switch(), Faults()
        with serve({NAME: FaultMiddleware(switch, faults)}) as serving:
            harness = HttpHarness(self, switch, faults, serving)
            try:
                harness.begin()
                yield harness
            finally:
                harness.close()


class HttpHarness(Generic[Server]):
    """One server whose application is renewed for each test, and a connector to it over real HTTP."""

    def __init__(self, bench: HttpBench[Server], switch: _Switch, faults: Faults, serving: Serving) -> None:
        self._bench = bench
        self._switch = switch
        self._faults = faults
        self._serving = serving
        self._open: list[Connector] = []
        self.sandbox = bench.sandbox()
        self.connector: Connector

    def begin(self) -> None:
        """An empty sandbox and a new connector, which has logged in."""
        self.close()
        self.calm()
        self.sandbox = self._bench.sandbox()
        self._switch.app = self.sandbox.app
        self.connector = self._connected({})
        self.connector.check()
        self.forget()

    def disturb(self, trouble: Trouble, *, changing: bool) -> None:
        """Every request whose method changes something (or reads) meets the trouble."""
        fault = _FAULTS[trouble]
        self._faults.add(
            replace(
                fault,
                match=lambda method, path: not self._logs_in(path) and (method not in _READING) is changing,
                times=None,
            )
        )

    def calm(self) -> None:
        """No faults."""
        self._faults.clear()

    def forget(self) -> None:
        """Start the log of requests anew."""
        self._serving.forget(NAME)

    def sent(self) -> Sequence[Sent]:
        """The requests since then, as the server saw them."""
        seen = self._serving.requests(NAME)
        return [
            Sent(changing=one.method not in _READING, what=f"{one.method} {one.path}")
            for one in seen
            if not self._logs_in(one.path)
        ]

    def plant(self, title: str) -> Ref:
        """A person makes a task."""
        if self._bench.plant is None:
            raise NotImplementedError("this bench names no way to make a task past the connector")
        return self._bench.plant(self.sandbox, title)

    def stranger(self) -> Connector:
        """A connector with credentials that the sandbox refuses."""
        return self._connected(self._bench.wrong)

    def close(self) -> None:
        """Let go of connections."""
        while self._open:
            self._open.pop().close()

    def _logs_in(self, path: str) -> bool:
        return path.startswith(self._bench.logins)

    def _connected(self, extra: Mapping[str, object]) -> Connector:
        url, clock = self._serving.url(NAME) + getattr(self.sandbox, "place", ""), SkippingClock()
        http = Http(side=NAME, base_url=url, clock=clock, limiter=None, timeout=TIMEOUT, secrets=Redactor())
        connector = self._bench.manifest.factory(self._bench.side(self.sandbox, url, extra), clock, http)
        self._open.append(connector)
        return connector


class _Switch:
    """An application that is another one for each test."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is not None:
            await self.app(scope, receive, send)
