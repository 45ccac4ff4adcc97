"""The command line: one file per command, and in ``views`` how each shows what it has to say."""

from __future__ import annotations

from collections.abc import Sequence

from sync.cli import pace


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line and return its exit code."""
    pace.hurry()
    from sync.cli.entry import carry_out

    return carry_out(arguments)


__all__ = ["main"]
