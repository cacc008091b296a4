"""What several runs want at once is asked for once, whatever becomes of the one that asks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from digest_assets.llm.asking import StoredAnswer
from digest_assets.store import flights
from digest_assets.store.answers import KnownAnswers
from digest_assets.store.connection import DigestStore
from digest_assets.store.gathering import GatheredStore
from digest_assets.store.rows import insert
from digest_assets_tests.store.test_answers import ANSWER, now

KEYS = [f"key{number}" for number in range(5)]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flights, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(flights, "BEAT_SECONDS", 0.01)


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    return DigestStore(tmp_path / "digest.duckdb")


class Model:
    """Answers when it may; each of its first calls ends by one of `failures`."""

    def __init__(self, *failures: BaseException) -> None:
        self.asked = 0
        self.failures = list(failures)
        self.may_answer = threading.Event()

    async def answer(self, key: str, known: KnownAnswers) -> StoredAnswer:
        self.asked += 1
        while not self.may_answer.is_set():
            await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        answer = replace(ANSWER, key=key)
        known.arrived(answer)
        return answer


async def run(store: DigestStore, model: Model, *keys: str, journals: Path | None = None) -> list[StoredAnswer]:
    """A run that wants `keys`."""
    journals = journals or store.journals
    async with GatheredStore(store) as gathered, KnownAnswers.open(gathered, [ANSWER.identifier], now, journals) as it:
        return await asyncio.gather(*(it.once(key, partial(model.answer, key, it)) for key in keys))


def in_threads(*runs: Callable[[], Coroutine[Any, Any, object]]) -> None:
    threads = [threading.Thread(target=asyncio.run, args=(each(),)) for each in runs]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def under_way(store: DigestStore) -> list[str]:
    return [key for (key,) in store.run(lambda each: each.execute("SELECT answer_key FROM calls_under_way").fetchall())]


@pytest.mark.parametrize("apart", [False, True], ids=["one machine", "journals that the other does not see"])
def test_two_runs_of_a_store_share_every_call(store: DigestStore, tmp_path: Path, apart: bool) -> None:
    model, answers = Model(), []
    model.may_answer.set()

    async def date(journals: Path) -> None:
        answers.extend(await run(store, model, *KEYS, journals=journals))

    in_threads(lambda: date(tmp_path / "one"), lambda: date(tmp_path / ("other" if apart else "one")))
    assert model.asked == len(KEYS)
    assert sorted(answer.usage.calls for answer in answers) == [0] * 5 + [1] * 5
    assert under_way(store) == []


async def and_another(
    store: DigestStore, first: Callable[[], Coroutine[Any, Any, object]], wanted: Model, stop: bool = False
) -> list[StoredAnswer]:
    """What another run gets that wants the first key, as soon as `first` has asked for it."""
    leader = asyncio.ensure_future(first())
    while not under_way(store) or (stop and not wanted.asked):
        await asyncio.sleep(0)
    follower = asyncio.create_task(run(store, wanted, KEYS[0]))
    await asyncio.sleep(0.05)
    if stop:
        leader.cancel()
    else:
        wanted.may_answer.set()
    with suppress(asyncio.CancelledError, RuntimeError):
        await leader
    wanted.may_answer.set()
    return await follower


@pytest.mark.parametrize("stop", [False, True], ids=["fails", "is stopped"])
def test_who_waits_for_one_that_ends_without_an_answer_asks_for_itself(store: DigestStore, stop: bool) -> None:
    model = Model(*([] if stop else [RuntimeError("the endpoint is down")]))
    (answer,) = asyncio.run(and_another(store, lambda: run(store, model, KEYS[0]), model, stop))
    assert (answer.text, model.asked) == ("text", 2)
    assert under_way(store) == []


def claimed(store: DigestStore, owner: str) -> None:
    rows = [{"answer_key": KEYS[0], "owner": owner, "beat": 0}]
    store.run(lambda connection: insert(connection, "calls_under_way", rows))


def test_the_calls_of_a_killed_run_are_free_at_once(store: DigestStore) -> None:
    store.journals.mkdir()
    (store.journals / "7-killed.jsonl").touch()
    claimed(store, "7-killed")
    model = Model()
    model.may_answer.set()
    assert asyncio.run(run(store, model, KEYS[0]))[0].text == "text"


def test_a_run_that_no_longer_beats_is_dead(store: DigestStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flights, "DEAD_SECONDS", 0.0)
    claimed(store, "of another machine")
    model = Model()
    model.may_answer.set()
    assert asyncio.run(run(store, model, KEYS[0]))[0].text == "text"


def test_a_run_that_beats_is_waited_for(store: DigestStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flights, "DEAD_SECONDS", 0.5)
    model, patient = Model(), Model()
    patient.may_answer.set()

    async def both() -> None:
        leader = asyncio.create_task(run(store, model, KEYS[0]))
        while not model.asked:
            await asyncio.sleep(0)
        follower = asyncio.create_task(run(store, patient, KEYS[0]))
        assert not (await asyncio.wait([follower], timeout=1.0))[0]
        model.may_answer.set()
        await asyncio.gather(leader, follower)

    asyncio.run(both())
    assert patient.asked == 0
