"""Brings the site's folder to what the store holds of a date; and the page that leads to all digests, where there are
several, to those that have a site."""

from __future__ import annotations

import hashlib
from datetime import date

from digest_assets.config import Settings
from digest_assets.errors import DigestError
from digest_assets.pipeline.site_source import StoreSource, site_of, way
from digest_assets.resources.clock import Clock
from digest_assets.resources.output import encode, sha256_of, write_atomically
from digest_assets.resources.site_folder import SiteWritten, write_site
from digest_assets.site.all_digests import all_digests
from digest_assets.store.connection import DigestStore
from digest_assets.store.ledger import require_made


def build(settings: Settings, store: DigestStore, clock: Clock, day: date) -> SiteWritten:
    """Brings the site's folder to what the store holds of `day`, and of whatever else was rendered since.

    Raises `NotInStore` for a date that claimed no papers there.
    """
    with store.transaction() as connection:
        require_made(connection, store, settings.digest.name, day)
    folder, site = settings.path(settings.output.site_dir), site_of(settings)
    try:
        written = write_site(folder, site, StoreSource(settings, store, clock), day)
    except DigestError:
        raise
    except Exception:  # noqa: BLE001 - most likely about one paper, which then stands there without its texts
        written = write_site(folder, site, StoreSource(settings, store, clock, is_careful=True), day)
    _write_overview(settings)
    return written


def _write_overview(settings: Settings) -> None:
    page = settings.overview_page
    folders = [(each, each.path(each.output.site_dir)) for each in settings.project if each.output.site_dir]
    there = [(each, folder) for each, folder in folders if (folder / "index.html").is_file()]
    if page is None or not there:
        return
    text = all_digests([(site_of(each), f"{way(page.parent, folder)}/") for each, folder in there])
    if sha256_of(page) != hashlib.sha256(encode(text)).hexdigest():
        write_atomically(page, text, named="in output.site_dir")
