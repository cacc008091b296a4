"""What several want at once is asked for once, whatever becomes of the one that asks."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from digest_assets.llm.asking import StoredAnswer
from digest_assets.llm.prompts import Task
from digest_assets.model import Usage
from digest_assets.store.flights import Flights, shared_flights

ANSWER = StoredAnswer("key", Task.READING, "m", "p-1", "2601.00001", 1, "text", Usage(1, 100, 50, 0), "stop")


class Model:
    def __init__(self, *failures: Exception) -> None:
        self.asked = 0
        self.failures = list(failures)
        self.may_answer = threading.Event()

    async def __call__(self) -> StoredAnswer:
        self.asked += 1
        await asyncio.to_thread(self.may_answer.wait, 10)
        if self.failures:
            raise self.failures.pop(0)
        return ANSWER


def test_several_of_one_run_share_a_call_and_only_one_of_them_paid() -> None:
    model, flights = Model(), Flights()
    model.may_answer.set()

    async def run() -> list[StoredAnswer]:
        return await asyncio.gather(*(flights.once("key", model) for _ in range(5)))

    answers = asyncio.run(run())
    assert model.asked == 1
    assert sorted(answer.usage.calls for answer in answers) == [0, 0, 0, 0, 1]


def test_two_dates_of_a_process_share_a_call(tmp_path: Path) -> None:
    model, began = Model(), threading.Barrier(2)

    def date() -> None:
        with shared_flights(tmp_path) as flights:
            began.wait(10)
            asyncio.run(flights.once("key", model))  # type: ignore[arg-type]
            began.wait(10)

    dates = [threading.Thread(target=date) for _ in range(2)]
    for each in dates:
        each.start()
    while not model.asked:
        threading.Event().wait(0.001)
    model.may_answer.set()
    for each in dates:
        each.join()
    assert model.asked == 1


def test_who_waits_for_one_that_fails_asks_for_itself() -> None:
    model, flights = Model(RuntimeError("the endpoint is down")), Flights()
    model.may_answer.set()

    async def run() -> list[StoredAnswer | BaseException]:
        return await asyncio.gather(*(flights.once("key", model) for _ in range(3)), return_exceptions=True)

    outcomes = asyncio.run(run())
    assert [type(each) for each in outcomes] == [RuntimeError, StoredAnswer, StoredAnswer]
    assert model.asked == 2


@pytest.mark.parametrize("stopped", ["leader", "follower"])
def test_one_that_is_stopped_stops_no_other(stopped: str) -> None:
    model, flights = Model(), Flights()

    async def run() -> StoredAnswer:
        leader = asyncio.create_task(flights.once("key", model))
        await asyncio.sleep(0)
        follower = asyncio.create_task(flights.once("key", model))
        await asyncio.sleep(0)
        first, other = (leader, follower) if stopped == "leader" else (follower, leader)
        first.cancel()
        model.may_answer.set()
        return await other

    assert asyncio.run(run()).text == "text"
    assert model.asked == (2 if stopped == "leader" else 1)


def test_nothing_is_remembered_when_the_last_has_ended(tmp_path: Path) -> None:
    model = Model()
    model.may_answer.set()
    for _ in range(2):
        with shared_flights(tmp_path) as flights:
            asyncio.run(flights.once("key", model))  # type: ignore[arg-type]
    assert model.asked == 2
