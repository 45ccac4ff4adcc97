"""The sandbox speaks the document, and each reading is what it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from connectors.trackops import sandbox as sandbox_package
from connectors.trackops.sandbox import Reading, Sandbox
from connectors.trackops.sandbox.account import Refused
from connectors.trackops.sandbox.world import Unknown
from tests.connectors.trackops.bench import Bench

SAMPLE = {
    "casefile_id": 245,
    "subject_id": 209,
    "case_service_id": 1,
    "calendar_id": 1,
    "due_on": "2023-02-14",
    "alert_at": "2023-02-01",
    "title": "Test API Task",
    "body": "this is a test task from the API",
    "address": {"address_1": "2000 Blake Street", "address_2": "", "city": "Denver", "state": "CO", "zip": 80202},
    "users_list": [1, 2, 3],
}
"""The vendor's example of a new task."""


class Account:
    """Plain HTTP to a sandbox, as any program would speak it."""

    def __init__(self, bench: Bench) -> None:
        self.sandbox = bench.sandbox
        self._url = bench.serving.url("trackops") + "/api/v1"
        self.auth: tuple[str, str] | None = (f"{Sandbox.username}/token", Sandbox.token)

    def __call__(self, method: str, path: str = "/tasks", **how: object) -> requests.Response:
        return requests.request(method, self._url + path, auth=self.auth, timeout=10, **how)

    def make(self, **members: object) -> requests.Response:
        """The vendor's example with other members."""
        told = {name: value for name, value in {**SAMPLE, **members}.items() if value is not ...}
        return self("POST", json={"task": told})

    def listed(self, **params: object) -> list[int]:
        """The ids of a list."""
        return [task["id"] for task in self("GET", params=params).json()]


@pytest.fixture
def account(serving):
    @contextmanager
    def opened(reading: str = "") -> Iterator[Account]:
        with serving(reading) as bench:
            yield Account(bench)

    return opened


def test_the_three_calls_of_the_document(account):
    with account() as call:
        made = call.make()
        assert made.status_code == 201
        task = made.json()
        assert task["status"] == "none"
        assert {name: task[name] for name in SAMPLE if name != "users_list"} == {
            name: value for name, value in SAMPLE.items() if name != "users_list"
        }
        assert [person["id"] for person in task["Users"]] == [1, 2, 3]
        assert call("GET", f"/tasks/{task['id']}").json() == task
        assert call("GET").json() == [task]


def test_there_is_no_put_and_no_delete(account):
    with account() as call:
        identity = call.make().json()["id"]
        assert call("PUT", f"/tasks/{identity}", json={"task": {"title": "x"}}).status_code == 405
        assert call("DELETE", f"/tasks/{identity}").status_code == 405


@pytest.mark.parametrize(
    "auth",
    [None, ("api@example.com", Sandbox.token), ("api@example.com/token", "wrong"), ("other/token", Sandbox.token)],
)
def test_the_user_name_must_end_in_token(account, auth):
    with account() as call:
        call.auth = auth
        assert [call("GET").status_code, call.make().status_code] == [401, 401]
        assert "Basic" in call("GET").headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "members",
    [
        *({name: ...} for name in ("casefile_id", "calendar_id", "due_on", "title")),
        {"casefile_id": 9},
        {"calendar_id": "1"},
        {"subject_id": 210},
        {"case_service_id": 9},
        {"title": " "},
        {"due_on": "14.02.2023"},
        {"due_on": "2023-02-30"},
        {"body": 5},
        {"address": {"state": "Colorado"}},
        {"users_list": 1},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_with_the_member(account, members):
    with account() as call:
        answer = call.make(**members)
        assert answer.status_code == 422
        assert set(answer.json()["errors"]) == set(members)
        assert call.sandbox.tasks() == []


@pytest.mark.parametrize("body", [{"json": SAMPLE}, {"json": [1]}, {"data": "{"}, {"data": {"task": "form"}}])
def test_a_body_that_is_not_nested_under_task_is_refused(account, body):
    with account() as call:
        kind = {"headers": {"Content-Type": "application/json"}} if body.get("data") == "{" else {}
        assert call("POST", **body, **kind).status_code in {400, 415}


def test_a_status_can_not_be_given_to_a_new_task(account):
    with account() as call:
        assert call.make(status="complete").json()["status"] == "none"


def test_filters_and_pages(account):
    with account() as call:
        ids = [call.make(title=f"task {number}").json()["id"] for number in range(5)]
        other = call.make(casefile_id=246, subject_id=None).json()["id"]
        assert call.listed(case=245, dir="asc") == ids
        assert call.listed(case=245, dir="desc") == ids[::-1]
        assert call.listed(case=246) == [other]
        assert [call.listed(case=245, page=page, per_page=2) for page in (1, 2, 3, 4)] == [
            ids[:2],
            ids[2:4],
            ids[4:],
            [],
        ]
        assert call("GET", params={"case": 245, "per_page": 2, "mode": "count"}).json() == {
            "record_count": 5,
            "page_count": 3,
        }
        assert call("GET", params={"page": "x"}).status_code == 400


def test_updated_from_is_inclusive_and_in_utc(account):
    with account() as call:
        task = call.make().json()
        moment = datetime.strptime(task["updated_at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        later = moment + timedelta(seconds=1)
        for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"):
            assert call.listed(updated_from=f"{moment:{form}}") == [task["id"]]
            assert call.listed(updated_from=f"{later:{form}}") == []
        assert call.listed(updated_from=f"{moment:%Y-%m-%d}") == [task["id"]]
        assert call("GET", params={"updated_from": "yesterday"}).status_code == 400


@pytest.mark.parametrize(
    ("reading", "page", "told"),
    [
        ("beyond=empty", 3, (200, 0)),
        ("beyond=404", 3, (404, None)),
        ("beyond=last", 3, (200, 3)),
        ("paging=none", 3, (200, 10)),
        ("paging=stuck", 2, (200, 7)),
    ],
)
def test_readings_of_pages(account, reading, page, told):
    with account(f"{reading},most=7") as call:
        for number in range(10):
            call.make(title=f"task {number}")
        answer = call("GET", params={"page": page, "per_page": 100})
        assert (answer.status_code, len(answer.json()) if answer.ok else None) == told


def test_readings_of_what_the_filter_finds(account):
    for reading, found in (("updated", 1), ("edited", 0), ("ignored", 1)):
        with account(f"filter={reading}") as call:
            identity = call.make().json()["id"]
            for task in call.sandbox._world.tasks.values():
                task.updated = datetime(2026, 1, 1, tzinfo=UTC)
            call.sandbox.edit(identity, {"status": "complete"})
            assert len(call.listed(updated_from="2026-06-01")) == found


@pytest.mark.parametrize("reading", ["update=merge", "update=replace"])
def test_readings_of_put(account, reading):
    with account(reading) as call:
        identity = call.make().json()["id"]
        needed = {name: SAMPLE[name] for name in ("casefile_id", "calendar_id", "title")}
        changed = call("PUT", f"/tasks/{identity}", json={"task": {**needed, "title": "New"}}).json()
        assert (changed["title"], changed["body"]) == ("New", SAMPLE["body"] if "merge" in reading else None)
        assert call("DELETE", f"/tasks/{identity}").status_code == 200
        assert call("GET", f"/tasks/{identity}").status_code == 404


def test_readings_of_staff(account):
    wanted = {"email": "CHRIS@example.com"}
    for reading, ids, email in (("filter", [3], True), ("all", [1, 2, 3], True), ("nameless", [3], False)):
        with account(f"staff={reading}") as call:
            answer = call("GET", "/staff", params=wanted).json()
            assert [one["id"] for one in answer] == ids
            assert ("email" in answer[0]) is email
    with account("staff=none") as call:
        assert call("GET", "/staff").status_code == 404


def test_cases(account):
    with account() as call:
        assert [case["id"] for case in call("GET", "/cases", params={"dir": "desc"}).json()] == [246, 245]
        assert call("GET", "/cases/245").json()["case_number"] == "2026-0245"
        assert call("GET", "/cases/9").status_code == 404


def test_whoever_made_a_task_is_told_as_one_person_beside_those_assigned(account):
    for reading, told in (
        ("objects", {"Users", "User"}),
        ("ids", {"users_list", "User"}),
        ("both", {"users_list", "Users", "User"}),
    ):
        with account(f"users={reading}") as call:
            task = call.make().json()
            assert {"users_list", "Users", "User"} & task.keys() == told


def test_people_act_on_it():
    sandbox = Sandbox()
    identity = sandbox.add("Undated", {"due_on": None})
    sandbox.edit(identity, {"status": "complete"})
    assert sandbox.tasks()[0]["completed_at"]
    sandbox.move(identity, None)
    assert sandbox.tasks()[0]["casefile_id"] is None
    sandbox.remove(identity)
    with pytest.raises(Unknown):
        sandbox.edit(identity, {"title": "x"})
    with pytest.raises(Refused):
        sandbox.add("x", {"status": "cancelled"})


def test_a_reading_that_there_is_not_is_told_with_those_that_there_are():
    with pytest.raises(ValueError, match="there are: answers"):
        Reading.parse("nonsense=1")
    with pytest.raises(ValueError, match="most is one of: 100, 25, 7"):
        Reading.parse("most=1")


def test_every_switch_stands_in_the_page_with_its_default_first():
    page = (Path(sandbox_package.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    rows = dict(line.strip("| \n").split(" | ", 1) for line in page.splitlines() if line.startswith("| "))
    for name, values in Reading.choices().items():
        told = rows[name].partition(":")[0].split(", ")
        assert told == list(values), name
