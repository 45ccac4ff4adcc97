from __future__ import annotations

import pytest

from connectors.ogsm.richtext import lift, to_html, to_markdown, view


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        pytest.param("<p>Description</p>", "Description", id="a paragraph"),
        pytest.param("", "", id="nothing"),
        pytest.param("<p><br></p> <!-- c --><div></div>", "", id="nothing to be seen"),
        pytest.param("no tags", "no tags", id="bare text"),
        pytest.param("<p>one<br>two<br/>three</p>", "one\ntwo\nthree", id="line breaks"),
        pytest.param("<p>one<br><br>two</p>", "one\n\ntwo", id="two breaks part paragraphs"),
        pytest.param("<p>one<b><br></b> <br>two</p>", "one\n\ntwo", id="two breaks, set differently"),
        pytest.param("<p>one\n  two&nbsp;three</p>", "one two\u00a0three", id="white space is what HTML makes of it"),
        pytest.param("<div>a</div><div><br></div><div>b</div>", "a\n\nb", id="an editor's lines"),
        pytest.param("<p>a<p>b<ul><li>c<li>d</ul>", "a\n\nb\n\n- c\n- d", id="end tags left out"),
        pytest.param("<h2>Head #</h2><hr><h1>a<br>b</h1>", "## Head \\#\n\n---\n\n# a b", id="headings and a rule"),
        pytest.param(
            "<b>b</b> <i>i</i> <s>s</s> <code>c</code> <b><i>x</i></b>", "**b** *i* ~~s~~ `c` ***x***", id="marks"
        ),
        pytest.param(
            "<u>u</u> <span style='color:red'>red</span> x<sub>2</sub>", "u red x2", id="what Markdown has no sign for"
        ),
        pytest.param("<b>Note:</b>now, a<b> b </b>c", "**Note**:now, a **b** c", id="signs where they can stand"),
        pytest.param("<b>a<i>b</i></b><i>c</i>", "**ab**c", id="marks that signs can not tell apart"),
        pytest.param(
            "<a href='https://x.y/a b'>l</a> <a href='https://x.y'>https://x.y</a>",
            "[l](https://x.y/a%20b) <https://x.y>",
            id="links",
        ),
        pytest.param("<a href='javascript:alert(1)'>l</a><script>x</script>", "l", id="scripts are not linked to"),
        pytest.param("<a href='x(y'>l</a>", "[l](<x(y>)", id="an address with a bracket"),
        pytest.param(
            "<img src='/a.png' alt='A [1]'> <img src='data:image/png;base64,AA'>t",
            "![A \\[1\\]](/a.png) t",
            id="images",
        ),
        pytest.param(
            "<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>",
            "- a\n  - b\n- c\n\n  d",
            id="nested lists",
        ),
        pytest.param("<ol start=9><li>a</li><li>b<p>c</p></li></ol>", "9. a\n10. b\n\n    c", id="a numbered list"),
        pytest.param("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b", id="two lists stay two"),
        pytest.param("<ul><li></li><li>b</li></ul>", "-\n- b", id="an empty item"),
        pytest.param("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b", id="a quote"),
        pytest.param("<pre><code class='language-py'>a\n\t`b`\n</code></pre>", "```py\na\n\t`b`\n```", id="code"),
        pytest.param("<pre>```</pre>", "````\n```\n````", id="code with ticks"),
        pytest.param("<p><code>a`b</code> <code> </code>c</p>", "``a`b`` c", id="code in a line"),
        pytest.param(
            "<table><tr><th>a|b<th>c<tr><td>1</table>", "| a\\|b | c |\n| --- | --- |\n| 1 |  |", id="a table"
        ),
        pytest.param("<dl><dt>t<dd>d</dl>", "t\n\nd", id="terms"),
        pytest.param("<ul>loose<li>a</ul>", "- loose\n- a", id="text in a list outside of its items"),
    ],
)
def test_html_as_markdown(html, markdown):
    assert to_markdown(html) == markdown
    assert view(markdown) == markdown
    assert to_html(markdown, html) == html


@pytest.mark.parametrize(
    ("typed", "markdown"),
    [
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("*star*", "\\*star\\*"),
        ("a_b_c", "a_b_c"),
        ("_a_", "\\_a\\_"),
        ("# not heading", "\\# not heading"),
        ("#tag", "#tag"),
        ("1. x", "1\\. x"),
        ("2024 was. x", "2024 was. x"),
        ("- x", "\\- x"),
        ("+1 for it", "+1 for it"),
        ("> x", "\\> x"),
        ("---", "\\---"),
        ("<b>", "\\<b>"),
        ("a < b <3", "a < b <3"),
        ("&amp;", "\\&amp;"),
        ("R&D & co", "R&D & co"),
        ("`x`", "\\`x\\`"),
        ("a ~ b ~~c~~", "a ~ b \\~\\~c\\~\\~"),
        ("[x] done", "[x] done"),
        ("[x](y)", "[x\\](y)"),
        ("[x]: y", "\\[x]: y"),
        ("wow! [x]", "wow! [x]"),
        ("back\\slash C:\\*", "back\\slash C:\\\\\\*"),
        ("a | b", "a | b"),
    ],
)
def test_typed_signs_are_escaped_where_they_would_be_read_and_nowhere_else(typed, markdown):
    html = f"<p>{typed.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>"
    assert to_markdown(html) == markdown
    assert to_html(markdown) == html


@pytest.mark.parametrize(
    "markdown",
    [
        "line1\nline2",
        "Buy *milk* and **eggs**\n\n- one\n- two\n  - three",
        "1. one\n2. two",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "[link](https://example.com/a?b=c&d=e) and `code`",
        "plain text, 100 % & more: a_b_c, 5 * 4, C#, me@example.com, #home",
    ],
)
def test_markdown_in_the_common_form_is_its_own_view(markdown):
    assert view(markdown) == markdown


def test_edits_there_leave_the_form_of_the_other_blocks_here():
    """Bullets, underlines of headings and indented code stay as their author typed them when another block changes."""
    current = "Title\n=====\n\n* one\n* two\n\nlast  line\n\n    code\n"
    edited = view(current).replace("last line", "last line, edited")
    assert lift(edited, current) == "Title\n=====\n\n* one\n* two\n\nlast line, edited\n\n    code"


def test_a_form_that_can_not_be_kept_gives_way_to_what_is_seen():
    """A link defined elsewhere in the text is written out when its definition can not be told apart."""
    current = "[a]\n\n[a]: https://x.y\n\nb"
    seen = "c\n\nb"
    assert view(lift(seen, current)) == seen
