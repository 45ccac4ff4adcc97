"""JSON is taken only if all of it can be trusted and kept."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from connectors.answers import Subject, decode
from connectors.errors import Applied, ContractBroken, Rejected, Transient
from connectors.tolerance import is_marked
from tests.connectors.kit.site import get, http

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read(body: bytes, content_type: str = "application/json", *, changing: bool = False):
    return decode(body, content_type=content_type, subject=Subject(what="list 7", changing=changing))


@given(VALUES)
def test_what_json_can_say_is_read(value):
    assert read(json.dumps(value).encode()) == value
    assert read(b"\xef\xbb\xbf" + json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"\xff\xfe[\x001\x00]\x00", id="UTF-16"),
        pytest.param(b"[NaN, " * 300 + b"]" * 300, id="NaN, 300 levels"),
        pytest.param(b"[NaN, " * 100_000 + b"]" * 100_000, id="NaN, 100000 levels"),
        pytest.param(b"[" * 255 + b"]" * 255, id="255 levels"),
        pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, id="5000 levels"),
        pytest.param(b"[1] []", id="two values"),
        pytest.param(b"[1,]", id="comma too many"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b"hello there", id="text"),
        pytest.param(b"<html><body>Sign in</body></html>", id="page"),
        pytest.param(b"\n <!DOCTYPE html>\n<p>x", id="page after a blank line"),
        pytest.param(b'<?xml version="1.0"?><a/>', id="XML"),
    ],
)
@pytest.mark.parametrize("changing", [False, True], ids=["read", "change"])
def test_what_is_no_json_breaks_the_contract(body, changing):
    with pytest.raises(ContractBroken) as caught:
        read(body, changing=changing)
    assert caught.value.applied is (Applied.UNKNOWN if changing else Applied.NO)
    assert "base_url" in caught.value.hint


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param(b"NaN", "NaN", id="NaN"),
        pytest.param(b"-Infinity", "-Infinity", id="Infinity"),
        pytest.param(b"1e999", "1e999", id="infinite number"),
        pytest.param(b'"cut \\ud83d"', "cut \\ud83d", id="half a character"),
        pytest.param(b'"caf\xe9"', "caf\\udce9", id="Latin-1"),
        pytest.param(b'"\xed\xa0\x80"', "\\udced\\udca0\\udc80", id="half a character in UTF-8"),
    ],
)
def test_a_member_that_is_no_json_is_marked_and_stops_nothing_beside_it(broken, said):
    read_in_part = read(b'[{"id": 1, "a": ' + broken + b'}, {"id": 2, "a": "caf\xc3\xa9", "b": 1e3}]')
    first, second = read_in_part
    assert first == {"id": 1, "a": [{"could not be read": said}]}
    assert second == {"id": 2, "a": "café", "b": 1000.0}
    assert is_marked(read_in_part)
    assert not is_marked(second)


def test_numbers_of_any_length_beside_a_broken_member_are_read():
    """Python refuses to make a whole number of more than 4300 digits: it is a float, as everywhere, or marked."""
    found = read(b"[NaN, " + b"9" * 30 + b", " + b"9" * 5000 + b", 7]")
    assert found[1:] == [1e30, [{"could not be read": "9" * 40}], 7]


@given(VALUES.filter(lambda value: isinstance(value, list | dict)))
def test_what_stands_beside_a_broken_member_is_read_as_ever(value):
    assert read(b"[NaN, " + json.dumps(value).encode() + b"]")[1] == read(json.dumps(value).encode())


def test_what_could_not_be_read_is_not_sent_back(site):
    """A whole object that is laid over what was read would otherwise carry our mark to the vendor."""
    with pytest.raises(Rejected, match="could not be read"):
        http(site.url).send("PUT", "/tasks", json={"a": read(b"[NaN]")}, changing=True, what="task 7")
    assert site.count == 0


def test_254_levels_are_read_and_can_be_kept():
    value = read(b"[" * 254 + b"]" * 254)
    assert orjson.loads(orjson.dumps(value)) == value


@given(VALUES.filter(lambda value: isinstance(value, list | dict | str)), st.data())
def test_every_json_text_that_breaks_off_is_known_to_have_broken_off(value, data):
    """However it is cut, also inside a character, it is never taken for something shorter or for another language."""
    whole = json.dumps(value, ensure_ascii=False).encode()
    with pytest.raises(Transient):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/vnd.api+json", "text/json", "text/javascript", "text/plain", "text/html", ""],
)
def test_the_label_of_json_does_not_matter_much(content_type):
    """A label is often wrong: what counts is that all of the body is JSON."""
    assert read(b'{"id": 1}', content_type) == {"id": 1}


@pytest.mark.parametrize(
    "content_type", ["application/octet-stream", "image/png", "application/xml", "multipart/mixed"]
)
def test_what_is_labelled_as_something_else_altogether_is_not_taken(content_type):
    with pytest.raises(ContractBroken, match=content_type):
        read(b'{"id": 1}', content_type)


@pytest.mark.parametrize("body", [b"", b" \n", b"\xef\xbb\xbf"])
def test_nothing_is_an_answer_that_was_lost(body):
    with pytest.raises(Transient, match="empty"):
        read(body)


def test_a_bare_word_is_left_to_whoever_asked(site):
    """A vendor may answer a log-in with the bare token: its body can be read, only its JSON can not."""
    site.answer = lambda _: Response("abc123", media_type="application/json")
    answer = get(http(site.url))
    assert answer.body == b"abc123"
    with pytest.raises(ContractBroken, match="other text"):
        answer.json()


def test_an_answer_knows_its_times_and_no_secret(site, clock):
    answer = get(http(site.url, clock), params={"token": "abc", "page": "2"})
    assert answer.url == f"{site.url}/tasks?token=***&page=2"
    assert answer.received == clock.now()
    assert answer.server_time is not None
    assert answer.server_time.tzinfo is not None
    assert answer.headers["CONTENT-TYPE"] == "application/json"
    assert answer.json() is answer.json()
