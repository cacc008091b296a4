"""The signs by which sources told us to stop, kept for all runs that share a store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import duckdb

from digest_assets.arxiv.stop_signs import StopSign, next_sign
from digest_assets.store.connection import DigestStore
from digest_assets.store.rows import put, rows


class StoreStopSigns:
    """`StopSigns` in the store. `now` gives UTC."""

    def __init__(self, store: DigestStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def standing(self, source: str) -> StopSign | None:
        return await asyncio.to_thread(self._standing, source)

    async def put(self, source: str, sign: str, pause: timedelta | None = None) -> StopSign:
        return await asyncio.to_thread(self._put, source, sign, pause)

    def _standing(self, source: str) -> StopSign | None:
        with self._store.transaction() as connection:
            return next((each for each in standing_signs(connection, self._now()) if each.source == source), None)

    def _put(self, source: str, sign: str, pause: timedelta | None) -> StopSign:
        with self._store.transaction() as connection:
            before = next((each for each in _signs(connection) if each.source == source), None)
            made = next_sign(before, source, sign, self._now(), pause)
            put(connection, "stop_signs", [{name: getattr(made, name) for name in StopSign.__dataclass_fields__}])
        return made


def standing_signs(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[StopSign]:
    """The sources that are not to be asked at `now`, and until when."""
    return [each for each in _signs(connection) if each.stands(now)]


def _signs(connection: duckdb.DuckDBPyConnection) -> list[StopSign]:
    return [StopSign(**row) for row in rows(connection.execute("SELECT * FROM stop_signs ORDER BY source"))]
