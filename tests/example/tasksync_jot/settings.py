"""What a person must say about a Jot side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pydantic
from pydantic import BaseModel, ConfigDict, SecretStr


class JotSettings(BaseModel):
    """The key, and which list the side is."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    default_base_url: ClassVar[str | None] = None
    unnamed: ClassVar[Mapping[str, object]] = {"list": 0}
    """What `discover` can do without."""

    key: SecretStr = pydantic.Field(min_length=1)
    """The account's key."""
    list: int = pydantic.Field(ge=1)
    """The number of the list: `tasksync discover` names it."""

    def container(self, base_url: str) -> str:
        """The host and the list on it."""
        return f"{base_url.rstrip('/').casefold()} list {self.list}"
