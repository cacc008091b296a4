"""A second model's word on a sentence: believed where its quotations are found; alone it withholds nothing."""

from __future__ import annotations

import asyncio

import pytest

from digest_assets.errors import BudgetUsedUp
from digest_assets.llm import second_reader
from digest_assets.llm.asking import AskingRules, read, translate
from digest_assets.llm.second_reader import Doubted, Doubts, Item
from digest_assets.model import AnswerStatus, Doubt, Translation
from digest_assets_tests.llm.examples import GOOD_TRANSLATION, PAPER, MemoryAnswers, ScriptedModel
from digest_assets_tests.llm.test_asking import CITABLE, cited

RULES = AskingRules(model="test-model", audience="")
ITEMS = [
    Item("所有方法都显著变好。", "Two of the three methods get slightly better."),
    Item("- 误差由 21.4 降至 13.9。", "The error falls from 21.4 to 13.9 on average.", (4, 5)),
]


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("(1) overstated | 所有方法 | Two of the three methods", Doubt.OVERSTATED),
        ("1. Overstated | “所有方法都显著” | “two of the three  methods”", Doubt.OVERSTATED),
        ("(1) not_there | 显著变好 | slightly better", Doubt.NOT_THERE),
        ("(1) supported", None),
        ("(1) overstated | 所有模型 | Two of the three methods", None),  # not its words
        ("(1) overstated | 所有方法 | All of the methods", None),  # not the paper's
        ("(1) contradicted | 所有方法 |", None),
        ("(1) contradicted", None),
        ("(7) contradicted | 所有方法 | Two of the three methods", None),
        ("I am sorry, I cannot judge this.", None),
    ],
)
def test_a_doubt_counts_where_both_its_quotations_are_found(line: str, doubt: Doubt | None) -> None:
    found = second_reader.doubts_in(f"<think>hm</think>\n<verdicts>\n{line}\n(2) supported\n</verdicts>", ITEMS)
    assert [each.doubt for each in found.values()] == ([doubt] if doubt else [])


def a_doubt(made: Translation, index: int = 0) -> Doubts:
    said = made.pairs[index].said.strip()
    return {said: Doubted(Doubt.OVERSTATED, said[:4], "the words of the paper")}


def made_again(replies: list[str | Exception]) -> tuple[Translation, ScriptedModel]:
    """A good translation, of which a second reader doubts the first sentence, made again."""
    model, answers = ScriptedModel([GOOD_TRANSLATION, *replies]), MemoryAnswers()
    first = asyncio.run(translate(PAPER, ask=model, answers=answers, rules=RULES))
    again = asyncio.run(translate(PAPER, ask=model, answers=answers, rules=RULES, doubts=a_doubt(first)))
    return again, model


def test_a_doubt_leads_to_the_second_try_and_a_sentence_that_is_written_anew_has_no_mark() -> None:
    other = GOOD_TRANSLATION.replace("耳语语音缺少", "在耳语中，语音没有", 1)
    again, model = made_again([other])
    assert (again.status, again.text, again.sentences_doubted) == (AnswerStatus.DONE, other, 0)
    assert len(model.prompts) == 2
    assert "a second reader found this overstated" in model.prompts[-1].messages[-1].content


@pytest.mark.parametrize(
    "reply",
    [
        GOOD_TRANSLATION,  # the model stands by it
        GOOD_TRANSLATION.replace("13.9", "11.9"),  # and makes another worse
        BudgetUsedUp("The budget is used up.", cure=""),
    ],
)
def test_a_sentence_that_stays_is_published_with_a_mark(reply: str | Exception) -> None:
    again, _ = made_again([reply])
    assert (again.status, again.text, again.reason) == (AnswerStatus.DONE, GOOD_TRANSLATION, None)
    assert again.pairs[0].doubt is Doubt.OVERSTATED
    assert again.sentences_doubted == 1
    assert not again.is_flagged


def test_sentences_go_out_with_what_they_rest_on_and_readings_come_back_marked() -> None:
    model, answers = ScriptedModel([cited(), cited()]), MemoryAnswers()
    made = asyncio.run(read(PAPER, CITABLE, ask=model, answers=answers, rules=RULES))
    items = second_reader.items_of(None, made, CITABLE.paragraphs)
    assert [each.numbers for each in items] == [(1, 2), (3,), (4,)]
    prompt = second_reader.prompt_for(PAPER, items, CITABLE.paragraphs)
    assert "[3] MurmurNet has 6 layers" in prompt.text
    assert f"(3) rests on [4]: {items[2].said}" in prompt.text
    doubts = second_reader.doubts_in("(3) contradicted | 由21.4降至13.9 | WhisperBank", items)
    again = asyncio.run(read(PAPER, CITABLE, ask=model, answers=answers, rules=RULES, doubts=doubts))
    assert [each.doubt for part in again.sentences for each in part] == [None, None, Doubt.CONTRADICTED]
    assert again.parts == made.parts
