"""What is known to be stored of a group: digests of its rows, so that a row that did not change is not written."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.task import Ref
from sync.core.model import LinkKey, SideName, TaskId


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A stored link: its digest, and its ref, which must be free before another link of the side takes it."""

    digest: bytes
    ref: Ref | None


@dataclass(frozen=True, slots=True)
class KnownHeld:
    """A stored held item: its digest, and its decision, which a person may have made meanwhile."""

    digest: bytes
    decision: str


@dataclass(slots=True)
class Known:
    """What was last loaded or written of a group."""

    group: int
    next_task: TaskId
    side_ids: dict[SideName, int] = field(default_factory=dict)
    sides: dict[SideName, bytes] = field(default_factory=dict)
    tasks: dict[TaskId, bytes] = field(default_factory=dict)
    settled: set[TaskId] = field(default_factory=set)  # of these tasks
    links: dict[LinkKey, KnownLink] = field(default_factory=dict)
    intents: dict[int, bytes] = field(default_factory=dict)
    held: dict[int, KnownHeld] = field(default_factory=dict)
