"""Runs in the one form in which Markdown can give them back.

Emphasis begins and ends where Markdown's signs can stand: not at a blank, and not between a letter and a punctuation
mark (``<b>Note:</b>now`` is ``**Note**:now``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from markdown_it.common.utils import isPunctChar, mdTrim

from connectors.ogsm.richtext.model import Marks, Run, Runs, merged


def set_right(runs: Iterable[Run]) -> Runs:
    """Trimmed, and with emphasis where signs can stand."""
    trimmed = _trimmed(merged(tuple(runs)))
    if not any(run.marks or run.href for run in trimmed):
        return trimmed
    runs = list(trimmed)
    for mark in (Marks.STRIKE, Marks.STRONG, Marks.EM):
        runs = _pulled_in(runs, mark)
    return merged(tuple(_with_tight_links(runs)))


def _trimmed(runs: Runs) -> Runs:
    done = deque(runs)
    while done and not done[0].src and not mdTrim(done[0].text):
        done.popleft()
    while done and not done[-1].src and not mdTrim(done[-1].text):
        done.pop()
    if done and not done[0].src:
        text = done[0].text
        done[0] = done[0].saying(text[text.index(mdTrim(text)) :])
    if done and not done[-1].src:
        text = mdTrim(done[-1].text)
        done[-1] = done[-1].saying(done[-1].text[: done[-1].text.rindex(text) + len(text)])
    return tuple(done)


def _pulled_in(runs: list[Run], mark: Marks) -> list[Run]:
    """The runs with a mark taken from both ends of each stretch that has it until its signs can stand there."""
    done: list[Run] = []
    at = 0
    while at < len(runs):
        if mark not in runs[at].marks:
            done.append(runs[at])
            at += 1
            continue
        stop = at
        while stop < len(runs) and mark in runs[stop].marks:
            stop += 1
        before, after = done[-1:], runs[stop : stop + 1]
        stretch = deque(runs[at:stop])
        done += _taken_off(stretch, mark, before, first=True)
        behind = _taken_off(stretch, mark, after, first=False)
        done += [*stretch, *reversed(behind)]
        at = stop
    return done


def _taken_off(stretch: deque[Run], mark: Marks, neighbour: list[Run], *, first: bool) -> list[Run]:
    """Take from one end what can not bear the mark, character by character; what was taken, from the outside in."""
    taken: list[Run] = []
    beyond = _edge(neighbour[0], first=not first) if neighbour else ""
    while stretch and not _sign_fits(_edge(stretch[0 if first else -1], first=first), beyond):
        run = stretch.popleft() if first else stretch.pop()
        off, rest = _first_off(run) if first else _last_off(run)
        taken.append(Run(off, run.marks & ~mark, run.href, run.src))
        if rest:
            kept = Run(rest, run.marks, run.href, run.src)
            stretch.appendleft(kept) if first else stretch.append(kept)
        beyond = _edge(taken[-1], first=not first)
    return taken


def _first_off(run: Run) -> tuple[str, str]:
    return (run.text, "") if run.atomic else (run.text[0], run.text[1:])


def _last_off(run: Run) -> tuple[str, str]:
    return (run.text, "") if run.atomic else (run.text[-1], run.text[:-1])


def _edge(run: Run, *, first: bool) -> str:
    """The character at an end of a run as Markdown will have it there."""
    if run.atomic:
        return "!" if run.src else "`"
    return run.text[0 if first else -1]


def _sign_fits(edge: str, beyond: str) -> bool:
    """Whether emphasis can begin or end at a character with another beyond it (CommonMark 0.31, 6.2, flanking runs)."""
    if edge.isspace():
        return False
    return not isPunctChar(edge) or not beyond or beyond.isspace() or isPunctChar(beyond)


def _with_tight_links(runs: list[Run]) -> Iterator[Run]:
    """Links that neither begin nor end with a blank."""
    for at, run in enumerate(runs):
        text = run.text
        if not run.href or run.atomic:
            yield run
            continue
        start = len(text) - len(text.lstrip()) if not at or runs[at - 1].href != run.href else 0
        stop = len(text.rstrip()) if at + 1 == len(runs) or runs[at + 1].href != run.href else len(text)
        yield Run(text[:start], run.marks)
        yield Run(text[start : max(start, stop)], run.marks, run.href)
        yield Run(text[max(start, stop) :], run.marks)
