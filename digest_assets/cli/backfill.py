"""`digest backfill`: a range of dates, those that are complete left as they are. Stopped, it goes on where it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from digest_assets.cli.console import err, say
from digest_assets.cli.options import (
    ConfigOption,
    FromOption,
    JsonOption,
    ToOption,
    a_date,
    check_exists,
    date_range,
    opened,
    store_of,
)
from digest_assets.cli.run import exit_code, make, show_reports

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
    config: ConfigOption = None,
) -> None:
    """Make the digests of a range that are not complete.

    Oldest first; by default from the first date to the newest.

    Asking again goes on where it stopped, and pays for nothing twice.
    """
    if dry_run and missing is None:
        raise typer.BadParameter("--dry-run goes with --missing.")
    from digest_assets.automation.dates import is_a_date
    from digest_assets.digests.standing import Standing
    from digest_assets.resources.clock import SystemClock
    from digest_assets.store.standings import standings

    with opened(config) as settings:
        days = settings.digest.days
        now = SystemClock().now()
        first = a_date(from_) if from_ else days.first
        last = a_date(to) if to else days.newest(now) or first
        wanted = date_range(first, last)
        for each in (first, last):
            check_exists(days, each)
        if missing is not None:
            lacking = _lacking_gists(settings, first, last, in_batch=batch)
            reports = [] if dry_run else list(_until_all_would_fail(make(settings, lacking, batch=batch)))
            if not dry_run:
                show_reports(settings, reports, as_json=as_json)
            raise typer.Exit(exit_code(reports) if reports else 0)
        with store_of(settings).transaction() as connection:
            before = standings(connection, settings.digest.name, days, wanted, now)
        wanted = [day for day in wanted if is_a_date(settings.digest, day) or before[day][0] is not Standing.NO_MAILING]
        nothing_to_mend = (Standing.COMPLETE, Standing.EMPTY, Standing.WITH_GAPS)
        done = {day for day, (standing, _) in before.items() if standing in nothing_to_mend}
        left = [day for day in wanted if again or day not in done]
        err.print(f"{len(wanted)} dates, {len(wanted) - len(left)} of them complete: {len(left)} to make")
        reports = list(_until_all_would_fail(make(settings, left, batch=batch)))
        show_reports(settings, reports, as_json=as_json)
        if len(reports) < len(left) and not as_json:
            say(f"{len(left) - len(reports)} dates were not tried: mend what is said above, and ask again.")
    raise typer.Exit(exit_code(reports))


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
