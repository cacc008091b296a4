"""The reader's site: all digests as static pages, to be opened from the disk or put on any web server.

A page a digest date, with the completeness of the date (announced, published, filtered, failed, late, by the ledger),
the source of each text, and the model and prompt that an answer rests on; an archive by month; pages for categories,
authors and topics; figures; feeds (Atom, JSON Feed); an index that the browser searches. `output.site_dir` says where;
empty: no site.

The site is what the store says, whichever date is materialized: files whose content would not change are neither made
nor written, so a new date costs its own page and the lists that it is in. The partition stands for the date's page.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Iterator
from datetime import date

import dagster as dg

from digest_assets.assets.each_date import DateEvent, each_date
from digest_assets.assets.previews import data_version
from digest_assets.assets.site_source import StoreSource, site_of
from digest_assets.config import Settings
from digest_assets.resources.clock import Clock
from digest_assets.resources.site_folder import SiteWritten, write_site
from digest_assets.store.connection import DigestStore


@dg.asset(
    deps=["rendered_posts"],
    description=__doc__,
    group_name="digest",
    kinds={"html"},
    owners=["team:digest"],
)
def reader_site(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> Iterator[DateEvent]:
    def make(day: date) -> Iterator[DateEvent]:
        if not settings.output.site_dir:
            nothing = {"no_site": "output.site_dir is empty"}
            yield dg.MaterializeResult(metadata=nothing, data_version=data_version([None]))
            return
        made = build(settings, store, clock, day)
        yield dg.MaterializeResult(
            metadata={
                **_addresses(settings, day),
                "written": made.written,
                "unchanged": made.unchanged,
                "removed": made.removed,
                "dates": made.dates,
                "papers": made.papers,
            },
            data_version=data_version([made.fingerprint]),
        )

    yield from each_date(context, settings.runs, make)


def _addresses(settings: Settings, day: date) -> dict[str, dg.MetadataValue]:
    """Where the date's page is on this machine, and on the web where the site is served."""
    folder, page, url = settings.path(settings.output.site_dir), f"d/{day}.html", settings.output.site_url
    addresses: dict[str, dg.MetadataValue] = {
        "path": dg.MetadataValue.path(str(folder / page)),
        "index": dg.MetadataValue.path(str(folder / "index.html")),
    }
    return {**addresses, "url": dg.MetadataValue.url(url + page)} if url else addresses


def build(settings: Settings, store: DigestStore, clock: Clock, day: date) -> SiteWritten:
    """Brings the site's folder to what the store holds of `day`, and of whatever else was rendered since."""
    source = StoreSource(settings, store, clock)
    return write_site(settings.path(settings.output.site_dir), site_of(settings), source, day)
