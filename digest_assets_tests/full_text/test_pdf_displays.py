"""Displayed formulas written by hand, as the file has their pieces, and the rows that they come to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest_assets.full_text.pdf_displays import with_displays
from digest_assets.full_text.pdf_order import Face, Line
from digest_assets.full_text.pdf_sections import to_sections
from digest_assets.full_text.pdf_setting import Setting

BODY = Face("Body")
MATHS = Face("Maths")


def text(words: str, baseline: float, left: float = 50) -> Line:
    return Line(words, (words,), 0, left, left + 240, baseline, 10, BODY, False, 792)


def piece(formula: str, left: float, baseline: float, *, size: float = 10) -> Line:
    right = left + 0.5 * size * len(formula)
    return Line(formula, (formula,), 0, left, right, baseline, size, MATHS, False, 792)


def display(*pieces: Line) -> str:
    """What `pieces` come to below a sentence of a paper."""
    below = [text("plain words of a body that is long enough to count here.", 500 - 12 * row) for row in range(6)]
    sections = to_sections([text("The boats that are on the water have these loads.", 720), *pieces, *below]).sections
    return sections[0].blocks[1].text


def test_rows_that_are_equations_are_lines() -> None:
    rows = [piece("w(t) = a + b", 120, 690), piece("c(t) = d − e", 122, 675)]
    assert display(*rows) == "w(t) = a + b\nc(t) = d − e"


def test_a_row_without_a_relation_goes_on_with_the_one_before() -> None:
    rows = [piece("w = a + b", 120, 690), piece("+ c + d", 140, 675), piece("≤ e", 130, 660)]
    assert display(*rows) == "w = a + b + c + d\n≤ e"


def test_a_relation_in_brackets_or_in_a_script_makes_no_row() -> None:
    rows = [piece("P(a = b) = 1", 120, 690), piece("− P(c = d)", 140, 675), piece("− x_{i=1}", 140, 660)]
    assert display(*rows) == "P(a = b) = 1 − P(c = d) − x_{i=1}"


def test_a_fraction_is_in_its_row_though_both_of_its_parts_are_equations() -> None:
    """The numerator stands above the line that the file comes back to, and the denominator below it."""
    rows = [
        piece("w =", 120, 690), piece("a = 1", 150, 697), piece("b = 2", 150, 683), piece("+ c", 180, 690),
        piece("d =", 120, 660), piece("e", 150, 667), piece("f", 150, 653),
    ]  # fmt: skip
    assert display(*rows) == "w = a = 1 b = 2 + c\nd = e f"


def test_the_cases_of_a_definition_are_lines_though_they_stand_around_its_own() -> None:
    rows = [
        piece("m(b) = {", 120, 690), piece("a if b = 1", 170, 697), piece("c otherwise", 170, 683),
        piece("n(b) = 0", 120, 660),
    ]  # fmt: skip
    assert display(*rows) == "m(b) = { a if b = 1\nc otherwise\nn(b) = 0"


@pytest.mark.parametrize("between", ["(", "(7)", "√"])
def test_what_stands_between_two_rows_keeps_them_apart(between: str) -> None:
    rows = [piece("w = a", 120, 690), piece("c = d", 120, 675), piece(between, 150, 683)]
    assert display(*rows) == f"w = a\nc = d {between}"


def test_a_small_limit_is_no_row() -> None:
    rows = [piece("w = a", 120, 690), piece("t = 1", 140, 678, size=6), piece("c = d", 120, 665)]
    assert display(*rows) == "w = a t = 1\nc = d"


def test_names_that_are_words_make_equations_too() -> None:
    rows = [piece("load(boat) = max dom crew(boat)", 120, 690), piece("time(boat) = some max day(boat)", 120, 675)]
    assert display(*rows) == "load(boat) = max dom crew(boat)\ntime(boat) = some max day(boat)"


def test_rows_stand_apart_from_the_text_that_they_are_in() -> None:
    rows = [piece("w = a", 120, 690), piece("c = d", 120, 675), text("where the boats are on the water", 663)]
    assert display(*rows) == "w = a\nc = d\nwhere the boats are on the water"


def test_a_text_without_spaces_between_its_words_is_no_formula() -> None:
    """Which it is not for want of words."""
    rows = [
        replace(text("船の荷重は水深に依存し、ここで", 690), right=290),
        replace(text("δ = 0の場合には増加しないことを示す。", 678), right=290),
    ]
    assert "\n" not in display(*rows)
    assert not any(each.is_display for each in with_displays(rows, Setting.of(rows)))


def test_a_sentence_goes_on_behind_its_display_and_not_before_it() -> None:
    before = text("where we have defined the loads of both of the boats as", 720)
    rows = [piece("w = a + b.", 120, 690), piece("c = d − e.", 122, 675)]
    after = text("where a is the sail and d is the mast of the boat.", 655)
    below = [text("plain words of a body that is long enough to count here.", 500 - 12 * row) for row in range(6)]
    blocks = [block.text for block in to_sections([before, *rows, after, *below]).sections[0].blocks]
    assert blocks[:3] == [before.text, "w = a + b.\nc = d − e.", after.text]


def test_a_minus_at_the_end_of_a_row_stays() -> None:
    rows = [replace(piece("w = a", 120, 690), hyphenated=True), piece("c = d", 122, 675)]
    assert display(*rows) == "w = a-\nc = d"
