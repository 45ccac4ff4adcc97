"""Logging in, by every copy of the page, and what is done when a token is refused."""

from __future__ import annotations

import threading

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.checkvist.sandbox import Sandbox
from connectors.errors import Applied, BadCredentials, BadSettings, ConnectorError, ContractBroken, Forbidden, Transient
from connectors.serving import Fault, Kind
from connectors.task import Field
from tests.connectors.checkvist.kit import created, entries, settings

LOGIN, REFRESH, LIST = "POST /auth/login.json", "POST /auth/refresh_token.json", "GET /tasks.json"


@pytest.mark.parametrize(
    "reading",
    [
        "",
        "login=v1,refresh=no",
        "login=bare",
        "login=v1,header=parameter",
        "login=bare,header=parameter",
        "expired=403",
        "second_step=on",
    ],
)
def test_one_log_in_serves_a_process_and_a_read_is_one_request(bench, reading):
    with bench(reading) as it:
        connector = it.connected(settings(token2fa=Sandbox.token2fa))
        entries(connector)
        assert it.asked() == [LOGIN, LIST]
        entries(connector)
        assert it.asked() == [LIST]


def test_nothing_is_asked_before_something_is_needed(bench):
    with bench() as it:
        it.connected()
        assert it.asked() == []


def test_basic_needs_no_log_in(bench):
    with bench() as it:
        entries(it.connected(settings(auth="basic")))
        entries(it.connected(settings(auth="basic", remote_key=None, password=Sandbox.password)))
        assert it.asked() == [LIST, LIST]


@pytest.mark.parametrize("token_in", ["header", "parameter"])
def test_the_token_stands_where_the_settings_say(bench, token_in):
    with bench() as it:
        entries(it.connected(settings(token_in=token_in)))
        (_, seen) = it.serving.requests("it")
        assert ("x-client-token" in seen.headers) == (token_in == "header")
        assert ("token=" in seen.query) == (token_in == "parameter")


@pytest.mark.parametrize("expired", ["401", "403"])
def test_a_server_that_knows_no_header_is_told_the_token_as_a_parameter_from_then_on(bench, expired):
    with bench(f"header=parameter,expired={expired}") as it:
        connector = it.connected(settings(token_in="header"))
        entries(connector)
        assert it.asked() == [LOGIN, LIST, LIST]
        entries(connector)
        assert it.asked() == [LIST]


@pytest.mark.parametrize("auth", ["token", "basic"])
@pytest.mark.parametrize("refused", ["401", "403"])
@pytest.mark.parametrize("wrong", [{"remote_key": "wrong"}, {"username": "you@example.com"}], ids=["key", "user"])
def test_refused_credentials_are_fatal_at_once(bench, auth, refused, wrong):
    with bench(f"refused={refused}") as it:
        with pytest.raises(BadCredentials) as caught:
            entries(it.connected(settings(auth=auth, **wrong)))
        assert it.asked() == [LOGIN if auth == "token" else LIST]
        assert "remote_key" in caught.value.hint
        assert caught.value.applied is Applied.NO


@pytest.mark.parametrize("code", [None, "000000"], ids=["missing", "wrong"])
def test_a_second_step_is_named(bench, code):
    with bench("second_step=on") as it:
        with pytest.raises(BadCredentials, match="2-step") as caught:
            it.connected(settings(token2fa=code)).check()
        assert it.asked() == [LOGIN]
        assert "token2fa" in caught.value.hint


@pytest.mark.parametrize("reading", ["", "login=v1", "header=parameter,login=v1"])
def test_a_token_that_is_over_is_refreshed_and_the_request_sent_once_more(bench, reading):
    with bench(reading) as it:
        connector = it.connected()
        entries(connector)
        it.asked()
        it.sandbox.expire()
        entries(connector)
        assert it.asked() == [LIST, REFRESH, LIST]
        entries(connector)
        assert it.asked() == [LIST]


def test_without_a_refresh_there_is_a_new_log_in_and_no_second_try_of_the_refresh(bench):
    with bench("refresh=no") as it:
        connector = it.connected()
        entries(connector)
        it.sandbox.expire()
        it.asked()
        entries(connector)
        assert it.asked() == [LIST, REFRESH, LOGIN, LIST]
        it.sandbox.expire()
        entries(connector)
        assert it.asked() == [LIST, LOGIN, LIST]


def test_a_token_that_is_too_old_to_refresh_is_followed_by_a_log_in(bench):
    with bench() as it:
        connector = it.connected()
        entries(connector)
        it.sandbox.forget_tokens()
        it.asked()
        entries(connector)
        assert it.asked() == [LIST, REFRESH, LOGIN, LIST]


def test_a_write_with_a_token_that_is_over_is_done_once(bench):
    with bench() as it:
        connector = it.connected()
        entries(connector)
        it.sandbox.expire()
        created(connector, {Field.TITLE: "Once"})
        assert [item["content"] for item in it.sandbox.tasks()] == ["Once"]


def test_a_403_for_an_old_token_is_renewed_and_for_a_young_one_believed(bench):
    with bench("expired=403") as it:
        connector = it.connected()
        entries(connector)
        it.sandbox.expire()
        it.asked()
        with pytest.raises(Forbidden):
            entries(connector)
        assert it.asked() == [LIST]
        it.clock.sleep(61)
        entries(connector)
        assert it.asked() == [LIST, REFRESH, LIST]


def test_tokens_that_end_all_the_time_are_renewed_all_the_time(bench):
    with bench("life=3 calls") as it:
        connector = it.connected()
        for number in range(10):
            created(connector, {Field.TITLE: f"Item {number}"})
        assert len(entries(connector)) == 10


def test_a_token_that_is_refused_right_after_the_log_in_is_an_error_and_no_loop(bench):
    with bench() as it:
        connector = it.connected()
        it.faults.add(Fault(Kind.STATUS, match=lambda _, path: "/auth/" not in path, status=401, times=None))
        with pytest.raises(BadCredentials, match="refused"):
            entries(connector)
        assert len(it.asked()) <= 3
        with pytest.raises(BadCredentials):
            entries(connector)
        assert len(it.asked()) <= 4


def test_threads_share_one_log_in_and_one_refresh(bench):
    with bench() as it:
        connector = it.connected()
        failures: list[Exception] = []

        def read() -> None:
            try:
                entries(connector)
            except Exception as error:  # noqa: BLE001 - told below
                failures.append(error)

        for _ in range(2):
            threads = [threading.Thread(target=read) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            asked = it.asked()
            assert failures == []
            assert sum(one in {LOGIN, REFRESH} for one in asked) == 1
            it.sandbox.expire()


def test_a_log_in_that_fails_for_now_is_tried_again_and_a_refresh_may_be_lost(bench):
    with bench() as it:
        connector = it.connected()
        it.faults.add(Fault(Kind.STATUS, match=lambda _, path: "login" in path, status=503))
        entries(connector)
        it.sandbox.expire()
        it.faults.add(Fault(Kind.RESET_AFTER, match=lambda _, path: "refresh" in path))
        entries(connector)
        assert it.asked()[-2:] == [LOGIN, LIST]


def test_a_log_in_that_can_not_be_had_says_so(bench):
    with bench() as it:
        it.faults.add(Fault(Kind.STATUS, match=lambda _, path: "login" in path, status=503, times=None))
        with pytest.raises(Transient, match="log-in"):
            entries(it.connected())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse({"message": "Invalid key checkvist-key"}), BadCredentials),
        (JSONResponse({"key": "abc"}), ContractBroken),
        (JSONResponse(""), ContractBroken),
        (JSONResponse(None), ContractBroken),
        (JSONResponse({"token": None}), ContractBroken),
        (Response("<!DOCTYPE html><html></html>", media_type="text/html"), ContractBroken),
        (Response("", media_type="application/json"), Transient),
        (JSONResponse({"message": "who?"}, 404), BadSettings),
    ],
    ids=["soft error", "no token", "empty text", "null", "token null", "html", "empty", "no such call"],
)
def test_a_log_in_whose_answer_is_no_token(bench, answer, error):
    async def login(request):
        return answer

    with bench(app=Starlette(routes=[Route("/auth/login.json", login, methods=["POST"])])) as it:
        it.secrets.add("checkvist-key")
        with pytest.raises(error) as caught:
            it.connected().check()
        assert "checkvist-key" not in str(caught.value)
        assert caught.value.hint


@pytest.mark.parametrize("status", [400, 200])
@pytest.mark.parametrize(
    "shape", [lambda token: {"message": f"not for {token}"}, lambda token: f"no list: {token}"], ids=["object", "text"]
)
def test_a_token_shows_in_no_error_though_the_server_echoes_it(bench, status, shape):
    seen: list[str] = []

    async def login(request):
        return JSONResponse({"token": "token-0123456789"})

    async def anything(request):
        seen.append(request.headers.get("x-client-token", ""))
        return JSONResponse(shape(seen[-1]), status)

    routes = [Route("/auth/login.json", login, methods=["POST"]), Route("/{rest:path}", anything)]
    with bench(app=Starlette(routes=routes)) as it:
        with pytest.raises(ConnectorError) as caught:
            entries(it.connected())
        assert seen == ["token-0123456789"]
        assert "0123456789" not in str(caught.value)
