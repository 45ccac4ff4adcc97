"""What goes wrong between the program and a vendor, as faults of a server."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import count
from typing import Literal

from tests.system.checkvist import Checkvist
from tests.system.stranger import JSON, RESET, Answer, Call, Fault, Stranger

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def instead(answer: Answer | Literal["reset"], *, of: Callable[[Call], bool] = lambda _: True) -> Fault:
    """The same answer to every such call; nothing is applied."""

    def fault(when: str, call: Call) -> Answer | Literal["reset"] | None:
        return answer if when == "before" and of(call) else None

    return fault


def reads(call: Call) -> bool:
    """Whether a call reads tasks."""
    return call.method == "GET" and "auth/" not in call.path


def data(call: Call) -> bool:
    """Whether a call is about tasks: anything but a log-in."""
    return "auth/" not in call.path


def said(status: int, body: bytes = b"", *headers: tuple[str, str]) -> Answer:
    """A status with JSON, or nothing."""
    return Answer(status, body, (*JSON.items(), *headers))


def page(status: int = 200) -> Answer:
    """A page for people where JSON is due."""
    return Answer(status, b"<!doctype html><html><title>Sign in</title><p>Please sign in.</html>", HTML)


def cut(body: bytes) -> Answer:
    """JSON that ends in the middle, with a length that says so."""
    half = body[: len(body) // 2]
    return Answer(200, half, (*JSON.items(), ("Content-Length", str(len(body)))))


def listing(server: Stranger, share: float) -> bytes:
    """The first part of what a server would list."""
    found = (
        [server.show(item) for item in server.items] if isinstance(server, Checkvist) else [*server.actions.values()]
    )
    return json.dumps(found[: int(len(found) * share)]).encode()


def lost_answers(every: int) -> Fault:
    """Every so manieth change is applied, and its answer lost in a reset."""
    numbers = count(1)

    def fault(when: str, call: Call) -> Literal["reset"] | None:
        return RESET if when == "after" and call.writes and next(numbers) % every == 0 else None

    return fault


def mixed(seed: int, share: float) -> Fault:
    """A share of all calls fails: refused, failed, reset before or after it is applied, cut, a page for people."""
    draw = random.Random(seed)
    answers = (
        said(500),
        said(502),
        said(503),
        said(429, b"{}", ("Retry-After", "0")),
        page(),
        page(502),
        cut(b"[{}, {}]"),
    )

    def fault(when: str, call: Call) -> Answer | Literal["reset"] | None:
        del call
        if draw.random() >= share / 2:
            return None
        return (
            draw.choice((*answers, RESET, RESET, RESET))
            if when == "before"
            else draw.choice((RESET, said(504), page()))
        )

    return fault
