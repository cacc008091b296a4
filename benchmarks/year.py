"""A backfill of a year, with a model that answers at once: is a digest of the last month as quick as one of the first?

The papers are recorded metadata where `../shared/arxiv` lies beside the clone, else as many invented ones.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.mailings import SHANGHAI_IS_AHEAD, a_day_of, dates_with_mailings, written
from benchmarks.shape import Benchmark, Row, median
from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.sandbox.papers import SandboxPaper, recorded
from digest_assets_tests.worlds import a_world, noon_in_shanghai

SHARED = Path(__file__).parents[2] / "shared"
PROMISE = 1.2
SHORT_PROMISE = 1.5
"""Of a few dates only: one that the machine held up weighs more."""
MAILINGS, A_DAY = 250, 14
A_MONTH = 20
LAST = date(2026, 11, 20)


def run(short: bool) -> Iterator[Row]:
    mailings, month = (9, 4) if short else (MAILINGS, A_MONTH)
    days, papers = dates_and_papers(mailings, short)
    seconds, published = [], 0
    with (
        tempfile.TemporaryDirectory() as folder,
        a_world(Path(folder), noon_in_shanghai(days[-1]), papers, digest={"first_date": days[0]}) as world,
    ):
        for day in days:
            started = time.monotonic()
            report = world.make(day)
            seconds.append(time.monotonic() - started)
            assert report.outcome in (RunOutcome.COMPLETE, RunOutcome.EMPTY), report
            published += report.post.published if report.post else 0
    first, last = median(seconds[1 : month + 1]), median(seconds[-month:])
    figures = f"{first:.2f} s and {last:.2f} s a date; {len(days)} dates, {published} papers in {sum(seconds):.0f} s"
    yield Row(
        "a date of the last month to one of the first", last / first, SHORT_PROMISE if short else PROMISE, figures
    )


def dates_and_papers(mailings: int, short: bool) -> tuple[list[date], list[SandboxPaper]]:
    path = SHARED / "arxiv" / "papers_audio.jsonl"
    if path.is_file() and not short:
        papers = list(recorded(path))
        days = sorted({(each.announced_at + SHANGHAI_IS_AHEAD).date() for each in papers if each.kind.value == "new"})
        return days[:mailings], papers
    days, models = dates_with_mailings(mailings, LAST), written()
    return days, [paper for day in days for paper in a_day_of(2 if short else A_DAY, day, models)]


BENCHMARK = Benchmark("year", "a backfill of a year: the last month's digests beside the first month's", run)
