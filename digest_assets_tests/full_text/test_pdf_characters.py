"""Characters at their places, written by hand, and the pieces of lines that they make."""

from __future__ import annotations

import ctypes

import pytest

from digest_assets.full_text.pdf_characters import (
    _by_places,
    _character,
    _Characters,
    _Drawn,
    _Look,
    _Place,
    _stroke,
    _weighed,
    _whole,
)
from digest_assets.full_text.pdf_glyphs import Glyph, composed
from digest_assets.full_text.pdf_order import Face, Line, in_reading_order
from digest_assets.full_text.pdf_pieces import pieces
from digest_assets.full_text.tex_fonts import hangs, signs_of, unknown_places

ROMAN, SIGNS = Face("CMR10"), Face("CMSY10")


def glyphs(text: str, left: float = 50, baseline: float = 700, size: float = 10, tracking: float = 0) -> list[Glyph]:
    """The characters of `text`, each half as wide as it is large; a space is in the file, and a gap."""
    result, space = [], False
    for character in text:
        if character == " ":
            left, space = left + 0.3 * size, True
            continue
        result.append(Glyph(character, left, left + 0.5 * size, baseline, size, ROMAN, space, False))
        left, space = left + (0.5 + tracking) * size, False
    return result


def read(*groups: list[Glyph]) -> list[Line]:
    return list(pieces(composed([glyph for group in groups for glyph in group]), 0, 792))


def behind(group: list[Glyph]) -> float:
    return group[-1].right


def drawn_in(text: str, *, name: str = "", font: int = 7, wide: str = "") -> list[_Drawn]:
    """`text` as pdfium gives it, in a font named `name`; what is `wide` stands for a return that is wider than an e."""
    look = _Look(Face(name), 10, 0, False, font)
    return [
        (
            "\r" if each == wide else each,
            (0.0, 0.0, 1.25 if each == wide else 1.0, 1.0, 0.0, 0.0),
            look,
            2 * (place > 0 and text[place - 1] == " "),
        )
        for place, each in enumerate(text)
        if each != " "
    ]


def written(found: list[_Drawn]) -> str:
    return "".join(" " * bool(space) + each for each, _, _, space in found)


def test_raised_and_lowered_characters_are_scripts_and_small_capitals_are_not() -> None:
    ten = glyphs("10")
    (line,) = read(ten, glyphs("20", behind(ten), 704, 7))
    assert line.text == "10^{20}"
    first = glyphs("R")
    (title,) = read(first, glyphs("ESULTS", behind(first), 700, 8))
    assert (title.text, title.size) == ("RESULTS", 10)


def test_a_script_of_a_script_stays_one() -> None:
    two = glyphs("2")
    m = glyphs("m", behind(two), 704, 7)
    (line,) = read(two, m, glyphs("k", behind(m), 702.8, 5))
    assert line.text == "2^{m_{k}}"


def test_scripts_above_each_other_are_both_of_their_letter() -> None:
    letter = glyphs("H")
    (line,) = read(letter, glyphs("0", behind(letter), 698, 7), glyphs("2", behind(letter), 704, 7))
    assert line.text == "H_{0}^{2}"


def test_accents_are_put_on_their_letters() -> None:
    before = glyphs("Lema")
    accent = Glyph("\u02c6", behind(before), behind(before) + 5, 700, 10, ROMAN, False, False)
    dotless = Glyph("\u0131", behind(before) + 1, behind(before) + 4, 700, 10, ROMAN, True, False)
    (line,) = read(before, [accent, dotless], glyphs("tre", behind(before) + 5))
    assert line.text == "Lemaître"


def test_an_accent_finds_its_letter_across_other_characters() -> None:
    letters = glyphs("Ψw,")
    bar = Glyph("\u00af", 50, 55, 702, 10, ROMAN, 0, False)
    assert read(letters, [bar])[0].text == "Ψ̄w,"
    assert read([bar], glyphs("x", 300), letters)[-1].text == "Ψ̄w,"


@pytest.mark.parametrize(("letter", "accent", "whole"), [("o", "¨", "ö"), ("a", "´", "á"), ("c", "¸", "ç")])
def test_an_accent_as_wide_as_its_letter_is_put_on_it(letter: str, accent: str, whole: str) -> None:
    before = glyphs("M")
    both = [Glyph(text, behind(before), behind(before) + 5, 700, 10, ROMAN, 0, False) for text in (accent, letter)]
    assert read(before, both, glyphs("bius", behind(before) + 5))[0].text == f"M{whole}bius"


def test_an_accent_that_comes_after_its_line_is_put_on_its_letter_and_a_quote_stays() -> None:
    line = glyphs("in Munchen and in many a place of the south")
    accent = Glyph("¨", line[3].left + 0.4, line[3].right - 0.3, 700.05, 10, ROMAN, 1, False)
    following = glyphs("the next line is here", baseline=688)
    assert [each.text for each in read(line, [accent], following)] == [
        "in München and in many a place of the south",
        "the next line is here",
    ]
    quote = glyphs("`", behind(line))
    assert read(line, quote)[0].text.endswith("south`")


def test_a_formula_that_is_set_font_by_font_is_put_in_order() -> None:
    """MathType in Word: exponents, signs, then the letters between them."""
    exponents = [*glyphs("2", 75, 704, 6), *glyphs("2", 115, 704, 6)]
    signs = [*glyphs("(", 55), *glyphs("−", 62), *glyphs(")", 70), *glyphs("=", 82), *glyphs("−", 100)]
    letters = [*glyphs("E", 50), *glyphs("x", 58), *glyphs("w", 66), *glyphs("c", 95), *glyphs("d", 110)]
    (line,) = read(exponents, signs, letters)
    assert "".join(line.text.split()) == "E(x−w)^{2}=c−d^{2}"


def test_a_large_initial_and_a_word_that_is_set_twice_stay_apart_from_the_lines_beside() -> None:
    initial = glyphs("T", 50, 684, 26)
    assert [each.text for each in read(initial, glyphs("HE first line", 60))] == ["T", "HE first line"]
    assert [each.text for each in read(glyphs("bold"), glyphs("bold", 50.3))] == ["bold", "bold"]


@pytest.mark.parametrize(
    ("font", "places", "signs"),
    [
        ("CMSY10", "h0i6>", "⟨′⟩\u0338⊤"),
        ("CMSY10", "2\xb9", "∈⪯"),  # of macOS, and moved up by dvips
        ("MTSYN", "06k=", "′\u0338‖="),
        ("txsys", "0h\x0c]\xa4", "′⟨⊙]\u02d9"),
        ("rtxmi", "`?,", "ℓ⋆,"),
        ("txexs", "\x12X\xd5\xd8\xa9\xab", "(∑∑∪("),
        ("MTEX", "X!", "∑\ufffd"),
        ("AdvP4C4E46", "qffiffiP!", "√∑\ufffd"),
        ("AdvMacMthSyN", "ðjg0i¼1Þf", "(|}′⟩=1)\ufffd"),
        ("AdvP4C4E51", "x=y:", "x/y."),
        ("CMSY7", "v|{", "⊑|{"),
        ("CMMI8", "`~x,<", "ℓ\u20d7x,<"),
        ("CMEX10", "PX0@ ", "∑∑(("),
        ("MSAM10", "6>\x0f~ ", "⩽⩾⊨⊛⇝"),
        ("MSAM10", "\x0d\x17", "⊩⇂"),
        ("MSBM10", "R\x02*&", "R≰⊈⫋"),
        ("txsyc", ",<", "≠∉"),
        ("stmary10", "JK", "⟦⟧"),
        ("TeX_CM_Maths_Symbols", "\x02\x03\x14\x19/h", "×∗≤≈∝⟨"),
        ("TeX_CM_Maths_Italic", "\x0b\x27;@x", "αφ,∂x"),
        ("LinLibertineTB", "\x1brst di\x1derent su\x1ccient \x1eows", "first different sufficient flows"),
        ("LASY10", "23;", "□◇⇝"),
        ("wasy9", "2# ", "□○●"),
        ("EUEX10", "z}", ""),
        ("XYATIP10", "/n\x0f ", ""),
        ("LINE10", "-a", ""),
        ("CMR10", "hi06\uf8eb", "hi06("),
        ("Times-Roman", "P6", "P6"),
    ],
)
def test_what_stands_at_a_place_of_tex_s_fonts_is_known(font: str, places: str, signs: str) -> None:
    known = signs_of(font)
    assert "".join(known.get(ord(each), each) for each in places) == signs


def test_a_file_s_fonts_of_signs_that_were_numbered_anew_say_nothing_in_their_lower_places() -> None:
    """OMS has `∓` at 0x07, and pdfium knows its name: where 0x07 comes, it is another sign."""
    drawn = {"MTSYN": {0x07, 0x30, 0x3D, 0x68}, "CMEX10": {0x02, 0x58}, "CMMI10": {0x2C, 0x78}, "Times-Roman": {0x07}}
    assert unknown_places(drawn) == {"MTSYN": {0x07, 0x30}, "CMEX10": {0x02}, "CMMI10": set()}
    assert unknown_places(drawn | {"MTSYN": {0x30, 0x3D}}) == {}
    assert unknown_places({"CMMI10": {0x0F}}) == {}
    assert unknown_places({"CMMI10": {0x01}}) == {"CMMI10": {0x01}}


@pytest.mark.parametrize(
    ("sign", "place", "stroke"), [("=", 60.2, "\u0338"), ("⊥", 60, "\u0338"), ("=", 64, None), ("x", 60, None)]
)
def test_an_unknown_sign_that_takes_no_room_before_another_is_the_stroke_through_it(
    sign: str, place: float, stroke: str | None
) -> None:
    look = _Look(Face("MTSYN"), 10, 0, False, 7)
    found = [(text, (x, 697.0, x + 7, 707.0, x, 700.0), look, 0) for text, x in (("\x07", 60.0), (sign, place))]
    assert _stroke(found, 0) == stroke
    assert _stroke(found, 1) is None


@pytest.mark.parametrize(
    ("name", "drawn", "text"),
    [
        (
            "",
            "signi\x0ccant modi\x0ccations of di\x0berent \rows in 151{200 \\docs",
            "significant modifications of different flows in 151–200 “docs",
        ),
        ("", "\x0b x y \x0c z { \x0c", "\ufffd x y \ufffd z { \ufffd"),  # Greek letters of a font for formulas
        ("Courier", "set {\x0c words", "set {\ufffd words"),
        ("", "the \rontra\rt that was \rarefully signi\x0ced", "the contract that was carefully signified"),
        (
            "",
            "words of di\x0berent kinds: na\x7f\x10ve stra\x19e \x01",
            "words of different kinds: na¨ıve straße Δ",
        ),
        ("", "the \x10\x1crst\x11 tight\x15binding \x1eects", "the “first” tight–binding ffiects"),
        (
            "",
            "the \x10di\x1berent\x11 pages 219\x15222 \x16 all of them {here}",
            "the “different” pages 219–222 — all of them {here}",
        ),
        ("Someserif", "the \x1crst \x1beld of words", "the first ffeld of words"),
        ("Calibri", "\x01\x1c\x1d ab \x1b", "\ufffd\ufffd\ufffd ab \ufffd"),  # numbers of a subset
        ("", "no ligature {stands here}", "no ligature {stands here}"),
    ],
)
def test_the_ligatures_of_a_bitmap_font_without_a_name_are_read(name: str, drawn: str, text: str) -> None:
    assert written(_by_places(drawn_in(drawn, name=name))) == text


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        (
            "stru\rture and spa\re in a \rir\rle [8\u2104 with e\u00c6\rient \x0celds",
            "structure and space in a circle [8] with efficient fields",
        ),
        ("their dire\rt in#uen\re and su\x1e\rient \u00c6ther {a}", "their direct influence and sufficient Æther {a}"),
        ("signi\x0ccant #ows and #uids", "significant flows and fluids"),
        ("such another #ow with #our and some #uid", "such another flow with flour and some fluid"),
    ],
    ids=["OT1", "T1", "too few returns", "a font with c"],
)
def test_a_c_that_came_by_its_name_as_a_return_is_a_c(drawn: str, text: str) -> None:
    assert written(_by_places(drawn_in(drawn, wide="#"))) == text


def test_what_comes_as_a_return_in_a_formula_is_unknown() -> None:
    prose = drawn_in("stru\rture and spa\re in a \rir\rle")
    assert written(_by_places([*prose, *drawn_in("x=\r+y", font=8)])).endswith("x=\ufffd+y")


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        (
            "they were de\x0cned that way\x04 with some \x1bnite ones\x03 Berlin\x04 \x05\x06\x06\x07",
            "they were de�ned that way� with some �nite ones� Berlin� ����",
        ),
        ("Flows of e\x0ecient \x0cnite \x0cgures", "Flows of efficient finite figures"),
        ("the \x06-types of 2 \x0cgures", "the Σ-types of 2 figures"),
    ],
    ids=["no point and no digit", "a heading", "a capital Greek letter"],
)
def test_signs_that_were_numbered_anew_are_unknown_and_no_ligatures(drawn: str, text: str) -> None:
    assert written(_by_places(drawn_in(drawn))) == text


@pytest.mark.parametrize(
    ("stroke", "sign", "text"),
    [
        ("6", "=", "y≠"),
        ("\u0338", "→", "y↛"),
        ("\u0338", "⪯", "y⪯\u0338"),
        ("6", "→", "y6→"),
        ("\u0338", "x", "y\u0338x"),
    ],
)
def test_a_stroke_through_a_sign_is_of_the_sign(stroke: str, sign: str, text: str) -> None:
    through = Glyph(stroke, 60, 67, 700, 10, SIGNS, False, False)
    lines = read(glyphs("y "), [through, Glyph(sign, 60, 67.5, 700, 10, ROMAN, False, False)])
    assert "".join(line.text for line in lines).replace(" ", "") == text


@pytest.mark.parametrize(
    ("upper", "is_hidden", "lines"),
    [
        ("as is described here in part two", True, 2),
        ("as is described here in part two", False, 1),  # long names as exponents, font by font
        ("as is described in part two", True, 1),
    ],
)
def test_a_line_of_a_scan_is_no_exponent_of_the_next_one_that_is_recognised_as_larger(
    upper: str, is_hidden: bool, lines: int
) -> None:
    both = [glyphs(upper, 50, 709, 9), glyphs("formally specified here by others", 50, 700, 17)]
    assert len(read(*([glyph._replace(hidden=is_hidden) for glyph in line] for line in both))) == lines


def test_a_font_without_a_ligature_has_the_cork_encoding_of_the_others_on_its_page() -> None:
    def of(font: int, drawn: str) -> list[_Drawn]:
        return [(text, place, look._replace(font=font), space) for text, place, look, space in drawn_in(drawn)]

    dash, ligature = of(1, "one\x15to\x15one maps"), of(2, "the \x1crst of them")
    assert written(_by_places(dash + ligature)).startswith("one–to–one maps")
    assert written(_by_places(dash)) == "one\ufffdto\ufffdone maps"


def test_a_ligature_of_which_one_letter_is_unknown_is_unknown() -> None:
    (letter,) = glyphs("f")
    whole = [letter._replace(text=each) for each in "\ufffd⟩"]
    assert [line.text for line in read(whole)] == ["\ufffd"]
    assert [line.text for line in read([letter, letter, letter._replace(text="i")])] == ["ffi"]


def test_a_stroke_is_of_a_sign_on_its_line() -> None:
    below = Glyph("∪", 60, 67.5, 694, 10, SIGNS, False, False)
    through = Glyph("\u0338", 60, 67, 700, 10, SIGNS, False, False)
    lines = read([below], [through, Glyph("∈", 60, 67.5, 700, 10, SIGNS, False, False)])
    assert sorted(line.text for line in lines) == ["∉", "∪"]


@pytest.mark.parametrize(("text", "read_as"), [("abstract", "abstract"), ("x=y+z<wv", "x = y + z < w v")])
def test_a_short_word_that_is_letter_spaced_is_a_word_and_a_formula_is_not(text: str, read_as: str) -> None:
    apart = [glyph._replace(space=int(index > 0)) for index, glyph in enumerate(glyphs(text, tracking=0.2))]
    assert [line.text for line in read(apart)] == [read_as]


def test_letters_that_are_set_apart_are_one_word() -> None:
    apart = [glyph._replace(space=index % 2 == 1) for index, glyph in enumerate(glyphs("Computation", tracking=0.2))]
    (line,) = read(apart)
    assert line.text == "Computation"


def test_a_stretched_line_is_no_row_of_a_table_and_a_row_is() -> None:
    stretched, place = [], 50.0
    for word in ("a", "line", "that", "is", "stretched"):
        stretched += glyphs(word, place)
        place = behind(stretched) + 14
    assert len(read(stretched)) == 1
    name = glyphs("Base line")
    assert [line.text for line in read(name, glyphs("12.5", behind(name) + 30))] == ["Base line", "12.5"]


def test_a_number_that_stands_apart_is_a_piece_of_its_own() -> None:
    """A title's, which the order of lines puts to it, or a line's, of which there is a column."""
    number = glyphs("75")
    assert [line.text for line in read(number, glyphs("We employ", behind(number) + 12))] == ["75", "We employ"]


def test_a_title_behind_a_number_of_another_font_ends_where_its_font_does() -> None:
    number = glyphs("3.2. ")
    title = [each._replace(face=Face("Times-Italic")) for each in glyphs("A new model.", behind(number) + 3)]
    (line,) = in_reading_order(read(number, title, glyphs("For modeling extremes", behind(title) + 12)))
    assert line.text[: line.lead] == "3.2. A new model."
    assert line.lead_face == Face("Times-Italic")


def nameless(text: str, width: float, font: int, size: float = 10) -> list[tuple[str, _Place, _Look, int]]:
    look = _Look(Face("", 400), size, 0, False, font)
    return [(letter, (0, 0, width * size, size, 0, 0), look, 0) for letter in text]


def test_letters_of_a_nameless_font_that_are_as_wide_as_bold_ones_are_bold() -> None:
    roman, bold = nameless("nnnnnn", 0.556, 1), nameless("nnnnnn", 0.639, 2)
    found = _weighed([*roman, *bold, *nameless("nnn", 0.639, 3)])  # three letters tell nothing
    assert [look.face.weight for _, _, look, _ in found] == [400] * 6 + [700] * 6 + [400] * 3
    named = [(text, place, look._replace(face=Face("F1", 400)), space) for text, place, look, space in bold]
    assert _weighed(named) == named


def test_a_letter_in_two_parts_is_one_and_a_part_alone_is_unknown() -> None:
    italic_w, part = [0xD835, 0xDC64], 0xD835
    codes = [*map(ord, "ab"), *italic_w, 0x3D, part, *italic_w, part]
    whole = list(_whole(codes))
    assert len(whole) == len(codes)
    assert "".join(_character(code) for code in whole if code is not None) == "abw=\ufffdw\ufffd"


def test_a_small_number_on_the_line_is_a_piece_of_its_own_however_near() -> None:
    number = glyphs("27", size=5)
    for text in ("1 Introduction", "memory is limited"):
        assert [line.text for line in read(number, glyphs(text, behind(number) + 8))] == ["27", text]
    assert [line.text for line in read(glyphs("27"), glyphs("memory", 67))] == ["27 memory"]


def test_a_soft_hyphen_on_the_page_is_a_hyphen_and_at_a_line_s_end_it_is_none_of_the_text() -> None:
    (line,) = read(glyphs("a non\u00adgenic inter\u00ad"))
    assert (line.text, line.hyphenated) == ("a non-genic inter", True)
    (whole,) = read(glyphs("non\u00adgenic"))
    assert (whole.text, whole.hyphenated) == ("non-genic", False)
    assert read(glyphs("\u200b\u00ad")) == []


def test_italics_that_reach_over_a_space_leave_it() -> None:
    of, italics = glyphs("of"), Face("Times-Italic")
    word = [each._replace(face=italics, space=1) for each in glyphs("f", behind(of) - 0.8)]
    assert [line.text for line in read(of, word, glyphs("bonds", behind(word)))] == ["of fbonds"]
    assert [line.text for line in read(of, glyphs("f", behind(of) - 0.8), glyphs("bonds", behind(word)))] == [
        "offbonds"
    ]


@pytest.mark.parametrize(
    ("bottom", "top", "baseline"),
    [(690, 715, 700), (697.5, 707.5, 700), (695.5, 709.5, 700), (692, 713, 700)],
)
def test_a_tall_sign_is_of_the_line_that_it_is_centred_on(
    monkeypatch: pytest.MonkeyPatch, bottom: float, top: float, baseline: float
) -> None:
    def box(raw: object, index: int, *corners: ctypes.c_double) -> None:
        corners[2].value, corners[3].value = bottom, top

    monkeypatch.setattr("pypdfium2.raw.FPDFText_GetCharBox", box)
    characters = object.__new__(_Characters)
    characters._raw = None
    look = _Look(Face("CMEX10"), 10, 0, False, 0)
    assert characters._hung(0, look) == baseline
    assert [hangs(font) for font in ("CMEX10", "LMMathExtension10-Regular", "CMSY10")] == [True, True, False]


def test_the_limits_of_a_sum_are_scripts_behind_it() -> None:
    start = glyphs("x=")
    sum_sign = glyphs("∑", behind(start) + 1, size=12)
    middle = (sum_sign[0].left + sum_sign[0].right) / 2
    upper, lower = glyphs("n", middle - 1.75, 712, 7), glyphs("i=0", middle - 5.25, 689, 7)
    rest = glyphs("ai", sum_sign[0].right + 5)
    for order in ([sum_sign, lower, upper], [upper, sum_sign, lower], [sum_sign, upper, lower]):
        assert [line.text for line in read(start, *order, rest)] == ["x=∑_{i=0}^{n} ai"]


def test_a_limit_that_the_file_has_on_both_sides_of_its_sum_is_one() -> None:
    total = [glyph._replace(text="∑", right=glyph.left + 14) for glyph in glyphs("S", 52)]
    limit = glyphs("N-1+k", 50.5, 712, 7)
    rest = glyphs("x", 70)
    assert [line.text for line in read(limit[:1], total, limit[1:], rest)] == ["∑^{N-1+k} x"]
    aside = glyphs("N-1+k", 66, 712, 7)
    assert [line.text for line in read(aside[:1], total, aside[1:])] == ["N", "∑", "-1+k"]
    elsewhere = glyphs("N", 30, 712, 7)
    assert [line.text for line in read(elsewhere, total, limit[1:], rest)] == ["N", "∑^{-1+k} x"]


def test_the_limits_of_an_integral_stand_behind_it() -> None:
    integral = glyphs("∫")
    right = integral[0].right
    (line,) = read(integral, glyphs("1", right, 709, 7), glyphs("0", right - 2, 691, 7), glyphs("f", right + 5))
    assert line.text == "∫_{0}^{1} f"


@pytest.mark.parametrize(("word", "text"), [("max", "max_{k}"), ("lim", "lim_{k}"), ("argmin", "argmin_{k}")])
def test_what_stands_below_max_and_lim_is_their_script(word: str, text: str) -> None:
    operator = glyphs(word)
    middle = (operator[0].left + operator[-1].right) / 2
    (line,) = read(operator, glyphs("k", middle - 1.75, 693, 7))
    assert line.text == text


def test_what_stands_below_another_word_or_beside_a_sum_is_no_limit() -> None:
    word = glyphs("maps")
    assert [line.text for line in read(word, glyphs("k", word[1].right, 693, 7))] == ["maps", "k"]
    sign = glyphs("∑")
    assert [line.text for line in read(sign, glyphs("k", behind(sign) + 40, 690, 7))] == ["∑", "k"]
