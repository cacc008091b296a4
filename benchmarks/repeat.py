"""What a digest costs that is made again with nothing changed, and what Dagster's part of that is.

Nothing may be asked of the model, and no text fetched. What is left is the orchestration: measured on a graph of the
product's shape whose steps do nothing, in one process and with a process a step.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import dagster as dg

from benchmarks import empty_steps
from benchmarks.mailings import a_day_of, dates_with_mailings
from benchmarks.shape import Benchmark, Row, median
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

LAST = date(2026, 11, 20)


def run(short: bool) -> Iterator[Row]:
    count, dates = (5, 2) if short else (30, 7)
    days = dates_with_mailings(dates, LAST)
    papers = [paper for day in days for paper in a_day_of(count, day)]
    with tempfile.TemporaryDirectory() as folder, a_world(Path(folder), noon_in_shanghai(LAST), papers) as world:
        first = [seconds_of(lambda day=day: made(world, day)) for day in days]  # type: ignore[misc]
        calls, texts = world.calls, texts_fetched(world)
        again = [seconds_of(lambda day=day: made(world, day)) for day in days]  # type: ignore[misc]
        yield Row("calls of the model, made again", world.calls - calls, 0, f"{calls} at first")
        yield Row("full texts fetched, made again", texts_fetched(world) - texts, 0, f"{texts} at first")
        figures = (
            f"{median(again):.2f} s a date of {count} papers, {median(first):.2f} s at first, with instant answers"
        )
        yield Row("time made again to made first", median(again) / median(first), 1, figures)
    yield from _orchestration(median(again), short)


def _orchestration(cached: float, short: bool) -> Iterator[Row]:
    with dg.DagsterInstance.ephemeral() as instance:
        empty = min(seconds_of(lambda: empty_steps.in_this_process(instance)) for _ in range(2 if short else 5))
    each = empty / empty_steps.STEPS * 1000
    figures = f"{empty:.2f} s a run of {empty_steps.STEPS} steps that do nothing, {each:.0f} ms a step"
    yield Row("Dagster alone to the run made again", empty / cached, 1, figures)
    if short:
        return
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        here = seconds_of(lambda: empty_steps.in_this_process(instance))
        apart = seconds_of(lambda: empty_steps.in_processes(instance))
    figures = f"{apart:.1f} s and {here:.2f} s; chosen: one process"
    yield Row("a process a step to one process, steps that do nothing", apart / here, None, figures)


def seconds_of(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def made(world: World, day: date) -> None:
    report = world.make(day)
    assert report.post is not None, report


def texts_fetched(world: World) -> int:
    return sum(1 for request in world.sandbox.arxiv.requests if request.route in ("html", "pdf"))


BENCHMARK = Benchmark("repeat", "a digest made again with nothing changed, and Dagster's part of it", run)
