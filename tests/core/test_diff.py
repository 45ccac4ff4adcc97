"""What changed on a side: an entry against its own shadow, never against the task (rules 1, 2, 18, 20)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.contract import FieldCapability, Holding, PersonKey
from connectors.projection import cut
from connectors.task import Field, Kind, Person, Status
from sync.core.diff import FIRST_OPINION, children_by_parent, diff_link, diff_side, edit_time, is_thawed
from sync.core.evidence import let_go
from sync.core.facts import Observation, Read
from sync.core.model import Pair, Version
from tests.core.build import NOW, RICH, add_task, entry, group, lenses_of, side, state_of

TITLE, NOTE, STATUS, DUE = Field.TITLE, Field.DESCRIPTION, Field.STATUS, Field.DUE
SHORT = {**RICH.fields, TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(4))}
EARLIER = NOW - timedelta(hours=1)


def world(fields=RICH.fields, **values):
    """A task on a and b; its link on b, and the lens of b."""
    policy = group("a", side("b", fields=fields))
    state = state_of(policy)
    task = add_task(state, 1, {Field(name): value for name, value in values.items()}, "a", "b")
    return state, task, state.links[1, "b"], lenses_of(policy, state)["b"]


def diff(link, task, lens, *, thawed=False, at=NOW, **members):
    """What an entry says against its link."""
    return diff_link(link, task, entry("b1", **members), lens, at=at, thawed=thawed)


def edits(found):
    """Field, old and new of each delta."""
    return [(delta.field, delta.old, delta.new) for delta in found.deltas]


@pytest.mark.parametrize(
    ("shadow", "seen", "expected"),
    [
        (Pair("long title", "long"), "long", []),
        (Pair("long title", "long"), "edit", [(TITLE, "long", "edit")]),
        (Pair("long title", "long"), "long title", [(TITLE, "long", "long title")]),
        (Pair("x", "y", confirmed=False, before="z"), "x", []),
        (Pair("x", "y", confirmed=False, before="z"), "z", []),
        (Pair("x", "y", confirmed=False, before="z"), "else", [(TITLE, "y", "else")]),
    ],
    ids=["as stored", "another", "as sent, by a person", "as sent", "as it was", "neither"],
)
def test_a_side_is_compared_with_its_own_shadow(shadow, seen, expected):
    """Rule 1. An unconfirmed shadow is completed by what a server may have made of it (rule 2)."""
    _, task, link, lens = world(title="long title")
    link.pairs[TITLE] = shadow
    found = diff(link, task, lens, title=seen)
    assert edits(found) == expected
    assert found.pairs == ({} if shadow.confirmed or expected else {TITLE: Pair("x", seen)})
    assert (found.first, found.owed) == ({}, [])


def test_a_delta_says_whose_when_and_whether_it_is_derived():
    _, task, link, lens = world(title="old")
    found = diff(link, task, lens, at=EARLIER, title="new", status=Status.COMPLETED, derived=frozenset({STATUS}))
    title, status = sorted(found.deltas, key=lambda one: one.field is STATUS)
    assert (title.link, title.at, title.derived) == (link, EARLIER, False)
    assert (status.field, status.old, status.new, status.derived) == (
        STATUS,
        Status.NEEDS_ACTION,
        Status.COMPLETED,
        True,
    )
    assert found.link is link
    assert found.seen[TITLE] == "new"
    link.derived = frozenset({TITLE})
    assert diff(link, task, lens, title="new").deltas[0].derived, "derived until now"


def test_fields_that_no_merge_decides_have_no_delta():
    _, task, link, lens = world(title="t", completed=None, position=1, url="u")
    for name in (Field.COMPLETED, Field.POSITION, Field.URL, Field.CUSTOM):
        link.pairs[name] = Pair(None, None)
    found = diff(link, task, lens, completed=NOW, position=7, url="v", custom={"x": 1}, title="t")
    assert (found.deltas, found.pairs, found.first) == ([], {}, {})


@pytest.mark.parametrize(
    ("value", "acked", "pair", "joins"),
    [
        ("theirs", {}, Pair("theirs", "theirs"), False),
        ("note", {NOTE: 1}, None, True),
        ("", {NOTE: 1}, Pair("theirs", "theirs"), False),
        ("note", {}, None, True),
        (None, {}, None, True),
    ],
    ids=["equal", "behind", "cleared", "another", "nobody had one"],
)
def test_a_field_that_never_had_a_shadow_takes_its_first_opinion_without_a_delta(value, acked, pair, joins):
    """One that differs is joined, as at a first meeting."""
    _, task, link, lens = world(title="t")
    if value is not None:
        task.values[NOTE], task.versions[NOTE] = value, Version(number=2)
    link.acked = dict(acked)
    found = diff(link, task, lens, description="theirs", title="t")
    assert found.deltas == []
    assert found.pairs.get(NOTE) == pair
    assert found.first == ({NOTE: "theirs"} if joins else {})


def test_what_nobody_had_a_value_for_is_joined_though_its_emptiness_is_owed():
    _, task, link, lens = world(title="t")
    link.acked, task.values[NOTE] = {NOTE: 0}, ""
    found = diff(link, task, lens, description="theirs", title="t")
    assert (found.pairs, found.first) == ({}, {NOTE: "theirs"})


def test_what_a_server_made_of_a_new_entry_is_replaced_by_what_is_owed():
    _, task, link, lens = world(title="t")
    task.born, link.wrote, link.acked = "a", 8, {NOTE: 1}
    task.values[NOTE], task.versions[NOTE] = "note", Version(number=2)
    found = diff(link, task, lens, description="theirs", title="t")
    assert (found.deltas, found.first, found.pairs[NOTE]) == ([], {}, Pair("theirs", "theirs"))


@pytest.mark.parametrize(("shown", "waits"), [("b9", True), ("b3", False), (None, False)])
@pytest.mark.parametrize("cleared", [False, True])
def test_a_first_parent_that_is_not_linked_yet_waits(shown, waits, cleared):
    """Nobody's answer stands for it, nor is it written over: as an edit to it would wait."""
    state, task, link, lens = world(title="t")
    for number in (2, 3):
        add_task(state, number, {TITLE: f"t{number}"}, "a", "b")
    lens = lenses_of(group("a", "b"), state)["b"]
    task.born, link.wrote, link.acked = "a", 8, {Field.PARENT: 1}
    task.values[Field.PARENT], task.versions[Field.PARENT] = None if cleared else 2, Version(number=2, rule="edit")
    found = diff(link, task, lens, title="t", parent=shown)
    assert found.first == ({Field.PARENT: "b9"} if waits else {})
    assert found.pairs == ({} if waits else {Field.PARENT: Pair(shown, shown)})


@pytest.mark.parametrize(
    ("born", "wrote", "rule", "joins"),
    [
        ("b", 0, "edit", False),
        ("b", 0, FIRST_OPINION, True),
        ("b", 8, FIRST_OPINION, True),
        ("a", 8, FIRST_OPINION, False),
        ("a", 0, FIRST_OPINION, True),
    ],
    ids=[
        "a person cleared it",
        "nobody did",
        "written there since",
        "we made the entry",
        "people made the entry",
    ],
)
def test_what_a_person_has_on_a_side_comes_before_the_emptiness_of_another(born, wrote, rule, joins):
    """Which was the first opinion, and is owed there; what a person has cleared, or a server made up, does not."""
    _, task, link, lens = world(title="t")
    task.born, link.wrote, link.acked = born, wrote, {NOTE: 1}
    task.values[NOTE], task.versions[NOTE] = "", Version(number=2, rule=rule)
    found = diff(link, task, lens, description="theirs", title="t")
    assert found.first == ({NOTE: "theirs"} if joins else {})


@pytest.mark.parametrize(
    ("seen", "pair"), [("stored", Pair("sent", "stored")), ("moved", Pair("moved", "moved"))], ids=["same", "moved"]
)
def test_a_derived_field_that_thawed_moves_its_shadow_without_a_delta(seen, pair):
    """Rule 18: it may have moved because of our own writes."""
    _, task, link, lens = world(title="t")
    link.pairs[TITLE] = Pair("sent", "stored")
    found = diff(link, task, lens, thawed=True, title=seen, derived=frozenset({TITLE}))
    assert (found.deltas, found.pairs, found.owed) == ([], {TITLE: pair}, [])
    plain = diff(link, task, lens, thawed=True, title="moved")
    assert edits(plain) == [(TITLE, "stored", "moved")], "a field that is not derived does not thaw"


@pytest.mark.parametrize(
    ("raw_hash", "unknown", "mapping", "deltas", "owed"),
    [
        ("h", {}, "0", [], [TITLE]),
        ("other", {}, "0", [TITLE], []),
        ("h", {TITLE: "word"}, "0", [TITLE], []),
        ("h", {}, "1", [TITLE], []),
        ("h", {}, "", [TITLE], []),
    ],
    ids=["only the mapping", "changed too", "had no opinion", "the same mapping", "none yet"],
)
def test_another_mapping_of_an_unchanged_entry_is_no_edit(raw_hash, unknown, mapping, deltas, owed):
    """Rule 20: no phantom edits; a view that moved is owed."""
    _, task, link, lens = world(fields=SHORT, title="long title")
    link.mapping, link.raw_hash, link.unknown = mapping, "h", dict(unknown)
    link.pairs[TITLE] = Pair("long title", "long title")
    found = diff(link, task, lens, title="word", raw_hash=raw_hash, status=Status.NEEDS_ACTION)
    assert [delta.field for delta in found.deltas] == deltas
    assert found.owed == owed


@pytest.mark.parametrize(
    ("former", "raw_hash", "pair", "edited"),
    [
        ("word", "g", Pair("long", "long"), []),
        ("other", "g", Pair("long", "long"), [TITLE]),
        (None, "g", Pair("long", "long"), [TITLE]),
        ("word", "g", Pair("long", "long", confirmed=False), [TITLE]),
        ("word", "", Pair("long", "long"), [TITLE]),
    ],
    ids=["says the same", "was edited", "was not told", "no answer told", "an answer that was not compared yet"],
)
def test_another_mapping_of_an_edited_entry_makes_an_edit_of_what_was_edited(former, raw_hash, pair, edited):
    """What this mapping makes of what was read last is what an edit differs from."""
    _, task, link, lens = world(title="long title")
    link.mapping, link.raw_hash, link.pairs[TITLE] = "0", raw_hash, pair
    before = entry("b1", raw_hash=raw_hash, **({} if former is None else {"title": former}))
    read = entry("b1", title="word", raw_hash="h")
    found = diff_link(link, task, read, lens, at=NOW, thawed=False, former=before)
    assert [delta.field for delta in found.deltas] == edited


def test_other_words_for_the_status_of_an_answer_make_no_edit():
    """It is what the words mean now; nobody can tell whether the answer showed an edit too."""
    _, task, link, lens = world(title="long title")
    link.mapping, link.raw_hash, link.pairs[STATUS] = "0", "", Pair(Status.COMPLETED, Status.COMPLETED)
    before, read = (entry("b1", raw_hash=one, status=Status.CANCELLED) for one in ("", "h"))
    found = diff_link(link, task, read, lens, at=NOW, thawed=False, former=before)
    assert found.deltas == []


def test_another_mapping_that_sees_what_the_value_shows_owes_nothing():
    _, task, link, lens = world(fields=SHORT, title="long title")
    link.mapping, link.raw_hash = "0", "h"
    assert diff(link, task, lens, title="long", raw_hash="h").owed == []
    link.pairs[TITLE] = Pair("long", "stored")
    found = diff(link, task, lens, title="stored", raw_hash="h")
    assert (found.pairs[TITLE], found.owed) == (Pair("long", "stored"), []), "what was sent stands for what is stored"


@pytest.mark.parametrize(
    ("modified", "own", "last", "expected"),
    [
        (None, None, None, None),
        (EARLIER, None, None, EARLIER + timedelta(seconds=30)),
        (EARLIER, EARLIER, NOW, None),
        (EARLIER, NOW, EARLIER, None),
        (EARLIER, NOW, NOW, EARLIER + timedelta(seconds=30)),
    ],
    ids=["says none", "a person's", "our own write's", "not moved since", "newer than both"],
)
def test_when_a_person_changed_an_entry(modified, own, last, expected):
    """Corrected to our clock (rule 14); unknown where our own write moved the time, or nothing did."""
    _, _, link, _ = world()
    link.own_modified, link.modified = own, last
    assert edit_time(link, entry("b1", modified=modified), 30.0) == expected


def tree():
    """A parent, a child and a grandchild on b; another task beside them. The last read of b was in cycle 5."""
    policy = group("a", "b")
    state = state_of(policy)
    for number, parent in ((1, None), (2, 1), (3, 2), (4, None)):
        add_task(state, number, {Field.PARENT: parent}, "b")
    state.sides["b"].read_cycle = 5
    return state


@pytest.mark.parametrize(
    ("wrote", "thawed"),
    [({}, False), ({3: 5}, True), ({2: 6}, True), ({1: 5}, True), ({3: 4}, False), ({4: 9}, False)],
    ids=["nothing", "a grandchild", "a child", "itself", "before the last read", "another"],
)
def test_a_derived_value_may_have_moved_by_our_own_write_below_it(wrote, thawed):
    state = tree()
    for number, cycle in wrote.items():
        state.links[number, "b"].wrote = cycle
    link = state.links[1, "b"]
    link.derived = frozenset({STATUS})
    read = entry("b1", derived=frozenset({STATUS}))
    assert is_thawed(state, link, read, children_by_parent(state)) is thawed


def test_before_the_first_read_only_what_was_written_thaws():
    state = tree()
    state.sides["b"].read_cycle = 0
    link = state.links[1, "b"]
    link.derived = frozenset({STATUS})
    read = entry("b1", derived=frozenset({STATUS}))
    assert not is_thawed(state, link, read, children_by_parent(state))
    del state.links[2, "b"]
    assert not is_thawed(state, link, read, children_by_parent(state)), "a child that is not there was not written"


@pytest.mark.parametrize(
    ("before", "now", "thawed"),
    [((), (), False), ((), (STATUS,), True), ((STATUS,), (), True)],
    ids=["a leaf", "became a parent", "ceased to be one"],
)
def test_a_new_shape_thaws_and_a_leaf_does_not(before, now, thawed):
    state = tree()
    link = state.links[1, "b"]
    link.derived, link.wrote = frozenset(before), 9
    assert is_thawed(state, link, entry("b1", derived=frozenset(now)), children_by_parent(state)) is thawed


def test_a_cycle_of_parents_ends():
    state = tree()
    state.tasks[1].values[Field.PARENT] = 3
    link = state.links[1, "b"]
    link.derived = frozenset({STATUS})
    assert not is_thawed(state, link, entry("b1", derived=frozenset({STATUS})), children_by_parent(state))


def test_only_live_links_whose_entry_can_be_read_here_are_compared():
    """Deleted, moved to another container, unreadable, not linked, let go: left to the other stages."""
    policy = group("a", "b")
    state = state_of(policy)
    for number in range(1, 7):
        add_task(state, number, {TITLE: "old"}, "a", "b")
    let_go(state.links[5, "b"], "deleted there")
    bad = {1: {}, 2: {"deleted": True}, 3: {"container": "other"}, 4: {"problem": "not JSON"}, 5: {}, 9: {}}
    read = Observation(side="b", read=Read.COMPLETE, offset=60.0)
    read.entries = {f"b{number}": entry(f"b{number}", title="new", modified=NOW, **how) for number, how in bad.items()}
    found = diff_side(lenses_of(policy, state), read)
    assert [(one.link.task, [delta.at for delta in one.deltas]) for one in found] == [(1, [NOW + timedelta(minutes=1)])]
    assert found[0].entry is read.entries["b1"]


def test_a_side_whose_derived_status_moved_by_our_write_has_no_delta():
    state = tree()
    state.links[2, "b"].wrote = 6
    state.links[1, "b"].derived = frozenset({STATUS})
    read = Observation(side="b", read=Read.COMPLETE)
    read.entries = {"b1": entry("b1", status=Status.COMPLETED, derived=frozenset({STATUS}))}
    policy = group("a", "b")
    assert diff_side(lenses_of(policy, state), read)[0].deltas == []


def test_children_by_parent():
    state = tree()
    add_task(state, 5, {Field.PARENT: 1}, "b").kind = Kind.COMMENT
    assert children_by_parent(state) == {1: [2], 2: [3]}, "a comment is no child"


def test_what_another_mapping_has_read_is_compared_in_the_eyes_of_this_one():
    _, task, link, _lens = world(title="long title")
    link.mapping, link.raw_hash = "0", "g"
    link.pairs[TITLE] = Pair("long", "long")
    policy = group("a", "b")
    state = state_of(policy)
    state.tasks[1], state.links[1, "b"] = task, link
    read = Observation(side="b", read=Read.COMPLETE, entries={"b1": entry("b1", title="word")})
    assert edits(diff_side(lenses_of(policy, state), read)[0]) == [(TITLE, "long", "word")]
    read.former = {"b1": entry("b1", title="word")}
    assert edits(diff_side(lenses_of(policy, state), read)[0]) == []


def test_that_two_reads_have_no_hash_does_not_make_them_one():
    """So it is with what an older store has kept."""
    _, task, link, lens = world(title="old")
    link.mapping, link.raw_hash = "0", ""
    assert edits(diff(link, task, lens, title="new", raw_hash="")) == [(TITLE, "old", "new")]


@pytest.mark.parametrize(
    ("now", "seen", "pair", "owed"),
    [
        ({STATUS}, Status.COMPLETED, Pair(Status.COMPLETED, Status.COMPLETED), []),
        (set(), Status.COMPLETED, Pair(Status.COMPLETED, Status.COMPLETED), [STATUS]),
        (set(), Status.NEEDS_ACTION, Pair(Status.NEEDS_ACTION, Status.NEEDS_ACTION), []),
    ],
    ids=["still computed", "a leaf again", "a leaf again, and as it should be"],
)
def test_what_a_vendor_computes_no_more_is_told_what_it_should_be(now, seen, pair, owed):
    """Rule 18: the last child went, and the value that followed from it stays; it is no person's edit."""
    _, task, link, lens = world(title="t")
    link.derived = frozenset({STATUS})
    found = diff(link, task, lens, thawed=True, status=seen, derived=frozenset(now))
    assert (found.deltas, found.pairs, found.owed) == ([], {STATUS: pair}, owed)


def test_a_first_opinion_in_another_spelling_agrees():
    """The shadow is what would be sent, and what is there."""
    _, task, link, lens = world(title="t", labels=("A",))
    del link.pairs[Field.LABELS]
    found = diff(link, task, lens, labels=("a",))
    assert (found.pairs, found.first) == ({Field.LABELS: Pair(("A",), ("a",))}, {})


def test_another_mapping_owes_a_computed_value_too_and_it_waits_until_it_can_be_told():
    _, task, link, lens = world(title="t")
    link.mapping, link.raw_hash, link.derived = "0", "h", frozenset({STATUS})
    found = diff(link, task, lens, raw_hash="h", status=Status.COMPLETED, derived=link.derived)
    assert (found.deltas, found.owed) == ([], [STATUS])


@pytest.mark.parametrize(
    ("key", "shown", "edited"),
    [
        (PersonKey.EMAIL, Person(id="u7"), False),
        (PersonKey.EMAIL, Person(id="u7", email="ben@example.com"), True),
        (PersonKey.ID, Person(id="u7"), True),
    ],
    ids=["told by e-mail, shown by an id alone", "of which the e-mail is known", "told by id"],
)
def test_whom_a_silent_answer_may_have_meant_is_no_edit(key, shown, edited):
    """Anna was sent by her address, and no answer told her id: whoever is shown may be her."""
    policy = group("a", side("b", person_key=key))
    state = state_of(policy)
    task = add_task(state, 1, {Field.ASSIGNEES: ("anna@example.com",)}, "a", "b")
    link = state.links[1, "b"]
    link.pairs[Field.ASSIGNEES] = Pair(("anna@example.com",), ("anna@example.com",), confirmed=False, before=())
    found = diff(link, task, lenses_of(policy, state)["b"], assignees=(shown,))
    assert bool(found.deltas) is edited
    assert found.pairs.get(Field.ASSIGNEES) == (None if edited else Pair(("anna@example.com",), ("u7",)))
