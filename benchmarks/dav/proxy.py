"""A proxy that counts what passes, and holds each request back for a while: `python -m benchmarks.dav.proxy PORT`.

It is a process of its own, so that neither the programs nor the server pay for it. Connections to it are kept open, as
a server before the public would keep them; requests that wait do so side by side. It says its own port, then obeys its
standard input: each line is `delay SECONDS` (counts start anew) or `counts`, and is answered by one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field

END = b"\r\n\r\n"
NO_BODY = ("1", "204", "304")


@dataclass(slots=True)
class Proxy:
    """Counts by verb, and bytes each way, heads included; ``most`` requests were open at once.

    ``plain`` are the bytes of the answers' bodies when they are unpacked.
    """

    port: int
    delay: float = 0.0
    verbs: Counter[str] = field(default_factory=Counter)
    up: int = 0
    down: int = 0
    plain: int = 0
    open: int = 0
    most: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """All requests of one connection."""
        try:
            while True:
                head = await reader.readuntil(END)
                body = await reader.readexactly(length_of(head))
                writer.write(await self.passed(head, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def passed(self, head: bytes, body: bytes) -> bytes:
        """The server's answer to one request."""
        self.verbs[head.split(b" ", 1)[0].decode("ascii")] += 1
        self.up += len(head) + len(body)
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            if self.delay:
                await asyncio.sleep(self.delay)
            answer = await self.asked(head, body)
        finally:
            self.open -= 1
        self.down += len(answer)
        return answer

    async def asked(self, head: bytes, body: bytes) -> bytes:
        """Ask the server over a connection of its own: Radicale closes each after its answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(without(head, b"connection") + b"Connection: close" + END + body)
            answer = await reader.read()
        finally:
            writer.close()
        told, _, content = answer.partition(END)
        status = told.split(b" ", 2)[1].decode("ascii")
        self.plain += len(unpacked(told, content))
        kept = without(without(told + END, b"connection"), b"content-length")
        kept = b"HTTP/1.1" + kept[kept.index(b" ") :]
        if not status.startswith(NO_BODY):
            kept += b"Content-Length: %d\r\n" % len(content)
        return kept + b"\r\n" + content

    def told(self) -> dict[str, object]:
        """What was counted since the last delay was set."""
        return {"verbs": dict(self.verbs), "up": self.up, "down": self.down, "plain": self.plain, "most": self.most}

    def obey(self, line: str) -> dict[str, object]:
        """One order."""
        order, *rest = line.split()
        if order == "delay":
            self.delay = float(rest[0])
            self.verbs, self.up, self.down, self.plain, self.most = Counter(), 0, 0, 0, 0
        return self.told()


def unpacked(head: bytes, body: bytes) -> bytes:
    """A body as it was before it was packed."""
    packed = b"content-encoding: gzip" in head.lower()
    return zlib.decompress(body, wbits=zlib.MAX_WBITS | 16) if packed and body else body


def length_of(head: bytes) -> int:
    """The bytes of a request's body."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def without(head: bytes, name: bytes) -> bytes:
    """A head less one of its fields, open for more of them."""
    lines = head.removesuffix(END).split(b"\r\n")
    return b"".join(line + b"\r\n" for line in lines if line and line.partition(b":")[0].strip().lower() != name)


async def main(port: int) -> None:
    """Serve until standard input ends."""
    proxy = Proxy(port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := (await orders.readline()).decode():
        print(json.dumps(proxy.obey(line)), flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
