"""The ledger: a file beside the store that survives the store, for sides without a list.

What is on a side with a list can be found again when a store is lost: it is read, and matched. On a side without one
nobody can look, and a new store would make everything there a second time. So the ties of its tasks are written down
once more, beside the store, as lines that ``import`` takes; and a store that knows nothing of such a side, while the
ledger names it, makes nothing there until a person has imported the ties or said that nothing is there.

Its first line names each side with the fingerprint of its container: another container was never written to.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.contract import Discovery
from sync.core.model import SideName, State
from sync.core.policy import GroupPolicy
from sync.store import StoreError, give_to_owner_of
from sync.ties import start_of, ties_of

SUFFIX: Final = ".ties"
HEAD: Final = "# tasksync: ties of tasks on sides without a list, for `tasksync import` after a store was lost. "


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger of a store that is a file; every group of the store has its lines in it."""

    file: Path

    @classmethod
    def beside(cls, store: Path) -> Ledger:
        """The ledger of the store in this file."""
        return cls(file=store.with_suffix(SUFFIX))

    def remembered(self, group: str, policy: GroupPolicy) -> list[SideName]:
        """The sides of a group, as they are configured now, on which a store had tasks."""
        marks, _ = self._content()
        return [spec.name for spec in policy.sides if marks.get(f"{group}/{spec.name}") == spec.fingerprint]

    def of_group(self, group: str) -> tuple[list[SideName], list[str]]:
        """The sides of a group whose ties are written down, and the lines."""
        marks, lines = self._content()
        prefix = f"{group}/"
        named = [name.removeprefix(prefix) for name in marks if name.startswith(prefix)]
        return named, [line for line in lines if line.startswith(start_of(group))]

    def note(self, state: State, policy: GroupPolicy, *, making: Sequence[SideName] = ()) -> None:
        """Write down the ties of a group's tasks on sides without a list, and ``making``: where one is made next.

        Raises ``StoreError``.
        """
        sides = [spec.name for spec in policy.sides if spec.capabilities.discovery is Discovery.POINT]
        if not sides or any(state.sides[name].lost for name in sides):
            return  # what is written there is all that is left of the ties
        marks, lines = self._content()
        ties = [tie for tie in ties_of(state) if any(name in tie.refs for name in sides)]
        used = {*making, *(name for tie in ties for name in tie.refs)}
        prefix = f"{state.group}/"
        told = {name: mark for name, mark in marks.items() if not name.startswith(prefix)}
        told |= {prefix + name: policy.side(name).fingerprint for name in sides if name in used}
        kept = [line for line in lines if not line.startswith(start_of(state.group))]
        kept += [tie.text() for tie in ties]
        if (told, kept) != (marks, lines):
            self._write(told, kept)

    def _content(self) -> tuple[dict[str, str], list[str]]:
        """The fingerprints in the first line, and the lines; nothing where there is no such file, or another's."""
        try:
            head, *lines = self.file.read_text("utf-8").splitlines() or [""]
        except (OSError, UnicodeDecodeError):
            return {}, []
        marks: object = None
        with suppress(ValueError):
            marks = json.loads(head.removeprefix(HEAD))
        if not isinstance(marks, Mapping):
            return {}, []
        return {str(name): str(mark) for name, mark in marks.items()}, [line for line in lines if line]

    def _write(self, marks: Mapping[str, str], lines: Sequence[str]) -> None:
        text = "\n".join([HEAD + json.dumps(dict(sorted(marks.items())), ensure_ascii=False), *lines, ""])
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                give_to_owner_of(draft.parent, handle)
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self.file)
        except OSError as error:
            raise StoreError(
                f"The ledger {self.file} cannot be written: {error.strerror}.",
                "It is kept for the day on which the store is lost: make room there, or let tasksync write.",
            ) from error
