"""The papers that a date publishes, each once.

A row is one announced paper, with what became of it: in the metadata, `left_out` says why a paper was dropped.
Key: `digest`, `identifier`: a paper is in one date of a digest and in no other. Columns: `digest_date`, the
`version` that was current, `outcome` (kept, filtered) and `reason`, `late` (announced for an earlier date, and visible
only after that one was made), `in_window` (submitted in the date's window), `withdrawn`, `claimed_at`. The metadata is
in `papers`; when it was announced and how that is known in `announcements` (feed, OAI, first seen between two fetches,
inferred from identifiers and submission times); the view `ledger` joins them with what came of it.

What a date claims and what that rests on change in one transaction. A date whose mailing is not searchable yet claims
nothing and is not materialized: it is asked for again. A date without papers says why.
New versions of papers that earlier dates published are in `paper_updates`, each under the date that lists it.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from digest_assets.assets.of_a_digest import asset
from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import listing
from digest_assets.config import Settings
from digest_assets.model import FilterReason, Outcome
from digest_assets.pipeline.claim import MadeDate, claim_papers
from digest_assets.resources.clock import Clock
from digest_assets.store.connection import DigestStore
from digest_assets.store.ledger import ClaimedPaper


@asset(
    deps=["raw_feed_entries"],
    description=__doc__,
    kinds={"duckdb"},
    output_required=False,
)
def windowed_papers(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetObservation]:
    with one_date(context, settings) as date:
        made = claim_papers(settings, store, clock.now(), date.day)
        if made.not_yet:
            date.log.warning(f"not yet: {made.not_yet}")
            yield date.not_yet("windowed_papers", made.not_yet)
            return
        if made.empty_reason:
            date.log.info(f"no papers: {made.empty_reason}")
            context.instance.add_run_tags(context.run.run_id, {"digest/no_papers": made.empty_reason})
        yield date.made(
            _metadata(made),
            [(each.paper.versioned, each.outcome, each.reason) for each in made.papers],
        )


def _metadata(made: MadeDate) -> dict[str, Any]:
    papers = made.papers
    kept = [each for each in papers if each.outcome is Outcome.KEPT]
    known_by = Counter(each.announcement.known_by.value for each in papers)
    reasons = Counter(each.reason.value for each in papers if each.reason)
    return {
        "dagster/partition_row_count": len(papers),
        "announced": len(papers),
        "kept": len(kept),
        "filtered": len(papers) - len(kept),
        "late": sum(1 for each in papers if each.late),
        "submitted_in_window": sum(1 for each in kept if each.in_window),
        "withdrawn": sum(1 for each in kept if each.withdrawn),
        "left_to_the_next_date": made.passed_on,
        "new_versions_listed": made.updates,
        **({"no_papers_because": made.empty_reason} if made.empty_reason else {}),
        **listing("filtered_because", ["reason", "papers"], reasons.most_common()),
        **listing("left_out", ["paper", "title", "reason", "setting"], [_why(each) for each in papers if each.reason]),
        **listing("announcement_known_by", ["known by", "papers"], known_by.most_common()),
        **listing(
            "preview",
            ["paper", "title", "announced (UTC)", "known by", "outcome"],
            [_preview_row(each) for each in papers[:30]],
        ),
    }


_SETTINGS = {
    FilterReason.CATEGORY: "filters.primary_only",
    FilterReason.KEYWORD: "filters.include_keywords, filters.exclude_keywords",
    FilterReason.AUTHOR: "filters.include_authors, filters.exclude_authors",
    FilterReason.CAP: "filters.cap",
    FilterReason.OLD_CROSS_LIST: "digest.old_cross_lists",
}


def _why(each: ClaimedPaper) -> tuple[str, ...]:
    """A paper that is left out, and the settings that decide it."""
    reason = each.reason
    return each.paper.versioned, each.paper.title, reason.value if reason else "", _SETTINGS[reason] if reason else ""


def _preview_row(each: ClaimedPaper) -> tuple[str, ...]:
    announced = f"{each.announcement.announced_at:%Y-%m-%d %H:%M}"
    outcome = each.reason.value if each.reason else each.outcome.value
    return each.paper.versioned, each.paper.title, announced, each.announcement.known_by.value, outcome
