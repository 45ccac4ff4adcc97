"""Staff by e-mail: tasks name people by ids, and everybody else knows them by their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from connectors.errors import Forbidden, Gone, Rejected
from connectors.task import JsonValue, Native, Person, Ref, Value
from connectors.trackops.capabilities import PER_PAGE
from connectors.trackops.client import TrackopsClient
from connectors.trackops.mapping import ids_of
from connectors.trackops.members import email_of
from connectors.trackops.wire import ref_of

_MOST_PAGES: Final = 50
"""Pages of staff that are looked through where the server passes the filter over: 5,000 people."""


@dataclass(slots=True)
class Staff:
    """Whom the account employs, as far as it was asked."""

    client: TrackopsClient
    found: dict[str, Person | None] = field(default_factory=dict)  # by e-mail, case-folded

    def ids(self, people: Value) -> list[JsonValue]:
        """The ids of people, in their order; who is not on the staff is left out.

        One request per address that was not asked for before (``/staff?email=``). Raises ``RetryLater``, ``SideDown``.
        """
        told = [person for person in people if isinstance(person, Person)] if isinstance(people, tuple) else []
        known = [self._known(person) for person in told]
        return ids_of(tuple(dict.fromkeys(person for person in known if person is not None)))

    def named(self, people: Value) -> Value:
        """The same people with the addresses by which they were found."""
        if not isinstance(people, tuple):
            return people
        by_id = {person.id: person for person in self.found.values() if person is not None}
        named = (self._named(person, by_id) for person in people if isinstance(person, Person))
        return tuple(named)

    def everybody(self) -> Iterator[Native]:
        """The whole staff, at most 5,000. Raises ``Gone``, ``Rejected``, ``RetryLater``, ``SideDown``."""
        return self._pages({})

    def _known(self, person: Person) -> Person | None:
        if person.id:
            return Person(id=person.id)
        key = person.email.casefold()
        if not key:
            return None
        if key not in self.found:
            self.found[key] = self._asked(person.email)
        match = self.found[key]
        return None if match is None else Person(id=match.id)

    def _asked(self, email: str) -> Person | None:
        try:
            candidates = list(self._pages({"email": email}))
        except (Gone, Rejected, Forbidden):
            return None  # the account may not look people up: tasks are made without them
        told = any("email" in record for record in candidates)
        # An answer that shows no addresses is taken at the filter's word, if it has one person.
        fitting = [one for one in candidates if email_of(one).casefold() == email.casefold()] if told else candidates
        refs: set[Ref] = {ref_of(record) or "" for record in fitting}
        return Person(id=refs.pop(), email=email) if len(refs) == 1 else None

    def _pages(self, filters: dict[str, str]) -> Iterator[Native]:
        seen: set[Ref] = set()
        for number in range(1, _MOST_PAGES + 1):
            params = {**filters, "page": str(number), "per_page": str(PER_PAGE)}
            records = self.client.records("staff", params, "the list of staff").records
            fresh = [record for record in records if ref_of(record) not in {None, *seen}]
            yield from fresh
            seen |= {ref_of(record) or "" for record in fresh}
            if not fresh or len(records) < PER_PAGE:
                return

    @staticmethod
    def _named(person: Person, by_id: dict[str, Person]) -> Person:
        known = by_id.get(person.id)
        return person if known is None or person.email else replace(person, email=known.email)
