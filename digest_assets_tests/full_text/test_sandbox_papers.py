"""The sandbox's papers, as its arXiv serves them, read back as they were written."""

from __future__ import annotations

import re

import pytest

from digest_assets.full_text.html import read_html
from digest_assets.full_text.pdf import read_pdf
from digest_assets.model import BlockKind, Paper, Section
from digest_assets.sandbox.latexml import render_page
from digest_assets.sandbox.manuscript import Manuscript, PdfKind, manuscripts
from digest_assets.sandbox.pages import columned_pdf
from digest_assets_tests.full_text.read_texts import kinds, outline, text_of

WRITTEN = [each for each in manuscripts() if each.sections]
each_manuscript = pytest.mark.parametrize("written", WRITTEN, ids=lambda written: written.slug)
_MARKUP = re.compile(r"\^\[|[`*$\[]|https?:")


def paper_of(written: Manuscript) -> Paper:
    return Paper("2601.00001", 1, "A title of its own", "An abstract of its own.", ("A. Author",), ("cs.SD",), None)


def formulas(sections: tuple[Section, ...]) -> list[str]:
    text = "\n".join(block.text for section in sections for block in section.blocks)
    return ["".join(each.split()) for each in re.findall(r"\$\$.+?\$\$|\$[^$]+\$", text, re.DOTALL)]


def plain_blocks(written: Manuscript) -> list[str]:
    """Paragraphs and items without markup: they should come back letter by letter."""
    return [
        block.text
        for section in written.sections
        for block in section.blocks
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM) and not _MARKUP.search(block.text)
    ]


@each_manuscript
def test_a_page_of_the_sandbox_is_read_as_it_was_written(written: Manuscript) -> None:
    page = render_page(paper_of(written), written.sections).encode()
    text = read_html(page, "https://arxiv.org/html/2601.00001v1")
    read = text.sections[1:]
    assert [each.level for each in read] == [each.level for each in written.sections]
    assert [each.appendix for each in read] == [each.appendix for each in written.sections]
    assert all(
        one.title.endswith(two.title.split(": ", 1)[-1]) for one, two in zip(read, written.sections, strict=True)
    )
    assert formulas(read) == formulas(written.sections)
    assert text.formula_count == len(formulas(written.sections))
    assert text.table_count == len(kinds(written.sections, BlockKind.TABLE))
    everything = text_of(read)
    assert [block for block in plain_blocks(written) if block not in everything] == []
    assert "nobody wrote" not in everything


@each_manuscript
def test_a_pdf_of_the_sandbox_is_read_as_it_was_written(written: Manuscript) -> None:
    scaled = written.pdf is PdfKind.SCALED
    text = read_pdf(columned_pdf(paper_of(written), written.sections, scaled=scaled))
    titles = [(1, "Abstract"), *((each.level, each.title) for each in written.sections)]
    assert outline(text.sections) == [(level, title.upper() if scaled else title) for level, title in titles]
    assert text.table_count == len(kinds(written.sections, BlockKind.TABLE))
    everything = text_of(text.sections)
    latin = [block for block in plain_blocks(written) if block.isascii()]
    assert [block for block in latin if block not in everything] == []
    assert "nobody wrote" not in everything


def test_the_sandbox_has_a_paper_as_publishers_set_it_whose_exponents_are_read() -> None:
    (written,) = (each for each in WRITTEN if each.pdf is PdfKind.SCALED)
    text = text_of(read_pdf(columned_pdf(paper_of(written), written.sections, scaled=True)).sections)
    assert "less than 10^{-2} dB a metre" in text
