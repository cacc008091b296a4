"""The standing check: which dates are left failed, of all dates, not only of the one that was just made.

After the manner of mitodl/ol-data-platform's "no partition left failed": a failed date scrolls out of sight within
days, and nobody misses a digest that was never there. Dagster's own partition status would say it too, but counts a
date that is red because one paper failed as made; so this asks the store.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from datetime import timedelta

import dagster as dg

from digest_assets.assets.previews import table
from digest_assets.config import Settings
from digest_assets.due import FURTHEST_BACK
from digest_assets.resources.clock import Clock
from digest_assets.standing import Standing
from digest_assets.store.connection import DigestStore
from digest_assets.store.standings import standings

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
