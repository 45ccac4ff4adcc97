"""Connectors by name: the ones that come along, and plug-ins of the entry-point group ``tasksync.connectors``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from connectors.contract import Manifest
from connectors.errors import BadSettings

if TYPE_CHECKING:
    from connectors.serving import Sandbox

GROUP: Final = "tasksync.connectors"
"""The entry-point group: a name, and where its :class:`~connectors.contract.Manifest` is (``module:MANIFEST``)."""

BUILT_IN: Final[Mapping[str, str]] = {
    "caldav": "connectors.caldav:MANIFEST",
    "checkvist": "connectors.checkvist:MANIFEST",
    "memory": "connectors.memory:MANIFEST",
    "ogsm": "connectors.ogsm:MANIFEST",
    "optacheck": "connectors.optacheck:MANIFEST",
    "opus2": "connectors.opus2:MANIFEST",
    "trackops": "connectors.trackops:MANIFEST",
}
"""What comes along, for a checkout that was not installed and so has no entry points. In alphabetical order."""


class UnknownConnector(BadSettings):
    """No connector bears this name, or it has no sandbox where one is asked for."""


class BrokenConnector(BadSettings):
    """A connector that is there and can not be used: its import fails, or it is not what its name says."""


def known() -> tuple[str, ...]:
    """The names of all connectors, in alphabetical order. Nothing is imported."""
    return tuple(sorted(BUILT_IN.keys() | {point.name for point in entry_points(group=GROUP)}))


def load(name: str) -> Manifest:
    """A connector's manifest; it is imported now. Raises ``UnknownConnector``, ``BrokenConnector``."""
    point = _point(name)
    try:
        manifest: object = point.load()
    except Exception as error:  # whatever a plug-in raises while it is imported
        why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        hint = "repair or uninstall the package that it comes from"
        raise BrokenConnector(f'the connector "{name}" ({point.value}) can not be loaded: {why}', hint=hint) from error
    if not isinstance(manifest, Manifest):
        raise BrokenConnector(f'the connector "{name}" ({point.value}) is no Manifest', hint="tell its author")
    if manifest.name != name:
        message = f'the connector "{name}" ({point.value}) calls itself "{manifest.name}"'
        raise BrokenConnector(message, hint="tell its author: entry point and manifest must bear one name")
    return manifest


def sandboxes() -> tuple[str, ...]:
    """The names of the connectors that have a sandbox, in alphabetical order."""
    return tuple(name for name in known() if _has_sandbox(name))


def sandbox(name: str) -> type[Sandbox]:
    """The class ``Sandbox`` of a connector's module ``sandbox``. Raises ``UnknownConnector``, ``BrokenConnector``."""
    point = _point(name)
    if not _has_sandbox(name):
        having = ", ".join(sandboxes())
        raise UnknownConnector(f'the connector "{name}" has no sandbox', hint=f"these have one: {having}")
    try:
        found: type[Sandbox] = import_module(f"{point.module}.sandbox").Sandbox
    except Exception as error:
        message = f'the sandbox of "{name}" can not be loaded: {type(error).__name__}: {error}'
        raise BrokenConnector(message, hint="repair or uninstall the package that it comes from") from error
    return found


def _point(name: str) -> EntryPoint:
    values = {point.value for point in entry_points(group=GROUP, name=name)}
    if not values and name in BUILT_IN:
        values = {BUILT_IN[name]}
    if not values:
        hint = f"known connectors: {', '.join(known())}"
        raise UnknownConnector(f'there is no connector "{name}"', hint=hint)
    if len(values) > 1:
        message = f'several packages offer a connector "{name}": {", ".join(sorted(values))}'
        raise BrokenConnector(message, hint="uninstall all but one of them")
    return EntryPoint(name=name, value=values.pop(), group=GROUP)


def _has_sandbox(name: str) -> bool:
    try:
        return find_spec(f"{_point(name).module}.sandbox") is not None
    except Exception:  # noqa: BLE001 - a connector that can not be imported has none that could be served
        return False
