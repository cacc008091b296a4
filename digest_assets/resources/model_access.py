"""How a run gets to the language model: whether it may be asked at all, by which rules, and the open client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from digest_assets.config import LlmSettings
from digest_assets.llm.asking import AskingRules, OnDefect
from digest_assets.llm.glossary import Glossary, default_glossary
from digest_assets.llm.prices import Price
from digest_assets.resources.language_model import LanguageModel


def price_table(settings: LlmSettings) -> dict[str, Price]:
    """The prices that the settings name, by model."""
    return {
        model: Price(price.input, price.output, price.cached, price.batch_share)
        for model, price in settings.prices.items()
    }


@dataclass(frozen=True)
class ModelAccess:
    """The endpoint that the settings name. The key is read from the environment when it is used, and kept nowhere."""

    settings: LlmSettings
    root: Path
    """The folder of digest.toml."""

    @property
    def can_be_asked(self) -> bool:
        return self.settings.api_key() is not None

    @property
    def why_not(self) -> str:
        return f"no key is set in {self.settings.api_key_env}"

    def rules(self, language: str) -> AskingRules:
        return AskingRules(
            model=self.settings.model,
            audience=self.settings.audience,
            language=language,
            temperature=self.settings.temperature,
            max_output_tokens=self.settings.max_output_tokens,
            on_defect=OnDefect(self.settings.on_defect),
            tolerance=self.settings.limit_tolerance,
            glossary=self.glossary(language),
        )

    def glossary(self, language: str) -> Glossary:
        return default_glossary(language)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[LanguageModel]:
        async with LanguageModel(self.settings, self.settings.api_key() or "") as model:
            yield model
