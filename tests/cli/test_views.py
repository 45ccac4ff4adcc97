"""What the commands print."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from connectors.task import Field
from sync.cli.views.check import show_check
from sync.cli.views.held import show_held
from sync.cli.views.plan import show_plan
from sync.cli.views.run import show_run
from sync.cli.views.status import show_status
from sync.core.facts import Read
from sync.core.model import Do, Held, HeldKind
from sync.report import FieldCheck, GroupCheck, GroupPlan, Result, RunReport
from tests.cli.samples import (
    EVIL,
    LONG,
    NOW,
    action,
    change,
    check_report,
    full_plan,
    group_status,
    held,
    note,
    plan_report,
    run_report,
    shown,
    side,
)

OTHER = LONG.replace("a-side", "b-side")


def plan_lines(plan, **named: object) -> list[str]:
    return shown(show_plan, plan, groups=(), config=None, **named)


def run_lines(report, *rows: object) -> list[str]:
    return shown(show_run, report, rows, config=None)


def test_a_run_shows_who_took_part_and_what_was_done():
    assert run_lines(run_report()) == [
        "work: changed in 2.4 s",
        "side      state   read       requests",
        "─────────────────────────────────────",
        "outline   ok      complete          4",
        "canvas    ok      since            12",
        "  3 created, 1 updated, 2 adopted",
        "",
    ]


def test_a_quiet_run_says_so():
    report = run_report(result=Result.QUIET, created=0, updated=0, adopted=0)
    assert run_lines(report)[0] == "work: quiet in 2.4 s"
    assert "  nothing was written" in run_lines(report)


def test_a_side_that_is_down_has_one_line_with_what_to_do():
    why = "list 7 at https://example.com: the password was refused; check username and remote_key"
    report = run_report(sides={"outline": side("paused", why, Read.NONE), "canvas": side()}, result=Result.OWED)
    assert f"  outline is paused: {why}" in run_lines(report)


def test_sides_with_one_reason_share_a_line_and_a_remark_does_not_repeat_it():
    why = "another worker has the group"
    report = run_report(
        sides={"outline": side("down", why, Read.NONE), "canvas": side("down", why, Read.NONE)}, lines=[why, "a remark"]
    )
    assert run_lines(report)[-3:] == [f"  outline, canvas are down: {why}", "  a remark", ""]


def test_many_remarks_are_cut_and_counted():
    lines = run_lines(run_report(lines=[f"remark {number}" for number in range(25)]))
    assert sum(line.startswith("  remark") for line in lines) == 20
    assert "  … and 5 more remarks (-v shows each as it happens)" in lines


def test_a_side_that_was_set_aside_says_so():
    report = run_report(sides={"outline": side("ok", "it lists none of 12 tasks", Read.SET_ASIDE)})
    assert "  outline is set aside: it lists none of 12 tasks" in run_lines(report)


def test_what_is_held_comes_with_the_commands_that_decide_it():
    assert "    tasksync resolve h12 take outline   2026-03-05" in run_lines(run_report(held=1), ("work", held()))


def test_of_many_held_rows_a_run_shows_the_first_and_where_the_others_are():
    rows = [("work", held(id=number)) for number in range(1, 9)]
    lines = run_lines(run_report(held=8), *rows)
    assert sum(line.startswith("? h") for line in lines) == 5
    assert "  … and 3 more held: tasksync held work" in lines


def test_what_is_open_names_the_command_that_lists_it():
    assert "  2 owed, 1 waiting: tasksync status work" in run_lines(run_report(owed=2, waiting=1))


def test_commands_to_type_name_the_configuration_that_this_run_was_given():
    lines = shown(show_run, run_report(owed=2), (), config=Path("my tasks.toml"))
    assert "  2 owed: tasksync status work --config 'my tasks.toml'" in lines


def test_a_plan_that_no_longer_holds_says_that_nothing_was_written():
    report = RunReport(refused="the plan abc no longer holds: t4f2 was changed on canvas", exit=3)
    assert run_lines(report) == [
        "Nothing was written: the plan abc no longer holds: t4f2 was changed on canvas.",
        "Look again: tasksync plan",
    ]


def test_a_plan_reads_like_a_diff():
    report = full_plan()
    assert plan_lines(report) == [
        (
            "work: 1 to create, 1 to update, 1 to delete, 1 to archive, 1 to close, 1 to adopt, 1 to let go, "
            "2 held, 1 waiting, 1 undeliverable"
        ),
        "  canvas is down: the server does not answer; is it up?",
        "  a remark about the cycle",
        '+ create "Call Anna" on canvas (new on outline)  t4f2',
        "    due: 2026-03-09",
        '~ update "Call Anna" on canvas  t4f2',
        '    title: "a" → "b"  (changed on outline 2 min ago)',
        "    description:  (changed on outline 2 min ago)",
        "      - two",
        "      + 2",
        '- delete "Call Anna" on canvas (deleted on outline)  t4f2',
        '- archive "Call Anna" on canvas  t4f2',
        '- close "Call Anna" on canvas  t4f2',
        "    status: needs action → cancelled  (changed on outline 2 min ago)",
        '= adopt "Call Anna" on canvas  t4f2',
        '/ let go "Call Anna" on canvas  t4f2',
        '? h12 conflict "Call Anna" due on canvas (t4f2)  [work, since 3 h ago]',
        "    due was changed on outline and canvas",
        "    tasksync resolve h12 take outline   2026-03-05",
        "    tasksync resolve h12 take canvas   2026-03-06",
        "    tasksync resolve h12 set VALUE",
        '? would be held conflict "Call Anna" due (t4f2)  [work]',
        "    due was changed on outline and canvas",
        "  waiting",
        '    t4f2 "Call Anna" on canvas: it was not found there in 1 of 3 complete reads',
        "  undeliverable",
        '    t4f2 "Call Anna" on canvas: due: it can not change it',
        "",
        "Nothing was written. To carry out this plan, and only if nothing moves meanwhile:",
        f"  tasksync run --once --plan {report.hash}",
    ]


def test_an_empty_plan_says_so_and_offers_nothing_to_carry_out():
    assert plan_lines(plan_report(work=GroupPlan(sides={"outline": side()}))) == ["work: nothing to do", ""]


def test_the_command_that_carries_a_plan_out_names_its_groups():
    plan = plan_report(work=GroupPlan(actions=[action(Do.DELETE)]))
    lines = shown(show_plan, plan, groups=("work",), config=Path("x.toml"))
    assert lines[-1] == f"  tasksync run work --once --plan {plan.hash} --config x.toml"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        pytest.param("edit", "(changed on outline 2 min ago)", id="edit"),
        pytest.param("newest", "(changed on outline 2 min ago, the newest)", id="newest"),
        pytest.param("priority", "(changed on outline 2 min ago, which has priority)", id="priority"),
        pytest.param("merged", "(changed on outline 2 min ago, rule: merged)", id="another rule"),
    ],
)
def test_each_change_says_whose_it_is_and_why_it_won(rule, words):
    plan = plan_report(work=GroupPlan(actions=[action(changes={Field.TITLE: change("a", "b", rule=rule)})]))
    assert f'    title: "a" → "b"  {words}' in plan_lines(plan)


def test_a_side_without_times_is_named_without_a_time():
    plan = plan_report(work=GroupPlan(actions=[action(changes={Field.TITLE: change("a", "b", minutes=None)})]))
    assert '    title: "a" → "b"  (changed on outline)' in plan_lines(plan)


def test_held_rows_show_what_why_and_the_commands():
    assert shown(show_held, [("work", held())], now=NOW, config=None) == [
        '? h12 conflict "Call Anna" due (t4f2)  [work, since 3 h ago]',
        "    due was changed on outline and canvas",
        "    tasksync resolve h12 take outline   2026-03-05",
        "    tasksync resolve h12 take canvas   2026-03-06",
        "    tasksync resolve h12 set VALUE",
        "",
        "1 thing to decide; the next cycle carries a decision out.",
    ]


def test_an_entry_that_cannot_be_read_has_no_choices_and_says_how_it_ends():
    row = Held(
        kind=HeldKind.ENTRY, key="entry:canvas:9", id=3, why="it has no title", choices=(), side="canvas", ref="9"
    )
    lines = shown(show_held, [("work", row)], now=NOW, config=None)
    assert "    there is nothing to decide: it ends when the entry can be read" in lines


def test_a_contender_that_this_version_cannot_read_does_not_hide_the_choice():
    lines = shown(
        show_held, [("work", held(data={"outline": "no date", "canvas": "2026-03-06"}))], now=NOW, config=None
    )
    assert "    tasksync resolve h12 take outline" in lines


def test_a_create_in_doubt_says_what_each_answer_means():
    for offered, meaning in (("exists REF", "if it is there: with its id for REF"), ("exists 7", "if it is this one")):
        row = held(kind=HeldKind.CREATE, side="field", field=None, choices=(offered, "absent"))
        assert shown(show_held, [("work", row)], now=NOW, config=None)[2:4] == [
            f"    tasksync resolve h12 {offered}   {meaning}",
            "    tasksync resolve h12 absent   if it is not on field: it is made again",
        ]


def test_nothing_held_says_so():
    assert shown(show_held, [], now=NOW, config=None) == ["Nothing waits for a person."]


def test_status_shows_sides_and_what_is_open():
    status = group_status(owed=[note("the server does not answer")], held=[held()])
    lines = shown(show_status, [status], now=NOW, config=None)
    assert lines[:9] == [
        "work: 120 tasks; last cycle 5 min ago: changed",
        "side      connector   state    linked   last complete read",
        "──────────────────────────────────────────────────────────",
        "outline   checkvist   ok          119   5 min ago",
        "canvas    ogsm        paused      118   never",
        "  budget of outline: 50 of 50 requests in 60 s used, a request each 0.5 s, free in 34 s",
        "  canvas is paused: the password was refused; check username and password",
        '  no opinion on canvas: status: "on hold" (3 tasks): add it to [sides.canvas.statuses]',
        "  owed",
    ]
    assert "    tasksync resolve h12 take outline   2026-03-05" in lines


def test_status_with_nothing_open_says_so():
    assert "  nothing is open" in shown(show_status, [group_status()], now=NOW, config=None)


def test_a_long_list_of_open_rows_says_how_many_it_leaves_out():
    lines = shown(show_status, [group_status(waiting=[note()] * 25)], now=NOW, config=None)
    assert "    … and 5 more (--json lists all)" in lines


def test_check_is_a_table_of_fields_and_sides():
    assert shown(show_check, check_report("outline", "canvas"))[:6] == [
        "field             outline     canvas",
        "────────────────────────────────────────",
        "title             two-way     two-way",
        "status            no opinion  no opinion",
        "due               lossy       lossy",
        "percent_complete  not held    not held",
    ]


def test_check_says_what_its_words_stand_for_and_how_it_ended():
    lines = shown(show_check, check_report("outline"))
    about = lines[lines.index("outline") :]
    assert about[1] == "  tags keep their case"
    assert "  due     lossy: the day only" in about
    assert '  status  no opinion: "on hold" (3 tasks)' in about
    assert lines[-1] == "All sides answer."


def test_check_names_a_side_that_cannot_take_part_first():
    lines = shown(show_check, check_report("outline", state="paused", why="refused password; check remote_key"))
    assert lines[0] == "outline is paused: refused password; check remote_key"
    assert lines[-1] == "1 side cannot take part"


def test_check_says_that_a_field_is_written_when_a_task_is_made_and_what_words_become():
    report = check_report("outline")
    made = FieldCheck(state="read-only", why="written when the task is made", at_create=True, notes=("by e-mail",))
    status = FieldCheck(state="lossy", why="no word for in_progress", told=True, notes=("in_progress is written as x",))
    report.sides["outline"].fields = {Field.TITLE: made, Field.STATUS: status}
    lines = shown(show_check, report)
    assert lines[2:4] == ["title   when made", "status  lossy"]
    assert "  title   by e-mail" in lines
    assert "  status  lossy: in_progress is written as x" in lines


def test_check_heads_each_group_where_there_are_several():
    report = check_report("a", "b", "c", "d")
    report.groups = {"work": GroupCheck(sides=("a", "b"), notes=("x: a alone",)), "home": GroupCheck(sides=("c", "d"))}
    lines = shown(show_check, report)
    assert [line for line in lines if line in {"work", "home", "together"}] == ["work", "together", "home"]
    assert "  x: a alone" in lines


def test_five_sides_fit_beside_each_other_in_80_columns():
    lines = shown(show_check, check_report("outline", "strategy", "matter", "cases", "field"))
    assert sum(line.startswith("field ") for line in lines) == 1


def test_check_shows_many_sides_in_several_parts():
    names = [f"side-number-{number}" for number in range(9)]
    lines = shown(show_check, check_report(*names))
    assert sum(line.startswith("field ") for line in lines) == 3
    assert all(any(name in line for line in lines) for name in names)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            shown(show_run, run_report(LONG, OTHER, requests={LONG: 10**9, OTHER: 1}), (), config=None), id="run"
        ),
        pytest.param(shown(show_status, [group_status(LONG, OTHER)], now=NOW, config=None), id="status"),
        pytest.param(shown(show_check, check_report(*(f"{LONG}{number}" for number in range(6)))), id="check"),
    ],
)
def test_every_table_fits_80_columns_whatever_the_names(lines):
    table = [line for line in lines if not line.startswith("  ") or line.startswith("   ")]
    assert len(table) > 5
    assert [line for line in table if cell_len(line) > 80 and " is paused: " not in line] == []
    assert any(LONG[:10] in line for line in table)


def test_a_long_name_is_folded_and_stays_whole_and_figures_are_never_cut():
    lines = run_lines(run_report(LONG, OTHER, requests={LONG: 10**9, OTHER: 1}))
    column = "".join(line.split("   ")[0].strip() for line in lines[3:7])
    assert LONG in column
    assert any(line.endswith(str(10**9)) for line in lines)


def test_the_longest_sentence_of_a_plan_about_a_task_fits_80_columns():
    lines = plan_lines(full_plan(title="A long title " * 9))
    about = [line for line in lines if line[:1] in {"+", "~", "-", "="}]
    assert [line for line in about if cell_len(line) > 80] == []


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(plan_lines(full_plan(title=EVIL)), id="plan"),
        pytest.param(shown(show_held, [("work", held(title=EVIL, why=EVIL))], now=NOW, config=None), id="held"),
        pytest.param(
            shown(show_status, [group_status(waiting=[note(EVIL, title=EVIL)])], now=NOW, config=None), id="status"
        ),
        pytest.param(run_lines(run_report(lines=[EVIL])), id="run"),
        pytest.param(shown(show_check, check_report("outline", state="down", why=EVIL)), id="check"),
    ],
)
def test_a_vendors_text_cannot_command_the_terminal(lines):
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"\x1b[2J" in text


def test_square_brackets_of_a_title_are_no_markup():
    report = plan_report(work=GroupPlan(actions=[action(Do.DELETE, title="[bold]x[/bold] :smile:")]))
    assert any("[bold]x[/bold] :smile:" in line for line in plan_lines(report))
