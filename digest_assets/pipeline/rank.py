"""Ranks the papers of a date by each interest, from what the store holds: no model is asked, nor any network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import duckdb

from digest_assets.config import Settings
from digest_assets.model import Outcome, Paper
from digest_assets.pipeline.embed import Embedded
from digest_assets.ranking.interests import DayPaper, Interest, Ranked, Words, best_of
from digest_assets.resources.interests import profiles
from digest_assets.store import ledger
from digest_assets.store import ranking as stored
from digest_assets.store.connection import DigestStore

if TYPE_CHECKING:
    from digest_assets.ranking.vectors import Background

LEAST_BACKGROUND = 50
"""Papers. Where fewer were announced before, the date's own are part of the background."""


@dataclass(frozen=True)
class RankedDate:
    """What was made of a date."""

    found: Sequence[Ranked]
    interests: Sequence[Interest]
    unknown: Sequence[str]
    """Identifiers of own papers of which the store knows nothing yet."""
    background: int
    """Papers."""
    embedded: Embedded | None = None
    """What came of asking for embeddings. None: nobody was asked."""


Embed = Callable[[Mapping[str, Words]], Embedded]
"""The vectors of papers, by their names (`pipeline/embed.py`)."""


def rank_papers(settings: Settings, store: DigestStore, day: date, embed: Embed | None = None) -> RankedDate:
    """Ranks the papers that `day` keeps, and records that. Raises `NotInStore` for a date that claimed none there.

    With `embed` the order of words and that of embeddings are fused; while it is asked, nobody waits for the store.
    """
    digest = settings.digest.name
    with store.transaction() as connection:
        ledger.require_made(connection, store, digest, day)
        kept = [each.paper for each in ledger.claimed_by(connection, digest, day) if each.outcome is Outcome.KEPT]
        made = judge(connection, settings, day, kept)
        if embed is None or not made.found:
            stored.record_ranked(connection, digest, day, made.found)
            return made
    from digest_assets.ranking.fusion import fused

    own = {each.name: each.words for of in made.interests for each in (*of.likes, *of.unwanted)}
    embedded = embed({**own, **{each.identifier: words_of(each) for each in kept}})
    made = replace(made, found=fused(made.found, made.interests, embedded.vectors), embedded=embedded)
    with store.transaction() as connection:
        stored.record_ranked(connection, digest, day, made.found)
    return made


def judge(connection: duckdb.DuckDBPyConnection, settings: Settings, day: date, papers: Sequence[Paper]) -> RankedDate:
    """What `papers` are worth to each interest on `day`."""
    found = profiles(settings)
    if not found:
        return RankedDate((), (), (), 0)
    # numpy is for those who have interests.
    from digest_assets.ranking.scores import ranked

    named = set[str]().union(*(each.identifiers for each in found))
    known = stored.words_of(connection, named)
    interests = [each.interest(known) for each in found]
    words = [words_of(each) for each in papers]
    history = stored.background(connection, settings.digest.name, settings.digest.days.span(day).start)
    history += words if len(history) < LEAST_BACKGROUND else []
    shown = [DayPaper(each.identifier, said, each.authors) for each, said in zip(papers, words, strict=True)]
    said_by_files = {own.name for each in interests for own in each.likes}
    return RankedDate(
        ranked(interests, shown, _background(tuple(history))),
        interests,
        sorted(named - known.keys() - said_by_files),
        len(history),
    )


def words_of(paper: Paper) -> Words:
    """What of `paper` is compared."""
    return Words(paper.title, paper.abstract, paper.categories)


@lru_cache(maxsize=1)
def _background(papers: tuple[Words, ...]) -> Background:
    from digest_assets.ranking.vectors import background_of

    return background_of(papers)


def by_worth(connection: duckdb.DuckDBPyConnection, settings: Settings, day: date) -> dict[str, Ranked]:
    """By identifier, what each paper of `day` is worth to the interest that likes it most, as recorded."""
    if not settings.interests:
        return {}
    return best_of(stored.ranked_of(connection, settings.digest.name, day))
