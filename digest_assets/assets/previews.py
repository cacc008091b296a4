"""How tables and counts look in a materialization's metadata."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import dagster as dg

from digest_assets.config import OutputSettings
from digest_assets.markup.targets import metadata_cell
from digest_assets.model import AnswerStatus, Reading, Translation
from digest_assets.pipeline.spending import Spending
from digest_assets.store.usage import DayUsage, money_of


def page_on_the_web(output: OutputSettings, day: date) -> dict[str, dg.MetadataValue]:
    """The address of the date's page as metadata; nothing where no site is made, or nobody said where it is served."""
    served = output.site_dir and output.site_url
    return {"page_url": dg.MetadataValue.url(f"{output.site_url}d/{day}.html")} if served else {}


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MetadataValue:
    """A Markdown table; long cells are cut, and nothing in one can break the table."""
    ruled = " | ".join(["---"] * len(columns))
    lines = [_line(columns), f"| {ruled} |", *(_line(row) for row in rows)]
    return dg.MetadataValue.md("\n".join(lines))


def listing(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, dg.MetadataValue]:
    """`table` as metadata called `name`; nothing where there are no rows: nobody opens a table to find it empty."""
    return {name: table(columns, rows)} if rows else {}


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(metadata_cell(cell) for cell in cells) + " |"


_STATUS_NAMES = {
    AnswerStatus.NOT_ASKED: "not_asked",
    AnswerStatus.NO_KEY: "without_a_key",
    AnswerStatus.BUDGET: "left_by_the_budget",
    AnswerStatus.WAITING: "waiting_for_a_batch",
}


def status_counts(rows: Sequence[Translation | Reading], spending: Spending) -> dict[str, Any]:
    """How many rows there are of each status, what their answers cost, and how much of that in this run; numbers, so
    that the UI plots them over dates."""
    statuses = Counter(row.status for row in rows)
    reasons = Counter(row.reason for row in rows if row.reason)
    return {
        "dagster/partition_row_count": len(rows),
        **{_STATUS_NAMES.get(status, status.value): statuses[status] for status in AnswerStatus},
        "withheld_share": round(statuses[AnswerStatus.WITHHELD] / len(rows), 3) if rows else 0.0,
        **cost_metadata(spending),
        **listing("reasons", ["papers", "reason"], [[count, reason] for reason, count in reasons.most_common()]),
    }


def cost_metadata(spending: Spending) -> dict[str, Any]:
    """The date's cost under plain names, so that a date that is made again is plotted with what it cost all the same;
    what this run paid of it under names that say so."""
    days, now = spending.by_all_runs, spending.all
    given = sum(each.usage.input_tokens or 0 for each in days)
    batched = spending.in_batches.calls
    return {
        "calls": sum(each.usage.calls for each in days),
        "input_tokens": given,
        "output_tokens": sum(each.usage.output_tokens or 0 for each in days),
        "cached_share": round(sum(each.usage.cached_tokens or 0 for each in days) / given, 3) if given else 0.0,
        **money_metadata("money", money_of(days)),
        "calls_of_this_run": now.calls,
        **({"calls_of_this_run_in_batches": batched} if batched else {}),
        "tokens_of_this_run": (now.input_tokens or 0) + (now.output_tokens or 0),
        **money_metadata("money_of_this_run", spending.money),
    }


def second_reader(rows: Sequence[Translation | Reading], days: Sequence[DayUsage]) -> dict[str, Any]:
    """What a second reader doubts of a date's texts, and what it was paid; nothing where nobody asked one."""
    if not days:
        return {}
    return {
        "sentences_doubted": sum(row.sentences_doubted for row in rows),
        "second_reader_calls": sum(each.usage.calls for each in days),
        "second_reader_tokens": sum(each.tokens for each in days),
        **money_metadata("second_reader_money", money_of(days)),
    }


def money_metadata(name: str, amount: Decimal | None) -> dict[str, float]:
    """An amount as metadata called `name`; nothing where it is not known."""
    return {name: float(round(amount, 4))} if amount is not None else {}


def data_version(parts: Iterable[object]) -> dg.DataVersion:
    """A version of content: the same rows are the same version, so what lies downstream stays fresh."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode("utf-8", "replace"))
        digest.update(b"\n")
    return dg.DataVersion(digest.hexdigest()[:16])
