"""A history: a setup and its steps, played and judged; and made smaller while it still fails."""

from __future__ import annotations

import logging
import pprint
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.draw import draw
from tests.simulation.oracle import judge
from tests.simulation.play import Play
from tests.simulation.steps import Setup, Step


@dataclass(frozen=True)
class History:
    """What a seed draws, or what was kept."""

    setup: Setup
    steps: Sequence[Step]

    @classmethod
    def of(cls, seed: int) -> History:
        """The history of a seed."""
        return cls(*draw(seed))

    def __str__(self) -> str:
        return f"SETUP = {pprint.pformat(self.setup, width=116)}\nSTEPS = {pprint.pformat(list(self.steps), width=116)}"


@dataclass(frozen=True)
class Outcome:
    """What is wrong with a history, its log of events, and its figures."""

    wrong: tuple[str, ...]
    log: tuple[str, ...]
    figures: Counter

    @property
    def kind(self) -> str:
        """What is wrong first, without what differs from history to history."""
        return "".join(sign for sign in self.wrong[0] if not sign.isdigit())[:24] if self.wrong else ""


def play(history: History) -> Outcome:
    """Play a history. What the engine raises is wrong too."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        played = Play(history.setup)
        try:
            for step in history.steps:
                played.do(step)
            played.figures["requests among faults"] += played.figures["requests"]
            wrong = judge(played)
        except Exception as error:  # noqa: BLE001 - a history must end, whatever happens in it
            wrong = [f"{type(error).__name__}: {error} at {_place(error)}"]
        return Outcome(tuple(wrong), tuple(played.points.log), played.figures)
    finally:
        logging.disable(before)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"


def shrink(history: History, tries: int = 400) -> History:
    """The smallest history found that fails in the same way: without steps and incidents that it does not need."""
    kind = play(history).kind

    def fails(candidate: History) -> bool:
        nonlocal tries
        tries -= 1
        return tries >= 0 and play(candidate).kind == kind

    smaller = True
    while smaller and tries > 0:
        smaller = False
        for candidate in _smaller(history):
            if fails(candidate):
                history, smaller = candidate, True
                break
    return history


def _smaller(history: History):
    steps, size = list(history.steps), len(history.steps)
    part = size // 2
    while part:
        for start in range(0, size, part):
            yield History(history.setup, steps[:start] + steps[start + part :])
        part //= 2
    for place, step in enumerate(steps):
        for less in _less(step):
            yield History(history.setup, [*steps[:place], less, *steps[place + 1 :]])
    for name in ("skew", "conflict"):
        if name in history.setup:
            yield History({key: value for key, value in history.setup.items() if key != name}, steps)


def _less(step: Step):
    if step[0] == "cycle":
        if step[1]:
            yield ("cycle", 0, *step[2:])
        for incident in step[2]:
            yield (*step[:2], tuple(one for one in step[2] if one is not incident), *step[3:])
    if step[0] == "add":
        for name in step[3]:
            if name != "title":
                yield (*step[:3], {key: value for key, value in step[3].items() if key != name})
