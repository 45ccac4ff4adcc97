"""Passwords, keys and tokens stand in no output, no log line and no file, whatever happens."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests.system import faults
from tests.system.checkvist import CheckvistReading
from tests.system.faults import instead, said
from tests.system.group import Group, group
from tests.system.people import People
from tests.system.stranger import RESET, Answer, Call

KEY = "key-of-the-outline-&+=%é-9d1f"
PASSWORD = "password-of-the-strategy-&+=%é-77ab"
COMMANDS = (
    ("check", "-vv"),
    ("plan", "-vv"),
    ("run", "--once", "-vv"),
    ("run", "--once", "--json", "-vv"),
    ("status", "-vv"),
)


def tells(when: str, call: Call) -> Answer | None:
    """A server that repeats in its error all that it was sent, as careless ones do."""
    if when == "after":
        return None
    body = call.body.decode(errors="replace")
    sent = f"{call.path} {call.query} {body} {dict(call.headers)}"
    return said(500 if call.writes else 400, json.dumps({"message": sent[:5000], "error": sent}).encode())


def own(when: str, call: Call) -> Answer | None:
    """A server that answers with the secret that it knows, and with nothing else."""
    if when == "after":
        return None
    secret = PASSWORD if call.path.startswith("/api/") else KEY
    return said(200, json.dumps([secret]).encode())


def forms(secret: str) -> set[str]:
    """How a secret may show: as it is, as in an address, as in a header, as JSON has it."""
    users = ("me@example.com", "api")
    encoded = {base64.b64encode(f"{user}:{secret}".encode()).decode() for user in users}
    return {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], *encoded}


def leaks(at: Group, *texts: str) -> list[str]:
    """Where a secret, or a token that was given out, can be read."""
    secrets = {form for secret in (KEY, PASSWORD, *at.outline.given) for form in forms(secret)}
    found = [f"{form} is printed" for form in secrets for text in texts if form in text]
    for file in at.folder.iterdir():
        if file != at.config and file.is_file():
            content = file.read_bytes()
            found += [f"{form} is in {file.name}" for form in secrets if form.encode() in content]
    return found


@pytest.fixture(params=["header", "parameter"])
def guarded(request, tmp_path):
    """A group with marked secrets; tokens are passed in a header, or in a parameter."""
    reading = CheckvistReading(passing=request.param, login="object" if request.param == "header" else "text")
    with group(tmp_path, outline=reading) as at:
        at.outline.key, at.strategy.password = KEY, PASSWORD
        at.configure(group_keys='conflict = "hold"')
        yield at


def test_no_command_and_no_file_shows_a_secret(guarded):
    people = People(guarded)
    people.fill(4)
    texts = []
    for arguments in COMMANDS:
        done = guarded.tasksync(*arguments)
        assert done.code in {0, 4}, done.err
        texts += [done.out, done.err]
    assert guarded.outline.given, "nobody logged in"
    assert people.ledger.problems() == []
    assert leaks(guarded, *texts) == []
    assert "debug" in "".join(texts), "nothing was logged in detail"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(instead(said(401, b'{"error": "no"}')), id="refused"),
        pytest.param(tells, id="repeated by the server"),
        pytest.param(instead(said(302, b"", ("Location", f"http://127.0.0.1:9/{quote(KEY)}"))), id="redirected"),
        pytest.param(instead(RESET), id="reset"),
        pytest.param(instead(faults.page()), id="a page"),
        pytest.param(own, id="as an answer"),
    ],
)
def test_no_error_of_a_vendor_shows_a_secret(tmp_path, fault):
    with group(tmp_path, outline=CheckvistReading()) as at:
        at.outline.key, at.strategy.password = KEY, PASSWORD
        at.configure()
        People(at).fill(2)
        at.outline.fault = at.strategy.fault = fault
        done = at.tasksync("run", "--once", "-vv")
        assert done.code == 4
        assert leaks(at, done.out, done.err) == []


def test_no_message_about_the_configuration_shows_a_secret(tmp_path):
    with group(tmp_path) as at:
        at.outline.key, at.strategy.password = KEY, PASSWORD
        at.configure()
        right = at.config.read_text(encoding="utf-8")
        wrongs = (
            right.replace(f'remote_key = "{KEY}"', f'remote_key = "{KEY}'),
            right.replace("remote_key", "remote_kay"),
            right.replace(f'password = "{PASSWORD}"', f'password = ["{PASSWORD}"]'),
            right.replace("http://", f"http://me:{quote(KEY)}@"),
        )
        texts = []
        for wrong in wrongs:
            assert wrong != right
            at.config.write_text(wrong, encoding="utf-8")
            for arguments in (("check",), ("check", "--json")):
                done = at.tasksync(*arguments)
                assert done.code == 2
                texts += [done.out, done.err]
        assert leaks(at, *texts) == []


def test_the_store_and_its_side_files_are_for_their_owner_alone(tmp_path):
    with group(tmp_path) as at:
        People(at).fill(2)
        at.run()
        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in at.folder.glob("tasksync.db*")}
        assert set(modes.values()) == {"0o600"}, modes
