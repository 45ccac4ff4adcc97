"""Requests signed for Checkvist: by HTTP Basic, or by a token that is fetched when needed and renewed when refused.

A token is good for 30 minutes or a day, by the copy of the vendor's API page ("Authentication"). Its age is never
trusted: only a refusal says that it is over. It stays with the settings: a service logs in once, not in each cycle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from connectors.checkvist.login import KEY_HINT, Login
from connectors.checkvist.settings import CheckvistSettings
from connectors.contract import Clock
from connectors.errors import BadCredentials, Forbidden
from connectors.session import Issued
from connectors.task import JsonValue

if TYPE_CHECKING:
    from connectors.transport import Answer, Http

YOUNG: Final = 60.0
"""Seconds in which a 403 is not put down to the token's age: it is said by one who knows who we are."""

_REVOKED: Final = "the log-in works, but what it gives is refused: does this account still exist?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request before it is signed. ``form`` and ``json`` exclude each other; ``what`` is its object, for a person.

    ``query`` are the parameters of its address.
    """

    method: str
    path: str
    what: str
    changing: bool = False
    form: Sequence[tuple[str, str]] | None = None
    json: JsonValue | None = None
    query: Mapping[str, str] = field(default_factory=dict)


class Signed(Protocol):
    """Sends calls as the account."""

    def send(self, call: Call) -> Answer:
        """The answer. Raises ``BadCredentials`` when the account is refused, else as :meth:`Http.send` does."""
        ...


def signed(settings: CheckvistSettings, clock: Clock, http: Http) -> Signed:
    """The way of signing that the settings ask for."""
    return Basic(settings, http) if settings.auth == "basic" else Token(settings, clock, http)


class Basic:
    """HTTP Basic; as a password, "either real password of the user, or … Remote API key" (API page)."""

    def __init__(self, settings: CheckvistSettings, http: Http) -> None:
        self._http = http
        self._auth = (settings.username, settings.secret)

    def send(self, call: Call) -> Answer:
        """See :meth:`Signed.send`."""
        try:
            return _sent(self._http, call, auth=self._auth)
        except BadCredentials as refused:
            raise BadCredentials(refused.message, hint=KEY_HINT) from refused


class Token:
    """A token in a header or a parameter. May be used by several threads."""

    def __init__(self, settings: CheckvistSettings, clock: Clock, http: Http) -> None:
        self._login = Login(settings, http)
        self._clock = clock
        self._http = http
        self._session = settings.session
        self._place_said = "token_in" in settings.model_fields_set
        if self._session.issued is not None:
            http.secrets.add(self._session.issued.text)  # those who mask may be new

    def send(self, call: Call) -> Answer:
        """See :meth:`Signed.send`. A refused call was not applied: it is sent once more, with a new token."""
        issued = self._session.issued
        fresh = issued is None
        if issued is None:
            issued = self._renewed(None)
        try:
            return self._sent(call, issued)
        except BadCredentials as refused:
            if fresh:
                return self._sent_otherwise(call, issued, refused)
        except Forbidden as refused:
            # Some servers answer 403 to a token that is over; most mean what they say.
            if fresh and not self._session.place_known:
                return self._sent_otherwise(call, issued, refused)
            if self._clock.monotonic() - issued.at <= YOUNG:
                raise
        return self._sent_again(call, self._renewed(issued))

    def _sent(self, call: Call, issued: Issued) -> Answer:
        if self._session.as_parameter:
            return _sent(self._http, call, params={"token": issued.text})
        return _sent(self._http, call, headers={"X-Client-Token": issued.text})

    def _sent_again(self, call: Call, issued: Issued) -> Answer:
        try:
            return self._sent(call, issued)
        except BadCredentials as refused:
            return self._sent_otherwise(call, issued, refused)

    def _sent_otherwise(self, call: Call, issued: Issued, refused: BadCredentials | Forbidden) -> Answer:
        """A new token that is refused in one place is once tried in the other: servers may know one of them only."""
        if not self._session.place_known:
            self._session.place_known = True
            self._session.as_parameter = not self._session.as_parameter
            try:
                return self._sent(call, issued)
            except (BadCredentials, Forbidden):
                self._session.as_parameter = not self._session.as_parameter
        if isinstance(refused, Forbidden):
            raise refused
        raise BadCredentials(refused.message, hint=_REVOKED) from refused

    def _renewed(self, refused: Issued | None) -> Issued:
        """A token that is not the refused one: another thread's, or a new one."""

        def log_in() -> Issued:
            text = self._login.token(refused.text if refused is not None else None)
            if not (self._session.place_known or self._place_said):
                # A server that answers with the token alone may be of the oldest kind, which knows no header.
                self._session.as_parameter = self._login.bare
            return Issued(text, self._clock.monotonic())

        return self._session.renewed(refused, log_in)


def _sent(
    http: Http,
    call: Call,
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> Answer:
    return http.send(
        call.method,
        call.path,
        params={**call.query, **(params or {})} or None,
        form=call.form,
        json=call.json,
        headers=headers,
        auth=auth,
        changing=call.changing,
        what=call.what,
    )
