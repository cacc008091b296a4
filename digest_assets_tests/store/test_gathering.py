"""Small reads and writes of one event loop share transactions, and no failure spreads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from digest_assets.errors import StoreUnusable
from digest_assets.store import gathering
from digest_assets.store.connection import DigestStore
from digest_assets.store.gathering import GatheredStore
from digest_assets.store.pace import StorePace
from digest_assets.store.rows import insert

NOW = datetime(2026, 1, 29, tzinfo=timezone.utc)


class CountingStore(DigestStore):
    transactions = 0

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        self.transactions += 1
        with super().transaction() as connection:
            yield connection


@pytest.fixture
def store(tmp_path: Path) -> CountingStore:
    return CountingStore(tmp_path / "digest.duckdb")


def lane(name: str) -> Callable[[duckdb.DuckDBPyConnection], str]:
    def work(connection: duckdb.DuckDBPyConnection) -> str:
        insert(connection, "paces", [{"lane": name, "next_at": NOW}])
        return name

    return work


def kept(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    KEPT_AT_ONCE.append(len(names))
    insert(connection, "paces", [{"lane": name, "next_at": NOW} for name in names])


KEPT_AT_ONCE: list[int] = []


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    KEPT_AT_ONCE.clear()


def rows(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("SELECT count(*) FROM paces").fetchall()[0][0])


def count(store: DigestStore) -> int:
    with store.transaction() as connection:
        return rows(connection)


def test_a_hundred_writes_take_few_transactions(store: CountingStore) -> None:
    async def write() -> list[str]:
        async with GatheredStore(store) as gathered:
            return list(await asyncio.gather(*(gathered.run(lane(str(number))) for number in range(100))))

    assert asyncio.run(write()) == [str(number) for number in range(100)]
    assert store.transactions <= 3
    assert count(store) == 100


def test_what_can_wait_shares_the_next_transaction_though_it_comes_one_by_one(
    store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "REST", 1_000.0)

    async def write() -> None:
        async with GatheredStore(store) as gathered:
            await gathered.keep(kept, "first")
            writes = []
            for number in range(10):
                writes.append(asyncio.create_task(gathered.keep(kept, str(number))))
                await asyncio.sleep(0)
            await asyncio.gather(*writes)

    asyncio.run(write())
    assert store.transactions == 2
    assert count(store) == 11
    assert KEPT_AT_ONCE == [1, 10]


def test_what_is_kept_is_seen_by_what_is_asked_for_with_it(store: CountingStore) -> None:
    async def write() -> int:
        async with GatheredStore(store) as gathered:
            asked = gathered.run(rows)
            found, *_ = await asyncio.gather(asked, gathered.keep(kept, "a"), gathered.keep(kept, "b"))
        return found

    assert asyncio.run(write()) == 2
    assert store.transactions == 1


def test_who_hurries_waits_for_nobody_and_takes_the_others_along(
    store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "REST", 1e9)
    monkeypatch.setattr(gathering, "LONGEST_REST_SECONDS", 1e9)

    async def write() -> None:
        async with GatheredStore(store) as gathered:
            await gathered.run(lane("first"))
            patient = asyncio.create_task(gathered.keep(kept, "patient"))
            await asyncio.sleep(0)
            await gathered.run(lane("hurried"))
            await patient
            last = asyncio.create_task(gathered.keep(kept, "last"))
            await asyncio.sleep(0)  # leaving does not wait for others either
        await last

    asyncio.run(asyncio.wait_for(write(), 20))
    assert count(store) == 4


def told(store: DigestStore, kept_names: Sequence[str], lanes: Sequence[str]) -> list[object]:
    """What becomes of names to keep and of lanes to write, all asked for at once: results and exceptions."""

    async def ask() -> list[object]:
        async with GatheredStore(store) as gathered:
            keeping = [gathered.keep(kept, name) for name in kept_names]
            running = [gathered.run(lane(name)) for name in lanes]
            return await asyncio.gather(*keeping, *running, return_exceptions=True)

    return asyncio.run(ask())


def test_one_that_fails_is_told_and_the_others_are_kept(store: CountingStore) -> None:
    outcomes = told(store, [], ["a", "a", "b"])
    assert outcomes[0] == "a"
    assert isinstance(outcomes[1], duckdb.ConstraintException)
    assert outcomes[2] == "b"
    assert count(store) == 2


def test_an_item_that_cannot_be_kept_takes_no_other_along(store: CountingStore) -> None:
    outcomes = told(store, ["a", "b", "a"], ["c"])
    assert outcomes[:2] == [None, None]
    assert isinstance(outcomes[2], duckdb.ConstraintException)
    assert outcomes[3] == "c"
    assert count(store) == 3


def test_a_store_that_cannot_be_had_is_tried_once_for_all(tmp_path: Path) -> None:
    store = CountingStore(tmp_path)  # a folder is no store
    outcomes = told(store, [str(number) for number in range(20)], ["c"])
    assert [type(each) for each in outcomes] == [StoreUnusable] * 21
    assert store.transactions == 1


def test_two_runs_take_turns_on_one_lane(store: CountingStore) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def ask() -> None:
        for _ in range(2):
            for _run in range(2):
                await StorePace(store, lambda: NOW, sleep).turn("arxiv", 3)
        await StorePace(store, lambda: NOW, sleep).turn("arxiv-text", 15)

    asyncio.run(ask())
    assert waits == [3, 6, 9]


@pytest.mark.parametrize(("runs", "lines"), [(1, 0), (2, 2)])
def test_runs_that_share_a_lane_say_so_once_each_and_one_alone_says_nothing(
    store: CountingStore, caplog: pytest.LogCaptureFixture, runs: int, lines: int
) -> None:
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    async def ask() -> None:
        paces = [StorePace(store, lambda: NOW, sleep) for _ in range(runs)]
        for _ in range(4):
            await asyncio.gather(*(pace.turn("arxiv", 3) for pace in paces for _ in range(2)))

    asyncio.run(ask())
    assert len([each for each in caplog.messages if "Another run asks arXiv" in each]) == lines


def test_a_clock_that_was_set_back_is_not_waited_for(store: CountingStore) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    asyncio.run(StorePace(store, lambda: NOW, sleep).turn("arxiv", 3))
    asyncio.run(StorePace(store, lambda: NOW - timedelta(days=1), sleep).turn("arxiv", 3))
    assert waits == []
