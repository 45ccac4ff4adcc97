"""A tenant in a group with another side, over real HTTP: both ways, and then quiet. A process for each cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.contract import SideSettings
from connectors.serving import Kind
from connectors.task import Field
from sync.checking import check_side
from sync.core.model import HeldKind, State
from sync.core.policy import SideSpec
from sync.cycle import Cycle, Side, Wishes
from sync.report import Result
from sync.store import Store
from tests.connectors.opus2.bench import Bench, drawn, running, side
from tests.scenarios.world import World

SEEDS = range(3)


class Group(World):
    """A vault, and a tenant's folder as the side ``matter``: a new connector for each cycle, as in a new process."""

    bench: Bench
    matter: SideSettings

    def spec(self) -> SideSpec:
        """The tenant's side."""
        capabilities = self.bench.connect(self.matter).capabilities
        return SideSpec(
            name="matter",
            capabilities=capabilities,
            mapping="1",
            fingerprint=self.matter.own.container(self.matter.base_url),
        )

    def _cycle(self, store: Store, wishes: Wishes) -> Cycle:
        cycle = super()._cycle(store, wishes)
        self.bench.forget()
        connector = self.bench.connect(self.matter)
        there = Side(connector=connector, mapping="1", requests=lambda: len(self.bench.requests()))
        cycle.sides = {**cycle.sides, "matter": there}
        cycle.policy = replace(cycle.policy, sides=(*cycle.policy.sides, self.spec()))
        return cycle

    def state(self) -> State:
        store = Store.open(self.url, clock=self.clock, read_only=True)
        try:
            return store.load("work", [*self.settings, "matter"])
        finally:
            store.close()

    def there(self) -> dict[str, dict]:
        """The values of the documents in the folder by title, or by name where they have none."""
        world = self.bench.sandbox
        values = {one.id: world.values(one.id) for one in world.documents()}
        return {str(values[one.id].get("title") or one.name): values[one.id] for one in world.documents()}

    def document(self, title: str) -> str:
        """The id of the one document with this title."""
        world = self.bench.sandbox
        found = [one.id for one in world.documents() if world.values(one.id).get("title") == title]
        assert len(found) == 1, f"{len(found)} documents have the title {title!r}"
        return found[0]

    def quiet(self) -> None:
        """The next cycle is quiet, and writes nothing anywhere."""
        before = self.writes()
        report = self.run()
        assert report.result is Result.QUIET, report.as_json()
        assert self.writes() == before
        assert [one for one in self.bench.seen() if not one.startswith("GET ")] == []


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Callable[..., Group]]:
    """Makes a group over a tenant that reads the article in some way."""
    with contextmanager(_groups)(tmp_path) as make:
        yield make


def _groups(folder: Path) -> Iterator[Callable[..., Group]]:
    from contextlib import ExitStack

    with ExitStack() as stack:

        def make(reading: str = "", **own: object) -> Group:
            world = Group(folder=folder, traits={"a": {}})
            world.bench = stack.enter_context(running(reading))
            world.matter = side(world.bench.sandbox, **own)
            return world

        yield make


@pytest.mark.parametrize("seed", SEEDS)
def test_tasks_and_edits_go_both_ways_and_then_it_is_quiet(group, seed):
    world = group(drawn(seed))
    tenant = world.bench.sandbox
    world.add("a", "Milk: 2/3 litres?", description="two\nlitres", labels=["Shop"], due="2026-04-21")
    world.add("a", "Bread", status="in_progress")
    for number in range(19):  # with the others, more than a page
        tenant.add(f"Exhibit {number}", {"status": "Pending"})
    assert world.settle(3)[-1].result is Result.QUIET
    assert len(world.titles("a")) == len(world.there()) == 21
    milk = world.there()["Milk: 2/3 litres?"]
    assert (milk["description"], milk["labels"], str(milk["due"])[:2]) in {
        ("two\nlitres", "Shop", "20"),
        ("two\nlitres", "Shop", "21"),
    }
    assert world.on("a", "Exhibit 3")["status"] == "needs_action"
    world.edit("a", world.ref("a", "Exhibit 3"), title="Exhibit C", status="completed")
    world.edit("a", world.ref("a", "Milk: 2/3 litres?"), due=None, labels=["Shop", "Home"])
    tenant.edit(world.document("Bread"), {"title": "Rye bread", "status": "Completed"})
    world.settle(3)
    assert world.there()["Exhibit C"]["status"] == "Completed"
    assert "due" not in world.there()["Milk: 2/3 litres?"]
    assert world.on("a", "Rye bread")["status"] == "completed"
    world.quiet()


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_deletes_go_both_ways_and_come_back(group, seed):
    world = group(drawn(seed))
    tenant = world.bench.sandbox
    for title in ("One", "Two", "Three", "Four", "Five"):
        world.add("a", title)
    world.settle()
    one = world.document("One")
    world.vaults["a"].remove(world.ref("a", "Two"))
    tenant.move(one, tenant.archive)  # a person archives it: seen by the next read of what changed
    world.settle()
    assert world.titles("a") == ["Five", "Four", "Three"]
    assert sorted(world.there()) == ["Five", "Four", "Three"]
    assert len(tenant.documents(tenant.archive)) == 2
    world.quiet()
    tenant.move(one, tenant.tasks)
    world.run(sweep=True)
    world.settle()
    assert world.titles("a") == ["Five", "Four", "One", "Three"]
    world.quiet()


def test_a_document_in_another_folder_is_out_of_scope_and_comes_back(group):
    """Trace 30."""
    world = group()
    tenant = world.bench.sandbox
    world.add("a", "Milk")
    world.settle()
    milk = world.document("Milk")
    tenant.move(milk, tenant.other)
    world.settle()
    world.run(sweep=True)
    assert world.titles("a") == ["Milk"]
    assert world.there() == {}
    tenant.move(milk, tenant.tasks)
    world.settle()
    assert list(world.there()) == world.titles("a") == ["Milk"]
    world.quiet()


def test_an_idle_cycle_is_one_request_and_a_change_is_one_more_for_each_field(group):
    """Rule 23, in a process of its own: what was found out before is in the cursor."""
    world = group("moment=british")
    world.add("a", "Milk", description="two litres")
    world.settle()
    world.quiet()
    (asked,) = world.bench.seen()
    assert asked.startswith("GET /projects/prj-1/documents?afterDate=")
    world.edit("a", world.ref("a", "Milk"), due="2026-04-01", priority=3)
    world.run()
    writes = [one for one in world.bench.seen() if one.startswith("PUT")]
    assert [one.rpartition("/")[2] for one in writes] == ["m-due", "m-priority"]
    assert len(world.bench.seen()) == 3
    world.quiet()


def test_a_title_that_is_a_documents_name_is_undeliverable_when_it_changes(group):
    """Without fields.title a rename can not be told; everything else can."""
    world = group(fields={Field.STATUS: "Status"})
    ref = world.add("a", "Milk")
    world.settle()
    assert world.bench.names() == ["Milk.txt"]
    world.edit("a", ref, title="Oat milk", status="completed")
    report = world.run()
    assert report.undeliverable == 1
    assert world.bench.names() == ["Milk.txt"]
    assert [world.bench.sandbox.values(one.id)["status"] for one in world.bench.sandbox.documents()] == ["Completed"]
    world.quiet()


def test_a_document_that_is_gone_when_it_is_written_is_asked_for_and_not_written_in_every_cycle(group):
    """Its filter never names what was deleted for good: the write that finds nothing is the first evidence."""
    world = group()
    ref = world.add("a", "Milk")
    world.add("a", "Bread")
    world.settle()
    world.bench.sandbox.remove(world.document("Milk"))
    world.edit("a", ref, description="oat")
    assert world.run().waiting == 1
    world.run()  # gone for the second time, and an edit wins over a delete
    assert world.there()["Milk"]["description"] == "oat"
    world.settle()
    world.quiet()


def test_without_an_archive_folder_a_deleted_task_is_let_go(group):
    world = group(archive_folder=None)
    ref = world.add("a", "Milk")
    world.settle()
    world.vaults["a"].remove(ref)
    world.settle()
    assert list(world.there()) == ["Milk"]
    assert world.titles("a") == []
    world.quiet()


@pytest.mark.parametrize(
    ("reading", "kind"),
    [
        ("", Kind.RESET_AFTER),
        ("", Kind.RESET_BEFORE),
        ("paging=none,moment=mute,named=stripped", Kind.CUT_JSON),
        ("listed=bare,members=long,ids=number", Kind.RESET_AFTER),
    ],
)
def test_a_create_whose_answer_was_lost_is_there_once(group, reading, kind):
    """Trace 15."""
    world = group(reading)
    world.settle(1)
    world.add("a", "Milk", description="two litres")
    world.bench.fail(kind, "POST", times=1)
    assert world.run().result is Result.OWED
    world.settle()
    assert list(world.there()) == ["Milk"]
    assert world.there()["Milk"]["description"] == "two litres"
    assert len(world.bench.sandbox.world.documents()) == 1
    world.quiet()


@pytest.mark.parametrize("kind", [Kind.RESET_AFTER, Kind.RESET_BEFORE])
@pytest.mark.parametrize("duplicates", ["project", "folder"])
def test_a_lost_create_is_never_tied_to_another_tasks_document(group, kind, duplicates):
    """Trace 16: a document of that name, with a task of its own, is in the folder already."""
    world = group(f"duplicates={duplicates}")
    first = world.add("a", "Milk", description="the first")
    world.settle()
    world.add("a", "Milk", description="the second")
    world.bench.fail(kind, "POST", times=1)
    world.run()
    world.settle()
    told = sorted(str(world.bench.sandbox.values(one.id)["description"]) for one in world.bench.sandbox.documents())
    assert told == ["the first", "the second"]
    assert world.vaults["a"].task(first)["description"] == "the first"
    other, plain = world.bench.names()
    assert plain == "Milk.task.txt"
    assert other.startswith("Milk ")
    assert world.titles("a") == ["Milk", "Milk"]
    world.quiet()


@pytest.mark.parametrize("member", ["m-title", "m-due"])
@pytest.mark.parametrize("kind", [Kind.RESET_AFTER, Kind.RESET_BEFORE])
def test_what_follows_a_create_and_is_lost_is_owed_and_follows_in_the_next_cycle(group, member, kind):
    """Trace 18: the document is known, a field of it is not."""
    world = group()
    world.settle(1)
    world.add("a", "Milk", due="2026-04-01", description="two litres")
    world.bench.fail(kind, "PUT", times=1, path=member)
    assert world.run().result is Result.OWED
    world.settle()
    assert len(world.bench.sandbox.world.documents()) == 1
    told = world.there()["Milk"]
    assert (told["title"], told["due"], told["description"]) == ("Milk", "2026-04-01", "two litres")
    world.quiet()


def test_a_filter_that_does_not_see_metadata_is_found_out_by_the_sweep(group):
    """Rule 16: nobody knows whether ``afterDate`` sees an edit of a field."""
    world = group("after=uploads")
    ref = world.bench.sandbox.add("Milk", {"priority": 3})
    world.settle()
    world.bench.sandbox.world.age(ref, timedelta(hours=1))  # too old to be named once more
    world.bench.sandbox.edit(ref, {"priority": 5})
    assert world.run().result is Result.QUIET
    assert world.on("a", "Milk")["priority"] == 3
    world.clock.pass_(timedelta(days=1).total_seconds())
    report = world.run()
    assert world.on("a", "Milk")["priority"] == 5
    assert report.lines == [
        'matter omitted 1 changes: its "changed since" is trusted no more, everything is read each time'
    ]
    world.quiet()


@pytest.mark.parametrize("title", ["Milk", "A title of many words"])
def test_a_lost_create_is_not_tied_to_a_persons_document_with_its_title(group, title):
    """The request never arrived, and somebody makes a document of that title meanwhile: that is another task."""
    world = group()
    world.settle(1)
    world.add("a", title, description="ours")
    world.bench.fail(Kind.RESET_BEFORE, "POST", times=1)
    world.run()
    world.bench.sandbox.add(title, {"description": "theirs"})
    world.settle()
    values = [world.bench.sandbox.values(one.id) for one in world.bench.sandbox.documents()]
    assert sorted(str(one["description"]) for one in values) == ["ours", "theirs"]
    assert world.titles("a") == [title, title]
    world.quiet()


def test_where_names_are_titles_a_person_is_asked_about_a_document_that_may_be_ours(group):
    """The same where only the name tells: its other content says that it is not ours, and nothing is overwritten."""
    world = group(fields={Field.DESCRIPTION: "Notes"})
    world.settle(1)
    world.add("a", "Milk", description="ours")
    world.bench.fail(Kind.RESET_BEFORE, "POST", times=1)
    world.run()
    theirs = world.bench.sandbox.add("Milk", {"description": "theirs"})
    assert world.run().result is Result.HELD
    (held,) = world.held()
    assert (held.kind, set(held.choices)) == (HeldKind.CREATE, {f"exists {theirs}", "absent"})
    assert world.bench.sandbox.values(theirs)["description"] == "theirs"
    world.resolve(held, "absent")
    world.settle()
    assert sorted(
        str(world.bench.sandbox.values(one.id)["description"]) for one in world.bench.sandbox.documents()
    ) == [
        "ours",
        "theirs",
    ]
    world.quiet()


def test_where_names_are_titles_a_lost_create_under_another_name_is_asked_about(group):
    """The name was taken, and the answer to the second upload is lost: nobody can tell, and nothing is doubled."""
    world = group(fields={Field.DESCRIPTION: "Notes"})
    world.bench.sandbox.add("Milk", {"description": "another folder"}, folder=world.bench.sandbox.other)
    world.settle(1)
    world.add("a", "Milk", description="ours")
    world.bench.fail(Kind.STATUS, "POST", times=1, status=409)
    world.bench.fail(Kind.RESET_AFTER, "POST", times=1)
    world.run()
    assert world.run().result is Result.HELD
    (held,) = world.held()
    world.resolve(held, held.choices[0])
    world.settle()
    assert [world.bench.sandbox.values(one.id)["description"] for one in world.bench.sandbox.documents()] == ["ours"]
    assert len(world.titles("a")) == 1
    world.quiet()


def test_check_says_how_long_a_complete_read_takes(group):
    world = group("listed=bare,paging=none")
    for number in range(120):
        world.bench.sandbox.add(f"Exhibit {number}")
    connector = world.bench.connect(world.matter)
    told = check_side(connector, world.spec(), State(group="work"))
    assert told.state == "ok", told.why
    assert told.notes[0] == (
        "120 documents: a complete read takes 123 requests, because its lists do not carry the metadata fields: "
        "3 min at 50 in 60 s"
    )
    assert told.fields[Field.DUE].why == "the day only"
