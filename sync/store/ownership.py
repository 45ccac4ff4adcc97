"""Whose a new file is: a person who acts as root makes no files that the service cannot read."""

from __future__ import annotations

import os
from pathlib import Path


def give_to_owner_of(folder: Path, handle: int) -> None:
    """Give a file that root has just made to the owner of its folder, as SQLite does with its side files."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)
