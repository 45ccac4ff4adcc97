"""A configuration for sandboxes, as TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

NUMBER: Final = re.compile(r"0|[1-9][0-9]*")


def side(name: str, *, connector: str, address: str, keys: Mapping[str, str | Mapping[str, str]]) -> Iterator[str]:
    """The lines of a side: ``keys`` are those that its sandbox describes. A sandbox has no limit of requests."""
    yield f"[sides.{name}]"
    yield f'connector = "{connector}"'
    yield f'base_url = "{address}"'
    yield from (f"{key} = {_toml(value)}" for key, value in keys.items())
    yield 'rate = "off"'


def _toml(value: str | Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {json.dumps(text, ensure_ascii=False)}' for key, text in value.items())} }}"
    return value if NUMBER.fullmatch(value) else json.dumps(value, ensure_ascii=False)
