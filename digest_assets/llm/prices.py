"""What answers cost, from the price table of the configuration (`[llm.prices."model"]`). No price is known here: prices
change, and a wrong one is worse than none. Where there is none, tokens are shown and money is not."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from digest_assets.model import Usage

_MILLION = Decimal(1_000_000)
_RELEASE = re.compile(r"[-@](?:\d[\d.-]*|latest)")
"""What endpoints add to a model's name for the release that answered: `gpt-5-mini-2025-08-07`."""


@dataclass(frozen=True, slots=True)
class Price:
    """Per million tokens, in whatever currency the configuration thinks in."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    """For input tokens that were in the provider's prefix cache. None: as `input`."""
    batch_share: Decimal = Decimal("0.5")
    """What share of it is asked for in a batch."""


_log = logging.getLogger(__name__)
_ALIKE = 0.6
"""What share of a name has to be a priced model's for its price to be taken."""
_told: set[str] = set()

PriceTable = Mapping[str, Price]
"""By model."""


def price_of(model: str, table: PriceTable) -> Price | None:
    """The price of `model`, of the model that it is a dated release of, or of the one whose name it mostly is: many
    endpoints name a model in their own way (`Qwen/Qwen3-8B-AWQ` for `qwen3-8b`). The last is said once, as a warning.
    None: the table does not say."""
    if model in table:
        return table[model]
    names = (name for name in table if model.startswith(name) and _RELEASE.fullmatch(model[len(name) :]))
    longest = max(names, key=len, default=None)
    if longest is not None:
        return table[longest]
    alike = max(table, key=lambda name: _common(name, model), default=None)
    if alike is None or _common(alike, model) < _ALIKE * len(_bare(model)):
        return None
    if model not in _told:
        _told.add(model)
        _log.warning("%s is taken to cost what %s does. Add it to [llm.prices] where it does not.", model, alike)
    return table[alike]


def _bare(model: str) -> str:
    """Without the folder of whoever made it."""
    return model.rsplit("/", 1)[-1].lower()


def _common(one: str, other: str) -> int:
    """How many letters two names begin with together, up to the end of a word of both."""
    one, other = _bare(one), _bare(other)
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    ends = [at for at in range(same + 1) if all(at == len(name) or not name[at].isalnum() for name in (one, other))]
    return max(ends, default=0)


def cost(usage: Usage, price: Price | None, *, in_batch: bool = False) -> Decimal | None:
    """What `usage` costs; cached tokens are part of its input. None where the price or the tokens are unknown."""
    if price is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    cached = min(usage.cached_tokens or 0, usage.input_tokens)
    cached_price = price.input if price.cached is None else price.cached
    fresh = usage.input_tokens - cached
    whole = (fresh * price.input + cached * cached_price + usage.output_tokens * price.output) / _MILLION
    return whole * price.batch_share if in_batch else whole
