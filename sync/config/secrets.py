"""Text that stands elsewhere: in the environment, in a file, in a credential of systemd."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sync.config.problems import BadValue, did_you_mean, kind, shown

_FORMS = '{ env = "NAME" }, { file = "PATH" } or { credential = "NAME" }'
_LARGEST = 65_536
"""Bytes. A longer file is not a secret, and a device would never end."""


def resolve(reference: Mapping[str, object], *, env: Mapping[str, str], folder: Path) -> str:
    """The text that a reference names: ``{ env | file | credential = … }``.

    Of a file one line break at its end is dropped; its path is relative to ``folder``. Raises :class:`BadValue`, never
    with the text in it.
    """
    unknown = [key for key in reference if key not in {"env", "file", "credential"}]
    if unknown:
        raise BadValue(
            f"a reference has no key {shown(unknown[0])}",
            did_you_mean(unknown[0], ("env", "file", "credential"), f"write the text in quotes, or {_FORMS}"),
        )
    if len(reference) != 1:
        raise BadValue(f"a reference has one key, not {len(reference) or 'none'}", f"write {_FORMS}")
    (source, target), *_ = reference.items()
    if not isinstance(target, str) or not target.strip() or "\0" in target:
        what = "empty or unreadable text" if isinstance(target, str) else kind(target)
        raise BadValue(f"the reference's {source} must be a name, not {what}", f"write {_FORMS}")
    if source == "env":
        return _from_env(target, env)
    if source == "file":
        return _from_file(folder / target, "check the path: it is relative to the folder of this file")
    return _from_credential(target, env)


def _from_env(variable: str, env: Mapping[str, str]) -> str:
    if variable not in env:
        raise BadValue(f"the environment variable {variable} is not set", 'set it, or write { file = "…" } instead')
    if not env[variable]:
        raise BadValue(f"the environment variable {variable} is empty", "give it the secret as its value")
    return env[variable]


def _from_credential(credential: str, env: Mapping[str, str]) -> str:
    folder = env.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise BadValue(
            f"there is no credential {credential}: $CREDENTIALS_DIRECTORY is not set",
            f"under systemd, put LoadCredential={credential}:PATH into the unit; elsewhere write {{ file = … }}",
        )
    if "/" in credential or credential in {".", ".."}:
        raise BadValue(f"{shown(credential)} is not the name of a credential", "write its name, without a path")
    return _from_file(Path(folder, credential), f"put LoadCredential={credential}:PATH into the unit")


def _from_file(file: Path, otherwise: str) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        text = content.decode()
    except FileNotFoundError:
        raise BadValue(f"the file {file} does not exist", otherwise) from None
    except OSError as error:
        raise BadValue(
            f"the file {file} cannot be read: {error.strerror}", "let the user who runs tasksync read it"
        ) from None
    except UnicodeDecodeError:
        raise BadValue(f"the file {file} is not UTF-8 text", "put the secret alone into it, as text") from None
    if len(content) > _LARGEST:
        raise BadValue(f"the file {file} is longer than 64 KiB", "name the file that holds the secret alone")
    text = text.removesuffix("\r\n" if text.endswith("\r\n") else "\n")
    if not text:
        raise BadValue(f"the file {file} is empty", "put the secret into it")
    return text
