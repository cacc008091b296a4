"""The table behind each asset, as the UI shows it: the schema from the store's migrations, and which column comes from
which.

The schema is metadata of the asset; the lineage of columns is metadata of each materialization, where Dagster's UI
looks for it. Identifiers, versions and dates are handed down under one name, and need no line here.
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from digest_assets.store.schema import tables

HANDED_DOWN = ("digest", "digest_date", "identifier", "version")

MEANINGS = {
    "digest": "the digest's name",
    "digest_date": "the date of the post",
    "identifier": "arXiv's, without a version",
    "version": "of the paper",
    "announced_at": "the mailing, UTC",
    "fetched_at": "when it came, UTC",
    "recorded_at": "when it was stored, UTC",
    "reason": "why it is not done",
    "model": "that answered",
    "prompt_version": "that was asked with",
    "input_tokens": "of all its calls; NULL: the endpoint did not say",
    "output_tokens": "of all its calls; NULL: the endpoint did not say",
    "cached_tokens": "of the input, those in the provider's prefix cache",
    "answer_key": "of the answer in `model_answers`",
    "language": "that was asked for",
    "raw_feed_entries.source": "api, feed, oai",
    "raw_feed_entries.payload_hash": "of the XML in `entry_payloads`",
    "raw_feed_entries.query": "that was asked",
    "windowed_papers.withdrawn": "by its authors",
    "windowed_papers.claimed_at": "when the date took it, UTC",
    "full_texts.byte_count": "of what was fetched",
    "full_texts.section_count": "with a title",
    "full_texts.formula_count": "in the text",
    "full_texts.table_count": "in the text",
    "full_texts.token_count": "an estimate for models of other vendors",
    "full_texts.licence": "its address",
    "full_texts.figure_url": "of the first figure, on arXiv",
    "full_texts.figure_caption": "of the first figure",
    "summaries.status": "done, withheld, failed, not asked, budget",
    "summaries.background": "the problem, and where earlier work falls short",
    "summaries.method": "what the paper does",
    "summaries.results": "what it found",
    "summaries.text_source": "html, pdf, abstract",
    "rendered_posts.sha256": "of the file, as it was written",
    "rendered_posts.published": "with all that was asked for",
    "rendered_posts.filtered": "left out by the settings",
    "rendered_posts.failed": "shown, without all that was asked for",
    "rendered_posts.late": "announced for an earlier date; among the others",
    "rendered_posts.rendered_at": "when it was written, UTC",
    "deliveries.tries": "so far",
    "deliveries.tried_at": "last, UTC",
    "deliveries.error": "of the last try",
}
"""What a column means, in each table or in one; a comment beside it in a migration goes before."""

UPSTREAM = {
    "windowed_papers": "raw_feed_entries",
    "full_texts": "windowed_papers",
    "translations": "windowed_papers",
    "summaries": "windowed_papers",
    "rendered_posts": "windowed_papers",
}
"""Where each asset takes its keys from."""

COMES_FROM = {
    "windowed_papers": {
        "outcome": ["raw_feed_entries.payload_hash"],
        "reason": ["raw_feed_entries.payload_hash"],
        "late": ["raw_feed_entries.announced_at", "raw_feed_entries.fetched_at"],
        "in_window": ["raw_feed_entries.payload_hash"],
        "withdrawn": ["raw_feed_entries.payload_hash"],
    },
    "full_texts": {
        "sections": ["windowed_papers.identifier", "windowed_papers.version"],
        "source": ["windowed_papers.identifier", "windowed_papers.version"],
    },
    "translations": {
        "abstract": ["windowed_papers.identifier", "windowed_papers.version"],
        "status": ["windowed_papers.withdrawn"],
    },
    "summaries": {
        "background": ["full_texts.sections"],
        "method": ["full_texts.sections"],
        "results": ["full_texts.sections"],
        "text_source": ["full_texts.source"],
        "status": ["windowed_papers.withdrawn", "full_texts.source"],
    },
    "rendered_posts": {
        "announced": ["windowed_papers.identifier"],
        "published": ["translations.status", "summaries.status"],
        "filtered": ["windowed_papers.outcome"],
        "failed": ["translations.status", "summaries.status"],
        "late": ["windowed_papers.late"],
        "sha256": [
            "windowed_papers.identifier",
            "translations.abstract",
            "summaries.background",
            "summaries.method",
            "summaries.results",
        ],
    },
}


def table_schema(asset: str) -> dict[str, Any]:
    """The schema of an asset's table as metadata of the asset; nothing for an asset without one."""
    if asset not in tables():
        return {}
    columns = [
        dg.TableColumn(
            column.name,
            column.type,
            description=column.meaning or MEANINGS.get(f"{asset}.{column.name}") or MEANINGS.get(column.name),
            constraints=dg.TableColumnConstraints(nullable=column.nullable),
        )
        for column in tables()[asset].columns
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": asset}


def column_lineage(asset: str) -> dict[str, Any]:
    """Which column of an asset comes from which upstream, as metadata of a materialization."""
    above = UPSTREAM[asset]
    held, given = ({column.name for column in tables()[table].columns} for table in (asset, above))
    sources = {name: [f"{above}.{name}"] for name in HANDED_DOWN if name in held & given} | COMES_FROM[asset]
    lineage = {
        column: [dg.TableColumnDep(dg.AssetKey(each.split(".")[0]), each.split(".")[1]) for each in deps]
        for column, deps in sources.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(lineage)}
