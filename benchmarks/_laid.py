"""A store in which a large group is in agreement, without the time of a first sync: written as the engine would.

The first tasks are synced by the engine; what is made here for those is compared with what the engine has stored, and
the rest is made alike. History is not: a cycle does not read it.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks._group import GROUP, SIDES, Group
from benchmarks._made import task
from connectors.contract import Record
from connectors.memory.wire import raw_hash
from connectors.task import Field, is_empty
from sync.core.diff import UNMERGED
from sync.core.lens import Lenses
from sync.core.model import Link, Pair, State, Task
from sync.core.settle import absorb_entry
from sync.store import Owner, Store

SYNCED = 1_000
PORTION = 20_000


def lay(group: Group, count: int) -> None:
    """Let the store of an empty group know so many tasks. Raises ``RuntimeError`` if they are not what is synced."""
    group.fill(SYNCED)
    group.cycle()
    group.cycle(sweep=True)
    store = Store.open(group.url, clock=group.clock)
    state = store.load(GROUP, SIDES)
    first = min(state.tasks)
    made = _state(group, state, first, range(SYNCED))
    if (made.tasks, made.links) != (state.tasks, state.links):
        raise RuntimeError("What is laid is not what a first sync leaves.")
    store.close()
    for start in range(SYNCED, count, PORTION):
        _write(group, first, range(start, min(start + PORTION, count)))
    group.fill(count)


def _write(group: Group, first: int, numbers: range) -> None:
    store = Store.open(group.url, clock=group.clock)
    lease = store.acquire(GROUP, owner=Owner.here())
    part = store.load_open(GROUP, SIDES)
    if part is None or part.state.tasks:
        raise RuntimeError("Something is open in what was laid before.")
    state = _state(group, part.state, first, numbers)
    for side in state.sides.values():
        side.links, side.cursor, side.next_task = numbers.stop, f"1:{numbers.stop}", first + numbers.stop
    cycle = store.begin_cycle(GROUP, group.clock.now())
    store.record(state, cycle=cycle, moved=(), acted=(), settled=state.tasks.keys(), lease=lease)
    store.release(lease)
    store.close()


def _state(group: Group, known: State, first: int, numbers: range) -> State:
    """These tasks and their links, in agreement, as a part of the group."""
    state = State(GROUP, known.cycle, first + numbers.stop, known.sides, partial=True)
    lenses = Lenses(state, group.policy())
    for number in numbers:
        for link, values in _links(group, lenses, first + number, number):
            state.links[link.key] = link
            state.tasks.setdefault(link.task, Task(id=link.task, values=values, born=SIDES[0]))
    state.links = {key: state.links[key] for key in sorted(state.links, key=lambda key: (key[1], key[0]))}
    return state


def _links(group: Group, lenses: Lenses, task_id: int, number: int) -> Iterator[tuple[Link, dict[Field, object]]]:
    native = task(number)
    record = Record(ref=str(native["id"]), raw_hash=raw_hash(native), native=native)
    for side in SIDES:
        entry = group.connectors[side].normalise(record)
        link = Link(task=task_id, side=side, ref=entry.ref)
        absorb_entry(link, entry, lenses[side])
        taken = lenses[side].take(entry)
        link.pairs = {name: Pair(value, value) for name, value in taken.items() if name not in UNMERGED}
        values = {name: value for name, value in taken.items() if name not in UNMERGED or not is_empty(name, value)}
        yield link, values
