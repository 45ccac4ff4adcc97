"""The vault: what people and connectors do to it."""

from __future__ import annotations

import threading

import pytest

from connectors.contract import Entry, Verb
from connectors.errors import Applied, Gone, Rejected, Stale
from connectors.memory.vault import Vault
from connectors.memory.wire import Manners
from connectors.task import Field, Patch, Status
from tests.connectors.memory.sides import StillClock, connected, read, settings


def vault(**manners: object) -> Vault:
    """A vault of its own."""
    return Vault(Manners(**manners), now=StillClock().now)


def test_a_person_makes_edits_removes_and_restores_a_task():
    there = vault()
    ref = there.add({"title": "Milk", "labels": ["home"]})
    there.edit(ref, {"title": "Oat milk"})
    assert (there.task(ref)["title"], there.task(ref)["labels"]) == ("Oat milk", ["home"])
    there.remove(ref)
    assert there.tasks() == []
    there.restore(ref)
    assert [task["id"] for task in there.tasks()] == [ref]
    assert there.task(ref)["title"] == "Oat milk"


def test_an_id_is_never_given_twice():
    there = vault()
    first = there.add({"title": "a"})
    there.remove(first)
    assert there.add({"title": "b"}) != first


def test_what_is_handed_out_is_a_copy():
    """Whoever changes an answer changes nothing in the vault."""
    there = vault()
    ref = there.add({"title": "a", "labels": ["x"], "custom": {"k": [1]}})
    for task in (there.task(ref), there.tasks()[0], there.listed()[0], there.found(ref)):
        task["labels"].append("y")
        task["custom"]["k"].append(2)
    assert there.task(ref)["labels"] == ["x"]
    assert there.task(ref)["custom"] == {"k": [1]}


def test_what_is_put_in_is_copied():
    there = vault()
    labels = ["x"]
    ref = there.add({"title": "a", "labels": labels})
    labels.append("y")
    assert there.task(ref)["labels"] == ["x"]


def test_what_people_do_is_no_request():
    there = vault()
    ref = there.add({"title": "a"})
    there.edit(ref, {"title": "b"})
    there.remove(ref)
    there.restore(ref)
    assert sum(there.requests.values()) == there.writes == 0


def test_a_task_in_another_container_is_got_and_not_listed():
    connector, there = connected()
    ref = there.add({"title": "a"})
    there.rehome(ref, "elsewhere")
    assert read(connector) == {}
    assert connector.get(ref).container == "elsewhere"
    there.rehome(ref, "")
    assert connector.get(ref).container == ""
    assert list(read(connector)) == [ref]


def test_an_archived_task_counts_as_deleted_where_deleting_is_archiving():
    connector, there = connected(archive_deletes=True)
    ref = there.add({"title": "a"})
    assert connector.delete(connector.get(ref)) is not None
    assert read(connector)[ref].deleted
    assert there.tasks() == []
    there.restore(ref)
    assert not read(connector)[ref].deleted


def test_the_answer_to_a_delete_is_the_task_as_it_was():
    connector, there = connected()
    ref = there.add({"title": "a", "labels": ["x"]})
    stored = connector.delete(connector.get(ref))
    assert stored.entry.deleted
    assert stored.entry.fields[Field.LABELS] == ("x",)


def test_an_id_or_marker_of_ours_finds_the_task_and_is_taken_once():
    connector, _ = connected(client_ids=True)
    assert connector.create({Field.TITLE: "a"}, "ours").entry.ref == "ours"
    with pytest.raises(Rejected) as caught:
        connector.create({Field.TITLE: "a"}, "ours")
    assert caught.value.applied is Applied.NO


def test_a_stale_write_is_refused_and_a_write_without_a_token_is_not():
    connector, there = connected(etags=True)
    entry = connector.create({Field.TITLE: "a"}, "m").entry
    there.edit(entry.ref, {"description": "changed"})
    with pytest.raises(Stale):
        connector.update(entry, Patch({Field.TITLE: "b"}))
    blind = Entry(ref=entry.ref, raw_hash="", fields={}, native={})
    assert connector.update(blind, Patch({Field.TITLE: "b"})).entry.fields[Field.TITLE] == "b"


def test_completing_a_task_notes_when_and_reopening_forgets_it():
    clock = StillClock()
    connector, there = connected(clock)
    ref = there.add({"title": "a", "status": "completed"})
    first = connector.get(ref).fields[Field.COMPLETED]
    assert first == clock.time.replace(microsecond=0)
    clock.sleep(60)
    there.edit(ref, {"status": "completed"})
    assert connector.get(ref).fields[Field.COMPLETED] == first
    there.edit(ref, {"status": "needs_action"})
    assert connector.get(ref).fields[Field.COMPLETED] is None


def test_times_are_whole_seconds_of_the_vaults_clock():
    clock = StillClock()
    connector, there = connected(clock, times=True)
    ref = there.add({"title": "a"})
    (page,) = connector.changes(None)
    assert connector.get(ref).modified == clock.time.replace(microsecond=0)
    assert (page.server_time, page.received) == (clock.time, clock.time)


def test_connectors_made_from_the_same_settings_speak_to_one_vault():
    own, clock = settings(), StillClock()
    there = Vault.of(own, clock.now)
    assert Vault.of(own, clock.now) is there
    assert own.shared is there


def test_what_is_no_vault_cannot_be_shared():
    own = settings()
    own.shared = object()
    with pytest.raises(TypeError, match="no vault"):
        Vault.of(own, StillClock().now)


def test_threads_do_not_lose_each_others_changes():
    connector, there = connected()
    entries = [connector.create({Field.TITLE: str(number)}, str(number)).entry for number in range(4)]

    def work(entry: Entry) -> None:
        for number in range(50):
            connector.update(entry, Patch({Field.PRIORITY: number % 10}))
            there.add({"title": "another"})

    threads = [threading.Thread(target=work, args=(entry,)) for entry in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(there.tasks()) == 4 + 4 * 50
    assert there.requests[Verb.UPDATE] == 200
    assert len({task["revision"] for task in there.tasks()}) == 204, "each change has a number of its own"


@pytest.mark.parametrize(
    ("manners", "given", "kept"),
    [
        ({"title_limit": 6}, {"title": "Call the plumber"}, {"title": "Call t"}),
        ({"title_limit": 5}, {"title": "Call the plumber"}, {"title": "Call"}),
        ({"trims": True}, {"title": " a ", "description": "\n b \n"}, {"title": "a", "description": "b"}),
        ({"recases": True}, {"labels": ["Home", "HOME", "x"]}, {"labels": ["home", "x"]}),
        (
            {"days_only": True},
            {"due": "2024-02-29T12:00:00+00:00", "start": "2024-02-28"},
            {"due": "2024-02-29", "start": "2024-02-28"},
        ),
        ({"one_assignee": True}, {"assignees": [{"id": "1"}, {"id": "2"}]}, {"assignees": [{"id": "1"}]}),
    ],
)
def test_a_vault_with_manners_changes_what_anybody_gives_it(manners, given, kept):
    there = vault(**manners)
    ref = there.add(given)
    assert {name: there.task(ref)[name] for name in kept} == kept


def test_writing_to_what_is_not_there_is_gone():
    connector, _ = connected()
    stranger = Entry(ref="m99", raw_hash="", fields={}, native={})
    with pytest.raises(Gone):
        connector.get("m99")
    with pytest.raises(Gone):
        connector.update(stranger, Patch({Field.TITLE: "x"}))
    assert connector.delete(stranger) is None


def test_one_field_per_request_is_enforced():
    """A side that takes one field at a time refuses two, as a vendor would."""
    connector, there = connected(one_by_one=True)
    patch = Patch({Field.STATUS: Status.COMPLETED, Field.TITLE: "a"})
    assert [list(step.fields) for step in connector.split(patch, creating=True)] == [[Field.TITLE], [Field.STATUS]]
    with pytest.raises(Rejected):
        connector.create(patch.fields, "m")
    assert there.tasks() == []
