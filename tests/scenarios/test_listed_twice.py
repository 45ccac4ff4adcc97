"""A listing may repeat an entry: what counts is what it told of it last, also where its task was left in the store."""

from __future__ import annotations

from datetime import UTC

import pytest

from connectors.contract import Page, Record, SideSettings
from connectors.memory import MANIFEST
from connectors.memory.settings import MemorySettings
from connectors.task import Field
from sync.core.model import Link, Side, Task
from sync.core.policy import GroupPolicy, SideSpec
from sync.gathering import Gathered
from sync.portions import spooling
from sync.rest import Rest
from sync.store import Store
from tests.store.clocks import FakeClock


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A settled task that is linked as a1, whose hash was h1 when it was read."""
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}", clock=FakeClock())
    state = store.load("work", ["a"])
    state.sides = {"a": Side(name="a", met=True)}
    state.tasks[1] = Task(id=1, values={Field.TITLE: "Milk"})
    state.links[1, "a"] = Link(1, "a", "a1", raw_hash="h1")
    state.next_task = 2
    store.record(state, cycle=1, moved=(), acted=(), settled={1}, lease=None)
    yield store
    store.close()


@pytest.mark.parametrize("size", [100, 0], ids=["kept", "spooled"])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("pages", [True, False])
@pytest.mark.parametrize(
    ("ref", "told", "entry"),
    [
        ("a1", ["h1"], None),
        ("a1", ["h1", "h1"], None),
        ("a1", ["h2"], "h2"),
        ("a1", ["h1", "h2"], "h2"),
        ("a1", ["h2", "h1"], None),
        ("a1", ["h1", "h2", "h1"], None),
        ("a1", ["h2", "h3", "h1"], None),
        ("a1", ["h1", "h2", "h3"], "h3"),
        ("a2", ["h1"], "h1"),
        ("a2", ["h1", "h1"], "h1"),
        ("a2", ["h1", "h2", "h1"], "h1"),
        ("a2", ["h1", ""], ""),
        ("a2", ["h1", "", "h1"], "h1"),
        ("a2", ["", "h1", "h2"], "h2"),
    ],
)
def test_what_was_told_last_counts(store, size, whole, pages, ref, told, entry):
    own = MemorySettings(vault="a")
    settings = SideSettings(name="a", own=own, base_url="memory:", timezone=UTC)
    connector = MANIFEST.factory(settings, FakeClock(), None)
    rest = Rest(store, store.load_open("work", ["a"]), flat=True)  # nothing is loaded
    policy = GroupPolicy(sides=(SideSpec(name="a", capabilities=connector.capabilities, mapping="1"),))
    away = spooling(rest, policy, "a", size)
    gathered = Gathered("a", "1", connector, {}, rest.others("a", whole=whole), spooling=away)
    records = [Record(ref=ref, raw_hash=one, native={"title": one} if one else {"deleted": True}) for one in told]
    for some in [[one] for one in records] if pages else [records]:
        gathered.add(Page(records=tuple(some), last=some[-1] is records[-1]))
    seen = gathered.observation(None, everything=True)
    spool = seen.spool
    spooled = list(spool.take(range(len(spool)))) if spool is not None else []
    assert bool(spooled) <= (size == 0 and ref == "a2")
    told_of = [
        *((one.ref, one.raw_hash) for one in seen.entries.values()),
        *((one.ref, one.raw_hash) for one in spooled),
    ]
    assert told_of == ([(ref, entry)] if entry is not None else [])
    assert seen.listed == ({ref} if entry != "" else set())
    assert set(rest.touch(seen, lacking=True)) == ({"a1"} if entry or ref != "a1" else set())
