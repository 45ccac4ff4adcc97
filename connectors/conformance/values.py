"""Canonical values as hypothesis invents them: the ordinary, and what breaks converters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from connectors.conformance.samples import BLOCKS, DAYS, INSTANTS, LABELS, TEXTS
from connectors.projection import one_line
from connectors.task import EMPTY, Field, Fields, Person, Status, Value, label_set

_EARLIEST, _LATEST = date(1990, 1, 1), date(2150, 12, 31)


def lines() -> st.SearchStrategy[str]:
    """Texts of one line, as a title is: no line breaks, no blanks at either end, not empty."""
    anything = st.one_of(st.sampled_from(TEXTS), st.text(max_size=80))
    return anything.map(lambda text: str(one_line(text))).filter(bool)


def texts() -> st.SearchStrategy[str]:
    """Texts of any number of lines, as a description is: lines end in a line feed."""
    part = st.one_of(st.sampled_from(TEXTS), st.sampled_from(BLOCKS), st.text(max_size=120))
    joined = st.tuples(st.lists(part, max_size=4), st.sampled_from(("\n", "\n\n", " "))).map(
        lambda drawn: drawn[1].join(drawn[0])
    )
    return joined.map(lambda text: text.replace("\r\n", "\n").replace("\r", "\n"))


def days_or_instants() -> st.SearchStrategy[Value]:
    """Nothing, a day, or an instant in UTC to the microsecond."""
    days = st.one_of(st.sampled_from(DAYS), st.dates(_EARLIEST, _LATEST))
    first, last = datetime(1990, 1, 1), datetime(2150, 12, 31)  # noqa: DTZ001 - hypothesis wants them so, and adds UTC
    instants = st.one_of(st.sampled_from(INSTANTS), st.datetimes(first, last, timezones=st.just(UTC)))
    return st.one_of(st.none(), days, instants)


def labels() -> st.SearchStrategy[tuple[str, ...]]:
    """Sets of labels in their one form."""
    one = st.one_of(st.sampled_from(LABELS), st.text(max_size=20))
    return st.lists(one, max_size=5).map(label_set)


def assignees(people: tuple[Person, ...]) -> st.SearchStrategy[tuple[Person, ...]]:
    """Some of the people whom the side knows, each once, in any order."""
    if not people:
        return st.just(())
    return st.lists(st.sampled_from(people), unique=True, max_size=len(people)).map(tuple)


def values(field: Field, people: tuple[Person, ...] = ()) -> st.SearchStrategy[Value]:
    """Values of a field; where they depend on other tasks or on the vendor (parent, position, custom) the empty one."""
    known: Mapping[Field, st.SearchStrategy[Value]] = {
        Field.TITLE: lines(),
        Field.DESCRIPTION: texts(),
        Field.STATUS: st.sampled_from(Status),
        Field.START: days_or_instants(),
        Field.DUE: days_or_instants(),
        Field.COMPLETED: st.sampled_from((None, *INSTANTS)),
        Field.PRIORITY: st.integers(0, 9),
        Field.PERCENT_COMPLETE: st.integers(0, 100),
        Field.LABELS: labels(),
        Field.ASSIGNEES: assignees(people),
        Field.ARCHIVED: st.booleans(),
        Field.COMMENTS: texts(),
    }
    return known.get(field, st.just(EMPTY.get(field)))


def undated(fields: Fields) -> Fields:
    """The same fields without start and due: whatever is drawn for one of them then fits."""
    return {field: value for field, value in fields.items() if field not in {Field.START, Field.DUE}}


def in_order(fields: Fields) -> Fields:
    """The same fields, without a start that is not days before the due date: some vendors refuse that."""
    start, due = fields.get(Field.START), fields.get(Field.DUE)
    if not isinstance(start, date) or not isinstance(due, date):
        return fields
    apart = date(due.year, due.month, due.day) - date(start.year, start.month, start.day)
    return fields if apart > timedelta(days=2) else {**fields, Field.START: None}


def is_value(field: Field, value: Value) -> bool:
    """Whether a value is of the kind that the field has, in its canonical form."""
    return _CHECKS[field](value)


def _is_number(highest: int) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest


def _is_instant(value: Value) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _is_labels(value: Value) -> bool:
    texts_only = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
    return texts_only and isinstance(value, tuple) and label_set(map(str, value)) == value


_CHECKS: Final[Mapping[Field, Callable[[Value], bool]]] = {
    Field.TITLE: lambda value: isinstance(value, str) and one_line(value) == value,
    Field.DESCRIPTION: lambda value: isinstance(value, str) and "\r" not in value,
    Field.STATUS: lambda value: isinstance(value, Status),
    Field.START: lambda value: value is None or _is_instant(value) or type(value) is date,
    Field.DUE: lambda value: value is None or _is_instant(value) or type(value) is date,
    Field.COMPLETED: lambda value: value is None or _is_instant(value),
    Field.PRIORITY: _is_number(9),
    Field.PERCENT_COMPLETE: _is_number(100),
    Field.LABELS: _is_labels,
    Field.ASSIGNEES: lambda value: (
        isinstance(value, tuple) and all(isinstance(one, Person) and bool(one.handle) for one in value)
    ),
    Field.PARENT: lambda value: value is None or isinstance(value, str),
    Field.POSITION: lambda value: value is None or (isinstance(value, int) and not isinstance(value, bool)),
    Field.ARCHIVED: lambda value: isinstance(value, bool),
    Field.COMMENTS: lambda value: isinstance(value, str) and "\r" not in value,
    Field.URL: lambda value: isinstance(value, str),
    Field.CUSTOM: lambda value: isinstance(value, Mapping),
}
