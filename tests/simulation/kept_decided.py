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
}
