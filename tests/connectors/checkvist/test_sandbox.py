"""The sandbox does what the vendor's page says: asked by plain HTTP, past the connector."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest
import requests

from connectors import checkvist
from connectors.checkvist.sandbox import Reading, Sandbox


class Page:
    """The calls of the page, as whoever has the account makes them."""

    def __init__(self, it) -> None:
        self.url = it.serving.url("it")
        self.auth = (Sandbox.username, Sandbox.remote_key)

    def __call__(self, method: str, path: str, **more: object) -> requests.Response:
        with requests.Session() as session:
            return session.request(method, f"{self.url}{path}", auth=self.auth, timeout=10, **more)

    def item(self, method: str, path: str = "", **form: object) -> object:
        """A call on an item, which must succeed."""
        answer = self(method, f"/checklists/774411/tasks{path}.json", data={f"task[{k}]": v for k, v in form.items()})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tree(self) -> list[tuple[str, int, int, int]]:
        """Content, parent, position and status of each item."""
        names = ("content", "parent_id", "position", "status")
        return [tuple(item[name] for name in names) for item in self.item("GET")]


def test_positions_count_from_one_and_siblings_are_renumbered(bench):
    with bench() as it:
        page = Page(it)
        for content in "abc":
            page.item("POST", content=content)
        page.item("POST", content="first", position=1)
        assert [(content, rank) for content, _, rank, _ in page.tree()] == [("first", 1), ("a", 2), ("b", 3), ("c", 4)]
        page.item("PUT", f"/{page.item('GET')[0]['id']}", position=3)
        assert [(content, rank) for content, _, rank, _ in page.tree()] == [("a", 1), ("b", 2), ("first", 3), ("c", 4)]


def test_a_parents_status_is_cumulative_and_an_action_on_it_changes_its_children(bench):
    with bench() as it:
        page = Page(it)
        top = page.item("POST", content="top")["id"]
        left, right = (page.item("POST", content=content, parent_id=top)["id"] for content in ("left", "right"))
        page.item("POST", f"/{left}/close")
        assert page.item("GET", f"/{top}")[0]["status"] == 0
        page.item("POST", f"/{right}/invalidate")
        assert page.item("GET", f"/{top}")[0]["status"] == 1
        page.item("POST", f"/{left}/reopen")
        assert page.item("GET", f"/{top}")[0]["status"] == 0
        changed = page.item("POST", f"/{top}/invalidate")
        assert [(one["id"], one["status"]) for one in changed] == [(top, 2), (left, 2), (right, 2)]
        page.item("POST", content="late", parent_id=top)
        assert page.item("GET", f"/{top}")[0]["status"] == 0


def test_an_update_does_not_change_the_status(bench):
    with bench() as it:
        page = Page(it)
        item = page.item("POST", content="a")["id"]
        assert page.item("PUT", f"/{item}", status=1)["status"] == 0


def test_one_item_is_answered_with_its_parents_to_the_root(bench):
    with bench() as it:
        page = Page(it)
        chain = [page.item("POST", content="0")["id"]]
        for depth in "12":
            chain.append(page.item("POST", content=depth, parent_id=chain[-1])["id"])
        assert [one["id"] for one in page.item("GET", f"/{chain[-1]}")] == chain[::-1]


def test_a_delete_takes_the_children_along(bench):
    with bench() as it:
        page = Page(it)
        top = page.item("POST", content="top")["id"]
        middle = page.item("POST", content="middle", parent_id=top)["id"]
        page.item("POST", content="leaf", parent_id=middle)
        page.item("POST", content="other")
        gone = page.item("DELETE", f"/{top}")
        assert (gone["id"], gone["deleted"]) == (top, True)
        assert [content for content, *_ in page.tree()] == ["other"]
        assert page("GET", f"/checklists/774411/tasks/{middle}.json").status_code == 404


def test_a_restored_parent_that_is_gone_leaves_its_child_at_the_root(bench):
    with bench() as it:
        top = it.sandbox.add("top")
        child = it.sandbox.add("child", parent=top)
        it.sandbox.remove(top)
        it.sandbox.restore(child)
        it.sandbox.restore(top)
        assert [(item["id"], item["parent_id"]) for item in it.sandbox.tasks()] == [(child, 0), (top, 0)]


@pytest.mark.parametrize("parent", ["99", "self", "child"])
def test_an_invalid_parent_is_refused_and_changes_nothing(bench, parent):
    with bench() as it:
        page = Page(it)
        item = page.item("POST", content="a")["id"]
        child = page.item("POST", content="b", parent_id=item)["id"]
        told = {"99": 99, "self": item, "child": child}[parent]
        before = page.tree()
        form = {"task[parent_id]": told, "task[content]": "changed"}
        answer = page("PUT", f"/checklists/774411/tasks/{item}.json", data=form)
        assert (answer.status_code, answer.json()) == (400, {"message": f"Invalid parent_id: {told}"})
        assert page.tree() == before


def test_flat_names_reach_nothing_in_a_form_and_little_in_json(bench):
    with bench() as it:
        page, items = Page(it), "/checklists/774411/tasks.json"
        flat = {"content": "a", "tags": "x", "due_date": "2026-03-01", "priority": "1"}
        assert page("POST", items, data=flat).status_code == 400
        made = page("POST", items, json=flat).json()
        assert (made["content"], made["tags"], made["due"], made["priority"]) == ("a", {}, None, 0)
        made = page("POST", items, json={"task": flat}).json()
        assert (made["content"], made["tags"], made["due"], made["priority"]) == ("a", {"x": False}, "2026/03/01", 1)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"], ids=repr)
def test_a_body_that_is_no_json_is_refused(bench, body):
    with bench() as it:
        answer = Page(it)(
            "POST", "/checklists/774411/tasks.json", data=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("method", ["put", "delete"])
def test_methods_can_be_tunnelled(bench, method):
    with bench() as it:
        page = Page(it)
        item = page.item("POST", content="a")["id"]
        answer = page("POST", f"/checklists/774411/tasks/{item}.json", data={"_method": method, "task[content]": "b"})
        assert answer.status_code == 200
        assert [content for content, *_ in page.tree()] == (["b"] if method == "put" else [])
        assert page("POST", f"/checklists/774411/tasks/{item}.json", data={}).status_code in {404, 405}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("2026-03-01", "2026/03/01"),
        ("2026/03/01", "2026/03/01"),
        ("asap", "asap"),
        ("^2026-03-01", None),
        ("2026-02-30", None),
        ("whenever", None),
    ],
)
def test_a_due_date_is_taken_without_a_caret(bench, told, kept):
    with bench() as it:
        assert Page(it).item("POST", content="a", due_date=told)["due"] == kept


@pytest.mark.parametrize("parses", ["yes", "no"])
def test_smart_syntax_is_read_when_an_item_is_made_and_only_on_request_later(bench, parses):
    with bench(f"create_parses={parses}") as it:
        page, text = Page(it), "Pay #home ^2026-03-01 !2 now"
        made = page.item("POST", content=text)
        parsed = ("Pay now", {"home": False}, "2026/03/01", 2)
        assert (made["content"], made["tags"], made["due"], made["priority"]) == (
            parsed if parses == "yes" else (text, {}, None, 0)
        )
        assert page.item("PUT", f"/{made['id']}", content="again #x")["content"] == "again #x"
        path = f"/checklists/774411/tasks/{made['id']}.json"
        changed = page("PUT", path, data={"task[content]": "again #x", "parse": "true"}).json()
        assert changed["content"] == "again"
        assert "x" in changed["tags"]


def test_a_list_counts_its_leaves_and_tells_when_it_changed(bench):
    with bench() as it:
        page = Page(it)
        before = page("GET", "/checklists/774411.json").json()
        top = it.sandbox.add("top")
        it.sandbox.close(it.sandbox.add("leaf", parent=top))
        it.sandbox.add("open", parent=top)
        after = page("GET", "/checklists/774411.json").json()
        assert (after["task_count"], after["task_completed"]) == (2, 1)
        assert after["updated_at"] > before["updated_at"]
        assert [one["id"] for one in page("GET", "/checklists.json").json()] == [774411, 774412]


@pytest.mark.parametrize("code", ["403", "404"])
def test_a_list_that_is_not_there_is_answered_as_the_reading_says(bench, code):
    with bench(f"unknown_list={code}") as it:
        for path in ("/checklists/1.json", "/checklists/1/tasks.json", "/checklists/1/tasks/5.json"):
            answer = Page(it)("GET", path)
            assert answer.status_code == int(code)
            assert "list doesn't exist" in answer.json()["message"]


def test_a_reading_is_written_as_text():
    reading = Reading.parse("login=v1, due=dashes")
    assert (reading.login, reading.due) == ("v1", "dashes")
    assert Reading.parse("") == Reading()
    for wrong in ("logon=v1", "login=v9", "login"):
        with pytest.raises(ValueError, match=r"there are|is one of"):
            Reading.parse(wrong)


def test_people_who_act_on_what_is_not_there_are_told():
    sandbox = Sandbox()
    with pytest.raises(KeyError):
        sandbox.edit(5, content="x")
    assert sandbox.describe().keys() == {"checklist", "username", "remote_key"}


def test_the_page_lists_every_switch_with_its_values():
    page = Path(checkvist.__file__).with_name("README.md").read_text(encoding="utf-8").partition("| switch |")[2]
    rows = re.findall(r"^\| ([a-z_0-9, ]+) \| ([^:|]+)", page, re.MULTILINE)
    listed = {name: tuple(re.split(r", ?", values.strip())) for names, values in rows for name in names.split(", ")}
    assert listed == Reading.choices()


def test_the_first_value_of_a_switch_is_its_default():
    assert {name: values[0] for name, values in Reading.choices().items()} == asdict(Reading())
