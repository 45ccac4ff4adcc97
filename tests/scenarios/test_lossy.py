"""Sides that cannot represent everything, and servers that change what they are sent: nothing degraded flows back."""

from __future__ import annotations

import pytest

from connectors.task import Field, Status
from sync.report import Result
from tests.scenarios.breaking import Cryptic, Stubborn, failing, lose_answer

LONG = "a title that is longer than a hundred characters " * 3
OPEN_OR_DONE = {"states": [Status.NEEDS_ACTION, Status.COMPLETED]}


def quiet(world):
    """The next cycle is quiet and writes nothing."""
    writes = world.writes()
    report = world.run()
    assert report.result is Result.QUIET, report.as_json()
    assert world.writes() == writes


def test_a_title_that_is_cut_there_stays_whole_everywhere_else(group):
    """A side cuts titles at 100; its note is edited: the title stays whole elsewhere, the note arrives."""
    world = group(a={}, cuts={"title_limit": 100, "without": ["changes"]})
    world.add("a", LONG.strip())
    world.settle()
    (short,) = world.vaults["cuts"].tasks()
    assert len(str(short["title"])) <= 100
    world.edit("cuts", str(short["id"]), description="done soon")
    world.run()
    assert world.on("a", LONG.strip())["description"] == "done soon"
    quiet(world)


def test_a_second_word_for_the_same_status_is_no_change(group):
    """A side says "active" while the task is in progress: no change."""
    world = group(a={}, b={"two_words": True})
    world.add("a", "Milk", status="in_progress")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), status="active")
    quiet(world)
    assert world.on("b", "Milk")["status"] == "active", "the word that a person chose stays"
    assert world.on("a", "Milk")["status"] == "in_progress"


def test_a_status_without_a_word_there_survives_an_edit_of_another_field(group):
    """A side knows open and done only; the task is in progress; its title is edited there.

    The status stays in progress.
    """
    world = group(a={}, b=OPEN_OR_DONE)
    world.add("a", "Milk", status="in_progress")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), title="Bread")
    world.run()
    assert world.on("a", "Bread")["status"] == "in_progress"
    quiet(world)


def test_a_reopened_task_gets_the_word_that_its_side_has_for_open(group):
    """A completed task is reopened on a side with two words: the canonical state of that side's word for open."""
    world = group(a={}, b=OPEN_OR_DONE)
    world.add("a", "Milk", status="completed")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), status="needs_action")
    world.run()
    assert world.on("a", "Milk")["status"] == "needs_action"
    assert world.on("a", "Milk")["completed"] is None
    quiet(world)


def test_an_unknown_word_is_no_opinion_and_reopens_nothing(group):
    """An unknown status word appears on a completed task.

    Nothing is reopened, and the link has the word for `status`.
    """
    world = group(a={}, b={})
    world.add("a", "Milk", status="completed")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), status="on hold")
    world.edit("a", world.ref("a", "Milk"), description="from the farm")
    world.run()
    assert world.on("a", "Milk")["status"] == "completed"
    assert world.on("b", "Milk")["status"] == "on hold", "what has no opinion is not overwritten"
    assert world.on("b", "Milk")["description"] == "from the farm"
    assert world.link("Milk", "b").unknown == {Field.STATUS: "on hold"}
    quiet(world)


def test_an_opinion_that_comes_back_is_compared_with_the_shadow_as_before(group):
    """After an unknown word, the old word is nothing and another known word is an edit."""
    world = group(a={}, b={})
    world.add("a", "Milk", status="completed")
    world.settle()
    b = world.ref("b", "Milk")
    for word in ("on hold", "completed"):
        world.edit("b", b, status=word)
        world.run()
        assert world.on("a", "Milk")["status"] == "completed"
    world.edit("b", b, status="on hold")
    world.run()
    world.edit("b", b, status="in_progress")
    world.run()
    assert world.on("a", "Milk")["status"] == "in_progress"
    quiet(world)


def test_a_server_that_trims_and_says_so_goes_quiet(group):
    """A server trims what it stores and says so: quiet, and nothing flows back."""
    world = group(a={}, b={"trims": True, "recases": True})
    world.add("a", "Milk", description="  two litres  ", labels=["Home"])
    world.run()
    assert world.on("b", "Milk")["description"] == "two litres"
    quiet(world)
    assert world.on("a", "Milk")["description"] == "  two litres  "
    assert world.on("a", "Milk")["labels"] == ["Home"]


@pytest.mark.parametrize("listed", [True, False], ids=["with a list", "without a list"])
def test_a_server_that_trims_and_does_not_say_goes_quiet(group, listed):
    """A server trims, and its answer does not carry the field: unconfirmed until it is read; quiet."""
    reads = {} if listed else {"without": ["changes"]}
    world = group(a={}, b={"trims": True, "silent": ["description"], **reads})
    world.add("a", "Milk", description="  two litres  ")
    world.run()
    quiet(world)
    world.edit("a", world.ref("a", "Milk"), description="  three litres  ")
    world.run()
    quiet(world)
    assert world.on("b", "Milk")["description"] == "three litres"
    assert world.on("a", "Milk")["description"] == "  three litres  "


def test_an_edit_before_the_read_that_completes_a_write_is_an_edit(group):
    """The answer to a write does not carry the field, and a person edits it before it is read: an edit, not a taste."""
    world = group(a={}, b={"silent": ["status", "title", "due", "labels", "description"]})
    world.add("a", "Milk", status="completed", due="2026-04-01", labels=["home"], description="two litres")
    world.run()
    told = {"status": "needs_action", "due": "2026-04-08", "labels": ["home", "shop"], "description": "three litres"}
    world.edit("b", world.ref("b", "Milk"), title="Bread", **told)
    world.run()
    quiet(world)
    assert world.on("a", "Bread") == world.on("a", "Bread") | told


def test_an_edit_of_what_a_create_left_empty_is_an_edit(group):
    """The answer to a create does not carry a field that was not sent, and a person fills it before it is read."""
    world = group(a={}, b={"silent": ["due", "description"]})
    world.add("a", "Milk")
    world.run()
    world.edit("b", world.ref("b", "Milk"), due="2026-04-08", description="two litres")
    world.run()
    quiet(world)
    assert (world.on("a", "Milk")["due"], world.on("a", "Milk")["description"]) == ("2026-04-08", "two litres")


@pytest.mark.parametrize("silent", [[], ["due"]], ids=["its answer tells", "its answer does not tell"])
def test_a_value_that_a_server_ignores_is_agreed_and_not_sent_again(group, silent):
    """A server ignores a value: agreed as the pair of sent and stored, and not sent again."""
    world = group(a={}, b={"silent": silent}, world={"servers": {"b": Stubborn}})
    world.add("a", "Milk", due="2026-04-01")
    world.settle()
    world.edit("a", world.ref("a", "Milk"), due=None)
    world.run()
    quiet(world)
    assert world.on("b", "Milk")["due"] == "2026-04-01"
    assert world.on("a", "Milk")["due"] is None
    pair = world.link("Milk", "b").pairs[Field.DUE]
    assert (pair.sent, str(pair.stored)) == (None, "2026-04-01")


def test_an_update_whose_answer_was_lost_and_was_stored_is_done(group):
    """The answer to an update is lost, and the value is found stored: done, and not sent again."""
    world = group(a={}, b={})
    world.add("a", "Milk")
    world.settle()
    world.edit("a", world.ref("a", "Milk"), title="Bread")
    with failing(world.vaults["b"], "update", lose_answer(), when="after"):
        assert world.run().result is Result.OWED
    writes = world.writes()
    world.run()
    assert world.titles("b") == ["Bread"]
    assert world.writes() == writes
    quiet(world)


def test_an_update_that_never_arrived_is_sent_again(group):
    """The connection breaks before the request arrives, and nobody can tell: the old value is found, ours is sent."""
    world = group(a={}, b={})
    world.add("a", "Milk")
    world.settle()
    world.edit("a", world.ref("a", "Milk"), title="Bread")
    with failing(world.vaults["b"], "update", lose_answer()):
        world.run()
    world.run()
    assert world.titles("a") == world.titles("b") == ["Bread"]
    quiet(world)


def test_a_lost_answer_of_a_server_that_stores_another_form_degrades_nothing(group):
    """The answer to an update is lost, and an unknown form was stored.

    Ours is sent once more, the found value is a loser.
    """
    world = group(a={}, b={}, world={"servers": {"b": Cryptic}})
    world.add("a", "Milk", description="old")
    world.settle()
    world.edit("a", world.ref("a", "Milk"), description="new")
    with failing(world.vaults["b"], "update", lose_answer(), when="after"):
        world.run()
    before = world.vaults["b"].requests["update"]
    world.run()
    assert world.vaults["b"].requests["update"] == before + 1
    assert world.on("a", "Milk")["description"] == "new"
    assert world.lost("description") == ["<p>new</p>"]
    quiet(world)


def test_a_field_that_a_side_does_not_have_survives_there(group):
    """What one side cannot hold stays with the others, whatever is edited there."""
    world = group(a={}, b={"not_held": ["due", "labels"]}, c={})
    world.add("a", "Milk", due="2026-04-01", labels=["x"])
    world.settle()
    world.edit("b", world.ref("b", "Milk"), title="Bread")
    world.run()
    assert world.on("a", "Bread")["due"] == world.on("c", "Bread")["due"] == "2026-04-01"
    quiet(world)
