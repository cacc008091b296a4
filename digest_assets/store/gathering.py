"""Many small reads and writes of one event loop, gathered into few transactions.

A transaction opens and closes the file (10 to 30 ms), and a day's papers answer by the dozen. So whatever is asked for
while one transaction runs goes together into the next: nothing waits on purpose, each caller goes on when its own rows
are on the disk, and an answer is stored the moment the file is free.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import duckdb

from digest_assets.store.connection import DigestStore

Result = TypeVar("Result")
Work = Callable[[duckdb.DuckDBPyConnection], Result]


class GatheredStore:
    """`store` for the coroutines of one event loop. Use it as an async context manager: leaving waits for all work."""

    def __init__(self, store: DigestStore) -> None:
        self._store = store
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> GatheredStore:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._running is not None:
            await asyncio.shield(self._running)

    async def run(self, work: Work[Result]) -> Result:
        """What `work` returns, after the transaction that it was part of is committed.

        An exception of `work` is raised here, and is rolled back with the others of its transaction, which are tried
        again without it.
        """
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                outcomes = await asyncio.to_thread(self._apply, [work for work, _ in batch])
                for (_, future), outcome in zip(batch, outcomes, strict=True):
                    if future.cancelled():
                        continue
                    if isinstance(outcome, BaseException):
                        future.set_exception(outcome)
                    else:
                        future.set_result(outcome[0])
        finally:
            self._running = None

    def _apply(self, works: list[Work[Any]]) -> list[tuple[Any] | BaseException]:
        try:
            return self._store.run(lambda connection: [(work(connection),) for work in works])
        except Exception as error:  # noqa: BLE001 - handed to the caller that it belongs to
            if len(works) == 1:
                return [error]
            return [self._apply([work])[0] for work in works]
