"""Views: what a side can represent of a value, and how an edit made there is laid over the value it came from.

A view obeys three laws, for every value ``v`` that the side can hold and every canonical value ``c``::

    view(lift(v, c)) == v          what was edited there is what is seen there
    lift(view(c), c) == c          what was not edited changes nothing
    view(view(c))    == view(c)    a view loses once
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Protocol

from connectors.task import Status, Value


class View(Protocol):
    """A side's lossy projection of one field."""

    @property
    def loss(self) -> str:
        """What is lost, in a few words for a person; empty when nothing is."""
        ...

    def view(self, value: Value) -> Value:
        """What the side shows of a canonical value."""
        ...

    def lift(self, seen: Value, current: Value) -> Value:
        """The canonical value that an edit to ``seen`` makes of ``current``."""
        ...

    def refuses(self, value: Value) -> str:
        """Why the side can not be told this value, in a few words; empty when it can."""
        ...


@dataclass(frozen=True, slots=True)
class Same:
    """The side holds the value as it is."""

    loss: str = ""

    def view(self, value: Value) -> Value:
        """The value itself."""
        return value

    def lift(self, seen: Value, current: Value) -> Value:
        """What is seen there; ``current`` where it is equal, so that spelling that compares equal is kept."""
        return current if seen == current else seen

    def refuses(self, value: Value) -> str:
        """Never."""
        del value
        return ""


SAME = Same()


@dataclass(frozen=True, slots=True)
class Through:
    """A side that holds values in a normal form of their own: ``normal`` must be idempotent."""

    normal: Callable[[Value], Value]
    loss: str

    def view(self, value: Value) -> Value:
        """The normal form."""
        return self.normal(value)

    def lift(self, seen: Value, current: Value) -> Value:
        """``current`` while its normal form is what is seen; else what is seen."""
        return current if self.normal(current) == seen else seen

    def refuses(self, value: Value) -> str:
        """Never."""
        del value
        return ""


@dataclass(frozen=True, slots=True)
class Said:
    """A text in a normal form of its own that is never empty, as a comment is."""

    normal: Callable[[Value], Value]
    loss: str = ""

    def view(self, value: Value) -> Value:
        """The normal form."""
        return self.normal(value)

    def lift(self, seen: Value, current: Value) -> Value:
        """``current`` while its normal form is what is seen; else what is seen."""
        return current if self.normal(current) == seen else seen

    def refuses(self, value: Value) -> str:
        """Why nothing can not be told."""
        return "" if str(self.normal(value) or "").strip() else "a comment needs a text"


def one_line(value: Value) -> Value:
    """A title as one line: line breaks and runs of blanks are one blank, none at either end."""
    return " ".join(value.split()) if isinstance(value, str) else value


def cut(limit: int) -> Through:
    """A text that is cut after ``limit`` code points."""

    def normal(value: Value) -> Value:
        return value[:limit].rstrip() if isinstance(value, str) and len(value) > limit else value

    return Through(normal, f"cut at {limit} characters")


@dataclass(frozen=True, slots=True)
class Words:
    """A side that has a word for some of the four states only.

    Without a word of its own, in_progress is told as needs_action and the reverse; completed and cancelled without a
    word can not be told.
    """

    held: frozenset[Status]

    @property
    def loss(self) -> str:
        """The states without a word of their own."""
        missing = [status.value for status in Status if status not in self.held]
        return f"no word for {', '.join(missing)}" if missing else ""

    def view(self, value: Value) -> Value:
        """The state that stands for this one."""
        if not isinstance(value, Status) or value in self.held:
            return value
        twin = {Status.IN_PROGRESS: Status.NEEDS_ACTION, Status.NEEDS_ACTION: Status.IN_PROGRESS}.get(value)
        return twin if twin in self.held else value

    def lift(self, seen: Value, current: Value) -> Value:
        """``current`` while the side shows it so; else what is seen."""
        return current if self.view(current) == seen else seen

    def refuses(self, value: Value) -> str:
        """Why a state without a word and without a stand-in can not be told."""
        if isinstance(value, Status) and self.view(value) not in self.held:
            return f'no word for "{value.value}"'
        return ""


@dataclass(frozen=True, slots=True)
class DayIn:
    """A side that holds dates only: of an instant it shows the day in its zone."""

    zone: tzinfo
    loss: str = "the day only"

    def view(self, value: Value) -> Value:
        """The day in the side's zone."""
        return self._local(value).date() if isinstance(value, datetime) else value

    def lift(self, seen: Value, current: Value) -> Value:
        """A new day keeps the time of day that the instant had in the side's zone, over changes of summer time too."""
        if self.view(current) == seen:
            return current
        if not isinstance(current, datetime) or not isinstance(seen, date):
            return seen
        time_of_day = self._local(current).time()
        # A time that the clocks leave out on that day comes after the gap, or before it where that is another day.
        for fold in (0, 1):
            lifted = _utc(datetime.combine(seen, time_of_day.replace(fold=fold), tzinfo=self.zone))
            if self.view(lifted) == seen:
                return lifted
        return seen

    def refuses(self, value: Value) -> str:
        """Never."""
        del value
        return ""

    def _local(self, value: datetime) -> datetime:
        """In the side's zone; as it is within a day of the first or last instant that there is."""
        try:
            return value.astimezone(self.zone)
        except OverflowError:
            return value


def _utc(value: datetime) -> datetime:
    """In UTC: an instant in a zone of summer time can be unequal to itself in another zone (PEP 495)."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return value


@dataclass(frozen=True, slots=True)
class FirstOnly:
    """A side that holds one of several people: the first."""

    loss: str = "the first person only"

    def view(self, value: Value) -> Value:
        """The first."""
        return value[:1] if isinstance(value, tuple) else value

    def lift(self, seen: Value, current: Value) -> Value:
        """A new first person takes the place of the old one; nobody there is nobody at all."""
        if not isinstance(seen, tuple) or not isinstance(current, tuple) or current[:1] == seen:
            return current if self.view(current) == seen else seen
        others = tuple(person for person in current[1:] if person not in seen) if seen else ()
        return (*seen, *others)

    def refuses(self, value: Value) -> str:
        """Never."""
        del value
        return ""


@dataclass(frozen=True, slots=True)
class Chain:
    """Two views, one after the other: ``outer`` sees what ``inner`` shows."""

    inner: View
    outer: View

    @property
    def loss(self) -> str:
        """Both losses."""
        return ", ".join(part for part in (self.inner.loss, self.outer.loss) if part)

    def view(self, value: Value) -> Value:
        """The view of the view."""
        return self.outer.view(self.inner.view(value))

    def lift(self, seen: Value, current: Value) -> Value:
        """Lifted through both."""
        return self.inner.lift(self.outer.lift(seen, self.inner.view(current)), current)

    def refuses(self, value: Value) -> str:
        """The first reason of the two."""
        return self.inner.refuses(value) or self.outer.refuses(self.inner.view(value))
