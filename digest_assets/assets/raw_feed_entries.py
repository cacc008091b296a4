"""What arXiv answered about a date, as received.

A row is one entry of one answer. Key: `digest`, `digest_date`, `source`, `position`. Columns: `source`
(api: the [search API](https://info.arxiv.org/help/api/user-manual.html), asked for all submissions of the last 45
days, because moderation holds a paper for up to 41, or, where those are many, for what has changed since the last good
answer, in pages of at most 2,000 and windows of at most 10,000 results; feed: the [RSS
feed](https://info.arxiv.org/help/rss_specifications.html), which alone knows the announcement; oai: for past dates,
where one of the others failed, where nobody saw the feed of a mailing before, and beside a search for changes, all
[records](https://info.arxiv.org/help/oa/index.html) that changed around the date),
`identifier`, `version`, the feed's `kind` and `announced_at`, `unreadable` (what the entry lacks, where it lacks
something), `payload_hash` (the entry's XML is in `entry_payloads`, each content once), `query`, `fetched_at`. Table
`fetches` has each request with its outcome.

When one source is down the others carry the date, and the metadata says so. Materializing again replaces the rows of
the sources that answered.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from typing import Any

import dagster as dg

from digest_assets.assets.of_a_digest import asset
from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import listing, table
from digest_assets.config import NO_CONTACT, Settings
from digest_assets.pipeline.receive import SourceAnswer, raise_if_nothing_carries, receive
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock
from digest_assets.store.connection import DigestStore


@asset(description=__doc__, kinds={"atom", "duckdb"})
def raw_feed_entries(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    arxiv: dg.ResourceParam[ArxivAccess],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult[Any]:
    with one_date(context, settings) as date:
        if not settings.arxiv.contact:
            date.log.warning(NO_CONTACT)
        answers = receive(settings, store, arxiv, clock.now(), date.day)
        for answer in answers:
            if answer.error is not None:
                date.log.warning(f"{answer.fetch.source.value}: {answer.error}")
        raise_if_nothing_carries(answers, settings, date.day)
        entries = {(answer.fetch.source.value, entry.payload_hash) for answer in answers for entry in answer.entries}
        return date.made(_metadata(answers), sorted(entries))


def _metadata(answers: list[SourceAnswer]) -> dict[str, Any]:
    counts = {f"{answer.fetch.source.value}_entries": answer.fetch.entry_count for answer in answers}
    unreadable = [entry for answer in answers for entry in answer.entries if entry.unreadable is not None]
    return {
        "dagster/partition_row_count": sum(counts.values()),
        **counts,
        "unreadable_entries": len(unreadable),
        "sources": table(
            ["source", "fetched at (UTC)", "entries", "asked", "query", "error"],
            [
                (f.source.value, f"{f.fetched_at:%Y-%m-%d %H:%M:%S}", f.entry_count, answer.how, f.query, f.error)
                for answer in answers
                for f in [answer.fetch]
            ],
        ),
        **listing(
            "unreadable", ["identifier", "lacks"], [[each.identifier, each.unreadable] for each in unreadable[:20]]
        ),
    }
