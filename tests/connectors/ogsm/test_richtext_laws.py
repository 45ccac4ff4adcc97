from __future__ import annotations

from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from connectors.ogsm.capabilities import RichText
from connectors.ogsm.richtext import lift, to_html, to_markdown, view
from connectors.ogsm.sandbox.tidy import tidy
from tests.connectors.ogsm import strategies


@given(strategies.markdown)
def test_a_view_loses_once(text):
    assert view(view(text)) == view(text)


@given(strategies.html)
def test_what_is_read_is_its_own_view(html):
    assert view(to_markdown(html)) == to_markdown(html)


@given(strategies.markdown, strategies.html)
def test_what_is_written_over_any_html_is_read_back_as_its_view(text, previous):
    assert to_markdown(to_html(text, previous)) == view(text)


@given(strategies.html)
def test_html_that_did_not_change_is_kept_to_the_byte(html):
    assert to_html(to_markdown(html), html) == html


@given(strategies.markdown, strategies.markdown)
def test_an_edit_made_there_is_seen_there(edited, current):
    seen = view(edited)
    assert view(lift(seen, current)) == seen


@given(strategies.markdown)
def test_what_was_not_edited_changes_nothing(text):
    assert lift(view(text), text) == text
    assert RichText().lift(RichText().view(text), text) == text


@given(strategies.markdown)
def test_a_server_that_makes_tags_uniform_changes_nothing_that_is_seen(text):
    assert to_markdown(tidy(to_html(text))) == view(text)


@given(strategies.words)
def test_literal_text_in_html_is_that_text_for_a_reader_of_markdown(text):
    """What a person typed as plain text is shown as typed, whatever Markdown would make of it."""
    typed = " ".join(text.split())
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;")
    shown = to_html(to_markdown(f"<p>{escaped}</p>"))
    assert shown.startswith("<p>")
    assert unescape(shown.removeprefix("<p>").removesuffix("</p>")) == typed


@given(st.lists(strategies.blocks(), min_size=2, max_size=5), st.data())
def test_an_edit_of_one_block_leaves_the_others_to_the_byte(blocks, data):
    """A new paragraph put anywhere between blocks leaves each of them as a person wrote it."""
    html = "\n".join(blocks)
    parts = [to_markdown(block) for block in blocks]
    at = data.draw(st.integers(0, len(blocks)))
    edited = "\n\n".join([*parts[:at], "Something new here", *parts[at:]])
    written = to_html(edited, html)
    assert "Something new here" in written
    if to_markdown("\n".join([*blocks[:at], "<p>Something new here</p>", *blocks[at:]])) == view(edited):
        assert [block for block in blocks if block not in written] == []
