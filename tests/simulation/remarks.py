"""Comments in a history: what people say on tasks, and what must have become of it at the end.

Steps::

    ("comment", "a", 1, 4, 9)   a person says the fourth thing that is said, in the ninth wording, on task 1 on side a
    ("reword", "a", 4, 11)      … words it anew there
    ("unsay", "a", 4)           … takes it back there

A comment bears its number and its wording, ``c4 w9``, so that the oracle knows it wherever it stands. Whoever rewords
or takes back what we may just have made there, without knowing it yet, makes its end a matter of chance: such a one is
only demanded to be the same everywhere, or not even that.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connectors.contract import Holding, Verb
from connectors.task import Field, Kind
from sync.core.model import State
from sync.core.settle import CREATE_REFUSED
from tests.simulation.deeds import number_of
from tests.simulation.ledger import Ledger
from tests.simulation.places import Place
from tests.simulation.steps import Step

SHARE = 0.35
"""The part of histories in which people comment."""
WORDS = frozenset({"comment", "reword", "unsay"})
_SAID = re.compile(r"c(\d+) w(\d+)")


def weave(seed: int, sides: Sequence[str], steps: Sequence[Step]) -> list[Step]:
    """The same steps, with comments between them in a share of the histories, drawn apart from all else."""
    chance = random.Random(f"{seed}/comments")
    if chance.random() >= SHARE:
        return list(steps)
    woven: list[Step] = []
    tasks, said, wording = 0, 0, 0
    for step in steps:
        tasks += step[0] in {"add", "twins", "same"}
        if step[0] == "cycle" and tasks:
            some: list[Step] = []
            for _ in range(chance.choice((0, 1, 1, 2))):
                wording += 1
                word, side = chance.choice(("comment", "comment", "reword", "unsay")), chance.choice(sides)
                if word == "comment" or not said:
                    said += 1
                    some.append(("comment", side, chance.randint(1, tasks), said, wording))
                else:
                    number = chance.randint(1, said)
                    some.append(("unsay", side, number) if word == "unsay" else ("reword", side, number, wording))
            late = some.pop() if some and chance.random() < 0.3 else None
            woven += [*some, step if late is None else _meanwhile(step, 1 + int(chance.expovariate(1 / 22)), late)]
        else:
            woven.append(step)
    return woven


def _meanwhile(cycle: Step, at: int, late: Step) -> Step:
    """A cycle with one more incident."""
    word, order, incidents, *rest = cycle
    return (word, order, tuple(sorted((*incidents, (at, *late)), key=lambda one: one[0])), *rest)


@dataclass
class Said:
    """What was said: on which task; which wordings it got, and which somebody replaced; whether it was taken back."""

    task: int
    wordings: list[int]
    replaced: set[int] = field(default_factory=set)
    unsaid: bool = False
    blurred: bool = False  # touched while it may not have been known yet: it can have become two


@dataclass
class Remarks:
    """What people say on all sides. ``calm``: all that was to be done is done, and no cycle is on its way."""

    places: dict[str, Place]
    ledger: Ledger
    said: dict[int, Said] = field(default_factory=dict)
    calm: bool = True

    @property
    def tasks(self) -> frozenset[int]:
        """The tasks on which something was ever said."""
        return frozenset(one.task for one in self.said.values())

    def act(self, word: str, side: str, number: int, *rest: int) -> None:
        """One of the steps; nothing, where what it is about is not there."""
        place = self.places[side]
        if not holds(place):
            return
        if word == "comment":
            self._comment(place, number, *rest)
            return
        known = self.said.get(number)
        there = {ref: numbers_in(text) for ref, (_, text) in place.comments().items()}
        ref = next((ref for ref, (one, _) in there.items() if one == number), None)
        if known is None or ref is None:
            return
        known.blurred |= not self.calm
        if word == "unsay":
            known.unsaid = True
            place.unsay(ref)
        else:
            known.wordings += rest
            known.replaced.add(there[ref][1])
            place.reword(ref, worded(number, *rest))

    def _comment(self, place: Place, task: int, number: int, wording: int) -> None:
        shown = place.entries()
        ref = next((ref for ref in shown if number_of(shown[ref][Field.TITLE]) == task), None)
        if ref is not None and number not in self.said:
            self.said[number] = Said(task, [wording])
            place.say(ref, worded(number, wording))

    # What must be true

    def wrong(self, state: State) -> Iterator[str]:
        """What became of comments that should not have."""
        there = {side: place for side, place in self.places.items() if holds(place)}
        for number, one in self.said.items():
            found = {side: self._on(place, number) for side, place in there.items()}
            if not one.blurred:
                for side, times in found.items():
                    if len(times) > max(1, _tasks(there[side])[one.task]):  # each of two that are there has its own
                        yield f"comment {number} on {one.task} is {len(times)} times on {side}"
            if not one.blurred and self._can_tell(one.task):
                yield from self._spread(number, one, {s: t for s, t in found.items() if self._full(s, one, state)})

    def _spread(self, number: int, one: Said, found: dict[str, list[int]]) -> Iterator[str]:
        """What was said is on each side that can have it, once and alike; what was taken back unchanged is on none."""
        states = {tuple(wordings) for wordings in found.values()}
        if len(states) > 1:
            yield f"comment {number} on {one.task} differs: {found}"
        elif () in states and not one.unsaid:
            yield f"comment {number} on {one.task} is lost: nobody took it back"
        elif states and () not in states and one.unsaid and len(one.wordings) == 1:
            yield f"comment {number} on {one.task} was taken back, and is still there"
        for wording in {wording for wordings in found.values() for wording in wordings}:
            if wording not in one.wordings:
                yield f"comment {number} on {one.task} says what nobody said: {wording}"
            elif wording in one.replaced:
                yield f"comment {number} on {one.task} says again what was replaced"

    def _can_tell(self, task: int) -> bool:
        """Whether nothing happened to the task that makes its comments come or go."""
        ledger = self.ledger
        gone = {removal.number for removal in ledger.removals}
        near = {task, *(above for above, below in ledger.family.items() if task in below)}
        return not near & (gone | ledger.twins.keys() | {number for _, number in ledger.restored})

    def _full(self, side: str, one: Said, state: State) -> bool:
        """Whether a side can do all that is done to a comment, has its task once, and refused nothing of it."""
        place = self.places[side]
        can = place.eyes.capabilities
        if not (can.can(Verb.CREATE) and can.can(Verb.UPDATE) and can.can(Verb.DELETE)):
            return False
        if _tasks(place)[one.task] != 1:
            return False
        links = (
            state.link(task.id, side)
            for task in state.tasks.values()
            if task.kind is Kind.COMMENT and is_said(task, one)
        )
        return not any(link is not None and (link.reason == CREATE_REFUSED or link.refused) for link in links)

    def _on(self, place: Place, number: int) -> list[int]:
        """The wordings of a comment on a side."""
        return [
            wording for _, text in place.comments().values() for said, wording in [numbers_in(text)] if said == number
        ]


def _tasks(place: Place) -> Counter[int]:
    """How often each task is on a side, by its number."""
    return Counter(number_of(shown[Field.TITLE]) for shown in place.entries().values())


def is_said(task, one: Said) -> bool:
    """Whether a task of the engine is something that was said."""
    return numbers_in(str(task.values.get(Field.COMMENTS)))[1] in one.wordings


def holds(place: Place) -> bool:
    """Whether a side lists comments, and takes them."""
    return place.lists and place.eyes.capabilities.of(Field.COMMENTS).holding is Holding.TWO_WAY


def worded(number: int, wording: int) -> str:
    """The text of a comment."""
    return f"c{number} w{wording}"


def numbers_in(text: str) -> tuple[int, int]:
    """The number and the wording of a comment."""
    found = _SAID.search(text)
    if found is None:
        raise ValueError(f"a comment that nobody made: {text!r}")
    return int(found[1]), int(found[2])
