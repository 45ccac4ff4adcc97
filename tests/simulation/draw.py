"""Draws histories: a setup and its steps from a seed, without playing them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from tests.simulation.faults import LOST, Fault
from tests.simulation.groups import draw_sides, is_listed
from tests.simulation.remarks import weave
from tests.simulation.steps import Setup, Step

DAY = date(2026, 4, 1)
WEIGHTS = {"edit": 9, "add": 3, "remove": 2, "restore": 0.6, "move": 1.5, "swap": 0.5, "twins": 0.5, "adopt": 0.5}
MORE = 0.2
"""How often a cycle has one fault more: so that of all requests every twentieth is struck, and some more (measured)."""
PORTIONS = 0.3
"""How often a first meeting comes in portions of one, two or three entries."""
RESPELT = {"needs_action": "needs_action", "in_progress": "in_progress", "completed": "cancelled"}


class Drawer:
    """One history."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rare = random.Random(f"{seed} rare")  # what is drawn of it shifts nothing else
        self.more = random.Random(f"{seed} more")  # … and so with this: faults besides
        self.losing = self.rare.random() < 0.25  # answers of writes get lost more often than any others
        self.count = 0  # tasks
        self.typed = 0  # words
        self.sides: list[str] = []
        self.listless: set[str] = set()
        self.kinds: dict[str, str] = {}

    def draw(self) -> tuple[Setup, list[Step]]:
        """A setup and its steps."""
        setup = self._setup()
        steps: list[Step] = [step for _ in range(self.random.randint(1, 4)) for step in self._adding()]
        if self.random.random() < 0.8:
            steps.append(("cycle", self._order(), ()))
        for _ in range(self.random.randint(4, 11)):
            steps += self._some()
        return setup, steps

    def _setup(self) -> Setup:
        chance = self.random
        sides = draw_sides(chance)
        for name, kind, said in sides:
            self.sides.append(name)
            self.kinds[name] = "few words" if kind == "memory" and "states" in said else kind
            if not is_listed(kind, said):
                self.listless.add(name)
        setup: Setup = {"sides": sides}
        if chance.random() < 0.3:
            setup["conflict"] = "priority"
        if chance.random() < 0.3:
            setup["skew"] = {name: chance.choice((-70.0, -3.0, 0.0, 4.0, 90.0)) for name in self.sides}
        return setup

    def _some(self) -> list[Step]:
        """A cycle after some edits and some time."""
        chance = self.random
        steps: list[Step] = [step for _ in range(chance.choice((0, 1, 1, 2, 3))) for step in self._people()]
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
        if chance.random() < 0.75:
            drawn = [self._incident() for _ in range(chance.choice((1, 1, 2, 3)))]
            incidents = sorted(drawn, key=lambda one: (one[0], str(one[1]), repr(one[2:])))
        lost = self._lost() if self.losing and self.rare.random() < 0.4 else ()
        more = [self._fault(self.more, self.more.randint(1, 30))] if self.more.random() < MORE else []
        steps.append(("cycle", self._order(), tuple(sorted([*incidents, *lost, *more], key=_in_order))))
        return steps + (self._edited() if lost else [])

    def _lost(self) -> tuple:
        """The answer of a write gets lost: it was carried out, or not; or the process dies before it hears."""
        at = self.rare.randint(1, 30)
        if self.rare.random() < 0.4:
            return ((at, "crash", "write"),)
        return ((at, "fault", self.rare.choice((*LOST, Fault.RESET_BEFORE)).value, "write"),)

    def _edited(self) -> list[Step]:
        """Somebody edits the newest task, or any."""
        number = self.rare.choice((self.count, self.rare.randint(1, max(1, self.count))))
        name, value = self.rare.choice((("description", f"note {self._word()}"), ("title", self._word())))
        return [("edit", self.rare.choice(self.sides), number, name, value)] if self.rare.random() < 0.6 else []

    def _order(self) -> int:
        return self.random.randrange(1, 1 << 16)

    def _incident(self) -> tuple:
        at = 1 + int(self.random.expovariate(1 / 22))
        match self.random.choices(("fault", "crash", "person"), (6, 2, 4))[0]:
            case "fault":
                return self._fault(self.random, at)
            case "crash":
                return (at, "crash")
        return (at, *self._person())

    def _fault(self, chance: random.Random, at: int) -> tuple:
        """A fault of any kind."""
        return (at, "fault", chance.choice(list(Fault)).value)

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

    def _due(self) -> str:
        """A day, at times with a time of day, which only some sides can hold."""
        return self._day() + self.rare.choice(("", "", "", "T15:00:00+02:00"))

    def _add(self) -> Step:
        self.count += 1
        return ("add", self._side(), self.count, self._fields(self.count))

    def _adding(self) -> list[Step]:
        """A task is made; where nothing lists it, whoever made it has it taken in, at once or some time."""
        step = self._add()
        at_once = step[1] in self.listless and self.random.random() < 0.7
        return [step, ("adopt", step[1], step[2])] if at_once else [step]

    def _people(self) -> list[Step]:
        step = self._person()
        return [step, ("adopt", step[1], step[2])] if step[0] == "add" and step[1] in self.listless else [step]

    def _fields(self, number: int) -> dict:
        chance, fields = self.random, {"title": self._title(number)}
        if chance.random() < 0.6:
            fields["description"] = self._text()
        if chance.random() < 0.5:
            fields["due"] = self._due()
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
            case "adopt" if self.listless:
                return ("adopt", self.random.choice(sorted(self.listless)), self._number())
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
                return ("due", chance.choice((self._due(), self._due(), None)))
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
    setup, steps = Drawer(seed).draw()
    apart = random.Random(f"{seed} portion")
    if apart.random() < PORTIONS:
        setup["portion"] = apart.choice((1, 1, 2, 3))
    return setup, weave(seed, [name for name, _, _ in setup["sides"]], steps)


def _in_order(incident: Sequence[object]) -> list[tuple[bool, object]]:
    """By their moments, then as they are told: what is None comes first."""
    return [(part is not None, part) for part in incident]
