"""What may still be spent on the model, in tokens or money, for a run and for a day: asked before each call.

A call is estimated before it is made, its estimate is held back while it is under way, and what it was billed replaces
the estimate when it ends; so many calls at once cannot spend together what each alone was allowed. Stored answers
never come here: they cost nothing. Used from one event loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from digest_assets.errors import BudgetUsedUp, ConfigurationError, EndpointError
from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import Ask
from digest_assets.llm.estimates import Estimates
from digest_assets.llm.prices import Price, cost
from digest_assets.llm.prompts import Prompt
from digest_assets.model import Usage

_OUTPUT_RESERVE = 1.25


@dataclass(frozen=True, slots=True)
class Limits:
    """None: no limit. Tokens are input and output together; money is in the currency of the price table."""

    run_tokens: int | None = None
    day_tokens: int | None = None
    run_money: Decimal | None = None
    day_money: Decimal | None = None
    section: str = "llm"
    """Of digest.toml, where they stand."""

    @property
    def needs_price(self) -> bool:
        return self.run_money is not None or self.day_money is not None


@dataclass(slots=True)
class _Spent:
    tokens: int
    money: Decimal


class Budget:
    """The budget of one run. `spent_today` is what earlier runs of the same day (UTC) were billed, and `money_today` in
    money: by each answer's own price, where more models than this one were asked.

    Raises `ConfigurationError` where money is limited and the model has no price.
    """

    def __init__(
        self,
        limits: Limits,
        price: Price | None = None,
        spent_today: Usage | None = None,
        money_today: Decimal | None = None,
    ) -> None:
        if limits.needs_price and price is None:
            raise ConfigurationError(
                "A budget in money needs the model's price.",
                cure=f'Add it to [{limits.section}.prices."model"], or limit tokens.',
            )
        self._limits = limits
        self._price = price
        self._run = _Spent(0, Decimal(0))
        self._day = _Spent(0, Decimal(0))
        self.others_spent(spent_today or Usage(), money_today)
        self._held = _Spent(0, Decimal(0))
        self._billed = Estimates()

    def estimate(self, prompt: Prompt, count_tokens: Callable[[str], int]) -> Usage:
        """What asking `prompt` will cost."""
        return self._billed.of(prompt, count_tokens, _OUTPUT_RESERVE)

    def hold(self, estimate: Usage, *, in_batch: bool = False) -> None:
        """Holds back what a call is expected to cost. Raises `BudgetUsedUp` where it does not fit."""
        tokens, money = _tokens(estimate), self._cost(estimate, in_batch)
        checks: tuple[tuple[str, Decimal | int | None, Decimal | int], ...] = (
            ("budget_run_tokens", self._limits.run_tokens, self._run.tokens + self._held.tokens + tokens),
            ("budget_day_tokens", self._limits.day_tokens, self._day.tokens + self._held.tokens + tokens),
            ("budget_run_money", self._limits.run_money, self._run.money + self._held.money + money),
            ("budget_day_money", self._limits.day_money, self._day.money + self._held.money + money),
        )
        for name, limit, needed in checks:
            if limit is not None and needed > limit:
                raise self._used_up(name, limit)
        self._held.tokens += tokens
        self._held.money += money

    def settle(self, estimate: Usage, billed: Usage | None, prompt: Prompt, *, in_batch: bool = False) -> None:
        """Replaces what was held back by what was billed. None: the call failed and was not billed.

        Where the endpoint does not say what it billed, the estimate is taken for it.
        """
        self._held.tokens -= _tokens(estimate)
        self._held.money -= self._cost(estimate, in_batch)
        if billed is None:
            return
        known = billed if billed.input_tokens is not None and billed.output_tokens is not None else estimate
        for spent in (self._run, self._day):
            spent.tokens += _tokens(known)
            spent.money += self._cost(known, in_batch)
        self._billed.learn(prompt, known)

    def _cost(self, usage: Usage, in_batch: bool) -> Decimal:
        return cost(usage, self._price, in_batch=in_batch) or Decimal(0)

    @property
    def counts_the_day(self) -> bool:
        """Whether what others spend on the same day matters."""
        return self._limits.day_tokens is not None or self._limits.day_money is not None

    def still_open(self) -> None:
        """Asked when a call's turn has come, which may be long after it was held back. Raises `BudgetUsedUp` where
        others have used up the day meanwhile."""
        for name, limit, spent in (
            ("budget_day_tokens", self._limits.day_tokens, self._day.tokens),
            ("budget_day_money", self._limits.day_money, self._day.money),
        ):
            if limit is not None and spent > limit:
                raise self._used_up(name, limit)

    def others_spent(self, today: Usage, money_today: Decimal | None) -> None:
        """What everybody else was billed on this day by now: other runs, which go on spending while this one does."""
        by_this_price = self._cost(today, False) if money_today is None else money_today
        self._day = _Spent(_tokens(today) + self._run.tokens, by_this_price + self._run.money)

    def _used_up(self, name: str, limit: Decimal | int) -> BudgetUsedUp:
        name = f"{self._limits.section}.{name}"
        return BudgetUsedUp(
            f"The budget {name} = {limit} is used up.", cure=f"Raise {name}, or run again when it is renewed."
        )

    @property
    def spent_tokens(self) -> int:
        """What this run was billed so far."""
        return self._run.tokens

    @property
    def spent_money(self) -> Decimal | None:
        """None where the price is unknown."""
        return self._run.money if self._price is not None else None


class Meter:
    """Counts what calls are billed in this run, and nothing that was paid for before."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.in_batches = Usage()
        """What came in batches, and is not in `usage`."""

    def metered(self, ask: Ask) -> Ask:
        async def ask_and_count(prompt: Prompt) -> Answer:
            try:
                answer = await ask(prompt)
            except EndpointError as error:
                self.usage += error.usage or Usage()
                raise
            self.usage += answer.usage
            return answer

        return ask_and_count


def budgeted(ask: Ask, budget: Budget, count_tokens: Callable[[str], int]) -> Ask:
    """`ask`, asking `budget` first. Raises `BudgetUsedUp` where the budget has no room for a call."""

    async def ask_within_budget(prompt: Prompt) -> Answer:
        estimate = budget.estimate(prompt, count_tokens)
        budget.hold(estimate)
        billed: Usage | None = None
        try:
            answer = await ask(prompt)
            billed = answer.usage
            return answer
        except EndpointError as error:
            billed = error.usage
            raise
        finally:
            budget.settle(estimate, billed, prompt)

    return ask_within_budget


def _tokens(usage: Usage) -> int:
    return (usage.input_tokens or 0) + (usage.output_tokens or 0)
