"""A person who decides what is held: creates at OptaCheck of which nobody heard whether they were made."""

from __future__ import annotations

from tests.system.five import Five
from tests.system.ledger import number_of
from tests.system.program import brief
from tests.system.stranger import Json

PATIENCE = 14
"""Cycles until it must be quiet, decisions included."""


def settle(at: Five, *arguments: str) -> int:
    """Run until a cycle is quiet, and decide what is held as the lines of ``tasksync held`` say. How many decisions.

    Fails when anything else is held, when it does not become quiet, or when a cycle writes after one that was quiet.
    """
    decided, reports = 0, [at.run(*arguments)]
    while reports[-1]["result"] != "quiet":
        assert len(reports) < PATIENCE, [brief(report) for report in reports]
        if reports[-1]["held"]:
            decided += decide(at)
        reports.append(at.run(*arguments))
    before = at.writes
    assert at.run(*arguments)["result"] == "quiet"
    assert at.writes == before
    return decided


def decide(at: Five) -> int:
    """Look into OptaCheck for each create in doubt, and say what is there. How many there were."""
    rows = at.tasksync("held", "--json").json["held"]
    for row in rows:
        assert (row["kind"], row["side"]) == ("create", "field"), row
        assert row["choices"][-1] == "absent", row
        choice = _what_is_there(at, row)
        done = at.tasksync("resolve", row["id"], *choice)
        assert done.code == 0, done.err
    return len(rows)


def _what_is_there(at: Five, row: Json) -> list[str]:
    found = [ref for ref, task in at.field.tasks.items() if number_of(task["title"]) == number_of(row["title"])]
    return ["exists", found[0]] if found else ["absent"]
