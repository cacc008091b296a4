"""Circles as weak models go round in them, and texts that are only cut."""

from __future__ import annotations

import pytest

from digest_assets.llm.loops import repeated_at_the_end

CIRCLES = {
    "an empty tag": ("<translation>\n\n<title>\n\n" + "<p>\n\n" * 60, "<p>"),
    "cut within the round": ("识别：" + "耳语没有基频，难以识别。" * 9 + "耳语没", "耳语没有基频，难以识别。"),
    "a thought": ("<think>" + "Wait, the abstract says 12 speakers. " * 6, "Wait, the abstract says 12 speakers."),
    "a list that counts on": (
        "".join(f"{number}. 提出一种新的声码器。\n" for number in range(7, 30)),
        ". 提出一种新的声码器。",
    ),
    "steps that count on": ("".join(f"步骤{number}：训练模型。" for number in range(7, 30)), "：训练模型。"),
    "items in brackets": ("".join(f"（{number}）提高清晰度；" for number in range(7, 30)), "）提高清晰度；"),
    "a long round": ((whole := "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))) * 4, whole),
    "blanks": ("<translation>" + "\n \n" * 50, "␣"),
    "one character": ("结果：" + "。" * 200, "。"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), CIRCLES.values(), ids=list(CIRCLES))
def test_a_circle_is_told_by_its_round(text: str, said: str) -> None:
    found = repeated_at_the_end(text)
    assert found is not None
    assert sorted(found.replace(" ", "")) == sorted(said.replace(" ", "")), "wherever in the round it was cut"


SENTENCE = "在一万小时的带噪语音上，词错误率由 12.1% 降至 9.8%，而参数量只有 310 万。"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "耳语语音缺少",
        "耳语语音缺少基频，因此识别率下降。" * 12 + "我们提出一种新的方法。",
        f"{SENTENCE}两次：{SENTENCE}{SENTENCE}",
        "| 模型 | 词错误率 |\n" + "|---" * 20,
        "".join(f"{number}. 数据集 {chr(0x4E00 + number)} 上提高 {number * 7} 分。\n" for number in range(1, 40)),
    ],
    ids=["nothing", "few words", "it went on", "twice only", "a table's rule", "a list"],
)
def test_a_text_that_is_only_cut_is_no_circle(text: str) -> None:
    assert repeated_at_the_end(text) is None


def test_three_rounds_of_a_hundred_characters_are_the_least() -> None:
    round_of_25 = "abcdefghijklmnopqrstuvwxy"
    assert repeated_at_the_end(round_of_25 * 4) is not None
    assert repeated_at_the_end((round_of_25 * 4)[1:]) is None
    assert repeated_at_the_end(SENTENCE * 3) == SENTENCE
    assert repeated_at_the_end((SENTENCE * 3)[1:]) is None
