"""The verdict: the group comes to rest, then everything is looked at."""

from __future__ import annotations

from tests.simulation.oracle import agreement, edits, invented, made, presence
from tests.simulation.oracle.end import End, stored
from tests.simulation.oracle.quiet import Quiet
from tests.simulation.play import Play

A_DAY = 90_000  # seconds: so long that everything is read again


def judge(play: Play) -> list[str]:
    """What is wrong with a history that was played."""
    play.people.adopt_all()
    wrong = play.doubles + play.ledger.faults_found + Quiet(play).settle()
    if not wrong and _is_incremental(play):
        wrong += edits.wrong(End.of(play), told=True)
        play.do(("pass", A_DAY + play.set_back))
        wrong += Quiet(play).settle()
    if wrong:
        return wrong
    end = End.of(play)
    return [
        *play.doubles,
        *play.ledger.faults_found,
        *invented.edits(end),
        *invented.statuses(end),
        *presence.wrong(end),
        *agreement.wrong(end),
        *edits.wrong(end),
        *made.wrong(end),
        *invented.values(end),
        *play.remarks.wrong(stored(play)[0]),
    ]


def _is_incremental(play: Play) -> bool:
    """Whether something is found by a sweep only: what was deleted for good, what a filter omits."""
    return any(place.eyes.capabilities.increment is not None for place in play.places.values())
