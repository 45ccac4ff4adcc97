"""Texts that nobody writes end in text, not in a crash, and are stable."""

from __future__ import annotations

import pytest

from connectors.ogsm.richtext import to_html, to_markdown, view

LENGTH = 10_000


@pytest.mark.parametrize(
    "piece", ["*a*b_c_", "[a](", "> ", "- ", "- a\n", "`", "<", "&#", "![x](y)", "**x** ", "\\", "a\n", "| a "]
)
def test_long_markdown_is_stable(piece):
    text = (piece * LENGTH)[:LENGTH]
    assert view(view(text)) == view(text)


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<b>", "<ul><li>", "<blockquote>", "<table><tr><td>", "<", "<a ", "<!--", "</", "<p>a", "<b>a<i>b</b>"],
)
def test_deep_and_broken_html_is_stable(piece):
    html = (piece * LENGTH)[: LENGTH // 4] + "the text"
    text = to_markdown(html)
    assert "the" in text or "<" in piece
    assert view(text) == text
    assert to_markdown(to_html(text + "\n\nmore", html)) == view(text + "\n\nmore")


def test_nesting_beyond_all_measure_keeps_its_text():
    assert "needle" in to_markdown("<div>" * 3000 + "needle" + "</div>" * 3000)
    assert "needle" in to_markdown("<ul><li>" * 500 + "needle")
    assert "needle" in view("> " * 500 + "needle")
    assert "needle" in to_html("> " * 500 + "needle")


def test_ten_thousand_plain_characters_come_back_whole():
    text = ("Größe & Wert, 2 < 3, a_b und so weiter. " * 300)[:LENGTH].rstrip()
    assert view(text) == text


@pytest.mark.parametrize("unit", [f"{'word ' * 300}a_b*c <d> & e\n\n**f** g\n", "x"])
def test_of_a_text_beyond_all_measure_the_words_are_told(unit):
    """More than a hundred thousand characters are not laid out; the words stay, and it is stable."""
    text = (unit * 120_000)[:120_000]
    seen = view(text)
    assert view(seen) == seen
    assert to_html(seen, to_html(text)) == to_html(text)
    assert to_markdown(to_html(f"{seen} end", to_html(text))) == view(f"{seen} end")


def test_long_html_of_a_short_text_is_laid_out():
    html = f"<p><b>short</b></p><!-- {'x' * 200_000} -->"
    assert to_markdown(html) == "**short**"
    assert to_html("**longer**", html).startswith("<p><strong>longer</strong></p><!-- xxx")


def test_a_number_of_five_thousand_digits_is_no_character():
    assert to_markdown(f"<p>a &#{'1' * 5000}; b</p>").startswith("a & 1")


def test_numbers_of_a_list_stay_within_nine_digits():
    assert to_markdown("<ol start=99999999><li>a<li>b</ol>") == "99999999. a\n100000000. b"
    assert to_markdown("<ol start=999999999><li>a<li>b</ol>") == "1. a\n2. b"
    assert to_markdown("<ol start=x><li>a</ol>") == "1. a"
