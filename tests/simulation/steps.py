"""What can happen in a history, as plain data.

A history is a *setup* and a list of *steps*, both literals::

    ("add", "a", 1, {"title": "1 e3", "due": "2026-04-04"})      a person makes task 1 on side a
    ("edit", "a", 1, "title", "1 e4")                            … changes a field of it there
    ("remove", "a", 1), ("restore", "a", 1), ("move", "a", 1, 2), ("swap", "a", 1, 2), ("twins", 3, ("a", "b"), {…})
    ("pass", 660)                                                so many seconds go by
    ("cycle", 7, ((3, "fault", "reset after"), (5, "fault", "500 after", "write"), (9, "edit", …), (12, "crash")))
    ("adopt", "a", 1)                                            … has task 1 taken in, on a side without a list

A setup may have a ``portion``: so many entries of a first meeting are taken in at once.
The second of a cycle orders its fibers (0: always the first). Its incidents are meant for the first fitting point from
that number on: a step of a person at any point, a crash at any point, a fault at a request, or at one that writes
(``("crash", "write")``: once that was applied).
"""

from __future__ import annotations

Step = tuple
Setup = dict
