"""What the document leaves open, as switches: a server may be on either side of each."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal, Self, get_args, get_type_hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read the document. Each switch has its values in its type, the likeliest first."""

    answers: Literal["bare", "wrapped"] = "bare"
    """A task stands alone in an answer, or as ``{"task": …}``."""
    listing: Literal["bare", "wrapped", "rows"] = "bare"
    """The list is an array; ``{"tasks": […]}``; an array of ``{"task": …}``."""
    created: Literal["201", "200"] = "201"
    """The status of the answer to a create."""
    most: Literal["100", "25", "7"] = "100"
    """Tasks on a page, whatever is asked for."""
    paging: Literal["pages", "none", "stuck"] = "pages"
    """Pages are what was asked for; everything comes at once; every page is the first."""
    beyond: Literal["empty", "404", "last"] = "empty"
    """A page after the last one is empty, not there, or the last one once more."""
    count: Literal["yes", "no"] = "yes"
    """``mode=count`` is answered, or passed over."""
    order: Literal["id", "newest"] = "id"
    """The order of the list where ``dir`` is asc; the other way round it is the same."""
    stamps: Literal["any", "blank", "iso", "day", "none"] = "any"
    """How ``updated_from`` must be written: other forms are refused; "none": every form is."""
    filter: Literal["updated", "edited", "ignored"] = "updated"
    """``updated_from`` finds every change; not those of status and staff; or it is passed over."""
    case_filter: Literal["works", "ignored"] = "works"
    """``case`` filters, or is passed over."""
    users: Literal["objects", "plain", "ids", "both", "nested"] = "objects"
    """Staff of a task: in ``Users``, with e-mails, or without; ids in ``users_list``; both; objects in the latter."""
    due: Literal["day", "time", "iso"] = "day"
    """A due date is told as ``2023-02-14``, ``2023-02-14 00:00:00``, ``2023-02-14T00:00:00Z``."""
    empty: Literal["null", "blank", "missing"] = "null"
    """What is not there is told as null, as an empty text, or not at all."""
    lines: Literal["lf", "crlf"] = "lf"
    """How the lines of a text end."""
    texts: Literal["kept", "trimmed"] = "kept"
    """Texts are kept as they are sent, or lose the blanks at their ends."""
    times: Literal["told", "hidden"] = "told"
    """A task tells when it was made, changed and completed, or not."""
    none: Literal["word", "null"] = "word"
    """A task without a status is told as "none", or as null."""
    case: Literal["id", "nested"] = "id"
    """The case is told as ``casefile_id``, or as ``Casefile`` with its id."""
    errors: Literal["fields", "text"] = "fields"
    """A refusal is ``{"errors": {"due_on": […]}}``, or ``{"error": "…"}``."""
    unknown: Literal["404", "410"] = "404"
    """The status for an id that is not there."""
    staff: Literal["filter", "all", "nameless", "none"] = "filter"
    """``/staff?email=`` filters; lists everybody; filters and tells no e-mails; there is no such list."""
    cases: Literal["yes", "no"] = "yes"
    """Cases can be read, or not."""
    strangers: Literal["ignore", "reject"] = "ignore"
    """An id in ``users_list`` that nobody has is passed over, or refused."""
    access: Literal["write", "403", "404", "405"] = "write"
    """Tasks can be made, or that is answered with this status."""
    update: Literal["no", "404", "merge", "replace"] = "no"
    """PUT and DELETE: 405; 404; a PUT changes the members that it has; a PUT replaces the task."""
    changed: Literal["object", "empty"] = "object"
    """The answer to a PUT and to a DELETE is the task, or nothing."""
    cleared: Literal["cleared", "ignored", "refused"] = "cleared"
    """A due date of null in a PUT clears it, is passed over, or refused."""

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
