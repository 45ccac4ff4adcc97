"""Questions to a person: one line each on standard error, the answers from standard input, typed or piped."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from sync.cli.failures import CommandError
from sync.cli.views.words import clean
from sync.config.problems import BadValue

T = TypeVar("T")


class Asking:
    """Asks. A person at a terminal is asked again; of piped answers the first that does not fit ends the command."""

    def __init__(self) -> None:
        self._typed = sys.stdin.isatty()

    def say(self, text: str = "") -> None:
        """A line that is no question."""
        sys.stderr.write(f"{clean(text)}\n")

    def ask(self, question: str, fit: Callable[[str], T], *, default: str = "") -> T:
        """The answer, as ``fit`` makes it; it raises ``BadValue`` for one that does not fit.

        Raises ``CommandError`` where no answer comes any more.
        """
        while True:
            text = self._line(question, default) or default
            try:
                return fit(text)
            except BadValue as wrong:
                self._refuse(question, wrong)

    def choose(self, question: str, choices: Sequence[str], *, default: str = "") -> str:
        """One of several words."""

        def fit(text: str) -> str:
            if text not in choices:
                raise BadValue(f'"{text}" is none of them', f"one of: {', '.join(choices)}")
            return text

        return self.ask(f"{question} ({'/'.join(choices)})", fit, default=default)

    def agrees(self, question: str, *, default: bool) -> bool:
        """Yes or no."""
        return self.choose(question, ("yes", "no"), default="yes" if default else "no") == "yes"

    def secret(self, question: str) -> str:
        """A secret: what is typed is not shown."""
        if not self._typed:
            return self.ask(question, needed)
        while True:
            try:
                text = getpass.getpass(f"{question}: ", sys.stderr)
            except EOFError as error:
                raise _ended(question) from error
            if text:
                return text

    def _line(self, question: str, default: str) -> str:
        proposed = f" [{default}]" if default else ""
        sys.stderr.write(f"{clean(question)}{proposed}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not self._typed:
            sys.stderr.write("\n")
        if not line:
            raise _ended(question)
        return line.strip()

    def _refuse(self, question: str, wrong: BadValue) -> None:
        if not self._typed:
            raise CommandError(f"{question}: {wrong}; nothing was written", wrong.hint) from wrong
        self.say(f"  {wrong}; {wrong.hint}" if wrong.hint else f"  {wrong}")


def needed(text: str) -> str:
    """Any text but none. Raises ``BadValue``."""
    if not text:
        raise BadValue("is empty", "it is needed")
    return text


def _ended(question: str) -> CommandError:
    return CommandError(f"the answers ended before this question: {question}", "nothing was written")
