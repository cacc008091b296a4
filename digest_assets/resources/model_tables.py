"""The tables that a user may give for the model, from settings to values: terms, prices, budgets."""

from __future__ import annotations

from pathlib import Path

from digest_assets.config import LlmSettings
from digest_assets.errors import ConfigurationError
from digest_assets.llm.budget import Budget, Limits
from digest_assets.llm.glossary import Glossary, default_glossary, parse_glossary
from digest_assets.llm.prices import Price
from digest_assets.model import Usage


def glossary_of(llm: LlmSettings, root: Path, language: str) -> Glossary:
    """The package's terms with those of `llm.glossary` (relative to `root`) laid over them.

    Raises `ConfigurationError` for a file that cannot be read or is broken.
    """
    if not llm.glossary:
        return default_glossary(language)
    path = (root / Path(llm.glossary).expanduser()).resolve()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The glossary {path} cannot be read: {error}.", cure="Correct llm.glossary."
        ) from None
    return default_glossary(language).extended(parse_glossary(text, language, str(path)))


def price_of(llm: LlmSettings, model: str | None = None) -> Price | None:
    """The price of `model` (default: `llm.model`), None where the configuration has none.

    Endpoints name a model more exactly than the settings do (`m-2026-01-01` for `m`): the longest name in the table
    that the model's name begins with is taken.
    """
    name = model or llm.model
    known = max((each for each in llm.prices if name.startswith(each)), key=len, default=None)
    if known is None:
        return None
    price = llm.prices[known]
    return Price(input=price.input, output=price.output, cached=price.cached)


def budget_of(llm: LlmSettings, spent_today: Usage | None = None) -> Budget:
    """The budget of one run. `spent_today` is what earlier runs of the day (UTC) were billed.

    Raises `ConfigurationError` where money is limited and the model has no price.
    """
    limits = Limits(llm.budget_run_tokens, llm.budget_day_tokens, llm.budget_run_money, llm.budget_day_money)
    return Budget(limits, price_of(llm), spent_today)
