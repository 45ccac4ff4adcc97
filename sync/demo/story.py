"""The story: what people do between the cycles, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sync.demo.people import Canvas, Outline
from sync.demo.seen import Seen
from sync.demo.stage import CANVAS, OUTLINE, Cycle, Stage
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
    anna: Outline = stage.outline
    ben: Canvas = stage.canvas
    show = anna.add("Open the exhibition", due=stage.day(40))
    anna.add("Book the hall", parent=show, tags=["place"], due=stage.day(7))
    anna.add("Invite the speakers\nAsk *early*:\n\n- Dr. Rao\n- Ms. Lind", parent=show, due=stage.day(12))
    anna.add("Print the posters", parent=show)
    anna.add("Order the catalogue")
    ben.add("Invite the speakers", {"due": stage.day(12)})
    budget = "<p>At most <b>5,000</b>.</p>"
    doing = {"name": "doing"}
    ben.add(
        "Agree the budget", {"due": stage.day(3), "status": doing, "labels": [{"name": "money"}], "description": budget}
    )
    ben.add("Find sponsors")


def _edits(stage: Stage) -> None:
    anna, ben = stage.outline, stage.canvas
    anna.edit(_item(stage, "Print the posters"), content="Print 200 posters", due=stage.day(20))
    anna.close(_item(stage, "Book the hall"))
    anna.add("Test the sound", parent=_item(stage, "Open the exhibition"))
    budget = [{"name": "money"}, {"name": "urgent"}]
    ben.edit(_action(stage, "Agree the budget"), {"due": stage.day(5), "labels": budget})
    ben.edit(_action(stage, "Find sponsors"), {"status": {"name": "done"}})
    ben.add("Thank the volunteers", {"description": "<ul><li>cards</li><li>cake</li></ul>"})


def _conflict(stage: Stage) -> None:
    anna, ben = stage.outline, stage.canvas
    item, action = _item(stage, "Invite the speakers"), _action(stage, "Invite the speakers")
    notes = next(str(one["content"]) for one in anna.tasks() if one["id"] == item).partition("\n")[2]
    anna.edit(item, content=f"Invite four speakers\n{notes}", tags=["programme"])
    ben.edit(action, {"title": "Invite five speakers", "due": stage.day(14)})


def _tidy(stage: Stage) -> None:
    anna, ben = stage.outline, stage.canvas
    anna.move(_item(stage, "Test the sound"), parent=0)
    anna.remove(_item(stage, "Order the catalogue"))
    ben.remove(_action(stage, "Find sponsors"))


def _nothing(_stage: Stage) -> None:
    """Nobody does anything."""


def _item(stage: Stage, title: str) -> int:
    return _ref(stage.seen()[OUTLINE], title)


def _action(stage: Stage, title: str) -> int:
    return _ref(stage.seen()[CANVAS], title)


def _ref(seen: dict[str, Seen], title: str) -> int:
    return next(int(ref) for ref, task in seen.items() if task.title == title)


SCENES: Final = (
    Scene(
        heading="Two sides meet",
        told=(
            "Anna keeps a Checkvist outline; Ben keeps an OGSM canvas.",
            'Both have "Invite the speakers", due on the same day.',
        ),
        act=_first,
        remark=("What both had was adopted: tied together, not doubled. The rest was created.",),
    ),
    Scene(
        heading="People work on both sides",
        told=(
            "Anna renames and dates a task, closes one, and adds one.",
            "Ben moves a date, adds a label, ticks a task off, and adds one with notes.",
        ),
        act=_edits,
        remark=("Only the fields that changed were sent; nothing else was touched.",),
    ),
    Scene(
        heading="Both edit the same task",
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
            "Anna moves a task to the root of her outline (a canvas has no tree: there is",
            "nothing to write), and deletes one. Ben deletes one, too.",
        ),
        act=_tidy,
        remark=(
            "A delete travels when it is proved, never on the first look: a side that once",
            "forgets to list a task must not cost you the task. (By default the looks are",
            "10 minutes apart.)",
        ),
    ),
    Scene(
        heading="Nobody does anything",
        told=(),
        act=_nothing,
        remark=("Quiet: one read of each side (and a log-in), and no write.",),
    ),
)
