"""What a configuration may refer to, as known tasks show it: OptaCheck's page has no list of anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from connectors.contract import Found
from connectors.errors import Gone, Rejected
from connectors.optacheck.client import NOBODY, OptaCheckClient
from connectors.optacheck.people import People
from connectors.optacheck.wire import forms_of, id_of
from connectors.task import JsonValue, Native, Ref, Status

LOOKED_AT: Final = 20
"""Tasks of `adopt` that are looked at, one request each: enough to show what a new task may be given."""
_KEYS: Final[Mapping[str, str]] = {"form": "forms", "project": "project", "client": "client"}


def discover(
    client: OptaCheckClient, people: People, words: Mapping[str, Status], adopt: Sequence[Ref]
) -> tuple[Found, ...]:
    """Forms, projects, clients and people that are on the first tasks of ``adopt``, people known otherwise, words.

    Proves address and account. Raises ``RetryLater``, ``SideDown``.
    """
    if not adopt:
        client.reach(NOBODY)
    tasks = list(_read(client, islice(adopt, LOOKED_AT)))
    known = [
        Found(kind="person", id=one.id, name="", email=one.email)
        for one in people.known()
        if not people.stands_for_nobody(one.id)
    ]
    users = _seen("person", ((user, task) for task in tasks if (user := task.get("user"))))
    return (
        *_seen("form", ((form, task) for task in tasks for form in forms_of(task) or ())),
        *_seen("project", ((task.get("project"), task) for task in tasks)),
        *_seen("client", ((task.get("client"), task) for task in tasks)),
        *known,
        *(one for one in users if one.id not in {person.id for person in known}),
        *_words(tasks, words),
    )


def _read(client: OptaCheckClient, refs: Iterable[Ref]) -> Iterator[Native]:
    for ref in refs:
        try:
            yield client.task(ref)
        except (Gone, Rejected):
            continue


def _seen(kind: str, members: Iterable[tuple[JsonValue, Native]]) -> Iterator[Found]:
    """What some tasks name, once each, with the first of them."""
    found: dict[str, str] = {}
    for member, task in members:
        ref = id_of(member)
        if ref:
            found.setdefault(ref, str(task.get("title") or id_of(task)))
    for ref, title in found.items():
        yield Found(kind=kind, id=ref, name="", remark=f'of "{title}"', key=_KEYS.get(kind, ""))


def _words(tasks: Iterable[Native], words: Mapping[str, Status]) -> Iterator[Found]:
    """The words of the table, and those that are used and stand in none."""
    known = {word.casefold() for word in words}
    used = dict.fromkeys(status for task in tasks if isinstance(status := task.get("status"), str))
    strange = {word: "not in [statuses]: no opinion" for word in used if word.casefold() not in known}
    for word, meaning in ({word: status.value for word, status in words.items()} | strange).items():
        yield Found(kind="word", id=word, name=word, remark=meaning, key="statuses")
