"""Brings the site's folder to what the store holds of a date."""

from __future__ import annotations

from datetime import date

from digest_assets.config import Settings
from digest_assets.errors import DigestError
from digest_assets.pipeline.site_source import StoreSource, site_of
from digest_assets.resources.clock import Clock
from digest_assets.resources.site_folder import SiteWritten, write_site
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
        return write_site(folder, site, StoreSource(settings, store, clock), day)
    except DigestError:
        raise
    except Exception:  # noqa: BLE001 - most likely about one paper, which then stands there without its texts
        return write_site(folder, site, StoreSource(settings, store, clock, is_careful=True), day)
