"""OptaCheck and a vault in one group, over real HTTP: what people do on either side, and what goes wrong."""

from __future__ import annotations

import pytest

from connectors.optacheck.sandbox import Sandbox
from connectors.serving import Fault, Kind
from connectors.task import Field
from sync.core.model import HeldKind
from tests.connectors.optacheck.kit import ANNA, BEN, CREW, Group, running

LONG = "a title that is longer than a hundred characters " * 3
PEOPLE = f"""[people.anna]
email = "anna@example.com"
[people.ben]
email = "ben@example.com"
ids = {{ field = "{Sandbox.people[BEN]}" }}
"""
PUTS = ["put=merge", "put=replace", "put=demand", "put=replace,updated=empty", "put=demand,updated=part,clear=null"]


@pytest.mark.parametrize("reading", PUTS)
def test_what_people_do_on_either_side_arrives_on_the_other(tmp_path, reading):
    """Creates, edits both ways, a completion, a delete on each side; nothing that nobody touched is lost."""
    with running(reading) as bench:
        group = Group(tmp_path, bench)
        group.configure(field='forms = ["f-1"]\nproject = "p-1"', people=PEOPLE)
        group.put("here", "Milk", "Eggs", "Bread", description="two", assignees=[{"email": ANNA}])
        group.settle()
        milk = group.there("Milk")
        assert (milk["user"], milk["forms"], milk["project"]) == (Sandbox.people[ANNA], ["f-1"], "p-1")
        data = {"fields": [{"id": "a", "title": "Meter", "value": "7"}]}
        group.sandbox.edit(milk["id"], {"title": "Oat milk", "data": data})
        group.change("here", "Milk", status="completed")
        group.change("here", "Eggs", description="")
        group.settle()
        assert group.here("Oat milk")["status"] == "completed"
        kept = {"status": "completed", "user": Sandbox.people[ANNA], "forms": ["f-1"], "project": "p-1", "data": data}
        assert group.there("Oat milk") == group.there("Oat milk") | kept
        assert group.there("Eggs")["description"] is None
        group.stay_quiet()
        group.drop("here", "Eggs")
        group.sandbox.remove(group.there("Bread")["id"])
        group.settle()
        assert group.titles("here") == ["Oat milk"] == [task["title"] for task in group.sandbox.tasks()]
        group.stay_quiet()


def test_a_long_title_stays_whole_where_it_can_be_held(group):
    group.put("here", LONG.strip(), description="x" * 300)
    group.settle()
    (short,) = group.sandbox.tasks()
    assert short["title"] == LONG[:100].strip()
    assert len(short["description"]) == 255
    group.sandbox.edit(short["id"], {"status": "active"})
    group.settle()
    assert group.here(LONG.strip())["status"] == "in_progress"
    assert group.here(LONG.strip())["description"] == "x" * 300
    group.stay_quiet()


def test_who_nobody_is_and_who_is_who_is_remembered(group):
    """A task without an assignee is the crew's there, in the next process too; a known id is a person here."""
    group.configure(people=PEOPLE)
    group.put("here", "Eggs", assignees=[{"email": BEN}])
    group.put("here", "Milk")
    group.settle()
    milk = group.there("Milk")
    assert milk["user"] == Sandbox.people[CREW]
    assert group.here("Milk").get("assignees", []) == []
    group.sandbox.edit(milk["id"], {"user": Sandbox.people[BEN]})
    group.settle()
    assert [person["email"] for person in group.here("Milk")["assignees"]] == [BEN]
    group.change("here", "Milk", assignees=[])
    group.settle()
    assert group.there("Milk")["user"] == Sandbox.people[CREW]
    group.stay_quiet()


@pytest.mark.parametrize("reading", ["put=merge", "put=replace"])
def test_a_task_of_somebody_unknown_is_read_and_not_changed_until_they_are_known(tmp_path, reading):
    """An update without their address could take the task from them: undeliverable, with the way out."""
    with running(reading) as bench:
        group = Group(tmp_path, bench)
        stranger = bench.sandbox.add("Theirs", {"user": Sandbox.people[BEN]})
        group.configure(field=f'adopt = ["{stranger}"]')
        group.settle()
        group.change("here", "Theirs", title="Ours")
        group.settle()
        assert group.there("Theirs")["user"] == Sandbox.people[BEN]
        why = group.undeliverable()["Ours", "title"]
        assert Sandbox.people[BEN] in why
        assert "[people]" in why
        group.stay_quiet()
        group.configure(field=f'adopt = ["{stranger}"]', people=PEOPLE)
        group.settle()
        assert group.there("Ours")["user"] == Sandbox.people[BEN]
        assert group.undeliverable() == {}
        group.stay_quiet()


def test_tasks_that_were_made_there_are_taken_in_by_their_ids(group):
    """By the settings and by the command; matched with what is there at the first meeting; each once."""
    ids = [group.sandbox.add(title, {"user": Sandbox.people[CREW]}) for title in ("One", "Two", "Three")]
    group.put("here", "One")
    group.configure(field=f'adopt = ["{ids[0]}", "{ids[1]}"]')
    group.settle()
    assert group.titles("here") == ["One", "Two"]
    with group.opened() as app:
        assert app.adopt("field", [ids[2]]) == [f"{ids[2]}: the next cycle reads it from field"]
    group.settle()
    with group.opened() as app:
        assert app.adopt("field", [ids[2]]) == [f'{ids[2]} is known already: "Three"']
    assert group.titles("here") == ["One", "Three", "Two"]
    assert len(group.sandbox.tasks()) == 3
    group.stay_quiet()


def test_an_id_that_is_not_there_is_held_until_it_is_taken_back(group):
    group.put("here", "Milk")
    with group.opened() as app:
        app.adopt("field", ["nothing"])
    assert group.cycle().held == 1
    (held,) = group.held()
    assert (held.kind, held.choices, held.ref) == (HeldKind.ENTRY, (), "nothing")
    assert "tasksync adopt field nothing --forget" in held.why
    with group.opened() as app:
        assert app.adopt("field", ["nothing"], forget=True) == ["nothing is not taken in"]
    group.settle()
    assert group.held() == []
    group.configure(field='adopt = ["nothing"]')
    assert "adopt of [sides.field]" in (group.cycle(), group.held())[1][0].why
    group.configure()
    group.settle()
    assert group.held() == []


@pytest.mark.parametrize("answer", ["exists", "absent", "adopted"])
def test_a_create_whose_answer_is_lost_is_held_and_does_not_stop_the_others(group, answer):
    """Nothing can tell: a person is asked, or names the task; never made twice. The others are made meanwhile."""
    group.put("here", "Milk", "Eggs", "Bread")
    group.bench.fail(Kind.RESET_AFTER, "POST")
    assert len(group.sandbox.tasks()) == 0
    group.cycle()
    report = group.cycle()
    assert (report.result, report.code, report.held) == ("held", 3, 1)
    assert len(group.sandbox.tasks()) == 3
    (held,) = group.held()
    assert (held.kind, held.choices) == (HeldKind.CREATE, ("exists REF", "absent"))
    lost = group.there(held.title)["id"]
    if answer == "absent":  # a person looked, and deleted it there
        group.sandbox.remove(lost)
        group.resolve(held, "absent")
    elif answer == "exists":
        group.resolve(held, f"exists {lost}")
    else:
        with group.opened() as app:
            app.adopt("field", [lost])
    group.settle()
    assert sorted(task["title"] for task in group.sandbox.tasks()) == ["Bread", "Eggs", "Milk"] == group.titles("here")
    assert group.held() == []
    group.stay_quiet()


def test_an_update_whose_answer_is_lost_is_found_done(group):
    group.put("here", "Milk")
    group.settle()
    group.change("here", "Milk", title="Oat milk")
    group.bench.fail(Kind.RESET_AFTER, "PUT")
    assert group.cycle().result == "owed"
    group.bench.forget()
    group.settle()
    assert group.there("Oat milk")
    assert "PUT" not in group.bench.methods()


def test_an_edit_made_there_before_our_write_is_not_overwritten(group):
    """Both sides edit the title; theirs comes after our read: nothing is sent over it, and the next cycle decides."""
    group.put("here", "Milk")
    group.settle()
    group.change("here", "Milk", title="Ours")
    milk = group.there("Milk")["id"]
    group.configure(field="poll = 1")
    seen = []

    def meanwhile(method, path):
        if method == "GET" and milk in path:
            seen.append(path)
            if len(seen) == 2:  # the first is the round's, the second the one before the write
                group.sandbox.edit(milk, {"title": "Theirs"})
        return False

    group.bench.faults.add(Fault(Kind.STATUS, match=meanwhile))
    group.cycle()
    assert group.sandbox.tasks()[0]["title"] == "Theirs"
    group.settle()
    assert group.titles("here") == [group.sandbox.tasks()[0]["title"]]


def test_without_a_word_for_it_a_completion_is_undeliverable_and_told(group):
    text = group.config.read_text()
    group.config.write_text(text.replace('completed = "completed"\ncancelled = "cancelled"\n', ""))
    group.put("here", "Milk")
    group.settle()
    group.change("here", "Milk", status="completed")
    group.settle()
    assert group.there("Milk")["status"] == "assigned"
    assert group.undeliverable() == {("Milk", "status"): 'no word for "completed"'}
    group.stay_quiet()


def test_an_unknown_word_is_no_opinion_and_stays(group):
    group.put("here", "Milk", status="in_progress")
    group.settle()
    group.sandbox.edit(group.there("Milk")["id"], {"status": "in review"})
    group.change("here", "Milk", title="Oat milk")
    group.settle()
    assert group.there("Oat milk")["status"] == "in review"
    assert group.here("Oat milk")["status"] == "in_progress"
    group.stay_quiet()


def test_a_wrong_workspace_deletes_nothing(group):
    """Every task is gone at once: a person is asked, and nothing is deleted elsewhere."""
    group.put("here", "Milk", "Eggs", "Bread", "Tea")
    group.settle()
    for task in group.sandbox.tasks():
        group.sandbox.remove(task["id"])
    for _ in range(3):
        assert group.cycle().code == 3
    assert len(group.titles("here")) == 4


def test_the_command_registers_ids_and_the_next_cycle_reads_them(group):
    """`tasksync adopt` as people type it: exit 0, and what it says; wrong names are 2."""
    ref = group.sandbox.add("Theirs", {"user": Sandbox.people[CREW]})
    done = group.run("adopt", "field", ref)
    assert (done.code, done.out) == (0, f"{ref}: the next cycle reads it from field\n")
    assert group.run("adopt", "field", ref, "--json").json["messages"] == [f"{ref}: the next cycle reads it from field"]
    assert group.run("held", "--json").json == {"held": []}
    assert group.once()["result"] == "changed"
    assert group.titles("here") == ["Theirs"]
    assert group.run("adopt", "field", ref).out == f'{ref} is known already: "Theirs"\n'
    for arguments, words in (
        (["here", "x"], "here has a list"),
        (["nowhere", "x"], "there is no side nowhere"),
        (["field", " "], "is no id"),
    ):
        done = group.run("adopt", *arguments)
        assert (done.code, done.out) == (2, "")
        assert words in done.err


def test_status_and_check_tell_within_what_time_every_task_is_looked_at(group):
    group.configure(field="poll = 1")
    group.put("here", "Milk", "Eggs", "Bread")
    group.once()
    line = "every linked task is looked at within 20 min: up to 1 of 3 in a cycle"
    assert line in group.run("status").out
    assert group.run("status", "--json").json["groups"]["work"]["sides"]["field"]["looked"] == line
    assert line in group.run("check").out


@pytest.mark.parametrize("email", ["", ANNA, "dora@example.com"])
def test_who_has_a_task_stays_where_a_person_says_that_it_was_made(tmp_path, email):
    """Whose id a task bears there is not known yet, as no answer came: that is nobody's edit.

    Dora has no account there: the task is refused with her, and made without.
    """
    with running() as bench:
        group = Group(tmp_path, bench)
        group.configure(people=PEOPLE)
        who = [{"email": email}] if email else []
        group.put("here", "Milk", assignees=who)
        if "dora" in email:
            said = b'{"user_email": ["There is no user with this e-mail address."]}'
            bench.fail(Kind.STATUS, "POST", status=400, body=said)
        bench.fail(Kind.RESET_AFTER, "POST")
        group.cycle()
        bench.forget()
        group.cycle()
        (held,) = group.held()
        group.resolve(held, f"exists {group.there('Milk')['id']}")
        group.settle()
        assert group.here("Milk").get("assignees", []) == who
        group.stay_quiet()


def test_tasks_of_the_crew_are_nobodys_as_soon_as_it_is_known_who_the_crew_is(group):
    """The first one is read before: it belongs to somebody unknown until a task is made for nobody."""
    there = group.sandbox.add("Milk", {"user": Sandbox.people[CREW]})
    group.configure(field=f'adopt = ["{there}"]')
    group.settle()
    assert assigned(group, there) == (f"field:{Sandbox.people[CREW]}",)
    group.put("here", "Eggs")
    group.settle()
    assert assigned(group, there) == ()
    group.stay_quiet()


def assigned(group: Group, ref: str) -> object:
    """Who has a task, in the group's own words."""
    with group.opened() as app:
        found = app.looking.explain(f"field:{ref}", [Field.ASSIGNEES]).fields[Field.ASSIGNEES]
        return found.value
