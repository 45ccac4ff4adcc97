"""The suite notices: for each of its tests, a connector that breaks the one promise which that test is about."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import Phase, settings

from connectors.conformance import ConnectorSuite, Trouble
from connectors.conformance.caller import Caller
from connectors.conformance.suite import PROVES
from connectors.contract import Capabilities, Found, Page, Verb
from connectors.errors import ConnectorError, Gone, Transient
from connectors.memory.wire import raw_hash
from connectors.projection import SAME, Through
from connectors.task import Field, Kind, Person
from tests.conformance import misread, spoil
from tests.conformance.bench import Spoil, VaultBench, VaultHarness
from tests.conformance.misread import pages
from tests.conformance.spoil import instead, patched

TREE = {"parents": True}
RICH = {**TREE, "incremental": True, "page_size": 7, "etags": True, "times": True, "markers": True}
NOTICED = (AssertionError, pytest.fail.Exception, ConnectorError, KeyError)

settings.register_profile("notice", max_examples=50, deadline=None, derandomize=True, phases=(Phase.generate,))


@pytest.fixture(autouse=True)
def few_examples() -> Iterator[None]:
    """What is looked for is whether something is noticed, not the smallest example of it."""
    before = settings.get_current_profile_name()
    settings.load_profile("notice")
    yield
    settings.load_profile(before)


@dataclass(frozen=True)
class Spoilt:
    """The test that must fail; how the connector is spoilt; its traits; what it wrongly claims to be; the case."""

    test: str
    how: Spoil = spoil.nothing
    traits: dict[str, object] = field(default_factory=dict)
    lies: dict[str, object] = field(default_factory=dict)
    case: object = None


class SpoiltBench(VaultBench):
    """A bench whose side claims other capabilities than it has, or accepts any credentials."""

    share = 1

    def __init__(self, how: Spoil, lies: dict[str, object], **traits: object) -> None:
        super().__init__(**traits)
        self.spoil = how
        self.lies = lies

    @property
    def capabilities(self) -> Capabilities:
        return dataclasses.replace(super().capabilities, **self.lies)

    @contextmanager
    def open(self) -> Iterator[VaultHarness]:
        with super().open() as harness:
            harness.stranger = lambda: harness.connector
            yield harness


def suite_for(bench: VaultBench) -> type[ConnectorSuite]:
    """The suite over a bench."""
    facts = {
        "bench": bench,
        "people": (Person(id="1"), Person(id="2")),
        "raw_hash": staticmethod(raw_hash),
        "with_word": staticmethod(lambda native, word: {**native, "status": word}),
    }
    return type("TestSpoilt", (ConnectorSuite,), facts)


def run(suite: type[ConnectorSuite], name: str, case: object) -> None:
    """Run one test of the suite, outside pytest's own collection."""
    test = getattr(suite(), name)
    with suite.bench.open() as harness:
        supply = {
            "harness": harness,
            "caller": Caller(harness.connector, harness.plant),
            "record_property": lambda *_: None,
            "held": case,
            "clearable": case,
            "trouble": case,
        }
        test(**{wanted: supply[wanted] for wanted in inspect.signature(test).parameters})


SPOILT = [
    Spoilt("test_every_field_has_a_capability", lies={"fields": {}}),
    Spoilt("test_a_comment_is_made_changed_and_deleted", instead("update", spoil.twice)),
    Spoilt("test_a_comment_is_made_changed_and_deleted", instead("normalise", spoil.entry_with(kind=Kind.TASK))),
    Spoilt("test_comments_are_listed_as_they_are_got", instead("changes", pages(misread.less_the_last))),
    Spoilt("test_comments_are_listed_as_they_are_got", instead("changes", misread.hashes(lambda one: one.ref))),
    Spoilt("test_a_comment_is_read_back_as_its_view", instead("update", patched(spoil.shouted))),
    Spoilt("test_nothing_is_no_comment", lies=misread.view_of(Field.COMMENTS, SAME)),
    Spoilt("test_a_comment_goes_with_its_task", instead("get", spoil.taken_for(Gone, Transient("?")))),
    Spoilt("test_a_view_loses_once", lies=misread.title_view(Through(lambda value: value[1:], "")), case=Field.TITLE),
    Spoilt("test_what_was_not_edited_changes_nothing", lies=misread.title_view(misread.COPYING), case=Field.TITLE),
    Spoilt("test_an_edit_made_there_is_seen_there", lies=misread.title_view(misread.DEAF), case=Field.TITLE),
    Spoilt("test_what_is_created_is_read_back_as_its_view", instead("create", spoil.dropped(Field.PRIORITY))),
    Spoilt("test_what_breaks_converters_is_stored_as_its_view", instead("create", spoil.escaped)),
    Spoilt("test_what_breaks_converters_is_stored_as_its_view", instead("update", patched(spoil.unlabelled))),
    Spoilt("test_the_answer_tells_what_is_stored", instead("create", spoil.answer(priority=8))),
    Spoilt("test_an_update_of_one_field_changes_no_other", instead("update", patched(spoil.also_title))),
    Spoilt("test_an_update_of_many_fields_stores_them_all", instead("update", patched(spoil.unlabelled))),
    Spoilt("test_what_can_be_cleared_is_cleared", instead("update", patched(spoil.never_clears)), case=Field.DUE),
    Spoilt("test_the_steps_cover_a_patch", instead("split", spoil.steps(lambda patch: (patch.without(Field.DUE),)))),
    Spoilt("test_the_steps_cover_a_patch", instead("split", spoil.steps(lambda patch: (patch, patch)))),
    Spoilt("test_each_step_is_one_request", instead("create", spoil.twice)),
    Spoilt("test_each_step_is_one_request", instead("update", spoil.twice)),
    Spoilt("test_check_passes", instead("check", spoil.once)),
    Spoilt("test_capabilities_do_not_change", misread.any_capabilities),
    Spoilt("test_a_list_omits_nothing", instead("changes", pages(misread.less_one))),
    Spoilt("test_pages_have_their_size", instead("changes", pages(misread.one_page)), RICH),
    Spoilt("test_a_sweep_costs_what_is_declared", instead("changes", misread.listed_twice)),
    Spoilt("test_two_reads_of_the_same_are_equal", instead("changes", misread.hashes(misread.counted()))),
    Spoilt("test_a_change_of_any_field_changes_the_raw_hash", instead("changes", misread.hashes(lambda one: one.ref))),
    Spoilt("test_list_and_get_agree", instead("get", spoil.entry_with(fields={}))),
    Spoilt("test_get_costs_what_is_declared", instead("get", spoil.twice)),
    Spoilt("test_what_changed_since_a_cursor_is_listed", instead("changes", pages(misread.without_news)), RICH),
    Spoilt("test_a_deletion_since_a_cursor_is_told", instead("changes", pages(misread.without_news)), RICH),
    Spoilt("test_an_invalid_cursor_gives_everything", instead("changes", misread.trusting), RICH),
    Spoilt("test_what_was_never_there_is_gone", instead("get", spoil.taken_for(Gone, Transient("?")))),
    Spoilt("test_discover_names_things", instead("discover", lambda *_: lambda: (Found(kind="x", id="", name="x"),))),
    Spoilt("test_what_is_deleted_is_not_there", instead("delete", lambda *_: lambda _entry: None)),
    Spoilt("test_deleting_twice_is_success", instead("delete", spoil.gone_when_gone)),
    Spoilt("test_the_answer_to_a_delete_is_the_task", instead("delete", spoil.another_ref)),
    Spoilt("test_get_of_what_was_deleted_is_gone", instead("get", spoil.taken_for(Gone, Transient("?")))),
    Spoilt("test_update_of_what_was_deleted_is_gone", instead("update", spoil.swallowing(Gone, lambda: None))),
    Spoilt("test_an_update_on_an_old_token_is_stale", instead("update", spoil.without_token), RICH),
    Spoilt("test_a_task_tells_when_it_was_changed", instead("get", spoil.entry_with(modified=None)), RICH),
    Spoilt(
        "test_a_task_has_the_id_that_was_foretold",
        instead("client_id", lambda *_: lambda _fields, marker: f"{marker}-2"),
        {"client_ids": True},
    ),
    Spoilt("test_a_task_is_found_by_its_marker", instead("find_marker", spoil.the_first), RICH),
    Spoilt("test_a_task_is_made_and_moved_under_another", instead("create", spoil.dropped(Field.PARENT)), TREE),
    Spoilt("test_a_rank_is_the_order_among_siblings", instead("update", patched(spoil.unranked)), TREE),
    Spoilt("test_children_are_listed_with_their_parents", instead("changes", pages(misread.roots_only)), TREE),
    Spoilt("test_children_share_a_delete_only_where_it_cascades", traits=TREE, lies={"delete_cascades": True}),
    Spoilt(
        "test_an_entry_names_the_children_that_would_go_along",
        instead("get", spoil.entry_with(children=())),
        {**TREE, "cascades": True},
    ),
    Spoilt(
        "test_a_derived_status_is_marked",
        instead("get", spoil.entry_with(derived=frozenset())),
        {**TREE, "derives": True},
    ),
    Spoilt("test_a_mutilated_task_is_read_without_an_exception", instead("normalise", misread.trusting_the_vendor)),
    Spoilt("test_a_member_that_could_not_be_read_is_no_opinion", instead("normalise", misread.clearing)),
    Spoilt("test_a_read_is_normalised_the_same_each_time", instead("normalise", misread.counting)),
    Spoilt("test_what_is_read_is_its_own_view", instead("normalise", misread.two_lines)),
    Spoilt(
        "test_the_raw_hash_leaves_out_what_is_volatile_and_nothing_else",
        lies={"volatile": frozenset()},
    ),
    Spoilt(
        "test_what_moves_the_version_token_moves_the_raw_hash",
        instead("changes", misread.hashes(lambda one: str(one.native["title"]))),
        {"etags": True},
    ),
    Spoilt("test_an_unknown_status_word_is_no_opinion", instead("normalise", misread.guessing)),
    Spoilt(
        "test_a_list_that_fails",
        instead("changes", spoil.swallowing(Transient, lambda: [Page(records=(), last=True)])),
        case=Trouble.LOST_BEFORE,
    ),
    Spoilt("test_a_get_that_fails", instead("get", spoil.taken_for(Transient, Gone("?"))), case=Trouble.SERVER_ERROR),
    Spoilt("test_a_create_that_fails", instead("create", spoil.stubborn), case=Trouble.LOST_AFTER),
    Spoilt("test_an_update_that_fails", instead("update", spoil.assured), case=Trouble.LOST_AFTER),
    Spoilt(
        "test_a_delete_that_fails",
        instead("delete", spoil.swallowing(Transient, lambda: None)),
        case=Trouble.LOST_BEFORE,
    ),
    Spoilt("test_refused_credentials"),  # the harness gives a connector that is let in
    Spoilt("test_a_list_with_refused_credentials"),
    Spoilt("test_a_create_with_refused_credentials"),
]
ROWS = [pytest.param(row, id=f"{number} {row.test}") for number, row in enumerate(SPOILT)]


@pytest.mark.parametrize("row", ROWS)
def test_a_spoilt_connector_is_noticed(row):
    """Each test of the suite fails on a connector that breaks its promise."""
    bench = SpoiltBench(row.how, row.lies, **row.traits)
    bench.has_credentials = True
    with pytest.raises(NOTICED):
        run(suite_for(bench), row.test, row.case)


@pytest.mark.parametrize("row", [row for row in ROWS if "credentials" not in row.id])
def test_the_same_connector_unspoilt_passes(row):
    """What is noticed is the damage."""
    run(suite_for(SpoiltBench(spoil.nothing, {}, **row.traits)), row.test, row.case)


def test_a_declared_verb_without_its_test_is_noticed():
    suite = suite_for(VaultBench())
    run(suite, "test_what_is_declared_is_proved", None)
    suite.test_what_is_deleted_is_not_there = None
    with pytest.raises(AssertionError, match="delete"):
        run(suite, "test_what_is_declared_is_proved", None)


def test_every_test_of_the_suite_is_known_to_notice_something():
    tests = {name for name, _ in inspect.getmembers(ConnectorSuite, inspect.isfunction) if name.startswith("test_")}
    assert tests - {row.test for row in SPOILT} == {"test_what_is_declared_is_proved"}


def test_every_verb_has_the_test_that_proves_it():
    assert PROVES.keys() == set(Verb)
    assert all(hasattr(ConnectorSuite, name) for name in PROVES.values())
