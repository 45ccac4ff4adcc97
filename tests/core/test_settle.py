"""What an answer changes: shadows, what is acknowledged, what is refused (rules 2, 3, 6, 7, 13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import FieldCapability, Holding, PersonKey, Stored
from connectors.projection import Through, cut
from connectors.task import EMPTY, Field, Person, Status
from sync.core.model import Do, Intent, Link, LinkLife, Pair, Version
from sync.core.settle import (
    CREATE_AGAIN,
    CREATE_REFUSED,
    absorb_entry,
    closed,
    create_refused,
    created,
    deleted,
    found_again,
    make_again,
    pair_of,
    refused,
    swept_along,
    tie_again,
    updated,
)
from tests.core.build import NOW, RICH, TWO_WAY, add_task, entry, group, lenses_of, side, state_of

TITLE, NOTE, DUE, LABELS, STATUS = Field.TITLE, Field.DESCRIPTION, Field.DUE, Field.LABELS, Field.STATUS
PLAIN = {name: how for name, how in RICH.fields.items() if name is not Field.POSITION}
"""A side that holds no positions: an answer of it can be as good as a read."""


def answer(ref="b1", *, confirmed=False, **members):
    """What side b says that it stored."""
    return Stored(entry=entry(ref, **members), confirmed=confirmed)


def world(*, fields=PLAIN, linked=False, **values):
    """A task on a (and on b), the lenses over it."""
    policy = group("a", side("b", fields=fields))
    state = state_of(policy)
    task = add_task(state, 1, {Field(name): value for name, value in values.items()}, "a", *(["b"] if linked else []))
    return state, task, lenses_of(policy, state)


def intent_of(do=Do.CREATE, *, cycle=7, versions=None, **patch):
    """An open intent on side b, of these fields in version 1 unless told."""
    fields = {Field(name): value for name, value in patch.items()}
    numbers = {name: (versions or {}).get(name.value, 1) for name in fields}
    ref = None if do is Do.CREATE else "b1"
    return Intent(task=1, side="b", do=do, ref=ref, patch=fields, versions=numbers, cycle=cycle)


SENT, CUT, OLD = "long title", "long", "old"
DONE, OPEN = Status.COMPLETED, Status.NEEDS_ACTION


@pytest.mark.parametrize(
    ("stored", "seen", "old", "pair"),
    [
        (answer(), {TITLE: CUT}, None, Pair(SENT, CUT)),
        (answer(confirmed=True), {TITLE: CUT}, None, Pair(SENT, CUT)),
        (answer(confirmed=True), {}, Pair(OLD, OLD), Pair(SENT, SENT)),
        (answer(), {}, None, Pair(SENT, SENT, confirmed=False, before="")),
        (answer(), {}, Pair("x", OLD), Pair(SENT, SENT, confirmed=False, before=OLD)),
        (answer(), {}, Pair("x", "y", confirmed=False, before=OLD), Pair(SENT, SENT, confirmed=False, before=OLD)),
    ],
    ids=["shown", "shown and vouched for", "vouched for", "new, not shown", "not shown", "twice not shown"],
)
def test_the_shadow_after_a_write(stored, seen, old, pair):
    """What was sent, and what the answer shows of it; what it does not show is unconfirmed, over what was there."""
    assert pair_of(TITLE, SENT, stored, seen, old) == pair


def test_a_task_that_was_made_is_linked_and_what_the_request_carried_is_agreed():
    state, task, lenses = world(title=SENT, description="note")
    link = created(lenses, intent_of(title=SENT), {TITLE: SENT, NOTE: "note"}, answer(title=CUT))
    assert state.links[1, "b"] is link
    assert (link.task, link.side, link.ref, link.life, link.wrote) == (1, "b", "b1", LinkLife.LIVE, 7)
    assert link.pairs.pop(TITLE) == Pair(SENT, CUT)
    empty = {name: EMPTY[name] for name in link.pairs}
    unseen = {name: Pair(value, value, confirmed=False, before=value) for name, value in empty.items()}
    assert link.pairs == unseen, "what the answer does not show is as in any new entry"
    assert link.acked == {NOTE: 0, STATUS: 0}, "what the request could not carry, and what was not wanted, is owed"
    assert lenses.refs["b", "b1"] == 1
    assert task.title == SENT


def test_what_the_answer_shows_of_what_was_not_sent_is_its_shadow():
    """The vendor's own note is there, and the task's is owed still; nothing of it is an edit."""
    _, _, lenses = world(title=SENT, description="note")
    link = created(lenses, intent_of(title=SENT), {TITLE: SENT, NOTE: "note"}, answer(title=SENT, description="theirs"))
    assert link.pairs[NOTE] == Pair("theirs", "theirs")
    assert link.acked[NOTE] == 0


def test_what_the_side_could_not_be_told_at_the_create_is_owed_and_its_default_is_no_edit():
    """A field that was not wanted (refused, or no word for it): behind, over the empty value as sent."""
    _, _, lenses = world(title=SENT, priority=3, labels=())
    link = created(lenses, intent_of(title=SENT), {TITLE: SENT}, answer(title=SENT, priority=5, labels=("theirs",)))
    assert link.acked == {STATUS: 0, Field.PRIORITY: 0}, "an empty value is owed to nobody"
    assert link.pairs[Field.PRIORITY] == Pair(0, 5)
    assert link.pairs[LABELS] == Pair((), ("theirs",))


def test_what_a_side_does_not_read_or_no_merge_decides_is_not_owed_after_a_create():
    fields = {TITLE: TWO_WAY, Field.URL: TWO_WAY}
    _, _, lenses = world(fields=fields, title=SENT, description="note", url="https://x.example")
    link = created(lenses, intent_of(title=SENT), {TITLE: SENT}, answer(title=SENT, url="https://b.example"))
    assert link.acked == {}
    assert set(link.pairs) == {TITLE}


@pytest.mark.parametrize(
    ("ref", "former"), [(None, ("b0",)), ("b8", ("b0", "b8"))], ids=["before an entry", "with an entry"]
)
def test_a_task_that_is_made_again_remembers_the_refs_that_it_had(ref, former):
    """Rule 13: they are not new if they are ever listed again. What was refused besides is still refused."""
    state, _, lenses = world(title=SENT)
    old = Link(task=1, side="b", ref=ref, life=LinkLife.LET_GO, former=("b0",))
    old.refused, old.reasons = {TITLE: 1, DUE: 4}, {TITLE: "too long", DUE: "no dates"}
    state.links[old.key] = old
    link = created(lenses, intent_of(title=SENT), {TITLE: SENT}, answer(title=SENT))
    assert link.former == former
    assert link.refused == {DUE: 4}
    assert link.reasons == {DUE: "no dates"}


def test_a_create_of_an_older_version_leaves_the_rest_owed():
    _, task, lenses = world(title="newer")
    task.versions[TITLE] = Version(number=3)
    link = created(lenses, intent_of(title=SENT, versions={"title": 2}), {TITLE: SENT}, answer(title=SENT))
    assert link.acked[TITLE] == 2


@pytest.mark.parametrize(("told", "acked"), [(1, 1), (2, None), (3, None)])
def test_after_an_update_the_version_that_was_sent_is_acknowledged(told, acked):
    """Only the written field's shadow moves; its refusals are over (rules 3, 6)."""
    state, task, lenses = world(linked=True, title=OLD, description="note")
    task.versions[TITLE] = Version(number=2)
    link = state.links[1, "b"]
    link.acked[TITLE] = 0
    link.refused, link.reasons = {TITLE: 1, NOTE: 1}, {TITLE: "too long", NOTE: "no"}
    sent = intent_of(Do.UPDATE, title=SENT, versions={"title": told})
    updated(lenses, link, sent, answer(title=CUT, description="edited"))
    assert link.pairs[TITLE] == Pair(SENT, CUT)
    assert link.pairs[NOTE] == Pair("note", "note"), "an edit between our read and our write is not swallowed"
    assert link.acked.get(TITLE) == acked
    assert (link.refused, link.reasons) == ({NOTE: 1}, {NOTE: "no"})
    assert link.wrote == 7


@pytest.mark.parametrize(
    ("located", "uncertain"), [(True, set()), (False, {TITLE, NOTE})], ids=["it is there", "the answer does not tell"]
)
def test_what_is_written_to_what_may_be_gone_is_noted_until_an_answer_tells(located, uncertain):
    state, _, lenses = world(linked=True, title=OLD)
    link = state.links[1, "b"]
    link.uncertain = frozenset({NOTE})
    updated(lenses, link, intent_of(Do.UPDATE, title=SENT), replace(answer(title=SENT), located=located))
    assert link.uncertain == uncertain


def test_an_update_whose_answer_shows_nothing_is_unconfirmed_over_what_was_there():
    state, _, lenses = world(linked=True, title=OLD)
    link = state.links[1, "b"]
    updated(lenses, link, intent_of(Do.UPDATE, title=SENT), answer())
    assert link.pairs[TITLE] == Pair(SENT, SENT, confirmed=False, before=OLD)


@pytest.mark.parametrize(
    ("fields", "shown", "raw_hash"),
    [
        (PLAIN, {"title": SENT}, "other"),
        (PLAIN, {"title": CUT, "description": "note"}, "other"),
        (PLAIN, {"title": SENT, "completed": NOW}, "other"),
        (PLAIN, {"title": SENT, "description": "edited"}, ""),
        (PLAIN, {"title": SENT, "due": NOW}, ""),
        (PLAIN, {}, ""),
        (RICH.fields, {"title": SENT}, ""),
    ],
    ids=["as sent", "cut", "unmerged", "edited", "more", "unconfirmed", "positions"],
)
def test_an_answer_is_as_good_as_a_read_when_it_says_no_more_than_the_shadows(fields, shown, raw_hash):
    """Else the entry is read again in full in the next cycle, and what else it shows is compared then."""
    state, _, lenses = world(fields=fields, linked=True, title=OLD, description="note")
    link = state.links[1, "b"]
    updated(lenses, link, intent_of(Do.UPDATE, title=SENT), answer(**shown, modified=NOW))
    assert link.raw_hash == raw_hash
    assert (link.own_modified, link.modified) == (NOW, NOW)


def test_an_answer_without_a_status_is_not_as_good_as_a_read():
    """The list has it where the answer has not: taken for read, its first opinion would look like a later edit."""
    policy = group("a", side("b", fields={name: PLAIN[name] for name in (TITLE, STATUS)}))
    for seen, raw_hash in (({}, ""), ({"status": OPEN}, "other")):
        state = state_of(policy)
        add_task(state, 1, {TITLE: SENT}, "a", "b")
        link = state.links[1, "b"]
        link.pairs = {TITLE: Pair(OLD, OLD), **{Field(name): Pair(value, value) for name, value in seen.items()}}
        updated(lenses_of(policy, state), link, intent_of(Do.UPDATE, title=SENT), answer(title=SENT, **seen))
        assert link.raw_hash == raw_hash


def test_what_lost_its_children_by_our_own_write_is_weighed_by_the_next_read():
    """Told by its children no more, it is owed what it should be: an answer that settled it would leave it open."""
    _, _, lenses = world(linked=True, title=OLD)
    link = lenses.state.links[1, "b"]
    link.derived = frozenset({STATUS})
    updated(lenses, link, intent_of(Do.UPDATE, title=SENT), answer(title=SENT))
    assert (link.derived, link.raw_hash) == ({STATUS}, "")


def test_a_refused_change_is_noted_with_its_version_and_not_acknowledged():
    link = Link(task=1, side="b", ref="b1", acked={NOTE: 1})
    refused(link, {TITLE: 3, NOTE: 3}, "too long")
    assert link.refused == {TITLE: 3, NOTE: 3}
    assert link.reasons == {TITLE: "too long", NOTE: "too long"}
    assert link.acked == {TITLE: 2, NOTE: 1}
    link.acked[NOTE] = 9
    refused(link, {NOTE: 3}, "no")
    assert link.acked[NOTE] == 2


@pytest.mark.parametrize(
    ("named", "noted"),
    [({NOTE}, {NOTE}), ({NOTE, DUE}, {NOTE}), ({TITLE}, {TITLE, STATUS, NOTE}), (set(), {TITLE, STATUS, NOTE})],
    ids=["one of them", "one that was not sent", "the title", "none"],
)
def test_a_create_that_was_refused_notes_the_fields_that_the_vendor_named(named, noted):
    """Those alone are left out of the next try; where it named none, or the title, all are refused, the title too."""
    fields = {TITLE: TWO_WAY, NOTE: TWO_WAY, STATUS: TWO_WAY, DUE: FieldCapability(holding=Holding.READ_ONLY)}
    state, task, lenses = world(fields=fields, title=SENT, description="note", due=NOW)
    task.versions[NOTE] = Version(number=4)
    link = create_refused(lenses, intent_of(), {TITLE: SENT, NOTE: "note"}, frozenset(named), "no")
    assert state.links[1, "b"] is link
    assert (link.life, link.reason, link.ref, link.mapping) == (LinkLife.LET_GO, CREATE_REFUSED, None, "1")
    assert (link.task, link.side) == (1, "b")
    assert set(link.refused) == set(link.reasons) == noted
    assert {link.refused[name] for name in noted} == {4 if name is NOTE else 1 for name in noted}
    assert set(link.reasons.values()) == {"no"}


def test_a_second_refusal_keeps_the_link_and_one_that_lives_is_not_touched():
    state, _, lenses = world(title=SENT)
    first = create_refused(lenses, intent_of(), {TITLE: SENT}, frozenset(), "no")
    assert create_refused(lenses, intent_of(), {TITLE: SENT}, frozenset(), "never") is first
    assert first.reasons[TITLE] == "never"
    live = state.links[1, "b"] = Link(task=1, side="b", ref="b1")
    assert create_refused(lenses, intent_of(), {TITLE: SENT}, frozenset(), "no") is not live
    assert live.live


@pytest.mark.parametrize(("ref", "former"), [("b1", ("b0", "b1")), (None, ("b0",))])
def test_a_link_that_is_made_again_ends_and_its_ref_is_not_new(ref, former):
    state, _, lenses = world(linked=True, title=SENT)
    link = state.links[1, "b"]
    link.ref, link.former = ref, ("b0",)
    make_again(lenses, link)
    again = state.links[1, "b"]
    assert again is not link
    assert (again.task, again.side, again.ref, again.live, again.reason) == (1, "b", None, False, CREATE_AGAIN)
    assert again.former == former
    assert ("b", "b1") not in lenses.refs or ref is None


def test_a_delete_that_was_carried_out_ends_the_link():
    state, _, lenses = world(linked=True, title=SENT)
    deleted(lenses, state.links[1, "b"], "deleted from here")
    assert (state.links[1, "b"].live, state.links[1, "b"].reason) == (False, "deleted from here")
    assert ("b", "b1") not in lenses.refs


def test_a_status_that_stands_for_a_delete_is_the_shadow_of_the_ended_link():
    state, _, _ = world(linked=True, title=SENT)
    closed(state.links[1, "b"], Status.CANCELLED, "closed")
    link = state.links[1, "b"]
    assert (link.live, link.reason, link.pairs[STATUS]) == (
        False,
        "closed",
        Pair(Status.CANCELLED, Status.CANCELLED),
    )


@pytest.mark.parametrize(("mapping", "kept"), [("1", True), ("", True), ("0", False)])
def test_what_a_read_says_besides_fields_is_remembered(mapping, kept):
    """Told in another way (another mapping), what was refused may be taken: refusals end with the mapping."""
    fields = {TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(5)), STATUS: TWO_WAY}
    state, _, lenses = world(fields=fields, linked=True, title=SENT)
    link = state.links[1, "b"]
    link.mapping, link.refused, link.reasons = mapping, {TITLE: 1}, {TITLE: "no"}
    read = entry(
        "b1",
        raw_hash="hash",
        token="t1",
        derived=frozenset({STATUS}),
        children=("b2",),
        modified=NOW - timedelta(days=1),
        unknown={STATUS: "on hold", DUE: "some day"},
    )
    absorb_entry(link, read, lenses["b"])
    assert (link.raw_hash, link.token, link.mapping, link.native) == ("hash", "t1", "1", read.native)
    assert link.native is read.native
    assert (link.derived, link.children, link.modified) == (read.derived, ("b2",), read.modified)
    assert link.unknown == {STATUS: "on hold"}, "a field that is not synced has no word to configure"
    assert (bool(link.refused), bool(link.reasons)) == (kept, kept)


def test_what_was_refused_before_and_is_wanted_now_is_tried_even_if_the_create_did_not_carry_it():
    state, _, lenses = world(title=SENT, description="note")
    old = Link(task=1, side="b", ref=None, life=LinkLife.LET_GO)
    old.refused, old.reasons = {NOTE: 1, DUE: 4}, {NOTE: "too long", DUE: "no dates"}
    state.links[old.key] = old
    link = created(lenses, intent_of(title=SENT), {TITLE: SENT, NOTE: "note"}, answer(title=SENT))
    assert (link.refused, link.reasons) == ({DUE: 4}, {DUE: "no dates"})
    assert (link.raw_hash, link.mapping, link.own_modified) == ("", "1", None), "read again: it shows not everything"


def test_what_was_wanted_and_shown_is_the_sides_own_value():
    """What the request did not carry, and the answer shows: a shadow of what is there, not of what is wanted."""
    _, _, lenses = world(title=SENT, description="note")
    link = created(
        lenses, intent_of(title=SENT, priority=1), {TITLE: SENT, NOTE: "note"}, answer(title=SENT, description="n")
    )
    assert link.pairs[NOTE] == Pair("n", "n")
    assert link.acked[NOTE] == 0


def test_a_field_that_was_sent_without_being_wanted_is_agreed():
    _, _, lenses = world(title=SENT, description="note")
    link = created(
        lenses, intent_of(title=SENT, description="note"), {TITLE: SENT}, answer(title=SENT, description="note")
    )
    assert link.acked == {STATUS: 0}
    assert link.pairs[NOTE] == Pair("note", "note")


def test_a_version_that_the_intent_does_not_name_is_the_first():
    state, task, lenses = world(linked=True, title=SENT)
    task.versions[TITLE] = Version(number=2)
    sent = Intent(task=1, side="b", do=Do.UPDATE, ref="b1", patch={TITLE: SENT}, versions={}, cycle=7)
    updated(lenses, state.links[1, "b"], sent, answer(title=SENT))
    assert state.links[1, "b"].acked == {TITLE: 1}
    made = Intent(task=1, side="b", do=Do.CREATE, ref=None, patch={TITLE: SENT}, versions={}, cycle=7)
    assert created(lenses, made, {TITLE: SENT}, answer("b9", title=SENT)).acked[TITLE] == 1


def test_a_field_that_is_nobodys_yet_has_no_shadow_where_the_new_entry_shows_one():
    """The next read brings this side's value as the first opinion; what is empty there is agreed."""
    fields = {TITLE: TWO_WAY, NOTE: TWO_WAY, LABELS: TWO_WAY, DUE: TWO_WAY}
    _, task, lenses = world(fields=fields, title=SENT)
    link = created(lenses, intent_of(title=SENT), {TITLE: SENT}, answer(title=SENT, description="theirs", labels=()))
    assert NOTE not in task.values
    unseen = Pair(None, None, confirmed=False, before=None)
    assert link.pairs == {TITLE: Pair(SENT, SENT), LABELS: Pair((), ()), DUE: unseen}
    assert link.acked == {}


BELOW = FieldCapability(holding=Holding.TWO_WAY, view=Through(lambda value: value or 9, "9 is the lowest"))


def test_nothing_of_a_create_that_was_found_is_agreed_before_it_is_compared():
    """A status that a new entry has anyway is its shadow; whatever else it shows may be a person's."""
    fields = {TITLE: TWO_WAY, NOTE: TWO_WAY, STATUS: TWO_WAY, Field.PRIORITY: BELOW, Field.URL: TWO_WAY}
    _, _, lenses = world(fields=fields, title=SENT, description="", priority=0)
    shown = entry("b1", title="edited", description="typed", status=Status.IN_PROGRESS, priority=3, url="https://b")
    link = found_again(lenses, intent_of(title=SENT), {TITLE: SENT, Field.URL: "https://a"}, shown)
    assert lenses.state.links[1, "b"] is link
    assert link.pairs == {
        TITLE: Pair(SENT, SENT, confirmed=False, before=""),
        NOTE: Pair("", ""),
        STATUS: Pair(None, Status.IN_PROGRESS),
        Field.PRIORITY: Pair(9, 0),
        Field.URL: Pair("https://b", "https://b"),
    }


def test_a_found_entry_that_is_closed_was_closed_by_a_person():
    _, _, lenses = world(fields={TITLE: TWO_WAY, STATUS: TWO_WAY}, title=SENT)
    shown = entry("b1", title=SENT, status=Status.COMPLETED)
    link = found_again(lenses, intent_of(title=SENT), {TITLE: SENT}, shown)
    assert link.pairs[STATUS] == Pair(None, None)


def test_an_entry_that_was_found_is_read_in_full():
    _, task, lenses = world(fields={TITLE: TWO_WAY}, title=SENT)
    del task.values[STATUS]
    assert created(lenses, intent_of(title=SENT), {TITLE: SENT}, answer(title=SENT)).raw_hash == "other"
    assert found_again(lenses, intent_of(title=SENT), {TITLE: SENT}, entry("b1", title=SENT)).raw_hash == ""


def test_a_link_that_ties_again_is_owed_what_moved_meanwhile():
    """Over its old shadow; what no merge decides, and what it never had a shadow of, is not owed."""
    state, task, lenses = world(linked=True, title=OLD, description="note", url="https://a.example", due=NOW)
    link = state.links[1, "b"]
    del lenses.refs["b", "b1"]
    link.life, link.reason, link.absent, link.outside = LinkLife.LET_GO, "by hand", True, "other"
    task.values[TITLE], task.versions[TITLE] = "new", Version(number=5)
    task.values[Field.URL], task.versions[Field.URL] = "https://new.example", Version(number=2)
    del link.pairs[DUE]
    tie_again(lenses, link)
    assert (link.live, link.reason, link.absent, link.outside, link.raw_hash) == (True, "", False, "", "")
    assert link.acked == {TITLE: 4}
    assert link.pairs[TITLE] == Pair(OLD, OLD)
    assert lenses.refs["b", "b1"] == 1


@pytest.mark.parametrize("sent", [{}, {Field.ASSIGNEES: ("anna@example.com",)}], ids=["nobody", "anna"])
def test_whoever_is_shown_by_an_id_that_no_answer_explained_is_whoever_was_sent(sent):
    """A create whose answer was lost, on a side that is told people by e-mail and shows ids."""
    policy = group("a", side("b", person_key=PersonKey.EMAIL))
    state = state_of(policy)
    add_task(state, 1, {TITLE: SENT, Field.ASSIGNEES: (), **sent}, "a")
    intent = replace(intent_of(title=SENT), patch={TITLE: SENT, **sent})
    wanted = {TITLE: SENT, **sent}
    for shown, stored in ((Person(id="u7"), ("u7",)), (Person(id="u8", email="ben@example.com"), None)):
        link = found_again(lenses_of(policy, state), intent, wanted, entry("b1", title=SENT, assignees=(shown,)))
        pair = link.pairs[Field.ASSIGNEES]
        assert (pair.stored if pair.confirmed and pair.stored else None) == stored, "agreed, or left to be compared"


def swept(*, computed=frozenset({STATUS}), wrote="status", shadow=DONE, acked=None, ref="b2", **shown):
    """Task 1 was written on b, and the answer shows ``ref`` too: what became of the link of 2, which is completed."""
    policy = group("a", side("b", derived_from_children=computed))
    state = state_of(policy)
    add_task(state, 1, {TITLE: "t1"}, "a", "b")
    task = add_task(state, 2, {TITLE: "t2", STATUS: DONE}, "a", "b")
    task.versions[STATUS], link = Version(number=3), state.links[2, "b"]
    link.pairs = {name: pair for name, pair in link.pairs.items() if name is not STATUS}
    link.pairs |= {STATUS: Pair(shadow, shadow)} if shadow else {}
    link.acked = dict(acked or {})
    told = {"title": "t2", "status": OPEN, **shown}
    stored = Stored(entry=entry("b1"), also=(entry("b9", status=DONE), entry(ref, **told)))
    found = swept_along(lenses_of(policy, state), intent_of(Do.UPDATE, **{wrote: OPEN}), stored)
    return found, link


@pytest.mark.parametrize("acked", [{}, {STATUS: 1}], ids=["agreed", "behind"])
def test_whom_our_write_moved_along_is_owed_what_it_held(acked):
    """Somebody put it below what was written after we had read: its new status is nobody's edit (rule 18)."""
    found, link = swept(acked=acked)
    assert (found, link.pairs[STATUS], link.acked, link.raw_hash) == ([link], Pair(OPEN, OPEN), {STATUS: 2}, "")
    assert link.wrote == 7, "what is above it follows from our write"


@pytest.mark.parametrize(
    "changes",
    [
        {"computed": frozenset()},
        {"wrote": "title"},
        {"shadow": OPEN},
        {"shadow": None},
        {"ref": "a2"},
        {"status": DONE},
        {"derived": frozenset({STATUS})},
    ],
    ids=["its own there", "another field", "already", "never seen", "another's", "did not move", "follows from others"],
)
def test_who_was_not_moved_along_is_left_alone(changes):
    found, link = swept(**changes)
    shadow = changes.get("shadow", DONE)
    assert (found, link.pairs.get(STATUS), link.acked) == ([], Pair(shadow, shadow) if shadow else None, {})
    assert link.raw_hash == "h"


def test_what_an_answer_does_not_tell_of_those_below_is_left_alone():
    policy = group("a", side("b", derived_from_children=frozenset({STATUS})))
    state = state_of(policy)
    add_task(state, 1, {TITLE: "t1"}, "a", "b")
    stored = Stored(entry=entry("b1"), also=(entry("b1", title="t1"),))
    assert swept_along(lenses_of(policy, state), intent_of(Do.UPDATE, status=OPEN), stored) == []
