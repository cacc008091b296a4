"""A short message with links, to each receiver.

A row is what one receiver was told of one date. Key: `digest`, `digest_date`, `receiver` (a hash: the address
is a secret). Columns: `kind` of service, `content` (a hash of the message: what was told once is not told again),
`tries`, `tried_at`, `delivered_at`, `error`.

`delivery.urls_env` names the receivers. They are told when a digest is new, and when it has changed. A delivery that
fails is recorded, shown and tried again by the sensor `delivery_retries`; it fails no run and holds up no post. Dates
older than `delivery.within_days` are not told: a backfill sends nothing.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from typing import Any

import dagster as dg

from digest_assets.assets.of_a_digest import asset
from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import listing
from digest_assets.config import Settings
from digest_assets.pipeline.deliver import deliver
from digest_assets.resources.clock import Clock
from digest_assets.store.connection import DigestStore
from digest_assets.store.deliveries import Delivery


@asset(
    deps=["rendered_posts", "reader_site"],
    description=__doc__,
    kinds={"duckdb"},
)
def deliveries(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult[Any]:
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
