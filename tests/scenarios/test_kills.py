"""The process is killed at each request and at each commit: the next cycles recover without a person."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest
from sqlalchemy import Engine, event

from sync.core.policy import GuardPolicy

DONE = 77


def killed_in_a_child(work, at, where):
    """Run a cycle in a child process that kills itself at the given moment; whether it got so far."""
    child = os.fork()
    if child == 0:
        count = 0

        def reached(*_):
            nonlocal count
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)

        where(reached)
        work()
        os._exit(DONE)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def a_busy_world(group, tmp_path):
    """Two sides kept in files, with something of everything to do: a create on each, an update on each, a delete."""
    world = group(
        a={"file": str(tmp_path / "a.json"), "incremental": True},
        b={"file": str(tmp_path / "b.json"), "one_by_one": True},
        policy={"guards": GuardPolicy(emptied=False, shrunk=None)},
    )
    for title in ("edited on a", "edited on b", "deleted on a"):
        world.add("a", title)
    world.settle()
    world.add("a", "made on a", description="x")
    world.add("b", "made on b", description="y")
    world.edit("a", world.ref("a", "edited on a"), description="new", labels=["l"])
    world.edit("b", world.ref("b", "edited on b"), title="edited on both")
    world.edit("a", world.ref("a", "edited on b"), description="from a")
    world.vaults["a"].remove(world.ref("a", "deleted on a"))
    return world


def settled(world):
    """The group agrees on everything that people did, each task once."""
    last = world.settle(8)[-1]
    assert last.result.value == "quiet", last.as_json()
    wanted = ["edited on a", "edited on both", "made on a", "made on b"]
    for side in "ab":
        assert world.titles(side) == wanted, f"{side}: {Counter(world.titles(side))}"
        assert world.on(side, "edited on a")["description"] == "new"
        assert world.on(side, "edited on a")["labels"] == ["l"]
        assert world.on(side, "edited on both")["description"] == "from a"
        assert world.on(side, "made on a")["description"] == "x"
        assert world.on(side, "made on b")["description"] == "y"
    writes = world.writes()
    world.run()
    assert world.writes() == writes


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 13))
def test_a_kill_at_a_request_is_recovered_from(group, tmp_path, at, phase):
    """SIGKILL just before or just after the n-th request of a cycle: nothing is lost, nothing is doubled."""
    world = a_busy_world(group, tmp_path)

    def where(reached):
        for vault in world.vaults.values():
            vault.hook = lambda _verb, when: reached() if when == phase else None

    killed_in_a_child(world.run, at, where)
    settled(world)


@pytest.mark.parametrize("at", range(1, 17))
def test_a_kill_at_a_commit_is_recovered_from(group, tmp_path, at):
    """SIGKILL just before the n-th commit of a cycle: nothing is lost, nothing is doubled."""
    world = a_busy_world(group, tmp_path)
    killed_in_a_child(world.run, at, lambda reached: event.listen(Engine, "commit", reached))
    settled(world)


def test_the_moments_of_the_kills_are_within_a_cycle(group, tmp_path):
    """The first moments that are tried are reached, so that the tests above test something."""
    world = a_busy_world(group, tmp_path)

    def where(reached):
        for vault in world.vaults.values():
            vault.hook = lambda _verb, when: reached() if when == "after" else None

    assert killed_in_a_child(world.run, 6, where)
    assert killed_in_a_child(world.run, 4, lambda reached: event.listen(Engine, "commit", reached))
    settled(world)
