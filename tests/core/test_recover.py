"""What became of a request whose answer was never recorded, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import Discovery, FieldCapability, Holding
from connectors.task import Field, Kind, Status
from sync.core.evidence import UNDONE, let_go
from sync.core.facts import Observation, Read
from sync.core.intents import drop_lapsed, open_creates, open_requests, unanswered, unshown
from sync.core.merge import Merge
from sync.core.model import Do, Held, HeldKind, Intent, Link, LinkLife, Pair, State, TaskLife, Version
from sync.core.recover import Recovery, is_whole, titled, unseen_creates
from sync.core.settle import CREATE_AGAIN
from tests.core.build import NOW, RICH, TWO_WAY, add_task, entry, group, lenses_of, side, state_of

MILK = {Field.TITLE: "Milk", Field.DESCRIPTION: "two litres", Field.STATUS: Status.NEEDS_ACTION}


def world(do: Do, *, spec=None, linked=True):
    """A task on a and b, and an open intent on b; and its recovery."""
    policy = group("a", spec or side("b"))
    state = state_of(policy)
    task = add_task(state, 1, {Field.TITLE: "new"}, "a", *(["b"] if linked else []))
    task.values.update(MILK if do is Do.CREATE else {})
    create = do is Do.CREATE
    intent = Intent(
        task=1,
        side="b",
        do=do,
        ref=None if create else "b1",
        patch=MILK if create else {Field.TITLE: "new"},
        versions={Field.TITLE: 1},
        before={Field.TITLE: "old"},
        cycle=1,
    )
    if linked:
        state.links[1, "b"].pairs[Field.TITLE] = Pair("old", "old")
        state.links[1, "b"].acked[Field.TITLE] = 0
    state.intents.append(intent)
    return state, intent, Recovery(Merge(lenses_of(policy, state), 2, NOW), NOW)


def read(*entries, kind=Read.COMPLETE, listed=(), gone=()):
    """What was read of side b."""
    found = Observation(side="b", read=kind, answers=True, gone=set(gone))
    found.entries = {one.ref: one for one in entries}
    found.listed = frozenset([*(one.ref for one in entries if not one.deleted), *listed])
    return found


@pytest.mark.parametrize(
    ("found", "acknowledged", "lost"),
    [("new", True, []), ("old", False, []), ("third", False, ["third"])],
    ids=["what was sent", "what was there before", "a third value"],
)
def test_an_update_in_doubt(found, acknowledged, lost):
    """Sent: done. Before: owed still. A third value: ours is sent once more, the found one is a loser."""
    state, intent, recovery = world(Do.UPDATE)
    assert recovery.resolve(intent, read(entry("b1", title=found)))
    link = state.links[1, "b"]
    assert (Field.TITLE not in link.acked) is acknowledged
    assert [row.old for row in recovery.merge.moved if row.lost] == lost
    assert state.tasks[1].values[Field.TITLE] == "new"
    if lost:
        assert link.pairs[Field.TITLE] == Pair("third", "third"), "what is there is no edit in the next cycle"


@pytest.mark.parametrize(
    ("observation", "closed", "live"),
    [
        (read(), True, False),
        (read(entry("b1", deleted=True), kind=Read.SINCE), True, False),
        (read(kind=Read.SINCE, gone=["b1"]), False, True),
        (read(gone=["b1"]), True, False),
        (read(entry("b1", title="old")), True, True),
        (read(listed=["b1"]), True, True),
        (read(kind=Read.SINCE), False, True),
    ],
    ids=["not listed", "a tombstone", "gone once", "not listed, and gone", "there", "there, unchanged", "not named"],
)
def test_a_delete_in_doubt(observation, closed, live):
    """Nothing there: done. Still there: owed. Not said: open."""
    state, intent, recovery = world(Do.DELETE)
    assert recovery.resolve(intent, observation) is closed
    assert state.links[1, "b"].live is live


@pytest.mark.parametrize("counted", [{"gone": 1}, {"misses": 1}], ids=["with others there", "alone there"])
@pytest.mark.parametrize("kind", [Read.SINCE, Read.POLLED])
def test_a_delete_in_doubt_is_done_when_two_answers_say_that_it_is_gone(counted, kind):
    """One of them may be wrong, and nothing would ever show what was left behind."""
    state, intent, recovery = world(Do.DELETE)
    link = state.links[1, "b"]
    assert not recovery.resolve(intent, read(kind=kind, gone=["b1"]))
    for name, value in counted.items():
        setattr(link, name, value)
    assert not recovery.resolve(intent, read(kind=kind))
    assert link.live
    assert recovery.resolve(intent, read(kind=kind, gone=["b1"]))
    assert not link.live


@pytest.mark.parametrize(
    ("entries", "ref"),
    [
        ([entry("7", title="Milk", description="two litres", status=Status.NEEDS_ACTION)], "7"),
        ([entry("7", title=" milk", description="two\nlitres")], "7"),
        ([entry("9", title="Milk", description="two litres"), entry("8", title="Milk", description="two litres")], "8"),
        ([entry("7", title="Milk")], "7"),
    ],
    ids=["equal", "equal in stored form", "the older of twins", "what the answer lacks says nothing"],
)
def test_a_create_that_is_found(entries, ref):
    """A new ref with an equal payload in stored form is ours."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    assert recovery.resolve(intent, read(*entries))
    assert state.links[1, "b"].ref == ref
    assert ("b", ref) in recovery.taken


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ([], "ours"),
        ([entry("7", title="Milk", description="two litres")], "ours"),
        ([entry("ours", title="x", problem="no title")], None),
        ([entry("ours", title="x", deleted=True)], None),
        ([entry("ours", title="x", container="elsewhere")], None),
    ],
    ids=["edited", "and another like what was sent", "unreadable", "deleted", "elsewhere"],
)
def test_a_create_is_known_by_the_id_that_was_sent_whatever_it_shows(others, found):
    """Nothing else can be it; nobody is asked."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    intent.ref = "ours"
    mine = entry("ours", title="Bread", description="a loaf")
    assert recovery.resolve(intent, read(mine, *others)) is bool(found)
    assert (state.live(1, "b").ref if found else state.live(1, "b")) == found
    assert recovery.taken == ({("b", "ours")} if found else set())
    assert state.held == []


def test_an_id_that_was_sent_and_is_another_tasks_by_now_settles_nothing():
    """A person tied it: what has the title is asked about, as without an id."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    add_task(state, 2, {Field.TITLE: "Bread"}, "a").values[Field.TITLE] = "Bread"
    state.links[2, "b"] = Link(task=2, side="b", ref="ours")
    intent.ref = "ours"
    assert not recovery.resolve(intent, read(entry("ours", title="Milk"), entry("7", title="Milk", description="no")))
    assert [held.choices for held in state.held] == [("exists 7", "absent")]


def test_of_requests_in_doubt_only_those_to_known_entries_make_a_listing_that_lacks_them_doubtful():
    """A create that is not listed has not been carried out, or has: its complete reads are counted."""
    state, intent, _ = world(Do.CREATE, linked=False)
    intent.ref = "ours"
    update = replace(intent, do=Do.UPDATE, ref="b3")
    other = replace(update, side="a", ref="a3")
    state.intents += [update, other]
    assert open_requests(state, "b") == ["b3"]
    assert unshown(state, read(entry("7"))) == [update]
    assert unshown(state, read(entry("b3"))) == unshown(state, read(gone=["b3"])) == []


def test_a_create_of_which_only_the_title_is_found_is_held():
    """Another content: a person is asked, and the entry is not taken for new."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    assert not recovery.resolve(intent, read(entry("7", title="Milk", description="another thing")))
    assert [held.choices for held in state.held] == [("exists 7", "absent")]
    assert ("b", "7") in recovery.taken
    assert (1, "b") not in state.links


@pytest.mark.parametrize("closing", [entry("8", title="Milk", description="Two litres"), None], ids=["found", "absent"])
def test_whoever_was_asked_about_a_create_is_not_asked_when_it_is_closed(closing):
    """What may have been ours was deleted: it is sent again, or what was sent is there."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    assert not recovery.resolve(intent, read(entry("7", title="Milk", description="another thing")))
    reads = [read(closing)] if closing is not None else [read(), read()]
    closed = [recovery.resolve(intent, one) for one in reads][-1]
    assert closed or unanswered(state) == []
    assert state.held == []


def lapsed() -> tuple[State, Intent, Recovery]:
    """A create that two complete reads did not show."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    for one in (read(kind=Read.SINCE), read()):
        assert not recovery.resolve(intent, one)
        assert unanswered(state) == [intent], "one is not enough; an incremental one does not count"
    assert not recovery.resolve(intent, read())
    return state, intent, recovery


def test_a_create_that_two_complete_reads_do_not_show_is_sent_again():
    """It keeps nothing from being written any more, and no read waits for it."""
    state, _, _ = lapsed()
    assert unanswered(state) == open_creates(state, "b") == unseen_creates(state, read()) == []


def test_what_turns_up_late_of_a_create_that_was_to_be_sent_again_is_tied():
    """A list lagged behind, or somebody brings back what nobody had seen: a second one would be its double."""
    state, intent, recovery = lapsed()
    assert recovery.resolve(intent, read(entry("7", title="Milk", description="two litres"), kind=Read.SINCE))
    assert state.links[1, "b"].ref == "7"


def test_what_was_sent_first_is_known_again_though_more_was_sent_later():
    """It was edited before it was sent again: what has moved since is owed to the one that turned up."""
    state, intent, recovery = lapsed()
    state.tasks[1].versions |= {Field.DESCRIPTION: Version(number=2), Field.STATUS: Version(number=2)}
    intent.before, intent.versions = intent.patch, {Field.TITLE: 1, Field.DESCRIPTION: 2}
    intent.patch = {**MILK, Field.DESCRIPTION: "three litres"}
    assert recovery.resolve(intent, read(entry("7", title="Milk", description="two litres")))
    link = state.links[1, "b"]
    assert (link.ref, link.pairs[Field.DESCRIPTION].sent) == ("7", "two litres")
    assert link.acked == {Field.DESCRIPTION: 1, Field.STATUS: 1}


def test_what_was_sent_last_is_of_its_own_version():
    """The second send is the one that turned up."""
    state, intent, recovery = lapsed()
    state.tasks[1].versions[Field.DESCRIPTION] = Version(number=2)
    intent.before, intent.versions = {**MILK, Field.DESCRIPTION: "a litre"}, {Field.TITLE: 1, Field.DESCRIPTION: 2}
    assert recovery.resolve(intent, read(entry("7", title="Milk", description="two litres")))
    assert state.links[1, "b"].acked == {}


def test_what_turns_up_late_with_other_content_is_asked_about():
    """As before it was to be sent again; two more reads without it, and it is."""
    state, intent, recovery = lapsed()
    assert not recovery.resolve(intent, read(entry("7", title="Milk", description="another thing")))
    assert [held.choices for held in state.held] == [("exists 7", "absent")]
    assert ("b", "7") in recovery.taken
    assert not recovery.resolve(intent, read())
    assert unanswered(state) == [intent]
    assert not recovery.resolve(intent, read())
    assert (unanswered(state), state.held) == ([], [])


def test_a_create_that_never_turns_up_is_forgotten():
    """After ten complete reads."""
    _, intent, recovery = lapsed()
    assert [recovery.resolve(intent, read()) for _ in range(8)] == [False] * 7 + [True]


def test_a_create_of_a_task_that_was_deleted_meanwhile_is_closed():
    """Nothing is sent again."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    state.tasks[1].life = TaskLife.DELETED
    assert [recovery.resolve(intent, read()) for _ in range(2)] == [False, True]


def test_a_create_that_lapsed_ends_where_its_task_is_by_now():
    """Found by likeness, or tied by hand."""
    state, intent, _ = lapsed()
    state.intents.append(replace(intent, task=2))
    state.links[1, "b"] = Link(task=1, side="b", ref="7")
    drop_lapsed(state)
    assert [one.task for one in state.intents] == [2]


def test_a_create_where_nothing_can_tell_is_held():
    """No list to look at: held with its two choices, once."""
    spec = side("b", discovery=Discovery.POINT)
    state, intent, recovery = world(Do.CREATE, spec=spec, linked=False)
    for _ in range(3):
        assert not recovery.resolve(intent, read(kind=Read.POLLED))
    assert [held.choices for held in state.held] == [("exists REF", "absent")]


def test_two_creates_in_doubt_do_not_take_the_same_entry():
    """Identical twins, one of them found: the other one is still in doubt."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    add_task(state, 2, MILK, "a")
    twin = Intent(task=2, side="b", do=Do.CREATE, ref=None, patch=MILK, versions={}, cycle=1)
    observation = read(entry("7", title="Milk", description="two litres"))
    assert recovery.resolve(intent, observation)
    assert not recovery.resolve(twin, observation)
    assert (2, "b") not in state.links


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("Milk (2)", True),
        ("Milk 3fa9c1", True),
        ("Milk run", False),
        ("Milk 12", False),
        ("Milk3fa9c1", False),
        ("Oat milk (2)", False),
        ("Oats (2)", False),
    ],
)
def test_a_title_that_a_vendor_tells_apart_from_its_like_may_be_ours(title, asked):
    """The name was taken, and the vendor added to it: a person is asked; any other new title is another task."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    assert not recovery.resolve(intent, read(entry("b7", title=title, description="two litres")))
    assert [held.choices[0] for held in state.held] == (["exists b7"] if asked else [])


@pytest.mark.parametrize(("description", "found"), [(None, True), ("", True), ("two litres", True), ("theirs", False)])
def test_an_entry_that_holds_something_else_where_ours_was_to_follow_is_not_ours(description, found):
    """A create that carries the title alone: the other fields follow, so that theirs are not what we sent."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    intent.patch = {Field.TITLE: "Milk"}
    fields = {} if description is None else {"description": description}
    assert recovery.resolve(intent, read(entry("b7", title="Milk", **fields))) is found
    assert (state.live(1, "b") is not None) is found
    assert bool(state.held) is not found


@pytest.mark.parametrize(
    ("change", "closed"),
    [
        (lambda state: state.links.pop((1, "b")), True),
        (lambda state: let_go(state.links[1, "b"], "deleted there"), True),
        (lambda state: setattr(state.links[1, "b"], "ref", "b2"), True),
    ],
    ids=["no link", "let go", "another entry"],
)
@pytest.mark.parametrize("do", [Do.UPDATE, Do.DELETE])
def test_what_was_sent_to_an_entry_that_is_not_the_tasks_any_more_is_closed(do, change, closed):
    state, intent, recovery = world(do)
    change(state)
    assert recovery.resolve(intent, read(entry("b1", title="new"), entry("b2", title="new"))) is closed
    assert recovery.acted == []


@pytest.mark.parametrize(
    ("observation", "closed"),
    [
        (read(kind=Read.SINCE), False),
        (read(), True),
        (read(kind=Read.SINCE, listed=["b1"]), True),
        (read(kind=Read.SINCE, gone=["b1"]), True),
        (read(entry("b1", problem="not JSON"), kind=Read.SINCE), True),
        (read(entry("b1", deleted=True, title="new"), kind=Read.SINCE), True),
        (read(entry("b1", container="other", title="new"), kind=Read.SINCE), True),
    ],
    ids=["not named", "not listed", "listed, unchanged", "gone", "unreadable", "a tombstone", "elsewhere"],
)
def test_an_update_in_doubt_of_which_nothing_is_shown(observation, closed):
    """Not named by an incremental read: still open. Else it is owed still, and nothing is taken from the entry."""
    state, intent, recovery = world(Do.UPDATE)
    assert recovery.resolve(intent, observation) is closed
    assert state.links[1, "b"].acked == {Field.TITLE: 0}
    assert recovery.acted == []


@pytest.mark.parametrize(("told", "acked"), [(0, {Field.TITLE: 0}), (1, {}), (2, {})])
def test_an_update_that_was_found_is_acknowledged_in_the_version_that_was_sent(told, acked):
    state, intent, recovery = world(Do.UPDATE)
    intent.versions[Field.TITLE] = told
    intent.patch[Field.DESCRIPTION] = "not shown"
    assert recovery.resolve(intent, read(entry("b1", title="new", modified=NOW)))
    link = state.links[1, "b"]
    assert (link.acked, link.pairs[Field.TITLE], link.own_modified) == (acked, Pair("new", "new"), NOW)
    assert Field.DESCRIPTION not in link.pairs
    [row] = recovery.acted
    assert (row.do, row.task, row.side, row.ref) == (Do.UPDATE, 1, "b", "b1")
    assert row.fields == {"title": "new", "description": "not shown"}


def test_the_older_version_of_an_update_that_was_found_is_owed_still():
    state, intent, recovery = world(Do.UPDATE)
    intent.versions = {}
    assert recovery.resolve(intent, read(entry("b1", title="new")))
    assert state.links[1, "b"].acked == {Field.TITLE: 0}


def test_a_third_value_is_kept_as_that_sides_loser():
    state, intent, recovery = world(Do.UPDATE)
    recovery.resolve(intent, read(entry("b1", title="third")))
    [row] = recovery.merge.moved
    assert (row.side, row.field, row.old, row.new, row.lost) == ("b", Field.TITLE, "third", "new", True)
    assert state.links[1, "b"].own_modified is None


@pytest.mark.parametrize("do", [Do.DELETE, Do.ARCHIVE])
def test_a_delete_that_is_found_done_ends_the_link(do):
    state, intent, recovery = world(Do.DELETE)
    state.tasks[1].life = TaskLife.DELETED
    intent.do = do
    state.links[1, "b"].gone = 1
    assert recovery.resolve(intent, read(gone=["b1"], kind=Read.POLLED))
    assert state.links[1, "b"].reason == "deleted from here"
    assert ("b", "b1") not in recovery.merge.lenses.refs
    assert [(row.do, row.ref) for row in recovery.acted] == [(do, "b1")]


@pytest.mark.parametrize("do", [Do.DELETE, Do.ARCHIVE])
@pytest.mark.parametrize(
    "observation",
    [read(gone=["b1"], kind=Read.POLLED), read(), read(entry("b1", deleted=True))],
    ids=["gone", "not listed", "a tombstone"],
)
def test_a_delete_that_is_found_done_after_an_edit_has_won_over_it_is_made_up_for(do, observation):
    """While it was in doubt its side did not answer, and somebody edited the task elsewhere: it lives again."""
    state, intent, recovery = world(Do.DELETE)
    intent.do = do
    state.links[1, "b"].gone = 1
    assert recovery.resolve(intent, observation)
    link = state.links[1, "b"]
    assert (link.live, link.ref, link.reason, link.former) == (False, None, CREATE_AGAIN, ("b1",))
    assert [(row.do, row.ref) for row in recovery.acted] == [(do, "b1")]


def test_gone_on_a_get_and_listed_all_the_same_is_there():
    state, intent, recovery = world(Do.DELETE)
    assert recovery.resolve(intent, read(listed=["b1"], gone=["b1"]))
    assert state.links[1, "b"].live


def test_a_close_in_doubt_is_an_update():
    """A status that stands for a delete: found by its value."""
    state, intent, recovery = world(Do.UPDATE)
    intent.do = Do.CLOSE
    assert recovery.resolve(intent, read(entry("b1", title="new")))
    assert state.links[1, "b"].live
    assert state.links[1, "b"].acked == {}


def test_a_create_whose_task_is_linked_meanwhile_is_closed():
    state, intent, recovery = world(Do.CREATE)
    assert recovery.resolve(intent, read(entry("7", title="Milk")))
    assert state.links[1, "b"].ref == "b1"
    assert recovery.taken == set()


def test_a_create_that_is_found_owes_what_the_request_could_not_carry():
    """Its values as that side shows them; positions and what follows are not owed by this."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    task = state.tasks[1]
    task.values |= {Field.LABELS: ("x",), Field.DUE: None, Field.POSITION: 5, Field.COMPLETED: NOW}
    assert recovery.resolve(intent, read(entry("7", **{name.value: value for name, value in MILK.items()})))
    assert state.links[1, "b"].acked == {Field.LABELS: 0}
    milk = Pair("Milk", "Milk", confirmed=False, before="")
    assert state.links[1, "b"].pairs[Field.TITLE] == milk, "what is there is compared in this cycle"
    [row] = recovery.acted
    assert (row.do, row.ref) == (Do.CREATE, "7")


NEW = {"title": "Milk", "description": "two litres"}


@pytest.mark.parametrize(
    "known",
    [
        lambda state: add_task(state, 7, {}, "b"),
        lambda state: setattr(add_task(state, 8, {}, "a", "b") and state.links[8, "b"], "former", ("b7",)),
        lambda state: state.held.append(Held(kind=HeldKind.MATCH, key="k", why="", choices=(), side="b", ref="b7")),
    ],
    ids=["linked", "it was a task's", "a person is asked about it"],
)
def test_an_entry_that_was_known_before_the_send_is_not_ours(known):
    state, intent, recovery = world(Do.CREATE, linked=False)
    known(state)
    assert not recovery.resolve(intent, read(entry("b7", **NEW)))
    assert (1, "b") not in state.links
    assert recovery.taken == set()


@pytest.mark.parametrize(
    "row",
    [
        Held(kind=HeldKind.MATCH, key="k", why="", choices=(), side="a", ref="b7"),
        Held(kind=HeldKind.ENTRY, key="k", why="", choices=(), side="b", ref="b7"),
    ],
)
def test_what_is_asked_about_another_side_or_thing_does_not_hide_it(row):
    state, intent, recovery = world(Do.CREATE, linked=False)
    state.held.append(row)
    add_task(state, 7, {}, "a")
    state.links[7, "a"].former = ("b7",)
    assert recovery.resolve(intent, read(entry("b7", **NEW)))


@pytest.mark.parametrize("how", [{"problem": "x"}, {"deleted": True}, {"container": "other"}])
def test_an_entry_that_is_not_there_to_read_is_not_ours(how):
    state, intent, recovery = world(Do.CREATE, linked=False)
    assert not recovery.resolve(intent, read(entry("b7", **NEW, **how)))
    assert state.held == []
    assert intent.reads == 1


@pytest.mark.parametrize(
    ("title", "ours"),
    [
        ("Milk and eggs, please", True),
        ("milk  AND eggs, please", True),
        ("**Milk** and eggs please", True),
        ("Milk and eggs", True),
        ("Milk and e", False),
        ("Milk and eg", True),
        ("Milk", False),
        ("", False),
        ("Bread", False),
        ("Milk and eggs, pleased", False),
        ("Eggs and milk, please", False),
    ],
)
def test_a_title_in_stored_form(title, ours):
    """Equal; equal but for markup and white space; or cut, with more than half of it left."""
    state, intent, _ = world(Do.CREATE, linked=False)
    intent.patch = {Field.TITLE: "Milk and eggs, please"}
    assert bool(titled(state, intent, read(entry("7", title=title)))) is ours


@pytest.mark.parametrize(
    ("found", "ours"),
    [
        ({"description": "two litres", "due": None, "priority": 0}, True),
        ({"description": "two litres, please"}, False),
        ({"description": "two li"}, False),
        ({"description": ""}, False),
        ({"description": "litres"}, False),
        ({"description": "something else that is long"}, False),
        ({"url": "https://x.example"}, False),
        ({"url": ""}, True),
        ({"priority": 3}, True),
        ({"priority": 4}, False),
        ({"priority": 0}, True),
    ],
)
def test_a_payload_in_stored_form(found, ours):
    """Texts by letters and digits; the rest as values; what is empty there says nothing."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    intent.patch = {**MILK, Field.URL: "https://y.example", Field.PRIORITY: 3}
    assert recovery.resolve(intent, read(entry("7", title="Milk", **found))) is ours
    assert ((1, "b") in state.links) is ours


@pytest.mark.parametrize(("kept", "ours"), [(19, False), (20, True), (23, True), (24, True)])
@pytest.mark.parametrize("name", [Field.TITLE, Field.DESCRIPTION])
def test_a_text_that_is_shorter_than_any_vendor_cuts_was_shortened_by_a_person(name, kept, ours):
    """Which of the two it is, and whether it is ours at all, somebody is asked."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    intent.patch = {**MILK, name: "two litres and some eggs"}
    shown = {"title": "Milk", name.value: "two litres and some eggs"[:kept]}
    assert recovery.resolve(intent, read(entry("7", **shown))) is ours
    assert [held.choices for held in state.held] == ([] if ours else [("exists 7", "absent")])


@pytest.mark.parametrize(
    ("refs", "oldest"),
    [(["10", "9"], "9"), (["x2", "10"], "10"), (["x2", "x10"], "x10"), (["99999999999", "a"], "99999999999")],
)
def test_of_exact_twins_the_oldest_is_taken(refs, oldest):
    """Numbers by size, the rest by spelling."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    assert recovery.resolve(intent, read(*(entry(ref, **NEW) for ref in refs)))
    assert state.links[1, "b"].ref == oldest
    assert recovery.taken == {("b", oldest)}


def test_what_is_asked_about_a_create_says_everything_that_a_person_needs():
    state, intent, recovery = world(Do.CREATE, linked=False)
    other = entry("7", title="Milk", description="another thing")
    assert not recovery.resolve(intent, read(other))
    [held] = state.held
    assert (held.kind, held.key, held.task, held.title, held.side, held.since) == (
        HeldKind.CREATE,
        "create:1:b",
        1,
        "Milk",
        "b",
        NOW,
    )
    assert held.data == {"entries": {"7": {"hash": "other", "native": {}}}}
    again = Recovery(recovery.merge, NOW)
    assert not again.resolve(intent, read(other, entry("8", title="Milk", description="a third")))
    assert [one.choices for one in state.held] == [("exists 7", "exists 8", "absent")]
    assert set(held.data["entries"]) == {"7", "8"}
    assert intent.reads == 0, "something that may be it was read"


def whole(*, entries=(), **how):
    """A complete read of side b, of which a task is linked as b2."""
    state, intent, _ = world(Do.CREATE, linked=False)
    add_task(state, 2, {}, "b")
    add_task(state, 3, {}, "b")
    let_go(state.links[3, "b"], "deleted there")
    return state, intent, read(*entries, **how)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"listed": ["b2"]}, True),
        ({"gone": ["b2"]}, True),
        ({"entries": [entry("b2", deleted=True)]}, True),
        ({}, False),
        ({"listed": ["b2"], "kind": Read.SINCE}, False),
        ({"listed": ["b9"]}, False),
    ],
    ids=["listed", "gone", "a tombstone", "forgotten", "incremental", "another"],
)
def test_a_listing_that_forgets_what_is_there_says_nothing_about_a_create(how, expected):
    state, intent, observation = whole(**how)
    assert is_whole(state, observation) is expected
    assert unseen_creates(state, observation) == ([] if not expected else [intent])


def test_a_listing_that_lacked_what_a_get_found_says_nothing_about_a_create():
    state, _, observation = whole(listed=["b2"])
    observation.found = {"b2"}
    assert not is_whole(state, observation)


def test_the_creates_that_a_read_does_not_show():
    state, intent, observation = whole(listed=["b2"], entries=[entry("7", title="Bread")])
    other = replace(intent, side="a")
    shown = replace(intent, patch={Field.TITLE: "Bread"})
    update = replace(intent, do=Do.UPDATE)
    state.intents += [other, shown, update]
    assert unseen_creates(state, observation) == [intent]


def test_open_creates_and_requests_of_a_side():
    """What waits for a person is left to them."""
    state, intent, _ = world(Do.CREATE, linked=False)
    asked = replace(intent, task=2)
    update = replace(intent, task=3, do=Do.UPDATE, ref="b3")
    elsewhere = replace(intent, side="a", ref="a1")
    state.intents += [asked, update, elsewhere]
    row = Held(kind=HeldKind.CREATE, key="k", why="", choices=(), task=2, side="b")
    state.held = [row, replace(row, task=1, side="a"), replace(row, task=1, kind=HeldKind.DELETE)]
    assert open_creates(state, "b") == [intent]
    assert open_requests(state, "b") == ["b3"]


def test_a_side_without_a_list_says_of_a_create_only_what_a_person_has_named():
    """It is asked for what is linked, and for what a person wants taken in: such a task with equal content is ours."""
    spec = side("b", discovery=Discovery.POINT)
    state, intent, recovery = world(Do.CREATE, spec=spec, linked=False)
    assert not recovery.resolve(intent, read(kind=Read.POLLED))
    assert [held.choices for held in state.held] == [("exists REF", "absent")]
    assert (recovery.taken, (1, "b") in state.links, intent.reads) == (set(), False, 0)
    assert not recovery.resolve(intent, read(entry("7", title="Milk", description="theirs"), kind=Read.POLLED))
    assert [held.choices for held in state.held] == [("exists 7", "absent")]
    other = Recovery(recovery.merge, NOW)
    assert other.resolve(intent, read(entry("8", **NEW), kind=Read.POLLED))
    assert (state.links[1, "b"].ref, state.held) == ("8", []), "the question is answered"


def test_what_was_found_is_the_shadow_in_the_spelling_that_is_there():
    state, intent, recovery = world(Do.UPDATE)
    intent.patch, intent.before, intent.versions = {Field.LABELS: ("A",)}, {}, {Field.LABELS: 1}
    state.tasks[1].values[Field.LABELS] = ("A",)
    recovery.resolve(intent, read(entry("b1", labels=("a",))))
    assert state.links[1, "b"].pairs[Field.LABELS] == Pair(("A",), ("a",))


def test_a_field_that_a_create_can_not_give_is_not_owed_because_of_it():
    fields = {**RICH.fields, Field.LABELS: FieldCapability(holding=Holding.READ_ONLY)}
    state, intent, recovery = world(Do.CREATE, spec=side("b", fields=fields), linked=False)
    state.tasks[1].values[Field.LABELS] = ("x",)
    shown = {name.value: value for name, value in MILK.items()}
    assert recovery.resolve(intent, read(entry("7", **shown, labels=("theirs",))))
    assert state.links[1, "b"].pairs[Field.LABELS] == Pair((), ()), "what is there was not ours: a person's"


def test_a_title_of_signs_alone_is_equal_to_itself_only():
    state, intent, _ = world(Do.CREATE, linked=False)
    intent.patch = {Field.TITLE: "???"}
    assert titled(state, intent, read(entry("7", title="???")))
    assert not titled(state, intent, read(entry("7", title="")))


def test_a_text_of_signs_alone_is_equal_to_another():
    """Stored forms without letters and digits say nothing."""
    _, intent, recovery = world(Do.CREATE, linked=False)
    intent.patch = {Field.TITLE: "Milk", Field.DESCRIPTION: "--"}
    assert recovery.resolve(intent, read(entry("7", title="Milk", description="-")))


def test_what_another_create_has_taken_is_not_seen_by_the_next():
    state, intent, recovery = world(Do.CREATE, linked=False)
    recovery.taken.add(("b", "7"))
    assert not recovery.resolve(intent, read(entry("7", **NEW)))
    assert (state.held, intent.reads) == ([], 1)


def test_a_delete_that_an_undo_wanted_and_is_found_done_was_undone():
    state, intent, recovery = world(Do.DELETE)
    state.links[1, "b"].reason = UNDONE
    state.links[1, "b"].gone = 1
    assert recovery.resolve(intent, read(gone=["b1"], kind=Read.POLLED))
    assert state.links[1, "b"].reason == UNDONE


def test_what_was_refused_of_a_field_that_a_create_can_not_give_is_refused_still():
    fields = {**RICH.fields, Field.LABELS: FieldCapability(holding=Holding.READ_ONLY)}
    state, intent, recovery = world(Do.CREATE, spec=side("b", fields=fields), linked=False)
    state.tasks[1].values[Field.LABELS] = ("x",)
    old = state.links[1, "b"] = Link(task=1, side="b", ref=None, life=LinkLife.LET_GO)
    old.refused, old.reasons = {Field.LABELS: 1}, {Field.LABELS: "no"}
    assert recovery.resolve(intent, read(entry("7", **{name.value: value for name, value in MILK.items()})))
    assert state.links[1, "b"].refused == {Field.LABELS: 1}


@pytest.mark.parametrize("title", ["-(2)", "_3fa9c1"])
def test_what_tells_a_title_apart_is_no_title_by_itself(title):
    """What was sent without a title is not every entry that is called so."""
    state, intent, _ = world(Do.CREATE, linked=False)
    intent.patch = {Field.TITLE: ""}
    assert titled(state, intent, read(entry("b7", title=title))) == []


@pytest.mark.parametrize(
    ("wanted", "found", "ours"),
    [
        ({Field.PARENT: None}, {"parent": "b2"}, True),
        ({Field.LABELS: ("x",)}, {"labels": ("x",)}, True),
        ({Field.LABELS: ("x",)}, {"labels": ("y",)}, False),
    ],
    ids=["under another parent", "with its labels", "with other labels"],
)
def test_what_a_create_carried_beside_its_title_tells_whose_it_is(wanted, found, ours):
    """Where it stands in the tree may follow, and says nothing."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    state.tasks[1].values.update(wanted)
    intent.patch = {**MILK, **{name: value for name, value in wanted.items() if name is not Field.PARENT}}
    assert recovery.resolve(intent, read(entry("b7", title="Milk", description="two litres", **found))) is ours


def test_a_parent_that_was_to_follow_does_not_tell_whose_an_entry_is():
    """Its request has the title alone; where a side puts new entries is its own affair."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    add_task(state, 2, {}, "a", "b")
    state.tasks[1].values[Field.PARENT] = 2
    intent.patch = {Field.TITLE: "Milk"}
    assert recovery.resolve(intent, read(entry("b7", title="Milk", parent="b9")))
    assert state.links[1, "b"].ref == "b7"


@pytest.mark.parametrize(
    ("text", "on", "found"),
    [("two litres", "b1", True), ("*two* litres!", "b1", True), ("two litres", "b9", False), ("three", "b1", False)],
    ids=["as it was sent", "but for markup", "on another task", "another text"],
)
def test_a_comment_in_doubt_is_found_by_its_text_on_its_task(text, on, found):
    fields = {**RICH.fields, Field.COMMENTS: TWO_WAY}
    policy = group("a", side("b", fields=fields))
    state = state_of(policy)
    add_task(state, 1, {Field.TITLE: "Milk"}, "b")
    comment = add_task(state, 2, {})
    comment.kind, comment.values = Kind.COMMENT, {Field.COMMENTS: "two litres", Field.PARENT: 1}
    patch = {Field.COMMENTS: "two litres", Field.PARENT: "b1"}
    intent = Intent(task=2, side="b", do=Do.CREATE, ref=None, patch=patch, versions={}, cycle=1)
    recovery = Recovery(Merge(lenses_of(policy, state), 2, NOW), NOW)
    seen = entry("b7", kind=Kind.COMMENT, comments=text, parent=on)
    assert recovery.resolve(intent, read(seen, listed=["b1"])) is found
    assert state.held == []


def test_the_title_of_a_task_that_was_sent_counts_wherever_it_stands():
    state, intent, _ = world(Do.CREATE, linked=False)
    intent.patch = {**MILK, Field.PARENT: "b1"}
    assert titled(state, intent, read(entry("b7", title="Milk", parent="b9"))) != []


@pytest.mark.parametrize(
    ("spec", "kind", "why"),
    [
        (side("b"), Read.COMPLETE, "a new task with this title on b may be the one that was sent, with other content"),
        (
            side("b", discovery=Discovery.POINT),
            Read.POLLED,
            "b was asked to make this task and no answer came: it may be there or not, and no list can tell. ",
        ),
    ],
    ids=["a list", "no list"],
)
def test_a_person_is_told_why_a_create_is_in_doubt(spec, kind, why):
    state, intent, recovery = world(Do.CREATE, spec=spec, linked=False)
    assert not recovery.resolve(intent, read(entry("7", title="Milk", description="theirs"), kind=kind))
    assert [held.why.startswith(why) for held in state.held] == [True]
