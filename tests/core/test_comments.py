"""Comments: which are one, where they go, and what a read says of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import DeleteMeans, Holding, Verb
from connectors.task import Field, Kind
from sync.core.cluster import Member
from sync.core.comments import WITH_ITS_TASK, clusters_of_comments, commented, follow, is_comment, left_behind
from sync.core.evidence import let_go, weigh
from sync.core.facts import Action, Observation, Read
from sync.core.model import Do, LinkLife, Pair, TaskLife
from sync.core.owners import counted, has_place, has_unknown_comments, names, owner_ref, rides, stands
from sync.core.policy import AccessPolicy
from sync.core.settle import CREATE_AGAIN
from tests.core.build import NOW, RICH, TWO_WAY, add_task, entry, group, lenses_of, side, state_of

TEXT, PARENT = Field.COMMENTS, Field.PARENT
HOLDS = {**RICH.fields, TEXT: TWO_WAY}


def world(*names_: str, comments=("c",), **rules):
    """Milk, number 1, on both sides, and comments on it from number 2 on; the lenses of their group."""
    specs = [side(name, fields=HOLDS) for name in names_ or ("a", "b")]
    policy = group(*specs, **rules)
    state = state_of(policy)
    add_task(state, 1, {Field.TITLE: "Milk"}, *(spec.name for spec in specs))
    for number, text in enumerate(comments, start=2):
        comment = add_task(state, number, {}, *(spec.name for spec in specs))
        comment.kind, comment.values = Kind.COMMENT, {TEXT: text, PARENT: 1}
        for spec in specs:
            link = state.links[number, spec.name]
            link.pairs = {TEXT: Pair(text, text), PARENT: Pair(f"{spec.name}1", f"{spec.name}1")}
    return state, lenses_of(policy, state)


def member(where, ref, text, on):
    """An unlinked comment on a side."""
    read = entry(ref, kind=Kind.COMMENT, comments=text, parent=on)
    return Member(side=where, entry=read, values={TEXT: text}, first_meeting=False)


def shape(clusters):
    """Clusters as their task and the refs of their members."""
    return [
        (one.task.id if one.task else None, sorted(two.entry.ref for two in one.members.values())) for one in clusters
    ]


def read(*listed, kind=Read.COMPLETE, gone=()):
    """What was read of side a."""
    return Observation(side="a", read=kind, listed=frozenset(listed), gone=set(gone), answers=True)


@pytest.mark.parametrize(
    ("how", "fits"),
    [
        ({}, True),
        ({"kind": Kind.TASK}, False),
        ({"deleted": True}, False),
        ({"container": "x"}, False),
        ({"problem": "x"}, False),
    ],
)
def test_a_comment_is_taken_in_while_it_can_be_read_here(how, fits):
    assert is_comment(entry("a1", **{"kind": Kind.COMMENT, **how})) is fits


def test_new_comments_of_one_task_with_one_text_are_one_twins_in_their_order():
    _, lenses = world(comments=())
    found = [member("b", "b7", "Fresh", "b1"), member("b", "b8", "ok", "b1"), member("b", "b9", "ok", "b1")]
    found += [member("a", "a7", "ok", "a1"), member("a", "a8", "fresh ", "a1")]
    assert shape(clusters_of_comments(lenses, found)) == [
        (None, ["a7", "b8"]),
        (None, ["b9"]),
        (None, ["a8", "b7"]),
    ]


def test_a_comment_joins_one_of_its_task_that_was_never_on_its_side():
    state, lenses = world(comments=("ok", "ok"))
    del state.links[2, "b"]
    let_go(state.links[3, "b"], "deleted there")
    assert shape(clusters_of_comments(lenses, [member("b", "b7", "ok", "b1")])) == [(2, ["b7"])]
    assert shape(
        clusters_of_comments(lenses, [member("b", "b7", "ok", "b1")] * 1 + [member("b", "b8", "ok", "b1")])
    ) == [
        (2, ["b7"]),
        (None, ["b8"]),
    ]


def test_a_comment_whose_task_is_not_tied_waits():
    _, lenses = world(comments=())
    assert clusters_of_comments(lenses, [member("b", "b7", "ok", "b9")]) == []
    assert clusters_of_comments(lenses, []) == []


@pytest.mark.parametrize("absent", [True, False])
def test_a_comment_is_let_go_with_its_task(absent):
    state, lenses = world()
    let_go(state.links[1, "a"], "deleted there", absent=absent)
    assert follow(lenses) == [state.links[2, "a"]]
    link = state.links[2, "a"]
    assert (link.live, link.reason, link.absent) == (False, WITH_ITS_TASK, absent)
    assert ("a", "a2") not in lenses.refs
    assert state.links[2, "b"].live
    assert follow(lenses) == []
    state.links[1, "a"].absent = True
    assert follow(lenses) == []
    assert link.absent


def test_a_comment_whose_task_never_was_there_is_let_go():
    state, lenses = world()
    del state.links[1, "a"]
    follow(lenses)
    assert (state.links[2, "a"].reason, state.links[2, "a"].absent) == (WITH_ITS_TASK, True)


@pytest.mark.parametrize("gone", [True, False])
def test_a_comment_is_made_again_where_its_task_is(gone):
    state, lenses = world()
    if gone:
        let_go(state.links[2, "a"], WITH_ITS_TASK)
    tie = state.links[1, "a"]
    tie.life, tie.reason, tie.ref = LinkLife.LET_GO, CREATE_AGAIN, None
    assert follow(lenses) == [state.links[2, "a"]]
    link = state.links[2, "a"]
    assert (link.live, link.reason, link.ref, link.former) == (False, CREATE_AGAIN, None, ("a2",))
    assert follow(lenses) == []


def test_a_comment_whose_task_is_another_entry_now_is_made_again():
    state, lenses = world()
    state.links[1, "a"].ref = "a9"
    follow(lenses)
    assert state.links[2, "a"].reason == CREATE_AGAIN


def test_a_comment_that_was_deleted_itself_does_not_follow():
    state, lenses = world()
    let_go(state.links[2, "a"], "deleted there")
    assert follow(lenses) == []
    let_go(state.links[1, "a"], "deleted there", absent=True)
    assert follow(lenses) == []
    assert not state.links[2, "a"].absent
    tie = state.links[1, "a"]
    tie.life, tie.reason, tie.ref = LinkLife.LET_GO, CREATE_AGAIN, None
    assert follow(lenses) == []


@pytest.mark.parametrize(("absent", "live"), [(False, True), (True, False)])
def test_a_comment_that_never_left_ties_again_with_its_task(absent, live):
    state, lenses = world()
    let_go(state.links[2, "a"], WITH_ITS_TASK, absent=absent)
    follow(lenses)
    assert state.links[2, "a"].live is live


@pytest.mark.parametrize(
    ("seen", "again"),
    [
        (read("a1"), True),
        (read("a1", "a2"), False),
        (read("a9"), False),
        (read("a1", kind=Read.SINCE), False),
    ],
)
def test_a_comment_that_did_not_come_back_is_made_again(seen, again):
    state, lenses = world()
    let_go(state.links[2, "a"], WITH_ITS_TASK, absent=True)
    left_behind(lenses, seen)
    assert (state.links[2, "a"].reason == CREATE_AGAIN) is again


def test_only_what_went_along_is_made_again():
    state, lenses = world(comments=("one", "two", "three"))
    let_go(state.links[2, "a"], "deleted there", absent=True)
    del state.links[3, "a"]
    left_behind(lenses, read("a1"))
    assert [number for number in (2, 3, 4) if (link := state.link(number, "a")) and link.reason == CREATE_AGAIN] == []
    let_go(state.links[4, "a"], WITH_ITS_TASK, absent=True)
    let_go(state.links[1, "a"], "deleted there")
    left_behind(lenses, read("a1"))
    assert state.links[4, "a"].reason == WITH_ITS_TASK


def test_a_side_that_holds_no_comments_any_more_is_left_alone():
    state, _ = world()
    let_go(state.links[2, "a"], WITH_ITS_TASK, absent=True)
    lenses = lenses_of(group(side("a"), side("b", fields=HOLDS)), state)
    left_behind(lenses, read("a1"))
    assert state.links[2, "a"].reason == WITH_ITS_TASK


def test_what_is_done_to_a_comment_is_done_to_its_task():
    state, _ = world()
    assert commented(state, [(2, "a"), (1, "b")]) == {(1, "a")}
    state.tasks[2].values[PARENT] = 99
    assert commented(state, [(2, "a")]) == set()
    add_task(state, 7, {PARENT: 1}, "a")
    assert commented(state, [(7, "a")]) == set()  # a child is no comment


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (read("a9"), True),
        (read("a1"), False),
        (read(kind=Read.SINCE), False),
        (read(kind=Read.SINCE, gone=["a1"]), True),
    ],
)
def test_a_comment_rides_with_a_task_that_is_missing_too(seen, expected):
    state, _ = world()
    assert rides(state, state.links[2, "a"], seen) is expected
    assert not rides(state, state.links[1, "a"], seen)
    assert (state.links[2, "a"] in counted(state, seen)) is not expected
    assert state.links[1, "a"] in counted(state, seen)


def test_a_comment_rides_with_a_task_that_was_missed_before_or_left():
    state, _ = world()
    state.links[1, "a"].misses = 1
    assert rides(state, state.links[2, "a"], read(kind=Read.SINCE))
    let_go(state.links[1, "a"], "deleted there")
    assert rides(state, state.links[2, "a"], read("a1"))
    let_go(state.links[2, "a"], WITH_ITS_TASK)
    assert not rides(state, state.links[2, "a"], read("a1"))
    assert rides(state, state.links[2, "a"], read("a9"))
    assert state.links[2, "a"] in counted(state, read("a9"))  # it is let go: nothing counts it
    state.tasks[2].values[PARENT] = None
    assert rides(state, state.links[2, "a"], read("a9"))


def test_a_comment_has_evidence_of_its_own_while_its_task_is_there():
    state, lenses = world()
    policy, spec = lenses.policy, lenses.policy.side("a")
    for seen, waiting in ((read("a9", gone=["a1", "a2"]), [1]), (read("a1", gone=["a2"]), [2])):
        found = weigh(state, seen, spec, policy, now=NOW, aside=False)
        assert [link.task for link, _ in found.waiting] == waiting
    unsynced = replace(spec, unsynced=frozenset({TEXT}))
    assert weigh(state, read("a1", gone=["a2"]), unsynced, policy, now=NOW, aside=False).deleted == []


def test_what_a_read_names():
    seen = read("a1")
    seen.entries = {"a2": entry("a2"), "a3": entry("a3", deleted=True), "a4": entry("a4", container="x")}
    assert [names(seen, f"a{number}") for number in range(1, 6)] == [True, True, False, False, False]
    assert not names(seen, None)


def test_a_comment_has_the_ref_of_its_task():
    state, _ = world()
    link = state.links[2, "a"]
    assert owner_ref(link) == "a1"
    link.pairs[PARENT] = Pair(None, None)
    assert owner_ref(link) is None
    del link.pairs[PARENT]
    assert owner_ref(link) is None


def test_a_comment_stands_while_its_task_lives():
    state, _ = world()
    assert stands(state, state.tasks[1])
    assert stands(state, state.tasks[2])
    state.tasks[1].life = TaskLife.DELETED
    assert stands(state, state.tasks[1])
    assert not stands(state, state.tasks[2])
    state.tasks[2].values[PARENT] = 99
    assert not stands(state, state.tasks[2])


def test_a_comment_has_a_place_where_its_task_is_or_is_to_be():
    state, lenses = world()
    spec, comment = lenses.policy.side("a"), state.tasks[2]
    assert has_place(state, comment, spec, [])
    state.links[1, "a"].gone = 1
    assert not has_place(state, comment, spec, [])
    del state.links[1, "a"]
    assert not has_place(state, comment, spec, [])
    made = Action(do=Do.CREATE, task=1, title="Milk", side="a", ref=None)
    assert has_place(state, comment, spec, [made])
    assert not has_place(state, comment, spec, [replace(made, side="b"), replace(made, task=5)])
    assert not has_place(state, comment, side("a"), [made])
    assert not has_place(state, comment, replace(spec, access=AccessPolicy.READ), [made])
    assert has_place(state, state.tasks[1], spec, [])
    assert not has_place(state, state.tasks[1], replace(spec, access=AccessPolicy.READ), [])
    comment.values[PARENT] = 99
    assert not has_place(state, comment, spec, [made])


@pytest.mark.parametrize(("told", "unknown"), [(None, False), (0, False), (1, False), (2, True)])
def test_more_comments_than_are_linked_are_noticed(told, unknown):
    state, _ = world()
    add_task(state, 7, {Field.TITLE: "Bread"}, "a", "b")
    for number in (8, 9):
        other = add_task(state, number, {}, "a", "b")
        other.kind, other.values = Kind.COMMENT, {TEXT: "x", PARENT: 7}
    assert has_unknown_comments(state, state.links[1, "a"], replace(entry("a1"), comments=told)) is unknown


def test_a_side_as_it_holds_comments():
    how = {"delete_cascades": True, "delete_means": DeleteMeans.ARCHIVE, "absence_is_ambiguous": True}
    spec = side("a", fields=HOLDS, derived_from_children=frozenset({TEXT}), **how)
    seen = spec.for_kind(Kind.COMMENT)
    assert [name for name in Field if seen.reads(name)] == [PARENT, TEXT]
    assert (seen.of(PARENT).holding, seen.of(TEXT).required) == (Holding.AT_CREATE, True)
    capabilities = seen.capabilities
    assert capabilities.delete_means is DeleteMeans.DELETE
    assert not capabilities.delete_cascades
    assert not capabilities.absence_is_ambiguous
    assert capabilities.derived_from_children == frozenset(), "nothing stands below it"
    loose = replace(spec, unsynced=frozenset({PARENT})).for_kind(Kind.COMMENT)
    assert loose.reads(PARENT), "it stands on its task, though no tree is synced"
    assert not spec.for_kind(Kind.TASK).reads(TEXT)
    assert spec.for_kind(Kind.TASK).reads(Field.TITLE)
    poor = replace(spec, unsynced=frozenset({TEXT})).for_kind(Kind.COMMENT)
    assert not any(poor.reads(name) for name in Field)
    for changes in (
        {"verbs": RICH.verbs - {Verb.DELETE}},
        {"fields": {TEXT: replace(TWO_WAY, holding=Holding.AT_CREATE)}},
    ):
        other = side("a", **{"fields": HOLDS, **changes}).for_kind(Kind.COMMENT)
        assert other.capabilities.delete_means is DeleteMeans.NOTHING


def test_a_comment_is_called_by_its_first_line():
    state, _ = world(comments=("First\nsecond",))
    assert state.tasks[2].title == "First"
    state.tasks[2].values[TEXT] = ""
    assert state.tasks[2].title == ""
