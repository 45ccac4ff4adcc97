"""Who is who: OptaCheck is told people by e-mail address and tells them by id, and has no way to ask.

The pairs are learnt from our own writes (the address that was told, the id in the answer), and handed over by the
engine, which remembers them and knows ``[people]``.
"""

from __future__ import annotations

from connectors.task import Person


class People:
    """The addresses behind the ids that are known. ``crew`` gets the tasks that nobody has, and stands for nobody."""

    def __init__(self, crew: str) -> None:
        self._crew = crew
        self._emails: dict[str, str] = {}

    def learn(self, identity: str, email: str, *, sure: bool = False) -> None:
        """Note a pair. What was known of an id stays, unless this is ``sure``, or the crew's, which is configured."""
        if not identity or "@" not in email:
            return
        if sure or self._is_crew(email) or identity not in self._emails:
            self._emails[identity] = email

    def email(self, identity: str) -> str:
        """The address behind an id; empty when it is not known."""
        return self._emails.get(identity, "")

    def person(self, identity: str) -> Person:
        """The person behind an id, as far as they are known."""
        return Person(id=identity, email=self.email(identity))

    def stands_for_nobody(self, identity: str) -> bool:
        """Whether an id is the crew's."""
        return self._is_crew(self.email(identity))

    def address(self, person: Person) -> str:
        """The address to tell of somebody: theirs, or that behind their id; empty when neither is known."""
        return person.email if "@" in person.email else self.email(person.id or person.email)

    def known(self) -> tuple[Person, ...]:
        """Everybody who is known by both, in the order of their ids."""
        return tuple(Person(id=identity, email=email) for identity, email in sorted(self._emails.items()))

    def _is_crew(self, email: str) -> bool:
        return bool(email) and email.casefold() == self._crew.casefold()
