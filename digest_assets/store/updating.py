"""What an update leaves as it is, and what it would cost to make it anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from digest_assets.llm.prices import PriceTable, cost, price_of
from digest_assets.llm.prompts import current_versions
from digest_assets.model import Usage
from digest_assets.store.connection import DigestStore
from digest_assets.store.rows import IN_LIST, json_list


@dataclass(frozen=True, slots=True)
class StaleAnswers:
    """Translations or readings that were asked for by prompts of earlier versions."""

    stage: str
    count: int
    first: date
    last: date
    tokens: int
    """What their answers took, in and out."""
    money: Decimal | None
    """The same at the price of `model`. None: its price is not known."""


def stale_answers(store: DigestStore, digest: str, model: str, prices: PriceTable) -> list[StaleAnswers]:
    """Those of `digest`, in the store as it is: nothing is migrated, nothing is written."""
    found = []
    with store.as_it_is() as connection:
        for stage, table in (("translations", "translations"), ("readings", "summaries")):
            (row,) = connection.execute(
                "SELECT count(*), min(digest_date), max(digest_date), coalesce(sum(input_tokens), 0)::BIGINT, "
                f"coalesce(sum(output_tokens), 0)::BIGINT FROM {table} WHERE digest = ? AND status = 'done' "
                f"AND prompt_version NOT IN {IN_LIST}",
                [digest, json_list(current_versions())],
            ).fetchall()
            count, first, last, given, said = row
            if count:
                money = cost(Usage(count, given, said, 0), price_of(model, prices))
                found.append(StaleAnswers(stage, count, first, last, given + said, money))
    return found
