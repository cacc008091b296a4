"""PDFs made here, and what a person reads on their pages."""

from __future__ import annotations

import codecs
import re
from contextlib import nullcontext

import pytest

from digest_assets.full_text import NoText, pdf
from digest_assets.full_text.pdf import PdfText, read_pdf
from digest_assets.full_text.pdf_furniture import Beside
from digest_assets.model import Block, BlockKind, Section
from digest_assets.sandbox.pdf import make_locked_pdf, make_pdf, make_scan
from digest_assets_tests.full_text.read_texts import kinds, outline, text_of
from digest_assets_tests.full_text.test_pdf_sections import set_lines

_TEXT = (
    "efficient classifiers for offline conversion were trained on a difficult corpus of misrecognised utterances and "
    "their configuration is sufficiently fine to reflect the influence of self-attention on state-of-the-art "
    "spectrograms that nobody had transcribed before"
)
_WORDS = _TEXT.split()


def prose(number: int, sentences: int = 4) -> str:
    """A paragraph that is like no other, of whole sentences."""
    lines = []
    for sentence in range(sentences):
        start = (number * 7 + sentence * 5) % len(_WORDS)
        words = (_WORDS[start:] + _WORDS[:start])[:14]
        lines.append(f"Point {number}.{sentence} says that {' '.join(words)}.")
    return " ".join(lines)


def unreadable(words: str) -> str:
    """As a font's wrong map to Unicode has them."""
    return codecs.encode(words, "rot13")


def paragraphs(first: int, count: int) -> tuple[Block, ...]:
    return tuple(Block(BlockKind.PARAGRAPH, prose(number)) for number in range(first, first + count))


TABLE = "| System | WER | MOS |\n| --- | --- | --- |\n| Base | 12.5 | 3.1 |\n| Ours | 9.8 | 4.2 |"
SECTIONS = (
    Section("Abstract", 1, (Block(BlockKind.PARAGRAPH, "In short. " + prose(90)),)),
    Section("1 Introduction", 1, paragraphs(0, 6)),
    Section("2 Method", 1, paragraphs(10, 3)),
    Section(
        "2.1 Decoder",
        2,
        (*paragraphs(20, 2), Block(BlockKind.ITEM, "first " + prose(22)), Block(BlockKind.ITEM, "second")),
    ),
    Section(
        "3 Experiments",
        1,
        (
            Block(BlockKind.CAPTION, "Table 1: Errors of two systems."),
            Block(BlockKind.TABLE, TABLE),
            *paragraphs(30, 9),
        ),
    ),
    Section("4 Conclusion", 1, paragraphs(50, 2)),
    Section("A Further results", 1, (*paragraphs(60, 2), Block(BlockKind.PARAGRAPH, "This ends it.")), appendix=True),
)
REFERENCES = tuple(
    f"A. Cited{number} and B. Quoted. A work of number {number}. In Proceedings of a Meeting, 2020."
    for number in range(30)
)
HEAD = "Cited et al.: A running head"
STAMP = "arXiv:2601.00001v1 [cs.SD] 1 Jan 2026"


def made(columns: int = 2, across: bool = False) -> bytes:
    return make_pdf(
        "A title that is set large",
        SECTIONS,
        columns,
        references=REFERENCES,
        running_head=HEAD,
        stamp=STAMP,
        across=across,
    )


every_setting = pytest.mark.parametrize(
    ("columns", "across"),
    [(1, False), (2, False), (2, True)],
    ids=["one column", "two columns", "set across the columns"],
)


@every_setting
def test_sections_are_found_by_how_their_titles_are_set(columns: int, across: bool) -> None:
    sections = read_pdf(made(columns, across)).sections
    assert outline(sections) == [(each.level, each.title) for each in SECTIONS]
    assert [each.appendix for each in sections] == [each.appendix for each in SECTIONS]


@every_setting
def test_paragraphs_come_back_whole_and_in_order(columns: int, across: bool) -> None:
    """Justified, hyphenated, broken by columns and pages: word by word what was set."""
    for read, written in zip(read_pdf(made(columns, across)).sections, SECTIONS, strict=True):
        assert [block.text for block in read.blocks if block.kind is BlockKind.PARAGRAPH] == [
            block.text for block in written.blocks if block.kind is BlockKind.PARAGRAPH
        ]


@every_setting
def test_items_tables_and_captions_are_told_from_paragraphs(columns: int, across: bool) -> None:
    text = read_pdf(made(columns, across))
    assert kinds(text.sections, BlockKind.ITEM) == ["first " + prose(22), "second"]
    assert kinds(text.sections, BlockKind.CAPTION) == ["Table 1: Errors of two systems."]
    assert kinds(text.sections, BlockKind.TABLE) == [TABLE.replace("| --- | --- | --- |\n", "")]
    assert text.table_count == 1


@every_setting
def test_heads_page_numbers_stamp_and_bibliography_are_not_read(columns: int, across: bool) -> None:
    text = text_of(read_pdf(made(columns, across)).sections)
    assert "running head" not in text
    assert "arXiv:" not in text
    assert "Cited" not in text
    assert "Proceedings" not in text
    assert not re.search(r"^\d+$", text, re.MULTILINE)


SCRIPTS = "We scan 10^{10} records of GF(p^{m}) at 4.9 \N{MULTIPLICATION SIGN} 10^{-6} s, with CO_{2} as x_{i} allows."


@pytest.mark.parametrize("scaled", [False, True], ids=["sizes of fonts", "sizes by the text matrix"])
def test_exponents_stay_exponents_however_a_font_gets_its_size(scaled: bool) -> None:
    paragraph = Block(BlockKind.PARAGRAPH, f"{prose(3)} {SCRIPTS} {prose(4)}")
    sections = (Section("1 Introduction", 1, (paragraph, *paragraphs(5, 2))), Section("2 Method", 1, paragraphs(9, 3)))
    read = read_pdf(make_pdf("T", sections, scaled=scaled)).sections
    assert SCRIPTS in text_of(read)
    assert [each.title.lower() for each in read if each.title[:1].isdigit()] == ["1 introduction", "2 method"]


def test_signs_of_tex_s_fonts_are_not_the_letters_at_their_places() -> None:
    sections = (Section("n6hx0i", 1, paragraphs(1, 4)), Section("2 Method", 1, paragraphs(9, 3)))
    text = _all_of(read_pdf(make_pdf("T", sections).replace(b"/Times-Bold ", b"/CMSY10     ")))
    assert "\u0338⟨§′⟩" in text.replace(" ", "")
    text = _all_of(read_pdf(make_pdf("T", sections).replace(b"/Times-Bold ", b"/MSAM10     ")))
    assert "⋘⩽⋋⌞⪕⋌" in text.replace(" ", "")


def _all_of(read: PdfText) -> str:
    return (
        text_of(read.sections)
        + "".join(each.title for each in read.sections)
        + "".join(each.text for each in read.left_out)
    )


def test_what_is_beside_the_text_is_said_to_be_left_out() -> None:
    beside = read_pdf(made()).left_out
    texts = {what: "".join(each.text for each in beside if each.what is what) for what in Beside}
    assert "running head" in texts[Beside.HEAD]
    assert STAMP.replace(" ", "") in texts[Beside.TURNED].replace(" ", "")
    assert "Cited29" in texts[Beside.BIBLIOGRAPHY]
    assert "A title that is set large" in texts[Beside.FRONT]


def test_an_abstract_in_its_line_is_an_abstract() -> None:
    """IEEE: `Abstract—We ...`, Roman numbers, letters for subsections, index terms."""
    sections = (
        Section(
            "",
            1,
            (
                Block(BlockKind.PARAGRAPH, "Abstract: " + prose(1)),
                Block(BlockKind.PARAGRAPH, "Index Terms: speech, text"),
            ),
        ),
        Section("I. INTRODUCTION", 1, paragraphs(2, 3)),
        Section("A. Some Data", 2, paragraphs(6, 2)),
        Section("II. CONCLUSION", 1, paragraphs(9, 2)),
    )
    read = read_pdf(make_pdf("T", sections)).sections
    assert outline(read) == [(1, "Abstract"), (1, "I. INTRODUCTION"), (2, "A. Some Data"), (1, "II. CONCLUSION")]
    assert "Index Terms" not in text_of(read)


def test_a_long_document_is_read_up_to_a_limit_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PAGE_LIMIT", 2)
    text = read_pdf(made())
    assert text.page_count > 2
    assert text.pages_read == 2
    assert outline(text.sections)[-1] == (1, "3 Experiments")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty file"),
        (b"<html><title>reCAPTCHA</title></html>", "not a PDF"),
        (b"%PDF-1.5\n%garbage", "damaged"),
        (made()[:3000], "damaged|no text layer"),
        (make_scan(3, STAMP), "no text layer"),
        (make_locked_pdf(), "password"),
        (make_pdf("T", ()), "no text layer"),
        (make_pdf("T", [Section("", 1, (Block(BlockKind.PARAGRAPH, unreadable(prose(1, 9))),))]), "unreadable text"),
    ],
    ids=["empty", "captcha", "garbage", "cut off", "scan", "locked", "blank", "a wrong map"],
)
def test_a_pdf_without_text_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(NoText, match=f"^({reason})$"):
        read_pdf(body)


@pytest.mark.parametrize(
    ("pages", "is_read"),
    [
        ([prose(1), prose(2), unreadable(prose(3))], True),
        ([prose(1), unreadable(prose(2)), unreadable(prose(3))], False),
        ([unreadable(prose(each, 1)) for each in range(6)], False),
        ([prose(each, 1) for each in range(6)], True),
        ([re.sub(r"\w", "\ufffd", prose(each)) for each in range(3)], False),
    ],
    ids=[
        "a third of the pages",
        "most pages",
        "pages of few words",
        "pages of few words that are words",
        "no letter is known",
    ],
)
def test_what_nobody_can_read_on_most_pages_is_no_text(pages: list[str], is_read: bool) -> None:
    lines = [set_lines(page) for page in pages]
    with nullcontext() if is_read else pytest.raises(NoText, match=r"^unreadable text$"):
        pdf._refuse_noise(lines)
