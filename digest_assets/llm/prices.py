"""What answers cost, from the price table of the configuration (`[llm.prices."model"]`). No price is known here: prices
change, and a wrong one is worse than none. Where there is none, tokens are shown and money is not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from digest_assets.model import Usage

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """Per million tokens, in whatever currency the configuration thinks in."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    """For input tokens that were in the provider's prefix cache. None: as `input`."""


def cost(usage: Usage, price: Price | None) -> Decimal | None:
    """What `usage` costs; cached tokens are part of its input. None where the price or the tokens are unknown."""
    if price is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    cached = min(usage.cached_tokens or 0, usage.input_tokens)
    cached_price = price.input if price.cached is None else price.cached
    fresh = usage.input_tokens - cached
    return (fresh * price.input + cached * cached_price + usage.output_tokens * price.output) / _MILLION
