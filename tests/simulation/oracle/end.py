"""The end of a history: what people see, what the store says, and what the sides can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from connectors.contract import Capabilities, Verb
from connectors.task import Field, Kind
from sync.core.codec import decode
from sync.core.model import Link, State, Task
from sync.store import ActedRow, MovedRow
from tests.simulation.deeds import Shown, number_of, words
from tests.simulation.ground import WatchedStore, ground
from tests.simulation.ledger import Ledger
from tests.simulation.places import Place
from tests.simulation.play import Play

Row = MovedRow | ActedRow


@dataclass(frozen=True)
class End:
    """A history that was played. ``state`` and ``rows`` are those of tasks proper alone: comments are judged apart."""

    play: Play
    state: State
    rows: list[Row]

    @classmethod
    def of(cls, play: Play) -> End:
        """As it is now."""
        state, rows = stored(play)
        tasks = {number: task for number, task in state.tasks.items() if task.kind is Kind.TASK}
        links = {key: link for key, link in state.links.items() if link.task in tasks}
        return cls(play, replace(state, tasks=tasks, links=links), [row for row in rows if row.task in tasks])

    @property
    def ledger(self) -> Ledger:
        """What people did."""
        return self.play.ledger

    @property
    def places(self) -> dict[str, Place]:
        """The sides."""
        return self.play.places

    @property
    def moved(self) -> Iterator[MovedRow]:
        """The rows of the history that tell of values."""
        return (row for row in self.rows if isinstance(row, MovedRow))

    @property
    def acted(self) -> Iterator[ActedRow]:
        """The rows of the history that tell of actions."""
        return (row for row in self.rows if isinstance(row, ActedRow))

    def tasks(self, number: int) -> list[Task]:
        """The tasks of a number."""
        return [task for task in self.state.tasks.values() if number_of(task.title) == number]

    def links(self, number: int, side: str) -> list[Link]:
        """The links of the tasks of a number on a side, live and let go."""
        found = (self.state.link(task.id, side) for task in self.tasks(number))
        return [link for link in found if link is not None]

    def capabilities(self, side: str) -> Capabilities:
        """What a side can do."""
        return self.places[side].eyes.capabilities

    def deletes(self, side: str) -> bool:
        """Whether a side deletes, or keeps what it was to delete."""
        return self.capabilities(side).can(Verb.DELETE)


def stored(play: Play) -> tuple[State, list[Row]]:
    """What the store holds of a history, comments too."""
    store = WatchedStore(ground(), play.points)
    return store.load("work", list(play.places)), store.history()


def said_in(row: MovedRow, value: object) -> frozenset[str]:
    """The words of edits in a value of a row: its ``old`` or its ``new``."""
    return words(decode(row.field, value))


def shown_number(shown: Shown) -> int:
    """The number of what a side shows."""
    return number_of(shown[Field.TITLE])
