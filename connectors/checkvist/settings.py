"""What a person must say about a Checkvist side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

import pydantic
from pydantic import BaseModel, ConfigDict, PrivateAttr, SecretStr

from connectors.session import Session


class TokenSession(Session):
    """The account's token, and what was found out about the server that takes it."""

    def __init__(self, *, as_parameter: bool) -> None:
        super().__init__()
        self.as_parameter = as_parameter
        self.place_known = as_parameter
        self.refreshes = True


class CheckvistSettings(BaseModel):
    """The list, and the account that may write it."""

    model_config = ConfigDict(extra="forbid")

    default_base_url: ClassVar[str | None] = "https://checkvist.com"
    unnamed: ClassVar[Mapping[str, object]] = {"checklist": 0}
    """What ``discover`` can do without."""

    checklist: int = pydantic.Field(ge=1)
    """The number of the list: it stands in the list's address, after `/checklists/`."""
    username: str = pydantic.Field(min_length=1)
    """The account's e-mail address."""
    remote_key: SecretStr | None = pydantic.Field(default=None, min_length=1)
    """The OpenAPI key of the account's profile page. It or `password`, not both."""
    password: SecretStr | None = pydantic.Field(default=None, min_length=1)
    """The account's password."""
    auth: Literal["token", "basic"] = "token"
    """Log in once and send a token, or send user and key with each request (HTTP Basic)."""
    token_in: Literal["header", "parameter"] = "header"  # noqa: S105 - a place, not a secret
    """Where the token is sent. Older servers know the parameter only, which stands in the address and so in logs."""
    token2fa: SecretStr | None = pydantic.Field(default=None, min_length=1)
    """The code of a second step at log-in. It is good once: use a remote key with `auth = "basic"` for a service."""

    _session: TokenSession = PrivateAttr()

    def model_post_init(self, _: object, /) -> None:
        """The session begins with these settings, and ends with them."""
        self._session = TokenSession(as_parameter=self.token_in == "parameter")  # noqa: S105 - a place, not a secret

    @pydantic.model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.remote_key is None) == (self.password is None):
            raise ValueError("give one of remote_key and password")
        return self

    @property
    def session(self) -> TokenSession:
        """What every connector made from these settings shares."""
        return self._session

    @property
    def secret(self) -> str:
        """The key or the password: the vendor takes either in the same place (API page, "Authentication")."""
        chosen = self.remote_key or self.password
        return chosen.get_secret_value() if chosen is not None else ""

    def container(self, base_url: str) -> str:
        """The host and the list on it."""
        return f"{base_url.rstrip('/').casefold()} list {self.checklist}"
