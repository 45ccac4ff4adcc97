"""A change in as many requests as it takes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.checkvist.capabilities import capabilities
from connectors.checkvist.content import is_smart
from connectors.conformance.values import values
from connectors.task import Field, Patch, Person, Status
from tests.connectors.checkvist.kit import entry, side, translator

PLAIN = {Field.TITLE: "Buy milk", Field.DUE: date(2026, 3, 1), Field.LABELS: ("home",), Field.PARENT: "7"}


def steps(fields: dict, *, creating: bool = True) -> list[dict]:
    return [dict(step.fields) for step in translator().steps(Patch(fields), creating=creating)]


def test_a_plain_task_is_one_step():
    task = {**PLAIN, Field.DESCRIPTION: "two\nlines", Field.ASSIGNEES: ()}
    assert steps({**task, Field.STATUS: Status.NEEDS_ACTION}) == [task]


def test_people_and_a_closed_status_follow():
    task = {**PLAIN, Field.ASSIGNEES: (Person(id="12"),), Field.STATUS: Status.COMPLETED}
    assert steps(task) == [PLAIN, {Field.ASSIGNEES: (Person(id="12"),)}, {Field.STATUS: Status.COMPLETED}]


def test_smart_syntax_is_kept_from_the_create():
    task = {**PLAIN, Field.TITLE: "Fix C# ^2 bug", Field.DESCRIPTION: "quiet", Field.STATUS: Status.CANCELLED}
    first, text, status = steps(task)
    assert first == {**PLAIN, Field.TITLE: "Fix C 2 bug"}
    assert text == {Field.TITLE: "Fix C# ^2 bug", Field.DESCRIPTION: "quiet"}
    assert status == {Field.STATUS: Status.CANCELLED}


@pytest.mark.parametrize("sign", "#^!@")
def test_a_sign_in_the_description_is_enough(sign):
    first, text = steps({Field.TITLE: "Plain", Field.DESCRIPTION: f"a\n{sign}b"})
    assert first == {Field.TITLE: "Plain"}
    assert text == {Field.TITLE: "Plain", Field.DESCRIPTION: f"a\n{sign}b"}


def test_an_update_is_the_fields_and_then_the_status():
    task = {**PLAIN, Field.TITLE: "#1", Field.STATUS: Status.COMPLETED}
    assert steps(task, creating=False) == [{**PLAIN, Field.TITLE: "#1"}, {Field.STATUS: Status.COMPLETED}]
    assert steps({Field.STATUS: Status.COMPLETED}, creating=False) == [{Field.STATUS: Status.COMPLETED}]


@given(values(Field.TITLE), values(Field.DESCRIPTION), values(Field.STATUS))
def test_a_create_never_carries_a_sign_and_all_is_told_at_last(title, description, status):
    task = {Field.TITLE: title, Field.DESCRIPTION: description, Field.STATUS: status}
    told = {field: capabilities(side()).of(field).view.view(value) for field, value in task.items()}
    parts = steps(told)
    assert not is_smart(f"{parts[0][Field.TITLE]}{parts[0].get(Field.DESCRIPTION, '')}")
    said = {field: value for part in parts for field, value in part.items()}
    assert {Field.STATUS: Status.NEEDS_ACTION, **said} == told


@given(st.fixed_dictionaries({field: values(field) for field in (Field.TITLE, Field.DESCRIPTION, Field.PRIORITY)}))
def test_what_is_told_is_read_back_as_its_view(task):
    able = capabilities(side())
    told = {field: able.of(field).view.view(value) for field, value in task.items()}
    body = translator().body(told, {})
    read = entry(content=body["content"], priority=body["priority"])
    assert {field: read.fields[field] for field in told} == told
