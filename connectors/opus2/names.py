"""Names of documents, and what is in those that are made here. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from connectors.projection import one_line
from connectors.task import Value

LONGEST: Final = 120
"""Characters of a title that a document's name takes: with the rest it fits into what file systems hold."""
ENDING: Final = ".txt"
KIND: Final = ".task"
"""Before the ending, where the name is not the title: it says that the document was made here, wherever it is read."""
BEFORE: Final = "task: "
"""Before the title of a document made here, until that is in its own field."""
_TAIL: Final = 6
_MADE: Final = re.compile(rf"(.*?)(?: [0-9a-f]{{{_TAIL}}})?{re.escape(KIND)}(?:{re.escape(ENDING)})?", re.DOTALL)
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|]')
"""What some file system does not take in a name."""
_EDGES: Final = re.compile(r"^[. ]+|[. ]+$")


def as_name(value: Value) -> Value:
    """A title as the name of a document, without its ending: one line, no characters that names can not have, cut."""
    if not isinstance(value, str):
        return value
    text = one_line(_UNFIT.sub("-", str(one_line(value))))
    return _EDGES.sub("", str(text)[:LONGEST]) or "-" * bool(text)


def file_name(title: str, marker: str = "", *, titled: bool) -> str:
    """The name of the document to upload; with a task's marker one that no other task's document has.

    ``titled``: its title has a field of its own, and is not the name.
    """
    name = str(as_name(title)) or "task"
    own = f" {tail(marker)}" if marker else ""
    return f"{name}{own}{KIND if titled else ''}{ENDING}"


def made_as(name: str) -> str:
    """What a name says while the title's own field is empty: of a document made here always the same, else the name.

    A server may have taken the ending off, and it does not count whether the first name was free. It is nothing that
    a person's own document of that title could be taken for.
    """
    found = _MADE.fullmatch(name)
    return f"{BEFORE}{found[1]}" if found else name


def tail(marker: str) -> str:
    """Six characters for a task, always the same."""
    return hashlib.sha256(marker.encode()).hexdigest()[:_TAIL]


def text(title: str, marker: str) -> bytes:
    """What is in the document: with the task's id, so that no two tasks' documents are alike to the byte."""
    return f"{title}\n\nThis document stands for a task. It was made by tasksync ({marker}).\n".encode()


def is_named(found: str | None, wanted: str) -> bool:
    """Whether a document's name is the one that was sent, which a server may store without its ending."""
    return found is not None and found.casefold() in (wanted.casefold(), without_ending(wanted).casefold())


def without_ending(name: str) -> str:
    """A name less the ending that documents made here have."""
    return name[: -len(ENDING)] if name.lower().endswith(ENDING) and len(name) > len(ENDING) else name
