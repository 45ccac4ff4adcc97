"""What stands before the server: it passes requests on, and lets it look like another kind of server."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from requests.utils import parse_dict_header
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.caldav.sandbox.process import Server
from connectors.caldav.sandbox.reading import Reading

REALM: Final = "tasks"
_TIMEOUT: Final = 30.0
_PASSED: Final = frozenset(
    {"authorization", "content-type", "depth", "if-match", "if-none-match", "accept", "destination", "overwrite"}
)
_TOLD: Final = frozenset({"content-type", "etag", "dav", "www-authenticate", "location", "allow", "last-modified"})
_HIDDEN: Final = {"ctag": ("sync-token",), "etags": ("sync-token", "getctag")}

_SABRE: Final = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">'
    b"<s:exception>Sabre\\DAV\\Exception</s:exception><s:message>refused</s:message>%b</d:error>"
)


@dataclass(slots=True)
class Proxy:
    """An application that asks the server."""

    server: Server
    reading: Reading
    nonces: set[str] = field(default_factory=set)

    @property
    def basic(self) -> str:
        """What signs a request as the account."""
        told = base64.b64encode(f"{self.server.username}:{self.server.password}".encode()).decode("ascii")
        return f"Basic {told}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        request = Request(scope, receive)
        body = await request.body()
        answer = self._before(request, body)
        if answer is None:
            answer = await asyncio.to_thread(self.passed, request, body)
        await answer(scope, receive, send)

    def passed(self, request: Request, body: bytes) -> Response:
        """The server's own answer, less what this kind of server does not tell."""
        headers = {name: value for name, value in request.headers.items() if name in _PASSED}
        if self.reading.login == "digest":
            headers["authorization"] = self.basic
        path = request.scope["raw_path"].decode("ascii") + (f"?{request.url.query}" if request.url.query else "")
        status, told_headers, content = self.asked(request.method, path, headers, body)
        if request.method == "PUT" and self.reading.stored == "silent":
            told_headers.pop("etag", None)
        if status >= http.client.BAD_REQUEST and b"valid-sync-token" in content and self.reading.refusal == "bare":
            return Response(status_code=400)
        if status >= http.client.BAD_REQUEST and self.reading.refusal == "sabre":
            content = _SABRE % (re.search(rb"<[^>]*valid-sync-token[^>]*>", content) or [b""])[0]
            return Response(content, status_code=status, media_type="application/xml")
        return Response(self._shown(content), status_code=status, headers=told_headers)

    def asked(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask the server: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=_TIMEOUT)
        try:
            connection.request(method, path, body=body or None, headers=dict(headers))
            answer = connection.getresponse()
            content = answer.read()
            kept = {name.lower(): value for name, value in answer.getheaders() if name.lower() in _TOLD}
            return answer.status, kept, content
        finally:
            connection.close()

    def _before(self, request: Request, body: bytes) -> Response | None:
        """What this kind of server answers by itself."""
        if self.reading.login == "digest" and not self._knows(request):
            nonce = secrets.token_hex(8)
            self.nonces.add(nonce)
            told = f'Digest realm="{REALM}", qop="auth", algorithm=SHA-256, nonce="{nonce}", opaque="x"'
            return Response(status_code=401, headers={"WWW-Authenticate": told})
        if (
            self.reading.login == "basic"
            and not self.server.asks
            and request.headers.get("authorization") != self.basic
        ):
            return Response(status_code=401, headers={"WWW-Authenticate": f'Basic realm="{REALM}"'})
        if self.reading.sync != "token" and b"sync-collection" in body:
            error = b'<?xml version="1.0"?><error xmlns="DAV:"><supported-report/></error>'
            return Response(error, status_code=403, media_type="text/xml")
        return None

    def _knows(self, request: Request) -> bool:
        """Whether a request is signed by Digest (RFC 7616, 3.4.1)."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        told: Mapping[str, str] = parse_dict_header(rest) if scheme == "Digest" else {}  # type: ignore[no-untyped-call]  # as the library has it
        if told.get("nonce") not in self.nonces or told.get("uri") != request.scope["raw_path"].decode("ascii"):
            return False
        known = _sha(self.server.username, REALM, self.server.password)
        wanted = _sha(request.method, told["uri"])
        answer = _sha(known, told["nonce"], told.get("nc", ""), told.get("cnonce", ""), "auth", wanted)
        return secrets.compare_digest(answer, told.get("response", "")) and told.get("username") == self.server.username

    def _shown(self, content: bytes) -> bytes:
        for name in _HIDDEN.get(self.reading.sync, ()):
            content = re.sub(rb"<(\w+:)?%b>[^<]*</(\w+:)?%b>" % (name.encode(), name.encode()), b"", content)
        return content


def _sha(*parts: str) -> str:
    return hashlib.sha256(_joined(parts).encode()).hexdigest()


def _joined(parts: Iterable[str]) -> str:
    return ":".join(parts)
