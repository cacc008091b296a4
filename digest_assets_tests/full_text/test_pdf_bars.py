"""Fractions, roots and lines over and under letters, by the bars that a page draws: characters written by hand."""

from __future__ import annotations

import pytest

from digest_assets.full_text.pdf import read_pdf
from digest_assets.full_text.pdf_bars import Bar
from digest_assets.full_text.pdf_glyphs import Glyph
from digest_assets.full_text.pdf_pieces import pieces
from digest_assets.sandbox.pdf import _file
from digest_assets_tests.full_text.read_texts import text_of
from digest_assets_tests.full_text.test_pdf_characters import glyphs

LINE, SIZE = 700.0, 10.0
AXIS = LINE + 2.5


def width(text: str, size: float = SIZE) -> float:
    return glyphs(text, size=size)[-1].right - 50


def row(text: str, middle: float, baseline: float, size: float = SIZE) -> list[Glyph]:
    return glyphs(text, middle - width(text, size) / 2, baseline, size)


def fraction(above: str, below: str, left: float = 50, *, size: float = SIZE) -> tuple[list[Glyph], Bar]:
    """As TeX displays one: of `size`, on the line."""
    long = max(width(above, size), width(below, size))
    middle, axis = left + long / 2, LINE + 2.5
    members = row(above, middle, axis + 0.43 * size, size) + row(below, middle, axis - 0.94 * size, size)
    return members, Bar(left, left + long, axis)


def read(members: list[Glyph], *bars: Bar) -> list[str]:
    return [piece.text for piece in pieces(members, 0, 792, bars)]


@pytest.mark.parametrize(
    ("above", "below", "text"),
    [
        ("p", "q", "p/q"),
        ("a + b", "2", "(a + b)/2"),
        ("1", "2c", "1/(2c)"),
        ("12.5", "x", "12.5/x"),
        ("(a + b)", "n", "(a + b)/n"),
        ("(a)(b)", "n", "((a)(b))/n"),
    ],
)
def test_a_bar_between_two_rows_is_a_fraction_s(above: str, below: str, text: str) -> None:
    members, bar = fraction(above, below)
    assert read(members, bar) == [text]
    assert read(members) == [above, below], "without its bar it is two lines"


def test_a_fraction_stands_on_the_line_of_what_is_beside_it() -> None:
    before = glyphs("x =")
    members, bar = fraction("a + b", "c", before[-1].right + 3)
    after = glyphs("+ y", bar.right + 3)
    assert read([*before, *members, *after], bar) == ["x = (a + b)/c + y"]


@pytest.mark.parametrize("size", [7, 5])
def test_a_small_fraction_in_a_line_is_no_script(size: float) -> None:
    before = glyphs("takes")
    members, bar = fraction("1", "2", before[-1].right + 3, size=size)
    after = glyphs("of it", bar.right + 3)
    assert read([*before, *members, *after], bar) == ["takes 1/2 of it"]


def test_what_stands_in_a_fraction_is_read_first() -> None:
    inner, small = fraction("a", "b", 70, size=7)
    inner = [glyph._replace(baseline=glyph.baseline + 8) for glyph in inner]
    small = small._replace(height=small.height + 8)
    rest = glyphs("1 + ", small.left - 16.5, small.height - 2.5)
    whole = Bar(rest[0].left, small.right, AXIS)
    below = row("c", (whole.left + whole.right) / 2, AXIS - 9.4)
    assert read([*rest, *inner, *below], whole, small) == ["(1 + a/b)/c"]


@pytest.mark.parametrize(("factor", "text"), [("n", "1/((a/b) n)"), ("+ n", "1/(a/b + n)"), ("(n)", "1/((a/b) (n))")])
def test_a_fraction_in_a_product_has_brackets(factor: str, text: str) -> None:
    inner, small = fraction("a", "b", 70, size=7)
    shift = AXIS - 9.4 + 2.5 - small.height
    inner = [glyph._replace(baseline=glyph.baseline + shift) for glyph in inner]
    small = small._replace(height=small.height + shift)
    rest = glyphs(factor, small.right + 3, small.height - 2.5)
    whole = Bar(small.left, rest[-1].right, AXIS)
    above = row("1", (whole.left + whole.right) / 2, AXIS + 4.3)
    assert read([*above, *inner, *rest], whole, small) == [text]


def test_an_exponent_under_a_root_is_no_exponent_of_it() -> None:
    sign, members = glyphs("√", 50, LINE + 7), glyphs("x", 55)
    square = glyphs("2", members[-1].right, LINE + 3.6, 7)
    assert read([*sign, *members, *square], Bar(55, square[-1].right, LINE + 8)) == ["√(x^{2})"]
    assert read([*sign, *members, *square], Bar(55, members[-1].right, LINE + 8)) == ["√x^{2}"]


@pytest.mark.parametrize(("within", "text"), [("x", "√x"), ("10", "√10"), ("a + b", "√(a + b)")])
def test_a_bar_behind_its_sign_says_how_far_a_root_goes(within: str, text: str) -> None:
    sign, members = glyphs("√", 50, LINE + 7), glyphs(within, 55)
    bar = Bar(55, members[-1].right, LINE + 8)
    after = glyphs("+ c", members[-1].right + 2.4)
    assert read([*sign, *members, *after], bar) == [f"{text} + c"]


def test_the_root_of_a_fraction_is_of_the_whole() -> None:
    sign = glyphs("√", 50, LINE + 10)
    members, bar = fraction("p", "q", 56)
    assert read([*sign, *members], bar, Bar(55, bar.right + 1.2, LINE + 15)) == ["√(p/q)"]


def test_a_root_in_a_fraction_does_not_part_it_from_its_bar() -> None:
    sign, within = glyphs("√", 50, AXIS - 2), glyphs("n", 55, AXIS - 9.4)
    root, bar = Bar(55, 60, AXIS - 2), Bar(50, 60, AXIS)
    assert read([*row("1", 55, AXIS + 4.3), *sign, *within], bar, root) == ["1/√n"]


@pytest.mark.parametrize(
    ("above", "below", "shift", "why"),
    [
        ("Acc", "F", 0, "words that nothing is beside: the head of a table"),
        ("a", "b", 6, "a bar that is longer than both rows"),
        ("a        b", "c        d", 0, "cells"),
    ],
)
def test_a_rule_of_a_table_is_no_fraction_s(above: str, below: str, shift: float, why: str) -> None:
    members, bar = fraction(above, below)
    long = Bar(bar.left - shift, bar.right + shift, bar.height)
    assert "".join(read(members, long)).replace(" ", "") == f"{above}{below}".replace(" ", ""), why


def test_a_row_that_goes_on_beside_the_bar_is_a_line_of_text() -> None:
    members, bar = fraction("ab", "xy")
    more = glyphs("d", bar.right + 0.5, members[0].baseline)
    assert read([*members[:2], *more, *members[2:]], bar) == ["abd", "xy"]


@pytest.mark.parametrize(("up", "down"), [(10, 0), (0, 5)])
def test_what_is_further_from_a_bar_is_none_of_its_rows(up: float, down: float) -> None:
    members, bar = fraction("a", "c")
    moved = [members[0]._replace(baseline=members[0].baseline + up)]
    moved.append(members[1]._replace(baseline=members[1].baseline - down))
    assert read(moved, bar) == ["a", "c"]


def test_rows_that_are_set_font_by_font_are_put_in_order() -> None:
    members, bar = fraction("a+b", "c")
    assert read([members[0], members[2], members[1], members[3]], bar) == ["(a+b)/c"]


def test_a_line_under_a_word_above_another_word_is_no_fraction_s() -> None:
    members = row("ab", 60, LINE) + row("cd", 60, LINE - 12)
    assert read(members, Bar(55, 65, LINE - 1.5)) == ["ab", "cd"]


def test_another_bar_parts_what_stands_above_it_from_what_stands_below() -> None:
    members, bar = fraction("a", "b")
    between = Bar(bar.left, bar.right + 3, bar.height - 1)
    assert read(members, bar, between) == ["a", "b"]


@pytest.mark.parametrize(
    ("letter", "off", "text"),
    [
        ("x", 6.0, "x̄"),
        ("R", 8.4, "R̄"),
        ("x", -1.4, "x̲"),
        ("p", -3.0, "p̲"),
        ("x", 8.4, "x"),
        ("R", 6.0, "R"),
        ("x", -3.0, "x"),
        ("7", 6.0, "7"),
    ],
)
def test_a_line_over_or_under_a_letter_is_its_mark(letter: str, off: float, text: str) -> None:
    members = glyphs(f"{letter} + y")
    assert read(members, Bar(50, 55, LINE + off)) == [f"{text} + y"]


@pytest.mark.parametrize(("word", "text"), [("ab", "a̲b"), ("abc", "a̲bc"), ("able", "able"), ("a bleu", "a̲ bleu")])
def test_a_letter_of_a_word_gets_no_mark(word: str, text: str) -> None:
    assert read(glyphs(word), Bar(50, 55, LINE - 1.4)) == [text]


def test_what_follows_from_something_is_no_denominator() -> None:
    members, bar = fraction("A ⊢ x", "A ⊢ y")
    assert read(members, bar) == ["A ⊢ x", "A ⊢ y"]


@pytest.mark.parametrize(("rise", "text"), [(8, "( x )^{1/2} y"), (-8, "( x )_{1/2} y")])
def test_what_stands_at_the_end_of_a_tall_bracket_is_its_script(rise: float, text: str) -> None:
    tall = glyphs("( x )")
    script = glyphs("1/2", tall[-1].right, LINE + rise, 7)
    assert read([*tall, *script, *glyphs("y", script[-1].right + 2.5)]) == [text]


def test_what_stands_further_off_is_no_script() -> None:
    tall = glyphs("( x )")
    assert read([*tall, *glyphs("2", tall[-1].right, LINE + 19, 7)]) == ["( x )", "2"]
    assert read([*glyphs("xy"), *glyphs("2", 60, LINE + 8, 7)]) == ["xy", "2"]


def test_bars_come_from_the_file() -> None:
    """A page with a displayed fraction, a frame that is no bar, and prose enough to be read."""

    def shown(text: str, x: float, y: float) -> str:
        return f"BT /F1 10 Tf 0 Tw 1 0 0 1 {x} {y} Tm ({text}) Tj ET"

    prose = [
        shown(f"It is line {number} of the text that the people of the island have read.", 54, 700 - 12 * number)
        for number in range(20)
    ]
    formula = [shown("r =", 200, 400), shown("p", 220, 406.8), shown("q", 220, 393.1), "219.5 402.3 6 0.4 re f"]
    frame = "190 380 80 40 re S"
    assert "r = p/q" in text_of(read_pdf(_file(["\n".join([*prose, *formula, frame])])).sections)


def test_an_exponent_of_an_exponent_goes_on_with_it() -> None:
    power = glyphs("e")
    above = glyphs("-x", power[-1].right, LINE + 3.6, 7)
    square = glyphs("2", above[-1].right, LINE + 6.6, 5)
    rest = glyphs("/y", square[-1].right, LINE + 3.6, 7)
    assert read([*power, *above, *square, *rest]) == ["e^{-x^{2}/y}"]


def test_a_line_behind_a_large_initial_goes_on_no_further_than_it_does() -> None:
    initial, first = glyphs("W", 50, LINE - 12, 25), glyphs("e see", 63)
    other = glyphs("it", first[-1].right + 1, LINE + 5)
    assert read([*initial, *first, *other])[-1] == "it"


def test_a_closing_brace_has_its_scripts_above_each_other() -> None:
    tall = glyphs("{ x }")
    scripts = [*glyphs("m", tall[-1].right, LINE + 8, 7), *glyphs("i=1", tall[-1].right, LINE - 7, 7)]
    assert read([*tall, *scripts]) == ["{ x }^{m}_{i=1}"]


def test_a_rule_that_is_put_together_of_short_ones_is_one() -> None:
    tall = [*glyphs("|", 50, LINE + 6), *glyphs("|", 50), *glyphs("|", 50, LINE - 6)]
    assert read([*tall, *glyphs("x", 56)]) == ["|x"]
    assert read([*glyphs("|"), *glyphs("|", 55.5)]) == ["||"]


def test_a_script_of_a_script_that_comes_back_to_the_line_is_of_it() -> None:
    space = glyphs("x")
    index = glyphs("C", space[-1].right, LINE - 2.5, 7)
    power = glyphs("K", index[-1].right, LINE + 0.3, 5)
    assert read([*space, *index, *power, *glyphs("y", power[-1].right + 2.5)]) == ["x_{C^{K}} y"]
    other = glyphs("n", index[-1].right, LINE + 3.6, 7)
    assert read([*space, *index, *other]) == ["x_{C}^{n}"]


def test_a_picture_of_one_dot_is_a_bar() -> None:
    """As Ghostscript makes of dvips' rules."""
    dot = "q 6 0 0 0.4 219.5 402.3 cm BI /W 1 /H 1 /IM true /BPC 1 ID\n\x80\nEI Q"
    shown = [
        f"BT /F1 10 Tf 0 Tw 1 0 0 1 54 {700 - 12 * row} Tm (It is line {row} of what was read.) Tj ET"
        for row in range(20)
    ]
    formula = [
        f"BT /F1 10 Tf 0 Tw 1 0 0 1 {x} {y} Tm ({each}) Tj ET"
        for each, x, y in (("r =", 200, 400), ("p", 220, 406.8), ("q", 220, 393.1))
    ]
    assert "r = p/q" in text_of(read_pdf(_file(["\n".join([*shown, *formula, dot])])).sections)
