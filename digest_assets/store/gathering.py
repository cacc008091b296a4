"""Many small reads and writes of one event loop, gathered into few transactions.

A transaction opens and closes the file (10 to 30 ms), and a day's papers answer by the dozen. So whatever is asked for
while one transaction runs goes together into the next, and each caller goes on when its own rows are on the disk. What
only has to be stored (`run_later`) leaves the file alone meanwhile for ten times as long as the last transaction took:
other runs get it, and the answers that come meanwhile share the next.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

import duckdb

from digest_assets.store.connection import DigestStore

REST = 10.0
"""For how long nothing that can wait is written, in durations of the transaction before."""
LONGEST_REST_SECONDS = 1.0
"""That duration has the wait for another run's transaction in it."""
SHORTEST_REST_SECONDS = 0.01
"""In which comes what belongs together: an answer, and what the digest makes of it."""

Result = TypeVar("Result")
Work = Callable[[duckdb.DuckDBPyConnection], Result]


class GatheredStore:
    """`store` for the coroutines of one event loop. Use it as an async context manager: leaving waits for all work."""

    def __init__(self, store: DigestStore) -> None:
        self._store = store
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()
        self._rests_until = 0.0

    async def __aenter__(self) -> GatheredStore:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.hurry()
        if self._running is not None:
            await asyncio.shield(self._running)

    async def run(self, work: Work[Result]) -> Result:
        """What `work` returns, after the transaction that it was part of is committed.

        An exception of `work` is raised here, and is rolled back with the others of its transaction, which are tried
        again without it.
        """
        self.hurry()
        return await self.run_later(work)

    async def run_later(self, work: Work[Result]) -> Result:
        """As `run`, for what can wait until others share the transaction."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return await future

    def hurry(self) -> None:
        """Has what waits stored now: nothing else is to be expected."""
        self._hurried.set()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._rest()
                batch, self._waiting = self._waiting, []
                begun = time.monotonic()
                outcomes = await asyncio.to_thread(self._apply, [work for work, _ in batch])
                ended = time.monotonic()
                self._rests_until = ended + min(REST * (ended - begun), LONGEST_REST_SECONDS)
                for (_, future), outcome in zip(batch, outcomes, strict=True):
                    if future.cancelled():
                        continue
                    if isinstance(outcome, BaseException):
                        future.set_exception(outcome)
                    else:
                        future.set_result(outcome[0])
        finally:
            self._running = None

    async def _rest(self) -> None:
        """Leaves the file to others for a while, unless somebody is in a hurry."""
        left = max(SHORTEST_REST_SECONDS, self._rests_until - time.monotonic())
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), left)
        self._hurried.clear()

    def _apply(self, works: list[Work[Any]]) -> list[tuple[Any] | BaseException]:
        try:
            return self._store.run(lambda connection: [(work(connection),) for work in works])
        except Exception as error:  # noqa: BLE001 - handed to the caller that it belongs to
            if len(works) == 1:
                return [error]
            return [self._apply([work])[0] for work in works]
