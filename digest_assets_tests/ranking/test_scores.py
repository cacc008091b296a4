"""A paper's rank follows from what a reader's own papers say, is the same each time, and can be explained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digest_assets.ranking import scores
from digest_assets.ranking.interests import DayPaper, Interest, OwnPaper, Ranked, Words, best_of
from digest_assets.ranking.scores import TOLERANCE, UNWANTED, ranked
from digest_assets.ranking.vectors import NOISE, background_of

SUBJECTS = ("neural audio codec", "choir singing", "bat echolocation", "speaker diarization", "room acoustics")
BACKGROUND = background_of(
    [
        Words(
            f"{subject} number {number}", f"We study {subject} with {word}. Results for {subject} improve.", ("cs.SD",)
        )
        for number, word in enumerate(("trees", "rings", "stones", "clouds", "rivers", "lamps"))
        for subject in SUBJECTS
    ]
)
DAY = [
    DayPaper(f"2601.0000{number}", Words(f"On {subject}", f"A {subject} is built.", ("cs.SD",)), ("Ada B. Example",))
    for number, subject in enumerate(SUBJECTS)
]
OWN = OwnPaper("2512.00001", Words("Codecs of speech", "A neural audio codec for speech.", ("cs.SD",)))


def first(interest: Interest) -> Ranked:
    return ranked([interest], DAY, BACKGROUND)[0]


def test_what_is_like_the_reader_s_papers_comes_first_and_says_why() -> None:
    found = ranked([Interest("codecs", (OWN,))], DAY, BACKGROUND)
    assert [each.rank for each in found] == [1, 2, 3, 4, 5]
    assert {each.identifier for each in found} == {each.identifier for each in DAY}  # nothing is left out
    assert (found[0].identifier, found[0].is_chosen, found[0].own_paper) == ("2601.00000", True, "2512.00001")
    assert "neural audio" in found[0].terms or "audio codec" in found[0].terms
    assert found == ranked([Interest("codecs", (OWN,))], list(DAY), BACKGROUND)


def test_keywords_do_as_own_papers_and_are_never_named_as_such() -> None:
    said = first(Interest("bats", (OwnPaper("bat echolocation", Words("bat echolocation"), is_keyword=True),)))
    assert (said.identifier, said.own_paper) == ("2601.00002", "")


def test_what_is_not_wanted_goes_down() -> None:
    wanted = Interest("both", (OWN, OwnPaper("x", Words("Choir singing", "Choir singing at dawn."))))
    choir = OwnPaper("choir singing", Words("choir singing", "choir singing"), is_keyword=True)
    ranks = [
        next(each.rank for each in ranked([interest], DAY, BACKGROUND) if each.identifier == "2601.00001")
        for interest in (wanted, replace(wanted, unwanted=(choir,)))
    ]
    assert ranks[0] <= 2 < ranks[1]


def test_a_named_author_is_enough_in_either_order() -> None:
    said = ranked([Interest("her", authors=("Example, Ada",))], DAY, BACKGROUND)
    assert all(each.is_chosen and each.authors == ("Ada B. Example",) for each in said)
    assert not any(each.is_chosen for each in ranked([Interest("him", authors=("Bob Example",))], DAY, BACKGROUND))


def test_a_paper_of_the_reader_s_own_is_no_news() -> None:
    own = OwnPaper(DAY[0].identifier, DAY[0].words)
    assert (first(Interest("mine", (own,))).identifier, first(Interest("mine", (own,))).is_chosen) == (
        DAY[0].identifier,
        False,
    )


def test_of_several_interests_a_paper_goes_to_the_one_that_likes_it_most() -> None:
    bats = OwnPaper("bat echolocation", Words("bat echolocation", "bat echolocation"), is_keyword=True)
    best = best_of(ranked([Interest("codecs", (OWN,)), Interest("bats", (bats,))], DAY, BACKGROUND))
    assert (best["2601.00000"].interest, best["2601.00002"].interest) == ("codecs", "bats")


def test_a_score_is_that_of_ridge_regression() -> None:
    """Solved here as it is defined, in the space of terms: own papers 1, unwanted -0.5, about the background's mean."""
    own = (OWN, OwnPaper("x", Words("Choir singing", "Choir singing at dawn.")))
    unwanted = (OwnPaper("y", Words("Bat echolocation", "Bats.")),)
    terms = BACKGROUND.terms()
    vectors = [
        terms.vector(each) for each in (*(each.words for each in (*own, *unwanted)), *(paper.words for paper in DAY))
    ]
    full = np.zeros((len(BACKGROUND.sample) + len(vectors), len(terms)))
    for row, each in zip(full, (*BACKGROUND.sample, *vectors), strict=True):
        row[each.columns] = each.values
    sample, rest = len(BACKGROUND.sample), full[len(BACKGROUND.sample) :]
    mean = full[:sample].mean(axis=0)
    background, profile, day = full[:sample] - mean, rest[:3] - mean, rest[3:] - mean
    weigh = np.diag([1 / (2 * TOLERANCE)] * 2 + [1 / TOLERANCE])
    metric = background.T @ background / (NOISE * sample) + np.eye(len(terms))
    weights = np.linalg.solve(metric + profile.T @ weigh @ profile, profile.T @ weigh @ [1, 1, -UNWANTED])
    usual = background @ weights
    expected = (day @ weights - usual.mean()) / usual.std()
    found = {each.identifier: each.score for each in ranked([Interest("both", own, unwanted)], DAY, BACKGROUND)}
    assert [found[each.identifier] for each in DAY] == pytest.approx(expected, abs=1e-3)


def test_interests_are_ranked_together_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    bats = OwnPaper("bat echolocation", Words("bat echolocation", "bat echolocation"), is_keyword=True)
    asked = [Interest("codecs", (OWN,)), Interest("bats", (bats,)), Interest("her", authors=("Ada Example",))]
    alone = [each for interest in asked for each in ranked([interest], DAY, BACKGROUND)]
    assert ranked(asked, DAY, BACKGROUND) == alone
    monkeypatch.setattr(scores, "_AT_ONCE", 1)
    assert ranked(asked, DAY, BACKGROUND) == alone


def test_a_large_library_counts_each_paper_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    choir = OwnPaper("x", Words("Choir singing", "Choir singing at dawn."))
    library = Interest("both", (OWN, replace(OWN, name="again"), replace(OWN, name="and again"), choir))

    def lead_of_codecs() -> float:
        found = {each.identifier: each.score for each in ranked([library], DAY, BACKGROUND)}
        return found["2601.00000"] - found["2601.00001"]

    balanced = lead_of_codecs()  # three papers that say the same are hardly more than one
    monkeypatch.setattr(scores, "MOST_BALANCED", 3)
    assert lead_of_codecs() > balanced + 1


def test_papers_without_words_and_a_background_without_papers_do_no_harm() -> None:
    nothing = [DayPaper("2601.1", Words("…", "")), DayPaper("2601.2", Words(""))]
    found = ranked([Interest("codecs", (OWN,))], nothing, background_of([]))
    assert [(each.identifier, each.rank) for each in found] == [("2601.2", 1), ("2601.1", 2)]
