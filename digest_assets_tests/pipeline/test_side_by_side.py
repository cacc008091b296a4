"""Jobs of a date that run at once: the first request leaves before the last prompt is there, and one error ends all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from digest_assets.pipeline.fetch_texts import together


def test_the_first_request_leaves_before_the_last_prompt_is_prepared() -> None:
    told: list[str] = []

    async def job(number: int) -> None:
        told.append(f"prepared {number}")
        await asyncio.sleep(0)
        told.append(f"sent {number}")

    asyncio.run(together([job(number) for number in range(10)]))
    assert told.index("sent 0") < told.index("prepared 9")


@pytest.mark.filterwarnings("error")
def test_an_error_ends_the_others_and_is_raised() -> None:
    ended: list[str] = []

    async def fails() -> None:
        raise ValueError("this one")

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waiting")

    async def both() -> None:
        await asyncio.wait_for(together([waits(), fails()]), 10)

    with pytest.raises(ValueError, match="this one"):
        asyncio.run(both())
    assert ended == ["waiting"]


@pytest.mark.filterwarnings("error")
def test_jobs_that_had_not_begun_when_all_was_stopped_never_do() -> None:
    begun: list[int] = []

    async def job(number: int) -> None:
        begun.append(number)
        await asyncio.Event().wait()

    async def stopped() -> None:
        jobs: list[Awaitable[None]] = [job(number) for number in range(5)]
        running = asyncio.create_task(together(jobs))
        while len(begun) < 2:
            await asyncio.sleep(0)
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())
    assert len(begun) < 5
