"""The engine on which stores are made in tests: DuckDB's file, or a lake while `on_lakes` lasts.

So that a test says nothing of engines, and the same test proves both (`scale/on_a_lake/`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest_assets.store.connection import DigestStore
from digest_assets.store.lake import LAKE_URL, LakeStore, lake_address

if TYPE_CHECKING:
    from digest_assets_tests.scale.servers import Postgres

_servers: list[Postgres] = []


@contextmanager
def on_lakes(server: Postgres) -> Iterator[None]:
    """New stores are lakes whose catalogues are databases of `server`."""
    _servers.append(server)
    try:
        yield
    finally:
        _servers.pop()


def store_settings(folder: Path) -> dict[str, Any]:
    """The `store` section for a new store in `folder`."""
    if not _servers:
        return {}
    address = _servers[-1].make_database(f"lake-{uuid.uuid4().hex[:12]}")
    return {"url": LAKE_URL + address, "data_path": str(folder / "lake")}


def new_store(folder: Path) -> DigestStore:
    """A new store in `folder`."""
    section = store_settings(folder)
    if not section:
        return DigestStore(folder / "digest.duckdb")
    return LakeStore(lake_address(section["url"], section["data_path"], folder))
