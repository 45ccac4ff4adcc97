from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from connectors.contract import Coverage, Stored
from connectors.errors import BadSettings, Gone, Rejected, Unmappable
from connectors.ogsm.sandbox import Reading
from connectors.task import EMPTY, Field, Fields, Patch, Person, Status
from tests.connectors.ogsm.bench import Bench, running, side

READINGS = ["", *(f"{name}={value}" for name, values in Reading.choices().items() for value in values[1:])]
TASK: Fields = {
    Field.TITLE: "Review the plan",
    Field.DESCRIPTION: "First *line*\nsecond\n\n- one\n- two",
    Field.STATUS: Status.IN_PROGRESS,
    Field.START: date(2024, 1, 1),
    Field.DUE: datetime(2024, 2, 28, 23, 30, tzinfo=UTC),
    Field.PERCENT_COMPLETE: 50,
    Field.LABELS: ("home", "Work"),
    Field.ASSIGNEES: (Person(name="Ben Çelik"), Person(name="Anna Berg")),
}
OTHER: Fields = {
    Field.TITLE: "Review it again",
    Field.DESCRIPTION: "First *line*\nsecond, edited\n\n- one",
    Field.STATUS: Status.COMPLETED,
    Field.START: date(2024, 3, 1),
    Field.DUE: date(2024, 3, 2),
    Field.PERCENT_COMPLETE: 100,
    Field.LABELS: ("home", "new", "Work"),
    Field.ASSIGNEES: (Person(name="Anna Berg"),),
}
WRITABLE = [reading for reading in READINGS if not reading.startswith("access")]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running() as served:
        yield served


def create(bench: Bench, fields: Fields) -> Stored:
    """Make an action as the engine does: views only, in one step."""
    (step,) = bench.connector.split(Patch(bench.view(fields)), creating=True)
    return bench.connector.create(step.fields, "marker")


@pytest.mark.parametrize("reading", WRITABLE)
def test_under_every_reading_what_is_written_is_read_back(reading):
    """Create, update of every field, delete: one request each, the answer tells what the next read shows."""
    with running(reading) as bench:
        stored = create(bench, TASK)
        assert stored.entry.fields == bench.view(TASK)
        entry = bench.entry(stored.entry.ref)
        assert entry.fields == stored.entry.fields
        assert (entry.container, entry.problem, entry.unknown) == ("", "", {})
        answer = bench.connector.update(entry, Patch(bench.view(OTHER)))
        assert answer.entry.fields == bench.view(OTHER)
        assert bench.entry(entry.ref).fields == answer.entry.fields
        bench.connector.delete(answer.entry)
        assert bench.sandbox.actions() == []
        writes = [seen for seen in bench.seen() if not seen.startswith("GET")]
        assert [seen.split()[0] for seen in writes] == ["POST", "PATCH", "DELETE"]


@pytest.mark.parametrize("reading", ["", "nulls=ignore", "empty=blank", "answers=wrapped", "html=strict"])
@pytest.mark.parametrize(
    "field", [Field.DESCRIPTION, Field.START, Field.DUE, Field.PERCENT_COMPLETE, Field.ASSIGNEES, Field.LABELS]
)
def test_what_is_cleared_is_empty_or_the_answer_says_that_it_is_not(reading, field):
    with running(reading) as bench:
        entry = create(bench, TASK).entry
        answer = bench.connector.update(entry, Patch({field: EMPTY[field]}))
        assert bench.entry(entry.ref).fields == answer.entry.fields
        kept = reading == "nulls=ignore" and field in {Field.START, Field.DUE, Field.ASSIGNEES}
        assert answer.entry.fields[field] == (entry.fields[field] if kept else EMPTY[field])


@pytest.mark.parametrize("reading", WRITABLE)
def test_under_every_reading_twenty_one_actions_are_listed_or_it_is_said_that_they_are_not(reading):
    with running(reading) as bench:
        made = {str(bench.sandbox.add(f"action {number}")) for number in range(21)}
        if reading == "paging=total":
            with pytest.raises(Exception, match="20 actions, while X-Total says that there are 21"):
                bench.entries()
            return
        pages = list(bench.connector.changes(None))
        assert {record.ref for page in pages for record in page.records} == made
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
        assert pages[-1].coverage is Coverage.EVERYTHING
        assert len(bench.seen()) == len(pages) == (2 if reading in {"paging=link", "paging=next"} else 1)


@pytest.mark.parametrize("reading", ["access=403", "access=404", "access=405"])
def test_an_account_that_may_only_read_is_refused_and_not_down(reading):
    """A write that is not offered is a refusal, with a hint; the side goes on being read, nothing is taken for gone."""
    with running(reading) as bench:
        ref = bench.sandbox.add("there")
        entry = bench.entry(ref)
        for write in (
            lambda: create(bench, TASK),
            lambda: bench.connector.update(entry, Patch({Field.TITLE: "x"})),
            lambda: bench.connector.delete(entry),
        ):
            with pytest.raises(Rejected) as caught:
                write()
            assert caught.value.hint
        assert bench.entry(ref).fields[Field.TITLE] == "there"


@pytest.mark.parametrize("reading", ["unknown=404", "unknown=410"])
def test_an_action_that_vanished_is_gone_for_an_update_and_done_for_a_delete(reading):
    with running(reading) as bench:
        entry = bench.entry(bench.sandbox.add("doomed"))
        bench.sandbox.remove(int(entry.ref))
        with pytest.raises(Gone):
            bench.connector.update(entry, Patch({Field.TITLE: "x"}))
        assert bench.connector.delete(entry) is None


def test_a_quiet_read_is_one_request(bench):
    bench.sandbox.add("one")
    before = {record.ref: record.raw_hash for record in bench.records()}
    bench.forget()
    assert {record.ref: record.raw_hash for record in bench.records()} == before
    assert bench.seen() == ["GET /api/v2/actions.json"]


def test_a_check_reads_the_list_once(bench):
    bench.connector.check()
    assert bench.seen() == ["GET /api/v2/actions.json"]


def test_a_patch_carries_what_changes_and_nothing_else(bench):
    entry = create(bench, TASK).entry
    bench.forget()
    bench.connector.update(entry, Patch({Field.TITLE: "New", Field.DUE: None}))
    (request,) = bench.requests()
    assert (request.method, request.path) == ("PATCH", f"/api/v2/actions/{entry.ref}.json")
    assert request.headers["content-type"].startswith("application/json")
    assert request.body in {b'{"title":"New","due":null}', b'{"title": "New", "due": null}'}


def test_what_other_people_keep_there_survives_a_write(bench):
    """Strategies, involved people, the traffic light, places on canvases and rich text elsewhere stay as they are."""
    kept = {
        "strategies": [{"id": bench.sandbox.strategy}],
        "involved": [{"name": "Chris de Vries"}],
        "traffic_light": "orange",
        "ogsm_canvases": [
            {"id": bench.sandbox.canvas, "row_order": 7},
            {"id": bench.sandbox.other_canvas, "row_order": 3},
        ],
    }
    ref = bench.sandbox.add(
        "rich", {**kept, "description": "<p class='x'>a <u>u</u></p><p>b</p>", "labels": [{"name": "L"}]}
    )
    patch = {**bench.view(OTHER), Field.DESCRIPTION: "a u\n\nB", Field.LABELS: ("l", "m")}
    bench.connector.update(bench.entry(ref), Patch(patch))
    (action,) = bench.sandbox.actions()
    assert {name: action[name] for name in kept} == kept
    assert action["description"] == "<p class='x'>a <u>u</u></p><p>B</p>"
    assert action["labels"] == [{"name": "L"}, {"name": "m"}]


def test_new_actions_are_put_on_the_canvas_and_under_the_strategies(bench):
    connector = bench.connect(side(canvas=bench.sandbox.canvas, strategies=[bench.sandbox.strategy]))
    connector.create({Field.TITLE: "placed"}, "marker")
    (action,) = bench.sandbox.actions()
    assert [canvas["id"] for canvas in action["ogsm_canvases"]] == [bench.sandbox.canvas]
    assert action["strategies"] == [{"id": bench.sandbox.strategy}]


def test_actions_elsewhere_are_told_with_the_place_where_they_are(bench):
    here = bench.sandbox.add("here")
    there = bench.sandbox.add("there", {"ogsm_canvases": [{"id": bench.sandbox.other_canvas}]})
    nowhere = bench.sandbox.add("nowhere", {"ogsm_canvases": []})
    containers = {ref: entry.container for ref, entry in bench.entries().items()}
    assert containers == {str(here): "", str(there): f"canvas {bench.sandbox.other_canvas}", str(nowhere): "no canvas"}
    everything = bench.connect(side())
    assert {entry.container for entry in bench.entries(everything).values()} == {""}


def test_an_archived_action_is_a_tombstone_or_a_task_that_is_archived(bench):
    ref = bench.sandbox.add("old")
    bench.sandbox.archive(ref)
    assert bench.entry(ref).deleted
    keeper = bench.connect(side(archived="field"))
    entry = bench.entries(keeper)[str(ref)]
    assert not entry.deleted
    assert entry.fields[Field.ARCHIVED] is True
    keeper.update(entry, Patch({Field.ARCHIVED: False}))
    assert not bench.entry(ref).deleted


def test_a_status_is_written_as_the_server_spells_it():
    with running("words=capital") as bench:
        entry = bench.entry(bench.sandbox.add("x", {"status": {"name": "Doing"}}))
        bench.sandbox.add("y", {"status": {"name": "Done"}})
        bench.records()
        bench.forget()
        bench.connector.update(entry, Patch({Field.STATUS: Status.COMPLETED}))
        assert b'"Done"' in bench.requests()[0].body


def test_a_word_that_means_the_same_stays():
    """A person's own word is not replaced by the one that the table prefers."""
    with running("statuses=open") as bench:
        words = {"todo": Status.NEEDS_ACTION, "doing": Status.IN_PROGRESS, "busy": Status.IN_PROGRESS}
        connector = bench.connect(side(statuses=words))
        ref = bench.sandbox.add("x", {"status": {"name": "Busy"}})
        connector.update(bench.entries(connector)[str(ref)], Patch({Field.STATUS: Status.IN_PROGRESS}))
        assert bench.sandbox.actions()[0]["status"] == {"name": "Busy"}


@pytest.mark.parametrize(("reading", "stored"), [("people=ignore", ()), ("people=create", (Person(name="Zoe"),))])
def test_an_unknown_person_is_told_as_it_was_stored(reading, stored):
    with running(reading) as bench:
        answer = create(bench, {Field.TITLE: "x", Field.ASSIGNEES: (Person(name="Zoe"),)})
        assert answer.entry.fields[Field.ASSIGNEES] == stored


@pytest.mark.parametrize(
    ("reading", "fields", "words"),
    [
        ("people=reject", {Field.ASSIGNEES: (Person(name="Zoe"),)}, "Zoe"),
        ("dates=ordered", {Field.START: date(2024, 2, 2), Field.DUE: date(2024, 2, 1)}, "before start"),
    ],
)
def test_what_the_server_refuses_is_told_in_its_words(reading, fields, words):
    with running(reading) as bench:
        with pytest.raises(Rejected, match=words):
            create(bench, {Field.TITLE: "x", **fields})
        assert bench.sandbox.actions() == []


def test_what_has_no_word_or_no_name_is_refused_before_anything_is_sent(bench):
    entry = bench.entry(bench.sandbox.add("x"))
    bench.forget()
    for patch in ({Field.STATUS: Status.CANCELLED}, {Field.ASSIGNEES: (Person(email="z@example.com"),)}):
        with pytest.raises(Unmappable) as caught:
            bench.connector.update(entry, Patch(patch))
        assert caught.value.field in patch
        assert caught.value.hint
    assert bench.seen() == []


def test_lists_that_are_merged_by_the_server_are_told_as_stored():
    with running("lists=merge") as bench:
        entry = create(bench, TASK).entry
        answer = bench.connector.update(entry, Patch({Field.LABELS: ("home",)}))
        assert answer.entry.fields[Field.LABELS] == ("home", "Work") == bench.entry(entry.ref).fields[Field.LABELS]


def test_a_field_that_is_switched_off_is_not_held(bench):
    connector = bench.connect(side(fields={Field.DUE: False}))
    bench.sandbox.add("x", {"due": "2024-01-01"})
    (entry,) = bench.entries(connector).values()
    assert Field.DUE not in entry.fields


def test_a_field_can_not_be_renamed(bench):
    with pytest.raises(BadSettings, match="due"):
        bench.connect(side(fields={Field.DUE: "Deadline"})).check()


def test_an_empty_patch_has_no_step(bench):
    assert bench.connector.split(Patch({}), creating=False) == ()


@pytest.mark.parametrize("canvas", [None, 789, 12])
def test_discover_names_what_actions_have_whatever_the_canvas(canvas):
    with running() as bench:
        sandbox = bench.sandbox
        sandbox.add("Here", {"assignee": {"name": "Anna Berg"}, "strategies": [{"id": 456}]})
        there = {"ogsm_canvases": [{"id": 790}], "involved": [{"name": "Ben Çelik"}], "status": {"name": "doing"}}
        sandbox.add("There", there)
        found = bench.connect(side(canvas=canvas)).discover()
        told = {(one.kind, one.id): (one.key, one.remark) for one in found}
        assert told["canvas", "789"] == ("canvas", '1 action, such as "Here"')
        assert told["canvas", "790"] == ("canvas", '1 action, such as "There"')
        assert told["strategy", "456"] == ("strategies", '1 action, such as "Here"')
        assert {one.id for one in found if one.kind == "person"} == {"Anna Berg", "Ben Çelik"}
        assert told["word", "doing"] == ("statuses", 'in_progress; 1 action, such as "There"')
        assert told["word", "done"] == ("statuses", "completed; on no action now")


def test_discover_says_which_words_are_in_no_table():
    with running("statuses=open") as bench:
        bench.sandbox.add("x", {"status": {"name": "parked"}})
        remarks = {one.id: one.remark for one in bench.connector.discover() if one.kind == "word"}
        assert remarks["parked"].startswith("not in [statuses]: no opinion")
