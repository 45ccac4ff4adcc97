"""The command line: one file per command, and in ``views`` how each shows what it has to say."""

from __future__ import annotations

from sync.cli.entry import main

__all__ = ["main"]
