"""Fetches the texts of papers at arXiv's pace, and reads them beside that; one paper takes no other along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from digest_assets.errors import DigestError, unexpected
from digest_assets.model import Block, BlockKind, FullText, Paper, Section, TextSource
from digest_assets.resources.full_texts import READERS, FullTextSource
from digest_assets.store.texts import PackedText, packed

_AT_ONCE = 1 + READERS
"""Pages that are fetched or read at a time: one is fetched, the others are read."""
Keep = Callable[[PackedText], Awaitable[None]]
Take = Callable[[Paper], Awaitable[PackedText | None]]
"""A paper's text, where another run has just fetched it. None: this one is to."""


async def fetch_texts(
    papers: Iterable[Paper], source: FullTextSource, take: Take, keep: Keep, now: Callable[[], datetime]
) -> None:
    """Fetches the texts of `papers` that `take` does not give, and hands each to `keep` as it comes.

    One request at a time, as `source` sees to; while one page is read (in a process of its own) the next is fetched.
    """
    places = asyncio.Semaphore(_AT_ONCE)

    async def fetch(paper: Paper) -> None:
        async with places:
            text = await take(paper) or packed(await _fetched(paper, source, now))
        await keep(text)

    await together([fetch(paper) for paper in papers])


async def together(
    jobs: Sequence[Awaitable[None]], before_the_end: Callable[[BaseException], None] = lambda _: None
) -> None:
    """Runs `jobs` at once. The first exception ends the others, and is raised when they have ended; it is told to
    `before_the_end` before.

    Each begins in a turn of the loop of its own: a hundred that prepare their prompts in one turn would keep the first
    request from leaving until the last prompt is there.
    """
    tasks: list[asyncio.Future[None]] = []
    try:
        for job in jobs:
            tasks.append(asyncio.ensure_future(job))
            await asyncio.sleep(0)
        if tasks:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
    except BaseException as error:
        before_the_end(error)
        raise
    finally:
        tasks += [asyncio.ensure_future(job) for job in jobs[len(tasks) :]]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _fetched(paper: Paper, source: FullTextSource, now: Callable[[], datetime]) -> FullText:
    try:
        return await source.fetch(paper)
    except DigestError:
        raise
    except Exception as error:  # noqa: BLE001 - one paper must never take the others along
        return _without(paper, unexpected(error), now())


def better(fetched: FullText, held: FullText | None) -> FullText:
    """What is kept of a version: another try that only got the abstract takes no text away."""
    if held is None or fetched.source is not TextSource.ABSTRACT or fetched.final:
        return fetched
    return fetched if held.source is TextSource.ABSTRACT else held


def _without(paper: Paper, reason: str, now: datetime) -> FullText:
    """Stands for a text that could not be read, for a `reason` that may pass: the abstract alone."""
    abstract = Section("Abstract", 1, (Block(BlockKind.PARAGRAPH, paper.abstract),))
    return FullText(
        paper.identifier, paper.version, TextSource.ABSTRACT, (abstract,), reason, final=False, fetched_at=now
    )
