"""arXiv's pace: requests wait their turn, lane by lane.

arXiv asks for one request every three seconds to its API, feeds and OAI together, and (robots.txt) fifteen between full
texts, from all machines of a user as a whole. A lane is one such budget.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

METADATA_LANE = "arxiv"
TEXT_LANE = "arxiv-text"


class Pace(Protocol):
    """Says when a request may start."""

    async def turn(self, lane: str, interval_seconds: float) -> None:
        """Returns when the next request of `lane` may start, `interval_seconds` or more after the one before."""
        ...


class LocalPace:
    """Keeps the pace within this process. Safe for many tasks of one event loop."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._free_at: dict[str, float] = {}

    async def turn(self, lane: str, interval_seconds: float) -> None:
        now = self._clock()
        start = max(now, self._free_at.get(lane, now))
        # Taken before the wait: the next task reads it without waiting for this one.
        self._free_at[lane] = start + interval_seconds
        if start > now:
            await self._sleep(start - now)
