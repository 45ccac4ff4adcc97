"""What the article leaves open, as switches: a server may be on either side of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.serving import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Switches):
    """One way to read the article. Each switch has its values in its type, the likeliest first."""

    header: Literal["api", "tenant", "bearer"] = "api"
    """The token travels as X-Api-Token; as X-Tenant-Token, as one example has it; as a bearer token."""
    paging: Literal[
        "page", "none", "pages0", "offset", "cursor", "next", "link", "silent_page", "silent_offset", "cut"
    ] = "page"
    """Lists go on by page number from 1; not at all; by page from 0, with ``last``; by offset; by cursor; by a link in
    the answer; by one in a header; by page, or by offset, without any sign; not, though a header tells a total."""
    after: Literal["changes", "uploads"] = "changes"
    """``afterDate`` sees every change of a document, or new ones and new versions only."""
    bound: Literal["excluded", "included"] = "excluded"
    """What changed at the very moment of ``afterDate`` is left out, or named."""
    moment: Literal["iso", "millis", "day", "british", "epoch", "mute"] = "iso"
    """The format of ``afterDate``, which a refusal names, save for "mute" (that is a day)."""
    listed: Literal["values", "bare"] = "values"
    """Lists carry the values of the metadata fields, or only a single document does."""
    values: Literal["list", "by_id", "by_name"] = "list"
    """Values are a list of objects, or an object by the fields' ids, or by their names."""
    empty: Literal["null", "absent", "blank"] = "null"
    """A field without a value is null, is not there, or is an empty text."""
    members: Literal["short", "long", "homeless"] = "short"
    """A document has ``id``, ``name``, ``folderId``; ``documentId``, ``fileName``, ``folder``; or tells no folder."""
    ids: Literal["text", "number"] = "text"
    """Ids are texts, or numbers."""
    upload: Literal["multipart", "json"] = "multipart"
    """A document comes as a form with a file, or as JSON with its content in base64."""
    placed: Literal["folder", "root"] = "folder"
    """A new document goes into the folder that the upload names, or stays outside of any."""
    named: Literal["kept", "stripped"] = "kept"
    """A document's name keeps its ending, or loses it."""
    duplicates: Literal["project", "folder"] = "project"
    """A duplicate is a document of the same name in the project, or in the folder."""
    duplicate: Literal["409", "400"] = "409"
    """The status of the refusal of a duplicate."""
    value: Literal["object", "bare"] = "object"
    """The body of a write is ``{"value": …}``, or the value."""
    dates: Literal["any", "british", "instant"] = "any"
    """A date field takes a day; it wants dd/MM/yyyy, which a refusal names; it keeps a midnight in UTC."""
    clear: Literal["any", "null", "blank", "ignored"] = "any"
    """Nothing is told by null or by an empty text; only by one of them; or it is passed over."""
    options: Literal["closed", "open"] = "closed"
    """A status that is no choice of the field is refused, or kept."""
    answers: Literal["document", "field", "empty"] = "document"
    """A write is answered by the document, by the field, or by nothing."""
    created: Literal["document", "id", "200"] = "document"
    """An upload is answered by the document and 201, by its id alone, or by the document and 200."""
    unknown: Literal["404", "400"] = "404"
    """The status for a document id that is none."""
    access: Literal["write", "read"] = "write"
    """The token's user may write, or is refused with 403."""
    rate: Literal["off", "50"] = "off"
    """No limit of requests, or the article's default: 50 in a minute."""
