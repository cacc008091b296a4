"""Deliveries that failed are tried again: after 5 minutes, and then after twice as long each time, ten times in all."""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import dagster as dg

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.jobs import DELIVER
from digest_assets.config import Settings
from digest_assets.resources.clock import Clock
from digest_assets.store.connection import DigestStore
from digest_assets.store.deliveries import Delivery, undelivered

FIRST_PAUSE = timedelta(minutes=5)
MOST_TRIES = 10
"""The last is two days after the first: then a person has to look at the address."""


def due_again(failed: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """Which of the failed deliveries are to be tried again at `now`, one a date."""
    due = (
        each
        for each in failed
        if each.tries < MOST_TRIES and now >= each.tried_at + FIRST_PAUSE * 2 ** (each.tries - 1)
    )
    return list({each.digest_date: each for each in due}.values())


def delivery_retries(place: Place, settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name=place.named("delivery_retries"),
        job_name=place.named(DELIVER),
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=__doc__,
    )
    def sensor(
        store: dg.ResourceParam[DigestStore], clock: dg.ResourceParam[Clock]
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        if not settings.delivery.urls():
            yield dg.SkipReason("nobody is to be told: delivery.urls_env names no variable that is set")
            return
        with store.transaction() as connection:
            failed = undelivered(connection, settings.digest.name)
        due = due_again(failed, clock.now())
        if not due:
            yield dg.SkipReason(f"{len(failed)} deliveries failed and none is due")
        for each in due:
            yield dg.RunRequest(
                run_key=f"{each.digest_date}/{each.content}/{each.tries}", partition_key=each.digest_date.isoformat()
            )

    return sensor
