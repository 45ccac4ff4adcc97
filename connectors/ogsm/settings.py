"""What a person must say about an OGSM side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, SecretStr


class OgsmSettings(BaseModel):
    """The account, and which of its actions the side is."""

    model_config = ConfigDict(extra="forbid")

    default_base_url: ClassVar[str | None] = None
    unnamed: ClassVar[Mapping[str, object]] = {"canvas": None, "strategies": []}
    """What ``discover`` can do without."""

    username: str = pydantic.Field(min_length=1)
    """The API's user: an administrator makes it under Settings, API, behind the cog icon."""
    password: SecretStr = pydantic.Field(min_length=1)
    """Its password."""
    canvas: int | None = pydantic.Field(default=None, ge=1)
    """Only actions on this canvas are synced, and new ones are put on it. Without it: every action of the account."""
    strategies: list[int] = []
    """The strategies that new actions are put under."""
    archived: Literal["delete", "field"] = "delete"
    """What an archived action is: deleted, or a task that is archived."""

    def container(self, base_url: str) -> str:
        """The host and the canvas on it."""
        place = base_url.rstrip("/").casefold()
        return f"{place} all actions" if self.canvas is None else f"{place} canvas {self.canvas}"
