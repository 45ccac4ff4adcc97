"""Opus 2's calls, as the vendor's table of endpoints spells them: some with a slash at the end, some without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ConnectorError,
    ContractBroken,
    Forbidden,
    Gone,
    TaskMoved,
    TaskRefused,
)
from connectors.opus2.known import Known
from connectors.opus2.paging import Part, Walk, Way
from connectors.opus2.settings import Opus2Settings
from connectors.opus2.signs import Params, signs
from connectors.opus2.wire import Malformed, described, document_in, document_ref, documents_of, things
from connectors.statuses import error_of, vendor_words
from connectors.task import JsonValue, Native, Ref

if TYPE_CHECKING:
    from connectors.transport import Answer, Http

REFUSALS: Final = frozenset({400, 409, 415, 422})
"""Statuses of an answer that says what is wrong with a request, which may then be sent in another form."""
_ABOUT_IDS: Final = re.compile(r"\b(id|ids|identifier|not found|no such|does not exist)\b", re.IGNORECASE)
_ADDRESS_HINT: Final = "check base_url of this side, the tenant's address, and project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer to a list: what was not in it before, and when it came."""

    elements: Sequence[Native]
    server_time: datetime | None
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A request that was understood and refused: its status, what the vendor says, and the error that it stands for."""

    status: int
    words: str
    error: ConnectorError


class Opus2Client:
    """The calls on one project, signed with the token."""

    def __init__(self, http: Http, settings: Opus2Settings, known: Callable[[], Known]) -> None:
        token = settings.token.get_secret_value()
        http.secrets.add(token)
        bearer = settings.header.casefold() == "authorization"
        self._http = http
        self._known = known
        self._style = settings.paging
        self._headers = {settings.header: f"Bearer {token}" if bearer else token}
        self._token_hint = (
            f"check token and header ({settings.header}) of this side: the token of a user of this tenant"
        )
        self._project = f"/projects/{_quoted(settings.project)}"

    def project(self) -> Native:
        """The project itself. Raises ``RetryLater``, ``SideDown``."""
        answer = self._read(f"{self._project}/", {}, "the project")
        inner = answer.json()
        return inner if isinstance(inner, Mapping) else {}

    def folders(self) -> list[Native]:
        """The project's folders."""
        return self._all(f"{self._project}/folders", "the folders", "folders")

    def fields(self) -> list[Native]:
        """The project's metadata fields."""
        return self._all(f"{self._project}/fields", "the metadata fields", "fields")

    def everything(self, path: str, what: str) -> list[Native]:
        """A list of the tenant's: projects, users, teams, templates."""
        return self._all(f"/{path}", what, path)

    def of_project(self, path: str, what: str) -> list[Native]:
        """A list of the project's: users, teams."""
        return self._all(f"{self._project}/{path}", what, path)

    def documents(self, folder: Ref | None, params: Params | None = None) -> Iterator[Listing]:
        """The documents of a folder, or of the project, page by page; never ends before the end.

        Raises ``RetryLater``, ``SideDown``, and ``Rejected`` when the first page is refused for its parameters.
        """
        path = f"{self._project}/documents" + (f"/folder/{_quoted(folder)}" if folder is not None else "")
        what = "the documents" if folder is None else f"the documents of folder {folder}"
        known = self._known()
        yield from self._walk(path, what, params or {}, known)

    def document(self, ref: Ref) -> Native:
        """One document. Raises ``Gone``, ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        answer = _of_a_document(self._send("GET", self._document(ref), what=f"document {ref}", changing=False))
        if isinstance(answer, Refused):
            raise answer.error
        return self._whole(answer, f"document {ref}", ref)

    def put(self, ref: Ref, field: str, json: JsonValue) -> Answer | Refused:
        """Write one metadata field. Raises ``Gone``, ``RetryLater``, ``SideDown``."""
        path = f"{self._document(ref)}/fields/{_quoted(field)}"
        if json is None:  # a body that says null, where no body at all would be sent
            what, kind = f"document {ref}", "application/json"
            return _of_a_document(self._send("PUT", path, what=what, changing=True, content=b"null", kind=kind))
        return _of_a_document(self._send("PUT", path, what=f"document {ref}", changing=True, json=json))

    def move(self, ref: Ref, folder: Ref) -> Answer | Refused:
        """Move a document into another folder. Raises ``Gone``, ``RetryLater``, ``SideDown``."""
        path = f"{self._document(ref)}/{_quoted(folder)}"
        return _of_a_document(self._send("PUT", path, what=f"document {ref}", changing=True))

    def upload(
        self, folder: Ref, what: str, *, content: bytes | None = None, kind: str = "", json: JsonValue = None
    ) -> Answer | Refused:
        """Add a document, refused where there is one like it. Raises ``Gone``, ``RetryLater``, ``SideDown``."""
        return self._send(
            "POST",
            f"{self._project}/documents",
            what=what,
            changing=True,
            params={"rejectDuplicate": "true", "folderId": folder},
            content=content,
            kind=kind,
            json=json,
        )

    def found(self, answer: Answer, ref: Ref | None = None) -> Native | None:
        """The document in the answer to a write; None where there is none, or it is of another kind."""
        if not answer.body.strip():
            return None
        document = document_in(answer.json()) if answer.looks_like_json else None
        return document if document is not None and ref in (None, document_ref(document)) else None

    def broken(self, what: str, why: object, applied: Applied = Applied.NO) -> ContractBroken:
        """The error for an answer that has none of the shapes known."""
        message = self._http.secrets.mask(f"{what}: the server answered {why}")
        return ContractBroken(message, hint=f"is this the API of an Opus 2 tenant? {_ADDRESS_HINT}", applied=applied)

    def _document(self, ref: Ref) -> str:
        return f"{self._project}/documents/{_quoted(ref)}"

    def _all(self, path: str, what: str, member: str) -> list[Native]:
        """A short list, whole: where no sign tells of a rest, there is none."""
        walk = Walk(fetch=lambda params: self._part(path, what, params, member)[0], style="auto", way=Way("none"))
        try:
            return [element for elements in walk.run() for element in elements]
        except Malformed as broken:
            raise self.broken(what, broken) from None

    def _walk(self, path: str, what: str, params: Params, known: Known) -> Iterator[Listing]:
        answers: list[Answer] = []

        def fetch(more: Params) -> Part:
            part, answer = self._part(path, what, {**params, **more}, "documents", first=not answers)
            answers.append(answer)
            return part

        walk = Walk(fetch=fetch, style=self._style, way=known.way, what=what)
        try:
            for elements in walk.run():
                answer = answers[-1]
                yield Listing(elements=elements, server_time=answer.server_time, received=answer.received)
        except Malformed as broken:
            hint = "choose another paging for this side, or leave it out to have it found out"
            error = self.broken(what, broken)
            error.hint = f"{error.hint}; {hint}"
            raise error from None
        known.way = walk.way

    def _part(self, path: str, what: str, params: Params, member: str, *, first: bool = False) -> tuple[Part, Answer]:
        answer = self._read(path, params, what, raw=first and "afterDate" in params)
        inner = answer.json()
        elements = documents_of(inner) if member == "documents" else things(inner, member)
        return Part(elements=elements, signs=signs(inner, answer.headers, path)), answer

    def _read(self, path: str, params: Params, what: str, *, raw: bool = False) -> Answer:
        """GET a list. ``raw``: a refusal of the parameters is raised as it is."""
        try:
            answer = self._send("GET", path, what=what, changing=False, params=params or None)
            if isinstance(answer, Refused):
                raise answer.error
        except (TaskMoved, TaskRefused) as refused:
            if raw and isinstance(refused, TaskRefused):
                raise
            raise BadSettings(refused.message, hint=_ADDRESS_HINT) from refused
        except Forbidden as refused:
            hint = (
                "the token's user needs access to this project, and an Operator must allow the API and downloads by it"
            )
            raise Forbidden(refused.message, hint=hint) from refused
        return answer

    def _send(  # noqa: PLR0913 - what a request consists of
        self,
        method: str,
        path: str,
        *,
        what: str,
        changing: bool,
        params: Params | None = None,
        json: JsonValue | None = None,
        content: bytes | None = None,
        kind: str = "",
    ) -> Answer | Refused:
        headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
        try:
            answer = self._http.send(
                method,
                path,
                params=params,
                json=json,
                content=content,
                headers=headers,
                changing=changing,
                what=what,
                ok=lambda status: status in REFUSALS,
            )
        except BadCredentials as refused:
            raise BadCredentials(refused.message, hint=self._token_hint) from refused
        if answer.status not in REFUSALS:
            return answer
        error = error_of(answer, answer.subject)
        error.message = self._http.secrets.mask(error.message)
        return Refused(status=answer.status, words=self._http.secrets.mask(vendor_words(answer)), error=error)

    def _whole(self, answer: Answer, what: str, ref: Ref) -> Native:
        document = document_in(answer.json())
        if document is None or document_ref(document) != ref:
            raise self.broken(what, described(answer.json()) + " instead of the document")
        return document


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _of_a_document(answer: Answer | Refused) -> Answer | Refused:
    """An answer about a document. Raises ``Gone`` where a refusal says that no document can have such an id.

    "Invalid version ID Format" is the article's example of a 400.
    """
    if isinstance(answer, Refused) and _ABOUT_IDS.search(answer.words):
        raise Gone(answer.error.message)
    return answer
