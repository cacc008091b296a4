"""Evidence swapped between two sentences of a real reading, and numbers made others of the paper: how often that is
found, and how many are doubted though nothing was changed.

    python -m benchmarks.evidence

Measured on Chinese readings by other models of whole papers, which are no part of this project: where they are not at
hand (`../shared/truth/readings.jsonl.gz`), it says so.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from operator import add
from pathlib import Path

from digest_assets.llm.alignment import sentences_of_english
from digest_assets.model import BlockKind, Paragraph
from digest_assets_tests.llm.swapped_evidence import measured

READINGS = Path(__file__).resolve().parents[2] / "shared" / "truth" / "readings.jsonl.gz"
_LEAST, _MOST = 40, 800
"""Characters of a paragraph: less is a heading or a rest of the layout, more is several, whose ends PDF has lost."""


def paragraphs(text: str) -> dict[int, Paragraph]:
    """Of a paper as plain text, up to its references."""
    body = re.split(r"\n#*\s*references\s*\n", text, flags=re.IGNORECASE)[0]
    blocks = (" ".join(each.split()) for each in re.split(r"\n\s*\n", body))
    kept = [part for block in blocks if len(block) >= _LEAST for part in _parts(block)]
    return {number: Paragraph(number, BlockKind.PARAGRAPH, each) for number, each in enumerate(kept, 1)}


def _parts(block: str) -> Iterator[str]:
    held = ""
    for sentence in sentences_of_english(block):
        if held and len(held) + len(sentence) > _MOST:
            yield held
            held = ""
        held = f"{held} {sentence}".strip()
    yield held


def main() -> None:
    if not READINGS.is_file():
        print(f"skipped: there is no {READINGS.name}")
        return
    totals = (0, 0, 0, 0, 0, 0)
    with gzip.open(READINGS, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            of = measured([row["reading"]], paragraphs(row["full_text"]), row["title"], row["abstract"])
            totals = tuple(map(add, totals, of))
    sentences, doubted, pairs, pairs_found, changed, changes_found = totals
    print(f"{sentences} sentences, {doubted / sentences:.1%} doubted; {pairs} pairs swapped, {pairs_found / pairs:.1%}")
    print(f"found; {changed} numbers made others of the paper, {changes_found / changed:.1%} found")


if __name__ == "__main__":
    main()
