"""What the model was paid for: calls, tokens, cached share and money, by day and model, from the stored answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import duckdb

from digest_assets.llm.prices import Price, PriceTable, cost, price_of
from digest_assets.model import Usage
from digest_assets.store.rows import IN_LIST, json_list, rows


@dataclass(frozen=True, slots=True)
class DayUsage:
    """What one model was paid for on one day, one by one or in batches."""

    day: date
    """UTC, as providers bill and as `llm.budget_day_*` counts."""
    model: str
    """As the endpoint named it."""
    in_batch: bool
    usage: Usage
    """Of the answers that the endpoint metered; its calls are those of all answers."""
    answers: int
    unmetered: int
    """Answers of which the endpoint did not say what they took: they are in no token and in no sum."""
    money: Decimal | None
    """In the currency of `llm.prices`. None: the model has no price there, or nothing was metered."""

    @property
    def tokens(self) -> int:
        return (self.usage.input_tokens or 0) + (self.usage.output_tokens or 0)

    @property
    def cached_share(self) -> float | None:
        """The part of the input that the provider had in its prefix cache. None: there was no input."""
        return (self.usage.cached_tokens or 0) / self.usage.input_tokens if self.usage.input_tokens else None


def usage_by_day(
    connection: duckdb.DuckDBPyConnection,
    prices: PriceTable,
    since: date | None = None,
    until: date | None = None,
    without: Collection[str] = (),
    tasks: Collection[str] | None = None,
) -> list[DayUsage]:
    """A row a day and model, the newest day first; from `since` to `until`, both inclusive (UTC dates), if given.
    Answers whose keys are in `without` are left out; of `tasks` alone, where some are given.

    `prices`: see `resources.model_access.price_table`.
    """
    return _usage(
        connection,
        prices,
        "created_at >= coalesce(?::TIMESTAMPTZ, '-infinity') AND created_at < coalesce(?::TIMESTAMPTZ, 'infinity') "
        f"AND answer_key NOT IN {IN_LIST}" + (f" AND kind IN {IN_LIST}" if tasks is not None else ""),
        [
            _midnight(since),
            _midnight(until + timedelta(days=1)) if until else None,
            json_list(without),
            *([json_list(tasks)] if tasks is not None else []),
        ],
    )


def usage_of_papers(
    connection: duckdb.DuckDBPyConnection, prices: PriceTable, identifiers: Collection[str], kind: str | None = None
) -> list[DayUsage]:
    """What the answers about papers were paid for, whichever run asked for them: a row a day and model, the newest day
    first. `kind`: only translation, or only reading."""
    where = f"identifier IN {IN_LIST} AND kind = coalesce(?, kind)"
    return _usage(connection, prices, where, [json_list(identifiers), kind])


def _usage(
    connection: duckdb.DuckDBPyConnection, prices: PriceTable, where: str, parameters: list[object]
) -> list[DayUsage]:
    found = rows(
        connection.execute(
            f"""
            SELECT (created_at AT TIME ZONE 'UTC')::DATE AS day, model, coalesce(in_batch, false) AS in_batch,
                   count(*) AS answers, coalesce(sum(coalesce(calls, 1)), 0)::BIGINT AS calls,
                   count(*) FILTER (input_tokens IS NULL OR output_tokens IS NULL) AS unmetered,
                   sum(input_tokens)::BIGINT AS input_tokens, sum(output_tokens)::BIGINT AS output_tokens,
                   sum(cached_tokens)::BIGINT AS cached_tokens
            FROM model_answers WHERE {where} GROUP BY ALL ORDER BY day DESC, model, in_batch
            """,
            parameters,
        )
    )
    return [_day_usage(row, prices) for row in found]


def _midnight(day: date | None) -> datetime | None:
    """Bounds in instants let DuckDB skip what lies outside of them; bounds on the day read every answer ever given."""
    return datetime.combine(day, time(0), timezone.utc) if day else None


def _day_usage(row: dict[str, Any], prices: PriceTable) -> DayUsage:
    usage = Usage(row["calls"], row["input_tokens"], row["output_tokens"], row["cached_tokens"])
    return DayUsage(
        day=row["day"],
        model=row["model"],
        in_batch=row["in_batch"],
        usage=usage,
        answers=row["answers"],
        unmetered=row["unmetered"],
        money=cost(usage, price_of(row["model"], prices), in_batch=row["in_batch"]),
    )


def spent_on(
    connection: duckdb.DuckDBPyConnection,
    day: date,
    prices: PriceTable,
    without: Collection[str] = (),
    otherwise: Price | None = None,
    tasks: Collection[str] | None = None,
) -> tuple[Usage, Decimal | None]:
    """What all models together were paid for on `day` (UTC), and in money: models without a price by `otherwise`, as
    far as that is known. Answers whose keys are in `without` are left out; of `tasks` alone, where some are given."""
    days = [
        replace(each, money=cost(each.usage, otherwise, in_batch=each.in_batch)) if each.money is None else each
        for each in usage_by_day(connection, prices, day, day, without, tasks)
    ]
    return sum((each.usage for each in days), Usage()), money_of(days)


def money_of(days: Iterable[DayUsage]) -> Decimal | None:
    """The sum of what is known. None where nothing is."""
    known = [each.money for each in days if each.money is not None]
    return sum(known, Decimal(0)) if known else None
