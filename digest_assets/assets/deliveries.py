"""A short message with links, to each receiver.

**A row** is what one receiver was told of one date. **Key**: `digest`, `digest_date`, `receiver` (a hash: the address
is a secret). **Columns**: `kind` of service, `content` (a hash of the message: what was told once is not told again),
`tries`, `tried_at`, `delivered_at`, `error`.

`delivery.urls_env` names the receivers. They are told when a digest is new, and when it has changed. A delivery that
fails is recorded, shown and tried again by the sensor `delivery_retries`; it fails no run and holds up no post. Dates
older than `delivery.within_days` are not told: a backfill sends nothing.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import dagster as dg

from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import listing
from digest_assets.assets.site_source import day_of
from digest_assets.claiming import require_made
from digest_assets.config import Settings
from digest_assets.resources.clock import Clock
from digest_assets.resources.delivery import Receiver, send
from digest_assets.site.message import Message, message
from digest_assets.site.values import Entry
from digest_assets.store.connection import DigestStore
from digest_assets.store.deliveries import Delivery, deliveries_of, record_delivery
from digest_assets.store.site_content import site_date, site_papers


@dg.asset(
    deps=["rendered_posts", "reader_site"],
    description=__doc__,
    group_name="digest",
    kinds={"duckdb"},
)
def deliveries(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    with one_date(context, settings) as date:
        made = deliver(settings, store, clock, date.day)
        for each in made:
            if each.error:
                date.log.warning(f"{each.kind} {each.receiver}: {each.error}")
        told = [(each.receiver, each.content) for each in made if each.delivered_at is not None]
        return date.made(_metadata(made), sorted(told))


def _metadata(made: list[Delivery]) -> dict[str, Any]:
    return {
        "receivers": len(made),
        "delivered": sum(1 for each in made if each.delivered_at is not None),
        "failed": sum(1 for each in made if each.error is not None),
        **({} if made else {"nobody_told": "delivery.urls_env names no variable that is set, or the date is old"}),
        **listing(
            "preview",
            ["service", "receiver", "delivered", "tries", "error"],
            [(each.kind, each.receiver, each.delivered_at, each.tries, each.error) for each in made],
        ),
    }


def deliver(settings: Settings, store: DigestStore, clock: Clock, day: date) -> list[Delivery]:
    """Tells each receiver of `day` what it was not told yet. Returns how each stands; empty where nobody is told.

    Raises `NotInStore` for a date that claimed no papers there.
    """
    name, now = settings.digest.name, clock.now()
    receivers = [Receiver(url) for url in settings.delivery.urls()]
    newest = settings.digest.days.newest(now)
    if not receivers or newest is None or day < newest - timedelta(days=settings.delivery.within_days):
        return []
    with store.transaction() as connection:
        require_made(connection, store, name, day)
        told = deliveries_of(connection, name, day)
    text = _message(settings, store, clock, day)
    if text is None:
        return []
    content = hashlib.sha256(f"{text.title}\n{text.body}".encode()).hexdigest()[:16]
    standing = []
    for receiver in receivers:
        before = told.get(receiver.hashed)
        if before is not None and before.content == content and before.delivered_at is not None:
            standing.append(before)
            continue
        again = before is not None and before.content == content
        tries = (before.tries if again and before else 0) + 1
        error = send(receiver, text)
        delivery = Delivery(day, receiver.hashed, receiver.kind, content, tries, now, error=error)
        delivery = delivery if error else replace(delivery, delivered_at=now)
        with store.transaction() as connection:  # at once: what has been sent must not be sent again
            record_delivery(connection, name, delivery)
        standing.append(delivery)
    return standing


def _message(settings: Settings, store: DigestStore, clock: Clock, day: date) -> Message | None:
    """What is to be told of `day`; None where it has no papers."""
    with store.transaction() as connection:
        row = site_date(connection, settings.digest.name, day, clock.now())
        papers = site_papers(connection, settings.digest.name, day, day)
    if row is None or not papers:
        return None
    return message(
        day_of(row),
        [Entry(each.date, each.identifier, each.title, each.authors, each.categories) for each in papers],
        language=settings.digest.language,
        name=settings.digest.name,
        site_url=settings.output.site_url,
        most=settings.delivery.papers,
    )
