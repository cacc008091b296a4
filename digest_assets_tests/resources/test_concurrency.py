"""The window grows while answers come, is halved when the endpoint refuses, and never passes its bounds."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    window.congested(started_at=2.5, now=3.0)
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
    assert len(tried) == 2  # after 40 answers, and after 80 more


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
    assert pause > 58


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
    assert window.allowed == 16
    window.answered(50.0, 51.0, 100, was_full=True)
    assert window.allowed == 17


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

    async def run() -> int:
        async with limiter.call():
            limiter._waiting.append((gone, gone.create_future()))
            gone.close()
        async with limiter.call():
            return limiter.under_way

    assert asyncio.run(asyncio.wait_for(run(), 5)) == 1
    assert limiter.under_way == 0
