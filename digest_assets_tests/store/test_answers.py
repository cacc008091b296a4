"""An answer that came is paid for: it is held from that moment, whatever happens before it was judged."""

from __future__ import annotations

import asyncio
import resource
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timezone
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.errors import QuotaExhausted, StoreUnusable
from digest_assets.llm.asking import StoredAnswer
from digest_assets.llm.prompts import Task
from digest_assets.model import AnswerStatus, Translation, Usage
from digest_assets.pipeline.stopping import Stopped
from digest_assets.store.answers import (
    KnownAnswers,
    Row,
    record_translations,
    translation_row,
    translations_of,
)
from digest_assets.store.connection import DigestStore
from digest_assets.store.gathering import GatheredStore
from digest_assets.store.journal import AnswerJournal, left_behind

ANSWER = StoredAnswer("key", Task.READING, "m", "p-1", "2601.00001", 1, "text", Usage(1, 100, 50, 0), "stop")
IDENTIFIERS = [ANSWER.identifier]


def now() -> datetime:
    return datetime(2026, 1, 29, 1, tzinfo=timezone.utc)


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    return DigestStore(tmp_path / "digest.duckdb")


async def held(store: DigestStore, journals: Path) -> StoredAnswer | None:
    """What the next run finds."""
    async with GatheredStore(store) as gathered, KnownAnswers.open(gathered, IDENTIFIERS, now, journals) as known:
        return known.find(ANSWER.key)


def test_a_kill_while_an_answer_is_judged_does_not_lose_it(store: DigestStore, tmp_path: Path) -> None:
    died, left = tmp_path / "died", tmp_path / "left"

    async def run() -> StoredAnswer | None:
        async with GatheredStore(store) as gathered, KnownAnswers.open(gathered, IDENTIFIERS, now, died) as known:

            async def ask() -> StoredAnswer:
                known.arrived(ANSWER)
                left.mkdir()
                for journal in died.glob("*.jsonl"):  # what the disk holds when the process dies here
                    shutil.copy(journal, left)
                found.append(await held(store, left))
                return ANSWER

            await known.once(ANSWER.key, ask)
        return found[0]

    found: list[StoredAnswer | None] = []
    answer = asyncio.run(run())
    assert answer is not None
    assert (answer.text, answer.usage.calls) == ("text", 0)


def test_an_answer_that_could_not_be_judged_is_kept(store: DigestStore, tmp_path: Path) -> None:
    async def ask_and_fail(known: KnownAnswers) -> StoredAnswer:
        known.arrived(ANSWER)
        raise ArithmeticError("a mistake in a check")

    async def run() -> None:
        async with GatheredStore(store) as gathered, KnownAnswers.open(gathered, IDENTIFIERS, now, tmp_path) as known:
            with pytest.raises(ArithmeticError):
                await known.once(ANSWER.key, lambda: ask_and_fail(known))

    asyncio.run(run())
    answer = asyncio.run(held(store, tmp_path))
    assert answer is not None
    assert answer.text == "text"


@pytest.fixture
def no_room() -> Iterator[None]:
    """Files of this process can have 300 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_answer_for_which_there_is_no_room_is_not_asked_for(tmp_path: Path, no_room: None) -> None:
    with AnswerJournal(tmp_path) as journal:
        journal.reserve(1)
        with pytest.raises(StoreUnusable, match="Free 1 MB"):
            journal.reserve(4)


def test_the_room_that_was_reserved_is_no_line(tmp_path: Path) -> None:
    with AnswerJournal(tmp_path) as journal:
        for number in range(3):
            journal.reserve(2)
            journal.append({"answer": "\ud800" * 1000, "number": number})
        path = next(tmp_path.glob("*.jsonl"))
        shutil.copy(path, path.with_name("killed.jsonl"))  # as a process leaves it that dies here
    killed, ended = (dict(left_behind(tmp_path))[tmp_path / f"{each}.jsonl"] for each in ("killed", journal.name))
    assert killed == ended
    assert [row["number"] for row in ended] == [0, 1, 2]
    assert path.stat().st_size < 5000


class UnderWay:
    """One call of a run, under way until it `may_answer`."""

    def __init__(self, store: DigestStore, journals: Path) -> None:
        self.store, self.journals = store, journals
        self.asked, self.may_answer, self.is_under_way = asyncio.Event(), asyncio.Event(), True

    async def ask(self) -> StoredAnswer:
        self.asked.set()
        try:
            await self.may_answer.wait()
        finally:
            self.is_under_way = False
        self.known.arrived(ANSWER)
        return ANSWER

    @asynccontextmanager
    async def paper(self) -> AsyncIterator[asyncio.Future[StoredAnswer]]:
        """Whoever waits for the answer."""
        async with GatheredStore(self.store) as gathered, KnownAnswers.open(
            gathered, IDENTIFIERS, now, self.journals
        ) as self.known:  # fmt: skip
            paper = asyncio.ensure_future(self.known.once(ANSWER.key, self.ask))
            await self.asked.wait()
            yield paper
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(paper, 10)


@pytest.mark.parametrize(
    "error",
    [
        StoreUnusable("The disk is full.", cure="Free some."),
        OSError(28, "No space left on device"),
        sqlite3.OperationalError("disk I/O error"),
        QuotaExhausted("The balance is used up.", cure="Top it up."),
        ArithmeticError("a mistake of this program"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_call_under_way_ends_whatever_error_ends_the_run(
    store: DigestStore, tmp_path: Path, error: Exception
) -> None:
    async def run() -> None:
        call = UnderWay(store, tmp_path)
        async with call.paper() as paper:
            call.known.ends_with(error)
            with pytest.raises(type(error)):
                call.known.make_room(1)
            paper.cancel()
            await asyncio.sleep(0)
            call.may_answer.set()

    asyncio.run(run())
    assert asyncio.run(held(store, tmp_path)) is not None


@pytest.mark.parametrize(
    "stop", [asyncio.CancelledError(), KeyboardInterrupt(), Stopped(), dg.DagsterExecutionInterruptedError()]
)
def test_who_stops_the_run_waits_for_no_call(store: DigestStore, tmp_path: Path, stop: BaseException) -> None:
    async def run() -> None:
        call = UnderWay(store, tmp_path)
        async with call.paper() as paper:
            call.known.ends_with(stop)
            paper.cancel()

    asyncio.run(run())
    assert asyncio.run(held(store, tmp_path)) is None


def test_who_stops_a_run_that_waits_for_its_calls_to_end_waits_no_more(store: DigestStore, tmp_path: Path) -> None:
    async def run() -> None:
        call = UnderWay(store, tmp_path)
        async with call.paper() as paper:
            call.known.ends_with(OSError(28, "No space left on device"))
            paper.cancel()
            await asyncio.sleep(0)
            assert not paper.done()
            paper.cancel()
        assert not call.is_under_way, "its answer would be written to a journal that is closed"

    asyncio.run(run())


DAY = date(2026, 1, 29)


def translated(identifier: str, status: AnswerStatus, text: str | None = None, version: int = 1) -> Row:
    return translation_row("arxiv", DAY, "zh", Translation(identifier, version, status, text), now())


def recorded(store: DigestStore, *at_once: list[Row]) -> dict[str, tuple[AnswerStatus, str | None]]:
    """What is held after rows were recorded, one transaction after the other."""
    for rows in at_once:
        with store.transaction() as connection:
            record_translations(connection, rows)
    found = store.run(lambda connection: translations_of(connection, "arxiv", DAY))
    return {identifier: (each.status, each.text) for identifier, each in found.items()}


@pytest.mark.parametrize("status", [AnswerStatus.FAILED, AnswerStatus.BUDGET, AnswerStatus.WAITING])
def test_a_call_that_gave_nothing_replaces_no_good_answer_for_the_same_text(
    store: DigestStore, status: AnswerStatus
) -> None:
    good = {name: (AnswerStatus.DONE, name) for name in ("2601.00001", "2601.00002")}
    held = recorded(
        store,
        [translated("2601.00001", AnswerStatus.DONE, "2601.00001")],
        [
            translated("2601.00001", status),
            translated("2601.00002", AnswerStatus.DONE, "2601.00002"),
            translated("2601.00002", status),
            translated("2601.00003", status),
        ],
    )
    assert held == good | {"2601.00003": (status, None)}


def test_what_is_known_of_another_version_or_was_withheld_is_replaced(store: DigestStore) -> None:
    held = recorded(
        store,
        [
            translated("2601.00001", AnswerStatus.DONE, "of version 1"),
            translated("2601.00002", AnswerStatus.DONE, "good"),
            translated("2601.00003", AnswerStatus.FAILED),
        ],
        [
            translated("2601.00001", AnswerStatus.FAILED, version=2),
            translated("2601.00002", AnswerStatus.WITHHELD),
            translated("2601.00003", AnswerStatus.DONE, "good"),
        ],
    )
    assert held == {
        "2601.00001": (AnswerStatus.FAILED, None),
        "2601.00002": (AnswerStatus.WITHHELD, None),
        "2601.00003": (AnswerStatus.DONE, "good"),
    }
