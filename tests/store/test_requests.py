"""What people ask the running service for, on each kind of database."""

from __future__ import annotations

from sync.store import Store
from sync.store.requests import STALE
from tests.cli.kit import forked
from tests.service.running import running, until


def test_a_request_is_seen_by_who_serves_its_group_and_taken_by_one_of_them_only(store, url, clock):
    first, second = store.ask("work"), store.ask("home")
    other = Store.open(url, clock=clock)
    try:
        assert [(one.id, one.group) for one in other.asked(["work", "home"])] == [(first, "work"), (second, "home")]
        assert [one.id for one in other.asked(["home"])] == [second]
        assert other.asked([]) == []
        assert other.take(first)
        assert not store.take(first)
        assert [one.id for one in store.asked(["work", "home"])] == [second]
    finally:
        other.close()


def test_what_somebody_left_behind_goes_with_a_later_request(store, clock):
    """On a server the time is its own: there nothing is old here."""
    left = store.ask("work")
    clock.passes(STALE.total_seconds() + 1)
    later = store.ask("work")
    found = [one.id for one in store.asked(["work"])]
    assert found == ([later] if store.file is not None else [left, later])


def test_a_person_tells_the_service_through_a_server_as_through_a_file(new_database, tmp_path):
    with running(tmp_path) as place:
        keys, more = 'interval = "1h"', f'[store]\nurl = "{new_database()}"\n'
        place.configure({"work": ["left", "right"]}, keys=keys, more=more)
        with place.started() as watcher:
            watcher.last("work")
            place.put("left", l1="Milk")
            assert forked("now", "work", cwd=place.folder).code == 0
            until(lambda: place.titles("right") == ["Milk"])
    assert not (tmp_path / "tasksync.db").exists()
