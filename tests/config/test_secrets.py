"""Secrets come from where the file says, and turn up in no message, no repr and no warning."""

from __future__ import annotations

import traceback

import pytest
from pydantic import BaseModel, SecretStr

from sync.config import ConfigError, load
from tests.config.kit import CONNECTORS, ENV, SECRET, BoardSettings, VaultSettings, document, marked, problems, read


def outline(remote_key: str, *more: str) -> str:
    """The file with another secret at its first side."""
    lines = ["[sides.outline]", 'connector = "list"', "checklist = 1", 'username = "me"', f"remote_key = {remote_key}"]
    return document(outline="\n".join([*lines, *more]))


def secret_of(settings: BaseModel, name: str) -> str:
    value = getattr(settings, name)
    assert isinstance(value, SecretStr)
    return value.get_secret_value()


def test_a_secret_comes_from_the_environment(tmp_path):
    config = read(tmp_path, outline('{ env = "MY_KEY" }'), {**ENV, "MY_KEY": " as it is\n"})
    assert secret_of(config.sides["outline"].settings, "remote_key") == " as it is\n"


CONTENTS = {
    "bare": (b"key", "key"),
    "a line break": (b"key\n", "key"),
    "its other form": (b"key\r\n", "key"),
    "two line breaks": (b"key\n\n", "key\n"),
    "half a line break": (b"key\r", "key\r"),
    "blanks": (b" k\xc3\xa9y ", " k\u00e9y "),
}


@pytest.mark.parametrize(("content", "expected"), CONTENTS.values(), ids=CONTENTS)
def test_a_secret_comes_from_a_file_without_one_line_break_at_its_end(content, expected, tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "outline").write_bytes(content)
    config = read(tmp_path, outline('{ file = "keys/outline" }'))
    assert secret_of(config.sides["outline"].settings, "remote_key") == expected


def test_a_secret_comes_from_a_credential_of_systemd(tmp_path):
    (tmp_path / "outline-key").write_text(SECRET + "\n")
    config = read(tmp_path, outline('{ credential = "outline-key" }'), {**ENV, "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert secret_of(config.sides["outline"].settings, "remote_key") == SECRET


def test_a_secret_may_stand_in_the_file(tmp_path):
    config = read(tmp_path, outline(f'"{SECRET}"'))
    assert secret_of(config.sides["outline"].settings, "remote_key") == SECRET
    assert config.warnings == ()


def test_any_text_of_a_side_may_be_a_reference(tmp_path):
    (tmp_path / "me").write_text("me@example.com\n")
    text = document(
        field='[sides.field]\nconnector = "board"\nbase_url = { env = "BOARD" }\nusername = { file = "me" }\n'
        'password = { env = "BOARD_PASSWORD" }\ntimeout = { env = "PATIENCE" }\narchived = "field"'
    )
    side = read(tmp_path, text, {**ENV, "BOARD": "https://b.example.com/", "PATIENCE": "7s"}).sides["field"]
    assert isinstance(side.settings, BoardSettings)
    assert (side.base_url, side.timeout.seconds, side.settings.username) == (
        "https://b.example.com",
        7,
        "me@example.com",
    )


def test_the_store_may_be_a_reference(tmp_path):
    url = f"postgresql+psycopg://me:{SECRET}@db/tasks"
    config = read(tmp_path, document(tail='[store]\nurl = { env = "STORE" }'), {**ENV, "STORE": url})
    assert config.store.url == url
    assert SECRET not in repr(config)


def test_a_vendors_word_that_looks_like_a_reference_is_none(tmp_path):
    config = read(tmp_path, outline('"x"', 'statuses = { file = "completed" }'))
    assert config.sides["outline"].statuses == {"file": "completed"}


def test_a_path_of_a_connector_is_relative_to_the_file(tmp_path):
    text = document(field='[sides.field]\nconnector = "vault"\nfile = "vaults/one.json"')
    settings = read(tmp_path, text).sides["field"].settings
    assert isinstance(settings, VaultSettings)
    assert settings.file == tmp_path / "vaults" / "one.json"


# name: (what stands at the key, a piece of the message, a piece of the hint)
FAILURES = {
    "a variable that is not set": ('{ env = "NO_KEY" }', "environment variable NO_KEY is not set", "{ file ="),
    "a variable that is empty": ('{ env = "EMPTY" }', "environment variable EMPTY is empty", "value"),
    "a file that is not there": ('{ file = "nowhere" }', "nowhere does not exist", "relative to the folder"),
    "a file that is a folder": ('{ file = "." }', "cannot be read: Is a directory", "the user who runs"),
    "a file that is empty": ('{ file = "empty" }', "empty is empty", "put the secret into it"),
    "a file that is only a line break": ('{ file = "break" }', "break is empty", "put the secret into it"),
    "a file that is not text": ('{ file = "binary" }', "is not UTF-8", "as text"),
    "a file without end": ('{ file = "/dev/zero" }', "longer than 64 KiB", "the secret alone"),
    "no folder of credentials": ('{ credential = "key" }', "$CREDENTIALS_DIRECTORY is not set", "LoadCredential=key:"),
    "two places": ('{ env = "LIST_KEY", file = "x" }', "has one key, not 2", "{ env ="),
    "no place": ("{}", "has one key, not none", "{ env ="),
    "another place": ('{ enviroment = "LIST_KEY" }', 'no key "enviroment"', "{ env ="),
    "a place misspelt": ('{ flie = "x" }', 'no key "flie"', 'did you mean "file"?'),
    "a place without a name": ('{ env = "" }', "must be a name", "{ env ="),
    "a place that is a number": ("{ env = 5 }", "must be a name, not a whole number", "{ env ="),
    "a name that no file can have": ('{ file = "a\\u0000b" }', "must be a name", "{ env ="),
    "an empty text": ('""', "is empty", "{ env ="),
    "a number": ("12345678", "must be text, not a whole number", "quotes"),
    "a list": ('["hunter2-marked"]', "must be text, not a list", "quotes"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_secret_that_cannot_be_had_is_one_problem_at_its_key(name, tmp_path):
    written, message, hint = FAILURES[name]
    (tmp_path / "empty").write_text("")
    (tmp_path / "break").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    text = outline(f"{written} # here")
    (problem,) = problems(tmp_path, text, {**ENV, "EMPTY": ""})
    assert (problem.line, problem.key) == (marked(text), "sides.outline.remote_key")
    assert message in problem.message
    assert hint in problem.hint
    assert SECRET not in str(problem)


def test_a_credential_is_named_without_a_path(tmp_path):
    text = outline('{ credential = "../key" }')
    (problem,) = problems(tmp_path, text, {**ENV, "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert "is not the name of a credential" in problem.message


def test_a_failed_reference_does_not_hide_the_tables_other_faults(tmp_path):
    found = problems(tmp_path, outline('{ env = "NO_KEY" }', "poll = 0", 'auth = "none"'))
    assert [problem.key.rpartition(".")[2] for problem in found] == ["remote_key", "poll", "auth"]


# Texts that hold the marked secret where something is wrong with them, or beside something that is.
LEAKS = {
    "a bad word by reference": ('{ env = "LIST_KEY" }', 'auth = { env = "LIST_KEY" }'),
    "a bad address by reference": ('{ env = "LIST_KEY" }', 'base_url = { env = "LIST_KEY" }'),
    "a bad duration by reference": ('{ env = "LIST_KEY" }', 'timeout = { env = "LIST_KEY" }'),
    "a bad zone by reference": ('{ env = "LIST_KEY" }', 'timezone = { env = "LIST_KEY" }'),
    "a bad access by reference": ('{ env = "LIST_KEY" }', 'access = { env = "LIST_KEY" }'),
    "a bad rate by reference": ('{ env = "LIST_KEY" }', 'rate = { env = "LIST_KEY" }'),
    "bad certificates by reference": ('{ env = "LIST_KEY" }', 'ca_file = { env = "LIST_KEY" }'),
    "a secret at an unknown key": ('{ env = "LIST_KEY" }', f'pasword = "{SECRET}"'),
    "a secret in an address": ('{ env = "LIST_KEY" }', f'base_url = "https://me:{SECRET}@lists.example.com"'),
    "a secret in half an address": ('{ env = "LIST_KEY" }', f'base_url = "me:{SECRET}@lists.example.com"'),
    "a secret in a query": ('{ env = "LIST_KEY" }', f'base_url = "https://lists.example.com/?token={SECRET}"'),
    "a secret in a list": (f'["{SECRET}"]',),
    "a secret beside a fault": (f'"{SECRET}"', "poll = 0"),
    "a secret in broken TOML": (f'"{SECRET}',),
    "a secret without quotes": (SECRET,),
}


@pytest.mark.parametrize("name", LEAKS)
def test_no_message_holds_a_secret(name, tmp_path):
    remote_key, *more = LEAKS[name]
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, outline(remote_key, *more))
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.problems)
    assert caught.value.problems
    assert SECRET not in told


def test_a_connectors_own_message_does_not_hold_a_secret(tmp_path):
    text = document(
        field='[sides.field] # here\nconnector = "board"\nbase_url = "https://b.example.com"\n'
        f'username = "talkative"\npassword = "{SECRET}"'
    )
    (problem,) = problems(tmp_path, text)
    assert (problem.line, problem.key) == (marked(text), "sides.field")
    assert problem.message.startswith("does not fit")
    assert SECRET not in str(problem)


@pytest.mark.parametrize(
    "url",
    [f"mysql://me:{SECRET}@db/tasks", f"sqlite:///a?key={SECRET}", f"{SECRET}", f"postgresql://me:{SECRET}@db/tasks"],
)
def test_no_message_holds_the_stores_address(url, tmp_path):
    (problem,) = problems(tmp_path, document(tail=f'[store]\nurl = "{url}"'))
    assert problem.key == "store.url"
    assert SECRET not in str(problem)


def test_no_repr_holds_a_secret(tmp_path):
    text = document(
        outline=f'[sides.outline]\nconnector = "list"\nchecklist = 1\nusername = "me"\nremote_key = "{SECRET}"',
        tail=f'[store]\nurl = "postgresql+psycopg://me:{SECRET}@db/tasks"',
    )
    assert SECRET not in repr(read(tmp_path, text))


def test_an_inline_secret_in_a_file_for_everyone_is_a_warning(tmp_path):
    text = document(
        outline=f'[sides.outline]\nconnector = "list"\nchecklist = 1\nusername = "me"\nremote_key = "{SECRET}" # here',
        tail=f'[store]\nurl = "postgresql+psycopg://me:{SECRET}@db/tasks"',
    )
    file = tmp_path / "tasksync.toml"
    file.write_text(text)
    file.chmod(0o644)
    warnings = load(file, env=ENV, cwd=tmp_path, connectors=CONNECTORS).warnings
    assert [(warning.key, warning.line) for warning in warnings] == [
        ("store.url", text.count("\n")),
        ("sides.outline.remote_key", marked(text)),
    ]
    assert "mode 0644" in warnings[0].message
    assert f"chmod 600 {file}" in warnings[0].hint
    assert SECRET not in str(warnings)
    file.chmod(0o640)
    assert load(file, env=ENV, cwd=tmp_path, connectors=CONNECTORS).warnings == ()


def test_references_in_a_file_for_everyone_are_no_warning(tmp_path):
    file = tmp_path / "tasksync.toml"
    file.write_text(document())
    file.chmod(0o644)
    assert load(file, env=ENV, cwd=tmp_path, connectors=CONNECTORS).warnings == ()
