"""What a setting of `[checks]` means to Dagster."""

from __future__ import annotations

import dagster as dg


def severity_of(setting: str) -> dg.AssetCheckSeverity:
    """A blocking check that fails holds the post back where it is an error, and not where it is a warning."""
    return dg.AssetCheckSeverity.ERROR if setting == "block" else dg.AssetCheckSeverity.WARN
