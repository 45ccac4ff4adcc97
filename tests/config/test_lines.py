"""The scanner says on which line each key stands, whatever the TOML looks like."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from sync.config.lines import KeyPath, scan

TRICKY = '''\
# [not.a.table]
title = "a # is no comment" # but this is
"quoted key" = 1
'single.quoted' = 2
dotted . key = 3

[a] # header
text = """
[not.a.table]
key = "no key"
\\""" still the text """ # [no]
literal = \'\'\'
x = 1
it''s\'\'\'\'
after = 1
list = [ # comment ]
  1, # ,
  [2, "]"],
  { deep = 1, other = ["}"] },
]
[ a . "b c" ]
x = { one = 1, two.three = "}" }
[[rows]]
n = 1
[rows.sub]
m = 1
[[rows]]
n = 2
[c.d]
[c]
e = 1979-05-27 07:32:00
"é\\u00e9" = 1
'''


def expect(path: KeyPath, fragment: str, *, lines: list[str]) -> tuple[KeyPath, int]:
    return path, next(number for number, line in enumerate(lines, start=1) if line.lstrip().startswith(fragment))


def test_tricky_toml_has_the_lines_that_a_person_would_count():
    found = scan(TRICKY)
    lines = TRICKY.split("\n")
    assert found.opened is None
    expected = {
        ("title",): 'title = "a',
        ("quoted key",): '"quoted key"',
        ("single.quoted",): "'single.quoted'",
        ("dotted", "key"): "dotted . key",
        ("a",): "[a] #",
        ("a", "text"): 'text = """',
        ("a", "literal"): "literal",
        ("a", "after"): "after",
        ("a", "list"): "list",
        ("a", "list", 0): "1, #",
        ("a", "list", 1): "[2",
        ("a", "list", 2, "other"): "{ deep",
        ("a", "b c"): '[ a . "b c"',
        ("a", "b c", "x", "two", "three"): "x = { one",
        ("rows", 0, "sub", "m"): "m = 1",
        ("rows", 1, "n"): "n = 2",
        ("c", "d"): "[c.d]",
        ("c",): "[c]",
        ("c", "e"): "e = 1979",
        ("c", "éé"): '"é',
    }
    assert {path: found.of(path) for path in expected} == dict(
        expect(path, fragment, lines=lines) for path, fragment in expected.items()
    )


def test_a_missing_key_has_the_line_of_its_table():
    lines = scan("\n[sides.outline]\nchecklist = 1\n\n[log]\n")
    assert lines.of(("sides", "outline", "username")) == 2
    assert lines.of(("sides", "outline", "statuses", "open")) == 2
    assert lines.of(("log", "level")) == 5
    assert lines.of(("groups",)) == 1


def test_the_text_after_a_value_without_end_is_not_taken_for_keys():
    lines = scan('a = 1\nb = """\n[c]\nsecret = 2\n')
    assert lines.opened == 2
    assert lines.of(("c", "secret")) == 1


NAMES = st.text(alphabet="ab-_9é \"'.#=[]\\\n", max_size=4)
TEXTS = st.text(alphabet="ab \"'#=[]{},\\\n", max_size=8)
LEAVES = st.one_of(st.integers(), st.booleans(), TEXTS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def written(value: object, style: int) -> Iterator[str]:
    """A value as TOML, in one of several styles."""
    match value:
        case dict():
            yield (
                "{ "
                + ", ".join(f"{quoted(key)} = {''.join(written(item, style))}" for key, item in value.items())
                + " }"
            )
        case list() if style % 2:
            yield "[ # one a line\n" + "".join(f"  {''.join(written(item, style))}, # ]\n" for item in value) + "]"
        case list():
            yield "[" + ",".join("".join(written(item, style)) for item in value) + "]"
        case str() if style % 3 == 1 and "'" not in value and "\n" not in value:
            yield f"'{value}'"
        case str() if style % 3 == 2:
            yield '"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""'
        case str():
            yield quoted(value)
        case _:
            yield json.dumps(value)


@given(
    tables=st.dictionaries(NAMES, st.dictionaries(NAMES, st.tuples(VALUES, st.integers(0, 5)), max_size=4), max_size=4)
)
def test_every_key_of_any_document_is_found_on_its_line(tables):
    text, lines = "", {}
    for table, keys in tables.items():
        text += "# a comment\n\n"
        lines[(table,)] = text.count("\n") + 1
        text += f"[{quoted(table)}]\n"
        for key, (value, style) in keys.items():
            lines[table, key] = text.count("\n") + 1
            text += f"{quoted(key)} = {''.join(written(value, style))}\n"
    assert tomllib.loads(text) == {
        table: {key: value for key, (value, _) in keys.items()} for table, keys in tables.items()
    }
    found = scan(text)
    assert found.opened is None
    assert {path: found.of(path) for path in lines} == lines
