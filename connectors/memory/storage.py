"""What a vault holds, and the JSON file in which it may be kept.

The file is replaced as a whole, so that it is never half written, and it is read again when somebody else replaced it:
a person with an editor, or another process. A lock file beside it (``.lock``) makes reading, changing and writing one
step.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from connectors.errors import BadSettings
from connectors.memory.wire import BLANK, BLANK_COMMENT, Members
from connectors.task import JsonValue, Ref

_Signature: TypeAlias = tuple[int, int, int] | None
_NEVER: Final = (0, 0, 0)
"""The signature of no file that there is: the next look at it reads it."""


@dataclass(slots=True)
class Contents:
    """Everything in a vault. ``revision`` counts changes; ``epoch`` grows when old cursors are forgotten."""

    tasks: dict[Ref, Members] = field(default_factory=dict)
    comments: dict[Ref, Members] = field(default_factory=dict)
    trash: dict[Ref, Members] = field(default_factory=dict)
    tombstones: dict[Ref, int] = field(default_factory=dict)
    revision: int = 0
    epoch: int = 1
    next_id: int = 1

    def touch(self, ref: Ref) -> None:
        """Count a change of a task or a comment."""
        self.revision += 1
        (self.comments if ref in self.comments else self.tasks)[ref]["revision"] = self.revision

    def has_had(self, ref: Ref) -> bool:
        """Whether something here has an id, or had it."""
        return ref in self.tasks or ref in self.comments or ref in self.trash

    def new_ref(self) -> Ref:
        """An id that nothing here has or had."""
        while True:
            ref = f"m{self.next_id}"
            self.next_id += 1
            if not self.has_had(ref):
                return ref


class KeptFile:
    """A vault's JSON file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._contents = Contents()
        self._seen: _Signature = None

    @contextmanager
    def opened(self) -> Iterator[Contents]:
        """The contents as they are in the file now; what is changed in them is written at the end.

        Raises ``BadSettings`` when the file cannot be read, is no vault, or cannot be written.
        """
        with self._locked():
            self._read()
            before = (self._contents.revision, self._contents.epoch)
            try:
                yield self._contents
                if before != (self._contents.revision, self._contents.epoch):
                    self._write()
            except BaseException:
                self._seen = _NEVER  # a change that broke off is forgotten: the file is read again
                raise

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                lock = stack.enter_context(self.path.with_name(f"{self.path.name}.lock").open("a"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError as error:
                raise self._unusable("cannot be locked", error) from error
            yield

    def _read(self) -> None:
        try:
            signature = _signature(self.path)
            if signature is None:
                self._contents, self._seen = Contents(), None
            elif signature != self._seen:
                self._contents = _parsed(self.path.read_text(encoding="utf-8"))
                self._seen = signature
        except (OSError, ValueError, RecursionError) as error:
            raise self._unusable("cannot be read as a vault", error) from error

    def _write(self) -> None:
        draft = self.path.with_name(f"{self.path.name}.new")
        try:
            # Not synced to the disk: it must survive the end of a process, not of the machine.
            draft.write_text(json.dumps(asdict(self._contents), indent=1), encoding="utf-8")
            draft.replace(self.path)
            self._seen = _signature(self.path)
        except OSError as error:
            raise self._unusable("cannot be written", error) from error

    def _unusable(self, what: str, error: Exception) -> BadSettings:
        return BadSettings(
            f"the vault file {self.path} {what}: {error}", hint="check `file` of this side, and that its folder exists"
        )


def _signature(path: Path) -> _Signature:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return (stat.st_ino, stat.st_mtime_ns, stat.st_size)


def _parsed(text: str) -> Contents:
    """The contents that a file tells; a person may have written only the members that matter to them."""
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError('it is no object with "tasks"')  # noqa: TRY004 - what is wrong is the file
    for name, value in data.items():
        if name not in _FORMS:
            raise ValueError(f'it has an unknown member "{name}"')
        if not _FORMS[name](value):
            raise ValueError(f'its member "{name}" is not what it should be')
    contents = Contents(**data)
    for ref, task in contents.tasks.items():
        contents.tasks[ref] = {**deepcopy(dict(BLANK)), "revision": 0, **task, "id": ref}
    for ref, comment in contents.comments.items():
        contents.comments[ref] = {**BLANK_COMMENT, "revision": 0, **comment, "id": ref}
    return contents


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are_tasks(value: JsonValue) -> bool:
    return isinstance(value, dict) and all(isinstance(task, dict) for task in value.values())


def _are_numbers(value: JsonValue) -> bool:
    return isinstance(value, dict) and all(_is_number(number) for number in value.values())


_FORMS: Final[Mapping[str, Callable[[JsonValue], bool]]] = {
    "tasks": _are_tasks,
    "comments": _are_tasks,
    "trash": _are_tasks,
    "tombstones": _are_numbers,
    "revision": _is_number,
    "epoch": _is_number,
    "next_id": _is_number,
}
