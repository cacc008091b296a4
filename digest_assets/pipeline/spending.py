"""What a run's calls were billed, beside what all runs paid for the same answers; and what a day was spent on calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal

from digest_assets.config import Settings
from digest_assets.llm.prices import Price, cost
from digest_assets.llm.prompts import Task
from digest_assets.model import Usage
from digest_assets.resources.model_access import EndpointAccess, all_prices
from digest_assets.store import batches
from digest_assets.store.gathering import GatheredStore
from digest_assets.store.usage import DayUsage, spent_on


@dataclass(frozen=True)
class Spending:
    """What one asset's calls were billed in this run. `price` None: the settings have none for the model."""

    usage: Usage = field(default_factory=Usage)
    """One by one."""
    price: Price | None = None
    in_batches: Usage = field(default_factory=Usage)
    by_all_runs: Sequence[DayUsage] = ()
    """What all answers about the date's papers were billed, whichever run asked."""

    @property
    def all(self) -> Usage:
        return self.usage + self.in_batches

    @property
    def money(self) -> Decimal | None:
        parts = (cost(self.usage, self.price), cost(self.in_batches, self.price, in_batch=True))
        return None if None in parts else sum((part for part in parts if part is not None), Decimal(0))


async def spent_today(
    gathered: GatheredStore,
    settings: Settings,
    access: EndpointAccess,
    now: datetime,
    without: Collection[str] = (),
    without_batches: Collection[str] = (),
) -> tuple[Usage, Decimal | None]:
    """What was spent on the day (UTC) of `now` on translating and reading, and what batches under way will take; but
    these answers and batches. Money: None where a price is not known."""
    asked = [task for task in Task if task not in (Task.SECOND_READING, Task.EMBEDDING)]
    usage, money = await spent_on_tasks(gathered, settings, access, now, asked, without)
    coming = await gathered.run(lambda connection: batches.estimated_under_way(connection, without_batches))
    coming_money = cost(coming, access.price, in_batch=True)
    return usage + coming, money if coming_money is None else (money or Decimal(0)) + coming_money


async def spent_on_tasks(
    gathered: GatheredStore,
    settings: Settings,
    access: EndpointAccess,
    now: datetime,
    tasks: Collection[Task],
    without: Collection[str] = (),
) -> tuple[Usage, Decimal | None]:
    """What was spent on `tasks` on the day (UTC) of `now`, but for the answers `without`."""
    today, prices = now.astimezone(timezone.utc).date(), all_prices(settings)
    return await gathered.run(lambda connection: spent_on(connection, today, prices, without, access.price, tasks))
