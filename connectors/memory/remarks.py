"""The comments in a vault: made, changed and dropped like tasks, and along with their task."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Final

from connectors.memory.storage import Contents
from connectors.memory.wire import BLANK_COMMENT, Manners, Members, kept
from connectors.task import Native, Ref

_ALONG: Final = "along"
"""Member of a comment in the trash that went along with its task."""


def add(contents: Contents, ref: Ref, members: Native, manners: Manners, now: datetime) -> None:
    """Make a comment."""
    contents.comments[ref] = {**BLANK_COMMENT, "id": ref, "revision": 0}
    contents.tombstones.pop(ref, None)
    change(contents, ref, members, manners, now)


def change(contents: Contents, ref: Ref, members: Native, manners: Manners, now: datetime) -> None:
    """Replace members of a comment. Raises ``KeyError`` when it is not there."""
    contents.comments[ref].update(deepcopy(kept(members, manners)))
    contents.touch(ref)
    contents.comments[ref]["modified"] = now.isoformat(timespec="seconds")


def drop(contents: Contents, ref: Ref, *, along: bool = False) -> Members:
    """Delete a comment, or take it ``along`` with its task; it as it was."""
    gone = contents.comments.pop(ref)
    contents.trash[ref] = {**gone, _ALONG: True} if along else gone
    contents.revision += 1
    contents.tombstones[ref] = contents.revision
    return deepcopy(gone)


def of_task(contents: Contents, task: Ref) -> list[Ref]:
    """The comments on a task."""
    return [ref for ref, comment in contents.comments.items() if comment["parent"] == task]


def come_back(contents: Contents, task: Ref) -> None:
    """A task was restored: the comments that went along with it are there again."""
    along = [ref for ref, gone in contents.trash.items() if gone.get("parent") == task and gone.get(_ALONG)]
    for ref in along:
        contents.comments[ref] = {name: value for name, value in contents.trash.pop(ref).items() if name != _ALONG}
        contents.tombstones.pop(ref, None)
        contents.touch(ref)


def shown(contents: Contents, ref: Ref) -> Members:
    """A comment, with the container in which its task lies."""
    task = contents.tasks.get(str(contents.comments[ref]["parent"]))
    container = task["container"] if task is not None else ""
    return {**deepcopy(contents.comments[ref]), **({"container": container} if container else {})}
