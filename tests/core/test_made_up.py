"""What a side fills in, how it names people, and what earlier answers told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connectors.contract import FieldCapability, Holding, Stored
from connectors.task import Field, Person, Status
from sync.core.decisions import Decisions
from sync.core.diff import diff_link
from sync.core.facts import Observation, Read
from sync.core.merge import Merge
from sync.core.model import Do, Held, HeldKind, Intent, Pair
from sync.core.recover import Recovery
from sync.core.settle import created, filled_in, found_again
from tests.core.build import NOW, RICH, add_task, entry, group, lenses_of, side, state_of

DAY, LATER = date(2026, 12, 24), date(2027, 1, 31)


def made(*, made_up: bool, values: dict | None = None):
    """A task that has no due date, made on b, whose answer shows one; and what the next read of b finds."""
    due = FieldCapability(holding=Holding.AT_CREATE, made_up=made_up)
    policy = group("a", side("b", fields={**RICH.fields, Field.DUE: due}))
    state = state_of(policy)
    task = add_task(state, 1, {Field.TITLE: "Milk", **(values or {})}, "a")
    lenses = lenses_of(policy, state)
    intent = Intent(task=1, side="b", do=Do.CREATE, ref=None, patch={Field.TITLE: "Milk"}, versions={}, cycle=1)
    answer = entry("b1", title="Milk", status=Status.NEEDS_ACTION, due=DAY)
    link = created(lenses, intent, intent.patch, Stored(entry=answer))
    return link, lambda read: diff_link(link, task, read, lenses["b"], at=None, thawed=False)


@pytest.mark.parametrize("values", [{}, {Field.DUE: None}], ids=["no side has told one", "there is none"])
def test_a_value_that_a_side_makes_up_is_nobodys_opinion(values):
    """Rule 15: it is agreed as it is stored; what a person makes of it later is an edit."""
    link, read = made(made_up=True, values=values)
    assert link.pairs[Field.DUE] == Pair(None, DAY)
    quiet = read(entry("b1", title="Milk", due=DAY))
    assert (quiet.deltas, quiet.first) == ([], {})
    (edit,) = read(entry("b1", title="Milk", due=date(2027, 1, 31))).deltas
    assert (edit.field, edit.old) == (Field.DUE, DAY)


@pytest.mark.parametrize("since", [None, date(2027, 5, 1)], ids=["no side has told one", "one was told meanwhile"])
@pytest.mark.parametrize("by_a_person", [False, True], ids=["found by the list", "a person said so"])
@pytest.mark.parametrize(
    ("shown", "edits"), [(DAY, []), (LATER, [(Field.DUE, DAY, LATER)])], ids=["as it was made", "edited"]
)
def test_what_was_made_up_for_a_create_without_an_answer_is_edited_by_people_only(shown, edits, by_a_person, since):
    """Rule 15: the request carried it, so what a person made of it before it was found again is an edit."""
    due = FieldCapability(holding=Holding.TWO_WAY, made_up=True)
    policy = group("a", side("b", fields={**RICH.fields, Field.DUE: due}))
    state = state_of(policy)
    task = add_task(state, 1, {Field.TITLE: "Milk", Field.DUE: since}, "a")
    patch = {Field.TITLE: "Milk", Field.DUE: DAY}
    intent = Intent(task=1, side="b", do=Do.CREATE, ref=None, patch=patch, versions={Field.TITLE: 1, Field.DUE: 0})
    state.intents.append(intent)
    seen, lenses = entry("b1", title="Milk", due=shown), lenses_of(policy, state)
    observation = Observation(side="b", read=Read.COMPLETE, entries={"b1": seen}, listed=frozenset({"b1"}))
    merge = Merge(lenses, 2, NOW)
    if by_a_person:
        asked = Held(kind=HeldKind.CREATE, key="create:1:b", why="", choices=(), task=1, side="b")
        asked.decision = "exists b1"
        state.held.append(asked)
        Decisions(merge, NOW, {"b": observation}).carry_out()
    else:
        assert Recovery(merge, NOW).resolve(intent, observation)
    found = diff_link(state.links[1, "b"], task, seen, lenses["b"], at=None, thawed=False)
    assert [(one.field, one.old, one.new) for one in found.deltas] == edits
    link = state.links[1, "b"]
    assert (Field.DUE in link.acked) is (since is not None), "what a side has told since is owed"
    assert link.pairs[Field.DUE] == Pair(None if since is None or by_a_person else DAY, DAY)


@pytest.mark.parametrize(
    ("made_up", "version", "filled"), [(True, 0, True), (True, 1, False), (True, None, False), (False, 0, False)]
)
def test_what_a_create_carried_for_its_side_alone_is_what_nobody_had_told(made_up, version, filled):
    due = FieldCapability(holding=Holding.TWO_WAY, made_up=made_up)
    policy = group("a", side("b", fields={**RICH.fields, Field.DUE: due}))
    versions = {} if version is None else {Field.DUE: version}
    patch = {Field.TITLE: "Milk", Field.DUE: DAY}
    intent = Intent(task=1, side="b", do=Do.CREATE, ref=None, patch=patch, versions=versions)
    assert filled_in(lenses_of(policy)["b"], intent) == ({Field.DUE: DAY} if filled else {})


@pytest.mark.parametrize(
    ("wanted", "pair"), [(None, Pair(None, DAY)), (LATER, Pair(None, None))], ids=["none was told", "one is owed"]
)
def test_what_a_found_entry_shows_of_what_its_create_did_not_carry(wanted, pair):
    """What a side makes up is nobody's opinion as long as nobody has told one."""
    due = FieldCapability(holding=Holding.TWO_WAY, made_up=True)
    policy = group("a", side("b", fields={**RICH.fields, Field.DUE: due}))
    state = state_of(policy)
    owed = {Field.TITLE: "Milk"} if wanted is None else {Field.TITLE: "Milk", Field.DUE: wanted}
    add_task(state, 1, {Field.DUE: None, **owed}, "a")
    intent = Intent(task=1, side="b", do=Do.CREATE, ref=None, patch={Field.TITLE: "Milk"}, versions={})
    link = found_again(lenses_of(policy, state), intent, owed, entry("b1", title="Milk", due=DAY))
    assert link.pairs[Field.DUE] == pair


def test_what_a_side_shows_without_making_it_up_is_its_first_opinion():
    link, read = made(made_up=False)
    assert Field.DUE not in link.pairs
    assert read(entry("b1", title="Milk", due=DAY)).first == {Field.DUE: DAY}


def test_what_an_answer_lacks_of_a_person_stays_known():
    policy = group("a")
    state = state_of(policy)
    lens = lenses_of(policy, state)["a"]
    lens.take(entry("1", assignees=(Person(id="7", email="anna@example.com"),)))
    lens.take(entry("1", assignees=(Person(id="7", name="Anna"),)))
    assert state.sides["a"].people == {"7": Person(id="7", name="Anna", email="anna@example.com")}
    lens.take(entry("1", assignees=(Person(id="7", email="anna@new.example.com"),)))
    assert state.sides["a"].people["7"].email == "anna@new.example.com"


@pytest.mark.parametrize(
    ("sent", "found"),
    [(("anna@example.com",), True), (("8",), False), (("8", "anna@example.com"), True)],
    ids=["sent by e-mail and told by id", "somebody else", "one of two sent by e-mail"],
)
def test_a_create_in_doubt_is_found_by_what_names_people_in_another_way(sent, found):
    policy = group("a", side("b"))
    state = state_of(policy)
    add_task(state, 1, {Field.TITLE: "Milk"}, "a")
    state.sides["b"].people["8"] = Person(id="8")
    intent = Intent(
        task=1,
        side="b",
        do=Do.CREATE,
        ref=None,
        patch={Field.TITLE: "Milk", Field.ASSIGNEES: sent},
        versions={},
        cycle=1,
    )
    state.intents.append(intent)
    recovery = Recovery(Merge(lenses_of(policy, state), 2, NOW), NOW)
    seen = entry("b1", title="Milk", assignees=(Person(id="7"),))
    observation = replace(Observation(side="b"), read=Read.COMPLETE, entries={"b1": seen}, listed=frozenset({"b1"}))
    assert recovery.resolve(intent, observation) is found
    assert [held.choices for held in state.held] == ([] if found else [("exists b1", "absent")])
