"""The story: what people do between the cycles, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sync.demo.stage import CASES, FIELD, MATTER, OUTLINE, STRATEGY, Cycle, Stage
from sync.report import Result

MOST_CYCLES: Final = 8
"""Cycles after one scene: twice what the slowest proof of a delete takes here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What people do, told before, and what the cycles after it show, told afterwards."""

    heading: str
    told: tuple[str, ...]
    act: Callable[[Stage], None]
    remark: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scene that was played, with its cycles."""

    cycles: list[Cycle]

    @property
    def quiet(self) -> bool:
        """Whether its last cycle found nothing to do, and no person's work is left open."""
        return self.cycles[-1].report.result is Result.QUIET


def play(scene: Scene, stage: Stage) -> Played:
    """Let people act, then run cycles until nothing waits."""
    scene.act(stage)
    cycles = [stage.cycle()]
    while cycles[-1].report.waiting and len(cycles) < MOST_CYCLES and not stage.stop.is_set():
        cycles.append(stage.cycle())
    return Played(cycles=cycles)


def _first(stage: Stage) -> None:
    anna, ben = stage.outline, stage.strategy
    show = anna.add("Open the exhibition", due=stage.day(40))
    anna.add("Book the hall", parent=show, tags=["place"], due=stage.day(7))
    anna.add("Invite the speakers\nAsk *early*:\n\n- Dr. Rao\n- Ms. Lind", parent=show, due=stage.day(12))
    anna.add("Print the posters", parent=show)
    ben.add("Invite the speakers", {"due": stage.day(12)})
    doing = {"name": "doing"}
    budget: dict[str, object] = {"due": stage.day(3), "status": doing, "labels": [{"name": "money"}]}
    ben.add("Agree the budget", {**budget, "description": "<p>At most <b>5,000</b>.</p>"})  # type: ignore[dict-item]  # JSON
    stage.matter.add("Draft the contract", {"due": stage.day(9), "status": "In Progress", "labels": "legal"})
    stage.cases.add("Check the references", {"due_on": stage.day(10), "body": "Two of them."})


def _without_list(stage: Stage) -> None:
    stage.adopt(stage.field.add("Inspect the exits", {"description": "All four."}))


def _edits(stage: Stage) -> None:
    anna, ben = stage.outline, stage.strategy
    anna.edit(int(stage.ref(OUTLINE, "Print the posters")), content="Print 200 posters", due=stage.day(20))
    labels = [{"name": "money"}, {"name": "urgent"}]
    ben.edit(int(stage.ref(STRATEGY, "Agree the budget")), {"due": stage.day(5), "labels": labels})
    stage.matter.edit(stage.ref(MATTER, "Draft the contract"), {"status": "Completed"})
    stage.cases.edit(int(stage.ref(CASES, "Book the hall")), {"status": "complete"})
    stage.field.edit(stage.ref(FIELD, "Inspect the exits"), {"status": "in_progress"})


def _conflict(stage: Stage) -> None:
    item = stage.ref(OUTLINE, "Invite the speakers")
    notes = next(str(one["content"]) for one in stage.outline.tasks() if str(one["id"]) == item).partition("\n")[2]
    stage.outline.edit(int(item), content=f"Invite four speakers\n{notes}", tags=["programme"])
    action = int(stage.ref(STRATEGY, "Invite the speakers"))
    stage.strategy.edit(action, {"title": "Invite five speakers", "due": stage.day(14)})


def _tidy(stage: Stage) -> None:
    stage.outline.move(int(stage.ref(OUTLINE, "Book the hall")), parent=0)
    stage.outline.remove(int(stage.ref(OUTLINE, "Print 200 posters")))
    stage.strategy.remove(int(stage.ref(STRATEGY, "Agree the budget")))


def _nothing(_stage: Stage) -> None:
    """Nobody does anything."""


SCENES: Final = (
    Scene(
        heading="Five sides meet",
        told=(
            "Anna keeps an outline, Ben a canvas, Chris documents, Dana a case.",
            'Anna and Ben both have "Invite the speakers", due on the same day.',
        ),
        act=_first,
        remark=(
            "What two had was adopted: tied together, not doubled. The rest was created.",
            "Trackops demands a due date: a task without one gets one there (default_due),",
            "which is nobody's opinion and goes nowhere.",
        ),
    ),
    Scene(
        heading="A task on a side without a list",
        told=(
            "Eve makes a task at OptaCheck, which has no list. So somebody tells its id:",
            "tasksync adopt field ID",
        ),
        act=_without_list,
        remark=("From now on it is looked at in each cycle, like all that were made from here.",),
    ),
    Scene(
        heading="People work on all sides",
        told=(
            "Anna renames and dates a task. Ben moves a date and adds a label. Chris and",
            "Dana each complete one, Eve begins hers.",
        ),
        act=_edits,
        remark=(
            "Only the fields that changed were sent. What Dana completes is completed",
            "everywhere; but Trackops documents no way to change a task: what others edit",
            "is listed as undeliverable there, and not tried again.",
        ),
    ),
    Scene(
        heading="Two edit the same task",
        told=(
            'Anna makes it "Invite four speakers" and tags it;',
            'Ben makes it "Invite five speakers" and moves its date.',
        ),
        act=_conflict,
        remark=(
            "Tag and date went through. The titles are a conflict: as OGSM tells no times,",
            "the first side of the group has priority. The other title is kept in the",
            "history.",
        ),
    ),
    Scene(
        heading="Moves and deletes",
        told=(
            "Anna moves a task to the root of her outline (nobody else has a tree: nothing",
            "is written), and deletes one. Ben deletes one, too.",
        ),
        act=_tidy,
        remark=(
            "A delete travels when it is proved, never on the first look: a side that once",
            "forgets to list a task must not cost you the task. (By default the looks are",
            "10 minutes apart.) At Opus 2 a delete is a move into the archive folder;",
            "Trackops has none: there the tasks stay, and are let go.",
        ),
    ),
    Scene(
        heading="Nobody does anything",
        told=(),
        act=_nothing,
        remark=("Quiet: reads only, and no write.",),
    ),
)
