"""Three first runs at once in a new folder, round after round: how many fail, and whether a later one does."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from benchmarks.mailings import dates_with_mailings
from benchmarks.shape import Benchmark, Row
from digest_assets_tests.cli.command_line import CommandLine, a_command_line, in_a_process
from digest_assets_tests.worlds import noon_in_shanghai

LAST = date(2026, 11, 20)
AT_ONCE = 3


def run(short: bool) -> Iterator[Row]:
    rounds, failed, later, twice, calls = 2 if short else 20, 0, 0, 0, 0
    dates = dates_with_mailings(AT_ONCE, LAST)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder, a_command_line(Path(folder), noon_in_shanghai(LAST)) as digest:
            failed += _failures(digest, dates)
            asked = [json.dumps(each.body) for each in digest.sandbox.model.requests if each.route == "chat"]
            twice += len(asked) - len(set(asked))
            later += _failures(digest, dates[-1:])
            calls += len(asked)
    runs = f"{rounds} rounds of {AT_ONCE} runs"
    yield Row("first runs at once that fail", failed, 0, runs)
    yield Row("runs after them that fail", later, 0, f"{rounds} runs")
    yield Row("answers asked for twice", twice, 0, f"{calls} calls")


def _failures(digest: CommandLine, dates: Sequence[date]) -> int:
    """How many of as many runs at once as there are dates do not end complete."""
    started = [
        subprocess.Popen(
            in_a_process(noon_in_shanghai(LAST), "run", str(day), "--json"),
            cwd=digest.folder,
            env={**os.environ, **digest.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for day in dates
    ]
    return sum(each.wait() != 0 for each in started)


BENCHMARK = Benchmark("first", "three first runs at once in a new folder, twenty times: how many fail", run)
