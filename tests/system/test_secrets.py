"""Passwords, keys and tokens stand in no output, no log line and no file, whatever happens."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from threading import Event
from urllib.parse import quote, quote_plus

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
    ("--help",),
    ("check", "-vv"),
    ("check", "--json", "-vv"),
    ("plan", "-vv"),
    ("plan", "--json", "-vv"),
    ("run", "--once", "-vv"),
    ("run", "--once", "--json", "-vv"),
    ("run", "--once", "--sweep", "-vv"),
    ("status", "-vv"),
    ("status", "--json", "-vv"),
    ("held", "-vv"),
    ("held", "--json", "-vv"),
    ("discover", "outline", "-vv"),
    ("discover", "strategy", "--json", "-vv"),
)
LATER = ("log", "explain", "undo", "export", "doctor", "backup")
"""Commands that are run if there are such: what they print is searched as well."""


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


def encoded(when: str, call: Call) -> Answer | None:
    """A server that repeats user and password as a header has them, and the password alone."""
    user, secret = ("api", PASSWORD) if call.path.startswith("/api/") else ("me@example.com", KEY)
    pairs = [base64.b64encode(text.encode()).decode() for text in (f"{user}:{secret}", secret)]
    return said(500, json.dumps({"message": pairs}).encode()) if when == "before" else None


def lists(when: str, call: Call) -> Answer | None:
    """A server whose list repeats, as a task, all that it was sent: in a text, in a word, in a label, in its id."""
    if when == "after" or call.method != "GET" or not call.path.endswith(("/tasks.json", "/actions.json")):
        return None
    secret = PASSWORD if call.path.startswith("/api/") else KEY
    odd = {"status": {"name": secret}, "due": secret, "progress": secret, "priority": secret, "labels": secret}
    known = {"title": "x", "content": "x", "tags": {}, "tasks": [], "ogsm_canvases": [{"id": 789}]}
    rows = [{"id": number, **known, **odd} for number in (1, 2, 3)]
    return said(200, json.dumps([*rows, {"no": "id", "text": f"{secret} {dict(call.headers)}"}]).encode())


def forms(secret: str) -> set[str]:
    """How a secret may show: as it is, as in an address, as in a header, as JSON has it."""
    users = ("me@example.com", "api")
    encoded = {base64.b64encode(f"{user}:{secret}".encode()).decode() for user in users}
    encoded |= {base64.b64encode(secret.encode()).decode(), base64.b64encode(f":{secret}".encode()).decode()}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], *encoded}


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
    listed = guarded.tasksync("--help").out
    later = [(name, *more) for name in LATER if f" {name} " in listed for more in ((), ("--json",))]
    for arguments in (*COMMANDS, *later):
        done = guarded.tasksync(*arguments)
        assert done.code in ({0, 4} if arguments in COMMANDS else {0, 2, 3, 4}), done.err
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
        pytest.param(
            instead(said(307, b"", ("Location", f"http://me:{quote(PASSWORD)}@127.0.0.1:9/"))), id="to a user"
        ),
        pytest.param(
            instead(said(302, b"", ("Location", f"https://h/?token={quote_plus(KEY)}&password={quote(PASSWORD)}"))),
            id="to a parameter",
        ),
        pytest.param(instead(said(429, b"{}", ("Retry-After", KEY)), of=faults.reads), id="as a pause"),
        pytest.param(encoded, id="as in the header"),
        pytest.param(instead(faults.cut(json.dumps([KEY, PASSWORD]).encode())), id="cut"),
        pytest.param(lambda when, _: before(when, said(200, b"[]", ("Content-Encoding", KEY))), id="as a packing"),
        pytest.param(lambda when, _: before(when, Answer(200, b"[]", (("Content-Type", PASSWORD),))), id="as a type"),
    ],
)
def test_no_error_of_a_vendor_shows_a_secret(tmp_path, fault):
    """Neither for people nor for scripts, nor in what is remembered of it."""
    with group(tmp_path, outline=CheckvistReading()) as at:
        at.outline.key, at.strategy.password = KEY, PASSWORD
        at.configure(outline_keys='timeout = "5s"\nauth = "basic"')
        People(at).fill(2)
        at.outline.fault = at.strategy.fault = fault
        for arguments in (("run", "--once", "--json", "-vv"), ("check", "-vv")):
            done = at.tasksync(*arguments)
            assert done.code == 4
            assert leaks(at, done.out, done.err) == []
        at.outline.fault = at.strategy.fault = None
        done = at.tasksync("status", "--json", "-vv")
        assert leaks(at, done.out, done.err) == []


def before(when: str, answer: Answer) -> Answer | None:
    """An answer in the place of the API's."""
    return answer if when == "before" else None


def test_a_write_that_a_server_answers_with_what_it_was_sent_shows_no_secret(tmp_path):
    """The log-in and the reads work, so that the error is that of a write, which history keeps."""
    with group(tmp_path, outline=CheckvistReading()) as at:
        at.outline.key, at.strategy.password = KEY, PASSWORD
        at.configure()
        People(at).fill(4)
        at.outline.fault = at.strategy.fault = lambda when, call: tells(when, call) if call.writes else None
        for arguments in (("run", "--once", "-vv"), ("run", "--once", "--json", "-vv"), *COMMANDS):
            done = at.tasksync(*arguments)
            assert leaks(at, done.out, done.err) == []


def test_a_list_that_repeats_what_it_was_asked_with_is_shown_without_it(tmp_path):
    """What a vendor stores may hold a secret; what is said of an odd word, and of an odd entry, does not show it."""
    with group(tmp_path, outline=CheckvistReading()) as at:
        at.outline.key, at.strategy.password = KEY, PASSWORD
        at.configure()
        at.outline.fault = at.strategy.fault = lists
        for arguments in COMMANDS:
            done = at.tasksync(*arguments)
            found = [leak for leak in leaks(at, done.out, done.err) if "printed" in leak]
            assert found == [], (arguments, done)


def test_the_process_list_shows_no_secret(guarded):
    """A command line and its environment are for anybody to read: secrets come from the file, and stay there."""
    entered, leave = Event(), Event()

    def wait(when: str, call: Call) -> None:
        if when == "before" and call.method == "GET" and not entered.is_set():
            entered.set()
            leave.wait(60)

    guarded.outline.fault, guarded.mould = wait, None  # a fork would show the command line of what it was forked from
    with guarded.start("run", "--once", "-vv") as process:
        assert entered.wait(60)
        folder = Path(f"/proc/{process.pid}")
        names = ["cmdline", "environ", "comm", *(f"task/{one.name}/comm" for one in (folder / "task").iterdir())]
        shown = [(folder / name).read_bytes().decode(errors="replace") for name in names]
        leave.set()
        out, err = process.communicate(timeout=60)
    guarded.outline.fault = None
    assert leaks(guarded, *shown, out.decode(), err.decode()) == []


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
