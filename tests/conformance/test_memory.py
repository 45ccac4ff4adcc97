"""The memory connector passes the conformance suite, whatever its traits."""

from __future__ import annotations

from connectors.conformance import ConnectorSuite
from connectors.contract import Verb
from connectors.memory.wire import raw_hash
from connectors.task import Field, Person
from tests.conformance.bench import VaultBench


class MemorySuite(ConnectorSuite):
    """What all memory sides have in common."""

    people = (Person(id="1", name="Anna"), Person(email="bo@example.com"), Person(name="Çelik"))
    raw_hash = staticmethod(raw_hash)
    with_word = staticmethod(lambda native, word: {**native, "status": word})


class TestRich(MemorySuite):
    bench = VaultBench(
        parents=True, incremental=True, page_size=7, totals=True, etags=True, times=True, markers=True, two_words=True
    )


class TestPlain(MemorySuite):
    bench = VaultBench()


class TestPoor(MemorySuite):
    """Cut titles, two states, days in a zone with summer time, one person, no get."""

    bench = VaultBench(
        zone="Europe/Berlin",
        title_limit=20,
        states=["needs_action", "completed"],
        days_only=True,
        one_assignee=True,
        without=["get", "discover"],
    )


class TestRewriting(MemorySuite):
    """A server that trims, re-cases, and tells neither title nor due date in its answers."""

    bench = VaultBench(trims=True, recases=True, silent=["title", "due"], one_by_one=True, etags=True)
    rewrites = frozenset({Field.TITLE, Field.DESCRIPTION, Field.LABELS, Field.COMMENTS})


class TestTree(MemorySuite):
    """Deletes cascade, and the status of a parent is its children's."""

    bench = VaultBench(parents=True, cascades=True, derives=True, client_ids=True, incremental=True)


class TestNoList(MemorySuite):
    bench = VaultBench(without=["changes"], archive_deletes=True, silent=["description"])


class TestNoUpdateNoDelete(MemorySuite):
    bench = VaultBench(without=["update", "delete", "get"], not_held=["labels"], read_only=["priority"])


class TestReadOnly(MemorySuite):
    bench = VaultBench(without=["create", "update", "delete"])


def test_what_does_not_apply_is_left_out_with_its_reason():
    """A test whose verb is missing is not collected, and the reason is kept."""
    assert TestNoUpdateNoDelete.test_deleting_twice_is_success is None
    assert TestNoUpdateNoDelete.left_out["test_deleting_twice_is_success"] == "no delete"
    assert TestPlain.left_out.keys().isdisjoint({"test_deleting_twice_is_success"})
    assert Verb.DELETE in TestPlain.bench.capabilities.verbs


def test_what_was_left_out_for_one_bench_comes_back_for_another():
    """A class derived from a poorer one, with a richer bench, is tried whole; what it leaves out itself is told."""
    richer = type("Richer", (TestNoUpdateNoDelete,), {"bench": VaultBench(), "test_a_list_omits_nothing": None})
    assert callable(richer.test_deleting_twice_is_success)
    assert "test_deleting_twice_is_success" not in richer.left_out
    assert richer.left_out["test_a_list_omits_nothing"] == "its test says so"
