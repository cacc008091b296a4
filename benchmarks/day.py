"""How near a day comes to what its limits allow: 100 papers, a model server of fixed latency, texts paced and not.

    python benchmarks/day.py [--short] [--papers 100] [--latency 5] [--interval 0.8] [--concurrency 16]

The limit is calls x latency / allowed concurrency, or the pacing of fetches where that is longer. What is printed is
the ratio of the wall time of the step to it, which says the same on any machine: at most 1.1 is the promise.
"""

from __future__ import annotations

import argparse
import logging
import re
import tempfile
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from digest_assets.definitions import build_defs
from digest_assets.model import AnnouncementKind
from digest_assets.sandbox.latexml import render_page
from digest_assets.sandbox.papers import SandboxPaper, invented, latest_mailing
from digest_assets_tests.worlds import a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
PROMISE = 1.1
HELD = timedelta(days=2)
"""A paper older than this was held by moderation: its number says that it belongs to an earlier mailing."""
ROW = "{:<22} {:>6} {:>6} {:>9} {:>9} {:>7}  {}"


def a_day_of(count: int) -> list[SandboxPaper]:
    """`count` papers of one mailing: the invented ones that have HTML, again and again under new numbers."""
    mailing = latest_mailing(noon_in_shanghai(DAY))
    written = [
        each
        for each in invented(mailing)
        if each.html
        and each.chinese
        and each.announced_at == mailing
        and each.kind is AnnouncementKind.NEW
        and each.paper.published_at
        and mailing - each.paper.published_at < HELD
    ]
    # arXiv numbers papers in the order of their submission, and by that it is inferred when they were announced.
    chosen = sorted((written[number % len(written)] for number in range(count)), key=_submitted_at)
    papers = []
    for number, model in enumerate(chosen):
        identifier = re.sub(r"\d{2}$", "", model.paper.identifier)[:6] + f"{number:04}"
        # Equal prompts have one answer, and no second call: each paper has a title of its own.
        title = f"{model.paper.title}, {'ABCDEFGHIJ'[number // 10 % 10]}{'abcdefghij'[number % 10]}"
        paper = replace(model.paper, identifier=identifier, version=1, title=title)
        papers.append(replace(model, paper=paper, html=render_page(paper, model.sections), trickles_at=None))
    return papers


def _submitted_at(each: SandboxPaper) -> str:
    return str(each.paper.published_at)


def measured(count: int, latency: float, interval: float, concurrency: int) -> float:
    """The ratio of one day; its row is printed."""
    with tempfile.TemporaryDirectory() as folder:
        sections: dict[str, dict[str, Any]] = {
            "arxiv": {"text_interval_seconds": interval},
            "llm": {"max_concurrency": concurrency},
        }
        with a_world(Path(folder), noon_in_shanghai(DAY), a_day_of(count), **sections) as world:
            world.sandbox.model.latency_seconds = latency
            world.definitions = build_defs(world.settings, clock=GoingClock(world.clock.instant))
            started = time.monotonic()
            report = world.make(DAY)
            seconds = time.monotonic() - started
            calls = world.calls
            texts = world.rows("SELECT source, count(*) FROM full_texts GROUP BY 1")
        bound_by_calls = calls * latency / concurrency
        bound_by_pace = (count - 1) * interval
        limit = max(bound_by_calls, bound_by_pace)
        ratio = seconds / limit
        name = f"texts {interval:g} s apart" if interval else "texts not paced"
        found = ", ".join(f"{number} from {source}" for source, number in texts)
    print(
        ROW.format(
            name, count, calls, f"{limit:.1f}", f"{seconds:.1f}", f"{ratio:.2f}", f"{report.outcome.value}, {found}"
        )
    )
    return ratio


class GoingClock:
    """A pace needs a clock that goes; the world's stands still."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=100)
    parser.add_argument("--latency", type=float, default=5, help="seconds that the model takes for an answer")
    parser.add_argument("--interval", type=float, default=0.8, help="seconds between texts, where they are paced")
    parser.add_argument("--concurrency", type=int, default=16, help="llm.max_concurrency")
    parser.add_argument("--short", action="store_true", help="32 papers at 15 s an answer, texts not paced: a minute")
    arguments = parser.parse_args()
    if arguments.short:
        arguments.papers, arguments.latency = 32, 15.0
    logging.disable(logging.WARNING)
    print(ROW.format("", "papers", "calls", "limit s", "wall s", "ratio", ""))
    ratios = [
        measured(arguments.papers, arguments.latency, interval, arguments.concurrency)
        for interval in ((0.0,) if arguments.short else (0.0, arguments.interval))
    ]
    return 0 if max(ratios) <= PROMISE else 1


if __name__ == "__main__":
    raise SystemExit(main())
