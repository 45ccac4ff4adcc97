"""Whatever a vendor sends is read without an exception, and never as something that it is not."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

from typing import Final, TypeAlias, cast

import pytest
from hypothesis import strategies as st

from connectors.conformance.base import Part, filled, has, knows_words, names_its_hash, needs, readable
from connectors.conformance.caller import Caller
from connectors.conformance.values import is_value
from connectors.contract import Entry, Record, Verb
from connectors.task import Field, JsonValue, Native, Status, same
from connectors.tolerance import mark

_Json: TypeAlias = st.SearchStrategy[JsonValue]
_Path: TypeAlias = tuple[str | int, ...]

_STRANGE: Final = (
    "",
    " ",
    "0",
    "null",
    "2024-02-30",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "24:00",
    "\ud800",
)


def json_values() -> _Json:
    """Any JSON value, with a taste for what looks like a value and is none."""
    leaves: _Json = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from((10**30, -1, 1e300)),
        st.floats(),
        st.sampled_from(_STRANGE),
        st.text(max_size=20),
    )
    return st.recursive(leaves, _deeper, max_leaves=6)


def _deeper(inner: _Json) -> _Json:
    return st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3))


class Decoding(Part):
    """Normalising: pure, total, honest."""

    @pytest.mark.hypothesis
    @needs(filled, readable)
    def test_a_mutilated_task_is_read_without_an_exception(self, caller: Caller) -> None:
        """Members dropped or replaced by anything: an entry with values of the right kind, or with a problem."""
        whole = self._specimen(caller)

        def check(data: st.DataObject) -> None:
            native = _mutilated(whole.native, data)
            entry = caller.connector.normalise(Record(ref=whole.ref, raw_hash="mutilated", native=native))
            assert entry.ref == whole.ref
            assert not entry.problem or not entry.fields
            wrong = {field: value for field, value in entry.fields.items() if not is_value(field, value)}
            assert wrong == {}
            assert not entry.unknown.keys() & entry.fields.keys(), "an opinion and none at once"

        self.explore(st.data(), check)

    @needs(filled, readable)
    def test_a_member_that_could_not_be_read_is_no_opinion(self, caller: Caller) -> None:
        """NaN, or half a character, in any one member: other fields are read as ever, and nothing seems deleted."""
        whole = self._specimen(caller)
        for name in whole.native:
            native = {**whole.native, name: mark("NaN")}
            entry = caller.connector.normalise(Record(ref=whole.ref, raw_hash="marked", native=native))
            assert (entry.deleted, entry.container) == (False, ""), name
            differs = {field for field, value in entry.fields.items() if value != whole.fields.get(field)}
            assert differs == set(), name

    @needs(filled, readable)
    def test_a_read_is_normalised_the_same_each_time(self, caller: Caller) -> None:
        """Normalising is pure: the same record, the same entry, and what it was made from is not changed."""
        whole = self._specimen(caller)
        record = Record(ref=whole.ref, raw_hash=whole.raw_hash, native=whole.native)
        first, image = caller.connector.normalise(record), repr(whole.native)
        assert caller.connector.normalise(record) == first
        assert repr(whole.native) == image

    @needs(filled, readable)
    def test_what_is_read_is_its_own_view(self, caller: Caller) -> None:
        """A side shows only what it can represent."""
        entry = self._specimen(caller)
        for field, value in entry.fields.items():
            assert is_value(field, value), field
            assert same(field, self.capabilities.of(field).view.view(value), value), field

    @needs(has(Verb.CHANGES), filled, names_its_hash)
    def test_the_raw_hash_leaves_out_what_is_volatile_and_nothing_else(self, caller: Caller) -> None:
        """Another value in a volatile member is the same task; another value in any other member is not."""
        ref = self._specimen(caller).ref
        record = caller.records()[ref]
        assert self.raw_hash(record.native) == record.raw_hash
        for name in record.native:
            other = {**record.native, name: "another value"}
            assert (self.raw_hash(other) == record.raw_hash) == (name in self.capabilities.volatile), name
        shuffled = dict(sorted(record.native.items(), reverse=True))
        assert self.raw_hash(shuffled) == record.raw_hash, "the order of members says nothing"

    @needs(filled, knows_words, readable)
    def test_an_unknown_status_word_is_no_opinion(self, caller: Caller) -> None:
        """A word that is in no table moves nothing, is told, and leaves the other fields readable."""
        whole = self._specimen(caller)
        native = self.with_word(whole.native, "no such word")
        entry = caller.connector.normalise(Record(ref=whole.ref, raw_hash="other", native=native))
        assert Field.STATUS not in entry.fields
        assert entry.unknown[Field.STATUS]
        assert entry.fields[Field.TITLE] == whole.fields[Field.TITLE]
        assert not entry.problem

    def _specimen(self, caller: Caller) -> Entry:
        """A task with something in most fields, as it is read back."""
        fields = {
            **self.titled("Specimen"),
            Field.DESCRIPTION: "Two\n\nparagraphs",
            Field.STATUS: Status.COMPLETED,
            Field.PRIORITY: 3,
            Field.PERCENT_COMPLETE: 40,
            Field.LABELS: ("one", "two"),
            Field.ASSIGNEES: self.people,
        }
        writable = {
            field: value for field, value in fields.items() if field in self.at_create() or field is Field.TITLE
        }
        return caller.there(caller.make(writable))


def _mutilated(native: Native, data: st.DataObject) -> Native:
    """A copy with some members, at any depth, dropped or replaced."""
    paths = list(_paths(native, ()))
    chosen = data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=4, unique=True), label="paths")
    for path in chosen:
        if data.draw(st.booleans(), label="drop"):
            native = cast("Native", _without(native, path))
        else:
            native = cast("Native", _with(native, path, data.draw(json_values(), label="instead")))
    return native


def _paths(value: JsonValue, at: _Path) -> list[_Path]:
    if isinstance(value, dict):
        inner: list[tuple[str | int, JsonValue]] = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        return []
    return [path for key, item in inner for path in ((*at, key), *_paths(item, (*at, key)))]


def _without(value: JsonValue, path: _Path) -> JsonValue:
    key, *rest = path
    if isinstance(value, dict) and key in value:
        if not rest:
            return {name: item for name, item in value.items() if name != key}
        return {**value, str(key): _without(value[str(key)], tuple(rest))}
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        inner = [_without(value[key], tuple(rest))] if rest else []
        return [*value[:key], *inner, *value[key + 1 :]]
    return value


def _with(value: JsonValue, path: _Path, instead: JsonValue) -> JsonValue:
    if not path:
        return instead
    key, rest = path[0], path[1:]
    if isinstance(value, dict) and key in value:
        return {**value, str(key): _with(value[str(key)], rest, instead)}
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return [*value[:key], _with(value[key], rest, instead), *value[key + 1 :]]
    return value
