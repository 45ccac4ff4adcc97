"""Comments: tasks of their own kind, on a task."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

import pytest

from connectors.conformance.base import Part, has, needs, readable, writes
from connectors.conformance.caller import Caller
from connectors.conformance.harness import Harness
from connectors.conformance.removing import really_deletes
from connectors.conformance.values import texts
from connectors.contract import Entry, Verb
from connectors.errors import Gone
from connectors.task import Field, Kind, Ref, same

held = (has(Verb.CREATE, Verb.UPDATE, Verb.DELETE), readable, writes(Field.COMMENTS))


class Comments(Part):
    """For sides that hold comments."""

    @needs(*held)
    def test_a_comment_is_made_changed_and_deleted(self, caller: Caller, harness: Harness) -> None:
        """Each by one changing request; another comment, and the task, stay as they are."""
        task = caller.make(self.titled("Commented"))
        other = self._comment(caller, task, "Another")
        harness.forget()
        ref = self._comment(caller, task, "First words").ref
        assert sum(one.changing for one in harness.sent()) == 1
        read = caller.there(ref)
        assert (read.kind, read.fields) == (Kind.COMMENT, {Field.COMMENTS: "First words", Field.PARENT: task})
        harness.forget()
        caller.update(read, caller.told({Field.COMMENTS: "Second\nthoughts"}))
        assert sum(one.changing for one in harness.sent()) == 1
        assert caller.there(ref).fields[Field.COMMENTS] == "Second\nthoughts"
        harness.forget()
        caller.delete(caller.there(ref))
        assert sum(one.changing for one in harness.sent()) == 1
        assert caller.read(ref) is None
        assert caller.there(other.ref).fields[Field.COMMENTS] == "Another"
        assert caller.there(task).fields[Field.TITLE] == "Commented"
        caller.delete(read)  # already gone is success

    @needs(*held, has(Verb.CHANGES))
    def test_comments_are_listed_as_they_are_got(self, caller: Caller) -> None:
        """A whole read names every comment with its task; a change of its text changes its raw hash and no other."""
        tasks = [caller.make(self.titled(f"Task {number}")) for number in range(2)]
        on = (*tasks, tasks[0])
        made = {self._comment(caller, task, "The same words").ref: task for task in on}
        assert len(made) == len(on), "two comments have one ref"
        before = caller.records()
        listed = {ref: entry for ref, entry in caller.entries().items() if entry.kind is Kind.COMMENT}
        assert {ref: entry.fields[Field.PARENT] for ref, entry in listed.items()} == made
        assert {entry.kind for ref, entry in caller.entries().items() if ref in tasks} == {Kind.TASK}
        first = next(iter(made))
        caller.update(caller.there(first), caller.told({Field.COMMENTS: "Other words"}))
        after = caller.records()
        assert {ref for ref in after if after[ref].raw_hash != before[ref].raw_hash} == {first}
        if self.capabilities.can(Verb.GET):
            assert {ref: caller.get(ref).fields for ref in made} == {ref: caller.entries()[ref].fields for ref in made}

    @needs(*held)
    def test_a_comment_is_read_back_as_its_view(self, caller: Caller) -> None:
        """Whatever text it is told."""
        task = caller.make(self.titled("Commented"))
        view = self.capabilities.of(Field.COMMENTS).view
        comment = self._comment(caller, task, "First")

        def check(text: str) -> None:
            caller.update(caller.there(comment.ref), {Field.COMMENTS: view.view(text)})
            read = caller.there(comment.ref).fields[Field.COMMENTS]
            if Field.COMMENTS not in self.rewrites:
                assert same(Field.COMMENTS, read, view.view(text))

        self.explore(texts().filter(lambda text: not view.refuses(text)), check, part=4)

    @needs(*held)
    def test_nothing_is_no_comment(self) -> None:
        """A side says beforehand that it can not be told an empty comment."""
        assert self.capabilities.of(Field.COMMENTS).view.refuses("")

    @needs(*held, has(Verb.GET), really_deletes)
    def test_a_comment_goes_with_its_task(self, caller: Caller) -> None:
        """When its task is deleted it is not there any more, and is deleted without complaint."""
        task = caller.make(self.titled("Doomed"))
        comment = self._comment(caller, task, "Words")
        caller.delete(caller.there(task))
        with pytest.raises(Gone):
            caller.get(comment.ref)
        caller.delete(comment)

    def _comment(self, caller: Caller, task: Ref, text: str) -> Entry:
        told = {**caller.told({Field.COMMENTS: text}), Field.PARENT: task}
        return caller.create(told).entry
