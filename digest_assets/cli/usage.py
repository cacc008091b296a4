"""`digest usage`: what the model was paid for, by day and model."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from digest_assets.cli.console import out, print_json, say
from digest_assets.cli.options import ConfigOption, FromOption, JsonOption, ToOption, a_date, opened_project, store_of

if TYPE_CHECKING:
    from decimal import Decimal

    from digest_assets.store.usage import DayUsage


def usage(
    from_: FromOption = None,
    to: ToOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show calls, tokens and money, by day and model.

    Days are UTC, as providers bill.
    """
    from digest_assets.resources.model_access import all_prices
    from digest_assets.store.usage import money_of, usage_by_day

    since, until = (a_date(text) if text else None for text in (from_, to))
    if since and until and until < since:
        raise typer.BadParameter(f"--to {until} is before --from {since}")
    with opened_project(config) as settings:
        prices = all_prices(settings)
        with store_of(settings).reading() as connection:
            days = usage_by_day(connection, prices, since, until)
    if as_json:
        print_json({"days": [_json(each) for each in days], "money": money_of(days)})
    else:
        _print_table(days, money_of(days))


def _json(each: DayUsage) -> dict[str, Any]:
    row = asdict(each)
    return {**row, **row.pop("usage"), "cached_share": each.cached_share}


def _print_table(days: list[DayUsage], money: Decimal | None) -> None:
    if not days:
        say("No answer was paid for.")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("day (UTC)")
    table.add_column("model")
    for column in ("calls", "input", "output", "cached", "money"):
        table.add_column(column, justify="right")
    for each in days:
        usage = each.usage
        table.add_row(
            each.day.isoformat(),
            each.model + (" (batch)" if each.in_batch else ""),
            f"{usage.calls:,}",
            _count(usage.input_tokens),
            _count(usage.output_tokens),
            "" if each.cached_share is None else f"{each.cached_share:.0%}",
            _money(each.money),
        )
    out.print(table)
    say(f"In all: {_money(money)}" if money is not None else "Money is shown for models in llm.prices of digest.toml.")
    unmetered = sum(each.unmetered for each in days)
    if unmetered:
        say(f"{unmetered} answers are in no sum: the endpoint did not say what they took.")


def _count(tokens: int | None) -> str:
    return "" if tokens is None else f"{tokens:,}"


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.4f}"
