"""What is written is what is stored, no more and no less: the measured view."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from connectors.conformance.base import Part, has, needs, readable
from connectors.conformance.caller import Caller
from connectors.conformance.harness import Harness
from connectors.conformance.samples import samples
from connectors.conformance.values import undated
from connectors.contract import Entry, Verb
from connectors.task import EMPTY, Field, Fields, Patch, Value, is_empty, same


class Storing(Part):
    """Creates and updates, written and read back."""

    @pytest.mark.hypothesis
    @needs(has(Verb.CREATE), readable)
    def test_what_is_created_is_read_back_as_its_view(self, caller: Caller) -> None:
        """Every field of a new task is stored as its view, and what was not sent is empty."""

        def check(task: Fields) -> None:
            told = caller.told(task)
            ref = caller.create(told).entry.ref
            entry = caller.there(ref)
            self._holds(entry, told)
            made_up = [field for field in self.at_create() if field not in told and not _says_nothing(field, entry)]
            assert made_up == [], f"the server was not told {made_up}"
            self._tidy(caller, entry)

        self.explore(self.tasks(), check)

    @needs(has(Verb.CREATE), readable)
    def test_what_breaks_converters_is_stored_as_its_view(self, caller: Caller) -> None:
        """Right-to-left, emoji, combining marks, 10,000 characters, HTML, Markdown, leap days: made, and changed to."""
        before: Entry | None = None
        for sample in samples():
            said = {field: value for field, value in sample.items() if field in self.at_create()}
            needed = {field: value for field, value in self.least.items() if is_empty(field, said.get(field, value))}
            told = caller.told({**self.least, **said, **needed})
            entry = caller.there(caller.create(told).entry.ref)
            self._holds(entry, told)
            if before is not None and self.capabilities.can(Verb.UPDATE):
                changed = {field: value for field, value in told.items() if field in self.two_way()}
                caller.update(caller.there(before.ref), changed)
                after = caller.there(before.ref)
                self._holds(after, changed)
                self._tidy(caller, after)
            before = entry

    @pytest.mark.hypothesis
    @needs(has(Verb.CREATE), readable)
    def test_the_answer_tells_what_is_stored(self, caller: Caller) -> None:
        """Each field in the answer to a create is as the next read shows it; so is what a strong token confirms."""

        def check(task: Fields) -> None:
            told = caller.told(task)
            stored = caller.create(told)
            entry = caller.there(stored.entry.ref)
            _agree(stored.entry, entry)
            if stored.confirmed and len(caller.connector.split(Patch(told), creating=True)) == 1:
                assert [field for field in told if not same(field, entry.fields[field], told[field])] == []
            self._tidy(caller, entry)

        self.explore(self.tasks(), check)

    @pytest.mark.hypothesis
    @needs(has(Verb.CREATE, Verb.UPDATE), readable)
    def test_an_update_of_one_field_changes_no_other(self, caller: Caller) -> None:
        """A patch of one field is stored, and every other field is read back as it was."""

        def check(drawn: tuple[Fields, Field, Fields]) -> None:
            task, field, values = drawn
            told = caller.told({field: values[field]})
            before = caller.there(caller.create(caller.told({**undated(task), **self.least})).entry.ref)
            answer = caller.update(before, told)
            after = caller.there(before.ref)
            self._holds(after, told)
            _agree(answer.entry, after)
            untouched = before.fields.keys() - {field} - self.follows.get(field, frozenset())
            assert [other for other in untouched if not _alike(other, before, after)] == []
            self._tidy(caller, after)

        fields = self.two_way()
        values = st.fixed_dictionaries({field: self.values(field) for field in fields})
        self.explore(st.tuples(self.tasks(), st.sampled_from(fields), values), check)

    @pytest.mark.hypothesis
    @needs(has(Verb.CREATE, Verb.UPDATE), readable)
    def test_an_update_of_many_fields_stores_them_all(self, caller: Caller) -> None:
        """A patch of any number of fields is stored as the views of its values."""

        def check(drawn: tuple[Fields, Fields]) -> None:
            before = caller.there(caller.create(caller.told({**undated(drawn[0]), **self.least})).entry.ref)
            told = caller.told({field: value for field, value in drawn[1].items() if field in self.two_way()})
            caller.update(before, told)
            after = caller.there(before.ref)
            self._holds(after, {field: value for field, value in told.items() if not self._ignored(field, value)})
            self._tidy(caller, after)

        self.explore(st.tuples(self.tasks(), self.tasks()), check)

    @pytest.mark.hypothesis
    @needs(has(Verb.CREATE, Verb.UPDATE), readable)
    def test_what_can_be_cleared_is_cleared(self, caller: Caller, clearable: Field) -> None:
        """A field that had a value is empty after it was cleared; where the server ignores that, the answer says so."""

        def check(drawn: tuple[Fields, Value]) -> None:
            task, value = drawn
            before = caller.there(
                caller.create(caller.told({**undated(task), **self.least, clearable: value})).entry.ref
            )
            answer = caller.update(before, {clearable: EMPTY[clearable]})
            after = caller.there(before.ref)
            if clearable not in self.cannot_clear and clearable in after.fields:
                assert is_empty(clearable, after.fields[clearable])
            _agree(answer.entry, after)
            self._tidy(caller, after)

        some = self.values(clearable).filter(lambda value: not is_empty(clearable, value))
        self.explore(st.tuples(self.tasks(), some), check, part=4)

    @pytest.mark.hypothesis
    def test_the_steps_cover_a_patch(self, harness: Harness) -> None:
        """Steps carry the fields of the patch and what is made up, at last with their values, and none is empty."""
        connector = harness.connector
        harness.forget()

        def check(task: Fields) -> None:
            for creating in (True, False):
                kept = task if creating else {field: task[field] for field in task if field in self.two_way()}
                patch = Patch(Caller(connector).told(kept))
                steps = connector.split(patch, creating=creating) if patch else ()
                assert all(steps), "an empty step is a request for nothing"
                carried: dict[Field, Value] = {}
                for number, step in enumerate(steps):
                    again = carried.keys() & step.fields.keys()
                    assert not again or creating, f"step {number} of an update carries {again} a second time"
                    carried |= step.fields
                left_out = {field: patch.fields[field] for field in patch.fields.keys() - carried.keys()}
                # A create may leave out what a new task has anyway; whether it has is seen when it is read back.
                assert not left_out or creating, left_out
                assert all(field is Field.STATUS or is_empty(field, value) for field, value in left_out.items())
                made_up = {field: carried[field] for field in carried.keys() - patch.fields.keys()}
                assert all(creating and connector.capabilities.of(field).made_up for field in made_up), made_up
                assert {**carried, **left_out} == {**patch.fields, **made_up}

        self.explore(self.tasks(), check)
        assert not harness.sent(), "split is pure"

    @pytest.mark.hypothesis
    @needs(has(Verb.CREATE))
    def test_each_step_is_one_request(self, caller: Caller, harness: Harness) -> None:
        """A create is one changing request, a step of an update at most one, and each costs what it may."""

        def check(drawn: tuple[Fields, Fields]) -> None:
            task = {**undated(drawn[0]), **self.least}
            steps = caller.connector.split(Patch(caller.told(task)), creating=True)
            harness.forget()
            stored = caller.begin(steps[0])
            self._cost(harness, Verb.CREATE)
            patch = {field: value for field, value in drawn[1].items() if field in self.two_way()}
            follow = caller.connector.split(Patch(caller.told(patch)), creating=False) if patch else ()
            for step in (*steps[1:], *follow) if self.capabilities.can(Verb.UPDATE) else ():
                harness.forget()
                stored = caller.step(stored.entry, step)
                self._cost(harness, Verb.UPDATE)
            self._tidy(caller, stored.entry)

        self.explore(st.tuples(self.tasks(), self.tasks()), check)

    def _cost(self, harness: Harness, verb: Verb) -> None:
        sent = harness.sent()
        trials = self.trials if verb in {Verb.CREATE, Verb.UPDATE} else 0
        assert sum(one.changing for one in sent) <= 1 + trials, f"{verb.value}: {[one.what for one in sent]}"
        assert len(sent) <= self.requests[verb] + trials, f"{verb.value}: {[one.what for one in sent]}"

    def _ignored(self, field: Field, value: Value) -> bool:
        return field in self.cannot_clear and is_empty(field, value)

    def _holds(self, entry: Entry, told: Fields) -> None:
        for field, value in told.items():
            if field not in entry.fields and is_empty(field, value):
                continue  # a vendor may leave out what is not there: that is no opinion
            assert field in entry.fields, f"{field.value} is not told when it is read back"
            if field not in self.rewrites and not self._ignored(field, value):
                assert same(field, entry.fields[field], value), f"{field.value}: {entry.fields[field]!r}, not {value!r}"

    def _tidy(self, caller: Caller, entry: Entry) -> None:
        """Keep lists short while many tasks are tried."""
        if self.capabilities.can(Verb.DELETE):
            caller.delete(entry)


def _agree(answer: Entry, read: Entry) -> None:
    told = {field: value for field, value in answer.fields.items() if field in read.fields}
    differ = {
        field: (value, read.fields[field])
        for field, value in told.items()
        if not same(field, value, read.fields[field])
    }
    assert differ == {}, f"the answer tells otherwise than the next read: {differ}"


def _alike(field: Field, before: Entry, after: Entry) -> bool:
    return field in after.fields and same(field, before.fields[field], after.fields[field])


def _says_nothing(field: Field, entry: Entry) -> bool:
    return field not in entry.fields or field is Field.STATUS or is_empty(field, entry.fields[field])
