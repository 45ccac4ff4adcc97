"""What a person must say about an OptaCheck side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

import pydantic
from pydantic import BaseModel, ConfigDict, PrivateAttr, SecretStr

from connectors.session import Session

Id = Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""An id as OptaCheck gives it: in practice a UUID."""


class OptaCheckSettings(BaseModel):
    """The workspace, the account that writes there, and what new tasks are given."""

    model_config = ConfigDict(extra="forbid")

    default_base_url: ClassVar[str | None] = "https://api.optacheck.com"
    apart: ClassVar[frozenset[str]] = frozenset({"adopt"})
    """Settings that change nothing about what an answer means."""
    unnamed: ClassVar[Mapping[str, object]] = {"user_email": "", "forms": [], "project": "", "client": ""}
    """What ``discover`` can do without."""

    workspace: Id
    """The id of the workspace: OptaCheck's support tells it."""
    api_key: SecretStr = pydantic.Field(min_length=1)
    """The workspace's API key, from OptaCheck's support. It says where; the account says who."""
    username: str = ""
    """The account's e-mail address. Needed with `password`."""
    password: SecretStr | None = pydantic.Field(default=None, min_length=1)
    """The account's password. It or `token`, not both."""
    token: SecretStr | None = pydantic.Field(default=None, min_length=1)
    """The account's access token. It or `password`, not both."""
    user_email: str
    """Who gets tasks that have no assignee: OptaCheck makes no task without one."""
    adopt: list[Id] = []
    """Ids of tasks that were made there: OptaCheck has no list that would name them."""
    forms: list[Id] = []
    """The forms of new tasks, by their ids. Empty: not sent."""
    project: str = ""
    """The project of new tasks, by its id. Empty: not sent."""
    client: str = ""
    """The client of new tasks, by its id. Empty: not sent."""

    _session: Session = PrivateAttr(default_factory=Session)

    @property
    def session(self) -> Session:
        """The log-in that every connector made from these settings shares."""
        return self._session

    @pydantic.field_validator("user_email")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
            raise ValueError("must be an e-mail address, such as crew@example.com")
        return value

    @pydantic.model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.password is None) == (self.token is None):
            raise ValueError("give one of password and token")
        if self.password is not None and not self.username.strip():
            raise ValueError("give the username that the password belongs to")
        return self

    def container(self, base_url: str) -> str:
        """The host and the workspace on it."""
        return f"{base_url.rstrip('/').casefold()} workspace {self.workspace}"
