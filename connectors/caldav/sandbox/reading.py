"""What servers differ in, as switches before a real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.serving import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Switches):
    """One kind of server. Each switch has its values in its type, the likeliest first."""

    server: Literal["radicale", "xandikos"] = "radicale"
    """Which server it is."""
    sync: Literal["token", "ctag", "etags"] = "token"
    """What changed is told by sync-collection; the collection has a tag of its own; or neither."""
    stored: Literal["tag", "silent"] = "tag"
    """The answer to a PUT tells the new entity tag, or not (a server may that stores otherwise than it was sent)."""
    login: Literal["basic", "digest"] = "basic"
    """How requests are to be signed."""
    refusal: Literal["condition", "bare", "sabre"] = "condition"
    """A refused sync-token is named as a precondition, or the answer is a 400 without words; or every refusal tells
    first what sabre/dav (Nextcloud, Baïkal) tells of its own."""
