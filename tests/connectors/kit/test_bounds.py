"""Servers that send too much, too slowly, or what nobody can trust."""

from __future__ import annotations

import contextlib
import gzip
import io
import socket
import time
import tracemalloc
import zlib
from datetime import UTC, datetime

import pytest
from starlette.responses import Response

from connectors.connection import LARGEST
from connectors.errors import Applied, ContractBroken, Transient
from tests.connectors.kit.site import get, http, post, raw_server, read_request, reply


class RealClock:
    """Time as it is."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def bomb() -> bytes:
    """A packed body that grows to a little more than is taken: 64 KiB of bytes for 65 MiB."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        for _ in range((LARGEST >> 20) + 1):
            file.write(b" " * (1 << 20))
    return packed.getvalue()


def packed(body: bytes, encoding: str):
    """An application that answers a packed body."""
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    return lambda _: Response(body, headers=headers)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip"])
def test_a_packed_answer_is_unpacked(site, encoding):
    body = b'{"a": "' + b"x" * 100_000 + b'"}'
    site.answer = packed(zlib.compress(body) if encoding == "deflate" else gzip.compress(body), encoding)
    assert get(http(site.url)).body == body


def test_an_answer_that_explodes_is_refused_before_it_fills_the_memory(site):
    body = bomb()
    assert len(body) < 100_000
    site.answer = packed(body, "gzip")
    tracemalloc.start()
    try:
        with pytest.raises(ContractBroken, match="larger than 64 MiB"):
            get(http(site.url))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LARGEST + (8 << 20)
    assert site.count == 1


def test_an_answer_that_never_ends_is_left_when_it_is_too_large():
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        while True:
            connection.sendall(b" " * (1 << 20))

    with raw_server(talk) as url, pytest.raises(ContractBroken, match="larger than 64 MiB") as caught:
        post(http(url))
    assert caught.value.applied is Applied.UNKNOWN


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_a_packing_that_was_not_asked_for_is_refused(site, encoding):
    site.answer = packed(b"whatever", encoding)
    with pytest.raises(ContractBroken, match="packed"):
        get(http(site.url))
    assert site.serving.requests("site")[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_packed_answer_that_can_not_be_unpacked_is_lost(site):
    site.answer = packed(b"this is no gzip", "gzip")
    with pytest.raises(Transient, match="unpacked"):
        get(http(site.url))
    assert site.count == 3


def drips(before: bytes, drop: bytes, *, every: float = 0.05):
    """A server that sends a beginning, and then a drop from time to time for ever."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(before)
        while True:
            time.sleep(every)
            connection.sendall(drop)

    return talk


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        pytest.param(HEAD + b"Content-Length: 100000\r\n\r\n[", b" ", id="body"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", id="chunks"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0", id="length-of-a-chunk"),
        pytest.param(HEAD + b"X-Drip: ", b"x", id="headers"),
        pytest.param(b"HT", b"T", id="status"),
    ],
)
def test_a_server_that_drips_is_left_when_the_time_is_up(before, drop):
    """Each drop comes in time, and the whole does not."""
    with raw_server(drips(before, drop)) as url, pytest.raises(Transient, match="in time") as caught:
        post(http(url, RealClock(), timeout=0.3))
    assert caught.value.applied is Applied.UNKNOWN


def test_an_answer_that_makes_progress_is_waited_for():
    """It takes longer than one part may take, and each part comes in time."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        head, _, body = reply(list(range(10))).partition(b"[")
        connection.sendall(head + b"[")
        for start in range(0, len(body), 3):
            time.sleep(0.3)
            connection.sendall(body[start : start + 3])

    with raw_server(talk) as url:
        way = http(url, RealClock(), timeout=2.0)
        assert get(way).json() == list(range(10))
        assert way.requests == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 200", id="cut in the status"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-", id="cut in the headers"),
        pytest.param(HEAD + b"Content-Length: 10\r\n\r\n[1", id="cut in the body"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1", id="cut in a chunk"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n", id="last chunk missing"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[1]\r\n", id="no length of a chunk"),
        pytest.param(HEAD + b"X: " + b"x" * 70_000 + b"\r\n\r\n", id="an endless header"),
        pytest.param(HEAD + b"X: y\r\n" * 200 + b"\r\n", id="too many headers"),
    ],
)
@pytest.mark.parametrize("changing", [False, True], ids=["read", "change"])
def test_an_answer_that_is_no_complete_http_is_lost(answer, changing):
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)

    with raw_server(talk) as url:
        way = http(url)
        with pytest.raises(Transient) as caught:
            (post if changing else get)(way)
    assert caught.value.applied is (Applied.UNKNOWN if changing else Applied.NO)
    assert way.requests == (1 if changing else 3)
    assert "\n" not in str(caught.value)


def test_a_connection_that_the_server_closed_meanwhile_is_opened_anew():
    """The server ends each connection after an answer without saying so; no request is lost by it."""
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        connection.sendall(reply({"id": len(heard)}))

    with raw_server(talk) as url:
        way = http(url)
        for number in (1, 2, 3):
            assert post(way).json() == {"id": number}
            time.sleep(0.05)
    assert len(heard) == 3
