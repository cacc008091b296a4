"""The promises of formulas, on recorded titles and comments: see `python -m benchmarks.formulas`."""

from __future__ import annotations

from benchmarks.formulas import Seen, look
from digest_assets_tests.recorded import rows

NAMES = ("The launch of $Trump coin",)
"""A dollar that begins a name, and is shown as it is."""


def is_kept(seen: Seen) -> bool:
    dollars = [each for each in seen.dollars if not each.strip().startswith(NAMES)]
    return (seen.prose, dollars, seen.code, seen.not_typeset) == ([], [], [], [])


def test_no_sentence_is_a_formula_and_every_formula_is_typeset() -> None:
    seen = Seen()
    for row in (*rows("announced"), *rows("hard")):
        for text in (row["title"], row["comment"] or ""):
            look(text, seen)
    assert seen.formulas > 20
    assert is_kept(seen)
