"""People edit, sides differ, requests fail, processes die.

The group still ends in agreement, with nothing lost and nothing doubled.

The oracle is what people did. Each task has a number that stands first in its title and never changes, so that a task
can be told on any side without asking the engine.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connectors.contract import Record, Verb
from connectors.errors import Applied, ConnectorError, RateLimited, Transient
from connectors.memory import MANIFEST
from connectors.task import Field, JsonValue, Status, Value, same
from sync.core.codec import decode
from sync.core.lens import Lenses
from sync.core.model import HeldKind, State, Task, TaskLife
from sync.core.plan import UNSENT
from sync.report import Result
from sync.store import MovedRow
from tests.scenarios.world import World

KINDS: dict[str, dict[str, object]] = {
    "rich": {"times": True},
    "plain": {"times": False},
    "cut": {"title_limit": 8},
    "trims": {"trims": True, "recases": True},
    "three words": {"states": [Status.NEEDS_ACTION, Status.COMPLETED, Status.CANCELLED]},
    "two words": {"states": [Status.NEEDS_ACTION, Status.COMPLETED], "days_only": True},
    "silent": {"silent": [Field.DESCRIPTION, Field.LABELS]},
    "one by one": {"one_by_one": True, "times": True},
    "no get": {"without": [Verb.GET]},
    "no update": {"without": [Verb.UPDATE]},
    "no delete": {"without": [Verb.DELETE]},
    "no list": {"without": [Verb.CHANGES]},
    "incremental": {"incremental": True, "page_size": 3},
    "etags": {"etags": True},
    "poor": {"not_held": [Field.DUE, Field.LABELS, Field.DESCRIPTION]},
    "tree": {"parents": True, "cascades": True, "derives": True},
}
WORDS = ("milk", "Eggs", "a long name for it", " edges ", "ünï")
TEXTS = ("", "note", "one\ntwo\nthree", "one\n2\nthree", "  padded  ")
DAYS = (None, "2026-04-01", "2026-04-02", "2028-02-29")
LABELS = ((), ("home",), ("Home", "work"), ("errand",))
STATES = ("needs_action", "completed")


class Killed(BaseException):
    """The process dies here."""


@dataclass(frozen=True)
class Edit:
    """A person's edit, with the value as that side shows it afterwards."""

    number: int
    side: str
    field: Field
    value: Value
    over: Value = None  # what the side showed before


def number_of(title: object) -> int:
    return int(str(title).split()[0])


class Convergence(RuleBasedStateMachine):
    """One group of two or three unequal sides."""

    def __init__(self) -> None:
        super().__init__()
        shared = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None))
        self.count = 0
        self.edits: list[Edit] = []
        self.removed: set[int] = set()
        self.halved: set[str] = set()  # sides whose last good listing was cut

    @initialize(
        kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=3, unique=True),
        tasks=st.integers(1, 5),
        data=st.data(),
    )
    def begin(self, kinds: list[str], tasks: int, data: st.DataObject) -> None:
        self.kinds = dict(zip("abc", kinds, strict=False))
        event("+".join(sorted(kinds)))
        # Opening costs more than most cycles here. A kill closes the store, and what comes next opens it again.
        self.world = World(self.folder, {side: KINDS[kind] for side, kind in self.kinds.items()}, keeps=True)
        for _ in range(tasks):
            self.add(data)

    # What people do

    @rule(data=st.data())
    def add(self, data: st.DataObject) -> None:
        word, text, due = (data.draw(st.sampled_from(choices)) for choices in (WORDS, TEXTS, DAYS))
        listed = [side for side, kind in self.kinds.items() if kind != "no list"]
        if not listed:
            return
        side = data.draw(st.sampled_from(listed))
        self.count += 1
        members: dict[str, JsonValue] = {"description": text, "due": due}
        if self.kinds[side] == "poor":
            members = {}
        parents = [str(task["id"]) for task in self.world.vaults[side].tasks()]
        if self.kinds[side] == "tree" and parents:
            members["parent"] = data.draw(st.sampled_from([None, *parents]))
        ref = self.world.add(side, f"{self.count} {word}", **members)
        for name, value in self.shown(side, ref).items():
            self.edits.append(Edit(self.count, side, name, value))

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        entries = [(side, task) for side in self.kinds for task in self.world.vaults[side].tasks()]
        if not entries:
            return
        side, task = data.draw(st.sampled_from(entries))
        number = number_of(task["title"])
        changes: list[tuple[Field, JsonValue]] = [(Field.TITLE, f"{number} {data.draw(st.sampled_from(WORDS))}")]
        if not task.get("children") or self.kinds[side] != "tree":
            changes.append((Field.STATUS, data.draw(st.sampled_from(STATES))))
        if self.kinds[side] != "poor":
            changes.append((Field.DUE, data.draw(st.sampled_from(DAYS))))
            changes.append((Field.DESCRIPTION, data.draw(st.sampled_from(TEXTS))))
            changes.append((Field.LABELS, list(data.draw(st.sampled_from(LABELS)))))
        name, value = data.draw(st.sampled_from(changes))
        before = self.shown(side, str(task["id"])).get(name)
        self.world.edit(side, str(task["id"]), **{name.value: value})
        after = self.shown(side, str(task["id"])).get(name)
        if not same(name, before, after):
            self.edits.append(Edit(number, side, name, after, before))

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        entries = [(side, task) for side in self.kinds for task in self.world.vaults[side].tasks()]
        if not entries:
            return
        side, task = data.draw(st.sampled_from(entries))
        before = {number_of(one["title"]) for one in self.world.vaults[side].tasks()}
        self.world.vaults[side].remove(str(task["id"]))
        after = {number_of(one["title"]) for one in self.world.vaults[side].tasks()}
        self.removed |= before - after

    # What machines do

    @rule()
    def cycle(self) -> None:
        self.world.run()
        self.halved.clear()

    @rule(
        data=st.data(),
        at=st.integers(1, 6),
        phase=st.sampled_from(("before", "after")),
        how=st.sampled_from(("killed", "lost", "refused for now", "quota")),
    )
    def bad_cycle(self, data: st.DataObject, at: int, phase: str, how: str) -> None:
        """The k-th request to a side fails, or the process dies there."""
        vault = self.world.vaults[data.draw(st.sampled_from(sorted(self.kinds)))]
        left = at

        def hook(verb: str, when: str) -> None:
            nonlocal left
            if when != phase:
                return
            left -= 1
            if left:
                return
            changing = verb in {"create", "update", "delete"}
            if how == "killed":
                raise Killed
            lost: ConnectorError = Transient("the answer was lost", applied=Applied.UNKNOWN if changing else Applied.NO)
            if how == "lost" or phase == "after":
                raise lost
            raise RateLimited("slow down") if how == "quota" else Transient("refused the connection")

        vault.hook = hook
        try:
            self.world.run()
        except Killed:
            event("killed")
        finally:
            vault.hook = None

    @rule(data=st.data())
    def half_listing(self, data: st.DataObject) -> None:
        """A listing that is cut to half without a word, once: the evidence of this world is two complete reads."""
        side = data.draw(st.sampled_from(sorted(self.kinds)))
        vault = self.world.vaults[side]
        if side in self.halved:
            return
        self.halved.add(side)

        def half(tasks: list[dict[str, JsonValue]]) -> list[dict[str, JsonValue]]:
            vault.listing = None
            return tasks[: len(tasks) // 2]

        vault.listing = half
        self.world.run()
        vault.listing = None

    @rule()
    def plan_changes_nothing(self) -> None:
        """A plan writes neither to a side nor to the store."""
        self.world.run()
        before, writes = self.fingerprint(), self.world.writes()
        self.world.plan()
        assert self.fingerprint() == before
        assert self.world.writes() == writes

    @precondition(lambda self: self.count > 0)
    @rule()
    def agree(self) -> None:
        self.check_agreement()

    @invariant()
    def nothing_is_doubled(self) -> None:
        for side in getattr(self, "kinds", ()):
            seen = Counter(number_of(task["title"]) for task in self.world.vaults[side].tasks())
            doubled = [number for number, times in seen.items() if times > 1]
            assert not doubled, f"{doubled} on {side} ({self.kinds})"

    def teardown(self) -> None:
        try:
            if self.count:
                self.check_agreement()
        finally:
            if hasattr(self, "world"):
                self.world.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    # The oracle

    def check_agreement(self) -> None:
        self.halved.clear()
        reports = self.world.settle(20)
        last = reports[-1]
        kinds = str(self.kinds)
        while last.result in {Result.HELD, Result.OWED} and self.lift():  # owed to a side that a guard stopped
            last = self.world.settle(20)[-1]
        assert last.result in {Result.QUIET, Result.HELD}, f"{last.as_json()} {last.lines} {kinds}"
        self.nothing_is_doubled()
        writes = self.world.writes()
        self.world.run()
        assert self.world.writes() == writes, f"a quiet group wrote ({kinds})"
        state = self.world.state()
        self.check_presence(state)
        self.check_fields(state)
        self.check_edits(state)

    def lift(self) -> bool:
        """A person lifts the guards and answers what is asked, so that the group can go on."""
        held = self.world.held()
        for item in held:
            if item.kind in {HeldKind.GUARD, HeldKind.DELETE}:
                self.world.resolve(item, "approve")
            elif item.choices:
                self.world.resolve(item, self.answer(item.side, item.title, item.choices))
        return bool(held)

    def answer(self, side: str, title: str, choices: tuple[str, ...]) -> str:
        """What a person finds who looks at the side: the task's entry, or none."""
        there = [
            str(task["id"]) for task in self.world.vaults[side].tasks() if number_of(task["title"]) == number_of(title)
        ]
        return f"exists {there[0]}" if there else choices[-1]

    def check_presence(self, state: State) -> None:
        numbers = {side: {number_of(task["title"]) for task in self.world.vaults[side].tasks()} for side in self.kinds}
        everywhere = set().union(*numbers.values())
        alive = {number_of(task.title) for task in state.tasks.values() if task.life is TaskLife.ALIVE}
        for number in range(1, self.count + 1):
            if number not in self.removed:
                assert number in everywhere, f"{number} is lost ({self.kinds})"
            if number in alive:
                missing = [side for side in self.kinds if number not in numbers[side]]
                assert not missing, f"{number} is missing on {missing} ({self.kinds})"

    def check_fields(self, state: State) -> None:
        """Each writable field equals its view, or is the pair that was agreed."""
        with self.world.opened() as store:
            lenses = Lenses(state, self.world._cycle(store, None).policy)  # type: ignore[arg-type]
        held = {(item.task, item.field) for item in state.held}
        for link in state.links.values():
            task, lens = state.tasks[link.task], lenses[link.side]
            if not link.live or task.life is TaskLife.DELETED:
                continue
            seen = self.shown(link.side, str(link.ref))
            for name, value in task.values.items():
                if (
                    name in UNSENT
                    or (task.id, name) in held
                    or name in link.refused
                    or name in link.unknown
                    or name in link.derived
                ):
                    continue
                if (
                    not lens.spec.writes(name)
                    or not lens.spec.capabilities.can(Verb.UPDATE)
                    or name not in seen
                    or lens.refuses(name, value)
                ):
                    continue
                view, pair = lens.view(name, value), link.pairs.get(name)
                agreed = pair is not None and same(name, pair.sent, view) and same(name, pair.stored, seen[name])
                assert agreed, (
                    f"{task.title!r} {name} on {link.side}: {seen[name]!r}, not {view!r} ({pair}) ({self.kinds})"
                )

    def check_edits(self, state: State) -> None:
        """Every edit is the value, or was superseded by one that had seen it, or is a recorded loser.

        Nobody's value is invented.
        """
        rows = [row for row in self.world.history() if isinstance(row, MovedRow)]
        for task in state.tasks.values():
            number = number_of(task.title)
            lines = {
                line
                for edit in self.edits
                if edit.number == number and edit.field is Field.DESCRIPTION
                for line in str(edit.value).split("\n")
            }
            invented = {line for line in str(task.values.get(Field.DESCRIPTION) or "").split("\n") if line} - lines
            assert not invented, f"{task.title!r}: nobody typed {invented}, only {lines} ({self.kinds})"
            for name in (Field.TITLE, Field.DUE, Field.STATUS):
                edits = [edit for edit in self.edits if edit.number == number and edit.field is name]
                if not edits or task.life is TaskLife.DELETED or "tree" in self.kinds.values():
                    continue
                mine = [row for row in rows if row.task == task.id and row.field is name]
                self.check_field(task, name, edits, mine)

    def check_field(self, task: Task, name: Field, edits: list[Edit], rows: list[MovedRow]) -> None:
        value = task.values.get(name)
        where = f"{task.title!r} {name} ({self.kinds})"
        typed = [edit.value for edit in edits]
        assert name is Field.STATUS or value in typed, f"{where}: nobody typed {value!r}, only {typed}"
        for side in self.kinds:
            last = next((edit for edit in reversed(edits) if edit.side == side), None)
            if last is None:
                continue
            known = [value, *(decode(name, data) for row in rows for data in (row.old, row.new))]
            accounted = any(same(name, self.view(side, name, one), last.value) for one in known)
            assert accounted, f"{where}: the edit to {last.value!r} on {side} is nowhere: {rows}"
        for row in rows:
            if row.rule != "edit" or row.lost:
                continue
            old, new = (self.view(row.side, name, decode(name, data)) for data in (row.old, row.new))
            seen = any(same(name, edit.over, old) for edit in edits if edit.side == row.side)
            assert seen or same(name, old, new), (
                f"{where}: {row.side} replaced {row.old!r} by {row.new!r} and had never seen it: {edits}"
            )

    def view(self, side: str, name: Field, value: Value) -> Value:
        connector = MANIFEST.factory(self.world.settings[side], self.world.clock, None)  # type: ignore[arg-type]
        return connector.capabilities.of(name).view.view(value)

    def shown(self, side: str, ref: str) -> dict[Field, Value]:
        """What a side shows of an entry."""
        connector = MANIFEST.factory(self.world.settings[side], self.world.clock, None)  # type: ignore[arg-type]
        native = self.world.vaults[side].task(ref)
        return dict(connector.normalise(Record(ref=ref, raw_hash="", native=native)).fields)

    def fingerprint(self) -> str:
        with self.world.opened() as store:
            return store.fingerprint()


TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    max_examples=settings().max_examples * 3 // 5,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
