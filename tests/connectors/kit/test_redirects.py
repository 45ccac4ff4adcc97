"""Redirects: a read follows a few, on the same server only; a change follows none."""

from __future__ import annotations

import pytest
from starlette.responses import JSONResponse, Response

from connectors.errors import Applied, BadSettings, ContractBroken
from tests.connectors.kit.site import SECRET, get, http, open_site, post
from tests.connectors.kit.test_bounds import bomb


def to(location: str, *, status: int = 302, at: str = "/tasks"):
    """An application that redirects one path, and answers the others with what it was asked."""

    def answer(request) -> Response:
        if request.url.path == at:
            return Response(status_code=status, headers={"Location": location})
        seen = {
            "path": request.url.path,
            "query": str(request.url.query),
            "auth": request.headers.get("authorization", ""),
        }
        return JSONResponse(seen)

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("absolute", [False, True], ids=["path", "address"])
def test_a_read_follows_on_the_same_server_with_its_credentials(site, status, absolute):
    site.answer = to(f"{site.url if absolute else ''}/moved/?page=2", status=status)
    way = http(site.url)
    seen = get(way, params={"a": "b"}, auth=("me", "word")).json()
    assert (seen["path"], seen["query"]) == ("/moved/", "page=2")
    assert seen["auth"].startswith("Basic ")
    assert (way.requests, site.count) == (2, 2)


def test_a_read_never_follows_to_another_server(site):
    """Not even to another port of the same host: it would take the credentials along."""
    with open_site() as other:
        site.answer = to(f"{other.url}/tasks?token={SECRET}")
        with pytest.raises(BadSettings) as caught:
            get(http(site.url), auth=("me", SECRET))
        assert other.count == 0
        assert f"another server, {other.url}" in caught.value.message
        assert other.url in caught.value.hint
        assert SECRET not in str(caught.value)
    assert site.count == 1


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1/tasks",
        "ftp://127.0.0.1/x",
        "//other.example/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://[::1/x",
        "http://host:port/",
    ],
)
def test_another_scheme_or_host_is_another_server(site, target):
    site.answer = to(target)
    with pytest.raises(BadSettings, match="another server"):
        get(http(site.url))
    assert site.count == 1


def test_a_circle_of_redirects_ends(site):
    site.answer = to("/tasks")
    with pytest.raises(BadSettings, match="redirected"):
        get(http(site.url))
    assert site.count == 4


@pytest.mark.parametrize(
    ("status", "applied"),
    [(301, Applied.NO), (302, Applied.UNKNOWN), (303, Applied.UNKNOWN), (307, Applied.NO), (308, Applied.NO)],
)
def test_a_change_follows_nowhere(site, status, applied):
    site.answer = to("/moved/", status=status)
    with pytest.raises(BadSettings, match="redirected") as caught:
        post(http(site.url))
    assert caught.value.applied is applied
    assert f"set base_url to the new address: {site.url}" in caught.value.hint
    assert site.count == 1


def test_a_read_that_is_no_get_keeps_its_method_or_stays(site):
    """A log-in by POST follows where its method and body are kept, and nowhere else."""
    site.answer = to("/moved/", status=307)
    way = http(site.url)
    way.send("POST", "/tasks", form=[("a", "b")], changing=False, what="the log-in")
    sent = site.serving.requests("site")
    assert [(seen.method, seen.path, seen.body) for seen in sent] == [
        ("POST", "/tasks", b"a=b"),
        ("POST", "/moved/", b"a=b"),
    ]
    site.answer = to("/moved/", status=302)
    with pytest.raises(BadSettings, match="redirected"):
        way.send("POST", "/tasks", form=[("a", "b")], changing=False, what="the log-in")
    assert site.count == 3


def test_the_body_of_a_redirect_is_bounded_too(site):
    body = bomb()
    headers = {"Location": "/moved/", "Content-Encoding": "gzip", "Content-Type": "application/json"}
    site.answer = lambda _: Response(body, status_code=302, headers=headers)
    with pytest.raises(ContractBroken, match="larger than 64 MiB"):
        get(http(site.url))
    assert site.count == 1


def test_a_redirect_without_a_place_to_go_is_an_error(site):
    site.answer = lambda _: Response(status_code=302)
    with pytest.raises(BadSettings, match="redirected"):
        get(http(site.url))
    assert site.count == 1
