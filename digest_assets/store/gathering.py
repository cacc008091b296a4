"""Many small reads and writes of one event loop, gathered into few transactions.

A transaction opens and closes the file (10 to 30 ms), and a day's papers answer by the dozen. So whatever is asked for
while one transaction runs goes together into the next, and each caller goes on when its own rows are on the disk. What
only has to be stored (`keep`) leaves the file alone meanwhile for ten times as long as the last transaction took: other
runs get it, and the answers that come meanwhile share the next, and its statements, each of which takes a millisecond
or two however many rows it has.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

import duckdb

from digest_assets.errors import StoreError
from digest_assets.store.connection import DigestStore

REST = 10.0
"""For how long nothing that can wait is written, in durations of the transaction before."""
LONGEST_REST_SECONDS = 1.0
"""That duration has the wait for another run's transaction in it."""
SHORTEST_REST_SECONDS = 0.01
"""In which comes what belongs together: an answer, and what the digest makes of it."""

Result = TypeVar("Result")
Item = TypeVar("Item")
Work = Callable[[duckdb.DuckDBPyConnection], Result]
Keeping = Callable[[duckdb.DuckDBPyConnection, list[Item]], None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one caller waits for: a work's result, or that an item is kept."""

    outcome: asyncio.Future[Any]
    work: Work[Any] | None = None
    keeping: Keeping[Any] | None = None
    item: Any = None


class GatheredStore:
    """`store` for the coroutines of one event loop. Use it as an async context manager: leaving waits for all work."""

    def __init__(self, store: DigestStore) -> None:
        self._store = store
        # A thread of its own: in the loop's a transaction would stand in line behind a day's texts and judgements.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._waiting: list[_Asked] = []
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
        self._thread.shutdown(wait=False)

    async def run(self, work: Work[Result]) -> Result:
        """What `work` returns, after the transaction that it was part of is committed.

        An exception of `work` is raised here, and is rolled back with the others of its transaction, which are tried
        again without it.
        """
        self.hurry()
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        result: Result = await self._ask(_Asked(done, work=work))
        return result

    async def keep(self, keeping: Keeping[Item], item: Item) -> None:
        """Has `keeping` store `item` in a transaction that waits for others, in one call for all that came for it.

        `keeping` takes items in any number, in the order in which they came. Its exceptions are raised here, as those
        of `run` are there. What `run` asks for in the same transaction sees the items.
        """
        await self._ask(_Asked(asyncio.get_running_loop().create_future(), keeping=keeping, item=item))

    def hurry(self) -> None:
        """Has what waits stored now: nothing else is to be expected."""
        self._hurried.set()

    async def _ask(self, asked: _Asked) -> Any:
        self._waiting.append(asked)
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return await asked.outcome

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                await self._rest()
                batch, self._waiting = self._waiting, []
                begun = time.monotonic()
                outcomes = await loop.run_in_executor(self._thread, self._apply, batch)
                ended = time.monotonic()
                self._rests_until = ended + min(REST * (ended - begun), LONGEST_REST_SECONDS)
                for asked, outcome in zip(batch, outcomes, strict=True):
                    if asked.outcome.cancelled():
                        continue
                    if isinstance(outcome, BaseException):
                        asked.outcome.set_exception(outcome)
                    else:
                        asked.outcome.set_result(outcome[0])
        finally:
            self._running = None

    async def _rest(self) -> None:
        """Leaves the file to others for a while, unless somebody is in a hurry."""
        left = max(SHORTEST_REST_SECONDS, self._rests_until - time.monotonic())
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), left)
        self._hurried.clear()

    def _apply(self, batch: list[_Asked]) -> list[tuple[Any] | BaseException]:
        try:
            return self._store.run(lambda connection: _done(connection, batch))
        except StoreError as error:  # held by another program, say: to try each again would wait for that as often
            return [error] * len(batch)
        except Exception as error:  # noqa: BLE001 - handed to the caller that it belongs to
            if len(batch) == 1:
                return [error]
            return [self._apply([asked])[0] for asked in batch]


def _done(connection: duckdb.DuckDBPyConnection, batch: list[_Asked]) -> list[tuple[Any] | BaseException]:
    """Does all of `batch`. Returns the result of each, in a tuple that tells it from an exception."""
    kept: dict[Keeping[Any], list[Any]] = {}
    for asked in batch:
        if asked.keeping is not None:
            kept.setdefault(asked.keeping, []).append(asked.item)
    for keeping, items in kept.items():
        keeping(connection, items)
    return [(asked.work(connection) if asked.work is not None else None,) for asked in batch]
