"""The numbers of paragraphs are taken off a reading, and what it says is looked for in those paragraphs alone."""

from __future__ import annotations

import pytest

from digest_assets.llm.defects import DefectKind
from digest_assets.llm.evidence import Cited, check, grounds, is_claim, support, take_off
from digest_assets.model import BlockKind, Paragraph

KNOWN = range(1, 40)


def paragraph(number: int, text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Paragraph:
    return Paragraph(number, kind, text, "3 Method", f"S3.p{number}")


@pytest.mark.parametrize(
    ("written", "text", "numbers"),
    [
        ("方法先分离再识别[12]。", "方法先分离再识别。", [(12,)]),
        ("方法先分离再识别。[12][15]", "方法先分离再识别。", [(12, 15)]),
        ("方法先分离再识别 [12, 15]。", "方法先分离再识别。", [(12, 15)]),
        ("方法先分离再识别［12］［15］。", "方法先分离再识别。", [(12, 15)]),
        ("方法先分离【段落12】，再识别[14-16]。", "方法先分离，再识别。", [(12, 14, 15, 16)]),
        ("先分离[3]。再识别[4]。", "先分离。再识别。", [(3,), (4,)]),
        ("先分离。[3]再识别。[4]", "先分离。再识别。", [(3,), (4,)]),
        ("- 先分离[3]\n- 再识别[4]\n", "- 先分离\n- 再识别\n", [(3,), (4,)]),
        ("先分离再识别。\n[3][4]", "先分离再识别。\n", [(3, 4)]),
        ("取值在 [0, 1] 之间[3]。", "取值在 [0, 1] 之间。", [(3,)]),
        ("取 $x[3]$ 与 `a[4]`[5]。", "取 $x[3]$ 与 `a[4]`。", [(5,)]),
        ("见 [12](https://example.org)。", "见 [12](https://example.org)。", [()]),
        ("没有这一段[99]。", "没有这一段。", [(99,)]),
        ("没有编号。", "没有编号。", [()]),
        ("It separates first [3]. Then it recognises [4].", "It separates first. Then it recognises.", [(3,), (4,)]),
    ],
)
def test_numbers_are_taken_off_wherever_models_write_them(
    written: str, text: str, numbers: list[tuple[int, ...]]
) -> None:
    cited = take_off(written, KNOWN)
    assert (cited.text, [*cited.paragraphs]) == (text, numbers)


def test_what_is_in_heavy_brackets_stays() -> None:
    assert take_off("【重点】先分离[3]。", KNOWN).text == "【重点】先分离。"


@pytest.mark.parametrize("label", ["**训练目标**", "模型结构如下所示，共分三步：", "方法：", "**Model**"])
def test_a_label_needs_no_evidence(label: str) -> None:
    assert not is_claim(label)


PAPER = {
    each.number: each
    for each in (
        paragraph(1, "Whispered speech has no pitch, which hurts speech recognition."),
        paragraph(2, "MurmurNet has 6 layers and is trained for 40 epochs with a batch size of 32."),
        paragraph(3, "The vocoder of Table 1 is trained with the loss $L = |r_t|$ at 44.1 kHz."),
        paragraph(4, "Speaker verification is done on VoxCeleb with a margin of 0.2."),
        paragraph(5, "Table 1: Word error rates.", BlockKind.CAPTION),
        paragraph(6, "| System | WER |\n| --- | --- |\n| Ours | 13.9 |", BlockKind.TABLE),
        paragraph(7, "We conclude."),
    )
}


def found(sentence: str) -> list[DefectKind]:
    return [
        each.kind for each in check({"method": take_off(sentence, PAPER)}, PAPER, "MurmurNet", "An abstract.", "zh")
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "MurmurNet 共 6 层，训练 40 轮[2]。",
        "词错误率为 13.9，见表[5]。",
        "声码器的损失为 $L = |r_t|$[3]。",
        "耳语语音没有音高，语音识别受损[1]。",
        "**训练**",
    ],
)
def test_a_sentence_that_rests_on_what_it_says_has_no_defect(sentence: str) -> None:
    assert found(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("MurmurNet 共 6 层，训练 40 轮。说话人确认用 VoxCeleb[4]。", DefectKind.EVIDENCE_MISSING),
        ("MurmurNet 共 6 层，训练 40 轮[99]。", DefectKind.EVIDENCE_MISSING),
        ("声码器的损失为 $L = |r_t|$，这一点很重要[1]。", DefectKind.FORMULA_INVENTED),
        ("在 VoxCeleb 上做说话人确认，间隔为 0.2[2]。", DefectKind.EVIDENCE_WRONG),
    ],
)
def test_what_rests_on_nothing_or_elsewhere_is_named(sentence: str, kind: DefectKind) -> None:
    assert kind in found(sentence)


def test_a_sentence_rests_on_the_table_beside_its_paragraph_and_on_the_one_that_it_names() -> None:
    assert "13.9" in support([5], PAPER)
    assert "13.9" in support([3], PAPER)
    assert "13.9" not in support([2], PAPER)


def test_numbers_are_compared_with_the_paragraphs_and_with_the_whole_text_where_there_are_none() -> None:
    cited = Cited(("一。", "二。", "三。"), ((2,), (), (99,)))
    assert grounds(cited, PAPER) == (PAPER[2].text, None, None)


def test_without_any_number_nothing_is_said() -> None:
    assert found("MurmurNet 共 6 层，训练 40 轮。") == []


TOWN = {
    each.number: each
    for each in (
        paragraph(1, "Existing approaches ignore the noise of the street and assume that recordings are clean."),
        paragraph(2, "We collect recordings of bells in old towns and annotate them with the help of volunteers."),
        paragraph(
            3, "Experiments demonstrate that our method improves robustness without increasing the cost of training."
        ),
        paragraph(4, "A limitation is that the method requires a lot of memory."),
    )
}


def test_a_sentence_without_numbers_and_names_is_known_by_the_words_that_few_paragraphs_have() -> None:
    def is_doubted(sentence: str) -> bool:
        parts = {"method": take_off(sentence, TOWN)}
        return any(each.kind is DefectKind.EVIDENCE_WRONG for each in check(parts, TOWN, "", "", "zh"))

    assert not is_doubted("实验表明，该方法提升了鲁棒性，且不增加训练成本[3]。")
    assert is_doubted("实验表明，该方法提升了鲁棒性，且不增加训练成本[1]。")
    assert not is_doubted("现有方法忽略了街道的噪声，假设录音是干净的[1]。")
    assert is_doubted("现有方法忽略了街道的噪声，假设录音是干净的[2]。")
