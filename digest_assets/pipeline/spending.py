"""What a run's calls were billed, beside what all runs paid for the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from digest_assets.llm.prices import Price, cost
from digest_assets.model import Usage
from digest_assets.store.usage import DayUsage


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
