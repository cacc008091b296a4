"""kill -9 at random points of a day's run, a hundred times: what is lost (nothing), and what is paid for twice.

Each date is killed again and again, each time at a random moment of its work, and then made to the end. What it then
publishes has to be what an undisturbed run publishes. The commands that take posts or the store elsewhere, and the
update of an older one's store, are killed as often, slowed so that it happens inside; the same command then goes on.
"""

from __future__ import annotations

import lzma
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg

from benchmarks.mailings import a_day_of, dates_with_mailings
from benchmarks.one_run import ROOT, start
from benchmarks.shape import Benchmark, Row
from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.config import CONFIG_VARIABLE
from digest_assets.errors import StoreUnusable
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets.store.connection import DigestStore
from digest_assets.store.copying import back_up
from digest_assets.store.export import table_counts
from digest_assets_tests.store.test_updates import RELEASED
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
    yield from _commands(2 if short else 20, generator)


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


# --- commands ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Killed:
    """A command, and how what it leaves is judged."""

    command: tuple[str, ...]
    left: Callable[[Path], object]
    """What is there, given the project's folder. After the kill and the same command again it has to be what the
    command leaves undisturbed; while it is killed the store has to stay whole."""
    from_the_start: Callable[[Path], None] = lambda folder: None


def _commands(kills: int, generator: random.Random) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        _project(made)
        for each in _COMMANDS:
            wrong, inside = 0, 0
            seconds, wanted = _timed(each, made, Path(folder) / "undisturbed")
            for number in range(kills):
                place = Path(folder) / f"killed-{number}"
                was_inside, is_right = _killed_command(each, made, place, generator.uniform(0, seconds), wanted)
                wrong, inside = wrong + (not is_right), inside + was_inside
                shutil.rmtree(place)
            shutil.rmtree(Path(folder) / "undisturbed")
            name = " ".join(each.command[:2])
            yield Row(f"digest {name}: not whole after a kill", wrong, 0, f"{inside} of {kills} kills inside")


def _project(folder: Path) -> None:
    """A folder with a date made, a backup, and a repository."""
    day = dates_with_mailings(1, LAST)[0]
    with _a_world(folder, a_day_of(A_DAY, day)) as world:
        assert world.make(day).outcome is RunOutcome.COMPLETE
        back_up(world.store, world.store.backup)
        world.store.run(lambda it: it.execute("INSERT INTO paces VALUES ('since the backup', now())"))
    (folder / "digest.toml").write_text('[digest]\nfirst_date = "2026-11-02"\n')
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)


def _started(each: _Killed, made: Path, folder: Path) -> subprocess.Popen[str]:
    """The command in a copy of the project, begun."""
    shutil.copytree(made, folder, symlinks=True)
    each.from_the_start(folder)
    process = _slowed(each, folder)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def _slowed(each: _Killed, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.slowed", noon_in_shanghai(LAST).isoformat(), *each.command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DAGSTER_HOME": str(folder), CONFIG_VARIABLE: "digest.toml"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def _timed(each: _Killed, made: Path, folder: Path) -> tuple[float, object]:
    """How long the command takes undisturbed, in seconds, and what it leaves."""
    process = _started(each, made, folder)
    began = time.monotonic()
    process.communicate()
    assert process.returncode == 0, each.command
    return time.monotonic() - began, each.left(folder)


def _killed_command(each: _Killed, made: Path, folder: Path, after: float, wanted: object) -> tuple[bool, bool]:
    """Kills the command and all that it started so many seconds after it began. Whether it was still at it, and
    whether all is right after the same command again."""
    process = _started(each, made, folder)
    time.sleep(after)
    inside = process.poll() is None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with suppress(StoreUnusable):  # refused loudly, and the same command goes on: never a new and empty one
        if not _rows(folder / "data" / "digest.duckdb"):
            return inside, False
    again = _slowed(each, folder)
    again.communicate()
    done_already = each.command[:2] == ("store", "migrate") and again.returncode == 2  # its target holds all
    return inside, (again.returncode == 0 or done_already) and each.left(folder) == wanted


def _rows(path: Path) -> dict[str, int]:
    """How many rows each table has; none where there is no file."""
    if not path.exists():
        return {}
    with DigestStore(path).reading() as connection:
        return table_counts(connection)


def _published(folder: Path) -> object:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def _branch(folder: Path) -> object:
    return subprocess.run(["git", "rev-parse", "pages^{tree}"], cwd=folder, capture_output=True, check=True).stdout


def _of_an_older_version(folder: Path) -> None:
    store = folder / "data" / "digest.duckdb"
    for each in folder.glob("data/digest*.duckdb*"):
        each.unlink()
    store.write_bytes(lzma.decompress(next(RELEASED.glob("*/digest.duckdb.xz")).read_bytes()))


_COMMANDS = (
    _Killed(("publish", "--to", "published"), lambda folder: _published(folder / "published")),
    _Killed(("publish", "--branch", "pages"), _branch),
    _Killed(("store", "backup"), lambda folder: _rows(folder / "data" / "digest.backup.duckdb")),
    _Killed(("store", "restore"), lambda folder: _rows(folder / "data" / "digest.duckdb")),
    _Killed(("store", "migrate", "--to", "other.duckdb"), lambda folder: _rows(folder / "other.duckdb")),
    _Killed(("update",), lambda folder: _rows(folder / "data" / "digest.duckdb"), _of_an_older_version),
)

BENCHMARK = Benchmark("kills", "kill -9 at a hundred random points: what is lost, what is paid for twice", run)
