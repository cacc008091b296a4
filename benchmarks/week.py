"""A recorded week of computer science, all of `cs`, behind which three recorded weeks lie: what each day asks arXiv's
lists, what memory it takes, and whether each paper is in exactly one digest.

The recording (`../shared/arxiv`) is not ours to pass on; where it is absent the benchmark says so and measures nothing.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.memory import LIMITS, REQUESTS, a_day
from benchmarks.shape import Benchmark, Row
from digest_assets.arxiv.calendar import mailing_for_submission
from digest_assets.sandbox.papers import SandboxPaper, of_rows
from digest_assets_tests.worlds import a_world, noon_in_shanghai

RECORDED = Path(__file__).parents[2] / "shared" / "arxiv" / "papers_cs_2026-01_02.jsonl.gz"
WEEK = tuple(date(2026, 2, 3) + timedelta(days=number) for number in range(4))
"""In Beijing: 1,235 papers, 244 to 358 a day. Monday's digest has the weekend's few."""
BEHIND = timedelta(days=21)


def run(short: bool) -> Iterator[Row]:
    if not RECORDED.is_file():
        yield Row(f"nothing was measured: {RECORDED.name} is not at hand", 0)
        return
    papers = [each for number, each in enumerate(recorded(RECORDED)) if not short or number % 20 == 0]
    first, last = noon_in_shanghai(WEEK[0]) - BEHIND, noon_in_shanghai(WEEK[-1])
    papers = [each for each in papers if first < each.announced_at < last]
    wanted = Counter(each.paper.identifier for each in papers if each.announced_at > last - timedelta(days=len(WEEK)))
    with tempfile.TemporaryDirectory() as folder, a_world(Path(folder), noon_in_shanghai(WEEK[0]), papers) as world:
        world.change(digest={"categories": ("cs",), "first_date": WEEK[0]})
        days = [a_day(world, day) for day in WEEK]
        published = Counter(
            identifier for (identifier,) in world.rows("SELECT identifier FROM ledger WHERE status = 'published'")
        )
    peak, requests = max(memory for memory, _, _ in days), max(asked for _, _, asked in days[1:])
    wrong = sum((wanted - published).values()) + sum((published - wanted).values())
    yield Row("papers not in one digest", wrong, 0, f"{len(wanted):,} of {len(papers):,} papers")
    yield Row(f"peak memory of a day to {LIMITS[1] / 1e6:.0f} MB", peak / LIMITS[1], 1, f"{peak / 1e6:.0f} MB")
    yield Row(f"requests for lists on a day after the first to {REQUESTS}", requests / REQUESTS, 1, f"{requests}")


def recorded(path: Path) -> Iterator[SandboxPaper]:
    """Each paper of JSON Lines as announced in the mailing that its submission belongs to, in its first version.

    Those that were held are left out: their identifier is of a later month than that mailing, and nothing recorded says
    of which day.
    """
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        first = [
            {**row, "version": 1, "updated": row["published"], "announced": row["published"], "kind": "new"}
            for row in rows
        ]
    for each in of_rows(first):
        announced = mailing_for_submission(each.announced_at).announced_at  # so far: when it was submitted
        if each.paper.identifier[:4] <= f"{announced:%y%m}":
            yield replace(each, announced_at=announced)


BENCHMARK = Benchmark("week", "a recorded week of cs: papers, memory, requests for lists", run)
