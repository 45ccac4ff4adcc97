"""Serving: servers that start at once, real faults, a true log, an end that leaves nothing behind."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.serving import Fault, FaultMiddleware, Faults, Kind, serve, unreliable
from tests.connectors.kit.site import get
from tests.connectors.kit.site import http as way_to


async def echo(request):
    """Answers what it was sent."""
    body = await request.body()
    return JSONResponse({"method": request.method, "body": body.decode()})


def app() -> Starlette:
    return Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])])


def ask(
    url: str, method: str = "GET", path: str = "/x", body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    """One request, past everything of ours."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body=body)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def test_several_applications_have_a_port_each():
    with serve({"a": app(), "b": app()}) as serving:
        assert serving.url("a") != serving.url("b")
        for name in ("a", "b"):
            assert ask(serving.url(name))[0] == 200
        assert [len(serving.requests(name)) for name in ("a", "b")] == [1, 1]


def test_a_wanted_port_is_taken_and_a_taken_one_is_told():
    with serve({"a": app()}) as first:
        port = int(first.url("a").rsplit(":", 1)[1])
        with (
            pytest.raises(OSError, match=f"second can not listen on 127.0.0.1 port {port}"),
            serve({"second": app()}, ports={"second": port}),
        ):
            pass
    with serve({"a": app()}, ports={"a": port}) as again:
        assert again.url("a") == f"http://127.0.0.1:{port}"


def test_the_end_leaves_no_thread_and_no_port():
    """Also while a request hangs and another connection is idle."""
    faults = Faults()
    faults.add(Fault(Kind.HANG, match=lambda _, path: path == "/hang"))
    before = set(threading.enumerate())
    with serve({"a": FaultMiddleware(app(), faults)}) as serving:
        host, port = serving.url("a").removeprefix("http://").split(":")
        idle = socket.create_connection((host, int(port)))
        hanging = socket.create_connection((host, int(port)))
        hanging.sendall(b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n")
        while not serving.requests("a"):
            time.sleep(0.01)
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))
    for connection in (idle, hanging):
        connection.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        connection.close()


def test_the_log_holds_each_request_with_its_body():
    with serve({"a": app()}) as serving:
        ask(serving.url("a"), "POST", "/tasks?page=2", b"task[content]=x")
        seen = serving.requests("a")[0]
        assert (seen.method, seen.path, seen.query, seen.body) == ("POST", "/tasks", "page=2", b"task[content]=x")
        assert seen.headers["content-length"] == "15"
        serving.forget("a")
        assert serving.requests("a") == ()


def test_an_application_behind_a_fault_still_gets_its_body():
    faults = Faults()
    faults.add(Fault(Kind.SLOW, seconds=0.01))
    with serve({"a": FaultMiddleware(app(), faults)}) as serving:
        assert b'"body":"hello"' in ask(serving.url("a"), "POST", "/x", b"hello")[2]


@pytest.mark.parametrize("kind", [Kind.RESET_BEFORE, Kind.RESET_AFTER])
def test_a_reset_is_a_real_reset(kind):
    """Not the orderly end of a connection: the other side's system is told that it was cut."""
    faults = Faults()
    faults.add(Fault(kind))
    with serve({"a": FaultMiddleware(app(), faults)}) as serving, pytest.raises(ConnectionResetError) as caught:
        ask(serving.url("a"))
    assert caught.type is ConnectionResetError


def test_a_truncated_body_is_shorter_than_it_claims():
    faults = Faults()
    faults.add(Fault(Kind.TRUNCATED))
    with serve({"a": FaultMiddleware(app(), faults)}) as serving, pytest.raises(http.client.IncompleteRead) as caught:
        ask(serving.url("a"))
    assert caught.value.expected > 0
    assert len(caught.value.partial) > 0


def test_what_each_other_fault_answers():
    faults = Faults()
    headers = {"Retry-After": "5", "Content-Type": "application/json"}
    for fault in (
        Fault(Kind.STATUS, status=429, headers=headers, body=b'{"error": "slow"}'),
        Fault(Kind.HTML),
        Fault(Kind.EMPTY),
        Fault(Kind.CUT_JSON),
        Fault(Kind.WRONG_TYPE),
    ):
        faults.add(fault)
    with serve({"a": FaultMiddleware(app(), faults)}) as serving:
        answers = [ask(serving.url("a")) for _ in range(6)]
    whole = b'{"method":"GET","body":""}'
    assert [status for status, _, _ in answers] == [429, 200, 200, 200, 200, 200]
    assert answers[0][1]["retry-after"] == "5"
    assert answers[0][2] == b'{"error": "slow"}'
    assert answers[1][1]["content-type"].startswith("text/html")
    assert [body for _, _, body in answers[2:]] == [b"", whole[:13], whole, whole]
    assert answers[4][1]["content-type"] == "application/octet-stream"
    assert all("date" in headers for _, headers, _ in answers)


def test_faults_are_chosen_by_request_and_used_up():
    faults = Faults()
    post = Fault(Kind.HTML, match=lambda method, _: method == "POST", times=2)
    any_ = Fault(Kind.EMPTY, match=lambda _, path: path.startswith("/x"), times=1)
    faults.add(post)
    faults.add(any_)
    taken = [
        faults.take(method, path)
        for method, path in [
            ("GET", "/y"),
            ("POST", "/y"),
            ("GET", "/x"),
            ("GET", "/x"),
            ("POST", "/x"),
            ("POST", "/x"),
        ]
    ]
    assert taken == [None, post, any_, None, post, None]
    assert faults.struck == (post, any_, post)
    faults.add(post)
    faults.clear()
    assert faults.take("POST", "/y") is None


def test_a_share_strikes_about_that_part():
    faults = Faults(seed=1)
    faults.add(Fault(Kind.HTML, times=None, share=0.25))
    struck = sum(faults.take("GET", "/") is not None for _ in range(4000))
    assert 800 < struck < 1200


@pytest.mark.parametrize("share", [0.0, 0.05, 1.0])
def test_an_unreliable_server_fails_its_share_in_every_way(share):
    faults = unreliable(share, seed=1)
    taken = [faults.take("GET", "/") for _ in range(4000)]
    assert sum(fault is not None for fault in taken) == pytest.approx(4000 * share, rel=0.25)
    if share:
        assert len({(fault.kind, fault.status, fault.applied) for fault in taken if fault}) == 11


def test_a_fault_needs_a_server_of_ours():
    """Where the connection can not be cut it says so, instead of answering something milder."""
    faults = Faults()
    faults.add(Fault(Kind.RESET_BEFORE))
    wrapped = FaultMiddleware(app(), faults)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        raise AssertionError(message)

    call = wrapped({"type": "http", "method": "GET", "path": "/"}, receive, send)
    with pytest.raises(RuntimeError, match="use connectors"):
        call.send(None)


def test_the_second_request_of_a_connection_meets_faults_too(site):
    way = way_to(site.url)
    get(way)
    site.faults.add(Fault(Kind.RESET_BEFORE))
    assert get(way).status == 200
    assert site.count == 3
