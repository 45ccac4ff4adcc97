"""Histories that once failed, made small, each with what it broke."""

from __future__ import annotations

from tests.simulation.history import History

KEPT: dict[str, History] = {
    # A create's answer was lost. A person edited the new entry before it was found again, and what the entry then
    # showed was taken for what the server had made of it: the edit reached nobody.
    "an edit before a create is found again": History(
        {"sides": [("a", "memory", {}), ("b", "checkvist", "root=null,order=mixed,clear_due=ignored,to_root=both")]},
        [
            ("add", "b", 3, {"title": "3 e10"}),
            ("cycle", 0, ((14, "fault", "reset before"),)),
            ("edit", "a", 3, "description", "note e16"),
        ],
    ),
    # The answer to a create did not tell an empty description. What a person typed there before the next read was
    # taken for the side's first opinion, and agreed on as if the server had stored it.
    "an edit of what a create's answer did not tell": History(
        {"sides": [("a", "checkvist", ""), ("b", "memory", {"silent": ["description", "labels"]})]},
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("cycle", 0, ()),
            ("edit", "b", 1, "description", ("first", "note e15")),
        ],
    ),
    # A task was made on a side that has no due dates, so nobody had an opinion on it. A person's due date on a second
    # side met the empty one of a third as a first opinion, lost, and was cleared.
    "an edit of a field that nobody had a value for": History(
        {
            "sides": [
                ("a", "checkvist", ""),
                ("b", "checkvist", "never=empty,tags=text,expired=403,to_root=both"),
                ("c", "memory", {"not_held": ["due", "labels", "description"]}),
            ]
        },
        [("add", "c", 3, {"title": "3 e6"}), ("cycle", 0, ()), ("edit", "b", 3, "due", "2026-04-16")],
    ),
    # The last child of a closed Checkvist item was deleted. The item kept its derived status as a leaf, the shadow took
    # it, and nobody told the item that its task is open.
    "a parent that is a leaf again is told its status": History(
        {"sides": [("a", "checkvist", "single=array"), ("b", "checkvist", "order=tree,tags=array")]},
        [
            ("add", "b", 1, {"title": "1 e1 ünï"}),
            (
                "cycle",
                0,
                ((18, "add", "b", 3, {"description": "note e9", "labels": ["e10"], "parent": 1, "title": "3 e8"}),),
            ),
            ("edit", "b", 3, "status", "completed"),
            ("cycle", 0, ()),
            ("remove", "b", 1),
            ("edit", "a", 1, "description", ("line", 2, "note e18")),
        ],
    ),
    # A person said which entry an unanswered create had made, and history had no row for it.
    "a create that a person found has its row": History(
        {
            "sides": [
                ("a", "memory", {"without": ["changes"]}),
                ("b", "checkvist", "no_due=empty,errors=soft"),
                ("c", "memory", {"without": ["update"]}),
            ]
        },
        [
            ("add", "c", 1, {"title": "1 e1 a long name for it"}),
            ("cycle", 0, ()),
            ("remove", "b", 1),
            ("cycle", 0, ()),
            (
                "cycle",
                5297,
                (
                    (3, "fault", "html"),
                    (
                        11,
                        "add",
                        "c",
                        2,
                        {"description": "note e9", "due": "2026-04-11", "parent": 1, "title": "2 e8  milk"},
                    ),
                ),
            ),
            ("cycle", 47021, ((30, "crash"),)),
        ],
    ),
    # The answer to a change of an item was lost, and in the same turn the item was to be moved: a second intent for
    # the same task and side, which the store refuses, ended the whole cycle.
    "nothing else is done to an entry in doubt": History(
        {"sides": [("a", "checkvist", "expired=403"), ("b", "checkvist", "")]},
        [
            ("add", "a", 1, {"title": "1 e1"}),
            (
                "add",
                "a",
                2,
                {"description": "note e3", "due": "2026-04-05", "labels": ["e5"], "title": "2 e2 a long name for it"},
            ),
            ("add", "a", 3, {"description": "note e7", "labels": ["e8"], "parent": 1, "title": "3 e6  milk"}),
            ("add", "a", 4, {"description": "note e10", "labels": ["e11"], "parent": 2, "title": "4 e9"}),
            ("cycle", 25523, ((43, "crash"),)),
            ("edit", "b", 2, "due", None),
            ("edit", "a", 2, "description", ("append", "note e14")),
            ("cycle", 44640, ()),
            ("edit", "b", 3, "due", "2026-04-16"),
            (
                "twins",
                5,
                ("a", "b"),
                {"description": "note e18\n\nnote e19\n\nnote e20", "due": "2026-04-22", "title": "5 e17"},
            ),
            ("edit", "b", 2, "description", "note e22"),
            ("cycle", 7623, ((3, "fault", "500"), (14, "fault", "empty body"))),
            ("pass", 660),
            (
                "cycle",
                23717,
                ((2, "fault", "500"), (2, "fault", "empty listing"), (36, "edit", "b", 5, "status", "completed")),
            ),
            (
                "add",
                "b",
                6,
                {"description": "note e24\n\nnote e25\n\nnote e26", "labels": ["e27"], "parent": 2, "title": "6 e23"},
            ),
            ("pass", 61),
            ("cycle", 58008, ((39, "edit", "a", 6, "labels", ("add", "e28")),)),
            ("move", "a", 4, None),
            ("cycle", 38146, ((7, "fault", "429, 1 h"), (17, "fault", "refused"), (38, "fault", "500 after"))),
            ("cycle", 40520, ((10, "fault", "empty body"), (15, "fault", "502"), (40, "fault", "429, 7 s"))),
        ],
    ),
    # A document was archived between our read and our write, which its server took all the same. What was written there
    # counted as told, and the delete as one by somebody who had seen it.
    "an edit that is written to what was just archived": History(
        {"sides": [("a", "memory", {"parents": True}), ("b", "opus2", "")]},
        [
            ("add", "b", 2, {"title": "2 e4 ünï"}),
            ("add", "a", 3, {"title": "3 e6"}),
            ("cycle", 0, ()),
            ("edit", "a", 3, "title", "e39"),
            ("cycle", 0, ((9, "remove", "b", 3),)),
        ],
    ),
    # A deleted task was restored. Sides that have no delete still had it, and it was made on none of them again.
    "what a side could not delete is tied again": History(
        {
            "sides": [
                ("a", "memory", {"without": ["delete"]}),
                ("b", "checkvist", "tags=hash"),
                ("c", "opus2", ("rate=50", {"no archive": True})),
                ("d", "trackops", "strangers=reject,filter=edited,case_filter=ignored,users=plain"),
            ]
        },
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("cycle", 0, ()),
            ("remove", "b", 1),
            ("cycle", 0, ((32, "remove", "a", 1),)),
            ("remove", "d", 1),
            ("cycle", 0, ((21, "restore", "b", 1),)),
        ],
    ),
    # A task was moved below another on one side while it was being made there. On the other side it still stood among
    # its old siblings, and the search for a rank between two that are no siblings never ended.
    "a rank among siblings only": History(
        {"sides": [("a", "checkvist", ""), ("b", "checkvist", "")]},
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("add", "b", 2, {"title": "2 e3 ünï"}),
            ("add", "a", 3, {"title": "3 e6  milk"}),
            ("cycle", 0, ()),
            ("cycle", 0, ((18, "move", "a", 2, 3),)),
            ("remove", "b", 2),
        ],
    ),
    # A filter had omitted an edit, and everything was read each time: each time a process of its own tried all the ways
    # in which a list may go on.
    "a filter that is trusted no more, and what was found out before": History(
        {
            "sides": [
                ("a", "memory", {"etags": True}),
                ("b", "opus2", ("paging=none,after=uploads", {"no archive": True})),
            ]
        },
        [
            ("add", "b", 2, {"title": "2 e4"}),
            ("cycle", 0, ()),
            ("cycle", 0, ()),
            ("pass", 4000),
            ("cycle", 0, ()),
            ("edit", "b", 2, "status", "completed"),
        ],
    ),
    # A listing lacked the only item, and the list's own time was kept as that of a whole read: until the next sweep the
    # list counted as unchanged, and nobody else saw the item.
    "a read that lacks what the list counts is no whole one": History(
        {"sides": [("a", "checkvist", "stamp=updates"), ("b", "trackops", "")]},
        [
            ("cycle", 0, ()),
            ("add", "a", 3, {"title": "3 e18"}),
            ("pass", 660),
            ("cycle", 0, ((4, "fault", "half a listing"),)),
        ],
    ),
    # Comments move no list's time. One that nobody had read kept its task alive, found only when that was to be
    # deleted: the task was made again a cycle after what should have been the last write.
    "a comment that is found late brings its task back": History(
        {"sides": [("a", "checkvist", ""), ("b", "optacheck", ("", {"open words": True}))]},
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("cycle", 0, ((18, "remove", "b", 1),)),
            ("pass", 4000),
            ("cycle", 0, ()),
            ("cycle", 0, ((3, "comment", "a", 1, 5, 10),)),
        ],
    ),
    # Two copies of one task were renamed on two sides, each before it was known that we had made it. Nobody can tell
    # them from tasks of their own: there are three.
    "renamed twice before it was known": History(
        {
            "sides": [
                ("a", "memory", {}),
                ("b", "checkvist", ""),
                ("c", "memory", {"incremental": True, "page_size": 3}),
            ]
        },
        [
            ("add", "c", 1, {"title": "1 e1"}),
            ("add", "c", 2, {"title": "2 e4"}),
            (
                "cycle",
                0,
                ((22, "add", "a", 3, {"description": "note e10", "due": "2026-04-12", "title": "3 e9 a long name"}),),
            ),
            ("cycle", 0, ()),
            ("add", "b", 4, {"parent": 2, "title": "4 e25 ünï"}),
            ("cycle", 40859, ((17, "crash", "write"),)),
            ("edit", "c", 4, "title", "e35"),
            ("cycle", 52709, ((27, "fault", "504 after", "write"), (30, "fault", "too late"))),
            ("remove", "b", 3),
            ("remove", "a", 4),
            ("swap", "b", 4, 1),
        ],
    ),
    # Of two tasks with one number one was renamed before it was known. Both creates were in doubt on a side without a
    # list, which had one of them: whoever was asked said of it that it was the other.
    "two creates in doubt of one number": History(
        {"sides": [("a", "memory", {"without": ["changes"]}), ("b", "memory", {}), ("c", "memory", {})]},
        [
            ("twins", 4, ("b", "c"), {"title": "4 e1"}),
            ("edit", "b", 4, "title", "e2"),
            ("cycle", 0, ((13, "crash"),)),
            ("cycle", 0, ((20, "crash"),)),
        ],
    ),
    # A task was opened again and got a completed child. Where a parent's status follows from its children the child was
    # moved there first, then its new parent opened, and the child with it: that was taken for somebody's edit.
    "opened again, with a first child that is completed": History(
        {"sides": [("a", "memory", {"parents": True}), ("b", "checkvist", "")]},
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("add", "a", 2, {"title": "2 e2"}),
            ("edit", "a", 1, "status", "completed"),
            ("edit", "a", 2, "status", "completed"),
            ("cycle", 0, ()),
            ("edit", "a", 1, "status", "needs_action"),
            ("move", "a", 2, 1),
        ],
    ),
    # … and one that a person moved there between our read and the request that opened its new parent again.
    "opened again, with a child that came meanwhile": History(
        {"sides": [("a", "memory", {"parents": True}), ("b", "checkvist", "")]},
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("add", "a", 2, {"title": "2 e2"}),
            ("edit", "a", 1, "status", "completed"),
            ("edit", "a", 2, "status", "completed"),
            ("cycle", 0, ()),
            ("edit", "a", 1, "status", "needs_action"),
            ("cycle", 0, ((14, "move", "b", 2, 1),)),
        ],
    ),
    # A listing was empty, and the read set aside; asked one by one, the tasks were there, and one was completed.
    # Before the side was believed again its word for that came to mean another: what it said had reached nobody.
    "a word that came to mean another while its side was set aside": History(
        {"sides": [("a", "memory", {}), ("b", "memory", {})]},
        [
            *(("add", "a", number, {"title": f"{number} e{number}"}) for number in (1, 2, 3)),
            ("cycle", 0, ()),
            ("edit", "a", 2, "status", "completed"),
            ("cycle", 0, ((3, "fault", "empty listing"),)),
            ("respell", "a", {"needs_action": "needs_action", "completed": "cancelled"}),
        ],
    ),
}
