"""What the documents leave open, as switches: a server may be on either side of each."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal, Self, get_args, get_type_hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read the documents. Each switch has its values in its type, the default first."""

    login: Literal["v2", "v1", "bare"] = "v2"
    """With ``version=2`` an object with the token; always the older copy's quoted text; or the text without quotes."""
    refused: Literal["401", "403"] = "401"
    """The status of a log-in that failed: the copies of the page differ."""
    life: Literal["1d", "30m", "3 calls"] = "1d"
    """How long a token lives. The last is nobody's: it ends tokens often enough to try what happens then."""
    refresh: Literal["yes", "no"] = "yes"
    """The newer copies have a refresh."""
    expired: Literal["401", "403"] = "401"
    """The status for a token that is over or missing."""
    header: Literal["both", "parameter"] = "both"
    """The older copy passes the token as a parameter only; a header is then not looked at."""
    second_step: Literal["off", "on"] = "off"
    """The account's log-in needs ``token2fa``."""
    single: Literal["array", "object"] = "array"
    """One item is answered with its ancestors, or alone."""
    actions: Literal["array", "object"] = "array"
    """A status action is answered with the item's children, or with the item alone."""
    due: Literal["slashes", "dashes", "time"] = "slashes"
    """How a date is told."""
    no_due: Literal["null", "empty", "missing"] = "null"
    """How it is told that there is none."""
    create_parses: Literal["yes", "no"] = "yes"
    """A create reads smart syntax out of the text, and takes it out."""
    clear_due: Literal["yes", "ignored"] = "yes"
    """An empty date clears the date, or is passed over."""
    clear_tags: Literal["yes", "ignored"] = "yes"
    """An empty text clears the tags, or is passed over."""
    root: Literal["0", "null", "empty", "missing"] = "0"
    """What an item at the root has as its parent."""
    to_root: Literal["both", "empty", "zero"] = "both"
    """What moves an item there: with "empty", 0 is refused; with "zero", an empty text is passed over."""
    people: Literal["both", "form", "json"] = "both"
    """How a list of assignees is taken: ``assignee_ids[]`` in a form, an array in JSON."""
    tags: Literal["hash", "array", "text", "as_text"] = "hash"
    """The shape of ``tags``; with the last there is only ``tags_as_text``."""
    children: Literal["listed", "missing"] = "listed"
    """Whether items tell their children."""
    order: Literal["tree", "mixed"] = "tree"
    """The list's order: by parent and position, or any."""
    unknown_list: Literal["403", "404"] = "403"
    """The status for a list that is not there."""
    unknown_item: Literal["404", "403", "empty"] = "404"
    """The answer for an item that is not there; the last is an empty array with status 200, for a GET."""
    restored: Literal["same", "new"] = "same"
    """Whether a restored item has its old id."""
    never: Literal["empty", "time"] = "empty"
    """What ``updated_at`` is before the first change."""
    errors: Literal["status", "soft"] = "status"
    """A refusal has a status, or is an object with the error in an answer with status 200."""
    deleted: Literal["item", "empty"] = "item"
    """The answer to a delete is the item, or nothing."""
    access: Literal["write", "read"] = "write"
    """Whether the account may write the list."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """A reading from "name=value,…". Raises ``ValueError`` that says what can be written."""
        chosen: dict[str, str] = {}
        choices = cls.choices()
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = (side.strip() for side in part.partition("="))
            if name not in choices:
                raise ValueError(f'no reading "{name}"; there are: {", ".join(choices)}')
            if value not in choices[name]:
                raise ValueError(f'no "{name}={value}"; {name} is one of: {", ".join(choices[name])}')
            chosen[name] = value
        return replace(cls(), **chosen)  # type: ignore[arg-type]  # each value is one of its type's

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        """The switches and their values, the default first."""
        hints = get_type_hints(cls)
        return {switch.name: get_args(hints[switch.name]) for switch in fields(cls)}
