"""``tasksync sandbox``: small servers of the vendors' APIs, to try things against."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from sync.cli.failures import CommandError

PortOption: TypeAlias = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="N",
        min=0,
        max=65535,
        show_default="free ones",
        help="The first one's port, the next on N+1.",
    ),
]


def command(
    vendors: Annotated[
        list[str] | None, typer.Argument(metavar="[VENDOR]...", show_default=False, help="Whose; none: all there are.")
    ] = None,
    *,
    faults: Annotated[
        str | None, typer.Option("--faults", metavar="SHARE", help="Let so many requests fail, each in some way: 5%.")
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(
            "--reading",
            metavar="NAME=VALUE",
            help="How the server reads what its document leaves open. With several vendors VENDOR.NAME=VALUE; "
            "several with commas; may be repeated.",
        ),
    ] = None,
    port: PortOption = 0,
) -> int:
    """Serve the vendors' sandboxes on loopback.

    Prints a configuration with addresses and credentials, and serves until it is interrupted. What is in them is in
    memory, and gone afterwards.
    """
    from sync.cli.serving import chosen, in_rows, listening, reached, with_faults
    from sync.cli.signals import until_told
    from sync.cli.views.sandbox import configuration
    from sync.cli.views.screen import printing

    sandboxes = chosen(vendors or (), reading or ())
    apps = {name: with_faults(sandbox.app, share(faults)) for name, sandbox in sandboxes.items()}
    with until_told() as told, listening(apps, in_rows(list(apps), port)) as serving:
        sides = {name: (reached(serving.url(name), one), one.describe()) for name, one in sandboxes.items()}
        with printing() as screen:
            for line in configuration(sides):
                screen.line(line)
        typer.echo("serving until Ctrl-C", err=True)
        told.wait()
    return 0


def share(text: str | None) -> float:
    """A share written as "5%" or "0.05". Raises ``CommandError``."""
    if text is None:
        return 0.0
    number = text.removesuffix("%")
    try:
        value = float(number) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise CommandError(f"--faults takes a share of the requests, and {text!r} is none", "for example 5%")
    return value
