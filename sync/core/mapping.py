"""The fingerprint of a mapping, part by part: what is different can be told from two of them (rule 20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PARTS: Final[Mapping[str, str]] = {
    "connector": "the connector was upgraded",
    "zone": "its time zone changed",
    "statuses": "its table of statuses changed",
    "fields": "its fields changed",
    "settings": "its settings changed",
    "people": "who is who on it changed",
}
"""The parts in their order, and what is said when one of them differs."""

CHANGED: Final = "its mapping changed"
"""What is said of fingerprints that do not tell more."""


def joined(digests: Mapping[str, str]) -> str:
    """The fingerprint of a mapping, from the digest of each part. Raises ``KeyError`` for one that is missing."""
    return "-".join(digests[part] for part in PARTS)


def what_changed(old: str, new: str) -> str:
    """What differs between two fingerprints, in words."""
    before, after = old.split("-"), new.split("-")
    if len(before) != len(PARTS) or len(after) != len(PARTS):
        return CHANGED
    told = [words for place, words in enumerate(PARTS.values()) if before[place] != after[place]]
    return " and ".join(told) or CHANGED
