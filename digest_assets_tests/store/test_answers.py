"""An answer that came is paid for: it is held from that moment, whatever happens before it was judged."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest

from digest_assets.llm.asking import StoredAnswer
from digest_assets.llm.prompts import Task
from digest_assets.model import Usage
from digest_assets.store.answers import KnownAnswers
from digest_assets.store.connection import DigestStore
from digest_assets.store.gathering import GatheredStore

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
