"""What the document leaves open, as switches: a server may be on either side of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.serving import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Switches):
    """One way to read the document. Each switch has its values in its type, the likeliest first."""

    put: Literal["merge", "replace", "demand"] = "merge"
    """What an update does not name stays; or is emptied; or is emptied, and status, title, user_email must be named."""
    limits: Literal["refuse", "cut"] = "refuse"
    """A text that is too long is refused, or cut."""
    counts: Literal["points", "utf16", "bytes"] = "points"
    """How characters are counted: code points, UTF-16 units, bytes of UTF-8."""
    trims: Literal["yes", "no"] = "yes"
    """Blanks around a text are taken off, or kept."""
    words: Literal["open", "closed"] = "open"
    """Any status word is taken, or those of the workspace only."""
    people: Literal["refuse", "ignore", "mine"] = "refuse"
    """An address that nobody has is refused; passed over; or the task is given to whoever asks."""
    data: Literal["without", "with"] = "without"
    """The answers to writes lack ``data``, as in the samples, or have it."""
    empty: Literal["null", "blank", "absent"] = "null"
    """What is not there is told as null, as an empty text, or not at all."""
    clear: Literal["both", "blank", "null"] = "both"
    """A description is emptied by an empty text and by null, or by one of them, and the other is refused."""
    forms: Literal["forms", "form"] = "forms"
    """The name of the list of forms in answers."""
    edited: Literal["moves", "stays"] = "moves"
    """``date_edited`` moves with an update, or stays as in the samples."""
    history: Literal["exact", "behind"] = "exact"
    """The last word of ``status_history`` is the status, or the one before it, as in the sample of an update."""
    slash: Literal["redirect", "missing"] = "redirect"
    """An address without its last slash is redirected, or is not there."""
    created: Literal["201", "200"] = "201"
    """The status of the answer to a create."""
    updated: Literal["object", "part", "empty"] = "object"
    """The answer to an update is the task; its id and status only; or nothing."""
    deleted: Literal["204", "200", "202"] = "204"
    """The status of the answer to a delete; with 200 it is the task, else it is empty."""
    gone: Literal["404", "410", "page"] = "404"
    """The answer for an id that is not there: JSON, or a page for people."""
    login: Literal["400", "401", "403"] = "400"
    """The status for a password that is wrong."""
    token: Literal["401", "403"] = "401"  # noqa: S105 - a status, not a secret
    """The status for a token that is wrong or over."""
    key: Literal["403", "401"] = "403"
    """The status for an API key that is wrong."""
    workspace: Literal["404", "403"] = "404"
    """The status for a workspace that is not there."""
    access: Literal["write", "403", "405"] = "write"
    """Tasks can be written, or writes are answered with this status."""
