"""Words and figures for people, and vendors' texts made harmless."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sync.cli.views.words import ago, clean, cut, quoted, took, typed
from tests.cli.samples import EVIL, NOW


def test_what_would_move_a_cursor_or_turn_a_line_round_is_spelt_out():
    assert clean(EVIL) == r"\x1b[2J\x1b]0;owned\x07 two lines \u202egnp.exe"


def test_letters_of_any_script_stay_as_they_are():
    text = "Grüße, שלום, 你好, می‌خواهم, 👩‍👩‍👧"
    assert clean(text) == text


@given(st.text())
def test_a_cleaned_text_is_one_line_without_controls(text):
    result = clean(text)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(char) for char in result}
    assert clean(result) == result


@given(st.text(), st.integers(min_value=2, max_value=60))
def test_a_cut_text_fits(text, width):
    assert cell_len(cut(text, width)) <= width


def test_a_cut_text_says_that_something_is_missing():
    assert cut("0123456789", 5) == "0123…"
    assert cut("你好你好你好", 6) == "你好…"
    assert quoted("x" * 200, 10) == '"xxxxxxxxx…"'


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        pytest.param({"seconds": -30}, "just now", id="ahead"),
        pytest.param({"seconds": 59}, "just now", id="seconds"),
        pytest.param({"minutes": 2}, "2 min ago", id="minutes"),
        pytest.param({"hours": 23, "minutes": 59}, "23 h ago", id="hours"),
        pytest.param({"days": 1}, "1 day ago", id="a day"),
        pytest.param({"days": 40}, "40 days ago", id="days"),
    ],
)
def test_how_long_ago_something_was(passed, words):
    assert ago(NOW - timedelta(**passed), NOW) == words


def test_how_long_something_took():
    assert [took(0.04), took(59.9), took(200)] == ["0.0 s", "59.9 s", "3 min 20 s"]


def test_a_command_can_be_pasted_into_a_shell():
    assert typed("resolve", "h1", "take outline", config=None) == "tasksync resolve h1 'take outline'"
    assert typed("held", config=Path("my files/x.toml")) == "tasksync held --config 'my files/x.toml'"
