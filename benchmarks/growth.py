"""Whether a day's work stays the same however much is stored: one more day of twenty papers, on stores of a thousand,
a hundred thousand and a million.

The runs are real (HTTP, DuckDB, Dagster, site); only the history is made by SQL (`history.py`). Three days are made on
each store, and each is made again with all answers cached; what counts is the best of the three.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from benchmarks.history import PAPERS_A_DAY, fill, note_history, settle
from benchmarks.mailings import a_day_of, dates_with_mailings
from benchmarks.shape import Benchmark, Row
from digest_assets.runs import RunOutcome
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

LAST = date(2026, 11, 20)
PROMISE = 1.2
SHORT_PROMISE = 1.5
"""Of one day instead of the best of three."""
SIZES = (1_000, 100_000, 1_000_000)
SHORT_SIZES = (1_000, 20_000)
DAYS = 3
SERVED = 36
"""Mailings that the sandbox shows: what `arxiv.lookback_days` asks for, and the days that are made."""
STEPS = {
    "windowed_papers": "windowed_papers",
    "read_papers": "translations and readings",
    "rendered_posts": "post",
    "reader_site": "site",
}
PROMISED = ("windowed_papers, new", "translations and readings, cached", "site, new")


def run(short: bool) -> Iterator[Row]:
    sizes = SHORT_SIZES if short else SIZES
    seconds = {}
    for size in sizes:
        seconds[size], on_disk = a_day_more(size, 1 if short else DAYS)
    small, large = sizes[0], sizes[-1]
    for step, before in seconds[small].items():
        figures = ", ".join(f"{seconds[size][step]:.2f} s at {size:,}" for size in sizes)
        yield Row(
            f"{step}: {large:,} papers stored to {small:,}",
            seconds[large][step] / before,
            (SHORT_PROMISE if short else PROMISE) if step in PROMISED else None,
            figures,
        )
    yield Row("kB on disk a paper, with what arXiv answered", on_disk / 1000, None, f"{large:,} papers")


def a_day_more(stored: int, days: int) -> tuple[dict[str, float], float]:
    """The seconds of each step of one more day, and the bytes on disk a paper, with `stored` papers in the store."""
    dates = dates_with_mailings(SERVED, LAST)
    papers = [paper for day in dates for paper in a_day_of(PAPERS_A_DAY, day)]
    first, *measured = dates[-days - 1 :]
    with (
        tempfile.TemporaryDirectory() as folder,
        a_world(Path(folder), noon_in_shanghai(first), papers) as world,
    ):
        make(world, first)
        settle(world.store, world.settings.digest.name)
        before, history_ends = world.store.path.stat().st_size, dates[0] - timedelta(days=1)
        fill(world.store, world.settings.digest.name, stored, history_ends)
        on_disk = (world.store.path.stat().st_size - before) / stored
        note_history(world.folder / "site" / ".site.sqlite", stored, history_ends)
        seconds: dict[str, list[float]] = defaultdict(list)
        for day in measured:
            for kind in ("new", "cached"):
                for step, taken in make(world, day).items():
                    seconds[f"{step}, {kind}"].append(taken)
    return {step: min(taken) for step, taken in seconds.items()}, on_disk


def make(world: World, day: date) -> dict[str, float]:
    """Makes `day`; the seconds of each of `STEPS`, and of the run."""
    report = world.make(day, noon_in_shanghai(day))
    assert report.outcome is RunOutcome.COMPLETE, report
    (newest,) = world.instance.get_run_records(limit=1)
    stats = {
        each.step_key: each.end_time - each.start_time
        for each in world.instance.get_run_step_stats(newest.dagster_run.run_id)
        if each.end_time and each.start_time
    }
    found = {told: stats[step] for step, told in STEPS.items()}
    return found | {"run": (newest.end_time or 0.0) - (newest.start_time or 0.0)}


BENCHMARK = Benchmark("growth", "one more day at a thousand and at a million stored papers", run)
