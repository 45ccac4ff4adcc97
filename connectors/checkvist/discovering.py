"""What a configuration may refer to, as an account shows it: its lists, and people by their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from connectors.checkvist.client import CheckvistClient
from connectors.checkvist.members import NoOpinion, read_assignees
from connectors.checkvist.states import State
from connectors.checkvist.wire import ref_of
from connectors.contract import Found
from connectors.errors import BadSettings, Forbidden
from connectors.task import Native

_ROLES: Final = {"1": "author", "2": "writer", "3": "reader"}  # (API page, "Checklist representation")


def discover(client: CheckvistClient, checklist: int) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """The account's lists, the account, the people assigned on our list, the words; and remarks, a sentence each.

    The page documents no call that names an account's collaborators: others are seen by their ids, on the items of
    the list (``checklist``; 0: none is named yet). Raises ``RetryLater``, ``SideDown``.
    """
    lists = [
        Found(kind="list", id=ref_of(one) or "", name=str(one.get("name", "")), remark=_remark(one), key="checklist")
        for one in client.checklists()
    ]
    me = _account(client)
    items, remarks = _items(client, checklist)
    others = (one for one in _assigned(items) if one.id not in {found.id for found in me})
    words = (Found(kind="word", id=state.value, name=state.value, key="statuses") for state in State)
    return (*lists, *me, *others, *words), remarks


def _items(client: CheckvistClient, checklist: int) -> tuple[tuple[Native, ...], tuple[str, ...]]:
    if not checklist:
        return (), ()
    try:
        return client.items().items, ()
    except (BadSettings, Forbidden) as refused:
        return (), (f"{refused.message}: the people assigned there are not known",)


def _account(client: CheckvistClient) -> tuple[Found, ...]:
    try:
        user = client.user()
    except (BadSettings, Forbidden):  # not every server that speaks this API has the call
        return ()
    ref, email = ref_of(user), user.get("email")
    if ref is None:
        return ()
    name = str(user.get("username", ""))
    told = email if isinstance(email, str) and "@" in email else ""
    return (Found(kind="person", id=ref, name=name, remark="this account", email=told),)


def _assigned(items: Iterable[Native]) -> Iterator[Found]:
    counts: Counter[str] = Counter()
    for item in items:
        try:
            counts.update(person.id for person in read_assignees(item))
        except NoOpinion:
            continue
    for ref, count in sorted(counts.items()):
        yield Found(kind="person", id=ref, name="", remark=f"assigned to {count} item{'' if count == 1 else 's'}")


def _remark(checklist: Native) -> str:
    role, count = checklist.get("role"), checklist.get("task_count")
    return ", ".join(filter(None, (_ROLES.get(str(role), ""), f"{count} leaf items" if isinstance(count, int) else "")))
