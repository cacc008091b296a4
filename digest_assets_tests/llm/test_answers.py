"""What is plainly not the answer is taken off its ends; what cannot be read says why."""

from __future__ import annotations

import pytest

from digest_assets.llm.answers import PARTS, TRANSLATION, reading_in, translation_in, without_thoughts
from digest_assets.llm.defects import DefectKind
from digest_assets_tests.llm.examples import reading


def parse_translation(text: str) -> str:
    return translation_in(text).parts[TRANSLATION]


def parse_reading(text: str) -> tuple[str, ...]:
    parts = reading_in(text).parts
    return tuple(parts[name] for name in PARTS)


@pytest.mark.parametrize(
    "text",
    [
        "语音很重要。",
        "  语音很重要。\n",
        "<think>先想想</think>语音很重要。",
        "先想想</think>\n\n语音很重要。",
        "<thinking>想\n\n想</thinking>\n语音很重要。",
        "好的，以下是译文：\n\n语音很重要。",
        "好的！\n语音很重要。",
        "以下是该摘要的中文译文：语音很重要。",
        "译文：语音很重要。",
        "**中文翻译：**\n语音很重要。",
        "Sure! Here is the translation:\n语音很重要。",
        "```\n语音很重要。\n```",
        "```markdown\n语音很重要。\n```",
        "当然，以下是翻译：\n```text\n语音很重要。\n```",
        "\ufeff语音很重要。\r\n",
    ],
)
def test_a_translation_is_freed_of_what_is_around_it(text: str) -> None:
    assert parse_translation(text) == "语音很重要。"


@pytest.mark.parametrize(
    "text",
    [
        "好的语音模型需要数据。",
        "以下问题值得研究：语音与噪声。",
        "这项工作把语音翻译的内容分为两步：识别与合成。",
        "这是一种语音模型：它很小。",
        "下面的结果表明：翻译更好。",
        "当然，语音并不简单。",
    ],
)
def test_prose_that_begins_like_chatter_is_left_alone(text: str) -> None:
    assert parse_translation(text) == text


def test_a_translation_is_one_paragraph() -> None:
    assert parse_translation("语音\n很重要。\n\n模型 A\n也是。") == "语音很重要。模型 A 也是。"


@pytest.mark.parametrize("text", ["", "  \n", "<think>只有思考</think>", "<think>没有写完"])
def test_an_answer_with_nothing_in_it_is_unreadable(text: str) -> None:
    apart = translation_in(text)
    assert apart.parts == {}
    assert [defect.kind for defect in apart.defects] == [DefectKind.EMPTY]


def test_a_reading_is_taken_apart_and_keeps_its_backslashes() -> None:
    background, method, results = parse_reading(reading())
    assert background == "- 耳语语音没有音高，既有系统**需要平行数据**。"
    assert "$L = |r_t|$" in method
    assert results.endswith("13.9。")
    text = "<background>\\beta</background><method>\\nu\\theta</method><results>\\frac{1}{2}</results>"
    assert parse_reading(text) == ("\\beta", "\\nu\\theta", "\\frac{1}{2}")


@pytest.mark.parametrize(
    "wrapped",
    [
        "```xml\n{}\n```",
        "好的，以下是解读：\n\n{}",
        "<think>也许<background>这样</background>？</think>{}",
        "{}\n\n",
        "\n{}",
    ],
)
def test_a_reading_is_freed_of_what_is_around_it(wrapped: str) -> None:
    assert parse_reading(wrapped.replace("{}", reading())) == parse_reading(reading())


def test_tags_may_be_in_capitals_and_parts_indented() -> None:
    text = "<Background>\n    - 一\n      - 二\n</Background><METHOD>三</METHOD><results>四</results>"
    assert parse_reading(text) == ("- 一\n  - 二", "三", "四")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<background>一</background><method>二</method>", "<results> is missing"),
        ("<background>一</background><method>二</method><results>三", "<results> is not closed"),
        ("<background>一</background><method> </method><results>三</results>", "<method> is empty"),
        (reading() + "<method>又一次</method>", "<method> is there 2 times"),
        ("抱歉，我无法阅读。", "<background> is missing"),
        ("", "empty"),
    ],
)
def test_a_reading_that_cannot_be_taken_apart_says_why(text: str, reason: str) -> None:
    assert any(reason in defect.detail for defect in reading_in(text).defects)


def test_thoughts_stand_at_the_beginning_and_the_words_for_them_anywhere() -> None:
    assert without_thoughts("<think>b</think>c") == "c"
    assert without_thoughts("在<think>与</think>之间") == "在<think>与</think>之间"
