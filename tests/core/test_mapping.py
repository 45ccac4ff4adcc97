"""What differs between two fingerprints of a mapping, in words."""

from __future__ import annotations

import pytest

from sync.core.mapping import CHANGED, PARTS, joined, what_changed

OLD = dict.fromkeys(PARTS, "aa")


@pytest.mark.parametrize("part", PARTS)
def test_the_part_that_differs_is_named(part):
    assert what_changed(joined(OLD), joined({**OLD, part: "bb"})) == PARTS[part]


def test_several_parts_are_all_named():
    told = what_changed(joined(OLD), joined({**OLD, "zone": "bb", "statuses": "bb"}))
    assert told == "its time zone changed and its table of statuses changed"


@pytest.mark.parametrize("old", ["", "1", "0123456789ab"])
def test_a_fingerprint_of_another_form_only_says_that_it_changed(old):
    assert what_changed(old, joined(OLD)) == CHANGED


def test_a_new_fingerprint_of_another_form_only_says_that_it_changed():
    assert what_changed(joined(OLD), "0123456789ab") == CHANGED


def test_equal_fingerprints_still_get_words():
    assert what_changed(joined(OLD), joined(OLD)) == CHANGED
