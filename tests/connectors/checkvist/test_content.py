from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.checkvist.content import (
    PLACEHOLDER,
    description_of,
    is_smart,
    joined,
    neutral,
    parts,
    plain,
    title_of,
)
from connectors.projection import one_line

titles = st.text(min_size=1, max_size=30).map(one_line).filter(bool)
texts = st.text(st.one_of(st.sampled_from(" \t\r\n\x0b\u2028#"), st.characters()), max_size=60)


@pytest.mark.parametrize(
    ("content", "title", "description"),
    [
        ("Title", "Title", ""),
        ("Title\nOne\nTwo", "Title", "One\nTwo"),
        ("Title\r\nOne\r\nTwo\r\n", "Title", "One\nTwo"),
        ("Title\rOne", "Title", "One"),
        ("\n  \nTitle\nOne", "Title", "One"),
        ("  Title \n\n\nOne  \n\n", "Title", "One"),
        ("Title\n\n    code\n  more", "Title", "    code\n  more"),
        ("# Heading\n## Sub", "# Heading", "## Sub"),
        ("", "", ""),
        (" \n ", "", ""),
    ],
    ids=repr,
)
def test_the_first_line_is_the_title_and_the_rest_the_description(content, title, description):
    assert title_of(content) == title
    assert description_of(content) == description


@given(texts)
def test_the_parts_are_the_whole_text(content):
    assert "".join(parts(content)) == content


@given(titles, texts)
def test_what_is_joined_is_read_back(title, text):
    content = joined(title, plain(text), "anything\nthat was there")
    assert title_of(content) == title
    assert description_of(content) == plain(text)


@given(texts)
def test_a_description_is_normal_after_one_time(text):
    assert plain(plain(text)) == plain(text)
    assert "\r" not in plain(text)


@given(titles, texts)
def test_a_new_title_leaves_what_follows_to_the_letter(title, before):
    assert parts(joined(title, None, before))[2] == parts(before)[2]


@given(texts, texts)
def test_a_new_description_leaves_the_first_line_to_the_letter(text, before):
    assert parts(joined(None, plain(text), before))[1] == parts(before)[1] or not parts(before)[1].strip()


@given(texts)
def test_a_neutral_title_has_no_sign_left_and_is_never_empty(text):
    assert not is_smart(neutral(text))
    assert neutral(text).strip()


def test_a_title_of_signs_alone_gets_a_placeholder():
    assert neutral("#! ^") == PLACEHOLDER
    assert neutral("Fix C# ^2 bug!") == "Fix C 2 bug"
