"""A digest's jobs: everything for one date, its deliveries alone, and a look at whether the newest is there."""

from __future__ import annotations

from typing import Any

import dagster as dg

from digest_assets.assets.of_a_digest import Place
from digest_assets.checks.dates import no_date_is_left_failed, the_newest_digest_is_there

DIGEST = "digest"
DELIVER = "deliver"
FRESHNESS = "freshness"


def jobs_of(place: Place) -> list[Any]:
    """The jobs; Dagster (1.13) exports no name for their type."""
    # The second check too, because a run that fails never comes to it.
    checks = (the_newest_digest_is_there, no_date_is_left_failed)
    posts = place.key("rendered_posts")
    return [
        dg.define_asset_job(
            place.named(DIGEST),
            selection=dg.AssetSelection.groups(place.group),
            description="Makes the digest of one date, from arXiv's feed to the published post.",
        ),
        dg.define_asset_job(
            place.named(DELIVER),
            selection=dg.AssetSelection.assets(place.key("deliveries")),
            description="Delivers the digest of one date.",
        ),
        dg.define_asset_job(
            place.named(FRESHNESS),
            selection=dg.AssetSelection.checks(*(dg.AssetCheckKey(posts, each.__name__) for each in checks)),
            description="Looks whether the newest digest is there, by arXiv's calendar, and whether any date is left "
            "failed. Asks neither arXiv nor the model.",
        ),
    ]
