"""The promises of formulas, on titles and abstracts that others wrote: see `python -m benchmarks.formulas`."""

from __future__ import annotations

import pytest

from benchmarks.formulas import Seen, look
from benchmarks.on_others.texts import papers
from digest_assets_tests.markup.test_recorded import is_kept


@pytest.mark.parametrize("name", ["papers_audio.jsonl", "papers_cs_2026-01_02.jsonl.gz"])
def test_no_sentence_is_a_formula_and_every_formula_is_typeset(name: str) -> None:
    seen = Seen()
    for row in papers(name).values():
        look(row["title"], seen)
        look(row["abstract"], seen)
    assert seen.formulas > 100
    assert is_kept(seen)
