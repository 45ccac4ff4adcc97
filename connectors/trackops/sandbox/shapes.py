"""How a task, somebody on the staff, a case look in an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connectors.task import JsonValue
from connectors.trackops.sandbox.account import Account
from connectors.trackops.sandbox.world import Task

Json = dict[str, JsonValue]


def task_as_json(account: Account, task: Task) -> Json:
    """A task as the server tells it."""
    reading, members = account.reading, dict(task.members)
    told: Json = {"id": task.id, **members}
    del told["users_list"]
    told |= _people(account, members["users_list"])
    told["due_on"] = _day(reading.due, members["due_on"])
    if isinstance(body := members["body"], str) and reading.lines == "crlf":
        told["body"] = body.replace("\r\n", "\n").replace("\n", "\r\n")
    if reading.none == "null" and members["status"] == "none":
        told["status"] = None
    if reading.case == "nested":
        case = told.pop("casefile_id")
        told["Casefile"] = {"id": case, "case_number": account.cases[case]} if isinstance(case, int) else None
    if reading.times == "told":
        told |= {"created_at": _moment(task.created), "updated_at": _moment(task.updated)}
        told["completed_at"] = None if task.completed is None else _moment(task.completed)
    if reading.empty == "blank":
        return {name: "" if value is None else value for name, value in told.items()}
    if reading.empty == "missing":
        return {name: value for name, value in told.items() if value is not None}
    return told


def person_as_json(account: Account, person: Mapping[str, JsonValue], *, email: bool | None = None) -> Json:
    """Somebody on the staff."""
    shows = account.reading.staff != "nameless" if email is None else email
    return {name: value for name, value in person.items() if name != "email" or shows}


def case_as_json(account: Account, identity: int) -> Json:
    """A case."""
    return {"id": identity, "case_number": account.cases[identity], "status": "open"}


def _people(account: Account, ids: JsonValue) -> Json:
    way = account.reading.users
    people = [person for one in _ids(ids) if (person := account.person(one)) is not None]
    objects: list[JsonValue] = [person_as_json(account, person, email=way != "plain") for person in people]
    # Whoever made the task is told as a single object: that is nobody who is assigned.
    maker: Json = {"User": {"id": 99, "name": "API user"}}
    if way == "ids":
        return {"users_list": [person["id"] for person in people], **maker}
    if way == "nested":
        return {"users_list": objects, **maker}
    if way == "both":
        return {"users_list": [person["id"] for person in people], "Users": objects, **maker}
    return {"Users": objects, **maker}


def _ids(value: JsonValue) -> list[int]:
    return [one for one in value if isinstance(one, int)] if isinstance(value, list) else []


def _day(way: str, value: JsonValue) -> JsonValue:
    if value is None or way == "day":
        return value
    return f"{value} 00:00:00" if way == "time" else f"{value}T00:00:00Z"


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}"
