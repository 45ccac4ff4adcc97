"""What to do on each side: values against what it is known to hold (rules 3, 10, 12, 13, 18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import DeleteMeans, FieldCapability, Holding, Verb
from connectors.projection import Words, cut
from connectors.task import Field, Kind, Status
from sync.core.evidence import UNDONE, let_go
from sync.core.model import Do, Held, HeldKind, Intent, IntentState, Link, LinkLife, Pair, TaskLife, Version
from sync.core.plan import CLOSED_BY_DELETE, Planner
from sync.core.policy import AccessPolicy
from sync.core.settle import CREATE_AGAIN, CREATE_REFUSED, DELETED_THERE, UNTIED
from tests.core.build import NOW, RICH, TWO_WAY, add_task, group, lenses_of, side, state_of

TITLE, NOTE, STATUS, DUE, PARENT = Field.TITLE, Field.DESCRIPTION, Field.STATUS, Field.DUE, Field.PARENT
NO_ORDER = {name: how for name, how in RICH.fields.items() if name is not Field.POSITION}
READ_ONLY = FieldCapability(holding=Holding.READ_ONLY)
OPEN_OR_DONE = FieldCapability(holding=Holding.TWO_WAY, view=Words(frozenset({Status.NEEDS_ACTION, Status.COMPLETED})))


def here(**changes):
    """Side b with these capabilities besides."""
    return side("b", **{"fields": NO_ORDER, **changes})


def world(spec=None, *, linked=True, policy=None, **values):
    """One task on a (and on b), in version 2 of each field that b has acknowledged."""
    group_ = group(side("a", fields=NO_ORDER), spec or here(), **(policy or {}))
    state = state_of(group_)
    named = {Field(name): value for name, value in values.items()}
    task = add_task(state, 1, {TITLE: "title", **named}, "a", *(["b"] if linked else []))
    task.versions = {name: Version(number=2, side="a", rule="edit", cycle=3, at=NOW) for name in task.values}
    return state, task, group_


def plan(state, policy, *, writable="ab"):
    """The planner of a state, after it has planned."""
    planner = Planner(lenses_of(policy, state), NOW, frozenset(writable))
    planner.plan()
    return planner


def told(planner):
    """Each action in short: what, where, and the fields that are sent."""
    return [(action.do, action.side, dict(action.fields)) for action in planner.actions]


def notes(planner):
    """Each undeliverable in short."""
    return [(note.side, note.field) for note in planner.undeliverable]


def behind(state, *names, version=1):
    """Side b has acknowledged an older version of these fields, and shows something older."""
    link = state.links[1, "b"]
    for name in names:
        link.acked[name] = version
        link.pairs[name] = Pair("older", "older")
    return link


def test_only_what_is_owed_is_written():
    state, _, policy = world(description="note")
    assert told(plan(state, policy)) == []
    behind(state, TITLE)
    planner = plan(state, policy)
    assert told(planner) == [(Do.UPDATE, "b", {TITLE: "title"})]
    [action] = planner.actions
    assert (action.task, action.title, action.ref, action.versions) == (1, "title", "b1", {TITLE: 2})
    change = action.changes[TITLE]
    assert (change.before, change.after, change.by, change.rule, change.at) == ("older", "title", "a", "edit", NOW)


@pytest.mark.parametrize(
    ("pair", "acked", "writes", "acknowledged"),
    [
        (Pair("title", "stored"), 1, False, True),
        (Pair("older", "title"), 1, False, True),
        (Pair("older", "title"), 2, False, True),
        (Pair("older", "older"), 2, False, True),
        (Pair("older", "older"), 1, True, False),
        (None, 1, True, False),
        (None, 2, False, True),
    ],
    ids=["sent", "stored", "not behind", "looks different", "owed", "never shown", "nothing known"],
)
def test_what_needs_no_write_is_acknowledged_without_one(pair, acked, writes, acknowledged):
    """That the target looks different is never a reason to write."""
    state, _, policy = world()
    link = state.links[1, "b"]
    if acked < 2:
        link.acked[TITLE] = acked
    link.pairs.pop(TITLE)
    if pair is not None:
        link.pairs[TITLE] = pair
    assert bool(told(plan(state, policy))) is writes
    assert (TITLE not in link.acked) is acknowledged
    if acked < 2 and not writes:
        assert link.pairs[TITLE].sent == "title", "what stands there counts as sent"


def test_a_view_that_another_mapping_moved_is_owed_if_it_differs():
    """Rule 20. The rule that is told says so; a value that nobody changed has no version behind it."""
    state, _, policy = world()
    link = state.links[1, "b"]
    link.mapping = "0"
    assert told(plan(state, policy)) == []
    link.pairs[TITLE] = Pair("older", "title")
    planner = plan(state, policy)
    assert told(planner) == [(Do.UPDATE, "b", {TITLE: "title"})]
    assert planner.actions[0].changes[TITLE].rule == "its mapping changed"


def test_what_moves_below_a_task_that_is_made_there_now_moves_after_it():
    """Rule 18: what its parent is called there is known when the move is sent; the plan names the task."""
    state, task, policy = world()
    add_task(state, 2, {TITLE: "parent"}, "a")
    task.values[PARENT], task.versions[PARENT] = 2, Version(number=2, side="a", rule="edit")
    state.links[1, "b"].pairs[PARENT] = Pair(None, None)
    state.links[1, "b"].acked[PARENT] = 1
    state.links[1, "a"].pairs[PARENT] = Pair("a2", "a2")
    planner = plan(state, policy)
    assert [(one.do, one.task, one.side) for one in planner.actions] == [(Do.CREATE, 2, "b"), (Do.UPDATE, 1, "b")]
    move = planner.actions[1]
    assert (list(move.fields), move.versions) == ([PARENT], {PARENT: 2})
    change = move.changes[PARENT]
    assert (change.before, change.after, change.rule) == (None, 2, "edit")


@pytest.mark.parametrize(
    ("kind", "asked", "decision", "moves"),
    [
        (HeldKind.CREATE, 2, "", False),
        (HeldKind.CREATE, 2, "approve", True),
        (HeldKind.CREATE, 3, "", True),
        (HeldKind.DELETE, 2, "", True),
    ],
)
def test_what_moves_below_a_task_that_a_person_is_asked_about_waits(kind, asked, decision, moves):
    state, task, policy = world()
    add_task(state, 2, {TITLE: "parent"}, "a")
    task.values[PARENT], task.versions[PARENT] = 2, Version(number=2, side="a", rule="edit")
    for name, shown in (("a", "a2"), ("b", None)):
        state.links[1, name].pairs[PARENT] = Pair(shown, shown)
    state.held.append(Held(kind=kind, key="k", why="", choices=(), task=asked, side="b", decision=decision))
    planned = [(one.do, one.task, one.side) for one in plan(state, policy).actions]
    assert planned == [(Do.CREATE, 2, "b"), *([(Do.UPDATE, 1, "b")] if moves else [])]


def test_a_parent_that_is_linked_now_is_owed():
    """Rule 18: the child was at the root until its parent came."""
    state, task, policy = world()
    add_task(state, 2, {TITLE: "parent"}, "a", "b")
    task.values[PARENT], task.versions[PARENT] = 2, Version(number=1, side="a")
    state.links[1, "b"].pairs[PARENT] = Pair(None, None)
    state.links[1, "a"].pairs[PARENT] = Pair("a2", "a2")
    planner = plan(state, policy)
    assert told(planner) == [(Do.UPDATE, "b", {PARENT: "b2"})]
    change = planner.actions[0].changes[PARENT]
    assert (change.before, change.after, change.rule) == (None, 2, "its parent is linked now")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link, state: setattr(link, "misses", 1),
        lambda link, state: setattr(link, "gone", 1),
        lambda link, state: link.unknown.update({TITLE: "word"}),
        lambda link, state: state.held.append(
            Held(kind=HeldKind.CONFLICT, key="k", why="", choices=(), task=1, field=TITLE)
        ),
        lambda link, state: state.intents.append(
            Intent(task=1, side="b", do=Do.UPDATE, ref="b1", patch={}, versions={})
        ),
    ],
    ids=["missed", "gone once", "no opinion", "held", "in doubt"],
)
def test_what_waits_is_neither_written_nor_undeliverable(spoil):
    state, _, policy = world()
    spoil(behind(state, TITLE), state)
    planner = plan(state, policy)
    assert (told(planner), notes(planner)) == ([], [])


def test_a_conflict_or_an_intent_of_another_does_not_stop_this_one():
    state, _, policy = world()
    behind(state, TITLE)
    state.held = [
        Held(kind=HeldKind.CONFLICT, key="k", why="", choices=(), task=1, field=NOTE),
        Held(kind=HeldKind.DELETE, key="l", why="", choices=(), task=1, field=TITLE),
    ]
    state.intents = [Intent(task=1, side="a", do=Do.UPDATE, ref="a1", patch={}, versions={})]
    assert told(plan(state, policy)) == [(Do.UPDATE, "b", {TITLE: "title"})]


@pytest.mark.parametrize(
    ("linked", "status", "kept"),
    [(True, IntentState.LAPSED, 0), (False, IntentState.LAPSED, 1), (True, IntentState.UNKNOWN, 1)],
    ids=["there by now", "not there yet", "in doubt"],
)
def test_a_create_that_lapsed_is_looked_for_until_its_task_is_there(linked, status, kept):
    """After that an entry like it is somebody's own, and no double of ours."""
    state, _, policy = world(linked=linked)
    state.intents = [
        Intent(task=1, side="b", do=Do.CREATE, ref=None, patch={TITLE: "title"}, versions={}, state=status)
    ]
    plan(state, policy)
    assert len(state.intents) == kept


@pytest.mark.parametrize(
    ("name", "value"), [(Field.COMPLETED, NOW), (Field.URL, "u"), (Field.CUSTOM, {"x": 1}), (Field.POSITION, 5)]
)
def test_what_follows_or_is_not_exchanged_is_not_sent(name, value):
    state, task, policy = world()
    task.values[name], task.versions[name] = value, Version(number=3)
    behind(state, name)
    assert told(plan(state, policy)) == []


def test_a_field_that_a_side_does_not_read_and_a_side_that_is_only_read_are_not_written():
    state, _, policy = world(here(fields={TITLE: TWO_WAY, STATUS: TWO_WAY}), description="note")
    behind(state, NOTE)
    planner = plan(state, policy)
    assert (told(planner), notes(planner)) == ([], [])
    state, _, policy = world(replace(here(), access=AccessPolicy.READ))
    behind(state, TITLE)
    planner = plan(state, policy)
    assert (told(planner), notes(planner)) == ([], []), "nothing is owed to it, and nothing is undeliverable"


@pytest.mark.parametrize(
    ("spec", "prepare", "why"),
    [
        (here(fields={**NO_ORDER, TITLE: READ_ONLY}), lambda link: None, "b can not change it"),
        (here(verbs=RICH.verbs - {Verb.UPDATE}), lambda link: None, "b can not change it"),
        (here(), lambda link: (link.refused.update({TITLE: 2}), link.reasons.update({TITLE: "too long"})), "too long"),
        (here(), lambda link: link.refused.update({TITLE: 3}), "refused"),
        (here(), lambda link: setattr(link, "derived", frozenset({TITLE})), "it follows from the children there"),
    ],
    ids=["read-only", "no update", "refused", "refused later", "derived"],
)
def test_what_a_side_can_not_take_is_undeliverable_and_not_acknowledged(spec, prepare, why):
    state, _, policy = world(spec)
    link = behind(state, TITLE)
    prepare(link)
    planner = plan(state, policy)
    assert told(planner) == []
    [note] = planner.undeliverable
    assert (note.task, note.title, note.side, note.ref, note.field, note.why) == (1, "title", "b", "b1", TITLE, why)
    assert link.acked == {TITLE: 1}


def test_a_refusal_of_an_older_version_does_not_count():
    state, _, policy = world()
    behind(state, TITLE).refused[TITLE] = 1
    assert told(plan(state, policy)) == [(Do.UPDATE, "b", {TITLE: "title"})]


def test_a_word_that_a_side_lacks_is_undeliverable():
    state, _, policy = world(here(fields={**NO_ORDER, STATUS: OPEN_OR_DONE}), status=Status.CANCELLED)
    behind(state, STATUS)
    planner = plan(state, policy)
    assert (told(planner), notes(planner)) == ([], [("b", STATUS)])


@pytest.mark.parametrize(
    ("rule", "view", "sent"),
    [
        (CLOSED_BY_DELETE, OPEN_OR_DONE, Status.COMPLETED),
        (CLOSED_BY_DELETE, TWO_WAY, Status.CANCELLED),
        ("edit", TWO_WAY, Status.CANCELLED),
    ],
)
def test_a_delete_that_closes_says_completed_where_there_is_no_word_for_cancelled(rule, view, sent):
    """Rule 12."""
    state, task, policy = world(here(fields={**NO_ORDER, STATUS: view}), status=Status.CANCELLED)
    task.versions[STATUS] = Version(number=2, rule=rule)
    behind(state, STATUS)
    assert told(plan(state, policy)) == [(Do.UPDATE, "b", {STATUS: sent})]


def test_a_side_that_can_be_told_neither_word_is_told_nothing():
    nothing = FieldCapability(holding=Holding.TWO_WAY, view=Words(frozenset({Status.IN_PROGRESS})))
    state, task, policy = world(here(fields={**NO_ORDER, STATUS: nothing}), status=Status.CANCELLED)
    task.versions[STATUS] = Version(number=2, rule=CLOSED_BY_DELETE)
    behind(state, STATUS)
    planner = plan(state, policy)
    assert (told(planner), notes(planner)) == ([], [("b", STATUS)])


def test_a_task_that_was_never_there_is_made_with_all_that_is_not_empty():
    state, _, policy = world(here(fields=NO_ORDER), linked=False, description="", due=NOW, completed=NOW, url="u")
    planner = plan(state, policy)
    assert told(planner) == [(Do.CREATE, "b", {TITLE: "title", DUE: NOW, STATUS: Status.NEEDS_ACTION})]
    [action] = planner.actions
    assert (action.ref, action.versions) == (None, {TITLE: 2, DUE: 2, STATUS: 2})
    assert (action.changes[TITLE].before, action.changes[TITLE].rule, action.changes[TITLE].by) == (None, "new", "a")


def test_a_value_that_nobody_changed_is_that_of_the_side_where_the_task_was_born():
    state, task, policy = world(linked=False)
    task.versions = {}
    assert plan(state, policy).actions[0].changes[TITLE].by == "a"


@pytest.mark.parametrize(
    ("ref", "reason", "made"),
    [
        (None, CREATE_REFUSED, True),
        (None, CREATE_AGAIN, True),
        ("b1", CREATE_AGAIN, False),
        (None, "a person decided", False),
        ("b1", DELETED_THERE, False),
    ],
)
def test_a_task_that_was_let_go_there_is_made_only_if_it_is_to_be_tried_again(ref, reason, made):
    """Rule 13."""
    state, _, policy = world(linked=False)
    state.links[1, "b"] = Link(task=1, side="b", ref=ref, life=LinkLife.LET_GO, reason=reason, mapping="1")
    assert bool(told(plan(state, policy))) is made


@pytest.mark.parametrize(
    ("status", "done", "policy", "made"),
    [
        (Status.COMPLETED, NOW - timedelta(days=31), {}, False),
        (Status.CANCELLED, NOW - timedelta(days=31), {}, False),
        (Status.COMPLETED, NOW - timedelta(days=30), {}, True),
        (Status.COMPLETED, None, {}, True),
        (Status.COMPLETED, NOW - timedelta(days=31), {"completed": None}, True),
        (Status.COMPLETED, NOW, {"completed_none": True}, False),
        (Status.NEEDS_ACTION, NOW - timedelta(days=31), {"completed_none": True}, True),
        (None, NOW - timedelta(days=31), {}, True),
    ],
)
def test_what_was_completed_too_long_ago_is_not_made_anywhere(status, done, policy, made):
    state, _, group_ = world(linked=False, policy=policy, status=status, completed=done)
    assert bool(told(plan(state, group_))) is made


@pytest.mark.parametrize(
    ("spec", "field", "why"),
    [
        (here(verbs=RICH.verbs - {Verb.CREATE}), TITLE, "b can not make tasks"),
        (
            here(fields={**NO_ORDER, DUE: FieldCapability(holding=Holding.TWO_WAY, required=True)}),
            DUE,
            "b makes no task without it",
        ),
        (here(fields={NOTE: TWO_WAY}), TITLE, "b makes no task without it"),
    ],
)
def test_a_side_that_can_not_make_the_task_is_noted(spec, field, why):
    state, _, policy = world(spec, linked=False)
    planner = plan(state, policy)
    assert told(planner) == []
    [note] = planner.undeliverable
    assert (note.side, note.ref, note.field, note.why) == ("b", None, field, why)


def test_a_value_that_a_new_entry_can_not_hold_is_noted_and_the_task_is_made_without_it():
    fields = {**NO_ORDER, STATUS: OPEN_OR_DONE, NOTE: READ_ONLY}
    state, _, policy = world(here(fields=fields), linked=False, status=Status.CANCELLED, description="note")
    planner = plan(state, policy)
    assert told(planner) == [(Do.CREATE, "b", {TITLE: "title"})]
    assert notes(planner) == [("b", STATUS)]


def test_a_field_that_can_be_given_only_at_the_create_is_given():
    fields = {**NO_ORDER, NOTE: FieldCapability(holding=Holding.AT_CREATE, view=cut(3))}
    state, _, policy = world(here(fields=fields), linked=False, description="note")
    assert told(plan(state, policy))[0][2][NOTE] == "not"


def refused_link(mapping="1", **numbers):
    """Side b refused to make the task, and these fields in these versions."""
    link = Link(task=1, side="b", ref=None, life=LinkLife.LET_GO, reason=CREATE_REFUSED, mapping=mapping)
    link.refused = {Field(name): number for name, number in numbers.items()}
    link.reasons = {name: f"no {name.value}" for name in link.refused}
    return link


@pytest.mark.parametrize(
    ("link", "fields", "why"),
    [
        (refused_link(title=2, status=2), [], "no title"),
        (refused_link(title=3, status=2), [], "no title"),
        (refused_link(title=2, status=1), [TITLE, STATUS], ""),
        (refused_link(title=2), [TITLE, STATUS], ""),
        (refused_link("0", title=2, status=2), [TITLE, STATUS], ""),
        (refused_link(status=2), [TITLE], "no status"),
        (refused_link(status=1), [TITLE, STATUS], ""),
        (refused_link("0", status=2), [TITLE, STATUS], ""),
    ],
    ids=["whole", "later", "something moved", "new", "mapping", "one field", "it moved", "its mapping"],
)
def test_a_refused_create_is_tried_again_when_something_moved(link, fields, why):
    """Rule 3: as it is, it is undeliverable; where one field was refused, the task is made without it."""
    state, task, policy = world(linked=False, url="u", completed=None)
    task.values = {TITLE: "title", STATUS: Status.NEEDS_ACTION, Field.URL: "u"}
    state.links[1, "b"] = link
    planner = plan(state, policy)
    assert [list(action.fields) for action in planner.actions] == ([fields] if fields else [])
    assert [note.why for note in planner.undeliverable] == ([why] if why else [])


def test_a_refusal_without_a_reason_says_that_it_was_refused():
    state, _, policy = world(linked=False)
    state.links[1, "b"] = refused_link(status=2)
    state.links[1, "b"].reasons = {}
    assert plan(state, policy).undeliverable[0].why == "refused"


def test_a_candidate_of_an_open_match_is_not_made_there_until_a_person_decided():
    """Rule 15: an unplaced entry of the side may be it."""
    state, _, policy = world(linked=False)
    row = Held(
        kind=HeldKind.MATCH, key="k", why="", choices=(), side="b", ref="b9", data={"candidates": ["a1", "a:a1"]}
    )
    state.held = [row]
    assert told(plan(state, policy)) == []
    for other in (
        replace(row, side="c"),
        replace(row, kind=HeldKind.ENTRY),
        replace(row, data={"candidates": ["a:a2"]}),
    ):
        state.held = [other]
        assert told(plan(state, policy)) != []
    state.held = [replace(row, data={}), row]
    assert told(plan(state, policy)) == []


def test_a_candidate_that_the_question_does_not_name_is_not_made_there_either():
    """Whatever its title became since; a task that is newer, or had another title all along, is made."""
    state, task, policy = world(linked=False)
    row = Held(HeldKind.MATCH, "k", "", (), side="b", ref="b9", title=" TITLE ", data={"candidates": []})
    unnamed = {"below": 2, "cycle": 7}
    for held, version, made in (
        (row, 0, True),
        (replace(row, data=unnamed), 0, False),
        (replace(row, data={**unnamed, "below": 1}), 0, True),
        (replace(row, data=unnamed, side="c"), 0, True),
        (replace(row, data=unnamed, kind=HeldKind.ENTRY), 0, True),
        (replace(row, data=unnamed, title="other"), 6, True),
        (replace(row, data=unnamed, title="other"), 7, False),
    ):
        state.held = [held]
        task.versions = {TITLE: Version(number=2, cycle=version)}
        assert (told(plan(state, policy)) != []) is made, held
    rows = [replace(row, data=data, title="other") for data in ({"below": 1, "cycle": 9}, unnamed)]
    for state.held in (rows, rows[::-1]):
        assert told(plan(state, policy)) == [], "asked twice, it may be meant by either"


MEANS = [
    (DeleteMeans.DELETE, RICH.verbs, Do.DELETE, {}),
    (DeleteMeans.ARCHIVE, RICH.verbs, Do.ARCHIVE, {}),
    (DeleteMeans.STATUS, RICH.verbs, Do.CLOSE, {STATUS: Status.CANCELLED}),
    (DeleteMeans.NOTHING, RICH.verbs, Do.LET_GO, {}),
    (DeleteMeans.DELETE, RICH.verbs - {Verb.DELETE}, Do.LET_GO, {}),
    (DeleteMeans.ARCHIVE, RICH.verbs - {Verb.DELETE}, Do.LET_GO, {}),
]


@pytest.mark.parametrize(("means", "verbs", "do", "fields"), MEANS)
def test_a_deleted_task_is_deleted_as_the_side_can(means, verbs, do, fields):
    """Rule 12: an archive or a status stands for it, or the link is let go."""
    state, task, policy = world(here(delete_means=means, verbs=verbs))
    task.life = TaskLife.DELETED
    let_go(state.links[1, "a"], DELETED_THERE)
    planner = plan(state, policy)
    assert told(planner) == [(do, "b", fields)]
    assert planner.actions[0].ref == "b1"
    if do is not Do.CLOSE:
        assert planner.actions[0].why == "deleted on a"


def test_a_side_whose_status_can_not_be_written_is_let_go():
    state, task, policy = world(here(delete_means=DeleteMeans.STATUS, fields={**NO_ORDER, STATUS: READ_ONLY}))
    task.life = TaskLife.DELETED
    assert [(action.do, action.why) for action in plan(state, policy).actions if action.side == "b"] == [
        (Do.LET_GO, "")
    ]


@pytest.mark.parametrize(("reason", "do"), [(UNDONE, Do.DELETE), (UNTIED, Do.LET_GO)])
def test_a_link_that_an_undo_ends_ends_though_its_task_lives(reason, do):
    state, _, policy = world()
    state.links[1, "b"].reason = reason
    [action] = plan(state, policy).actions
    assert (action.do, action.side, action.ref, action.fields, action.why) == (do, "b", "b1", {}, reason)


def test_a_deleted_task_is_left_alone_where_it_is_not_linked_or_may_not_be_written():
    state, task, policy = world(replace(here(), access=AccessPolicy.READ))
    task.life = TaskLife.DELETED
    let_go(state.links[1, "a"], DELETED_THERE)
    assert told(plan(state, policy)) == []
    state, task, policy = world(linked=False)
    task.life = TaskLife.DELETED
    let_go(state.links[1, "a"], DELETED_THERE)
    assert told(plan(state, policy)) == []


def test_a_side_that_is_only_read_gets_no_tasks_and_one_that_may_not_be_written_now_waits():
    state, _, policy = world(replace(here(), access=AccessPolicy.READ), linked=False)
    assert told(plan(state, policy)) == []
    state, _, policy = world(linked=False)
    assert told(plan(state, policy, writable="a")) == []


def test_parents_are_made_before_children_and_children_deleted_before_parents():
    """Stage 11: parents, creates, then fields (moves in the tree first, then the oldest owed), then deletes."""
    policy = group(side("a", fields=NO_ORDER), here())
    state = state_of(policy)
    parents = {1: 2, 2: None, 3: None, 4: 3, 5: None, 6: None, 7: 6}
    for number, parent in parents.items():
        on = ["a"] if number in {1, 2} else ["a", "b"]
        task = add_task(state, number, {TITLE: f"t{number}", PARENT: parent}, *on)
        task.versions = {name: Version(number=2, cycle=20 - number) for name in task.values}
        if parent is not None:
            for name in on:
                state.links[number, name].pairs[PARENT] = Pair(f"{name}{parent}", f"{name}{parent}")
    for number in (3, 4):
        state.tasks[number].life = TaskLife.DELETED
        let_go(state.links[number, "a"], DELETED_THERE)
    for number, name in ((5, TITLE), (6, TITLE), (7, PARENT), (7, TITLE)):
        state.links[number, "b"].acked[name] = 1
        state.links[number, "b"].pairs[name] = Pair("old", "old")
    state.tasks[6].versions[STATUS] = Version(number=2, cycle=1)
    actions = plan(state, policy).actions
    assert [(action.do, action.task) for action in actions] == [
        (Do.CREATE, 2),
        (Do.CREATE, 1),
        (Do.UPDATE, 7),
        (Do.UPDATE, 6),
        (Do.UPDATE, 5),
        (Do.DELETE, 4),
        (Do.DELETE, 3),
    ]


def ordered(*, b_access=AccessPolicy.TWO_WAY, position=TWO_WAY):
    """Three siblings on a and b; b has them in another order, and the last one owes a move."""
    fields = {TITLE: TWO_WAY, STATUS: TWO_WAY, Field.POSITION: TWO_WAY}
    spec = replace(side("b", fields={**fields, Field.POSITION: position}), access=b_access)
    policy = group(side("a", fields=fields), spec)
    state = state_of(policy)
    for number, rank in ((1, 10), (2, 20), (3, 5)):
        task = add_task(state, number, {}, "a", "b")
        task.values[Field.POSITION] = rank
        task.versions[Field.POSITION] = Version(number=2, side="a", rule="moved")
        for name in "ab":
            state.links[number, name].pairs[Field.POSITION] = Pair(number, number)
    state.links[3, "b"].acked[Field.POSITION] = 1
    return state, policy


def test_a_move_that_is_owed_is_planned_with_its_place():
    state, policy = ordered()
    planner = plan(state, policy)
    assert told(planner) == [(Do.UPDATE, "b", {Field.POSITION: 1})]
    assert (planner.actions[0].task, planner.actions[0].ref, planner.actions[0].versions) == (
        3,
        "b3",
        {Field.POSITION: 2},
    )


@pytest.mark.parametrize(
    "how", [{"b_access": AccessPolicy.READ}, {"position": READ_ONLY}], ids=["only read", "no places"]
)
def test_no_move_is_planned_where_it_can_not_be_made(how):
    state, policy = ordered(**how)
    assert told(plan(state, policy)) == []


def test_a_new_task_is_made_and_then_moved_to_its_place():
    """What this cycle makes stands last there; its move follows the create, whose ref is known by then."""
    state, policy = ordered()
    del state.links[3, "b"]
    planner = plan(state, policy)
    assert [(one.do, one.task, one.ref) for one in planner.actions] == [(Do.CREATE, 3, None), (Do.UPDATE, 3, None)]
    assert planner.actions[1].fields == {Field.POSITION: 1}
    assert planner.actions[1].changes[Field.POSITION].rule == "new"


def test_whoever_edited_is_named_not_where_the_task_was_born():
    state, task, policy = world()
    task.versions[TITLE] = Version(number=2, side="c", rule="")
    behind(state, TITLE)
    change = plan(state, policy).actions[0].changes[TITLE]
    assert (change.by, change.rule) == ("c", "new")


def test_what_has_been_owed_longest_counts_by_its_oldest_field():
    policy = group(side("a", fields=NO_ORDER), here())
    state = state_of(policy)
    for number, cycles in ((1, (5, 6)), (2, (4, 9))):
        task = add_task(state, number, {TITLE: "t", NOTE: "n"}, "a", "b")
        for name, cycle in zip((TITLE, NOTE), cycles, strict=True):
            task.versions[name] = Version(number=2, cycle=cycle)
            state.links[number, "b"].acked[name] = 1
            state.links[number, "b"].pairs[name] = Pair("old", "old")
    assert [action.task for action in plan(state, policy).actions] == [2, 1]


def test_a_required_field_that_is_there_is_given():
    fields = {**NO_ORDER, DUE: FieldCapability(holding=Holding.TWO_WAY, required=True)}
    state, _, policy = world(here(fields=fields), linked=False, due=NOW)
    assert told(plan(state, policy))[0][2][DUE] == NOW


def test_a_whole_refusal_is_about_what_the_side_takes():
    """A field that it does not take in a create, changed since, makes no new try."""
    state, task, policy = world(here(fields={**NO_ORDER, NOTE: READ_ONLY}), linked=False, description="note")
    task.versions[NOTE] = Version(number=9)
    state.links[1, "b"] = refused_link(title=2, status=2)
    planner = plan(state, policy)
    assert (told(planner), [note.why for note in planner.undeliverable]) == ([], ["no title"])


def test_a_field_in_its_first_version_that_was_not_refused_is_new():
    """Neither the whole nor the field counts as refused."""
    state, task, policy = world(linked=False)
    task.versions = {}
    state.links[1, "b"] = refused_link(title=1)
    assert [set(action.fields) for action in plan(state, policy).actions] == [{TITLE, STATUS}]
    state.links[1, "b"] = refused_link(description=1)
    assert [set(action.fields) for action in plan(state, policy).actions] == [{TITLE, STATUS}]


def test_comments_are_not_sent():
    state, task, policy = world(here(fields={**NO_ORDER, Field.COMMENTS: TWO_WAY}))
    task.values[Field.COMMENTS], task.versions[Field.COMMENTS] = ("x",), Version(number=3)
    behind(state, Field.COMMENTS)
    assert told(plan(state, policy)) == []


def test_a_status_other_than_cancelled_is_told_as_it_is():
    state, task, policy = world(here(fields={**NO_ORDER, STATUS: OPEN_OR_DONE}), status=Status.IN_PROGRESS)
    task.versions[STATUS] = Version(number=2, rule=CLOSED_BY_DELETE)
    behind(state, STATUS)
    assert told(plan(state, policy)) == [(Do.UPDATE, "b", {STATUS: Status.NEEDS_ACTION})]


def commented(*, spec=None, on="ab"):
    """Task 1 on a and b, and comment 2 on it, on these sides."""
    fields = {**NO_ORDER, Field.COMMENTS: TWO_WAY}
    policy = group(side("a", fields=fields), spec or here(fields=fields))
    state = state_of(policy)
    add_task(state, 1, {TITLE: "title"}, "a", "b")
    comment = add_task(state, 2, {}, *on)
    comment.kind, comment.values = Kind.COMMENT, {Field.COMMENTS: "ok", PARENT: 1}
    for name in on:
        state.links[2, name].pairs = {Field.COMMENTS: Pair("ok", "ok"), PARENT: Pair(f"{name}1", f"{name}1")}
    return state, policy


@pytest.mark.parametrize(("missed", "written"), [(0, True), (1, False)], ids=["seen", "missed"])
def test_a_comment_is_written_while_its_task_is_seen(missed, written):
    state, policy = commented()
    state.tasks[2].versions[Field.COMMENTS] = Version(number=2, side="a")
    state.links[2, "b"].acked[Field.COMMENTS] = 1
    state.links[2, "b"].pairs[Field.COMMENTS] = Pair("old", "old")
    state.links[1, "b"].misses = missed
    assert told(plan(state, policy)) == ([(Do.UPDATE, "b", {Field.COMMENTS: "ok"})] if written else [])


@pytest.mark.parametrize("on", ["ab", "a"], ids=["there", "new"])
def test_nothing_is_planned_for_a_comment_whose_task_is_deleted(on):
    """It goes where its task goes."""
    state, policy = commented(on=on)
    state.tasks[1].life = TaskLife.DELETED
    state.tasks[2].versions[Field.COMMENTS] = Version(number=2, side="a")
    for name in on:
        state.links[2, name].acked[Field.COMMENTS] = 1
        state.links[2, name].pairs[Field.COMMENTS] = Pair("old", "old")
    assert {(action.do, action.task) for action in plan(state, policy).actions} == {(Do.DELETE, 1)}


@pytest.mark.parametrize(
    ("fields", "status", "made"),
    [
        ({**NO_ORDER, STATUS: READ_ONLY}, Status.COMPLETED, False),
        ({**NO_ORDER, STATUS: READ_ONLY}, Status.CANCELLED, False),
        ({**NO_ORDER, STATUS: READ_ONLY}, Status.IN_PROGRESS, True),
        ({TITLE: TWO_WAY}, Status.COMPLETED, True),
        (NO_ORDER, Status.COMPLETED, True),
    ],
    ids=["completed", "cancelled", "begun", "a side without states", "a side that can be told"],
)
def test_a_closed_task_is_not_made_where_it_would_be_open_for_ever(fields, status, made):
    """Rule 3: where a status can be told neither with a new task nor later."""
    state, _, policy = world(here(fields=fields), linked=False, status=status)
    planner = plan(state, policy)
    assert [action.do for action in planner.actions] == ([Do.CREATE] if made else [])
    found = [(note.field, note.why) for note in planner.undeliverable if note.field is STATUS]
    assert made or found == [(STATUS, "b makes open tasks only")]


def test_new_comments_on_a_task_have_no_place_among_its_new_children():
    fields = dict.fromkeys((TITLE, STATUS, PARENT, Field.POSITION, Field.COMMENTS), TWO_WAY)
    policy = group(side("a", fields=fields), side("b", fields=fields))
    state = state_of(policy)
    add_task(state, 1, {TITLE: "title", PARENT: None}, "a", "b")
    for number, rank in ((3, 10), (4, 30), (5, 40), (6, 20)):
        add_task(state, number, {TITLE: f"t{number}", PARENT: 1, Field.POSITION: rank}, "a")
    comment = add_task(state, 2, {}, "a")
    comment.kind, comment.values = Kind.COMMENT, {Field.COMMENTS: "ok", PARENT: 1}
    moves = [action for action in plan(state, policy).actions if Field.POSITION in action.fields and action.ref is None]
    assert [(action.task, dict(action.fields)) for action in moves if action.do is Do.UPDATE] == [
        (6, {Field.POSITION: 2})
    ]
