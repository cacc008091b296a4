"""Whether a day's work stays the same however much is stored: one more day of twenty papers, on stores of a thousand,
a hundred thousand and a million.

The runs are real (HTTP, DuckDB, Dagster, site); only the history is made by SQL (`history.py`). Five days are made,
each on all stores in turn, so that what else the machine does strikes all alike, and made again with all answers
cached; what counts is the median.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import product
from pathlib import Path

from benchmarks.history import PAPERS_A_DAY, fill, note_history, settle
from benchmarks.mailings import a_day_of, dates_with_mailings
from benchmarks.shape import Benchmark, Row, median
from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

LAST = date(2026, 11, 20)
PROMISE = 1.2
SHORT_PROMISE = 1.5
"""Of three days instead of five."""
SIZES = (1_000, 100_000, 1_000_000)
SHORT_SIZES = (1_000, 20_000)
DAYS = 5
SHORT_DAYS = 3
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
    seconds, on_disk = days_more(sizes, SHORT_DAYS if short else DAYS)
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


def days_more(sizes: Sequence[int], days: int) -> tuple[dict[int, dict[str, float]], float]:
    """The seconds of each step of one more day, by how many papers are stored; and the bytes on disk a paper."""
    dates = dates_with_mailings(SERVED, LAST)
    papers = [paper for day in dates for paper in a_day_of(PAPERS_A_DAY, day)]
    first, second, *measured = dates[-days - 2 :]
    with ExitStack() as stack:
        worlds, on_disk = {}, 0.0
        for size in sizes:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            worlds[size] = stack.enter_context(a_world(folder, noon_in_shanghai(first), papers))
            on_disk = with_history(worlds[size], first, dates[0] - timedelta(days=1), size)
            make(worlds[size], second)  # not counted: after a history that was written at once, all is cold
        seconds: dict[int, dict[str, list[float]]] = {size: defaultdict(list) for size in sizes}
        for day, kind, size in product(measured, ("new", "cached"), sizes):
            for step, taken in make(worlds[size], day).items():
                seconds[size][f"{step}, {kind}"].append(taken)
    medians = {size: {step: median(taken) for step, taken in steps.items()} for size, steps in seconds.items()}
    return medians, on_disk


def with_history(world: World, first: date, history_ends: date, stored: int) -> float:
    """Makes `first` in `world`, and puts `stored` papers before it. Returns how many bytes each of them takes."""
    make(world, first)
    settle(world.store, world.settings.digest.name)
    before = world.store.path.stat().st_size
    fill(world.store, world.settings.digest.name, stored, history_ends)
    note_history(world.folder / "site" / ".site.sqlite", stored, history_ends)
    return (world.store.path.stat().st_size - before) / stored


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
