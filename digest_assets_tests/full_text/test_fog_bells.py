"""A paper of our own (`data/fog_bells.tex`), read off the page that LaTeXML made of it and the PDF by pdfTeX."""

from __future__ import annotations

import re

import pytest

from digest_assets.full_text.html import read_html
from digest_assets.full_text.pdf import read_pdf
from digest_assets.model import BlockKind, Section
from digest_assets_tests.full_text.read_texts import kinds, outline, text_of
from digest_assets_tests.recorded import DATA

PAGE = read_html((DATA / "fog_bells.html").read_bytes(), "https://arxiv.org/html/2601.00001v1")
PDF = read_pdf((DATA / "fog_bells.pdf").read_bytes())
either = pytest.mark.parametrize("sections", [PAGE.sections, PDF.sections], ids=["page", "PDF"])


@either
def test_the_sections_are_those_of_the_paper(sections: tuple[Section, ...]) -> None:
    assert [(level, title.removeprefix("Appendix ")) for level, title in outline(sections)] == [
        (1, "Abstract"),
        (1, "1 Introduction"),
        (1, "2 Method"),
        (2, "2.1 The filter"),
        (3, "2.1.1 Several microphones"),
        (2, "2.2 Stability"),
        (1, "3 Experiments"),
        (1, "4 Conclusion"),
        (1, "Acknowledgements"),
        (1, "A Partials of a Bell"),
    ]
    assert [each.title for each in sections if each.appendix] == [sections[-1].title]


@either
def test_the_text_begins_and_ends_where_the_paper_does(sections: tuple[Section, ...]) -> None:
    assert sections[0].blocks[0].text.startswith("A bell that rings in fog is heard through surf.")
    assert sections[-1].blocks[-1].text.endswith("an octave below what is heard as its note.")


@either
def test_nothing_of_the_bibliography_or_the_page_is_left(sections: tuple[Section, ...]) -> None:
    for furniture in ("Imagined Acoustics", "Nowhere", "LaTeXML", "Generated on", "[LOGO]", "‣"):
        assert furniture not in text_of(sections)


@either
def test_a_paragraph_is_whole_over_lines_pages_and_a_footnote(sections: tuple[Section, ...]) -> None:
    text = text_of(sections)
    assert "Sailors who cannot see a lighthouse listen for its bell, and misunderstandings between neighbouring" in text
    assert "a swell that arrives in groups changes its loudness every ninety seconds, and so does every" in text
    assert "training took" in text
    assert "which is a hundredth of what the spectral baseline needs" in text
    assert "A survey of instruments fills a shelf of its own." in kinds(sections, BlockKind.FOOTNOTE)[-1]


@either
def test_compounds_keep_their_hyphen_and_broken_words_lose_theirs(sections: tuple[Section, ...]) -> None:
    text = text_of(sections)
    assert "position-wise" in text
    assert "well-known" in text
    assert not re.search(r"[a-z]- [a-z]", text)


@either
def test_the_table_of_results_keeps_its_numbers_in_their_columns(sections: tuple[Section, ...]) -> None:
    (table,) = kinds(sections, BlockKind.TABLE)
    assert "| Ear | 9.1 | 17.5 | none |" in table
    shown = table.replace("$", "").replace(r"\cdot", "·").replace("· 1", "·1").replace(" ·", "·")
    assert "| Spectral [2] | 2.6 | 8.91 | 2.3·10^{20} |" in shown
    assert "| Ours | 0.4 | 1.72 | 3.3·10^{18} |" in shown
    assert kinds(sections, BlockKind.CAPTION) == ["Table 1: Error in decibels, and the cost of training."]


def test_formulas_of_the_page_are_as_many_as_a_reader_counts_and_each_is_there_once() -> None:
    text = text_of(PAGE.sections)
    written = re.findall(r"\$\$.+?\$\$|(?<!\\)\$[^$]+\$", text)
    assert (PAGE.formula_count, len(written), PAGE.table_count) == (18, 18, 1)
    outside = re.sub(r"\$\$.+?\$\$|(?<!\\)\$[^$]+\$", "", text)
    assert not re.findall(r"\\[a-zA-Z]{3,}|[\U0001d400-\U0001d7ff\u2061-\u2064]", outside)
    assert r"$$R_{t}w=p_{t},\qquad R_{t}=\lambda R_{t-1}+x_{t}x_{t}^{\top}.$$" in text


def test_a_theorem_and_its_proof_are_told_apart() -> None:
    text = text_of(PAGE.sections)
    assert "**Theorem 1.** If $0<\\lambda<1$" in text
    assert text.count("**Proof.**") == 1
