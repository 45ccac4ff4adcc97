"""Kept histories of answers that come late, leave something out, or show what nobody has compared yet."""

from __future__ import annotations

from tests.simulation.history import History

_LATE = {
    "sides": [
        ("a", "ogsm", "bodies=both"),
        ("b", "trackops", "beyond=last,strangers=ignore,times=hidden,order=newest"),
        ("c", "memory", {"one_by_one": True, "times": True}),
    ]
}
"""A group one of whose sides makes one task at a time: what it made may turn up late."""

ANSWERS: dict[str, History] = {
    # A create was answered with half an answer. Somebody deleted what it had made before anything read it; it was sent
    # again, which was not carried out, and the first one was brought back: doubled.
    "what nobody had read of a create is brought back": History(
        _LATE,
        [
            ("add", "b", 2, {"title": "2 e4"}),
            ("add", "a", 3, {"title": "3 e8 a long name for it"}),
            ("cycle", 0, ()),
            ("add", "a", 4, {"title": "4 e14"}),
            ("cycle", 0, ((18, "crash"),)),
            ("pass", 660),
            ("cycle", 0, ((30, "fault", "truncated", "write"),)),
            ("remove", "c", 4),
            ("cycle", 0, ((13, "fault", "redirected to http"),)),
            ("restore", "c", 4),
        ],
    ),
    # The same, where somebody had edited it meanwhile: a person was asked about it, until it was deleted.
    "what was asked about of a create is brought back": History(
        _LATE,
        [
            ("add", "b", 2, {"title": "2 e4"}),
            ("add", "a", 3, {"title": "3 e8 a long name for it"}),
            ("cycle", 0, ()),
            ("add", "a", 4, {"title": "4 e14", "description": "note e15\n\nnote e16\n\nnote e17"}),
            ("cycle", 0, ((18, "crash"),)),
            ("pass", 660),
            ("cycle", 0, ((30, "fault", "truncated", "write"),)),
            (
                "cycle",
                0,
                (
                    (1, "fault", "504 after"),
                    (2, "edit", "c", 4, "description", ("first", "note e28")),
                    (31, "fault", "reset after"),
                ),
            ),
            ("remove", "c", 4),
            ("cycle", 59078, ((13, "fault", "redirected to http"),)),
            ("restore", "c", 4),
        ],
    ),
    # What is typed where a task was let go (a time of day here) is nobody's who looks at the group's due date.
    "a time of day where a task was let go": History(
        {
            "conflict": "priority",
            "sides": [
                ("a", "memory", {"without": ["delete"]}),
                ("b", "trackops", "case=id,most=100,none=word,empty=null"),
                (
                    "c",
                    "checkvist",
                    "errors=soft,header=both,people=json,unknown_list=403,refused=401,root=empty,actions=array,deleted=item",
                ),
            ],
            "skew": {"a": 4.0, "b": 4.0, "c": 90.0},
        },
        [
            ("add", "c", 2, {"due": "2026-04-08T15:00:00+02:00", "title": "2 e3 a long name for it"}),
            ("cycle", 0, ()),
            ("remove", "b", 2),
            ("add", "a", 3, {"title": "3 e10"}),
            ("cycle", 0, ((25, "fault", "html"),)),
            ("cycle", 0, ()),
            (
                "cycle",
                19991,
                (
                    (
                        4,
                        "twins",
                        6,
                        ("a", "b"),
                        {"title": "6 e33", "description": "note e34", "due": "2026-05-07", "parent": 1},
                    ),
                    (23, "fault", "reset before", "write"),
                ),
            ),
            ("edit", "a", 2, "due", "2026-05-11T15:00:00+02:00"),
        ],
    ),
    # An update was answered with nothing, and its task deleted before anybody read there what was made of it: the edit
    # may be what whoever deleted it had not seen, and wins.
    "a delete behind an update that was answered with nothing": History(
        {
            "sides": [
                ("a", "ogsm", "words=capital,archived=hidden,bodies=json,people=ignore,empty=null"),
                ("b", "ogsm", "lists=merge,bodies=both,words=capital,archived=listed,people=ignore,dates=any"),
                ("c", "ogsm", "created=200"),
                ("d", "trackops", ("strangers=reject", {"no due": True})),
            ]
        },
        [
            ("add", "c", 2, {"due": "2026-04-11", "title": "2 e6"}),
            ("cycle", 0, ()),
            ("edit", "a", 2, "due", "2026-04-13"),
            ("add", "b", 3, {"title": "3 e15"}),
            ("cycle", 3513, ((4, "fault", "short"), (27, "fault", "empty body"))),
            ("remove", "b", 2),
        ],
    ),
    # A child went away while its parent was written: the answer showed a leaf, which passed for a look at one, and its
    # status stayed as its children had made it.
    "an answer that shows a leaf again": History(
        {"sides": [("a", "checkvist", ""), ("b", "opus2", "")]},
        [
            ("add", "a", 1, {"title": "1 e1"}),
            ("add", "b", 2, {"due": "2026-04-11", "title": "2 e6 ünï"}),
            ("edit", "b", 2, "status", "completed"),
            ("cycle", 0, ()),
            (
                "same",
                3,
                ("a", "b"),
                {"description": "note e18", "due": "2026-04-20", "parent": 2, "title": "3 e17 ünï"},
            ),
            ("edit", "b", 2, "due", None),
            ("cycle", 0, ((12, "move", "a", 3, 1),)),
        ],
    ),
    # What a create is answered with may leave the status out that the list has: the first one that was read later
    # passed for an edit.
    "an answer without a status": History(
        {
            "sides": [
                (
                    "a",
                    "trackops",
                    "cases=yes,changed=empty,none=null,update=replace,most=7,stamps=none,empty=missing,cleared=ignored",
                ),
                ("b", "opus2", "moment=epoch"),
            ]
        },
        [
            ("add", "b", 1, {"description": "note e2", "title": "1 e1 a long name for it"}),
            ("cycle", 0, ()),
            ("cycle", 0, ()),
            ("cycle", 0, ((2, "fault", "no UTF-8"),)),
        ],
    ),
    # Children were moved away from below a task that was to be deleted: its status, which had followed from them, was
    # its own again, and passed for somebody's edit after the read. The delete came a cycle late.
    "a delete after its children were moved away": History(
        {
            "sides": [
                (
                    "a",
                    "opus2",
                    (
                        "clear=any,duplicate=400,ids=number,options=open,after=changes,answers=empty,unknown=400,dates=instant",
                        {"no archive": True},
                    ),
                ),
                (
                    "b",
                    "checkvist",
                    "root=empty,order=tree,people=form,single=object,stamp=missing,create_parses=no,notes=nodes,clear_tags=ignored",
                ),
                ("c", "ogsm", "empty=null"),
            ]
        },
        [
            ("add", "b", 1, {"title": "1 e1"}),
            ("add", "b", 2, {"parent": 1, "title": "2 e4 ünï"}),
            ("cycle", 0, ()),
            (
                "cycle",
                6861,
                (
                    (
                        7,
                        "add",
                        "a",
                        6,
                        {"description": "note e25", "due": "2026-04-27", "labels": ["e27"], "title": "6 e24 ünï"},
                    ),
                ),
            ),
            ("remove", "c", 1),
            ("edit", "a", 6, "status", "completed"),
            ("cycle", 0, ((15, "move", "b", 6, 1),)),
        ],
    ),
    # Somebody typed a due date just before something else was written there: the answer showed it, and was to be
    # compared by the next read. By then the words of the side had changed, and it passed for what they made of it.
    "an edit that an answer showed, and other words": History(
        {
            "sides": [
                (
                    "a",
                    "ogsm",
                    "nulls=clear,lists=merge,listing=wrapped,bodies=json,deleted=object,answers=bare,created=200,empty=null",
                ),
                ("b", "ogsm", ""),
                ("c", "memory", {"states": ["needs_action", "completed", "cancelled"]}),
                ("d", "checkvist", "refused=401,login=v1,unknown_list=404,stamp=missing"),
                ("e", "memory", {"parents": True}),
            ]
        },
        [
            ("add", "d", 2, {"title": "2 e4 a long name for it"}),
            ("cycle", 0, ()),
            (
                "cycle",
                0,
                ((6, "edit", "b", 2, "description", ("append", "note e23")), (21, "edit", "e", 2, "due", "2026-04-22")),
            ),
            (
                "respell",
                "e",
                {"completed": "cancelled", "in_progress": "in_progress", "needs_action": "needs_action"},
            ),
        ],
    ),
    # A date that can be read in two ways was no opinion, until another one told which. That was seen in the answer to a
    # write, and the filter, which tells of uploads only, did not name the document: a later edit was written over it.
    "what an answer showed, and a filter does not name": History(
        {
            "sides": [
                ("a", "opus2", ("created=document", {"no archive": True})),
                ("b", "trackops", ("strangers=reject,none=word", {"no due": True})),
                ("c", "memory", {"silent": ["description", "labels"]}),
                (
                    "d",
                    "opus2",
                    (
                        "ids=number,bound=excluded,named=kept,listed=values,rate=50,dates=british,after=uploads,placed=root",
                        {"no archive": True},
                    ),
                ),
            ]
        },
        [
            ("add", "d", 1, {"due": "2026-04-06", "title": "1 e1"}),
            ("cycle", 0, ()),
            ("twins", 4, ("a", "b"), {"due": "2026-04-16", "title": "4 e14"}),
            ("pass", 660),
            ("cycle", 0, ()),
            ("edit", "c", 1, "due", "2026-04-17"),
        ],
    ),
    # A filter passed over an edit, and something was written beside it: the edit is seen a cycle later, not at a sweep.
    "what a filter passes over is seen beside a write": History(
        {
            "sides": [
                (
                    "a",
                    "opus2",
                    "answers=empty,options=closed,duplicates=folder,rate=50,empty=absent,placed=folder,after=uploads,named=stripped",
                ),
                ("b", "optacheck", "created=200,words=closed"),
            ]
        },
        [
            ("add", "a", 5, {"title": "5 e22  milk"}),
            ("pass", 660),
            ("cycle", 0, ()),
            ("edit", "a", 5, "title", "e29"),
        ],
    ),
}
