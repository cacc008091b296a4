"""What an endpoint's refusals mean: by their structure, and by words only where that says nothing."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from digest_assets.errors import EndpointPaused, QuotaExhausted, hide
from digest_assets.llm.providers import SEVERAL, UNKNOWN, providers
from digest_assets.llm.refusals import Place, Problem, Refusal, as_error, read_problem, retry_after_seconds


def error(message: str, **more: object) -> str:
    return json.dumps({"error": {"message": message, **more}})


@pytest.mark.parametrize(
    ("status", "body", "means", "number"),
    [
        (
            400,
            error(
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
                code="context_length_exceeded",
            ),
            Refusal.CONTEXT,
            8192,
        ),
        (
            400,
            error("request (5000 tokens) exceeds the available context size (4096 tokens)", code=400),
            Refusal.CONTEXT,
            4096,
        ),
        (400, error("Range of input length should be [1, 30720]"), Refusal.CONTEXT, 30720),
        (413, "", Refusal.CONTEXT, None),
        (
            400,
            error("'max_tokens' is too large: 9000. This model's maximum context length is 4096 tokens", code=400),
            Refusal.CONTEXT,
            4096,
        ),
        (400, error("Range of max_tokens should be [1, 8192]"), Refusal.LIMIT_TOO_HIGH, 8192),
        (422, '{"detail": [{"msg": "Extra inputs are not permitted", "loc": ["max_tokens"]}]}', Refusal.LIMIT_NAME,
         None),
        (400, error("Unsupported parameter: 'temperature' is not supported with this model."), Refusal.TEMPERATURE,
         None),
        (400, error("Unknown parameter: 'stream_options'."), Refusal.STREAM_OPTIONS, None),
        (400, error("This model only support stream mode"), Refusal.STREAM_ONLY, None),
        (404, error("model 'qwen3:8b' not found, try pulling it first"), Refusal.MODEL, None),
        (404, error("The model `x` does not exist or is not yours.", code="model_not_found"), Refusal.MODEL, None),
        (404, json.dumps({"detail": "Not Found"}), Refusal.ADDRESS, None),
        (404, "<html><h1>404</h1></html>", Refusal.ADDRESS, None),
        (405, "", Refusal.ADDRESS, None),
        (401, error("Incorrect API key"), Refusal.KEY, None),
        (403, error("Country not supported"), Refusal.FORBIDDEN, None),
        (429, error("Rate limit reached: too many tokens per min"), Refusal.BUSY, None),
        (429, error("You exceeded your current quota", type="insufficient_quota"), Refusal.BALANCE, None),
        (402, error("Insufficient Balance"), Refusal.BALANCE, None),
        (400, error("账户余额不足"), Refusal.BALANCE, None),
        (503, "upstream connect error", Refusal.BROKEN, None),
        (500, error("The server had an error"), Refusal.BROKEN, None),
        (524, "<html>timeout</html>", Refusal.BROKEN, None),
        (400, error("filtered", code="content_filter"), Refusal.FILTERED, None),
        (400, error("messages: must not be empty"), Refusal.REQUEST, None),
        (418, "", Refusal.REQUEST, None),
        (None, error("Provider returned error"), Refusal.BROKEN, None),
        (400, json.dumps({"object": "error", "message": "prompt is too long", "code": 400}), Refusal.CONTEXT, None),
        (400, json.dumps({"error": "model is required: invalid model"}), Refusal.MODEL, None),
    ],
)  # fmt: skip
def test_a_refusal_is_read_as_what_it_means(status: int | None, body: str, means: Refusal, number: int | None) -> None:
    problem = read_problem(status, body)
    assert (problem.meaning, problem.number) == (means, number)


GEMINI_A_MINUTE = [
    {
        "error": {
            "code": 429,
            "message": "You exceeded your current quota. Please retry in 32.57s.",
            "status": "RESOURCE_EXHAUSTED",
            "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "32s"}],
        }
    }
]
GEMINI_A_DAY = [
    {
        "error": {
            "code": 429,
            "message": "You exceeded your current quota.",
            "status": "RESOURCE_EXHAUSTED",
            "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}],
        }
    }
]
GEMINI_KEY = [
    {
        "error": {
            "code": 400,
            "message": "Please pass a valid one.",
            "status": "INVALID_ARGUMENT",
            "details": [{"reason": "API_KEY_INVALID"}],
        }
    }
]


@pytest.mark.parametrize(
    ("provider", "status", "body", "means"),
    [
        ("gemini", 429, json.dumps(GEMINI_A_MINUTE), Refusal.BUSY),
        ("gemini", 429, json.dumps(GEMINI_A_DAY), Refusal.DAY),
        ("gemini", 400, json.dumps(GEMINI_KEY), Refusal.KEY),
        (
            "",
            429,
            error("You exceeded your current quota. See error-code#token-limit", code="insufficient_quota"),
            Refusal.BUSY,
        ),
        ("qwen", 429, error("You exceeded your current quota", code="insufficient_quota"), Refusal.BUSY),
        ("openai", 429, error("You exceeded your current quota", code="insufficient_quota"), Refusal.BALANCE),
        (
            "",
            403,
            json.dumps({"code": 50501, "message": "Request was rejected due to rate limiting: RPM limit reached"}),
            Refusal.BUSY,
        ),
        ("", 403, error("x", code="AccountOverdueError", type="Forbidden"), Refusal.BALANCE),
        ("", 403, error("预扣费额度失败, 用户剩余额度不足", code="insufficient_user_quota"), Refusal.BALANCE),
        ("", 429, error("suspended", type="exceeded_current_quota_error"), Refusal.BALANCE),
        ("", 503, error("No available channel for model x under group default", code="model_not_found"), Refusal.MODEL),
        (
            "",
            400,
            json.dumps({"code": "Client specified an invalid argument", "error": "Incorrect API key provided: x"}),
            Refusal.KEY,
        ),
        (
            "groq",
            413,
            error(
                "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000",
                type="tokens",
                code="rate_limit_exceeded",
            ),
            Refusal.TOO_LARGE,
        ),
        (
            "groq",
            429,
            error(
                "Rate limit reached on tokens per day (TPD): Limit 100000. Please try again in 7m30s.",
                code="rate_limit_exceeded",
            ),
            Refusal.DAY,
        ),
        ("", 429, error("Rate limit reached for requests per day. Please try again in 7h12m0s."), Refusal.DAY),
        ("", 429, error("Rate limit exceeded: free-models-per-day"), Refusal.DAY),
        ("", 404, error('model "qwen2.5:7b" not found, try pulling it first', type="api_error"), Refusal.MODEL),
        ("", 404, error("models/gemini-9.9-pro is not found for API version v1main"), Refusal.MODEL),
        ("", 400, error("System role not supported"), Refusal.SYSTEM_ROLE),
        ("", 400, error("Developer instruction is not enabled for models/gemma-3-27b-it"), Refusal.SYSTEM_ROLE),
        (
            "",
            400,
            error(
                "parameter.enable_thinking must be set to false for non-streaming calls", code="invalid_parameter_error"
            ),
            Refusal.STREAM_ONLY,
        ),
        (
            "",
            400,
            error("Unsupported value: 'reasoning_effort' does not support 'minimal' with this model."),
            Refusal.THINKING,
        ),
        ("zhipu", 429, json.dumps({"error": {"code": "1304", "message": "该 API 已达今日调用次数限额"}}), Refusal.DAY),
        ("zhipu", 429, json.dumps({"error": {"code": "1302", "message": "并发数过高"}}), Refusal.BUSY),
        ("zhipu", 429, json.dumps({"error": {"code": "1113", "message": "您的账户已欠费"}}), Refusal.BALANCE),
        (
            "minimax",
            None,
            json.dumps({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),
            Refusal.BALANCE,
        ),
        ("ark", 400, error("x", code="SensitiveContentDetected.Violence"), Refusal.FILTERED),
    ],
)
def test_structure_goes_before_words_and_a_providers_table_before_others(
    provider: str, status: int | None, body: str, means: Refusal
) -> None:
    assert read_problem(status, body, provider=providers().get(provider, UNKNOWN), model="qwen2.5:7b").meaning is means


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "3579"}, "{}", 3579),
        ({}, json.dumps(GEMINI_A_MINUTE), 32),
        ({}, error("Rate limit reached. Please try again in 7h12m0s."), 25920),
        ({}, error("Please retry in 32.57s."), 32.57),
        ({}, error("Please try again in 20 minutes."), 1200),
        ({}, error("Please try again in 120ms."), 0.12),
        ({}, error("free-models-per-day", metadata={"headers": {"X-RateLimit-Reset": "1741305600000"}}), 3600),
        ({}, error("已达到 5 小时 的使用上限。您的限额将在 2025-03-07 09:00:00 重置"), 7200),
        ({}, error("Rate limit reached"), None),
    ],
)
def test_when_to_ask_again_is_read_from_wherever_it_stands(
    headers: dict[str, str], body: str, seconds: float | None
) -> None:
    now = datetime(2025, 3, 6, 23, tzinfo=timezone.utc).timestamp()
    problem = read_problem(429, body, headers=headers.items(), now_epoch_seconds=now)
    assert problem.wait_seconds == (pytest.approx(seconds) if seconds is not None else None)


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 8192 tokens. However, you requested 8700 tokens (508 in the messages, "
        "8192 in the completion). Please reduce the length of the messages or completion.",
        "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context length is 8192 "
        "tokens and your request has 508 input tokens (8192 > 8192 - 508).",
        "Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total of "
        "8700 tokens: 508 tokens from the input messages and 8192 tokens for the completion.",
        "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
        "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    ],
)
def test_the_length_of_a_context_is_read_in_each_of_its_wordings(message: str) -> None:
    problem = read_problem(400, error(message, code=400))
    assert (problem.meaning, problem.number) == (Refusal.CONTEXT, 8192)


def test_each_meaning_has_a_line_with_a_cure_that_says_what_it_rests_on() -> None:
    place = Place("http://x/v1", "m", "THE_KEY")
    for meaning in Refusal:
        told = as_error(Problem(meaning, "said so", 429, rests_on="code it"), place)
        assert told.cure
        assert "\n" not in str(told)
        assert "said so" in str(told)
    assert "code it" in str(as_error(Problem(Refusal.BALANCE, "said so", 429, rests_on="code it"), place))
    until = datetime(2026, 11, 27, 3, tzinfo=timezone.utc)
    paused = as_error(Problem(Refusal.DAY, "said so", 429), place, until=until)
    assert isinstance(paused, EndpointPaused)
    assert "2026-11-27 03:00 UTC" in str(paused)


def test_no_line_shows_a_key_whole_or_in_part() -> None:
    hide("a1b2c3-of-the-test")
    told = as_error(Problem(Refusal.BALANCE, "a1b2c3-of-the-test, a1b2******test"), Place("http://x/v1", "m", "K"))
    assert isinstance(told, QuotaExhausted)
    assert "a1b2" not in str(told)


def test_every_meaning_in_the_tables_is_one_and_every_table_names_its_sources() -> None:
    for each in providers().values():
        assert each.sources, each.name
        for meaning in (*each.codes.values(), *(meaning for _, meaning in each.phrases)):
            Refusal(meaning)
        assert all(code == code.lower() for code in each.codes), each.name
        assert each.name == SEVERAL or each.hosts or each.ports, each.name


@pytest.mark.parametrize("headers", [[], [("Retry-After", "soon")], [("Retry-After", "")], [("retry-after-ms", "x")]])
def test_an_unreadable_retry_after_is_none(headers: list[tuple[str, str]]) -> None:
    assert retry_after_seconds(headers, 0.0) is None


def test_a_date_in_the_past_asks_for_no_wait() -> None:
    assert retry_after_seconds([("Retry-After", "Thu, 01 Jan 1970 00:00:10 GMT")], 100.0) == 0.0


@pytest.mark.parametrize(
    ("provider", "body", "meaning"),
    [
        (
            "xai",
            '{"code": "x", "error": "Your team 0 has either used all available credits or reached its monthly spending '
            'limit. To continue making API requests, please purchase more credits or raise your spending limit."}',
            Refusal.BALANCE,
        ),
        (
            "xai",
            '{"error": "Too many tokens for team 0 and model grok-4. Your team\'s rate limit is — Tokens per Minute '
            '(actual/limit): 65605/16000."}',
            Refusal.BUSY,
        ),
        (
            "mistral",
            '{"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "code": "1300"}',
            Refusal.BUSY,
        ),
        (
            "mistral",
            '{"message": "Service tier capacity exceeded for this model.", "type": "invalid_request_error"}',
            Refusal.BROKEN,
        ),
        (
            "azure",
            '{"error": {"code": "429", "message": "... have exceeded token rate limit of your current AIServices S0 '
            'pricing tier. Please retry after 86400 seconds."}}',
            Refusal.DAY,
        ),
    ],
)
def test_a_429_that_was_reported_means_what_it_says(provider: str, body: str, meaning: Refusal) -> None:
    assert read_problem(429, body, provider=providers()[provider]).meaning is meaning
