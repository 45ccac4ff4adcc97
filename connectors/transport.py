"""HTTP as connectors use it: one verb, :meth:`Http.send`, which returns a complete answer or raises what to do next.

It keeps the side's rate budget, sends again what may be sent again, follows redirects where that is safe, bounds what
a server may send, and lets no secret into an error.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from connectors.answers import Answer, Subject, page
from connectors.budget import RateBudget
from connectors.connection import Adapter, Exchange, body_of
from connectors.contract import Clock
from connectors.errors import BadSettings, ConnectorError, RateLimited, Transient
from connectors.failures import FORESEEN, failure
from connectors.limiter import BookLimiter, Limiter
from connectors.quota import http_date, told
from connectors.redact import Redactor
from connectors.requesting import Request, environment_proxies, origin, prepared, target, trusted
from connectors.retry import Policy, repeat
from connectors.statuses import error_of
from connectors.task import JsonValue

REDIRECTS: Final = 3
"""Redirects that a read follows: enough for a missing slash or a moved path."""
WHOLE: Final = 4
"""A whole body may take this many times what its beginning may take: progress is waited for, dripping is not."""
_SAYING: Final = 64 * 1024
"""Bytes of a refusal's body in which the vendor's words are looked for."""
_SLEPT: Final = "did this machine sleep? it is done by whoever works on the group next"
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD: Final = frozenset({307, 308})
_READING: Final = frozenset({"GET", "HEAD"})


def unnoted(_method: str, _status: int, _seconds: float) -> None:
    """Nobody wants to know of requests."""


class Http:
    """One side's way to its vendor. May be used by several threads.

    ``timeout`` is in seconds: for the connection to stand, then for the answer to begin, then for each part of it.
    ``attempts`` and ``longest_wait`` (seconds) bound the repeats. ``limiter`` None: no budget of ours, while a pause
    that the vendor asks for still holds. ``requests`` counts every request that left, repeats, redirects and log-ins
    included. ``jitter`` gives numbers in 0 … 1. ``adapter`` makes what sends a request; that notes in the exchange
    whether a byte of it left. ``may_change`` is asked before each changing request leaves, after any
    wait for the budget: the program may have slept meanwhile, and others may have done its work. ``noted`` is told of
    each request that left: its method, the status of its answer (0: none came), and how many seconds it took.
    """

    def __init__(  # noqa: PLR0913 - everything that the outside decides is passed in
        self,
        *,
        side: str,
        base_url: str,
        clock: Clock,
        limiter: Limiter | None,
        timeout: float = 30.0,
        ca_file: str | None = None,
        attempts: int = 3,
        longest_wait: float = 60.0,
        secrets: Redactor,
        jitter: Callable[[], float] | None = None,
        adapter: Callable[[Exchange], BaseAdapter] = Adapter,
        may_change: Callable[[], bool] = lambda: True,
        noted: Callable[[str, int, float], None] = unnoted,
    ) -> None:
        self.side = side
        self.requests = 0
        self._base_url = base_url.rstrip("/")
        self._where = origin(base_url)
        self._clock = clock
        self._limiter: Limiter = limiter if limiter is not None else BookLimiter(RateBudget(), clock)
        self._may_change = may_change
        self._noted = noted
        self._timeout = timeout
        self._ca_file = ca_file
        self._verify: str | bool | None = None
        jitter = jitter or random.SystemRandom().random
        self._policy = Policy(attempts=attempts, longest_wait=longest_wait, jitter=jitter)
        self._secrets = secrets
        self._proxies = environment_proxies(base_url)
        self._exchange = Exchange(clock.monotonic)
        self._adapter = adapter(self._exchange)
        self._lock = threading.Lock()

    def send(  # noqa: PLR0913 - the one verb
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: JsonValue | None = None,
        form: Sequence[tuple[str, str]] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | tuple[str, str] | None = None,
        changing: bool,
        cost: int = 1,
        what: str,
        ok: Callable[[int], bool] | None = None,
        rooted: bool = False,
    ) -> Answer:
        """Send one request to ``base_url`` + ``path`` and return its complete answer.

        With ``rooted`` the path is the server's own, whatever path ``base_url`` has.

        The body is ``json``, ``form``, or ``content`` as it is, whose type is then among the ``headers``.

        ``what`` names the thing in a person's words ("list 774411"). ``changing`` is whether the request may change
        something: it is then repeated only if it provably was not applied. ``cost`` is what each try takes of the
        rate budget. A status outside 2xx raises by the table of :mod:`connectors.statuses`, unless ``ok`` accepts it;
        the body of an answer that ``ok`` accepts is not looked at. Raises ``ConnectorError``; its ``applied`` tells
        the truth about a changing request.
        """
        request = Request(
            method=method.upper(),
            url=(self._where if rooted else self._base_url) + path,
            params=params,
            json=json,
            form=form,
            content=content,
            headers=headers or {},
            auth=auth,
            cost=cost,
            ok=ok,
            subject=Subject(what=what, where=self._where, changing=changing),
        )
        try:
            return repeat(lambda: self._attempt(request), changing=changing, policy=self._policy, clock=self._clock)
        except ConnectorError as error:
            raise self._masked(error) from None

    @property
    def secrets(self) -> Redactor:
        """What masks this side's secrets: a connector adds what it is given later, such as a token."""
        return self._secrets

    def close(self) -> None:
        """Let go of the connections."""
        self._adapter.close()

    def _attempt(self, request: Request) -> Answer:
        """One try, with the redirects that belong to it."""
        for _ in range(REDIRECTS):
            answer = self._exchanged(request)
            following = self._redirected(request, answer)
            if following is None:
                return self._checked(request, answer)
            request = following
        return self._checked(request, self._exchanged(request))

    def _exchanged(self, request: Request) -> Answer:
        """One request and its answer, as one use of the budget."""
        with self._limiter.acquire(request.cost, longest_wait=self._policy.longest_wait) as permit:
            if request.subject.changing and not self._may_change():
                raise Transient(f"{request.subject}: not sent, the time to send it is over", hint=_SLEPT)
            self._exchange.begin(self._timeout)
            began, status = self._clock.monotonic(), 0
            try:
                answer = self._answer(request, self._sent(request))
                status = answer.status
            except FORESEEN as error:
                raise failure(error, request.subject, sent=self._exchange.sent) from error
            finally:
                if self._exchange.sent:
                    with self._lock:
                        self.requests += 1
                    self._noted(request.method, status, self._clock.monotonic() - began)
            permit.told = told(answer.status, answer.headers, answer.server_time or answer.received)
            return answer

    def _sent(self, request: Request) -> requests.Response:
        if self._verify is None:
            # Not when the side is made: a file that can not be read is an error of this side alone.
            self._verify = trusted(self._ca_file)
        ready = prepared(request)
        # A server may repeat what it was sent: user and password in base64 tell the password.
        self._secrets.add(str(ready.headers.get("Authorization", "")).rpartition(" ")[2])
        return self._adapter.send(
            ready,
            stream=True,
            timeout=(self._timeout, self._timeout),
            verify=self._verify,
            proxies=self._proxies,
        )

    def _answer(self, request: Request, response: requests.Response) -> Answer:
        self._exchange.extend(WHOLE * self._timeout)
        try:
            body = body_of(response, request.subject)
        except BaseException:
            response.close()  # what is left of it must not be read as the next answer
            raise
        return Answer(
            status=response.status_code,
            headers=response.headers,
            body=body,
            url=self._secrets.mask(response.url or request.url),
            server_time=http_date(response.headers.get("Date", "")),
            received=self._clock.now(),
            subject=request.subject,
        )

    def _redirected(self, request: Request, answer: Answer) -> Request | None:
        """The request to send instead; None: this answer is the answer. Raises ``BadSettings`` for another server."""
        location = answer.headers.get("Location", "")
        if answer.status not in _MOVED or not location or request.subject.changing or request.accepts(answer.status):
            return None
        if request.method not in _READING and answer.status not in _SAME_METHOD:
            return None
        elsewhere = target(request.full_url, location)
        if origin(elsewhere) != origin(request.url):
            message = f"{request.subject} was redirected to another server, {origin(elsewhere)}, which is not followed"
            raise BadSettings(message, hint=f"if that is the right place, set base_url to {origin(elsewhere)}")
        return request.at(elsewhere)

    def _checked(self, request: Request, answer: Answer) -> Answer:
        """The answer if it is one; else the error that it stands for."""
        if request.accepts(answer.status):
            return answer
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refusal(request, answer)
        if answer.is_html:
            raise page(request.subject)
        # What breaks off is found here, where a read can be repeated. Anything else is left to whoever asked: a body
        # may be a bare word, and the answer to a delete may be empty.
        missing = answer.status == HTTPStatus.OK and not answer.body.strip() and request.method != "HEAD"
        if answer.looks_like_json or (missing and not request.subject.changing):
            answer.json()
        return answer

    def _refusal(self, request: Request, answer: Answer) -> ConnectorError:
        # Before the vendor's words are cut: a piece of a secret would not be known for what it is.
        words = self._secrets.mask(answer.body[:_SAYING].decode(errors="replace")).encode()
        error = error_of(replace(answer, body=words), request.subject)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            self._limiter.block_until(answer.received + timedelta(seconds=error.retry_after))
        if isinstance(error, BadSettings) and (location := answer.headers.get("Location")):
            error.hint = f"set base_url to the new address: {origin(target(request.full_url, location))}"
        return error

    def _masked(self, error: ConnectorError) -> ConnectorError:
        """The same error without secrets, and without the libraries' errors behind it, which carry whole addresses.

        What a server wrote into it can not steer a terminal either.
        """
        error.message = _printable(self._secrets.mask(error.message))
        error.hint = _printable(self._secrets.mask(error.hint))
        error.args = (error.message,)
        error.__cause__ = error.__context__ = None
        return error


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


__all__ = ["REDIRECTS", "WHOLE", "Answer", "Http", "unnoted"]
