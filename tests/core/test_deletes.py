"""What becomes of a task whose entry was deleted somewhere, or came back (rules 12, 13, 18)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import FieldCapability, Holding
from connectors.projection import cut
from connectors.task import Field, Status
from sync.core.deletes import Deletes
from sync.core.diff import FIRST_OPINION, Delta
from sync.core.evidence import DELETED_HERE, UNDONE, Evidence, let_go
from sync.core.merge import MERGED, Merge
from sync.core.model import Do, Held, HeldKind, LinkLife, Pair, TaskLife, Version
from sync.core.plan import CLOSED_BY_DELETE
from sync.core.policy import AccessPolicy, DeletePolicy
from sync.core.settle import CREATE_AGAIN, DELETED_THERE, NO_DELETE
from tests.core.build import NOW, RICH, add_task, group, lenses_of, side, state_of

TITLE, STATUS, PARENT, POSITION = Field.TITLE, Field.STATUS, Field.PARENT, Field.POSITION
READ_ONLY = FieldCapability(holding=Holding.READ_ONLY)


def world(*sides, **policy):
    """Tasks 1 and its child 2 on sides a, b and c, and what carries evidence into their state."""
    group_ = group(*(sides or ("a", "b", "c")), **policy)
    state = state_of(group_)
    names = [spec.name for spec in group_.sides]
    add_task(state, 1, {TITLE: "parent", PARENT: None}, *names)
    add_task(state, 2, {TITLE: "child", PARENT: 1}, *names)
    return state, Deletes(Merge(lenses_of(group_, state), 9, NOW), NOW)


def outcomes(deletes):
    """What was noted, in short."""
    return [(row.do, row.task, row.side, row.ref, row.outcome) for row in deletes.acted]


def test_what_was_deleted_on_one_side_is_deleted_for_the_group():
    state, deletes = world()
    link = state.links[2, "b"]
    link.native = {"id": 2}
    state.held = [
        Held(kind=HeldKind.CONFLICT, key="x", why="", choices=(), task=2, field=TITLE),
        Held(kind=HeldKind.CONFLICT, key="y", why="", choices=(), task=1, field=TITLE),
        Held(kind=HeldKind.CREATE, key="z", why="", choices=(), task=2),
    ]
    deletes.delete([link], set())
    assert state.tasks[2].life is TaskLife.DELETED
    assert state.tasks[1].life is TaskLife.ALIVE
    assert (link.life, link.reason, link.absent) == (LinkLife.LET_GO, DELETED_THERE, True)
    assert state.links[2, "a"].live, "the plan deletes it there"
    assert ("b", "b2") not in deletes.merge.lenses.refs
    assert outcomes(deletes) == [(Do.LET_GO, 2, "b", "b2", DELETED_THERE)]
    assert deletes.acted[0].image == {"id": 2}
    assert [held.key for held in state.held] == ["y", "z"], "a conflict of a deleted task is none"


def test_a_link_that_ended_before_is_not_looked_at_again():
    state, deletes = world()
    let_go(state.links[2, "b"], "a person decided")
    deletes.delete([state.links[2, "b"]], set())
    assert (state.tasks[2].life, deletes.acted) == (TaskLife.ALIVE, [])


@pytest.mark.parametrize(
    ("edited", "kept"),
    [({(2, "a")}, {2}), ({(2, "b")}, set()), ({(1, "a")}, {1}), (set(), set())],
    ids=["elsewhere", "on the same side", "its parent", "nowhere"],
)
def test_where_a_delete_meets_an_edit_the_edit_wins(edited, kept):
    """Rule 12: made again where it was deleted, and reported."""
    state, deletes = world()
    deletes.delete([state.links[2, "b"], state.links[1, "b"]], edited)
    kept |= {1} if 2 in kept else set()
    assert {number for number, task in state.tasks.items() if task.life is TaskLife.ALIVE} == kept
    for number in (1, 2):
        link = state.links[number, "b"]
        assert (link.live, link.reason) == (False, CREATE_AGAIN if number in kept else DELETED_THERE)
        assert (link.former == (f"b{number}",)) is (number in kept)
    assert len(deletes.lines) == len(kept)
    assert {row[-1] for row in outcomes(deletes) if row[1] in kept} <= {
        "deleted there, and edited elsewhere: the edit wins"
    }
    assert len(deletes.acted) == 2


def test_only_ancestors_that_were_deleted_too_come_along():
    state, deletes = world()
    add_task(state, 3, {PARENT: 2}, "a", "b")
    deletes.delete([state.links[3, "b"], state.links[1, "b"]], {(3, "a")})
    assert state.tasks[3].life is TaskLife.ALIVE
    assert state.tasks[1].life is TaskLife.DELETED, "its parent is there: its grandparent is not needed"


def test_a_cycle_of_doomed_parents_ends():
    state, deletes = world()
    state.tasks[1].values[PARENT] = 2
    deletes.delete([state.links[1, "b"], state.links[2, "b"]], {(2, "a")})
    assert all(task.life is TaskLife.ALIVE for task in state.tasks.values())


def owing(*, version=None, acked=1, name=TITLE, prepare=lambda link: None, spec=None):
    """Whether task 2 survives a delete on b, which has acknowledged an older version of a field of it."""
    state, deletes = world("a", spec or "b", "c")
    task, link = state.tasks[2], state.links[2, "b"]
    task.values.setdefault(name, 1)
    task.versions[name] = version or Version(number=2, side="a")
    link.acked[name] = acked
    link.pairs[name] = Pair("older", "older")
    prepare(link)
    deletes.delete([link], set())
    return task.life is TaskLife.ALIVE


def doubt(link, name):
    """Its value was written, as it is, and no answer told whether the entry was still there."""
    link.uncertain = frozenset({name})
    link.pairs[name] = Pair("child", "child")


CASES = {
    "owed still": ({}, True),
    "never shown": ({"prepare": lambda link: link.pairs.pop(TITLE)}, True),
    "acknowledged": ({"acked": 2}, False),
    "the first version": ({"version": Version(number=1, side="a"), "acked": 0}, False),
    "its own edit": ({"version": Version(number=2, side="b")}, False),
    "its own, merged with another's": ({"version": Version(number=2, side="b", rule=MERGED)}, True),
    "nobody's edit": ({"version": Version(number=2)}, False),
    "refused there": ({"prepare": lambda link: link.refused.update({TITLE: 2})}, False),
    "refused later": ({"prepare": lambda link: link.refused.update({TITLE: 3})}, False),
    "refused before": ({"prepare": lambda link: link.refused.update({TITLE: 1})}, True),
    "what its server made of a new entry": (
        {"version": Version(number=2, side="a", rule=FIRST_OPINION)},
        False,
    ),
    "undeliverable there": ({"spec": side("b", fields={**RICH.fields, TITLE: READ_ONLY})}, False),
    "it looks the same there": ({"prepare": lambda link: link.pairs.update({TITLE: Pair("child", "x")})}, False),
    "written, it may have been gone": ({"acked": 2, "prepare": lambda link: doubt(link, TITLE)}, True),
    "its own, written, it may have been gone": (
        {"version": Version(number=2, side="b"), "acked": 2, "prepare": lambda link: doubt(link, TITLE)},
        False,
    ),
    "another field was written": ({"acked": 2, "prepare": lambda link: doubt(link, STATUS)}, False),
    "a move in the tree": ({"name": PARENT}, False),
    "a move among siblings": ({"name": POSITION}, False),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_edit_that_is_owed_to_the_side_that_deleted_wins(case):
    """Rule 12: a person's edit of a field other than parent and position, that can arrive there and has not."""
    how, alive = case
    assert owing(**how) is alive


def test_any_owed_edit_counts_not_only_the_first():
    def more(link):
        link.acked = {POSITION: 1, PARENT: 1, Field.DUE: 0, TITLE: 1}

    assert owing(prepare=more)

    def seen_there(link):
        link.acked = {STATUS: 0, TITLE: 1}

    assert owing(prepare=seen_there)


def test_what_is_cut_there_is_owed_if_what_it_shows_differs():
    short = side("b", fields={**RICH.fields, TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(3))})
    assert not owing(spec=short, prepare=lambda link: link.pairs.update({TITLE: Pair("chi", "chi")}))


@pytest.mark.parametrize(
    ("policy", "access", "status", "life"),
    [
        (DeletePolicy.PROPAGATE, AccessPolicy.TWO_WAY, Status.NEEDS_ACTION, TaskLife.DELETED),
        (DeletePolicy.KEEP, AccessPolicy.TWO_WAY, Status.NEEDS_ACTION, TaskLife.ALIVE),
        (DeletePolicy.CLOSE, AccessPolicy.TWO_WAY, Status.CANCELLED, TaskLife.ALIVE),
        (DeletePolicy.PROPAGATE, AccessPolicy.WRITE, Status.NEEDS_ACTION, TaskLife.ALIVE),
        (DeletePolicy.PROPAGATE, AccessPolicy.READ, Status.NEEDS_ACTION, TaskLife.DELETED),
    ],
)
def test_a_delete_that_stands_follows_the_groups_policy(policy, access, status, life):
    """Rule 12; what is deleted on a side that is only written moves nothing elsewhere."""
    state, deletes = world("a", replace(side("b"), access=access), "c", deletes=policy)
    deletes.delete([state.links[2, "b"]], set())
    task = state.tasks[2]
    assert (task.values[STATUS], task.life) == (status, life)
    assert (state.links[2, "b"].live, state.links[2, "b"].reason) == (False, DELETED_THERE)
    if policy is DeletePolicy.CLOSE:
        version = task.versions[STATUS]
        assert (version.side, version.rule, task.values[Field.COMPLETED]) == ("b", CLOSED_BY_DELETE, NOW)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED])
def test_what_is_closed_already_is_not_closed_again(status):
    state, deletes = world(deletes=DeletePolicy.CLOSE)
    state.tasks[2].values[STATUS] = status
    deletes.delete([state.links[2, "b"]], set())
    assert (state.tasks[2].values[STATUS], state.tasks[2].versions) == (status, {})


def test_a_task_without_a_status_is_closed():
    state, deletes = world(deletes=DeletePolicy.CLOSE)
    del state.tasks[2].values[STATUS]
    deletes.delete([state.links[2, "b"]], set())
    assert state.tasks[2].values[STATUS] is Status.CANCELLED


def test_a_deleted_task_whose_entry_is_gone_elsewhere_too_ends_there():
    state, deletes = world(deletes=DeletePolicy.CLOSE)
    state.tasks[2].life = TaskLife.DELETED
    deletes.delete([state.links[2, "a"]], {(2, "b")})
    assert (state.links[2, "a"].reason, state.tasks[2].life, deletes.lines) == (DELETED_THERE, TaskLife.DELETED, [])


def test_what_is_listed_again_is_restored_everywhere():
    """Rule 13."""
    state, deletes = world()
    state.tasks[2].life = TaskLife.DELETED
    for name, reason in (("a", DELETED_HERE), ("b", DELETED_THERE), ("c", "a person decided")):
        let_go(state.links[2, name], reason, absent=True)
    link = state.links[2, "b"]
    link.outside = "other"
    deletes.merge.lenses.refs.pop(("b", "b2"))
    deletes.restore(Evidence(restored=[link]))
    assert state.links[2, "b"] is link
    assert (link.life, link.reason, link.absent, link.outside, link.raw_hash) == (LinkLife.LIVE, "", False, "", "")
    assert deletes.merge.lenses.refs["b", "b2"] == 2
    assert state.tasks[2].life is TaskLife.ALIVE
    assert [state.links[2, name].reason for name in "ac"] == [CREATE_AGAIN, "a person decided"]
    assert state.links[2, "a"].former == ("a2",)
    assert outcomes(deletes) == [(Do.ADOPT, 2, "b", "b2", "restored there")]


def test_a_restore_makes_a_task_that_lives_again_where_it_was_deleted_there():
    state, deletes = world()
    let_go(state.links[2, "b"], "moved to other", absent=True)
    let_go(state.links[2, "a"], DELETED_THERE, absent=True)
    deletes.restore(Evidence(restored=[state.links[2, "b"]]))
    assert state.tasks[2].life is TaskLife.ALIVE
    assert state.links[2, "a"].reason == CREATE_AGAIN
    assert state.links[2, "c"].live


@pytest.mark.parametrize(("there", "missed"), [(True, 0), (True, 1), (False, 0)], ids=["there", "missed", "gone"])
def test_what_a_side_could_not_delete_is_tied_again_if_it_is_still_there(there, missed):
    state, deletes = world()
    state.tasks[2].life = TaskLife.DELETED
    let_go(state.links[2, "b"], DELETED_THERE, absent=True)
    kept = state.links[2, "c"]
    kept.pairs[TITLE] = Pair("once", "once")
    let_go(kept, f"c {NO_DELETE}", absent=not there)
    kept.misses = missed
    deletes.restore(Evidence(restored=[state.links[2, "b"]]))
    if there and not missed:
        assert (state.links[2, "c"], kept.live, kept.acked[TITLE]) == (kept, True, 0)
    else:
        assert (state.links[2, "c"].reason, state.links[2, "c"].former) == (CREATE_AGAIN, ("c2",))


def edit(state, on, *, derived=False):
    """An edit of task 2 on a side."""
    return Delta(link=state.links[2, on], field=TITLE, old="child", new="x", at=None, derived=derived)


def test_an_edit_that_outlives_a_delete_revives_the_task():
    """Edited where the delete has not arrived yet (rule 12)."""
    state, deletes = world()
    state.tasks[2].life = TaskLife.DELETED
    let_go(state.links[2, "b"], DELETED_THERE)
    deltas = {STATUS: [edit(state, "c", derived=True)], TITLE: [edit(state, "a")]}
    assert deletes.revive(state.tasks[2], deltas)
    assert state.tasks[2].life is TaskLife.ALIVE
    assert state.links[2, "b"].reason == CREATE_AGAIN
    assert [row[:4] for row in outcomes(deletes)] == [(Do.ADOPT, 2, "a", "a2")]
    assert deletes.lines == ['"child" was deleted, and edited on a since: the edit wins']


def test_what_a_vendor_computes_revives_nothing():
    state, deletes = world()
    state.tasks[2].life = TaskLife.DELETED
    assert not deletes.revive(state.tasks[2], {TITLE: [edit(state, "a", derived=True)]})
    assert (state.tasks[2].life, deletes.acted) == (TaskLife.DELETED, [])


def test_an_entry_in_another_container_is_let_go_and_its_task_lives():
    """Rule 11: out of scope is not deleted."""
    state, deletes = world()
    link = state.links[2, "b"]
    deletes.outside(Evidence(outside=[(link, "archive")]))
    assert (link.life, link.reason, link.absent, link.outside) == (
        LinkLife.LET_GO,
        "moved to archive",
        True,
        "archive",
    )
    assert state.tasks[2].life is TaskLife.ALIVE
    assert ("b", "b2") not in deletes.merge.lenses.refs


def test_what_vanished_and_may_mean_something_else_is_asked_once():
    state, deletes = world()
    link = state.links[2, "b"]
    found = Evidence(doubtful=[(link, "vanished")])
    deletes.doubtful(found, [])
    deletes.doubtful(found, [])
    [held] = state.held
    assert (held.kind, held.key, held.why, held.choices) == (
        HeldKind.DELETE,
        "vanished:2:b",
        "vanished",
        ("approve", "refuse"),
    )
    assert (held.task, held.title, held.side, held.ref, held.since) == (2, "child", "b", "b2", NOW)
    assert found.deleted == []


def test_what_a_person_approved_is_deleted_and_the_rest_is_asked():
    state, deletes = world()
    two, one = state.links[2, "b"], state.links[1, "b"]
    found = Evidence(doubtful=[(two, "vanished"), (one, "vanished")])
    deletes.doubtful(found, [two])
    assert found.deleted == [two]
    assert [held.key for held in state.held] == ["vanished:1:b"]


def test_what_is_there_again_is_asked_no_more():
    state, deletes = world()
    keys = [("vanished:1:b", "b"), ("vanished:2:b", "b"), ("vanished:1:a", "a"), ("entry:b:9", "b")]
    state.held = [Held(kind=HeldKind.DELETE, key=key, why="", choices=(), side=name) for key, name in keys]
    deletes.withdraw("b", Evidence(doubtful=[(state.links[2, "b"], "vanished")]))
    assert [held.key for held in state.held] == ["vanished:2:b", "vanished:1:a", "entry:b:9"]


@pytest.mark.parametrize(
    ("dead", "home"),
    [({2}, {3: 1}), ({1, 2}, {3: None}), ({1}, {2: None}), ({2, 3}, {}), (set(), {}), ({3}, {})],
)
def test_a_living_task_under_a_deleted_one_moves_to_its_nearest_living_ancestor(dead, home):
    """Rule 18: before anything is deleted."""
    state, deletes = world()
    add_task(state, 3, {PARENT: 2}, "a")
    for number in dead:
        state.tasks[number].life = TaskLife.DELETED
        state.tasks[number].born = "b"
    deletes.rehome()
    before = {1: None, 2: 1, 3: 2}
    assert {number: task.values[PARENT] for number, task in state.tasks.items()} == {**before, **home}
    moved = {number: task.versions[PARENT] for number, task in state.tasks.items() if task.versions}
    assert {number: (version.side, version.rule) for number, version in moved.items()} == dict.fromkeys(
        home, ("b", "its parent was deleted")
    )


def test_an_entry_that_was_to_be_deleted_there_and_is_gone_takes_nothing_with_it():
    """Made in a cycle that was undone: the task lives on where people made it, and no edit makes it again there."""
    state, deletes = world()
    state.links[2, "b"].reason = UNDONE
    deletes.delete([state.links[2, "b"]], {(2, "a")})
    assert (state.links[2, "b"].live, state.links[2, "b"].reason) == (False, DELETED_THERE)
    assert (state.tasks[2].life, deletes.lines) == (TaskLife.ALIVE, [])


@pytest.mark.parametrize(
    ("joined", "ended", "alive"),
    [("", "", False), ("a", "", True), ("b", "", False), ("a", "a", False)],
    ids=["nothing was matched", "matched elsewhere", "matched where it was deleted", "matched elsewhere, let go since"],
)
def test_a_delete_that_happened_before_its_task_was_matched_elsewhere_does_not_mean_that_entry(joined, ended, alive):
    """Its task was not seen on b since: whoever deleted it there did not know of the entry on a."""
    state, deletes = world()
    state.links[2, "b"].misses = 1
    if joined:
        state.links[2, joined].joined = True
    if ended:
        let_go(state.links[2, ended], DELETED_THERE)
    deletes.delete([state.links[2, "b"]], set())
    assert (state.tasks[2].life is TaskLife.ALIVE) is alive


@pytest.mark.parametrize(
    ("unseen", "joined"), [("", False), ("a", True), ("b", True)], ids=["on all sides", "not on its own", "not on b"]
)
def test_what_was_matched_is_like_any_other_link_once_its_task_is_seen(unseen, joined):
    state, deletes = world()
    state.links[2, "a"].joined = True
    if unseen:
        state.links[2, unseen].gone = 1
    deletes.delete([], set())
    assert [link.joined for link in state.of_task(2)] == [joined, False, False]
