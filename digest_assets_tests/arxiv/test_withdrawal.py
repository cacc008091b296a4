"""Withdrawal notices, in the words that authors and administrators use, and what only sounds like one."""

import pytest

from digest_assets.arxiv.withdrawal import is_withdrawn
from digest_assets_tests.arxiv.examples import paper
from digest_assets_tests.recorded import rows


@pytest.mark.parametrize(
    "comment",
    [
        "Withdrawn",
        "withdrawn by the authors",
        "[Withdrawn] superseded by another paper",
        "This paper has been withdrawn by the author due to an error in equation 3",
        "This paper has now been withdrawn",
        "arXiv admin note: This submission has been withdrawn by arXiv administrators",
        "arXiv admin note: withdrawn due to inappropriate overlap",
        "The authors are withdrawing this manuscript because of a mistake",
        "The authors have decided to withdraw this paper",
        "We withdraw this paper",
        "I would like to request the withdrawal of my manuscript",
        "5 pages. We therefore request withdrawal",
        "The reason for this withdrawal is a missing author",
        "The authors believe that the paper should be retracted",
        "This article has been retracted",
        "Paper withdrawn, a new version will follow",
    ],
)
def test_a_notice_in_the_comment_is_a_withdrawal(comment: str) -> None:
    assert is_withdrawn(paper(comment=comment))


@pytest.mark.parametrize(
    "changes",
    [
        {"abstract": "This paper has been withdrawn by the author."},
        {"abstract": "Withdrawn by the authors because of a crucial sign error in Lemma 2."},
        {"abstract": "This submission has been removed; the authors have withdrawn this manuscript."},
        {"title": "WITHDRAWN: A Made-Up Title"},
        {"title": "A Made-Up Title (withdrawn)"},
    ],
)
def test_a_notice_in_place_of_abstract_or_title_is_a_withdrawal(changes: dict[str, str]) -> None:
    assert is_withdrawn(paper(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"comment": "12 pages, accepted at a made-up conference"},
        {"comment": "We withdraw the assumption of stationarity made in the first version"},
        {"comment": "Originally accepted elsewhere but withdrawn due to a page limit"},
        {"comment": "Adds the retracted-tongue-root vowels that the first version lacked"},
        {"abstract": "We withdraw the assumption of independent noise and derive a bound."},
        {"abstract": "The system withdraws bids that were retracted by users, and this paper says how."},
        {"abstract": "Social withdrawal is a symptom. We detect it from speech."},
        {"title": "Opioid Withdrawal Detection from Voice"},
        {"title": "Retracted Tongue Root in Vowel Harmony"},
        {"title": "How Retracted Papers Are Cited"},
    ],
)
def test_what_only_sounds_like_a_notice_is_none(changes: dict[str, str]) -> None:
    assert not is_withdrawn(paper(**changes))


def test_the_recorded_withdrawn_papers_are_found_and_no_others() -> None:
    wrong = [
        row["id"]
        for row in rows("hard")
        if is_withdrawn(paper(row["id"], title=row["title"], comment=row["comment"])) != ("withdrawn" in row["tags"])
    ]
    assert wrong == []
