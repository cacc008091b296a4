"""One verdict for all calls of a run: what one of them learns, all know.

A kind of question that was never answered is asked by one call alone: a wrong key, a refused parameter or a context
that is too small costs one call, and not as many as may be under way. When calls fail one after the other the circuit
opens (M. Nygard, Release It!): nobody asks but one call now and then, with growing pauses, until it is answered or the
run's patience ends. Then everybody is told the same, with the time at which it is worth asking again.

Used from one event loop. Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

FAILURES_IN_A_ROW = 2
"""After so many without an answer between them the circuit is open."""
PATIENCE_SECONDS = 600.0
"""How long a run waits for an endpoint that does not answer."""
MOST_FAILURES = 10
"""In a row, after which its patience is over whatever the clock says."""
_PAUSES = (2.0, 6.0, 18.0, 54.0, 120.0)
"""Before each call that is tried while the circuit is open; the last one again and again. Six calls in five minutes."""


class Breaker:
    """Says when a call may be made. `clock` is in seconds; `proven` holds the kinds of question that were answered, and
    may be shared by the runs of a process."""

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        proven: set[str] | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._proven = proven if proven is not None else set()
        self._patience_seconds = patience_seconds
        self._verdict: Callable[[], Exception] | None = None
        self._under_way: Counter[str] = Counter()
        self._asking = 0
        self._failures = 0
        self._failing_since = 0.0
        self._outage_since: float | None = None
        self._trying = False
        self._changed = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether calls failed one after the other, and only one at a time is tried."""
        return self._failures >= FAILURES_IN_A_ROW

    @property
    def is_alone(self) -> bool:
        """Whether nobody else asks: then a failure may be about this question alone."""
        return self._asking <= 1

    @property
    def failures(self) -> int:
        """How many calls failed since the last answer."""
        return self._failures

    @property
    def patience_is_over(self) -> bool:
        waited = self._clock() - self._failing_since
        return self.is_open and (waited >= self._patience_seconds or self._failures >= MOST_FAILURES)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Around all tries of one question."""
        self._asking += 1
        try:
            yield
        finally:
            self._asking -= 1

    @asynccontextmanager
    async def turn(self, kind: str) -> AsyncIterator[Callable[[], bool]]:
        """Around one call: waits until it may be made. Raises the verdict where there is one.

        Yields what tells, when the call has waited for its place elsewhere, whether it may still be made."""
        tries = await self._wait(kind)
        self._under_way[kind] += 1
        try:
            if tries and self.is_open:
                await self._sleep(_PAUSES[min(self._failures - FAILURES_IN_A_ROW, len(_PAUSES) - 1)])
                self._raise_verdict()
            yield lambda: self._verdict is None and (tries or not self.is_open)
        finally:
            self._under_way[kind] -= 1
            self._trying = self._trying and not tries
            self._tell()

    async def _wait(self, kind: str) -> bool:
        """Whether the call is the one that is tried while the circuit is open."""
        while True:
            self._raise_verdict()
            if self.is_open:
                if not self._trying:
                    self._trying = True
                    return True
            elif kind in self._proven or not (self._under_way[kind] if self._proven else self._under_way.total()):
                return False
            changed = self._changed
            await changed.wait()

    def _raise_verdict(self) -> None:
        if self._verdict is not None:
            raise self._verdict()

    def answered(self, kind: str, started_at: float) -> None:
        """The endpoint answered such a question, whose call began at `started_at`: one that began before an outage says
        nothing of its end."""
        if self._outage_since is None or started_at >= self._outage_since:
            self._failures, self._outage_since = 0, None
        if kind not in self._proven:
            self._proven.add(kind)
        self._tell()

    def failed(self, *, is_outage: bool) -> None:
        """A call failed in a way that says nothing of its question."""
        if not self._failures:
            self._failing_since = self._clock()
        if is_outage and self._outage_since is None:
            self._outage_since = self._clock()
        self._failures += 1
        self._tell()

    def decide(self, verdict: Callable[[], Exception]) -> None:
        """From now on everybody gets what `verdict` makes: a new exception each time."""
        self._verdict = self._verdict or verdict
        self._proven.clear()
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
