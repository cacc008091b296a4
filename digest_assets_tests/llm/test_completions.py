"""Answers, whole and streamed: what counts as one is a list."""

from __future__ import annotations

import json

import pytest

from digest_assets.llm.answers import Answer
from digest_assets.llm.completions import StreamReader, read_answer
from digest_assets.llm.refusals import Problem, Refusal
from digest_assets.model import Usage


def test_content_in_parts_and_refusals_in_a_field_are_read() -> None:
    def answered(**message: object) -> Answer | Problem:
        return read_answer(json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}), "m")

    parts = answered(content=[{"type": "text", "text": "你"}, {"type": "text", "text": "好"}])
    assert isinstance(parts, Answer)
    assert parts.text == "你好"
    refused = answered(content=None, refusal="I cannot.")
    assert isinstance(refused, Answer)
    assert refused.text == "I cannot."


def test_a_filtered_answer_is_no_answer() -> None:
    body = json.dumps({"choices": [{"message": {"content": "半"}, "finish_reason": "content_filter"}]})
    problem = read_answer(body, "m")
    assert isinstance(problem, Problem)
    assert problem.meaning is Refusal.FILTERED


@pytest.mark.parametrize(
    "finish", ["insufficient_system_resource", "network_error", "abort", "error", "tool_calls", "cancelled", "whatever"]
)
def test_an_answer_that_ended_in_an_unknown_way_is_none(finish: str) -> None:
    body = json.dumps({"choices": [{"message": {"content": "半句话。"}, "finish_reason": finish}]})
    problem = read_answer(body, "m")
    assert isinstance(problem, Problem)
    assert problem.meaning is Refusal.BROKEN_OFF
    assert finish in problem.said


@pytest.mark.parametrize("finish", ["stop", "STOP", "eos", "end_turn", "stop_sequence"])
def test_an_answer_that_ended_well_is_one(finish: str) -> None:
    body = json.dumps({"choices": [{"message": {"content": "一句话"}, "finish_reason": finish}]})
    assert read_answer(body, "m") == Answer("一句话", "stop", "m", Usage(1, None, None, None))


def test_without_a_finish_reason_the_end_of_the_text_has_to_be_there() -> None:
    def ended(text: str) -> bool:
        return isinstance(read_answer(json.dumps({"choices": [{"message": {"content": text}}]}), "m"), Answer)

    assert ended("<results>好。</results>")
    assert ended("一句话。")
    assert not ended("一句话说到一")


@pytest.mark.parametrize(
    ("body", "meaning", "said"),
    [
        ({"code": 401, "msg": "token expired"}, Refusal.KEY, "token expired"),
        ({"code": "500", "message": "boom", "data": None}, Refusal.BROKEN, "boom"),
        ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, Refusal.BALANCE, "insufficient"),
        ({"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, Refusal.BUSY, "rate limit"),
        ({"error": "Unexpected endpoint or method. (POST /chat/completions)"}, Refusal.ADDRESS, "Unexpected endpoint"),
        ({"choices": [], "message": "queue is full"}, Refusal.UNUSABLE, "queue is full"),
        ({"choices": []}, Refusal.UNUSABLE, "no choices"),
    ],
)
def test_an_error_with_status_200_keeps_its_words(body: object, meaning: Refusal, said: str) -> None:
    problem = read_answer(json.dumps(body), "m")
    assert isinstance(problem, Problem)
    assert problem.meaning is meaning
    assert said in problem.said


def test_a_body_that_says_that_all_is_well_is_no_error() -> None:
    body = {"code": 0, "msg": "success", "base_resp": {"status_code": 0, "status_msg": ""}}
    answered = read_answer(
        json.dumps({**body, "choices": [{"message": {"content": "好。"}, "finish_reason": "stop"}]}), "m"
    )
    assert isinstance(answered, Answer)


def streamed(text: str, last_tag: str | None = None) -> Answer | Problem:
    reader = StreamReader()
    for line in text.split("\n"):
        reader.take_line(line)
    return reader.answer("m", last_tag=last_tag)


def chunk(content: str, finish: str | None = None) -> str:
    return json.dumps({"choices": [{"delta": {"content": content}, "finish_reason": finish}]}, ensure_ascii=False)


@pytest.mark.parametrize(
    "heartbeat",
    [": ping", "data:", "data: ", "data: [KEEPALIVE]", "event: ping\ndata: {}", "data: null", 'data: {"type": "ping"}',
     "data: {\"choices\": []}", "retry: 3000", "id: 7", "data: ping"],
)  # fmt: skip
def test_heartbeats_of_any_shape_are_passed_over(heartbeat: str) -> None:
    text = f"{heartbeat}\n\ndata: {chunk('一句')}\n\n{heartbeat}\n\ndata: {chunk('话。', 'stop')}\n\ndata: [DONE]\n\n"
    answer = streamed(text)
    assert isinstance(answer, Answer)
    assert answer.text == "一句话。"


def test_a_body_where_a_stream_was_asked_for_is_read() -> None:
    body = {"choices": [{"message": {"content": "一句话。"}, "finish_reason": "stop"}]}
    assert isinstance(streamed(json.dumps(body)), Answer)
    assert isinstance(streamed(json.dumps(body, indent=2)), Answer)


@pytest.mark.parametrize(
    ("asked_for", "text"),
    [
        ("topics", "<translation>好。</translation>\n<title>好</title>\n<topics>none</topics>"),
        ("results", "<background>好。</background><results>好</results>\n"),
        ("g", "<g1>好 [1]。</g1><g12>好 [2]</g12>"),
        (None, "<verdicts>1</verdicts>"),
    ],
)
def test_done_without_a_reason_is_an_end_after_the_last_tag(asked_for: str | None, text: str) -> None:
    body = f"data: {chunk(text)}\n\ndata: [DONE]\n\n"
    assert isinstance(streamed(body, asked_for), Answer)
    problem = streamed(body, "another")
    assert isinstance(problem, Problem)
    assert problem.meaning is Refusal.BROKEN_OFF


def test_done_without_a_reason_is_an_end_where_the_text_ends() -> None:
    assert isinstance(streamed(f"data: {chunk('一句话。')}\n\ndata: [DONE]\n\n"), Answer)
    assert isinstance(streamed(f"data: {chunk('一句话说到一')}\n\ndata: [DONE]\n\n"), Problem)
    assert isinstance(streamed(f"data: {chunk('一句话。')}\n\n"), Problem)


def test_usage_is_found_inside_the_choice_and_data_may_go_on_in_the_next_line() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "cached_tokens": 3}
    last = json.dumps({"choices": [{"delta": {}, "finish_reason": "stop", "usage": usage}]})
    half = len(last) // 2
    answer = streamed(f"data: {chunk('一句话。')}\n\ndata: {last[:half]}\ndata: {last[half:]}\n\n")
    assert isinstance(answer, Answer)
    assert answer.usage == Usage(1, 5, 2, 3)
