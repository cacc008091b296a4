"""What returns over pages, and what counts on, is told from the text wherever it stands."""

from __future__ import annotations

from dataclasses import replace

from digest_assets.full_text.pdf_furniture import without_contents, without_heads, without_line_numbers
from digest_assets.full_text.pdf_order import Face, Line


def line(text: str, baseline: float, page: int = 0, left: float = 60, right: float | None = None) -> Line:
    end = left + 4 * len(text) if right is None else right
    return Line(text, (text,), page, left, end, baseline, 10, Face("Body"), False, 792)


def page_of(number: int, *beside: Line) -> list[Line]:
    body = [
        line(f"words of {'abcdef'[number] * (row + 1)}, like no other", 660 - 12 * row, number) for row in range(30)
    ]
    return [*beside, *body]


def kept(pages: list[list[Line]]) -> str:
    return "\n".join(each.text for page in without_heads(pages)[0] for each in page)


def test_a_head_far_from_the_margin_is_told_by_its_return() -> None:
    pages = [page_of(number, line("Cited et al.: A head", 690, number)) for number in range(6)]
    assert "A head" not in kept(pages)
    assert kept(pages).count("words of ") == 180


def test_a_head_that_changes_is_told_by_the_pages_number_beside_it() -> None:
    titles = ("Intro", "Data", "Model", "Training", "Results", "End")
    pages = [page_of(number, line(f"{title} {number + 17}", 690, number)) for number, title in enumerate(titles)]
    assert not any(title in kept(pages) for title in titles)


def test_a_title_at_the_top_of_its_page_is_no_head_though_its_number_is_the_page_s() -> None:
    titles = ("Intro", "Data", "Model", "Training", "Results", "End")
    heads = [line(f"{number + 1} {title}", 690, number) for number, title in enumerate(titles)]
    assert not any(title in kept([page_of(each.page, each) for each in heads]) for title in titles)
    larger = [replace(each, size=14) for each in heads]
    assert all(title in kept([page_of(each.page, each) for each in larger]) for title in titles)


def test_a_pages_number_is_told_by_growing_with_the_pages() -> None:
    pages = [page_of(number, line(str(number + 253), 170, number)) for number in range(5)]
    assert "25" not in kept(pages)
    lone = [page_of(number, line("40", 170, number)) if number == 2 else page_of(number) for number in range(5)]
    assert "\n40\n" in kept(lone)


def test_a_watermark_is_told_by_its_place_on_most_pages() -> None:
    pages = [page_of(number, line("Under review", 401, number, 120)) for number in range(6)]
    assert "review" not in kept(pages)


def test_line_numbers_are_told_by_counting_on_beside_the_text() -> None:
    numbers = [line(f"{row:03}", 660 - 12 * row, 0, 20, 35) for row in range(30)]
    left, out = without_line_numbers([*numbers, *page_of(0)])
    assert [each.text for each in left] == [each.text for each in page_of(0)]
    assert len(out) == 30


def test_the_number_of_each_fifth_line_is_a_line_number_however_few_there_are() -> None:
    for step, told in ((5, 3), (1, 0), (10, 0)):
        numbers = [line(str(170 + step * row), 660 - 60 * row, 0, 20, 35) for row in range(3)]
        assert len(without_line_numbers([*numbers, *page_of(0)])[1]) == told
    numbers = [line(str(number), 660 - 60 * row, 0, 20, 35) for row, number in enumerate((170, 185, 3, 44, 16, 80))]
    assert without_line_numbers([*numbers, *page_of(0)])[1] == []


def test_a_column_of_counts_in_a_table_is_no_line_numbers() -> None:
    counts = [line(str(row), 660 - 12 * row, 0, 80, 90) for row in range(6)]
    assert without_line_numbers([*counts, *page_of(0)])[1] == []


def test_contents_are_told_by_their_leaders_or_their_title() -> None:
    leaders = [line(f"{number} A title . . . . . . . . {number * 3}", 700 - 12 * number) for number in range(1, 6)]
    titled = [
        line("Contents", 600),
        *(line(f"{number} Another {number + 2}", 590 - 12 * number) for number in (1, 2, 3)),
    ]
    left, out = without_contents([*leaders, *page_of(0), *titled, line("1 Introduction", 500)])
    assert [each.text for each in left] == [*(each.text for each in page_of(0)), "1 Introduction"]
    assert len(out) == 9


def test_the_large_number_of_a_chapter_behind_the_contents_is_no_entry_of_theirs() -> None:
    entries = [line(f"{number} A title {number + 2}", 590 - 12 * number) for number in (1, 2, 3)]
    chapter = [line("A title", 700, 1), line("Write here.", 680, 1), line("2", 700, 2), line("Another title", 680, 2)]
    left, out = without_contents([line("Contents", 600), *entries, *chapter])
    assert left == chapter
    assert len(out) == 4


def test_a_caption_above_its_table_is_no_head_though_it_is_on_many_pages() -> None:
    pages = [page_of(number, line(f"Table {number}", 740, number)) for number in range(6)]
    assert "Table 3" in kept(pages)


def test_the_capitals_of_a_book_s_heads_are_told_by_their_height_and_size() -> None:
    titles = ("DATA", "MODELS OF IT", "TRAINING", "RESULTS", "THE END", "OUTLOOK")
    pages = [page_of(number, line(title, 740, number)) for number, title in enumerate(titles)]
    assert "TRAINING" not in kept(pages)
    slides = [[replace(page[0], size=24), *page[1:]] for page in pages]
    assert "TRAINING" in kept(slides)


def test_the_questions_of_a_form_are_no_heads_though_they_are_alike_and_begin_its_pages() -> None:
    def question(number: int) -> list[Line]:
        item = f"{4 * number + 1}."
        return [
            line(item, 690, number, 40, 50), line("Say more about your boat:", 690, number), line("*", 690, number, 500)
        ]  # fmt: skip

    found = kept([page_of(number, *(question(number) if number % 2 else ())) for number in range(6)])
    assert found.count("Say more about your boat:") == 3
    assert "5." in found.split("\n")
