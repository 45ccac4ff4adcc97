"""What a person must say about a CalDAV side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal
from urllib.parse import unquote, urlsplit

import pydantic
from pydantic import BaseModel, ConfigDict, SecretStr


class CaldavSettings(BaseModel):
    """The account. The collection is the side's ``base_url``."""

    model_config = ConfigDict(extra="forbid")

    default_base_url: ClassVar[str | None] = None
    unnamed: ClassVar[Mapping[str, object]] = {}
    apart: ClassVar[frozenset[str]] = frozenset({"auth", "changes"})
    """How one signs in, and by what changes are found, change nothing about what an answer means."""

    username: str = pydantic.Field(min_length=1)
    """The name of the account."""
    password: SecretStr = pydantic.Field(min_length=1)
    """Its password; where the server has such, one made for this program alone."""
    auth: Literal["basic", "digest"] = "basic"
    """How requests are signed: "digest" where the server has it and the address is not https."""

    changes: Literal["token", "tags"] = "token"
    """How changes are found: by the server's memory of them (RFC 6578) where it has one, or by entity tags alone."""

    def container(self, base_url: str) -> str:
        """The collection."""
        parts = urlsplit(base_url)
        return f"{parts.scheme}://{parts.netloc.casefold()}{unquote(parts.path).rstrip('/')}"
