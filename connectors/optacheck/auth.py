"""Requests signed for OptaCheck: the account's token says who, the workspace's key says where.

The token is configured, or fetched with the password (the vendor's API page, "User Authentication"). How long one
lives is not said: only a refusal tells that it is over. It stays with the settings: a service logs in once, not in each
cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connectors.contract import Clock
from connectors.errors import BadCredentials, BadSettings, ContractBroken, Forbidden, Gone, TaskRefused
from connectors.optacheck.settings import OptaCheckSettings
from connectors.optacheck.wire import described
from connectors.session import Issued
from connectors.task import JsonValue

if TYPE_CHECKING:
    from connectors.transport import Answer, Http

YOUNG: Final = 60.0
"""Seconds in which a 403 is not put down to the token's age: it is said by one who knows who we are."""
LOGIN: Final = "/api-token-auth/"
WHO_HINT: Final = "check username and password (or token) and the api_key of this side"
WHERE_HINT: Final = "check the workspace and the api_key of this side, and what this account may do there"
_ADDRESS_HINT: Final = "is base_url the address of OptaCheck's API?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request before it is signed. ``what`` is its object, for a person; ``ok`` as in :meth:`Http.send`."""

    method: str
    path: str
    what: str
    changing: bool = False
    json: JsonValue | None = None
    ok: Callable[[int], bool] | None = None


class Signed:
    """Sends calls as the account. May be used by several threads: one of them logs in, the others wait."""

    def __init__(self, settings: OptaCheckSettings, clock: Clock, http: Http) -> None:
        self._settings = settings
        self._clock = clock
        self._http = http
        self._session = settings.session
        self._key = settings.api_key.get_secret_value()
        token = settings.token.get_secret_value() if settings.token is not None else None
        self._given = Issued(token, clock.monotonic()) if token is not None else None
        if self._session.issued is not None:
            http.secrets.add(self._session.issued.text)  # those who mask may be new

    def send(self, call: Call) -> Answer:
        """The answer. A call that was refused was not applied: it is sent once more, with a new token.

        Raises ``BadCredentials``, ``Forbidden``, else as :meth:`Http.send` does.
        """
        issued = self._given or self._session.issued or self._renewed(None)
        try:
            return self._sent(call, issued)
        except BadCredentials as refused:
            if not self._may_renew(issued, 0.0):
                raise BadCredentials(refused.message, hint=WHO_HINT) from refused
        except Forbidden as refused:
            if not self._may_renew(issued, YOUNG):
                raise Forbidden(refused.message, hint=WHERE_HINT) from refused
        try:
            return self._sent(call, self._renewed(issued))
        except BadCredentials as refused:
            raise BadCredentials(refused.message, hint=WHO_HINT) from refused
        except Forbidden as refused:
            raise Forbidden(refused.message, hint=WHERE_HINT) from refused

    def _may_renew(self, issued: Issued, age: float) -> bool:
        return self._settings.password is not None and self._clock.monotonic() - issued.at > age

    def _sent(self, call: Call, issued: Issued) -> Answer:
        return self._http.send(
            call.method,
            call.path,
            json=call.json,
            headers=self._headers({"Authorization": f"Token {issued.text}"}),
            changing=call.changing,
            what=call.what,
            ok=call.ok,
        )

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"x-api-key": self._key, **more}

    def _renewed(self, refused: Issued | None) -> Issued:
        """A token that is not the refused one: another thread's, or a new one."""

        def log_in() -> Issued:
            text = self._logged_in()
            self._http.secrets.add(text)
            return Issued(text, self._clock.monotonic())

        return self._session.renewed(refused, log_in)

    def _logged_in(self) -> str:
        password = self._settings.password
        told: JsonValue = {
            "username": self._settings.username,
            "password": password.get_secret_value() if password is not None else "",
        }
        try:
            answer = self._http.send(
                "POST", LOGIN, json=told, headers=self._headers({}), changing=False, what="the log-in"
            )
        except (BadCredentials, Forbidden, TaskRefused) as refused:  # 400 is what such servers say of a wrong password
            raise BadCredentials(refused.message, hint=WHO_HINT) from refused
        except Gone as missing:
            raise BadSettings(missing.message, hint=_ADDRESS_HINT) from missing
        value = answer.json()
        found = value.get("token") if isinstance(value, Mapping) else None
        if not isinstance(found, str) or not found.strip():
            message = f"{answer.subject}: there is no token in the answer, but {described(value)}"
            raise ContractBroken(self._http.secrets.mask(message), hint=_ADDRESS_HINT)
        return found.strip()
