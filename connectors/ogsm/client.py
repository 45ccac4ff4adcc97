"""OGSM's four calls (the vendor's API page, "Resources, Actions"): addresses, paging, shapes of answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from requests.auth import HTTPBasicAuth

from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ContractBroken,
    Forbidden,
    TaskMoved,
    TaskRefused,
    Transient,
)
from connectors.nameless import ref_without
from connectors.ogsm.paging import check_whole, next_page
from connectors.ogsm.wire import Malformed, action_of, actions_of, ref_of
from connectors.task import JsonValue, Native, Ref

if TYPE_CHECKING:
    from connectors.transport import Answer, Http

_LIST: Final = "/api/v2/actions.json"
_MOST_PAGES: Final = 10_000
"""A list of more pages than this goes round in circles."""
_KEY_HINT: Final = "check username and password of this side: an administrator makes them under Settings, API"
_ADDRESS_HINT: Final = "check base_url of this side: the address of your OGSM, without /api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer to the list: its actions that were not listed before, and whether it is the last."""

    actions: tuple[Native, ...]
    last: bool
    server_time: datetime | None
    received: datetime


class OgsmClient:
    """The calls, signed with HTTP Basic (the vendor's API page, "Authentication")."""

    def __init__(self, http: Http, username: str, password: str) -> None:
        self._http = http
        # As bytes, in UTF-8: the library would take Latin-1 and fail at other letters.
        self._auth = HTTPBasicAuth(username.encode(), password.encode())

    def actions(self) -> Iterator[Listing]:
        """Every action, in as many answers as the server makes of it: one, if it does as it is documented.

        Raises ``RetryLater``, ``SideDown``; never ends before the end of the list.
        """
        seen: dict[Ref, Native] = {}
        asked: list[Mapping[str, str]] = [{}]
        while True:
            answer = self._get(asked[-1])
            try:
                actions = tuple(_unseen(actions_of(answer.json()), seen, paged=len(asked) > 1))
                following = _following(answer, asked, received=len(seen))
            except Malformed as broken:
                raise self._broken("the list of actions", broken) from None
            time, received = answer.server_time, answer.received
            del answer  # its body is as long as the list
            yield Listing(actions=actions, last=following is None, server_time=time, received=received)
            if following is None:
                return
            asked.append(following)

    def create(self, body: Mapping[str, JsonValue]) -> Native:
        """Make an action; the complete action with its id. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        what = f'new action "{shorten(str(body.get("title", "")), 60, placeholder="…")}"'
        answer = self._http.send("POST", _LIST, json=body, auth=self._auth, changing=True, what=what)
        return self._action(answer, what)

    def update(self, ref: Ref, body: Mapping[str, JsonValue]) -> Native | None:
        """Change the members that are named; the complete action, None if the answer is empty. Raises ``Gone`` too."""
        answer = self._http.send("PATCH", _path(ref), json=body, auth=self._auth, changing=True, what=f"action {ref}")
        return self._action(answer, f"action {ref}", ref) if answer.body.strip() else None

    def delete(self, ref: Ref) -> Native | None:
        """Delete an action; what it was, or None where the answer does not say. Raises ``Gone`` too."""
        answer = self._http.send("DELETE", _path(ref), auth=self._auth, changing=True, what=f"action {ref}")
        if not answer.body.strip():
            return None
        try:
            action = action_of(answer.json())
        except Malformed:
            return None  # the document promises the action; that it was deleted is what the status says
        return action if ref_of(action) == ref else None

    def _get(self, parameters: Mapping[str, str]) -> Answer:
        where = f"the list of actions{', ' if parameters else ''}{'&'.join(f'{k}={v}' for k, v in parameters.items())}"
        try:
            return self._http.send("GET", _LIST, params=parameters or None, auth=self._auth, changing=False, what=where)
        except (TaskMoved, TaskRefused) as refused:
            raise BadSettings(refused.message, hint=_ADDRESS_HINT) from refused
        except BadCredentials as refused:
            raise BadCredentials(refused.message, hint=_KEY_HINT) from refused
        except Forbidden as refused:
            hint = "an administrator lets the API's user read actions under Settings, API"
            raise Forbidden(refused.message, hint=hint) from refused

    def _action(self, answer: Answer, what: str, ref: Ref | None = None) -> Native:
        try:
            action = action_of(answer.json())
        except Malformed as broken:
            raise self._broken(what, broken, applied=Applied.UNKNOWN) from None
        if ref is not None and ref_of(action) != ref:
            raise self._broken(what, Malformed(f"action {ref_of(action)}"), applied=Applied.UNKNOWN)
        return action

    def _broken(self, what: str, broken: Malformed, applied: Applied = Applied.NO) -> ContractBroken:
        return ContractBroken(
            self._http.secrets.mask(f"{what}: the server answered {broken}"),
            hint=f"is this an OGSM server? {_ADDRESS_HINT}",
            applied=applied,
        )


def _path(ref: Ref) -> str:
    return f"/api/v2/actions/{quote(ref, safe='')}.json"


def _following(answer: Answer, asked: list[Mapping[str, str]], *, received: int) -> Mapping[str, str] | None:
    """The parameters of the next page; None when this was the last, and all is there."""
    following = next_page(answer.headers, _LIST)
    if following is None:
        check_whole(answer.headers, received=received, pages=len(asked))
    elif following in asked or len(asked) >= _MOST_PAGES:
        raise Malformed("pages that go round in circles")
    return following


def _unseen(actions: list[Native], seen: dict[Ref, Native], *, paged: bool) -> Iterator[Native]:
    """The actions that are listed for the first time. Raises when one is listed twice and is not the same."""
    for action in actions:
        ref = ref_of(action) or ref_without(action)
        if ref not in seen:
            seen[ref] = action
            yield action
        elif seen[ref] != action and paged:
            raise Transient(f"action {ref} changed while the list was being read", hint="it is read again next time")
        elif seen[ref] != action:
            raise Malformed(f"an array with two different actions {ref}")
