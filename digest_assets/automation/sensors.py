"""Two sensors: one, off until somebody turns it on, asks for a digest as soon as its mailing is there; one, on, asks
again for digests that do not balance.

The weekday schedule asks once, at an hour when the mailing is there on most days. The first sensor polls instead:
after 20:00 New York it asks arXiv's API for the newest few entries every ten minutes, and from midnight there on for
the feed, until both have told all of the mailing. The second waits longer each time, and says when it gives up.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import dagster as dg

from digest_assets.arxiv.inference import newest_mailing_displayed
from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.dates import is_a_date
from digest_assets.automation.jobs import DIGEST
from digest_assets.config import Settings
from digest_assets.digests.due import FURTHEST_BACK, mailing_of
from digest_assets.digests.emptiness import empty_reason
from digest_assets.errors import ArxivError
from digest_assets.model import AnswerStatus
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock
from digest_assets.store import answers, endpoint_pauses, ledger, standings
from digest_assets.store.connection import DigestStore

POLL_SECONDS = 600
RETRY_SECONDS = 900
PEEK_SIZE = 5
"""Entries that a poll asks for: the newest submissions that are announced show the newest mailing."""
FEED_FOLLOWS = timedelta(hours=4)
"""The feed shows a mailing from midnight in New York on, four hours after it."""
FEED_STAYS = timedelta(hours=26)
"""When the feed has gone on to the next day, and nothing more is to be learnt of this one."""
PAUSES = (timedelta(hours=1), timedelta(hours=2), timedelta(hours=4), timedelta(hours=8), timedelta(hours=24))
"""Between asking for a date again and asking once more; after the last one it is given up."""


@dataclass(frozen=True)
class MailingCursor:
    """How far the first sensor is with a date."""

    day: str
    by_api: bool = False
    """Whether its run was asked for because the API shows the mailing."""
    by_feed: bool = False
    """Whether the feed was there, and showed nothing that a run had not seen, or a run was asked for because of it."""

    @staticmethod
    def of(text: str | None, day: date) -> "MailingCursor":
        if text and (held := MailingCursor(**json.loads(text))).day == day.isoformat():
            return held
        return MailingCursor(day.isoformat())


def mailing_sensor(place: Place, settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name=place.named("mailing_is_there"),
        job_name=place.named(DIGEST),
        minimum_interval_seconds=POLL_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Asks for a digest as soon as its mailing is searchable, and once more where the feed knows of "
        "more.",
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        store: dg.ResourceParam[DigestStore],
        arxiv: dg.ResourceParam[ArxivAccess],
        clock: dg.ResourceParam[Clock],
    ) -> dg.SensorResult | dg.SkipReason:
        now, days = clock.now(), settings.digest.days
        day = days.newest(now)
        if day is None:
            return dg.SkipReason(f"The first digest is that of {days.first}.")
        mailing = mailing_of(day, days)
        if mailing is None or now < mailing.announced_at:
            return dg.SkipReason(empty_reason(day, days, now).text)
        cursor = MailingCursor.of(context.cursor, day)
        if forgotten := (cursor.by_api or cursor.by_feed) and not _is_known(store, settings.digest.name, day):
            cursor = MailingCursor(day.isoformat())
        try:
            step = asyncio.run(_poll(settings, store, arxiv, cursor, mailing.announced_at, now))
        except ArxivError as error:
            return dg.SkipReason(f"{error} Asked again in {POLL_SECONDS // 60} minutes.")
        requests = []
        if step.asks:
            # Dagster asks once for a key; where the store was lost since then, the date is asked for under another.
            asks = f"{step.asks}-again-{now:%Y%m%dT%H%M%S}" if forgotten else step.asks
            requests = [_request(day, asks, "mailing sensor")]
            with store.transaction() as connection:
                standings.record_asked(connection, settings.digest.name, [day], now)
        return dg.SensorResult(
            run_requests=requests, skip_reason=step.why or None, cursor=json.dumps(asdict(step.cursor))
        )

    return sensor


def _is_known(store: DigestStore, digest: str, day: date) -> bool:
    """Whether the store knows that `day` was asked for. Of a lost store the cursor, which Dagster keeps, still does."""
    with store.transaction() as connection:
        return standings.was_asked(connection, digest, day)


@dataclass(frozen=True)
class _Step:
    """What a poll came to: the new cursor, and what to ask for, or why not."""

    cursor: MailingCursor
    asks: str = ""
    """Part of the run's key: what the run is asked for by."""
    why: str = ""


async def _poll(
    settings: Settings,
    store: DigestStore,
    arxiv: ArxivAccess,
    cursor: MailingCursor,
    announced_at: datetime,
    now: datetime,
) -> _Step:
    day = cursor.day
    if not cursor.by_api:
        start = announced_at - timedelta(days=7)
        async with arxiv.peeks() as client:
            newest = await client.newest(settings.digest.categories, start, now, PEEK_SIZE)
        shown = newest_mailing_displayed(each.paper for each in newest.entries)
        if shown is not None and shown >= announced_at:
            return _Step(replace(cursor, by_api=True), asks="api")
    if cursor.by_feed:
        return _Step(cursor, why=f"The digest of {day} was asked for; API and feed agree.")
    if now < announced_at + FEED_FOLLOWS:
        told = "was asked for; its feed follows at midnight in New York" if cursor.by_api else "is not searchable yet"
        return _Step(cursor, why=f"The mailing of {day} {told}.")
    return await _compare_with_feed(settings, store, arxiv, cursor, announced_at, now)


async def _compare_with_feed(
    settings: Settings,
    store: DigestStore,
    arxiv: ArxivAccess,
    cursor: MailingCursor,
    announced_at: datetime,
    now: datetime,
) -> _Step:
    """Asks for a run where the feed announces papers that no run has seen."""
    if now >= announced_at + FEED_STAYS:
        return _Step(replace(cursor, by_feed=True), why=f"The feed of {cursor.day} is gone; nothing more is asked.")
    async with arxiv.peeks() as client:
        feed = await client.feed(settings.digest.categories)
    if feed.announced_at != announced_at:
        return _Step(cursor, why=f"The feed does not show the mailing of {cursor.day} yet.")
    told = {each.paper.identifier for each in feed.entries if each.kind is not None and not each.kind.is_replacement}
    with store.transaction() as connection:
        known = ledger.announcements(connection, settings.digest.name, told)
    missing = told - known.keys()
    if missing or not cursor.by_api:
        return _Step(replace(cursor, by_api=True, by_feed=True), asks="feed")
    return _Step(replace(cursor, by_feed=True), why=f"API and feed agree on {cursor.day}: {len(told)} papers.")


def retry_sensor(place: Place, settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name=place.named("unbalanced_digests"),
        job_name=place.named(DIGEST),
        minimum_interval_seconds=RETRY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks again for digests whose ledger does not balance, with growing pauses, and says when it "
        "gives up.",
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        store: dg.ResourceParam[DigestStore],
        clock: dg.ResourceParam[Clock],
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        now, name = clock.now(), settings.digest.name
        asked, waiting, given_up = [], [], []
        with store.transaction() as connection:
            tried = standings.times_asked_again(connection, name)
            unbalanced = standings.unbalanced(connection, name, now.date() - FURTHEST_BACK)
            standings.forget_balanced(connection, name, unbalanced)
            paused = endpoint_pauses.standing(connection, name, now.date() - FURTHEST_BACK)
            keyless = answers.dates_with(connection, name, now.date() - FURTHEST_BACK, AnswerStatus.NO_KEY)
            for day, stopped_at in unbalanced.items():
                if not is_a_date(settings.digest, day):  # of an earlier version: no partition, `digest run` makes it
                    continue
                count, last = tried.get(day) or (0, stopped_at)
                if day in keyless and settings.llm.lacks_key():
                    waiting.append(f"{day} until a key is set in {settings.llm.api_key_env}")
                elif day in paused and now < paused[day]:
                    waiting.append(f"{day} until {paused[day]:%Y-%m-%d %H:%M} UTC, for the model's endpoint")
                elif day in paused:
                    endpoint_pauses.forget(connection, name, day)
                    standings.record_asked_again(connection, name, day, count, now)
                    asked.append((day, count))
                elif count >= len(PAUSES):
                    given_up.append(day.isoformat())
                elif now < last + PAUSES[count]:
                    waiting.append(f"{day} until {last + PAUSES[count]:%Y-%m-%d %H:%M} UTC")
                else:
                    standings.record_asked_again(connection, name, day, count + 1, now)
                    asked.append((day, count + 1))
        for day, count in asked:
            yield _request(day, f"again-{count}-{now:%Y%m%dT%H%M%S}", "retry sensor")
        if not asked:
            yield dg.SkipReason(_why_not(waiting, given_up))

    return sensor


def _why_not(waiting: list[str], given_up: list[str]) -> str:
    parts = [f"Waiting: {', '.join(waiting)}."] if waiting else []
    if given_up:
        parts.append(f"Given up after {len(PAUSES)} tries: {', '.join(given_up)}. `digest run D` says what is wrong.")
    return " ".join(parts) or "All digests balance."


def _request(day: date, asks: str, asked_by: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{day.isoformat()}-{asks}",
        partition_key=day.isoformat(),
        tags={"digest/asked_by": asked_by},
    )
