"""The standing checks: which dates are left failed, of all dates, not only of the one that was just made; and whether
the newest is there.

After the manner of mitodl/ol-data-platform's "no partition left failed": a failed date scrolls out of sight within
days, and nobody misses a digest that was never there. Dagster's own partition status would say it too, but counts a
date that is red because one paper failed as made; so this asks the store.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import dagster as dg

from digest_assets.assets.of_a_digest import asset_check
from digest_assets.assets.previews import listing
from digest_assets.config import DigestSettings, GroupBy, Settings
from digest_assets.digests.days import dates_between
from digest_assets.digests.due import FURTHEST_BACK, mailing_of
from digest_assets.digests.standing import Standing
from digest_assets.resources.clock import Clock
from digest_assets.store import ledger
from digest_assets.store.connection import DigestStore
from digest_assets.store.standings import not_made, standings

SEARCHABLE_AFTER = timedelta(hours=6)
"""After a mailing: by then it was searchable on every day that was recorded, and the schedule has asked for it."""
LOST = "lost"
"""How a date stands that Dagster shows as made and the store does not hold."""
WAITING = "waiting"
"""How a date stands whose papers are claimed and whose answers are being made in a batch: neither left nor there."""
THERE = (Standing.COMPLETE, Standing.EMPTY, Standing.IN_PART, Standing.WITH_GAPS)
LEFT = (Standing.FAILED, Standing.IN_PART, Standing.LATE)


@asset_check(
    asset="rendered_posts",
    description="No date of the last 45 days is left failed, in part, or never asked for though it is time; and the "
    "store holds each date that Dagster shows as made.",
)
def no_date_is_left_failed(
    context: dg.AssetCheckExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> dg.AssetCheckResult:
    now, digest = clock.now(), settings.digest
    newest = digest.days.newest(now) or digest.first_date
    oldest = max(digest.first_date, newest - FURTHEST_BACK)
    dates = dates_between(oldest, newest)
    (checked,) = context.selected_asset_check_keys
    shown = context.instance.get_materialized_partitions(checked.asset_key)
    with store.transaction() as connection:
        stand = standings(connection, digest.name, digest.days, dates, now)
        made = ledger.made(connection, digest.name, among=dates)
        lost = [(day, LOST, f"It is not in {store.name}.") for day in not_made(connection, digest.name, shown)]
    due = expected(digest, now)
    left = [
        (day.isoformat(), state.value, why)
        for day, (state, why) in stand.items()
        if state in LEFT and (state is not Standing.LATE or (due is not None and day <= due))
    ]
    waiting = [
        (day.isoformat(), WAITING, why)
        for day, (state, why) in stand.items()
        if state is Standing.NOT_YET and day in made
    ]
    return dg.AssetCheckResult(
        passed=not (left or lost),
        severity=dg.AssetCheckSeverity.WARN,
        description=_what_to_do(
            sorted(day for day, _, _ in left), [day for day, _, _ in lost], [day for day, _, _ in waiting]
        ),
        metadata={
            "left": len(left),
            "lost": len(lost),
            "waiting": len(waiting),
            **listing("dates", ["date", "stands", "why"], (lost + left + waiting)[:20]),
        },
    )


def _what_to_do(left: Sequence[str], lost: Sequence[str], waiting: Sequence[str]) -> str | None:
    told = []
    if lost:
        told.append(
            f"{len(lost)} dates that Dagster shows as made are not in the store: it was deleted, or lies elsewhere. "
            f"Restore it, or correct store.url, or make them again: `digest backfill --from {lost[0]} --to {lost[-1]}`."
        )
    if left:
        told.append(
            f"{len(left)} dates are left. `digest backfill --from {left[0]}` makes what is missing, or materialize "
            "them here; what was paid for is kept."
        )
    if waiting:
        told.append(f"{len(waiting)} dates wait for a batch: {', '.join(waiting[:3])}. Run them again to collect it.")
    return " ".join(told) or None


@asset_check(
    asset="rendered_posts",
    description="The newest digest that arXiv's calendar lets expect is there: weekends and holidays have none.",
)
def the_newest_digest_is_there(
    settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore], clock: dg.ResourceParam[Clock]
) -> dg.AssetCheckResult:
    now, digest = clock.now(), settings.digest
    day = expected(digest, now)
    if day is None:
        return dg.AssetCheckResult(passed=True, description="No digest is expected yet.")
    with store.transaction() as connection:
        ((stands, why),) = standings(connection, digest.name, digest.days, [day], now).values()
    return dg.AssetCheckResult(
        passed=stands in THERE,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{day} is {stands.value}." + (f" {why}" if why else ""),
        metadata={"expected": day.isoformat(), "stands": stands.value},
    )


def expected(digest: DigestSettings, now: datetime) -> date | None:
    """The newest date whose digest ought to be there at `now`; None where there is none in the last 45 days."""
    newest = digest.days.newest(now)
    for day in () if newest is None else (newest - timedelta(days=back) for back in range(FURTHEST_BACK.days)):
        mailing = mailing_of(day, digest.days)
        is_due = mailing is not None and now >= mailing.announced_at + SEARCHABLE_AFTER
        if day >= digest.first_date and (is_due or digest.by is GroupBy.SUBMITTED):
            return day
    return None
