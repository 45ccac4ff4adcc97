"""CalDAV end to end: processes, servers that nobody here wrote, a proxy that fails, and people on both sides."""

from __future__ import annotations

import json
import random

import pytest

from tests.system import faults
from tests.system.dav import MAKE, XML, Dav
from tests.system.kills import Figures, campaign
from tests.system.pair import Couple, Pair, pair
from tests.system.seams import SEAMS, Kill
from tests.system.stranger import Call

PAIRS = pytest.mark.parametrize(
    ("left", "right"), [("radicale", "radicale"), ("radicale", "xandikos")], ids=["radicale", "radicale and xandikos"]
)
SIDES = pytest.mark.parametrize("side", ["left", "right"], ids=["radicale", "xandikos"])
ON_XANDIKOS = pytest.mark.parametrize(
    "side", [pytest.param("left", marks=pytest.mark.torture), "right"], ids=["radicale", "xandikos"]
)
"""What hardly meets the server is tried on one: on the one that fewer other tests are about."""
FEW, HALVED = 3, 22


def server(at: Pair, side: str) -> Dav:
    """The server of a side."""
    found = at.servers[side]
    assert isinstance(found, Dav)
    return found


def two(at: Pair, side: str) -> tuple[Dav, Dav]:
    """The server of a side, and the other."""
    return server(at, side), server(at, "right" if side == "left" else "left")


def titles(at: Pair) -> list[list[str]]:
    """The titles on each side."""
    return [server(at, side).titles for side in at.servers]


@PAIRS
def test_tasks_of_two_collections_move_both_ways_and_it_goes_quiet(tmp_path, left, right):
    with pair(tmp_path, left, right) as at:
        couple = Couple.at(at)
        couple.fill(12)
        at.settle()
        assert couple.problems() == []
        couple.edit(8)
        at.settle()
        assert couple.problems() == []
        kept = [text for side in at.servers for text in server(at, side).texts().values() if "X-KEPT" in text]
        assert len(kept) == len(couple.tasks), "what is not synced stays with the task that has it"
        assert all("\nX-KEPT;X-P=1:yes\n" in text for text in kept)


@SIDES
def test_an_edit_made_between_our_read_and_our_write_is_not_overwritten(tmp_path, side):
    """Somebody's program writes the moment before ours does: to the task that we change, and to the one we delete."""
    with pair(tmp_path, "radicale", "xandikos") as at:
        here, there = two(at, side)
        for title in ("Milk", "Bread", "Eggs", "Jam"):
            there.add(f"SUMMARY:{title}")
        at.settle()
        edits = {here.named("Milk"): "PRIORITY:1", here.named("Bread"): "PRIORITY:2"}
        there.edit(there.named("Milk"), "SUMMARY:Milk", "SUMMARY:Oat milk")
        there.remove(there.named("Bread"))

        def meanwhile(call: Call) -> None:
            name = call.path.removeprefix(here.place)
            if call.writes and name in edits:
                here.edit(name, "END:VTODO", f"{edits.pop(name)}\nEND:VTODO")

        here.meanwhile = meanwhile
        at.run()
        assert not edits, "each was written to at that moment"
        texts = here.texts().values()
        assert any("\nSUMMARY:Milk\n" in text and "\nPRIORITY:1\n" in text for text in texts), "nothing overwrote it"
        assert any("\nSUMMARY:Bread\n" in text and "\nPRIORITY:2\n" in text for text in texts), "nothing deleted it"
        at.settle()
        assert titles(at) == [["Bread", "Eggs", "Jam", "Oat milk"]] * 2
        for one in (here, there):
            texts = one.texts()
            assert "\nPRIORITY:1\n" in texts[one.named("Oat milk")]
            assert "\nPRIORITY:2\n" in texts[one.named("Bread")]


def test_two_people_who_work_on_the_same_tasks_at_once_lose_nothing(tmp_path):
    """Two fields of one task; one field, of which the loser can be brought back; a delete against an edit."""
    with pair(tmp_path, "radicale", "xandikos") as at:
        left, right = two(at, "left")
        for title in ("Milk", "Bread", "Eggs", "Jam"):
            left.add(f"SUMMARY:{title}")
        at.settle()
        left.edit(left.named("Milk"), "SUMMARY:Milk", "SUMMARY:Oat milk")
        right.edit(right.named("Milk"), "END:VTODO", "PRIORITY:1\nEND:VTODO")
        left.edit(left.named("Bread"), "SUMMARY:Bread", "SUMMARY:Rye bread")
        right.edit(right.named("Bread"), "SUMMARY:Bread", "SUMMARY:White bread")
        left.remove(left.named("Eggs"))
        right.edit(right.named("Eggs"), "SUMMARY:Eggs", "SUMMARY:Six eggs")
        right.remove(right.named("Jam"))
        assert at.settle()[0]["conflicts"] == 1
        assert titles(at) == [["Oat milk", "Rye bread", "Six eggs"]] * 2
        assert all("\nPRIORITY:1\n" in one.texts()[one.named("Oat milk")] for one in (left, right))
        (lost,) = at.look("select * from history where lost")
        assert (lost["side"], json.loads(lost["doc"])["old"]) == ("right", "White bread")


@ON_XANDIKOS
def test_a_rename_that_is_taken_back_on_the_other_side_is_taken_back_on_both(tmp_path, side):
    with pair(tmp_path, "radicale", "xandikos") as at:
        here, there = two(at, side)
        here.add("SUMMARY:Milk")
        at.settle()
        here.edit(here.named("Milk"), "SUMMARY:Milk", "SUMMARY:Oat milk")
        at.settle()
        assert titles(at) == [["Oat milk"]] * 2
        there.edit(there.named("Oat milk"), "SUMMARY:Oat milk", "SUMMARY:Milk")
        at.settle()
        assert titles(at) == [["Milk"]] * 2


@SIDES
@pytest.mark.parametrize(("tasks", "gone"), [(FEW, FEW), (HALVED, HALVED // 2)], ids=["emptied", "halved"])
def test_an_emptied_and_a_halved_collection_delete_nothing_unasked(tmp_path, side, tasks, gone):
    with pair(tmp_path, "radicale", "xandikos") as at:
        here, there = two(at, side)
        for number in range(tasks):
            here.add(f"SUMMARY:Task {number:02}")
        at.settle()
        for name in sorted(here.texts())[:gone]:
            here.remove(name)
        for _ in range(2):
            report = at.run()
            assert (report["exit"], report["deleted"]) == (3, 0)
            assert len(there.texts()) == tasks
        held = at.tasksync("held", "--json").json["held"]
        assert {row["kind"] for row in held} <= {"guard", "delete"}
        assert held


@ON_XANDIKOS
def test_a_collection_that_was_made_anew_with_half_of_its_tasks_deletes_nothing_unasked(tmp_path, side):
    """The server says nothing of deletions: what it knew is gone."""
    with pair(tmp_path, "radicale", "xandikos") as at:
        here, there = two(at, side)
        for number in range(HALVED):
            here.add(f"SUMMARY:Task {number:02}")
        at.settle()
        half = sorted(here.texts().items())[: HALVED // 2]
        here.ask("DELETE", here.place)
        assert at.run()["exit"] == 4, "a collection that is gone is a side that is down"
        here.ask("MKCALENDAR", here.place, MAKE, XML)
        for name, text in half:
            here.write(name, text)
        for _ in range(4):
            assert at.run()["deleted"] == 0
        assert len(there.texts()) == HALVED


@ON_XANDIKOS
def test_answers_that_are_lost_refused_or_cut_double_and_lose_nothing(tmp_path, side):
    with pair(tmp_path, "radicale", "xandikos") as at:
        couple, draw = Couple.at(at, 1), random.Random(1)
        here = server(at, side)
        for act in (couple.fill, couple.edit):
            act(12)
            here.fault, here.cut = faults.mixed(draw.randrange(100), 0.3), lambda _: draw.random() < 0.1
            for _ in range(2):
                assert at.run()["exit"] in {0, 4}
            here.fault, here.cut = None, lambda _: False
            at.settle()
            assert couple.problems() == []


@pytest.mark.parametrize(
    ("side", "seam"), [("left", "when a request was applied"), ("right", "before a receipt is committed")]
)
def test_a_first_sync_that_is_killed_doubles_and_loses_nothing(tmp_path, side, seam):
    with pair(tmp_path, "radicale", "xandikos") as at:
        couple = Couple.at(at, 2)
        at.run()
        couple.fill(8)
        assert SEAMS[seam](Kill(at, random.Random(2), server(at, side), 2))
        couple.edit(2, copies=True)  # before anybody starts it again, and knows that they were made
        at.settle()
        assert couple.problems() == []


def test_a_lost_store_is_found_again_from_both_collections(tmp_path):
    with pair(tmp_path, "radicale", "xandikos") as at:
        couple = Couple.at(at, 3)
        couple.fill(10)
        at.settle()
        for file in tmp_path.glob("tasksync*"):
            if file != at.config:
                file.unlink()
        before = at.writes
        assert at.run()["adopted"] == 10
        assert at.writes == before
        at.settle()
        assert couple.problems() == []


@pytest.mark.torture
@pytest.mark.parametrize("caldav", ["radicale", "xandikos", "both"])
def test_a_hundred_kills_at_every_seam_double_and_lose_nothing(caldav):
    figures = Figures()
    campaign(100, 0, figures, caldav=caldav)
    print("\n".join(figures.lines()))
    assert figures.clean, figures.problems
    assert set(figures.kills) == set(SEAMS), figures.kills
