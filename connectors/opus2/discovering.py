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
_INSIDE: Final = "its folders and fields are listed once `project` is one of the projects"
_NAMES: Final = ("fullName", "userName", "username", "title", "email")


def discover(client: Opus2Client, project: str) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """Projects, the project's folders, fields, people and teams, templates; and remarks, a sentence each.

    ``project`` is the one that is configured, empty where none is yet. Without one that can be had there are the
    tenant's own lists. What this user may not list is left out. Raises ``RetryLater``, ``SideDown``: also for the
    project, where the tenant lists none that could be chosen.
    """
    projects = list(_named("project", _allowed(lambda: client.everything("projects", "the projects")), "project"))
    missing = _missing(client, project)
    if missing is not None and not projects:
        raise missing
    inside = missing is None
    found = [
        *projects,
        *(_folders(client) if inside else ()),
        *(_fields(client.fields()) if inside else ()),
        *_people(_users(client, inside=inside)),
        *_named("team", _teams(client, inside=inside)),
        *_named("template", _allowed(lambda: client.everything("templates", "the templates"))),
    ]
    return tuple(found), () if missing is None else (f"{missing.message}: {_INSIDE}",)


def _missing(client: Opus2Client, project: str) -> BadSettings | Forbidden | None:
    """Why there is no project to look into; None when there is one."""
    if not project:
        return BadSettings("no project is named", hint="give this side a project: its id")
    try:
        client.project()
    except (BadSettings, Forbidden) as refused:
        return refused
    return None


def _folders(client: Opus2Client) -> Iterator[Found]:
    for place, path in folders_in(client.folders()):
        remark = f"in {path}" if path != place.name else ""
        yield Found(kind="folder", id=place.id, name=place.name, remark=remark, key="folder")


def _teams(client: Opus2Client, *, inside: bool) -> list[Native]:
    if inside:
        return _allowed(lambda: client.of_project("teams", "the project's teams"))
    return _allowed(lambda: client.everything("teams", "the teams"))


def _users(client: Opus2Client, *, inside: bool) -> list[Native]:
    """The project's people; where those can not be listed, the tenant's."""
    listed = _allowed(lambda: client.of_project("users", "the project's users")) if inside else []
    return listed or _allowed(lambda: client.everything("users", "the users"))


def _allowed(listed: Callable[[], list[Native]]) -> list[Native]:
    """A list; nothing where this user may not have it, or this tenant does not."""
    try:
        return listed()
    except (BadSettings, ContractBroken, Forbidden):
        return []


def _named(kind: str, things: list[Native], key: str = "") -> Iterator[Found]:
    for one in things:
        ref = identity(one, "id", f"{kind}Id")
        if ref is not None:
            yield Found(kind=kind, id=ref, name=name_of(one, *_NAMES) or "", key=key)


def _fields(fields: list[Native]) -> Iterator[Found]:
    for one in fields:
        member = member_of(one)
        if member is not None:
            choices = f": {', '.join(member.choices)}" if member.choices else ""
            holds = f"{member.kind.value}{choices}"
            yield Found(kind="field", id=member.id, name=member.name, remark=holds, key="fields")


def _people(users: list[Native]) -> Iterator[Found]:
    for one in users:
        ref = identity(one, "id", "userId")
        email = next((text for name in _EMAILS if isinstance(text := one.get(name), str)), "")
        if ref is not None or email:
            name = name_of(one, *_NAMES) or _full(one) or email
            # A metadata field names people by what people read there: the name is what [people] takes.
            yield Found(kind="person", id=name, name=name, email=email, remark=f"user {ref}" if ref else "")


def _full(user: Native) -> str:
    parts = (user.get(name) for name in ("firstName", "lastName"))
    return " ".join(part for part in parts if isinstance(part, str))
