"""What the document leaves open, as switches: a server may be on either side of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.serving import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Switches):
    """One way to read the document. Each switch has its values in its type, the likeliest first."""

    html: Literal["none", "tidy", "strict"] = "none"
    """A description is stored as it was sent; with uniform tags; without tags and attributes that are not on a list."""
    lists: Literal["replace", "merge"] = "replace"
    """A list in a PATCH replaces the one that was there, or is added to it."""
    archived: Literal["listed", "hidden"] = "listed"
    """Archived actions are in the list, or not."""
    people: Literal["ignore", "create", "reject"] = "ignore"
    """A name that nobody has: the member is passed over, somebody is made of it, or the request is refused."""
    nulls: Literal["clear", "ignore"] = "clear"
    """A null clears a member, or is passed over."""
    empty: Literal["null", "blank"] = "null"
    """A date, a person, a text that is not there is told as null, or as an empty text."""
    statuses: Literal["closed", "open"] = "closed"
    """A status word that the tenant does not have is refused, or becomes one."""
    words: Literal["lower", "capital"] = "lower"
    """The tenant's words are "doing" or "Doing"."""
    dates: Literal["any", "ordered"] = "any"
    """A due date before the start is taken, or refused."""
    bodies: Literal["json", "both"] = "json"
    """Form-encoded bodies are refused, or taken too."""
    answers: Literal["bare", "wrapped"] = "bare"
    """An action stands alone in an answer, or as ``{"action": …}``."""
    listing: Literal["bare", "wrapped"] = "bare"
    """The list is an array, or ``{"actions": […]}``."""
    created: Literal["201", "200"] = "201"
    """The status of the answer to a create."""
    deleted: Literal["object", "empty"] = "object"
    """The answer to a delete is the action, or nothing."""
    unknown: Literal["404", "410"] = "404"
    """The status for an id that is not there."""
    order: Literal["id", "newest", "shuffled"] = "id"
    """The order of the list."""
    paging: Literal["none", "link", "next", "total"] = "none"
    """The list is whole; in pages named by ``Link``, or by ``X-Next-Page``; or cut, which ``X-Total`` alone tells."""
    access: Literal["write", "403", "404", "405"] = "write"
    """Actions can be written, or writes are answered with this status."""
