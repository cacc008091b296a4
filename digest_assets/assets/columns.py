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


UPSTREAM = {
    "windowed_papers": "raw_feed_entries",
    "ranked_papers": "windowed_papers",
    "full_texts": "windowed_papers",
    "translations": "windowed_papers",
    "summaries": "windowed_papers",
    "overviews": "windowed_papers",
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
    "ranked_papers": {
        "score": ["windowed_papers.identifier", "windowed_papers.version"],
        "rank": ["windowed_papers.identifier", "windowed_papers.version"],
        "is_chosen": ["windowed_papers.identifier", "windowed_papers.version"],
        "terms": ["windowed_papers.identifier", "windowed_papers.version"],
    },
    "full_texts": {
        "sections": ["windowed_papers.identifier", "windowed_papers.version"],
        "source": ["windowed_papers.identifier", "windowed_papers.version"],
    },
    "translations": {
        "abstract": ["windowed_papers.identifier", "windowed_papers.version"],
        "translated_title": ["windowed_papers.identifier", "windowed_papers.version"],
        "gist": ["windowed_papers.identifier", "windowed_papers.version"],
        "topics": ["windowed_papers.identifier", "windowed_papers.version"],
        "status": ["windowed_papers.withdrawn"],
    },
    "summaries": {
        "background": ["full_texts.sections"],
        "method": ["full_texts.sections"],
        "results": ["full_texts.sections"],
        "text_source": ["full_texts.source"],
        "status": ["windowed_papers.withdrawn", "full_texts.source"],
    },
    "overviews": {
        "topic": ["translations.topics"],
        "identifiers": ["windowed_papers.identifier", "translations.topics"],
        "sentence": ["translations.gist"],
        "status": ["translations.status"],
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
            "translations.translated_title",
            "translations.gist",
            "translations.topics",
            "summaries.background",
            "summaries.method",
            "summaries.results",
            "overviews.sentence",
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
            description=column.meaning,
            constraints=dg.TableColumnConstraints(nullable=column.nullable),
        )
        for column in tables()[asset].columns
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": asset}


def column_lineage(key: dg.AssetKey) -> dict[str, Any]:
    """Which column of an asset comes from which upstream, as metadata of a materialization; nothing for an asset whose
    table comes from none."""
    *prefix, asset = key.path
    if asset not in UPSTREAM:
        return {}
    above = UPSTREAM[asset]
    held, given = ({column.name for column in tables()[table].columns} for table in (asset, above))
    sources = {name: [f"{above}.{name}"] for name in HANDED_DOWN if name in held & given} | COMES_FROM[asset]
    lineage = {
        column: [
            dg.TableColumnDep(dg.AssetKey([*prefix, table]), name)
            for table, _, name in (s.partition(".") for s in deps)
        ]
        for column, deps in sources.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(lineage)}
