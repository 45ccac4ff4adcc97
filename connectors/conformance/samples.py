"""Values that have broken somebody's converter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from connectors.projection import one_line
from connectors.task import Field, Fields, label_set

TEXTS: Final = (
    "Call the plumber",
    "Größe prüfen, naïve façade, Œuvre, ½ €",
    "日本語のタスク、中文任务、한국어 작업",
    "اتصل بالسبّاك غدًا",
    "שלום (abc) 123 עולם",
    "\u202eright to left override\u202c and \u200fmarks\u200e",
    "👩‍👩‍👧‍👦 family, 🇩🇪 flag, 👍🏽 tone, 1️⃣ keycap",
    "e\u0301 and \u00e9, a\u0308\u0323, Z\u0351\u036b\u0343algo",
    "zero\u200bwidth\u200djoin\u2060er, soft\u00adhyphen",
    "no\u00a0break, thin\u2009space, ideographic\u3000space",
    "<b>bold</b> <script>alert(1)</script> <br> </p><p>",
    "&amp; &lt;b&gt; &#39; &nbsp; & <",
    "a < b && b > c",
    "# not a heading",
    "*star* **two** _under_ __two__ snake_case_name `code` ~~gone~~",
    "2 * 3 * 4 = 24 \\* \\\\ \\_",
    "- item",
    "1. first",
    "> quoted",
    "[text](https://example.com/a?b=c&d=e#f) ![image](x.png)",
    "| a | b |",
    "buy milk #home #urgent",
    "pay ^tomorrow !1 @anna",
    "C# and F#, mail a@b.example, 5^2, wow!!1",
    "quotes \" ' ` « » „ “",
    "back\\slash, C:\\new\\table, %41 %zz + %",
    "null",
    "0",
    "-1.5e3",
    "true",
    "=1+1",
    "{{template}} ${shell} %(percent)s {0}",
    "; DROP TABLE tasks; --",
)
"""Texts of one line."""

BLOCKS: Final = (
    "one\ntwo\nthree",
    "one\n\ntwo",
    "one\n\n\n\nfour blank lines above\n",
    "\n\nleading and trailing lines\n\n",
    "  indented\n    by four\n\tby a tab",
    "two blanks at the end  \nof a line",
    "- one\n- two\n  - nested\n  - again\n- three",
    "1. one\n2. two\n3. three",
    "- [ ] open\n- [x] done",
    "# Heading\n\nText.\n\n## Another\n\nMore.",
    "Heading\n=======\n\nText\n----",
    "```python\nprint('<b>&amp;')\n```\n\nafter",
    "    code by indent\n\ntext",
    "> quote\n> goes on\n\nnot quote",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "line\n\n---\n\nrule above",
    "<div>\n<p>raw</p>\n</div>",
    "a\x0bb\x0cc\x85d\u2028e\u2029f",
)
"""Texts of several lines."""

LONG: Final = ("Lorem ipsum dolor sit amet, größer & <kleiner>. " * 220)[:10_000].rstrip()
"""10,000 characters, less the blanks at the end."""

DAYS: Final = (
    date(2024, 2, 29),
    date(2000, 2, 29),
    date(2100, 3, 1),
    date(2024, 12, 31),
    date(1999, 12, 31),
    date(1900, 2, 28),
    date(2999, 12, 31),
)
"""Leap days, days beside a change of the year or century, and far ones."""

INSTANTS: Final = (
    datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2024, 3, 31, 1, 30, tzinfo=UTC),  # the hour that European summer time leaves out
    datetime(2024, 10, 27, 0, 30, tzinfo=UTC),  # and the one that it has twice
    datetime(2024, 1, 1, tzinfo=UTC),
)

LABELS: Final = ("home", "Urgent", "zu Hause", "a,b", "#tag", "Straße", "🏠", "x:y")
"""Labels, some of them with what vendors part them by."""


def samples() -> list[Fields]:
    """Tasks that go through every text, day and instant above."""
    texts, blocks = [str(one_line(text)) for text in TEXTS] + [LONG], [*BLOCKS, LONG, *TEXTS]
    dues = (None, *DAYS, *INSTANTS)
    return [
        {
            Field.TITLE: texts[number % len(texts)],
            Field.DESCRIPTION: blocks[number].replace("\r\n", "\n"),
            Field.DUE: dues[number % len(dues)],
            Field.PRIORITY: number % 10,
            Field.LABELS: label_set(LABELS[: number % len(LABELS)]),
        }
        for number in range(len(blocks))
    ]
