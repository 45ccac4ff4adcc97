"""Where the next read starts: what is remembered of a collection between two reads. Pure.

A server that has sync-tokens (RFC 6578) remembers for us. For another one the entity tags of all resources are kept, in
short, and the tag of the collection if it has one (caldav-ctag), without which they are compared each time.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from connectors.task import Ref

_FORM: Final = 1
"""Grows when what is kept changes: what an older version kept is then read as no cursor."""
_SHORT: Final = 9
"""Bytes of an entity tag's hash: two of one resource are equal by chance once in 10²¹ changes."""
SUFFIX: Final = ".ics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the last read found.

    ``token`` is the collection's sync-token, ``tag`` its ctag, each empty if it has none. ``tags`` are the entity tags
    in short by resource, kept only without a token. ``names`` are the UIDs of the resources that are not named for
    them, so that it is known what was removed. ``deaf`` is a server that has tokens and does not answer to them.
    ``large`` is a collection that is asked when it was last changed before anything else, ``modified`` its answer
    before the last read: as long as it is the same, nothing changed; empty where that can not be said.
    """

    token: str = ""
    tag: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Ref] = field(default_factory=dict)
    deaf: bool = False
    large: bool = False
    modified: str = ""

    def told(self) -> str:
        """As the value of a cursor."""
        kept = {"form": _FORM, "token": self.token, "tag": self.tag, "tags": self.tags, "names": self.names}
        kept |= {"deaf": self.deaf, "large": self.large, "modified": self.modified}
        return json.dumps({name: value for name, value in kept.items() if value}, sort_keys=True)

    def uid(self, name: str) -> Ref:
        """The UID of a resource that is not there any more."""
        return self.names.get(name) or name.removesuffix(SUFFIX)


def understood(value: str) -> Mark | None:
    """A cursor's value; None when it is none of ours."""
    try:
        kept = json.loads(value)
    except ValueError:
        return None
    if not isinstance(kept, dict) or kept.get("form") != _FORM:
        return None
    token, tag = kept.get("token", ""), kept.get("tag", "")
    tags, names = kept.get("tags", {}), kept.get("names", {})
    if not (isinstance(token, str) and isinstance(tag, str) and isinstance(tags, dict) and isinstance(names, dict)):
        return None
    modified, deaf, large = kept.get("modified", ""), kept.get("deaf") is True, kept.get("large") is True
    shown = modified if isinstance(modified, str) else ""
    return Mark(token=token, tag=tag, tags=tags, names=names, deaf=deaf, large=large, modified=shown)


def short(etag: str) -> str:
    """An entity tag in short."""
    return base64.b85encode(hashlib.sha256(etag.encode()).digest()[:_SHORT]).decode("ascii")


def usual_name(uid: Ref) -> str:
    """What the resource of a UID is named by us, and by most."""
    return f"{uid}{SUFFIX}"


def unusual(names: Mapping[str, Ref]) -> dict[str, Ref]:
    """Of resources and their UIDs, those that are not named for them."""
    return {name: uid for name, uid in names.items() if name != usual_name(uid)}
