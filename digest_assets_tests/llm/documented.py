"""The figures of `docs/checks.md`: the tests that measure them hold them to be there, so that they cannot drift."""

from __future__ import annotations

from pathlib import Path

_DOCUMENT = Path(__file__).parents[2] / "docs" / "checks.md"


def is_documented(labelled_set: str, answer: str, damage: str, cases: int, found: int) -> bool:
    """Whether the documentation has this row. `damage` "none": good answers, and the alarms that they raise."""
    row = f"| {labelled_set} | {answer} | {damage} | {cases} | {found} |"
    print(row)
    return row in _DOCUMENT.read_text("utf-8").splitlines()
