"""What really goes over the wire, and what never does."""

from __future__ import annotations

import base64
import socket
import threading
from types import MappingProxyType
from urllib.parse import parse_qsl

import pytest
from starlette.responses import Response

from connectors.budget import RateBudget, Window
from connectors.errors import Applied, BadSettings, ConnectorError, Rejected, Transient
from connectors.limiter import BookLimiter
from connectors.serving import Fault, Kind
from tests.connectors.kit.site import SECRET, get, http, nobody, post, raw_server, read_request, reply


def sent(site):
    """The last request that the server got."""
    return site.serving.requests("site")[-1]


def test_base_url_and_path_are_joined(site):
    for base in (site.url, f"{site.url}/"):
        get(http(base), "/tasks")
        assert sent(site).path == "/tasks"
    get(http(f"{site.url}/prefix/"), "/tasks")
    assert sent(site).path == "/prefix/tasks"


def test_a_rooted_path_is_the_servers_own(site):
    http(f"{site.url}/prefix/").send("GET", "/tasks", changing=False, what="tasks", rooted=True)
    assert sent(site).path == "/tasks"


def test_parameters_are_encoded(site):
    get(http(site.url), params={"q": "a b&c=ü/ö", "page": "2"})
    assert parse_qsl(sent(site).query) == [("q", "a b&c=ü/ö"), ("page", "2")]


def test_json_is_sent_as_utf8(site):
    body = MappingProxyType({"title": "Größe 🎉", "labels": ("a", "b"), "due": None})
    http(site.url).send("PUT", "/tasks/1", json=body, changing=True, what="task 1")
    assert sent(site).headers["content-type"] == "application/json"
    assert sent(site).body == '{"title":"Größe 🎉","labels":["a","b"],"due":null}'.encode()


def test_a_form_is_sent_in_the_order_given(site):
    form = [("task[content]", "a & b = ü"), ("task[tags]", "x"), ("task[tags]", "y")]
    http(site.url).send("POST", "/tasks", form=form, changing=True, what="task 1")
    assert sent(site).headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(sent(site).body.decode()) == form


def test_content_is_sent_as_it_is(site):
    headers = {"Content-Type": "text/plain"}
    http(site.url).send("POST", "/files", content=b"\x00\xffas it is", headers=headers, changing=True, what="a file")
    assert (sent(site).headers["content-type"], sent(site).body) == ("text/plain", b"\x00\xffas it is")


def test_no_body_is_no_body(site):
    http(site.url).send("POST", "/tasks/1/close", changing=True, what="task 1")
    assert sent(site).body == b""
    assert sent(site).headers["content-length"] == "0"
    assert "content-type" not in sent(site).headers


def test_credentials_outside_of_latin_1_are_sent_as_utf8(site):
    get(http(site.url), auth=("anna@example.com", "grüße-ключ"))
    scheme, _, word = sent(site).headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(word).decode()) == ("Basic", "anna@example.com:grüße-ключ")


def test_headers_of_the_caller_win(site):
    get(http(site.url), headers={"X-Client-Token": "abc", "Accept": "text/calendar"})
    assert sent(site).headers["x-client-token"] == "abc"
    assert sent(site).headers["accept"] == "text/calendar"
    assert sent(site).headers["user-agent"] == "tasksync"


def test_cookies_are_not_kept(site):
    site.answer = lambda _: Response("[]", headers={"Set-Cookie": "session=1; Path=/"}, media_type="application/json")
    way = http(site.url)
    get(way)
    get(way)
    assert "cookie" not in sent(site).headers


def test_the_environment_adds_no_credentials(site, tmp_path, monkeypatch):
    """A .netrc of the user is nobody's credentials for a side."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password geheim\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    get(http(site.url))
    assert "authorization" not in sent(site).headers


def test_a_proxy_of_the_environment_is_used_and_never_for_this_machine(site, monkeypatch):
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(read_request(connection))
        connection.sendall(reply([1]))

    with raw_server(talk) as proxy:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert get(http("http://vendor.example")).json() == [1]
        assert asked[0].startswith(b"GET http://vendor.example/tasks HTTP/1.1")
        get(http(site.url))
        assert len(asked) == 1
        monkeypatch.setenv("no_proxy", "vendor.invalid")
        with pytest.raises(Transient, match="host name"):
            get(http("http://vendor.invalid", attempts=1))
        assert len(asked) == 1


def test_a_proxy_that_opens_no_tunnel_has_been_sent_nothing_of_the_request(monkeypatch):
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with raw_server(talk) as proxy:
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        way = http("https://vendor.example", attempts=1)
        with pytest.raises(Transient, match="proxy") as caught:
            post(way, params={"token": SECRET})
    assert caught.value.applied is Applied.NO
    assert way.requests == 0
    assert [line.split(b" ")[:2] for line in asked] == [[b"CONNECT", b"vendor.example:443"]]


def test_a_proxy_that_is_not_there_has_sent_nothing(monkeypatch):
    monkeypatch.setenv("http_proxy", nobody())
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(Transient, match="proxy") as caught:
        post(http("http://vendor.example", attempts=1))
    assert caught.value.applied is Applied.NO


@pytest.mark.parametrize(
    "options",
    [{"json": {"title": "half \ud83d"}}, {"form": [("title", "half \ud83d")]}, {"json": {"id": 2**70}}],
    ids=["json", "form", "number"],
)
def test_values_that_can_not_be_written_are_refused_before_anything_is_sent(site, options):
    with pytest.raises(Rejected, match="can not be sent") as caught:
        http(site.url).send("POST", "/tasks", changing=True, what="task 1", **options)
    assert caught.value.applied is Applied.NO
    assert site.count == 0


@pytest.mark.parametrize(
    "headers",
    [{"X-Client-Token": "ab\ncd"}, {"X-Client-Token": "ключ"}, {"X-Client-Token": "half \ud83d"}],
    ids=["line break", "cyrillic", "half"],
)
def test_credentials_that_no_header_can_carry_are_a_setting_to_mend(site, headers):
    with pytest.raises(BadSettings, match="header") as caught:
        get(http(site.url), headers=headers)
    assert "credentials" in caught.value.hint
    assert site.count == 0


@pytest.mark.parametrize(
    "base_url",
    ["http://", "http://[::1", "ftp://127.0.0.1", "http://host:port", "http://a b", "http://.example", "http://*"],
)
def test_an_address_that_can_not_be_used_is_a_setting_to_mend(base_url):
    with pytest.raises(ConnectorError) as caught:
        get(http(base_url, attempts=1))
    assert caught.value.applied is Applied.NO
    assert "base_url" in str(caught.value)


WRONG = [
    Kind.STATUS,
    Kind.RESET_BEFORE,
    Kind.TRUNCATED,
    Kind.CUT_JSON,
    Kind.HTML,
    Kind.WRONG_TYPE,
    Kind.EMPTY,
    Kind.HANG,
]


@pytest.mark.parametrize("kind", [*WRONG, None], ids=[*WRONG, "nobody there"])
def test_no_error_of_any_fault_holds_a_secret(site, kind):
    """Neither in its words nor in any error behind it, as itself or as an address writes it."""
    if kind is not None:
        site.faults.add(Fault(kind, times=None))
    with pytest.raises(ConnectorError) as caught:
        get(
            http(site.url if kind is not None else nobody(), timeout=0.3, attempts=1),
            params={"token": "a-token-of-a-login", "q": SECRET},
            headers={"X-Client-Token": SECRET},
            auth=("me", SECRET),
        ).json()
    seen: list[BaseException | None] = [caught.value]
    while seen:
        if (error := seen.pop()) is not None:
            text = f"{error} {error!r} {error.args}"
            assert "a-token-of-a-login" not in text
            assert SECRET[:10] not in text
            seen += [error.__cause__, error.__context__]


def test_the_user_in_a_base_url_is_shown_nowhere(site):
    site.faults.add(Fault(Kind.STATUS, status=404))
    base_url = site.url.replace("http://", "http://me:geheim-word@")
    with pytest.raises(ConnectorError) as caught:
        get(http(base_url))
    assert "geheim" not in str(caught.value)
    assert "geheim" not in get(http(base_url)).url


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=302, headers={"Location": "http://ev\x1b[31mil.example/"}),
        Response("[]", headers={"Content-Type": "application/x\x1b[31m"}),
        Response("[]", headers={"Content-Encoding": "x\x1b[31m"}),
        Response('{"message": "\\u001b[31m\\u202e"}', status_code=400),
    ],
    ids=["redirect", "type", "packing", "words"],
)
def test_what_a_server_writes_can_not_steer_a_terminal(site, answer):
    site.answer = lambda _: answer
    with pytest.raises(ConnectorError) as caught:
        get(http(site.url))
    assert str(caught.value).isprintable()


def test_a_head_request_has_no_body_and_that_is_no_fault(site):
    assert http(site.url).send("HEAD", "/tasks", changing=False, what="list 7").body == b""


def test_many_threads_share_one_way(site):
    way = http(site.url)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                assert get(way).json()["tasks"]
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert way.requests == site.count == 80


def test_a_change_is_not_sent_when_the_time_for_it_is_over_after_the_wait(site, clock):
    """It waited for the budget, and the machine slept: somebody else has the work now. Reads go on."""
    awake = iter([True, False, False, False])
    budget = RateBudget(windows=(Window(limit=1, per=30.0),))
    way = http(site.url, clock, limiter=BookLimiter(budget, clock), attempts=1, may_change=lambda: next(awake))
    post(way)
    with pytest.raises(Transient, match="not sent") as caught:
        post(way)
    assert caught.value.applied is Applied.NO
    assert (site.applied, site.count, way.requests) == (1, 1, 1)
    assert get(way).status == 200


def test_a_secret_is_taken_out_of_the_vendors_words_before_they_are_cut(site):
    """Also as the header had it. Cut first, a piece of it would stand at the end of the line, and nobody would know."""
    pair = base64.b64encode(f"me:{SECRET}".encode()).decode()
    for secret in (SECRET, pair):
        for before in range(200 - len(secret), 201):
            body = ("x" * before + secret).encode()
            site.answer = lambda _, body=body: Response(body, status_code=400, media_type="text/plain")
            with pytest.raises(Rejected) as caught:
                get(http(site.url), auth=("me", SECRET))
            assert secret[:4] not in str(caught.value)
