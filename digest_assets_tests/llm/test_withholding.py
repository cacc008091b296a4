"""Of an answer that stays wrong, what is right is published; and where too much is wrong, nothing."""

from __future__ import annotations

import pytest

from digest_assets.llm.answers import PARTS
from digest_assets.llm.defects import Defect, DefectKind
from digest_assets.llm.evidence import take_off
from digest_assets.llm.withholding import JudgedReading, JudgedTranslation, judged_reading
from digest_assets.model import BlockKind, Paragraph, SentencePair

PAIRS = tuple(SentencePair(f"Sentence {name}.", f"第{name}句。") for name in "一二三四五六")
PARAGRAPHS = {number: Paragraph(number, BlockKind.PARAGRAPH, f"Paragraph {number}.") for number in (1, 2, 3)}


def wrong(sentence: int | None, part: str | None = None, kind: DefectKind = DefectKind.NUMBER_INVENTED) -> Defect:
    return Defect(kind, "is wrong", sentence, part)


def made_of(method: str) -> JudgedReading:
    parts = {"background": "既有的方法都没有用到它[1]。", "method": method, "results": "错误率下降了百分之十[3]。"}
    return judged_reading([take_off(parts[name], PARAGRAPHS) for name in PARTS], PARAGRAPHS, ())


def test_a_wrong_sentence_is_shown_in_the_original() -> None:
    left = JudgedTranslation(PAIRS).without([wrong(1)])
    assert left is not None
    assert left.text == "第一句。Sentence 二. 第三句。第四句。第五句。第六句。"


def test_a_missing_sentence_is_shown_in_the_original_and_an_added_one_not_at_all() -> None:
    pairs = (*PAIRS[:4], SentencePair("A lost one.", ""), SentencePair("", "多出的一句。"))
    left = JudgedTranslation(pairs).without([wrong(4, kind=DefectKind.INCOMPLETE), wrong(5)])
    assert left is not None
    assert left.text == "第一句。第二句。第三句。第四句。A lost one."


@pytest.mark.parametrize(("count", "is_withheld"), [(2, False), (3, True)])
def test_a_text_of_which_more_than_a_third_is_wrong_is_withheld(count: int, is_withheld: bool) -> None:
    assert (JudgedTranslation(PAIRS).without([wrong(index) for index in range(count)]) is None) is is_withheld


def test_what_concerns_the_whole_text_withholds_it_unless_it_is_harmless() -> None:
    assert JudgedTranslation(PAIRS).without([wrong(None, kind=DefectKind.REFUSAL)]) is None
    assert JudgedTranslation(PAIRS).without([wrong(None, kind=DefectKind.TOO_LONG)]) is not None


@pytest.mark.parametrize(
    ("method", "sentence", "left"),
    [
        ("先把语音分离出来[1]。再把它识别出来[2]。最后把它合成[3]。", 1, "先把语音分离出来。最后把它合成。"),
        (
            "- 先把语音分离出来[1]。\n- 再把它识别出来[2]。\n- 最后把它合成[3]。",
            1,
            "- 先把语音分离出来。\n- 最后把它合成。",
        ),
        (
            "- 先把语音分离出来[1]。然后把它识别出来[2]。\n- 最后把它合成[3]。",
            0,
            "- 然后把它识别出来。\n- 最后把它合成。",
        ),
        (
            "- 先把语音分离出来[1]。然后把它识别出来[2]。\n- 最后把它合成[3]。",
            1,
            "- 先把语音分离出来。\n- 最后把它合成。",
        ),
        ("**先把语音分离出来[1]。再把它识别出来[2]。**最后把它合成[3]。", 0, "再把它识别出来。最后把它合成。"),
    ],
)
def test_a_wrong_sentence_of_a_reading_is_left_out_of_its_line(method: str, sentence: int, left: str) -> None:
    made = made_of(method).without([wrong(sentence, "method")])
    assert made is not None
    assert made.texts == ("既有的方法都没有用到它。", left, "错误率下降了百分之十。")
    assert made.counts_left_out == (0, 1, 0)


def test_a_reading_without_one_of_its_parts_is_withheld() -> None:
    method = "先把语音分离出来[1]。再把它识别出来[2]。最后把它合成[3]。"
    assert made_of(method).without([wrong(0, "results")]) is None


def test_only_the_paragraphs_are_kept_that_a_published_sentence_rests_on() -> None:
    made = made_of("先把语音分离出来[1]。再把它识别出来[2]。最后把它合成[3]。").without([wrong(1, "method")])
    assert made is not None
    assert [each.number for each in made.rested_on] == [1, 3]


def test_evidence_that_does_not_hold_takes_a_sentence_its_mark_and_nothing_else() -> None:
    parts = [take_off(text, PARAGRAPHS) for text in ("既有的方法都没有用到它[1]。",) * 3]
    made = judged_reading(parts, PARAGRAPHS, [wrong(0, "method", DefectKind.EVIDENCE_WRONG)])
    assert [each.paragraphs for part in made.sentences for each in part] == [(1,), (), (1,)]
