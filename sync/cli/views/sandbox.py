"""What ``sandbox`` prints: a configuration that can be saved as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sync.demo.configuration import side


def configuration(sides: Mapping[str, tuple[str, Mapping[str, str | Mapping[str, str]]]]) -> Iterator[str]:
    """TOML with one side per sandbox (name to address and keys), and a group over them."""
    yield "# Sandboxes on this machine: their tasks are gone when they end."
    for name, (address, keys) in sides.items():
        yield ""
        yield from side(name, connector=name, address=address, keys=keys)
    yield ""
    yield "[groups.sandbox]"
    yield f"sides = [{', '.join(json.dumps(name) for name in sides)}]"
    if len(sides) == 1:
        yield "# A group has two sides or more: add one of yours."
