"""The order of words and that of embeddings, fused by rank."""

from __future__ import annotations

from dataclasses import replace

from digest_assets.ranking.fusion import fused
from digest_assets.ranking.interests import Interest, OwnPaper, Ranked, Words

INTEREST = Interest(
    "codecs", (OwnPaper("own", Words("Codecs")), OwnPaper("c", Words("C"))), (OwnPaper("no", Words("Radar")),)
)
FOUND = [
    Ranked("codecs", identifier, score, rank, rank <= 2, ("codec",) if rank <= 2 else (), "own" if rank <= 2 else "")
    for rank, (identifier, score) in enumerate((("a", 3.0), ("b", 2.0), ("d", 1.0), ("e", 0.5)), 1)
]
EAST, NORTH, WEST = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0)


def test_a_paper_rises_that_is_like_the_own_ones_and_scores_keep_their_places() -> None:
    vectors = {"own": EAST, "a": EAST, "b": WEST, "d": (0.8, 0.6, 0.0), "e": NORTH}
    made = fused(FOUND, [INTEREST], vectors)
    assert [each.identifier for each in made] == ["a", "d", "b", "e"]
    assert [each.rank for each in made] == [1, 2, 3, 4]
    assert [each.score for each in made] == [3.0, 2.0, 1.0, 0.5]
    assert [each.is_chosen for each in made] == [True, True, False, False]
    assert (made[1].own_paper, made[1].terms, made[3].own_paper) == ("own", (), "")


def test_a_keyword_is_never_told_as_an_own_paper() -> None:
    likes = (OwnPaper("own", Words("Codecs")), OwnPaper("bats", Words("Bats"), is_keyword=True))
    vectors = {"own": NORTH, "bats": EAST, "a": NORTH, "b": WEST, "d": EAST, "e": WEST}
    made = {each.identifier: each for each in fused(FOUND, [Interest("codecs", likes)], vectors)}
    assert made["d"].is_chosen
    assert made["d"].own_paper == "own"


def test_what_is_not_wanted_goes_down() -> None:
    vectors = {"own": EAST, "a": NORTH, "b": NORTH, "d": NORTH, "e": (0.0, 0.0, 1.0), "no": NORTH}
    assert [each.identifier for each in fused(FOUND, [INTEREST], vectors)][-1] != "e"
    assert [each.identifier for each in fused(FOUND, [INTEREST], {**vectors, "no": (0.0, 0.0, -1.0)})][-1] != "a"


def test_without_vectors_words_decide_alone() -> None:
    assert fused(FOUND, [INTEREST], {}) == FOUND
    assert fused(FOUND, [INTEREST], {"own": EAST}) == FOUND
    assert fused(FOUND, [INTEREST], {"a": EAST, "e": EAST}) == FOUND


def test_vectors_of_another_length_are_none() -> None:
    vectors = {"own": EAST, "a": EAST, "b": NORTH, "d": EAST, "e": (1.0, 0.0)}
    assert [each.identifier for each in fused(FOUND, [INTEREST], vectors)] == ["a", "d", "b", "e"]


def test_a_named_author_s_paper_stays_first_and_an_own_paper_is_no_news() -> None:
    vectors = {"own": EAST, "a": WEST, "b": EAST, "d": EAST, "c": EAST}
    named = [replace(FOUND[0], authors=("Ada",)), *FOUND[1:]]
    assert fused(named, [INTEREST], vectors)[0].identifier == "a"
    mine = [replace(FOUND[0], identifier="c", is_chosen=False), *FOUND[1:]]
    made = fused(mine, [INTEREST], vectors)
    assert [each.identifier for each in made if each.is_chosen] == [
        each.identifier for each in made if each.identifier != "c"
    ][:1]
