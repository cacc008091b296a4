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
from digest_assets.store.posts import newest_published


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
    _write_overview(settings, store)
    return written


def _write_overview(settings: Settings, store: DigestStore) -> None:
    """The page of all digests, of those that the settings have now; also where it is left from when there were more."""
    digests = [each for each in settings.project or (settings,) if each.output.site_dir]
    sites = {each.digest.name: each.path(each.output.site_dir) for each in digests}
    there = [each for each in digests if (sites[each.digest.name] / "index.html").is_file()]
    page = settings.page_of_all
    if page is None or not there or not (settings.overview_page or page.is_file()):
        return
    with store.reading() as connection:
        newest = newest_published(connection)
    told = []
    for each in there:
        folder, day = sites[each.digest.name], newest.get(each.digest.name)
        has_page = day is not None and (folder / f"d/{day}.html").is_file()
        told.append((site_of(each), f"{way(page.parent, folder)}/", day if has_page else None))
    text = all_digests(told)
    if sha256_of(page) != hashlib.sha256(encode(text)).hexdigest():
        write_atomically(page, text, named="in output.site_dir")
