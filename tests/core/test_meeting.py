"""What sides can and can not tell each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import FieldCapability, Holding, Verb
from connectors.projection import Words
from connectors.task import Field, Status
from sync.core.meeting import EXCHANGED, demands, never_meet, words
from sync.core.policy import AccessPolicy, SideSpec
from tests.core.build import side

ALL = frozenset(Status)


def with_field(spec: SideSpec, field: Field, **how: object) -> SideSpec:
    """The side with another capability of one field."""
    fields = {**spec.capabilities.fields, field: FieldCapability(**{"holding": Holding.TWO_WAY, **how})}
    return replace(spec, capabilities=replace(spec.capabilities, fields=fields))


def poor(name: str, *fields: Field) -> SideSpec:
    """A side that has a title and these fields."""
    spec = side(name)
    kept = {field: how for field, how in spec.capabilities.fields.items() if field in {Field.TITLE, *fields}}
    return replace(spec, capabilities=replace(spec.capabilities, fields=kept))


def of(spec: SideSpec, *held: Status) -> SideSpec:
    return with_field(spec, Field.STATUS, view=Words(frozenset(held)))


def test_a_field_that_one_side_has_alone_meets_nobody():
    lines = never_meet([poor("a", Field.PARENT, Field.POSITION), poor("b")])
    assert lines[0] == "parent, position: a alone, nothing to exchange with"
    assert lines[1].endswith(": no side")
    assert "title" not in " ".join(lines)
    assert set(lines[1].removesuffix(": no side").split(", ")) == {
        field.value for field in EXCHANGED if field not in {Field.TITLE, Field.PARENT, Field.POSITION}
    }


READ = {"holding": Holding.READ_ONLY}
MADE = {"holding": Holding.AT_CREATE}


@pytest.mark.parametrize(
    ("here", "there", "meets"),
    [
        pytest.param({}, {}, True, id="both ways"),
        pytest.param(READ, {}, True, id="one way"),
        pytest.param(READ, MADE, True, id="when it is made"),
        pytest.param(READ, READ, False, id="neither writes"),
        pytest.param({}, {"holding": Holding.NOT_HELD}, False, id="not held"),
    ],
)
def test_a_field_meets_where_one_side_tells_what_another_takes(here, there, meets):
    specs = [with_field(side("a"), Field.DUE, **here), with_field(side("b"), Field.DUE, **there)]
    assert any("due" in line for line in never_meet(specs)) is not meets


def test_what_may_only_be_read_or_is_never_read_reaches_nothing():
    a, b = side("a"), side("b")
    assert never_meet([a, b]) == never_meet([replace(a, access=AccessPolicy.READ), b])
    for access in (AccessPolicy.READ, AccessPolicy.WRITE):
        line, rest = never_meet([replace(one, access=access) for one in (a, b)])
        assert line.endswith(": nothing moves between a, b")
        assert rest == "comments: no side"


def test_a_side_that_can_change_nothing_is_reached_when_tasks_are_made():
    verbs = side("b").capabilities.verbs - {Verb.UPDATE}
    b = side("b")
    fixed = replace(b, capabilities=replace(b.capabilities, verbs=verbs))
    assert never_meet([replace(side("a"), access=AccessPolicy.TWO_WAY), fixed]) == never_meet([side("a"), b])


def test_a_demand_that_others_can_not_meet_is_named():
    a = with_field(side("a"), Field.DUE, required=True)
    (line,) = demands([a, side("b"), poor("c")])
    assert line == (
        "a makes no task without due: a task without due is undeliverable there, and so is each that is made on c"
    )
    (line,) = demands([a, side("b")])
    assert line == "a makes no task without due: a task without due is undeliverable there"
    assert demands([replace(a, access=AccessPolicy.READ), side("b")]) == []
    assert demands([side("a"), side("b")]) == []  # a title is what every side has


def test_a_state_without_a_word_is_written_as_another_or_undeliverable():
    full, open_only = of(side("a"), *ALL), of(side("b"), Status.NEEDS_ACTION)
    assert words(open_only, [full, open_only]) == [
        "in_progress (of a) is written as needs_action",
        "completed (of a) is undeliverable",
        "cancelled (of a) is undeliverable",
    ]
    assert words(full, [full, open_only]) == []


def test_a_state_that_nobody_shows_is_no_trouble():
    a, b = of(side("a"), Status.NEEDS_ACTION, Status.COMPLETED), of(side("b"), Status.NEEDS_ACTION, Status.COMPLETED)
    assert words(b, [a, b]) == []
    full = of(side("c"), *ALL)
    assert words(b, [a, b, replace(full, access=AccessPolicy.WRITE)]) == []
    assert len(words(b, [a, b, full])) == 2


def test_a_status_that_can_not_be_written_says_so():
    spec = with_field(side("a"), Field.STATUS, holding=Holding.READ_ONLY)
    assert words(spec, [spec, side("b")]) == ["what is set elsewhere is undeliverable; a closed task is not made there"]
    assert words(replace(spec, access=AccessPolicy.READ), [spec, side("b")]) == []
    assert words(poor("a"), [spec]) == []


def without(spec: SideSpec, *verbs: Verb) -> SideSpec:
    """The side without some verbs."""
    return replace(spec, capabilities=replace(spec.capabilities, verbs=spec.capabilities.verbs - set(verbs)))


@pytest.mark.parametrize(
    ("how", "verbs", "meets"),
    [
        ({}, (Verb.UPDATE, Verb.CREATE), False),
        ({}, (Verb.CREATE,), True),
        ({}, (Verb.UPDATE,), True),
        (MADE, (Verb.UPDATE,), True),
        (MADE, (Verb.CREATE,), False),
    ],
)
def test_a_field_is_taken_by_the_request_that_carries_it(how, verbs, meets):
    specs = [without(with_field(side(name), Field.DUE, **how), *verbs) for name in "ab"]
    assert any("due" in line for line in never_meet(specs)) is not meets


def test_a_side_does_not_meet_itself_and_who_has_no_field_tells_none():
    deaf = replace(with_field(side("b"), Field.DUE, **READ), access=AccessPolicy.WRITE)
    assert any("due: nothing moves between a, b" in line for line in never_meet([side("a"), deaf]))
    mute = [replace(side(name), access=AccessPolicy.WRITE) for name in "ab"]
    assert any("due" in line and "nothing moves" in line for line in never_meet([*mute, poor("c")]))


def test_only_a_side_that_makes_tasks_demands_and_only_sides_that_tell_can_lack():
    a = with_field(with_field(side("a"), Field.DUE, required=True), Field.TITLE, required=True)
    assert len(demands([a, side("b")])) == 1
    assert demands([without(a, Verb.CREATE), side("b")]) == []
    (line,) = demands([a, replace(poor("b"), access=AccessPolicy.WRITE)])
    assert line.endswith("is undeliverable there")


def test_a_side_without_a_status_shows_none():
    open_only = of(side("b"), Status.NEEDS_ACTION)
    assert words(open_only, [poor("a"), open_only]) == []
