"""What the vendors' sandboxes share: serving them on loopback, a log of what was asked, and faults on demand."""

from __future__ import annotations

from connectors.serving.faults import Fault, Faults, Kind, bomb, deep, redirect, unreliable
from connectors.serving.journal import Counter, Seen
from connectors.serving.middleware import FaultMiddleware
from connectors.serving.readings import Switches
from connectors.serving.server import Sandbox, Serving, serve

__all__ = [
    "Counter",
    "Fault",
    "FaultMiddleware",
    "Faults",
    "Kind",
    "Sandbox",
    "Seen",
    "Serving",
    "Switches",
    "bomb",
    "deep",
    "redirect",
    "serve",
    "unreliable",
]
