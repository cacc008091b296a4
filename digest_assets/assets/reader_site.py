"""The reader's site: all digests as static pages.

They are opened from the disk, or put on any web server: a page a digest date, with the completeness of the date
(announced, published, filtered, failed, late, by the ledger), the source of each text, and the model and prompt that
an answer rests on; an archive by month; pages for categories, authors and topics; figures; feeds (Atom, JSON Feed); an
index that the browser searches. `output.site_dir` says where; empty: no site.

The site is what the store says, whichever date is materialized: files whose content would not change are neither made
nor written, so a new date costs its own page and the lists that it is in. The partition stands for the date's page.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from datetime import date
from typing import Any

import dagster as dg

from digest_assets.assets.of_a_digest import asset
from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import page_on_the_web
from digest_assets.config import Settings
from digest_assets.pipeline.write_site import build
from digest_assets.resources.clock import Clock
from digest_assets.store.connection import DigestStore


@asset(
    deps=["rendered_posts"],
    description=__doc__,
    kinds={"html"},
)
def reader_site(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult[Any]:
    with one_date(context, settings) as date:
        if not settings.output.site_dir:
            return date.made({"no_site": "output.site_dir is empty"}, [None])
        made = build(settings, store, clock, date.day)
        return date.made(
            {
                **_addresses(settings, date.day),
                "files_written": made.written,
                "files_unchanged": made.unchanged,
                "files_removed": made.removed,
                "dates_on_the_site": made.dates,
                "papers_on_the_site": made.papers,
            },
            [made.fingerprint],
        )


def _addresses(settings: Settings, day: date) -> dict[str, dg.MetadataValue]:
    """Where the date's page is on this machine, and on the web where the site is served."""
    folder, url = settings.path(settings.output.site_dir), settings.output.site_url
    return {
        **page_on_the_web(settings.output, day),
        **({"site_url": dg.MetadataValue.url(url)} if url else {}),
        "path": dg.MetadataValue.path(str(folder / f"d/{day}.html")),
        "index": dg.MetadataValue.path(str(folder / "index.html")),
    }
