"""The oracle: what must be true at the end of a history, judged by what people did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from connectors.contract import Holding, Verb
from connectors.task import Field, Kind, Person, Status, is_empty, same
from sync.core.codec import decode
from sync.core.diff import FIRST_OPINION
from sync.core.facts import Read
from sync.core.lens import Lenses
from sync.core.model import Do, Held, HeldKind, State, Task, TaskLife
from sync.core.plan import UNSENT
from sync.core.recover import FOUND_DONE
from sync.core.settle import CREATE_REFUSED
from sync.core.standing import is_adoption
from sync.cycle import Wishes
from sync.report import GroupReport, Result
from sync.store import ActedRow, MovedRow
from tests.simulation.ground import PersonsStore, WatchedStore, ground
from tests.simulation.ledger import TOLD, Edit, Removal, number_of, words
from tests.simulation.places.configured import adopter
from tests.simulation.play import Play
from tests.simulation.remarks import numbers_in

GAP = 660  # seconds: longer than the evidence's gap
A_DAY = 94_000  # seconds: so long that everything is read again, though clocks jump
MOST = 24  # cycles in which a history must have come to rest


@dataclass
class Verdict:
    """What is wrong with a history; nothing, if all is well."""

    play: Play
    wrong: list[str] = field(default_factory=list)

    def judge(self) -> list[str]:
        """Let the group come to rest, then look at everything."""
        self.play.people.adopt_all()
        self.wrong += self.play.doubles + self.play.ledger.faults_found
        self._settle()
        if not self.wrong and self._is_incremental():
            self.state, self.rows = without_comments(*self._stored())
            self.wrong += self._edits(told=True)
            self.play.do(("pass", A_DAY))
            self._settle()
        if self.wrong:
            return self.wrong
        self.wrong += self.play.doubles + self.play.ledger.faults_found
        self.state, self.rows = without_comments(*self._stored())
        self.wrong += [
            *self._phantoms(),
            *self._presence(),
            *self._agreement(),
            *self._edits(),
            *self._history(),
            *self._invented(),
            *self.play.remarks.wrong(self._stored()[0]),
        ]
        return self.wrong

    def _is_incremental(self) -> bool:
        """Whether something is found by a sweep only: what was deleted for good, what a filter omits."""
        return any(place.eyes.capabilities.increment is not None for place in self.play.places.values())

    # Going quiet

    def _settle(self) -> None:
        """The first complete cycle may write, the next may not, unless evidence has become complete meanwhile."""
        play = self.play
        may_write = True
        for _ in range(MOST):
            play.do(("pass", GAP))
            writes = play.figures["writes"]
            report = self._cycle()
            wrote = play.figures["writes"] - writes
            if wrote and not may_write and self._is_late():
                play.figures["late"] += 1
                may_write = True
                continue
            if wrote and not may_write:
                self.wrong.append(f"a quiet group wrote: {report.as_json()} {report.lines}")
                return
            may_write = self._may_write_next(report)
            if report.held and self._lift():
                may_write = True
            elif self._asks_again():
                continue
            elif report.result in {Result.QUIET, Result.HELD} and not wrote and not may_write:
                self._stays_quiet()
                return
        self.wrong.append(f"not quiet after {MOST} cycles: {report.as_json()} {report.lines}")

    def _is_late(self) -> bool:
        """Whether the last cycle wrote only what may need one cycle more.

        That is the order of siblings; and what a server of its own accord put into a field of a new entry for which
        nobody had a value: the read after the create tells it first. And comments, which move no list's time.
        """
        state, rows = self._stored()
        last = max(row.cycle for row in rows)
        acted = [row for row in rows if isinstance(row, ActedRow) and row.cycle == last]
        moved = [row for row in rows if isinstance(row, MovedRow) and row.cycle == last]
        first = {row.field.value for row in moved if row.rule == FIRST_OPINION}
        return all(
            state.tasks[row.task].kind is Kind.COMMENT
            or (row.do is Do.UPDATE and set(row.fields) <= {"position", *first})
            for row in acted
        )

    def _may_write_next(self, report: GroupReport) -> bool:
        """Whether what was not complete in this cycle lets the next one write."""
        aside = any(side.read.value not in {"complete", "since", "polled"} for side in report.sides.values())
        # A delete of ours may have made a leaf of a parent, whose status is its own again: the next read tells.
        derives = any(place.eyes.capabilities.derived_from_children for place in self.play.places.values())
        in_doubt = bool(report.owed and self._stored()[0].intents)
        return bool(report.waiting or aside or in_doubt or (derives and report.deleted))

    def _asks_again(self) -> bool:
        """Whether what a side could not delete is gone by one answer so far: the next cycle asks for it once more."""
        return any(link.gone == 1 for link in self._stored()[0].links.values() if not link.live)

    def _stays_quiet(self) -> None:
        writes, requests = self.play.figures["writes"], self.play.figures["requests"]
        forms = {side: place.forms for side, place in self.play.places.items()}
        report = self._cycle()
        requests = self.play.figures["requests"] - requests
        read = {name: side.read is Read.COMPLETE for name, side in report.sides.items()}
        floors = {side: place.floor(whole=read[side]) for side, place in self.play.places.items()}
        for side, place in self.play.places.items():  # nobody knows how a moment is told until one form was taken
            floors[side] += max(0, len(place.forms - forms[side]) - 1)
        if requests > sum(floors.values()):
            self.wrong.append(f"an idle cycle made {requests} requests: {report.requests}, not {floors}")
        if self.play.figures["writes"] != writes:
            self.wrong.append(f"a quiet group wrote: {report.as_json()} {report.lines}")

    def _cycle(self) -> GroupReport:
        self.play.do(("cycle", 0, ()))
        report = self.play.reports[-1]
        assert report is not None
        return report

    def _lift(self) -> bool:
        """A person answers what is asked."""
        state, _ = self._stored()
        store = PersonsStore(ground(), self.play.points)
        asked = [held for held in state.held if not held.decision and held.choices]
        for held in asked:
            store.resolve(held.id, self._answer(state, held))
        amiss = [held for held in state.held if not held.decision and is_adoption(held)]
        for held in amiss:  # it is looked for in each cycle, until whoever wanted it takes that back
            adopter(store, self.play.places, held.side).forget([held.ref])
        return bool(asked or amiss)

    def _answer(self, state: State, held: Held) -> str:
        if held.kind in {HeldKind.GUARD, HeldKind.DELETE} or "approve" in held.choices:
            return "approve"
        task = state.tasks.get(held.task or 0)
        if held.kind is HeldKind.CREATE and task is not None and task.kind is Kind.COMMENT:
            number = numbers_in(held.title)[0]
            said = self.play.places[held.side].comments()
            known = {link.ref for link in state.of_side(held.side)}
            there = [ref for ref, (_, text) in said.items() if ref not in known and numbers_in(text)[0] == number]
            return f"exists {there[0]}" if there else "absent"
        if held.kind is HeldKind.CREATE:
            linked = {link.ref for link in state.of_side(held.side) if link.live}
            entries = self.play.places[held.side].entries()
            number = number_of(held.title)
            if self._can_tell(held):
                self.wrong.append(f"asked what became of {held.title!r} on {held.side}, where it could be told")
            there = [r for r, shown in entries.items() if number_of(shown[Field.TITLE]) == number and r not in linked]
            return f"exists {there[0]}" if there else "absent"
        return held.choices[-1] if held.kind is HeldKind.MATCH else held.choices[0]

    def _can_tell(self, held: Held) -> bool:
        """Whether the list shows what was sent, as nobody has touched it since."""
        place = self.play.places[held.side]
        new = {ref for ref in place.entries() if f"exists {ref}" in held.choices}
        touched = {edit.ref for edit in self.play.ledger.edits if edit.side == held.side}
        return place.knows_again and bool(new) and not new & touched

    def _stored(self) -> tuple[State, list[MovedRow | ActedRow]]:
        store = WatchedStore(ground(), self.play.points)
        return store.load("work", list(self.play.places)), store.history()

    # Who is where

    def _presence(self) -> Iterator[str]:
        ledger, there = self.play.ledger, {side: self.play.people.numbers(side) for side in self.play.places}
        everywhere = set().union(*(found.keys() for found in there.values()))
        alive = {number_of(task.title) for task in self.state.tasks.values() if task.life is TaskLife.ALIVE}
        for number in {edit.number for edit in ledger.edits}:
            removals = self._removals(number)
            if not removals and number not in everywhere:
                yield f"{number} is lost: nobody deleted it"
            missing = [side for side, found in there.items() if number not in found and self._can_hold(side, number)]
            if missing and (number in alive or (number in everywhere and not removals)):
                yield f"{number} is missing on {missing}"
            still = [side for side, found in there.items() if number in found and self._can_delete(side)]
            if still and removals and self._all_seen(number, removals):
                yield f"{number} was deleted on {removals[0].side}, and is still there"
        for side, found in there.items():
            for number in found.keys() - alive:
                if not (self._let_go(side) or self._brought_back(number, side) or self._is_held_fast(number, side)):
                    yield f"{number} is on {side}, and is no task that lives"

    def _can_hold(self, side: str, number: int) -> bool:
        """Whether a side can make a task: it may demand a field, or make open tasks only."""
        can = self.play.places[side].eyes.capabilities
        tasks = [task for task in task_named(self.state, number) if task.life is TaskLife.ALIVE]
        status = can.of(Field.STATUS).holding
        open_only = status not in {Holding.TWO_WAY, Holding.AT_CREATE, Holding.NOT_HELD}
        demanded = [name for name, how in can.fields.items() if how.required]
        refused = [how for (where, _), how in self.play.ledger.refused.items() if where == side]
        return can.can(Verb.CREATE) and not any(
            any(is_empty(name, task.values.get(name)) for name in demanded)
            or (open_only and task.values[Field.STATUS].closed)
            or (True in refused and self._was_refused(task, side))
            for task in tasks
        )

    def _was_refused(self, task: Task, side: str) -> bool:
        link = self.state.link(task.id, side)
        return link is not None and link.reason == CREATE_REFUSED

    def _let_go(self, side: str) -> bool:
        """Whether a side kept what it could not delete."""
        return not self.play.places[side].eyes.capabilities.can(Verb.DELETE)

    def _is_held_fast(self, number: int, side: str) -> bool:
        """Whether below an entry stands one that lives, and whose move the server refused for good."""
        shown = self.play.places[side].entries()
        above = {ref: entry.get(Field.PARENT) for ref, entry in shown.items()}
        links = (link for link in self.state.of_side(side) if link.live and Field.PARENT in link.refused)
        ends = {link.ref for link in links if self.state.tasks[link.task].life is TaskLife.ALIVE}
        for ref in ends & shown.keys():
            at = above[ref]
            while at is not None and at in shown:
                if number_of(shown[at][Field.TITLE]) == number:
                    return True
                at = above[at]
        return False

    def _brought_back(self, number: int, side: str) -> bool:
        """Whether a person restored one of several entries that a task had there: such a ref is not new (rule 13)."""
        times = sum(1 for removal in self.play.ledger.removals if removal.number == number)
        return (side, number) in self.play.ledger.restored and times > 1

    def _removals(self, number: int) -> list[Removal]:
        ledger = self.play.ledger
        return [
            removal
            for place, removal in enumerate(ledger.removals)
            if removal.number == number and place >= ledger.restored.get((removal.side, number), 0)
        ]

    def _all_seen(self, number: int, removals: list[Removal]) -> bool:
        """Whether whoever deleted a task had seen all that was done to it, and to what ever was below it."""
        ledger = self.play.ledger
        if ledger.restored or number in ledger.twins or any(removal.early for removal in removals):
            return False
        numbers = {number, *ledger.family.get(number, ())}
        if numbers & self.play.remarks.tasks:
            return False  # a comment may be the edit that keeps it
        edits = [edit for edit in ledger.edits if edit.number in numbers and (edit.field in TOLD or not edit.made)]
        first = min(removal.at for removal in removals)
        return all(
            edit.field in TOLD
            and edit.number == number
            and edit.at < first
            and edit.added
            and self._saw(removals[0], edit)
            for edit in edits
        )

    def _can_delete(self, side: str) -> bool:
        return self.play.places[side].eyes.capabilities.can(Verb.DELETE)

    def _saw(self, removal: Removal, edit: Edit) -> bool:
        if edit.added <= words(removal.shown.get(edit.field)):
            return True
        return self._superseded(edit) and not self._stands_again(removal, edit)

    def _stands_again(self, removal: Removal, edit: Edit) -> bool:
        """Whether an edit was sent once more, over what superseded it: a write of it was in doubt there (rule 7)."""
        return any(
            isinstance(row, MovedRow)
            and row.lost
            and (row.side, row.field, number_of(row.title)) == (removal.side, edit.field, edit.number)
            and edit.added <= words(decode(row.field, row.new))
            and self._was_in_doubt(row)
            for row in self.rows
        )

    # What is where

    def _agreement(self) -> Iterator[str]:
        """Each readable and writable field equals its view, or is the pair that was agreed."""
        with ExitStack() as stack:
            policy = self.play.cycle_of(WatchedStore(ground(), self.play.points), Wishes(), stack).policy
        lenses = Lenses(self.state, policy)
        held = {(item.task, item.field) for item in self.state.held}
        shown = {side: place.entries() for side, place in self.play.places.items()}
        for link in self.state.links.values():
            task, lens = self.state.tasks[link.task], lenses[link.side]
            if not link.live or task.life is TaskLife.DELETED:
                continue
            if link.ref not in shown[link.side]:
                yield f"{task.title!r} is linked on {link.side} to {link.ref}, which is not there"
                continue
            seen = lens.take(_Shown(shown[link.side][link.ref]))
            for name, value in task.values.items():
                if name in UNSENT or (task.id, name) in held or name not in seen:
                    continue
                if name in link.refused or name in link.unknown or name in link.derived:
                    continue
                if name in link.pairs and lens.is_opaque(name, link.pairs[name].stored):
                    continue  # an id that no answer has explained to the connector
                if (
                    not lens.spec.writes(name)
                    or not lens.spec.capabilities.can(Verb.UPDATE)
                    or lens.refuses(name, value)
                ):
                    continue
                view, pair = lens.view(name, value), link.pairs.get(name)
                if pair is None or not (same(name, pair.sent, view) and same(name, pair.stored, seen[name])):
                    yield f"{task.title!r} {name.value} on {link.side}: {seen[name]!r}, not {view!r} ({pair})"

    def _edits(self, *, told: bool = False) -> Iterator[str]:
        """Each edit is the value, or was superseded by one that had seen it, or is a recorded loser.

        ``told``: less those that a filter may omit until everything is read, or that a listing lacked without a word.
        """
        ledger = self.play.ledger
        for edit in ledger.edits:
            if told and (self.play.places[edit.side].omits or edit.side in ledger.shortened):
                continue
            if edit.field in TOLD and not (edit.blind or self._is_unknown(edit)):
                lost = self._lost_words(edit)
                if lost:
                    yield f"the edit {edit} is nowhere: {sorted(lost)}"

    def _is_unknown(self, edit: Edit) -> bool:
        """Whether its side shows it in words that its connector does not know: no opinion, which `status` lists."""
        links = (self.state.live(task.id, edit.side) for task in task_named(self.state, edit.number))
        return any(link is not None and link.ref == edit.ref and edit.field in link.unknown for link in links)

    def _lost_words(self, edit: Edit) -> frozenset[str]:
        missing = edit.added - self._superseded_words(edit)
        if not missing:
            return missing
        tasks = [task for task in self.state.tasks.values() if number_of(task.title) == edit.number]
        for task in tasks:
            if task.life is TaskLife.ALIVE or any(link.live for link in self.state.of_task(task.id)):
                missing -= words(task.values.get(edit.field))
        for row in self.rows:
            if isinstance(row, MovedRow) and row.field is edit.field and row.lost:
                stands = words(decode(row.field, row.new))
                # It lost to what it had not seen; or it was the third value where a write was in doubt (rule 7).
                if (
                    not stands
                    or stands - edit.removed
                    or self._is_typed_elsewhere(edit, stands)
                    or self._was_in_doubt(row)
                ):
                    missing -= words(decode(row.field, row.old))
        for removal in self.play.ledger.removals:
            if removal.number == edit.number and missing:
                held = self.play.places[removal.side].takes(edit.field)
                seen = words(removal.shown.get(edit.field)) >= missing or removal.side == edit.side
                can = self.play.places[removal.side].eyes.capabilities
                updates = can.can(Verb.UPDATE) and can.of(edit.field).holding is Holding.TWO_WAY
                there = [self.state.link(task.id, removal.side) for task in task_named(self.state, edit.number)]
                # What a side refused counts as little as what it can not be told (rule 12).
                updates &= not any(link is not None and edit.field in link.refused for link in there)
                orphan = not self._can_delete(edit.side)  # let go there when it was deleted elsewhere
                # What a task was made with is no edit that wins, though it was still on its way there (rule 12).
                if seen or not held or not updates or orphan or edit.made:
                    return frozenset()
        return missing

    def _is_typed_elsewhere(self, edit: Edit, stands: frozenset[str]) -> bool:
        """Whether somebody on another side typed the same, as twins have it: who replaced his own has not seen that."""
        others = [one for one in self.play.ledger.edits if one.number == edit.number and one.field is edit.field]
        return any(one.side != edit.side and stands <= one.added for one in others)

    def _was_in_doubt(self, lost: MovedRow) -> bool:
        """Whether a write to this entry had no answer when the value was found there."""
        return any(
            isinstance(row, ActedRow)
            and row.outcome == FOUND_DONE
            and (row.task, row.side, row.cycle) == (lost.task, lost.side, lost.cycle)
            for row in self.rows
        )

    def _superseded(self, edit: Edit) -> bool:
        return edit.added <= self._superseded_words(edit)

    def _superseded_words(self, edit: Edit) -> frozenset[str]:
        later = [one for one in self.play.ledger.edits if one.number == edit.number and one.field is edit.field]
        return frozenset().union(*(one.removed for one in later if one is not edit))

    def _phantoms(self) -> Iterator[str]:
        """What is said to be a side's edit was typed there."""
        numbers = {task.id: number_of(task.title) for task in self.state.tasks.values()}
        for row in self.rows:
            if not isinstance(row, MovedRow) or row.lost or row.field not in {Field.TITLE, Field.DUE}:
                continue
            mine = [e for e in self.play.ledger.edits if e.side == row.side and e.number == numbers[row.task]]
            typed = frozenset().union(*(words(edit.after) for edit in mine if edit.field is row.field))
            if not words(decode(row.field, row.new)) <= typed:
                yield f"nobody on {row.side} made {row.title!r} {row.field.value} {row.new!r} ({row.rule})"

    def _invented(self) -> Iterator[str]:
        """Nobody's status is the group's; and who is known on one side only is named on that side only."""
        for task in self.state.tasks.values():
            mine = [edit for edit in self.play.ledger.edits if edit.number == number_of(task.title)]
            typed = {value for edit in mine if edit.field is Field.STATUS for value in (edit.before, edit.after)}
            typed |= {Status.NEEDS_ACTION}  # what servers give a new task
            value = task.values.get(Field.STATUS)
            if self.play.respelt and task.life is TaskLife.ALIVE and len(typed) > 1 and value not in typed:
                yield f"{task.title!r} is {value}, which nobody said: {typed}"
            if isinstance(value := task.values.get(Field.DUE), date) and not isinstance(value, datetime):
                # Of two tasks with one number (a twin that was renamed before it was known) each has its own edits.
                tied = {(link.side, ref) for link in self.state.of_task(task.id) for ref in (link.ref, *link.former)}
                dues = [edit for edit in mine if edit.field is Field.DUE and (edit.side, edit.ref) in tied]
                typed = {edit.after for edit in dues if self._holds_times(edit.side)}
                if typed and all(isinstance(one, datetime) for one in typed):
                    yield f"{task.title!r} is due on {value}, and the time of day is lost: {typed}"
        for side, place in self.play.places.items():
            for shown in place.entries().values():
                if side not in self.play.people.strangers and "carla" in str(shown.get(Field.ASSIGNEES)):
                    yield f"carla is on {side}, where nobody knows her"

    def _holds_times(self, side: str) -> bool:
        noon = datetime(2026, 4, 5, 12, tzinfo=UTC)
        return isinstance(self.play.places[side].eyes.capabilities.of(Field.DUE).view.view(noon), datetime)

    def _history(self) -> Iterator[str]:
        """Every entry that is linked and was not made by a person has the row of its create."""
        made = {(row.side, row.ref) for row in self.rows if isinstance(row, ActedRow)}
        people = {(edit.side, edit.ref) for edit in self.play.ledger.edits}
        mistaken = self._mistaken_twins()
        for link in self.state.links.values():
            if not link.live or (link.side, link.ref) in made | people:
                continue
            twin = (link.side, number_of(self.state.tasks[link.task].title))
            mistaken[twin] -= 1
            if mistaken[twin] < 0:
                yield f"{link.side}:{link.ref} was made, and no row of the history says so"

    def _mistaken_twins(self) -> Counter:
        """By side and number: a person's entries that were found for an unanswered create of ours (rule 7).

        Where both were alike nobody could tell which was which. Ours then has no row, as if that person had made it.
        """
        by_people = {(edit.side, edit.ref): edit.number for edit in self.play.ledger.edits if edit.made}
        found = {
            (row.side, row.ref)
            for row in self.rows
            if isinstance(row, ActedRow) and row.do is Do.CREATE and row.outcome == FOUND_DONE
        }
        return Counter(
            (key[0], by_people[key]) for key in found & by_people.keys() if by_people[key] in self.play.ledger.twins
        )


@dataclass
class _Shown:
    """An entry, as far as a lens looks at it."""

    fields: dict
    people: tuple[Person, ...] = ()


def judge(play: Play) -> list[str]:
    """What is wrong with a history that was played."""
    return Verdict(play).judge()


def without_comments(state: State, rows: list[MovedRow | ActedRow]) -> tuple[State, list[MovedRow | ActedRow]]:
    """The same of tasks proper alone: comments have a number of their own, and are judged apart."""
    tasks = {number: task for number, task in state.tasks.items() if task.kind is Kind.TASK}
    links = {key: link for key, link in state.links.items() if link.task in tasks}
    return replace(state, tasks=tasks, links=links), [row for row in rows if row.task in tasks]


def task_named(state: State, number: int) -> list[Task]:
    """The tasks of a number."""
    return [task for task in state.tasks.values() if number_of(task.title) == number]
