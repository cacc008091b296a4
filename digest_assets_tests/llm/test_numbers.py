"""Numbers as they are read: values, units and places, in English and in Chinese."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from digest_assets.llm.numbers import (
    Number,
    counted_in_chinese,
    counts_in_english,
    possible_in_answer,
    possible_in_english,
    stated_in_answer,
    stated_in_english,
)


def decimals(*written: str) -> set[Decimal]:
    return set(map(Decimal, written))


def told(number: Number) -> tuple[str, Decimal, str | None]:
    return number.written, number.value, number.unit


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12 thousand samples", [("12 thousand", 12_000, None)]),
        (r"\(12\) models", [("12", 12, None)]),
        (r"$3\text{x}$ faster", [("3", 3, "times")]),
        (r"$5{\%}$ less", [("5", 5, "%")]),
        ("$5$% of them", [("5", 5, "%")]),
        ("Table 5", []),
        ("Table 2 lists 30 and 40", [("30", 30, None), ("40", 40, None)]),
        ("Section 3.1 has 4", [("3.1", Decimal("3.1"), None), ("4", 4, None)]),
        ("1500 Hz", [("1500", 1500, "Hz")]),
        # A year, or a decade, has no unit.
        ("999 years", [("999", 999, "years")]),
        ("1000 years", [("1000", 1000, None)]),
        ("2200 years", [("2200", 2200, None)]),
        ("2201 years", [("2201", 2201, "years")]),
        ("the 1990s", [("1990", 1990, None)]),
        ("999 s and 2201 s", [("999", 999, "s"), ("2201", 2201, "s")]),
    ],
)
def test_what_an_english_text_states(text: str, numbers: list[tuple[str, Decimal, str | None]]) -> None:
    assert [told(each) for each in stated_in_english(text)] == numbers


def test_numbers_before_one_with_a_unit_may_have_it_too_unless_they_have_their_own() -> None:
    def units(text: str) -> list[tuple[str | None, str | None]]:
        return [(each.unit, each.may_have_unit) for each in stated_in_english(text)]

    assert units("5, 10, 15 to 20%") == [(None, "%"), (None, "%"), (None, "%"), ("%", None)]
    assert units("5 ms and 10 s") == [("ms", None), ("s", None)]
    assert units("5 of them for 10 s") == [(None, None), ("s", None)]


def test_a_letter_apart_from_its_number_is_a_scale_or_something_else() -> None:
    values = {text: (each.value, each.other_value) for text in ("5 T", "5T", "5") for each in stated_in_english(text)}
    five, trillions = Decimal(5), Decimal(5 * 10**12)
    assert values == {"5 T": (trillions, five), "5T": (trillions, None), "5": (five, None)}


def test_a_number_stands_where_it_says_behind_addresses_and_formulas() -> None:
    text = "see https://a.org/12 for 30 of $x_4$, then 50"
    assert [text[each.start : each.end] for each in stated_in_english(text)] == ["30", "50"]
    text = "一两个，见 https://a.org/12 与 $x$ 的三种，唯一一个三维的五十个"
    counted = counted_in_chinese(text)
    assert [(each.written, text[each.start : each.end]) for each in counted] == [
        (each, each) for each in ("三", "三", "五十")
    ]
    assert [each.value for each in counted] == [3, 3, 50]


def test_one_over_a_number_states_that_alone() -> None:
    assert [told(each) for each in stated_in_answer("体积为1/50，共1个")] == [
        ("50", Decimal(50), None),
        ("1", Decimal(1), None),
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("二〇二六", ["0", "2", "2026", "6"]),
        ("一千二百", ["1", "2", "1200"]),
        ("一百零五", ["0", "1", "5", "105"]),
        ("十二", ["2", "12"]),
        ("二十", ["2", "20"]),
        ("百分之三点一四", ["1", "3", "3.14", "4", "14", "100"]),
        ("百分之点五", ["0.5", "5", "100"]),
        ("百分之点", ["0", "100"]),
        ("百分之十", ["10", "100"]),
        ("百分之12.5", ["5", "12", "12.5", "100"]),
        ("二分之一", ["1", "2", "50"]),
        ("三万", ["3", "30000"]),
        ("一万二", ["1", "2", "12000"]),
        ("一万零二", ["0", "1", "2", "10002"]),
        ("一万二千", ["1", "2", "12000"]),
        ("两億三", ["2", "3", "230000000"]),
        ("三亿五千万", ["3", "5", "350000000"]),
        ("三万亿", ["3", "3000000000000"]),
        ("二十万千瓦", ["2", "20", "200000"]),  # its unit is the kilowatt
        ("一万二千米", ["1", "2", "12000"]),
        ("三分之一", ["1", "3"]),
        ("1.5", ["1", "1.5", "5"]),
        ("1,500", ["1", "500", "1500"]),
    ],
)
def test_what_an_answer_may_mean(text: str, values: list[str]) -> None:
    assert possible_in_answer(text) == decimals(*values)


def test_what_an_english_text_may_support() -> None:
    assert possible_in_english("version 1.5") == decimals("1", "1.5", "5")
    assert possible_in_english("version 1.5", whole=True) == decimals("1.5")
    assert possible_in_english("for two decades, twenty-five hundred times") == decimals(
        "2", "5", "10", "20", "100", "2500"
    )


def test_counts_begin_at_three() -> None:
    assert counts_in_english("three models on 3 tasks, two sets, 2 runs, ten and 10 hours") == Counter(
        {Decimal(3): 2, Decimal(10): 2}
    )
