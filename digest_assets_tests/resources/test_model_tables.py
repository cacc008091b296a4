"""The user's terms, prices and budgets reach the prompts and the spending."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from digest_assets.config import LlmSettings
from digest_assets.errors import BudgetUsedUp, ConfigurationError
from digest_assets.llm.prices import Price
from digest_assets.model import Usage
from digest_assets.resources.model_tables import budget_of, glossary_of, price_of


def test_a_users_glossary_is_laid_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[zh]\nvocoder = ["声音合成器"]', encoding="utf-8")
    glossary = glossary_of(LlmSettings(glossary="own.toml"), tmp_path, "zh")
    assert [term.preferred for term in glossary.terms_in("vocoder prosody")] == ["声音合成器", "韵律"]


def test_without_one_the_default_is_used(tmp_path: Path) -> None:
    assert glossary_of(LlmSettings(), tmp_path, "zh").terms_in("vocoder")[0].preferred == "声码器"


def test_a_glossary_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"llm\.glossary"):
        glossary_of(LlmSettings(glossary="missing.toml"), tmp_path, "zh")


def test_the_price_is_that_of_the_longest_name_that_fits() -> None:
    prices = {"m": {"input": 1, "output": 2}, "m-mini": {"input": "0.1", "output": "0.4", "cached": "0.01"}}
    llm = LlmSettings.model_validate({"model": "m", "prices": prices})
    assert price_of(llm) == Price(Decimal(1), Decimal(2))
    assert price_of(llm, "m-mini-2026-01-01") == Price(Decimal("0.1"), Decimal("0.4"), Decimal("0.01"))
    assert price_of(llm, "other") is None


def test_the_budget_is_that_of_the_settings() -> None:
    budget = budget_of(LlmSettings(budget_day_tokens=100), Usage(1, 90, 5, 0))
    with pytest.raises(BudgetUsedUp, match="budget_day_tokens"):
        budget.hold(Usage(1, 10, 0, 0))
    with pytest.raises(ConfigurationError, match=r"llm\.prices"):
        budget_of(LlmSettings(budget_run_money=Decimal(1)))
