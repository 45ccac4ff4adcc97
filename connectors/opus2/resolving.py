"""Configured names as what they stand for in one project: folders and metadata fields. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from connectors.errors import BadSettings
from connectors.opus2.mapping import Bound, folded
from connectors.opus2.members import HOLD, Kind, Member
from connectors.opus2.wire import Place, identity, name_of
from connectors.task import Field, JsonValue, Native, Status

LISTED: Final = 12
"""Names that a hint lists."""
_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("text", "string", "freetext", "singleline", "shorttext", "varchar", "plaintext"), Kind.TEXT),
    **dict.fromkeys(("memo", "multiline", "longtext", "textarea", "richtext", "note", "notes", "html"), Kind.TEXT),
    **dict.fromkeys(("date", "day", "dateonly", "localdate"), Kind.DAY),
    **dict.fromkeys(("datetime", "timestamp", "instant", "dateandtime"), Kind.INSTANT),
    **dict.fromkeys(("number", "integer", "int", "numeric", "decimal", "long", "float", "double"), Kind.NUMBER),
    **dict.fromkeys(("choice", "select", "singleselect", "singlechoice", "picklist", "dropdown", "enum"), Kind.CHOICE),
    **dict.fromkeys(("option", "list", "radio", "lookup", "controlledlist", "singlelist"), Kind.CHOICE),
    **dict.fromkeys(("multichoice", "multiselect", "multiplechoice", "tags", "multilist", "array"), Kind.CHOICES),
    **dict.fromkeys(("multivalue", "multiplevalues", "labels"), Kind.CHOICES),
    **dict.fromkeys(("user", "users", "person", "people", "multiuser"), Kind.PEOPLE),
    **dict.fromkeys(("boolean", "bool", "flag", "checkbox", "yesno"), Kind.FLAG),
}
_DISCOVER: Final = "`tasksync discover` lists them"


def folders_in(things: Iterable[Native]) -> Iterator[tuple[Place, str]]:
    """Each folder, those within others too, with the path of names that leads to it."""
    waiting: list[tuple[Native, str]] = [(one, "") for one in things]
    while waiting:
        one, above = waiting.pop(0)
        ref, name = identity(one, "id", "folderId"), name_of(one, "folderName", "title") or ""
        path = f"{above}/{name}" if above else name
        if ref is not None:
            yield Place(id=ref, name=name), path
        for inner in (one.get(key) for key in ("children", "folders", "subFolders", "subfolders")):
            if isinstance(inner, list):
                waiting += [(child, path) for child in inner if isinstance(child, Mapping)]


def folder_named(wanted: str, folders: Sequence[tuple[Place, str]], key: str) -> Place:
    """The folder with this id, else with this name. Raises ``BadSettings``: none, or several of that name."""
    by_id = [place for place, _ in folders if place.id == wanted]
    if by_id:
        return by_id[0]
    named = [place for place, path in folders if wanted in (place.name, path)]
    named = named or [place for place, _ in folders if folded(place.name) == folded(wanted)]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(place.id for place in named)
        message = f'{key} "{wanted}": the project has {len(named)} folders of that name'
        raise BadSettings(message, hint=f"give the id of the one that is meant: {ids}")
    message = f'{key} "{wanted}": the project has no folder with this id or name'
    raise BadSettings(message, hint=_choices("it has", [place.name for place, _ in folders]))


def bound(  # the folders, the members, and what the configuration calls them
    folders: Sequence[tuple[Place, str]],
    fields: Sequence[Native],
    *,
    folder: str,
    archive: str | None,
    names: Mapping[Field, str],
) -> Bound:
    """Everything that is configured by name. Raises ``BadSettings``."""
    tasks = folder_named(folder, folders, "folder")
    shelf = folder_named(archive, folders, "archive_folder") if archive is not None else None
    if shelf is not None and shelf.id == tasks.id:
        raise BadSettings(
            f'archive_folder "{archive}" is the folder of the tasks itself',
            hint="choose another folder for what is deleted",
        )
    members = [member for one in fields if (member := _member(one)) is not None]
    return Bound(
        folder=tasks,
        archive=shelf,
        members={field: _member_named(field, name, members) for field, name in names.items()},
    )


def check_words(found: Bound, words: Mapping[str, Status]) -> None:
    """Raise ``BadSettings`` when the status field has fixed choices, and a word to be written is none of them."""
    member = found.members.get(Field.STATUS)
    if member is None or not member.choices:
        return
    choices = {folded(choice) for choice in member.choices}
    first: dict[Status, str] = {}
    for word, status in words.items():
        first.setdefault(status, word)
    strange = [word for word in first.values() if folded(word) not in choices]
    if strange:
        message = f'the field "{member.name}" does not take the status {", ".join(strange)}'
        hint = _choices("write a table [statuses] with its words", member.choices)
        raise BadSettings(message, hint=hint)


def member_of(field: Native) -> Member | None:
    """A metadata field as it is listed; None where it has no id."""
    return _member(field)


def _member_named(field: Field, wanted: str, members: Sequence[Member]) -> Member:
    named = [member for member in members if member.id == wanted]
    named = named or [member for member in members if member.name == wanted]
    named = named or [member for member in members if folded(member.name) == folded(wanted)]
    if len(named) > 1:
        ids = ", ".join(member.id for member in named)
        message = f'fields.{field.value} "{wanted}": the project has {len(named)} metadata fields of that name'
        raise BadSettings(message, hint=f"give the id of the one that is meant: {ids}")
    if not named:
        message = f'fields.{field.value} "{wanted}": the project has no metadata field with this id or name'
        raise BadSettings(message, hint=_choices("it has", [member.name for member in members]))
    member = named[0]
    if member.kind not in HOLD[field]:
        fitting = [one.name for one in members if one.kind in HOLD[field]]
        message = (
            f'fields.{field.value}: "{member.name}" holds a {member.kind.value} there, which can not be {field.value}'
        )
        raise BadSettings(message, hint=_choices("these can", fitting))
    return member


def _member(one: Native) -> Member | None:
    ref = identity(one, "id", "fieldId")
    if ref is None:
        return None
    told = next((one[name] for name in ("type", "fieldType", "dataType", "kind", "valueType") if name in one), None)
    told = told.get("name") if isinstance(told, Mapping) else told
    kind = (
        _KINDS.get("".join(filter(str.isalnum, told.casefold())), Kind.UNKNOWN)
        if isinstance(told, str)
        else Kind.UNKNOWN
    )
    if kind is Kind.CHOICE and any(
        one.get(flag) is True for flag in ("multiple", "multi", "multiValue", "multiSelect")
    ):
        kind = Kind.CHOICES
    pattern = next((one[name] for name in ("format", "dateFormat", "pattern") if isinstance(one.get(name), str)), "")
    return Member(
        id=ref,
        name=name_of(one, "fieldName", "title") or ref,
        kind=kind,
        choices=_offered(one),
        pattern=str(pattern) if kind in (Kind.DAY, Kind.INSTANT) else "",
    )


def _offered(one: Native) -> tuple[str, ...]:
    for name in ("choices", "options", "values", "allowedValues", "listValues", "items"):
        offered = one.get(name)
        if isinstance(offered, list):
            return tuple(text for choice in offered if (text := _choice(choice)))
    return ()


def _choice(choice: JsonValue) -> str:
    if isinstance(choice, Mapping):
        return next((text for key in ("name", "label", "value") if isinstance(text := choice.get(key), str)), "")
    return choice if isinstance(choice, str) else ""


def _choices(words: str, names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:LISTED]) or "none"
    return f"{words}: {shown}{f'; {_DISCOVER}' if len(names) > LISTED else ''}"
