"""Tokens fetched and refreshed: the calls of the vendor's API page, "Authentication", in all its copies.

The older copy has a token of 30 minutes and answers with a quoted text. The newer ones have ``?version=2``, an object
with the token, a day, and a refresh within 90 days. Both are spoken here without knowing which server it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from connectors.checkvist.settings import CheckvistSettings
from connectors.checkvist.wire import complaint, described
from connectors.errors import BadCredentials, BadSettings, ContractBroken, Forbidden, Gone, TaskRefused

if TYPE_CHECKING:
    from connectors.transport import Answer, Http

KEY_HINT: Final = "check username and remote_key (or password) of this side"

_LOGIN: Final = "/auth/login.json"
_REFRESH: Final = "/auth/refresh_token.json"
_VERSION: Final = {"version": "2"}
_WORD: Final = re.compile(rb"[A-Za-z0-9._~+/=:-]{8,512}")
_STEP_HINT: Final = (
    f'{KEY_HINT}; an account with a second step needs a new token2fa, or a remote_key and auth = "basic"'
)


class Login:
    """The calls that give tokens. A token never shows in an error."""

    def __init__(self, settings: CheckvistSettings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self.bare = False  # the last answer was the token alone, as in the oldest copy of the page

    def token(self, old: str | None) -> str:
        """A new token: for the old one where the server does that, else for the account.

        Raises ``BadCredentials`` when the account is refused (once: there is no second try), ``RetryLater``,
        ``BadSettings``, ``ContractBroken``.
        """
        refreshed = self._refreshed(old) if old is not None and self._settings.session.refreshes else None
        text = refreshed or self._logged_in()
        self._http.secrets.add(text)
        return text

    def _refreshed(self, old: str) -> str | None:
        """A new token for an old one, which is deleted at that moment; None where that is not done (any more)."""
        form = [("old_token", old)]
        try:
            answer = self._http.send(
                "POST", _REFRESH, params=_VERSION, form=form, changing=False, what="the token's refresh"
            )
            return self._read(answer)
        except (Gone, TaskRefused):
            self._settings.session.refreshes = False  # an older server has no such call
        except (BadCredentials, Forbidden, ContractBroken):
            pass  # the token is too old, or was replaced already
        return None

    def _logged_in(self) -> str:
        form = [("username", self._settings.username), ("remote_key", self._settings.secret)]
        if self._settings.token2fa is not None:
            form.append(("token2fa", self._settings.token2fa.get_secret_value()))
        try:
            answer = self._http.send("POST", _LOGIN, params=_VERSION, form=form, changing=False, what="the log-in")
            return self._read(answer)
        except (BadCredentials, Forbidden) as refused:  # 401 in two copies of the page, 403 in one
            raise BadCredentials(refused.message, hint=KEY_HINT) from refused
        except TaskRefused as refused:  # 422: the code of the second step
            raise BadCredentials(refused.message, hint=_STEP_HINT) from refused
        except Gone as missing:
            raise BadSettings(missing.message, hint="is base_url the address of a Checkvist?") from missing

    def _read(self, answer: Answer) -> str:
        """The token in an answer: ``{"token": …}``, a quoted text, or a bare word.

        Raises as :meth:`Answer.json` does, ``BadCredentials`` for a complaint, ``ContractBroken`` for anything else.
        """
        bare = answer.body.strip()
        if _WORD.fullmatch(bare):
            self.bare = True
            return bare.decode("ascii")
        value = answer.json()
        self.bare = isinstance(value, str)
        if said := complaint(value):
            raise BadCredentials(self._http.secrets.mask(f'{answer.subject} was refused: "{said}"'), hint=KEY_HINT)
        found = value.get("token") if isinstance(value, Mapping) else value
        if not isinstance(found, str) or not found.strip():
            message = f"{answer.subject}: there is no token in the answer, but {described(value)}"
            raise ContractBroken(message, hint="is base_url the address of a Checkvist?")
        return found.strip()
