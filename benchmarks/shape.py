"""What every benchmark is: a name, what it compares, and rows of ratios, some of them with a limit.

A ratio of things measured side by side in one go says the same on any machine; the figures behind it do not, and stand
beside it for the reader only. A count that must be nothing (papers lost, calls paid twice) is a row like any other,
with the limit 0.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from rich.console import Console
from rich.table import Table

PACKAGES = ("duckdb", "dagster")


@dataclass(frozen=True)
class Row:
    """One comparison. `limit` None: it is told, and nothing is promised."""

    compared: str
    ratio: float
    limit: float | None = None
    figures: str = ""
    """The absolute figures, as measured on this machine."""

    @property
    def holds(self) -> bool:
        return self.limit is None or self.ratio <= self.limit


@dataclass(frozen=True)
class Benchmark:
    """`run(short)` measures: in short in seconds; else as long as it takes."""

    name: str
    compares: str
    run: Callable[[bool], Iterable[Row]]


@dataclass(frozen=True)
class Result:
    benchmark: Benchmark
    rows: Sequence[Row]
    seconds: float

    @property
    def holds(self) -> bool:
        return all(row.holds for row in self.rows)


def measured(benchmark: Benchmark, *, short: bool) -> Result:
    started = time.monotonic()
    rows = tuple(benchmark.run(short))
    return Result(benchmark, rows, time.monotonic() - started)


def again_if_over(benchmark: Benchmark, tell: Callable[[str], None], *, short: bool) -> Result:
    """A result over a limit is told, and measured once more: what only the machine's other work did does not come
    back."""
    result = measured(benchmark, short=short)
    if result.holds:
        return result
    over = ", ".join(f"{row.compared} {row.ratio:.2f} ({row.figures})" for row in result.rows if not row.holds)
    tell(f"{benchmark.name}: over its limit after {result.seconds:.0f} s, measured again: {over}")
    return measured(benchmark, short=short)


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def surroundings() -> str:
    """Machine, versions, date and load, in a line."""
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {cores} cores, {memory:.0f} GB, Python {platform.python_version()}, {packages}, "
        f"{datetime.now().astimezone().date()}, load {load:.1f}"
    )


def show(results: Sequence[Result]) -> None:
    table = Table(caption=surroundings())
    for column in ("benchmark", "compared", "ratio", "limit", "", "figures"):
        table.add_column(column, justify="right" if column in ("ratio", "limit") else "left")
    for result in results:
        for row in result.rows:
            table.add_row(result.benchmark.name, row.compared, *_numbers(row), row.figures)
        table.add_section()
    Console(width=180).print(table)


def markdown(results: Sequence[Result]) -> str:
    """The table for the documentation."""
    lines = ["| benchmark | compared | ratio | limit | | figures |", "|---|---|--:|--:|---|---|"]
    for result in results:
        for row in result.rows:
            cells = (result.benchmark.name, row.compared, *_numbers(row), row.figures)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, "", surroundings()])


def _numbers(row: Row) -> tuple[str, str, str]:
    limit = "" if row.limit is None else f"{row.limit:g}"
    return f"{row.ratio:.2f}" if row.ratio % 1 else f"{row.ratio:.0f}", limit, "" if row.holds else "OVER"
