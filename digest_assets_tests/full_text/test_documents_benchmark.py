"""The benchmark of PDFs of others compares titles in order."""

from __future__ import annotations

from benchmarks.documents import compared, of_sections


def test_a_missing_title_moves_none_of_those_behind_it() -> None:
    expected = ["1 Introduction", "2 Results", "3 Method", "3.1 Results", "4 Conclusion"]
    read = ["Introduction", "Method", "Results", "Conclusion"]
    assert compared(expected, read) == (["2 Results"], [])


def test_a_title_out_of_order_is_missing_and_beside() -> None:
    assert compared(["Method", "Results", "Conclusion"], ["Results", "Conclusion", "Method"]) == (
        ["Method"],
        ["Method"],
    )


def test_a_title_of_other_letters_is_another_but_for_a_formula() -> None:
    expected = ["2.1 Bounds for alpha-stable processes", "2.2 Data"]
    assert compared(expected, ["2.1 Bounds for α-stable processes", "2.2 Tasks"]) == (["2.2 Data"], ["2.2 Tasks"])


PAGES = {0: "Fog bells\nA. Author\nAbstract\n1 Introduc-\ntion", 1: "2 Method\n2.1 Bells", 2: "3 Results"}


def test_the_paper_s_own_title_and_its_authors_are_no_sections() -> None:
    sections = [(0, "1 Introduction"), (1, "2 Method"), (1, "2.1 Bells"), (2, "3 Results")]
    assert of_sections([(0, "Fog bells"), (0, "A. Author"), *sections], PAGES, "") == (sections, [])
    assert of_sections([*sections, (0, "Fog bells")], PAGES, "Fog Bells") == (sections, [])


def test_what_is_not_on_its_page_is_said_apart() -> None:
    there = [(0, "Introduction"), (1, "Method"), (2, "Results")]
    assert of_sections([*there, (1, "An earlier title"), (1, "s1")], PAGES, "") == (there, ["An earlier title"])


def test_an_outline_of_an_earlier_text_or_of_two_lines_tells_nothing() -> None:
    assert of_sections([(0, "Introduction"), (1, "Method")], PAGES, "") == ([], [])
    others = [(1, "One title"), (1, "Another title"), (2, "A third title"), (2, "A fourth title")]
    assert of_sections([(0, "Introduction"), (1, "Method"), (2, "Results"), *others], PAGES, "") == ([], [])
