"""The sandbox does what the vendor's page says, and what the page leaves open as its switches say."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest
import requests

from connectors.optacheck.sandbox import Reading, Sandbox
from tests.connectors.optacheck.kit import ANNA, LOGIN, running

BODY = {"status": "assigned", "title": "T", "user_email": ANNA}


class Person:
    """Somebody with the page in one hand and an HTTP client in the other."""

    def __init__(self, bench) -> None:
        told = {"username": Sandbox.username, "password": Sandbox.password}
        token = requests.post(f"{bench.url}{LOGIN}", json=told, timeout=10).json()["token"]
        self.headers = {"Authorization": f"Token {token}", "x-api-key": Sandbox.api_key}
        self.all = f"{bench.url}/v1.0/workspaces/{Sandbox.workspace}/assignments/"

    def send(self, method, path="", body=None, **headers):
        return requests.request(
            method,
            f"{self.all}{path}",
            json=body,
            headers={**self.headers, **headers},
            timeout=10,
            allow_redirects=False,
        )


def test_a_task_lives_as_the_page_says(bench):
    somebody = Person(bench)
    made = somebody.send("POST", body={**BODY, "description": "D", "forms": ["f"], "project": "p", "client": "c"})
    assert made.status_code == 201
    task = made.json()
    assert set(task) == {
        *("id", "status", "title", "description", "forms", "project", "client", "user", "by_user"),
        *("date_edited", "date_created", "status_history"),
    }
    assert (task["user"], task["date_edited"] < task["date_created"]) == (Sandbox.people[ANNA], True)
    changed = somebody.send("PUT", f"{task['id']}/", {"status": "active"})
    assert (changed.status_code, changed.json()["status"], changed.json()["title"]) == (200, "active", "T")
    assert [one["status_name"] for one in changed.json()["status_history"]] == ["Assigned", "Active"]
    assert somebody.send("GET", f"{task['id']}/").json()["data"] == {"fields": []}
    assert somebody.send("DELETE", f"{task['id']}/").status_code == 204
    assert somebody.send("GET", f"{task['id']}/").status_code == 404


@pytest.mark.parametrize(
    ("reading", "status", "kept"),
    [("put=merge", 200, True), ("put=replace", 200, False), ("put=demand", 400, True)],
)
def test_an_update_of_one_member_in_three_ways(reading, status, kept):
    with running(reading) as bench:
        somebody = Person(bench)
        ref = somebody.send("POST", body={**BODY, "description": "D"}).json()["id"]
        assert somebody.send("PUT", f"{ref}/", {"title": "New"}).status_code == status
        task = bench.task(ref)
        assert (task["description"] == "D", task["user"] == Sandbox.people[ANNA]) == (kept, kept)


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"title": "x" * 101}, "title"),
        ({"title": " "}, "title"),
        ({"description": "x" * 256}, "description"),
        ({"user_email": "z@example.com"}, "user_email"),
        ({"status": ""}, "status"),
        ({"forms": "f"}, "forms"),
        ({"data": []}, "data"),
    ],
)
def test_what_is_wrong_is_told_by_its_member_and_nothing_is_made(bench, body, member):
    answer = Person(bench).send("POST", body={**BODY, **body})
    assert answer.status_code == 400
    assert set(answer.json()) == {member}
    assert bench.sandbox.tasks() == []


def test_what_is_demanded_of_a_new_task_is_asked_for(bench):
    answer = Person(bench).send("POST", body={"description": "x"})
    assert (answer.status_code, set(answer.json())) == (400, {"status", "title", "user_email"})


def test_who_may_not_come_in_and_what_is_not_offered(bench):
    somebody = Person(bench)
    assert somebody.send("GET", Authorization="Token wrong").status_code == 401
    assert somebody.send("GET", Authorization="Basic x").status_code == 401
    assert somebody.send("GET", **{"x-api-key": "wrong"}).status_code == 403
    assert somebody.send("GET").status_code == 405
    assert requests.get(f"{bench.url}{LOGIN}", timeout=10).status_code == 405
    assert requests.post(f"{bench.url}{LOGIN}", json={"username": "x"}, timeout=10).status_code == 400


@pytest.mark.parametrize(("reading", "status"), [("", 301), ("slash=missing", 404)])
def test_an_address_without_its_slash_is_not_served(reading, status):
    with running(reading) as bench:
        somebody = Person(bench)
        ref = bench.sandbox.add("T")
        assert somebody.send("GET", ref).status_code == status
        assert somebody.send("PUT", ref, {"title": "x"}).status_code == status
        assert bench.task(ref)["title"] == "T"


def test_switches_are_read_from_text_and_named_when_they_are_wrong():
    reading = Reading.parse("put=replace, limits=cut")
    assert (reading.put, reading.limits) == ("replace", "cut")
    with pytest.raises(ValueError, match="there are: put"):
        Reading.parse("nothing=1")
    with pytest.raises(ValueError, match="one of: merge, replace, demand"):
        Reading.parse("put=1")
    hints = get_type_hints(Reading)
    assert all(
        values == get_args(hints[name]) and values[0] == getattr(Reading(), name)
        for name, values in Reading.choices().items()
    )
