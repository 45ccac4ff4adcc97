"""``init``, as a new user meets it: from nothing to a configuration that was checked, at a terminal and piped."""

from __future__ import annotations

import os
import pty
import re
import select
import stat
import sys
import time

import pytest

from tests.cli.kit import environment, forked


def answers(account, *, key: str = "type", keep: str = "yes") -> list[str]:
    """What a person says of a Checkvist list and an OGSM canvas on the sandboxes."""
    outline, strategy = account.keys["outline"], account.keys["strategy"]
    first = ["checkvist", "outline", account.addresses["outline"], str(outline["checklist"]), outline["username"]]
    first += ["yes", key, *([outline["remote_key"], keep] if key == "type" else ["OUTLINE_KEY"])]
    second = ["ogsm", "", account.addresses["strategy"], strategy["username"]]
    second += ["type", strategy["password"], "yes"]
    return [*first, *second, "no", "Europe/Berlin", "", "10m"]


@pytest.fixture(scope="module")
def written(account, tmp_path_factory):
    """A folder in which somebody has answered, and what was said."""
    folder = tmp_path_factory.mktemp("init")
    return folder, forked("init", cwd=folder, typed="\n".join([*answers(account), ""]))


def test_from_nothing_to_a_checked_configuration_of_two_accounts(written, account):
    folder, done = written
    assert done.code == 0, done.err
    assert "All sides answer." in done.out
    assert done.out.splitlines()[-4:] == [
        "Next:",
        "  tasksync plan",
        "  tasksync run --once --limit 3",
        "  tasksync run",
    ]
    text = (folder / "tasksync.toml").read_text(encoding="utf-8")
    for key in ("outline", "strategy"):
        for secret in ("remote_key", "password"):
            assert str(account.keys[key].get(secret, "none such")) not in text + done.out + done.err
    assert 'remote_key = { file = "secrets/outline_remote_key" }' in text
    assert "# The number of the list: it stands in the list's address" in text
    assert "[sides.ogsm]" in text
    assert 'timezone = "Europe/Berlin"' in text
    assert 'interval = "10m"' in text
    assert stat.S_IMODE((folder / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (folder / "secrets").iterdir()} == {0o600}
    assert forked("run", "--once", "--limit", "1", cwd=folder).code in {0, 3, 4}
    assert forked("check", cwd=folder).code == 0


def test_what_is_there_stays(written):
    folder, _ = written
    before = (folder / "tasksync.toml").read_bytes()
    done = forked("init", cwd=folder, typed="")
    assert (done.code, done.out) == (2, "")
    assert "is there already" in done.err
    assert (folder / "tasksync.toml").read_bytes() == before
    assert forked("init", "--json", cwd=folder, typed="").code == 2


def test_a_secret_that_is_elsewhere_is_named_and_one_in_the_clear_is_for_its_owner_alone(account, tmp_path):
    one = tmp_path / "own.toml"
    done = forked("init", "--config", "own.toml", cwd=tmp_path, typed="\n".join([*answers(account, key="env"), ""]))
    assert done.code == 0
    assert "OUTLINE_KEY" in done.err, "it says that the variable is not set"
    assert "tasksync check --config" in done.out
    assert 'remote_key = { env = "OUTLINE_KEY" }' in one.read_text(encoding="utf-8")
    assert stat.S_IMODE(one.stat().st_mode) == 0o644
    (tmp_path / "secrets" / "ogsm_password").unlink()
    clear = tmp_path / "clear.toml"
    done = forked("init", "--config", "clear.toml", cwd=tmp_path, typed="\n".join([*answers(account, keep="no"), ""]))
    assert "for all to read" in done.err
    assert account.keys["outline"]["remote_key"] in clear.read_text(encoding="utf-8")
    assert stat.S_IMODE(clear.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "the answers ended before this question: side 1: which system"),
        (["basecamp"], '"basecamp" is none of them'),
        (["checkvist", "out line"], "cannot be the name of a side"),
        (["ogsm", "", "http://acme.example.com"], "in the clear"),
        (["checkvist", "", "", "seven"], "checklist"),
    ],
)
def test_a_wrong_answer_that_is_piped_ends_it_and_nothing_is_written(tmp_path, lines, words):
    done = forked("init", cwd=tmp_path, typed="".join(f"{line}\n" for line in lines))
    assert done.code == 2
    assert words in done.err
    assert "nothing was written" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_at_a_terminal_a_wrong_answer_is_asked_again_and_no_secret_is_shown(account, tmp_path):
    said = ["basecamp", *answers(account)]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, [sys.executable, "-m", "sync", "init"], environment({"TERM": "xterm"}))
    shown = b""
    deadline = time.monotonic() + 60
    waiting = list(said)
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 0.05)
        if ready:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        elif waiting and re.search(rb": $", shown):
            os.write(terminal, waiting.pop(0).encode() + b"\n")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    text = shown.decode()
    assert (code, waiting) == (0, []), text
    assert '"basecamp" is none of them' in text
    assert account.keys["outline"]["remote_key"] not in text
    assert "All sides answer." in text
