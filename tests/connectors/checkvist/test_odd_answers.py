"""Answers that are not what the page promises: the right error, and never an empty list."""

from __future__ import annotations

import json

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.errors import (
    Applied,
    BadSettings,
    ContractBroken,
    Forbidden,
    RateLimited,
    Rejected,
    Transient,
)
from connectors.serving import Fault, Kind
from connectors.task import Field
from tests.connectors.checkvist.kit import created, entries, native, settings, updated


def answering(answer: Response) -> Starlette:
    """A server that answers everything alike."""

    async def anything(request):
        return answer

    methods = ["GET", "POST", "PUT", "DELETE"]
    return Starlette(routes=[Route("/{rest:path}", anything, methods=methods)])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse({"error": "try later"}), Transient),
        (JSONResponse({"message": "The list doesn't exist or is not available to you"}), Forbidden),
        (JSONResponse({"tasks": []}), ContractBroken),
        (JSONResponse(None), ContractBroken),
        (JSONResponse("[]"), ContractBroken),
        (JSONResponse([native(), native(content="Other")]), ContractBroken),
        (JSONResponse([native(), {"content": "no id"}]), ContractBroken),
        (JSONResponse([native(), None]), ContractBroken),
        (Response("<html><body>Log in</body></html>", media_type="text/html"), ContractBroken),
        (Response("", media_type="application/json"), Transient),
        (Response('[{"id": 5, "cont', media_type="application/json"), Transient),
        (Response("[NaN]", media_type="application/json"), ContractBroken),
        (JSONResponse({"message": "no"}, 400), BadSettings),
        (JSONResponse({"message": "no"}, 404), BadSettings),
        (JSONResponse({"message": "no"}, 410), BadSettings),
        (JSONResponse({"message": "no"}, 403), Forbidden),
        (JSONResponse({"message": "no"}, 503), Transient),
        (JSONResponse({"message": "no"}, 429, {"Retry-After": "600"}), RateLimited),
    ],
    ids=[
        "soft error",
        "soft, the list",
        "object",
        "null",
        "text",
        "twice",
        "no id",
        "null inside",
        "html",
        "empty body",
        "cut",
        "NaN",
        "400",
        "404",
        "410",
        "403",
        "503",
        "429",
    ],
)
def test_a_list_that_is_none_is_an_error_that_names_it(bench, answer, error):
    with bench(app=answering(answer)) as it:
        with pytest.raises(error) as caught:
            entries(it.connected(settings(auth="basic")))
        assert caught.value.applied is Applied.NO
        assert "774411" in caught.value.message
        assert len(caught.value.message.splitlines()) == 1
        assert caught.value.hint


@pytest.mark.parametrize("body", [{"id": 5}, [], {"name": "no id"}, None], ids=json.dumps)
def test_a_check_wants_our_list(bench, body):
    with bench(app=answering(JSONResponse(body))) as it, pytest.raises(ContractBroken, match="774411"):
        it.connected(settings(auth="basic")).check()


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("fault", "error", "applied"),
    [
        (Fault(Kind.STATUS, status=500), Transient, Applied.UNKNOWN),
        (Fault(Kind.RESET_BEFORE), Transient, Applied.UNKNOWN),
        (Fault(Kind.RESET_AFTER), Transient, Applied.UNKNOWN),
        (Fault(Kind.HTML), ContractBroken, Applied.UNKNOWN),
        (Fault(Kind.CUT_JSON), (Transient, ContractBroken), Applied.UNKNOWN),
        (Fault(Kind.STATUS, status=429, headers={"Retry-After": "600"}), RateLimited, Applied.NO),
        (Fault(Kind.STATUS, status=422, body=b'{"message": "no"}'), Rejected, Applied.NO),
    ],
    ids=["500", "reset before", "reset after", "html", "cut", "429", "422"],
)
def test_a_change_that_fails_says_truly_whether_it_can_have_been_made_and_is_sent_once(
    bench, verb, fault, error, applied
):
    with bench() as it:
        connector = it.connected(settings(auth="basic"))
        entry = connector.get(str(it.sandbox.add("Old")))
        it.asked()
        more = {"times": None, "status": fault.status, "headers": fault.headers, "body": fault.body}
        it.fail(fault.kind, verb, **more)
        write = {
            "POST": lambda: created(connector, {Field.TITLE: "New"}),
            "PUT": lambda: updated(connector, entry, {Field.TITLE: "New"}),
            "DELETE": lambda: connector.delete(entry),
        }[verb]
        with pytest.raises(error) as caught:
            write()
        assert caught.value.applied is applied
        assert sum(one.startswith(verb) for one in it.asked()) == 1


@pytest.mark.parametrize(
    ("answer", "error", "applied"),
    [
        ({"error": "no"}, Rejected, Applied.NO),
        ({"message": "no"}, Rejected, Applied.NO),
        ({"content": "no id"}, ContractBroken, Applied.UNKNOWN),
        ([], ContractBroken, Applied.UNKNOWN),
        ([None], ContractBroken, Applied.UNKNOWN),
        ("done", ContractBroken, Applied.UNKNOWN),
        ([native(id=6)], ContractBroken, Applied.UNKNOWN),
    ],
    ids=["error", "message", "no id", "nothing", "null inside", "text", "another item"],
)
def test_an_answer_to_a_change_that_is_not_the_item(bench, answer, error, applied):
    async def change(request):
        return JSONResponse(answer)

    async def items(request):
        return JSONResponse([native(id=5)])

    routes = [
        Route("/checklists/774411/tasks.json", items),
        Route("/checklists/774411/tasks/5.json", change, methods=["PUT"]),
    ]
    with bench(app=Starlette(routes=routes)) as it:
        connector = it.connected(settings(auth="basic"))
        with pytest.raises(error) as caught:
            updated(connector, entries(connector)["5"], {Field.TITLE: "New"})
        assert caught.value.applied is applied


def test_an_answer_that_lacks_members_leaves_them_unconfirmed_and_known(bench):
    async def change(request):
        return JSONResponse({"id": 5, "content": "New"})

    async def items(request):
        return JSONResponse([native(id=5, priority=3), native(id=6, parent_id=5)])

    routes = [
        Route("/checklists/774411/tasks.json", items),
        Route("/checklists/774411/tasks/5.json", change, methods=["PUT"]),
    ]
    with bench(app=Starlette(routes=routes)) as it:
        connector = it.connected(settings(auth="basic"))
        entry = entries(connector)["5"]
        stored = updated(connector, entry, {Field.TITLE: "New"}).entry
        assert stored.fields == {Field.TITLE: "New", Field.DESCRIPTION: ""}
        assert stored.native["priority"] == 3
        assert stored.children == ("6",)
        assert stored.raw_hash != entry.raw_hash
