"""The peak memory of a day of 1,500 papers, of the whole process and those that it starts."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.mailings import a_day_of
from benchmarks.one_run import start, told
from benchmarks.reading import made_sections
from benchmarks.shape import Benchmark, Row
from digest_assets_tests.worlds import a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
LIMIT = 500e6
EVERY = 0.1


def run(short: bool) -> Iterator[Row]:
    count = 30 if short else 1500
    papers = a_day_of(count, DAY, more=made_sections(1)[0])
    with (
        tempfile.TemporaryDirectory() as folder,
        a_world(Path(folder), noon_in_shanghai(DAY), papers) as world,
    ):
        process = start(world, DAY)
        peak = Peak(process.pid)
        peak.start()
        report = told(process)
        peak.join()
    assert report["outcome"] == "complete", report
    figures = f"{peak.bytes / 1e6:.0f} MB, {count} papers in {report['seconds']:.0f} s"
    yield Row(f"peak memory of a day of {count:,} papers to 500 MB", peak.bytes / LIMIT, 1, figures)


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
        for tasks in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, tasks.read_text().split())
            except OSError:  # ended meanwhile
                continue
    return found


def _held_by(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


BENCHMARK = Benchmark("memory", "the peak memory of a day of 1,500 papers to 500 MB", run)
