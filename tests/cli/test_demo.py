"""The demonstration: it ends well, it would notice if it did not, and what it leaves running can be used."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from sync.cli.views.demo import show_end, together, where
from sync.clock import SystemClock
from sync.demo import SCENES, SIDES, Move, Seen, Stage, play
from sync.demo.stage import moves
from tests.architecture.project import ROOT
from tests.cli.kit import environment, tasksync
from tests.cli.samples import shown

QUIET = "All sides agree, and the last cycle was quiet."


def test_the_demonstration_shows_what_moves_and_ends_in_agreement(tmp_path):
    done = tasksync("demo", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    for scene in SCENES:
        assert scene.heading in done.out
    assert "cycle 1: changed; 1 adopted" in done.out
    assert re.search(r"\+   Inspect the exits +new +all but field\n", done.out)
    assert re.search(
        r"undeliverable on cases: cases can not change it\n( +\".*\n)* +\"Print 200 posters\" +due, title", done.out
    )
    assert re.search(r"- +Agree the budget +deleted +outline, matter, field", done.out)
    assert 'let go on cases, deleted elsewhere: "Agree the budget"' in done.out
    assert "1 conflict" in done.out
    assert re.search(r"cycle \d+: quiet\n", done.out)
    assert QUIET in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert list(tmp_path.iterdir()) == []
    assert excerpt() in "\n".join(line.rstrip() for line in done.out.splitlines())


def excerpt() -> str:
    """What README shows of it."""
    found = re.search(
        r"^All sides, side by side.*?(?=^```)", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return found[0].rstrip()


@pytest.fixture
def stage():
    """All sides after they have met."""
    stop = Event()
    with Stage(SystemClock(stop), stop) as stage:
        play(SCENES[0], stage)
        yield stage


def marked(lines: list[str]) -> list[str]:
    """The rows with something wrong in them."""
    return [line for line in lines if "! " in f"{line} " and not line.startswith("! ")]


def test_it_notices_when_the_sides_do_not_agree(stage):
    lines = shown(show_end, stage, quiet=True)
    assert QUIET in lines
    assert marked(lines) == []
    stage.cases.edit(int(stage.ref("cases", "Draft the contract")), {"title": "Draft something"})
    stage.strategy.edit(int(stage.ref("strategy", "Book the hall")), {"due": stage.day(1)})
    stage.outline.remove(int(stage.ref("outline", "Print the posters")))
    lines = shown(show_end, stage, quiet=True)
    assert lines[-1] == "This should not be: the sides do not agree. Please report it."
    assert [line[:4] for line in marked(lines)] == ["Book", "Draf", "Prin"]


def test_it_notices_a_task_that_nobody_knows_and_a_last_cycle_that_was_not_quiet(stage):
    assert (
        shown(show_end, stage, quiet=False)[-1] == "This should not be: the last cycle was not quiet. Please report it."
    )
    stage.field.add("Nobody told")
    lines = shown(show_end, stage, quiet=True)
    assert 'let go on field, deleted elsewhere: "Nobody told"' in lines
    assert lines[-1] == "This should not be: the sides do not agree. Please report it."


def seen(title: str, **changed: object) -> Seen:
    facts = {"status": "open", "due": "", "labels": (), "notes": "", "parent": ""} | changed
    return Seen(title=title, **facts)


def test_what_moved_is_what_people_see_before_and_after():
    before = {"1": seen("a"), "2": seen("b"), "3": seen("c")}
    after = {"1": seen("a"), "2": seen("b2", due="2026-03-02"), "4": seen("d", status="Completed")}
    assert moves("outline", before, after) == [
        Move(side="outline", sign="~", title="b", what=("title → b2", "due: nothing → 2026-03-02")),
        Move(side="outline", sign="+", title="d", what=("new, done",)),
        Move(side="outline", sign="-", title="c", what=("deleted",)),
    ]


def test_what_moved_alike_stands_once():
    told = [Move(side=side, sign="~", title="a", what=("x", side)) for side in ("outline", "field")]
    gone = Move(side="outline", sign="-", title="a", what=("deleted",))
    assert together([gone, *told]) == [
        ("~", "a", [("x", ["outline", "field"]), ("outline", ["outline"]), ("field", ["field"])]),
        ("-", "a", [("deleted", ["outline"])]),
    ]
    assert where(SIDES) == "all sides"
    assert where(SIDES[1:]) == f"all but {SIDES[0]}"
    assert where(SIDES[2:]) == ", ".join(SIDES[2:])


def test_a_field_that_a_side_has_no_room_for_is_not_compared():
    assert not seen("a", due="2026-03-02", labels=("x",)).unlike(seen("a", due=None, labels=None, parent=None))
    assert seen("a").unlike(seen("a", status="done")) == {"status"}
    assert not seen("a").unlike(seen("a", status="In Progress"))


def test_what_it_keeps_running_can_be_used_until_it_is_interrupted(tmp_path):
    command = [sys.executable, "-u", "-m", "sync", "demo", "--keep"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=pipe, text=True) as process:
        try:
            line = ""
            while not line.startswith("Still there"):
                line = process.stdout.readline()
                assert line or process.poll() is None
            config = re.search(r"(\S+/tasksync\.toml)", line)[1]
            done = tasksync("run", "--once", "--json", "--config", config, cwd=tmp_path)
            assert (done.code, done.json["groups"]["demo"]["result"]) == (0, "quiet")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    assert not Path(config).parent.exists()
