"""Request and answer bodies as a whole, where an application would get or give them in parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def whole(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body of a request, and a ``receive`` that gives it once more before it goes on."""
    parts: list[bytes] = []
    first: list[Message] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            first.append(message)  # the client left before its request was complete
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    body = b"".join(parts)
    if not first:
        first.append({"type": "http.request", "body": body, "more_body": False})

    async def again() -> Message:
        return first.pop() if first else await receive()

    return body, again


@dataclass(slots=True)
class Reply:
    """What an application answered, as a whole."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    def without(self, *names: bytes) -> list[tuple[bytes, bytes]]:
        """The headers less some of them."""
        return [(name, value) for name, value in self.headers if name.lower() not in names]


async def replied(app: ASGIApp, scope: Scope, receive: Receive) -> Reply:
    """Let an application run and keep its answer to ourselves."""
    reply = Reply()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            reply.headers = list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            reply.body += message.get("body", b"")

    await app(scope, receive, keep)
    return reply


async def answer(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, length: int | None = None
) -> None:
    """Send an answer; with ``length`` it claims so many bytes, and is left open."""
    claimed = len(body) if length is None else length
    start = [*headers, (b"content-length", str(claimed).encode())]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body, "more_body": length is not None})
