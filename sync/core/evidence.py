"""What proves that something was deleted, and what comes back (rules 11, 13).

=====================================================  ===========================================================
what a trustworthy read says of a linked task          what it is
=====================================================  ===========================================================
a tombstone                                            deleted
listed, or not named by an incremental read            there
not listed, found in another container                 out of scope: let go, restored when it is listed again
not listed, a get says Gone in two cycles              deleted, while the side itself answers; else waiting
… no list, and no other task answers                   held: a person is asked
not listed, a get finds it                             there: the listing was not complete
not listed, no get, missed often enough, far enough    deleted; held where vanishing may mean archived
… otherwise                                            waiting
let go, listed again after it was proved absent        restored
… deleted from here                                    absent once a complete read lacks it
… it was to stay there                                 absent once that would prove a delete
=====================================================  ===========================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connectors.contract import Capabilities, DeleteMeans, Verb
from connectors.task import Field, Kind
from sync.core.facts import Observation, Read
from sync.core.model import Link, LinkLife, State
from sync.core.owners import rides
from sync.core.policy import GroupPolicy, SideSpec

GONE_CYCLES: Final = 2
"""In how many cycles a get must say Gone (rule 11)."""

DELETED_HERE: Final = "deleted from here"
UNDONE: Final = "undone"
"""Of a live link: its entry was made in a cycle that was undone, and is to be deleted there. The task lives on."""


@dataclass(slots=True)
class Evidence:
    """The links of one side by what was proved in this cycle."""

    deleted: list[Link] = field(default_factory=list)
    waiting: list[tuple[Link, str]] = field(default_factory=list)
    doubtful: list[tuple[Link, str]] = field(default_factory=list)  # enough misses, and they may mean something else
    outside: list[tuple[Link, str]] = field(default_factory=list)
    restored: list[Link] = field(default_factory=list)


def weigh(
    state: State, observation: Observation, spec: SideSpec, policy: GroupPolicy, *, now: datetime, aside: bool
) -> Evidence:
    """Look at every link of a side. A read that was set aside only counts misses."""
    found = Evidence()
    complete = observation.read is Read.COMPLETE
    for link in (one for one in state.of_side(spec.name) if not _is_passed(state, one, observation, spec)):
        entry = observation.entries.get(str(link.ref))
        if link.live:
            if entry is not None and entry.deleted:
                if not aside:
                    found.deleted.append(link)
            elif entry is not None and entry.container:
                if not aside:
                    found.outside.append((link, entry.container))
            elif entry is not None or link.ref in observation.listed:
                _is_there(link)
            elif link.ref in observation.gone or complete:
                _is_missing(link, observation, spec, policy, found, now=now, aside=aside)
        elif not aside:
            _let_go_link(link, observation, spec, policy, found, now=now)
    return found


def _is_passed(state: State, link: Link, observation: Observation, spec: SideSpec) -> bool:
    """Whether nothing is to be concluded of a comment: its task tells, or comments are not synced any more."""
    if state.tasks[link.task].kind is Kind.TASK:
        return False
    return not spec.reads(Field.COMMENTS) or rides(state, link, observation)


def _is_there(link: Link) -> None:
    link.gone = 0
    link.misses = 0
    link.missed_at = None
    link.uncertain = frozenset()


def _is_missing(
    link: Link,
    observation: Observation,
    spec: SideSpec,
    policy: GroupPolicy,
    found: Evidence,
    *,
    now: datetime,
    aside: bool,
) -> None:
    if link.ref in observation.gone and not observation.answers:
        _is_alone(link, found, aside=aside)
        return
    lacking = _count(link, observation, spec, policy, now)
    if lacking:
        found.waiting.append((link, lacking))
    elif aside:
        found.waiting.append((link, "its side's read was set aside"))
    elif spec.capabilities.absence_is_ambiguous:
        found.doubtful.append((link, f"it vanished from {link.side}, where that may mean deleted or archived"))
    else:
        found.deleted.append(link)


def _count(link: Link, observation: Observation, spec: SideSpec, policy: GroupPolicy, now: datetime) -> str:
    """Count one more look that lacks an entry. What its absence still needs to be proved; empty: nothing."""
    if spec.capabilities.can(Verb.GET):
        if link.ref in observation.gone and observation.answers:
            link.gone = min(link.gone + 1, GONE_CYCLES)
        if link.gone < GONE_CYCLES:
            return (
                "gone once, asked again in the next cycle"
                if link.gone
                else "not listed, and asking for it gave no answer"
            )
    else:
        needed = policy.evidence.misses
        if link.missed_at is None or now - link.missed_at >= policy.evidence.miss_gap:
            link.misses = min(link.misses + 1, needed)
            link.missed_at = now
        if link.misses < needed:
            return f"missing in {link.misses} of {needed} complete reads"
    return ""


def _is_alone(link: Link, found: Evidence, *, aside: bool) -> None:
    """Gone, on a side without a list where no other task is known to be there: that may as well be the wrong place."""
    link.misses = min(link.misses + 1, GONE_CYCLES)
    if aside or link.misses < GONE_CYCLES:
        found.waiting.append((link, "gone, and no other task of that side answers"))
    else:
        found.doubtful.append((link, f"it is gone from {link.side}, and no other task there answers"))


def _let_go_link(
    link: Link, observation: Observation, spec: SideSpec, policy: GroupPolicy, found: Evidence, *, now: datetime
) -> None:
    """Absent, and then listed again: restored. One listing that lacks what was to stay there proves nothing yet."""
    entry = observation.entries.get(str(link.ref))
    if entry is not None and (entry.deleted or entry.container):
        link.absent = True
    elif entry is not None or link.ref in observation.listed:
        _is_there(link)
        if link.absent:
            found.restored.append(link)
    elif observation.read is Read.COMPLETE or link.ref in observation.gone:
        link.absent = not may_stand(link, spec.capabilities) or not _count(link, observation, spec, policy, now)


def may_stand(link: Link, capabilities: Capabilities) -> bool:
    """Whether the entry of a link that was let go was to stay there, as far as is known: no delete of it arrived."""
    deletes = capabilities.can(Verb.DELETE) and capabilities.delete_means is not DeleteMeans.STATUS
    return not (link.live or link.absent or (deletes and link.reason in {DELETED_HERE, UNDONE}))


def let_go(link: Link, reason: str, *, absent: bool = False) -> None:
    """End a link, and remember it: nothing is made there again for that task, and the ref is not new."""
    link.life = LinkLife.LET_GO
    link.reason = reason
    link.absent = absent
    link.acked.clear()
    link.misses, link.gone, link.missed_at = 0, 0, None
    link.uncertain = frozenset()
