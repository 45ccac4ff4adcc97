"""What a person is asked about a read (rules 11, 16)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core.evidence import let_go
from sync.core.facts import Decision, Observation, Read
from sync.core.gather import Verdict
from sync.core.model import Held, HeldKind
from sync.core.questions import Questions
from sync.core.standing import adopting
from tests.core.build import NOW, add_task, entry, group, state_of

EMPTIED = Verdict("emptied", "b lists no task, 3 were linked", asks=True)
SHRUNK = Verdict("shrunk", "b lists 1 of 9 linked tasks")
CHANGED = Verdict("changed", "9 of 9 linked tasks changed at once on b", asks=True)


def state():
    """Three tasks on a and b."""
    found = state_of(group("a", "b"))
    for number in (1, 2, 3):
        add_task(found, number, {}, "a", "b")
    return found


def read(*entries, kind=Read.COMPLETE, gone=(), listed=()):
    """What was read of side b."""
    found = Observation(side="b", read=kind, digest="d", gone=set(gone), listed=frozenset(listed))
    found.entries = {one.ref: one for one in entries}
    return found


BAD = entry("b9", problem="not JSON")


def test_an_entry_that_can_not_be_read_is_held_once():
    found = state()
    for _ in range(2):
        Questions(found, NOW).hold_unreadable(read(BAD, entry("b1", title="x")))
    [held] = found.held
    assert (held.kind, held.key, held.why, held.choices) == (HeldKind.ENTRY, "entry:b:b9", "not JSON", ())
    assert (held.side, held.ref, held.since, held.data) == (
        "b",
        "b9",
        NOW,
        {"entries": {"b9": {"hash": "other", "native": {}}}},
    )


@pytest.mark.parametrize(
    ("later", "held"),
    [
        (read(entry("b9", title="x"), kind=Read.SINCE), False),
        (read(kind=Read.SINCE), True),
        (read(), False),
        (read(BAD), True),
        (read(BAD, kind=Read.SINCE), True),
        (read(kind=Read.SINCE, gone={"b9"}), False),
        (read(kind=Read.SINCE, gone={"b8"}), True),
        (read(kind=Read.SINCE, listed={"b9"}), False),
        (read(kind=Read.SINCE, listed={"b8"}), True),
        (read(BAD, kind=Read.SINCE, listed={"b9"}), True),
    ],
    ids=[
        *("read since", "not named since", "gone", "bad still", "bad again", "said to be gone", "another one gone"),
        *("as before", "another one as before", "bad as before"),
    ],
)
def test_it_ends_when_it_can_be_read_or_is_gone(later, held):
    found = state()
    Questions(found, NOW).hold_unreadable(read(BAD))
    Questions(found, NOW).hold_unreadable(later)
    assert bool(found.held) is held


@pytest.mark.parametrize(("later", "held"), [((), 0), (("without id, 0a1b2c3d",), 1), (("without id, 11111111",), 1)])
def test_an_element_without_id_is_asked_about_until_a_read_is_without_such(later, held):
    """The cursor stays, so that the next read of what changed names it again: by its id, or as before."""
    found = state()
    Questions(found, NOW).hold_unreadable(read(entry("without id, 0a1b2c3d", problem="it has no id")))
    bad = [entry(ref, problem="it has no id") for ref in later]
    Questions(found, NOW).hold_unreadable(read(*bad, kind=Read.SINCE))
    assert [row.ref for row in found.held] == list(later)
    assert len(found.held) == held


def test_what_is_asked_about_another_side_or_thing_stays():
    found = state()
    found.held = [
        Held(kind=HeldKind.ENTRY, key="entry:a:a9", why="", choices=(), side="a"),
        Held(kind=HeldKind.MATCH, key="match:b:b9", why="", choices=(), side="b"),
    ]
    Questions(found, NOW).hold_unreadable(read())
    assert len(found.held) == 2


def ask(found, verdict, *, observation=None):
    """The warnings of a cycle in which a read of b had this verdict."""
    decision = Decision(state=found)
    Questions(found, NOW).ask_about(decision, found.sides["b"], observation or read(), verdict)
    return decision.warnings


def test_a_guard_that_stopped_a_read_is_asked_about_once():
    found = state()
    for _ in range(2):
        for held in found.held:
            held.id = 7
        [line] = ask(found, EMPTIED)
        assert line == f"{EMPTIED.why}: the read was set aside; tasksync held shows the choices"
    [held] = found.held
    assert (held.kind, held.key, held.side, held.since) == (HeldKind.GUARD, "guard:emptied:b", "b", NOW)
    assert (held.id, held.choices) == (7, ("approve", "refuse")), "the same question, not another one"
    assert held.data == {"guard": "emptied", "read": "-3:b1,b2,b3"}


def test_a_guard_about_changes_is_about_the_whole_read():
    found = state()
    ask(found, CHANGED)
    assert found.held[0].data == {"guard": "changed", "read": "d"}


def test_what_equal_reads_answer_is_not_asked():
    found = state()
    [line] = ask(found, SHRUNK)
    assert line == f"{SHRUNK.why}: the read was set aside; two more equal reads let it pass, or --allow shrunk"
    assert found.held == []


@pytest.mark.parametrize("verdict", [None, SHRUNK, CHANGED], ids=["passed", "shrunk", "another guard"])
def test_a_question_about_a_read_that_passed_is_withdrawn(verdict):
    found = state()
    ask(found, EMPTIED)
    ask(found, verdict)
    assert [held.key for held in found.held] == (["guard:changed:b"] if verdict is CHANGED else [])


def test_questions_about_other_sides_and_things_stay():
    found = state()
    found.held = [
        Held(kind=HeldKind.GUARD, key="guard:emptied:a", why="", choices=(), side="a"),
        Held(kind=HeldKind.ENTRY, key="entry:b:b9", why="", choices=(), side="b"),
    ]
    assert ask(found, None) == []
    assert len(found.held) == 2


@pytest.mark.parametrize(
    ("verdict", "refused", "asked"),
    [
        (EMPTIED, "-3:b1,b2,b3", False),
        (EMPTIED, "d", True),
        (CHANGED, "d", False),
        (CHANGED, "-3:b1,b2,b3", True),
    ],
)
def test_a_read_that_a_person_refused_is_not_asked_about_again(verdict, refused, asked):
    """It stays set aside until the read changes."""
    found = state()
    found.sides["b"].refused_guard = refused
    assert len(ask(found, verdict)) == 1
    assert bool(found.held) is asked


def asked_to_adopt(ref="b9", *, by_command=True):
    """What a person gave as a task to take in: by the command, or in the settings, and it was not there."""
    return adopting(ref, "b", NOW, decision="adopt" if by_command else "")


def take_in(found, *, gone=(), configured=()):
    """The warnings of a cycle in which b was asked for what is to be taken in, and did not have these."""
    decision, observation = Decision(state=found), read()
    observation.gone = set(gone)
    Questions(found, NOW).hold_missing(decision, observation, configured)
    return decision.warnings


BY_SETTINGS = "b has no task b9, which is to be taken in: check that id in adopt of [sides.b]"
BY_ORDER = "b has no task b9, which is to be taken in: `tasksync adopt b b9 --forget` takes that back"


@pytest.mark.parametrize(
    ("rows", "gone", "configured", "held"),
    [
        ([], ["b9"], ["b9"], [("b9", "", BY_SETTINGS)]),
        ([asked_to_adopt()], ["b9"], [], [("b9", "", BY_ORDER)]),
        ([asked_to_adopt()], ["b9"], ["b9"], [("b9", "", BY_ORDER)]),
        ([asked_to_adopt(by_command=False)], ["b9"], ["b9"], [("b9", "", BY_SETTINGS)]),
        ([asked_to_adopt()], [], [], [("b9", "adopt", "")]),
        ([], [], ["b9"], []),
        ([], ["b8"], ["b9"], []),
        ([], ["b9"], [], []),
        ([asked_to_adopt(by_command=False)], ["b9"], [], []),
        ([asked_to_adopt("b1")], [], [], []),
        ([asked_to_adopt("b1", by_command=False)], [], ["b1"], []),
        ([], ["b1"], ["b1"], []),
        ([asked_to_adopt(), asked_to_adopt("b1")], ["b9"], ["b7"], [("b9", "", BY_ORDER)]),
    ],
    ids=[
        "in the settings, not there",
        "by the command, not there",
        "by both, not there",
        "in the settings, still not there",
        "by the command, not asked for yet",
        "in the settings, not asked for yet",
        "another one is not there",
        "nobody wants it",
        "taken out of the settings",
        "by the command, linked",
        "in the settings, linked",
        "linked before",
        "one not there, one linked, one not asked for",
    ],
)
def test_what_is_to_be_taken_in_is_held_while_it_is_not_there(rows, gone, configured, held):
    """And done once it is linked, or not wanted any more."""
    found = state()
    found.held = [replace(row) for row in rows]
    assert take_in(found, gone=gone, configured=configured) == []
    assert [(row.ref, row.decision, row.why) for row in found.held] == held


@pytest.mark.parametrize("later", [read(kind=Read.POLLED, gone={"b9"}), read(entry("b9"), kind=Read.POLLED)])
def test_what_a_person_wants_taken_in_is_not_forgotten_when_it_was_looked_for(later):
    """That it could be read, or is gone, answers a question about what was unreadable, and not this one."""
    found = state()
    found.held = [asked_to_adopt()]
    Questions(found, NOW).hold_unreadable(later)
    assert [row.ref for row in found.held] == ["b9"]


def test_a_missing_task_of_the_settings_is_asked_about_once_and_on_its_side():
    found = state()
    other = [
        Held(kind=HeldKind.ENTRY, key="entry:b:b9", why="not JSON", choices=(), side="b", ref="b9"),
        adopting("b9", "a", NOW, decision="adopt"),
    ]
    found.held = list(other)
    for _ in range(2):
        take_in(found, gone=["b9"], configured=["b9"])
    *before, row = found.held
    assert (before, [one.why for one in before]) == (other, ["not JSON", ""])
    assert (row.kind, row.key, row.side, row.ref, row.since) == (HeldKind.ENTRY, "adopt:b:b9", "b", "b9", NOW)


def test_what_was_let_go_is_not_taken_in_and_that_is_said():
    found = state()
    let_go(found.links[1, "b"], "deleted there")
    found.held = [asked_to_adopt("b1")]
    assert take_in(found) == ["b1 on b is not taken in: it was let go (deleted there)"]
    assert found.held == []
