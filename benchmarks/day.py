"""How near a day comes to what its limits allow: a hundred papers, a model of fixed latency, texts paced and not.

The limit is calls x latency / allowed concurrency, or the pacing of fetches where that is longer. The wall time is that
of the whole run, from asking arXiv to the deliveries, in a process of its own as `digest run` has it; the servers that
stand in for arXiv and the model run in another.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.mailings import a_day_of
from benchmarks.one_run import start, told
from benchmarks.shape import Benchmark, Row
from digest_assets_tests.worlds import a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
PROMISE = 1.1
SHORT_PROMISE = 1.5
"""Of a day of few papers: a run's fixed seconds weigh more than on the day of a hundred that the promise is for."""


@dataclass(frozen=True)
class Case:
    """What the limits are."""

    papers: int
    latency_seconds: float
    """Of each answer of the model."""
    at_once: int
    """Calls: `llm.max_concurrency`."""
    apart_seconds: float = 0.0
    """Texts: `arxiv.text_interval_seconds`."""

    def __str__(self) -> str:
        pace = f", texts {self.apart_seconds:g} s apart" if self.apart_seconds else ""
        return f"{self.papers} papers, {self.latency_seconds:g} s an answer, {self.at_once} at once{pace}"

    def limit_seconds(self, calls: int) -> float:
        return max(calls * self.latency_seconds / self.at_once, (self.papers - 1) * self.apart_seconds)


CASES = (Case(100, 10, 16), Case(100, 2, 16, apart_seconds=2.0), Case(100, 1, 8))
"""The last: a model that is quicker than any that reads a paper, so that the two fixed seconds of a run weigh most."""
SHORT_CASES = (Case(24, 4, 16),)


def run(short: bool) -> Iterator[Row]:
    for case in SHORT_CASES if short else CASES:
        seconds, calls = made(case)
        limit = case.limit_seconds(calls)
        figures = f"{seconds:.1f} s, the limit is {limit:.1f} s for {calls} calls"
        yield Row(f"a day to its limit: {case}", seconds / limit, SHORT_PROMISE if short else PROMISE, figures)


def made(case: Case) -> tuple[float, int]:
    """The seconds of one day's run, and the calls that it made."""
    settings: dict[str, Any] = {
        "arxiv": {"text_interval_seconds": case.apart_seconds},
        "llm": {"max_concurrency": case.at_once},
    }
    papers = a_day_of(case.papers, DAY)
    with (
        tempfile.TemporaryDirectory() as folder,
        a_world(Path(folder), noon_in_shanghai(DAY), papers, **settings) as world,
    ):
        world.sandbox.model.latency_seconds = case.latency_seconds
        report = told(start(world, DAY, clock_goes=True))
        assert report["outcome"] == "complete", report
        ((read,),) = world.rows("SELECT count(*) FROM summaries WHERE status = 'done' AND text_source = 'html'")
        assert read == case.papers, read
        return report["seconds"], world.calls


BENCHMARK = Benchmark("day", "a day of a hundred papers to what its limits allow, texts paced and not", run)
