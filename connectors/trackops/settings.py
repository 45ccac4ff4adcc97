"""What a person must say about a Trackops side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar, Final

import pydantic
from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr
from pydantic_core import PydanticCustomError

SUFFIX: Final = "/token"
"""What follows the user's name where the password is the company's token (the vendor's API page, "Authentication")."""
_DURATION: Final = re.compile(r"([0-9]{1,9})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST: Final = timedelta(days=36_500)
_HINT: Final = 'a whole number and s, m, h or d in quotes, at most "36500d": "14d"'


def _duration(value: object) -> object:
    if value is None or isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    length = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
    if length is None or length > _LONGEST:
        what = f'"{value[:40]}" is not a duration' if isinstance(value, str) else "must be a duration"
        raise PydanticCustomError("duration", "{what}", {"what": what, "hint": _HINT})
    return length


def _name(value: object) -> object:
    return value.removesuffix(SUFFIX) if isinstance(value, str) else value


class TrackopsSettings(BaseModel):
    """The account, and the case whose tasks the side is."""

    model_config = ConfigDict(extra="forbid")

    default_base_url: ClassVar[str | None] = None
    unnamed: ClassVar[Mapping[str, object]] = {"case": 0, "calendar": 0, "subject": 0, "case_service": 0}
    """What ``discover`` can do without."""

    username: Annotated[str, BeforeValidator(_name)] = pydantic.Field(min_length=1)
    """The login name of a Full Access employee; `/token` is appended to it."""
    token: SecretStr = pydantic.Field(min_length=1)
    """The company's API token: an administrator finds it in the settings of the account."""
    case: int = pydantic.Field(ge=1)
    """The number of the case: its tasks are read, and new ones are made in it."""
    calendar: int = pydantic.Field(ge=1)
    """The number of the calendar that new tasks are put on."""
    default_due: Annotated[timedelta | None, BeforeValidator(_duration)] = None
    """New tasks without a due date get one so far ahead; without it they are not made there."""
    subject: int = pydantic.Field(default=0, ge=0)
    """The subject of the case that new tasks belong to; 0: none is sent."""
    case_service: int = pydantic.Field(default=0, ge=0)
    """The case service that new tasks belong to; 0: none is sent."""
    update: bool = False
    """This account has PUT and DELETE for tasks, which the vendor does not document."""

    @property
    def login(self) -> str:
        """The user name as it is sent."""
        return self.username + SUFFIX

    def container(self, base_url: str) -> str:
        """The host and the case on it."""
        return f"{base_url.rstrip('/').casefold()} case {self.case}"
