"""Checks that anybody can read in the UI: no paper lost, none twice, and which ones have no Chinese."""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from datetime import date

import dagster as dg

from digest_assets.assets.of_a_digest import asset_check
from digest_assets.assets.one_date import checked_date
from digest_assets.assets.previews import listing
from digest_assets.checks.severity import severity_of
from digest_assets.config import GroupBy, Settings
from digest_assets.store import audit, ledger, ranking, standings
from digest_assets.store.connection import DigestStore


@asset_check(
    asset="rendered_posts",
    description="announced = published + filtered + failed, by the ledger, and the post says the same.",
)
def the_ledger_balances(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            balance = audit.balance(connection, settings.digest.name, day)
            counts = audit.post_counts(connection, settings.digest.name, day)
        by_ledger = {name: balance.get(name, 0) for name in ("published", "filtered", "failed")}
        expected = {"announced": sum(balance.values()), **by_ledger}
        return dg.AssetCheckResult(
            passed=counts == expected,
            description=_imbalance(day, expected, counts) if counts != expected else None,
            metadata=expected,
        )


def _imbalance(day: date, expected: dict[str, int], counts: dict[str, int] | None) -> str:
    if counts is None:
        return f"The store holds no post of {day}; make the date again."
    wrong = [f"{name} is {expected[name]} by the ledger, {counts[name]} in the post" for name in expected
             if expected[name] != counts[name]]  # fmt: skip
    return f"{'; '.join(wrong) or 'Papers are in none of the three'}. Materialize rendered_posts again."


@asset_check(
    asset="windowed_papers",
    blocking=True,
    description="No paper of the date is in another date, nor in a post of another date that was published.",
)
def each_paper_once(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            repeats = audit.repeats(connection, settings.digest.name, day)
        shown = [(identifier, other.isoformat()) for identifier, other in repeats[:20]]
        first = f" ({shown[0][0]} in {shown[0][1]})" if shown else ""
        told = (
            f"{len(repeats)} papers of {day} are in other dates{first}. "
            'Restore the store from a copy, or publish them twice by checks.on_repeats = "warn".'
        )
        return dg.AssetCheckResult(
            passed=not repeats,
            severity=severity_of(settings.checks.on_repeats),
            description=told if repeats else None,
            metadata={"repeats": len(repeats), **listing("papers", ["paper", "also in"], shown)},
        )


@asset_check(
    asset="windowed_papers",
    blocking=True,
    description="Nothing that arXiv announced for the date turned up after the date was made.",
)
def no_paper_came_late(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        digest = settings.digest
        by_submission = digest.by is GroupBy.SUBMITTED
        span = digest.days.window(day) if by_submission else digest.days.span(day)
        with store.transaction() as connection:
            is_made = ledger.is_made(connection, digest.name, day)
            late = audit.late_papers(connection, digest.name, span.start, span.end, by_submission=by_submission)
        late = late if is_made else []
        waiting = sum(1 for _, _, taken_by in late if taken_by is None)
        return dg.AssetCheckResult(
            passed=not late,
            severity=severity_of(settings.checks.on_late),
            description=f"{len(late)} papers of {day} turned up after it was made: {len(late) - waiting} are in a "
            f'later date, {waiting} wait for the next. checks.on_late = "warn" lets the post be written.'
            if late
            else None,
            metadata={
                "late": len(late),
                "waiting": waiting,
                **listing(
                    "papers",
                    ["paper", "first seen (UTC)", "taken by"],
                    [
                        (identifier, f"{seen:%Y-%m-%d %H:%M}", taken_by.isoformat() if taken_by else None)
                        for identifier, seen, taken_by in late[:20]
                    ],
                ),
            },
        )


@asset_check(
    asset="windowed_papers",
    blocking=True,
    description="Before the post: announced = kept + filtered. Each paper of the date is claimed once, and known; what "
    "is left out has its reason.",
)
def each_claim_is_whole(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            is_made = ledger.is_made(connection, settings.digest.name, day)
            counts = audit.balance(connection, settings.digest.name, day)
            wrong = audit.broken_claims(connection, settings.digest.name, day)
        if not is_made:
            return dg.AssetCheckResult(passed=False, description=f"The store holds no papers of {day}; make it again.")
        first = f" ({wrong[0][0]} is {wrong[0][1]})" if wrong else ""
        told = (
            f"{len(wrong)} papers of {day} stand in the store more than once, or in part{first}: its post cannot be "
            'trusted. Restore the store from a copy, or have it written all the same by checks.on_imbalance = "warn".'
        )
        return dg.AssetCheckResult(
            passed=not wrong,
            severity=severity_of(settings.checks.on_imbalance),
            description=told if wrong else None,
            metadata={
                "announced": sum(counts.values()),
                "filtered": counts.get("filtered", 0),
                "wrong": len(wrong),
                **listing("papers", ["paper", "is"], wrong[:20]),
            },
        )


@asset_check(
    asset="rendered_posts", description="Every paper of the post has what was asked for; those that have not, and why."
)
def nothing_failed(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            lacking = standings.lacking_papers(connection, settings.digest.name, day)
        return dg.AssetCheckResult(
            passed=not lacking, metadata={"failed": len(lacking), **listing("papers", ["paper", "reason"], lacking)}
        )


@asset_check(
    asset="ranked_papers",
    description="Ranking leaves nothing out: each interest ranks every paper that the date keeps, each once.",
)
def ranking_leaves_nothing_out(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            kept = ledger.kept_by(connection, settings.digest.name, day)
            found = ranking.ranked_of(connection, settings.digest.name, day)
        by_interest: dict[str, list[str]] = {each.name: [] for each in settings.interests}
        for each in found:
            by_interest.setdefault(each.interest, []).append(each.identifier)
        wrong = [name for name, identifiers in by_interest.items() if sorted(identifiers) != sorted(kept)]
        return dg.AssetCheckResult(
            passed=not wrong,
            description=f"{', '.join(wrong)}: not the papers of {day}. Materialize ranked_papers again."
            if wrong
            else None,
            metadata={"papers": len(kept), "interests": len(by_interest)},
        )
