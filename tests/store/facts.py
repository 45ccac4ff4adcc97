"""Facts of every shape, for whatever has to come back as it was. A field that is forgotten here is an error."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from connectors.task import Field, Kind, Person, Status
from sync.core.facts import Acted, Moved
from sync.core.model import (
    Do,
    Held,
    HeldKind,
    Intent,
    IntentState,
    Link,
    LinkLife,
    Pair,
    Restored,
    Shrink,
    Side,
    Task,
    TaskLife,
    Version,
)

# Any text that a vendor's JSON can bring: NUL, and halves of characters, too.
TEXT = st.text(st.characters(), max_size=12)
NAME = st.text("abcxyz-_ 7é", min_size=1, max_size=8)
# Times with the offset of some zone, and not the zone itself: a time of day that comes twice is equal to no other time
# in Python (PEP 495, "Inter-zone comparison"), so facts have offsets.
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 the zone is drawn
TIME = st.datetimes(EARLIEST, LATEST, timezones=st.timezones()).map(
    lambda time: time.replace(tzinfo=timezone(time.utcoffset() or timedelta(0)))
)
MAYBE_TIME = st.none() | TIME
COUNT = st.integers(0, 2**31 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=3)
DUE = st.none() | st.dates() | st.datetimes() | TIME
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
VALUES = {
    Field.TITLE: TEXT,
    Field.DESCRIPTION: TEXT,
    Field.STATUS: st.sampled_from(Status),
    Field.START: DUE,
    Field.DUE: DUE,
    Field.COMPLETED: st.none() | TIME,
    Field.PRIORITY: st.integers(0, 9),
    Field.PERCENT_COMPLETE: st.integers(0, 100),
    Field.LABELS: TEXTS,
    Field.ASSIGNEES: TEXTS,
    Field.PARENT: st.none() | TEXT | COUNT,
    Field.POSITION: st.none() | st.integers(),
    Field.ARCHIVED: st.booleans(),
    Field.COMMENTS: st.none() | TEXT,
    Field.URL: TEXT,
    Field.CUSTOM: OBJECT,
}
FIELDS = st.fixed_dictionaries({}, optional=VALUES)
FIELD = st.sampled_from(Field)
PAIRS = st.fixed_dictionaries(
    {},
    optional={
        field: st.builds(Pair, value, value)
        | st.builds(Pair, value, value, st.just(False), value)
        | value.map(lambda one: Pair(one, one))
        for field, value in VALUES.items()
    },
)


def facts(kind: type, /, **parts: object) -> st.SearchStrategy:
    """A fact with every field drawn from a strategy, or given as it is; together all fields that its class has."""
    names = {field.name for field in dataclasses.fields(kind)}
    assert names == parts.keys(), f"{kind.__name__} has other fields: {sorted(names ^ parts.keys())}"
    drawn = {name: part if isinstance(part, st.SearchStrategy) else st.just(part) for name, part in parts.items()}
    return st.builds(kind, **drawn)


SIDES = facts(
    Side,
    name="a",
    fingerprint=TEXT,
    cursor=TEXT,
    began=MAYBE_TIME,
    links=COUNT,
    last_complete=MAYBE_TIME,
    met=st.booleans(),
    left=MAYBE_TIME,
    distrusted=st.booleans(),
    filter_trusted=st.booleans(),
    shrink=st.none() | facts(Shrink, listed=COUNT, times=COUNT, at=TIME, digest=TEXT),
    refused_guard=TEXT,
    deletes=st.lists(TIME, max_size=3).map(tuple),
    people=st.dictionaries(TEXT, facts(Person, id=TEXT, name=TEXT, email=TEXT), max_size=2),
    allowed_guard=TEXT,
    read_cycle=COUNT,
    state=TEXT,
    why=TEXT,
    ties=st.dictionaries(TEXT, COUNT, max_size=2),
    lost=st.booleans(),
    restored=st.sampled_from(Restored),
    next_task=COUNT,
    basis=TEXT,
)
VERSION = facts(Version, number=COUNT, side=NAME, rule=TEXT, cycle=COUNT, at=MAYBE_TIME)
TASKS = facts(
    Task,
    id=0,
    kind=st.sampled_from(Kind),
    life=st.sampled_from(TaskLife),
    values=FIELDS,
    versions=st.dictionaries(FIELD, VERSION.filter(lambda version: version != Version()), max_size=3),
    born=NAME,
)
LINKS = facts(
    Link,
    task=0,
    side="a",
    ref=st.none() | TEXT,
    life=st.sampled_from(LinkLife),
    reason=TEXT,
    absent=st.booleans(),
    former=TEXTS,
    pairs=PAIRS,
    acked=st.dictionaries(FIELD, COUNT, max_size=2),
    refused=st.dictionaries(FIELD, COUNT, max_size=2),
    reasons=st.dictionaries(FIELD, TEXT, max_size=2),
    unknown=st.dictionaries(FIELD, TEXT, max_size=2),
    children=TEXTS,
    raw_hash=NAME,
    mapping=NAME,
    token=TEXT,
    native=OBJECT,
    modified=MAYBE_TIME,
    own_modified=MAYBE_TIME,
    derived=st.frozensets(FIELD, max_size=2),
    wrote=COUNT,
    misses=COUNT,
    missed_at=MAYBE_TIME,
    gone=COUNT,
    outside=TEXT,
    uncertain=st.frozensets(FIELD, max_size=2),
    joined=st.booleans(),
)
INTENTS = facts(
    Intent,
    task=0,
    side="a",
    do=st.sampled_from(Do),
    ref=st.none() | TEXT,
    patch=FIELDS,
    versions=st.dictionaries(FIELD, COUNT, max_size=3),
    before=FIELDS,
    id=0,
    cycle=COUNT,
    state=st.sampled_from(IntentState),
    reads=COUNT,
    opened=MAYBE_TIME,
)
HELD = facts(
    Held,
    kind=st.sampled_from(HeldKind),
    key=TEXT,
    why=TEXT,
    choices=TEXTS,
    id=0,
    task=st.none() | COUNT,
    title=TEXT,
    side=st.sampled_from(["", "a"]),
    ref=TEXT,
    since=MAYBE_TIME,
    data=OBJECT,
    decision=TEXT,
    field=st.none() | FIELD,
)
MOVED = facts(Moved, task=COUNT, title=TEXT, side=NAME, field=FIELD, old=JSON, new=JSON, rule=TEXT, lost=st.booleans())
ACTED = facts(
    Acted,
    do=st.sampled_from(Do),
    task=COUNT,
    side=NAME,
    ref=st.none() | TEXT,
    outcome=TEXT,
    fields=OBJECT,
    image=OBJECT,
)
