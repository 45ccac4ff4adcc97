"""How a vault's contents change: a task is made, changed, dropped, restored, and its relatives follow."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime

from connectors.memory import remarks, tree
from connectors.memory.storage import Contents
from connectors.memory.wire import BLANK, Manners, Members, kept
from connectors.task import JsonValue, Native, Ref


def add(contents: Contents, ref: Ref, members: Native, manners: Manners, now: datetime) -> None:
    """Make a task."""
    contents.tasks[ref] = deepcopy({**BLANK, "status": manners.new_status, "id": ref, "modified": "", "revision": 0})
    contents.tombstones.pop(ref, None)
    change(contents, ref, {"parent": None, "position": None, **members}, manners, now)


def change(contents: Contents, ref: Ref, members: Native, manners: Manners, now: datetime) -> list[Ref]:
    """Replace members of a task or a comment; those that were closed along with it.

    Raises ``KeyError`` when it is not there.
    """
    if ref in contents.comments:
        remarks.change(contents, ref, members, manners, now)
        return []
    task = contents.tasks[ref]
    new = deepcopy(kept(members, manners))
    closed = _close_below(contents, ref, new, now) if manners.cascades else []
    if manners.derives and task.get("children"):
        new.pop("status", None)  # it comes from the children
    left = task["parent"]
    task.update(new)
    _follow_status(task, new, now)
    _touch(contents, ref, now)
    if manners.parents and not {"parent", "position"}.isdisjoint(new):
        _settle(contents, left, ref)
    _relate(contents, manners)
    return closed


def _close_below(contents: Contents, ref: Ref, new: Members, now: datetime) -> list[Ref]:
    if new.get("status") not in tree.CLOSED:
        return []
    below = [each for each in tree.below(contents.tasks, ref) if contents.tasks[each]["status"] not in tree.CLOSED]
    for each in below:
        contents.tasks[each]["status"] = new["status"]
        _follow_status(contents.tasks[each], new, now)
        _touch(contents, each, now)
    return below


def drop(contents: Contents, ref: Ref, manners: Manners, now: datetime) -> list[Members]:
    """Delete a task, or archive it where that is what deleting means; it and those that went along, as they were."""
    if ref in contents.comments:
        return [remarks.drop(contents, ref)]
    if manners.archive_deletes:
        before = deepcopy(contents.tasks[ref])
        change(contents, ref, {"archived": True}, manners, now)
        return [before]
    parent = contents.tasks[ref]["parent"]
    under = tree.below(contents.tasks, ref) if manners.parents else []
    if not manners.cascades:
        for child in tree.children(contents.tasks, ref) if under else []:
            contents.tasks[child].update(parent=parent, position=None)
            _touch(contents, child, now)
            _settle(contents, ref, child)
        under = []
    gone = [deepcopy(contents.tasks[each]) for each in (ref, *under)]
    for each in (ref, *under):
        for remark in remarks.of_task(contents, each):
            remarks.drop(contents, remark, along=True)
        contents.trash[each] = contents.tasks.pop(each)
        contents.revision += 1
        contents.tombstones[each] = contents.revision
    if manners.parents:
        _settle(contents, parent, None)
    _relate(contents, manners)
    return gone


def restore(contents: Contents, ref: Ref, manners: Manners, now: datetime) -> None:
    """Bring a task back under its old id. Raises ``KeyError`` when it was not deleted."""
    if manners.archive_deletes:
        change(contents, ref, {"archived": False}, manners, now)
        return
    task = contents.trash.pop(ref)
    contents.tasks[ref] = task
    contents.tombstones.pop(ref, None)
    parent = task["parent"] if task["parent"] in contents.tasks else None
    change(contents, ref, {"parent": parent, "position": task["position"]}, manners, now)
    remarks.come_back(contents, ref)


def rehome(contents: Contents, ref: Ref, container: str, manners: Manners, now: datetime) -> None:
    """Move a task to another container, or back ("")."""
    parent = contents.tasks[ref]["parent"]
    change(contents, ref, {"container": container}, manners, now)
    for remark in remarks.of_task(contents, ref):
        contents.touch(remark)
    if manners.parents:
        _settle(contents, parent, None if container else ref)
        _relate(contents, manners)


def since(contents: Contents, revision: int) -> list[Members]:
    """Tasks and comments that changed after a revision, and tombstones of those that went after it."""
    changed = [deepcopy(task) for task in contents.tasks.values() if _revision(task["revision"]) > revision]
    tombstones: list[Members] = [
        {"id": ref, "deleted": True, "revision": when} for ref, when in contents.tombstones.items() if when > revision
    ]
    comments = [ref for ref, one in contents.comments.items() if _revision(one["revision"]) > revision]
    return [*changed, *(remarks.shown(contents, ref) for ref in comments), *tombstones]


def descendants(contents: Contents, ref: Ref) -> list[Ref]:
    """All tasks below one."""
    return tree.below(contents.tasks, ref)


def _revision(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def _follow_status(task: Members, new: Members, now: datetime) -> None:
    if "status" in new and "completed" not in new:
        done = new["status"] == "completed"
        task["completed"] = (task["completed"] or now.isoformat(timespec="seconds")) if done else None


def _touch(contents: Contents, ref: Ref, now: datetime) -> None:
    contents.touch(ref)
    contents.tasks[ref]["modified"] = now.isoformat(timespec="seconds")


def _settle(contents: Contents, left: JsonValue, placed: Ref | None) -> None:
    """Number the siblings that a task left, and those that it came to; a rank that moved counts as a change."""
    moved: list[Ref] = []
    came_to = contents.tasks[placed]["parent"] if placed is not None else left
    if placed is not None:
        position = contents.tasks[placed]["position"]
        rank = position if isinstance(position, int) else None
        moved += tree.renumber(contents.tasks, _ref(came_to), placed, rank)
    if placed is None or came_to != left:
        moved += tree.renumber(contents.tasks, _ref(left))
    for ref in moved:
        contents.touch(ref)


def _ref(value: JsonValue) -> Ref | None:
    return value if isinstance(value, str) else None


def _relate(contents: Contents, manners: Manners) -> None:
    if manners.cascades or manners.derives:
        for ref in tree.relate(contents.tasks, derives=manners.derives):
            contents.touch(ref)
