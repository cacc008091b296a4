"""What was paid for is counted by day and model, and money only where a price is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from digest_assets.llm.prices import Price, cost, price_of
from digest_assets.model import Usage
from digest_assets.store.rows import insert
from digest_assets.store.usage import money_of, usage_by_day
from digest_assets_tests.engines import new_store

DAY = date(2026, 11, 20)
PRICES = {"priced": Price(Decimal(1), Decimal(4), Decimal("0.1"))}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with new_store(tmp_path).transaction() as connection:
        yield connection


def answered(connection: duckdb.DuckDBPyConnection, model: str, *usages: tuple[int | None, ...], **more: Any) -> None:
    held = connection.execute("SELECT count(*) FROM model_answers").fetchall()[0][0]
    rows = [
        {
            "answer_key": f"key-{held + number}",
            "kind": "translation",
            "identifier": "2611.00001",
            "version": 1,
            "model": model,
            "prompt_version": "translation-zh-1",
            "answer": "译文",
            "finish_reason": "stop",
            "defects": [],
            "input_tokens": given,
            "output_tokens": said,
            "cached_tokens": cached,
            "created_at": datetime(2026, 11, 20, 23, 59, tzinfo=timezone.utc),
            **more,
        }
        for number, (given, said, cached) in enumerate(usages)
    ]
    insert(connection, "model_answers", rows)


def test_calls_tokens_cached_share_and_money_are_summed_by_day_and_model(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    answered(connection, "priced-2026-08-07", (1_000_000, 500_000, 400_000), (1_000_000, 500_000, 0))
    answered(connection, "other", (10, 5, None))
    other, priced = usage_by_day(connection, PRICES)
    assert (priced.day, priced.usage) == (DAY, Usage(2, 2_000_000, 1_000_000, 400_000))
    assert priced.cached_share == 0.2
    assert priced.money == Decimal("5.64")
    assert (other.tokens, other.money) == (15, None)
    assert money_of([other, priced]) == priced.money


def test_the_day_is_the_one_in_utc(connection: duckdb.DuckDBPyConnection) -> None:
    answered(connection, "priced", (1, 1, 0))
    answered(connection, "priced", (2, 2, 0), created_at=datetime(2026, 11, 21, tzinfo=timezone.utc))
    assert [row.day for row in usage_by_day(connection, PRICES)] == [date(2026, 11, 21), DAY]
    assert [row.tokens for row in usage_by_day(connection, PRICES, since=DAY, until=DAY)] == [2]


def test_calls_count_the_unusable_answers_before_a_usable_one(connection: duckdb.DuckDBPyConnection) -> None:
    answered(connection, "priced", (10, 10, 0), calls=3)
    assert [(row.answers, row.usage.calls) for row in usage_by_day(connection, PRICES)] == [(1, 3)]


def test_answers_that_were_not_metered_are_told_apart(connection: duckdb.DuckDBPyConnection) -> None:
    answered(connection, "priced", (None, None, None), (1_000_000, 0, 0))
    (row,) = usage_by_day(connection, PRICES)
    assert (row.unmetered, row.money) == (1, Decimal(1))


def test_a_batch_has_its_own_price(connection: duckdb.DuckDBPyConnection) -> None:
    answered(connection, "priced", (1_000_000, 0, 0))
    answered(connection, "priced", (1_000_000, 0, 0), in_batch=True)
    assert [(row.in_batch, row.money) for row in usage_by_day(connection, PRICES)] == [
        (False, Decimal(1)),
        (True, Decimal("0.5")),
    ]


def test_without_prices_there_are_only_tokens(connection: duckdb.DuckDBPyConnection) -> None:
    answered(connection, "priced", (1, 1, 0))
    days = usage_by_day(connection, {})
    assert (days[0].tokens, days[0].money, money_of(days)) == (2, None, None)


@pytest.mark.parametrize(
    ("model", "known"),
    [("priced", True), ("priced-2026-08-07", True), ("priced-latest", True), ("priced-mini", False), ("pric", False)],
)
def test_a_dated_release_costs_what_its_model_costs_and_another_model_does_not(model: str, known: bool) -> None:
    assert (price_of(model, PRICES) is not None) == known


def test_what_is_not_metered_has_no_cost() -> None:
    assert cost(Usage(1, None, None, None), PRICES["priced"]) is None
