"""One fault in an otherwise right file: the file, the line, the key, what is wrong, what to write instead."""

from __future__ import annotations

import pytest

from tests.config.kit import document, marked, problems

OUTLINE = '[sides.outline]\nconnector = "list"\nchecklist = 1\nusername = "me"\nremote_key = { env = "LIST_KEY" }\n'
FIELD = '[sides.field]\nconnector = "board"\nusername = "api"\npassword = { env = "BOARD_PASSWORD" }\n'
VAULT = '[sides.field]\nconnector = "vault"\n'

# name: (parts of the file, key, a piece of the message, a piece of the hint); "# here" ends the line that must be told
CASES = {
    "a table that there is not": (
        {"head": "[side.x] # here"},
        "side",
        "unknown key",
        'did you mean "sides"?',
    ),
    "a key outside any table": ({"head": "timezon = 'UTC' # here"}, "timezon", "unknown key", '"timezone"'),
    "a zone that there is not": (
        {"head": 'timezone = "Europe/Berln" # here'},
        "timezone",
        '"Europe/Berln" is not a time zone',
        '"Europe/Berlin"',
    ),
    "a zone in the wrong case": ({"head": 'timezone = "utc" # here'}, "timezone", '"utc"', 'did you mean "UTC"?'),
    "a zone that is a path": ({"head": 'timezone = "/etc/localtime" # here'}, "timezone", "time zone", ""),
    "a zone that is a folder": ({"head": 'timezone = "Europe" # here'}, "timezone", "time zone", ""),
    "a zone that is a number": ({"head": "timezone = 1 # here"}, "timezone", "not a whole number", "Europe/Berlin"),
    "a table that is a text": ({"head": 'log = "debug" # here'}, "log", "must be a table, not text", "[log]"),
    "a store of unknown kind": (
        {"tail": '[store]\nurl = "mysql://host/db" # here'},
        "store.url",
        '"mysql" is not a kind of store',
        "postgresql+psycopg://",
    ),
    "a store without a driver": (
        {"tail": '[store]\nurl = "postgresql://host/db" # here'},
        "store.url",
        '"postgresql" is not',
        "postgresql+psycopg://",
    ),
    "a store that is a path": ({"tail": '[store]\nurl = "a.db" # here'}, "store.url", "not the address", "sqlite:///"),
    "a store that forgets": (
        {"tail": '[store]\nurl = "sqlite:///:memory:" # here'},
        "store.url",
        "names no file",
        "sqlite:///tasksync.db",
    ),
    "a store with options": (
        {"tail": '[store]\nurl = "sqlite:///a.db?mode=ro" # here'},
        "store.url",
        "question mark",
        "sqlite:///",
    ),
    "a store that is a number": ({"tail": "[store]\nurl = 5 # here"}, "store.url", "must be text", "quotes"),
    "a side in no group": (
        {"work": '[groups.work]\nsides = ["outline"] # here'},
        "groups.work.sides",
        "one side",
        "two",
    ),
    "a group of nobody": ({"work": "+[groups.rest]\nsides = [] # here"}, "groups.rest.sides", "no side", "two or more"),
    "a group without sides": (
        {"work": '[groups.work] # here\ninterval = "5m"'},
        "groups.work.sides",
        "is missing",
        "write sides =",
    ),
    "a group with a side that there is not": (
        {"work": '[groups.work]\nsides = ["outline", "field", "outlin"] # here'},
        "groups.work.sides",
        'there is no side "outlin"',
        'did you mean "outline"?',
    ),
    "the same on a line of its own": (
        {"work": '[groups.work]\nsides = [\n  "outline", # one\n  "field",\n  "nobody" # here\n]'},
        "groups.work.sides",
        'there is no side "nobody"',
        "the sides are outline, field",
    ),
    "a side twice in a group": (
        {"work": '[groups.work]\nsides = ["outline", "field", "field"] # here'},
        "groups.work.sides",
        'names the side "field" twice',
        "priority",
    ),
    "sides that are no list": (
        {"work": '[groups.work]\nsides = "outline" # here'},
        "groups.work.sides",
        "must be a list, not text",
        "brackets",
    ),
    "a side that is no text": (
        {"work": '[groups.work]\nsides = ["outline", "field", 1] # here'},
        "groups.work.sides",
        "must be text, not a whole number",
        "quotes",
    ),
    "a group with a blank in its name": (
        {"work": '[groups."my work"] # here\nsides = ["outline", "field"]'},
        'groups."my work"',
        "cannot be the name of a group",
        '"my-work"',
    ),
    "a key of no group": ({"work": '+intervall = "5m" # here'}, "groups.work.intervall", "unknown key", '"interval"'),
    "a duration without a unit": ({"work": "+interval = 300 # here"}, "groups.work.interval", "whole number", '"300s"'),
    "a duration with a blank": ({"work": '+interval = "5 m" # here'}, "groups.work.interval", '"5 m"', '"5m"'),
    "a duration in words": ({"work": '+sweep = "daily" # here'}, "groups.work.sweep", '"daily"', '"1d"'),
    "a negative duration": ({"work": '+interval = "-5m" # here'}, "groups.work.interval", '"-5m"', '"5m"'),
    "an interval of nothing": ({"work": '+interval = "0s" # here'}, "groups.work.interval", "too short", '"1s"'),
    "an endless duration": (
        {"work": '+interval = "999999999d" # here'},
        "groups.work.interval",
        "too long",
        "100 years",
    ),
    "true for a duration": ({"work": "+interval = true # here"}, "groups.work.interval", "not true or false", '"5m"'),
    "a policy that there is not": (
        {"work": '+conflict = "newset" # here'},
        "groups.work.conflict",
        "newest, priority, hold",
        '"newest"',
    ),
    "a policy that is a number": ({"work": "+conflict = 1 # here"}, "groups.work.conflict", "must be text", "newest"),
    "what deletes cannot do": (
        {"work": '+deletes = "ignore" # here'},
        "groups.work.deletes",
        "propagate, close, keep",
        "write one",
    ),
    "what match cannot do": ({"work": '+match = "titel" # here'}, "groups.work.match", "title, none", '"title"'),
    "an age in words": ({"work": '+completed = "never" # here'}, "groups.work.completed", '"never"', '"none"'),
    "a command that is a text": (
        {"work": '+on_held = "mail" # here'},
        "groups.work.on_held",
        "must be a list",
        "brackets",
    ),
    "a command without a name": (
        {"work": '+on_held = ["", "x"] # here'},
        "groups.work.on_held",
        "no command",
        "notify",
    ),
    "a policy for a field that there is not": (
        {"work": '+[groups.work.conflict_by_field]\ntitel = "hold" # here'},
        "groups.work.conflict_by_field.titel",
        '"titel" is none of title',
        'did you mean "title"?',
    ),
    "a policy of a field that there is not": (
        {"work": '+conflict_by_field = { title = "held" } # here'},
        "groups.work.conflict_by_field.title",
        '"held"',
        '"hold"',
    ),
    "a guard that there is not": (
        {"work": "+[groups.work.guards]\nemptyed = true # here"},
        "groups.work.guards.emptyed",
        "unknown key",
        'did you mean "emptied"?',
    ),
    "a share without a percent sign": (
        {"work": "+[groups.work.guards]\ndeletes = { share = 0.25 } # here"},
        "groups.work.guards.deletes.share",
        "must be a share in percent",
        '"25%"',
    ),
    "a share of more than all": (
        {"work": '+[groups.work.guards]\nshrunk = "130%" # here'},
        "groups.work.guards.shrunk",
        '"130%" is not a share',
        "0 to 100",
    ),
    "a negative count": (
        {"work": "+[groups.work.guards]\ndeletes = { count = -1 } # here"},
        "groups.work.guards.deletes.count",
        "greater than or equal to 0",
        "smallest is 0",
    ),
    "a key of another guard": (
        {"work": '+[groups.work.guards]\nchanged = { per = "1h" } # here'},
        "groups.work.guards.changed.per",
        "unknown key",
        "share, count",
    ),
    "true for a number": (
        {"work": "+[groups.work.guards]\ncreates = true # here"},
        "groups.work.guards.creates",
        "true is not a limit",
        "false",
    ),
    "a guard that is a number": (
        {"work": "+[groups.work.guards]\ndeletes = 5 # here"},
        "groups.work.guards.deletes",
        "must be a table, not a whole number",
        "braces",
    ),
    "no evidence at all": (
        {"work": "+[groups.work.evidence]\nmisses = 0 # here"},
        "groups.work.evidence.misses",
        "greater than or equal to 1",
        "smallest is 1",
    ),
    "evidence in a fraction": (
        {"work": "+[groups.work.evidence]\nmisses = 2.5 # here"},
        "groups.work.evidence.misses",
        "not a number with a point",
        "10",
    ),
    "a side with a colon in its name": (
        {
            "tail": '[sides."a:b"] # here\nconnector = "board"\nbase_url = "https://b.example.com"\nusername = "a"\n'
            'password = { env = "BOARD_PASSWORD" }\n[groups.more]\nsides = ["a:b", "a:b"]'
        },
        'sides."a:b"',
        '"a:b" cannot be the name of a side',
        '"a-b"',
    ),
    "a side that is no table": ({"head": "sides.x = 1 # here"}, "sides.x", "must be a table", "[sides.NAME]"),
    "a connector that there is not": (
        {"outline": OUTLINE.replace('"list"', '"lists" # here')},
        "sides.outline.connector",
        '"lists" is not a connector; there are board, list, vault',
        'did you mean "list"?',
    ),
    "no connector": (
        {"outline": OUTLINE.replace('connector = "list"\n', "").replace("outline]", "outline] # here")},
        "sides.outline.connector",
        "is missing",
        "one of board, list, vault",
    ),
    "the connector under a name that is misspelt": (
        {"outline": OUTLINE.replace("connector =", "conector =").replace("outline]", "outline] # here")},
        "sides.outline.connector",
        "is missing",
        'write "connector" instead of "conector"; one of board, list, vault',
    ),
    "a key of no side": (
        {"outline": OUTLINE + 'tiemout = "30s" # here'},
        "sides.outline.tiemout",
        "unknown key",
        'did you mean "timeout"?',
    ),
    "a key of another connector": (
        {"outline": OUTLINE + "canvas = 5 # here"},
        "sides.outline.canvas",
        "unknown key",
        "checklist",
    ),
    "a key of the connector, misspelt": (
        {"field": FIELD + 'base_url = "https://b.example.com"\nstrategy = [1] # here'},
        "sides.field.strategy",
        "unknown key",
        'did you mean "strategies"?',
    ),
    "a text where a number is wanted": (
        {"outline": OUTLINE.replace("= 1", '= "774411" # here')},
        "sides.outline.checklist",
        "must be a whole number, not text",
        "without quotes",
    ),
    "true where a number is wanted": (
        {"outline": OUTLINE.replace("= 1", "= true # here")},
        "sides.outline.checklist",
        "must be a whole number, not true or false",
        "without quotes",
    ),
    "a number with a point where a whole one is wanted": (
        {"outline": OUTLINE.replace("= 1", "= 1.0 # here")},
        "sides.outline.checklist",
        "not a number with a point",
        "without a point",
    ),
    "a number that is too small": (
        {"outline": OUTLINE.replace("= 1", "= -1 # here")},
        "sides.outline.checklist",
        "must be greater than or equal to 1",
        "the smallest is 1",
    ),
    "a date without quotes": (
        {"outline": OUTLINE.replace('"me"', "2026-01-02 # here")},
        "sides.outline.username",
        "a date or time without quotes",
        "in quotes",
    ),
    "a key that is missing": (
        {"outline": OUTLINE.replace("checklist = 1\n", "").replace("outline]", "outline] # here")},
        "sides.outline.checklist",
        "is missing",
        "write checklist =",
    ),
    "one of two keys missing, as the connector says": (
        {"outline": OUTLINE.replace('remote_key = { env = "LIST_KEY" }\n', "").replace("outline]", "outline] # here")},
        "sides.outline",
        "needs a remote_key or a password",
        "give remote_key",
    ),
    "a word that the connector does not know": (
        {"outline": OUTLINE + 'auth = "bacis" # here'},
        "sides.outline.auth",
        '"bacis" is none of token, basic',
        'did you mean "basic"?',
    ),
    "a key of a table within": (
        {"field": VAULT + 'file = "a.json"\nquota = { tasks = 1, title = "x" } # here'},
        "sides.field.quota.title",
        "unknown key",
        'did you mean "titles"?',
    ),
    "a key missing within": (
        {"field": VAULT + 'file = "a.json"\n[sides.field.quota] # here'},
        "sides.field.quota.tasks",
        "is missing",
        "write tasks =",
    ),
    "a text that is too short": (
        {"field": VAULT + 'file = "a.json"\n[sides.field.quota]\ntasks = 1\ntitles = "" # here'},
        "sides.field.quota.titles",
        "must have at least 1 character",
        "a length of 1 at least",
    ),
    "a missing key that the connector describes": (
        {"field": VAULT.replace("field]", "field] # here")},
        "sides.field.file",
        "is missing",
        "write file = …: Where it is kept.",
    ),
    "a key that the connector points at": (
        {"field": VAULT + 'file = "a.txt" # here'},
        "sides.field.file",
        "is no JSON file",
        "end it in .json",
    ),
    "an element of the wrong type": (
        {"field": FIELD + 'base_url = "https://b.example.com"\nstrategies = [1, "2"] # here'},
        "sides.field.strategies",
        "must be a whole number, not text",
        "without quotes",
    ),
    "a table where a list is wanted": (
        {"field": FIELD + 'base_url = "https://b.example.com"\nstrategies = { a = 1 } # here'},
        "sides.field.strategies",
        "must be a list, not a table",
        "brackets",
    ),
    "no address": (
        {"field": FIELD.replace("field]", "field] # here")},
        "sides.field.base_url",
        "is missing",
        "https://tenant.example.com",
    ),
    "an address without a scheme": (
        {"field": FIELD + 'base_url = "board.example.com" # here'},
        "sides.field.base_url",
        "is not an address",
        "https://",
    ),
    "an address of another kind": (
        {"field": FIELD + 'base_url = "ftp://board.example.com" # here'},
        "sides.field.base_url",
        "is not an address",
        "https://",
    ),
    "an address without a host": (
        {"field": FIELD + 'base_url = "https:///tasks" # here'},
        "sides.field.base_url",
        "is not an address",
        "https://",
    ),
    "an address with half a bracket": (
        {"field": FIELD + 'base_url = "https://[::1" # here'},
        "sides.field.base_url",
        "is not an address",
        "https://",
    ),
    "an address with an odd port": (
        {"field": FIELD + 'base_url = "https://board.example.com:99999" # here'},
        "sides.field.base_url",
        "is not an address",
        "https://",
    ),
    "an address with a query": (
        {"field": FIELD + 'base_url = "https://board.example.com/?a=1" # here'},
        "sides.field.base_url",
        "has a query",
        "end the address before",
    ),
    "an address with a password": (
        {"field": FIELD + 'base_url = "https://me:hunter2-marked@board.example.com" # here'},
        "sides.field.base_url",
        "has a user or a password",
        "leave them out",
    ),
    "an address with a blank": (
        {"field": FIELD + 'base_url = "https://board.example.com /" # here'},
        "sides.field.base_url",
        "has a blank",
        "https://",
    ),
    "an address in the clear": (
        {"field": FIELD + 'base_url = "http://board.example.com" # here'},
        "sides.field.base_url",
        "in the clear",
        "allow_http = true",
    ),
    "an address that only looks like this machine": (
        {"field": FIELD + 'base_url = "http://localhost.example.com" # here'},
        "sides.field.base_url",
        "in the clear",
        "https://",
    ),
    "yes for true": (
        {"outline": OUTLINE + 'allow_http = "yes" # here'},
        "sides.outline.allow_http",
        "must be true or false, not text",
        "without quotes",
    ),
    "a timeout of nothing": (
        {"outline": OUTLINE + 'timeout = "0s" # here'},
        "sides.outline.timeout",
        "too short",
        '"1s"',
    ),
    "certificates that are not there": (
        {"outline": OUTLINE + 'ca_file = "ca.pem" # here'},
        "sides.outline.ca_file",
        "ca.pem cannot be read: No such file",
        "PEM",
    ),
    "certificates that are none": (
        {"outline": OUTLINE + 'ca_file = "tasksync.toml" # here'},
        "sides.outline.ca_file",
        "has no certificate in it",
        "PEM",
    ),
    "a side's zone": ({"outline": OUTLINE + 'timezone = "Mars" # here'}, "sides.outline.timezone", '"Mars"', ""),
    "an access that there is not": (
        {"outline": OUTLINE + 'access = "two way" # here'},
        "sides.outline.access",
        '"two way" is none of two-way, read, write',
        '"two-way"',
    ),
    "a rate without a duration": ({"outline": OUTLINE + 'rate = "50" # here'}, "sides.outline.rate", '"50"', '"50/1m"'),
    "a rate of nothing": (
        {"outline": OUTLINE + 'rate = "0/1m" # here'},
        "sides.outline.rate",
        "lets nothing",
        '"1/1s"',
    ),
    "a rate that is a number": (
        {"outline": OUTLINE + "rate = 50 # here"},
        "sides.outline.rate",
        "a whole number",
        '"50/1m"',
    ),
    "no rate in a list": ({"outline": OUTLINE + "rate = [] # here"}, "sides.outline.rate", "an empty list", '"50/1m"'),
    "a bad rate in a list": (
        {"outline": OUTLINE + 'rate = ["5/1s", "fast"] # here'},
        "sides.outline.rate",
        '"fast" is not a rate',
        '"50/1m"',
    ),
    "polls of nothing": ({"outline": OUTLINE + "poll = 0 # here"}, "sides.outline.poll", "equal to 1", "smallest is 1"),
    "true for polls": ({"outline": OUTLINE + "poll = true # here"}, "sides.outline.poll", "not true or false", "10"),
    "a status that there is not": (
        {"outline": OUTLINE + '[sides.outline.statuses]\nopen = "needs_action"\nclosed = "complete" # here'},
        "sides.outline.statuses.closed",
        '"complete" is none of needs_action, in_progress, completed, cancelled',
        'did you mean "completed"?',
    ),
    "a vendor's word in quotes": (
        {"outline": OUTLINE + '[sides.outline.statuses]\n"in work: now" = "doing" # here'},
        'sides.outline.statuses."in work: now"',
        '"doing"',
        "write one of these",
    ),
    "statuses that are no table": (
        {"outline": OUTLINE + 'statuses = "open" # here'},
        "sides.outline.statuses",
        "must be a table, not text",
        "braces",
    ),
    "a field that there is not": (
        {"outline": OUTLINE + "fields = { titel = false } # here"},
        "sides.outline.fields.titel",
        '"titel" is none of title',
        'did you mean "title"?',
    ),
    "a field with a number": (
        {"outline": OUTLINE + "fields = { due = 5 } # here"},
        "sides.outline.fields.due",
        "not a whole number",
        "false",
    ),
    "a field without a name": (
        {"outline": OUTLINE + 'fields = { due = "" } # here'},
        "sides.outline.fields.due",
        "is empty",
        "false",
    ),
    "a person at a side that there is not": (
        {"tail": '[people.anna]\nids = { outlin = "1" } # here'},
        "people.anna.ids.outlin",
        'there is no side "outlin"',
        '"outline"',
    ),
    "a person's id that is a number": (
        {"tail": "[people.anna]\nids = { outline = 1234 } # here"},
        "people.anna.ids.outline",
        "must be text",
        "in quotes",
    ),
    "a person without an address": (
        {"tail": '[people.anna]\nemail = "anna at example" # here'},
        "people.anna.email",
        "is not an e-mail address",
        "anna@example.com",
    ),
    "two people with one address": (
        {"tail": '[people.anna]\nemail = "a@example.com"\n[people.ben]\nemail = "A@example.com" # here'},
        "people.ben.email",
        'is the e-mail of "anna" as well',
        "somebody else",
    ),
    "two people with one id": (
        {"tail": '[people.anna]\nids = { field = "1" }\n[people.ben]\nids = { field = "1" } # here'},
        "people.ben.ids.field",
        'is the id of "anna" as well',
        "one person",
    ),
    "a person's name with a blank": (
        {"tail": '[people."a b"] # here\nname = "A"'},
        'people."a b"',
        "a person",
        '"a-b"',
    ),
    "a level that there is not": (
        {"tail": '[log]\nlevel = "warn" # here'},
        "log.level",
        '"warn" is none of',
        '"warning"',
    ),
    "a format that there is not": (
        {"tail": '[log]\nformat = "xml" # here'},
        "log.format",
        "auto, console, json, journal",
        "",
    ),
    "a port that there is not": (
        {"tail": '[service]\nlisten = "127.0.0.1:99999" # here'},
        "service.listen",
        "not an address",
        "9464",
    ),
    "a port alone": ({"tail": "[service]\nlisten = 9464 # here"}, "service.listen", "must be text", "127.0.0.1:9464"),
    "history for ever": ({"tail": '[history]\nkeep = "for ever" # here'}, "history.keep", '"for ever"', '"1d"'),
    "two sides on one container": (
        {
            "tail": '[sides.twin] # here\nconnector = "list"\nchecklist = 1\nusername = "other"\n'
            'password = { env = "LIST_KEY" }\nbase_url = "https://LISTS.example.com:443/"',
            "work": '[groups.work]\nsides = ["outline", "field", "twin"]',
        },
        "sides.twin",
        'has the same container as the side "outline" (line',
        "a container is one side",
    ),
}

# Cases whose fault makes another thing wrong as well, on another line.
WITH_OTHERS = {
    "a side in no group",
    "a side with a colon in its name",
    "a group without sides",
}


@pytest.mark.parametrize("name", CASES)
def test_one_fault_is_told_with_its_file_line_key_and_what_to_write_instead(name, tmp_path):
    parts, key, message, hint = CASES[name]
    text = document(**parts)
    line = marked(text)
    assert line, "the case marks no line"
    found = problems(tmp_path, text)
    assert [problem.key for problem in found if problem.line == line] == [key], found
    (problem,) = (problem for problem in found if problem.line == line)
    assert problem.file == str(tmp_path / "tasksync.toml")
    assert message in problem.message
    assert hint in problem.hint
    assert problem.hint
    assert problem.json() == {
        "file": problem.file,
        "line": line,
        "key": key,
        "message": problem.message,
        "hint": problem.hint,
    }
    assert len(found) == 1 or name in WITH_OTHERS, found
