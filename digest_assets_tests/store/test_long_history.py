"""The benchmarks' long history is one that today's store and the site's notes take."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from benchmarks.history import PAPERS_A_DAY, fill, note_history, settle
from digest_assets.resources.site_notes import NAME, open_notes
from digest_assets.site.periods import Periods
from digest_assets.store.connection import DigestStore
from digest_assets_tests.site.examples import ExampleSite, digest_paper, paper

LAST = date(2026, 11, 19)


def test_each_paper_has_every_row_that_a_day_leaves_behind(tmp_path: Path) -> None:
    store = DigestStore(tmp_path / "digest.duckdb")
    fill(store, "arxiv", 40, LAST)
    settle(store, "arxiv")
    with store.transaction() as connection:
        for table in ("papers", "announcements", "windowed_papers", "published_papers", "translations", "summaries"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (40,)
        assert connection.execute(
            "SELECT digest_date, announced, published FROM rendered_posts ORDER BY 1"
        ).fetchall() == [
            (date(2026, 11, 18), PAPERS_A_DAY, PAPERS_A_DAY),
            (LAST, PAPERS_A_DAY, PAPERS_A_DAY),
        ]


def test_the_site_goes_on_behind_it(tmp_path: Path) -> None:
    site = ExampleSite.of(PAPERS_A_DAY)
    site.write(tmp_path)
    note_history(tmp_path / NAME, 8_000, LAST)
    site.days_of[date(2026, 11, 21)] = [digest_paper(paper(900), date(2026, 11, 21))]
    site.write(tmp_path, date(2026, 11, 21))
    with open_notes(tmp_path) as notes:
        found = Periods(notes.periods).found
    assert found.keys() == {"p1", "2026-11"}
    assert found["p1"].papers + found["2026-11"].papers == 8_000 + PAPERS_A_DAY + 1
    with closing(sqlite3.connect(tmp_path / NAME)) as connection:
        assert connection.execute("SELECT count(*) FROM days").fetchone() == (402,)
    assert json.loads((tmp_path / "s" / "periods.js").read_text("utf-8").removeprefix("digestSearch.periods(")[:-3])
