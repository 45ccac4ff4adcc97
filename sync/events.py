"""Log events: dotted past-tense facts with keys, as records of the standard library.

What makes lines of them (:mod:`sync.logs`) is loaded by the first one that is written: a run with nothing to say is
over sooner.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

KEYS: Final = "tasksync_keys"
"""The attribute of a record that has the keys of its event."""

_BOUND: Final[ContextVar[Mapping[str, object]]] = ContextVar("bound", default=MappingProxyType({}))


class Log:
    """The events of one module. A key ``exc_info`` is an exception, or True for the one that is being handled."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, **keys: object) -> None:
        """What only somebody who looks for a fault wants to know."""
        self._tell(logging.DEBUG, event, keys)

    def info(self, event: str, **keys: object) -> None:
        """What happened."""
        self._tell(logging.INFO, event, keys)

    def warning(self, event: str, **keys: object) -> None:
        """What somebody should look at."""
        self._tell(logging.WARNING, event, keys)

    def error(self, event: str, **keys: object) -> None:
        """What somebody has to mend."""
        self._tell(logging.ERROR, event, keys)

    def exception(self, event: str, **keys: object) -> None:
        """What nobody foresaw, with the exception that is being handled."""
        self._tell(logging.ERROR, event, {"exc_info": True, **keys})

    def _tell(self, level: int, event: str, keys: dict[str, object]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, exc_info=keys.pop("exc_info", None), extra={KEYS: keys})  # type: ignore[arg-type]  # an exception, or True


@contextmanager
def bound(**keys: object) -> Iterator[None]:
    """Within, each line carries these keys too, those of the libraries included."""
    before = _BOUND.set({**_BOUND.get(), **keys})
    try:
        yield
    finally:
        _BOUND.reset(before)


def keys_of(record: logging.LogRecord) -> Mapping[str, object]:
    """The keys of a record, and those that are bound where it is made into a line."""
    return {**_BOUND.get(), **getattr(record, KEYS, {})}
