"""Lists in every style, to their end, or an error; never half of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Transient
from connectors.opus2.paging import Part, Walk, Way
from connectors.opus2.sandbox.reading import Reading
from connectors.opus2.sandbox.shapes import PAGE, paged
from connectors.opus2.sandbox.world import Refused
from connectors.opus2.signs import signs
from connectors.opus2.wire import Malformed, things
from connectors.task import JsonValue

PATH = "/projects/p/documents"
STYLES = [one for one in Reading.choices()["paging"] if one != "cut"]


def served(answer: Callable[[Mapping[str, str]], tuple[JsonValue, Mapping[str, str]]]) -> Callable[..., Part]:
    """A server as the walk asks it."""

    def fetch(params: Mapping[str, str]) -> Part:
        body, headers = answer(params)
        return Part(elements=things(body, "documents"), signs=signs(body, headers, PATH))

    return fetch


def sandbox(style: str, total: int) -> Callable[..., Part]:
    """The sandbox's lists."""
    reading = Reading.parse(f"paging={style}")
    documents: list[JsonValue] = [{"id": f"d{number}"} for number in range(total)]
    return served(lambda params: paged(documents, params, reading, "documents", PATH))


def read(fetch: Callable[..., Part], style: str = "auto", way: Way | None = None) -> tuple[list[str], Walk]:
    """What a walk finds."""
    walk = Walk(fetch=fetch, style=style, way=way)
    return [str(one["id"]) for elements in walk.run() for one in elements], walk


@pytest.mark.parametrize("style", STYLES)
@given(st.sampled_from([0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 3 * PAGE + 7]))
def test_a_list_is_read_whole_in_each_style(style, total):
    """Twice: what was found out about the way is right, and shorter."""
    expected = [f"d{number}" for number in range(total)]
    found, walk = read(sandbox(style, total))
    assert found == expected
    assert read(sandbox(style, total), way=walk.way)[0] == expected
    assert read(sandbox(style, 2 * total), way=walk.way)[0] == [f"d{number}" for number in range(2 * total)]


@pytest.mark.parametrize(
    ("configured", "style"),
    [("page", "silent_page"), ("page", "pages0"), ("offset", "silent_offset"), ("cursor", "cursor"), ("next", "link")],
)
def test_a_style_may_be_configured(configured, style):
    assert len(read(sandbox(style, 50), configured)[0]) == 50


@pytest.mark.parametrize(
    ("configured", "style"),
    [("auto", "cut"), ("none", "cut"), ("none", "next"), ("none", "page"), ("page", "silent_offset"), ("next", "page")],
)
def test_half_a_list_is_an_error(configured, style):
    with pytest.raises(Malformed):
        read(sandbox(style, 50), configured)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda _: ({"documents": [{"id": "1"}], "next": "/projects/p/documents?cursor=a"}, {}), "come again"),
        (lambda p: ({"documents": [{"id": p.get("cursor", "0")}], "nextCursor": "a"}, {}), "circles"),
        (lambda _: ({"documents": [{"id": "1"}], "next": "/elsewhere?page=2"}, {}), "not a page of"),
        (lambda _: ([{"id": "1"}], {"X-Next-Page": "two"}), 'named "two"'),
        (lambda _: ({"documents": [{"id": "1"}], "total": 7}, {}), "no way to the others|come again"),
        (lambda _: ({"documents": [{"id": "1"}], "page": 1, "totalPages": 3}, {}), "come again"),
        (lambda _: ({"documents": [{"id": "1"}], "hasMore": True}, {}), "come again"),
        (lambda _: ({"documents": "many"}, {}), "instead of a list"),
        (lambda _: (["one"], {}), "element 1"),
    ],
    ids=["link again", "cursor again", "elsewhere", "no number", "total", "pages", "more", "no list", "no object"],
)
def test_signs_that_lead_nowhere_are_errors(answer, words):
    with pytest.raises(Malformed, match=words):
        read(served(answer))


def test_a_list_that_changes_while_it_is_read_is_read_again_later():
    totals = iter([50, 49, 49])
    documents: list[JsonValue] = [{"id": f"d{number}"} for number in range(50)]

    def answer(params: Mapping[str, str]) -> tuple[JsonValue, Mapping[str, str]]:
        body, headers = paged(documents, params, Reading.parse("paging=page"), "documents", PATH)
        return {**body, "total": next(totals)}, headers

    with pytest.raises(Transient, match="changed while it was being read"):
        read(served(answer))


def test_a_server_that_knows_no_paging_is_asked_once_more_for_each_way_and_then_no_more():
    asked: list[Mapping[str, str]] = []
    documents: list[JsonValue] = [{"id": "1"}, {"id": "2"}]

    def answer(params: Mapping[str, str]) -> tuple[JsonValue, Mapping[str, str]]:
        asked.append(params)
        return documents, {}

    found, walk = read(served(answer))
    assert (found, walk.way) == (["1", "2"], Way("none"))
    assert len(asked) == 8
    asked.clear()
    assert read(served(answer), way=walk.way)[0] == ["1", "2"]
    assert asked == [{}]


@pytest.mark.parametrize(
    "beside",
    [
        {"page": {"number": 0, "totalPages": 1}},
        {"meta": {"total": 2}},
        {"_links": {"self": {"href": "/x"}, "next": None}},
        {"pagination": {"nextCursor": None}},
        {"last": True},
        {"hasNext": False},
        {"total_count": 2},
    ],
)
def test_a_sign_of_the_end_is_believed_at_once(beside):
    asked = 0

    def answer(_: Mapping[str, str]) -> tuple[JsonValue, Mapping[str, str]]:
        nonlocal asked
        asked += 1
        return {"data": [{"id": "1"}, {"id": "2"}], **beside}, {}

    assert read(served(answer))[0] == ["1", "2"]
    assert asked == 1


@pytest.mark.parametrize("style", ["cursor"])
def test_the_sandbox_refuses_a_cursor_that_it_did_not_give(style):
    with pytest.raises(Refused):
        sandbox(style, 3)({"cursor": "nonsense"})
