"""Each rule's defender: the smallest history found that fails when the rule is switched off, and passes with it.

Plain data, a setup and its steps (:mod:`tests.simulation.steps`): nothing of the engine may be imported before a switch
is thrown.
"""

from __future__ import annotations

PLAIN: dict = {}
NOTE = {"title": "1 e1", "description": "note e1"}


def _group(*sides: tuple[str, object]) -> dict:
    return {"sides": [(name, kind, traits) for name, (kind, traits) in zip("abc", sides, strict=False)]}


TWO = _group(("memory", PLAIN), ("memory", PLAIN))
MADE = [("add", "a", 1, {"title": "1 e1"}), ("cycle", 0, ())]

DEFENDERS: dict[str, tuple[dict, list[tuple]]] = {
    # b's edit is taken in and a can not be told: the title that a still shows is nobody's edit.
    "1": (
        TWO,
        [
            ("add", "b", 1, {"title": "1 e1"}),
            ("cycle", 0, ()),
            ("edit", "b", 1, "title", "e2"),
            ("cycle", 0, ((13, "fault", "refused"),)),
            ("edit", "a", 1, "description", "note e3"),
        ],
    ),
    # The server passes over an empty date: that is agreed, and not an edit there.
    "2": (
        _group(("memory", PLAIN), ("checkvist", "clear_due=ignored")),
        [("add", "a", 1, {"title": "1 e1", "due": "2026-04-05"}), ("cycle", 0, ()), ("edit", "a", 1, "due", None)],
    ),
    # … nor a reason to write it again.
    "3": (
        _group(("memory", PLAIN), ("checkvist", "clear_due=ignored")),
        [("add", "a", 1, {"title": "1 e1", "due": "2026-04-05"}), ("cycle", 0, ()), ("edit", "a", 1, "due", None)],
    ),
    # a's edit never reached b, whose person edits the old title.
    "4": (
        TWO,
        [
            *MADE,
            ("edit", "a", 1, "title", "e2"),
            ("cycle", 0, ((13, "fault", "refused"),)),
            ("edit", "b", 1, "title", "e3"),
        ],
    ),
    # A side that has days moves a day: the time of day stays.
    "5": (
        _group(("memory", PLAIN), ("memory", {"days_only": True})),
        [
            ("add", "a", 1, {"title": "1 e1", "due": "2026-04-05T15:00:00+02:00"}),
            ("cycle", 0, ()),
            ("edit", "b", 1, "due", "2026-04-09"),
        ],
    ),
    # A person edits another field between our read and our write.
    "6": (
        TWO,
        [
            *MADE,
            ("edit", "a", 1, "title", "e2"),
            ("cycle", 0, ((13, "edit", "b", 1, "description", "note e3"),)),
        ],
    ),
    # The process dies after a create was carried out and before its answer came.
    "7": (TWO, [("add", "a", 1, {"title": "1 e1"}), ("cycle", 0, ((14, "crash"),))]),
    "7, equal": (TWO, [("add", "a", 1, {"title": "1 e1"}), ("cycle", 0, ((14, "crash"),))]),
    # … and a person edits the new entry before it is found again.
    "8": (
        TWO,
        [("add", "a", 1, NOTE), ("cycle", 0, ((14, "crash"),)), ("edit", "b", 1, "description", "note e3")],
    ),
    # The vendor asks for a pause of 45 s, and a person edits meanwhile what comes next.
    "9": (
        _group(("memory", PLAIN), ("checkvist", "")),
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("add", "a", 2, {"title": "2 e2"}),
            ("add", "a", 3, {"title": "3 e3"}),
            ("add", "a", 4, {"title": "4 e4"}),
            ("cycle", 0, ()),
            *(("edit", "a", number, "title", f"e{number + 4}") for number in range(1, 5)),
            ("cycle", 0, (*[(12, "fault", "slow", "write")] * 3, (20, "edit", "b", 4, "title", "e9"))),
        ],
    ),
    # A person edits a field that we do not owe, between our read and our write.
    "10": (
        TWO,
        [
            ("add", "a", 1, NOTE | {"due": "2026-04-05"}),
            ("cycle", 0, ()),
            ("edit", "a", 1, "title", "e2"),
            ("cycle", 0, ((13, "edit", "b", 1, "due", "2026-04-09"),)),
        ],
    ),
    # A listing is cut once.
    "11": (
        _group(("memory", PLAIN), ("memory", {"without": ["get"]})),
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("add", "a", 2, {"title": "2 e2"}),
            ("cycle", 0, ()),
            ("cycle", 0, ((7, "fault", "half a listing"),)),
        ],
    ),
    # Deleted on one side, edited on the other.
    "12": (TWO, [*MADE, ("remove", "a", 1), ("edit", "b", 1, "description", "note e2")]),
    # A side without a delete keeps what was deleted elsewhere.
    "13": (_group(("memory", PLAIN), ("memory", {"without": ["delete"]})), [*MADE, ("remove", "a", 1)]),
    # Two edits of one title.
    "14": (TWO, [*MADE, ("edit", "a", 1, "title", "e2"), ("edit", "b", 1, "title", "e3")]),
    # Two people make the same task, in a group that has met.
    "15": (
        TWO,
        [
            ("add", "a", 2, {"title": "2 e9"}),
            ("cycle", 0, ()),
            ("same", 1, ("a", "b"), {"title": "1 e1", "due": "2026-04-05"}),
            ("cycle", 0, ()),
        ],
    ),
    # The process dies when what "changed since" told was to be absorbed.
    "16": (
        _group(("memory", PLAIN), ("memory", {"incremental": True})),
        [*MADE, ("edit", "b", 1, "title", "e2"), ("cycle", 0, ((10, "crash"),))],
    ),
    # A person edits on a side that has no list.
    "17": (_group(("memory", PLAIN), ("memory", {"without": ["changes"]})), [*MADE, ("edit", "b", 1, "title", "e2")]),
    # A task and its child, made together.
    "18": (
        _group(("memory", {"parents": True}), ("memory", {"parents": True})),
        [("add", "a", 1, {"title": "1 e1"}), ("add", "a", 2, {"title": "2 e2", "parent": 1})],
    ),
    # Somebody whom only one side knows.
    "19": (TWO, [*MADE, ("edit", "a", 1, "assignees", ["carla"])]),
    # A side's word for completed comes to mean cancelled.
    "20": (
        TWO,
        [
            *MADE,
            ("edit", "a", 1, "status", "completed"),
            ("cycle", 0, ()),
            ("respell", "b", {"needs_action": "needs_action", "completed": "cancelled"}),
        ],
    ),
    # One side can not be read.
    "21": (TWO, [("add", "a", 1, {"title": "1 e1"}), ("cycle", 0, ((7, "fault", "refused"),))]),
    # Something is made.
    "22": (TWO, [("add", "a", 1, {"title": "1 e1"})]),
    # Nothing happens.
    "23": (TWO, MADE),
}
