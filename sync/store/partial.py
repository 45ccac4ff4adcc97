"""Reading a part of a group: what is open, and what a read touches, each with its relatives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Select, func, select

from connectors.task import Native, Ref
from sync.core.model import SideName, State, TaskId
from sync.store.documents import escape, load_object, unescape
from sync.store.known import Known
from sync.store.loading import load_links, load_tasks, uncollected
from sync.store.once import Once
from sync.store.tables import LINK, OPEN_TASK, TASK

Item = TypeVar("Item")

FEW: Final = 1_000
AT_ONCE: Final = 1_000  # rows that a database hands over at once, of very many
CHUNK: Final = 500  # parameters of one statement: databases take a few tens of thousands at most


@dataclass(slots=True)
class Part:
    """A part of a group: its state, which grows, and what is known to be stored of it."""

    state: State
    known: Known
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was last read of an entry, decoded when it is asked for."""

    raw_hash: str
    text: str

    @property
    def native(self) -> Native:
        """What the vendor sent."""
        return load_object(self.text)


def hashes(connection: Connection, side: int, refs: Sequence[Ref] | None) -> dict[Ref, str]:
    """The hash of what was last read of each of these refs of a side, as far as they are linked; None: of all."""
    rows = _of_refs(connection, select(LINK.c.ref, LINK.c.raw_hash), side, refs)
    return {unescape(ref): raw_hash for ref, raw_hash in rows}


def unlisted(connection: Connection, side: int, listed: Container[Ref]) -> list[Ref]:
    """The refs of a side that are not among these."""
    rows = _of_refs(connection, select(LINK.c.ref), side, None)
    return [ref for (told,) in rows if (ref := unescape(told)) not in listed]


def tied_to(connection: Connection, side: int, ref: Ref) -> TaskId | None:
    """The task that a ref of a side is linked to; None where there is none."""
    statement = select(LINK.c.task_id).where(LINK.c.side_id == side, LINK.c.ref == escape(ref))
    return connection.execute(statement).scalar()


def remembered(connection: Connection, side: int, refs: Sequence[Ref] | None) -> dict[Ref, Remembered]:
    """What was last read of each of these refs of a side, as far as they are linked; None: of all."""
    rows = _of_refs(connection, select(LINK.c.ref, LINK.c.raw_hash, LINK.c.native), side, refs)
    return {unescape(ref): Remembered(raw_hash, native) for ref, raw_hash, native in rows}


def _of_refs(
    connection: Connection, columns: Select[*tuple[Any, ...]], side: int, refs: Sequence[Ref] | None
) -> Iterator[Sequence[str]]:
    statement = columns.where(LINK.c.side_id == side, LINK.c.ref.is_not(None))
    if refs is None:
        for some in connection.execute(statement, execution_options={"yield_per": AT_ONCE}).partitions():
            yield from some
        return
    for chunk in _chunks([escape(ref) for ref in refs]):
        yield from connection.execute(statement.where(LINK.c.ref.in_(chunk))).all()


def load_open(connection: Connection, part: Part) -> bool:
    """The tasks about which something is open, with their relatives. Whether that is quicker than to load all.

    While no side was met it is done in any case: there may be very many tasks more.
    """
    mine = TASK.c.group_id == part.known.group
    open_ = set(connection.execute(select(TASK.c.id).where(mine, OPEN_TASK)).scalars())
    every = connection.execute(select(func.count()).select_from(TASK).where(mine)).scalar_one()
    if _are_many(len(open_), every) and any(side.met for side in part.state.sides.values()):
        return False
    part.state.partial, part.state.settled = True, every - len(open_)
    _load(connection, part, open_)
    return True


def load_tied(
    connection: Connection,
    part: Part,
    refs: Mapping[SideName, Collection[Ref]],
    tasks: Collection[TaskId],
    *,
    below: bool = True,
) -> None:
    """The tasks that these refs are linked to, and these tasks, each with its relatives; or with those above it."""
    found = set(tasks)
    for name, mine in refs.items():
        side = part.known.side_ids.get(name)
        for chunk in _chunks([escape(ref) for ref in mine]):
            statement = select(LINK.c.task_id).where(LINK.c.side_id == side, LINK.c.ref.in_(chunk))
            found.update(connection.execute(statement).scalars())
    if _are_many(len(found), part.state.settled + len(part.state.tasks)):
        load_rest(connection, part)
    else:
        _load(connection, part, found - part.state.tasks.keys(), below=below)


def put_back(part: Part) -> None:
    """Forget the tasks that are loaded, and their links: they are as they are stored."""
    state, known = part.state, part.known
    state.partial, state.settled = True, state.settled + len(state.tasks)
    state.tasks, state.links = {}, {}
    known.tasks.clear()
    known.links.clear()
    known.settled.clear()


def load_rest(connection: Connection, part: Part) -> None:
    """What is not there yet."""
    tasks = connection.execute(select(TASK.c.id).where(TASK.c.group_id == part.known.group)).scalars()
    _load_rows(connection, part, sorted(set(tasks) - part.state.tasks.keys()))


def _load(connection: Connection, part: Part, tasks: Collection[TaskId], *, below: bool = True) -> None:
    wanted = _with_relatives(connection, set(tasks), below=below) - part.state.tasks.keys()
    _load_rows(connection, part, sorted(wanted))


def _load_rows(connection: Connection, part: Part, wanted: Sequence[TaskId]) -> None:
    """These tasks and their links, in the order in which a whole state has them."""
    if not wanted:
        return
    state, known = part.state, part.known
    more, once = State(group=state.group, sides=state.sides), Once()
    with uncollected():
        for chunk in _chunks(wanted):
            load_tasks(connection, more, known, once, TASK.c.id.in_(chunk))
            for side in state.sides:
                if side in known.side_ids:
                    load_links(connection, more, known, side, once, LINK.c.task_id.in_(chunk))
    order = {side: place for place, side in enumerate(state.sides)}
    links = {**state.links, **more.links}
    # New mappings at one stroke: other sides are being read meanwhile, and look through those that they have.
    state.tasks = dict(sorted({**state.tasks, **more.tasks}.items()))
    state.links = dict(sorted(links.items(), key=lambda item: (order[item[0][1]], item[0][0])))
    state.settled -= sum(task in known.settled for task in wanted)


def _are_many(some: int, every: int) -> bool:
    """Whether reading all is quicker than reading some by their numbers."""
    return some > FEW and 2 * some > every


def _with_relatives(connection: Connection, tasks: set[TaskId], *, below: bool) -> set[TaskId]:
    """All that is in one tree with these tasks: what is above them, and everything below that, where it is wanted."""
    above = select(TASK.c.parent).where(TASK.c.parent.is_not(None))
    found = _closure(connection, tasks, lambda chunk: above.where(TASK.c.id.in_(chunk)))
    if not below:
        return found
    children = select(TASK.c.id).where(TASK.c.parent.is_not(None))
    return _closure(connection, found, lambda chunk: children.where(TASK.c.parent.in_(chunk)))


def _closure(
    connection: Connection, tasks: set[TaskId], step: Callable[[Sequence[TaskId]], Select[tuple[TaskId]]]
) -> set[TaskId]:
    found, fresh = set(tasks), set(tasks)
    while fresh:
        reached: set[TaskId] = set()
        for chunk in _chunks(sorted(fresh)):
            reached.update(connection.scalars(step(chunk)))
        fresh = reached - found
        found |= fresh
    return found


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
