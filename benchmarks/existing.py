"""The benchmarks that have a command and a table of their own, brought into the common shape."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks import reading
from benchmarks.mailings import a_day_of, dates_with_mailings
from benchmarks.shape import Benchmark, Row
from digest_assets_tests.recorded import announced
from digest_assets_tests.simulation import SCENARIOS, days_between, simulate


def _reading(short: bool) -> Iterator[Row]:
    ours, other = "this project", "pypdfium2, text as it comes"
    html, pdf, plain = (reading.measured_apart(*each) for each in (("html", ours), ("pdf", ours), ("pdf", other)))
    for score in (html, pdf, plain):
        assert isinstance(score, reading.Score), score
    assert isinstance(html, reading.Score)
    assert isinstance(pdf, reading.Score)
    assert isinstance(plain, reading.Score)
    lost = 1 - (html.formulas_clean or 0)
    yield Row("formulas of HTML that do not come out as TeX alone", lost, 0.0, f"{html.papers_a_second:.0f} papers/s")
    yield Row("sentences of PDF that do not follow each other as written", 1 - pdf.in_order, 0.02, "two columns")
    figures = f"{pdf.papers_a_second:.1f} and {plain.papers_a_second:.1f} papers/s"
    yield Row("time for a PDF to pdfium's own text", plain.papers_a_second / pdf.papers_a_second, 20, figures)
    if not short:
        reading.show("html")
        reading.show("pdf")


def _simulation(short: bool) -> Iterator[Row]:
    """A recorded fortnight; in short three invented dates, made and then killed at random."""
    papers, dates = list(announced()), days_between(date(2026, 1, 12), date(2026, 1, 30))
    if short:
        dates = dates_with_mailings(3, date(2026, 11, 20))
        papers = [paper for day in dates for paper in a_day_of(4, day)]
    for scenario in SCENARIOS:
        if short and scenario.name not in ("runs killed", "two runs at once"):
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            ledger, _ = simulate(Path(folder), papers, scenario, dates)
        figures = f"{len(ledger.announced)} announced on {len(dates)} dates, {time.monotonic() - started:.0f} s"
        wrong = len(ledger.lost) + len(ledger.repeats)
        yield Row(f"papers lost or shown twice: {scenario.name}", wrong, 0, figures)


READING = Benchmark("reading", "texts read out of HTML and PDF: what is lost, how long it takes", _reading)
SIMULATION = Benchmark("simulation", "eleven ways in which days go wrong: papers lost or shown twice", _simulation)
