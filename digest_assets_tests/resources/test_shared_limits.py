"""An account's limits hold for all processes that share a store, and a killed one holds no place."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import deque
from pathlib import Path

import pytest

from digest_assets.resources.concurrency import CallSize, Limiter
from digest_assets.resources.shared_limits import SharedLimits
from digest_assets_tests.resources.test_concurrency import BY_WHAT_WAS_BILLED, next_begins, second_begins
from digest_assets_tests.resources.virtual_time import run_virtually

URL = "http://127.0.0.1:8000/v1"

HOLDER = """
import sys, pathlib
from digest_assets.resources.shared_limits import SharedLimits
limits = SharedLimits(pathlib.Path(sys.argv[1]), sys.argv[2], 3)
places = [limits.place() for _ in range(2)]
print(len(places), flush=True)
sys.stdin.read()
"""


def places_free(limits: SharedLimits) -> int:
    found = []
    while (place := limits.place()) is not None:
        found.append(place)
    for place in found:
        place.release()
    return len(found)


def test_places_are_shared_by_processes_and_given_back_by_one_that_is_killed(tmp_path: Path) -> None:
    limits = SharedLimits(tmp_path, URL, 3)
    command = [sys.executable, "-c", HOLDER, str(tmp_path), URL]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "2\n"
        assert places_free(limits) == 1
        assert places_free(SharedLimits(tmp_path, "http://127.0.0.1:9000/v1", 3)) == 3  # each endpoint has its own
        other.kill()
        other.wait()
    assert places_free(limits) == 3


def test_calls_of_two_limiters_together_pass_the_ceiling_never(tmp_path: Path) -> None:
    under_way = most = 0

    async def call(limiter: Limiter) -> None:
        nonlocal under_way, most
        async with limiter.call():
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(1)
            under_way -= 1

    async def run() -> None:
        clock = asyncio.get_running_loop().time
        limiters = [Limiter(4, shared=SharedLimits(tmp_path, URL, 4), clock=clock) for _ in range(2)]
        await asyncio.gather(*(call(limiter) for limiter in limiters * 10))

    _, seconds = run_virtually(run())
    assert most == 4
    assert seconds == pytest.approx(5, rel=0.1)


@pytest.mark.parametrize("rates", [{"requests_per_minute": 60}, {"tokens_per_minute": 60_000}])
def test_allowances_a_minute_are_spent_together(tmp_path: Path, rates: dict[str, float]) -> None:
    now = 1_000_000.0
    limits = [SharedLimits(tmp_path, URL, 4, clock=lambda: now, **rates) for _ in range(2)]
    taken = waited = 0
    while now < 1_000_060:
        delay = limits[taken % 2].take(1000)
        taken += delay == 0
        waited += delay > 0
        now += delay
    assert waited
    assert 60 <= taken <= 60 + 11  # and what may come at once
    limits[0].correct(30_000)
    assert (limits[1].take(1000) > 20) is ("tokens_per_minute" in rates)


@pytest.mark.parametrize(("billed", "seconds"), BY_WHAT_WAS_BILLED)
def test_of_tokens_a_minute_of_all_processes_those_that_were_billed_count(
    tmp_path: Path, billed: int | None, seconds: float
) -> None:
    async def run() -> float:
        clock = asyncio.get_running_loop().time
        shared = SharedLimits(tmp_path, URL, 8, tokens_per_minute=6000, clock=lambda: 1e9 + clock())
        return await second_begins(Limiter(8, shared=shared, clock=clock), billed)

    assert run_virtually(run())[0] == pytest.approx(seconds, abs=1e-3)


def test_a_pause_is_waited_for_where_there_is_no_rate(tmp_path: Path) -> None:
    async def run() -> float:
        clock = asyncio.get_running_loop().time
        limiter = Limiter(8, shared=SharedLimits(tmp_path, URL, 8, clock=lambda: 1e9 + clock()), clock=clock)
        async with limiter.call() as call:
            assert call is not None
            call.congested(0.5)
        return await next_begins(limiter)

    assert run_virtually(run())[0] == pytest.approx(0.5)


def test_what_one_process_learns_of_a_refusal_and_its_end_the_others_know(tmp_path: Path) -> None:
    async def run() -> None:
        clock = asyncio.get_running_loop().time
        ours, theirs = (
            Limiter(8, shared=SharedLimits(tmp_path, URL, 8, clock=lambda: 1e9 + clock()), clock=clock)
            for _ in range(2)
        )
        async with ours.call(CallSize(1000, 500)) as first:
            assert first is not None
            await asyncio.sleep(1)
            async with theirs.call(CallSize(2000, 500)) as second:
                assert second is not None
                second.refused()
            assert (theirs.window.allowed, theirs.learned.per_minute) == (1, None), "there was one beside it"
            first.answered(100, 1200)
        await asyncio.sleep(1)
        async with ours.call() as third:
            assert third is not None
            assert ours.learned.is_careful
            third.answered(100)
        async with theirs.call():
            assert not theirs.learned.is_careful
            assert theirs.learned.told()["taken"] == [1, 1200, 1000, 1000, 1, 0, 0, 0, 1, 0, 0, 0]

    run_virtually(run())


def test_where_no_rate_is_set_nothing_is_written(tmp_path: Path) -> None:
    limits = SharedLimits(tmp_path, URL, 2)
    assert limits.take(1000) == 0
    limits.correct(1000)
    assert not list(tmp_path.rglob("rates.json"))


class Endpoint:
    """Takes twenty calls in any minute, and does not say so."""

    def __init__(self) -> None:
        self.taken: deque[float] = deque()
        self.refused = 0

    async def answer(self, limiter: Limiter) -> None:
        now = asyncio.get_running_loop().time
        while True:
            async with limiter.call() as call:
                assert call is not None
                while self.taken and self.taken[0] <= now() - 60:
                    self.taken.popleft()
                if len(self.taken) < 20:
                    self.taken.append(now())
                    await asyncio.sleep(4)
                    call.answered(100)
                    return
                self.refused += 1
                call.refused()
            await asyncio.sleep(1)


@pytest.mark.parametrize("processes", [1, 2])
def test_all_processes_find_a_pace_out_as_one_and_later_ones_keep_it(tmp_path: Path, processes: int) -> None:
    endpoint, refused = Endpoint(), list[int]()

    async def run() -> None:
        clock = asyncio.get_running_loop().time
        for number in (processes, 1):
            shared = [SharedLimits(tmp_path, URL, 8, clock=lambda: 1e9 + clock()) for _ in range(number)]
            limiters = [Limiter(8, shared=each, clock=clock) for each in shared]
            await asyncio.gather(*(endpoint.answer(limiter) for limiter in limiters for _ in range(24 // number)))
            refused.append(endpoint.refused)

    _, seconds = run_virtually(run())
    assert 0 < refused[0] <= 3, "they find it out"
    assert refused[1] == refused[0]
    assert seconds < 4 * 60


def test_how_many_calls_are_under_way_is_known_of_all_processes(tmp_path: Path) -> None:
    ours, theirs = SharedLimits(tmp_path, URL, 4), SharedLimits(tmp_path, URL, 4)
    held = [ours.place(), theirs.place(), theirs.place()]
    assert ours.under_way() == theirs.under_way() == 3
    for each in held:
        assert each is not None
        each.release()
    assert ours.under_way() == 0


@pytest.mark.parametrize("later", [-3600.0, 13 * 3600.0])
def test_a_pace_of_another_day_or_another_clock_is_found_out_anew(tmp_path: Path, later: float) -> None:
    with SharedLimits(tmp_path, URL, 2, clock=lambda: 1e9).pace(5.0) as told:
        told |= {
            "per_minute": 19.0,
            "next_at": 8.0,
            "faster_at": 245.0,
            "found_at": 5.0,
            "starts": [4.0],
            "taken": [7.0],
        }
    with SharedLimits(tmp_path, URL, 2, clock=lambda: 1e9 + 1).pace(70.0) as told:
        times = {"next_at": 72.0, "faster_at": 309.0, "found_at": 69.0, "starts": [68.0]}
        assert told == {"per_minute": 19.0, "taken": [7.0], **times}
    with SharedLimits(tmp_path, URL, 2, clock=lambda: 1e9 + later).pace(0.0) as told:
        assert told == {}


def test_a_clock_that_was_set_back_and_a_file_that_was_cut_stop_nobody(tmp_path: Path) -> None:
    later = SharedLimits(tmp_path, URL, 2, requests_per_minute=60, clock=lambda: 2_000_000.0)
    limits = SharedLimits(tmp_path, URL, 2, requests_per_minute=60, clock=lambda: 1_000_000.0)
    later.take(0)
    assert limits.take(0) == 0
    (file,) = tmp_path.rglob("rates.json")
    file.write_text('{"requests": 99', "utf-8")
    assert limits.take(0) == 0


def test_a_full_disk_keeps_what_is_known_of_the_pace_and_fails_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = SharedLimits(tmp_path, URL, 2, requests_per_minute=600)

    def full(descriptor: int, *_: object) -> None:
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with limits.pace(5.0) as told:
        told["per_minute"] = 3.0
    assert limits.take(10) == 0


def test_what_is_shorter_than_before_is_whole(tmp_path: Path) -> None:
    limits = SharedLimits(tmp_path, URL, 2, clock=lambda: 5.0)
    with limits.pace(5.0) as told:
        told |= {"per_minute": 3.0, "taken": [float(each) for each in range(300)]}
    with limits.pace(5.0) as told:
        del told["taken"]
    with limits.pace(5.0) as told:
        assert told == {"per_minute": 3.0}
