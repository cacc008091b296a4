"""The digest dates as Dagster's partitions; what a date means is in `digests/days.py`."""

from __future__ import annotations

import dagster as dg

from digest_assets.digests.days import DigestDays


def digest_partitions(days: DigestDays) -> dg.DailyPartitionsDefinition:
    """The digest dates as Dagster's partitions: `end_offset=1` names a window by the day on which it ends."""
    return dg.DailyPartitionsDefinition(
        start_date=days.first.isoformat(),
        timezone=days.zone.key,
        hour_offset=days.anchor.hour,
        minute_offset=days.anchor.minute,
        end_offset=1,
    )
