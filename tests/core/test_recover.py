"""What became of a request whose answer was never recorded, as a table."""

from __future__ import annotations

import pytest

from connectors.contract import Discovery
from connectors.task import Field, Status
from sync.core.facts import Observation, Read
from sync.core.merge import Merge
from sync.core.model import Do, Intent, Pair
from sync.core.recover import Recovery
from tests.core.build import NOW, add_task, entry, group, lenses_of, side, state_of

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
        (read(kind=Read.SINCE, gone=["b1"]), True, False),
        (read(entry("b1", title="old")), True, True),
        (read(listed=["b1"]), True, True),
        (read(kind=Read.SINCE), False, True),
    ],
    ids=["not listed", "a tombstone", "gone", "there", "there, unchanged", "not named"],
)
def test_a_delete_in_doubt(observation, closed, live):
    """Nothing there: done. Still there: owed. Not said: open."""
    state, intent, recovery = world(Do.DELETE)
    assert recovery.resolve(intent, observation) is closed
    assert state.links[1, "b"].live is live


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


def test_a_create_of_which_only_the_title_is_found_is_held():
    """Another content: a person is asked, and the entry is not taken for new."""
    state, intent, recovery = world(Do.CREATE, linked=False)
    assert not recovery.resolve(intent, read(entry("7", title="Milk", description="another thing")))
    assert [held.choices for held in state.held] == [("exists 7", "absent")]
    assert ("b", "7") in recovery.taken
    assert (1, "b") not in state.links


def test_a_create_that_two_complete_reads_do_not_show_is_sent_again():
    """One is not enough; an incremental one does not count."""
    _, intent, recovery = world(Do.CREATE, linked=False)
    assert not recovery.resolve(intent, read(kind=Read.SINCE))
    assert not recovery.resolve(intent, read())
    assert recovery.resolve(intent, read())


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
