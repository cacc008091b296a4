"""arXiv's pace, kept by all processes that share a store: each request takes the next free turn of its lane.

arXiv's terms count all machines of a user together (https://info.arxiv.org/help/api/tou.html), so a pace that a process
keeps for itself is broken by the second run.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import duckdb

from digest_assets.store.connection import DigestStore
from digest_assets.store.rows import put

LONGEST_QUEUE = timedelta(minutes=30)
"""A turn further away than this comes from a clock that was set back, and is not waited for."""
FOREIGN_TURNS = 2
"""So many turns that others took, and another run is under way; one may be what a run that has ended left behind."""

_log = logging.getLogger(__name__)


class StorePace:
    """Turns on lanes, in the store. `now` gives UTC; `sleep` waits for seconds."""

    def __init__(
        self,
        store: DigestStore,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._now = now
        self._sleep = sleep
        self._mine: dict[str, datetime] = {}
        """By lane: the turn after our last."""
        self._foreign: Counter[str] = Counter()
        """By lane: how often somebody else had taken a turn since ours."""
        self._told: set[str] = set()

    async def turn(self, lane: str, interval_seconds: float) -> None:
        """Waits until this request of `lane` may start: `interval_seconds` after the one before it, of any process."""
        if interval_seconds <= 0:
            return
        wait = await asyncio.to_thread(self._reserve, lane, timedelta(seconds=interval_seconds))
        self._say_once_that_others_ask(lane)
        if wait > timedelta():
            await self._sleep(wait.total_seconds())

    def _reserve(self, lane: str, interval: timedelta) -> timedelta:
        def take(connection: duckdb.DuckDBPyConnection) -> timedelta:
            now, next_at = self._now(), _next_at(connection, lane)
            turn = max(now, next_at or now)
            if turn - now > LONGEST_QUEUE:
                turn = now
            put(connection, "paces", [{"lane": lane, "next_at": turn + interval}])
            if next_at is not None and next_at > now and next_at != self._mine.get(lane):
                self._foreign[lane] += 1
            self._mine[lane] = turn + interval
            return turn - now

        return self._store.run(take)

    def _say_once_that_others_ask(self, lane: str) -> None:
        if self._foreign[lane] >= FOREIGN_TURNS and lane not in self._told:
            self._told.add(lane)
            _log.warning("Another run asks arXiv, too: they take turns, because its pace is for all of yours together.")


def _next_at(connection: duckdb.DuckDBPyConnection, lane: str) -> datetime | None:
    found = connection.execute("SELECT next_at FROM paces WHERE lane = ?", [lane]).fetchall()
    return found[0][0] if found else None
