"""The error texts of endpoints in the field, each read as what it means."""

from __future__ import annotations

import json

import pytest

from digest_assets.llm.answers import Answer
from digest_assets.llm.dialects import (
    Dialect,
    Fault,
    Problem,
    adapted,
    first_dialect,
    parameters,
    read_answer,
    read_problem,
    retry_after_seconds,
)


def error(message: str, **more: object) -> str:
    return json.dumps({"error": {"message": message, **more}})


@pytest.mark.parametrize(
    ("status", "body", "fault", "number"),
    [
        (
            400,
            error(
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
                code="context_length_exceeded",
            ),
            Fault.CONTEXT,
            8192,
        ),
        (
            400,
            error("request (5000 tokens) exceeds the available context size (4096 tokens)", code=400),
            Fault.CONTEXT,
            4096,
        ),
        (400, error("Range of input length should be [1, 30720]"), Fault.CONTEXT, 30720),
        (413, "", Fault.CONTEXT, None),
        (
            400,
            error("'max_tokens' is too large: 9000. This model's maximum context length is 4096 tokens", code=400),
            Fault.CONTEXT,
            4096,
        ),
        (400, error("Range of max_tokens should be [1, 8192]"), Fault.LIMIT_TOO_HIGH, 8192),
        (422, '{"detail": [{"msg": "Extra inputs are not permitted", "loc": ["max_tokens"]}]}', Fault.LIMIT_NAME, None),
        (400, error("Unsupported parameter: 'temperature' is not supported with this model."), Fault.TEMPERATURE, None),
        (400, error("Unknown parameter: 'stream_options'."), Fault.STREAM_OPTIONS, None),
        (400, error("This model only support stream mode"), Fault.STREAM_ONLY, None),
        (404, error("model 'qwen3:8b' not found, try pulling it first"), Fault.MODEL, None),
        (404, error("The model `x` does not exist or is not yours.", code="model_not_found"), Fault.MODEL, None),
        (404, json.dumps({"detail": "Not Found"}), Fault.ADDRESS, None),
        (404, "<html><h1>404</h1></html>", Fault.ADDRESS, None),
        (405, "", Fault.ADDRESS, None),
        (401, error("Incorrect API key"), Fault.KEY, None),
        (403, error("Country not supported"), Fault.KEY, None),
        (429, error("Rate limit reached: too many tokens per min"), Fault.BUSY, None),
        (429, error("You exceeded your current quota", type="insufficient_quota"), Fault.QUOTA, None),
        (402, error("Insufficient Balance"), Fault.QUOTA, None),
        (400, error("账户余额不足"), Fault.QUOTA, None),
        (503, "upstream connect error", Fault.BUSY, None),
        (500, error("The server had an error"), Fault.BROKEN, None),
        (524, "<html>timeout</html>", Fault.BROKEN, None),
        (400, error("filtered", code="content_filter"), Fault.FILTERED, None),
        (400, error("messages: must not be empty"), Fault.REQUEST, None),
        (418, "", Fault.REQUEST, None),
        (None, error("Provider returned error"), Fault.BROKEN, None),
        (400, json.dumps({"object": "error", "message": "prompt is too long", "code": 400}), Fault.CONTEXT, None),
        (400, json.dumps({"error": "model is required: invalid model"}), Fault.MODEL, None),
    ],
)  # fmt: skip
def test_a_refusal_is_read_as_what_it_means(status: int | None, body: str, fault: Fault, number: int | None) -> None:
    problem = read_problem(status, body)
    assert (problem.fault, problem.number) == (fault, number)


def test_learning_ends_whatever_an_endpoint_says() -> None:
    for fault in Fault:
        dialect: Dialect | None = Dialect()
        for _ in range(20):
            assert dialect is not None
            dialect = adapted(dialect, Problem(fault, "", 400, 100))
            if dialect is None:
                break
        assert dialect is None, fault


def test_openai_itself_is_asked_in_its_newer_words() -> None:
    assert "max_completion_tokens" in parameters(first_dialect("https://api.openai.com/v1", False), None, 5)
    assert "max_tokens" in parameters(first_dialect("http://127.0.0.1:8080/v1", False), None, 5)


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
    assert problem.fault is Fault.FILTERED


@pytest.mark.parametrize("headers", [[], [("Retry-After", "soon")], [("Retry-After", "")], [("retry-after-ms", "x")]])
def test_an_unreadable_retry_after_is_none(headers: list[tuple[str, str]]) -> None:
    assert retry_after_seconds(headers, 0.0) is None


def test_a_date_in_the_past_asks_for_no_wait() -> None:
    assert retry_after_seconds([("Retry-After", "Thu, 01 Jan 1970 00:00:10 GMT")], 100.0) == 0.0
