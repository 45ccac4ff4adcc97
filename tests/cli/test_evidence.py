"""Where values came from, and the way back: explain, log, undo, resolve of what lost, link, unlink, ties, doctor."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import pytest

from tests.cli.kit import Place

NO_LIST = 'without = ["changes"]'


@pytest.fixture
def place(tmp_path) -> Place:
    """Two vaults that have met: both hold Milk, Eggs and Bread. In cycle 2 both renamed Milk, and here won."""
    return agreed(tmp_path)


def agreed(folder) -> Place:
    place = Place(folder)
    place.put("here", "Milk", "Eggs", description="fresh")
    place.put("there", "Bread")
    place.once()
    place.change("here", "Milk", title="Oat milk", due="2026-04-01")
    place.change("there", "Milk", title="Soy milk")
    place.once()
    return place


@pytest.fixture(scope="module")
def met(tmp_path_factory) -> Place:
    """The same, for what changes nothing."""
    return agreed(tmp_path_factory.mktemp("met"))


def refused(done, *words: str, code: int = 2) -> None:
    """A command that did not do its work says why in one line."""
    assert (done.code, done.out) == (code, ""), done.out
    assert len(done.err.splitlines()) == 1
    for word in words:
        assert word in done.err


def narrow(done) -> None:
    """Nothing that is shown is wider than a terminal, less commands and sentences to be copied."""
    assert done.code == 0, done.err
    for line in done.out.splitlines():
        assert len(line) <= 100, line


def test_explain_says_whose_each_value_is_and_what_lost(met):
    done = met.run("explain", "oat milk")
    narrow(done)
    assert done.out.startswith('t1 "Oat milk"  [work]\n  here: here1\n  there: m1\n')
    assert '  title: "Oat milk"\n    from here in cycle 2, version 2: of several edits the one' in done.out
    assert '    lost: "Soy milk" on there, in cycle 2\n      to bring it back: tasksync resolve l' in done.out
    assert "  due: 2026-04-01\n    from here in cycle 2, version 2: an edit, and no other\n    agrees: here" in done.out
    assert "  empty on every side: start, priority" in done.out


@pytest.mark.parametrize("name", ["t1", "here:here1", "there:m1", "OAT"])
def test_a_task_is_named_by_id_by_ref_or_by_a_piece_of_its_title(met, name):
    document = met.run("explain", name, "title", "--json").json
    assert document == {
        "task": "t1",
        "title": "Oat milk",
        "fields": {
            "title": {
                "value": "Oat milk",
                "version": 2,
                "by": "here",
                "cycle": 2,
                "rule": "priority",
                "sides": {
                    "here": {"stored": "Oat milk", "state": "agrees"},
                    "there": {"stored": "Oat milk", "state": "agrees"},
                },
            }
        },
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["explain", "nothing like it"], "No task is called"),
        (["explain", "e"], "can be any of 2 tasks: t2 (Eggs), t3 (Bread)"),
        (["explain", "t1", "colour"], "the fields are title, description, status"),
        (["log", "--task", "zzz"], "No task is called"),
        (["log", "--group", "zzz"], "there is no group zzz"),
        (["log", "--since", "soon"], "write 2d, 6h, or a date"),
        (["undo", "99"], 'there is no cycle "99"'),
        (["undo", "soon", "--yes"], 'there is no cycle "soon"'),
        (["link", "t9", "there", "x"], "No task is called 't9'"),
        (["link", "t1", "nowhere", "x"], "its sides are: here, there"),
        (["link", "t1", "there", "m2"], "first: tasksync unlink t1 there"),
        (["unlink", "t1", "nowhere"], "its sides are: here, there"),
        (["import", "no-such-file"], "can not be read"),
        (["export", "no-such-folder/ties"], "can not be written"),
        (["resolve", "l1", "take", "here"], "No lost value has the id l1"),
    ],
)
def test_what_there_is_not_is_a_usage_error(met, arguments, words):
    refused(met.run(*arguments), words)


def test_a_side_that_can_not_hold_a_value_or_be_told_it_is_shown(tmp_path):
    place = Place(tmp_path, there='title_limit = 6\nnot_held = ["description"]\nread_only = ["due"]')
    place.put("here", "A long title", description="fresh", due="2026-04-01")
    place.once()
    fields = place.run("explain", "t1", "--json").json["fields"]
    stands = {name: fields[name]["sides"]["there"] for name in ("title", "description", "due")}
    assert stands == {
        "title": {"stored": "A long", "state": "agrees"},
        "description": {"stored": "", "state": "not held"},
        "due": {"stored": "", "state": "undeliverable"},
    }
    out = place.run("explain", "t1").out
    assert 'there: agrees, there it is "A long" (as much of it as this side can hold)' in out
    assert "there: not held (it has no such field)" in out


def test_log_tells_what_moved_and_what_was_done_the_newest_first(place):
    place.once()
    place.once()
    done = place.run("log")
    narrow(done)
    lines = done.out.splitlines()
    assert lines[0] == "2 cycles with nothing to do (3 to 4)"
    assert re.match(r"cycle 2  work  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(just now\)  changed", lines[1])
    assert '  t1 "Oat milk" title: "Milk" → "Oat milk" (here, priority)' in lines
    assert '  t1 "Milk" was new on here' in lines
    assert '  create t1 "Milk" on there (m1)' in lines


def test_the_log_as_a_document(place):
    place.once()
    newest, second, first = place.run("log", "--json").json["cycles"]
    assert [one["cycle"] for one in (newest, second, first)] == [3, 2, 1]
    assert (newest["result"], newest["changes"], newest["actions"]) == ("quiet", [], [])
    assert set(second) == {"cycle", "group", "started", "seconds", "result", "changes", "actions"}
    due = {"side": "here", "field": "due", "old": "", "new": "2026-04-01", "rule": "edit"}
    assert {"task": "t1", "title": "Oat milk", **due} in second["changes"]
    assert second["actions"] == [{"do": "update", "task": "t1", "side": "there", "ref": "m1", "outcome": "done"}]
    assert [row["title"] for row in first["changes"] if row["rule"] == "new"] == ["Milk", "Eggs", "Bread"]


def test_the_log_of_one_task_and_of_few_cycles(place):
    place.once()
    assert [one["cycle"] for one in place.run("log", "--limit", "1", "--json").json["cycles"]] == [3]
    cycles = place.run("log", "--task", "eggs", "--json").json["cycles"]
    assert [one["cycle"] for one in cycles] == [1]
    assert {row["task"] for row in (*cycles[0]["changes"], *cycles[0]["actions"])} == {"t2"}
    assert place.run("log", "--since", "2099-01-01", "--json").json["cycles"] == []
    assert len(place.run("log", "--since", "1h", "--json").json["cycles"]) == 3


def test_a_lost_value_comes_back_with_one_command(place):
    (number,) = re.findall(r"tasksync resolve (l\d+) take there", place.run("explain", "t1", "title").out)
    refused(place.run("resolve", number, "take", "here"), "It offers: take there")
    done = place.run("resolve", number, "take", "there")
    assert (done.code, done.out) == (0, f"{number}: take there; the next cycle carries it out\n")
    assert place.run("resolve", number, "take", "there").code == 0
    assert place.run("held", "--json").json["held"] == []
    assert place.once()["updated"] == 2
    assert "Soy milk" in place.titles("here")
    assert place.titles("here") == place.titles("there")
    assert place.once()["result"] == "quiet"


def test_undo_shows_its_plan_and_carries_it_out_when_told(place):
    place.change("there", "Oat milk", due="2026-05-05")
    done = place.run("undo", "2")
    narrow(done)
    assert done.out.startswith("undo of cycle 2: 1 change to bring back, 1 skipped\n")
    assert 't1 "Milk" on here: due: it was changed since on there' in done.out
    assert 'title: "Oat milk" → "Milk"  (by a person, undo of cycle 2)' in done.out
    assert done.out.endswith("Nothing was written. To undo it:\n  tasksync undo 2 --yes\n")
    assert place.titles("here") == ["Bread", "Eggs", "Oat milk"]
    document = place.run("undo", "2", "--json").json
    assert set(document) == {"undo", "skipped", "plan", "groups"}
    assert [row["field"] for row in document["skipped"]] == ["due"]
    done = place.run("undo", "2", "--yes", "--json")
    assert (done.code, done.json["exit"], done.json["undo"]) == (0, 0, 2)
    assert place.titles("here") == place.titles("there") == ["Bread", "Eggs", "Milk"]
    assert {task["due"] for task in place.tasks("here").values()} >= {"2026-05-05"}
    refused(place.run("undo", "1000"), "there is no cycle")
    assert place.run("undo", "2", "--yes").code == 3


def test_undo_last_is_the_last_cycle_in_which_anything_moved(place):
    place.once()
    assert place.run("undo", "last").out.startswith("undo of cycle 2: 2 changes to bring back, 0 skipped")
    refused(place.run("undo", "3"), "nothing moved in cycle 3", code=3)


def test_undo_before_anything_happened_is_too_late(tmp_path):
    refused(Place(tmp_path).run("undo", "last"), "nothing has moved", code=3)


def test_one_task_tied_twice_by_mistake_is_set_right_by_hand(tmp_path):
    """Two tasks of one title were tied crosswise: unlinked and linked, each goes its own way (trace 39)."""
    place = Place(tmp_path)
    place.put("here", "Call", "Ring", due="2026-04-01")
    place.put("there", "Call", due="2026-04-01", description="about the roof")
    place.once()
    done = place.run("unlink", "call", "there")
    assert done.code == 0
    assert done.out.startswith('t1 "Call" is let go on there: there:there1 stays as it is')
    assert place.once()["result"] == "quiet"
    place.run("unlink", "ring", "there")
    done = place.run("link", "ring", "there", "there1")
    assert (done.code, done.out) == (0, 't2 "Ring" is tied to there:there1; the next cycle writes what is owed\n')
    place.once()
    assert place.tasks("there")["there1"]["title"] == "Ring"
    place.change("here", "Ring", title="Ring Anna")
    place.once()
    assert place.tasks("there")["there1"]["title"] == "Ring Anna"
    assert place.run("link", "ring", "there", "there1").out == 't2 "Ring Anna" is tied to there:there1 already\n'
    assert place.run("doctor").code == 0
    assert place.once()["result"] == "quiet"
    refused(place.run("link", "call", "there", "no-such"), "there is no task no-such on there")


def test_a_comment_is_tied_by_hand_to_a_comment_on_its_task_and_to_nothing_else(tmp_path):
    place = Place(tmp_path)
    place.put("here", "Milk", "Bread")
    place.put("there", "Milk", "Bread")
    for side in ("here", "there"):
        place.comment(side, "Milk", c1=f"said {side}")
    place.comment("there", "Bread", c2="of Bread")
    place.once()
    said = place.run("explain", "here:c1").out.split()[0]
    for task in (said, "there:c2", "t1"):
        assert place.run("unlink", task, "there").code == 0
    refused(place.run("link", said, "there", "there1"), f'{said} "said here" is a comment, and there:there1 is a task')
    refused(place.run("link", said, "there", "c2"), "there:c2 is a comment on another task than t1")
    refused(place.run("link", "t1", "there", "c2"), 't1 "Milk" is a task, and there:c2 is a comment')
    place.run("link", "t1", "there", "there1")
    place.once()
    tied = place.run("link", said, "there", place.said("there")["said here"])
    assert (tied.code, place.once()["result"]) == (0, "quiet")
    place.comment("here", "Milk", c1="said here, again")
    place.once()
    assert sorted(place.said("there")) == sorted(place.said("here")) == ["of Bread", "said here, again", "said there"]


def test_a_link_ends_a_let_go_and_edits_made_meanwhile_meet(place):
    place.run("unlink", "eggs", "there")
    place.change("here", "Eggs", due="2026-06-06")
    place.change("there", "Eggs", labels=["shop"])
    place.once()
    assert {task["title"]: task["due"] for task in place.tasks("there").values()}["Eggs"] is None
    place.run("link", "eggs", "there", "m2")
    place.once()
    for side in ("here", "there"):
        eggs = next(task for task in place.tasks(side).values() if task["title"] == "Eggs")
        assert (eggs["due"], eggs["labels"]) == ("2026-06-06", ["shop"])
    assert place.once()["result"] == "quiet"


def test_unlinking_where_a_task_is_not_keeps_it_from_being_made_there(tmp_path):
    place = Place(tmp_path)
    place.put("here", "Milk")
    place.run("run", "--once", "--limit", "0")
    assert "it was not there, and nothing is made there" in place.run("unlink", "milk", "there").out
    assert place.once()["created"] == 0
    assert place.titles("there") == []


def test_ties_go_out_and_in_again(place):
    done = place.run("export")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert rows[0] == {"group": "work", "task": "t1", "refs": {"here": "here1", "there": "m1"}}
    assert len(rows) == 3
    assert place.run("export", "ties").code == 0
    assert (place.folder / "ties").read_text(encoding="utf-8") == done.out
    again = place.run("import", "ties")
    assert (again.code, again.out) == (0, "0 tasks tied, 3 known already\n")
    for file in place.folder.glob("tasks.db*"):
        file.unlink()
    assert place.run("import", "ties", "--json").json == {"tied": 3, "known": 0}
    report = place.once()
    assert (report["created"], report["updated"], report["adopted"]) == (0, 0, 3)
    assert place.run("export").out == done.out


BAD_TIES = {
    "no json": ("{", "this is no JSON"),
    "no object": ("[]", "no object with the members group, task and refs"),
    "a member too many": ('{"group": "work", "task": "t1", "refs": {"here": "x"}, "more": 1}', "and no others"),
    "another group": ('{"group": "play", "task": "t1", "refs": {"here": "x"}}', 'there is no group "play"'),
    "another side": ('{"group": "work", "task": "t1", "refs": {"far": "x"}}', 'has no side "far"'),
    "a number": ('{"group": "work", "task": "t1", "refs": {"here": 7}}', 'write it in quotes: "12"'),
    "no refs": ('{"group": "work", "task": "t1", "refs": {}}', "refs names no side"),
    "no task": ('{"group": "work", "task": 1, "refs": {"here": "x"}}', "task is no text"),
    "bytes": (b"\xff\xfe", "this is no JSON"),
    "twice": ('{"group": "work", "task": "t8", "refs": {"here": "new"}}\n' * 2, "here:new stands in line 4 already"),
    "two tasks": ('{"group": "work", "task": "t1", "refs": {"here": "here1", "there": "m2"}}', "different tasks"),
    "another ref": ('{"group": "work", "task": "t1", "refs": {"here": "here1", "there": "m9"}}', "there:m1 here"),
}


@pytest.mark.parametrize("case", BAD_TIES)
def test_ties_that_are_wrong_are_named_with_their_line_and_nothing_is_written(met, case):
    line, words = BAD_TIES[case]
    file = met.folder / "bad"
    data = line if isinstance(line, bytes) else line.encode()
    file.write_bytes(b'{"group": "work", "task": "t7", "refs": {"here": "good"}}\n# a remark\n\n' + data)
    before = met.run("export").out
    done = met.run("import", "bad")
    assert done.code == 2
    assert words in done.err
    assert re.search(r"bad:[45]: ", done.err)
    document = met.run("import", "bad", "--json").json["error"]
    assert (document["kind"], document["problems"][0]["line"] >= 1) == ("usage", True)
    assert met.run("export").out == before


def test_after_a_lost_store_a_side_without_a_list_waits_for_its_ties(tmp_path):
    place = Place(tmp_path, there=NO_LIST)
    place.put("here", "Milk", "Eggs")
    place.once()
    place.once()
    place.run("export", "saved")
    for file in tmp_path.glob("tasks.db*"):
        file.unlink()
    plan = place.run("plan")
    assert plan.code == 3
    assert "create" not in plan.out.split("?")[0]
    done = place.run("run", "--once")
    assert done.code == 3
    assert "tasksync import FILE" in done.out
    assert place.titles("there") == ["Eggs", "Milk"]
    assert place.run("import", "saved").code == 0
    report = place.once()
    assert (report["created"], report["adopted"], report["held"]) == (0, 2, 0)
    assert place.once()["result"] == "quiet"


def test_doctor_names_what_is_not_as_it_should_be_and_repairs_nothing(place):
    done = place.run("doctor")
    assert (done.code, done.err) == (0, "")
    assert "3 tasks and 6 links were looked at" in done.out
    place.drop("there", "Eggs")
    with closing(sqlite3.connect(place.folder / "tasks.db")) as store:
        store.execute("update side set links = 17")
        columns = "group_id, kind, key, task_id, side, field, since, decision, doc"
        store.execute(
            f"insert into held ({columns}) values (1, 'conflict', 'x', 99, '', '', '2026-01-01 00:00:00', '', '{{}}')"
        )
        store.execute("update task set doc = json_set(doc, '$.parent', 77) where id = 1")
        store.commit()
    done = place.run("doctor", "--json")
    assert (done.code, done.json["exit"]) == (3, 3)
    told = {row["what"]: row["asks"] for row in done.json["findings"]}
    assert told["17 linked tasks are counted, 3 are there"] is False
    assert told["h1 is about t63, a task that is not there"] is True
    assert told['there:m2 of t2 "Eggs" is not there'] is True
    assert any("the parent of t1" in what for what in told)
    assert all(row["do"] for row in done.json["findings"])
    assert "Nothing was repaired." in place.run("doctor").out


def test_doctor_of_a_damaged_store_says_so(place):
    file = place.folder / "tasks.db"
    with closing(sqlite3.connect(file)) as store:
        store.execute("pragma journal_mode = delete")
        pages = store.execute("pragma page_count").fetchone()[0]
    content = bytearray(file.read_bytes())
    for page in range(4, pages):
        content[page * 4096 + 40 : page * 4096 + 400] = b"\x55" * 360
    file.write_bytes(content)
    done = place.run("doctor")
    assert done.code in {2, 3}
    assert "damaged" in done.out + done.err
    assert "Traceback" not in done.err


def test_a_plan_says_what_of_a_mapping_changed(tmp_path):
    place = Place(tmp_path, there="days_only = true")
    place.put("here", "Milk", due="2026-04-01T23:30:00+00:00")
    place.once()
    place.config.write_text('timezone = "Asia/Tokyo"\n' + place.config.read_text(encoding="utf-8"), encoding="utf-8")
    out = place.run("plan").out
    assert "due: 2026-04-01 → 2026-04-02" in out
    assert "its time zone changed" in out


def test_history_keeps_what_contends_and_what_a_person_let_go(tmp_path):
    place = Place(tmp_path, group='conflict = "hold"')
    place.put("here", "Milk")
    place.once()
    place.change("here", "Milk", title="Oat milk")
    place.change("there", "Milk", title="Soy milk")
    place.once()
    (cycle, _) = place.run("log", "--json").json["cycles"]
    assert {(row["side"], row["new"], row["rule"]) for row in cycle["changes"]} == {
        ("here", "Oat milk", "held"),
        ("there", "Soy milk", "held"),
    }
    fields = place.run("explain", "t1", "title", "--json").json["fields"]
    assert (fields["title"]["value"], fields["title"]["version"]) == ("Milk", 1)
    assert "held: h1 asks which value stands: tasksync held" in place.run("explain", "t1").out
    (row,) = place.run("held", "--json").json["held"]
    place.run("resolve", row["id"], "set", "Rice milk")
    place.once()
    told = place.run("explain", "t1", "title", "--json").json["fields"]["title"]
    assert (told["value"], told["by"], told["rule"]) == ("Rice milk", "", "a person decided")
    lost = [one["old"] for one in place.run("log", "--json").json["cycles"][0]["changes"] if one["rule"] == "lost"]
    assert sorted(lost) == ["Oat milk", "Soy milk"]
