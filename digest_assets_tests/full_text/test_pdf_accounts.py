"""Nothing on a page is dropped in silence: what is in no section is said to be left out, to the letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_assets.full_text import NoText, pdf
from digest_assets.full_text.pdf import read_pdf
from digest_assets.full_text.pdf_furniture import LeftOut
from digest_assets.full_text.pdf_order import Face, Line
from digest_assets.full_text.pdf_outline import Entry
from digest_assets.full_text.pdf_sections import to_sections
from digest_assets.full_text.pdf_titles import LONGEST_TITLE
from digest_assets.model import Section
from digest_assets_tests.full_text import test_pdf
from digest_assets_tests.full_text.mutations import PDF_TOKENS, inflated, mutated

TEXTS = st.sampled_from(
    """1 Introduction
2. Method
2.1 A Part of It
3
A Proofs
I. DATA
Abstract
Abstract: We say it.
References
[1] A. Cited, 1999.
[2] B. Quoted, 2000.
Contents
1 Introduction . . . . . . . 4
Table 1: Counts.
Base | 12.5 | 3.1
1: for x in range do
2: end for
Ours | 9.8 | 4.2
• an item of a list
Keywords: one, two
Encoder
0.5
^{3}We say so.
words of a paragraph that goes on for a while and
then it ends here.
for x in range(3):
A bold line that is no title, because it goes on and on
Acknowledgements""".splitlines()
)
FACES = st.sampled_from(
    [Face("Body"), Face("Body"), Face("Body-Bold", 700), Face("Body-Italic"), Face("Courier", 400, True)]
)


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    result, baseline, page = [], 760.0, 0
    for text in draw(st.lists(TEXTS, max_size=30)):
        baseline -= draw(st.sampled_from([12, 12, 12, 14, 24, 40]))
        if baseline < 40:
            baseline, page = 740.0, page + 1
        cells = tuple(text.split(" | "))
        size, left = draw(st.sampled_from([10, 10, 10, 8, 12, 17])), draw(st.sampled_from([50, 50, 62, 310]))
        lead = draw(st.sampled_from([0, 0, 0, len(text) // 2]))
        face, hyphenated = draw(FACES), draw(st.booleans()) and text[-1].isalpha()
        joined = " ".join(cells)
        result.append(
            Line(joined, cells, page, left, left + 230, baseline, size, face, hyphenated, 792, lead > 0, lead, face)
        )
    return result


def counted(texts: Iterable[str]) -> Counter[str]:
    return Counter(character for text in texts for character in text if character.isalnum())


def held(sections: Iterable[Section], left_out: Iterable[LeftOut]) -> Counter[str]:
    titles_and_blocks = (text for each in sections for text in (each.title, *(block.text for block in each.blocks)))
    return counted([*titles_and_blocks, *(each.text for each in left_out)])


@settings(deadline=None, max_examples=150)
@given(lines(), st.booleans())
def test_every_letter_of_the_lines_is_in_a_section_or_said_to_be_left_out(made: list[Line], with_outline: bool) -> None:
    outline = [Entry(line.text, 0, line.page) for line in made if line.size == 12] if with_outline else []
    found = to_sections(made, outline)
    assert held(found.sections, found.left_out) == counted(line.text for line in made)
    assert all(len(section.title) <= LONGEST_TITLE for section in found.sections)


@pytest.mark.parametrize("number", range(12))
def test_every_letter_of_a_mutated_pdf_is_in_a_section_or_said_to_be_left_out(number: int) -> None:
    body = mutated(inflated(test_pdf.made()), number, PDF_TOKENS)
    try:
        text = read_pdf(body)
    except NoText:
        return
    document = pdf._open(body)
    pages, beside, _ = pdf._pages(document)
    document.close()
    whole = counted([*(line.text for page in pages for line in page), *(each.text for each in beside)])
    assert held(text.sections, text.left_out) == whole
