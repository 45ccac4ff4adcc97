"""What these tests share: three connectors' settings, and a file that is right until a test spoils it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from sync.config import Config, ConfigError, Problem, load

SECRET = "hunter2-marked"  # what no message, problem or repr may ever hold
MARK = "# here"


class ListSettings(BaseModel):
    """A connector with an address of its own, and one of two secrets."""

    model_config = ConfigDict(extra="forbid")
    default_base_url: ClassVar[str | None] = "https://lists.example.com"

    checklist: int = Field(ge=1)
    username: str
    remote_key: SecretStr | None = None
    password: SecretStr | None = None
    auth: Literal["token", "basic"] = "token"

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if not (self.remote_key or self.password):
            raise PydanticCustomError("no_secret", "needs a remote_key or a password", {"hint": "give remote_key"})
        return self

    def container(self, base_url: str) -> str:
        return f"{base_url}/{self.checklist}"


class BoardSettings(BaseModel):
    """A connector whose address must be given."""

    model_config = ConfigDict(extra="forbid")
    default_base_url: ClassVar[str | None] = None

    username: str
    password: SecretStr
    canvas: int | None = None
    strategies: tuple[int, ...] = ()
    archived: Literal["delete", "field"] = "delete"

    @model_validator(mode="after")
    def _talkative(self) -> Self:
        if self.username == "talkative":
            secret = self.password.get_secret_value()
            raise PydanticCustomError("talkative", "does not like {it}", {"it": secret, "hint": f"not {secret}"})
        return self

    def container(self, base_url: str) -> str:
        return f"{base_url}/{self.canvas}"


class Quota(BaseModel):
    """A table within a connector's own keys."""

    model_config = ConfigDict(extra="forbid")

    tasks: int
    titles: str = Field(default="short", min_length=1)


class VaultSettings(BaseModel):
    """A connector that needs no address, and keeps a file."""

    model_config = ConfigDict(extra="forbid")
    needs_base_url: ClassVar[bool] = False

    file: Path = Field(description="Where it is kept.")
    quota: Quota | None = None

    @model_validator(mode="after")
    def _suffix(self) -> Self:
        if self.file.suffix != ".json":
            raise PydanticCustomError("suffix", "is no JSON file", {"key": "file", "hint": "end it in .json"})
        return self


CONNECTORS: Mapping[str, type[BaseModel]] = {"list": ListSettings, "board": BoardSettings, "vault": VaultSettings}
ENV: Mapping[str, str] = {"LIST_KEY": SECRET, "BOARD_PASSWORD": SECRET}

PARTS: Mapping[str, str] = {
    "head": "",
    "outline": """\
[sides.outline]
connector = "list"
checklist = 1
username = "me@example.com"
remote_key = { env = "LIST_KEY" }
""",
    "field": """\
[sides.field]
connector = "board"
base_url = "https://board.example.com"
username = "api"
password = { env = "BOARD_PASSWORD" }
""",
    "work": """\
[groups.work]
sides = ["outline", "field"]
""",
    "tail": "",
}


def document(**parts: str) -> str:
    """The text of a configuration: each part as it is right, or with lines put after it (``+…``), or another one."""
    assert parts.keys() <= PARTS.keys()
    texts = [
        part + parts[name].removeprefix("+") if name in parts and parts[name].startswith("+") else parts.get(name, part)
        for name, part in PARTS.items()
    ]
    return "\n".join(text.rstrip("\n") + "\n" for text in texts)


def read(folder: Path, text: str | bytes, env: Mapping[str, str] = ENV) -> Config:
    """Load a text from a file that only its owner reads."""
    file = folder / "tasksync.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(0o600)
    return load(file, env=env, cwd=folder, connectors=CONNECTORS)


def problems(folder: Path, text: str | bytes, env: Mapping[str, str] = ENV) -> tuple[Problem, ...]:
    """What is wrong with a text; none when nothing is."""
    try:
        read(folder, text, env)
    except ConfigError as error:
        return error.problems
    return ()


def marked(text: str) -> int:
    """The number of the line that ends with the mark; 0 when no line does."""
    return next((number for number, line in enumerate(text.split("\n"), start=1) if line.endswith(MARK)), 0)
