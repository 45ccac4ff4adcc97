"""The vault's tree: parents, ranks, and what parents and children share."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Rejected
from connectors.memory import tree
from connectors.memory.vault import Vault
from connectors.memory.wire import Manners
from connectors.task import Field, Patch, Status
from tests.connectors.memory.sides import StillClock, connected


def vault(**manners: object) -> Vault:
    """A vault whose tasks form a tree."""
    return Vault(Manners(parents=True, **manners), now=StillClock().now)


def shape(there: Vault) -> dict:
    """Each task's place: its parent and rank."""
    return {task["title"]: (task["parent"], task["position"]) for task in there.tasks()}


def test_siblings_are_ranked_from_one_without_gaps():
    there = vault()
    a, b, c = (there.add({"title": title}) for title in "abc")
    there.move(c, parent=None, position=1)
    assert shape(there) == {"c": (None, 1), "a": (None, 2), "b": (None, 3)}
    there.move(b, parent=a)
    assert shape(there) == {"c": (None, 1), "a": (None, 2), "b": (a, 1)}
    there.remove(c)
    assert shape(there) == {"a": (None, 1), "b": (a, 1)}
    assert b in {task["id"] for task in there.tasks()}


def test_a_rank_beyond_the_end_is_the_end():
    there = vault()
    a, _ = there.add({"title": "a"}), there.add({"title": "b"})
    there.move(a, parent=None, position=99)
    assert shape(there) == {"b": (None, 1), "a": (None, 2)}


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 7), st.one_of(st.none(), st.integers(1, 9))), max_size=30))
def test_any_moves_leave_a_forest_with_ranks(moves):
    """No task is lost, none is under itself, and siblings are numbered from 1 without gaps."""
    connector, there = connected(parents=True)
    refs = [there.add({"title": str(number)}) for number in range(8)]
    for moved, under, position in moves:
        fields = {Field.PARENT: None if under < 0 else refs[under], Field.POSITION: position}
        with suppress(Rejected):  # a move under itself
            connector.update(connector.get(refs[moved]), Patch(fields))
    tasks = {task["id"]: task for task in there.tasks()}
    reached = [ref for root in tree.children(tasks, None) for ref in (root, *tree.below(tasks, root))]
    assert sorted(reached) == sorted(refs)
    for parent in (None, *refs):
        ranks = [tasks[ref]["position"] for ref in tree.children(tasks, parent)]
        assert ranks == list(range(1, len(ranks) + 1))


def test_a_parent_that_is_not_there_or_is_below_is_refused():
    connector, there = connected(parents=True)
    top = there.add({"title": "top"})
    child = there.add({"title": "child", "parent": top})
    for parent in ("m99", child, top):
        with pytest.raises(Rejected):
            connector.update(connector.get(top), Patch({Field.PARENT: parent}))
    assert there.task(top)["parent"] is None


def test_children_of_a_deleted_task_move_up():
    there = vault()
    top = there.add({"title": "top"})
    middle = there.add({"title": "middle", "parent": top})
    leaf = there.add({"title": "leaf", "parent": middle})
    there.remove(middle)
    assert shape(there) == {"top": (None, 1), "leaf": (top, 1)}
    assert there.task(leaf)["parent"] == top


def test_where_a_delete_cascades_everything_below_goes_along_and_is_named():
    connector, there = connected(parents=True, cascades=True)
    top = there.add({"title": "top"})
    middle = there.add({"title": "middle", "parent": top})
    leaf = there.add({"title": "leaf", "parent": middle})
    stored = connector.delete(connector.get(top))
    assert [entry.ref for entry in stored.also] == [middle, leaf]
    assert all(entry.deleted for entry in stored.also)
    assert there.tasks() == []


def test_where_a_close_cascades_open_tasks_below_are_closed_and_named():
    connector, there = connected(parents=True, cascades=True)
    top = there.add({"title": "top"})
    open_one = there.add({"title": "open", "parent": top})
    done = there.add({"title": "cancelled", "parent": top, "status": "cancelled"})
    stored = connector.update(connector.get(top), Patch({Field.STATUS: Status.COMPLETED}))
    assert [entry.ref for entry in stored.also] == [open_one]
    assert there.task(open_one)["status"] == "completed"
    assert there.task(done)["status"] == "cancelled"


def test_a_restored_task_comes_back_under_its_parent_or_at_the_root():
    there = vault()
    top = there.add({"title": "top"})
    child = there.add({"title": "child", "parent": top})
    there.remove(child)
    there.restore(child)
    assert there.task(child)["parent"] == top
    there.remove(child)
    there.remove(top)
    there.restore(child)
    assert there.task(child)["parent"] is None


def test_a_derived_status_follows_the_children_at_any_depth():
    there = vault(derives=True)
    top = there.add({"title": "top", "status": "in_progress"})
    middle = there.add({"title": "middle", "parent": top})
    leaf = there.add({"title": "leaf", "parent": middle})
    there.edit(leaf, {"status": "completed"})
    assert [there.task(ref)["status"] for ref in (top, middle)] == ["completed", "completed"]
    there.edit(top, {"status": "needs_action"})
    assert there.task(top)["status"] == "completed", "it comes from the children, whoever says otherwise"
    there.add({"title": "another", "parent": top})
    assert there.task(top)["status"] == "needs_action"


def test_an_incremental_read_shows_a_derived_status_and_a_moved_rank():
    """What follows from somebody else's change is a change."""
    connector, there = connected(parents=True, derives=True, incremental=True)
    top = there.add({"title": "top"})
    leaf, sibling = (
        there.add({"title": "leaf", "parent": top}),
        there.add({"title": "sibling", "parent": top, "status": "completed"}),
    )
    (page,) = connector.changes(None)
    there.edit(leaf, {"status": "completed"})
    (page,) = connector.changes(page.cursor)
    assert {record.ref for record in page.records} == {leaf, top}
    there.move(sibling, parent=top, position=1)
    (page,) = connector.changes(page.cursor)
    assert {record.ref for record in page.records} == {leaf, sibling, top}, "the parent names its children in order"


def test_a_chain_of_a_thousand_is_no_matter():
    there = vault(cascades=True)
    top = parent = there.add({"title": "0"})
    tasks = {top: {"id": top, "parent": None, "position": 1, "container": ""}}
    for number in range(1, 2000):
        tasks[f"n{number}"] = {"id": f"n{number}", "parent": parent, "position": 1, "container": ""}
        parent = f"n{number}"
    assert len(tree.below(tasks, top)) == 1999
