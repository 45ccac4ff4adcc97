"""Texts that break converters: Markdown and HTML in pieces, well-formed and not."""

from __future__ import annotations

from hypothesis import strategies as st

CHARACTERS = [
    *"ab 12*_`~#>-+=|\\[]()<>!&;:.\n\t",
    "é",
    "😀",
    "\u00a0",
    "\u2028",
    "\x0b",
    "\x1c",
    "\x85",
    "\r\n",
    "\ud800",
]
SIGNS = [
    *(
        "\n\n",
        "- ",
        "1. ",
        "2) ",
        "> ",
        "```",
        "~~",
        "**",
        "***",
        "__",
        "    ",
        "---",
        "===",
        "# ",
        "[ ] ",
        "| a | b |\n| - | - |\n",
    ),
    *("[a](b)", "![x](y)", "<b>", "&amp;", "http://x.y", "<http://a.b>", "[x]: y", "[x]", "[x](javascript:y)"),
]
TAGS = [
    *("p", "div", "b", "i", "u", "s", "code", "a", "span", "ul", "ol", "li", "h1", "h3", "blockquote", "pre"),
    *("table", "tr", "td", "th", "thead", "tbody", "strong", "em"),
]
PIECES = [
    *(f"<{tag}>" for tag in TAGS),
    *(f"</{tag}>" for tag in TAGS),
    *("<br>", "<hr>", "<img src=x alt='y]'>", "<img src=data:x>", "<a href='http://x.y'>", "<a href='javascript:x'>"),
    *("<!--c-->", "<![x", "<!x>", "<?x?>", "&nbsp;", "&lt;", "&amp;", "&#13;", "<script>x</script>", "<ol start=7>"),
    "<pre><code class=language-c>",
]

fragments = st.sampled_from(CHARACTERS + SIGNS)
markdown = st.one_of(st.lists(fragments, max_size=25).map("".join), st.text(max_size=60))
html = st.lists(st.one_of(st.sampled_from(PIECES), fragments), max_size=25).map("".join)

words = st.text("abc é*_`#<&[]\\|~>1.-+", min_size=1, max_size=12).filter(lambda text: any(map(str.isalnum, text)))
"""Literal text, full of what Markdown would read as signs."""


@st.composite
def blocks(draw: st.DrawFn) -> str:
    """One block of well-formed HTML, with things in it that Markdown can not say."""
    text = st.builds(_dressed, words, st.sampled_from(["", "u", "mark", "b", "i", "sub", "span style='color:red'"]))
    inline = " ".join(draw(st.lists(text, min_size=1, max_size=3)))
    kind = draw(st.sampled_from(["p", "p class=x", "h2", "ul", "ol", "table", "blockquote", "lines"]))
    if kind in {"ul", "ol"}:
        items = draw(st.lists(text, min_size=1, max_size=3))
        return f"<{kind} class=k>{''.join(f'<li>{item}</li>' for item in [inline, *items])}</{kind}>"
    if kind == "table":
        cells = draw(st.lists(text, min_size=2, max_size=2))
        rows = "".join(f"<tr><td>{cell}</td></tr>" for cell in cells)
        return f"<table border=1><tr><th>{inline}</th></tr>{rows}</table>"
    if kind == "lines":
        return f"<p>{inline}<br>{draw(text)}</p>"
    return f"<{kind}>{inline}</{kind.partition(' ')[0]}>"


def _dressed(text: str, tag: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<{tag}>{escaped}</{tag.partition(' ')[0]}>" if tag else escaped
