"""Venue, state, links and counts, as authors write them."""

from __future__ import annotations

import pytest

from digest_assets.glance.facts import Facts, LinkKind, PaperState, facts_of
from digest_assets.model import Paper
from digest_assets_tests.glance.labels import LABELS
from digest_assets_tests.recorded import rows


def facts(comment: str, abstract: str = "", journal_ref: str | None = None) -> Facts:
    paper = Paper("2601.00001", 1, "T", abstract, ("A",), ("cs.SD",), None, comment=comment, journal_ref=journal_ref)
    return facts_of(paper)


@pytest.mark.parametrize(
    ("comment", "venue", "state"),
    [
        ("Accepted to ICASSP 2026", "ICASSP 2026", "accepted"),
        ("5 pages, 2 figures, Accepted at ICASSP2026", "ICASSP 2026", "accepted"),
        ("Accepted by ICASSP26", "ICASSP 2026", "accepted"),
        ("ICASSP'2026", "ICASSP 2026", "named"),
        ("9 pages, 7 figures, Accepted to AAAI-26 (Main Technical Track)", "AAAI 2026", "accepted"),
        ("Accepted at the IEEE International Conference on Acoustics, Speech and Signal Processing 2026", "ICASSP 2026",
         "accepted"),
        ("Submitted to ICASSP 2026 (accepted)", "ICASSP 2026", "accepted"),
        ("Submitted to EUSIPCO 2026", "EUSIPCO 2026", "submitted"),
        ("Accepted to the Findings of EACL 2026", "Findings of EACL 2026", "accepted"),
        ("Accepted at the VarDial workshop at EACL 2026", "EACL 2026 Workshop", "accepted"),
        ("Published as a conference paper at ICLR 2026", "ICLR 2026", "published"),
        ("16 Pages, published to IEEE TASLP", "IEEE TASLP", "published"),
        ("accepted by ACM/SIGAPP Symposium on Applied Computing (SAC 2026)", "SAC 2026", "accepted"),
        ("14 pages, under review", None, "submitted"),
        ("Submitted to European Journal of Neuroscience", "European Journal of Neuroscience", "submitted"),
    ],
)  # fmt: skip
def test_a_venue_and_its_state_are_read_from_the_comment(comment: str, venue: str | None, state: str) -> None:
    found = facts(comment)
    assert (found.venue, found.state) == (venue, PaperState(state))


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "12 pages, 13 figures, 2 tables",
        "Rejected at Eurasip. Submitted here for reference. Originally accepted at DCC 2020 but withdrawn",
        "System description of the T03 team in the WildSpoof Challenge at ICASSP 2026",
        "The overview paper of the ICASSP 2026 URGENT Speech Enhancement Challenge",
        "To be submitted to IEEE Signal Processing Letters",
        "Short version of this paper is presented at ICDCS 2025",
        "Work in progress",
        "©2026 IEEE. Personal use of this material is permitted.",
    ],
)
def test_what_is_not_plainly_said_is_no_venue(comment: str) -> None:
    assert (facts(comment).venue, facts(comment).state) == (None, None)


def test_a_journal_reference_goes_before_the_comment() -> None:
    found = facts("Submitted to Interspeech 2025", journal_ref="Proc. INTERSPEECH 2025, 1234-1238")
    assert (found.venue, found.state) == ("INTERSPEECH 2025", PaperState.PUBLISHED)


def test_pages_figures_and_tables_are_counted_as_said() -> None:
    found = facts("4page,3figure, 12 tables; code: https://github.com/a/b3pages")
    assert (found.pages, found.figures, found.tables) == (4, 3, 12)
    assert facts("no numbers").pages is None


@pytest.mark.parametrize(
    ("said", "kind", "url"),
    [
        ("Code is available at https://github.com/a/b.", LinkKind.CODE, "https://github.com/a/b"),
        ("Project page: https://a.github.io/b/", LinkKind.PROJECT, "https://a.github.io/b/"),
        ("Audio samples are available at https://a.github.io/x.", LinkKind.DEMO, "https://a.github.io/x"),
        ("We release it: https://huggingface.co/datasets/a/b", LinkKind.DATA, "https://huggingface.co/datasets/a/b"),
        ("Weights at huggingface.co/a/b", LinkKind.MODEL, "https://huggingface.co/a/b"),
        (r"Code on $\href{https://github.com/a/b}{URL}$.", LinkKind.CODE, "https://github.com/a/b"),
        (r"Samples are there~\footnote{https://a.github.io/Demo/}.", LinkKind.DEMO, "https://a.github.io/Demo/"),
    ],
)
def test_an_address_is_told_by_its_sentence_and_its_host(said: str, kind: LinkKind, url: str) -> None:
    (link,) = facts("", abstract=f"We do a thing. {said}").links
    assert (link.kind, link.url) == (kind, url)


def test_an_address_of_comment_and_abstract_is_one() -> None:
    assert len(facts("https://github.com/a/b", abstract="Code: http://www.github.com/a/b/.").links) == 1


def test_identifiers_and_licences_are_no_links() -> None:
    assert facts("doi: https://doi.org/10.1/2, https://arxiv.org/abs/2601.1").links == ()


def test_on_a_fortnight_of_recorded_comments_nearly_all_are_found_and_nearly_none_is_wrong() -> None:
    recorded = {row["id"]: row for row in reversed(rows("announced"))}
    found = wrong = 0
    for identifier, label in LABELS["facts"].items():
        row = recorded[identifier]
        said = facts(row["comment"] or "", journal_ref=row["journal_ref"])
        venues = label.get("venue", "").split("|")
        if said.venue or said.state:
            right = any(venue in (said.venue or "") for venue in venues) and "state" in label
            right = right and said.state is not None and said.state.value == label["state"]
            found, wrong = found + right, wrong + (not right)
    of_all = sum("state" in label for label in LABELS["facts"].values())
    assert found >= 0.97 * of_all
    assert wrong <= 0.02 * of_all
