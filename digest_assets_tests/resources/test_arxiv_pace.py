"""Requests take turns: never closer than the interval, lane by lane, without one real second of waiting."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest_assets.resources.pace import METADATA_LANE, TEXT_LANE, LocalPace


class Time:
    """A clock that only sleeping moves. Tasks that sleep at the same time wake in the order of their hour."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        wake = self.now + seconds
        while self.now < wake:
            await asyncio.sleep(0)
            self.now = min(wake, self.now + 0.5)


def starts(*lanes: str, interval: float = 3.0) -> list[tuple[str, float]]:
    """When each of the requests, asked for all at once, may start, in seconds from the first."""
    time = Time()
    pace = LocalPace(time.clock, time.sleep)
    started: list[tuple[str, float]] = []

    async def request(lane: str) -> None:
        await pace.turn(lane, interval)
        started.append((lane, time.now - 1000))

    run(lambda: asyncio.gather(*(request(lane) for lane in lanes)))
    return started


def run(start: Callable[[], Any]) -> None:
    async def main() -> None:
        await start()

    coroutine: Coroutine[Any, Any, None] = main()
    asyncio.run(coroutine)


def test_the_first_request_starts_at_once() -> None:
    assert starts(METADATA_LANE) == [(METADATA_LANE, 0)]


def test_requests_asked_for_together_start_an_interval_apart() -> None:
    moments = [moment for _, moment in starts(*[METADATA_LANE] * 4)]
    assert moments[0] == 0
    assert all(after - before >= 3 for before, after in pairwise(moments))


def test_lanes_do_not_wait_for_each_other() -> None:
    assert starts(METADATA_LANE, TEXT_LANE) == [(METADATA_LANE, 0), (TEXT_LANE, 0)]


def test_no_interval_means_no_wait() -> None:
    assert [moment for _, moment in starts(*[METADATA_LANE] * 3, interval=0)] == [0, 0, 0]


def test_a_request_after_a_pause_does_not_wait() -> None:
    time = Time()
    pace = LocalPace(time.clock, time.sleep)

    async def main() -> None:
        await pace.turn(METADATA_LANE, 3)
        time.now += 10
        await pace.turn(METADATA_LANE, 3)

    run(main)
    assert time.now == 1010


@given(st.lists(st.tuples(st.sampled_from([METADATA_LANE, TEXT_LANE]), st.floats(0, 20)), max_size=12))
def test_within_a_lane_no_request_comes_before_its_turn(requests: list[tuple[str, float]]) -> None:
    time = Time()
    pace = LocalPace(time.clock, time.sleep)

    async def main() -> None:
        free: dict[str, float] = {}
        for lane, interval in requests:
            await pace.turn(lane, interval)
            assert time.now >= free.get(lane, 0) - 1e-6
            free[lane] = time.now + interval

    run(main)
