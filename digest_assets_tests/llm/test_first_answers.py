"""A run says once that its model does not fit, and in what, where half of its first answers cannot be published."""

from __future__ import annotations

import pytest

from digest_assets.llm.first_answers import FEWEST, LOOKED_AT, FirstAnswers
from digest_assets.model import Trouble


def said(*troubles: Trouble | None, ended: bool = False) -> list[str]:
    """What was said of answers with these troubles."""
    first = FirstAnswers("m")
    told = [first.take(each, f"for {each.value}" if each else "") for each in troubles]
    if ended:
        told.append(first.at_the_end())
    return [each for each in told if each is not None]


@pytest.mark.parametrize(
    ("trouble", "verdict"),
    [
        (Trouble.MODEL, "m: too weak: 5 of its first 10 answers cannot be published (most often: for model)."),
        (
            Trouble.WINDOW,
            "m: window too small: 5 of its first 10 answers cannot be published (most often: for window).",
        ),
        (Trouble.ROOM, "m: no room for its answers: 5 of its first 10 answers cannot be published"),
    ],
)
def test_half_of_the_first_answers_speak_and_by_their_trouble(trouble: Trouble, verdict: str) -> None:
    (told,) = said(*[trouble, None] * (LOOKED_AT // 2), ended=True)
    assert told.startswith(verdict)


def test_less_than_half_says_nothing() -> None:
    assert said(*[Trouble.MODEL] * 4, *[None] * 6, ended=True) == []


@pytest.mark.parametrize("answers", [FEWEST, LOOKED_AT - 1])
def test_few_answers_speak_at_the_end_of_the_run(answers: int) -> None:
    assert said(*[Trouble.MODEL] * answers) == []
    (told,) = said(*[Trouble.MODEL] * answers, ended=True)
    assert f"too weak: {answers} of its first {answers} answers" in told


def test_fewer_say_nothing() -> None:
    assert said(*[Trouble.MODEL] * (FEWEST - 1), ended=True) == []


def test_what_is_not_the_models_fault_says_nothing_of_it() -> None:
    others = [Trouble.ENDPOINT, Trouble.TIME, Trouble.CONTENT]
    assert said(*others * LOOKED_AT, ended=True) == []
    (told,) = said(*others * LOOKED_AT, *[Trouble.WINDOW] * LOOKED_AT, ended=True)
    assert "10 of its first 10" in told


def test_none_is_good_where_ten_new_ones_that_were_paid_for_are_not() -> None:
    first = FirstAnswers("m")
    for _ in range(LOOKED_AT):
        first.take(Trouble.MODEL, "stored before", is_new=False)
        assert not first.none_is_good
    for number in range(LOOKED_AT):
        assert not first.none_is_good
        first.take(Trouble.ROOM if number else Trouble.MODEL, "cut")
    assert first.none_is_good


@pytest.mark.parametrize("other", [None, Trouble.WINDOW])
def test_one_that_is_good_or_cost_nothing_is_enough_to_go_on(other: Trouble | None) -> None:
    first = FirstAnswers("m")
    for trouble in (*[Trouble.MODEL] * (LOOKED_AT - 1), other, *[Trouble.MODEL] * LOOKED_AT):
        first.take(trouble, "")
        assert not first.none_is_good


def test_the_most_frequent_trouble_names_it() -> None:
    (told,) = said(*[Trouble.MODEL] * 3, *[Trouble.WINDOW] * 4, *[None] * 3)
    assert told.startswith("m: window too small: 7 of its first 10")
