"""The sandbox's model says what its sentences rest on, and nothing that it says so is doubted for its numbers."""

from __future__ import annotations

from operator import add

import pytest

from digest_assets.full_text.excerpt import excerpt
from digest_assets.llm import checks, evidence
from digest_assets.llm.answers import PARTS
from digest_assets.llm.defects import hard
from digest_assets.model import FullText, TextSource
from digest_assets.sandbox.citing import cited, numbered_paragraphs, without_numbers
from digest_assets.sandbox.manuscript import Manuscript, manuscripts
from digest_assets_tests.llm.swapped_evidence import measured


@pytest.mark.parametrize("paper", manuscripts(), ids=lambda paper: paper.slug)
def test_an_invented_reading_rests_on_paragraphs_that_hold_what_it_says(paper: Manuscript) -> None:
    text = excerpt(FullText("2601.00001", 1, TextSource.HTML, paper.sections), paper.abstract, 24_000)
    by_number = {each.number: each for each in text.paragraphs}
    prompted = numbered_paragraphs(text.numbered)
    assert prompted.keys() == by_number.keys()
    chinese = paper.chinese
    parts = {
        name: evidence.take_off(cited(part, prompted, "zh"), by_number)
        for name, part in zip(PARTS, (chinese.background, chinese.method, chinese.results), strict=True)
    }
    assert [part.text for part in parts.values()] == [chinese.background, chinese.method, chinese.results]
    found = evidence.check(parts, by_number, paper.title, paper.abstract, "zh")
    for name, part in parts.items():
        grounds = evidence.grounds(part, by_number)
        source = f"{paper.title}\n{text.text}"
        found += checks.judge_part(name, part.sentences, source, paper.abstract, "zh", 0.2, grounds).defects
    assert hard(found) == ()


def test_the_numbers_are_no_part_of_what_a_prompt_is_about() -> None:
    assert without_numbers("## One\n\n[1] Said [2] here.\n\n[2]\n| A |") == "## One\n\nSaid [2] here.\n\n| A |"


def test_evidence_swapped_and_numbers_of_other_paragraphs_are_found() -> None:
    """On readings written by hand, more freely than models write them, with the paragraphs chosen by what they hold:
    `python -m benchmarks.evidence` has the same of real ones, where more is found and less is doubted."""
    totals = (0, 0, 0, 0, 0, 0)
    for paper in manuscripts():
        text = excerpt(FullText("2601.00001", 1, TextSource.HTML, paper.sections), paper.abstract, 24_000)
        by_number = {each.number: each for each in text.paragraphs}
        chinese = paper.chinese
        parts = (chinese.background, chinese.method, chinese.results)
        totals = tuple(map(add, totals, measured(parts, by_number, paper.title, paper.abstract)))
    sentences, doubted, pairs, pairs_found, changed, changes_found = totals
    assert sentences > 200
    assert pairs > 300
    assert changed > 60
    assert pairs_found >= 0.92 * pairs
    assert changes_found >= 0.97 * changed
    assert doubted <= 0.18 * sentences
