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
        "Input length (9000 tokens) exceeds the maximum allowed length (8192 tokens). Use a shorter input.",
        "Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)",
        "model max length exceeded, max length:8192",
        "The input token count (9000) exceeds the maximum number of tokens allowed (8192).",
        "length of prompt_tokens (9000) must be less than max_seq_len (8192).",
        "max_total_tokens (9000) must be less than or equal to max_seq_len (8192)",
        "This model's maximum prompt length is 8192 but the request contains 9000 tokens.",
        "Prompt contains 9000 tokens and 0 draft tokens, too large for model with 8192 maximum context length",
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 1244 `inputs` tokens and "
        "8000 `max_new_tokens`",
        "Input validation error: `inputs` must have less than 8192 tokens. Given: 9000",
        "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context "
        "length of only 8192 tokens, which is not enough.",
        "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9000>= "
        "n_ctx: 8192). Try to load the model with a larger context length, or provide a shorter input.",
        "Cannot truncate prompt with n_keep (9000) >= n_ctx (8192)",
        "Prompt has 9,000 tokens, but the configured context size is 8,192 tokens",
        "input length and `max_tokens` exceed context limit: 5000 + 4000 > 8192, decrease input length or `max_tokens`",
        "Range of input length should be [1, 8192]",
        "Input tokens exceed the configured limit of 8192 tokens. Your messages resulted in 9000 tokens.",
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_the_length_of_a_context_is_read_in_each_of_its_wordings(message: str, status: int) -> None:
    problem = read_problem(status, error(message, code=status))
    assert (problem.meaning, problem.number) == (Refusal.CONTEXT, 8192)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "invalid params, context window exceeds limit (2013)"),
        (400, "prompt too long; exceeded max context length by 4096 tokens"),
        (400, "Total tokens of image and text exceed max message tokens. Request id: 0217"),
        (400, "The number of tokens to keep from the initial prompt is greater than the context length. Try 12345."),
        (400, "Input tokens exceed the configured limit of the model. Please reduce the length of the messages."),
        (400, "输入长度超过模型上下文限制"),
        (500, "Context size has been exceeded."),
        (500, "input is too large to process. increase the physical batch size"),
    ],
)
def test_a_number_that_is_no_length_of_a_context_is_not_taken_for_one(status: int, message: str) -> None:
    problem = read_problem(status, error(message, code=status))
    assert (problem.meaning, problem.number) == (Refusal.CONTEXT, None)


@pytest.mark.parametrize(
    ("message", "highest"),
    [
        ("`max_tokens` must be less than or equal to `16384`, the maximum value for `max_tokens` is less than the "
         "`context_window` for this model", 16384),
        ("The parameter `max_tokens` specified in the request are not valid: integer above maximum value, expected a "
         "value <= 4096, but got 8192 instead.", 4096),
        ("max_tokens (8192) is larger than what is allowed", None),
    ],
)  # fmt: skip
def test_a_limit_of_answers_is_no_length_of_a_context(message: str, highest: int | None) -> None:
    problem = read_problem(400, error(message))
    assert (problem.meaning, problem.number) == (Refusal.LIMIT_TOO_HIGH, highest)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, error("Conversation roles must alternate user/assistant/user/assistant/...", code=400)),
        (400, error("After the optional system message, conversation roles must alternate user/assistant/...")),
        (400, error("Unsupported value: 'messages[0].role' does not support 'system' with this model.",
                    param="messages[0].role", code="unsupported_value")),
        (400, error("Unsupported value.", param="messages[0].role")),
        (400, error("Only user and assistant roles are supported!")),
        (400, error("role 'system' is not allowed")),
        (400, error("The model `o1-mini` does not support system messages")),
        (422, '{"detail": [{"msg": "Input should be \'user\'", "loc": ["body", "messages", 0, "role"]}]}'),
        (400, error("messages[0].role: unknown variant `system`, expected one of `user`, `assistant`")),
        (500, error("While executing CallExpression at line 19, column 27 in source: Error: Jinja Exception: "
                    "Conversation roles must alternate user/assistant/user/assistant/...", code=500)),
        (500, error("Jinja Exception: System role not supported", type="server_error")),
    ],
)  # fmt: skip
def test_a_system_role_that_is_not_taken_is_no_outage_and_no_wrong_setting(status: int, body: str) -> None:
    assert read_problem(status, body).meaning is Refusal.SYSTEM_ROLE


@pytest.mark.parametrize(
    ("status", "message", "means"),
    [
        (400, "Your access token length exceeds the allowed maximum", Refusal.REQUEST),
        (500, "internal error: token bucket exceeded limit", Refusal.BROKEN),
        (400, "The number of tools exceeds the maximum allowed", Refusal.REQUEST),
    ],
)
def test_what_only_sounds_like_a_prompt_that_is_too_long_is_none(status: int, message: str, means: Refusal) -> None:
    assert read_problem(status, error(message)).meaning is means


def test_a_paper_that_deepseek_does_not_like_is_refused_for_its_content() -> None:
    body = error("Content Exists Risk", type="invalid_request_error", code="invalid_request_error")
    assert read_problem(400, body, provider=providers()["deepseek"]).meaning is Refusal.FILTERED
    assert read_problem(400, '{"detail": "Content Exists Risk"}').meaning is Refusal.FILTERED


@pytest.mark.parametrize(
    ("message", "of_a_minute", "of_tokens", "number", "requested"),
    [
        ("request reached organization max RPM: 20, please try again after 1 seconds", True, False, 20, None),
        ("Rate limit reached on tokens per min (TPM): Limit 30000, Used 29937, Requested 385.", True, True, 30000, 385),
        ("The Tokens Per Minute (TPM) limit of the associated endpoint has been exceeded.", True, True, None, None),
        ("Tokens per Minute (actual/limit): 65605/16000", True, True, 16000, None),
        ("Requests per Minute (actual/limit): 21/20", True, False, 20, None),
        ("inference exceeds tpm/rpm limit", True, False, None, None),
        ("You exceeded your current quota. See error-code#token-limit", True, True, None, None),
        (
            "Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your pricing tier.",
            True,
            True,
            None,
            None,
        ),
        (
            "Requests to it have exceeded call rate limit of your current OpenAI S0 pricing tier.",
            False,
            False,
            None,
            None,
        ),
        ("您当前使用该API的并发数过高，请降低并发", False, False, None, None),
    ],
)
def test_what_a_refusal_says_of_the_minute_is_read(
    message: str, of_a_minute: bool, of_tokens: bool, number: int | None, requested: int | None
) -> None:
    problem = read_problem(429, error(message))
    assert problem.meaning is Refusal.BUSY
    assert (problem.of_a_minute, problem.of_tokens, problem.number) == (of_a_minute, of_tokens, number)
    assert problem.requested == requested


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


def test_a_second_readers_line_names_its_own_settings() -> None:
    place = Place("http://x/v1", "m", "THE_KEY", section="checks.second_reader")
    assert "(checks.second_reader.api_key_env)" in str(as_error(Problem(Refusal.KEY, "no", 401), place))
    too_long = str(as_error(Problem(Refusal.CONTEXT, "no", 400), place))
    assert "checks.second_reader.model" in too_long
    assert "lower llm.text_tokens" in too_long


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


@pytest.mark.parametrize(
    ("headers", "means", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12ms"}, Refusal.BUSY, 0.012),
        ({"X-RateLimit-Remaining-Tokens": "0", "X-RateLimit-Reset-Tokens": "6m0s"}, Refusal.BUSY, 300),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h"}, Refusal.BUSY, 300),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h0m1s"}, Refusal.DAY, 3601),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2h24m0.5s"}, Refusal.DAY, 8640.5),
        ({"x-ratelimit-remaining-tokens-minute": "0", "x-ratelimit-reset-tokens-minute": "31.5"}, Refusal.BUSY, 31.5),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000020"}, Refusal.BUSY, 20),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000020500"}, Refusal.BUSY, 20.5),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700090000"}, Refusal.DAY, 90_000),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60000"}, Refusal.BUSY, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000000000000"}, Refusal.BUSY, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400}, Refusal.BUSY, None),
        ({"retry-after": "9" * 400}, Refusal.DAY, 31 * 86400),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "3s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "9s",
            },
            Refusal.BUSY,
            9,
        ),
        ({"x-ratelimit-remaining-requests": "4", "x-ratelimit-reset-requests": "9s"}, Refusal.BUSY, None),
        ({"x-ratelimit-remaining-requests": "0"}, Refusal.BUSY, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon"}, Refusal.BUSY, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9s", "retry-after": "2"}, Refusal.BUSY, 2),
    ],
)
def test_a_limit_that_is_used_up_says_when_it_is_whole(
    headers: dict[str, str], means: Refusal, seconds: float | None
) -> None:
    problem = read_problem(429, error("Too many."), headers=headers.items(), now_epoch_seconds=1_700_000_000.0)
    assert problem.meaning is means
    assert problem.wait_seconds == (pytest.approx(seconds) if seconds is not None else None)


def test_a_limit_that_is_used_up_makes_no_empty_account_a_busy_one() -> None:
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9s"}
    body = error("You exceeded your current quota", type="insufficient_quota")
    assert read_problem(429, body, headers=headers.items()).meaning is Refusal.BALANCE


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
