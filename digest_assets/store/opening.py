"""Which store the settings name: the embedded file, or a lake that several machines share."""

from __future__ import annotations

from digest_assets.config import Settings
from digest_assets.store.connection import DigestStore
from digest_assets.store.lake import LakeStore, is_lake, lake_address


def open_store(settings: Settings, lock_wait_seconds: float | None = None) -> DigestStore:
    """The store of `settings`; nothing is opened yet. Raises `ConfigurationError` where its address cannot be used."""
    return store_at(settings.store.url, settings, settings.store.data_path, lock_wait_seconds)


def store_at(url: str, settings: Settings, data_path: str, lock_wait_seconds: float | None = None) -> DigestStore:
    """The store at `url`, a file's path or a lake's address; relative paths are relative to the settings' folder."""
    wait = settings.store.lock_wait_seconds if lock_wait_seconds is None else lock_wait_seconds
    if is_lake(url):
        return LakeStore(lake_address(url, data_path, settings.root), wait, settings.path("data"))
    return DigestStore(settings.path(url), wait)
