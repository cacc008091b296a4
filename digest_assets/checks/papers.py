"""Checks that anybody can read in the UI: no paper lost, none twice, and which ones have no Chinese."""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from datetime import date

import dagster as dg

from digest_assets.assets.previews import table
from digest_assets.config import Settings
from digest_assets.store import ledger
from digest_assets.store.connection import DigestStore


@dg.asset_check(
    asset="rendered_posts",
    description="announced = published + filtered + failed, by the ledger, and the post says the same.",
)
def the_ledger_balances(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    day = date.fromisoformat(context.partition_key)
    with store.transaction() as connection:
        balance = ledger.balance(connection, settings.digest.name, day)
        counts = ledger.post_counts(connection, settings.digest.name, day)
    by_ledger = {name: balance.get(name, 0) for name in ("published", "filtered", "failed")}
    passed = counts is not None and counts == {"announced": sum(balance.values()), **by_ledger}
    return dg.AssetCheckResult(passed=passed, metadata={**by_ledger, "announced": sum(balance.values())})


@dg.asset_check(asset="windowed_papers", description="No paper is in two dates of the digest.")
def each_paper_once(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with store.transaction() as connection:
        repeats = ledger.repeats(connection, settings.digest.name)
    return dg.AssetCheckResult(
        passed=not repeats,
        metadata={"repeats": len(repeats), "papers": table(["paper"], [[each] for each in repeats[:20]])},
    )


@dg.asset_check(
    asset="rendered_posts", description="Every paper of the post has what was asked for; those that have not, and why."
)
def nothing_failed(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    day = date.fromisoformat(context.partition_key)
    with store.transaction() as connection:
        failed = ledger.failed_papers(connection, settings.digest.name, day)
    return dg.AssetCheckResult(
        passed=not failed, metadata={"failed": len(failed), "papers": table(["paper", "reason"], failed)}
    )
