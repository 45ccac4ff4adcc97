"""Files that are no TOML, or no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sync.config import ConfigError, load
from tests.config.kit import CONNECTORS, ENV, SECRET, document, marked, problems

# name: (text with the mark on the line of the fault, key, piece of the message, piece of the hint)
BROKEN = {
    "a text without its end": (
        '[log]\nlevel = "info # here\n',
        "log.level",
        "a text is not closed",
        "on the same line",
    ),
    "a long text without its end": (
        f'[log]\nlevel = """ # here\n{SECRET}\n\n[sides]\n',
        "log.level",
        "a text is not closed",
        "quotes",
    ),
    "a header without its end": ("\n[groups.work # here\n", "groups.work", "header of a table", "[sides.outline]"),
    "no value": ("timezone = # here\n", "timezone", "no value", "quotes"),
    "a text without quotes": ("timezone = UTC # here\n", "timezone", "no value", "quotes"),
    "True": ("a.b = True # here\n", "a.b", "no value", "small letters"),
    "no equals sign": (f'password "{SECRET}" # here\n', "", "a key without =", 'key = "value"'),
    "two keys on a line": ("[a]\nx = 1 y = 2 # here\n", "a.x", "something follows", "one key on a line"),
    "a key twice": ("[a]\nx = 1\ny = 2\nx = 3 # here\n[b]\n", "a.x", "stands twice", "keep one"),
    "a key twice at the very end": ("[a]\nx = 1\nx = 3 # here", "a.x", "stands twice", "keep one"),
    "a table twice": ("[a]\nx = 1\n[b]\n[a] # here\n", "a", "stands twice", "one header"),
    "a key in braces twice": ("a = { x = 1, x = 2 } # here\n", "a", "stands twice", "keep one"),
    "braces without their end": ("a = { x = 1 # here\n", "a", "braces is not closed", "}"),
    "a list without its end": ("a = [1,\n  2\nb = 3 # here\n", "", "what is open begins on line 1", "]"),
    "a list that lasts to the end": ("x = 1\na = [1, # here\n  2,\n", "a", "is not closed", "]"),
    "braces that last to the end": ("a = { x = 1, # here", "a", "is not closed", "}"),
    "a backslash": ('a = "C:\\path" # here\n', "a", "a backslash", "two of them"),
    "a list as a key": ("= 5 # here\n", "", "neither a key nor a table", "[table]"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_toml_is_told_with_its_line_and_what_to_write_instead(name, tmp_path):
    text, key, message, hint = BROKEN[name]
    (problem,) = problems(tmp_path, text)
    assert (problem.line, problem.key) == (marked(text), key)
    assert message in problem.message
    assert hint in problem.hint
    assert SECRET not in str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a = " + "[" * 100 + "]" * 100,
        ".".join("a" * 3000) + " = 1",
        "[" + ".".join("a" * 400) + "]",
    ],
    ids=["open lists", "lists", "dotted key", "dotted header"],
)
def test_a_file_that_is_nested_beyond_use_is_refused(text, tmp_path):
    (problem,) = problems(tmp_path, text)
    assert "too deep" in problem.message


def test_a_number_beyond_use_is_refused(tmp_path):
    (problem,) = problems(tmp_path, "\na = " + "9" * 5000 + "\n")
    assert (problem.line, problem.key, problem.message) == (2, "a", "a number of too many digits")


@pytest.mark.parametrize("text", ["", "\n \n\t\n", "\ufeff"], ids=["nothing", "blanks", "a byte order mark"])
def test_an_empty_file_says_how_to_begin(text, tmp_path):
    (problem,) = problems(tmp_path, text)
    assert problem.message == "the file is empty"
    assert "config/tasksync.example.toml" in problem.hint


def test_a_file_of_comments_asks_for_sides_and_groups(tmp_path):
    found = problems(tmp_path, "# nothing yet\n")
    assert [(problem.key, problem.message) for problem in found] == [
        ("groups", "there is no group"),
        ("sides", "there is no side"),
    ]


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path):
    (problem,) = problems(tmp_path, document().encode() + b'[people.anna]\nname = "J\xf6rg"\n')
    assert problem.message == "this line is not UTF-8"
    assert problem.line == document().count("\n") + 2


def test_a_folder_is_no_configuration(tmp_path):
    with pytest.raises(ConfigError, match=r"a folder, not a file \(name the file in it: .*tasksync\.toml\)"):
        load(tmp_path, env=ENV, cwd=tmp_path, connectors=CONNECTORS)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(Path("other.toml"), env=ENV, cwd=tmp_path, connectors=CONNECTORS)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.message) == ("other.toml", 0, "there is no such file")
    assert str(caught.value).startswith("other.toml: there is no such file (")


def test_a_file_that_cannot_be_read_is_told_why(tmp_path):
    (tmp_path / "tasksync.toml").symlink_to("tasksync.toml")
    with pytest.raises(
        ConfigError, match=r"^tasksync\.toml: the file cannot be read: Too many levels of symbolic links"
    ):
        load(None, env=ENV, cwd=tmp_path, connectors=CONNECTORS)


def test_a_name_that_no_file_can_have_is_told(tmp_path):
    with pytest.raises(ConfigError, match="no file can have such a name"):
        load(Path("a\0b"), env=ENV, cwd=tmp_path, connectors=CONNECTORS)


def test_an_endless_file_is_not_read_to_its_end(tmp_path):
    with pytest.raises(ConfigError, match="longer than 4 MiB"):
        load(Path(os.devnull).with_name("zero"), env=ENV, cwd=tmp_path, connectors=CONNECTORS)
