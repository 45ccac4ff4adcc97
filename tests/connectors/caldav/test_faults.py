"""Each fault of a server strikes each kind of request, in the middle of work: nothing is doubled, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from connectors.serving import Fault, Kind
from tests.connectors.caldav.work import Work

SOON = '[groups.work.evidence]\nmisses = 2\nmiss_gap = "0s"'
MOST = 12
FAULTS = {
    "too many requests": Fault(Kind.STATUS, status=429, headers={"Retry-After": "7"}),
    "busy": Fault(Kind.STATUS, status=503, headers={"Retry-After": "7"}),
    "failed": Fault(Kind.STATUS, status=500),
    "failed after it was done": Fault(Kind.STATUS, status=502, applied=True),
    "reset": Fault(Kind.RESET_BEFORE),
    "reset after it was done": Fault(Kind.RESET_AFTER),
    "cut": Fault(Kind.TRUNCATED),
    "half": Fault(Kind.CUT_JSON),
    "a page": Fault(Kind.HTML),
    "a page after it was done": Fault(Kind.HTML, applied=True),
    "of another type": Fault(Kind.WRONG_TYPE),
    "precondition": Fault(Kind.STATUS, status=412),
}
"""Before a request is carried out, and after."""
OF_ANOTHER_SERVER = ("failed after it was done", "reset after it was done", "cut", "precondition")
"""What another server could make a difference in: the others never reach it."""


def strikes(method: str) -> Callable[[str, str], bool]:
    return lambda asked, _: asked == method


def _kind(fault: Fault) -> tuple[Kind, int, bool]:
    return fault.kind, fault.status, fault.applied


@pytest.mark.parametrize(
    ("reading", "names"), [("", tuple(FAULTS)), ("server=xandikos", OF_ANOTHER_SERVER)], ids=["radicale", "xandikos"]
)
def test_no_fault_of_a_server_doubles_or_loses_a_task(collection, tmp_path, reading, names):
    bench = collection(reading)
    work = Work(bench, tmp_path, SOON)
    work.vault.add({"title": "stays"})
    doomed = [work.vault.add({"title": f"doomed: {name}"}) for name in names[::2]]
    wanted = {"stays", *(f"new: {name}" for name in names)}
    work.settle()
    for name in names:
        for method in ("PUT", "DELETE", "REPORT"):
            bench.faults.add(replace(FAULTS[name], match=strikes(method)))
        work.vault.add({"title": f"new: {name}"})
        if doomed:
            work.vault.remove(doomed.pop())
        work.vault.edit(work.tasks()["stays"]["id"], {"description": name})
        work.run()
    all_kinds = {_kind(FAULTS[name]) for name in names}
    for number in range(MOST):  # until each has struck
        work.vault.edit(work.tasks()["stays"]["id"], {"description": f"round {number}"})
        work.run()
        if {_kind(fault) for fault in bench.faults.struck} == all_kinds:
            break
    assert {_kind(fault) for fault in bench.faults.struck} == all_kinds
    bench.heal()
    work.settle()
    texts = bench.sandbox.texts().values()
    titles = [text.partition("\nSUMMARY:")[2].partition("\n")[0] for text in texts]
    assert sorted(titles) == sorted(wanted)
    assert sorted(str(task["title"]) for task in work.vault.tasks()) == sorted(wanted)
    assert f"DESCRIPTION:round {number}\n" in work.text("stays")
