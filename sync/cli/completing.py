"""What a shell proposes after Tab: names of the configuration, as they stand there. Nobody else is asked."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import typer

COMPLETE: Final = "_TASKSYNC_COMPLETE"
"""The variable by which a shell asks for proposals (typer's convention for a program of this name)."""
ZSH: Final = """\
#compdef tasksync

_tasksync() {
  eval "$(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" _TASKSYNC_COMPLETE=complete_zsh tasksync)"
}

if [[ $funcstack[1] == _tasksync ]]; then
  _tasksync "$@"
else
  compdef _tasksync tasksync
fi
"""
"""What zsh loads at the first Tab, as a function of the file's name. typer's own needs a second one."""


def groups(context: typer.Context, incomplete: str) -> list[str]:
    """The groups that begin so."""
    return _names("groups", context, incomplete)


def sides(context: typer.Context, incomplete: str) -> list[str]:
    """The sides that begin so."""
    return _names("sides", context, incomplete)


def words(*known: str) -> Callable[[str], list[str]]:
    """Those of a fixed table that begin so."""

    def propose(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return propose


def _names(table: str, context: typer.Context, incomplete: str) -> list[str]:
    named = _configuration(context).get(table)
    return [name for name in named if name.startswith(incomplete)] if isinstance(named, Mapping) else []


def _configuration(context: typer.Context) -> Mapping[str, object]:
    """The tables of the configuration that the command line means; none where it cannot be read yet."""
    given = context.params.get("config") or (context.parent.params.get("config") if context.parent else None)
    usual = ("tasksync.toml", "/etc/tasksync/tasksync.toml")
    places = [given] if given else [os.environ.get("TASKSYNC_CONFIG") or "", *usual]
    for place in filter(None, places):
        try:
            return tomllib.loads(Path(str(place)).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
    return {}
