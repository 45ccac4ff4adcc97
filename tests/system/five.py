"""A group over servers of all five vendors, written by another hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.system.checkvist import Checkvist
from tests.system.ogsm import Ogsm
from tests.system.optacheck import OptaCheck, OptaCheckReading
from tests.system.opus2 import Opus2, Opus2Reading
from tests.system.program import Program
from tests.system.stranger import Json
from tests.system.trackops import Trackops, TrackopsReading

SIDES: Final = ("outline", "field", "matter", "cases", "strategy")
CLOSED: Final = frozenset({"completed", "cancelled"})
WORDS: Final[dict[str, dict[str, Json]]] = {
    "outline": {"needs_action": 0, "in_progress": 0, "completed": 1, "cancelled": 2},
    "field": {
        "needs_action": "assigned", "in_progress": "in_progress", "completed": "completed", "cancelled": "cancelled",
    },
    "matter": {
        "needs_action": "Pending", "in_progress": "In Progress", "completed": "Completed", "cancelled": "Withdrawn",
    },
    "cases": {"needs_action": "none", "in_progress": "in_progress", "completed": "complete"},
    "strategy": {"needs_action": "todo", "in_progress": "doing", "completed": "done", "cancelled": "dropped"},
}  # fmt: skip
"""By side: canonical status → the vendor's word."""
ODD: Final = {"field": "review", "matter": "Parked", "strategy": "parked"}
"""Words that no side's table has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, and what the sides call them. ``cases`` 0: they have no account there, and none at OptaCheck."""

    name: str
    email: str = ""
    outline: int
    cases: int = 0


PEOPLE: Final = {
    "anna": Person(name="Anna Berg", email="anna@example.com", outline=11, cases=31),
    "ben": Person(name="Ben Ode", email="ben@example.com", outline=12, cases=32),
    "cleo": Person(name="Cleo Only", outline=13),
    "dora": Person(name="Dora Far", email="dora@example.com", outline=14),
}

CONFIG: Final = """\
[people.anna]
name = "Anna Berg"
email = "anna@example.com"
ids = {{ outline = "11", cases = "31"{anna} }}

[people.ben]
name = "Ben Ode"
email = "ben@example.com"
ids = {{ outline = "12", cases = "32"{ben} }}

[people.cleo]
name = "Cleo Only"
ids = {{ outline = "13" }}

[people.dora]
name = "Dora Far"
email = "dora@example.com"
ids = {{ outline = "14" }}

[sides.outline]
connector = "checkvist"
base_url = "{outline.url}"
checklist = {outline.checklist}
username = "{outline.user}"
remote_key = "{outline.key}"
rate = "off"

[sides.field]
connector = "optacheck"
base_url = "{field.url}"
workspace = "{field.workspace}"
api_key = "{field.key}"
username = "{field.user}"
password = "{field.password}"
user_email = "crew@example.com"
rate = "off"
[sides.field.statuses]
assigned = "needs_action"
in_progress = "in_progress"
active = "in_progress"
completed = "completed"
cancelled = "cancelled"

[sides.matter]
connector = "opus2"
base_url = "{matter.url}"
token = "{matter.token}"
project = "{matter.project}"
folder = "{matter.folder}"
archive_folder = "{matter.archive}"
rate = "{rate}"
[sides.matter.fields]
title = "Title"
status = "Status"
due = "Due date"
description = "Notes"
labels = "Labels"
assignees = "Assignees"
[sides.matter.statuses]
Pending = "needs_action"
"In Progress" = "in_progress"
Completed = "completed"
Withdrawn = "cancelled"

[sides.cases]
connector = "trackops"
base_url = "{cases.url}"
username = "{cases.user}"
token = "{cases.token}"
case = {cases.case}
calendar = {cases.calendar}
default_due = "14d"
update = {update}
rate = "off"

[sides.strategy]
connector = "ogsm"
base_url = "{strategy.url}"
username = "{strategy.user}"
password = "{strategy.password}"
canvas = {strategy.canvas}
rate = "off"
[sides.strategy.statuses]
todo = "needs_action"
doing = "in_progress"
done = "completed"
dropped = "cancelled"

[groups.work]
sides = ["outline", "field", "matter", "cases", "strategy"]

[groups.work.evidence]
misses = 2
miss_gap = "0s"
"""


class Five(Program):
    """The group ``work`` over ``outline``, ``field``, ``matter``, ``cases`` and ``strategy``.

    ``introduced``: the configuration says which of OptaCheck's ids is whose; else that is learnt.
    """

    def __init__(
        self,
        folder: Path,
        *,
        outline: Checkvist,
        field: OptaCheck,
        matter: Opus2,
        cases: Trackops,
        strategy: Ogsm,
        introduced: bool,
    ) -> None:
        super().__init__(
            folder, {"outline": outline, "field": field, "matter": matter, "cases": cases, "strategy": strategy}
        )
        self.outline = outline
        self.field = field
        self.matter = matter
        self.cases = cases
        self.strategy = strategy
        self.introduced = introduced
        ids = {}
        for key, person in PEOPLE.items():
            if person.cases:
                there = field.join(person.email)
                ids[key] = f', field = "{there}"' if introduced else ""
                cases.people[person.cases] = (person.name, person.email)
        rate = f"50/{matter.window:.0f}s" if matter.window else "off"
        self.write(CONFIG.format_map({**self.servers, **ids, "rate": rate, "update": str(cases.updates).lower()}))

    def undeliverable(self) -> list[Json]:
        """What can not be delivered, row by row, as a plan tells it."""
        return list(self.tasksync("plan", "--json").json["groups"]["work"]["undeliverable"])


@contextmanager
def five(
    folder: Path,
    seed: int = 0,
    *,
    field: OptaCheckReading | None = None,
    matter: Opus2Reading | None = None,
    cases: TrackopsReading | None = None,
    updates: bool = False,
    window: float = 0,
) -> Iterator[Five]:
    """A group over five servers, with the readings of a seed or these; the servers end with it.

    ``updates``: the Trackops account has PUT and DELETE. ``window``: seconds in which Opus 2 takes 50 requests.
    """
    with ExitStack() as stack:
        made = Five(
            folder,
            outline=stack.enter_context(Checkvist(seed)),
            field=stack.enter_context(OptaCheck(seed, field)),
            matter=stack.enter_context(Opus2(seed, matter, window=window)),
            cases=stack.enter_context(Trackops(seed, cases, updates=updates)),
            strategy=stack.enter_context(Ogsm(seed)),
            introduced=bool(seed % 2),
        )
        yield made
