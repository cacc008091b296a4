"""Ten runs at once on one store: whether anything is lost, and how long they wait for each other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg

from benchmarks.mailings import a_day_of, dates_with_mailings
from benchmarks.one_run import start, told
from benchmarks.shape import Benchmark, Row, median
from digest_assets_tests.worlds import a_world, noon_in_shanghai

LAST = date(2026, 11, 20)
A_DAY = 8


def run(short: bool) -> Iterator[Row]:
    dates = dates_with_mailings(2 if short else 10, LAST)
    papers = [paper for day in dates for paper in a_day_of(A_DAY, day)]
    with (
        tempfile.TemporaryDirectory() as folder,
        a_world(Path(folder), noon_in_shanghai(LAST), papers) as world,
    ):
        world.sandbox.model.latency_seconds = 0.5
        # Ten processes that make one SQLite instance of Dagster at the same moment are not what is measured.
        (world.folder / "dagster").mkdir()
        with dg.DagsterInstance.local_temp(str(world.folder / "dagster")):
            pass
        reports = [told(each) for each in [start(world, day) for day in dates]]
        shown = world.rows("SELECT identifier, count(*) FROM published_papers GROUP BY 1")
        unwell = world.rows("SELECT count(*) FROM ledger WHERE status NOT IN ('published', 'filtered')")[0][0]
        calls, answers = world.calls, world.rows("SELECT count(*) FROM model_answers")[0][0]
    assert all(each["outcome"] == "complete" for each in reports), reports
    wrong = abs(len(papers) - len(shown)) + sum(1 for _, times in shown if times > 1) + unwell
    yield Row("papers lost, shown twice or unfinished", wrong, 0, f"{len(papers)} papers, {len(dates)} runs at once")
    yield Row("answers paid for and not stored", calls - answers, 0, f"{calls} calls")
    waits = [wait for each in reports for wait in each["waits"]]
    took = median(each["seconds"] for each in reports)
    waited = median(sum(each["waits"]) for each in reports)
    figures = (
        f"median {median(waits) * 1000:.0f} ms, longest {max(waits):.2f} s of {len(waits)} transactions; "
        f"{waited:.1f} s of a run of {took:.1f} s"
    )
    yield Row("waiting for the store to the time of a run", waited / took, None, figures)


BENCHMARK = Benchmark("lock", "ten runs at once on one store: what is lost, how long they wait", run)
