"""A sentence that was wrong is shown in the original, and each of a reading leads to the paragraph it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from digest_assets.model import BlockKind, DigestPaper, Paragraph, ReadSentence, SentencePair, TextSource
from digest_assets_tests.site.examples import ExampleSite

DAY = date(2026, 11, 20)
PARAGRAPHS = (
    Paragraph(3, BlockKind.PARAGRAPH, "The *room* <b>has</b> $\\sqrt{d}$ echoes.", "2 Method", "S2.p1"),
    Paragraph(8, BlockKind.TABLE, "| A | B |\n| --- | --- |\n| 1 | 2 |", "3 Results", "S3.T1"),
)


def written(tmp_path: Path, **changes: object) -> LexborHTMLParser:
    """The page of a paper whose reading rests on two paragraphs; the page of its date lies beside it."""
    site = ExampleSite.of(1)
    (each,) = site.days_of[DAY]
    reading = replace(
        each.reading,
        method="- 方法有根。\n- 也有据。",
        sentences=(
            (ReadSentence("背景。"),),
            (ReadSentence("- 方法有根。\n", (3,)), ReadSentence("- 也有据。", (3, 8))),
            (ReadSentence("结果。", (8,)),),
        ),
        paragraphs=PARAGRAPHS,
    )
    shown: DigestPaper = replace(each, reading=replace(reading, **changes))  # type: ignore[arg-type]
    site.days_of = {DAY: [shown]}
    site.write(tmp_path)
    (path,) = (tmp_path / "p").glob("*.html")
    return LexborHTMLParser(path.read_text("utf-8"))


@pytest.mark.parametrize("name", ["index.html", f"d/{DAY}.html", ""])
def test_a_mark_leads_to_the_paragraph_on_the_paper_s_page(name: str, tmp_path: Path) -> None:
    made = written(tmp_path)
    (file,) = (tmp_path / "p").glob("*.html")
    if name:
        made = LexborHTMLParser((tmp_path / name).read_text("utf-8"))
    marks = made.css("details.reading .rests-on")
    assert len(marks) == 4
    for mark in marks:
        path, _, anchor = str(mark.attributes["href"]).partition("#")
        assert ((tmp_path / name).parent if name else tmp_path / "p").joinpath(path).resolve() == file.resolve()
        target = LexborHTMLParser(file.read_text("utf-8")).css_first(f"#{anchor}")
        assert target is not None
    assert [mark.parent.text() for mark in marks[:1] if mark.parent is not None] == ["方法有根。¶"]


def test_the_paragraph_stands_there_word_for_word_with_its_place_at_arxiv(tmp_path: Path) -> None:
    first, second = written(tmp_path).css(".paragraph")
    assert "The *room* <b>has</b>" in first.text()
    assert first.css_first("math") is not None
    link = first.css_first("a")
    assert link is not None
    assert str(link.attributes["href"]).endswith("v1#S2.p1")
    assert second.css_first("table td") is not None


def test_a_text_from_a_pdf_has_no_place_to_lead_to(tmp_path: Path) -> None:
    assert written(tmp_path, text_source=TextSource.PDF).css(".paragraph a") == []


def test_what_was_left_out_of_a_reading_is_said(tmp_path: Path) -> None:
    said = written(tmp_path, left_out=(0, 2, 0)).css_first("details.reading .note")
    assert said is not None
    assert said.text() == "本部分略去 2 句：未通过检查"


def test_a_withheld_sentence_stands_in_the_original_with_its_mark(tmp_path: Path) -> None:
    site = ExampleSite.of(1)
    (each,) = site.days_of[DAY]
    pairs = (SentencePair("One.", "一。"), SentencePair("Two is $x_2$.", "二有误。", withheld=True))
    translation = replace(each.translation, text="一。Two is $x_2$.", pairs=pairs, reason="a 2 was lost")
    site.days_of = {DAY: [replace(each, translation=translation)]}
    site.write(tmp_path)
    made = LexborHTMLParser((tmp_path / f"d/{DAY}.html").read_text("utf-8"))
    shown = made.css_first(".translation")
    assert shown is not None
    original = shown.css_first(".not-translated")
    assert original is not None
    assert original.attributes["lang"] == "en"
    assert original.text().startswith("Two is")
    assert shown.text().rstrip().endswith("（待校）")
    assert "二有误" not in shown.text()
    assert made.css_first(".flagged") is None
