"""The demonstration: it ends well, it would notice if it did not, and what it leaves running can be used."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from sync.cli.views.demo import show_end
from sync.clock import SystemClock
from sync.demo import CANVAS, OUTLINE, SCENES, Move, Seen, Stage, play
from sync.demo.stage import moves
from tests.cli.kit import environment, tasksync
from tests.cli.samples import shown


def test_the_demonstration_shows_what_moves_and_ends_in_agreement(tmp_path):
    done = tasksync("demo", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    for scene in SCENES:
        assert scene.heading in done.out
    assert "cycle 1: changed; 1 adopted" in done.out
    assert "1 conflict" in done.out
    assert re.search(r"cycle \d+: quiet\n", done.out)
    assert "Both sides agree, and the last cycle was quiet." in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def stage():
    """Both sides after they have met."""
    stop = Event()
    with Stage(SystemClock(stop), stop) as stage:
        play(SCENES[0], stage)
        yield stage


def test_it_notices_when_the_sides_do_not_agree(stage):
    assert "Both sides agree, and the last cycle was quiet." in shown(show_end, stage, quiet=True)
    action = next(ref for ref, task in stage.seen()[CANVAS].items() if task.title == "Find sponsors")
    stage.canvas.edit(int(action), {"due": stage.day(1)})
    lines = shown(show_end, stage, quiet=True)
    assert lines[-1] == "This should not be: the sides do not agree. Please report it."
    assert sum(line.endswith(" NO") for line in lines) == 1


def test_it_notices_a_task_that_is_missing_on_one_side(stage):
    stage.outline.remove(next(int(ref) for ref in stage.seen()[OUTLINE]))
    assert any("missing" in line for line in shown(show_end, stage, quiet=True))


def test_it_notices_when_the_last_cycle_was_not_quiet(stage):
    assert (
        shown(show_end, stage, quiet=False)[-1] == "This should not be: the last cycle was not quiet. Please report it."
    )


def test_what_moved_is_what_people_see_before_and_after():
    def seen(title: str, **changed: str) -> Seen:
        facts = {"status": "open", "due": "", "labels": (), "notes": "", "parent": ""} | changed
        return Seen(title=title, **facts)

    before = {"1": seen("a"), "2": seen("b"), "3": seen("c")}
    after = {"1": seen("a"), "2": seen("b", due="2026-03-02"), "4": seen("d", status="closed")}
    assert moves("outline", before, after) == [
        Move(side="outline", sign="~", title="b", what=("due: nothing → 2026-03-02",)),
        Move(side="outline", sign="+", title="d", what=("new; closed",)),
        Move(side="outline", sign="-", title="c", what=("deleted",)),
    ]


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
