"""Each rule against its defender: ``python -m tests.simulation.defend`` prints, as JSON, what is wrong without it.

Every rule is switched off in a process of its own. They are forks of this one, which has imported what takes long and
nothing of the engine.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

from tests.simulation.defenders import DEFENDERS
from tests.simulation.switches import switch_off

# What the engine imports, so that each fork has it. Nothing of ``sync``.
HEAVY = (
    "sqlmodel",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql",
    "structlog",
    "orjson",
    "starlette.applications",
)
CONNECTORS = (
    "connectors.checkvist",
    "connectors.ogsm",
    "connectors.memory",
    "connectors.checkvist.sandbox",
    "connectors.ogsm.sandbox",
)


def main() -> None:
    """Play all defenders, with their rules and without."""
    for name in (*HEAVY, *CONNECTORS):
        import_module(name)
    wanted = sys.argv[1:] or list(DEFENDERS)
    found = {rule: {"without": _apart(rule, rule), "with": _apart(None, rule)} for rule in wanted}
    print(json.dumps(found))


def _apart(rule: str | None, defender: str) -> list[str]:
    """What is wrong with a defender's history, in a process without a rule."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(rule, defender, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        text = told.read()
    os.waitpid(child, 0)
    return json.loads(text)


def _child(rule: str | None, defender: str, writing: int) -> None:
    try:
        if rule is not None:
            switch_off(rule)
        from tests.simulation.history import History, play

        wrong = list(play(History(*DEFENDERS[defender])).wrong)
    except BaseException as error:  # noqa: BLE001 - told to whoever waits
        wrong = [f"the harness itself failed: {error!r}"]
    with os.fdopen(writing, "w", encoding="utf-8") as told:
        json.dump(wrong, told)
    os._exit(0)


if __name__ == "__main__":
    main()
