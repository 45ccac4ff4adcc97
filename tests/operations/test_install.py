"""What comes with the program: its manual page, completion in a shell, and what make puts where."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from sync.cli.manual import page
from sync.cli.program import program
from tests.architecture.project import ROOT
from tests.cli.kit import environment, forked

CONFIG = """
[sides.outline]
[sides.other]
[groups.work]
[groups.home]
"""
PREFIX = "/opt/tasksync"
ZSH = r"""
zmodload zsh/zpty
for typed in "$@"; do
  zpty shell zsh -f -i
  zpty -w shell 'PS1=">"; fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -u -D; print READY'
  while zpty -r shell line; do [[ $line == READY* ]] && break; done
  zpty -w -n shell "$typed"$'\t\x01'"print -r -- GOT:"$'\n'
  while zpty -r shell line; do
    print -r -- $line
    [[ $line == GOT:* ]] && break
  done
  zpty -d shell
done
"""


def test_the_manual_has_every_command_and_option():
    text = page().replace(r"\-", "-")
    for name, command in typer.main.get_command(program()).commands.items():
        assert (f".SS {name}" in text) is not command.hidden
        for parameter in command.params:
            assert all(option in text for option in parameter.opts if option.startswith("-"))
    assert re.findall(r"^\\fB(\d)\\fR$", text, re.MULTILINE) == ["0", "1", "2", "3", "4"]


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
def test_the_manual_is_set_without_a_complaint():
    done = subprocess.run(["groff", "-man", "-wall", "-Tutf8"], input=page().encode(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A configuration, and the program on a path of its own."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "tasksync.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "other.toml").write_text("[groups.elsewhere]\n", encoding="utf-8")
    launcher = folder / "tasksync"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m sync "$@"\n', encoding="utf-8")
    launcher.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("tasksync stat", ["status"]),
        ("tasksync run ", ["work", "home"]),
        ("tasksync run w", ["work"]),
        ("tasksync --config other.toml status ", ["elsewhere"]),
        ("tasksync status --config other.toml ", ["elsewhere"]),
        ("tasksync discover o", ["outline", "other"]),
        ("tasksync run --once --allow e", ["emptied"]),
        ("tasksync backup --over", ["--overwrite"]),
    ],
)
def test_what_a_shell_proposes(place, line, proposed):
    words = line.split(" ")
    env = {"_TASKSYNC_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = forked(cwd=place, env=env)
    assert done.out.split() == proposed, done.err


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_itself_completes(place):
    """The script that is installed, in a real shell."""
    script = forked(cwd=place, env={"_TASKSYNC_COMPLETE": "source_bash"}).out
    ask = 'COMP_WORDS=(tasksync run ho); COMP_CWORD=2; _tasksync_completion tasksync; echo "${COMPREPLY[*]}"'
    env = environment({"PATH": f"{place}:{os.environ['PATH']}"})
    done = subprocess.run(["bash", "-c", f"{script}\n{ask}"], cwd=place, env=env, capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"home\n", b"")


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_fish_itself_completes(place):
    """The same: a word, and names of the configuration."""
    (place / "tasksync.fish").write_text(forked(cwd=place, env={"_TASKSYNC_COMPLETE": "source_fish"}).out)
    ask = 'source tasksync.fish; complete -C "tasksync run "; complete -C "tasksync backup --over"'
    env = environment({"PATH": f"{place}:{os.environ['PATH']}", "HOME": str(place)})
    done = subprocess.run(
        ["fish", "--no-config", "-c", ask], cwd=place, env=env, capture_output=True, text=True, check=False
    )
    proposed = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert (sorted(proposed), done.stderr) == (["--overwrite", "home", "work"], "")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
def test_zsh_itself_completes_at_the_first_tab(place):
    """On a terminal, with the file where zsh looks for it; what is typed after the Tab shows what became of it."""
    (place / "functions").mkdir()
    (place / "functions" / "_tasksync").write_text(forked(cwd=place, env={"_TASKSYNC_COMPLETE": "source_zsh"}).out)
    (place / "ask.zsh").write_text(ZSH)
    env = environment({"PATH": f"{place}:{os.environ['PATH']}", "HOME": str(place), "TERM": "xterm"})
    command = ["zsh", "-f", "ask.zsh", "tasksync run h", "tasksync backup --over"]
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert re.findall(r"GOT:(\S.*?)\s*$", done.stdout, re.MULTILINE) == [
        "tasksync run home",
        "tasksync backup --overwrite",
    ], done.stdout


def planned(target: str) -> str:
    """What make would do."""
    command = ["make", "-n", target, f"PREFIX={PREFIX}", "DESTDIR=/staging"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_what_is_installed_is_taken_away_again():
    installed, removed = planned("install"), planned("uninstall")
    files = set(re.findall(r'> "(/staging[^"]+)"', installed)) - {
        "/staging/opt/tasksync/lib/systemd/system/${unit##*/}"
    }
    units = {f"/staging/opt/tasksync/lib/systemd/system/{file.name}" for file in (ROOT / "systemd").iterdir()}
    assert len(files) == 5  # the launcher, the manual, three shells
    assert all(f'"{file}"' in removed for file in files | units)
    for folder in ("lib/tasksync", "share/doc/tasksync"):
        assert f'"/staging{PREFIX}/{folder}"' in removed


def test_what_is_written_into_files_names_the_place_and_not_the_staging():
    """Each package by its hash, and the launcher and the units run what is in the place."""
    installed = planned("install")
    assert "--require-hashes -r requirements.lock" in installed
    assert f'exec "{PREFIX}/lib/tasksync/bin/python" -I -m sync' in installed
    assert f"sed 's#/usr/local/bin/#{PREFIX}/bin/#'" in installed
    for file in re.findall(r"install -m 644 (.*) \"", installed)[0].split():
        assert (ROOT / file).is_file()


@pytest.mark.torture
def test_an_installed_program_runs_from_its_place(tmp_path):
    """From nothing, over the network."""
    place = tmp_path / "place"
    subprocess.run(
        ["make", "-s", "install", f"PREFIX={place}", "PYTHON=/usr/bin/python3"], cwd=ROOT, check=True, timeout=600
    )
    done = subprocess.run([place / "bin" / "tasksync", "demo"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    subprocess.run(["make", "-s", "uninstall", f"PREFIX={place}"], cwd=ROOT, check=True)
    assert [file for file in place.rglob("*") if file.is_file()] == []
