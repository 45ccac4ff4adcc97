"""Whether a read may be believed: completeness, and the incoming guards (stage 4).

=============================================================  =============================
a complete read of a side with linked tasks                    verdict
=============================================================  =============================
3 or more linked, lists none                                   ``emptied``: set aside, held
more than the share, and 3 or more, of the linked are missing  ``shrunk``: set aside until two more say the same
more than the limits of the linked changed in one read         ``changed``: set aside, held
an incremental read of a side with 3 or more, all deleted      ``emptied``: set aside, held
what a person let pass, or let pass for exactly this read      believed
=============================================================  =============================

A read that was set aside counts as evidence all the same (rule 11): a person who lifts a guard does not wait again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.task import Ref
from sync.core.diff import LinkDiff
from sync.core.facts import Observation, Read
from sync.core.model import Held, HeldKind, Link, Shrink, Side
from sync.core.policy import GroupPolicy

FEW: Final = 3
"""Fewer missing tasks than this are left to evidence.

Three is the least that looks like a fault and not like a person.
"""

EQUAL_READS: Final = 2
"""How many more complete reads must say the same before a shrunk side is believed (rule 11)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a guard says of a read: its name (empty: believed), why, and whether a person is asked."""

    guard: str = ""
    why: str = ""
    asks: bool = False


def missing_links(links: Sequence[Link], observation: Observation) -> list[Link]:
    """The live links that a complete read did not name, those that a get had nevertheless included."""
    listed = named(observation)
    return [link for link in links if link.live and link.ref not in listed]


def named(observation: Observation) -> frozenset[Ref]:
    """What the listing itself named: a listing that omits what is there is not to be believed either."""
    return observation.listed - observation.found if observation.found else observation.listed


def digest_of(observation: Observation, missing: Sequence[Link]) -> str:
    """What tells this read from another one, for a guard: which linked tasks it lacks, and how many it lists."""
    gone = sorted(str(link.ref) for link in missing)
    return f"{observation.digest}" if not gone else f"-{len(gone)}:{','.join(gone)[:2000]}"


def judge_changed(
    side: Side,
    observation: Observation,
    links: Sequence[Link],
    diffs: Sequence[LinkDiff],
    policy: GroupPolicy,
    allow: Collection[str],
    *,
    settled: int = 0,
) -> Verdict:
    """Whether too much of a side was changed at once to be people's work.

    ``settled``: how many live links there are besides ``links``.
    """
    live = settled + sum(1 for link in links if link.live)
    limit = policy.guards.changed
    edited = sum(1 for diff in diffs if any(not delta.derived for delta in diff.deltas))
    if limit is None or not limit.exceeded(edited, live) or _lifted("changed", side, observation.digest, allow):
        return Verdict()
    return Verdict("changed", f"{edited} of {live} linked tasks changed at once on {side.name}", asks=True)


def judge_missing(
    side: Side,
    observation: Observation,
    links: Sequence[Link],
    policy: GroupPolicy,
    *,
    now: datetime,
    allow: Collection[str],
    settled: int = 0,
) -> Verdict:
    """Whether a read lacks too much to be believed. Keeps the count of equal shrunk reads on ``side``.

    ``settled``: how many live links there are besides ``links``; a read that lacks one of them has it loaded.
    """
    live = [link for link in links if link.live]
    total = settled + len(live)
    if observation.read in {Read.POLLED, Read.SINCE} and settled:
        return Verdict()  # a task that is told to be gone would be loaded: the rest is there
    if observation.read is Read.POLLED:
        return _judge_polled(side, observation, live, policy, allow)
    if observation.read is Read.SINCE:
        return _judge_told(side, observation, live, policy, allow)
    if observation.read is not Read.COMPLETE:
        return Verdict()
    missing = missing_links(live, observation)
    digest = digest_of(observation, missing)
    if policy.guards.emptied and total >= FEW and not named(observation):
        verdict = Verdict("emptied", f"{side.name} lists no task, {total} were linked", asks=True)
        return Verdict() if _lifted("emptied", side, digest, allow) else verdict
    return _judge_shrunk(side, observation, total, missing, policy, now=now, allow=allow)


def _judge_shrunk(
    side: Side,
    observation: Observation,
    total: int,
    missing: Sequence[Link],
    policy: GroupPolicy,
    *,
    now: datetime,
    allow: Collection[str],
) -> Verdict:
    share, digest = policy.guards.shrunk, digest_of(observation, missing)
    if share is None or len(missing) < FEW or len(missing) <= share * total:
        side.shrink = None
        return Verdict()
    if _lifted("shrunk", side, digest, allow) or _believed(side, len(named(observation)), digest, policy, now):
        return Verdict()
    return Verdict("shrunk", f"{side.name} lists {total - len(missing)} of {total} linked tasks")


def _judge_polled(
    side: Side, observation: Observation, live: Sequence[Link], policy: GroupPolicy, allow: Collection[str]
) -> Verdict:
    """A side without a list that says of each linked task that it is gone is emptied too."""
    if not policy.guards.emptied or len(live) < FEW or not all(link.ref in observation.gone for link in live):
        return Verdict()
    if _lifted("emptied", side, digest_of(observation, live), allow):
        observation.answers = True  # a person says that this is the right place
        return Verdict()
    return Verdict("emptied", f"{side.name} knows none of its {len(live)} linked tasks", asks=True)


def _judge_told(
    side: Side, observation: Observation, live: Sequence[Link], policy: GroupPolicy, allow: Collection[str]
) -> Verdict:
    """A side that tells of each linked task that it was deleted, and names no other, is emptied too."""
    told = {ref for ref, entry in observation.entries.items() if entry.deleted}
    if not policy.guards.emptied or len(live) < FEW or named(observation):
        return Verdict()
    if not all(link.ref in told for link in live) or _lifted("emptied", side, digest_of(observation, live), allow):
        return Verdict()
    return Verdict("emptied", f"{side.name} lists none of its {len(live)} linked tasks any more", asks=True)


def _believed(side: Side, listed: int, digest: str, policy: GroupPolicy, now: datetime) -> bool:
    known = side.shrink
    if known is None or known.listed != listed or known.digest != digest:
        side.shrink = Shrink(listed=listed, times=0, at=now, digest=digest)
        return False
    if now - known.at >= policy.evidence.miss_gap and known.times < EQUAL_READS:
        side.shrink = Shrink(listed=listed, times=known.times + 1, at=now, digest=digest)
    return side.shrink is not None and side.shrink.times >= EQUAL_READS


def _lifted(guard: str, side: Side, digest: str, allow: Collection[str]) -> bool:
    if guard in allow:
        side.allowed_guard = digest
    return side.allowed_guard == digest and bool(digest)


def held_guard(side: Side, observation: Observation, verdict: Verdict, links: Sequence[Link], now: datetime) -> Held:
    """What a person is asked about a read that was set aside."""
    missing = missing_links(links, observation) if verdict.guard == "emptied" else []
    digest = digest_of(observation, missing)
    return Held(
        kind=HeldKind.GUARD,
        key=f"guard:{verdict.guard}:{side.name}",
        why=f"{verdict.why}: the read was set aside, and nothing is written there",
        choices=("approve", "refuse"),
        side=side.name,
        since=now,
        data={"guard": verdict.guard, "read": digest},
    )
