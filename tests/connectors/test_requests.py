"""Rule 23: a cycle sends what a vendor's API makes necessary, and nothing else; counted at the server, for each vendor.

The program over a vault and a sandbox, over real HTTP, each cycle as a new process has it. Sign-ins are counted apart:
a token is kept in memory alone, so that a process that needs one signs in once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Event

import pytest

from connectors.serving import Serving, serve
from sync.app import App
from sync.demo.configuration import side
from sync.progress import Silent
from sync.report import GroupReport
from tests.cli.kit import Place
from tests.connectors.bench import Unhurried

SIGN_INS = ("/auth/login.json", "/api-token-auth/")
WORDS = """[sides.there.statuses]
assigned = "needs_action"
in_progress = "in_progress"
completed = "completed"
cancelled = "cancelled"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What a vendor makes necessary: methods in order. ``idle`` is a cycle's, the rest comes on top of it.

    ``seen`` is what a cycle sends instead to see what the one before it wrote; ``edit`` is of title and due, ``status``
    of the status alone, ``both`` of title and status; ``made`` is a new task.
    """

    idle: str = "GET"
    seen: str = "GET"
    sign_ins: int = 0
    edit: str
    status: str
    both: str
    made: str
    deleted: str
    reading: str = ""
    keys: str = ""


FLOORS = {
    # The list tells whether it changed; its items are a request more. Closing and deleting take children along: the
    # item is read again first (rules 9, 18). The status is an action.
    "checkvist": Floor(
        seen="GET GET",
        sign_ins=1,
        edit="PUT",
        status="GET POST",
        both="GET PUT POST",
        made="POST",
        deleted="GET DELETE",
    ),
    "ogsm": Floor(edit="PATCH", status="PATCH", both="PATCH", made="POST", deleted="DELETE"),
    # No list: a request for each task. A PUT replaces the whole task: it is read again first.
    "optacheck": Floor(
        idle="GET GET GET",
        seen="GET GET GET",
        sign_ins=1,
        edit="GET PUT",
        status="GET PUT",
        both="GET PUT",
        made="POST",
        deleted="DELETE",
        keys=WORDS,
    ),
    # A request for each field; a new document has no field yet, and gets its title and its status.
    "opus2": Floor(edit="PUT PUT", status="PUT", both="PUT PUT", made="POST PUT PUT", deleted="PUT"),
    # What its list of what was updated did not name is looked at first: nobody says what counts as an update.
    "trackops": Floor(
        edit="GET PUT",
        status="GET PUT",
        both="GET PUT",
        made="POST",
        deleted="GET DELETE",
        reading="update=merge",
        keys="update = true",
    ),
}


class Group(Place):
    """A vault, ``here``, and a vendor's sandbox, ``there``."""

    def __init__(self, folder: Path, vendor: str, reading: str) -> None:
        module = import_module(f"connectors.{vendor}.sandbox")
        self.folder = folder
        self.config = folder / "tasksync.toml"
        self.clock = Unhurried()
        self.vendor = vendor
        # What was written just now is read once more where times are compared: here, that was an hour ago.
        given = {"now": lambda: datetime.now(UTC) - timedelta(hours=1)} if vendor in ("checkvist", "trackops") else {}
        self.sandbox = module.Sandbox(module.Reading.parse(reading), **given)
        self.serving: Serving

    def configure(self, keys: str = "") -> None:
        """Write the configuration, with some keys more for the vendor."""
        lines = ['[sides.here]\nconnector = "memory"\nvault = "here"', f'file = "{self.folder}/here.json"']
        lines += side("there", connector=self.vendor, address=self.serving.url("there"), keys=self.sandbox.describe())
        lines += [keys, '[groups.work]\nsides = ["here", "there"]\nsweep = "1d"']
        lines += ['[groups.work.evidence]\nmisses = 2\nmiss_gap = "0s"']
        self.config.write_text("\n".join(lines), encoding="utf-8")
        self.config.chmod(0o600)

    def cycle(self, **wishes: object) -> GroupReport:
        """One cycle, a quarter of an hour after the last one."""
        self.clock.sleep(900)
        self.serving.forget("there")
        with App.open(config=self.config, env={}, cwd=self.folder, clock=self.clock, read_only=False) as app:
            report = app.run_once((), stop=Event(), progress=Silent(), **wishes).groups["work"]
        assert report.requests["there"] == len(self.serving.requests("there"))
        return report

    def sent(self) -> str:
        """The methods of the last cycle's requests, sign-ins left out."""
        return " ".join(one.method for one in self.serving.requests("there") if one.path not in SIGN_INS)

    def sign_ins(self) -> int:
        """The last cycle's."""
        return sum(one.path in SIGN_INS for one in self.serving.requests("there"))


@contextmanager
def running(folder: Path, vendor: str, floor: Floor) -> Iterator[Group]:
    group = Group(folder, vendor, floor.reading)
    with serve({"there": group.sandbox.app}) as group.serving:
        group.configure(floor.keys)
        group.put("here", "Milk", due="2027-01-05")
        group.put("here", "Bread", "Eggs")
        for _ in range(3):
            group.cycle()
        yield group


@pytest.mark.parametrize("vendor", FLOORS)
def test_a_cycle_sends_what_the_vendor_makes_necessary(tmp_path, vendor):
    floor = FLOORS[vendor]
    with running(tmp_path, vendor, floor) as group:
        for _ in range(2):
            report = group.cycle()
            assert (report.result, group.sent(), group.sign_ins()) == ("quiet", floor.idle, floor.sign_ins)
        steps = {
            "edit": lambda: group.change("here", "Milk", title="Oat milk", due="2027-02-05"),
            "status": lambda: group.change("here", "Bread", status="completed"),
            "both": lambda: group.change("here", "Eggs", title="Ten eggs", status="completed"),
        }
        for name, step in steps.items():
            step()
            assert group.cycle().updated == 1
            assert group.sent() == f"{floor.idle} {getattr(floor, name)}", name
            assert (group.cycle().result, group.sent()) == ("quiet", floor.seen)
        assert (group.cycle().result, group.sent()) == ("quiet", floor.idle)


@pytest.mark.parametrize("vendor", FLOORS)
def test_so_do_a_new_task_and_a_deleted_one(tmp_path, vendor):
    """A delete is decided upon in the second cycle that lacks the task."""
    floor = FLOORS[vendor]
    with running(tmp_path, vendor, floor) as group:
        group.put("here", "Tea")
        assert group.cycle().created == 1
        assert group.sent() == f"{floor.idle} {floor.made}"
        group.cycle()
        group.cycle()
        idle = group.sent()
        group.drop("here", "Tea")
        assert (group.cycle().waiting, group.sent()) == (1, idle)
        assert group.cycle().deleted == 1
        assert group.sent() == f"{idle} {floor.deleted}"
        assert (group.cycle().result, group.sent()) == ("quiet", floor.seen)


@pytest.mark.parametrize(("vendor", "reading"), [("opus2", ""), ("trackops", "most=25")])
def test_a_complete_read_is_a_request_for_each_page(tmp_path, vendor, reading):
    """Opus 2 in a process of its own asks for folders and fields first; Trackops' end is a page that is empty."""
    with running(tmp_path, vendor, replace(FLOORS[vendor], reading=reading)) as group:
        for number in range(27):
            group.sandbox.add(f"Task {number}")
        while group.cycle(sweep=True).result != "quiet":
            pass
        group.cycle(sweep=True)
        asked = [f"{one.path}?{one.query}" for one in group.serving.requests("there")]
        # A sweep may ask the filter as well, to find out what that does not tell (rule 16).
        listing = [one for one in asked if "afterDate" not in one and "updated_from" not in one]
        beside = [one for one in listing if one.endswith(("/fields?", "/folders?"))]
        assert len(beside) == (2 if vendor == "opus2" else 0)
        assert len(listing) - len(beside) == (2 if vendor == "opus2" else 3)


def test_polls_keep_within_the_budget_and_leave_a_quarter_for_writes(tmp_path):
    """Four requests in the five minutes of the interval: three looks in a cycle, and a change has room."""
    floor = FLOORS["optacheck"]
    with running(tmp_path, "optacheck", floor) as group:
        group.put("here", "Tea", "Salt", "Oil")
        group.cycle()
        text = group.config.read_text("utf-8")
        group.config.write_text(text.replace('rate = "off"', 'rate = "4/5m"'), encoding="utf-8")
        looked = set()
        for _ in range(2):
            assert group.cycle().result == "quiet"
            assert group.sent() == "GET GET GET"
            looked |= {one.path for one in group.serving.requests("there") if one.method == "GET"}
        assert len(looked) == 6, "those that were not looked at longest come first"
