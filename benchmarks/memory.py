"""The peak memory of days of 1,400 papers behind which 45 days of 1,400 lie, of the whole process and those that it
starts; and what such a day asks arXiv's lists."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import cycle
from pathlib import Path

from benchmarks.mailings import a_day_of, dates_with_mailings
from benchmarks.one_run import start, told
from benchmarks.reading import made_sections
from benchmarks.shape import Benchmark, Row
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

LAST = date(2026, 11, 23)
BEHIND = 31
"""Mailings of 45 days."""
CATEGORIES = ("cs.LG", "cs.CV", "cs.AI", "cs.CL")
LIMITS = (500e6, 400e6)
REQUESTS = 12
EVERY = 0.1
_DAYS = ("first", "second")


def run(short: bool) -> Iterator[Row]:
    count = 30 if short else 1400
    *behind, first, last = dates_with_mailings(BEHIND + 2, LAST)
    section = made_sections(1)[0]
    papers = [
        *(_listed(paper) for day in behind for paper in a_day_of(count, day, with_pages=False)),
        *(_listed(paper) for day in (first, last) for paper in a_day_of(count, day, more=section)),
    ]
    with tempfile.TemporaryDirectory() as folder, a_world(Path(folder), noon_in_shanghai(first), papers) as world:
        pages = {"page_size": 100} if short else {}
        world.change(digest={"categories": CATEGORIES, "first_date": first}, arxiv=pages)
        for name, day, limit in zip(_DAYS, (first, last), LIMITS, strict=True):
            peak, seconds, requests = a_day(world, day)
            figures = f"{peak / 1e6:.0f} MB, {count:,} of {len(papers):,} papers in {seconds:.0f} s"
            yield Row(f"peak memory of the {name} day to {limit / 1e6:.0f} MB", peak / limit, 1, figures)
        yield Row(f"requests for lists on the second day to {REQUESTS}", requests / REQUESTS, 1, f"{requests}")


def _listed(paper: SandboxPaper, primary: Iterator[str] = cycle(CATEGORIES)) -> SandboxPaper:  # noqa: B008
    return replace(paper, paper=replace(paper.paper, categories=(next(primary), "stat.ML")))


def a_day(world: World, day: date) -> tuple[float, float, int]:
    """Peak in bytes, seconds, requests to arXiv's API, feed and OAI."""
    world.clock.instant = noon_in_shanghai(day)
    before = len(world.sandbox.arxiv.requests)
    process = start(world, day)
    peak = Peak(process.pid)
    peak.start()
    report = told(process)
    peak.join()
    assert report["outcome"] == "complete", report
    asked = [each.route for each in world.sandbox.arxiv.requests[before:]]
    return peak.bytes, report["seconds"], sum(route in ("api", "feed", "oai") for route in asked)


class Peak(threading.Thread):
    """Looks at a process and its descendants until it ends. Pages that several share count once (PSS)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.bytes = 0
        self._over = threading.Event()

    def run(self) -> None:
        while (now := sum(map(_held_by, _family(self.pid)))) > 0 and not self._over.wait(EVERY):
            self.bytes = max(self.bytes, now)


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            for tasks in Path(f"/proc/{each}/task").glob("*/children"):
                found += map(int, tasks.read_text().split())
        except OSError:  # ended meanwhile
            continue
    # One that only begins has its parent's memory until its own program starts, and would count twice.
    return [pid, *(each for each in found[1:] if _command(each) != _command(pid))]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _held_by(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


BENCHMARK = Benchmark("memory", "the peak memory of days of 1,400 papers, 45 such days behind them, to a bound", run)
