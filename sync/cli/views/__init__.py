"""How each command shows what it has to say: reports in, lines and tables out. Nothing here reads or decides."""

from __future__ import annotations
