"""The sandbox speaks the document, and each reading is what it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from connectors.ogsm import sandbox as sandbox_package
from connectors.ogsm.sandbox import Reading, Sandbox
from connectors.ogsm.sandbox.members import Refused
from connectors.ogsm.sandbox.tidy import strict, tidy
from connectors.ogsm.sandbox.world import Unknown
from connectors.serving import serve

MEMBERS = {
    *("id", "title", "labels", "strategies", "description", "assignee", "involved", "start", "due", "status"),
    *("ogsm_canvases", "traffic_light", "progress", "archived"),
}


class Account:
    """Plain HTTP to a sandbox, as any program would speak it."""

    def __init__(self, sandbox: Sandbox, url: str) -> None:
        self.sandbox = sandbox
        self._url = f"{url}/api/v2"
        self.auth: tuple[str, str] | None = (sandbox.username, sandbox.password)

    def __call__(self, method: str, path: str = "/actions.json", **how: object) -> requests.Response:
        return requests.request(method, path if "://" in path else self._url + path, auth=self.auth, timeout=10, **how)

    def make(self, **members: object) -> dict[str, object]:
        """A new action."""
        answer = self("POST", json={"title": "made", **members})
        assert answer.ok, answer.text
        return answer.json()

    def patch(self, identity: object, **members: object) -> requests.Response:
        """A change of one."""
        return self("PATCH", f"/actions/{identity}.json", json=members)


@contextmanager
def account(reading: str = "") -> Iterator[Account]:
    sandbox = Sandbox(Reading.parse(reading))
    with serve({"ogsm": sandbox.app}) as serving:
        yield Account(sandbox, serving.url("ogsm"))


def test_the_four_calls_of_the_document():
    with account() as call:
        made = call("POST", json={"title": "a", "description": "<p>x</p>"})
        assert made.status_code == 201
        assert made.json().keys() == MEMBERS
        identity = made.json()["id"]
        changed = call.patch(identity, progress=50, labels=[{"name": "l"}])
        assert (changed.status_code, changed.json()["progress"], changed.json()["title"]) == (200, 50, "a")
        assert call("GET").json() == [changed.json()]
        deleted = call("DELETE", f"/actions/{identity}.json")
        assert (deleted.status_code, deleted.json()) == (200, changed.json())
        assert call("GET").json() == []


def test_there_is_no_get_of_one_action():
    with account() as call:
        assert call("GET", f"/actions/{call.make()['id']}.json").status_code == 405


def test_whoever_has_no_password_gets_nothing():
    with account() as call:
        for auth in (None, ("api", "wrong"), ("other", call.sandbox.password)):
            call.auth = auth
            answers = [call("GET"), call("POST", json={"title": "x"})]
            assert [answer.status_code for answer in answers] == [401, 401]
            assert "Basic" in answers[0].headers["WWW-Authenticate"]
        assert call.sandbox.actions() == []


@pytest.mark.parametrize(
    "members",
    [
        {"title": ""},
        {"title": None},
        {"progress": 101},
        {"progress": "50"},
        {"due": "tomorrow"},
        {"due": "2024-02-30"},
        {"status": {"name": "unheard of"}},
        {"status": None},
        {"traffic_light": "blue"},
        {"archived": "yes"},
        {"labels": "x"},
        {"labels": [{}]},
        {"strategies": [{"id": 1}]},
        {"ogsm_canvases": [{"id": 1}]},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(members):
    with account() as call:
        before = call.make(title="before")
        answer = call.patch(before["id"], **{"title": "after", **members})
        assert answer.status_code == 422
        assert answer.json()["errors"]
        assert call("GET").json() == [before]


@pytest.mark.parametrize("body", [{"data": "[1]"}, {"data": "{"}, {"data": {"title": "form"}}])
def test_a_body_that_is_no_json_object_is_refused(body):
    with account() as call:
        kind = {} if isinstance(body["data"], dict) else {"headers": {"Content-Type": "application/json"}}
        assert call("POST", **body, **kind).status_code in {400, 415}


@pytest.mark.parametrize("identity", ["999", "x", "1e3", "\u0661"])
@pytest.mark.parametrize("status", ["404", "410"])
def test_an_id_that_is_not_there(identity, status):
    with account(f"unknown={status}") as call:
        assert call.patch(identity, title="x").status_code == int(status)
        assert call("DELETE", f"/actions/{identity}.json").status_code == int(status)


def test_readings_of_lists():
    for reading, names in (("lists=replace", ["b"]), ("lists=merge", ["a", "b"])):
        with account(reading) as call:
            made = call.make(labels=[{"name": "a"}])
            labels = call.patch(made["id"], labels=[{"name": "b"}]).json()["labels"]
            assert [label["name"] for label in labels] == names


def test_readings_of_archived():
    for reading, count in (("archived=listed", 1), ("archived=hidden", 0)):
        with account(reading) as call:
            call.sandbox.archive(call.sandbox.add("old"))
            assert len(call("GET").json()) == count
            assert len(call.sandbox.actions()) == 1


def test_readings_of_people():
    with account("people=ignore") as call:
        assert call.make(assignee={"name": "Zoe"})["assignee"] is None
    with account("people=create") as call:
        assert call.make(assignee={"name": "Zoe"})["assignee"] == {"name": "Zoe"}
    with account("people=reject") as call:
        assert call("POST", json={"title": "x", "assignee": {"name": "Zoe"}}).status_code == 422


def test_readings_of_null():
    for reading, due in (("nulls=clear", None), ("nulls=ignore", "2024-01-01"), ("empty=blank", "")):
        with account(reading) as call:
            made = call.make(due="2024-01-01")
            assert call.patch(made["id"], due=None).json()["due"] == due


def test_readings_of_status_words():
    with account("statuses=open,words=capital") as call:
        assert call.make()["status"] == {"name": "Todo"}
        assert call.make(status={"name": "doing"})["status"] == {"name": "Doing"}
        assert call.make(status={"name": "Waiting"})["status"] == {"name": "Waiting"}


def test_readings_of_dates():
    for reading, status in (("dates=any", 201), ("dates=ordered", 422)):
        with account(reading) as call:
            assert call("POST", json={"title": "x", "start": "2024-02-02", "due": "2024-02-01"}).status_code == status


def test_readings_of_bodies():
    form = {"title": "x", "status[name]": "done", "labels[][name]": "l", "progress": "5", "archived": "true"}
    with account() as call:
        assert call("POST", data=form).status_code == 415
    with account("bodies=both") as call:
        made = call("POST", data=form).json()
        assert (made["title"], made["status"]["name"], made["progress"], made["archived"]) == ("x", "done", 5, True)
        assert made["labels"] == [{"name": "l"}]


def test_readings_of_answers():
    with account("answers=wrapped,listing=wrapped,created=200,deleted=empty") as call:
        made = call("POST", json={"title": "x"})
        assert (made.status_code, list(made.json())) == (200, ["action"])
        assert list(call("GET").json()) == ["actions"]
        deleted = call("DELETE", f"/actions/{made.json()['action']['id']}.json")
        assert (deleted.status_code, deleted.content) == (204, b"")


def test_readings_of_order():
    for reading, turned in (("order=id", False), ("order=newest", True)):
        with account(reading) as call:
            ids = [call.sandbox.add(f"{number}") for number in range(5)]
            assert [action["id"] for action in call("GET").json()] == sorted(ids, reverse=turned)
    with account("order=shuffled") as call:
        ids = [call.sandbox.add(f"{number}") for number in range(8)]
        seen = [[action["id"] for action in call("GET").json()] for _ in range(4)]
        assert all(sorted(one) == ids for one in seen)
        assert any(one != ids for one in seen)


@pytest.mark.parametrize("paging", ["link", "next", "total"])
def test_readings_of_paging(paging):
    with account(f"paging={paging}") as call:
        for number in range(45):
            call.sandbox.add(f"{number}")
        first = call("GET")
        assert len(first.json()) == 20
        if paging == "link":
            second = call("GET", first.links["next"]["url"])
            third = call("GET", second.links["next"]["url"])
            assert len({action["id"] for page in (first, second, third) for action in page.json()}) == 45
            assert "next" not in third.links
        else:
            assert first.headers["X-Total"] == "45"
            assert ("X-Next-Page" in first.headers) == (paging == "next")


@pytest.mark.parametrize("access", ["403", "404", "405"])
def test_readings_of_access(access):
    with account(f"access={access}") as call:
        identity = call.sandbox.add("x")
        assert call("GET").status_code == 200
        assert call("POST", json={"title": "x"}).status_code == int(access)
        assert call.patch(identity, title="y").status_code == int(access)
        assert call("DELETE", f"/actions/{identity}.json").status_code == int(access)


@pytest.mark.parametrize(
    ("html", "tidied", "stripped"),
    [
        ("loose <b>text</b>", "<p>loose <strong>text</strong></p>", "<p>loose <strong>text</strong></p>"),
        ("<p class=x>a<br></p>\n <p>b</p>", '<p class="x">a<br/></p><p>b</p>', "<p>a<br/></p><p>b</p>"),
        ("<p><u>u</u> <i>i</i></p><!-- c -->", "<p><u>u</u> <em>i</em></p>", "<p>u <em>i</em></p>"),
        ("<pre>a\n\n  b</pre>", "<pre>a\n\n  b</pre>", "<pre>a\n\n  b</pre>"),
        ("<ul>\n<li>a</li>\n</ul>", "<ul><li>a</li></ul>", "<ul><li>a</li></ul>"),
        ("", "", ""),
    ],
)
def test_what_editors_do_to_html(html, tidied, stripped):
    assert tidy(html) == tidied
    assert strict(html) == stripped
    assert tidy(tidied) == tidied
    assert strict(stripped) == stripped


def test_people_act_past_the_api():
    sandbox = Sandbox()
    identity = sandbox.add("one", {"due": "2024-01-01"})
    sandbox.edit(identity, {"title": "two"})
    (action,) = sandbox.actions()
    assert (action["id"], action["title"], action["due"]) == (identity, "two", "2024-01-01")
    assert action["ogsm_canvases"] == [{"id": sandbox.canvas, "row_order": 1}]
    action["title"] = "a copy"
    assert sandbox.actions()[0]["title"] == "two"
    with pytest.raises(Refused):
        sandbox.edit(identity, {"title": ""})
    sandbox.remove(identity)
    assert sandbox.actions() == []
    for act in (
        lambda: sandbox.edit(identity, {}),
        lambda: sandbox.archive(identity),
        lambda: sandbox.remove(identity),
    ):
        with pytest.raises(Unknown):
            act()


def test_readings_are_named():
    assert Reading.parse("") == Reading()
    assert Reading.parse(" html=tidy , lists=merge,") == Reading(html="tidy", lists="merge")
    for values in Reading.choices().values():
        assert len(set(values)) == len(values) > 1
    with pytest.raises(ValueError, match="html is one of: none, tidy, strict"):
        Reading.parse("html=x")
    with pytest.raises(ValueError, match='no reading "colour"; there are: html, lists'):
        Reading.parse("colour=red")


def test_the_configuration_that_fits():
    described = Sandbox().describe()
    assert described == {"username": Sandbox.username, "password": Sandbox.password, "canvas": str(Sandbox.canvas)}


def test_the_page_of_the_folder_names_every_reading():
    page = (Path(sandbox_package.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    table = page.partition("## Sandbox")[2]
    for name, values in Reading.choices().items():
        (row,) = (
            row
            for row in table.splitlines()
            if name in row.partition("|")[2].partition("|")[0].replace(",", " ").split()
        )
        assert ", ".join(values) in row
