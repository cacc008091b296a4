"""A space between Chinese and other letters: one, everywhere, and nothing else is touched."""

from __future__ import annotations

import pytest

from digest_assets.markup import answer_text
from digest_assets.markup.model_markdown import ModelText
from digest_assets.markup.spacing import spaced
from digest_assets.markup.spans import Code, Formula, Link, Strong, Text, plain


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("在LibriSpeech上将WER降低12.5%至3.1%。", "在 LibriSpeech 上将 WER 降低 12.5% 至 3.1%。"),
        ("在 LibriSpeech 上，用C++写成（见Ω与é）", "在 LibriSpeech 上，用 C++ 写成（见 Ω 与 é）"),
        ("2026年，“GPT-4”、GPT-4、模型(MIL)在", "2026 年，“GPT-4”、GPT-4、模型(MIL)在"),
        ("取$x_3$时误差$e$最小，模型$^1$", "取 x_3 时误差 e 最小，模型^1"),
        ("见https://a.test/路径 与 b", "见 https://a.test/路径 与 b"),
        ("音声をLibriSpeechで学習し、3年で", "音声をLibriSpeechで学習し、3年で"),
        ("Only English, with $x$ in it.", "Only English, with x in it."),
    ],
)
def test_a_translation_has_one_space_between_chinese_and_the_rest(written: str, shown: str) -> None:
    assert [plain(each) for each in answer_text.paragraphs(written)] == [shown]
    assert [plain(each) for each in answer_text.paragraphs(shown)] == [shown]


def test_code_formulas_and_addresses_stay_as_they_are_inside() -> None:
    spans = (Text("用"), Code("a中b"), Text("跑"), Strong((Text("MIL模型"),)), Link("https://a.test/中b", (Text("b"),)))
    assert spaced(spans) == (
        Text("用 "),
        Code("a中b"),
        Text(" 跑 "),
        Strong((Text("MIL 模型"),)),
        Text(" "),
        Link("https://a.test/中b", (Text("b"),)),
    )
    assert spaced((Strong((Text("中"),)), Formula("x"))) == (Strong((Text("中"),)), Text(" "), Formula("x"))


def test_a_reading_has_the_same_habit() -> None:
    text = ModelText("- 用**MIL**与`a中b`训练3轮")
    (item,) = text.root.children[0].children
    assert plain(text.spans_of(item.children[0])) == "用 MIL 与 a中b 训练 3 轮"
