"""One side's table: the keys that every side takes, and the connector's own."""

from __future__ import annotations

import dataclasses
import difflib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, create_model

from connectors.errors import BadSettings
from sync.config import urls
from sync.config.explain import Reading, key_names, read_table
from sync.config.lines import KeyPath
from sync.config.model import SideConfig
from sync.config.problems import BadValue, Report, did_you_mean, dotted, shown
from sync.config.references import COMMON_KEYS, TEXT_KEYS, References
from sync.config.tables import SideTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a side's table is read against."""

    env: Mapping[str, str]
    folder: Path
    connectors: Mapping[str, type[BaseModel]]
    timezone: str
    report: Report
    unfinished: bool = False  # what a person still looks for may be wrong: it is noted, and something stands in for it


def read_side(name: str, raw: Mapping[str, object], *, group: str, around: Surroundings) -> SideConfig | None:
    """The side, or None when something in its table is wrong, all of which is noted."""
    path = ("sides", name)
    texts = References(path=path, env=around.env, folder=around.folder, report=around.report)
    texts.put_in(raw, TEXT_KEYS)
    shape = _shape(path, raw, texts, around)
    if shape is not None:
        texts.put_in_settings(raw, shape)
    table = _read_common(path, raw, texts, shape, around.report)
    settings = _read_own(path, texts, shape, around)
    base_url = _base_url(path, texts, shape, around.report)
    ca_file = _ca_file(path, texts, around)
    if table is None or settings is None:
        return None
    return SideConfig(
        name=name,
        connector=table.connector,
        base_url=base_url,
        allow_http=table.allow_http,
        timeout=table.timeout,
        ca_file=ca_file,
        timezone=table.timezone or around.timezone,
        access=table.access,
        rate=table.rate,
        poll=table.poll,
        statuses=table.statuses,
        fields=table.fields,
        settings=settings,
        group=group,
    )


def _shape(path: KeyPath, raw: Mapping[str, object], texts: References, around: Surroundings) -> type[BaseModel] | None:
    connector = texts.values.get("connector")
    if isinstance(connector, str) and "connector" not in texts.failed and connector in around.connectors:
        return _settings_class(path, connector, around)
    known = ", ".join(sorted(around.connectors))
    if connector is None:
        meant = difflib.get_close_matches("connector", raw, n=1)
        hint = f'write "connector" instead of "{meant[0]}"; one of {known}' if meant else f"one of {known}"
        around.report.add((*path, "connector"), "is missing", hint)
        texts.failed.add("connector")
    elif isinstance(connector, str) and "connector" not in texts.failed:
        what = "the text of the reference" if "connector" in texts.hidden else shown(connector)
        hint = did_you_mean(connector, around.connectors, f"one of {known}")
        around.report.add((*path, "connector"), f"{what} is not a connector; there are {known}", hint)
    return None


def _settings_class(path: KeyPath, connector: str, around: Surroundings) -> type[BaseModel] | None:
    """The settings of a connector; None where it is broken, which is noted: the other sides are still read."""
    try:
        shape = around.connectors[connector]
    except BadSettings as broken:
        around.report.add((*path, "connector"), broken.message, broken.hint)
        return None
    taken = ", ".join(sorted(COMMON_KEYS.intersection(key_names(shape))))
    if taken:
        why = f"the connector {connector} has settings of its own that every side has: {taken}"
        around.report.add((*path, "connector"), why, "tell its author: they can not be set")
        return None
    return shape


def _read_common(
    path: KeyPath, raw: Mapping[str, object], texts: References, shape: type[BaseModel] | None, report: Report
) -> SideTable | None:
    own = key_names(shape) if shape else tuple(key for key in raw if key not in COMMON_KEYS)
    common = {key: texts.values.get(key, value) for key, value in raw.items() if key in COMMON_KEYS or key not in own}
    reading = Reading(
        path=path,
        raw=common,
        shape=SideTable,
        known=own if shape else (),
        hidden=frozenset(texts.hidden),
        failed=frozenset(texts.failed),
    )
    return read_table(reading, report)


def _read_own(
    path: KeyPath, texts: References, shape: type[BaseModel] | None, around: Surroundings
) -> BaseModel | None:
    if shape is None:
        return None
    reading = Reading(
        path=path,
        raw={key: value for key, value in texts.values.items() if key not in COMMON_KEYS},
        shape=shape,
        hidden=frozenset(texts.hidden),
        failed=frozenset(texts.failed),
        secrets=tuple(texts.secrets),
    )
    settings = read_table(reading, around.report)
    wrong = _wrong(path, around.report) if around.unfinished else set[str]()
    return _without(wrong, reading, around.report) if wrong else settings


def _wrong(path: KeyPath, report: Report) -> set[str]:
    """The connector's own keys that a problem was noted for; the empty text stands for the table itself."""
    inside = f"{dotted(path)}."
    named = {problem.key for problem in report.problems if f"{problem.key}.".startswith(inside)}
    return {key.removeprefix(inside).split(".")[0] if key.startswith(inside) else "" for key in named}


def _without(wrong: set[str], reading: Reading[BaseModel], report: Report) -> BaseModel | None:
    """The settings with what the connector names in the place of those keys; None where it names nothing for one."""
    stands_in: Mapping[str, object] = getattr(reading.shape, "unnamed", {})
    if not wrong <= stands_in.keys() & reading.shape.model_fields.keys():
        return None
    fields = {key: (reading.shape.model_fields[key].annotation, stands_in[key]) for key in wrong}
    open_shape = create_model(reading.shape.__name__, __base__=reading.shape, **cast("dict[str, Any]", fields))
    raw = {key: value for key, value in reading.raw.items() if key not in wrong}
    return read_table(dataclasses.replace(reading, raw=raw, shape=open_shape), report)


def _base_url(path: KeyPath, texts: References, shape: type[BaseModel] | None, report: Report) -> str | None:
    given = texts.values.get("base_url")
    if given is None:
        default: str | None = getattr(shape, "default_base_url", None)
        if default is None and shape is not None and getattr(shape, "needs_base_url", True):
            report.add((*path, "base_url"), "is missing", f"the address of your server: {urls.BASE_URL_HINT}")
        return default
    if not isinstance(given, str) or "base_url" in texts.failed:
        return None
    try:
        return urls.base_url(given, allow_http=texts.values.get("allow_http") is True)
    except BadValue as error:
        what = "the text of the reference does not fit" if "base_url" in texts.hidden else str(error)
        report.add((*path, "base_url"), what, error.hint)
    return None


def _ca_file(path: KeyPath, texts: References, around: Surroundings) -> Path | None:
    given = texts.values.get("ca_file")
    if not isinstance(given, str) or "ca_file" in texts.failed:
        return None
    file = around.folder / given
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        what = "has no certificate in it"
    except (OSError, ValueError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or 'no file can have such a name'}"
    else:
        return file
    where = "the file of the reference" if "ca_file" in texts.hidden else f"the file {file}"
    around.report.add(
        (*path, "ca_file"), f"{where} {what}", "a file of PEM certificates; its path is relative to this file"
    )
    return None
