"""A task as the vault keeps it, and what a vault does to what it is given.

A native task is a plain JSON object. Its members are named for the canonical fields:

================================ =========================================================================
member                           value
================================ =========================================================================
id                               text
title, description, url          text
status                           a word; the vault knows its own, and takes any
start, due                       null, "YYYY-MM-DD", or an RFC 3339 instant
completed                        null or an RFC 3339 instant; the vault sets it when the word is "completed"
priority, percent_complete       number
labels                           array of text
assignees                        array of {"id", "name", "email"}
parent, position                 null or an id; the rank among its siblings, from 1
archived                         true or false
custom                           object
container                        "" or the name of the other container in which it lies
children                         array of ids; only where children share in what happens to their parent
marker                           text; only where the vault keeps one
modified, revision               an RFC 3339 instant; the vault's change counter: both say nothing about the task
deleted                          true on a tombstone, which has only id, deleted and revision besides
================================ =========================================================================

A comment has id, comments (its text), parent (the id of its task), author (text), modified and revision; where its task
lies in another container, container as well.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final, TypeAlias

from connectors.task import JsonValue, Native

Members: TypeAlias = dict[str, JsonValue]

VOLATILE: Final = frozenset({"modified"})
"""Members that say nothing about the task. A revision does: writes are based on it."""

BLANK: Final[Native] = {
    "title": "",
    "description": "",
    "status": "",
    "start": None,
    "due": None,
    "completed": None,
    "priority": 0,
    "percent_complete": 0,
    "labels": [],
    "assignees": [],
    "parent": None,
    "position": None,
    "archived": False,
    "url": "",
    "custom": {},
    "container": "",
}
"""A new task before anything is said about it."""


BLANK_COMMENT: Final[Native] = {"comments": "", "parent": None, "author": "", "modified": ""}
"""A new comment before anything is said about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a vault does to what it is given; by default it keeps everything as it is."""

    new_status: str = "needs_action"  # of a task that came without a status
    title_limit: int | None = None  # longer titles are cut, in code points
    days_only: bool = False  # of an instant in start or due only the day is kept, as it was written
    trims: bool = False  # no blanks at either end of title, description and comments
    recases: bool = False  # labels in lower case
    one_assignee: bool = False  # only the first is kept
    parents: bool = False  # tasks form a tree, with ranks
    cascades: bool = (
        False  # a task that is deleted or closed takes those below it along; else they move up, or stay open
    )
    derives: bool = False  # the status of a task with children comes from them
    archive_deletes: bool = False  # deleting is archiving
    client_ids: bool = False  # whoever makes a task names its id
    markers: bool = False  # a task keeps the marker that it was made with
    etags: bool = False  # a write may name the revision that it is based on


PLAIN: Final = Manners()


def raw_hash(native: Native) -> str:
    """The hash of a native task without its volatile members: SHA-256 over canonical JSON, in hexadecimal."""
    told = {name: value for name, value in native.items() if name not in VOLATILE}
    # Escapes keep lone surrogates encodable; a number that JSON does not know is still told from another.
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=repr)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def kept(members: Native, manners: Manners) -> Members:
    """The members as the vault stores them."""
    return {name: _kept(name, value, manners) for name, value in members.items()}


def _kept(name: str, value: JsonValue, manners: Manners) -> JsonValue:
    if isinstance(value, str):
        return _kept_text(name, value, manners)
    if isinstance(value, list | tuple):
        if name == "labels" and manners.recases:
            return list(dict.fromkeys(label.lower() if isinstance(label, str) else label for label in value))
        return list(value[:1] if name == "assignees" and manners.one_assignee else value)
    return value


def _kept_text(name: str, value: str, manners: Manners) -> str:
    if name in {"title", "description", "comments"} and manners.trims:
        value = value.strip()
    if name == "title" and manners.title_limit is not None and len(value) > manners.title_limit:
        value = value[: manners.title_limit].rstrip()
    if name in {"start", "due"} and manners.days_only:
        value = value.partition("T")[0]
    return value
