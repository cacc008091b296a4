"""When arXiv says stop: how long it is left alone, by every run. Pure: the store keeps the signs.

A 403, or a page that asks whether one is human, means that this machine is to stop; a run an hour later that asks again
is what gets an address blocked for good. So a sign outlives its run. It is lifted after a pause; where the same source
shows one again soon after that, the next pause is twice as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

TEXTS = "arXiv full texts"
"""The source of HTML and PDF. The API has its own server, its own limits and its own client."""
FIRST_PAUSE = timedelta(hours=6)
"""Of 6 hours: the next scheduled run of a day asks once more, a retry after minutes does not."""
LONGEST_PAUSE = timedelta(days=7)
REMEMBERED = timedelta(days=4)
"""So long after a sign was lifted the next one counts as the same trouble: over a weekend, too."""


@dataclass(frozen=True, slots=True)
class StopSign:
    """A source that is not to be asked before `until`. Times in UTC."""

    source: str
    sign: str
    """What was seen: `403`, `captcha`, `429`."""
    seen_at: datetime
    until: datetime
    times: int
    """How often in a row it was met, each time after a pause. 0: the server named the pause itself."""

    def stands(self, now: datetime) -> bool:
        """Whether it still holds. One further away than any pause comes from a clock that was set back."""
        return now < self.until <= now + 2 * LONGEST_PAUSE

    @property
    def sentence(self) -> str:
        """For people: what was seen, and what follows."""
        return (
            f"{self.source}: told to stop ({self.sign}) on {self.seen_at:%Y-%m-%d %H:%M} UTC; "
            f"nobody asks again before {self.until:%Y-%m-%d %H:%M} UTC. Until then papers are read by their abstracts; "
            "run their dates again afterwards."
        )

    def __str__(self) -> str:
        return f"{self.sign}, left alone until {self.until:%Y-%m-%d %H:%M} UTC"


class StopSigns(Protocol):
    """Where signs are kept. Safe to ask from several runs at once."""

    async def standing(self, source: str) -> StopSign | None:
        """The sign that keeps `source` from being asked now."""
        ...

    async def put(self, source: str, sign: str, pause: timedelta | None = None) -> StopSign:
        """Notes that `source` showed `sign`. `pause`: as the server asked for; else it grows by `next_sign`."""
        ...


def next_sign(before: StopSign | None, source: str, sign: str, now: datetime, pause: timedelta | None) -> StopSign:
    """What follows from `sign` now, after the sign `before`, if any. `pause`: where the server named one."""
    stands = before is not None and before.stands(now)
    times = before.times if before is not None and now < before.until + REMEMBERED else 0
    if pause is None:
        if not (stands and times):  # else another run met the same one at the same time
            times += 1
        # 2 ** 10 pauses are past the longest, whatever the first is.
        pause = FIRST_PAUSE * 2 ** min(times - 1, 10)
    until = now + min(pause, LONGEST_PAUSE)
    if before is not None and stands:
        until = max(until, before.until)
    return StopSign(source, sign, now, until, times)


class RememberedSigns:
    """Signs of this process alone: where there is no store."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._signs: dict[str, StopSign] = {}

    async def standing(self, source: str) -> StopSign | None:
        sign = self._signs.get(source)
        return sign if sign is not None and sign.stands(self._now()) else None

    async def put(self, source: str, sign: str, pause: timedelta | None = None) -> StopSign:
        self._signs[source] = next_sign(self._signs.get(source), source, sign, self._now(), pause)
        return self._signs[source]
