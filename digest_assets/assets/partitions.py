"""The digest dates as Dagster's partitions; what a date means is in `digests/days.py`.

A date that can have no mailing is no partition, so that "missing" means missing: the weekdays follow from the zone, and
arXiv's known holidays are excluded. A holiday that nobody knew stays a date, which says why it is empty.
"""

from __future__ import annotations

from datetime import datetime

import dagster as dg

from digest_assets.digests.days import DigestDays
from digest_assets.digests.due import dates_of_holidays, weekdays_with_mailings


def digest_partitions(days: DigestDays, *, every_day: bool = False) -> dg.TimeWindowPartitionsDefinition:
    """The digest dates as Dagster's partitions. `every_day`: dates without a mailing, too.

    A window begins at the anchor of its date, which gives it its name, and ends at that of the next weekday with a
    mailing; `end_offset=1` has a date exist from its anchor on. So on Saturday the last one is Friday's. (With a daily
    window and the weekend in `exclusions` Monday would be there on Saturday, and missing. After an excluded holiday
    the next date is.)
    """
    holidays = dates_of_holidays(days)
    weekdays = "*" if every_day else ",".join(str((day + 1) % 7) for day in sorted(weekdays_with_mailings(days)))
    return dg.TimeWindowPartitionsDefinition(
        start=days.first.isoformat(),
        fmt="%Y-%m-%d",
        timezone=days.zone.key,
        cron_schedule=f"{days.anchor.minute} {days.anchor.hour} * * {weekdays}",
        end_offset=1,
        # As wall time: Dagster (1.13) gives a datetime the partitions' zone, whatever it had.
        exclusions=None if every_day else [datetime.combine(each, days.anchor, days.zone) for each in holidays],
    )
