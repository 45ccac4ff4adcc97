"""What people do, as the oracle notes it: an edit, a delete, and the words by which an edit is known again.

Each edit of a title, a description or the labels types a word that nobody else ever types (``e17``), each due date is
a day of its own: whoever shows the word has seen the edit. A task has a number, which stands first in its title.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from connectors.task import Field, Value

_WORD = re.compile(r"\be\d+\b")  # not what a vendor puts behind a name to tell it from another
_NUMBER = re.compile(r"\d+")
TOLD = (Field.TITLE, Field.DESCRIPTION, Field.LABELS, Field.DUE)
"""Fields whose edits can be told from one another."""

Shown = Mapping[Field, Value]


def words(value: Value) -> frozenset[str]:
    """The words of edits that a value shows."""
    if isinstance(value, date):
        return frozenset({value.isoformat()[:10]})
    text = " ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")
    return frozenset(_WORD.findall(text.casefold()))


def number_of(title: object) -> int:
    """The number of a task."""
    found = _NUMBER.search(str(title))  # behind what a vendor's side puts before it, as Opus 2 does for a moment
    if found is None:
        raise ValueError(f"a title without the number of its task: {title!r}")
    return int(found[0])


@dataclass(eq=False)
class Edit:
    """A person's edit of one field, as that side showed it before and after."""

    at: float
    number: int
    side: str
    ref: str
    field: Field
    before: Value
    after: Value
    made: bool = False  # with the task itself
    fresh: bool = False  # … or before anybody had read that, which is the same to whoever reads it
    read: bool = False
    blurred: bool = False  # … or some of it, and it is not ours to know which
    blind: bool = False  # overwritten by a write that could not know of it
    perhaps: Value = None  # what it means, where its word got another meaning before it was surely taken in

    @property
    def added(self) -> frozenset[str]:
        """The words that it typed."""
        return words(self.after) - words(self.before)

    @property
    def removed(self) -> frozenset[str]:
        """The words that it took away, having seen them."""
        return words(self.before) - words(self.after)

    def __str__(self) -> str:
        return f"{self.at:.2f} {self.number} {self.field.value} on {self.side}: {self.before!r} -> {self.after!r}"


@dataclass(eq=False)
class Removal:
    """A person's delete, with what was shown there."""

    at: float
    number: int
    side: str
    shown: Shown
    early: bool = False  # of what we made or changed, before that was known to have arrived
