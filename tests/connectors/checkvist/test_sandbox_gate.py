"""Who gets into the sandbox: log-ins and tokens as each copy of the page has them, asked by plain HTTP."""

from __future__ import annotations

import base64

import pytest
import requests

from connectors.checkvist.sandbox import Sandbox

NOBODY = {"username": Sandbox.username, "remote_key": "wrong"}
ME = {"username": Sandbox.username, "remote_key": Sandbox.remote_key}


def raw(it, method: str, path: str, **more: object) -> requests.Response:
    with requests.Session() as session:
        return session.request(method, f"{it.serving.url('it')}{path}", timeout=10, **more)


@pytest.mark.parametrize(
    ("reading", "query", "kind"),
    [("", "?version=2", dict), ("", "", str), ("login=v1", "?version=2", str)],
    ids=["v2", "no version", "old"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_log_in_gives_a_token_that_opens_the_list(bench, reading, query, kind, method):
    with bench(reading) as it:
        how = {"params": ME} if method == "GET" else {"data": ME}
        answer = raw(it, method, f"/auth/login.json{query}", **how).json()
        assert isinstance(answer, kind)
        token = answer["token"] if kind is dict else answer
        by_parameter = raw(it, "GET", "/checklists.json", params={"token": token})
        by_header = raw(it, "GET", "/checklists.json", headers={"X-Client-Token": token})
        assert by_parameter.json() == by_header.json()
        assert {one["id"] for one in by_header.json()} == {774411, 774412}


def test_a_bare_token_is_a_text_without_quotes(bench):
    with bench("login=bare") as it:
        answer = raw(it, "POST", "/auth/login.json", data=ME)
        assert not answer.text.startswith('"')
        assert raw(it, "GET", "/checklists.json", params={"token": answer.text}).status_code == 200


@pytest.mark.parametrize("code", ["401", "403"])
def test_refusals_have_their_status(bench, code):
    with bench(f"refused={code},expired={code}") as it:
        assert raw(it, "POST", "/auth/login.json", data=NOBODY).status_code == int(code)
        assert raw(it, "GET", "/checklists.json").status_code == int(code)
        assert raw(it, "GET", "/checklists.json", params={"token": "x"}).status_code == int(code)


def test_basic_takes_the_key_and_the_password_and_nothing_else(bench):
    with bench() as it:
        for word, status in ((Sandbox.remote_key, 200), (Sandbox.password, 200), ("wrong", 401)):
            assert raw(it, "GET", "/checklists.json", auth=(Sandbox.username, word)).status_code == status
        for coded in ("???", base64.b64encode(b"\xff\xff").decode()):
            headers = {"Authorization": f"Basic {coded}"}
            assert raw(it, "GET", "/checklists.json", headers=headers).status_code == 401


def test_a_refresh_ends_the_old_token(bench):
    with bench() as it:
        old = raw(it, "POST", "/auth/login.json?version=2", data=ME).json()["token"]
        new = raw(it, "POST", "/auth/refresh_token.json?version=2", data={"old_token": old}).json()["token"]
        statuses = [raw(it, "GET", "/checklists.json", params={"token": token}).status_code for token in (old, new)]
        assert statuses == [401, 200]
        assert raw(it, "POST", "/auth/refresh_token.json", data={"old_token": old}).status_code == 401


@pytest.mark.parametrize(("life", "seconds"), [("30m", 1801), ("1d", 86401)])
def test_a_token_lives_as_long_as_it_should(bench, life, seconds):
    with bench(f"life={life}") as it:
        token = raw(it, "POST", "/auth/login.json?version=2", data=ME).json()["token"]
        it.clock.sleep(seconds - 2)
        assert raw(it, "GET", "/checklists.json", params={"token": token}).status_code == 200
        it.clock.sleep(2)
        assert raw(it, "GET", "/checklists.json", params={"token": token}).status_code == 401
        assert raw(it, "POST", "/auth/refresh_token.json", data={"old_token": token}).status_code == 200


def test_a_token_can_be_refreshed_for_ninety_days(bench):
    with bench() as it:
        token = raw(it, "POST", "/auth/login.json?version=2", data=ME).json()["token"]
        it.clock.sleep(91 * 86400)
        assert raw(it, "POST", "/auth/refresh_token.json", data={"old_token": token}).status_code == 401
