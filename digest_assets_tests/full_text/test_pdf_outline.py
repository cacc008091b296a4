"""Titles of an outline, looked up on pages that have them in other words, another order or one line with a text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest_assets.full_text.pdf_order import Face, Line
from digest_assets.full_text.pdf_outline import Entry, Outline
from digest_assets.full_text.pdf_setting import Setting
from digest_assets.full_text.pdf_titles import numbers

BOLD = Face("Body-Bold", 700)


def line(text: str, baseline: float, face: Face | None = None, lead: int = 0) -> Line:
    made = Line(text, (text,), 0, 50, 290, baseline, 10, face or Face("Body"), False, 792)
    return replace(made, lead=lead, lead_face=BOLD) if lead else made


BODY = [line("plain words of a body that is long enough to count here.", 500 - 12 * number) for number in range(6)]


def looked_up(lines: list[Line], *titles: str) -> dict[int, tuple[str, str]]:
    every = [*lines, *BODY]
    found = Outline(every, Setting.of(every), [Entry(title, 0, 0) for title in titles])
    return {index: (heading.title, heading.rest) for index, heading in found.headings.items()}


def test_a_title_is_found_behind_a_number_that_the_outline_leaves_out() -> None:
    text = "1) Accuracy- and Precision-based Robustness: In the context"
    assert looked_up([line(text, 700)], "Accuracy- and Precision-based Robustness:") == {
        0: ("1) Accuracy- and Precision-based Robustness", "In the context")
    }


@pytest.mark.parametrize(("entry", "text"), [("III-A Data", "A. Data"), ("A-B Data of ours", "B. Data of ours")])
def test_the_numbers_of_ieee_s_outlines_are_not_those_of_its_pages(entry: str, text: str) -> None:
    assert looked_up([line(text, 700)], entry) == {0: (text, "")}


@pytest.mark.parametrize(("lead", "stop"), [(0, "."), (25, "."), (25, "")])
def test_a_title_of_two_lines_ends_where_its_text_begins(lead: int, stop: str) -> None:
    lines = [
        line("3.1 A formulation with weak", 700),
        line(f"essential boundary values{stop} The number", 688, lead=lead),
    ]
    title = "3.1 A formulation with weak essential boundary values"
    assert looked_up(lines, title) == {0: (title, "The number")}


def test_what_stands_on_a_title_s_line_in_another_font_is_no_part_of_it() -> None:
    lines = [line("4.1 Supply chains High Leverage", 700, lead=17)]
    assert looked_up(lines, "4.1 Supply chains") == {0: ("4.1 Supply chains", "High Leverage")}
    assert looked_up([replace(lines[0], lead=0)], "4.1 Supply chains") == {}


def test_a_title_that_stands_out_may_be_spelt_in_another_way() -> None:
    lines = [line("5.2 Simplifying the Problem: From", 700, BOLD), line("MinCliqeCover to Matching", 688, BOLD)]
    title = "5.2 Simplifying the Problem: From MinCliqueCover to Matching"
    assert looked_up(lines, title) == {0: ("5.2 Simplifying the Problem: From MinCliqeCover to Matching", "")}
    assert looked_up(lines, title.replace("5.2", "5.3")) == {}
    assert looked_up([replace(each, face=Face("Body")) for each in lines], title) == {}


def test_an_outline_may_have_another_order_than_the_page() -> None:
    lines = [line("Contributions", 700, BOLD), line("Methods", 650, BOLD)]
    assert looked_up(lines, "Methods", "Contributions") == {0: ("Contributions", ""), 1: ("Methods", "")}


@pytest.mark.parametrize("caption", ["Figure 1 Recordings of a neuron", "TABLE 1. Recordings"])
def test_a_figure_in_the_outline_is_no_section(caption: str) -> None:
    assert looked_up([line(caption, 700), line("Methods", 650, BOLD)], caption, "Methods") == {1: ("Methods", "")}


def test_an_outline_of_another_text_says_nothing() -> None:
    assert looked_up([line("Methods", 700, BOLD)], "Methods", "Theorems", "Proofs", "Examples") == {}


def test_a_title_is_found_on_another_page_than_the_outline_says_where_it_stands_out() -> None:
    lines = [replace(line("DEDICATION", 700, BOLD), page=1), replace(line("Thanks", 650), page=1)]
    assert looked_up(lines, "Dedication", "Thanks") == {0: ("DEDICATION", "")}


def test_a_title_with_a_formula_may_end_in_the_number_of_a_section() -> None:
    text = "K.1. Setup for ϵ_{i} used in Section 5.1. For the locally stationary"
    found = {0: ("K.1. Setup for ϵ_{i} used in Section 5.1", "For the locally stationary")}
    assert looked_up([line(text, 700)], "K.1. Setup for i used in Section 5.1") == found
    assert looked_up([line(text, 700, lead=15)], "Setup for i used in Section 5.1") == found


def test_a_short_title_runs_in_where_its_font_sets_it_apart() -> None:
    text = "2) MPS: The second algorithm"
    assert looked_up([line(text, 700, lead=6)], "III-D2 MPS") == {0: ("2) MPS", "The second algorithm")}
    assert looked_up([line(text, 700)], "III-D2 MPS") == {}


def test_a_title_may_take_five_lines_of_a_column() -> None:
    words = ["4. Large-scale structure", "and the vorticity", "over areas in", "equations with", "dissipation"]
    lines = [line(text, 700 - 12 * number) for number, text in enumerate(words)]
    assert looked_up(lines, " ".join(words)) == {0: (" ".join(words), "")}


@pytest.mark.parametrize("text", ["5.1. Model", "5.1.- Model", "5.1 – Model", "5.1 Model", "§5.1 Model"])
def test_a_number_may_end_in_stops_and_dashes(text: str) -> None:
    assert next(numbers(text)) == ("arabic", (5, 1), "Model")
