"""Who is who on the sides of a group (rule 19).

A side names people by *handle* (its id, else e-mail, else display name). The group names them by *key*: the key of
``[people]``, else the e-mail, else ``SIDE:HANDLE``. ``[people]`` decides; without it an equal e-mail ties, then a name
that
occurs once on each of two sides. Somebody who is unknown on a side is kept in the task and never sent there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.contract import PersonKey
from connectors.task import Person
from sync.core.model import SideName
from sync.core.policy import PersonRule


class Directory:
    """The people of a group: the rules of the configuration, and whom each side was seen to name."""

    def __init__(
        self,
        rules: Sequence[PersonRule],
        seen: Mapping[SideName, Mapping[str, Person]],
        keys: Mapping[SideName, PersonKey],
    ) -> None:
        self._rules = tuple(rules)
        self._seen = seen
        self._keys = keys

    def key(self, side: SideName, handle: str) -> str:
        """The group's key for a side's handle."""
        person = self.person(side, handle)
        rule = self._rule(side, person)
        if rule is not None:
            return rule.key
        return person.email.casefold() or f"{side}:{handle}"

    def handle(self, side: SideName, key: str) -> str | None:
        """The side's handle for a key, or None where the side does not know this person."""
        for rule in self._rules:
            if rule.key == key:
                return self._handle_of_rule(side, rule)
        home, _, handle = key.partition(":")
        if handle and home in self._seen:
            return handle if home == side else self._twin(side, self.person(home, handle), home)
        return self._by_email(side, key)

    def person(self, side: SideName, handle: str) -> Person:
        """A side's person behind a handle, as the side named it.

        One known from the configuration only has that much.
        """
        found = self._seen.get(side, {}).get(handle)
        if found is not None:
            return found
        kind = self._keys.get(side, PersonKey.ID)
        if kind is PersonKey.NAME:
            return Person(name=handle)
        by_email = kind is PersonKey.EMAIL and "@" in handle  # where people are told by e-mail, [people] may have ids
        return Person(email=handle) if by_email else Person(id=handle)

    def _rule(self, side: SideName, person: Person) -> PersonRule | None:
        for rule in self._rules:
            if rule.ids.get(side) == person.handle:
                return rule
        for rule in self._rules:
            if rule.email and rule.email.casefold() == person.email.casefold():
                return rule
        named = [rule for rule in self._rules if rule.name and rule.name.casefold() == person.name.casefold()]
        return named[0] if len(named) == 1 and self._once(side, person.name) else None

    def _handle_of_rule(self, side: SideName, rule: PersonRule) -> str | None:
        if side in rule.ids:
            return rule.ids[side]
        found = self._by_email(side, rule.email) if rule.email else None
        if found is None and rule.name:
            found = self._by_name(side, rule.name)
        if found is None and self._keys.get(side) is PersonKey.NAME:
            found = rule.name or None
        return found

    def _twin(self, side: SideName, person: Person, home: SideName) -> str | None:
        found = self._by_email(side, person.email) if person.email else None
        if found is None and person.name and self._once(home, person.name):
            found = self._by_name(side, person.name)
        return found

    def _by_email(self, side: SideName, email: str) -> str | None:
        for handle, person in self._seen.get(side, {}).items():
            if person.email and person.email.casefold() == email.casefold():
                return handle
        return email if "@" in email and self._keys.get(side) is PersonKey.EMAIL else None

    def _by_name(self, side: SideName, name: str) -> str | None:
        found = [
            handle for handle, person in self._seen.get(side, {}).items() if person.name.casefold() == name.casefold()
        ]
        return found[0] if len(found) == 1 else None

    def _once(self, side: SideName, name: str) -> bool:
        people = self._seen.get(side, {}).values()
        return sum(1 for person in people if person.name.casefold() == name.casefold()) <= 1


def acquaintances(side: SideName, seen: Mapping[str, Person], rules: Sequence[PersonRule]) -> tuple[Person, ...]:
    """People whose id and e-mail address on a side are both known: those it has named, and those of ``[people]``."""
    told = [Person(id=rule.ids[side], name=rule.name, email=rule.email) for rule in rules if side in rule.ids]
    return tuple(person for person in (*seen.values(), *told) if person.id and person.email)
