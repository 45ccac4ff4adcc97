"""``discover`` as people use it: before the configuration is finished, against the vendors' sandboxes over HTTP."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.cli.account import VENDORS
from tests.cli.kit import forked

FINDS = {
    "outline": {"list": "checklist", "person": "", "word": "statuses"},
    "strategy": {"canvas": "canvas", "strategy": "strategies", "person": "", "word": "statuses"},
    "matter": {"project": "project", "folder": "folder", "field": "fields", "person": "", "team": "", "template": ""},
    "cases": {"person": "", "case": "case", "calendar": "calendar", "word": "statuses"},
    "field": {"form": "forms", "project": "project", "client": "client", "person": "", "word": "statuses"},
}


@pytest.mark.parametrize("name", VENDORS)
def test_each_vendor_names_what_its_configuration_may_refer_to(account, tmp_path, name):
    document = account.discover(tmp_path, name, "--json", lines=[*account.lines(), f'adopt = ["{account.made}"]']).json
    assert (document["side"], document["connector"]) == (name, VENDORS[name])
    assert {one["kind"]: one["key"] for one in document["found"]} == FINDS[name]
    assert all(set(one) == {"kind", "id", "name", "email", "key", "remark"} for one in document["found"])
    assert document["sides"] == {other: {"answers": True, "why": ""} for other in VENDORS}


UNFINISHED = [
    pytest.param("outline", ("checklist",), {}, "checklist is missing", id="no list"),
    pytest.param("outline", (), {"checklist": "my list"}, "checklist: must be a whole number", id="a list's name"),
    pytest.param("outline", (), {"checklist": "12"}, "list 12", id="somebody else's list"),
    pytest.param("matter", ("project", "folder"), {}, "project is missing", id="no project"),
    pytest.param("matter", (), {"project": "prj-9"}, "project", id="another project"),
    pytest.param("cases", ("case", "calendar"), {}, "case is missing", id="no case"),
    pytest.param("cases", (), {"case": "999"}, "case 999 is not among the cases", id="another case"),
    pytest.param("strategy", (), {"canvas": "north"}, "canvas: must be a whole number", id="a canvas's name"),
    pytest.param("field", ("user_email",), {}, "user_email is missing", id="nobody"),
]


@pytest.mark.parametrize(("name", "without", "changed", "said"), UNFINISHED)
def test_what_is_looked_for_may_be_missing_or_wrong(account, tmp_path, name, without, changed, said):
    """There is no group, no second side, and no container that would do: the command is what helps out of that."""
    done = account.discover(tmp_path, name, lines=account.lines(name, without=without, **changed))
    assert (done.code, done.err) == (0, "")
    assert said in done.out.replace(": is missing", " is missing")
    for kind, key in FINDS[name].items():
        if key in {"checklist", "project", "case"} and name != "field":
            assert f"{kind}s ({key})" in done.out


def test_what_is_proposed_is_toml_that_the_configuration_takes(account, tmp_path):
    done = account.discover(tmp_path, "outline", lines=account.lines())
    proposal = done.out[done.out.index("# A proposal for") :]
    people = tomllib.loads(proposal)["people"]
    assert people["anna"] == {
        "name": "Anna Berg",
        "email": "anna@example.com",
        "ids": {"strategy": "Anna Berg", "matter": "Anna Berg", "cases": "1"},
    }
    assert "# a guess for strategy" in proposal
    assert people["chris"]["ids"] == {"matter": "Chris de Vries", "cases": "3"}
    assert '#   outline = "12"' in proposal
    group = ["[groups.work]", f"sides = {json.dumps(list(VENDORS))}"]
    again = account.discover(tmp_path, "outline", lines=[*account.lines(), *group, proposal])
    assert (again.code, again.err) == (0, "")
    assert "A proposal for" not in again.out
    (tmp_path / "tasksync.toml").write_text(
        (tmp_path / "tasksync.toml").read_text().replace("[people.ben]", "[people.b]")
    )
    assert forked("check", cwd=tmp_path, env={}).code == 0


def test_an_id_that_a_configured_person_lacks_is_named(account, tmp_path):
    known = ["[people.anna]", 'email = "anna@example.com"', 'ids = { matter = "Anna Berg" }']
    done = account.discover(tmp_path, "cases", lines=[*account.lines("matter", "cases"), *known])
    assert '# people.anna is configured; its ids lack: { cases = "1" }' in done.out
    assert "[people.anna]" not in done.out


def test_a_side_that_does_not_answer_is_named_and_stops_nobody_else(account, tmp_path):
    lines = [*account.lines("outline"), *account.lines("cases", token="wrong")]
    done = account.discover(tmp_path, "outline", lines=lines)
    assert done.code == 0
    assert "people of cases are not in this: " in done.out
    broken = [*account.lines("outline"), "[sides.other]", 'connector = "ogsm"']
    done = account.discover(tmp_path, "outline", "--json", lines=broken)
    assert done.json["sides"]["other"]["answers"] is False
    assert "username" in done.json["sides"]["other"]["why"]


REFUSED = [
    pytest.param("nope", {}, (), 2, "there is no side nope", id="no such side"),
    pytest.param("outline", {}, ("remote_key",), 2, "give one of remote_key and password", id="no secret"),
    pytest.param("outline", {"remote_key": "wrong"}, (), 4, "password", id="a refused secret"),
    pytest.param("strategy", {"username": ""}, (), 2, "username", id="something else is wrong"),
]


@pytest.mark.parametrize(("name", "changed", "without", "code", "said"), REFUSED)
def test_errors_are_one_line_with_the_documented_code(account, tmp_path, name, changed, without, code, said):
    lines = account.lines("outline", "strategy", without=without, **changed)
    done = account.discover(tmp_path, name, lines=lines)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert done.err.startswith("tasksync: ")
    assert said in done.err
    done = account.discover(tmp_path, name, "--json", lines=lines)
    assert (done.code, done.err) == (code, "")
    assert said in done.json["error"]["message"]


def test_a_vault_without_the_power_says_so(tmp_path):
    config = '[sides.here]\nconnector = "memory"\nvault = "here"\nwithout = ["discover"]\n'
    (tmp_path / "tasksync.toml").write_text(config, encoding="utf-8")
    done = forked("discover", "here", cwd=tmp_path, env={})
    assert done.code == 2
    assert "can not tell what is there" in done.err


def test_what_a_server_repeats_of_a_secret_is_masked(account, tmp_path):
    for form in ([], ["--json"]):
        done = account.discover(tmp_path, "strategy", *form)
        assert "Budget, see " in done.out
        assert "ogsm-password" not in done.out


def test_nothing_is_written(account, tmp_path):
    account.discover(tmp_path, "outline")
    assert [file.name for file in tmp_path.iterdir()] == ["tasksync.toml"]
