"""What a connector asks of a vault: counted, failing on demand, in pages, since a cursor."""

from __future__ import annotations

import pytest

from connectors.contract import Entry, Verb
from connectors.errors import Applied, Transient
from connectors.task import Field, Patch
from tests.connectors.memory.sides import connected, read


def fail_at(verb: str, phase: str, error: BaseException):
    """A hook that raises at one point."""

    def hook(at_verb: str, at_phase: str) -> None:
        if (at_verb, at_phase) == (verb, phase):
            raise error

    return hook


def test_requests_are_counted_by_verb_failed_ones_too():
    connector, there = connected()
    there.hook = fail_at("update", "before", Transient("no"))
    entry = connector.create({Field.TITLE: "a"}, "m").entry
    with pytest.raises(Transient):
        connector.update(entry, Patch({Field.TITLE: "b"}))
    read(connector)
    assert there.requests == {Verb.CREATE: 1, Verb.UPDATE: 1, Verb.CHANGES: 1}
    assert there.writes == 2


@pytest.mark.parametrize(("phase", "titles"), [("before", ["old"]), ("after", ["new"])])
def test_a_hook_fails_an_update_before_or_after_it_is_applied(phase, titles):
    connector, there = connected()
    entry = connector.create({Field.TITLE: "old"}, "m").entry
    there.hook = fail_at("update", phase, Transient("lost", applied=Applied.UNKNOWN))
    with pytest.raises(Transient) as caught:
        connector.update(entry, Patch({Field.TITLE: "new"}))
    assert caught.value.applied is Applied.UNKNOWN
    assert [task["title"] for task in there.tasks()] == titles


@pytest.mark.parametrize("verb", ["create", "delete", "changes", "get", "check"])
def test_a_hook_may_stand_for_a_crash(verb):
    """Any exception passes through, and the vault works on afterwards."""
    connector, there = connected()
    ref = there.add({"title": "a"})
    calls = {
        "create": lambda: connector.create({Field.TITLE: "b"}, "m"),
        "delete": lambda: connector.delete(Entry(ref=ref, raw_hash="", fields={}, native={})),
        "changes": lambda: read(connector),
        "get": lambda: connector.get(ref),
        "check": connector.check,
    }
    there.hook = fail_at(verb, "before", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        calls[verb]()
    there.hook = None
    calls[verb]()


def test_a_hook_may_be_a_person_who_edits_in_between():
    connector, there = connected()
    entry = connector.create({Field.TITLE: "ours"}, "m").entry
    there.hook = lambda verb, phase: (
        there.edit(entry.ref, {"title": "theirs"}) if (verb, phase) == ("get", "before") else None
    )
    assert connector.get(entry.ref).fields[Field.TITLE] == "theirs"


def test_a_listing_can_be_tampered_with():
    connector, there = connected(totals=True)
    for title in "abcd":
        there.add({"title": title})
    there.listing = lambda tasks: tasks[::2]
    assert [entry.fields[Field.TITLE] for entry in read(connector).values()] == ["a", "c"]
    (page,) = connector.changes(None)
    assert page.total == 4, "the total tells the truth, so that a halved listing can be noticed"


def test_a_page_in_the_middle_can_fail():
    connector, there = connected(page_size=2)
    for title in "abcde":
        there.add({"title": title})
    pages = connector.changes(None)
    assert len(next(pages).records) == 2
    there.hook = fail_at("changes", "before", Transient("no"))
    with pytest.raises(Transient):
        next(pages)


def test_an_incremental_read_tells_what_moved_to_another_container():
    connector, there = connected(incremental=True)
    ref = there.add({"title": "a"})
    (page,) = connector.changes(None)
    there.rehome(ref, "elsewhere")
    (page,) = connector.changes(page.cursor)
    assert [connector.normalise(record).container for record in page.records] == ["elsewhere"]


def test_a_restored_task_leaves_no_tombstone():
    connector, there = connected(incremental=True)
    ref = there.add({"title": "a"})
    (page,) = connector.changes(None)
    there.remove(ref)
    there.restore(ref)
    (page,) = connector.changes(page.cursor)
    assert [connector.normalise(record).deleted for record in page.records] == [False]


def test_forgotten_cursors_give_everything():
    connector, there = connected(incremental=True)
    ref = there.add({"title": "a"})
    (page,) = connector.changes(None)
    there.forget()
    (page,) = connector.changes(page.cursor)
    assert page.coverage == "everything"
    assert [record.ref for record in page.records] == [ref]


def test_a_cursor_does_not_pass_the_moment_its_read_began():
    """What changes while a read is under way is in the next one."""
    connector, there = connected(incremental=True)
    first = there.add({"title": "a"})
    there.hook = lambda _, phase: there.edit(first, {"title": "b"}) if phase == "after" else None
    (page,) = connector.changes(None)
    there.hook = None
    (page,) = connector.changes(page.cursor)
    assert [record.native["title"] for record in page.records] == ["b"]
