"""Sides that make open tasks only, and can not be told a status afterwards; and values that they make up."""

from __future__ import annotations

from connectors.task import Field
from sync.report import Result

OPEN_ONLY = {"read_only": [Field.STATUS]}


def noted(world):
    """What can not be told, by title, side and field."""
    return {(note.title, note.side, note.field) for note in world.plan().undeliverable}


def test_a_closed_task_is_not_made_where_it_would_be_open_for_ever(group):
    """It is listed; reopened, it is made."""
    world = group(a={}, b=OPEN_ONLY)
    done = world.add("a", "Done", status="completed")
    world.add("a", "Dropped", status="cancelled")
    world.add("a", "Open")
    world.settle()
    assert world.titles("b") == ["Open"]
    assert noted(world) == {("Done", "b", Field.STATUS), ("Dropped", "b", Field.STATUS)}
    world.edit("a", done, status="needs_action")
    assert world.settle()[-1].result is Result.QUIET
    assert world.titles("b") == ["Done", "Open"]


def test_a_side_that_can_be_told_a_status_gets_closed_tasks(group):
    world = group(a={}, b={})
    world.add("a", "Done", status="completed")
    world.settle()
    assert world.on("b", "Done")["status"] == "completed"


def test_who_completes_what_could_not_be_shown_as_begun_continues_it(group):
    """A task is in progress; b can not be told, and somebody there completes it: that is no conflict."""
    world = group(a={}, b=OPEN_ONLY)
    world.add("a", "Milk", status="in_progress")
    world.settle()
    assert noted(world) == {("Milk", "b", Field.STATUS)}
    world.edit("b", world.ref("b", "Milk"), status="completed")
    assert world.run().conflicts == 0
    assert world.on("a", "Milk")["status"] == "completed"
    assert world.settle()[-1].result is Result.QUIET
    assert noted(world) == set()


def test_who_reopens_against_a_status_that_could_not_be_shown_is_a_conflict(group):
    """Only completing what was begun is what comes next: anything else has not been seen by the other side."""
    world = group(a={}, b=OPEN_ONLY)
    a = world.add("a", "Milk")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), status="completed")
    world.settle()
    world.edit("a", a, status="cancelled")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), status="needs_action")
    assert world.run().conflicts == 1
