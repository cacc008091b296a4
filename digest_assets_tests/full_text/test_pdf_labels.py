"""Labels of drawings that stand within a sentence."""

from __future__ import annotations

import pytest

from digest_assets.full_text.pdf_labels import without_drawn
from digest_assets.full_text.pdf_order import Face, Line


def line(text: str, baseline: float, page: int = 0, left: float = 50, size: float = 10) -> Line:
    return Line(text, (text,), page, left, left + 4 * len(text), baseline, size, Face("Body"), False, 792)


SENTENCE = line("to each of the boats. Assume that b is the", 90)
GOES_ON = line("first boat, and that all of them are loaded.", 500, 1)
LABELS = [line("(b, 1)", 720, 1, 140), line("(c, 2)", 660, 1, 190), line("a", 690, 1, 165)]
CAPTION = line("Figure 1: The boats and their loads.", 620, 1)


def test_labels_at_the_head_of_a_page_are_no_part_of_the_sentence_before() -> None:
    kept, labels = without_drawn([SENTENCE, *LABELS, CAPTION, GOES_ON])
    assert kept == [SENTENCE, CAPTION, GOES_ON]
    assert labels == ["(b, 1) (c, 2) a"]


@pytest.mark.parametrize(
    "between",
    [
        [*LABELS, line("a = b + c", 640, 1, 140)],
        [*LABELS, line("words of a text that goes on", 640, 1)],
        [line("goes on here.", 720, 1)],
    ],
    ids=["a formula", "a sentence", "its end"],
)
def test_what_may_be_of_the_text_stays(between: list[Line]) -> None:
    lines = [SENTENCE, *between, CAPTION, GOES_ON]
    assert without_drawn(lines) == (lines, [])


def test_what_stands_above_no_figure_or_behind_a_finished_sentence_stays() -> None:
    table = [SENTENCE, *LABELS, line("Table 1: The boats and their loads.", 620, 1), GOES_ON]
    finished = [line("to each of the boats. Assume that b is one.", 90), *LABELS, CAPTION, GOES_ON]
    assert without_drawn(table) == (table, [])
    assert without_drawn(finished) == (finished, [])
