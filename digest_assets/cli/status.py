"""`digest status`: a calendar of digests, and why those that are not complete are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from digest_assets.cli.console import out, print_json, say
from digest_assets.cli.options import (
    ConfigOption,
    DigestOption,
    FromOption,
    JsonOption,
    ToOption,
    a_date,
    date_range,
    opened,
    store_of,
)
from digest_assets.digests.standing import DateRecord, Standing

if TYPE_CHECKING:
    from digest_assets.config import DigestSettings

WEEKS = 4

_LOOKS = {
    Standing.COMPLETE: ("+", "green"),
    Standing.EMPTY: ("o", "blue"),
    Standing.IN_PART: ("~", "yellow"),
    Standing.WITH_GAPS: ("*", "yellow"),
    Standing.FAILED: ("!", "red"),
    Standing.LATE: ("?", "magenta"),
    Standing.NOT_MADE: ("-", "dim"),
    Standing.NOT_YET: (".", "cyan"),
    Standing.NO_MAILING: (" ", "dim"),
}
_UNTOLD = (Standing.COMPLETE, Standing.NO_MAILING, Standing.NOT_MADE)
"""Their reasons are not worth a line each."""


def status(
    from_: FromOption = None,
    to: ToOption = None,
    as_json: JsonOption = False,
    digest: DigestOption = None,
    config: ConfigOption = None,
) -> None:
    """Show how each date stands, with counts and reasons.

    By default the last four weeks.
    """
    from digest_assets.pipeline.taken_away import taken_away
    from digest_assets.resources.clock import SystemClock
    from digest_assets.store.standings import date_records, standings
    from digest_assets.store.stop_signs import standing_signs

    now = SystemClock().now()
    with opened(config, digest) as digests, store_of(digests[0]).reading() as connection:
        signs, left = standing_signs(connection, now), taken_away(connection, digests)
        found = []
        for of in (each.digest for each in digests):
            dates = _dates(of, from_, to, now)
            standing = standings(connection, of.name, of.days, dates, now)
            found.append((of.name, standing, date_records(connection, of.name, dates[0], dates[-1])))
    if as_json:
        told = [{"source": each.source, "sign": each.sign, "until": each.until} for each in signs]
        listed = [
            {"digest": name, "dates": [_json(day, standing[day], records.get(day)) for day in standing]}
            for name, standing, records in found
        ]
        gone = [
            {"digest": each.name, "posts": each.posts, "site": str(each.site) if each.site else None} for each in left
        ]
        print_json({**(listed[0] if len(listed) == 1 else {"digests": listed}), "stop_signs": told, "taken_away": gone})
        raise typer.Exit(0)
    for name, standing, records in found:
        _print_calendar(name, standing, records)
    for sentence in [*(each.sentence for each in signs), *(each.sentence for each in left)]:
        say(sentence)


def _dates(digest: DigestSettings, from_: str | None, to: str | None, now: datetime) -> list[date]:
    last = a_date(to) if to else now.astimezone(digest.days.zone).date()
    first = a_date(from_) if from_ else max(digest.first_date, last - timedelta(weeks=WEEKS))
    return date_range(min(first, last) if not from_ else first, last)


def _json(day: date, stands: tuple[Standing, str | None], record: DateRecord | None) -> dict[str, object]:
    texts = ("translations", "translations_wanted", "readings", "readings_wanted", "withheld")
    names = ("announced", "published", "filtered", "failed", "late", *texts, "path")
    counts = {name: getattr(record, name) if record else None for name in names}
    return {"date": day, "standing": stands[0], "reason": stands[1], **counts}


def _print_calendar(
    name: str, standing: Mapping[date, tuple[Standing, str | None]], records: Mapping[date, DateRecord]
) -> None:
    table = Table(box=None, pad_edge=False, title=f"{name}: mark, and papers published", title_justify="left")
    for column in ("week of", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        table.add_column(column, min_width=7)
    for monday in sorted({day - timedelta(days=day.weekday()) for day in standing}):
        week = [monday + timedelta(days=offset) for offset in range(7)]
        table.add_row(monday.isoformat(), *(_cell(day, standing, records) for day in week))
    out.print(table)
    shown = {stands for stands, _ in standing.values()}
    legend = [f"[{colour}]{mark} {each.value}[/]" for each, (mark, colour) in _LOOKS.items() if each in shown]
    out.print("   ".join(entry for entry in legend if not entry.startswith("[dim]  ")))
    _print_reasons([(day, *stands) for day, stands in standing.items()])


def _cell(day: date, standing: Mapping[date, tuple[Standing, str | None]], records: Mapping[date, DateRecord]) -> str:
    if day not in standing:
        return ""
    mark, colour = _LOOKS[standing[day][0]]
    record = records.get(day)
    count = f" {record.published}" if record and record.published is not None and record.path else ""
    return f"[{colour}]{day.day:>2} {mark}{count}[/]"


def _print_reasons(rows: Sequence[tuple[date, Standing, str | None]]) -> None:
    for day, stands, reason in rows:
        if stands not in _UNTOLD:
            say(f"{day} {stands.value}: {reason}")
