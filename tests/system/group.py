"""A group over a Checkvist list and an OGSM canvas of other hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.forks import ROOT, Done
from tests.system.checkvist import Checkvist, CheckvistReading
from tests.system.ogsm import Ogsm, OgsmReading
from tests.system.program import Program, brief

__all__ = ["ROOT", "Done", "Group", "brief", "group"]

CONFIG = """\
[sides.outline]
connector = "checkvist"
base_url = "{outline.url}"
checklist = {outline.checklist}
username = "{outline.user}"
remote_key = "{outline.key}"
rate = "off"
{outline_keys}

[sides.strategy]
connector = "ogsm"
base_url = "{strategy.url}"
username = "{strategy.user}"
password = "{strategy.password}"
canvas = {strategy.canvas}
rate = "off"

[groups.work]
sides = ["outline", "strategy"]
{group_keys}

[groups.work.evidence]
misses = 2
miss_gap = "0s"
"""


class Group(Program):
    """The group ``work``: ``outline`` is a Checkvist, ``strategy`` an OGSM. ``config`` can be written anew."""

    def __init__(
        self, folder: Path, outline: Checkvist, strategy: Ogsm, *, outline_keys: str = "", group_keys: str = ""
    ) -> None:
        super().__init__(folder, {"outline": outline, "strategy": strategy})
        self.outline = outline
        self.strategy = strategy
        self.configure(outline_keys=outline_keys, group_keys=group_keys)

    def configure(self, *, outline_keys: str = "", group_keys: str = "") -> None:
        """Write the file as it is right, with some keys more."""
        self.write(
            CONFIG.format(
                outline=self.outline, strategy=self.strategy, outline_keys=outline_keys, group_keys=group_keys
            )
        )


@contextmanager
def group(
    folder: Path,
    seed: int = 0,
    *,
    outline: CheckvistReading | None = None,
    strategy: OgsmReading | None = None,
    outline_keys: str = "",
    group_keys: str = "",
) -> Iterator[Group]:
    """A group over two servers, with the readings of a seed or these; the servers end with it."""
    with Checkvist(seed, outline) as left, Ogsm(seed, strategy) as right:
        made = Group(folder, left, right, outline_keys=outline_keys, group_keys=group_keys)
        yield made
