"""The whole suite."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import pytest

from connectors.conformance.comments import Comments
from connectors.conformance.decoding import Decoding
from connectors.conformance.failing import Failing
from connectors.conformance.laws import Laws
from connectors.conformance.listing import Listing
from connectors.conformance.removing import Removing
from connectors.conformance.storing import Storing
from connectors.conformance.trees import Trees
from connectors.contract import Verb
from connectors.task import EMPTY, Field

PROVES: Final = {
    Verb.CHECK: "test_check_passes",
    Verb.CHANGES: "test_two_reads_of_the_same_are_equal",
    Verb.GET: "test_what_was_never_there_is_gone",
    Verb.CREATE: "test_what_is_created_is_read_back_as_its_view",
    Verb.UPDATE: "test_an_update_of_one_field_changes_no_other",
    Verb.DELETE: "test_what_is_deleted_is_not_there",
    Verb.FIND_MARKER: "test_a_task_is_found_by_its_marker",
    Verb.DISCOVER: "test_discover_names_things",
}
"""For each verb a test without which it is not proved."""


class ConnectorSuite(Laws, Storing, Listing, Removing, Trees, Comments, Decoding, Failing):
    """Everything that a connector has to prove, for the verbs that it declares and no others.

    A subclass names its :attr:`bench`, and what else of :class:`~connectors.conformance.base.Facts` is not as usual.
    Tests that do not apply to the connector are not collected; they are named, each with its reason, in the properties
    of ``test_what_is_declared_is_proved`` and in what it prints (``pytest -rP``).
    """

    def test_what_is_declared_is_proved(self, record_property: Callable[[str, object], None]) -> None:
        """No declared verb goes without its test; what does not apply is told."""
        for name, reason in self.left_out.items():
            record_property(name, reason)
            print(f"does not apply: {name}: {reason}")  # noqa: T201 - for whoever asks with -rP
        unproved = [verb for verb in self.capabilities.verbs if getattr(self, PROVES[verb]) is None]
        assert unproved == []

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test that asks for one runs for each: a field that is held, one that can be cleared, a trouble."""
        asked: Mapping[str, Callable[[], Sequence[StrEnum]]] = {
            "held": self.held,
            "clearable": lambda: [field for field in self.two_way() if field in EMPTY and field is not Field.TITLE],
            "trouble": lambda: sorted(self.bench.troubles),
        }
        for name, cases in asked.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, found := cases(), ids=[case.value for case in found])
