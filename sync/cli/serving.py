"""The vendors' sandboxes as the command line starts them: with switches, with faults, until a signal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Protocol, Self, cast

from starlette.types import ASGIApp

from connectors.serving import FaultMiddleware, Sandbox, Serving, serve, unreliable
from sync.app import sandbox, sandbox_names
from sync.cli.failures import CommandError

PORTS: Final = 65535


class Reading(Protocol):
    """A sandbox's switches: what the vendor's document leaves open."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Switches from "name=value,…". Raises ``ValueError`` that says what can be written."""
        ...

    @classmethod
    def choices(cls) -> Mapping[str, Sequence[str]]:
        """The switches and their values, the default first."""
        ...


class Switched(Sandbox, Protocol):
    """A sandbox that says which switches it has."""

    @property
    def reading(self) -> Reading:
        """Its switches as they are."""
        ...


def chosen(vendors: Sequence[str], readings: Sequence[str]) -> dict[str, Sandbox]:
    """The sandboxes that a person asks for, with their switches. Raises ``CommandError``."""
    known = sandbox_names()
    for name in vendors:
        if name not in known:
            raise CommandError(f"there is no sandbox {name!r}", f"there are: {', '.join(known)}")
    for name in vendors:
        if lacking := _lacking(name):
            raise CommandError(f"the sandbox {name!r} can not be served yet", lacking)
    names = list(dict.fromkeys(vendors)) or [name for name in known if not _lacking(name)]
    switches = _by_vendor(readings, names)
    return {name: _made(name, switches[name]) for name in names}


def with_faults(app: ASGIApp, share: float) -> ASGIApp:
    """The application, failing a share (0 … 1) of its requests."""
    return FaultMiddleware(app, unreliable(share)) if share else app


def in_rows(names: Sequence[str], first: int) -> dict[str, int]:
    """One port after the other from the first; none where that is 0. Raises ``CommandError``."""
    if first and first + len(names) - 1 > PORTS:
        raise CommandError(f"--port {first} leaves no room for {len(names)} servers", f"the last port is {PORTS}")
    return {name: first + offset for offset, name in enumerate(names)} if first else {}


@contextmanager
def listening(apps: Mapping[str, ASGIApp], ports: Mapping[str, int]) -> Iterator[Serving]:
    """The applications served on loopback. Raises ``CommandError`` for a port that cannot be had."""
    serving = serve(apps, ports=ports)
    try:
        serving.__enter__()
    except OSError as error:
        raise CommandError(str(error.args[-1]), "choose another --port, or none") from error
    try:
        yield serving
    finally:
        serving.__exit__(None, None, None)


def reached(address: str, sandbox: Sandbox) -> str:
    """The ``base_url`` of a side that reaches a sandbox which is served at an address."""
    return f"{address}{getattr(sandbox, 'place', '')}"


def _made(name: str, switches: Sequence[str]) -> Sandbox:
    make = cast("Callable[[Reading], Sandbox]", sandbox(name))
    try:
        return make(_switches(name).parse(",".join(switches)))
    except ValueError as error:
        raise CommandError(f"{name}: {error}") from error


def _lacking(name: str) -> str:
    """What is to be done before a sandbox can be served here; empty when it can."""
    missing = cast("Callable[[], str]", getattr(sandbox(name), "missing", str))
    return missing()


def _switches(name: str) -> type[Reading]:
    made = cast("Callable[[], Switched]", sandbox(name))()
    return type(made.reading)


def _by_vendor(readings: Sequence[str], names: Sequence[str]) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for part in (part.strip() for reading in readings for part in reading.split(",")):
        vendor, dot, switch = part.partition(".")
        if dot and vendor in names and "=" in switch:
            found[vendor].append(switch)
        elif len(names) == 1 and "=" in part:
            found[names[0]].append(part)
        elif part:
            raise CommandError(f"--reading {part}: {_wanted(part, names)}", _known(names))
    return found


def _wanted(part: str, names: Sequence[str]) -> str:
    if "=" not in part:
        return "write NAME=VALUE"
    return f"write VENDOR.NAME=VALUE with one of {', '.join(names)}"


def _known(names: Sequence[str]) -> str:
    return "; ".join(f"{name} has {', '.join(_switches(name).choices())}" for name in names)
