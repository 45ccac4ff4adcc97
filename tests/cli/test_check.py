"""``check`` over a side of each vendor: what it tells an operator before the first cycle."""

from __future__ import annotations

import json

import pytest

from connectors.budget import RateBudget, Window
from sync.checking import least_time, rate_of
from tests.cli.account import VENDORS

GROUP = ["[groups.work]", f"sides = {json.dumps(list(VENDORS))}"]


def words(text: str) -> str:
    """The text without the breaks of its lines."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def told(account, tmp_path_factory) -> str:
    lines = account.lines(without=("default_due",))
    lines = [line for line in lines if line != 'rate = "off"']
    done = account.run(tmp_path_factory.mktemp("check"), "check", lines=[*lines, *GROUP])
    assert (done.code, done.err) == (0, "")
    return done.out


def test_the_table_of_five_vendors_is_one_and_nothing_is_wider_than_80_columns(told):
    lines = told.splitlines()
    assert lines[0].split() == ["field", *VENDORS]
    assert sum(line.startswith("field ") for line in lines) == 1
    assert max(map(len, lines)) <= 80
    table = {line.split()[0]: line for line in lines[2:14]}
    assert table["title"].split()[1:] == ["two-way", "two-way", "two-way", "when", "made", "lossy"]


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("parent, position, comments: outline alone, nothing to exchange with", id="never meet"),
        pytest.param("archived: no side", id="nobody"),
        pytest.param("cases makes no task without due: a task without due is undeliverable there", id="no default"),
        pytest.param("and so is each that is made on field", id="a side that has none"),
        pytest.param("in_progress (of strategy, matter, cases, field) is written as needs_action", id="another word"),
        pytest.param("cancelled (of outline) is undeliverable", id="no word"),
        pytest.param("what is set elsewhere is undeliverable; a closed task is not made there", id="no status"),
        pytest.param("a complete read is 1 request; its rate is 1 in 2 s", id="a sweep"),
        pytest.param("every linked task is looked at within 5 min", id="polling"),
    ],
)
def test_it_says_what_can_not_be_told(told, sentence):
    assert sentence in words(told)


def test_a_rate_of_the_configuration_is_the_one_that_is_told(account, tmp_path):
    lines = [line if line != 'rate = "off"' else 'rate = "7/1m"' for line in account.lines()]
    assert "its rate is 7 in 60 s" in words(account.run(tmp_path, "check", lines=[*lines, *GROUP]).out)


def test_the_document_has_the_documented_members_and_no_others(account, tmp_path):
    document = account.run(tmp_path, "check", "--json", lines=[*account.lines(), *GROUP]).json
    assert set(document) == {"sides", "exit"}
    for side in document["sides"].values():
        assert set(side) == {"state", "why", "fields"}
        assert {frozenset(field) for field in side["fields"].values()} == {frozenset({"state", "why"})}
        known = {"two-way", "read-only", "lossy", "not held", "no opinion"}
        assert {field["state"] for field in side["fields"].values()} <= known


def test_sides_without_a_list_on_one_account_plan_with_their_part_of_its_rate(account, tmp_path):
    """``check`` and ``status``: 60 in a minute for 5 minutes, less a quarter; and for two groups there."""
    lines = [line if line != 'rate = "off"' else 'rate = "60/1m"' for line in account.lines("outline", "field")]
    other = [line.replace("sides.outline", "sides.more").replace("sides.field", "sides.shed") for line in lines]
    other = [f"{line[:-1]}9" if line.startswith("checklist") else line for line in other]
    other = [line.replace('workspace = "', 'workspace = "other-') for line in other]
    alone = [*lines, "[groups.work]", 'sides = ["outline", "field"]']
    both = [*alone, *other, "[groups.home]", 'sides = ["more", "shed"]']
    for command in ("check", "status"):
        assert "up to 225 of 0 in a cycle" in words(account.run(tmp_path, command, lines=alone).out)
        told = words(account.run(tmp_path, command, lines=both).out)
        assert told.count("up to 112 of 0 in a cycle") == 2


@pytest.mark.parametrize(
    ("budget", "requests", "seconds", "rate"),
    [
        (RateBudget(), 10, 0.0, ""),
        (RateBudget(windows=(Window(limit=50, per=60.0),)), 50, 0.0, "50 in 60 s"),
        (RateBudget(windows=(Window(limit=50, per=60.0),)), 101, 120.0, "50 in 60 s"),
        (RateBudget(spacing=2.0), 3, 4.0, "1 in 2 s"),
        (RateBudget(spacing=0.5, burst=5), 7, 1.0, "1 in 0.5 s, 5 at once"),
        (
            RateBudget(windows=(Window(limit=1, per=1.0), Window(limit=5, per=60.0)), spacing=1.0),
            6,
            60.0,
            "1 in 1 s and 5 in 60 s and 1 in 1 s",
        ),
    ],
)
def test_how_long_requests_take_at_least(budget, requests, seconds, rate):
    assert least_time(budget, requests) == seconds
    assert rate_of(budget) == rate
