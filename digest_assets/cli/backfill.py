"""`digest backfill`: a range of dates, those that are complete left as they are. Stopped, it goes on where it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from digest_assets.cli.console import err, say
from digest_assets.cli.options import (
    ConfigOption,
    DigestOption,
    FromOption,
    JsonOption,
    ToOption,
    a_date,
    check_exists,
    date_range,
    opened,
    store_of,
)
from digest_assets.cli.run import exit_code, make, show_digests

if TYPE_CHECKING:
    from datetime import date

    from digest_assets.automation.command_line_runs import DateReport
    from digest_assets.config import Settings


class Missing(str, Enum):
    """What dates of earlier versions may lack."""

    GISTS = "gists"


FAILURES_IN_A_ROW = 3
"""After so many failed dates the rest would fail too: a key that is refused, a network that is down."""


def backfill(
    from_: FromOption = None,
    to: ToOption = None,
    again: Annotated[bool, typer.Option("--again", help="Make the complete ones again, too.")] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="Ask the model in batches: cheaper, within a day. Ask again to collect.")
    ] = False,
    missing: Annotated[
        Missing | None,
        typer.Option("--missing", help="Only dates of earlier versions, which lack these: one small call a paper."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --missing: only say what it would cost.")] = False,
    as_json: JsonOption = False,
    digest: DigestOption = None,
    config: ConfigOption = None,
) -> None:
    """Make the digests of a range that are not complete.

    Oldest first; by default from the first date to the newest.

    Asking again goes on where it stopped, and pays for nothing twice.
    """
    if dry_run and missing is None:
        raise typer.BadParameter("--dry-run goes with --missing.")
    with opened(config, digest) as digests:
        ranges = [_range(each, from_, to) for each in digests]
        made, untried = [], 0
        for settings, wanted in zip(digests, ranges, strict=True):
            if len(digests) > 1:
                err.print(settings.digest.name)
            if missing is not None:
                lacking = _lacking_gists(settings, wanted[0], wanted[-1], in_batch=batch)
                left = [] if dry_run else lacking
            else:
                left = _left(settings, wanted, again=again)
            reports = list(_until_all_would_fail(make(settings, left, batch=batch)))
            made.append((settings, reports))
            untried += len(left) - len(reports)
        if not dry_run:
            show_digests(made, as_json=as_json)
        if untried and not as_json:
            say(f"{untried} dates were not tried: mend what is said above, and ask again.")
    raise typer.Exit(exit_code(report for _, reports in made for report in reports))


def _range(settings: Settings, from_: str | None, to: str | None) -> list[date]:
    """The dates that are asked for, by default all that there are. Raises `typer.BadParameter`."""
    from digest_assets.resources.clock import SystemClock

    days = settings.digest.days
    first = a_date(from_) if from_ else days.first
    last = a_date(to) if to else days.newest(SystemClock().now()) or first
    wanted = date_range(first, last)
    for each in (first, last):
        check_exists(days, each)
    return wanted


def _left(settings: Settings, wanted: Sequence[date], *, again: bool) -> list[date]:
    """Which dates are to be made."""
    from digest_assets.automation.dates import is_a_date
    from digest_assets.digests.standing import Standing
    from digest_assets.resources.clock import SystemClock
    from digest_assets.store.standings import standings

    digest = settings.digest
    with store_of(settings).transaction() as connection:
        before = standings(connection, digest.name, digest.days, wanted, SystemClock().now())
    wanted = [day for day in wanted if is_a_date(digest, day) or before[day][0] is not Standing.NO_MAILING]
    nothing_to_mend = (Standing.COMPLETE, Standing.EMPTY, Standing.WITH_GAPS)
    done = {day for day, (standing, _) in before.items() if standing in nothing_to_mend}
    left = [day for day in wanted if again or day not in done]
    err.print(f"{len(wanted)} dates, {len(wanted) - len(left)} of them complete: {len(left)} to make")
    return left


def _lacking_gists(settings: Settings, first: date, last: date, *, in_batch: bool) -> list[date]:
    """The dates whose papers lack gists, after it was said what these will cost."""
    from digest_assets.pipeline.missing_gists import missing_gists

    found = missing_gists(settings, store_of(settings), first, last, in_batch=in_batch)
    count, usage = sum(found.papers.values()), found.usage
    if not count:
        err.print("No paper lacks a gist.")
        return []
    tokens = f"about {usage.input_tokens:,} tokens in and {usage.output_tokens:,} out"
    money = "" if found.money is None else f", {found.money:.2f} by llm.prices"
    err.print(
        f"{count} papers of {len(found.papers)} dates lack a gist: {usage.calls} small calls with their overviews, "
        f"{tokens}{money}. Nothing else is asked for again."
    )
    return list(found.papers)


def _until_all_would_fail(reports: Iterable[DateReport]) -> Iterator[DateReport]:
    from digest_assets.automation.command_line_runs import RunOutcome

    in_a_row = 0
    for report in reports:
        yield report
        in_a_row = in_a_row + 1 if report.outcome is RunOutcome.FAILED else 0
        if in_a_row == FAILURES_IN_A_ROW:
            return
