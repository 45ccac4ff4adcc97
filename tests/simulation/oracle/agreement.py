"""Agreement: what a side shows of a task is the view of its value, or the pair that was agreed (rule 2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from connectors.contract import Verb
from connectors.task import Field, Person, Value, same
from sync.core.lens import Lens, Lenses
from sync.core.model import Link, TaskLife
from sync.core.plan import UNSENT
from sync.cycle import Wishes
from tests.simulation.ground import WatchedStore, ground
from tests.simulation.oracle.end import End


@dataclass
class _Shown:
    """An entry, as far as a lens looks at it."""

    fields: dict
    people: tuple[Person, ...] = ()


def wrong(end: End) -> Iterator[str]:
    """Each readable and writable field that is neither."""
    with ExitStack() as stack:
        policy = end.play.cycle_of(WatchedStore(ground(), end.play.points), Wishes(), stack).policy
    lenses = Lenses(end.state, policy)
    held = {(item.task, item.field) for item in end.state.held}
    shown = {side: place.entries() for side, place in end.places.items()}
    for link in end.state.links.values():
        task, lens = end.state.tasks[link.task], lenses[link.side]
        if not link.live or task.life is TaskLife.DELETED:
            continue
        if link.ref not in shown[link.side]:
            yield f"{task.title!r} is linked on {link.side} to {link.ref}, which is not there"
            continue
        seen = lens.take(_Shown(shown[link.side][link.ref]))
        for name, value in task.values.items():
            if name not in seen or (task.id, name) in held or not _can_agree(link, lens, name, value):
                continue
            view, pair = lens.view(name, value), link.pairs.get(name)
            if pair is None or not (same(name, pair.sent, view) and same(name, pair.stored, seen[name])):
                yield f"{task.title!r} {name.value} on {link.side}: {seen[name]!r}, not {view!r} ({pair})"


def _can_agree(link: Link, lens: Lens, name: Field, value: Value) -> bool:
    """Whether a field is sent there at all, was not refused, and is understood when it is read."""
    if name in UNSENT or name in link.refused or name in link.unknown or name in link.derived:
        return False
    if name in link.pairs and lens.is_opaque(name, link.pairs[name].stored):
        return False  # an id that no answer has explained to the connector
    return lens.spec.writes(name) and lens.spec.capabilities.can(Verb.UPDATE) and not lens.refuses(name, value)
