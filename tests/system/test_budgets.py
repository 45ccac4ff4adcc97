"""Several processes, one credential, a server that counts: never too much, hardly less than there is, and it is shown.

Each process has a group of its own: a vault, and a folder of the same tenant of Opus 2.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.opus2.sandbox import Reading, Sandbox
from connectors.serving import Serving, serve
from sync.demo.configuration import side
from tests.forks import Fork, Mould, anew, environment

RUN = ("run", "--once", "--json")


class Tenant:
    """A tenant with a folder for each group, that counts; and the program over it."""

    def __init__(self, folder: Path, serving: Serving, sandbox: Sandbox, *, groups: int, rate: str) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self._serving = serving
        self.groups = [f"g{number}" for number in range(groups)]
        lines: list[str] = []
        for name in self.groups:
            sandbox.world.folders[f"f-{name}"] = f"Folder of {name}"
            keys = {**sandbox.describe(), "folder": f"Folder of {name}"}
            told = side(f"matter-{name}", connector="opus2", address=serving.url("opus2"), keys=keys)
            lines += [line for line in told if not line.startswith("rate")] + ([f'rate = "{rate}"'] if rate else [])
            lines += [f"[sides.vault-{name}]", 'connector = "memory"', f'vault = "{name}"', f'file = "{name}.json"']
            lines += [f"[groups.{name}]", f'sides = ["vault-{name}", "matter-{name}"]']
        config = folder / "tasksync.toml"
        config.write_text("\n".join(lines), encoding="utf-8")
        config.chmod(0o600)

    def fill(self, tasks: int) -> None:
        """A person makes tasks in each vault: each costs three requests at the tenant."""
        for name in self.groups:
            made = {f"{name}-{n}": {"title": f"{name} {n}", "status": "needs_action"} for n in range(tasks)}
            (self.folder / f"{name}.json").write_text(json.dumps({"tasks": made}), encoding="utf-8")

    def start(self, *arguments: str, mould: Mould | None = None) -> subprocess.Popen[bytes] | Fork:
        """The program, as a process."""
        start = anew if mould is None else mould.start
        return start(*arguments, folder=self.folder, env=environment())

    def run_all(self, mould: Mould | None = None, timeout: float = 240) -> list[dict]:
        """All groups at once, a process for each: their reports."""
        processes = [self.start(*RUN, name, mould=mould) for name in self.groups]
        try:
            ended = [process.communicate(timeout=timeout) for process in processes]
        finally:
            for process in processes:
                process.kill()
        return [json.loads(out) for out, _ in ended]

    @property
    def arrivals(self) -> list[float]:
        """When requests arrived, in seconds."""
        return sorted(seen.at for seen in self._serving.requests("opus2"))

    def closest(self, limit: int) -> float:
        """The shortest time in which one request more than the limit arrived."""
        times = self.arrivals
        return min((late - early for early, late in zip(times, times[limit:], strict=False)), default=float("inf"))


@contextmanager
def tenant(folder: Path, *, groups: int, rate: str, reading: str = "") -> Iterator[Tenant]:
    sandbox = Sandbox(Reading.parse(reading))
    with serve({"opus2": sandbox.app}) as serving:
        yield Tenant(folder, serving, sandbox, groups=groups, rate=rate)


def documents(at: Tenant, name: str) -> list[str]:
    return sorted(str(at.sandbox.values(one.id)["title"]) for one in at.sandbox.documents(f"f-{name}"))


def test_four_processes_that_share_a_credential_never_exceed_its_budget(tmp_path, mould):
    """Fifty requests in three seconds; each has some thirty to send. The secret is in no file of the store's."""
    with tenant(tmp_path, groups=4, rate="50/3s") as at:
        at.fill(9)
        reports = at.run_all(mould)
        assert [report["exit"] for report in reports] == [0] * 4, reports
        assert all(documents(at, name) == sorted(f"{name} {n}" for n in range(9)) for name in at.groups)
        assert len(at.arrivals) > 100, "more than two windows hold"
        assert at.closest(50) >= 3.0
        files = [file for file in tmp_path.iterdir() if file.name.startswith("tasksync.") and file.suffix != ".toml"]
        assert tmp_path / "tasksync.budget" in files
        assert not any(at.sandbox.token.encode() in file.read_bytes() for file in files)


def test_status_shows_the_budget_that_another_process_uses(tmp_path, mould):
    """What was sent counts for whoever asks next, under both sides' names; looking uses nothing."""
    with tenant(tmp_path, groups=2, rate="40/1h") as at:
        at.fill(2)
        sent = sum(
            next(iter(report["groups"].values()))["requests"][f"matter-{name}"]
            for name, report in zip(at.groups, at.run_all(mould), strict=True)
        )
        assert sent == len(at.arrivals)
        out, _ = at.start("status", "--json", mould=mould).communicate(timeout=60)
        shown = [json.loads(out)["groups"][name]["sides"][f"matter-{name}"]["budget"] for name in at.groups]
        assert shown == [{"windows": [{"limit": 40, "per": 3600.0, "used": sent}], "spacing": 0.0, "free": ""}] * 2
        out, _ = at.start("status", "g0", mould=mould).communicate(timeout=60)
        assert f"budget of matter-g0: {sent} of 40 requests in 3600 s used, free now" in out.decode()


def test_a_run_gives_a_side_up_when_it_would_wait_for_more_than_a_minute_and_goes_on_next_time(tmp_path, mould):
    """Eight requests in a quarter of an hour: what fits is done, the rest is owed; the next run waits no less."""
    with tenant(tmp_path, groups=1, rate="8/15m") as at:
        at.fill(4)
        (report,) = at.run_all(mould)
        told = report["groups"]["g0"]
        assert (report["exit"], told["result"]) == (4, "owed")
        assert told["created"] + told["owed"] >= 4
        assert "is spent for another" in told["sides"]["matter-g0"]["why"]
        assert len(at.arrivals) == 8
        (report,) = at.run_all(mould)
        assert (report["exit"], len(at.arrivals)) == (4, 8)


def test_where_budgets_can_not_be_kept_nothing_is_sent_but_by_who_only_looks(tmp_path, mould):
    """A plan goes by a budget of its own and says so; a run is told what to do."""
    with tenant(tmp_path, groups=1, rate="20/2s") as at:
        at.fill(1)
        (tmp_path / "tasksync.budget").mkdir()
        run = at.start(*RUN, mould=mould)
        out, _ = run.communicate(timeout=60)
        error = json.loads(out)["error"]
        assert (run.returncode, error["kind"]) == (2, "store")
        assert "The rate budgets can not be kept" in error["message"]
        assert 'rate = "off"' in error["message"]
        assert at.arrivals == []
        plan = at.start("plan", "--json", mould=mould)
        out, err = plan.communicate(timeout=60)
        assert (plan.returncode, len(json.loads(out)["groups"]["g0"]["actions"])) == (0, 1)
        assert b"budget.alone" in err


@pytest.mark.torture
@pytest.mark.parametrize("processes", [2, 4])
def test_fifty_in_sixty_seconds_whatever_the_number_of_processes(tmp_path, processes):
    """The vendor's default, kept by the vendor too: nothing is refused, and while there is work nothing lies idle."""
    with tenant(tmp_path, groups=processes, rate="", reading="rate=50") as at:
        at.fill(160 // 3 // processes)
        reports = at.run_all(timeout=600)
        times = at.arrivals
        print(processes, len(times), at.closest(50), [round(late - early, 2) for early, late in pairwise(times[::50])])
        assert [report["exit"] for report in reports] == [0] * processes, reports
        assert at.closest(50) >= 60.0
        windows = (len(times) - 1) // 50
        assert windows >= 2
        used = 60.0 * windows / (times[50 * windows] - times[0])
        assert used >= 0.95
