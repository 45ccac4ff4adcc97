"""What vendors sent, packed: it is what it was, wherever somebody looks into it or writes it down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.store.documents import Packer, Unread, dump, load_object, plain
from tests.store import facts

ITEM = {"id": 5001, "content": "Milk", "tags": {"home": False}, "tasks": [], "due": None}


@given(st.lists(facts.OBJECT, min_size=1, max_size=5))
def test_what_is_packed_is_what_it_was(told):
    """Of any kind, in any order: whole numbers of any size and half characters among them."""
    packer = Packer()
    for data in told:
        packed = packer.packed(data)
        assert (bool(packed), plain(packed), dict(packed)) == (bool(data), data, data)
        assert dump(packed) == dump(data)
        assert dump({"b": packed, "a": [packed]}) == dump({"b": data, "a": [data]})
        assert not data or packer.packed(packed) is packed
        assert load_object(dump({"image": packed})) == {"image": data}


def test_what_is_like_the_first_takes_little_room():
    packer = Packer()
    packer.packed(ITEM)
    one = packer.packed({**ITEM, "id": 5002})
    assert isinstance(one, Unread)
    assert len(one.packed) < len(dump(ITEM)) / 3
