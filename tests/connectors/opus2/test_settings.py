"""What a person may write, and what they are told when it can not work."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.contract import DeleteMeans, DeletionSign, Holding, Verb
from connectors.errors import BadSettings
from connectors.opus2.capabilities import capabilities, own
from connectors.opus2.sandbox import Sandbox
from connectors.opus2.settings import Opus2Settings
from connectors.task import Field, Status
from sync.config import ConfigError, load
from tests.connectors.opus2.bench import running, side

RIGHT = {"token": "s3cret-token", "project": "p", "folder": "Tasks"}


def settings(**more: object) -> Opus2Settings:
    return Opus2Settings.model_validate({**RIGHT, **more})


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": ""},
        {"project": ""},
        {"folder": ""},
        {"archive_folder": ""},
        {"archive_folder": "Tasks"},
        {"header": "X API"},
        {"paging": "pages"},
        {"foldr": "Tasks"},
    ],
    ids=lambda wrong: ",".join(f"{name}={value}" for name, value in wrong.items()),
)
def test_what_can_not_work_is_refused(wrong):
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_one_message_names_every_problem_with_its_line(tmp_path: Path):
    file = tmp_path / "tasksync.toml"
    file.write_text(
        '[sides.matter]\nconnector = "opus2"\ntoken = "s3cret-token"\nfolder = "Tasks"\narchive_folder = "Tasks"\n'
        'paging = "pages"\n[groups.work]\nsides = ["matter", "other"]\n'
    )
    with pytest.raises(ConfigError) as caught:
        load(file, env={}, cwd=tmp_path, connectors={"opus2": Opus2Settings})
    told = {problem.key: (problem.line, problem.hint) for problem in caught.value.problems}
    assert {"sides.matter.base_url", "sides.matter.project", "sides.matter.paging"} <= told.keys()
    assert told["sides.matter.paging"][0] == 6
    assert all(hint for _, hint in told.values())
    assert "s3cret" not in str(caught.value)


def test_a_token_is_not_shown():
    assert "s3cret" not in repr(settings())


def test_two_sides_on_one_folder_have_the_same_container():
    one, same, other = settings(), settings(token="another"), settings(folder="Other")
    assert one.container("https://T.example.com/") == same.container("https://t.example.com")
    assert one.container("https://t.example.com") != other.container("https://t.example.com")


def test_settings_of_another_connector_are_a_fault_of_the_program():
    from dataclasses import replace

    with pytest.raises(TypeError, match="matter"):
        own(replace(side(Sandbox()), own=object()))


def test_a_field_is_held_where_a_metadata_field_is_named_for_it():
    able = capabilities(side(Sandbox(), fields={Field.STATUS: "Status", Field.DUE: False}))
    holding = {field: able.of(field).holding for field in Field if able.of(field).holding is not Holding.NOT_HELD}
    assert holding == {Field.TITLE: Holding.AT_CREATE, Field.STATUS: Holding.TWO_WAY}
    able = capabilities(side(Sandbox(), fields={Field.TITLE: "Title"}))
    assert able.of(Field.TITLE).holding is Holding.TWO_WAY
    assert able.of(Field.TITLE).view.refuses(" \n")


def test_without_an_archive_folder_nothing_is_deleted():
    able = capabilities(side(Sandbox(), archive_folder=None))
    assert (able.can(Verb.DELETE), able.delete_means) == (False, DeleteMeans.NOTHING)
    assert able.deletion_sign is DeletionSign.GONE_ON_GET


def test_the_rate_is_the_vendors_and_says_where_it_comes_from():
    budget = capabilities(side(Sandbox())).budget
    assert [(window.limit, window.per) for window in budget.windows] == [(50, 60.0)]
    assert "API rate limiting" in budget.source


@pytest.mark.parametrize(
    ("own_keys", "fields", "words"),
    [
        ({"folder": "Taks"}, None, 'no folder with this id or name; it has: "Tasks", "Archive", "Exhibits"'),
        ({"archive_folder": "Bin"}, None, 'archive_folder "Bin"'),
        ({"archive_folder": "f-tasks"}, None, "is the folder of the tasks itself"),
        ({}, {Field.DUE: "Deadline"}, 'fields.due "Deadline": the project has no metadata field'),
        ({}, {Field.DUE: "Priority"}, '"Priority" holds a number there, which can not be due; these can: "Title"'),
        ({}, {Field.PRIORITY: "Due date"}, "holds a date there, which can not be priority"),
        ({}, {Field.PARENT: "Title"}, "a metadata field can not stand for parent; these can: assignees, description"),
        ({"project": "prj-2"}, None, "check base_url"),
    ],
)
def test_a_name_that_stands_for_nothing_is_named_with_what_there_is(own_keys, fields, words):
    with running() as bench:
        stranger = bench.connect(side(bench.sandbox, fields=fields, **own_keys))
        with pytest.raises(BadSettings) as caught:
            stranger.check()
        assert words in str(caught.value)


def test_two_folders_of_one_name_are_refused_and_an_id_decides():
    with running() as bench:
        bench.sandbox.world.folders["f-more"] = "Tasks"
        with pytest.raises(BadSettings, match=r"2 folders of that name; .* meant: f-tasks, f-more"):
            bench.connector.check()
        bench.connect(side(bench.sandbox, folder="f-tasks")).check()


def test_words_that_the_status_field_does_not_take_are_named():
    with running() as bench:
        words = {"Open": Status.NEEDS_ACTION, "Completed": Status.COMPLETED}
        with pytest.raises(BadSettings, match=r'does not take the status Open; .*"Pending", "In Progress"'):
            bench.connect(side(bench.sandbox, statuses=words)).check()
        bench.connect(side(bench.sandbox, statuses={"pending": Status.NEEDS_ACTION})).check()


def test_fields_and_folders_are_found_by_id_too():
    with running("ids=number") as bench:
        settings = side(
            bench.sandbox, folder="11", archive_folder="12", fields={Field.TITLE: bench.sandbox.field_ids["title"]}
        )
        bench.connect(settings).check()
