from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.contract import DeleteMeans, Holding, Verb
from connectors.task import Field, Status
from connectors.trackops.capabilities import capabilities, own
from connectors.trackops.settings import TrackopsSettings
from sync.config import load
from sync.config.problems import ConfigError
from tests.connectors.trackops.bench import side

GIVEN = (
    'connector = "trackops"\nbase_url = "https://acme.viewcases.com"\nusername = "a"\ntoken = "t"\n'
    "case = 245\ncalendar = 1\n"
)


def loaded(tmp_path: Path, text: str) -> TrackopsSettings:
    file = tmp_path / "tasksync.toml"
    other = GIVEN.replace("245", "246")
    group = '[groups.work]\nsides = ["cases", "others"]\n'
    file.write_text(f"[sides.cases]\n{text}[sides.others]\n{other}{group}")
    file.chmod(0o600)
    config = load(file, env={}, cwd=tmp_path, connectors={"trackops": TrackopsSettings})
    return config.sides["cases"].settings


def test_the_keys_with_what_they_are_without(tmp_path):
    settings = loaded(tmp_path, GIVEN)
    assert (settings.login, settings.default_due, settings.update) == ("a/token", None, False)
    assert (settings.subject, settings.case_service) == (0, 0)


@pytest.mark.parametrize(
    ("text", "length"), [("14d", timedelta(days=14)), ("0d", timedelta(0)), ("36h", timedelta(hours=36))]
)
def test_a_default_is_a_duration(tmp_path, text, length):
    assert loaded(tmp_path, f'{GIVEN}default_due = "{text}"\n').default_due == length


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("", "default_due = 14", "default_due", "must be a duration"),
        ("", 'default_due = "two weeks"', "default_due", '"two weeks" is not a duration'),
        ("", 'default_due = "99999d"', "default_due", "is not a duration"),
        ("", "due = 1", "due", "unknown key"),
        ("", "subject = -1", "subject", "must be greater than or equal to 0"),
        ("", 'update = "yes"', "update", "must be true or false"),
        ("case = 245\n", "", "case", "is missing"),
        ("calendar = 1\n", "", "calendar", "is missing"),
        ("case = 245", 'case = "245"', "case", "must be a whole number"),
        ("calendar = 1", "calendar = 0", "calendar", "must be greater than or equal to 1"),
        ('username = "a"', 'username = "/token"', "username", "at least 1 character"),
        ('token = "t"\n', "", "token", "is missing"),
        ('base_url = "https://acme.viewcases.com"\n', "", "base_url", "is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_key_and_what_to_write(tmp_path, old, new, key, words):
    text = GIVEN.replace(old, new) if old else f"{GIVEN}{new}\n"
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    (problem,) = caught.value.problems
    assert problem.key.endswith(key)
    assert words in problem.message
    assert problem.hint


def test_two_sides_on_one_case_have_the_same_container():
    one, other = side(update=True).own, side(username="b").own
    assert one.container("https://Acme.viewcases.com/") == other.container("https://acme.viewcases.com")
    assert one.container("https://acme.viewcases.com") != side(case=9).own.container("https://acme.viewcases.com")


def test_a_token_is_not_shown():
    assert "s3cret-token" not in repr(side(token="s3cret-token"))


def test_settings_of_another_connector_are_a_fault_of_the_program():
    with pytest.raises(TypeError, match="cases"):
        own(type(side())(name="cases", own=object(), base_url="", timezone=None))


def test_what_a_side_can_do_follows_from_its_settings():
    poor, rich = capabilities(side()), capabilities(side(update=True, default_due=timedelta(days=14)))
    assert not poor.can(Verb.UPDATE)
    assert not poor.can(Verb.DELETE)
    assert (poor.delete_means, rich.delete_means) == (DeleteMeans.NOTHING, DeleteMeans.DELETE)
    assert {field: poor.of(field).holding for field in (Field.TITLE, Field.STATUS, Field.LABELS)} == {
        Field.TITLE: Holding.AT_CREATE,
        Field.STATUS: Holding.READ_ONLY,
        Field.LABELS: Holding.NOT_HELD,
    }
    assert rich.of(Field.STATUS).holding is rich.of(Field.DUE).holding is Holding.TWO_WAY
    assert [(one.of(Field.DUE).required, one.of(Field.DUE).made_up) for one in (poor, rich)] == [
        (True, False),
        (False, True),
    ]


def test_a_field_that_is_switched_off_is_not_held():
    assert capabilities(side(fields={Field.DUE: False})).of(Field.DUE).holding is Holding.NOT_HELD


def test_a_word_of_ones_own_choice_is_another_state():
    view = (
        capabilities(side(statuses={"complete": Status.CANCELLED, "none": Status.NEEDS_ACTION})).of(Field.STATUS).view
    )
    assert view.refuses(Status.COMPLETED)
    assert not view.refuses(Status.CANCELLED)
