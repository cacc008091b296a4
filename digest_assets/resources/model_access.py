"""How a run gets to the language model: whether it may be asked at all, by which rules, and the open client."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from digest_assets.config import EMBEDDINGS, SECOND_READER, EndpointSettings, LlmSettings, Settings
from digest_assets.errors import ConfigurationError, EndpointPaused, NoKey
from digest_assets.fields import audience, fields_of
from digest_assets.full_text.tokens import count_tokens
from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import Ask, AskingRules, OnDefect
from digest_assets.llm.budget import Budget, Limits, budgeted
from digest_assets.llm.glossary import Glossary, default_glossary, parse_glossary
from digest_assets.llm.prices import Price, price_of
from digest_assets.llm.prompts import Prompt
from digest_assets.model import Usage
from digest_assets.resources.batch_endpoint import BatchEndpoint
from digest_assets.resources.breaker import PATIENCE_SECONDS
from digest_assets.resources.concurrency import shared_limiter
from digest_assets.resources.embeddings import EmbeddingModel
from digest_assets.resources.language_model import LanguageModel
from digest_assets.resources.own_prompts import lay_over

_SECONDS_BESIDE = 60.0
"""What a second reader or embeddings would say keeps nothing from being published: a date does not wait long for it."""


def price_table(settings: EndpointSettings) -> dict[str, Price]:
    """The prices that the settings name, by model."""
    return {
        model: Price(price.input, price.output, price.cached, price.batch_share)
        for model, price in settings.prices.items()
    }


def all_prices(settings: Settings) -> dict[str, Price]:
    """Those of every model that a digest asks."""
    beside = filter(None, (settings.checks.second_reader, settings.ranking.embeddings))
    return {
        **{model: price for each in beside for model, price in price_table(each).items()},
        **price_table(settings.llm),
    }


@dataclass(frozen=True)
class OpenModel:
    """How to ask, one by one and in batches."""

    ask: Ask
    """Within the budget that it was opened with."""
    batches: BatchEndpoint
    """Whoever uses it holds and settles the budget."""
    count_tokens: Callable[[str], int]
    paused: Callable[[], EndpointPaused | None]
    """What ended the run for all its calls, where a later run may succeed."""
    end: Callable[[Callable[[], Exception]], None]
    """Ends the run for all its calls that are not under way, with the error that is made for each."""


@dataclass(frozen=True)
class EndpointAccess:
    """An endpoint that the settings name. The key is read from the environment when it is used, and kept nowhere."""

    settings: EndpointSettings
    client: type[LanguageModel] = field(default=LanguageModel, kw_only=True)
    section: str = field(default="llm", kw_only=True)
    """Of digest.toml, as messages name its settings."""
    limits: Path | None = field(default=None, kw_only=True)
    """A folder: the account's limits hold for all processes that name the same. None: for this process alone."""
    patience_seconds: float = field(default=PATIENCE_SECONDS, kw_only=True)
    """How long a run waits for it where it does not answer."""

    @property
    def can_be_asked(self) -> bool:
        return self.settings.is_used and not self.settings.lacks_key()

    async def refuse(self, prompt: Prompt) -> Answer:
        """An `Ask` for want of a key: what is stored is used all the same, and of the rest `NoKey` says why."""
        raise NoKey(f"no key is set in {self.settings.api_key_env}", cure="Set it; the next run goes on.")

    @property
    def price(self) -> Price | None:
        """Of the model. None: the settings have none."""
        return price_of(self.settings.model, price_table(self.settings))

    def check(self) -> None:
        """Raises `ConfigurationError` where a run could not start: what holds the key is none, or money is limited and
        the model has no price."""
        if self.can_be_asked and self._limits.needs_price and self.price is None:
            line = f'[{self.section}.prices."{self.settings.model}"] with input = ... and output = ... (per million'
            raise ConfigurationError(
                f"{self.section}.budget_run_money or {self.section}.budget_day_money is set, and digest.toml does not "
                f"say what {self.settings.model} costs.",
                cure=f"Add {line} tokens), or limit tokens instead.",
            )

    @property
    def _limits(self) -> Limits:
        settings = self.settings
        return Limits(
            settings.budget_run_tokens,
            settings.budget_day_tokens,
            settings.budget_run_money,
            settings.budget_day_money,
            self.section,
        )

    def budget(self, spent_today: Usage, money_today: Decimal | None) -> Budget:
        """What a run may spend. Raises `ConfigurationError` where money is limited and the model has no price."""
        self.check()
        return Budget(self._limits, self.price, spent_today, money_today)

    @asynccontextmanager
    async def open(
        self, budget: Budget, now: Callable[[], datetime], make_room: Callable[[], None] = lambda: None
    ) -> AsyncIterator[OpenModel]:
        """How to ask, within `budget`, for as long as the block lasts. `now` gives UTC. `make_room` is called before
        each call, and raises where its answer could not be kept."""

        def before_call() -> None:
            budget.still_open()
            try:
                make_room()
            except Exception as error:
                no_room = error
                model.end(lambda: no_room)  # else each would wait for its turn, at the account's pace, to hear the same
                raise

        key = self.settings.api_key() or ""
        settings = self.settings
        limiter = shared_limiter(
            settings.base_url,
            settings.max_concurrency,
            settings.requests_per_minute,
            settings.tokens_per_minute,
            self.limits,
        )
        async with self.client(
            settings,
            key,
            limiter=limiter,
            count_tokens=_counted,
            before_call=before_call,
            clock=lambda: now().timestamp(),
            patience_seconds=self.patience_seconds,
            section=self.section,
        ) as model:
            ask = budgeted(model.ask, budget, _counted)
            yield OpenModel(ask, BatchEndpoint(model), _counted, lambda: model.paused, model.end)


@dataclass(frozen=True)
class ModelAccess(EndpointAccess):
    """The endpoint that translates and reads, and what it is asked."""

    settings: LlmSettings
    root: Path
    """The folder of digest.toml."""
    categories: tuple[str, ...] = ()
    """The digest's: where the settings do not say for whom the model writes, and with which terms, it follows from
    them."""
    second_reader: EndpointAccess | None = None
    """Who reads again what this one wrote."""
    embeddings: EndpointAccess | None = None
    """Whose vectors join the ranking."""

    @classmethod
    def of(cls, settings: Settings, limits: Path | None = None) -> ModelAccess:
        """As `settings` have it, with the user's own prompts laid over ours.

        Raises `ConfigurationError` for one that cannot be used."""
        lay_over(settings.llm, settings.root)
        second = settings.checks.second_reader
        return cls(
            settings.llm,
            settings.root,
            settings.digest.categories,
            EndpointAccess(second, section=SECOND_READER, limits=limits, patience_seconds=_SECONDS_BESIDE)
            if second is not None and second.is_used
            else None,
            embeddings_of(settings, limits),
            limits=limits,
        )

    def rules(self, language: str) -> AskingRules:
        return AskingRules(
            model=self.settings.model,
            audience=self.settings.audience or audience(self.categories, language),
            language=language,
            temperature=self.settings.temperature,
            max_output_tokens=self.settings.max_output_tokens,
            on_defect=OnDefect(self.settings.on_defect),
            tolerance=self.settings.limit_tolerance,
            glossary=self.glossary(language),
        )

    def glossary(self, language: str) -> Glossary:
        """The package's terms of the digest's fields, with the user's laid over them.

        Raises `ConfigurationError` for a file that is broken.
        """
        default = default_glossary(language, fields_of(self.categories))
        if not self.settings.glossary:
            return default
        path = (self.root / Path(self.settings.glossary).expanduser()).resolve()
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            said = getattr(error, "strerror", None) or "it is not UTF-8"
            raise ConfigurationError(
                f"The glossary {path} cannot be read: {said}.", cure="Correct llm.glossary, or leave it empty."
            ) from None
        return default.extended(parse_glossary(text, language, str(path)))


def embeddings_of(settings: Settings, limits: Path | None = None) -> EndpointAccess | None:
    """How to ask for embeddings. None: the settings name no endpoint for them."""
    found = settings.ranking.embeddings
    if found is None or not found.is_used:
        return None
    return EndpointAccess(
        found, client=EmbeddingModel, section=EMBEDDINGS, limits=limits, patience_seconds=_SECONDS_BESIDE
    )


_COUNTS: dict[bytes, int] = {}
_MOST_COUNTS = 4096


def _counted(text: str) -> int:
    """A prompt is counted for the budget and for the rates: once. Its hash is kept: 256 texts would be 30 MB."""
    key = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
    count = _COUNTS.get(key)  # once: another thread's run may empty them meanwhile
    if count is None:
        if len(_COUNTS) >= _MOST_COUNTS:
            _COUNTS.clear()
        count = _COUNTS[key] = count_tokens(text)
    return count
