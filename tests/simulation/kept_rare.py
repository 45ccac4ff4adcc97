"""Histories that once failed and take several rare things at once, made small, each with what it broke."""

from __future__ import annotations

from tests.simulation.history import History

RARE: dict[str, History] = {
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
    # The word for one status came to stand for another, while a title was written to the same entry of a side that
    # tells only what changes. The write had it read again, under the new table: the new meaning passed for an edit.
    "a word that means something else beside a write": History(
        {
            "sides": [
                ("a", "optacheck", ("limits=refuse", {"open words": True})),
                ("b", "ogsm", "lists=merge"),
                ("c", "memory", {"incremental": True, "page_size": 3, "parallel": 2}),
            ]
        },
        [
            ("add", "a", 1, {"title": "1 e1 a long name for it"}),
            ("adopt", "a", 1),
            ("cycle", 0, ()),
            ("edit", "b", 1, "status", "completed"),
            ("cycle", 0, ()),
            ("cycle", 0, ()),
            (
                "respell",
                "c",
                {"completed": "cancelled", "in_progress": "in_progress", "needs_action": "needs_action"},
            ),
            ("cycle", 0, ((6, "edit", "a", 1, "title", "e11"),)),
        ],
    ),
    # A description was typed where an empty one is told as none, and the task was deleted elsewhere at the same time:
    # the first description that was read there passed for no edit, and went with the task.
    "a first description beside a delete": History(
        {
            "sides": [
                ("a", "optacheck", "people=ignore"),
                ("b", "memory", {"days_only": True, "states": ["needs_action", "completed"]}),
                (
                    "c",
                    "optacheck",
                    (
                        "updated=object,workspace=403,key=401,gone=404,empty=absent,edited=moves,trims=no,words=closed",
                        {"open words": True},
                    ),
                ),
            ]
        },
        [
            ("add", "c", 2, {"title": "2 e7 a long name for it"}),
            ("adopt", "c", 2),
            ("cycle", 0, ()),
            ("edit", "c", 2, "description", ("first", "note e10")),
            ("remove", "b", 2),
        ],
    ),
    # A first meeting came in portions. A write of the first one was answered with a 404, so the connector forgot where
    # the vendor keeps which field, and what had been read before was not understood any more: doubled.
    "a connector forgets what it knew when a later portion was read": History(
        {
            "portion": 1,
            "sides": [
                ("a", "opus2", ("", {"no archive": True, "no title": True})),
                ("b", "trackops", "case_filter=ignored,errors=fields"),
            ],
        },
        [
            ("same", 2, ("a", "b"), {"description": "note e7", "due": "2026-04-10", "title": "2 e6 ünï"}),
            ("same", 6, ("a", "b"), {"due": "2026-04-22", "title": "6 e19"}),
            ("cycle", 0, ((15, "fault", "404"),)),
        ],
    ),
    # A delete had no answer, half a list lacked its task, and an edit had brought that back: it was made once more.
    "half a list after a delete without an answer": History(
        {
            "sides": [
                (
                    "a",
                    "optacheck",
                    (
                        "deleted=202,updated=object,limits=refuse,slash=missing,clear=both,words=closed,edited=stays,created=201",
                        {"open words": True},
                    ),
                ),
                ("b", "ogsm", ""),
                ("c", "optacheck", "deleted=202,history=exact,empty=absent,edited=moves"),
                ("d", "memory", {"one_by_one": True, "times": True}),
            ]
        },
        [
            ("add", "d", 1, {"title": "1 e1 ünï"}),
            ("cycle", 0, ()),
            ("same", 2, ("b", "d"), {"description": "note e7", "due": "2026-04-09", "title": "2 e6  milk"}),
            ("cycle", 0, ()),
            ("remove", "a", 2),
            ("cycle", 0, ()),
            ("cycle", 2158, ((25, "crash"),)),
            ("edit", "d", 2, "description", ("line", 0, "note e16")),
            ("cycle", 41326, ((8, "fault", "half a listing"),)),
        ],
    ),
    # A write was carried out and not recorded, half a list lacked its task: our own value passed for an edit there.
    "half a list after a write without an answer": History(
        {"sides": [("a", "ogsm", "unknown=404,archived=listed"), ("b", "optacheck", "")]},
        [
            ("add", "a", 2, {"title": "2 e4"}),
            ("add", "a", 4, {"title": "4 e13 a long name for it"}),
            ("cycle", 0, ((15, "edit", "a", 2, "description", ("first", "note e18")),)),
            ("edit", "b", 4, "description", ("line", 1, "note e23")),
            ("cycle", 0, ((21, "crash", "write"),)),
            ("edit", "b", 4, "description", "note e24"),
            ("cycle", 0, ((5, "fault", "half a listing"),)),
        ],
    ),
    # A filter passed over an edit, and the task was deleted elsewhere: it went without a look at what stood there.
    "a delete of what a filter passed over": History(
        {
            "sides": [
                ("a", "opus2", ("listed=bare", {"no title": True})),
                ("b", "optacheck", "clear=both"),
                (
                    "c",
                    "opus2",
                    (
                        "header=api,bound=excluded,members=homeless,unknown=404,after=uploads,placed=folder,upload=multipart",
                        {"no title": True},
                    ),
                ),
            ]
        },
        [
            ("twins", 2, ("a", "c"), {"description": "note e8", "due": "2026-04-13", "title": "2 e7  milk"}),
            ("cycle", 0, ((17, "fault", "redirected to http"),)),
            ("pass", 660),
            ("add", "a", 6, {"title": "6 e32 ünï"}),
            ("cycle", 0, ()),
            ("edit", "c", 2, "labels", ("add", "e35")),
            ("pass", 4000),
            ("cycle", 0, ()),
            ("remove", "a", 2),
        ],
    ),
    # A task was made, nobody knew whether, and two titles were swapped there: one began as the other did.
    "a title that begins as the one that was sent": History(
        {"sides": [("a", "checkvist", "root=missing,header=parameter"), ("b", "opus2", ("", {"no archive": True}))]},
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("cycle", 0, ((14, "fault", "504 after"),)),
            ("add", "b", 7, {"title": "7 e15"}),
            ("cycle", 51276, ((23, "fault", "504 after"),)),
            ("swap", "a", 7, 1),
        ],
    ),
    # Its word came to mean something else after a cycle had read it that died.
    "a word read by a cycle that died, which means something else now": History(
        {
            "sides": [
                ("a", "memory", {}),
                ("b", "optacheck", ("put=merge,login=401,key=401,token=403", {"open words": True})),
            ]
        },
        [
            ("add", "b", 1, {"title": "1 e1 ünï"}),
            ("adopt", "b", 1),
            ("add", "a", 2, {"title": "2 e3 ünï"}),
            ("add", "a", 3, {"title": "3 e5"}),
            ("add", "b", 4, {"title": "4 e10"}),
            ("adopt", "b", 4),
            ("add", "a", 6, {"title": "6 e21"}),
            ("cycle", 0, ()),
            ("edit", "a", 6, "status", "completed"),
            ("cycle", 26596, ((11, "fault", "truncated"), (18, "crash"))),
            ("respell", "a", {"completed": "cancelled", "in_progress": "in_progress", "needs_action": "needs_action"}),
        ],
    ),
    # One member of an answer was no text: what else it showed had been read.
    "a write over what an answer showed beside what was no text": History(
        {
            "sides": [
                ("a", "opus2", ("answers=field,empty=blank,bound=excluded", {"no archive": True, "no title": True})),
                ("b", "ogsm", "deleted=empty"),
            ]
        },
        [
            ("twins", 7, ("a", "b"), {"description": "note e19", "labels": ["e20"], "title": "7 e18  milk"}),
            ("edit", "b", 7, "labels", ("add", "e23")),
            ("cycle", 1802, ((4, "fault", "no UTF-8"),)),
        ],
    ),
    # A task was made, and one that is known was moved below it: the move came a cycle later.
    "a task moved below a new one": History(
        {"sides": [("b", "checkvist", "refused=401"), ("d", "checkvist", "")]},
        [
            ("add", "b", 1, {"title": "1 e1"}),
            ("cycle", 0, ()),
            ("add", "b", 4, {"title": "4 e2"}),
            ("move", "b", 1, 4),
        ],
    ),
    # One task was moved below another, a third was deleted: its number had shifted, and its delete waited.
    "a delete beside a move of our own": History(
        {
            "sides": [
                ("a", "opus2", ("empty=null", {"no archive": True})),
                ("b", "checkvist", "refused=401"),
                ("c", "checkvist", "refresh=yes,single=object"),
                ("d", "checkvist", ""),
                ("e", "checkvist", "tags=as_text,never=time"),
            ]
        },
        [
            ("add", "d", 3, {"title": "3 e5 a long name for it"}),
            ("add", "d", 4, {"title": "4 e9 ünï"}),
            ("cycle", 0, ()),
            ("cycle", 51398, ((13, "twins", 6, ("a", "b"), {"due": "2026-04-17", "title": "6 e14 ünï"}),)),
            ("remove", "b", 6),
            ("cycle", 0, ()),
            ("move", "b", 4, 3),
        ],
    ),
    # A delete had no answer, and then a look at it was told 404, which was not so.
    "a delete in doubt, and one wrong answer that it is gone": History(
        {
            "portion": 3,
            "sides": [
                ("a", "memory", {"silent": ["description", "labels"]}),
                ("b", "optacheck", ("forms=form,edited=moves", {"open words": True})),
                ("c", "memory", {"incremental": True, "page_size": 3, "parallel": 2}),
            ],
        },
        [
            ("add", "b", 1, {"title": "1 e1 ünï"}),
            ("adopt", "b", 1),
            ("add", "c", 3, {"title": "3 e9  milk"}),
            ("add", "c", 4, {"title": "4 e13"}),
            ("comment", "c", 3, 1, 1),
            ("cycle", 0, ()),
            ("reword", "a", 1, 6),
            ("cycle", 0, ((17, "remove", "c", 1), (18, "crash"))),
            ("cycle", 7183, ((1, "crash", "write"),)),
            ("cycle", 10038, ((3, "fault", "404"),)),
        ],
    ),
}
