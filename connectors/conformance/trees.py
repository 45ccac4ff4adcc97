"""Parents, ranks, and what happens to the children."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

from connectors.conformance.base import Condition, Facts, Part, has, needs, readable, writes
from connectors.conformance.caller import Caller
from connectors.conformance.removing import declares
from connectors.contract import Entry, Verb
from connectors.task import Field, Ref, Status


def derives(field: Field) -> Condition:
    """A task with children has this field from them."""
    return lambda facts: _not_derived(facts, field)


def _not_derived(facts: type[Facts], field: Field) -> str:
    return (
        "" if field in facts.bench.capabilities.derived_from_children else f"{field.value} is not derived from children"
    )


class Trees(Part):
    """For sides on which tasks form a tree."""

    @needs(has(Verb.CREATE, Verb.UPDATE), readable, writes(Field.PARENT))
    def test_a_task_is_made_and_moved_under_another(self, caller: Caller) -> None:
        """A parent given at create or later is read back, and so is the root."""
        top, other = self._make(caller, "Top"), self._make(caller, "Other")
        child = self._make(caller, "Child", parent=top.ref)
        assert _parent(caller, child) == top.ref
        caller.update(caller.there(child.ref), {Field.PARENT: other.ref})
        assert _parent(caller, child) == other.ref
        caller.update(caller.there(child.ref), {Field.PARENT: None})
        assert _parent(caller, child) is None
        assert caller.there(child.ref).fields[Field.TITLE] == "Child"

    @needs(has(Verb.CREATE, Verb.UPDATE, Verb.CHANGES), writes(Field.POSITION))
    def test_a_rank_is_the_order_among_siblings(self, caller: Caller) -> None:
        """A task that is given the first place comes before its siblings, and they keep their order."""
        made = [self._make(caller, f"Task {number}").ref for number in range(4)]
        before = [ref for ref in _in_order(caller) if ref != made[3]]
        caller.update(caller.there(made[3]), {Field.POSITION: 1})
        assert _in_order(caller) == [made[3], *before]

    @needs(has(Verb.CREATE, Verb.CHANGES), writes(Field.PARENT))
    def test_children_are_listed_with_their_parents(self, caller: Caller) -> None:
        """A list names tasks of every depth, each with its parent."""
        chain = [self._make(caller, "Depth 0")]
        for depth in range(1, 5):
            chain.append(self._make(caller, f"Depth {depth}", parent=chain[-1].ref))
        listed = caller.entries()
        assert [listed[entry.ref].fields[Field.PARENT] for entry in chain] == [
            None,
            *(entry.ref for entry in chain[:-1]),
        ]

    @needs(has(Verb.CREATE, Verb.DELETE), readable, writes(Field.PARENT))
    def test_children_share_a_delete_only_where_it_cascades(self, caller: Caller) -> None:
        """What happens to the children of a deleted task is what the capabilities say, and the answer names them."""
        top = self._make(caller, "Top")
        child = self._make(caller, "Child", parent=top.ref)
        stored = caller.delete(caller.there(top.ref))
        gone = caller.read(child.ref) is None
        assert gone == self.capabilities.delete_cascades
        if stored is not None and stored.also:
            assert child.ref in {entry.ref for entry in stored.also}

    @needs(has(Verb.CREATE), declares("delete_cascades"), readable, writes(Field.PARENT))
    def test_an_entry_names_the_children_that_would_go_along(self, caller: Caller) -> None:
        """Where a delete cascades, an entry names its children; a leaf names none."""
        top = self._make(caller, "Top")
        child = self._make(caller, "Child", parent=top.ref)
        assert caller.there(top.ref).children == (child.ref,)
        assert caller.there(child.ref).children == ()

    @needs(has(Verb.CREATE, Verb.UPDATE), derives(Field.STATUS), readable, writes(Field.PARENT, Field.STATUS))
    def test_a_derived_status_is_marked(self, caller: Caller) -> None:
        """A task with children says that its status is theirs; a leaf does not."""
        top = self._make(caller, "Top")
        assert caller.there(top.ref).derived == frozenset()
        child = self._make(caller, "Child", parent=top.ref)
        assert Field.STATUS in caller.there(top.ref).derived
        assert caller.there(child.ref).derived == frozenset()
        caller.update(caller.there(child.ref), {Field.STATUS: Status.COMPLETED})
        assert caller.there(child.ref).fields[Field.STATUS] is Status.COMPLETED

    def _make(self, caller: Caller, title: str, parent: Ref | None = None) -> Entry:
        place = {} if parent is None else {Field.PARENT: parent}
        return caller.create(caller.told({**self.titled(title), **place})).entry


def _parent(caller: Caller, entry: Entry) -> object:
    return caller.there(entry.ref).fields[Field.PARENT]


def _in_order(caller: Caller) -> list[Ref]:
    entries = caller.entries().values()
    return [entry.ref for entry in sorted(entries, key=lambda entry: int(str(entry.fields[Field.POSITION])))]
