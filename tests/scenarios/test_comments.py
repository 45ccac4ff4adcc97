"""Comments: tasks of their own kind with links of their own, that go where their tasks go."""

from __future__ import annotations

import pytest

from connectors.contract import Verb
from connectors.task import Field, Kind
from sync.core.policy import ConflictPolicy, DeletePolicy
from sync.report import Result
from tests.scenarios.breaking import failing, lose_answer, meanwhile
from tests.scenarios.test_undo import last, undo

TRAITS = [{}, {"incremental": True}, {"without": [Verb.GET]}, {"parents": True, "cascades": True, "etags": True}]
IDS = ["snapshot", "incremental", "no get", "tree"]


def said(world, side):
    """The texts of the comments on a side, each with the title of its task."""
    vault = world.vaults[side]
    return sorted((str(vault.task(one["parent"])["title"]), str(one["comments"])) for one in vault.comments())


def agree(world, *expected):
    """Both sides have exactly these comments, and the next cycle is quiet and writes nothing."""
    before = world.writes()
    report = world.run()
    assert (report.result, world.writes()) == (Result.QUIET, before), report.as_json()
    for side in world.vaults:
        assert said(world, side) == sorted(expected), side


def met(group, traits=None, **more):
    """Milk, with a comment of each side's, in agreement."""
    world = group(a={}, b=traits or {}, **more)
    world.add("a", "Bread")
    world.vaults["a"].comment(world.add("a", "Milk"), "Two litres")
    world.vaults["b"].comment(world.add("b", "Milk"), "The blue one")
    world.run()
    return world


def comment(world, side, text):
    """The id of a comment on a side."""
    return next(str(one["id"]) for one in world.vaults[side].comments() if one["comments"] == text)


BOTH = (("Milk", "Two litres"), ("Milk", "The blue one"))


@pytest.mark.parametrize("traits", TRAITS, ids=IDS)
def test_a_comment_is_made_changed_and_deleted_once_on_the_other_side(group, traits):
    world = met(group, traits)
    agree(world, *BOTH)
    world.edit("b", comment(world, "b", "Two litres"), comments="Three litres\nor four")
    world.edit("a", comment(world, "a", "The blue one"), comments="The red one")
    world.settle()
    agree(world, ("Milk", "Three litres\nor four"), ("Milk", "The red one"))
    world.vaults["b"].remove(comment(world, "b", "Three litres\nor four"))
    world.vaults["a"].comment(world.ref("a", "Milk"), "Not sour")
    world.settle()
    agree(world, ("Milk", "The red one"), ("Milk", "Not sour"))
    assert {task.kind for task in world.state().tasks.values()} == {Kind.TASK, Kind.COMMENT}


def test_comments_that_both_sides_have_are_one_and_equal_ones_are_paired(group):
    """Each side's "ok" is the other's; one more on one side is one more."""
    world = group(a={}, b={})
    here, there = world.add("a", "Milk"), world.add("b", "Milk")
    for text in ("ok", "Two litres", "ok"):
        world.vaults["a"].comment(here, text)
    world.vaults["b"].comment(there, "ok")
    world.vaults["b"].comment(there, "two  litres ")
    world.settle()
    assert [len(said(world, side)) for side in "ab"] == [3, 3]
    assert sum(task.kind is Kind.COMMENT for task in world.state().tasks.values()) == 3
    assert world.run().result is Result.QUIET


@pytest.mark.parametrize("traits", TRAITS[1:3], ids=IDS[1:3])
def test_a_comment_whose_answer_was_lost_is_found_again(group, traits):
    """By its task and its text: not an equal one on another task, nor one that was there before."""
    world = met(group, traits)
    world.vaults["a"].comment(world.ref("a", "Bread"), "Fresh")
    world.run()
    world.vaults["a"].comment(world.ref("a", "Milk"), "Fresh")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        assert world.run().result is Result.OWED
    before = world.vaults["b"].requests["create"]
    world.settle()
    assert world.vaults["b"].requests["create"] == before
    agree(world, *BOTH, ("Bread", "Fresh"), ("Milk", "Fresh"))


def test_a_comment_that_never_arrived_is_sent_again(group):
    world = met(group)
    world.vaults["a"].comment(world.ref("a", "Milk"), "Fresh")
    with failing(world.vaults["b"], "create", lose_answer()):
        world.run()
    world.settle()
    agree(world, *BOTH, ("Milk", "Fresh"))


@pytest.mark.parametrize("verb", ["update", "delete"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_change_of_a_comment_whose_answer_was_lost_is_resolved(group, verb, when):
    world = met(group)
    ref = comment(world, "a", "Two litres")
    if verb == "update":
        world.edit("a", ref, comments="Three litres")
    else:
        world.vaults["a"].remove(ref)
        world.run()
    with failing(world.vaults["b"], verb, lose_answer(), when=when):
        assert world.run().result is Result.OWED
    world.settle()
    agree(world, BOTH[1], *([("Milk", "Three litres")] if verb == "update" else []))


def test_two_edits_of_one_comment_are_a_conflict_and_the_loser_is_kept(group):
    world = met(group, policy={"conflict": ConflictPolicy.PRIORITY})
    world.edit("a", comment(world, "a", "Two litres"), comments="Three litres")
    world.edit("b", comment(world, "b", "Two litres"), comments="Four litres")
    assert world.run().conflicts == 1
    assert world.lost("comments") == ["Four litres"]
    agree(world, BOTH[1], ("Milk", "Three litres"))


def test_an_edit_of_a_comment_wins_over_its_delete(group):
    world = met(group)
    world.edit("a", comment(world, "a", "Two litres"), comments="Three litres")
    world.vaults["b"].remove(comment(world, "b", "Two litres"))
    world.settle()
    agree(world, BOTH[1], ("Milk", "Three litres"))


@pytest.mark.parametrize("traits", TRAITS[1:], ids=IDS[1:])
def test_comments_go_with_their_task_without_requests_of_their_own(group, traits):
    world = met(group, traits)
    before = world.vaults["b"].requests["delete"]
    world.vaults["a"].remove(world.ref("a", "Milk"))
    asked = world.vaults["a"].requests["get"]
    reports = world.settle()
    agree(world)
    assert world.vaults["b"].requests["delete"] == before + 1
    assert world.vaults["a"].requests["get"] - asked <= 2  # the task, in two cycles
    assert max(report.waiting for report in reports) <= 1
    assert not world.held()


@pytest.mark.parametrize("traits", TRAITS[:2], ids=IDS[:2])
@pytest.mark.parametrize("side", ["a", "b"])
def test_comments_come_back_with_their_task(group, traits, side):
    world = met(group, traits)
    ref = world.ref(side, "Milk")
    world.vaults[side].remove(ref)
    world.settle()
    agree(world)
    world.vaults[side].restore(ref)
    world.settle()
    agree(world, *BOTH)


def test_a_comment_that_did_not_come_back_with_its_task_is_made_again(group):
    world = met(group)
    ref, lost = world.ref("a", "Milk"), comment(world, "a", "Two litres")
    world.vaults["a"].remove(ref)
    world.settle()
    world.vaults["a"].restore(ref)
    world.vaults["a"].remove(lost)
    world.settle()
    agree(world, *BOTH)


@pytest.mark.parametrize("how", ["new", "edited"])
def test_a_comment_keeps_the_task_alive_that_is_deleted_elsewhere(group, how):
    world = met(group)
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.run()
    if how == "new":
        world.vaults["b"].comment(world.ref("b", "Milk"), "Wait!")
    else:
        world.edit("b", comment(world, "b", "Two litres"), comments="Wait!")
    world.settle()
    agree(world, ("Milk", "The blue one"), ("Milk", "Wait!"), *([("Milk", "Two litres")] if how == "new" else []))
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk"]


def test_a_comment_that_the_deleting_side_was_never_told_keeps_the_task_alive(group):
    """Trace 21, for a comment."""
    world = met(group)
    world.absent.add("a")
    world.vaults["b"].comment(world.ref("b", "Milk"), "Wait!")
    world.run()
    world.absent.clear()
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    agree(world, *BOTH, ("Milk", "Wait!"))


def test_an_undo_brings_a_task_back_with_its_comments(group):
    """Made again under other ids, on both sides."""
    world = met(group)
    world.vaults["b"].remove(world.ref("b", "Milk"))
    world.settle()
    agree(world)
    undo(world, last(world))
    world.settle()
    agree(world, *BOTH)


def test_what_was_done_to_comments_is_undone(group):
    world = met(group)
    world.edit("a", comment(world, "a", "Two litres"), comments="Three litres")
    world.vaults["a"].comment(world.ref("a", "Bread"), "Fresh")
    world.run()
    undo(world, last(world))
    assert said(world, "b") == sorted(BOTH)
    assert ("Bread", "Fresh") in said(world, "a")  # a person made it there


@pytest.mark.parametrize("policy", [DeletePolicy.KEEP, DeletePolicy.CLOSE])
def test_where_deletes_are_not_passed_on_comments_stay(group, policy):
    world = met(group, policy={"deletes": policy})
    world.vaults["a"].remove(comment(world, "a", "Two litres"))
    world.settle()
    assert said(world, "a") == [BOTH[1]]
    assert said(world, "b") == sorted(BOTH)
    assert world.run().result is Result.QUIET


def test_a_side_without_comments_is_told_none(group):
    world = group(a={}, b={"not_held": ["comments"]}, c={})
    world.vaults["a"].comment(world.add("a", "Milk"), "Two litres")
    world.vaults["b"].comment(world.add("b", "Bread"), "unseen")
    reports = world.settle()
    assert (reports[-1].undeliverable, reports[-1].owed) == (0, 0)
    assert said(world, "a") == said(world, "c") == [("Milk", "Two litres")]
    assert said(world, "b") == [("Bread", "unseen")]


def test_a_side_that_takes_no_comments_lists_them(group):
    world = group(a={}, b={"read_only": ["comments"]})
    world.vaults["a"].comment(world.add("a", "Milk"), "Two litres")
    reports = world.settle()
    assert (reports[-1].undeliverable, reports[-1].code) == (1, 0)
    world.vaults["b"].comment(world.ref("b", "Milk"), "The blue one")
    world.settle()
    assert said(world, "a") == sorted(BOTH)


def test_comments_that_are_not_synced_any_more_are_deleted_nowhere(group):
    world = met(group)
    world.unsync("a", Field.COMMENTS)
    for _ in range(4):
        report = world.run()
    assert report.result is Result.QUIET
    assert said(world, "a") == said(world, "b") == sorted(BOTH)


def test_a_task_without_a_parent_there_has_its_comments_on_itself(group):
    """A side without a tree tells each comment's task all the same."""
    world = group(a={"parents": True}, b={})
    top = world.add("a", "Trip")
    world.vaults["a"].comment(world.add("a", "Pack", parent=top), "Socks")
    world.vaults["a"].comment(top, "In May")
    world.settle()
    agree(world, ("Pack", "Socks"), ("Trip", "In May"))


def test_a_comment_waits_for_its_task(group):
    """It is never made on another one, nor before it."""
    world = group(a={}, b={})
    world.settle(1)
    world.vaults["a"].comment(world.add("a", "Milk"), "Two litres")
    with failing(world.vaults["b"], "create", lose_answer(), times=1):
        world.run()
    assert world.vaults["b"].requests["create"] == 1
    world.settle()
    agree(world, BOTH[0])


def test_a_comment_on_a_task_that_is_being_edited_there_loses_nothing(group):
    world = met(group)
    world.edit("a", comment(world, "a", "Two litres"), comments="Three litres")
    vault, ref = world.vaults["b"], comment(world, "b", "Two litres")
    with meanwhile(vault, "update", lambda: vault.edit(ref, {"comments": "Four litres"})):
        world.run()
    world.settle()
    assert len(said(world, "a")) == len(said(world, "b")) == 2


def test_a_comment_is_known_by_its_first_line(group):
    world = met(group)
    world.vaults["a"].comment(world.ref("a", "Milk"), "First line\nsecond")
    (action,) = world.plan().actions
    assert (action.do.value, action.title, action.side) == ("create", "First line", "b")
    assert action.fields == {Field.COMMENTS: "First line\nsecond", Field.PARENT: world.ref("b", "Milk")}
