"""What a right file comes to."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import timedelta
from pathlib import Path

import pytest
from requests import certs

from connectors.budget import Window
from connectors.task import Field, Status
from sync.config import Address, ConfigError, LogFormat, LogLevel, MatchPolicy, load
from sync.config.reading import locate
from sync.core.policy import AccessPolicy, ConflictPolicy, DeletePolicy, EvidencePolicy, GuardPolicy, Limit, PersonRule
from tests.config.kit import CONNECTORS, ENV, BoardSettings, ListSettings, document, problems, read

WHOLE = document(
    head='timezone = "Europe/Berlin"',
    outline="""+timeout = "1m"
timezone = "America/New_York"
access = "read"
rate = ["5/1s", "100/1m"]
poll = 20
fields = { labels = false, due = "Due date", title = true }
[sides.outline.statuses]
"to do" = "needs_action"
open = "needs_action"
done = "completed"
""",
    work="""+interval = "1s"
sweep = "12h"
conflict = "priority"
deletes = "close"
match = "none"
completed = "all"
on_held = ["mail", "-s", ""]
[groups.work.conflict_by_field]
due = "hold"
[groups.work.guards]
deletes = { share = "12.5%", count = 3, per = "1h" }
emptied = false
shrunk = "0%"
changed = { count = 5 }
creates = 0
returned = "0s"
[groups.work.evidence]
misses = 1
miss_gap = "0s"
""",
    tail="""
[people.anna]
name = "Anna Berg"
email = "anna@example.com"
ids = { outline = "1234", field = "Anna" }
[people.ben]
[store]
url = "postgresql+psycopg://me@db/tasks"
[log]
format = "json"
level = "debug"
[service]
listen = "[::1]:0"
[history]
keep = "1d"
""",
)


def test_everything_that_a_side_can_say(tmp_path):
    side = read(tmp_path, WHOLE).sides["outline"]
    assert (side.name, side.connector, side.group) == ("outline", "list", "work")
    assert side.base_url == "https://lists.example.com"
    assert (side.timeout, side.timezone, side.access) == (timedelta(minutes=1), "America/New_York", AccessPolicy.READ)
    assert side.rate == (Window(limit=5, per=1), Window(limit=100, per=60))
    assert side.poll == 20
    assert side.fields == {Field.LABELS: False, Field.DUE: "Due date", Field.TITLE: True}
    assert list((side.statuses or {}).items()) == [
        ("to do", Status.NEEDS_ACTION),
        ("open", Status.NEEDS_ACTION),
        ("done", Status.COMPLETED),
    ]
    assert isinstance(side.settings, ListSettings)
    assert (side.settings.checklist, side.settings.auth) == (1, "token")


def test_what_a_side_has_that_says_nothing(tmp_path):
    side = read(tmp_path, WHOLE).sides["field"]
    assert (side.timeout, side.timezone, side.access) == (timedelta(seconds=30), "Europe/Berlin", AccessPolicy.TWO_WAY)
    assert (side.allow_http, side.ca_file, side.rate, side.poll, side.statuses) == (False, None, None, None, None)
    assert side.fields == {}
    assert isinstance(side.settings, BoardSettings)


def test_everything_that_a_group_can_say(tmp_path):
    group = read(tmp_path, WHOLE).groups["work"]
    assert (group.name, group.sides) == ("work", ("outline", "field"))
    assert (group.interval, group.sweep) == (timedelta(seconds=1), timedelta(hours=12))
    assert (group.conflict, group.conflict_by_field) == (ConflictPolicy.PRIORITY, {Field.DUE: ConflictPolicy.HOLD})
    assert (group.deletes, group.match, group.completed) == (DeletePolicy.CLOSE, MatchPolicy.NONE, "all")
    assert group.on_held == ("mail", "-s", "")
    assert group.evidence == EvidencePolicy(misses=1, miss_gap=timedelta(0))
    assert group.guards == GuardPolicy(
        deletes=Limit(share=0.125, count=3, per=timedelta(hours=1)),
        emptied=False,
        shrunk=0,
        changed=Limit(share=0.5, count=5),
        creates=0,
        returned=timedelta(0),
    )


def test_false_switches_a_guard_off(tmp_path):
    off = "+[groups.work.guards]\ndeletes = false\nemptied = false\nshrunk = false\nchanged = false\ncreates = false"
    guards = read(tmp_path, document(work=off)).groups["work"].guards
    assert guards == GuardPolicy(deletes=None, emptied=False, shrunk=None, changed=None, creates=None)


def test_what_a_group_has_that_says_nothing(tmp_path):
    group = read(tmp_path, document()).groups["work"]
    assert (group.interval, group.sweep, group.completed) == (timedelta(minutes=5), None, timedelta(days=30))
    assert (group.conflict, group.deletes, group.match) == (
        ConflictPolicy.NEWEST,
        DeletePolicy.PROPAGATE,
        MatchPolicy.TITLE,
    )
    assert (group.guards, group.evidence) == (GuardPolicy(), EvidencePolicy())


def test_everything_that_the_rest_can_say(tmp_path):
    config = read(tmp_path, WHOLE)
    assert config.path == tmp_path / "tasksync.toml"
    assert config.timezone == "Europe/Berlin"
    assert config.store.url == "postgresql+psycopg://me@db/tasks"
    assert config.people == (
        PersonRule(key="anna", name="Anna Berg", email="anna@example.com", ids={"outline": "1234", "field": "Anna"}),
        PersonRule(key="ben"),
    )
    assert (config.log.format, config.log.level) == (LogFormat.JSON, LogLevel.DEBUG)
    assert config.service.listen == Address(host="::1", port=0)
    assert config.history.keep == timedelta(days=1)


def test_what_holds_where_the_file_says_nothing(tmp_path):
    config = read(tmp_path, document())
    assert (config.timezone, config.people) == ("UTC", ())
    assert (config.log.format, config.log.level) == (LogFormat.AUTO, LogLevel.INFO)
    assert config.service.listen == Address(host="127.0.0.1", port=9464)
    assert config.history.keep == timedelta(days=180)


def test_facts_cannot_be_changed(tmp_path):
    config = read(tmp_path, document())
    with pytest.raises(FrozenInstanceError):
        config.timezone = "Mars"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("written", "expected"),
    [('"off"', "off"), ('"50/1m"', (Window(limit=50, per=60),)), ('["1/1d"]', (Window(limit=1, per=86_400),))],
    ids=["off", "one", "a list"],
)
def test_a_rate_is_windows_in_seconds(written, expected, tmp_path):
    assert read(tmp_path, document(outline=f"+rate = {written}")).sides["outline"].rate == expected


@pytest.mark.parametrize(("written", "expected"), [("none", "none"), ("0s", timedelta(0)), ("90d", timedelta(days=90))])
def test_completed_is_an_age_or_a_word(written, expected, tmp_path):
    config = read(tmp_path, document(work=f'+completed = "{written}"'))
    assert config.groups["work"].completed == expected


def test_nothing_listens_at_the_empty_address(tmp_path):
    assert read(tmp_path, document(tail='[service]\nlisten = ""')).service.listen is None


BOARD = '[sides.field]\nconnector = "board"\nusername = "api"\npassword = { env = "BOARD_PASSWORD" }\n'
ADDRESSES = {
    "https://Board.Example.com:443/tenant/": "https://board.example.com/tenant",
    "https://board.example.com:8443": "https://board.example.com:8443",
    "HTTPS://board.example.com///": "https://board.example.com",
    "http://127.0.0.1:8080/prefix/": "http://127.0.0.1:8080/prefix",
    "http://127.8.8.8": "http://127.8.8.8",
    "http://localhost:80": "http://localhost",
    "http://[::1]:8080/": "http://[::1]:8080",
    "https://board.example.com/user@example.com": "https://board.example.com/user@example.com",
}


@pytest.mark.parametrize(("written", "expected"), ADDRESSES.items(), ids=ADDRESSES)
def test_an_address_has_one_form(written, expected, tmp_path):
    config = read(tmp_path, document(field=f'{BOARD}base_url = "{written}"'))
    assert config.sides["field"].base_url == expected


def test_http_is_allowed_where_the_file_allows_it(tmp_path):
    config = read(tmp_path, document(field=f'{BOARD}base_url = "http://board.lan"\nallow_http = true'))
    assert config.sides["field"].base_url == "http://board.lan"


def test_a_connector_that_needs_no_address_has_none(tmp_path):
    config = read(tmp_path, document(field='[sides.field]\nconnector = "vault"\nfile = "a.json"'))
    assert config.sides["field"].base_url is None


def test_two_containers_of_one_account_are_two_sides(tmp_path):
    second = '[sides.second]\nconnector = "list"\nchecklist = 2\nusername = "me"\npassword = { env = "LIST_KEY" }'
    text = document(tail=second, work='[groups.work]\nsides = ["outline", "field", "second"]')
    assert problems(tmp_path, text) == ()


def test_certificates_are_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "ca.pem").write_bytes(Path(certs.where()).read_bytes())
    config = read(tmp_path, document(outline='+ca_file = "ca.pem"'))
    assert config.sides["outline"].ca_file == tmp_path / "ca.pem"


STORES = {
    "beside the file": ("sqlite:///a/tasks.db", {}, "sqlite:///{folder}/a/tasks.db"),
    "absolute": ("sqlite:////var/lib/tasks.db", {}, "sqlite:////var/lib/tasks.db"),
    "under systemd": (
        "sqlite:///tasks.db",
        {"STATE_DIRECTORY": "/var/lib/tasksync"},
        "sqlite:////var/lib/tasksync/tasks.db",
    ),
    "under systemd, of several": (
        "sqlite:///tasks.db",
        {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"},
        "sqlite:////var/lib/a/tasks.db",
    ),
    "absolute under systemd": (
        "sqlite:////srv/tasks.db",
        {"STATE_DIRECTORY": "/var/lib/tasksync"},
        "sqlite:////srv/tasks.db",
    ),
}


@pytest.mark.parametrize("name", STORES)
def test_the_stores_path_is_absolute(name, tmp_path):
    written, env, expected = STORES[name]
    config = read(tmp_path, document(tail=f'[store]\nurl = "{written}"'), {**ENV, **env})
    assert config.store.url == expected.format(folder=tmp_path)


def test_a_byte_order_mark_and_windows_line_breaks_do_no_harm(tmp_path):
    text = document(tail="[log]\nlevel = 5")
    (problem,) = problems(tmp_path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert (problem.key, problem.line) == ("log.level", text.count("\n"))


def test_the_file_is_looked_for_in_order(tmp_path):
    system, local = tmp_path / "etc" / "tasksync.toml", tmp_path / "tasksync.toml"
    named = {"TASKSYNC_CONFIG": "named.toml"}
    with pytest.raises(ConfigError) as caught:
        locate(None, env={}, cwd=tmp_path, system=system)
    (problem,) = caught.value.problems
    assert all(place in problem.message for place in ("$TASKSYNC_CONFIG", str(local), str(system)))
    system.parent.mkdir()
    system.touch()
    assert locate(None, env={}, cwd=tmp_path, system=system) == system
    local.touch()
    assert locate(None, env={}, cwd=tmp_path, system=system) == Path("tasksync.toml")
    assert locate(None, env=named, cwd=tmp_path, system=system) == Path("named.toml")
    assert locate(Path("given.toml"), env=named, cwd=tmp_path, system=system) == Path("given.toml")


def test_a_variable_that_names_no_file_is_no_reason_to_look_further(tmp_path):
    (tmp_path / "tasksync.toml").write_text(document())
    with pytest.raises(ConfigError, match=r"^gone\.toml: there is no such file"):
        load(None, env={**ENV, "TASKSYNC_CONFIG": "gone.toml"}, cwd=tmp_path, connectors=CONNECTORS)


def test_a_path_is_relative_to_the_folder_of_work_and_its_contents_to_the_file(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "mine.toml").write_text(document())
    config = load(Path("conf/mine.toml"), env=ENV, cwd=tmp_path, connectors=CONNECTORS)
    assert config.path == tmp_path / "conf" / "mine.toml"
    assert config.store.url == f"sqlite:///{tmp_path}/conf/tasksync.db"
