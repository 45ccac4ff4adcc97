"""The service at work, over real vaults and real HTTP, in a thread of the test."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.checkvist.sandbox import Reading as CheckvistReading
from connectors.checkvist.sandbox import Sandbox as Checkvist
from connectors.serving import Fault, Kind, serve
from sync.core.facts import Read
from sync.journald import Journal
from sync.observing import Phase
from sync.service import Told
from tests.cli.kit import forked
from tests.service.running import Running, running, until


@pytest.fixture
def place(tmp_path) -> Iterator[Running]:
    with running(tmp_path) as made:
        yield made


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_hung_vendor_delays_no_other_side_and_no_other_group_and_catches_up_afterwards(place):
    """It accepts and never answers: edits go on between the others at once; nothing is doubled when it is back."""
    place.configure({"work": ["left", "right", "canvas"], "home": ["one", "two"]})
    place.put("left", l1="Milk")
    place.put("one", o1="Soap")
    with place.started() as watcher:
        until(lambda: place.titles("canvas") == place.titles("right") == ["Milk"])
        place.faults.add(Fault(Kind.HANG, times=None))
        until(lambda: watcher.last("work").sides["canvas"].read is Read.STILL_READING)
        place.put("left", l1="Milk", l2="Bread")
        place.put("one", o2="Towel")
        began = {group: watcher.count(group) for group in ("work", "home")}
        until(lambda: place.titles("right") == ["Bread", "Milk"] and place.titles("two") == ["Soap", "Towel"], 20)
        assert watcher.count("work") - began["work"] <= 4
        until(lambda: watcher.last("work").sides["canvas"].state == "down")
        assert place.titles("canvas") == ["Milk"]
        assert place.heart.age() == 0.0, place.heart.overdue()
        place.faults.clear()
        assert forked("now", "work", cwd=place.folder).code == 0
        until(lambda: place.titles("canvas") == ["Bread", "Milk"])
        until(lambda: watcher.last("work").result.value == "quiet")
        assert place.titles("left") == place.titles("right") == ["Bread", "Milk"]
    assert watcher.failed == []
    assert any(one.status == 0 for one in watcher.requests), "the requests that hung had no answer"
    assert {(one.group, one.side) for one in watcher.waits} == {("work", "canvas")}


def test_a_vendor_that_hangs_on_writes_holds_the_others_of_its_group_now_and_then_and_not_in_every_cycle(place):
    """It reads well. It is tried after two intervals, four, eight …; what it owes arrives once it is back."""
    place.configure({"work": ["left", "right", "canvas"]})
    place.faults.add(Fault(Kind.HANG, match=lambda method, _path: method == "POST", times=None))
    place.put("left", **{f"l{n}": f"task {n}" for n in range(4)})
    with place.started() as watcher:
        until(lambda: watcher.count("work") > 5)
        place.put("left", l9="more")
        until(lambda: "more" in place.titles("right"))
        hung = [report.seconds > 2.5 for report in watcher.reports["work"]]
        assert hung[0]
        assert not hung[1]
        assert sum(hung) < len(hung) / 2
        told = {report.sides["canvas"].why for report in watcher.reports["work"]}
        assert any("cycles gave up writing there" in (why or "") for why in told)
        place.faults.clear()
        assert forked("now", "work", cwd=place.folder).code == 0
        until(lambda: place.titles("canvas") == place.titles("left"), 60)
        until(lambda: watcher.last("work").result.value == "quiet")
    assert len(place.titles("canvas")) == len(place.titles("right")) == 5
    assert watcher.failed == []


def test_a_service_logs_in_once_and_not_in_every_cycle(place):
    """Nor after a reload that changes nothing there; once more when the token is refused."""
    outline = Checkvist(CheckvistReading.parse("refresh=no"))
    with serve({"outline": outline.app}) as serving:

        def logins() -> int:
            return sum(seen.path == "/auth/login.json" for seen in serving.requests("outline"))

        keys = f'checklist = {outline.checklist}\nusername = "{outline.username}"\nremote_key = "{outline.remote_key}"'
        side = (
            f'[sides.outline]\nconnector = "checkvist"\nbase_url = "{serving.url("outline")}"\n{keys}\nrate = "off"\n'
        )
        group = '[groups.work]\nsides = ["left", "outline"]\ninterval = "1s"\n'
        place.configure({}, more=place.vault("left") + side + group)
        place.put("left", l1="Milk")
        with place.started() as watcher:
            until(lambda: watcher.count("work") > 2)
            assert logins() == 1
            place.config.write_text(place.config.read_text() + "[log]\nformat = 'json'\n")
            place.told.put(Told.RELOAD)
            before = watcher.count("work")
            until(lambda: len(watcher.phases) == 4 and watcher.count("work") > before + 1)
            assert logins() == 1
            outline.expire()
            place.put("left", l2="Bread")
            until(lambda: len(outline.tasks()) == 2)
            before = watcher.count("work")
            until(lambda: watcher.count("work") > before + 1)
            assert logins() == 2
            token = serving.requests("outline")[-1].headers["x-client-token"]
        assert all(token.encode() not in file.read_bytes() for file in place.folder.iterdir() if file.is_file())
    assert watcher.failed == []


def test_a_read_that_takes_longer_than_a_cycle_waits_is_taken_when_it_has_come(place):
    """Each answer takes three intervals: what is there arrives, and what is written there is written once."""
    place.configure({"work": ["left", "right", "canvas"]})
    place.config.write_text(place.config.read_text().replace('timeout = "1s"', 'timeout = "30s"'))
    place.put("left", l1="Milk")
    with place.started() as watcher:
        until(lambda: place.titles("canvas") == ["Milk"] and watcher.last("work").result.value == "quiet")
        place.faults.add(Fault(Kind.SLOW, times=None, seconds=3.0))
        place.sandbox.add("Salt")
        place.put("left", l1="Milk", l2="Bread")
        until(
            lambda: place.titles("left") == place.titles("right") == place.titles("canvas") == ["Bread", "Milk", "Salt"]
        )
        assert {report.sides["canvas"].read for report in watcher.reports["work"]} >= {
            Read.STILL_READING,
            Read.COMPLETE,
        }
    assert watcher.failed == []


def test_fifty_reloads_leave_nothing_behind_and_a_bad_configuration_is_refused(place):
    """The one in use goes on; a group that is new has its first cycle at once, one that is gone has no more."""
    place.configure({"work": ["left", "canvas"]})
    with place.started() as watcher:
        until(lambda: watcher.count("work") > 1)
        place.config.write_text(place.config.read_text() + "[groups.none]\n")
        place.told.put(Told.RELOAD)
        until(lambda: len(watcher.phases) == 4)
        assert "refused" in watcher.phases[-1][1]
        before = watcher.count("work")
        until(lambda: watcher.count("work") > before)
        place.configure({"work": ["left", "canvas"], "home": ["one", "two"]})
        place.told.put(Told.RELOAD)
        until(lambda: watcher.count("home") > 0)
        place.configure({"home": ["one", "two"]}, keys='interval = "1h"')
        counts = []
        for number in range(50):
            place.configure({"home": ["one", "two"]}, keys=f'interval = "{number % 2 + 1}h"')
            place.told.put(Told.RELOAD)
            until(lambda seen=number: len(watcher.phases) >= 6 + 2 * (seen + 1))
            before = watcher.count("home")
            if number in {4, 49}:
                until(
                    lambda: (
                        not any("closing" in thread.name or "group" in thread.name for thread in threading.enumerate())
                    )
                )
                counts.append((handles(), threading.active_count()))
        assert counts[1][0] <= counts[0][0] + 2
        assert counts[1][1] <= counts[0][1] + 1
        ended = watcher.count("work")
        place.told.put(Told.NOW)
        until(lambda: watcher.count("home") > before)
        assert watcher.count("work") == ended
    assert watcher.failed == []
    assert [phase for phase, _ in watcher.phases[-2:]] == [Phase.READY, Phase.STOPPING]


def test_a_password_that_is_put_right_is_tried_with_the_next_reload(place):
    place.configure({"work": ["left", "canvas"]}, more="")
    good = place.config.read_text()
    place.config.write_text(good.replace(place.sandbox.password, "wrong"))
    place.put("left", l1="Milk")
    with place.started() as watcher:
        until(lambda: watcher.last("work").sides["canvas"].state == "paused")
        until(lambda: watcher.count("work") > 2)
        asked = len(watcher.requests)
        before = watcher.count("work")
        until(lambda: watcher.count("work") > before + 1)
        assert len(watcher.requests) == asked, "it is not tried again and again"
        place.config.write_text(good)
        place.told.put(Told.RELOAD)
        until(lambda: place.titles("canvas") == ["Milk"])


def test_now_without_a_service_says_so(place):
    place.configure({"work": ["left", "right"]})
    done = forked("now", "work", cwd=place.folder)
    assert done.code == 2
    assert "is `tasksync run` running for the group work" in done.err
    assert forked("now", "nosuch", cwd=place.folder).code == 2


@pytest.mark.parametrize("once", [True, False])
def test_a_command_is_told_what_is_held_and_only_once(place, once):
    """A vault that is emptied is held; the command gets what ``held --json`` shows. One that fails stops nothing."""
    seen = place.folder / "seen"
    command = json.dumps(["/bin/sh", "-c", f"cat >> {seen}; exit 3"])
    place.configure({"work": ["left", "right"]}, keys=f'interval = "1s"\non_held = {command}')
    place.put("left", **{f"l{n}": f"task {n}" for n in range(4)})
    assert forked("run", "--once", cwd=place.folder).code == 0
    (place.folder / "left.json").write_text('{"tasks": {}}')
    if once:
        for _ in range(2):
            done = forked("run", "--once", cwd=place.folder)
            assert done.code == 3
    else:
        with place.started() as watcher:
            until(seen.exists)
            until(lambda: watcher.count("work") > 2)
            assert watcher.failed == []
    told = json.loads(seen.read_text())
    shown = json.loads(forked("held", "--json", cwd=place.folder).out)
    assert told == {"group": "work", **shown}
    assert [row["kind"] for row in told["held"]] == ["guard"]


def test_the_journal_gets_each_key_as_a_field(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "socket"))
        server.settimeout(5)
        way = Journal(tmp_path / "socket")
        way.send("two\nlines", 4, {"group": "work", "side": "left", "no name": "x"})
        way.close()
        data = server.recv(4096)
    assert b"PRIORITY=4\n" in data
    assert b"TASKSYNC_GROUP=work\nTASKSYNC_SIDE=left\n" in data
    assert b"MESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\n" in data
    assert b"no name" not in data.lower()
    with pytest.raises(OSError, match=os.strerror(2)):
        Journal(tmp_path / "nothing")
