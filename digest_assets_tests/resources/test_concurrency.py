"""The window grows while answers come, is halved when the endpoint refuses, and never passes its bounds."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.llm.refusals import Problem, Refusal
from digest_assets.resources.concurrency import CallSize, Counted, LearnedPace, Limiter, Minute, Window, shared_limiter
from digest_assets.resources.shared_limits import TokenBucket
from digest_assets_tests.resources.virtual_time import run_virtually


class Endpoint:
    """Serves `capacity` calls at once, each in `latency` seconds; refuses the others at once if it is `strict`, and
    else is slower the more there are."""

    def __init__(self, capacity: int, latency: float = 1.0, strict: bool = True) -> None:
        self.capacity, self.latency, self.strict = capacity, latency, strict
        self.under_way = self.most = self.refused = self.answered = 0

    async def serve(self) -> bool:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if self.strict and self.under_way > self.capacity:
                await asyncio.sleep(0.01)
                self.refused += 1
                return False
            await asyncio.sleep(self.latency * max(1.0, self.under_way / self.capacity))
            self.answered += 1
            return True
        finally:
            self.under_way -= 1


async def one_call(limiter: Limiter, endpoint: Endpoint, retry_after: float | None = None) -> None:
    while True:
        async with limiter.call(CallSize(1000)) as call:
            assert call is not None
            if await endpoint.serve():
                call.answered(500, 1000)
                return
            call.congested(retry_after)
        await asyncio.sleep(1.0)


def all_calls(calls: int, limiter_of: dict[str, float], endpoint: Endpoint) -> tuple[Limiter, float]:
    async def run() -> Limiter:
        limiter = Limiter(clock=asyncio.get_running_loop().time, **limiter_of)  # type: ignore[arg-type]
        await asyncio.gather(*(one_call(limiter, endpoint) for _ in range(calls)))
        return limiter

    return run_virtually(run())


def test_a_day_of_a_hundred_papers_takes_at_most_a_tenth_longer_than_the_limit() -> None:
    endpoint = Endpoint(capacity=1000)
    _, seconds = all_calls(200, {"ceiling": 16}, endpoint)
    assert seconds / (200 * 1.0 / 16) <= 1.1
    assert endpoint.most == 16


def test_the_ceiling_is_never_passed() -> None:
    endpoint = Endpoint(capacity=1000)
    limiter, _ = all_calls(300, {"ceiling": 7}, endpoint)
    assert endpoint.most == 7
    assert limiter.under_way == 0


def test_an_endpoint_that_takes_fewer_is_found_out_and_still_kept_busy() -> None:
    endpoint = Endpoint(capacity=5)
    _, seconds = all_calls(400, {"ceiling": 64}, endpoint)
    assert endpoint.answered == 400
    assert endpoint.refused < 100
    assert seconds < 2 * 400 / 5


def test_an_endpoint_that_slows_down_is_given_less() -> None:
    endpoint = Endpoint(capacity=16, strict=False)
    limiter, seconds = all_calls(2000, {"ceiling": 400}, endpoint)
    assert endpoint.answered == 2000
    assert endpoint.most < 130
    assert limiter.window.allowed < 80
    assert seconds < 1.1 * 2000 / 16


def test_requests_a_minute_are_kept() -> None:
    _, seconds = all_calls(130, {"ceiling": 64, "requests_per_minute": 60}, Endpoint(1000))
    assert 110 <= seconds <= 130


def test_tokens_a_minute_are_kept() -> None:
    _, seconds = all_calls(60, {"ceiling": 64, "tokens_per_minute": 30_000}, Endpoint(1000))
    assert 100 <= seconds <= 122


def test_who_goes_on_with_what_was_begun_goes_before_those_that_wait() -> None:
    begun: list[str] = []

    async def run() -> None:
        limiter = Limiter(1, clock=asyncio.get_running_loop().time)

        async def ask(name: str, *, is_next: bool = False) -> None:
            async with limiter.call(is_next=is_next):
                begun.append(name)
                await asyncio.sleep(1)

        await asyncio.gather(ask("one"), ask("two"), ask("three"), ask("one again", is_next=True))

    run_virtually(run())
    assert begun == ["one", "one again", "two", "three"]


def test_who_comes_first_is_served_first() -> None:
    begun: list[int] = []

    async def run() -> None:
        limiter = Limiter(1, clock=asyncio.get_running_loop().time)

        async def ask(number: int) -> None:
            async with limiter.call():
                begun.append(number)
                await asyncio.sleep(1)

        await asyncio.gather(*map(ask, range(4)))

    run_virtually(run())
    assert begun == [0, 1, 2, 3]


def test_the_window_grows_to_its_ceiling_while_calls_wait_for_it() -> None:
    limiter, _ = all_calls(200, {"ceiling": 64}, Endpoint(1000))
    assert limiter.window.allowed == 64


def test_how_long_an_answer_is_counts_where_it_is_judged_whether_it_is_slow() -> None:
    async def run() -> int:
        limiter = Limiter(16, clock=asyncio.get_running_loop().time)
        for tokens in (*[50] * 20, *[950] * 20):
            async with limiter.call() as call:
                assert call is not None
                await asyncio.sleep((tokens + 50) / 100)
                call.answered(tokens)
        return limiter.window.allowed

    assert run_virtually(run())[0] == 16


SIZE = CallSize(1000, 500)


async def refused_beside(
    limiter: Limiter, others: int, wait: float | None = None, minute: Minute | None = None
) -> None:
    """A refusal of the last call, while so many others are under way."""
    async with AsyncExitStack() as stack:
        for _ in range(others):
            await stack.enter_async_context(limiter.call(SIZE))
        async with limiter.call(SIZE) as call:
            assert call is not None
            call.refused(wait, minute)


async def next_begins(limiter: Limiter) -> float:
    """When."""
    async with limiter.call(SIZE):
        return asyncio.get_running_loop().time()


def test_a_refusal_beside_others_is_of_calls_at_once_and_one_without_is_of_the_minute() -> None:
    async def run() -> None:
        limiter = Limiter(8, clock=asyncio.get_running_loop().time)
        await refused_beside(limiter, 1)
        assert (limiter.window.allowed, limiter.learned.per_minute) == (1, None)
        await asyncio.sleep(1)
        await refused_beside(limiter, 0)
        assert limiter.learned.per_minute == 1, "one call was not refused in this minute"

    run_virtually(run())


def test_where_no_call_was_taken_before_a_refusal_says_nothing_of_a_pace() -> None:
    async def run() -> None:
        limiter = Limiter(8, clock=asyncio.get_running_loop().time)
        await refused_beside(limiter, 0)
        assert (limiter.window.allowed, limiter.learned.per_minute) == (4, None)
        assert await next_begins(limiter) == 0
        limiter = Limiter(8, clock=asyncio.get_running_loop().time)
        await refused_beside(limiter, 0, 30.0)
        assert await next_begins(limiter) == 30

    run_virtually(run())


def test_a_refusal_that_asks_for_a_second_says_nothing_of_how_many_at_once() -> None:
    async def run() -> None:
        limiter = Limiter(8, clock=asyncio.get_running_loop().time)
        await refused_beside(limiter, 1, 1.0)
        assert (limiter.window.allowed, limiter.learned.per_minute) == (4, None)

    run_virtually(run())


@pytest.mark.parametrize("billed", [None, 600])
def test_after_a_refusal_that_counts_tokens_the_next_begins_by_what_the_last_was_billed(billed: int | None) -> None:
    async def run() -> float:
        limiter = Limiter(8, clock=asyncio.get_running_loop().time)
        await refused_beside(limiter, 1, minute=Minute(counted=Counted.TOKENS))
        assert limiter.learned.per_minute == 950
        await asyncio.sleep(120)
        return await second_begins(limiter, billed)

    assert run_virtually(run())[0] == pytest.approx(120 + 60 * (billed or 1500) / 950)


def test_as_a_refusal_counts_its_own_call_others_are_counted() -> None:
    async def run() -> None:
        limiter = Limiter(8, clock=asyncio.get_running_loop().time)
        await refused_beside(limiter, 1, minute=Minute(100_000, Counted.TOKENS, requested=1000))
        assert limiter.learned.counted is Counted.ROOM, "1500 with its answer, 1000 without room"

    run_virtually(run())


BY_WHAT_WAS_BILLED = [(None, 5.0), (1500, 5.0), (600, 1.0), (3000, 20.0)]
"""When a second call may begin, of 6000 tokens a minute and what ten seconds bring, after one of 1500 that is answered
after one second."""


async def second_begins(limiter: Limiter, billed: int | None) -> float:
    async with limiter.call(SIZE) as call:
        assert call is not None
        await asyncio.sleep(1)
        call.answered(100, billed)
    return await next_begins(limiter)


@pytest.mark.parametrize(("billed", "seconds"), BY_WHAT_WAS_BILLED)
def test_of_tokens_a_minute_those_that_were_billed_count(billed: int | None, seconds: float) -> None:
    async def run() -> float:
        limiter = Limiter(8, tokens_per_minute=6000, clock=asyncio.get_running_loop().time)
        return await second_begins(limiter, billed)

    assert run_virtually(run())[0] == pytest.approx(seconds)


def test_what_a_limiter_knows_of_its_endpoint_begins_with_nothing() -> None:
    limiter, until = Limiter(1), datetime(2026, 11, 28, tzinfo=timezone.utc)
    assert (limiter.proven, limiter.closed) == (set(), {})
    quota = Problem(Refusal.DAY, "no more today")
    limiter.close("a-model", until, quota)
    assert limiter.closed == {"a-model": (until, quota)}


def test_nothing_is_begun_before_retry_after() -> None:
    begun: list[float] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        limiter = Limiter(4, clock=loop.time)
        async with limiter.call() as call:
            assert call is not None
            call.congested(30.0)
        async with limiter.call():
            begun.append(loop.time())

    run_virtually(run())
    assert begun == [30.0]


def test_a_cancelled_wait_loses_no_place() -> None:
    async def run() -> int:
        loop = asyncio.get_running_loop()
        limiter = Limiter(2, clock=loop.time)
        endpoint = Endpoint(1000)
        tasks = [asyncio.ensure_future(one_call(limiter, endpoint)) for _ in range(20)]
        await asyncio.sleep(0.5)
        for task in tasks[1::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert endpoint.answered >= 10
        assert endpoint.most == 2
        return limiter.under_way

    assert run_virtually(run())[0] == 0


def test_a_failed_call_gives_its_place_back() -> None:
    async def run() -> int:
        limiter = Limiter(1, clock=asyncio.get_running_loop().time)
        for _ in range(3):
            with pytest.raises(ValueError, match="boom"):
                async with limiter.call():
                    raise ValueError("boom")
        return limiter.under_way

    assert run_virtually(run())[0] == 0


def test_loops_in_several_threads_share_one_window() -> None:
    limiter = Limiter(3)
    lock = threading.Lock()
    under_way = most = 0

    async def call() -> None:
        nonlocal under_way, most
        async with limiter.call() as each:
            assert each is not None
            with lock:
                under_way += 1
                most = max(most, under_way)
            await asyncio.sleep(0.002)
            with lock:
                under_way -= 1
            each.answered(None)

    async def many() -> None:
        await asyncio.wait_for(asyncio.gather(*(call() for _ in range(25))), 20)

    threads = [threading.Thread(target=asyncio.run, args=(many(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == 3
    assert limiter.under_way == 0


def test_calls_of_the_same_endpoint_share_a_limiter() -> None:
    first = shared_limiter("http://a.test/v1", 4, None, None)
    assert shared_limiter("http://a.test/v1", 4, None, None) is first
    assert shared_limiter("http://b.test/v1", 4, None, None) is not first


def test_calls_begun_before_a_halving_do_not_halve_again() -> None:
    window = Window(16)
    window.congested(started_at=1.0, now=2.0)
    window.congested(started_at=1.5, now=2.1)
    assert window.allowed == 8
    window.congested(started_at=2.0, now=3.0)
    assert window.allowed == 4


def test_as_many_as_were_refused_are_not_tried_again_before_long() -> None:
    window, now = Window(16), 0.0
    window.refused(3)
    assert window.allowed == 2
    tried = []
    for answers in range(200):
        window.answered(now, now, None, was_full=True)
        now += 1.0
        if window.allowed >= 3:
            tried.append(answers)
            window.refused(3)
        assert window.allowed == 2
    assert tried == [39, 119]  # after 40 answers, and after 80 more


def test_a_higher_number_that_is_refused_leaves_the_lower_one_and_one_call_is_always_allowed() -> None:
    window = Window(16)
    window.refused(3)
    for _ in range(50):
        window.answered(0.0, 0.0, None, was_full=True)
    assert window.allowed > 5
    window.refused(5)
    assert window.allowed == 2
    window.refused(1)
    assert window.allowed == 1
    window.answered(0.0, 0.0, None, was_full=True)
    assert window.allowed == 1


def test_a_long_answer_is_not_slow_for_taking_longer() -> None:
    window = Window(16)
    for tokens in (*[50] * 20, *[950] * 20):
        window.answered(0.0, (tokens + 50) / 100, tokens, was_full=False)
    assert window.allowed == 16
    for _ in range(20):
        window.answered(0.0, 10.0, 50, was_full=False)
    assert window.allowed == 8


def test_one_slow_answer_is_no_congestion_nor_are_the_first_ten() -> None:
    window = Window(16)
    for seconds in (*[1.0] * 12, 10.0, *[1.0] * 12):
        window.answered(0.0, seconds, 50, was_full=False)
    assert window.allowed == 16
    window = Window(16)
    for seconds in (1.0, *[100.0] * 9):
        window.answered(0.0, seconds, 50, was_full=False)
    assert window.allowed == 16
    window.answered(0.0, 100.0, 50, was_full=False)
    assert window.allowed == 8


def test_a_lower_number_that_is_refused_is_the_one_that_counts() -> None:
    window = Window(16)
    window.refused(8)
    window.refused(3)
    assert window.allowed == 2


@pytest.mark.parametrize("said", [Minute(100_000, Counted.TOKENS), Minute(counted=Counted.TOKENS)])
def test_tokens_a_minute_are_kept_where_a_refusal_says_that_tokens_are_counted(said: Minute) -> None:
    pace, now = LearnedPace(), 0.0
    for _ in range(21):
        pace.spend(now, 16, CallSize(5000))
    pace.refused(now, now, 3, None, said)
    assert pace.counted is Counted.TOKENS
    assert pace.per_minute == pytest.approx(95_000)
    starts: list[tuple[float, int]] = []
    for number in range(60):
        now = max(now, now + pace.delay(now))
        tokens = 9000 if number % 2 else 1000
        pace.spend(now, 16, CallSize(tokens))
        starts.append((now, tokens))
    for at, _ in starts:
        assert sum(tokens for other, tokens in starts if at - 60 < other <= at) <= 106_000


def test_what_answers_were_billed_counts_where_tokens_are_counted() -> None:
    pace = LearnedPace()
    for second in range(10):
        pace.spend(float(second), 16, CallSize(4000, 1500))
        pace.answered(float(second), second + 0.5, 5500, 5000)
    pace.spend(10.0, 16, CallSize(4000, 1500))
    pace.refused(11.0, 11.0, 1, None, Minute(counted=Counted.TOKENS))
    assert pace.per_minute == pytest.approx(0.95 * (10 * 5000 + 4000)), "the eleventh is not answered yet"
    assert pace.per_minute is not None
    before = pace.delay(12.0)
    pace.spend(12.0 + before, 16, CallSize(4000, 1500))
    assert pace.delay(12.0 + before) == pytest.approx(60 * 5500 / pace.per_minute)
    pace.answered(12.0 + before, 12.5 + before, 5500, 4500)
    assert pace.delay(12.0 + before) == pytest.approx(60 * 4500 / pace.per_minute)


def test_a_minute_that_took_more_than_the_limit_it_names_does_not_count_answers() -> None:
    pace = LearnedPace()
    for second in range(10):
        pace.spend(float(second), 16, CallSize(4000, 1500))
        pace.answered(float(second), second + 0.5, 5500, 5500)
    pace.refused(11.0, 11.0, 1, None, Minute(40_000, Counted.TOKENS))
    assert pace.per_minute == pytest.approx(0.95 * 55_000)


@pytest.mark.parametrize(
    ("requested", "counted", "taken"),
    [(5400, Counted.TOKENS, 5500), (12_100, Counted.ROOM, 12_192), (8192, Counted.LARGER, 8192)],
)
def test_as_a_refusal_counts_its_call_the_others_are_counted(requested: int, counted: Counted, taken: int) -> None:
    pace, size = LearnedPace(), CallSize(4000, 1500, 8192)
    for second in range(5):
        pace.spend(float(second), 16, size)
    pace.refused(6.0, 6.0, 1, None, Minute(100_000, Counted.TOKENS, requested), size)
    assert (pace.counted, pace.per_minute) == (counted, 95_000)
    assert pace.counts_room is (counted is not Counted.TOKENS)
    other = LearnedPace()
    other.take_over(pace.told())
    assert other == pace
    at = other._next_at
    other.spend(at, 16, size)
    assert other._next_at - at == pytest.approx(60 * taken / 95_000)
    before = other._next_at
    other.answered(at, at + 5, size.expected, 4100)
    assert (other._next_at < before) is (counted is Counted.TOKENS), (
        "what was billed is no matter where room is counted"
    )


def test_a_call_that_is_not_wanted_any_more_uses_nothing_of_an_allowance() -> None:
    """When the circuit opens all others that wait for their turn are called off."""
    begun: list[float] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        limiter = Limiter(4, requests_per_minute=6, clock=loop.time)
        limiter.learned.per_minute, limiter.learned._faster_at = 6.0, 3600.0

        async def ask(wanted: bool) -> None:
            async with limiter.call(is_wanted=lambda: wanted) as call:
                assert (call is not None) is wanted
                if wanted:
                    begun.append(loop.time())

        for wanted in (True, *[False] * 20, True):
            await ask(wanted)
        assert limiter.under_way == 0

    run_virtually(run())
    assert begun == [0.0, pytest.approx(10.0)]


def test_a_minute_that_is_named_is_believed_and_a_wait_that_is_shorter_is_not() -> None:
    pace = LearnedPace()
    for _ in range(20):
        pace.spend(0.0, 16, CallSize(1000))
    pause = pace.refused(1.0, 1.0, 5, 1.0, Minute(20))
    assert pace.per_minute == 19
    assert pause == 59.5, "the first of them is a minute old then"


def test_a_pace_that_stays_too_fast_is_slowed_down_each_minute_and_a_half() -> None:
    pace = LearnedPace()
    pace.spend(0.0, 16, CallSize(1000))
    pace.refused(1.0, 1.0, 0, None, Minute(100))
    found = []
    for minute in range(1, 5):
        pace.spend(minute * 100.0, 16, CallSize(1000))
        pace.refused(minute * 100.0, minute * 100.0 + 1, 0, None)
        found.append(pace.per_minute)
    assert found == pytest.approx([85.5, 76.95, 69.255, 62.3295])


def test_the_window_only_grows_where_it_was_used_up() -> None:
    window = Window(64)
    for now in range(1, 50):
        window.answered(now - 1.0, float(now), 100, was_full=False)
    assert window.allowed == 32
    window.answered(50.0, 51.0, 100, was_full=True)
    assert window.allowed == 33


@given(
    st.integers(1, 200),
    st.lists(st.tuples(st.booleans(), st.floats(0.01, 600), st.integers(0, 9000), st.booleans()), max_size=80),
)
def test_the_window_stays_between_one_and_its_ceiling(
    ceiling: int, events: list[tuple[bool, float, int, bool]]
) -> None:
    window, now = Window(ceiling), 0.0
    for is_answer, latency, tokens, was_full in events:
        now += latency
        if is_answer:
            window.answered(now - latency, now, tokens, was_full)
        else:
            window.congested(now - latency, now)
        assert 1 <= window.allowed <= ceiling


@given(st.floats(1, 10_000), st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 50)), max_size=60))
def test_an_allowance_a_minute_is_kept_over_any_stretch(per_minute: float, events: list[tuple[float, float]]) -> None:
    pace, now, spent, last = TokenBucket(per_minute), 0.0, 0.0, 0.0
    for pause, amount in events:
        now += pause
        now += pace.delay(now)
        pace.spend(now, amount)
        spent, last = spent + amount, amount
    assert spent - last <= per_minute / 60 * (now + pace.burst_seconds) + 1e-6


def test_a_waiter_whose_loop_was_closed_takes_no_place() -> None:
    """A run that was stopped may leave one behind; the next run in the same process must not wait for it."""
    limiter = Limiter(1)
    gone = asyncio.new_event_loop()

    async def call() -> int:
        async with limiter.call():
            return limiter.under_way

    async def run() -> int:
        async with limiter.call():
            limiter._waiting.append((gone, gone.create_future()))
            gone.close()
            behind = asyncio.ensure_future(call())
            await asyncio.sleep(0)
        return await behind

    assert asyncio.run(asyncio.wait_for(run(), 5)) == 1
    assert limiter.under_way == 0


# The pace that was found


def test_another_process_goes_on_with_all_that_one_found_out() -> None:
    pace = LearnedPace()
    for second in range(10):
        pace.spend(float(second), 16, CallSize(4000, 1500))
        pace.answered(float(second), second + 0.5, 5500, 5000)
    pace.refused(11.0, 11.0, 1, None, Minute(counted=Counted.TOKENS))
    other = LearnedPace()
    other.take_over(pace.told())
    assert other == pace
    other.answered(30.0, 32.0)
    other.take_over(pace.told())
    assert other.told()["latency"] == pytest.approx(0.7 * 0.5 + 0.3 * 2.0), "as it is here"
    other.take_over({})
    assert other.told() == {**LearnedPace().told(), "latency": pytest.approx(0.95)}


def test_of_the_calls_of_a_minute_the_last_three_hundred_are_kept() -> None:
    pace = LearnedPace()
    pace.take_over({})
    for number in range(400):
        pace.spend(number / 100, 16)
    assert pace.told()["starts"] == [number / 100 for number in range(100, 400)]


def test_calls_begin_a_little_apart_by_how_long_an_answer_takes() -> None:
    pace = LearnedPace()
    pace.spend(0.0, 16)
    assert pace.delay(0.0) == 0, "nothing is known yet"
    pace.answered(0.0, 1.6)
    pace.spend(2.0, 16)
    assert pace.delay(2.0) == pytest.approx(0.05)
    assert pace.delay(2.04995) == 0
    assert pace.delay(9.0) == 0
    pace.spend(10.0, 1)
    assert pace.delay(10.0) == pytest.approx(0.1)


@pytest.mark.parametrize(("latency", "seconds"), [(None, 0.0), (2.0, 2.0), (9.0, 4.0)])
def test_after_a_refusal_the_next_call_waits_until_others_may_be_answered(
    latency: float | None, seconds: float
) -> None:
    pace = LearnedPace()
    if latency is not None:
        pace.answered(0.0, latency)
    pace.refused(10.0, 10.0, 5, None)
    assert pace.delay(10.0) == pytest.approx(seconds)


def test_an_answer_to_a_call_of_long_ago_changes_nothing_of_the_last_minute() -> None:
    pace = LearnedPace()
    pace.answered(0.0, 1.0, 100, 200)
    pace.spend(100.0, 16, CallSize(100))
    before = pace.told()["taken"]
    pace.answered(3.0, 101.0, 100, 200)
    assert pace.told()["taken"] == before


def twenty_a_minute(wait_seconds: float | None = None, minute: Minute | None = None) -> tuple[LearnedPace, float]:
    """What is found out where the next one is refused after a second; how long nothing begins."""
    pace = LearnedPace()
    for _ in range(20):
        pace.spend(0.0, 16)
    return pace, pace.refused(1.0, 1.0, 0, wait_seconds, minute)


@pytest.mark.parametrize(
    ("wait_seconds", "minute", "pause"),
    [
        (None, None, 59.5),
        (5.0, None, 5.0),
        (5.0, Minute(), 5.0),
        (5.0, Minute(20), 59.5),
        (90.0, Minute(20), 90.0),
    ],
)
def test_after_a_refusal_of_the_minute_nothing_begins_before_there_is_room(
    wait_seconds: float | None, minute: Minute | None, pause: float
) -> None:
    pace, found = twenty_a_minute(wait_seconds, minute)
    assert (pace.per_minute, found, pace.delay(1.0)) == (19, pause, pause)


def test_a_pace_is_tried_faster_every_four_minutes_and_for_an_hour_no_more_where_that_is_refused() -> None:
    pace, _ = twenty_a_minute()

    def found_at(now: float) -> float | None:
        pace.spend(now, 16)
        return pace.per_minute

    assert [found_at(240.9), found_at(241.0)] == [19, pytest.approx(22.8)]
    assert pace.refused(250.0, 251.0, 3, None) == pytest.approx(60 / 19)
    assert [found_at(251.0 + 3599.9), found_at(251.0 + 3600)] == [19, pytest.approx(22.8)]
    assert [found_at(3851.0 + 239.9), found_at(3851.0 + 240)] == [pytest.approx(22.8), pytest.approx(27.36)]


def test_a_minute_that_is_named_is_not_tried_faster_for_an_hour() -> None:
    pace, _ = twenty_a_minute(minute=Minute(20))
    pace.spend(3600.9, 16)
    assert pace.per_minute == 19
    pace.spend(3601.0, 16)
    assert pace.per_minute == pytest.approx(22.8)


def test_what_was_sent_before_a_pace_was_found_does_not_slow_it_down() -> None:
    pace, _ = twenty_a_minute()
    assert pace.refused(0.5, 2.0, 3, 7.0) == 7, "sent before the refusal that found it"
    pace.refused(30.0, 91.0, 3, None)
    assert pace.per_minute == 19
    pace.refused(92.0, 92.0, 3, None)
    assert pace.per_minute == pytest.approx(17.1)


def test_few_others_at_a_refusal_tell_of_the_minute_where_twice_as_many_were_under_way_at_the_last() -> None:
    def found(*others: int) -> float | None:
        pace = LearnedPace()
        for _ in range(20):
            pace.spend(0.0, 16)
        for number, each in enumerate(others, 1):
            pace.refused(float(number), float(number), each, None)
        return pace.per_minute

    assert found(6) is None
    assert found(6, 4) is None
    assert found(6, 3) == 19
    assert found(3, 6, 2) is None
    assert found(6, 4, 2) == 19
    assert found(0) == 19


def test_a_later_call_that_is_answered_ends_the_care() -> None:
    pace = LearnedPace()
    pace.spend(0.0, 16)
    pace.refused(1.0, 2.0, 6, None)
    pace.answered(1.5, 3.0)
    assert pace.is_careful, "it was begun before that"
    pace.answered(2.5, 3.0)
    assert not pace.is_careful
    pace.refused(4.0, 4.0, 3, None)
    assert pace.per_minute is None, "the six others are forgotten"
