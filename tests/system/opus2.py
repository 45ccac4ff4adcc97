"""An Opus 2, from the article about its Inbound Documents API: one project, its folders, documents and metadata fields.

The article names the calls and prints no bodies: these are the likeliest, and each reading of them is drawn.
"""

from __future__ import annotations

import json
import math
import time
from collections import deque
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.utils import formatdate
from typing import Final, Literal
from urllib.parse import unquote

from tests.system.documents import FIELDS, WORDS, Document, Documents
from tests.system.paging import page_of
from tests.system.stranger import Call, Json, Reading, Refuse, Stranger

LIMIT: Final = 50
"""Requests in a minute, by the article."""
FORMATS: Final = {
    "yyyy-MM-dd'T'HH:mm:ss'Z'": "%Y-%m-%dT%H:%M:%SZ",
    "yyyy-MM-dd'T'HH:mm:ss": "%Y-%m-%dT%H:%M:%S",
    "yyyy-MM-dd": "%Y-%m-%d",
    "dd/MM/yyyy": "%d/%m/%Y",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opus2Reading(Reading):
    """What the article leaves open."""

    paging: Literal["none", "page", "offset", "cursor", "next", "link", "last"] = "none"
    moment: Literal["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd", "dd/MM/yyyy"] = "yyyy-MM-dd"
    seen: Literal["edits", "uploads"] = "edits"  # what moves the time that afterDate looks at
    bound: Literal["included", "excluded"] = "included"
    values: Literal["pairs", "by name", "by id", "only alone"] = "pairs"  # of fields; "only alone": not in lists
    unset: Literal["null", "empty", "missing"] = "null"
    ids: Literal["text", "number"] = "text"
    names: Literal["plain", "spelt out"] = "plain"  # of a document's members
    part: Literal["folderId", "root"] = "folderId"  # which part of an upload says where; or none does
    duplicate: Literal[409, 400] = 409
    unique: Literal["project", "folder"] = "project"
    write: Literal["object", "bare"] = "object"  # the body of a field's PUT
    answers: Literal["document", "empty", "part"] = "document"
    dates: Literal["day", "midnight"] = "day"  # how a date field is told
    options: Literal["closed", "open"] = "closed"
    clear: Literal["either", "null", "blank"] = "either"
    retry: Literal["seconds", "date", "silent"] = "seconds"


class Opus2(Documents, Stranger):
    """One tenant. ``window``: seconds in which it takes LIMIT requests; 0: it does not count."""

    token, project, folder, archive = "stranger.token.8150", "case-12", "To do", "Done with"

    def __init__(self, seed: int = 0, reading: Opus2Reading | None = None, *, window: float = 0) -> None:
        Stranger.__init__(self, seed)
        Documents.__init__(self, self.folder, self.archive)
        self.reading = reading or Opus2Reading.drawn(seed)
        self.window = window
        self.users = {"u1": ("Anna Berg", "anna@example.com")}
        self.most = 0
        """The most requests that there were in a window."""
        self._times: deque[float] = deque()

    def answer(self, call: Call) -> tuple[int, Json]:
        self._limit()
        if call.headers.get("X-Api-Token") != self.token:
            raise Refuse(401, {"message": "The provided API token is invalid."})
        match call.method, [unquote(part) for part in call.path.split("/")[1:]]:
            case "GET", ["users"]:
                return 200, [{"id": key, "name": name, "email": mail} for key, (name, mail) in self.users.items()]
            case "GET", ["projects"]:
                return 200, [self._project()]
            case _, ["projects", self.project, *rest]:
                return self._in_project(call, rest)
        raise Refuse(404, {"message": "Project not found."})

    def _in_project(self, call: Call, path: list[str]) -> tuple[int, Json]:
        match call.method, path:
            case "GET", [""]:
                return 200, self._project()
            case "GET", ["fields"]:
                return 200, self._paged(call, [self._field(key) for key in self.fields], "fields")
            case "GET", ["folders", *name]:
                return 200, self._folders(call, name)
            case _, ["documents", *rest]:
                return self._at_documents(call, rest)
        raise Refuse(404, {"message": "Request for a non-existent entity."})

    def _folders(self, call: Call, path: list[str]) -> Json:
        if not path:
            return self._paged(call, [self._folder(key) for key in self.folders], "folders")
        found = [key for key, one in self.folders.items() if [one] == path]
        if not found:
            raise Refuse(404, {"message": "Folder not found."})
        return self._folder(found[0])

    def _at_documents(self, call: Call, path: list[str]) -> tuple[int, Json]:
        found: Json = Refuse(404, {"message": "Request for a non-existent entity."})
        match call.method, path:
            case "GET", []:
                found = self._listed(call, set(self.folders))
            case "GET", ["folder", folder]:
                found = self._listed(call, {self._known(folder, self.folders, "Folder")})
            case "POST", []:
                return 201, self._answer(self._upload(call), "upload")
            case "GET", [ref]:
                found = self._shown(self._document(ref), alone=True)
            case "PUT", [ref, folder]:
                found = self._answer(self._move(ref, folder))
            case "PUT", [ref, "fields", key]:
                found = self._answer(self._write(call, ref, key))
        if isinstance(found, Refuse):
            raise found
        return 200, found

    def headers(self, call: Call) -> dict[str, str]:  # noqa: ARG002 - as its parent has it
        following = self._next if self.reading.paging == "link" else None
        self._next = None
        return {"Link": f'<{following}>; rel="next"'} if following else {}

    _next: str | None = None

    def _limit(self) -> None:
        now = time.monotonic()
        while self._times and now - self._times[0] >= self.window:
            self._times.popleft()
        if self.window and len(self._times) >= LIMIT:
            raise Refuse(429, {"message": "Too many requests."}, **self._later())
        self._times.append(now)
        self.most = max(self.most, len(self._times))

    def _later(self) -> dict[str, str]:
        match self.reading.retry:
            case "seconds":
                return {"Retry_After": str(math.ceil(self.window))}
            case "date":
                return {"Retry_After": formatdate(time.time() + self.window + 1, usegmt=True)}
        return {}

    # Lists

    def _listed(self, call: Call, folders: set[int]) -> Json:
        after = self._moment(call.query["afterDate"]) if "afterDate" in call.query else None
        found = [one for one in self.documents.values() if one.folder in folders and self._since(one, after)]
        return self._paged(call, [self._shown(one, alone=False) for one in found], "documents")

    def _since(self, one: Document, after: datetime | None) -> bool:
        moment = one.created if self.reading.seen == "uploads" else one.changed
        return after is None or moment > after or (moment == after and self.reading.bound == "included")

    def _moment(self, text: str) -> datetime:
        try:
            return datetime.strptime(text, FORMATS[self.reading.moment]).replace(tzinfo=UTC)
        except ValueError:
            raise Refuse(400, {"message": f"Invalid timestamp format. Use format {self.reading.moment}"}) from None

    def _paged(self, call: Call, found: list[Json], name: str) -> Json:
        shown, following = page_of(self.reading.paging, call.query, found, name, f"{self.url}{call.path}")
        self._next = following if self.reading.paging == "link" else None
        return shown

    # Writes

    def _upload(self, call: Call) -> Document:
        if call.query.get("rejectDuplicate", "true") not in {"true", "false"}:
            raise Refuse(400, {"message": "rejectDuplicate must be true or false."})
        if call.headers.get_content_type() != "multipart/form-data":
            raise Refuse(400, {"message": "A document is sent as multipart/form-data."})
        head = f"Content-Type: {call.headers['Content-Type']}\r\n\r\n".encode()
        parts = list(message_from_bytes(head + call.body, policy=policy.HTTP).iter_parts())
        files = [part for part in parts if part.get_filename()]
        if len(files) != 1:
            raise Refuse(400, {"message": "Send one file."})
        said = {
            part.get_param("name", header="Content-Disposition"): str(part.get_content()).strip()
            for part in parts
            if part not in files
        }
        folder = min(self.folders)
        if self.reading.part == "folderId" and "folderId" in said:
            folder = self._known(said["folderId"], self.folders, "Folder")
        name = str(files[0].get_filename())
        scope = {folder} if self.reading.unique == "folder" else set(self.folders)
        taken = [one for one in self.documents.values() if one.name == name and one.folder in scope]
        if taken and call.query.get("rejectDuplicate") == "true":
            raise Refuse(self.reading.duplicate, {"message": f"A duplicate of document {name} exists."})
        return self.make(name, folder, files[0].get_payload(decode=True) or b"")

    def _move(self, ref: str, folder: str) -> Document:
        one = self._document(ref)
        one.folder = self._known(folder, self.folders, "Folder")
        one.changed = datetime.now(UTC)
        return one

    def _write(self, call: Call, ref: str, key: str) -> Document:
        one, number = self._document(ref), self._known(key, self.fields, "Field")
        if call.headers.get_content_type() != "application/json":
            raise Refuse(400, {"message": "You sent invalid JSON."})
        try:
            said = json.loads(call.body)
        except ValueError:
            raise Refuse(400, {"message": "You sent invalid JSON."}) from None
        if self.reading.write == "object":
            if not isinstance(said, dict) or said.keys() != {"value"}:
                raise Refuse(400, {"message": "The incorrect type of JSON values: an object with value is expected."})
            said = said["value"]
        self.put(one, number, self._checked(number, said))
        return one

    def _checked(self, number: int, value: Json) -> str:
        if value is None and self.reading.clear != "blank":
            return ""
        if not isinstance(value, str) or (not value and self.reading.clear == "null"):
            raise Refuse(400, {"message": "The incorrect type of JSON values: text is expected."})
        kind = FIELDS[self.fields[number]]
        if value and kind == "date":
            try:
                value = date.fromisoformat(value[:10]).isoformat()
            except ValueError:
                raise Refuse(400, {"message": "Invalid date format. Use format yyyy-MM-dd"}) from None
        if value and kind == "choice" and value not in WORDS and self.reading.options == "closed":
            raise Refuse(400, {"message": f"{value} is none of the options."})
        return value

    def _document(self, ref: str) -> Document:
        return self.documents[self._known(ref, self.documents, "Document")]

    @staticmethod
    def _known(text: str, among: Container[int], what: str) -> int:
        if not text.isdecimal():
            raise Refuse(400, {"message": f"Invalid {what.lower()} ID Format"})
        if int(text) not in among:
            raise Refuse(404, {"message": f"{what} not found."})
        return int(text)

    # What it tells

    def _id(self, number: int) -> Json:
        return number if self.reading.ids == "number" else str(number)

    def _project(self) -> Json:
        return {"id": self.project, "name": "A case"}

    def _folder(self, key: int) -> Json:
        return {"id": self._id(key), "name": self.folders[key]}

    def _field(self, key: int) -> Json:
        name = self.fields[key]
        shown = {"id": self._id(key), "name": name, "type": FIELDS[name]}
        return shown | ({"options": list(WORDS)} if FIELDS[name] == "choice" else {})

    def _answer(self, one: Document, what: str = "") -> Json:
        if self.reading.answers == "document":
            return self._shown(one, alone=True)
        if self.reading.answers == "part" or what:
            return {"id": self._id(one.ref)}
        return None

    def _shown(self, one: Document, *, alone: bool) -> dict[str, Json]:
        spelt = self.reading.names == "spelt out"
        shown: dict[str, Json] = {
            "documentId" if spelt else "id": self._id(one.ref),
            "fileName" if spelt else "name": one.name,
            "createdDate": one.created.isoformat(),
        }
        shown |= {"folder": self._folder(one.folder)} if spelt else {"folderId": self._id(one.folder)}
        if alone or self.reading.values != "only alone":
            shown["metadata" if spelt else "fields"] = self._values(one)
        return shown

    def _values(self, one: Document) -> Json:
        told: dict[int, Json] = {key: one.values.get(key, "") for key in self.fields}
        for key, value in [*told.items()]:
            if value and FIELDS[self.fields[key]] == "date" and self.reading.dates == "midnight":
                told[key] = f"{value}T00:00:00"
            if not value and self.reading.unset != "empty":
                told[key] = None
                if self.reading.unset == "missing":
                    del told[key]
        if self.reading.values == "by id":
            return {str(key): value for key, value in told.items()}
        if self.reading.values == "by name":
            return {self.fields[key]: value for key, value in told.items()}
        return [{"id": self._id(key), "name": self.fields[key], "value": value} for key, value in told.items()]
