"""Several writes of one side under way at once: order where it matters, and nothing doubled when the process dies."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter

import pytest

from connectors.contract import CreateHelp, Verb
from connectors.task import Field
from sync.apply.waves import lanes, waves
from sync.core.facts import Action
from sync.core.model import Do, IntentState, Task
from tests.core.build import group as group_of
from tests.core.build import side, state_of
from tests.scenarios.breaking import break_off, failing, lose_answer

LANES = 4
WIDE = {"parallel": LANES, "incremental": True}
TREE = {"parallel": LANES, "parents": True, "not_held": ("position",), "client_ids": True}


class Gate:
    """Holds requests of a verb back until so many are under way at once; then all go on."""

    def __init__(self, vault, verb, width=LANES, *, phase="before"):
        self.met, self._verb, self._phase = 0, verb, phase
        self._barrier = threading.Barrier(width, action=self._all_here, timeout=20)
        vault.hook = self

    def __call__(self, verb, phase):
        if verb == self._verb and phase == self._phase:
            self._barrier.wait()

    def _all_here(self):
        self.met += 1


@pytest.fixture
def state():
    """Tasks 1 to 6: 2 is below 1, 3 below 2; 5 is below 4, which is nobody's child; 6 is alone."""
    made = state_of(group_of("a"))
    for number, parent in {1: None, 2: 1, 3: 2, 4: None, 5: 4, 6: None}.items():
        made.tasks[number] = Task(id=number, values={Field.TITLE: str(number), Field.PARENT: parent})
    return made


def action(do, task, *fields):
    return Action(do=do, task=task, title=str(task), side="a", ref=None, fields=dict.fromkeys(fields), versions={})


def numbers(found):
    return [[one.task for one in wave] for wave in found]


def test_a_child_is_created_after_every_ancestor_that_is_created_too(state):
    creates = [action(Do.CREATE, task) for task in (1, 6, 5, 3)]
    assert numbers(waves(state, creates)) == [[1, 6, 5], [3]], "task 2 is there already: 3 hangs from 1 all the same"


def test_a_parent_is_deleted_after_everything_below_it(state):
    deletes = [action(Do.DELETE, task) for task in (3, 2, 5, 1, 6)]
    assert numbers(waves(state, deletes)) == [[3, 5, 6], [2], [1]]


def test_moves_are_made_one_by_one_between_creates_and_deletes(state):
    planned = [
        action(Do.CREATE, 6),
        action(Do.UPDATE, 2, Field.PARENT),
        action(Do.UPDATE, 3, Field.PARENT, Field.TITLE),
        action(Do.UPDATE, 4, Field.TITLE),
        action(Do.UPDATE, 5, Field.DUE),
        action(Do.DELETE, 1),
    ]
    assert numbers(waves(state, planned)) == [[6], [2], [3], [4, 5], [1]]


@pytest.mark.parametrize(
    "trait",
    [
        {"create_help": CreateHelp.NONE},
        {"delete_cascades": True},
        {"verbs": frozenset(Verb) - {Verb.GET}},
        {"fields": side("a").capabilities.fields},
    ],
    ids=["nobody can tell", "cascades", "no get", "positions"],
)
def test_one_at_a_time_where_the_order_tells_something_or_a_doubt_could_not_be_resolved(trait):
    free = {name: how for name, how in side("a").capabilities.fields.items() if name is not Field.POSITION}
    assert lanes(side("a", fields=free, parallel=LANES).capabilities) == LANES
    assert lanes(side("a", **{"fields": free, "parallel": LANES, **trait}).capabilities) == 1


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_several_requests_are_under_way_at_once(group, verb):
    """A request that waits for three others under way gets on."""
    world = group(a={"incremental": True}, b=WIDE)
    for number in range(2 * LANES):
        world.add("a", f"t{number}")
    if verb != "create":
        world.settle()
        for number in range(LANES):
            ref = world.ref("a", f"t{number}")
            world.edit("a", ref, description="new") if verb == "update" else world.vaults["a"].remove(ref)
    gate = Gate(world.vaults["b"], verb)
    assert world.run().result.value == "changed"
    assert gate.met == (2 if verb == "create" else 1)
    world.vaults["b"].hook = None
    assert world.run().result.value == "quiet"


def test_children_are_made_with_their_parents(group):
    """Each create names a parent that is there: nothing is left to be moved."""
    world = group(a={"parents": True}, b=TREE)
    for top in range(3):
        ref = world.add("a", f"top {top}")
        for child in range(3):
            below = world.add("a", f"top {top} child {child}", parent=ref)
            world.add("a", f"top {top} child {child} leaf", parent=below)
    world.run()
    assert world.vaults["b"].requests[Verb.UPDATE] == 0
    titles = {str(task["id"]): str(task["title"]) for task in world.vaults["b"].tasks()}
    above = {str(task["title"]): titles.get(str(task["parent"]), "") for task in world.vaults["b"].tasks()}
    assert len(above) == 21
    wanted = {title: title.rpartition(" child" if title[-1].isdigit() else " leaf")[0] for title in above}
    assert above == {title: parent if " child" in title else "" for title, parent in wanted.items()}


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("traits", [{}, {"client_ids": True}], ids=["listing", "client id"])
def test_a_kill_with_several_creates_under_way_doubles_nothing(group, tmp_path, phase, traits):
    world = group(a={"file": str(tmp_path / "a.json")}, b={"file": str(tmp_path / "b.json"), **WIDE, **traits})
    for number in range(2 * LANES):
        world.add("a", f"t{number}", description="x" * number)
    child = os.fork()
    if child == 0:
        gate = threading.Barrier(LANES, action=lambda: os.kill(os.getpid(), signal.SIGKILL), timeout=20)
        world.vaults["b"].hook = lambda verb, when: gate.wait() if (verb, when) == ("create", phase) else None
        world.run()
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert len([one for one in world.state().intents if one.do is Do.CREATE]) == LANES
    assert world.settle()[-1].result.value == "quiet"
    assert Counter(world.titles("b")) == Counter(f"t{number}" for number in range(2 * LANES))


def test_answers_that_are_lost_at_once_are_one_piece_of_bad_luck(group):
    """Four unknown outcomes do not end the side's turn; each is found out, and nothing is doubled."""
    world = group(a={}, b=WIDE)
    for number in range(3 * LANES):
        world.add("a", f"t{number}", description="x" * number)
    with failing(world.vaults["b"], "create", lose_answer(), when="after", times=LANES):
        world.run()
    unknown = [one for one in world.state().intents if one.state is IntentState.UNKNOWN]
    assert len(unknown) == LANES
    assert len(world.titles("b")) == 3 * LANES
    assert world.settle()[-1].result.value == "quiet"
    assert Counter(world.titles("b")) == Counter(f"t{number}" for number in range(3 * LANES))


def test_an_outage_ends_the_turn_in_every_lane(group):
    world = group(a={}, b=WIDE)
    for number in range(30):
        world.add("a", f"t{number}")
    with failing(world.vaults["b"], "create", break_off()):
        report = world.run()
    assert report.sides["b"].state == "down"
    assert world.vaults["b"].requests[Verb.CREATE] <= 3 + 2 * (LANES - 1)
    assert world.settle()[-1].result.value == "quiet"
    assert len(world.titles("b")) == 30
