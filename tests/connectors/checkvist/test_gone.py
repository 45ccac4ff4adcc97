"""What proves that an item is gone, and what does not."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.errors import Gone, Rejected, Transient
from connectors.serving import Fault, Kind
from connectors.task import Field
from tests.connectors.checkvist.kit import created, entries, entry, native, settings

READINGS = ["unknown_item=404", "unknown_item=403", "unknown_item=empty", "errors=soft"]
GET, LIST = "GET /tasks/{}.json", "GET /tasks.json"
LISTS, OTHER = "GET /checklists.json", "GET /checklists/774412/tasks.json"


@pytest.mark.parametrize("reading", READINGS)
def test_gone_is_proved_by_a_whole_read_and_the_other_lists(bench, reading):
    with bench(reading) as it:
        connector = it.connected(settings(auth="basic"))
        ref = it.sandbox.add("Doomed")
        it.sandbox.remove(ref)
        with pytest.raises(Gone, match=str(ref)):
            connector.get(str(ref))
        assert it.asked() == [GET.format(ref), LIST, LISTS, OTHER]


@pytest.mark.parametrize("reading", READINGS)
def test_a_whole_read_of_a_moment_ago_is_proof_for_many(bench, reading):
    with bench(reading) as it:
        connector = it.connected(settings(auth="basic"))
        doomed = [it.sandbox.add(f"Doomed {number}") for number in range(3)]
        entries(connector)
        for ref in doomed:
            it.sandbox.remove(ref)
        it.clock.sleep(120)
        entries(connector)
        it.asked()
        for ref in doomed:
            with pytest.raises(Gone):
                connector.get(str(ref))
        assert it.asked() == [GET.format(doomed[0]), LISTS, *(GET.format(ref) for ref in doomed[1:])]


def test_other_lists_are_searched_if_they_changed_since_the_item_was_seen(bench):
    with bench() as it:
        connector = it.connected(settings(auth="basic"))
        moved = it.sandbox.add("Moved")
        child = it.sandbox.add("Child", parent=moved)
        entries(connector)
        it.clock.sleep(120)
        it.sandbox.transfer(moved)
        entries(connector)
        it.asked()
        for ref in (moved, child):
            read = connector.get(str(ref))
            assert read.container == "list 774412"
            assert not read.deleted
        assert it.asked() == [GET.format(moved), LISTS, OTHER, GET.format(child)]


@pytest.mark.parametrize("reading", READINGS)
def test_a_new_process_that_never_saw_the_item_finds_it_too(bench, reading):
    with bench(reading) as it:
        ref = it.sandbox.add("Moved")
        it.sandbox.transfer(ref)
        assert it.connected().get(str(ref)).container == "list 774412"


def test_an_answer_that_names_another_list_is_out_of_scope(bench):
    async def item(request):
        return JSONResponse([native(id=5, checklist_id=9)])

    async def login(request):
        return JSONResponse({"token": "0123456789"})

    routes = [Route("/auth/login.json", login, methods=["POST"]), Route("/checklists/774411/tasks/5.json", item)]
    with bench(app=Starlette(routes=routes)) as it:
        assert it.connected().get("5").container == "list 9"


@pytest.mark.parametrize("status", [403, 404])
def test_an_item_that_is_refused_alone_and_is_on_the_list_is_there(bench, status):
    with bench() as it:
        connector = it.connected()
        ref = it.sandbox.add("There")
        it.faults.add(Fault(Kind.STATUS, match=lambda _, path: f"tasks/{ref}" in path, status=status, times=None))
        assert connector.get(str(ref)).fields[Field.TITLE] == "There"


def test_a_delete_that_is_refused_while_the_item_is_there_is_no_success(bench):
    with bench() as it:
        connector = it.connected()
        ref = it.sandbox.add("There")
        entry = connector.get(str(ref))
        it.fail(Kind.STATUS, "DELETE", status=404)
        with pytest.raises(Rejected, match="may not delete"):
            connector.delete(entry)
        assert len(it.sandbox.tasks()) == 1


@pytest.mark.parametrize("path", ["774411/tasks.json", "checklists.json", "774412/tasks.json"])
def test_nothing_is_gone_while_the_proof_can_not_be_had(bench, path):
    with bench() as it:
        connector = it.connected()
        ref = it.sandbox.add("Doomed")
        it.sandbox.remove(ref)
        it.faults.add(Fault(Kind.STATUS, match=lambda _, asked: asked.endswith(path), status=503, times=None))
        with pytest.raises(Transient):
            connector.get(str(ref))


def test_a_server_that_tells_no_lists_has_none(bench):
    with bench() as it:
        connector = it.connected()
        it.faults.add(Fault(Kind.STATUS, match=lambda _, path: path == "/checklists.json", status=404, times=None))
        with pytest.raises(Gone):
            connector.get("4242")


def test_a_write_of_ours_ends_what_a_read_stands_for(bench):
    """An item that was made after the read is not gone because that read did not have it."""
    with bench() as it:
        connector = it.connected(settings(auth="basic"))
        entries(connector)
        ref = created(connector, {Field.TITLE: "New"}).entry.ref
        it.asked()
        it.fail(Kind.STATUS, "GET", status=404)
        assert connector.get(ref).fields[Field.TITLE] == "New"
        assert it.asked() == [GET.format(ref), LIST]


def test_an_old_read_is_no_proof(bench):
    with bench() as it:
        connector = it.connected(settings(auth="basic"))
        entries(connector)
        it.clock.sleep(31)
        it.asked()
        with pytest.raises(Gone):
            connector.get("4242")
        assert it.asked()[:2] == [GET.format(4242), LIST]


@pytest.mark.parametrize("same", ["same", "new"])
def test_a_restored_item_is_listed_again(bench, same):
    with bench(f"restored={same}") as it:
        connector = it.connected()
        ref = it.sandbox.add("Back")
        it.sandbox.remove(ref)
        assert entries(connector) == {}
        back = it.sandbox.restore(ref)
        assert entries(connector).keys() == {str(back)}
        assert (back == ref) == (same == "same")


def test_at_most_ten_other_lists_are_searched_those_that_changed_last(bench):
    asked: list[int] = []

    async def lists(request):
        return JSONResponse([{"id": n, "updated_at": f"2026/02/{n:02} 00:00:00 +0000"} for n in range(1, 21)])

    async def items(request):
        asked.append(request.path_params["number"])
        return JSONResponse([])

    routes = [Route("/checklists.json", lists), Route("/checklists/{number:int}/tasks.json", items)]
    with bench(app=Starlette(routes=routes)) as it:
        with pytest.raises(Gone):
            it.connected(settings(auth="basic")).get("5")
        assert asked == [774411, *range(20, 10, -1)]


def test_an_item_that_is_answered_as_deleted_is_gone_if_the_list_agrees(bench):
    listed: list[object] = []

    async def item(request):
        return JSONResponse([native(id=5, deleted=True)])

    async def items(request):
        return JSONResponse(listed)

    routes = [Route("/checklists/774411/tasks/5.json", item), Route("/checklists/774411/tasks.json", items)]
    with bench(app=Starlette(routes=routes)) as it:
        with pytest.raises(Gone):
            it.connected(settings(auth="basic")).get("5")
        listed.append(native(id=5))
        assert not it.connected(settings(auth="basic")).get("5").deleted


def test_an_item_that_a_list_marks_as_deleted_is_a_tombstone():
    assert entry(deleted=True).deleted
    assert not entry(deleted=False).deleted
