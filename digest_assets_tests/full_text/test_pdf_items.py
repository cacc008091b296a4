"""Lines that begin an item of a list, and lines that only look so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest_assets.full_text.pdf_order import Line
from digest_assets.model import BlockKind
from digest_assets_tests.full_text.test_pdf_sections import BODY, blocks_of, line, set_lines

FULL = "The way in which a bell is rung in fog is told in"


def items_of(lines: list[Line]) -> list[str]:
    return [block.text for block in blocks_of([*BODY, *lines]) if block.kind is BlockKind.ITEM]


@pytest.mark.parametrize("last", [FULL, f"{FULL} Eq."])
@pytest.mark.parametrize("mark", ["(6)", "6.", "1.", "(b)", "(ii)", "–"])
def test_a_mark_where_a_sentence_goes_on_begins_no_item(last: str, mark: str) -> None:
    text = (last, f"{mark} and in what follows it.")
    assert items_of(set_lines(*text, top=400)) == []
    assert blocks_of([*BODY, *set_lines(*text, top=400)])[-1].text.endswith(" ".join(text))


@pytest.mark.parametrize("last", [f"{FULL} Eq.", f"{FULL} words"])
def test_a_sentence_goes_on_with_a_mark_in_the_next_column(last: str) -> None:
    lines = [*set_lines(FULL, last, top=400), line("(6) and in what follows it.", 700, left=310)]
    assert items_of(lines) == []
    short = [line(FULL, 400), replace(line(last, 388), right=150), line("(6) and in what follows.", 700, left=310)]
    assert len(items_of(short)) == 1


def test_an_item_begins_behind_a_sentence_or_a_short_line_or_where_it_is_set_in() -> None:
    first, second = "(1) ring the bell at once and", "(2) ring it again."
    ended = set_lines("The keepers of the bells have to do so.", first, second, top=400)
    short = [line(FULL, 412), replace(line("two ways in which it is done and they are to", 400), right=150), *ended[1:]]
    indented = [line(FULL, 400), *(replace(each, left=70) for each in ended[1:])]
    hung = [line(FULL, 400), ended[1], line("wait for the fog to lift", 376, left=62), line(second, 364)]
    assert items_of(ended) == items_of(short) == items_of(indented) == [first, second]
    assert items_of(hung) == [f"{first} wait for the fog to lift", second]


def test_the_number_of_an_item_counts_on_though_the_one_above_is_no_sentence() -> None:
    first, second = "1. the first of the bells that are rung in the fog", "2. the second of them"
    assert items_of(set_lines("The bells are these:", first, second, top=400)) == [first, second]
    third = "3. of the bells is rung."
    assert items_of(set_lines("The bells are these:", f"{first} and in the third, number", third, top=400)) == [
        f"{first} and in the third, number {third}"
    ]


@pytest.mark.parametrize("mark", ["(f )", "(iv)", "●", "○", "(c)"])
def test_what_marks_an_item(mark: str) -> None:
    assert len(items_of(set_lines("The bells are these.", f"{mark} the bell of the hill", top=400))) == 1


@pytest.mark.parametrize("text", ["● ●", "● rung ● not rung"])
def test_the_dots_of_a_drawing_and_their_legend_are_no_items(text: str) -> None:
    assert items_of(set_lines("The bells are these.", text, top=400)) == []


def test_a_dash_counts_on_behind_a_dash() -> None:
    texts = ("– the great bell of the hill, which is hung in it", "– the small bell of the hill, which is rung in it")
    assert len(items_of(set_lines("The bells are these:", *texts, top=400))) == 2


@pytest.mark.parametrize("marks", [("●", "●"), ("1.", "2.")])
def test_items_on_two_levels_are_no_table(marks: tuple[str, str]) -> None:
    outer = [f"{mark} | Bells of the {place}" for mark, place in zip(marks, ("hill", "shore"), strict=True)]
    inner = ("○ | the great one", "○ | the small one")
    texts = [outer[0], *inner, outer[1], *inner]
    lines = [line(text, 400 - 12 * place, left=50 + 30 * (text in inner)) for place, text in enumerate(texts)]
    assert items_of(lines) == [text.replace(" |", "").lstrip("●○ ") for text in texts]


def test_a_number_in_the_first_cell_leaves_a_table_whole() -> None:
    rows = set_lines("1. | Lugger | 6", "2. | Coble | 2", "3. | Smack | 4", top=400)
    assert [block.kind for block in blocks_of([*BODY, *rows])][-1] is BlockKind.TABLE
    assert "| 3. | Smack | 4 |" in blocks_of([*BODY, *rows])[-1].text


def test_a_paragraph_that_is_set_in_follows_an_item_whose_text_goes_back_to_the_margin() -> None:
    opening = set_lines("The keepers of the bells have to do so.", top=412)
    item = [line("(1) ring the bell at once and wait for the fog", 400, left=62), line("to lift from it all", 388)]
    after = [line("The bells of the island are rung by hand when it is", 376, left=62), line("foggy on it.", 364)]
    assert items_of([*opening, *item, *after]) == ["(1) ring the bell at once and wait for the fog to lift from it all"]
