"""The weekday schedule: asks for the newest digest, and for whatever was missed since the last one."""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Iterator

import dagster as dg

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.dates import dates_due, is_a_date, why_nothing_is_due
from digest_assets.automation.jobs import DIGEST
from digest_assets.config import Settings
from digest_assets.store.connection import DigestStore

WEEKDAYS_AT_HALF_PAST_TWELVE = "30 12 * * 1-5"
"""In Asia/Shanghai that is when the whole mailing has been searchable on every weekday that was recorded."""


def weekday_schedule(place: Place, settings: Settings) -> dg.ScheduleDefinition:
    """Weekdays at 12:30 in the digest's time zone. It is off until somebody turns it on in the UI: runs cost money."""

    @dg.schedule(
        name=place.named("weekdays"),
        cron_schedule=WEEKDAYS_AT_HALF_PAST_TWELVE,
        execution_timezone=settings.digest.timezone,
        job_name=place.named(DIGEST),
        description="Asks for the newest digest, and for any that was missed since the last one.",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )
    def weekdays(
        context: dg.ScheduleEvaluationContext, store: dg.ResourceParam[DigestStore]
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        # The tick's own time, so that one that is tried again, or tried out in the UI, asks for the same.
        now = context.scheduled_execution_time
        due = [day for day in dates_due(settings, store, now) if is_a_date(settings.digest, day)]
        if not due:
            yield dg.SkipReason(why_nothing_is_due(settings, store, now))
        for day in due:
            why = "newest" if day == due[-1] else "missed or unfinished"
            yield dg.RunRequest(
                run_key=day.isoformat(),
                partition_key=day.isoformat(),
                tags={"digest/asked_by": "schedule", "digest/because": why},
            )

    return weekdays
