"""What ``init`` asks of a person: which accounts, their keys as the connectors describe them, where secrets are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from connectors.contract import Manifest
from sync.app import Manifests
from sync.cli.asking import Asking, needed
from sync.config import urls, values
from sync.config.problems import BadValue
from sync.config.purposes import purpose

MOST: Final = 20
"""Sides that are asked for in one go: who has more writes the rest by hand."""
ENOUGH: Final = 2
_INVENTED: Final = "invented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a secret is, or is to be: ``how`` is env, file, credential, kept (a file that is made) or text."""

    how: str
    value: str
    name: str = ""


@dataclass(slots=True, kw_only=True)
class Side:
    """A side, as it was told. ``keys``: in the order of the questions; ``left``: to be looked for; ``more``: may be."""

    name: str
    connector: str
    title: str
    base_url: str = ""
    keys: dict[str, object] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Interview:
    """Asks for the sides of a group."""

    asking: Asking
    manifests: Manifests

    def sides(self) -> list[Side]:
        """Two sides or more."""
        found: list[Side] = []
        while len(found) < MOST:
            if len(found) >= ENOUGH and not self.asking.agrees("one more side?", default=False):
                break
            found.append(self._side([one.name for one in found]))
        return found

    def _side(self, taken: list[str]) -> Side:
        names = sorted(self.manifests)
        self.asking.say()
        connector = self.asking.choose(f"side {len(taken) + 1}: which system", names)
        manifest, shape = self.manifests.manifest(connector), self.manifests[connector]
        name = self.asking.ask(
            "a name of yours for it", lambda text: _name(text, taken), default=_free(connector, taken)
        )
        side = Side(name=name, connector=connector, title=manifest.title)
        self._address(side, manifest)
        for key, told in shape.model_fields.items():
            if told.is_required():
                self._key(side, key, told, shape)
        self._complete(side, shape)
        for key in getattr(shape, "unnamed", {}):
            if key not in side.keys:
                told = shape.model_fields[key]
                (side.left if told.is_required() else side.more).setdefault(key, _about(shape, key))
        return side

    def _address(self, side: Side, manifest: Manifest) -> None:
        usual = manifest.settings.default_base_url or ""
        if not getattr(manifest.settings, "needs_base_url", True):
            return
        side.base_url = self.asking.ask(f"{side.title}: its address (https://…)", _address, default=usual)
        if side.base_url == usual:
            side.base_url = ""

    def _key(self, side: Side, key: str, told: FieldInfo, shape: type[BaseModel]) -> None:
        side.about[key] = _about(shape, key)
        self.asking.say(f"{key}: {side.about[key]}")
        if _is_secret(told):
            side.keys[key] = self._secret(side, key)
            return
        unnamed = key in getattr(shape, "unnamed", {})
        later = f"{key} (nothing: look for it later, `tasksync discover {side.name}`)" if unnamed else key
        value = self.asking.ask(later, lambda text: None if unnamed and not text else _typed(told, text))
        if value is None:
            side.left[key] = side.about.pop(key)
        else:
            side.keys[key] = value

    def _secret(self, side: Side, key: str) -> Secret:
        how = self.asking.choose(f"where is {key}", ("env", "file", "credential", "type"), default="env")
        usual = re.sub(r"[^A-Za-z0-9]+", "_", f"{side.name}_{key}")
        if how == "env":
            return Secret(how=how, value=self.asking.ask("name of the variable", _variable, default=usual.upper()))
        if how != "type":
            return Secret(how=how, value=self.asking.ask(f"{how}", needed, default="" if how == "file" else usual))
        text = self.asking.secret(key)
        name = f"secrets/{usual.lower()}"
        self.asking.say("what is typed can be kept in a file of its own, or stand in the configuration for all to read")
        if self.asking.agrees(f"keep it in {name}, which only you may read?", default=True):
            return Secret(how="kept", value=text, name=name)
        return Secret(how="text", value=text)

    def _complete(self, side: Side, shape: type[BaseModel]) -> None:
        """Ask for what the connector needs besides: one of several secrets, say."""
        asked = set(side.keys) | set(side.left)
        while why := _lacking(side, shape):
            open_ = {key: told for key, told in shape.model_fields.items() if key not in asked}
            named = [key for key in open_ if re.search(rf"\b{key}\b", why)]
            rest = named or [key for key, told in open_.items() if _is_secret(told)]
            if not rest:
                self.asking.say(f"{side.name}: {why}")
                return
            for key in rest:
                asked.add(key)
                if self.asking.agrees(f"{why}. Give {key}?", default=True):
                    self._key(side, key, open_[key], shape)
                    break


def _lacking(side: Side, shape: type[BaseModel]) -> str:
    """What the connector says of the keys together; empty when they are enough."""
    told = {key: _INVENTED if isinstance(value, Secret) else value for key, value in side.keys.items()}
    told |= {key: _placeholder(shape.model_fields[key]) for key in side.left if shape.model_fields[key].is_required()}
    try:
        shape.model_validate(told)
    except ValidationError as error:
        return "; ".join(str(one["msg"]).removeprefix("Value error, ") for one in error.errors())
    return ""


def _placeholder(told: FieldInfo) -> object:
    return 1 if told.annotation is int else "someone@example.com"


def _typed(told: FieldInfo, text: str) -> object:
    kind: Any = Annotated[told.annotation, *told.metadata] if told.metadata else told.annotation
    try:
        value: object = TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        raise BadValue(str(error.errors()[0]["msg"]).removeprefix("Value error, ").lower(), "try again") from error
    return value


def _is_secret(told: FieldInfo) -> bool:
    return "SecretStr" in str(told.annotation) or told.annotation is SecretStr


def _about(shape: type[BaseModel], key: str) -> str:
    return " ".join(purpose(shape, key).split())


def _name(text: str, taken: list[str]) -> str:
    if text in taken:
        raise BadValue(f"there is a side {text} already", "give this one another name")
    return values.name(text, "side")


def _free(connector: str, taken: list[str]) -> str:
    names = [connector, *(f"{connector}{number}" for number in range(2, MOST + 2))]
    return next(name for name in names if name not in taken)


def _address(text: str) -> str:
    return urls.base_url(text, allow_http=False)


def _variable(text: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is None:
        raise BadValue("that can not be the name of a variable", "letters, digits and _")
    return text


def secrets_of(sides: list[Side]) -> Mapping[str, str]:
    """The files that are to be made for what was typed: name to text."""
    return {
        value.name: value.value
        for side in sides
        for value in side.keys.values()
        if isinstance(value, Secret) and value.how == "kept"
    }
