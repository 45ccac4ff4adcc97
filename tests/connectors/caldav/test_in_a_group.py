"""The whole program over a collection on a real server and a vault in a file."""

from __future__ import annotations

import pytest

from connectors.serving import Fault, Kind
from tests.connectors.caldav.work import Work


@pytest.mark.parametrize("reading", ["sync=token", "sync=ctag,stored=silent", "server=xandikos"])
def test_tasks_move_both_ways_and_it_goes_quiet(collection, tmp_path, reading):
    bench = collection(reading)
    trip = bench.sandbox.add(
        "Trip", "DUE;VALUE=DATE:20260301", "RRULE:FREQ=WEEKLY", "DTSTART;VALUE=DATE:20260228", "X-KEPT:yes"
    )
    bench.sandbox.add("Pack", f"RELATED-TO:{trip}")
    bench.sandbox.add("Meeting", "DTSTART:20260301T100000Z", kind="VEVENT")
    work = Work(bench, tmp_path)
    milk = work.vault.add({"title": "Milk", "labels": ["home", "a,b"], "priority": 2})
    work.vault.add({"title": "Oats", "parent": milk})
    work.settle()
    tasks = work.tasks()
    assert sorted(tasks) == ["Milk", "Oats", "Pack", "Trip"]
    assert (tasks["Trip"]["due"], tasks["Pack"]["parent"]) == ("2026-03-01", tasks["Trip"]["id"])
    uid = next(line for line in work.text("Milk").splitlines() if line.startswith("UID:")).removeprefix("UID:")
    assert f"RELATED-TO:{uid}" in work.text("Oats").replace("\n ", "")
    bench.sandbox.edit(f"{uid}.ics", "PRIORITY:2", "PRIORITY:5")
    work.vault.edit(tasks["Trip"]["id"], {"title": "Long trip", "status": "completed"})
    bench.sandbox.remove(next(name for name, text in bench.sandbox.texts().items() if "SUMMARY:Oats" in text))
    work.settle()
    assert (work.tasks()["Milk"]["priority"], sorted(work.tasks())) == (5, ["Long trip", "Milk", "Pack"])
    text = work.text("Long trip")
    assert all(line in text for line in ("STATUS:COMPLETED", "RRULE:FREQ=WEEKLY", "X-KEPT:yes"))
    work.vault.remove(work.tasks()["Milk"]["id"])
    for _ in range(4):
        work.run()
        bench.clock.sleep(700)
    assert f"{uid}.ics" not in bench.sandbox.texts()
    assert any("BEGIN:VEVENT" in text for text in bench.sandbox.texts().values())


def test_an_edit_between_our_read_and_our_write_is_merged(collection, tmp_path):
    """The server refuses to overwrite it; the next cycle has both."""
    bench = collection()
    milk = bench.sandbox.add("Milk")
    work = Work(bench, tmp_path)
    work.settle()
    work.vault.edit(work.tasks()["Milk"]["id"], {"priority": 1})

    def meanwhile(method: str, _path: str) -> bool:
        if method == "PUT" and "Soy" not in bench.sandbox.text(f"{milk}.ics"):
            bench.sandbox.edit(f"{milk}.ics", "SUMMARY:Milk", "SUMMARY:Soy milk")
        return False

    bench.faults.add(Fault(Kind.STATUS, match=meanwhile, times=None))
    work.run()
    assert "PRIORITY" not in work.text("Soy milk")
    work.settle()
    assert work.tasks()["Soy milk"]["priority"] == 1
    assert "PRIORITY:1" in work.text("Soy milk")


def test_a_create_whose_answer_is_lost_is_there_once(collection, tmp_path):
    bench = collection()
    work = Work(bench, tmp_path)
    work.vault.add({"title": "Milk", "labels": ["home"]})
    bench.faults.add(Fault(Kind.RESET_AFTER, match=lambda method, _: method == "PUT"))
    work.run()
    work.settle()
    assert len(bench.sandbox.texts()) == 1
    assert list(work.tasks()) == ["Milk"]


@pytest.mark.parametrize("reading", ["sync=token", "sync=etags"])
def test_what_we_wrote_is_not_fetched_again(collection, tmp_path, reading):
    """The list of changes names it with the entity tag that our write was answered by; a sweep takes it for no news."""
    bench = collection(reading)
    work = Work(bench, tmp_path)
    for number in range(6):
        work.vault.add({"title": f"t{number}", "labels": ["b", "a"], "description": f"{'long ' * 20}{number}"})
    work.run()
    work.vault.edit(work.tasks()["t3"]["id"], {"priority": 3})
    work.run()
    listed = ["REPORT"] if reading == "sync=token" else ["PROPFIND", "PROPFIND"]
    bench.asked()
    assert work.run().result.value == "quiet"
    assert bench.asked() == listed
    swept = work.run(sweep=True)
    assert (swept.result.value, swept.sides["phone"].read.value, swept.sides["phone"].why) == (
        "quiet",
        "complete",
        None,
    )
