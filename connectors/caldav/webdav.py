"""WebDAV over the transport: signing, bodies of XML, names of resources, and what refusals mean (RFC 4918)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from connectors.caldav.auth import Basic, Digest
from connectors.caldav.settings import CaldavSettings
from connectors.caldav.wire import Cut, Malformed, Multistatus, Response, asked, multistatus, properties, refusal
from connectors.errors import (
    BadCredentials,
    BadSettings,
    ContractBroken,
    Rejected,
    Stale,
    TaskMoved,
    TaskRefused,
    Transient,
)
from connectors.statuses import error_of

if TYPE_CHECKING:
    from connectors.transport import Answer, Http

WHAT: Final = "the collection"
WELL_KNOWN: Final = "/.well-known/caldav"
"""Where a server tells where its CalDAV is (RFC 6764, 5)."""
_KEY_HINT: Final = "check username and password of this side"
_ADDRESS_HINT: Final = "base_url is the address of one collection: `tasksync discover` lists those that there are"
_XML: Final = "application/xml; charset=utf-8"
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_REFUSED: Final = frozenset({400, 403, 405, 409, 412, 413, 415, 422})
_GONE: Final = frozenset({404, 410})
_TRIES: Final = 3
"""A request, once more with what the challenge asks for, and once more where its nonce was too old."""
_LATER: Final = frozenset({408, 423, 425, 429})
_ITS_OWN: Final = frozenset({"", "if-match", "if-none-match"})
"""What a 412 names when the condition was one of HTTP's own."""

TAKEN: Final = "no-uid-conflict"
"""What a refusal names where another resource of the collection has the UID (RFC 4791, 5.3.2.1)."""

Accepts = Callable[[int], bool]


class Partial(Exception):
    """The server does not tell all at once (507, alone or about the collection: RFC 4791, 7.8; 6578, 3.6)."""


class Taken(Rejected):
    """The UID of a new task is another resource's."""


def _parts(path: str) -> list[str]:
    return [unquote(part) for part in path.rstrip("/").split("/")]


def refused(status: int) -> bool:
    """Whether a status is a refusal."""
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


class WebDav:
    """One collection on a server, as the account."""

    def __init__(self, http: Http, settings: CaldavSettings, base_url: str) -> None:
        self._http = http
        self._base = urlsplit(base_url.rstrip("/") + "/")
        how: Callable[[str, str], Basic | Digest] = Digest if settings.auth == "digest" else Basic
        self._auth = how(settings.username, settings.password.get_secret_value())

    @property
    def path(self) -> str:
        """The path of the collection on its server."""
        return self._base.path

    def ask(self, method: str, body: bytes, *, depth: str, in_parts: bool = False) -> tuple[Answer, Multistatus]:
        """Ask the collection. Raises ``RetryLater``, ``SideDown``; ``Partial``, where one can ask ``in_parts``."""
        too_much: Accepts = lambda status: in_parts and status == HTTPStatus.INSUFFICIENT_STORAGE  # noqa: E731 - one thought
        try:
            answer = self.sent(method, body, depth=depth, ok=too_much)
        except (TaskMoved, TaskRefused) as error:
            raise BadSettings(error.message, hint=_ADDRESS_HINT) from error
        if too_much(answer.status):
            raise Partial
        return answer, self.understood(answer)

    def sent(self, method: str, body: bytes, *, depth: str, ok: Accepts | None = None, root: str = "") -> Answer:
        """Ask the collection, or what is at a path from the server's root; an answer that ``ok`` accepts as it is."""
        headers = {"Content-Type": _XML, "Depth": depth}
        return self._signed(method, root or "/", headers=headers, content=body, what=WHAT, ok=ok, rooted=bool(root))

    def elsewhere(self, path: str, inner: str, depth: str) -> Multistatus | None:
        """Properties of any resource of the server; None where it does not tell. Follows one redirect to itself."""
        for _ in range(2):
            accepts: Accepts = lambda status: status in _MOVED or (refused(status) and status not in _LATER)  # noqa: E731 - one thought
            answer = self.sent("PROPFIND", asked("d:propfind", inner), depth=depth, root=path, ok=accepts)
            if answer.status == HTTPStatus.MULTI_STATUS:
                return self.understood(answer)
            there = urlsplit(urljoin(self._base._replace(path=path).geturl(), answer.headers.get("Location", "")))
            if answer.status not in _MOVED or there[:2] != self._base[:2]:
                return None
            path = there.path
        return None

    def has(self, name: str) -> bool:
        """Whether a resource is there. Raises ``RetryLater``, ``SideDown``."""
        path, body = f"{self.path}{quote(name, safe='')}", asked("d:propfind", properties("d:getetag"))
        try:
            answer = self.sent("PROPFIND", body, depth="0", root=path, ok=_GONE.__contains__)
        except (TaskMoved, TaskRefused) as error:
            raise BadSettings(error.message, hint=_ADDRESS_HINT) from error
        return answer.status not in _GONE

    def write(self, method: str, name: str, what: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        """Change a resource. Raises ``Gone``, ``Stale``, ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        path = f"/{quote(name, safe='')}"
        answer = self._signed(
            method, path, headers=headers, content=content, what=what, changing=True, ok=_REFUSED.__contains__
        )
        if answer.status not in _REFUSED:
            return answer
        said = refusal(answer.body)
        named, words = said.condition, f': "{said.words}"' if said.words else ""
        if answer.status == HTTPStatus.PRECONDITION_FAILED and named in _ITS_OWN:
            raise Stale(f"{what}: changed there meanwhile")
        if named == TAKEN:
            raise Taken(f"{what}: another resource has its UID ({answer.status} {named})")
        if answer.status == HTTPStatus.FORBIDDEN and named in {"", "need-privileges"}:
            hint = 'let this account write to the collection, or set access = "read"'
            raise Rejected(self._masked(f"{what}: this account may not write there (403{words})"), hint=hint)
        if named or words:
            raise Rejected(self._masked(f"{what} was refused ({' '.join([str(answer.status), named]).strip()}{words})"))
        raise error_of(answer, answer.subject)

    def understood(self, answer: Answer) -> Multistatus:
        """An answer as a multistatus. Raises ``Transient`` where it breaks off, ``ContractBroken``."""
        if answer.status != HTTPStatus.MULTI_STATUS or "xml" not in answer.content_type:
            raise self.broken(f"{answer.status}, {answer.content_type[:60] or 'no type'} instead of a multistatus")
        try:
            return multistatus(answer.body)
        except Cut as cut:
            raise Transient(f"{WHAT}: the answer breaks off ({cut})", hint="is the server healthy?") from None
        except Malformed as malformed:
            raise self.broken(str(malformed)) from None

    def named(self, found: Multistatus, *, whole: bool = True) -> dict[str, Response]:
        """The resources of an answer by their names; the collection itself is none.

        Raises ``Partial`` where it is not all and is meant to be the ``whole``, ``ContractBroken``.
        """
        rows: dict[str, Response] = {}
        for one in found.responses:
            name = self.name(one.href)
            if not name:
                if whole and one.status == HTTPStatus.INSUFFICIENT_STORAGE:
                    raise Partial
            elif name in rows and rows[name] != one:
                raise self.broken(f"two different things about {name!r}")
            else:
                rows[name] = one
        return rows

    def name(self, href: str) -> str:
        """A resource's name in the collection; empty for the collection itself and for what is deeper in it."""
        try:
            there = urlsplit(urljoin(self._base.geturl(), href))
        except ValueError:
            raise self.broken(f"an address that can not be read, {href[:80]!r}") from None
        # By its parts: a name may have a slash in it, which is then told as %2F.
        path, own = _parts(there.path), _parts(self._base.path)
        if path[: len(own)] != own:
            raise self.broken(f"a resource of another collection, {href[:80]!r}")
        return path[-1] if len(path) == len(own) + 1 and not there.path.endswith("/") else ""

    def broken(self, what: str) -> ContractBroken:
        """The error for an answer to a read that is not what the protocol promises."""
        message = self._masked(f"{WHAT}: the server answered {what}")
        return ContractBroken(message, hint=f"is this a CalDAV server? {_ADDRESS_HINT}")

    def _masked(self, text: str) -> str:
        return self._http.secrets.mask(text)

    def _signed(  # noqa: PLR0913 - what is passed on to the transport
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None,
        what: str,
        ok: Accepts | None,
        changing: bool = False,
        rooted: bool = False,
    ) -> Answer:
        """Send, and once more where the server first tells how it wants to be answered."""
        unknown, tries = HTTPStatus.UNAUTHORIZED, _TRIES
        while True:
            answer = self._http.send(
                method,
                path,
                content=content,
                headers={"Accept": "*/*", **headers},
                auth=self._auth,
                changing=changing,
                what=what,
                ok=lambda status: status == unknown or (ok is not None and ok(status)),
                rooted=rooted,
            )
            if answer.status != unknown:
                return answer
            tries -= 1
            if not tries or not self._auth.learn(answer.headers.get("WWW-Authenticate", "")):
                raise BadCredentials(error_of(answer, answer.subject).message, hint=_KEY_HINT)
