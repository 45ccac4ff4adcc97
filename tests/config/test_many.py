"""All problems are told at once, in the order of the file."""

from __future__ import annotations

import pytest

from sync.config import ConfigError
from tests.config.kit import document, problems, read

FAULTY = """\
timezone = "Mars"
colour = "red"
[sides.a]
connector = "list"
checklist = "one"
username = "me"
remote_key = { env = "NO_KEY" }
poll = -1
[sides.b]
connector = "bored"
base_url = "http://b.example.com"
[sides.c]
connector = "board"
username = "me"
password = { file = "nowhere" }
[groups.work]
sides = ["a", "b", "x"]
interval = "0s"
[groups.work.guards]
creates = -5
"""


def test_every_fault_of_a_file_is_in_one_error(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, FAULTY)
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (1, "timezone"),
        (2, "colour"),
        (5, "sides.a.checklist"),
        (7, "sides.a.remote_key"),
        (8, "sides.a.poll"),
        (10, "sides.b.connector"),
        (11, "sides.b.base_url"),
        (12, "sides.c"),
        (12, "sides.c.base_url"),
        (15, "sides.c.password"),
        (17, "groups.work.sides"),
        (18, "groups.work.interval"),
        (20, "groups.work.guards.creates"),
    ]


def test_the_message_has_a_line_for_each_problem(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, FAULTY)
    lines = str(caught.value).split("\n")
    assert len(lines) == len(caught.value.problems)
    file = tmp_path / "tasksync.toml"
    message = '"bored" is not a connector; there are board, list, vault'
    assert lines[5] == f'{file}:10: sides.b.connector: {message} (did you mean "board"?)'


def test_a_side_in_no_group_is_told_at_the_side(tmp_path):
    (problem,) = problems(tmp_path, document(tail=TWIN))
    assert (problem.key, problem.message) == ("sides.more", "is in no group")
    assert problem.hint == 'name it in a group: [groups.work] sides = ["…", "more"]'


def test_a_side_in_two_groups_is_told_with_the_line_of_the_first(tmp_path):
    text = document(
        work='[groups.work]\nsides = ["outline", "field"]\n[groups.rest]\nsides = ["more", "field"]', tail=TWIN
    )
    (problem,) = problems(tmp_path, text)
    first = text.split("\n").index('sides = ["outline", "field"]') + 1
    assert (problem.key, problem.line) == ("groups.rest.sides", first + 2)
    assert problem.message == f'the side "field" is in the group "work" (line {first}) already'


TWIN = """\
[sides.more]
connector = "board"
base_url = "https://more.example.com"
username = "api"
password = { env = "BOARD_PASSWORD" }
"""
