"""A recorded year through the production code, day by day, under eleven ways in which days go.

    python -m benchmarks.simulation RECORDED.jsonl [--short] [--scenario NAME] [--from D] [--to D] [--shares]

RECORDED.jsonl: what arXiv announced, one JSON line an announcement, as `digest_assets.sandbox.papers.recorded` reads
it. Each paper that was announced as new or cross-listed has to be in exactly one digest, else the exit code is 1.
Beside it stands what the rule before (papers submitted within a day, one run a day) would have published of the same
data. `--short`: a month instead of the year. `--shares`: how many announcements the ledger dates right, by how they
are known and by month, submission times that were recorded and those that were interpolated apart; and two scenarios
more, without feeds and OAI, because only then much has to be inferred.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections import defaultdict
from datetime import date
from pathlib import Path

from digest_assets.sandbox.papers import recorded
from digest_assets_tests.simulation import (
    API_ALONE,
    MONTH,
    SCENARIOS,
    Ledger,
    announced_between,
    days_between,
    published_by_the_reference,
    simulate,
)

COLUMNS = ["scenario", "announced", "published", "repeats", "lost", "on-their-day", "rule-before", "runs", "seconds"]
ROW = "{:<20} {:>9} {:>9} {:>7} {:>5} {:>12} {:>12} {:>5} {:>8}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recorded", type=Path)
    parser.add_argument("--scenario", action="append", help="only this one; may be repeated")
    parser.add_argument("--short", action="store_true", help="a month instead of all that was recorded")
    parser.add_argument("--from", dest="first", type=date.fromisoformat)
    parser.add_argument("--to", dest="last", type=date.fromisoformat)
    parser.add_argument("--shares", action="store_true", help="how many mailings are right, by source and by month")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    papers = recorded(arguments.recorded)
    rows = map(json.loads, arguments.recorded.read_text("utf-8").splitlines())
    exact = {row["id"] for row in rows if row.get("exact")}
    whole = MONTH if arguments.short else [papers[0].announced_at.date(), papers[-1].announced_at.date()]
    days = days_between(arguments.first or whole[0], arguments.last or whole[-1])
    rule_before = Ledger(announced_between(papers, days), published_by_the_reference(papers, days))
    print(f"{days[0]} to {days[-1]}, {len(days)} days\n")
    print(ROW.format(*COLUMNS))
    wrong = 0
    for scenario in (*SCENARIOS, *API_ALONE) if arguments.shares else SCENARIOS:
        if arguments.scenario and scenario.name not in arguments.scenario:
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            ledger, simulation = simulate(Path(folder), papers, scenario, days)
        seconds = time.monotonic() - started
        _print(scenario.name, ledger, rule_before, simulation.outcomes.total(), seconds)
        if arguments.shares:
            _print_shares(ledger, exact)
        if ledger.lost or ledger.repeats:
            print("   lost:", *ledger.lost[:20], "repeated:", *ledger.repeats[:20])
        wrong += len(ledger.repeats) + (len(ledger.lost) if scenario in SCENARIOS else 0)
    sys.exit(1 if wrong else 0)


def _print_shares(ledger: Ledger, exact: set[str]) -> None:
    """How many announcements the ledger dates right, by how they are known and by month; recorded submission times
    and interpolated ones apart."""
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for identifier, day in ledger.announced.items():
        told, known_by = ledger.dated.get(identifier, (None, "unknown"))
        count = counts[known_by, f"{day:%Y-%m}", "exact" if identifier in exact else "interpolated"]
        count[0] += told == day
        count[1] += 1
    for (known_by, month, kind), (right, total) in sorted(counts.items()):
        print(f"   {known_by:<11} {month} {kind:<13} {right:>5} of {total:>5}  {right / total:>6.1%}")


def _print(name: str, ledger: Ledger, rule_before: Ledger, runs: int, seconds: float) -> None:
    announced = len(ledger.announced)
    share = f"{ledger.on_their_day / announced:.1%}"
    print(
        ROW.format(
            name,
            announced,
            _published(ledger),
            len(ledger.repeats),
            len(ledger.lost),
            share,
            f"{_published(rule_before)} ({_published(rule_before) / announced:.0%})",
            runs,
            f"{seconds:.0f}",
        ),
        flush=True,
    )


def _published(ledger: Ledger) -> int:
    return sum(1 for identifier in ledger.announced if ledger.shown[identifier])


if __name__ == "__main__":
    main()
