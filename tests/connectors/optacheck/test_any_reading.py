"""Whatever a server reads into the document, in any combination: two sides agree, each task once, and it goes quiet."""

from __future__ import annotations

import random

import pytest

from connectors.optacheck.sandbox import Reading
from tests.connectors.optacheck.kit import CREW, Group, running

LEFT_OUT = {"access", "people"}  # an account that may not write; people whom nobody knows: tried elsewhere


def drawn(seed):
    """A reading, each switch by lot."""
    lot = random.Random(seed)
    choices = {name: values for name, values in Reading.choices().items() if name not in LEFT_OUT}
    return ",".join(f"{name}={lot.choice(values)}" for name, values in choices.items())


def history(tmp_path, seed):
    """Tasks made on both sides, edited on both, completed, emptied, deleted; then quiet."""
    lot = random.Random(seed)
    with running(drawn(seed)) as bench:
        group = Group(tmp_path, bench)
        group.put("here", "Milk", "Eggs  and bread", "🦊 fox", description=lot.choice(["", "  two ", "two\nlines"]))
        theirs = bench.sandbox.add("Theirs", {"user": bench.sandbox.people[CREW]})
        group.configure(field=f'adopt = ["{theirs}"]\nforms = ["f"]\nproject = "p"')
        group.settle()
        assert len(group.titles("here")) == len(bench.sandbox.tasks()) == 4
        milk = group.there("Milk")["id"]
        bench.sandbox.edit(milk, {"title": "Oat milk", "status": "active"})
        group.change("here", "Milk", description="ours")
        group.change("here", "Theirs", title="Ours now")
        group.drop("here", "🦊 fox")
        group.settle()
        assert group.there("Oat milk")["description"] == "ours"
        assert group.here("Oat milk")["status"] == "in_progress"
        assert bench.task(theirs)["title"] == "Ours now"
        assert bench.task(theirs)["user"] == bench.sandbox.people[CREW]
        bench.sandbox.remove(group.there("Ours now")["id"])
        group.change("here", "Oat milk", status="completed", description="")
        group.settle()
        assert (bench.task(milk)["status"], bench.task(milk)["description"] or "") == ("completed", "")
        assert (bench.task(milk)["forms"], bench.task(milk)["project"]) == (["f"], "p")
        assert len(group.titles("here")) == len(bench.sandbox.tasks()) == 2
        group.stay_quiet()


@pytest.mark.parametrize("seed", range(4))
def test_under_readings_drawn_by_lot(tmp_path, seed):
    history(tmp_path, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 300))
def test_under_many_readings_drawn_by_lot(tmp_path, seed):
    history(tmp_path, seed)
