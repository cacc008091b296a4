"""docs/faults.md says of each fault by which test or benchmark it is shown; those have to be there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "faults.md"
BENCHMARK = "python -m benchmarks "


def shown() -> Iterator[tuple[str, str, list[str]]]:
    """A fault, what is lost by it, and the tests and benchmarks that show it."""
    faults = PAGE.read_text("utf-8").split("\n| fault | what happens | lost | shown by |\n")[1].split("\n\n")[0]
    for line in faults.splitlines()[1:]:
        fault, _, lost, by = (cell.strip() for cell in line.strip("|").split(" | "))
        yield fault, lost, re.findall(r"`([^`]+)`", by)


def is_there(name: str) -> bool:
    if name.startswith(BENCHMARK):
        return (HERE.parent / "benchmarks" / f"{name.removeprefix(BENCHMARK)}.py").is_file()
    file, _, test = name.partition("::")
    path = HERE / file
    if not path.is_file():
        return False
    return not test or any(
        isinstance(each, ast.FunctionDef) and each.name == test for each in ast.parse(path.read_text("utf-8")).body
    )


def test_what_the_page_names_is_there() -> None:
    assert [name for _, _, by in shown() for name in by if not is_there(name)] == []


def test_a_fault_that_costs_nothing_names_the_test_that_counts() -> None:
    lacking = [
        fault
        for fault, lost, by in shown()
        if lost.startswith("nothing") and not any("::" in name or name.startswith(BENCHMARK) for name in by)
    ]
    assert lacking == []
    assert len([*shown()]) > 30
