"""The main job: everything for one digest date."""

from __future__ import annotations

import dagster as dg

digest_job = dg.define_asset_job(
    "digest",
    selection=dg.AssetSelection.all(),
    description="Makes the digest of one date, from arXiv's feed to the published post.",
)
