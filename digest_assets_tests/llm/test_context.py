"""What a refusal, an answer or a guess tells of a context, and whom it binds."""

from __future__ import annotations

import pytest

from digest_assets.llm.answers import Answer
from digest_assets.llm.context import Context
from digest_assets.llm.model_list import find_model, read_models
from digest_assets.llm.refusals import Problem, Refusal
from digest_assets.model import Usage

LIMIT = 8192


def refused(number: int | None = None, prompt_tokens: int | None = None) -> Problem:
    return Problem(Refusal.CONTEXT, "too long", 400, number, prompt_tokens)


def answered(read: int, written: int) -> Answer:
    return Answer("...", "stop", "double", Usage(1, read, written))


def test_a_named_window_leaves_all_prompts_that_fit_it() -> None:
    context = Context()
    assert context.learn_refusal(refused(8192, 9000), 8000, LIMIT)
    assert context.window == 8192
    assert context.excess(5000, LIMIT) == 0
    assert context.excess(8000, LIMIT) > 0


@pytest.mark.parametrize(
    ("problem", "prompt_tokens", "limit"),
    [
        (refused(8192, 20_000), 700, LIMIT),
        (refused(32_768), 6000, LIMIT),
        (refused(4096), 6000, LIMIT),
        (refused(), 3000, 4000),
    ],
    ids=["a count of something else", "it fits", "others were answered", "less than others sent"],
)
def test_numbers_that_cannot_be_true_bind_one_request_alone(problem: Problem, prompt_tokens: int, limit: int) -> None:
    context = Context()
    context.learn_answer(answered(7000, 900), 7000)
    assert context.contradicts(problem, prompt_tokens, limit)


def test_numbers_that_agree_are_believed() -> None:
    assert not Context().contradicts(refused(8192, 1100), 800, LIMIT)
    assert not Context().contradicts(refused(), 800, LIMIT)


def test_a_count_that_cannot_be_the_prompts_is_no_ratio() -> None:
    context = Context()
    context.learn_ratio(700, 20_000)
    assert context.ratio == 1.0


def test_a_guess_is_one_questions_until_an_answer_proves_it() -> None:
    context = Context()
    guess = context.guess(refused(), 6000, LIMIT)
    assert guess is not None
    assert (guess.window, context.window) == ((6000 + LIMIT) * 3 // 4, None)
    context.prove(guess)
    assert context.window == guess.window


def test_a_second_question_starts_from_the_first_ones_guess() -> None:
    context = Context()
    first = context.guess(refused(), 6000, 3000)
    second = context.guess(refused(), 6000, LIMIT)
    assert first is not None
    assert second is not None
    assert second.window == first.window


def test_guesses_end() -> None:
    context, limit, guesses = Context(), LIMIT, 0
    while (guess := context.guess(refused(), 100, limit)) is not None:
        room = guess.room(100)
        assert room is not None
        assert room < limit
        limit, guesses = room, guesses + 1
    assert guesses < 8


def test_what_was_answered_is_the_least_that_a_context_can_be() -> None:
    context = Context()
    context.learn_answer(answered(7000, 900), 7000)
    assert not context.learn_window(4096)
    assert context.learn_window(8192)


@pytest.mark.parametrize("limit", [4096, 4000, 8000])
def test_a_limit_of_answers_that_is_round_is_known_by_the_first_cut_answer(limit: int) -> None:
    assert Context().learn_cut(answered(700, limit), 4 * limit) == limit


def test_a_limit_that_is_not_round_is_known_by_the_second_cut_answer() -> None:
    context = Context()
    assert context.learn_cut(answered(700, 5333), LIMIT) is None
    assert context.learn_cut(answered(700, 5333), 4 * LIMIT) is None  # the same prompt again says nothing new
    assert context.learn_cut(answered(1250, 5333), LIMIT) == 5333
    assert context.window is None


@pytest.mark.parametrize(("longest", "cut_at"), [(0, 151), (6000, 5333)])
def test_answers_that_are_cut_alike_and_lower_than_a_limit_can_be_are_chance(longest: int, cut_at: int) -> None:
    context = Context()
    context.learn_answer(answered(700, longest), 700)
    assert context.learn_cut(answered(900, cut_at), LIMIT) is None
    assert context.learn_cut(answered(1250, cut_at), LIMIT) is None


def test_a_context_that_is_not_round_is_known_by_the_third_cut_answer() -> None:
    context = Context()
    assert context.learn_cut(answered(7001, 2865), LIMIT) is None
    assert context.learn_cut(answered(6411, 3455), LIMIT) is None
    assert context.window is None  # which may be chance
    assert context.learn_cut(answered(6700, 3163), LIMIT) is None
    assert context.window == 9866


def test_a_context_that_is_round_is_known_by_the_first_cut_answer() -> None:
    context = Context()
    context.learn_cut(answered(5003, 3184), LIMIT)
    assert context.window == 8192


def test_an_answer_that_was_cut_at_its_own_limit_says_nothing_of_others() -> None:
    context = Context()
    assert context.learn_cut(answered(700, 8192), LIMIT) is None
    assert context.cuts == ()


def test_a_small_context_is_not_made_larger() -> None:
    context = Context()
    assert context.learn_window(1512)
    assert context.window == 1512


def test_the_only_model_of_a_llama_server_is_meant_by_any_name() -> None:
    """As llama.cpp's server lists it; it does not look at the name that it is asked for."""
    listed = '{"data": [%s]}'
    file = '{"id": "models/SmolLM2-135M.gguf", "owned_by": "llamacpp", "meta": {"n_ctx": 2048}}'
    only = find_model(read_models(listed % file) or (), "local")
    assert only is not None
    assert only.window == 2048
    assert find_model(read_models(listed % f"{file}, {file}") or (), "local") is None
    assert find_model(read_models('{"data": [{"id": "qwen3", "owned_by": "vllm"}]}') or (), "local") is None
