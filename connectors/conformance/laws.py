"""The laws of every view that the capabilities declare."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from connectors.conformance.base import Part
from connectors.conformance.values import is_value, values
from connectors.task import Field, Value


class Laws(Part):
    """A view loses once, an edit made there is seen there, and what was not edited changes nothing."""

    def test_every_field_has_a_capability(self) -> None:
        """The capabilities name every field, and say in words what a lossy view loses."""
        declared = self.capabilities.fields
        assert sorted(declared) == sorted(Field)
        assert all(isinstance(capability.view.loss, str) for capability in declared.values())

    @pytest.mark.hypothesis
    def test_a_view_loses_once(self, held: Field) -> None:
        """view(view(c)) = view(c), and a view is a value of its field."""
        view = self.capabilities.of(held).view

        def check(canonical: Value) -> None:
            seen = view.view(canonical)
            assert view.view(seen) == seen
            assert is_value(held, seen)

        self.explore(self._told(held), check)

    @pytest.mark.hypothesis
    def test_what_was_not_edited_changes_nothing(self, held: Field) -> None:
        """lift(view(c), c) = c, to the letter and of the same type."""
        view = self.capabilities.of(held).view

        def check(canonical: Value) -> None:
            lifted = view.lift(view.view(canonical), canonical)
            assert lifted == canonical
            assert type(lifted) is type(canonical)

        self.explore(self._told(held), check)

    @pytest.mark.hypothesis
    def test_an_edit_made_there_is_seen_there(self, held: Field) -> None:
        """view(lift(v, c)) = v, for every value v that the side can show."""
        view = self.capabilities.of(held).view

        def check(drawn: tuple[Value, Value]) -> None:
            seen, canonical = view.view(drawn[0]), drawn[1]
            lifted = view.lift(seen, canonical)
            assert view.view(lifted) == seen
            assert is_value(held, lifted)

        self.explore(st.tuples(self._told(held), self._told(held)), check)

    def _told(self, field: Field) -> st.SearchStrategy[Value]:
        view = self.capabilities.of(field).view
        return values(field, self.people).filter(lambda value: not view.refuses(value))
