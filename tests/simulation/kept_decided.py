"""Histories that once failed where a person is asked, made small, each with what it broke."""

from __future__ import annotations

from tests.simulation.history import History

DECIDED: dict[str, History] = {
    # A create was in doubt, and an entry that may be it had been edited: a person was asked. The entry was deleted, and
    # the answer was `absent`. What had been kept of the entry, to stand for it, was taken for a new task.
    "an entry that was asked about is deleted before the answer": History(
        {"sides": [("a", "memory", {"parents": True}), ("b", "trackops", "")]},
        [
            ("add", "a", 2, {"description": "note e9\n\nnote e10\n\nnote e11", "title": "2 e8"}),
            ("cycle", 0, ((2, "crash", "write"),)),
            ("edit", "b", 2, "description", "note e17"),
            ("cycle", 0, ()),
            ("remove", "b", 2),
        ],
    ),
    # A task was deleted while a create of it was in doubt, and let go where nothing can be deleted. What a person wrote
    # there was nobody's edit. The answer brought the task back, and the edit with it only when something else was
    # written there.
    "an edit where a task was let go, which an answer brings back": History(
        {
            "sides": [
                ("a", "memory", {"silent": ["description", "labels"]}),
                ("b", "memory", {"without": ["delete"]}),
                ("c", "opus2", ("rate=off", {"no archive": True})),
            ]
        },
        [
            ("add", "a", 1, {"due": "2026-04-04", "title": "1 e1"}),
            ("cycle", 28633, ((25, "crash"),)),
            ("remove", "a", 1),
            ("edit", "b", 1, "due", "2026-04-13"),
            ("cycle", 0, ()),
            ("cycle", 0, ()),
            ("edit", "c", 1, "description", "note e35"),
        ],
    ),
}
