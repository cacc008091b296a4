"""What `/v1/embeddings` answers is a vector of length 1, or is said to be none."""

from __future__ import annotations

import json
import math

import pytest

from digest_assets.llm.answers import Answer
from digest_assets.llm.embeddings import read_embedding, unpacked
from digest_assets.llm.refusals import Problem, Refusal


def body(vector: object, **more: object) -> str:
    return json.dumps({"object": "list", "data": [{"embedding": vector}], "model": "m-2", **more})


def test_a_vector_is_kept_as_one_of_length_1_with_what_it_cost() -> None:
    made = read_embedding("\ufeff" + body([3.0, 4, *[0] * 10], usage={"prompt_tokens": 7, "total_tokens": 7}), "m")
    assert isinstance(made, Answer)
    assert (made.model, made.usage.calls, made.usage.input_tokens) == ("m-2", 1, 7)
    assert unpacked(made.text) == pytest.approx([0.6, 0.8, *[0.0] * 10], abs=1e-3)
    assert math.hypot(*unpacked(made.text)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "answered",
    [
        "<!doctype html><html>",
        "[]",
        "{}",
        json.dumps({"data": []}),
        json.dumps({"data": [{"embedding": [1.0] * 8}, {"embedding": [1.0] * 8}]}),
        body("AAAA"),
        body([1.0] * 7),
        body([0.0] * 8),
        body([True] * 8),
        body([*[1.0] * 8, "x"]),
        body([*[1.0] * 8, math.inf]),
        body([*[1.0] * 8, math.nan]),
        body([1e200] * 20_000),
    ],
)
def test_what_is_no_vector_of_numbers_is_no_answer(answered: str) -> None:
    made = read_embedding(answered, "m")
    assert isinstance(made, Problem)
    assert made.meaning is Refusal.UNUSABLE


def test_an_error_with_status_200_is_one() -> None:
    made = read_embedding(json.dumps({"error": {"message": "upstream timed out", "code": 504}}), "m")
    assert isinstance(made, Problem)
    assert "upstream timed out" in made.said
