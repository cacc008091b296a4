"""Is the newest digest there? Asked each afternoon, because a digest that nobody makes fails no run.

Dagster's freshness policies know neither arXiv's holidays nor partitions (1.13): one that demands a digest each weekday
is wrong on every holiday, and a backfill of an old date satisfies it. So the calendar is asked by a check of our own,
`the_newest_digest_is_there`; the policy on `rendered_posts` is as wide as arXiv's longest usual pause, and colours the
lineage where even that has passed.
"""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.jobs import FRESHNESS

FRESHNESS_POLICY = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(days=7), warn_window=timedelta(days=4, hours=12)
)
"""A weekend with a holiday beside it is four days without a mailing; the week of Christmas has the longest pause."""
AT_THREE = "0 15 * * *"
"""Six hours after a mailing, and two and a half after the weekday schedule."""


def freshness_schedule(place: Place, timezone: str) -> dg.ScheduleDefinition:
    """Every day at 15:00 of `timezone`; on from the start, because it costs nothing."""
    return dg.ScheduleDefinition(
        name=place.named("newest_digest_watch"),
        job_name=place.named(FRESHNESS),
        cron_schedule=AT_THREE,
        execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Looks whether the newest digest is there (weekends and arXiv's holidays have none), and whether "
        "any date is left failed.",
    )
