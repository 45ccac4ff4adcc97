"""What a person must say about an Opus 2 side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

import pydantic
from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic_core import PydanticCustomError

Paging = Literal["auto", "none", "page", "offset", "cursor", "next"]


class Opus2Settings(BaseModel):
    """The token, and which folder of which project the side is."""

    model_config = ConfigDict(extra="forbid")

    default_base_url: ClassVar[str | None] = None
    unnamed: ClassVar[Mapping[str, object]] = {"project": "", "folder": "", "archive_folder": None}
    """What ``discover`` can do without."""

    token: SecretStr = pydantic.Field(min_length=1)
    """The token of a user with write access: made in the user's profile, under Application tokens, for version V8."""
    header: str = pydantic.Field(default="X-API-Token", pattern=r"^[A-Za-z0-9-]+$")
    """The header that carries the token; with "Authorization" it goes as a bearer token."""
    project: str = pydantic.Field(min_length=1)
    """The project's id."""
    folder: str = pydantic.Field(min_length=1)
    """The folder whose documents are tasks: its id, else its name."""
    archive_folder: str | None = pydantic.Field(default=None, min_length=1)
    """The folder that a deleted document is moved to: its id, else its name. Without it a deleted task is let go."""
    paging: Paging = "auto"
    """How this tenant's lists go on: found out, or not at all, by page, by offset, by cursor, by a link to the next."""

    @pydantic.model_validator(mode="after")
    def _two_folders(self) -> Self:
        if self.archive_folder is not None and self.archive_folder.strip() == self.folder.strip():
            hint = "the folder where deleted documents go must be another one"
            key = {"key": "archive_folder", "hint": hint}
            raise PydanticCustomError("archive", "is the folder of the tasks itself", key)
        return self

    def container(self, base_url: str) -> str:
        """The tenant, the project, and the folder in it."""
        return f"{base_url.rstrip('/').casefold()} project {self.project} folder {self.folder}"
