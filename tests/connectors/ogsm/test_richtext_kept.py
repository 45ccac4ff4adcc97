"""An edit made elsewhere leaves what a person wrote at OGSM as it is, apart from the piece that was edited."""

from __future__ import annotations

import pytest

from connectors.ogsm.richtext import to_html, to_markdown, view

PAGE = (
    '<p class="x">Intro <u>under</u> <span style="color:red">red</span> &copy;</p>\n'
    "<ul class='k'><li>one <u>u</u></li><li>two<ul><li>nested <mark>m</mark></li></ul></li><li>three</li></ul>"
    "<table border=1><thead><tr><th>A</th><th><u>B</u></th></tr></thead>"
    "<tbody><tr><td><font color=red>1</font></td><td>2</td></tr></tbody></table><!-- note -->"
    "<p>first<br>second <u>line</u></p><p><br></p><p>a<br><br><u>b</u></p>"
    '<div><blockquote cite="z"><p>q <u>q</u></p><p>r</p></blockquote></div>'
    '<p>picture <img src="data:image/png;base64,AAAA"> here</p>'
)


def edited(*changes: tuple[str, str]) -> str:
    """The page after edits of its Markdown, each made once; it reads as it was edited."""
    text = to_markdown(PAGE)
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    html = to_html(text, PAGE)
    assert to_markdown(html) == view(text)
    return html


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        pytest.param(("- three", "- four"), "<li>three</li>", "<li>four</li>", id="an item"),
        pytest.param(("- three", "- three\n- four"), "<li>three</li>", "<li>three</li><li>four</li>", id="a new item"),
        pytest.param(("\n- three", ""), "<li>three</li>", "", id="an item that went"),
        pytest.param(
            ("  - nested m", "  - nested m\n  - more"), "</mark></li>", "</mark></li><li>more</li>", id="a nested item"
        ),
        pytest.param(("| 1 | 2 |", "| 1 | 3 |"), "<td>2</td>", "<td>3</td>", id="a cell"),
        pytest.param(("first\n", "FIRST\n"), "<p>first<br>second", "<p>FIRST<br>second", id="a line of a paragraph"),
        pytest.param(("> r", "> s"), "<p>r</p>", "<p>s</p>", id="a paragraph in a quote"),
        pytest.param(("Intro", "New\n\nIntro"), '<p class="x">', '<p>New</p><p class="x">', id="a new paragraph"),
        pytest.param(
            ("picture here", "a film"),
            'picture <img src="data:image/png;base64,AAAA"> here',
            'a film<img src="data:image/png;base64,AAAA">',
            id="the text about a picture",
        ),
        pytest.param(
            ("a\n\nb", "a\n\nc"),
            "<p>a<br><br><u>b</u></p>",
            "<p>a</p><p>c</p>",
            id="half of a paragraph that reads as two",
        ),
    ],
)
def test_only_what_was_edited_changes(change, before, after):
    assert PAGE.count(before) == 1
    assert edited(change) == PAGE.replace(before, after)


def test_a_changed_paragraph_keeps_its_own_tag():
    assert edited(("Intro under red", "Hello")).startswith('<p class="x">Hello')


def test_several_edits_at_once():
    html = edited(("one u", "1 u"), ("| 1 | 2 |", "| 1 | 2 |\n| 5 | 6 |"), ("a\n\nb\n\n", ""))
    for kept in (
        "<u>under</u>",
        "<mark>m</mark>",
        "<font color=red>1</font>",
        "<u>line</u>",
        "<!-- note -->",
        "<u>q</u>",
    ):
        assert kept in html


def test_what_moved_takes_its_html_along():
    html = edited(("- one u\n- two\n  - nested m\n- three", "- three\n- two\n- new\n  - nested m\n- one u"))
    assert "<li>three</li><li>two</li><li>new" in html
    assert "<mark>m</mark>" in html
    assert html.count("<li>one <u>u</u></li>") == 1


def test_a_list_that_becomes_a_numbered_one_is_written_anew():
    html = edited(("- one u\n- two\n  - nested m\n- three", "1. one u\n2. two\n3. three"))
    assert "<ol>" in html
    assert "<ul" not in html


def test_everything_cleared_leaves_nothing_to_be_read():
    assert to_markdown(to_html("", PAGE)) == ""
