"""What the network and the libraries raise, as errors for a person.

The texts of requests and urllib3 carry addresses with their parameters, so none of them is passed on: what is said is
drawn from the kind of the failure and from the system's own words.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final, TypeAlias

import requests
from urllib3 import exceptions as urllib3

from connectors.answers import Subject
from connectors.errors import BadSettings, ConnectorError, Transient, Unanswered

_Types: TypeAlias = type[BaseException] | tuple[type[BaseException], ...]

FORESEEN: Final = (requests.RequestException, urllib3.HTTPError, OSError)
"""What sending a request and reading its answer can raise."""
_UP: Final = "is the server up?"
_PROXY: Final = "check the proxy variables of the environment"
_HEADER: Final = "check the credentials for line breaks"
_UNUSABLE: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)
_KNOWN: Final[tuple[tuple[_Types, type[ConnectorError], str, str], ...]] = (
    (urllib3.ProxyError, Transient, "the proxy did not connect", _PROXY),
    (requests.exceptions.ProxyError, Transient, "the proxy did not connect", _PROXY),
    (socket.gaierror, Transient, "the host name is not known", "check base_url and the network"),
    (_UNUSABLE, BadSettings, "the address can not be used", "check base_url"),
    (requests.exceptions.InvalidHeader, BadSettings, "a value can not be sent in a header", _HEADER),
)
"""Why a request could not be sent: what was raised, what that is, what to say, what to do next."""
_NOT_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
)
"""What OpenSSL says of a server that answers a greeting in something else, as plain HTTP does."""


def failure(error: BaseException, subject: Subject, *, sent: bool) -> ConnectorError:
    """The error for a request that got no complete answer; ``sent``: whether any byte of it left."""
    causes = list(_causes(error))
    if not sent:
        return _unsent(causes, subject)
    if any(isinstance(cause, urllib3.DecodeError | requests.exceptions.ContentDecodingError) for cause in causes):
        return Transient(f"{subject}: the answer can not be unpacked", hint=_UP, applied=subject.lost)
    kind, why = _how_lost(causes)
    return kind(f"{subject}: {why}", hint=_UP, applied=subject.lost)


def _unsent(causes: list[BaseException], subject: Subject) -> ConnectorError:
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _insecure(cause, subject)
        for types, kind, why, hint in _KNOWN:
            if isinstance(cause, types):
                return kind(f"{subject}: {why}", hint=hint)
    kind, why = _how_refused(causes)
    return kind(f"{subject}: no connection ({why})", hint=_UP)


def _insecure(error: ssl.SSLError, subject: Subject) -> ConnectorError:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message or "it could not be verified"
        hint = "check base_url, or set ca_file to the certificate of the authority that signed it"
        return BadSettings(f"{subject}: the server's certificate is not trusted ({why})", hint=hint)
    if error.reason in _NOT_TLS:
        return BadSettings(f"{subject}: the server does not speak TLS there", hint="check scheme and port of base_url")
    return Transient(f"{subject}: no secure connection ({_words(error.reason)})", hint=_UP)


def _how_refused(causes: list[BaseException]) -> tuple[type[Transient], str]:
    # urllib3 counts a connection that was refused among those that took too long.
    late = [cause for cause in causes if isinstance(cause, TimeoutError | urllib3.ConnectTimeoutError)]
    if any(not isinstance(cause, urllib3.NewConnectionError) for cause in late):
        return Unanswered, "it took too long"
    told = (cause.strerror for cause in causes if isinstance(cause, OSError) and isinstance(cause.strerror, str))
    return Transient, next((_words(words) for words in told), "it failed")


def _how_lost(causes: list[BaseException]) -> tuple[type[Transient], str]:
    for cause in causes:
        match cause:
            case TimeoutError() | urllib3.TimeoutError() | requests.Timeout():
                return Unanswered, "no complete answer in time"
            case urllib3.IncompleteRead():
                return Transient, "the answer breaks off"
            case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
                return Transient, "the connection was lost before the answer was complete"
    return Transient, "the connection ended before the answer was complete"


def _words(text: str | None) -> str:
    return (text or "it failed").replace("_", " ").lower()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it stands for: requests hides the cause in its arguments, urllib3 in ``reason``."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
