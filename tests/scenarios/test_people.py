"""Who is who: an id here, a name there, an e-mail elsewhere."""

from __future__ import annotations

from sync.core.policy import PersonRule
from sync.report import Result

ANNA_A = {"id": "1", "name": "Anna Berg", "email": ""}
ANNA_B = {"id": "77", "name": "A. Berg", "email": "anna@example.com"}
BEN_A = {"id": "2", "name": "Ben", "email": "ben@example.com"}
BEN_B = {"id": "88", "name": "Benjamin", "email": "BEN@example.com"}
STRANGER = {"id": "9", "name": "Somebody", "email": ""}
ANNA = PersonRule(key="anna", name="Anna Berg", email="anna@example.com", ids={"a": "1"})


def ids(task):
    """The ids of the people on an entry, in their order."""
    return [person["id"] for person in task["assignees"]]


def group_of_people(group, **traits):
    """Two sides that have named Anna and Ben before."""
    world = group(a={}, b={}, policy={"people": (ANNA,)}, **traits)
    world.add("a", "known on a", assignees=[ANNA_A, BEN_A])
    world.add("b", "known on b", assignees=[ANNA_B, BEN_B])
    world.settle()
    return world


def test_the_people_table_says_who_is_who(group):
    """Anna has an id on one side and an e-mail on the other: the table ties them."""
    world = group_of_people(group)
    world.add("a", "Milk", assignees=[ANNA_A])
    world.settle()
    assert ids(world.on("b", "Milk")) == ["77"]
    assert world.task("Milk").values["assignees"] == ("anna",)


def test_an_equal_email_ties_two_people(group):
    """Without a rule, the same e-mail address (whatever its case) is the same person."""
    world = group_of_people(group)
    world.add("a", "Milk", assignees=[BEN_A])
    world.settle()
    assert ids(world.on("b", "Milk")) == ["88"]
    world.edit("b", world.ref("b", "Milk"), assignees=[])
    world.settle()
    assert ids(world.on("a", "Milk")) == []


def test_somebody_unknown_is_kept_and_never_sent_elsewhere(group):
    """An unknown person stays on the task, is not sent, and survives edits of the others."""
    world = group_of_people(group)
    world.add("a", "Milk", assignees=[STRANGER, BEN_A])
    world.settle()
    assert ids(world.on("b", "Milk")) == ["88"]
    assert world.task("Milk").values["assignees"] == ("a:9", "ben@example.com")
    world.edit("b", world.ref("b", "Milk"), assignees=[ANNA_B])
    world.settle()
    assert set(ids(world.on("a", "Milk"))) == {"1", "9"}
    assert world.run().result is Result.QUIET


def test_a_side_of_one_person_sees_the_first_and_keeps_the_others(group):
    """A side that holds one assignee: the first; changing it there keeps the second elsewhere."""
    world = group(a={}, b={"one_assignee": True}, policy={"people": (ANNA,)})
    world.add("b", "known on b", assignees=[ANNA_B])
    world.add("b", "also known on b", assignees=[BEN_B])
    world.add("a", "known on a", assignees=[ANNA_A])
    world.add("a", "Milk", assignees=[ANNA_A, BEN_A])
    world.settle()
    assert ids(world.on("b", "Milk")) == ["77"]
    assert ids(world.on("a", "Milk")) == ["1", "2"]
    world.edit("b", world.ref("b", "Milk"), assignees=[BEN_B])
    world.settle()
    assert ids(world.on("a", "Milk"))[0] == "2"
    assert world.run().result is Result.QUIET
