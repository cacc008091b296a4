"""The promises of formulas, on titles and abstracts that were recorded: see `python -m benchmarks.formulas`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from benchmarks.formulas import Seen, look, texts
from digest_assets_tests.worlds import SHARED

RECORDED = (SHARED / "arxiv" / "papers_audio.jsonl", SHARED / "arxiv" / "papers_cs_2026-01_02.jsonl.gz")
NAMES = ("The launch of $Trump coin",)
"""A dollar that begins a name, and is shown as it is."""


@pytest.mark.parametrize("path", RECORDED, ids=["audio", "cs"])
def test_no_sentence_is_a_formula_and_every_formula_is_typeset(path: Path) -> None:
    if not path.is_file():
        pytest.skip(f"{path.name} is not here: recorded abstracts are not part of the project")
    seen = Seen()
    for text in dict.fromkeys(islice(texts(path), 6000)):
        look(text, seen)
    assert seen.formulas > 100
    assert seen.prose == []
    assert [each for each in seen.dollars if not each.strip().startswith(NAMES)] == []
    assert seen.code == []
    assert seen.not_typeset == []
