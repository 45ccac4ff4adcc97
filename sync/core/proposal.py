"""Who may be one person: a proposal for ``[people]`` out of whom the sides name (rule 19).

People are one where their e-mail addresses are equal. Where one has none, an equal name is a guess, and only if it is
one person's name on each side. Whoever ``[people]`` knows already is not proposed again.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from sync.core.model import SideName
from sync.core.policy import PersonRule
from sync.core.text import folded

_LONGEST: Final = 64
"""Characters of a key (``[people.KEY]``)."""
_STEM: Final = 58
"""Characters of a key before its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody whom a side names. ``id`` is what ``ids`` in ``[people]`` takes."""

    side: SideName
    id: str
    name: str = ""
    email: str = ""


@dataclass(slots=True, kw_only=True)
class Proposal:
    """A table ``[people.KEY]``. ``guess``: the sides that are joined to the others by an equal name alone."""

    key: str
    name: str
    email: str
    ids: dict[SideName, str]
    guess: tuple[SideName, ...] = ()


@dataclass(slots=True, kw_only=True)
class Proposed:
    """What can be said of people.

    ``people``: those whom two sides or more name. ``more``: ids that people of the configuration have on sides where
    it names none, by their key. ``alone``: those whom one side names, and nobody can tell who that is elsewhere.
    """

    people: list[Proposal] = field(default_factory=list)
    more: dict[str, dict[SideName, str]] = field(default_factory=dict)
    alone: list[Known] = field(default_factory=list)


@dataclass(slots=True)
class _Together:
    members: list[Known]
    guess: tuple[SideName, ...] = ()

    @property
    def sides(self) -> set[SideName]:
        return {one.side for one in self.members}

    @property
    def name(self) -> str:
        return next((one.name for one in self.members if one.name), "")

    @property
    def email(self) -> str:
        return next((one.email for one in self.members if one.email), "")


def propose(found: Iterable[Known], rules: Sequence[PersonRule]) -> Proposed:
    """Who may be one person, in the order in which the sides name them."""
    people = list(dict.fromkeys(found))
    told = Proposed()
    strangers = [one for one in people if not _is_configured(one, rules)]
    bearers = Counter((one.side, one.id) for one in strangers)
    groups = _by_name(_by_email([one for one in strangers if bearers[one.side, one.id] == 1]))
    told.alone += [one for one in strangers if bearers[one.side, one.id] > 1]  # an id must be one person's
    taken = {rule.key.casefold() for rule in rules}
    for group in groups:
        rule = _rule_of(group, rules)
        if rule is not None:
            ids = {one.side: one.id for one in group.members if one.side not in rule.ids}
            if ids:
                told.more.setdefault(rule.key, {}).update(ids)
        elif len(group.sides) > 1:
            told.people.append(_proposal(group, taken))
        else:
            told.alone += group.members
    return told


def _is_configured(one: Known, rules: Sequence[PersonRule]) -> bool:
    return any(rule.ids.get(one.side) == one.id for rule in rules)


def _rule_of(group: _Together, rules: Sequence[PersonRule]) -> PersonRule | None:
    """The person of the configuration with this address, or, where none has it, with this name and no other."""
    email = group.email.casefold()
    by_email = [rule for rule in rules if email and rule.email.casefold() == email]
    if by_email:
        return by_email[0]
    by_name = [rule for rule in rules if rule.name and folded(rule.name) == folded(group.name)]
    fits = len(by_name) == 1 and not (email and by_name[0].email)
    return by_name[0] if fits else None


def _by_email(people: Sequence[Known]) -> list[_Together]:
    """Those with one address together. Two of one side with one address are nobody's twin: which one is not told."""
    bearers = Counter((one.side, one.email.casefold()) for one in people)
    groups: list[_Together] = []
    homes: dict[str, _Together] = {}
    for one in people:
        email = one.email.casefold()
        tied = bool(email) and bearers[one.side, email] == 1
        if tied and email in homes:
            homes[email].members.append(one)
            continue
        groups.append(_Together([one]))
        if tied:
            homes[email] = groups[-1]
    return groups


def _by_name(groups: Sequence[_Together]) -> list[_Together]:
    """Those with one name together, as far as it is one person's on each side and no two addresses contradict it."""
    named: dict[str, list[_Together]] = {}
    for group in groups:
        if group.name:
            named.setdefault(folded(group.name), []).append(group)
    gone: set[int] = set()
    for first, *others in named.values():
        twins = (first, *others)
        sides = [side for group in twins for side in group.sides]
        emails = {group.email.casefold() for group in twins if group.email}
        if len(sides) == len(set(sides)) and len(emails) <= 1:
            proved = {side for group in twins if group.email for side in group.sides}
            first.members += [one for group in others for one in group.members]
            first.guess = tuple(one.side for one in first.members if one.side not in proved)
            gone |= {id(group) for group in others}
    return [group for group in groups if id(group) not in gone]


def _proposal(group: _Together, taken: set[str]) -> Proposal:
    key = _key(group, taken)
    taken.add(key.casefold())
    ids = {one.side: one.id for one in group.members}
    return Proposal(key=key, name=group.name, email=group.email, ids=ids, guess=group.guess)


def _key(group: _Together, taken: set[str]) -> str:
    """A key that nobody has: the first name, the whole name, what stands before the @, else with a number."""
    words = _letters(group.name)
    before = "-".join(_letters(group.email.partition("@")[0]))
    choices = [one[:_LONGEST] for one in (words[0] if words else "", "-".join(words), before) if one]
    free = next((one for one in choices if one not in taken), None)
    if free is not None:
        return free
    stem = next(iter(choices), "person")[:_STEM]
    return next(name for number in count(2) if (name := f"{stem}-{number}") not in taken)


def _letters(text: str) -> list[str]:
    """The words of a text in small letters without accents, as far as there are such."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.findall(r"[a-z0-9]+", plain.lower())
