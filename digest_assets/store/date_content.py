"""What a date holds, read in one place: its papers with their answers, what it lists besides, why it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb

from digest_assets.arxiv.origins import Origins
from digest_assets.full_text.licences import allows_adaptation
from digest_assets.model import (
    AnswerStatus,
    DigestPaper,
    Figure,
    FullText,
    Outcome,
    Paper,
    PaperUpdate,
    Reading,
    Translation,
)
from digest_assets.store import answers, feeds, ledger, overviews, texts, updates
from digest_assets.store.ledger import ClaimedPaper


@dataclass(frozen=True)
class DateContent:
    """A date of a digest, as posts, pages and checks show it."""

    claimed: Sequence[ClaimedPaper]
    """All that arXiv announced for it, kept and left out."""
    papers: Sequence[DigestPaper]
    """Those that it keeps, in the order of `claimed`, with what the store holds of each but the sections of texts."""
    updates: Sequence[PaperUpdate]
    """Later versions of earlier papers, which it lists."""
    empty_reason: str | None
    """Why it has no papers; None where it has some, or was not made."""
    unreadable: int = 0
    """How many entries of arXiv's answers name no paper: announced, and not published."""
    sentences: Mapping[str, str] = field(default_factory=dict)
    """Of its overview, by the keys of the groups."""


def of_date(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    day: date,
    *,
    figures: Origins | None = None,
    updated: bool = True,
) -> DateContent:
    """What the store holds of `day`. `figures`: whose figures may be shown, None: nobody's; `updated`: whether
    later versions of earlier papers are wanted."""
    claimed = ledger.claimed_by(connection, digest, day)
    return DateContent(
        claimed,
        digest_papers(
            [each for each in claimed if each.outcome is Outcome.KEPT],
            answers.translations_of(connection, digest, day),
            answers.readings_of(connection, digest, day),
            texts.without_sections(connection, digest, day),
            figures=figures,
        ),
        updates.listed_by(connection, digest, day) if updated else [],
        ledger.why_empty(connection, digest, day),
        len(feeds.unreadable_of(connection, digest, day)),
        overviews.sentences_of(connection, digest, day),
    )


def digest_papers(
    claimed: Sequence[ClaimedPaper],
    translated: Mapping[str, Translation],
    read: Mapping[str, Reading],
    held: Mapping[str, FullText],
    *,
    figures: Origins | None,
) -> list[DigestPaper]:
    """The kept papers of a date with what the store holds of each, as posts and pages show them."""
    papers = []
    for each in claimed:
        identifier, version = each.paper.identifier, each.paper.version
        text = held.get(identifier)
        missing = "not made yet"
        papers.append(
            DigestPaper(
                paper=each.paper,
                announcement=each.announcement,
                digest_date=each.digest_date,
                in_window=each.in_window,
                late=each.late,
                withdrawn=each.withdrawn,
                translation=translated.get(identifier)
                or Translation(identifier, version, AnswerStatus.FAILED, reason=missing),
                reading=read.get(identifier) or Reading(identifier, version, AnswerStatus.FAILED, reason=missing),
                text_source=text.source if text else None,
                text_reason=text.reason if text else None,
                figure=figure_to_show(each.paper, text, figures),
                affiliations=text.affiliations if text else (),
            )
        )
    return papers


def figure_to_show(paper: Paper, text: FullText | None, origins: Origins | None) -> Figure | None:
    """The paper's first figure, where its licence lets anybody show it, and one of `origins` has it."""
    if text is None or text.figure is None or origins is None or text.figure.url not in origins:
        return None
    if not allows_adaptation(text.licence or paper.licence):
        return None
    return text.figure
