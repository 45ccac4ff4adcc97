"""Bars for people who watch, and silence for all others."""

from __future__ import annotations

import io
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from sync.progress import RichProgress, Silent, watched


class Terminal(io.StringIO):
    """A stream that says it is a terminal, and keeps what is drawn."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def test_there_are_bars_on_a_terminal_only(terminal):
    assert isinstance(watched(terminal), RichProgress)
    assert isinstance(watched(io.StringIO()), Silent)


def test_a_bar_names_the_side_and_what_it_does(terminal):
    with RichProgress(terminal) as progress:
        progress.start("outline", "reading", 12)
        progress.advance("outline", 5)
        progress.start("canvas", "writing", None)
    drawn = terminal.getvalue()
    assert "outline" in drawn
    assert "reading" in drawn
    assert "canvas" in drawn


def test_nothing_stays_on_the_screen_when_all_sides_are_through(terminal):
    with RichProgress(terminal) as progress:
        progress.start("outline", "reading", 12)
        progress.stop("outline")
        terminal.truncate(0)
        terminal.seek(0)
    assert "outline" not in terminal.getvalue()


def test_what_is_told_of_a_side_that_has_no_bar_is_no_failure(terminal):
    with RichProgress(terminal) as progress:
        progress.advance("outline")
        progress.stop("outline")
        progress.stop("outline")


def test_sides_may_tell_at_the_same_time(terminal):
    def work(side: str) -> None:
        for _ in range(50):
            progress.start(side, "reading", 10)
            progress.advance(side, 10)
            progress.stop(side)

    with RichProgress(terminal) as progress, ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [f"side{number}" for number in range(8)]))


def test_a_name_in_brackets_is_shown_as_it_is(terminal):
    with RichProgress(terminal) as progress:
        progress.start("[red]x[/red]", "reading", 1)
    assert "[red]x[/red]" in terminal.getvalue()


def test_a_line_that_is_logged_meanwhile_goes_above_the_bars(terminal, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal)
    with RichProgress(terminal) as progress:
        progress.start("outline", "reading", 12)
        sys.stderr.write("a log line\n")
    assert "a log line" in terminal.getvalue()
    assert sys.stderr is terminal


def test_nobody_watching_costs_nothing():
    with Silent() as progress:
        progress.start("outline", "reading", 12)
        progress.advance("outline")
        progress.stop("outline")
