"""Run the benchmarks of this folder, or those that are named: `python -m benchmarks [NAME…]`.

Each file is a benchmark that prints what it measured, with units. It gets a process of its own, so that neither the
memory nor the caches of another stand in its figures. The exit code is 1 when one of them fails, 2 for a name that is
not here.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def found() -> list[str]:
    """Give the names of the benchmarks in the folder, in the order of the alphabet."""
    return sorted(file.stem for file in FOLDER.glob("[!_]*.py"))


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all of them; give the exit code."""
    known = found()
    strangers = [name for name in names if name not in known]
    if strangers:
        here = ", ".join(known) or "none yet"
        print(f"No benchmark of the name {', '.join(strangers)}. There are: {here}.", file=sys.stderr)
        return 2
    if not known:
        print("There is no benchmark yet.")
        return 0
    failed = []
    for name in names or known:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"{FOLDER.name}.{name}"], cwd=FOLDER.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
