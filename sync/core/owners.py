"""Which task a comment stands on, and what a read says of both: a comment whose task is missing rides along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.contract import Entry
from connectors.task import Field, Kind, Ref
from sync.core.facts import Action, Observation, Read
from sync.core.model import Link, State, Task, TaskLife
from sync.core.policy import AccessPolicy, SideSpec


def owner_of(state: State, task: Task) -> Task | None:
    """The task that a comment stands on; None for what is no comment."""
    owner = task.values.get(Field.PARENT)
    return state.tasks.get(owner) if task.kind is Kind.COMMENT and isinstance(owner, int) else None


def comments(state: State) -> Iterator[tuple[Task, Task]]:
    """Every comment, with the task that it stands on."""
    for task in state.tasks.values():
        owner = owner_of(state, task)
        if owner is not None:
            yield task, owner


def stands(state: State, task: Task) -> bool:
    """Whether a task has what it needs: a comment, a task that is there for the group."""
    owner = owner_of(state, task)
    return task.kind is Kind.TASK or (owner is not None and owner.life is TaskLife.ALIVE)


def is_unseen(tie: Link | None) -> bool:
    """Whether an entry was not seen lately: nothing is written to it, nor to what stands on it."""
    return tie is not None and bool(tie.misses or tie.gone)


def has_place(state: State, task: Task, spec: SideSpec, creates: Sequence[Action]) -> bool:
    """Whether a task can be made on a side: a comment, where its task is, or where ``creates`` make that."""
    if task.kind is Kind.TASK or spec.access is AccessPolicy.READ:
        return spec.access is not AccessPolicy.READ
    owner = owner_of(state, task)
    if owner is None or not spec.reads(Field.COMMENTS):
        return False
    if (tie := state.live(owner.id, spec.name)) is not None:
        return not is_unseen(tie)
    # Parents are made before what is under them: it stands near the end.
    return any((action.task, action.side) == (owner.id, spec.name) for action in reversed(creates))


def owner_ref(link: Link) -> Ref | None:
    """The ref of the task on which a comment stands there, as it was last read."""
    pair = link.pairs.get(Field.PARENT)
    return str(pair.stored) if pair is not None and pair.stored is not None else None


def names(observation: Observation, ref: Ref | None) -> bool:
    """Whether a read has shown that something is there."""
    entry = observation.entries.get(str(ref))
    return ref in observation.listed or (entry is not None and not (entry.deleted or entry.container))


def rides(state: State, link: Link, observation: Observation) -> bool:
    """Whether a read says nothing of a comment by itself, for its task is missing, too, or has left that side."""
    task = state.tasks[link.task]
    if task.kind is not Kind.COMMENT:
        return False
    owner = owner_of(state, task)
    tie = state.live(owner.id, link.side) if owner is not None else None
    if tie is None:
        return link.live or not names(observation, owner_ref(link))
    if observation.read is Read.COMPLETE:
        return not names(observation, tie.ref)
    return is_unseen(tie) or tie.ref in observation.gone


def has_unknown_comments(state: State, link: Link, entry: Entry) -> bool:
    """Whether an entry has more comments than are linked to its task: a delete would take one along unseen."""
    if not entry.comments:
        return False
    mine = (comment for comment, owner in comments(state) if owner.id == link.task)
    return entry.comments > sum(state.live(comment.id, link.side) is not None for comment in mine)


def counted(state: State, observation: Observation) -> list[Link]:
    """The links of a side that count where something is missing there: a task that went takes its comments along."""
    return [link for link in state.of_side(observation.side) if not (link.live and rides(state, link, observation))]
