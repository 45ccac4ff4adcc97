"""Each failure is the right error, and says truly whether the request can have been applied."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from connectors.conformance.base import Condition, Facts, Part, filled, has, needs, readable, writes
from connectors.conformance.caller import Caller
from connectors.conformance.harness import RETRY_AFTER, Harness, Trouble
from connectors.contract import Verb
from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ConnectorError,
    ContractBroken,
    RateLimited,
    Transient,
)
from connectors.task import Field, Patch

RIGHT: Final[dict[Trouble, tuple[type[ConnectorError], ...]]] = {
    Trouble.RATE_LIMITED: (RateLimited,),
    Trouble.SERVER_ERROR: (Transient,),
    Trouble.LOST_BEFORE: (Transient,),
    Trouble.LOST_AFTER: (Transient,),
    Trouble.TRUNCATED: (Transient,),
    Trouble.HTML: (ContractBroken,),
    Trouble.CUT_JSON: (Transient, ContractBroken),
    Trouble.REFUSED: (BadCredentials,),
    Trouble.REDIRECTED: (BadSettings,),
    Trouble.FAILED_AFTER: (Transient,),
    Trouble.WRONG_TYPE: (ContractBroken,),
    Trouble.DEEP: (ContractBroken,),
    Trouble.BOMB: (ContractBroken,),
}
"""The error that each trouble is."""

APPLIED: Final = frozenset(
    {Trouble.LOST_AFTER, Trouble.TRUNCATED, Trouble.CUT_JSON, Trouble.FAILED_AFTER, Trouble.WRONG_TYPE}
)
"""Troubles that come after the request was carried out."""

OF_A_BODY: Final = frozenset({Trouble.CUT_JSON, Trouble.TRUNCATED, Trouble.WRONG_TYPE})
"""Troubles of an answer's body: one that has none meets them unharmed."""

NOT_APPLIED: Final = frozenset({Trouble.RATE_LIMITED, Trouble.REFUSED, Trouble.REDIRECTED})
"""Troubles that say for certain that it was not."""


def credentials(facts: type[Facts]) -> str:
    """There are credentials that can be wrong."""
    return "" if facts.bench.has_credentials else "no credentials"


def troubled(facts: type[Facts]) -> str:
    """The harness can disturb requests."""
    return "" if facts.bench.troubles else "the harness makes no trouble"


_WRITE: Final[tuple[Condition, ...]] = (has(Verb.CREATE), readable, troubled)


class Failing(Part):
    """429, 500, lost connections, pages instead of JSON, and refused credentials."""

    @needs(troubled, has(Verb.CHANGES), filled)
    def test_a_list_that_fails(self, caller: Caller, harness: Harness, trouble: Trouble) -> None:
        """A list that cannot be read is an error, never an empty or a shorter list; afterwards it is read again."""
        ref = caller.make(self.titled("There"))
        harness.disturb(trouble, changing=False)
        error = self._right(trouble, caller.pages)
        assert error.applied is Applied.NO
        harness.calm()
        assert ref in caller.entries()

    @needs(troubled, has(Verb.GET), filled)
    def test_a_get_that_fails(self, caller: Caller, harness: Harness, trouble: Trouble) -> None:
        """A task that cannot be got is not said to be gone."""
        ref = caller.make(self.titled("There"))
        harness.disturb(trouble, changing=False)
        error = self._right(trouble, lambda: caller.get(ref))
        assert error.applied is Applied.NO
        harness.calm()
        assert caller.get(ref).fields[Field.TITLE] == "There"

    @needs(*_WRITE)
    def test_a_create_that_fails(self, caller: Caller, harness: Harness, trouble: Trouble) -> None:
        """A create whose fate is not known says so and is not repeated; one that was refused says that."""
        harness.disturb(trouble, changing=True)
        harness.forget()
        told = caller.told(self.titled("Perhaps"))
        self._fails(trouble, lambda: caller.create(told), harness)
        harness.calm()
        if self.capabilities.can(Verb.CHANGES):
            carried = caller.connector.split(Patch(told), creating=True)[0].fields[Field.TITLE]
            titles = [entry.fields[Field.TITLE] for entry in caller.entries().values()]
            assert titles == ([carried] if trouble in APPLIED else [])

    @needs(*_WRITE, has(Verb.UPDATE), writes(Field.TITLE))
    def test_an_update_that_fails(self, caller: Caller, harness: Harness, trouble: Trouble) -> None:
        """An update whose fate is not known says so and is not repeated."""
        entry = caller.there(caller.create(caller.told(self.titled("Old"))).entry.ref)
        harness.disturb(trouble, changing=True)
        harness.forget()
        self._fails(trouble, lambda: caller.update(entry, {Field.TITLE: "New"}), harness)
        harness.calm()
        assert caller.there(entry.ref).fields[Field.TITLE] == ("New" if trouble in APPLIED else "Old")

    @needs(*_WRITE, has(Verb.DELETE))
    def test_a_delete_that_fails(self, caller: Caller, harness: Harness, trouble: Trouble) -> None:
        """A delete whose fate is not known says so; once carried out, an answer that breaks off may be passed over."""
        entry = caller.there(caller.create(caller.told(self.titled("Doomed"))).entry.ref)
        harness.disturb(trouble, changing=True)
        harness.forget()
        self._fails(trouble, lambda: caller.delete(entry), harness, bodiless=True)
        harness.calm()
        assert (caller.read(entry.ref) is None) == (trouble in APPLIED)

    @needs(credentials)
    def test_refused_credentials(self, harness: Harness) -> None:
        """A wrong password is ``BadCredentials``: at the check, and at the first read without one."""
        stranger = harness.stranger()
        with pytest.raises(BadCredentials) as caught:
            stranger.check()
        assert caught.value.message
        assert caught.value.hint, "what to do next"

    @needs(credentials, has(Verb.CHANGES))
    def test_a_list_with_refused_credentials(self, harness: Harness) -> None:
        """A side that refuses us is not an empty side."""
        with pytest.raises(BadCredentials):
            Caller(harness.stranger()).pages()

    @needs(credentials, has(Verb.CREATE))
    def test_a_create_with_refused_credentials(self, harness: Harness) -> None:
        """Nothing was applied."""
        caller = Caller(harness.stranger())
        with pytest.raises(BadCredentials) as caught:
            caller.create(caller.told(self.titled("Never")))
        assert caught.value.applied is Applied.NO

    def _fails(
        self, trouble: Trouble, call: Callable[[], object], harness: Harness, *, bodiless: bool | None = None
    ) -> None:
        """Change something, and expect the error that this trouble is: where there is a body, if that is what broke."""
        try:
            call()
        except RIGHT[trouble] as error:
            self._honest(error, trouble, harness)
        else:
            assert trouble in OF_A_BODY, "it was said to be done"
            assert self.bodiless if bodiless is None else bodiless, "what it was answered was not read"

    def _right(self, trouble: Trouble, call: Callable[[], object]) -> ConnectorError:
        """Call, and expect the error that this trouble is."""
        with pytest.raises(RIGHT[trouble]) as caught:
            call()
        error = caught.value
        assert error.message, "what happened, to what"
        assert len(error.message.splitlines()) == 1
        if isinstance(error, RateLimited):
            assert error.retry_after == pytest.approx(RETRY_AFTER)
        return error

    def _honest(self, error: ConnectorError, trouble: Trouble, harness: Harness) -> None:
        """Whether it can have been applied; and a request that can have been is not sent again."""
        changing = [one.what for one in harness.sent() if one.changing]
        if trouble in NOT_APPLIED:
            assert error.applied is Applied.NO
        else:
            assert error.applied is Applied.UNKNOWN
            assert len(changing) == 1, changing
