"""What may be spent is asked for before it is spent, also by many calls at once."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from digest_assets.errors import BudgetUsedUp, ConfigurationError, EndpointUnavailable
from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import AskingRules, translate
from digest_assets.llm.budget import Budget, Limits, budgeted
from digest_assets.llm.prices import Price, cost, price_of
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.model import AnswerStatus, Usage
from digest_assets_tests.llm.examples import GOOD_TRANSLATION, PAPER, MemoryAnswers, ScriptedModel

PROMPT = Prompt("test-1", (Message("user", "x" * 100),))
PRICE = Price(input=Decimal("0.25"), output=Decimal(2), cached=Decimal("0.025"))


def test_cached_tokens_cost_less() -> None:
    assert cost(Usage(1, 1_000_000, 0, 0), PRICE) == Decimal("0.25")
    assert cost(Usage(1, 1_000_000, 0, 1_000_000), PRICE) == Decimal("0.025")
    assert cost(Usage(1, 1_000_000, 500_000, 400_000), PRICE) == Decimal("0.15") + Decimal("0.01") + Decimal(1)


def test_without_a_cached_price_cached_tokens_cost_as_others() -> None:
    assert cost(Usage(1, 1_000_000, 0, 1_000_000), Price(Decimal(1), Decimal(1))) == 1


@pytest.mark.parametrize(("usage", "price"), [(Usage(1, None, None, None), PRICE), (Usage(1, 5, 5, 0), None)])
def test_an_unknown_price_or_number_of_tokens_is_unknown_money(usage: Usage, price: Price | None) -> None:
    assert cost(usage, price) is None


def asked(budget: Budget, billed: Usage, times: int, at_once: bool = False) -> int:
    """How many of `times` calls the budget lets through."""

    async def ask(prompt: Prompt) -> Answer:
        await asyncio.sleep(0)
        return Answer("x", "stop", "m", billed)

    async def run() -> int:
        inside = budgeted(ask, budget, len)
        if at_once:
            outcomes = await asyncio.gather(*(inside(PROMPT) for _ in range(times)), return_exceptions=True)
            assert all(isinstance(each, (Answer, BudgetUsedUp)) for each in outcomes)
            return sum(isinstance(each, Answer) for each in outcomes)
        let_through = 0
        for _ in range(times):
            try:
                await inside(PROMPT)
                let_through += 1
            except BudgetUsedUp:
                pass
        return let_through

    return asyncio.run(run())


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize(
    "limits",
    [
        Limits(run_tokens=10_000),
        Limits(day_tokens=10_000),
        Limits(run_money=Decimal("0.01")),
        Limits(day_money=Decimal("0.01")),
    ],
)
def test_a_budget_is_never_passed(limits: Limits, at_once: bool) -> None:
    budget = Budget(limits, PRICE)
    let_through = asked(budget, Usage(1, 108, 900, 0), 50, at_once)
    assert 0 < let_through < 50
    assert budget.spent_tokens == let_through * 1008
    if limits.needs_price:
        assert budget.spent_money is not None
        assert budget.spent_money <= Decimal("0.01")
    else:
        assert budget.spent_tokens <= 10_000


def test_estimates_learn_from_what_answers_took() -> None:
    budget = Budget(Limits())
    first = budget.estimate(PROMPT, len).output_tokens
    asked(budget, Usage(1, 100, 200, 0), 3)
    assert first == 1500
    assert budget.estimate(PROMPT, len).output_tokens == 250


def test_estimates_learn_how_many_tokens_the_vendor_counts() -> None:
    budget = Budget(Limits())
    assert budget.estimate(PROMPT, len).input_tokens == 108
    asked(budget, Usage(1, 216, 200, 0), 3)
    assert budget.estimate(PROMPT, len).input_tokens == 216
    longer = Prompt(PROMPT.version, (*PROMPT.messages, *PROMPT.messages))
    assert budget.estimate(longer, len).input_tokens == pytest.approx(432, abs=3)


def test_what_the_day_has_spent_already_counts_for_the_day_only() -> None:
    earlier = Usage(9, 9_000, 900, 0)
    assert asked(Budget(Limits(day_tokens=10_000), spent_today=earlier), Usage(1, 1, 1, 0), 1) == 0
    assert asked(Budget(Limits(run_tokens=10_000), spent_today=earlier), Usage(1, 1, 1, 0), 1) == 1


def test_a_failed_call_gives_back_what_was_held() -> None:
    budget = Budget(Limits(run_tokens=2_000))

    async def ask(_: Prompt) -> Answer:
        raise EndpointUnavailable("No.", cure="Later.")

    for _ in range(5):
        with pytest.raises(EndpointUnavailable):
            asyncio.run(_once(budget, ask))
    assert budget.spent_tokens == 0


async def _once(budget: Budget, ask: object) -> Answer:
    return await budgeted(ask, budget, len)(PROMPT)  # type: ignore[arg-type]


def test_a_bill_that_is_not_told_is_estimated() -> None:
    budget = Budget(Limits())
    asked(budget, Usage(1, None, None, None), 1)
    assert budget.spent_tokens == 108 + 1500


def test_money_cannot_be_limited_without_a_price() -> None:
    with pytest.raises(ConfigurationError, match=r"llm\.prices"):
        Budget(Limits(run_money=Decimal(1)))


def test_the_paper_for_which_nothing_is_left_is_marked_and_stored_answers_stay_free() -> None:
    answers = MemoryAnswers()
    rules = AskingRules(model="test-model", audience="")
    spent = budgeted(ScriptedModel([]), Budget(Limits(run_tokens=0)), len)
    result = asyncio.run(translate(PAPER, ask=spent, answers=answers, rules=rules))
    assert result.status is AnswerStatus.BUDGET
    assert "llm.budget_run_tokens" in (result.reason or "")
    asyncio.run(translate(PAPER, ask=ScriptedModel([GOOD_TRANSLATION]), answers=answers, rules=rules))
    again = asyncio.run(translate(PAPER, ask=spent, answers=answers, rules=rules))
    assert again.status is AnswerStatus.DONE


def test_what_others_spend_meanwhile_counts_beside_what_the_run_spent_itself() -> None:
    budget = Budget(Limits(day_tokens=1000), spent_today=Usage(1, 100, 0, 0))
    budget.settle(Usage(), Usage(1, 300, 100, 0), PROMPT)
    budget.others_spent(Usage(2, 500, 0, 0), None)
    budget.hold(Usage(1, 100, 0, 0))
    with pytest.raises(BudgetUsedUp):
        budget.hold(Usage(1, 1, 0, 0))


def test_a_batch_is_held_and_settled_at_its_own_price() -> None:
    budget = Budget(Limits(run_money=Decimal("0.125")), PRICE)
    budget.hold(Usage(1, 1_000_000, 0, 0), in_batch=True)
    budget.settle(Usage(1, 1_000_000, 0, 0), Usage(1, 500_000, 0, 0), PROMPT, in_batch=True)
    assert budget.spent_money == Decimal("0.0625")


def test_a_dated_release_has_the_price_of_its_model_and_another_model_has_not() -> None:
    table = {"m": PRICE, "m-mini": Price(Decimal("0.1"), Decimal("0.4"))}
    assert price_of("m-2026-01-01", table) == PRICE
    assert price_of("m-mini-2026-01-01", table) == table["m-mini"]
    assert price_of("m-nano", table) is None


def test_a_model_that_is_named_otherwise_has_the_price_of_what_its_name_mostly_is() -> None:
    table = {"qwen3-8b": PRICE, "gpt-5": PRICE}
    assert price_of("Qwen/Qwen3-8B-AWQ", table) == PRICE
    assert price_of("gpt-5-nano", table) is None
    assert price_of("qwen3-80b", table) is None
