"""The oracle sees what becomes of comments: nothing is wrong with what people did, and something with all else."""

from __future__ import annotations

import pytest

from tests.simulation.draw import draw
from tests.simulation.oracle import judge
from tests.simulation.play import Play
from tests.simulation.remarks import WORDS

SETUP = {"sides": [("a", "memory", {}), ("b", "checkvist", ""), ("c", "memory", {})]}
STEPS = (
    ("add", "a", 1, {"title": "1 e1"}),
    ("comment", "a", 1, 1, 1),
    ("cycle", 0, ()),
    ("comment", "b", 1, 2, 2),
    ("reword", "c", 1, 3),
    ("cycle", 0, ((9, "comment", "c", 1, 3, 4),)),
    ("unsay", "a", 2),
    ("cycle", 0, ()),
)


def first(place, text):
    """The ref of a comment."""
    return next(ref for ref, (_, said) in place.comments().items() if said == text)


@pytest.mark.parametrize(
    ("amiss", "said"),
    [
        (lambda a: None, []),
        (lambda a: a.unsay(first(a, "c1 w3")), ["comment 1 on 1 is lost: nobody took it back"]),
        (lambda a: a.say(next(iter(a.entries())), "c1 w3"), [f"comment 1 on 1 is 2 times on {side}" for side in "abc"]),
        (lambda a: a.reword(first(a, "c1 w3"), "c1 w9"), ["comment 1 on 1 says what nobody said: 9"]),
        (lambda a: a.reword(first(a, "c1 w3"), "c1 w1"), ["comment 1 on 1 says again what was replaced"]),
        (lambda a: a.say(next(iter(a.entries())), "c2 w2"), ["comment 2 on 1 was taken back, and is still there"]),
    ],
    ids=["as it was", "gone", "twice", "of nobody", "put back", "back again"],
)
def test_what_nobody_did_is_wrong(amiss, said):
    played = Play(SETUP)
    for step in STEPS:
        played.do(step)
    amiss(played.places["a"])
    assert judge(played) == said


def test_comments_are_drawn_apart_and_for_a_share_of_the_seeds():
    histories = [draw(seed) for seed in range(40)]
    commented = [steps for _, steps in histories if any(step[0] in WORDS for step in steps)]
    assert 5 < len(commented) < 30
