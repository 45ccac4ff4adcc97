"""A vault in a file: kept between processes, shared by several, never half written, and clear when it cannot be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connectors.errors import BadSettings
from connectors.memory.vault import Vault
from connectors.task import Field
from tests.connectors.memory.sides import StillClock, connected, read, settings

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from connectors.memory.vault import Vault
vault = Vault(now=lambda: datetime(2024, 1, 1, tzinfo=UTC), file=Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    vault.add({"title": f"{sys.argv[2]} {number}", "description": "x" * 2000})
    print(number, flush=True)
"""


def writer(file: Path, name: str, count: int) -> subprocess.Popen:
    """Another process that adds tasks to the file and says which."""
    command = [sys.executable, "-c", WRITER, str(file), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def vault(file: Path) -> Vault:
    """The vault in a file, as a process of its own would open it."""
    return Vault.of(settings(file=str(file)), StillClock().now)


def test_a_file_keeps_the_vault(tmp_path):
    file = tmp_path / "v.json"
    connector, there = connected(file=str(file), incremental=True)
    ref = connector.create({Field.TITLE: "a 😀 \x00 \udc80"}, "m").entry.ref
    gone = there.add({"title": "b"})
    there.remove(gone)
    again, _ = connected(file=str(file), incremental=True)
    assert read(again)[ref].fields[Field.TITLE] == "a 😀 \x00 \udc80"
    (page,) = again.changes(None)
    assert vault(file).add({"title": "c"}) not in {ref, gone}
    (page,) = connector.changes(page.cursor)
    assert [record.native["title"] for record in page.records] == ["c"], "the other process's task is seen"


def test_reading_does_not_write(tmp_path):
    file = tmp_path / "v.json"
    connector, there = connected(file=str(file))
    connector.check()
    assert read(connector) == {}
    assert not file.exists()
    there.add({"title": "a"})
    before = file.stat().st_mtime_ns
    read(connector)
    assert file.stat().st_mtime_ns == before


def test_a_person_may_write_the_file_by_hand(tmp_path):
    """Only what matters need be said."""
    file = tmp_path / "v.json"
    connector, there = connected(file=str(file), parents=True)
    there.add({"title": "first"})
    file.write_text(json.dumps({"tasks": {"x1": {"title": "Milk", "status": "completed"}, "x2": {}}}))
    entries = read(connector)
    assert sorted(entries) == ["x1", "x2"]
    assert entries["x1"].fields[Field.STATUS] == "completed"
    assert entries["x2"].fields[Field.TITLE] == ""
    there.edit("x2", {"title": "named"})
    assert json.loads(file.read_text())["tasks"]["x2"]["title"] == "named"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"tasks": []}',
        '{"tasks": {"a": 1}}',
        '{"task": {}}',
        '{"revision": "x"}',
        "\xff",
        pytest.param("[" * 10_000, id="deep"),
    ],
)
def test_a_file_that_is_no_vault_is_named_and_left_alone(tmp_path, text):
    file = tmp_path / "v.json"
    file.write_bytes(text.encode("latin-1"))
    connector, there = connected(file=str(file))
    with pytest.raises(BadSettings, match=r"v\.json") as caught:
        connector.check()
    assert caught.value.hint
    with pytest.raises(BadSettings):
        there.add({"title": "a"})
    assert file.read_bytes() == text.encode("latin-1")


def test_a_circle_written_by_hand_is_no_trap(tmp_path):
    """Tasks under each other are listed, and can be taken apart."""
    file = tmp_path / "v.json"
    file.write_text(json.dumps({"tasks": {"a": {"parent": "b"}, "b": {"parent": "a"}, "c": {"parent": "nobody"}}}))
    connector, there = connected(file=str(file), parents=True, cascades=True)
    assert sorted(read(connector)) == ["a", "b", "c"]
    there.move("a", parent=None)
    assert read(connector)["a"].children == ("b",)


def test_a_folder_that_is_not_there_is_a_bad_setting(tmp_path):
    connector, _ = connected(file=str(tmp_path / "nowhere" / "v.json"))
    with pytest.raises(BadSettings, match="nowhere"):
        connector.check()


def test_a_folder_in_the_files_place_is_a_bad_setting(tmp_path):
    connector, _ = connected(file=str(tmp_path))
    with pytest.raises(BadSettings):
        connector.check()


def test_a_change_that_breaks_off_is_not_kept(tmp_path):
    there = vault(tmp_path / "v.json")
    ref = there.add({"title": "a"})
    with pytest.raises(KeyError):
        there.move("m99", parent=ref)
    with pytest.raises(TypeError):
        there.edit(ref, {"title": {1, 2}})  # a set is no JSON
    assert there.task(ref)["title"] == "a"
    assert vault(tmp_path / "v.json").task(ref)["title"] == "a"


def test_processes_do_not_lose_each_others_changes(tmp_path):
    file = tmp_path / "v.json"
    others = [writer(file, name, 20) for name in ("b", "c")]
    try:
        there = vault(file)
        for number in range(20):
            there.add({"title": f"a {number}"})
        for other in others:
            other.communicate(timeout=60)
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert len(vault(file).tasks()) == 60


def test_a_killed_process_leaves_a_whole_file(tmp_path):
    """What it said is there; nothing else is, but perhaps the one change that it was at."""
    for attempt in range(4):
        file = tmp_path / f"v{attempt}.json"
        other = writer(file, "b", 10_000)
        try:
            said = [other.stdout.readline() for _ in range(5 + attempt)]
            time.sleep(0.003 * attempt)
            os.kill(other.pid, signal.SIGKILL)
            said += other.stdout.readlines()
        finally:
            other.kill()
            other.wait()
            other.stdout.close()
        kept = len(vault(file).tasks())
        assert kept - len(said) in {0, 1}
