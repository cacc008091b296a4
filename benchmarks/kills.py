"""kill -9 at random points of a day's run, a hundred times: what is lost (nothing), and what is paid for twice.

Each date is killed again and again, each time at a random moment of its work, and then made to the end. What it then
publishes has to be what an undisturbed run publishes.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg

from benchmarks.mailings import a_day_of, dates_with_mailings
from benchmarks.one_run import start
from benchmarks.shape import Benchmark, Row
from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

LAST = date(2026, 11, 20)
A_DAY = 8
LATENCY = 0.05
CONCURRENCY = 2


def run(short: bool) -> Iterator[Row]:
    kills, dates = (3, dates_with_mailings(1, LAST)) if short else (100, dates_with_mailings(10, LAST))
    papers = [paper for day in dates for paper in a_day_of(A_DAY, day)]
    expected, calls, seconds = _undisturbed(papers, dates)
    generator, stages, differing = random.Random(2026), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder, _a_world(Path(folder), papers) as world:
        for number, day in enumerate(dates):
            for _ in range(kills // len(dates)):
                stages[_killed(world, day, generator.uniform(0, 1.1 * seconds))] += 1
            assert world.make(day).outcome is RunOutcome.COMPLETE, number
            differing += world.post(day) != expected[day]
        lost = world.rows("SELECT count(*) FROM ledger WHERE status <> 'published'")[0][0]
        lost += abs(len(papers) - world.rows("SELECT count(DISTINCT identifier) FROM published_papers")[0][0])
        paid = max(0, world.calls - calls - kills * CONCURRENCY)
        more = world.calls - calls
    where = ", ".join(f"{count} in {stage}" for stage, count in stages.most_common())
    yield Row("papers lost", lost, 0, f"{kills} kills: {where}")
    yield Row("posts that differ from an undisturbed run's", differing, 0, f"{len(dates)} posts")
    yield Row("answers paid for twice that had arrived", paid, 0, f"{more} calls more, of those under way at a kill")


def _undisturbed(papers: Sequence[SandboxPaper], dates: Sequence[date]) -> tuple[dict[date, str], int, float]:
    """The posts, how many calls they took, and the seconds of a run."""
    with tempfile.TemporaryDirectory() as folder, _a_world(Path(folder), papers) as world:
        for day in dates:
            started = time.monotonic()
            assert world.make(day).outcome is RunOutcome.COMPLETE
            seconds = time.monotonic() - started
        return {day: world.post(day) for day in dates}, world.calls, seconds


@contextmanager
def _a_world(folder: Path, papers: Sequence[SandboxPaper]) -> Iterator[World]:
    with a_world(folder, noon_in_shanghai(LAST), papers, llm={"max_concurrency": CONCURRENCY}) as world:
        world.sandbox.model.latency_seconds = LATENCY
        yield world


def _killed(world: World, day: date, after: float) -> str:
    """Kills a run of `day` so many seconds after it began. Returns the step that it was in."""
    process = start(world, day)
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(after)
        process.kill()
    return _step_under_way(world.folder / "dagster")


def _step_under_way(folder: Path) -> str:
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        records = instance.get_run_records(limit=1)
        if not records:
            return "no step"
        run_id = records[0].dagster_run.run_id
        started = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START)
        ended = {each.step_key for each in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)}
        if records[0].dagster_run.is_finished:
            return "nothing: it had ended"
        return next((str(each.step_key) for each in started if each.step_key not in ended), "no step")


BENCHMARK = Benchmark("kills", "kill -9 at a hundred random points: what is lost, what is paid for twice", run)
