from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.checkvist.capabilities import capabilities, own
from connectors.checkvist.states import State, state_named
from connectors.contract import Holding
from connectors.task import Field, Status
from tests.connectors.checkvist.kit import settings, side


@pytest.mark.parametrize(
    "wrong",
    [
        {"remote_key": None},
        {"password": "p"},
        {"remote_key": ""},
        {"checklist": 0},
        {"checklist": "work"},
        {"username": ""},
        {"auth": "oauth"},
        {"token_in": "cookie"},
        {"chekclist": 5},
    ],
    ids=lambda wrong: ",".join(f"{name}={value}" for name, value in wrong.items()),
)
def test_what_can_not_work_is_refused(wrong):
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_a_secret_is_not_shown():
    shown = repr(settings(remote_key="s3cret-key", token2fa="135790"))
    assert "s3cret-key" not in shown
    assert "135790" not in shown


def test_a_key_or_a_password_is_the_secret():
    assert settings().secret == "checkvist-key"
    assert settings(remote_key=None, password="hunter22").secret == "hunter22"


def test_two_sides_on_one_list_have_the_same_container():
    assert settings().container("https://Checkvist.com/") == settings(auth="basic").container("https://checkvist.com")
    assert settings().container("https://checkvist.com") != settings(checklist=5).container("https://checkvist.com")


def test_settings_of_another_connector_are_a_fault_of_the_program():
    with pytest.raises(TypeError, match="outline"):
        own(side(object()))


def test_a_field_that_is_switched_off_is_not_held():
    able = capabilities(side(fields={Field.DESCRIPTION: False}))
    assert able.of(Field.DESCRIPTION).holding is Holding.NOT_HELD
    assert able.of(Field.TITLE).holding is Holding.TWO_WAY


def test_an_empty_title_can_not_be_told():
    view = capabilities(side()).of(Field.TITLE).view
    assert view.refuses(" \n")
    assert not view.refuses("a")


@pytest.mark.parametrize(
    ("statuses", "seen"),
    [
        (None, Status.NEEDS_ACTION),
        ({"open": Status.IN_PROGRESS, "closed": Status.COMPLETED}, Status.IN_PROGRESS),
        ({"open": Status.NEEDS_ACTION}, Status.NEEDS_ACTION),
    ],
    ids=["default", "open is in_progress", "open alone"],
)
def test_in_progress_is_told_as_what_open_means(statuses, seen):
    view = capabilities(side(statuses=statuses)).of(Field.STATUS).view
    assert view.view(Status.IN_PROGRESS) is seen


def test_a_status_without_a_word_can_not_be_told():
    view = capabilities(side(statuses={"open": Status.NEEDS_ACTION})).of(Field.STATUS).view
    assert view.refuses(Status.COMPLETED)


def test_a_state_is_named_by_its_word_or_its_number():
    assert [state_named(word) for word in ("Open", "1", " invalidated ", "done")] == [*State, None]
