"""``tasksync init``: from nothing to a configuration that was checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sync.cli.failures import CommandError, foreseen
from sync.cli.opening import folder, opened
from sync.cli.options import ConfigOption, Given, VerboseOption, given

if TYPE_CHECKING:
    from sync.cli.interview import Side


def command(context: typer.Context, *, config: ConfigOption = None, verbose: VerboseOption = 0) -> int:
    """Write a configuration.

    Asks which systems to keep in agreement, and where the secrets are; writes ./tasksync.toml, or --config FILE, and
    checks it. A file that is there stays as it is. Nothing is changed on any side.
    """
    common = given(context, config, verbose)
    from sync.app import Manifests
    from sync.cli.asking import Asking
    from sync.cli.interview import Interview
    from sync.config import values

    target = (folder() / (common.config or "tasksync.toml")).absolute()
    if target.exists():
        raise _there_already(target)
    asking = Asking()
    asking.say("Which systems hold your tasks? Two or more; Ctrl-C ends this, and nothing is written.")
    sides = Interview(asking, Manifests()).sides()
    asking.say()
    zone = asking.ask("time zone", values.zone, default=_own_zone(os.environ))
    group = asking.ask("a name for the group of these sides", lambda text: values.name(text, "group"), default="work")
    interval = asking.ask("how often they are looked at, as a service", _interval, default="5m")
    _write(target, sides, zone, group, interval)
    asking.say(f"written: {target}")
    return _check(common.then(common.config and target), sides)


def _interval(text: str) -> str:
    from sync.config import values

    values.period(text)
    return text


def _own_zone(env: Mapping[str, str]) -> str:
    """This machine's zone, where it can be told."""
    from sync.config import values
    from sync.config.problems import BadValue

    place = os.path.realpath("/etc/localtime")
    for name in (env.get("TZ", "").removeprefix(":"), place.partition("/zoneinfo/")[2]):
        try:
            return values.zone(name)
        except BadValue:
            continue
    return "UTC"


def _write(target: Path, sides: list[Side], zone: str, group: str, interval: str) -> None:
    """The secrets first, each in a file of its own; then the configuration. Raises ``CommandError``."""
    from sync.cli.interview import Secret, secrets_of
    from sync.cli.views.init import configuration

    clear = any(isinstance(value, Secret) and value.how == "text" for side in sides for value in side.keys.values())
    text = "\n".join([*configuration(sides, timezone=zone, group=group, interval=interval), ""])
    made: list[Path] = []
    try:
        for name, secret in secrets_of(sides).items():
            file = target.parent / name
            file.parent.mkdir(mode=0o700, exist_ok=True)
            _make(file, secret + "\n", 0o600)
            made.append(file)
        _make(target, text, 0o600 if clear else 0o644)
    except OSError as error:
        for file in made:
            file.unlink()
        if isinstance(error, FileExistsError):
            raise _there_already(Path(str(error.filename))) from error
        raise CommandError(f"{target} can not be written: {error.strerror}", "name another file: --config") from error


def _make(file: Path, text: str, mode: int) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)


def _there_already(file: Path) -> CommandError:
    return CommandError(
        f"{file} is there already, and stays as it is", "name another file: tasksync init --config FILE"
    )


def _check(common: Given, sides: list[Side]) -> int:
    """Check what was written, as far as it can be, and say what to do next."""
    from sync.cli.signals import ending_at_once
    from sync.cli.views.check import show_check
    from sync.cli.views.screen import printing
    from sync.cli.views.words import typed
    from sync.progress import watched

    left = [side.name for side in sides if side.left]
    try:
        with ending_at_once(), opened(common, read_only=True) as app:
            with watched() as progress:
                report = app.check(progress=progress)
            with printing() as screen:
                show_check(screen, report)
            good = report.exit == 0
    except Exception as error:
        failure = foreseen(error)
        if failure is None:
            raise
        failure.tell(as_json=False)
        good = False
    steps = [typed("discover", name, config=common.config) for name in left]
    steps += [] if good else [typed("check", config=common.config)]
    steps += [
        typed("plan", config=common.config),
        typed("run", "--once", "--limit", "3", config=common.config),
        typed("run", config=common.config),
    ]
    with printing() as screen:
        screen.line("Next:" if good else "Mend what is said above; then:")
        for step in steps:
            screen.line(f"  {step}")
    return 0
