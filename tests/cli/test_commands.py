"""The commands over two vaults in files, in processes of their own: what they print, and how they end."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys

import pytest

from tests.cli.kit import Done, Place, environment, tasksync

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


@pytest.fixture
def place(tmp_path) -> Place:
    """Two vaults that have met: both hold Milk, Eggs and Bread."""
    place = Place(tmp_path)
    place.put("here", "Milk", "Eggs")
    place.put("there", "Bread")
    assert place.once()["result"] == "changed"
    return place


def holding(tmp_path) -> Place:
    """Two vaults with a conflict that waits for a person."""
    place = Place(tmp_path, group='conflict = "hold"')
    place.put("here", "Milk")
    place.once()
    place.change("here", "Milk", title="Oat milk")
    place.change("there", "Milk", title="Soy milk")
    return place


def test_a_first_run_brings_both_sides_together_and_the_next_is_quiet(place):
    assert place.titles("here") == place.titles("there") == ["Bread", "Eggs", "Milk"]
    done = place.run("run", "--once")
    assert done.code == 0
    assert done.out.startswith("work: quiet in ")
    assert "  nothing was written\n" in done.out
    assert done.err == ""


def test_the_report_of_a_run_has_the_documented_members_and_no_others(place):
    place.put("here", "Tea")
    done = place.run("run", "--once", "--json")
    assert done.json["exit"] == done.code == 0
    report = done.json["groups"]["work"]
    assert report.pop("seconds") > 0
    assert report == {
        "result": "changed",
        "created": 1,
        "updated": 0,
        "deleted": 0,
        "adopted": 0,
        "conflicts": 0,
        "held": 0,
        "owed": 0,
        "waiting": 0,
        "undeliverable": 0,
        "sides": {
            "here": {"state": "ok", "why": None, "read": "complete"},
            "there": {"state": "ok", "why": None, "read": "complete"},
        },
        "requests": {"here": 0, "there": 0},
    }


def test_a_plan_shows_what_a_run_would_do_and_changes_nothing(place):
    place.change("here", "Milk", title="Oat milk")
    store = (place.folder / "tasks.db").read_bytes()
    done = place.run("plan")
    assert done.code == 0
    assert '~ update "Oat milk" on there  t1\n    title: "Milk" → "Oat milk"  (changed on here' in done.out
    assert place.titles("there") == ["Bread", "Eggs", "Milk"]
    assert (place.folder / "tasks.db").read_bytes() == store


def test_the_hash_of_a_plan_carries_out_that_plan(place):
    place.change("here", "Milk", title="Oat milk")
    plan = place.run("plan", "--json").json["plan"]
    report = place.once("--plan", plan)
    assert (report["result"], report["updated"]) == ("changed", 1)
    assert "Oat milk" in place.titles("there")


def test_a_plan_that_no_longer_holds_writes_nothing_and_exits_3(place):
    place.change("here", "Milk", title="Oat milk")
    plan = place.run("plan", "--json").json["plan"]
    place.change("here", "Eggs", title="Duck eggs")
    done = place.run("run", "--once", "--plan", plan)
    assert done.code == 3
    assert done.out.startswith("Nothing was written: ")
    assert plan in done.out
    assert place.titles("there") == ["Bread", "Eggs", "Milk"]
    document = place.run("run", "--once", "--plan", plan, "--json")
    assert (document.code, document.json["exit"]) == (3, 3)


def test_a_plan_before_the_first_run_makes_no_store(tmp_path):
    place = Place(tmp_path)
    place.put("here", "Milk")
    done = place.run("plan")
    assert done.code == 0
    assert '+ create "Milk" on there (new on here)' in done.out
    assert not (tmp_path / "tasks.db").exists()


@pytest.mark.parametrize("command", ["status", "held", "plan"])
def test_what_only_looks_makes_no_store(tmp_path, command):
    place = Place(tmp_path)
    assert place.run(command).code == 0
    assert not (tmp_path / "tasks.db").exists()


def test_a_limit_leaves_the_other_creates_for_later(tmp_path):
    place = Place(tmp_path)
    place.put("here", "a", "b", "c")
    assert place.once("--limit", "1")["created"] == 1
    assert place.once("--limit", "0")["created"] == 0
    assert place.once()["created"] == 2


def test_a_guard_holds_and_can_be_lifted_for_one_run(tmp_path):
    place = Place(tmp_path)
    place.put("here", *"abcdef")
    place.once()
    place.drop("here", *"abcdef")
    done = place.run("run", "--once")
    assert done.code == 3
    assert "  here is set aside: " in done.out
    assert re.search(r"tasksync resolve h\d+ approve", done.out)
    for _ in range(4):
        place.once("--allow", "emptied", "--allow", "changed", "--allow", "deletes")
    assert place.titles("there") == []


def test_held_lists_choices_and_resolve_decides(tmp_path):
    place = holding(tmp_path)
    ran = place.run("run", "--once")
    assert ran.code == 3
    done = place.run("held")
    assert done.code == 0
    command = next(line.strip() for line in done.out.splitlines() if "take there" in line)
    assert command.endswith('"Soy milk"')
    held_id = place.run("held", "--json").json["held"][0]["id"]
    decided = place.run("resolve", held_id, "take", "there")
    assert (decided.code, decided.err) == (0, "")
    assert held_id in decided.out
    assert place.once()["held"] == 0
    assert place.titles("here") == place.titles("there") == ["Soy milk"]


def test_the_held_document_has_the_documented_members(tmp_path):
    place = holding(tmp_path)
    place.once()
    (row,) = place.run("held", "--json").json["held"]
    assert ISO.fullmatch(row.pop("since"))
    assert re.fullmatch(r"h\d+", row.pop("id"))
    assert row.pop("why")
    assert sorted(row.pop("choices")) == ["set VALUE", "take here", "take there"]
    assert row == {"kind": "conflict", "group": "work", "task": "t1", "title": "Milk", "side": "", "field": "title"}


def test_a_value_may_be_set_that_begins_with_a_dash(tmp_path):
    place = holding(tmp_path)
    place.once()
    held_id = place.run("held", "--json").json["held"][0]["id"]
    done = place.run("resolve", held_id, "set", "-5 litres", "--json")
    assert done.code == 0
    assert done.json["id"] == held_id
    place.once()
    assert place.titles("here") == ["-5 litres"]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        pytest.param(["h999", "approve"], "h999", id="an id that never was"),
        pytest.param(["x", "approve"], "'x' is no id of something held", id="no id at all"),
        pytest.param(["h²", "approve"], "'h²' is no id of something held", id="no digit"),
        pytest.param(
            ["h99999999999999999999", "approve"], "is no id of something held", id="a number out of this world"
        ),
        pytest.param(["{id}", "approve"], "take here", id="a choice that it does not offer"),
        pytest.param(["{id}", "take", "nowhere"], "take here", id="a side that is no contender"),
    ],
)
def test_a_decision_that_cannot_be_made_exits_2_and_says_what_can(tmp_path, choice, words):
    place = holding(tmp_path)
    place.once()
    held_id = place.run("held", "--json").json["held"][0]["id"]
    done = place.run("resolve", *(word.format(id=held_id) for word in choice))
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1


def test_what_is_no_longer_open_exits_3(tmp_path):
    place = holding(tmp_path)
    place.once()
    held_id = place.run("held", "--json").json["held"][0]["id"]
    place.run("resolve", held_id, "take", "here")
    place.once()
    done = place.run("resolve", held_id, "take", "here", "--json")
    assert done.code == 3
    assert done.json["error"]["kind"] == "usage"


def test_status_tells_what_there_is_without_asking_anybody(place):
    (place.folder / "here.json").unlink()
    done = place.run("status")
    assert done.code == 0
    assert done.out.startswith("work: 3 tasks; last cycle just now: changed\n")
    assert place.run("status", "--json").json["groups"]["work"]["sides"]["here"]["links"] == 3


def test_check_shows_the_fields_of_each_side(tmp_path):
    place = Place(tmp_path, here='not_held = ["labels"]', there='read_only = ["due"]\ntitle_limit = 20')
    done = place.run("check")
    assert done.code == 0
    rows = {
        line.split()[0]: line.split("  ")[1:]
        for line in done.out.splitlines()
        if line.startswith(("labels", "due", "title "))
    }
    assert [word.strip() for word in rows["labels"] if word.strip()] == ["not held", "two-way"]
    assert [word.strip() for word in rows["due"] if word.strip()] == ["two-way", "read-only"]
    assert [word.strip() for word in rows["title"] if word.strip()] == ["two-way", "lossy"]
    document = place.run("check", "--json").json
    assert set(document) == {"sides", "exit"}
    assert document["sides"]["there"]["fields"]["due"]["state"] == "read-only"
    assert set(document["sides"]["there"]) == {"state", "why", "fields"}


def test_a_side_that_cannot_be_reached_has_one_clear_line_and_exit_4(tmp_path):
    place = Place(tmp_path)
    place.put("here", "Milk")
    (tmp_path / "there.json").mkdir()
    for command in (["check"], ["run", "--once"], ["plan"]):
        done = place.run(*command)
        assert done.code == 4
        assert len([line for line in done.out.splitlines() if "there is " in line]) == 1
        assert "Traceback" not in done.out + done.err
    report = place.run("run", "--once", "--json").json
    assert report["exit"] == 4
    assert report["groups"]["work"]["sides"]["there"]["why"]


@pytest.mark.parametrize("command", [["run", "--once"], ["plan"], ["status"], ["held"]])
def test_an_unknown_group_exits_2_with_the_names_there_are(place, command):
    done = place.run(*command, "nonsense")
    assert (done.code, done.out) == (2, "")
    assert "nonsense" in done.err
    assert "work" in done.err
    document = place.run(*command, "nonsense", "--json")
    assert (document.code, document.json["error"]["kind"]) == (2, "usage")


def test_a_store_that_is_none_exits_2_with_one_line(place):
    (place.folder / "tasks.db").write_bytes(b"this is no database" * 100)
    for suffix in ("-wal", "-shm"):
        (place.folder / f"tasks.db{suffix}").unlink(missing_ok=True)
    done = place.run("run", "--once")
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert place.run("run", "--once", "--json").json["error"]["kind"] == "store"


PLUG_IN = """
from typing import ClassVar
from pydantic import BaseModel, SecretStr
from connectors.contract import Manifest
from connectors.memory import MANIFEST


class Settings(BaseModel, extra="forbid"):
    default_base_url: ClassVar[str] = "broken:"
    needs_base_url: ClassVar[bool] = False
    token: SecretStr

    def container(self, base_url):
        return "broken"


def capabilities(side):
    raise ZeroDivisionError(f"with the token {side.own.token.get_secret_value()}")


make = MANIFEST.factory
MANIFEST = Manifest(name="broken", title="Broken", settings=Settings, capabilities=capabilities, factory=make)
"""


@pytest.fixture
def broken(place) -> Place:
    """A configuration that uses an installed plug-in with a mistake in it."""
    folder = place.folder / "plug-ins"
    (folder / "broken-1.dist-info").mkdir(parents=True)
    (folder / "broken-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (folder / "broken-1.dist-info" / "entry_points.txt").write_text("[tasksync.connectors]\nbroken = broken:MANIFEST\n")
    (folder / "broken.py").write_text(PLUG_IN)
    side = '[sides.there]\nconnector = "broken"\ntoken = "s3cret-token"\n'
    text = place.config.read_text()
    there = text.index("[sides.there]")
    place.config.write_text(text[:there] + side + text[text.index("[groups.work]") :])
    place.config.chmod(0o600)
    return place


def with_plug_ins(place: Place, *arguments: str, **env: str) -> Done:
    """A command in a process of its own, where the plug-in is installed."""
    path = f"{place.folder / 'plug-ins'}:{environment()['PYTHONPATH']}"
    return tasksync(*arguments, cwd=place.folder, env={"PYTHONPATH": path, **env})


def test_a_failure_that_nobody_foresaw_is_one_line_and_its_traceback_comes_on_request_without_secrets(broken):
    done = with_plug_ins(broken, "run", "--once")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "tasksync: unexpected failure: ZeroDivisionError: with the token ***; please report "
        "(TASKSYNC_DEBUG=1 shows where it happened)\n"
    )
    document = with_plug_ins(broken, "run", "--once", "--json")
    assert (document.code, document.json["error"]["kind"]) == (1, "failure")
    debugged = with_plug_ins(broken, "run", "--once", TASKSYNC_DEBUG="1")
    assert "Traceback" in debugged.err
    assert "s3cret-token" not in done.err + document.out + debugged.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("import ClassVar", "import ClassVar, Nothing", "can not be loaded: ImportError"),
        ("    token: SecretStr", "    token: SecretStr\n    rate: int = 0", "every side has: rate"),
    ],
    ids=["an import that fails", "a setting of every side"],
)
def test_a_connector_that_can_not_be_used_is_named_with_its_line_and_the_other_sides_are_read(broken, old, new, said):
    file = broken.folder / "plug-ins" / "broken.py"
    file.write_text(PLUG_IN.replace(old, new))
    looked = with_plug_ins(broken, "discover", "here")
    assert (looked.code, looked.err) == (0, "")
    for command in (["status"], ["discover", "there"]):
        done = with_plug_ins(broken, *command, "--json")
        (problem,) = done.json["error"]["problems"]
        assert (done.code, problem["key"], problem["line"]) == (2, "sides.there.connector", 12)
        assert said in problem["message"]


def test_commands_to_type_name_the_configuration_that_was_given(tmp_path):
    place = holding(tmp_path)
    done = place.run("run", "--once", "--config", "tasksync.toml")
    assert re.search(r"tasksync resolve h\d+ take here --config tasksync\.toml", done.out)


def test_logs_go_to_standard_error_as_the_configuration_says(tmp_path):
    place = Place(tmp_path)
    with place.config.open("a") as file:
        file.write('[log]\nformat = "json"\nlevel = "debug"\n')
    place.put("here", "Milk")
    done = place.run("run", "--once", "--json")
    assert done.json["exit"] == 0
    assert '"event":"write.acknowledged"' in done.err


def test_what_is_doubtful_in_a_configuration_is_a_warning_and_no_failure(broken):
    broken.config.chmod(0o644)
    done = with_plug_ins(broken, "status")
    assert '"event":"config.warned"' in done.err
    assert "s3cret-token" not in done.err


def test_a_reader_that_leaves_early_is_no_failure(place):
    for _ in range(3):
        place.put("here", *(f"task {number}" for number in range(300)))
    command = f"{sys.executable} -m sync plan | head -1"
    shell = ["bash", "-c", f"set -o pipefail; {command}; echo ${{PIPESTATUS[0]}}"]
    done = subprocess.run(shell, cwd=place.folder, env=environment(), capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


def test_nothing_wider_than_80_columns_in_the_tables_and_no_colour_in_a_pipe(place):
    for command in (["run", "--once"], ["status"], ["check"]):
        out = place.run(*command).out
        assert max(map(len, out.splitlines())) <= 80
        assert "\x1b" not in out


def on_a_terminal(place: Place, *arguments: str, **env: str) -> tuple[int, str]:
    """A command on a terminal of its own: exit code, and all that was drawn."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "sync", *arguments]
    process = subprocess.Popen(
        command, cwd=place.folder, env=environment({"TERM": "xterm", **env}), stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    drawn = b""
    try:
        while select.select([master], [], [], 60)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            drawn += part
        return process.wait(60), drawn.decode()
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_a_terminal_has_colour_unless_it_is_unwanted(place):
    code, drawn = on_a_terminal(place, "run", "--once")
    assert code == 0
    assert "\x1b[32mquiet" in drawn
    assert "[info" not in drawn
    code, drawn = on_a_terminal(place, "status", NO_COLOR="1")
    assert code == 0
    assert "\x1b[32m" not in drawn
    assert "last cycle" in drawn
