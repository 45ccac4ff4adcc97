"""Puts the texts of references into a side's table before it is read, and keeps count of what must not be shown."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

from sync.config.explain import key_names
from sync.config.lines import KeyPath
from sync.config.problems import BadValue, Report
from sync.config.secrets import resolve
from sync.config.tables import SideTable

COMMON_KEYS = frozenset(key_names(SideTable))
TEXT_KEYS = COMMON_KEYS - {"allow_http", "poll", "statuses", "fields"}
"""The common keys that are text, so that a reference may stand there."""
_UNRESOLVED = "unresolved"
"""Stands for the text of a reference that failed, so that the rest of the table is still looked at."""


class References:
    """A side's keys with the references put in.

    ``hidden``: the keys whose value no message may show. ``failed``: the keys that have a problem already. ``secrets``:
    the hidden texts.
    """

    def __init__(self, *, path: KeyPath, env: Mapping[str, str], folder: Path, report: Report) -> None:
        self.values: dict[str, object] = {}
        self.hidden: set[str] = set()
        self.failed: set[str] = set()
        self.secrets: list[str] = []
        self._path = path
        self._env = env
        self._folder = folder
        self._report = report

    def put_in(self, raw: Mapping[str, object], text_keys: Iterable[str]) -> None:
        """Take over the common keys; those of ``text_keys`` that are a reference with its text."""
        for key in COMMON_KEYS & raw.keys():
            self.values[key] = self._text(key, raw[key]) if key in text_keys else raw[key]

    def put_in_settings(self, raw: Mapping[str, object], shape: type[BaseModel]) -> None:
        """Take over the connector's own keys. A path is made absolute; a secret that stands in the file is noted."""
        for name, field in shape.model_fields.items():
            key = field.alias or name
            if key not in raw or key in COMMON_KEYS:
                continue
            kinds = tuple(_kinds(field.annotation))
            value = raw[key]
            if any(kind in {str, Path} or _is_secret(kind) for kind in kinds):
                value = self._text(key, value)
            if any(map(_is_secret, kinds)):
                value = self._guarded(key, value, inline=isinstance(raw[key], str))
            if Path in kinds and isinstance(value, str):
                value = str(self._folder / value)
            self.values[key] = value

    def _text(self, key: str, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        self.hidden.add(key)
        try:
            text = resolve(value, env=self._env, folder=self._folder)
        except BadValue as error:
            self._report.refuse((*self._path, key), error)
            self.failed.add(key)
            return _UNRESOLVED
        self.secrets.append(text)
        return text

    def _guarded(self, key: str, value: object, *, inline: bool) -> object:
        self.hidden.add(key)
        if not inline:
            return value
        if not value:
            self._report.add((*self._path, key), "is empty", 'write the secret, or { env = "NAME" }')
            self.failed.add(key)
            return _UNRESOLVED
        self.secrets.append(str(value))
        self._report.inline_secrets.append((*self._path, key))
        return value


def _kinds(annotation: object) -> Iterator[object]:
    """The types that a value may have; of a list or table that type, not those of its elements."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _kinds(typing.get_args(annotation)[0])
    elif origin is typing.Literal:
        yield from (type(choice) for choice in typing.get_args(annotation))
    elif origin in {typing.Union, types.UnionType}:
        for choice in typing.get_args(annotation):
            yield from _kinds(choice)
    else:
        yield origin or annotation


def _is_secret(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, (Secret, SecretBytes, SecretStr))
