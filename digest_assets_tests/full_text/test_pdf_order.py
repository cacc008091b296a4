"""Pieces of text at their places, written by hand, and the lines that they make."""

from __future__ import annotations

from dataclasses import replace

from digest_assets.full_text.pdf_order import Face, Line, in_reading_order


def piece(text: str, left: float, baseline: float, right: float | None = None, size: float = 10) -> Line:
    width = len(text) * 0.45 * size
    return Line(text, (text,), 0, left, right or left + width, baseline, size, Face("Body"), False, 792)


def texts(pieces: list[Line]) -> list[str]:
    return [line.text for line in in_reading_order(pieces)]


def column(left: float, name: str, count: int = 10) -> list[Line]:
    return [piece(f"{name}{number}", left, 700 - 12 * number, left + 230) for number in range(count)]


def test_raised_and_lowered_pieces_become_scripts_of_their_line() -> None:
    pieces = [piece("10", 50, 700, 60), piece("20", 60, 704, 67, size=7), piece("FLOPs", 70, 700, 100)]
    assert texts(pieces) == ["10^{20} FLOPs"]
    assert texts([piece("d", 50, 700, 55), piece("k", 55, 697.5, 58, size=7)]) == ["d_{k}"]


def test_a_wide_gap_parts_the_cells_of_a_row() -> None:
    (line,) = in_reading_order([piece("Base", 50, 700, 75), piece("12.5", 150, 700, 170)])
    assert line.cells == ("Base", "12.5")
    assert line.text == "Base 12.5"


def test_a_number_before_a_title_may_be_the_first_cell_of_a_row() -> None:
    (line,) = in_reading_order([piece("8", 50, 700, 55), piece("B16", 65, 700, 80)])
    assert line.text == "8 B16"
    assert [(part.text, part.is_cell) for part in line.parts] == [("8", False), ("B16", True)]


def test_columns_set_one_after_the_other_stay_as_they_are() -> None:
    pieces = column(50, "l") + column(310, "r")
    assert texts(pieces) == [each.text for each in pieces]


def test_a_column_that_the_file_has_before_the_one_to_its_left_is_read_behind_it() -> None:
    left, right = column(50, "left column"), column(310, "right column")
    head = piece("A running head", 400, 760, 540)
    assert texts([head, *right, *left]) == [each.text for each in (head, *left, *right)]
    few = [*right[:7], *left[:7]]  # as many lines as a text beside a drawing
    assert texts(few) == [each.text for each in few]
    lower = [replace(each, baseline=each.baseline - 80) for each in left]
    assert texts([*right, *lower]) == [each.text for each in (*right, *lower)]
    narrow = [replace(each, right=each.left + 150) for each in left]
    assert texts([*right, *narrow]) == [each.text for each in (*right, *narrow)]


def test_columns_set_to_and_fro_are_read_one_after_the_other() -> None:
    left, right = column(50, "l"), column(310, "r")
    mixed = [each for pair in zip(left, right, strict=True) for each in pair]
    assert texts(mixed) == [each.text for each in left + right]


def test_three_columns_set_to_and_fro_are_read_one_after_the_other() -> None:
    columns = [[replace(each, right=each.left + 150) for each in column(left, f"{left} ")] for left in (50, 230, 410)]
    mixed = [each for row in zip(*columns, strict=True) for each in row]
    assert texts(mixed) == [each.text for lines in columns for each in lines]


def test_what_crosses_both_columns_parts_them_into_bands() -> None:
    left, right = column(50, "l"), column(310, "r")
    title = piece("across", 50, 720, 540)
    middle = piece("between", 50, 700 - 12 * 4.5, 540)
    mixed = [title, *(each for pair in zip(left, right, strict=True) for each in pair)]
    mixed.insert(11, middle)
    names = texts(mixed)
    assert names == [
        "across", "l0", "l1", "l2", "l3", "l4", "r0", "r1", "r2", "r3", "r4",
        "between", "l5", "l6", "l7", "l8", "l9", "r5", "r6", "r7", "r8", "r9",
    ]  # fmt: skip


def test_a_small_number_before_a_line_is_that_of_an_algorithm_s_line() -> None:
    number, line = piece("12", 50, 700, 55, size=5), piece("L := a random subset", 70, 700, size=9)
    assert texts([number, line]) == ["12: L := a random subset"]
    assert texts([replace(number, size=9), line]) == ["12 L := a random subset"]
    assert ":" not in texts([replace(number, baseline=704), replace(line, text="L of it")])[0]


ABSTRACT = [piece(f"abstract's words in its line {number}", 150, 600 - 12 * number, 540) for number in range(3)]
OPENING = [piece(f"the opening words of the text {number}", 150, 400 - 12 * number, 540) for number in range(3)]
SIDE = [piece(f"received by the editor {number}", 30, 600 - 12 * number, 140) for number in range(3)]


def test_a_text_follows_what_stands_above_it_wherever_the_file_has_that() -> None:
    head = piece("The title of the paper in large letters", 150, 700, 540)
    assert texts([*OPENING, *ABSTRACT, head]) == [each.text for each in (head, *ABSTRACT, *OPENING)]
    between = [head, *OPENING, *ABSTRACT]  # the abstract stands in the gap between the two
    assert texts(between) == [each.text for each in (head, *ABSTRACT, *OPENING)]


def test_what_stands_beside_keeps_its_place_in_the_file() -> None:
    ordered = [*OPENING, *SIDE]
    assert texts(ordered) == [each.text for each in ordered]
    assert texts([*OPENING, *SIDE, *ABSTRACT]) == [each.text for each in (*ABSTRACT, *OPENING, *SIDE)]


def test_labels_and_pieces_of_formulas_stay_where_the_file_has_them() -> None:
    label = piece("x^{2} + y", 150, 700, 190)
    ordered = [*OPENING, label]
    assert texts(ordered) == [each.text for each in ordered]


def test_a_number_that_stands_apart_from_its_title_is_of_it() -> None:
    (line,) = in_reading_order([piece("3", 50, 700, 55), piece("Experiments", 70, 700, 120)])
    assert (line.text, line.cells) == ("3 Experiments", ("3 Experiments",))


def test_columns_that_each_stand_before_the_next_round_to_the_first_are_all_read() -> None:
    """Four columns in steps, and a line that the file has first: below the fourth, and above the first."""
    wide = piece("one wide line across all of the columns here", 50, 320, 510)
    columns = [
        [piece(f"words of {name} {row}", left, top - 12 * row, left + 100) for row in range(9)]
        for name, left, top in (("one", 50, 300), ("two", 170, 345), ("three", 290, 390), ("four", 410, 435))
    ]
    other = piece("far off, and above all of them", 50, 700, 510)
    lines = [wide, other, *(line for column in reversed(columns) for line in column)]
    assert sorted(texts(lines)) == sorted(line.text for line in lines)
