"""The page of `digest compare`: what each model made of a paper, beside the original."""

from __future__ import annotations

from dataclasses import replace

from digest_assets.model import (
    AnswerStatus,
    BlockKind,
    FullText,
    Paragraph,
    Reading,
    ReadSentence,
    TextSource,
    Translation,
)
from digest_assets.pipeline.compare import Material, Work
from digest_assets.pipeline.compare_page import page
from digest_assets_tests.llm.examples import PAPER

TEXT = FullText(PAPER.identifier, PAPER.version, TextSource.HTML, ())
ON = Material([(replace(PAPER, abstract="We prove $x < 1$."), TEXT)], 1.0)
READING = Reading(
    PAPER.identifier,
    PAPER.version,
    AnswerStatus.DONE,
    "背景。",
    "**方法**。",
    "结果。",
    text_source=TextSource.HTML,
    sentences=((ReadSentence("背景。"),), (ReadSentence("**方法**。", (3,)),), (ReadSentence("结果。"),)),
    paragraphs=(Paragraph(3, BlockKind.PARAGRAPH, "We take three steps.", "Method"),),
)
DONE = Translation(PAPER.identifier, PAPER.version, AnswerStatus.DONE, "我们证明 $x < 1$。<script>", title="题目")
GOOD = Work("good", {PAPER.identifier: DONE}, {PAPER.identifier: READING})
WEAK = Work(
    "weak",
    {PAPER.identifier: replace(DONE, status=AnswerStatus.WITHHELD, reason="number missing")},
    {PAPER.identifier: Reading(PAPER.identifier, PAPER.version, AnswerStatus.FAILED, reason="cut")},
)


def test_texts_stand_as_a_reader_sees_them_beside_what_they_rest_on() -> None:
    shown = page(ON, [GOOD, WEAK], "zh")
    assert "<strong>方法</strong>" in shown
    assert shown.count("<math") == 2
    assert "<script>" not in shown
    assert 'href="#1-1-paragraph-3"' in shown
    assert shown.count('id="1-1-paragraph-3"') == 1
    assert "We take three steps." in shown
    assert "withheld: number missing" in shown
    assert "failed: cut" in shown


def test_who_reads_blind_is_told_only_at_the_end_whose_text_is_whose() -> None:
    shown = page(ON, [GOOD, WEAK], "zh", lambda works: works.reverse())
    texts, told = shown.split("<details>")
    assert "good" not in texts
    assert "weak" not in texts
    assert "1: text 1 weak, text 2 good" in told
