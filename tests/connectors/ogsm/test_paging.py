"""A server that pages, which is not documented, is followed to the end or said to be one that can not be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from requests.structures import CaseInsensitiveDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.errors import ContractBroken, Transient
from connectors.ogsm.client import OgsmClient
from connectors.ogsm.paging import check_whole, next_page
from connectors.ogsm.wire import Malformed
from connectors.redact import Redactor
from connectors.serving import serve
from connectors.transport import Http
from tests.connectors.bench import Unhurried

PATH = "/api/v2/actions.json"


@pytest.mark.parametrize(
    ("headers", "following"),
    [
        ({}, None),
        ({"Link": ""}, None),
        ({"Link": f'<https://x{PATH}?page=2>; rel="next"'}, {"page": "2"}),
        ({"link": f"<{PATH}?page=3&per=5>; rel=next"}, {"page": "3", "per": "5"}),
        ({"Link": "<?cursor=a%2Bb>; title=x; rel='prev', <?cursor=c>; REL=\"last next\""}, {"cursor": "c"}),
        ({"Link": f'<https://x{PATH}?page=1>; rel="prev"'}, None),
        ({"X-Next-Page": ""}, None),
        ({"X-Next-Page": "2"}, {"page": "2"}),
    ],
)
def test_the_next_page(headers, following):
    assert next_page(CaseInsensitiveDict(headers), PATH) == following


@pytest.mark.parametrize(
    "headers",
    [{"Link": '<https://x/other?page=2>; rel="next"'}, {"Link": f'<{PATH}>; rel="next"'}, {"X-Next-Page": "more"}],
)
def test_a_next_page_that_can_not_be_followed(headers):
    with pytest.raises(Malformed):
        next_page(CaseInsensitiveDict(headers), PATH)


@pytest.mark.parametrize(
    "headers", [{"X-Total": "3"}, {"x-total-count": "3"}, {"Total-Count": "9"}, {"X-Total-Pages": "2"}]
)
def test_a_total_that_was_not_reached(headers):
    with pytest.raises(Malformed):
        check_whole(CaseInsensitiveDict(headers), received=2, pages=1)


@pytest.mark.parametrize("headers", [{}, {"X-Total": "2"}, {"X-Total": "1"}, {"X-Total": "many"}, {"Total-Pages": "1"}])
def test_a_total_that_was_reached(headers):
    check_whole(CaseInsensitiveDict(headers), received=2, pages=1)


Answers = Callable[[int], tuple[list[object], dict[str, str]]]


@contextmanager
def client(answers: Answers) -> Iterator[OgsmClient]:
    """A client of a server that answers each page as told."""

    async def listed(request: Request) -> Response:
        actions, headers = answers(int(request.query_params.get("page", "1")))
        return Response(json.dumps(actions), media_type="application/json", headers=headers)

    with serve({"list": Starlette(routes=[Route(PATH, listed)])}) as serving:
        http = Http(side="s", base_url=serving.url("list"), clock=Unhurried(), limiter=None, secrets=Redactor())
        try:
            yield OgsmClient(http, "u", "p")
        finally:
            http.close()


def listed(answers: Answers) -> list[object]:
    """The ids that a whole read gives."""
    with client(answers) as reader:
        return [action["id"] for listing in reader.actions() for action in listing.actions]


def test_pages_are_read_to_the_last_one():
    """An action that moved to the next page while it was read is repeated there, and counts once."""
    pages = {1: [1, 2], 2: [2, 3], 3: []}
    assert listed(
        lambda page: ([{"id": one} for one in pages[page]], {"X-Next-Page": str(page + 1)} if page < 3 else {})
    ) == [1, 2, 3]


def test_pages_that_go_round_are_no_list():
    with pytest.raises(ContractBroken, match="circles"):
        listed(lambda page: ([{"id": page}], {"X-Next-Page": "2" if page == 1 else "1" if page > 2 else "3"}))


def test_a_page_that_names_itself_is_no_list():
    with pytest.raises(ContractBroken, match="circles"):
        listed(lambda page: ([{"id": page}], {"X-Next-Page": "2"}))


def test_an_action_that_changed_between_two_pages_is_read_again_later():
    with pytest.raises(Transient, match="action 1 changed"):
        listed(lambda page: ([{"id": 1, "title": str(page)}], {"X-Next-Page": "2"} if page == 1 else {}))


def test_the_last_page_must_complete_the_total():
    with pytest.raises(ContractBroken, match="2 actions, while X-Total says that there are 3"):
        listed(lambda page: ([{"id": page}], {"X-Next-Page": "2" if page == 1 else "", "X-Total": "3"}))


def test_a_repeated_action_counts_once():
    assert listed(lambda _: ([{"id": 1}, {"id": 1}, {"id": "b"}], {})) == [1, "b"]
