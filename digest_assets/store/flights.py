"""Single flight: what two runs of a process ask for at once is asked for once.

Two dates may show the same paper to the model (a paper that two digests of one store publish, a date that is made twice
at once), and each run knows only the answers that the store held when it began. So the runs of a process share what
they are asking for, and what they got since the first of them began. Runs in different processes do not: the same date
is seldom made by two of them at once, and then only what both ask for in the same seconds is paid twice.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from digest_assets.llm.asking import StoredAnswer


@dataclass
class Flights:
    """Who asks for what, by key. May be used from several event loops and threads at once."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _flying: dict[str, Future[StoredAnswer | None]] = field(default_factory=dict)

    async def once(self, key: str, ask: Callable[[], Awaitable[StoredAnswer]]) -> StoredAnswer:
        """What `ask` returns, or what somebody else's `ask` for `key` returned, which then cost this caller no call.

        Where the other one fails or is stopped, this one asks for itself.
        """
        while True:
            with self._lock:
                flight, leads = self._flying.get(key), False
                if flight is None:
                    flight, leads = self._flying.setdefault(key, Future()), True
                    flight.set_running_or_notify_cancel()  # a follower that is cancelled must not cancel it
            if leads:
                return await self._led(key, flight, ask)
            landed = await asyncio.wrap_future(flight)
            if landed is not None:
                return replace(landed, usage=replace(landed.usage, calls=0))

    async def _led(
        self, key: str, flight: Future[StoredAnswer | None], ask: Callable[[], Awaitable[StoredAnswer]]
    ) -> StoredAnswer:
        answer: StoredAnswer | None = None
        try:
            answer = await ask()
            return answer
        finally:
            if answer is None:
                with self._lock:
                    self._flying.pop(key, None)
            flight.set_result(answer)


_SHARED: dict[Path, tuple[Flights, int]] = {}
_SHARED_LOCK = threading.Lock()


@contextmanager
def shared_flights(store: Path) -> Iterator[Flights]:
    """The flights of all that works with `store` in this process, forgotten when the last of them has ended."""
    with _SHARED_LOCK:
        flights, users = _SHARED.get(store, (Flights(), 0))
        _SHARED[store] = flights, users + 1
    try:
        yield flights
    finally:
        with _SHARED_LOCK:
            flights, users = _SHARED.pop(store)
            if users > 1:
                _SHARED[store] = flights, users - 1
