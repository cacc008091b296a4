"""Which dates are due now, by what the store holds: what the schedule and `digest run` both ask."""

from __future__ import annotations

from datetime import date, datetime

from digest_assets.arxiv.searchable import empty_reason
from digest_assets.config import GroupBy, Settings
from digest_assets.due import FURTHEST_BACK, due_dates
from digest_assets.store import answers, ledger
from digest_assets.store.connection import DigestStore


def dates_due(settings: Settings, store: DigestStore, now: datetime) -> list[date]:
    """The digest dates to make at `now`, oldest first."""
    with store.transaction() as connection:
        made = set(ledger.made(connection, settings.digest.name))
        since = now.date() - FURTHEST_BACK
        unfinished = ledger.unfinished(connection, settings.digest.name, since)
        short_of_budget = answers.ended_by_budget(connection, settings.digest.name, since)
    return due_dates(
        settings.digest.days,
        now,
        made=made,
        unfinished={*unfinished, *short_of_budget},
        every_day=settings.digest.by is GroupBy.SUBMITTED,
    )


def why_nothing_is_due(settings: Settings, now: datetime) -> str:
    """One sentence or two for whoever asked at `now`, where `dates_due` is empty."""
    newest = settings.digest.days.newest(now)
    if newest is None:
        return f"Nothing is due: the first digest is that of {settings.digest.first_date} (digest.first_date)."
    reason = empty_reason(newest, settings.digest.days, now)
    return "Nothing is due: every mailing so far has its digest." + (f" {reason.text}" if reason.cause.is_final else "")
