"""Correct readings of ten papers pass, and deliberate damage is found as often as is written here."""

from __future__ import annotations

import pytest

from digest_assets_tests.llm.compared import Compared, compared, measured
from digest_assets_tests.llm.documented import is_documented

# A changed number is missed where the paper has the new one too (two digits are seldom alone in a full text); a result
# that is left out is no defect of a reading, which chooses, unless none of the abstract's is given; the false sentences
# that are missed have numbers that the paper has elsewhere, or have them inside a formula.
MISSED_AT_MOST = {
    ("reading", "none"): 0,
    ("reading", "a number changed"): 31,  # of 156
    ("reading", "a part missing"): 0,  # of 30
    ("reading", "another paper's result"): 0,  # of 90
    ("reading", "what it must not say"): 3,  # of 30
    ("reading", "a result left out"): 24,  # of 30
    ("reading", "all results left out"): 1,  # of 10: one number of the abstract means something else here
    ("translation", "none"): 0,
    ("translation", "a number changed"): 0,  # of 93
    ("translation", "a sentence dropped"): 6,  # of 54
    ("translation", "another paper's translation"): 0,  # of 90
}


@pytest.mark.parametrize("paper", compared(), ids=lambda paper: paper.title)
def test_a_correct_reading_says_what_it_must_and_raises_no_alarm(paper: Compared) -> None:
    reading = "\n".join(paper.parts)
    assert [fact for fact in paper.must if fact not in reading] == []
    assert [claim for claim in paper.must_not if claim in reading] == []
    assert paper.accepts_reading(paper.parts)
    assert paper.accepts_translation(paper.translation)


@pytest.mark.slow
def test_damage_is_found() -> None:
    rows = measured()
    assert {(answer, damage) for answer, damage, _, _ in rows} == set(MISSED_AT_MOST)
    for answer, damage, count, found in rows:
        missed = found if damage == "none" else count - found
        assert missed <= MISSED_AT_MOST[answer, damage], (answer, damage, missed, count)
        assert count >= 10
        assert is_documented("compared", answer, damage, count, found)
