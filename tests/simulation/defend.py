"""Each rule against its defender: ``python -m tests.simulation.defend`` prints, as JSON, what is wrong without it.

Every rule is switched off in a process of its own. They are forks of this one, which has imported what takes long and
nothing of the engine.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module

from tests.simulation.defenders import DEFENDERS
from tests.simulation.seeds import SEEDS
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
VENDORS = ("checkvist", "ogsm", "optacheck", "opus2", "trackops")
CONNECTORS = ("connectors.memory", *(f"connectors.{one}{part}" for one in VENDORS for part in ("", ".sandbox")))


MOST = 1500  # seeds that are played without a rule before the search is given up


def load() -> None:
    """Import what every fork needs."""
    for name in (*HEAVY, *CONNECTORS):
        import_module(name)


def main() -> None:
    """Play all defenders, with their rules and without; ``--seeds``: the drawn histories of :data:`SEEDS`."""
    load()
    drawn = "--seeds" in sys.argv
    cases: dict[str, object] = dict(SEEDS) if drawn else dict(DEFENDERS)
    wanted = [name for name in sys.argv[1:] if name != "--seeds"] or list(cases)
    found = {
        rule: {
            "without": apart(rule, lambda case=cases[rule]: _wrong(case)),
            "with": apart(None, lambda case=cases[rule]: _wrong(case)),
        }
        for rule in wanted
    }
    print(json.dumps(found))


def search(rule: str, first: int, most: int = MOST) -> int | None:
    """The first seed whose drawn history fails without a rule and passes with it; None when there is none."""
    load()
    at = first
    while at < first + most:
        failed = apart(rule, lambda at=at: _hunted(at, first + most))
        if not failed:
            return None
        at = int(failed[0])
        if not apart(None, lambda at=at: _wrong(at)):
            return at
        at += 1
    return None


def _hunted(first: int, end: int) -> list[str]:
    """The first seed from here on that fails, if one does."""
    from tests.simulation.history import History, play

    return next(([str(seed)] for seed in range(first, end) if play(History.of(seed)).wrong), [])


def _wrong(case: object) -> list[str]:
    """What is wrong with a history: a setup with its steps, or the seed that draws them."""
    from tests.simulation.history import History, play

    history = History.of(case) if isinstance(case, int) else History(*case)  # type: ignore[misc]
    return list(play(history).wrong)


def apart(rule: str | None, work: Callable[[], list[str]]) -> list[str]:
    """What some work finds in a process without a rule."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(rule, work, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        text = told.read()
    os.waitpid(child, 0)
    return json.loads(text)


def _child(rule: str | None, work: Callable[[], list[str]], writing: int) -> None:
    try:
        if rule is not None:
            switch_off(rule)
        found = work()
    except BaseException as error:  # noqa: BLE001 - told to whoever waits
        found = [f"the harness itself failed: {error!r}"]
    with os.fdopen(writing, "w", encoding="utf-8") as told:
        json.dump(found, told)
    os._exit(0)


if __name__ == "__main__":
    main()
