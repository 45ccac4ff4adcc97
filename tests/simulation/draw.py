"""Draws histories: a setup and its steps from a seed, without playing them."""

from __future__ import annotations

import random
from datetime import date, timedelta

from connectors.checkvist.sandbox import Reading as CheckvistReading
from connectors.ogsm.sandbox import Reading as OgsmReading
from tests.simulation.steps import Fault, Setup, Step

TRAITS: dict[str, dict] = {
    "rich": {"times": True},
    "plain": {},
    "cut": {"title_limit": 12},
    "trims": {"trims": True, "recases": True},
    "three words": {"statuses": ["needs_action", "completed", "cancelled"]},
    "two words": {"statuses": ["needs_action", "completed"], "days_only": True},
    "silent": {"silent": ["description", "labels"]},
    "one by one": {"one_by_one": True, "times": True},
    "no get": {"without": ["get"]},
    "no update": {"without": ["update"]},
    "no delete": {"without": ["delete"]},
    "no list": {"without": ["changes"]},
    "incremental": {"incremental": True, "page_size": 3},
    "etags": {"etags": True},
    "poor": {"not_held": ["due", "labels", "description"]},
    "tree": {"parents": True, "cascades": True, "derives": True},
    "flat tree": {"parents": True},
}
"""What a memory side is like."""

_CHECKVIST = {
    name: values
    for name, values in CheckvistReading.choices().items()
    if name
    not in {
        "access",
        "second_step",
        "refused",
        "restored",
        "login",
        "unknown_list",
        "people",
        "header",
        "life",
        "refresh",
    }
}
_OGSM = {name: values for name, values in OgsmReading.choices().items() if name not in {"access", "paging", "people"}}
DAY = date(2026, 4, 1)
WEIGHTS = {"edit": 9, "add": 3, "remove": 2, "restore": 0.6, "move": 1.5, "swap": 0.5, "twins": 0.5}
RESPELT = {"needs_action": "needs_action", "in_progress": "in_progress", "completed": "cancelled"}


class Drawer:
    """One history."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0  # tasks
        self.typed = 0  # words
        self.sides: list[str] = []
        self.listless: set[str] = set()
        self.kinds: dict[str, str] = {}

    def draw(self) -> tuple[Setup, list[Step]]:
        """A setup and its steps."""
        setup = self._setup()
        steps: list[Step] = [self._add() for _ in range(self.random.randint(1, 4))]
        if self.random.random() < 0.8:
            steps.append(("cycle", self._order(), ()))
        for _ in range(self.random.randint(4, 11)):
            steps += self._some()
        return setup, steps

    def _setup(self) -> Setup:
        chance = self.random
        kinds = chance.choices(("checkvist", "ogsm", "memory"), (4, 4, 5), k=chance.choice((2, 2, 3)))
        sides = []
        for name, kind in zip("abc", kinds, strict=False):
            if kind == "memory":
                traits = chance.choice(sorted(TRAITS))
                if traits == "no list" and len(self.listless) == len(kinds) - 1:
                    traits = "plain"
                if traits == "no list":
                    self.listless.add(name)
                sides.append((name, kind, TRAITS[traits]))
            else:
                sides.append((name, kind, self._reading(_CHECKVIST if kind == "checkvist" else _OGSM)))
            self.sides.append(name)
            self.kinds[name] = kind if kind != "memory" or "statuses" not in sides[-1][2] else "few words"
        setup: Setup = {"sides": sides}
        if chance.random() < 0.3:
            setup["conflict"] = "priority"
        if chance.random() < 0.3:
            setup["skew"] = {name: chance.choice((-70.0, -3.0, 0.0, 4.0, 90.0)) for name in self.sides}
        return setup

    def _reading(self, choices: dict) -> str:
        some = self.random.sample(sorted(choices), self.random.choice((0, 1, 2, 4)))
        return ",".join(f"{name}={self.random.choice(choices[name])}" for name in some)

    def _some(self) -> list[Step]:
        """A cycle after some edits and some time."""
        chance = self.random
        steps: list[Step] = [self._person() for _ in range(chance.choice((0, 1, 1, 2, 3)))]
        if chance.random() < 0.35:
            steps.append(("pass", chance.choice((20, 61, 660, 660, 4000))))
        if chance.random() < 0.03:
            steps.append(("jump", chance.choice((-3600, 3600))))
        if chance.random() < 0.04 and len(self.sides) - len(self.listless) > 1:
            self.count += 1
            sides = tuple(name for name in self.sides if name not in self.listless)[:2]
            return [("same", self.count, sides, self._fields(self.count) | {"due": self._day()}), ("cycle", 0, ())]
        if chance.random() < 0.02 and (rich := [name for name in self.sides if self.kinds[name] == "memory"]):
            steps.append(("respell", rich[0], RESPELT))
        incidents = []
        if chance.random() < 0.65:
            incidents = sorted(self._incident() for _ in range(chance.choice((1, 1, 2, 3))))
        steps.append(("cycle", self._order(), tuple(incidents)))
        return steps

    def _order(self) -> int:
        return self.random.randrange(1, 1 << 16)

    def _incident(self) -> tuple:
        at = 1 + int(self.random.expovariate(1 / 22))
        match self.random.choices(("fault", "crash", "person"), (4, 2, 4))[0]:
            case "fault":
                return (at, "fault", self.random.choice(list(Fault)).value)
            case "crash":
                return (at, "crash")
        return (at, *self._person())

    def _word(self) -> str:
        self.typed += 1
        return f"e{self.typed}"

    def _number(self) -> int:
        return self.random.randint(1, max(1, self.count))

    def _side(self) -> str:
        return self.random.choice(self.sides)

    def _title(self, number: int) -> str:
        return f"{number} {self._word()}{self.random.choice(('', '', ' a long name for it', ' ünï', '  milk'))}"

    def _day(self) -> str:
        self.typed += 1
        return (DAY + timedelta(days=self.typed)).isoformat()

    def _add(self) -> Step:
        self.count += 1
        side = self.random.choice([name for name in self.sides if name not in self.listless])
        return ("add", side, self.count, self._fields(self.count))

    def _fields(self, number: int) -> dict:
        chance, fields = self.random, {"title": self._title(number)}
        if chance.random() < 0.6:
            fields["description"] = self._text()
        if chance.random() < 0.5:
            fields["due"] = self._day()
        if chance.random() < 0.5:
            fields["labels"] = [self._word()]
        if number > 1 and chance.random() < 0.3:
            fields["parent"] = chance.randint(1, number - 1)
        return fields

    def _text(self) -> str:
        return "\n\n".join(f"note {self._word()}" for _ in range(self.random.choice((1, 3))))

    def _person(self) -> Step:
        word = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if word == "edit":
            return ("edit", self._side(), self._number(), *self._change())
        return self._add() if word == "add" else self._rarer(word)

    def _rarer(self, word: str) -> Step:
        match word:
            case "move":
                return ("move", self._side(), self._number(), self.random.choice((None, self._number())))
            case "swap":
                return ("swap", self._side(), self._number(), self._number())
            case "twins" if len(self.sides) - len(self.listless) > 1:
                self.count += 1
                sides = tuple(name for name in self.sides if name not in self.listless)[:2]
                return ("twins", self.count, sides, self._fields(self.count) | {"due": self._day()})
            case "restore":
                return ("restore", self._side(), self._number())
        return ("remove", self._side(), self._number())

    def _change(self) -> tuple:
        chance = self.random
        match chance.choices(("title", "description", "due", "labels", "status", "assignees"), (5, 4, 3, 3, 3, 1))[0]:
            case "title":
                return ("title", f"{self._word()}{chance.choice(('', ' a long name for it'))}")
            case "description":
                return ("description", self._changed_text())
            case "due":
                return ("due", chance.choice((self._day(), self._day(), None)))
            case "labels":
                return ("labels", chance.choice((("add", self._word()), ("add", self._word()), ("drop", 0))))
            case "status":
                return ("status", chance.choice(("needs_action", "completed", "completed", "in_progress")))
        return ("assignees", chance.choice((["anna"], ["ben"], ["anna", "ben"], ["carla"], [])))

    def _changed_text(self) -> object:
        word = f"note {self._word()}"
        return self.random.choice((word, ("append", word), ("first", word), ("line", self.random.randint(0, 2), word)))


def draw(seed: int) -> tuple[Setup, list[Step]]:
    """The history of a seed."""
    return Drawer(seed).draw()
