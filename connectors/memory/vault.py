"""The server that the memory connector speaks to: tasks in memory, or in a JSON file.

A connector reaches it through the requests (:meth:`Vault.listed`, :meth:`Vault.found`, :meth:`Vault.create` …), which
are counted and can be made to fail. People reach it through :meth:`Vault.add`, :meth:`Vault.edit`, :meth:`Vault.move`,
:meth:`Vault.remove`, :meth:`Vault.restore` and :meth:`Vault.rehome`, which always work. Whatever is handed out is a
copy.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Final, Self, TypeAlias

from connectors.contract import Verb
from connectors.errors import Applied, Gone, Rejected, Stale
from connectors.memory import edits, remarks
from connectors.memory.members import is_comment
from connectors.memory.settings import MemorySettings
from connectors.memory.storage import Contents, KeptFile
from connectors.memory.wire import PLAIN, Manners, Members
from connectors.task import Field, Native, Ref

Hook: TypeAlias = Callable[[str, str], None]
Listing: TypeAlias = Callable[[list[Members]], list[Members]]

WRITES: Final = frozenset({Verb.CREATE, Verb.UPDATE, Verb.DELETE})


class Vault:
    """A small task server. Safe to use from several threads, and with a file from several processes.

    ``now`` is the server's clock: it may go wrong for a test. ``requests`` counts what connectors asked, by verb,
    failed ones included. ``hook`` is called with a verb and ``"before"`` or ``"after"`` around each request: what it
    raises before, happens instead of the request; what it raises after, instead of the answer. ``listing`` may tamper
    with what a complete listing names.
    """

    def __init__(
        self, manners: Manners = PLAIN, *, now: Callable[[], datetime], name: str = "vault", file: Path | None = None
    ) -> None:
        self.manners = manners
        self.now = now
        self.name = name
        self.requests: Counter[Verb] = Counter()
        self.hook: Hook | None = None
        self.listing: Listing | None = None
        self._lock = threading.RLock()
        self._file = KeptFile(file) if file is not None else None
        self._own = Contents()

    @classmethod
    def of(cls, settings: MemorySettings, now: Callable[[], datetime]) -> Self:
        """The vault that settings share; one is made, and shared from now on, where there is none yet."""
        if settings.shared is None:
            file = Path(settings.file) if settings.file is not None else None
            settings.shared = cls(settings.manners(), now=now, name=f"vault {settings.vault}", file=file)
        if not isinstance(settings.shared, cls):
            raise TypeError(f"{settings.vault}: what is shared is no vault: {type(settings.shared).__name__}")
        return settings.shared

    # -- What a connector asks ---------------------------------------------------------------------------------------

    def reach(self) -> None:
        """Answer that the vault is there. Raises ``BadSettings`` when its file is unusable."""
        with self._request(Verb.CHECK):
            pass

    def listed(self) -> list[Members]:
        """All tasks in this container, then their comments, each in the order in which they were made."""
        with self._request(Verb.CHANGES) as contents:
            found = [deepcopy(task) for task in contents.tasks.values() if not task["container"]]
            comments = (remarks.shown(contents, ref) for ref in contents.comments)
            found += [comment for comment in comments if "container" not in comment]
            return self.listing(found) if self.listing is not None else found

    def count(self, *, comments: bool) -> int:
        """How many tasks, and comments, a listing should name: part of its answer, no request of its own."""
        with self._opened() as contents:
            here = {ref for ref, task in contents.tasks.items() if not task["container"]}
            on_them = sum(one["parent"] in here for one in contents.comments.values()) if comments else 0
            return len(here) + on_them

    def state(self) -> tuple[int, int]:
        """Epoch and change counter: where the next incremental listing may start."""
        with self._opened() as contents:
            return contents.epoch, contents.revision

    def listed_since(self, revision: int) -> list[Members]:
        """Tasks that changed after a revision, those in other containers too, and tombstones."""
        with self._request(Verb.CHANGES) as contents:
            return edits.since(contents, revision)

    def turn(self) -> None:
        """Count the request for one more page of a listing."""
        with self._request(Verb.CHANGES):
            pass

    def found(self, ref: Ref) -> Members:
        """One task, in this container or another. Raises ``Gone``."""
        with self._request(Verb.GET) as contents:
            return self._there(contents, ref)

    def marked(self, marker: str) -> Members | None:
        """The task that was made with a marker, as its id or beside it."""
        with self._request(Verb.FIND_MARKER) as contents:
            both = (*contents.tasks.values(), *contents.comments.values())
            named = [task for task in both if marker in {task["id"], task.get("marker")}]
            return deepcopy(named[0]) if named else None

    def create(self, members: Native, marker: str) -> Members:
        """A new task as it is stored. Raises ``Rejected`` for a parent that is not there, or an id that is taken."""
        with self._request(Verb.CREATE) as contents:
            ref = marker if self.manners.client_ids else contents.new_ref()
            if contents.has_had(ref):
                raise Rejected(f"there is a task {ref} in {self.name} already")
            self._check_parent(contents, ref, members)
            extra: Members = {"marker": marker} if self.manners.markers else {}
            add = remarks.add if is_comment(members) else edits.add
            add(contents, ref, {**members, **extra}, self.manners, self.now())
            return self._there(contents, ref)

    def update(self, ref: Ref, members: Native, revision: int | None) -> list[Members]:
        """A task after some members were replaced, and after it those that were closed along with it.

        Raises ``Gone``, ``Stale`` when it is at another revision by now, ``Rejected`` for a parent that is not there.
        """
        with self._request(Verb.UPDATE) as contents:
            task = self._there(contents, ref)
            if self.manners.etags and revision is not None and revision != task["revision"]:
                raise Stale(f"task {ref} in {self.name} was changed since it was read")
            self._check_parent(contents, ref, members)
            closed = edits.change(contents, ref, members, self.manners, self.now())
            return [self._there(contents, each) for each in (ref, *closed)]

    def delete(self, ref: Ref) -> list[Members]:
        """The task that was deleted or archived as it was, and after it those that went along. Raises ``Gone``."""
        with self._request(Verb.DELETE) as contents:
            self._there(contents, ref)
            return edits.drop(contents, ref, self.manners, self.now())

    # -- What people do ----------------------------------------------------------------------------------------------

    def add(self, members: Native) -> Ref:
        """Make a task; its id."""
        with self._opened() as contents:
            ref = contents.new_ref()
            edits.add(contents, ref, members, self.manners, self.now())
            return ref

    def comment(self, task: Ref, text: str, author: str = "") -> Ref:
        """Comment on a task; the comment's id. It is edited and removed as a task is."""
        with self._opened() as contents:
            ref = contents.new_ref()
            members: Members = {"comments": text, "parent": task, "author": author}
            remarks.add(contents, ref, members, self.manners, self.now())
            return ref

    def edit(self, ref: Ref, members: Native) -> None:
        """Replace some members of a task. Raises ``KeyError`` when it is not there."""
        with self._opened() as contents:
            edits.change(contents, ref, members, self.manners, self.now())

    def move(self, ref: Ref, *, parent: Ref | None, position: int | None = None) -> None:
        """Put a task under another (None: at the root), at a rank from 1 (None: last)."""
        self.edit(ref, {"parent": parent, "position": position})

    def remove(self, ref: Ref) -> None:
        """Delete a task, or archive it where that is what deleting means."""
        with self._opened() as contents:
            edits.drop(contents, ref, self.manners, self.now())

    def restore(self, ref: Ref) -> None:
        """Bring a deleted or archived task back under its old id."""
        with self._opened() as contents:
            edits.restore(contents, ref, self.manners, self.now())

    def rehome(self, ref: Ref, container: str) -> None:
        """Move a task to another container: it is not listed here any more, and can be got by its id ("": back)."""
        with self._opened() as contents:
            edits.rehome(contents, ref, container, self.manners, self.now())

    def forget(self) -> None:
        """Make all cursors that were handed out invalid."""
        with self._opened() as contents:
            contents.epoch += 1
            contents.tombstones.clear()

    # -- What tests look at ------------------------------------------------------------------------------------------

    def tasks(self) -> list[Members]:
        """All tasks that are in this container and are neither deleted nor archived away."""
        with self._opened() as contents:
            hidden = self.manners.archive_deletes
            return [
                deepcopy(task)
                for task in contents.tasks.values()
                if not task["container"] and not (hidden and task["archived"])
            ]

    def comments(self, task: Ref | None = None) -> list[Members]:
        """All comments, or those on one task."""
        with self._opened() as contents:
            return [deepcopy(one) for one in contents.comments.values() if task in {None, one["parent"]}]

    def task(self, ref: Ref) -> Members:
        """One task, wherever it is. Raises ``KeyError`` when it was deleted."""
        with self._opened() as contents:
            return deepcopy(contents.tasks[ref])

    @property
    def writes(self) -> int:
        """How many changing requests were made."""
        return sum(self.requests[verb] for verb in WRITES)

    # -- How it works ------------------------------------------------------------------------------------------------

    @contextmanager
    def _request(self, verb: Verb) -> Iterator[Contents]:
        with self._lock:
            self.requests[verb] += 1
        hook = self.hook
        if hook is not None:
            hook(verb, "before")
        with self._opened() as contents:
            yield contents
        if hook is not None:
            hook(verb, "after")

    @contextmanager
    def _opened(self) -> Iterator[Contents]:
        with self._lock:
            if self._file is None:
                yield self._own
            else:
                with self._file.opened() as contents:
                    yield contents

    def _there(self, contents: Contents, ref: Ref) -> Members:
        """A copy of a task or a comment."""
        if ref in contents.comments:
            return remarks.shown(contents, ref)
        task = contents.tasks.get(ref)
        if task is None:
            raise Gone(f"there is no task {ref} in {self.name}", applied=Applied.NO)
        return deepcopy(task)

    def _check_parent(self, contents: Contents, ref: Ref, members: Native) -> None:
        parent = members.get("parent")
        remark = is_comment(members) and ref not in contents.comments
        if not remark and (parent is None or not self.manners.parents):
            return
        if parent not in contents.tasks:
            raise Rejected(
                f"there is no task {parent} in {self.name} to be the parent", fields=frozenset({Field.PARENT})
            )
        if parent == ref or parent in edits.descendants(contents, ref):
            raise Rejected(f"task {ref} in {self.name} cannot be under itself", fields=frozenset({Field.PARENT}))
