"""What the papers of a date are worth to each interest of the settings, and why.

A row is a paper that the date keeps, and one of `[[interests]]`: each paper has a rank, nothing is left out.
Key: `digest`, `digest_date`, `interest`, `identifier`. Columns: `score` (standard deviations above what earlier
papers score), `rank`, `is_chosen` (nearer than 95 of 100 earlier papers, or by an author whom the interest names), and
why: the `terms` that it shares with the interest, the `own_paper` that it is most like, the `authors` that are named.

Deterministic, by TF-IDF with a sample of earlier papers as the background: no model is asked, and no network, unless
`ranking.embeddings` names an endpoint whose order is fused with it (docs/ranking.md). The highest are read first, so
that a budget is spent on them; posts, pages, feeds and messages show them first.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Mapping
from typing import Any

import dagster as dg

from digest_assets.assets.of_a_digest import asset
from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import listing
from digest_assets.config import Settings
from digest_assets.pipeline.embed import Embedded, embed
from digest_assets.pipeline.rank import RankedDate, rank_papers
from digest_assets.pipeline.stopping import run_until_stopped
from digest_assets.ranking.interests import Words
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import ModelAccess
from digest_assets.store.connection import DigestStore


@asset(
    deps=["windowed_papers"],
    description=__doc__,
    kinds={"duckdb"},
)
def ranked_papers(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    language_model: dg.ResourceParam[ModelAccess],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult[Any]:
    with one_date(context, settings) as date:
        access = language_model.embeddings

        def vectors(papers: Mapping[str, Words]) -> Embedded:
            assert access is not None
            return run_until_stopped(embed(settings, store, access, clock, papers, date.log.info))

        made = rank_papers(settings, store, date.day, vectors if access is not None else None)
        if made.unknown:
            date.log.warning(
                f"{len(made.unknown)} own papers are not known yet: {', '.join(made.unknown[:5])}; arXiv is asked "
                "about them when a date is received"
            )
        return date.made(_metadata(made), made.found)


def _embeddings(embedded: Embedded | None) -> dict[str, Any]:
    if embedded is None:
        return {}
    return {
        "embeddings": len(embedded.vectors),
        "embeddings_missing": embedded.without,
        "embedding_calls_of_this_run": embedded.usage.calls,
        "embedding_tokens_of_this_run": embedded.usage.input_tokens or 0,
    }


def _metadata(made: RankedDate) -> dict[str, Any]:
    chosen = [each for each in made.found if each.is_chosen]
    return {
        "dagster/partition_row_count": len(made.found),
        "interests": len(made.interests),
        "own_papers": sum(len(each.likes) for each in made.interests),
        "own_papers_unknown": len(made.unknown),
        "chosen": len(chosen),
        "background_papers": made.background,
        **_embeddings(made.embedded),
        **({} if made.interests else {"no_interests": "digest.toml has no [[interests]]"}),
        **listing(
            "preview",
            ["interest", "rank", "paper", "score", "terms", "like", "authors"],
            [
                (
                    each.interest,
                    each.rank,
                    each.identifier,
                    each.score,
                    ", ".join(each.terms),
                    each.own_paper,
                    ", ".join(each.authors),
                )
                for each in chosen[:30]
            ],
        ),
    }
