"""The standing checks: which dates are left failed, of all dates, not only of the one that was just made; and whether
the newest is there.

After the manner of mitodl/ol-data-platform's "no partition left failed": a failed date scrolls out of sight within
days, and nobody misses a digest that was never there. Dagster's own partition status would say it too, but counts a
date that is red because one paper failed as made; so this asks the store.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from datetime import date, datetime, timedelta

import dagster as dg

from digest_assets.assets.previews import table
from digest_assets.config import DigestSettings, GroupBy, Settings
from digest_assets.due import FURTHEST_BACK, mailing_of
from digest_assets.resources.clock import Clock
from digest_assets.standing import Standing
from digest_assets.store.connection import DigestStore
from digest_assets.store.standings import standings

SEARCHABLE_AFTER = timedelta(hours=6)
"""After a mailing: by then it was searchable on every day that was recorded, and the schedule has asked for it."""
THERE = (Standing.COMPLETE, Standing.EMPTY, Standing.IN_PART)
LEFT = (Standing.FAILED, Standing.IN_PART, Standing.LATE)


@dg.asset_check(
    asset="rendered_posts",
    description="No date of the last 45 days is left failed, in part, or never asked for though later ones were.",
)
def no_date_is_left_failed(
    settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore], clock: dg.ResourceParam[Clock]
) -> dg.AssetCheckResult:
    now, digest = clock.now(), settings.digest
    newest = digest.days.newest(now) or digest.first_date
    oldest = max(digest.first_date, newest - FURTHEST_BACK)
    dates = [oldest + timedelta(days=offset) for offset in range((newest - oldest).days + 1)]
    with store.transaction() as connection:
        stand = standings(connection, digest.name, digest.days, dates, now)
    left = [(day.isoformat(), state.value, why) for day, (state, why) in stand.items() if state in LEFT]
    return dg.AssetCheckResult(
        passed=not left,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(left)} dates are left. `digest backfill --from {left[0][0]}` makes what is missing, or "
        "materialize them here; what was paid for is kept."
        if left
        else None,
        metadata={"left": len(left), "dates": table(["date", "stands", "why"], left[:20])},
    )


@dg.asset_check(
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
