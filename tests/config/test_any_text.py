"""Whatever stands in the file: a configuration, or a ConfigError that says where and what."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from sync.config import Config, ConfigError
from tests.config.kit import SECRET, document, read

PUNCTUATION = """
    [ ] [[ ]] { } = . , # " ' \\" \'\'\' \\ 0 -1 1e400 inf nan 0x1F 1979-05-27 07:32:00 true false
""".split()  # noqa: SIM905 - as many words in quotes cannot be read
SPACE = ['"""', "\n", "\r\n", " ", "\t", "\0", "\x7f", "\ufeff", "\u00e9", "\U0001f600", "9" * 25, SECRET]
WORDS_OF_OURS = """
    sides groups people store log service history timezone outline work guards connector base_url statuses fields rate
    deletes changed share env file credential checklist username password "list" "board" "vault" "outline" "5m" "25%"
    "50/1m" "title" "completed" https:// sqlite:/// Europe/Berlin
""".split()  # noqa: SIM905
KEYS = """
    timezone store store.url people people.anna people.anna.name people.anna.email people.anna.ids log log.level
    log.format service.listen history.keep sides sides.outline.base_url sides.outline.allow_http sides.outline.timeout
    sides.outline.rate sides.outline.ca_file sides.outline.timezone sides.outline.access sides.outline.poll
    sides.outline.auth sides.outline.statuses sides.outline.fields sides.outline.password sides.more groups
    groups.more groups.work.interval groups.work.sweep groups.work.conflict groups.work.conflict_by_field
    groups.work.guards groups.work.evidence groups.work.completed groups.work.on_held groups.work.match
    groups.work.deletes
""".split()  # noqa: SIM905
SCRAPS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
WORDS = st.one_of(st.sampled_from([*PUNCTUATION, *SPACE, *WORDS_OF_OURS]), SCRAPS)


def outcome(text: str) -> Config | ConfigError:
    """What loading gives; anything else it might raise passes through."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return read(Path(folder), text)
        except ConfigError as error:
            return error


def lines_of(text: str) -> int:
    return text.count("\n") + 1


@given(st.lists(WORDS, max_size=40).map("".join))
@example("[sides]\n'' = {}\n")
@example("[groups]\n'' = {sides=['']}\n")
@example("sides.a.connector = 1e400")
def test_any_text_is_answered_with_problems_that_point_into_it(text):
    found = outcome(text)
    assert isinstance(found, ConfigError)
    assert found.problems
    for problem in found.problems:
        assert 1 <= problem.line <= lines_of(text)
        assert problem.message
        assert problem.hint


@given(st.sampled_from(KEYS), st.lists(WORDS, max_size=8).map("".join))
@example("sides.outline.rate", "[[]]")
@example("sides.outline.fields", "{ '' = '' }")
@example("sides.outline.base_url", "'https://[::1]:x'")
@example("store.url", "'sqlite:///\\u0000'")
@example("timezone", "'../UTC'")
@example("timezone", "'a\\u0000'")
@example("groups.work.guards", "{ deletes = { per = nan } }")
def test_any_value_at_any_key_is_taken_or_refused(key, value):
    found = outcome(document(head=f"{key} = {value}"))
    assert isinstance(found, Config) or found.problems


@given(st.integers(0, 10_000), WORDS)
def test_a_right_file_with_a_piece_put_in_anywhere_is_taken_or_refused(place, piece):
    text = document(tail='[people.anna]\nname = "Anna"\n[sides.outline.statuses]\nopen = "completed"\n')
    at = place % (len(text) + 1)
    found = outcome(text[:at] + piece + text[at:])
    assert isinstance(found, Config) or found.problems


@given(st.data())
def test_a_right_file_with_a_stretch_taken_out_is_taken_or_refused(data):
    text = document()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = outcome(text[:start] + text[end:])
    assert isinstance(found, Config) or found.problems
