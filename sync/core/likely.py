"""What a server may have made of a value that its answer did not show (rule 2).

The next read completes the pair. By then a person may have edited the field, and the two look alike: a difference
that a server makes by leaving out, cutting, or keeping what it had is the server's; any other is a person's edit.

==========================  ==========================================================================================
field                       a server may have stored, of what was sent
==========================  ==========================================================================================
status                      nothing else: a word of its own vocabulary is taken or refused
any other                   what was there before
title, description          the same words, less some, the last one cut; as markup or entities; what is cut keeps at
                            least 20 characters
labels, assignees           some of them
start, due                  the same day
percent_complete            a number less than five away
==========================  ==========================================================================================
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import date, datetime
from typing import Final

from connectors.task import Field, Value, same
from sync.core.model import Pair
from sync.core.text import words

_WORD: Final = re.compile(r"[^\W_]+")
_NEAR: Final = 5
"""Per cent: a server that keeps steps of ten moves a number by at most this, half a step."""

SHORTEST_CUT: Final = 20
"""Characters: no vendor is known that keeps fewer of a text without saying so; people shorten texts to fewer."""


def is_likely_stored(name: Field, pair: Pair, found: Value) -> bool:
    """Whether a read that differs from what was sent, unconfirmed, shows what the server made of it."""
    if same(name, pair.sent, found):
        return True
    if name is Field.STATUS:
        return False
    return same(name, pair.before, found) or _made_of(name, pair.sent, found)


def _made_of(name: Field, sent: Value, found: Value) -> bool:
    if name in {Field.TITLE, Field.DESCRIPTION}:
        return isinstance(sent, str) and isinstance(found, str) and _is_left_of(sent, found)
    if isinstance(sent, tuple) and isinstance(found, tuple):
        return {words(str(one)) for one in found} <= {words(str(one)) for one in sent}
    if isinstance(sent, date) and isinstance(found, date):
        return _day(sent) == _day(found)
    if name is Field.PERCENT_COMPLETE and isinstance(sent, int) and isinstance(found, int):
        return abs(sent - found) < _NEAR
    return False


def is_cut(sent: str, found: str) -> bool:
    """Whether a server may have kept only this beginning of a text: letters and digits count."""
    return len(found) >= SHORTEST_CUT and words(sent).startswith(words(found))


def _is_left_of(sent: str, found: str) -> bool:
    """Whether the words of ``found`` stand in ``sent`` in this order, or as its beginning."""
    left, right = _words(sent), _words(html.unescape(found))
    if not right:
        return not left
    whole, kept = "".join(left), "".join(right)
    if whole.startswith(kept):
        return whole == kept or len(found) >= SHORTEST_CUT
    rest = iter(left)
    return all(word in rest for word in right)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
