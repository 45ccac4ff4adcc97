"""A sandbox behind real HTTP: with a connector to it, or in a group with a vault in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from connectors.contract import SideSettings
from connectors.optacheck.connector import OptaCheckConnector
from connectors.optacheck.sandbox import Reading, Sandbox, Task
from connectors.optacheck.settings import OptaCheckSettings
from connectors.serving import Fault, Kind, Seen
from connectors.task import Field, Status
from sync.app import App
from sync.clock import SystemClock
from sync.core.model import Held
from sync.progress import Silent
from sync.report import GroupReport
from tests.cli.kit import Place
from tests.connectors import bench

ANNA, BEN, CREW = "anna@example.com", "ben@example.com", Sandbox.crew
WORDS = {
    "assigned": Status.NEEDS_ACTION,
    "in_progress": Status.IN_PROGRESS,
    "active": Status.IN_PROGRESS,
    "completed": Status.COMPLETED,
    "cancelled": Status.CANCELLED,
}
LOGIN = "/api-token-auth/"


def side(
    statuses: Mapping[str, Status] | None = None, fields: Mapping[Field, bool | str] | None = None, **own: object
) -> SideSettings:
    """A side's settings, with the connector's own ones by name."""
    settings = OptaCheckSettings.model_validate({**Sandbox().describe(), **own})
    return SideSettings(
        name="field",
        own=settings,
        base_url="https://api.optacheck.com",
        timezone=ZoneInfo("Europe/Berlin"),
        statuses=statuses,
        fields=fields or {},
    )


class Bench(bench.Bench[Sandbox, OptaCheckConnector]):
    """One sandbox being served, its faults, and connectors to it."""

    def connect(self, settings: SideSettings | None = None, base_url: str | None = None) -> OptaCheckConnector:
        """Another connector to the same server."""
        settings = settings or side()
        return OptaCheckConnector(settings, self.clock, self.http(settings, base_url))

    def requests(self) -> tuple[Seen, ...]:
        """The requests that reached the server, log-ins left out."""
        seen = super().requests()
        return tuple(one for one in seen if one.path != LOGIN)

    def methods(self) -> list[str]:
        """Their methods."""
        return [seen.method for seen in self.requests()]

    def fail(self, kind: Kind, method: str, times: int | None = 1, **how: object) -> None:
        """From now on requests of a method fail, so many of them."""
        chosen = lambda asked, path: asked == method and path != LOGIN  # noqa: E731
        self.faults.add(Fault(kind, match=chosen, times=times, **how))

    def task(self, identity: str) -> Task:
        """A task as the server has it."""
        return next(task for task in self.sandbox.tasks() if task["id"] == identity)


@contextmanager
def running(reading: str = "") -> Iterator[Bench]:
    """A sandbox that reads the document in some way, served until the end of the context."""
    with bench.served(Bench, Sandbox(Reading.parse(reading)), "optacheck") as made:
        yield made


CONFIG = """
[store]
url = "sqlite:///tasks.db"

{people}

[sides.here]
connector = "memory"
vault = "here"
file = "{folder}/here.json"

[sides.field]
connector = "optacheck"
base_url = "{url}"
workspace = "ws-1"
api_key = "workspace-key"
username = "api@example.com"
password = "optacheck-password"
user_email = "crew@example.com"
rate = "off"
{field}

[sides.field.statuses]
assigned = "needs_action"
in_progress = "in_progress"
active = "in_progress"
completed = "completed"
cancelled = "cancelled"

[groups.work]
sides = ["here", "field"]
"""


class Group(Place):
    """A vault and a workspace in one group. Each cycle opens the program anew, as `run --once` does."""

    def __init__(self, folder: Path, bench: Bench) -> None:
        self.folder = folder
        self.bench = bench
        self.sandbox = bench.sandbox
        self.config = folder / "tasksync.toml"
        self.configure()

    def configure(self, *, field: str = "", people: str = "") -> None:
        """Write the configuration, with some keys more."""
        text = CONFIG.format(folder=self.folder, url=self.bench.url, field=field, people=people)
        self.config.write_text(text, encoding="utf-8")

    @contextmanager
    def opened(self) -> Iterator[App]:
        """The program over that configuration."""
        with App.open(config=self.config, env={}, cwd=self.folder, clock=SystemClock(None), read_only=False) as app:
            yield app

    def cycle(self, **wishes: object) -> GroupReport:
        """One cycle."""
        with self.opened() as app:
            return app.run_once((), stop=Event(), progress=Silent(), **wishes).groups["work"]

    def settle(self, most: int = 6) -> list[GroupReport]:
        """Cycles until one is quiet."""
        reports = [self.cycle()]
        while reports[-1].result != "quiet":
            assert len(reports) < most, [report.as_json() for report in reports]
            reports.append(self.cycle())
        return reports

    def stay_quiet(self) -> None:
        """The next cycle writes nothing, and asks once for each linked task."""
        before = self.sandbox.tasks()
        self.bench.forget()
        report = self.cycle()
        assert (report.result, report.code) == ("quiet", 0), report.as_json()
        assert set(self.bench.methods()) <= {"GET"}
        assert self.sandbox.tasks() == before

    def held(self) -> list[Held]:
        """What waits for a person."""
        with self.opened() as app:
            return [held for _, held in app.held(())]

    def resolve(self, held: Held, choice: str) -> None:
        """A person decides."""
        with self.opened() as app:
            app.by_hand.resolve(f"h{held.id}", [choice])

    def undeliverable(self) -> dict[tuple[str, str], str]:
        """What can not be delivered: title and field, and why."""
        with self.opened() as app:
            (group,) = app.status(())
        return {(note.title, str(note.field)): note.why for note in group.undeliverable}

    def there(self, title: str) -> Task:
        """The one task of the workspace with this title."""
        (found,) = [task for task in self.sandbox.tasks() if task["title"] == title]
        return found

    def here(self, title: str) -> dict:
        """The one task of the vault with this title."""
        (found,) = [task for task in self.tasks("here").values() if task["title"] == title]
        return found
