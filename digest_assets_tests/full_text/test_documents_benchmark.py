"""The benchmark of PDFs of others compares titles in order."""

from __future__ import annotations

from benchmarks.documents import compared


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
