"""Comments: tasks of their own kind, each on a task, which it never leaves (design, "Words").

=====================================================  ===========================================================
a comment                                              what becomes of it
=====================================================  ===========================================================
new on several sides, same task, same text             one comment; twins are paired in order
… with a text that a comment of the task has           that comment, if it was never on that side
its task is let go, or deleted, on a side              let go there along with it, without evidence of its own
its task is made again on a side                       made again there too
its task is tied again on a side                       tied again when it is listed; made again when it is not
new or edited on a task that is deleted elsewhere      an edit of that task: the edit wins (rule 12)
=====================================================  ===========================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from connectors.contract import Entry
from connectors.task import Field, Kind
from sync.core.cluster import Cluster, Member
from sync.core.evidence import let_go
from sync.core.facts import Observation, Read
from sync.core.lens import Lenses
from sync.core.model import Link, State, TaskId
from sync.core.owners import comments, names, owner_of, owner_ref
from sync.core.settle import CREATE_AGAIN, make_again, tie_again

WITH_ITS_TASK: Final = "went with its task"
"""Why a comment was let go whose task is not on that side any more."""


def is_comment(entry: Entry) -> bool:
    """Whether an entry is a comment that can be taken in now."""
    return entry.kind is Kind.COMMENT and not (entry.deleted or entry.container or entry.problem)


def clusters_of_comments(lenses: Lenses, members: Sequence[Member]) -> list[Cluster]:
    """Which unlinked comments are one: those of one task with one text, in their order on each side."""
    if not members:
        return []
    known: dict[tuple[TaskId, str], list[Cluster]] = defaultdict(list)
    for comment, owner in comments(lenses.state):
        linked = frozenset(link.side for link in lenses.state.of_task(comment.id))
        known[owner.id, _text(lenses, comment.values.get(Field.COMMENTS))].append(Cluster(task=comment, linked=linked))
    rank = lenses.policy.rank
    for member in sorted(members, key=lambda one: rank(one.side)):
        owned = lenses.refs.get((member.side, str(member.entry.fields.get(Field.PARENT))))
        if owned is None:
            continue  # its task is not tied yet
        group = known[owned, _text(lenses, member.values.get(Field.COMMENTS))]
        free = (one for one in group if member.side not in one.linked and member.side not in one.members)
        target = next(free, None)
        if target is None:
            target = Cluster()
            group.append(target)
        target.members[member.side] = member
    return [cluster for group in known.values() for cluster in group if cluster.members]


def _text(lenses: Lenses, value: object) -> str:
    return lenses.shown_by_all(str(value), Field.COMMENTS)


def follow(lenses: Lenses) -> list[Link]:
    """Comments go where their tasks go. The links that changed."""
    state = lenses.state
    changed: list[Link] = []
    for comment, owner in list(comments(state)):
        for link in state.of_task(comment.id):
            tie = state.link(owner.id, link.side)
            if link.reason == WITH_ITS_TASK and tie is not None:
                link.absent |= tie.absent
            is_there = tie is not None and tie.live and tie.ref == owner_ref(link)
            is_moved = tie is not None and not is_there and (tie.live or tie.reason == CREATE_AGAIN)
            if is_moved and (link.live or link.reason == WITH_ITS_TASK):
                make_again(lenses, link)
            elif link.live and not is_there:
                lenses.untie(link)
                let_go(link, WITH_ITS_TASK, absent=tie is None or tie.absent)
            elif is_there and link.reason == WITH_ITS_TASK and not link.absent:
                tie_again(lenses, link)  # it never left
            else:
                continue
            changed.append(state.links[link.key])
    return changed


def left_behind(lenses: Lenses, observation: Observation) -> None:
    """A task came back to a side without a comment that it had: that one is made there again."""
    state, side = lenses.state, observation.side
    if observation.read is not Read.COMPLETE or not lenses.at(side, Kind.COMMENT).spec.reads(Field.COMMENTS):
        return
    for comment, owner in list(comments(state)):
        link, tie = state.link(comment.id, side), state.live(owner.id, side)
        if link is None or link.reason != WITH_ITS_TASK or tie is None:
            continue
        if names(observation, tie.ref) and not names(observation, link.ref):
            make_again(lenses, link)


def commented(state: State, touched: Iterable[tuple[TaskId, str]]) -> set[tuple[TaskId, str]]:
    """The tasks, with the side, on which one of some comments stands."""
    owners = ((owner_of(state, state.tasks[task]), side) for task, side in touched)
    return {(owner.id, side) for owner, side in owners if owner is not None}
