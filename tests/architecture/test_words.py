"""What may not stand in the project: places on a machine, addresses of package registries, rules that do not exist."""

from __future__ import annotations

import re

from tests.architecture.project import ROOT, files, name, sources

MACHINE = re.compile(r"(?<![\w.*-])/(?:work|home|root|Users)/\w")
REGISTRY = re.compile(r"\b(?:py(?:pi|thonhosted)|npmjs)\.(?:org|com)\b")
RULE = re.compile(r"\brules? (\d+)(?:(?:, | and )(\d+))*")


def lines(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern occurs in the project, as FILE:LINE TEXT."""
    return [
        f"{name(file)}:{number} {line.strip()}"
        for file in files()
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_folder_of_somebodys_machine():
    assert lines(MACHINE) == []


def test_no_file_names_a_package_registry():
    assert lines(REGISTRY) == []


def test_the_algorithms_page_numbers_its_23_rules():
    page = (ROOT / "docs" / "algorithm.md").read_text(encoding="utf-8")
    assert [int(number) for number in re.findall(r"^### (\d+)\. ", page, re.MULTILINE)] == list(range(1, 24))


def test_the_code_refers_only_to_rules_that_there_are():
    cited = {
        (name(file), int(number))
        for file in sources()
        for match in RULE.finditer(file.read_text(encoding="utf-8"))
        for number in re.findall(r"\d+", match.group())
    }
    assert {(file, number) for file, number in cited if not 1 <= number <= 23} == set()
