"""Tasks that a cycle has left in the store, for nothing is open about them, and people who move them while it writes.

Closing and deleting an item reaches what is below it, and a person may have put it there after the list was read.
"""

from __future__ import annotations

import pytest

from tests.connectors.checkvist.work import TREE, group

TRAITS = {**TREE, "not_held": ["position"]}
"""Where two sides hold positions, whatever is beside a task is loaded with it."""


@pytest.fixture
def work(bench, tmp_path):
    """Two items, a tree of two, and five more, all of them settled."""
    with group(bench, tmp_path, traits=TRAITS) as work:
        work.at = {title: work.outline.add(title) for title in ("Shop", "Post", "Milk")}
        work.at["Oats"] = work.outline.add("Oats", parent=work.at["Milk"])
        for number in range(5):
            work.outline.add(f"Other {number}")
        work.settle()
        work.later()
        assert left(work) == 9
        yield work


def left(work) -> int:
    """How many tasks are settled: a cycle leaves them in the store until a read touches them."""
    with work.open() as app:
        return app.store.load_open("work", ["outline", "vault"]).state.settled


def move(work, title, below):
    """A person moves an item, after our cycle has read the list."""
    return lambda: work.outline.move(work.at[title], parent=work.at[below])


def states(work) -> tuple[dict[str, object], dict[str, object]]:
    """The titles of the tree and of what it was put under, with their statuses: in the outline, and in the vault."""
    items = {title: item["status"] for title, item in work.items().items() if title in work.at}
    return items, {str(task["title"]): task["status"] for task in work.vault.tasks() if task["title"] in work.at}


OPEN = ({"Milk": 0, "Oats": 0, "Post": 0}, dict.fromkeys(("Milk", "Oats", "Post"), "needs_action"))


def test_what_a_close_took_along_is_open_again(work):
    """Nobody has closed it: our own write is taken for nobody's edit, nor is what follows from it above."""
    work.vault.edit(work.ref("Shop"), {"status": "completed"})
    work.meanwhile("POST", "/close.json", move(work, "Milk", "Shop"))
    work.run()
    assert left(work) == 6
    work.settle()
    items, tasks = states(work)
    assert items == {**OPEN[0], "Shop": 0}
    assert tasks == {**OPEN[1], "Shop": "completed"}
    assert work.items()["Milk"]["parent_id"] == work.at["Shop"]


def test_an_item_that_has_got_a_child_is_not_closed(work):
    """A look right before the close shows the child; it is known, though its task was left in the store."""
    work.vault.edit(work.ref("Shop"), {"status": "completed"})
    work.meanwhile("GET", f"/tasks/{work.at['Shop']}.json", move(work, "Milk", "Shop"))
    report = work.run()
    assert not [line for line in report.lines if "is not known" in line]
    work.settle()
    assert states(work)[0] == {**OPEN[0], "Shop": 0}
    assert states(work)[1].items() >= OPEN[1].items()


def deleting(work):
    """Shop is deleted in the vault; cycles until the next one is to delete it in the outline."""
    work.vault.remove(work.ref("Shop"))
    for _ in range(5):
        if work.plan().actions:
            return
        work.run()
    raise AssertionError("nothing is to be deleted")


def test_an_item_that_has_got_a_child_is_not_deleted(work):
    deleting(work)
    work.meanwhile("GET", f"/tasks/{work.at['Shop']}.json", move(work, "Milk", "Shop"))
    report = work.run()
    assert [line for line in report.lines if "is to live" in line]
    assert work.items().keys() >= {"Shop", "Milk", "Oats"}
    work.settle()
    assert states(work) == OPEN


def test_what_a_delete_took_along_is_made_again(work):
    """Both of them: only the upper one is named in the answer."""
    deleting(work)
    work.meanwhile("DELETE", f"/tasks/{work.at['Shop']}.json", move(work, "Milk", "Shop"))
    report = work.run()
    assert len([line for line in report.lines if "along with its parent" in line]) == 2
    assert work.items().keys().isdisjoint({"Shop", "Milk", "Oats"})
    work.settle()
    assert states(work) == OPEN
    assert work.items()["Oats"]["parent_id"] == work.items()["Milk"]["id"]


def test_a_parent_that_only_an_answer_shows_arrives(work):
    """It was left in the store when the answer came: the next cycle reads both."""
    work.vault.edit(work.ref("Shop"), {"title": "Shops"})
    work.meanwhile("PUT", f"/tasks/{work.at['Shop']}.json", move(work, "Shop", "Milk"))
    assert work.run().updated == 1
    assert left(work) == 8
    work.settle()
    assert work.items()["Shops"]["parent_id"] == work.at["Milk"]
    milk = work.ref("Milk")
    assert {str(task["parent"]) for task in work.vault.tasks() if task["title"] in {"Shops", "Oats"}} == {milk}
