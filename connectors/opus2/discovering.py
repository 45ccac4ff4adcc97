"""What a configuration may refer to, as the tenant lists it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from connectors.contract import Found
from connectors.errors import BadSettings, ContractBroken, Forbidden
from connectors.opus2.client import Opus2Client
from connectors.opus2.resolving import folders_in, member_of
from connectors.opus2.wire import identity, name_of
from connectors.task import Native

_EMAILS: Final = ("email", "emailAddress", "mail")
_NAMES: Final = ("fullName", "userName", "username", "title", "email")


def discover(client: Opus2Client) -> tuple[Found, ...]:
    """Projects, the project's folders, fields, people and teams, templates; each with what a person needs to tell it.

    What this user may not list is left out; the project itself must be there. Raises ``RetryLater``, ``SideDown``.
    """
    client.project()
    found = [
        *_named("project", _allowed(lambda: client.everything("projects", "the projects"))),
        *(
            Found(kind="folder", id=place.id, name=place.name, remark=f"in {path}" if path != place.name else "")
            for place, path in folders_in(client.folders())
        ),
        *_fields(client.fields()),
        *_people(_users(client)),
        *_named("team", _allowed(lambda: client.of_project("teams", "the project's teams"))),
        *_named("template", _allowed(lambda: client.everything("templates", "the templates"))),
    ]
    return tuple(found)


def _users(client: Opus2Client) -> list[Native]:
    """The project's people; where those can not be listed, the tenant's."""
    inside = _allowed(lambda: client.of_project("users", "the project's users"))
    return inside or _allowed(lambda: client.everything("users", "the users"))


def _allowed(listed: Callable[[], list[Native]]) -> list[Native]:
    """A list; nothing where this user may not have it, or this tenant does not."""
    try:
        return listed()
    except (BadSettings, ContractBroken, Forbidden):
        return []


def _named(kind: str, things: list[Native]) -> Iterator[Found]:
    for one in things:
        ref = identity(one, "id", f"{kind}Id")
        if ref is not None:
            yield Found(kind=kind, id=ref, name=name_of(one, *_NAMES) or "")


def _fields(fields: list[Native]) -> Iterator[Found]:
    for one in fields:
        member = member_of(one)
        if member is not None:
            choices = f": {', '.join(member.choices)}" if member.choices else ""
            yield Found(kind="field", id=member.id, name=member.name, remark=f"{member.kind.value}{choices}")


def _people(users: list[Native]) -> Iterator[Found]:
    for one in users:
        ref = identity(one, "id", "userId")
        email = next((text for name in _EMAILS if isinstance(text := one.get(name), str)), "")
        if ref is not None or email:
            name = name_of(one, *_NAMES) or _full(one) or email
            yield Found(kind="person", id=ref or email, name=name, remark=email)


def _full(user: Native) -> str:
    parts = (user.get(name) for name in ("firstName", "lastName"))
    return " ".join(part for part in parts if isinstance(part, str))
