"""The properties of a task as values, and back (RFC 5545, 3.8). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from connectors.caldav.lines import Line, Todo, escaped, listed, quoted, unescaped
from connectors.caldav.zones import zone_of
from connectors.errors import Unmappable
from connectors.projection import one_line
from connectors.task import Field, Person, Value, label_set, same

_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_TIME: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)", re.ASCII | re.IGNORECASE)
_LENGTH: Final = re.compile(
    r"\+?P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?", re.ASCII
)
_NUMBER: Final = re.compile(r"\s*\+?(\d{1,3})\s*", re.ASCII)
_UNTOLD: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither iCalendar (RFC 5545, 3.1: CONTROL) nor XML can carry."""
_SHOWN: Final = 60
_MAIL: Final = "mailto:"
_THINGS: Final = frozenset({"RESOURCE", "ROOM"})


MEANT: Final = "X-TASKSYNC-VALUE"
"""The parameter that tells what is meant, where what is told is another form of it (see ``agreeing``)."""
AS_DAY: Final = "DATE"
FORMS: Final[Mapping[str, str]] = {"DTSTART": "000000", "DUE": "235959"}
"""The times of day by which a day is told beside an instant."""
WHOLE: Final = "100"
ALMOST: Final = "99"


class NoOpinion(ValueError):
    """A property that can not be read; the text shows it."""


def shown(value: str) -> str:
    """A value for a person, cut."""
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")


def plain(value: Value) -> Value:
    """A text as a calendar can hold it: lines end in a line feed, no control characters."""
    if not isinstance(value, str):
        return value
    return _UNTOLD.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def plain_line(value: Value) -> Value:
    """A title as a calendar can hold it."""
    return one_line(plain(one_line(value)))


def plain_labels(value: Value) -> Value:
    """Labels as a calendar can hold them."""
    return label_set(str(plain(str(label))) for label in value) if isinstance(value, tuple) else value


def whole_seconds(value: Value) -> Value:
    """An instant to the second, in which iCalendar counts; a day as it is."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def read_text(todo: Todo, name: str) -> str:
    """A text; empty when there is none."""
    line = todo.first(name)
    return "" if line is None else str(plain(unescaped(line.value)))


def read_title(todo: Todo, name: str) -> str:
    """A text on one line."""
    return str(plain_line(read_text(todo, name)))


def read_number(todo: Todo, name: str, highest: int) -> int:
    """A whole number from 0; 0 when there is none. Raises ``NoOpinion``."""
    line = todo.first(name)
    if line is None or not line.value.strip():
        return 0
    if line.parameter(MEANT) == WHOLE and line.value.strip() == ALMOST:
        return int(WHOLE)
    found = _NUMBER.fullmatch(line.value)
    if found is None or int(found[1]) > highest:
        raise NoOpinion(shown(line.value))
    return int(found[1])


def read_labels(todo: Todo) -> tuple[str, ...]:
    """All categories of all lines."""
    return label_set(str(plain(label)) for line in todo.all("CATEGORIES") for label in listed(line.value))


def tell_labels(todo: Todo, labels: Iterable[str]) -> None:
    """All categories on the first line, whose parameters stay."""
    first = todo.first("CATEGORIES")
    parameters = () if first is None else first.parameters
    told = ",".join(escaped(label) for label in labels)
    todo.put("CATEGORIES", [Line.made("CATEGORIES", told, parameters)] if told else [])


def read_moment(line: Line, todo: Todo, zone: tzinfo) -> date | datetime:
    """A day or an instant; ``zone`` is where a time without one is. Raises ``NoOpinion``."""
    value = day_of(line) or line.value.strip()
    day, time = _DAY.fullmatch(value), _TIME.fullmatch(value)
    where: tzinfo = UTC if time is None or time[7] else _zone_of(line, todo, zone)
    try:
        if day is not None:
            return date(*map(int, day.groups()))
        if time is not None:
            year, month, number, hour, minute, second = map(int, time.groups()[:6])
            # A leap second counts as the one before it (RFC 5545, 3.3.12).
            return datetime(year, month, number, hour, minute, min(second, 59), tzinfo=where).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise NoOpinion(shown(line.value))


def day_of(line: Line) -> str | None:
    """The day that a line tells, as a value; None where it tells a time, or nothing that can be read."""
    value = line.value.strip()
    if _DAY.fullmatch(value) is not None:
        return value
    meant = line.parameter(MEANT) == AS_DAY and value[8:] == f"T{FORMS.get(line.name, '')}"
    return value[:8] if meant and _DAY.fullmatch(value[:8]) is not None else None


def is_time(line: Line) -> bool:
    """Whether a line tells a day and a time of day."""
    return _TIME.fullmatch(line.value.strip()) is not None


def _zone_of(line: Line, todo: Todo, zone: tzinfo) -> tzinfo:
    name = line.parameter("TZID")
    found = zone_of(name, todo.around()) if name else zone
    if found is None:
        raise NoOpinion(f"the time zone {shown(name)}")
    return found


def read_start(todo: Todo, zone: tzinfo) -> date | datetime | None:
    """When it starts. Raises ``NoOpinion``."""
    line = todo.first("DTSTART")
    return None if line is None else read_moment(line, todo, zone)


def read_completed(todo: Todo, zone: tzinfo) -> datetime | None:
    """When it was completed. Raises ``NoOpinion``."""
    line = todo.first("COMPLETED")
    if line is None:
        return None
    moment = read_moment(line, todo, zone)
    if not isinstance(moment, datetime):
        raise NoOpinion(shown(line.value))
    return moment


def read_due(todo: Todo, zone: tzinfo) -> date | datetime | None:
    """When it is due: told, or by a duration from the start. Raises ``NoOpinion``."""
    line = todo.first("DUE")
    if line is not None:
        return read_moment(line, todo, zone)
    length, start = todo.first("DURATION"), read_start(todo, zone)
    if length is None or start is None:
        return None
    found = _LENGTH.fullmatch(length.value.strip().upper())
    if found is None:
        raise NoOpinion(shown(length.value))
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    try:
        return start + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise NoOpinion(shown(length.value)) from None


def tell_moment(todo: Todo, field: Field, name: str, value: Value, zone: tzinfo) -> None:
    """Write a day or an instant: in the zone that stands there, floating if it floats, else in UTC.

    Raises ``Unmappable``.
    """
    if value is None:
        todo.drop(name)
        return
    if not isinstance(value, date):
        raise Unmappable(field, f"a calendar can not be told {field.value} {value!r}")
    old = todo.first(name)
    kept = () if old is None else old.without("VALUE", "TZID", MEANT)
    if not isinstance(value, datetime):
        todo.set(name, _day(value), (("VALUE", "DATE"), *kept))
        return
    local = None if old is None else _in_its_zone(old, todo, value, zone)
    if local is not None and old is not None:
        todo.set(name, _time(local), old.without("VALUE", MEANT))
    else:
        todo.set(name, f"{_time(value.astimezone(UTC))}Z", kept)


def _in_its_zone(old: Line, todo: Todo, value: datetime, zone: tzinfo) -> datetime | None:
    """An instant by the clock that the old one was told by; None where that was UTC, or can not tell it."""
    if day_of(old) is not None or not is_time(old) or old.value.strip()[-1:] in "Zz":
        return None
    try:
        local = value.astimezone(_zone_of(old, todo, zone))
        # The second of two equal hours in autumn can not be told by the clock.
        again = local.replace(fold=0).astimezone(UTC)
    except (NoOpinion, OverflowError, ValueError):
        return None
    return local if again == value.astimezone(UTC) else None


def _day(value: date) -> str:
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def _time(value: datetime) -> str:
    return f"{_day(value)}T{value.hour:02d}{value.minute:02d}{value.second:02d}"


def utc_time(value: datetime) -> str:
    """An instant in UTC, as a value."""
    return f"{_time(value.astimezone(UTC))}Z"


def read_people(todo: Todo) -> tuple[Person, ...]:
    """The attendees who are people, each once, in their order."""
    people = {person.handle: person for line in todo.all("ATTENDEE") if (person := _person(line)) is not None}
    return tuple(people.values())


def _person(line: Line) -> Person | None:
    """Whom a line names; nobody where it is a room or a thing, or somebody who only is to know."""
    if line.parameter("CUTYPE").upper() in _THINGS or line.parameter("ROLE").upper() == "NON-PARTICIPANT":
        return None
    address, name = line.value.strip(), str(plain_line(line.parameter("CN")))
    if address.lower().startswith(_MAIL):
        email = str(plain_line(address[len(_MAIL) :]))
        return Person(email=email, name=name) if email else None
    email = str(plain_line(line.parameter("EMAIL")))
    return Person(id=str(plain_line(address)), email=email, name=name) if address else None


def tell_people(todo: Todo, people: Iterable[Person]) -> None:
    """Attendees in this order: those who are there keep their lines, others get one that invites nobody.

    A server that plans meetings sends mail to whom it finds there; SCHEDULE-AGENT=NONE tells it not to (RFC 6638,
    7.1). Raises ``Unmappable`` for somebody without an address.
    """
    old = {person.handle: line for line in todo.all("ATTENDEE") if (person := _person(line)) is not None}
    new = [old.get(person.handle) or _attendee(person) for person in people]
    replaced = [line for line in todo.all("ATTENDEE") if _person(line) is not None]
    todo.put("ATTENDEE", new, replaced)


def _attendee(person: Person) -> Line:
    address = f"{_MAIL}{person.email}" if person.email else person.id
    if ":" not in address or plain_line(address) != address:
        hint = "give this person an email in [people]"
        raise Unmappable(
            Field.ASSIGNEES, f"an attendee is named by an e-mail address, {person.handle!r} is none", hint=hint
        )
    name = (("CN", quoted(str(plain_line(person.name)))),) if person.name else ()
    return Line.made("ATTENDEE", address, (*name, ("SCHEDULE-AGENT", "NONE")))


def _parents(todo: Todo) -> list[Line]:
    return [line for line in todo.all("RELATED-TO") if line.parameter("RELTYPE").upper() in {"", "PARENT"}]


def read_parent(todo: Todo) -> str | None:
    """The UID of the parent; None for a task without."""
    return next((uid for line in _parents(todo) if (uid := unescaped(line.value).strip())), None)


def tell_parent(todo: Todo, parent: str | None) -> None:
    """One parent, or none; other relations stay."""
    old = _parents(todo)
    parameters = old[0].parameters if old else ()
    todo.put("RELATED-TO", [] if parent is None else [Line.made("RELATED-TO", escaped(parent), parameters)], old)


def differs(field: Field, value: Value, found: Value) -> bool:
    """Whether a value is to be written: whole seconds are all that there is."""
    return not same(field, whole_seconds(value), whole_seconds(found))
