"""Endpoints differ, and fail in many ways: each ends in an answer or in one clear error that names the setting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import formatdate
from typing import Any

import httpx2
import pytest

from digest_assets.config import LlmSettings
from digest_assets.errors import (
    AnswerUnusable,
    ContentRefused,
    ContextTooLong,
    EndpointError,
    EndpointPaused,
    EndpointRefused,
    EndpointUnavailable,
    EndpointUnreachable,
    ModelUnknown,
    QuotaExhausted,
)
from digest_assets.llm.answers import Answer
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.model import Usage
from digest_assets.resources.concurrency import Limiter
from digest_assets.resources.language_model import LanguageModel
from digest_assets_tests.resources.scripted_model import (
    Reply,
    ScriptedEndpoint,
    completion,
    refusal,
    scripted_endpoint,
    stream,
)

KEY = "sk-secret-of-the-test-1234"
PROMPT = Prompt("test-1", (Message("system", "规则"), Message("user", "论文")))
NOW = 1_800_000_000.0
TWENTY = [Prompt("test-1", (*PROMPT.messages[:1], Message("user", f"论文 {number}"))) for number in range(20)]


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted_endpoint() as running:
        yield running


class Naps:
    """Stands in for sleeping and for the clock: remembers for how long, and is later afterwards."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)

    def clock(self) -> float:
        return sum(self.seconds)


def asked(
    endpoint: ScriptedEndpoint | str,
    *prompts: Prompt,
    naps: Naps | None = None,
    limiter: Limiter | None = None,
    **settings: Any,
) -> list[Answer]:
    """The answers to `prompts`, asked one after another of one `LanguageModel`."""
    base_url = endpoint if isinstance(endpoint, str) else endpoint.base_url
    chosen = LlmSettings(**{"base_url": base_url, "model": "double", "api_key_env": "TEST_KEY", **settings})
    naps = naps or Naps()

    async def run() -> list[Answer]:
        model = LanguageModel(
            chosen,
            KEY,
            limiter=limiter or Limiter(4, clock=naps.clock, sleep=naps),
            sleep=naps,
            clock=lambda: NOW,
            jitter=lambda: 1.0,
        )
        async with model:
            return [await model.ask(prompt) for prompt in prompts or (PROMPT,)]

    return asyncio.run(run())


def test_an_answer_comes_with_what_it_cost(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [completion("你好。")]
    assert asked(endpoint) == [Answer("你好。", "stop", "double-1", Usage(1, 11, 7, 3))]
    assert endpoint.requests[0]["messages"][0] == {"role": "system", "content": "规则"}
    assert endpoint.authorizations == [f"Bearer {KEY}"]


def test_only_what_is_set_is_sent(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [completion()]
    asked(endpoint, max_output_tokens=1000)
    asked(endpoint, PROMPT.with_room(4), max_output_tokens=1000, temperature=0.3)
    first, second = endpoint.requests
    assert set(first) == {"model", "messages", "max_tokens"}
    assert (second["max_tokens"], second["temperature"]) == (4000, 0.3)


def test_missing_usage_is_unknown_and_not_zero(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [completion(usage=None)]
    assert asked(endpoint)[0].usage == Usage(1, None, None, None)


def test_cached_tokens_are_found_in_deepseeks_words_too(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [completion(usage={"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 8})]
    assert asked(endpoint)[0].usage.cached_tokens == 8


@pytest.mark.parametrize(
    ("reply", "kind", "named"),
    [
        (
            refusal(401, "Incorrect API key provided: sk-abcdefgh1234", code="invalid_api_key"),
            EndpointRefused,
            "TEST_KEY",
        ),
        (refusal(403, "Forbidden"), EndpointRefused, "llm.api_key_env"),
        (refusal(404, "The model `double` does not exist", code="model_not_found"), ModelUnknown, "llm.model"),
        (refusal(400, "Model Not Exist"), ModelUnknown, "llm.model"),
        (Reply("<html>404</html>", 404, content_type="text/html"), EndpointRefused, "llm.base_url"),
        (refusal(402, "Insufficient Balance"), QuotaExhausted, "Top up"),
        (refusal(429, "You exceeded your current quota", code="insufficient_quota"), QuotaExhausted, "Top up"),
        (refusal(400, "Access denied", code="Arrearage"), QuotaExhausted, "Top up"),
        (
            refusal(400, "Output data may contain inappropriate content.", code="data_inspection_failed"),
            ContentRefused,
            "refused this paper's content",
        ),
        (refusal(400, "messages: field required"), EndpointError, "[llm]"),
    ],
)
def test_a_refusal_is_one_line_that_names_the_setting_and_is_not_tried_again(
    endpoint: ScriptedEndpoint, reply: Reply, kind: type[EndpointError], named: str
) -> None:
    endpoint.replies = [reply]
    with pytest.raises(kind) as caught:
        asked(endpoint)
    assert type(caught.value) is kind
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
    # What may be about this prompt alone is tried with another one, once; the prompt itself never again.
    assert [request["messages"][-1]["content"] for request in endpoint.requests].count("论文") == 1


def test_a_prompt_that_is_refused_where_others_are_answered_is_no_wrong_key(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [Reply("<html>blocked</html>", 403, content_type="text/html"), completion("2")]
    with pytest.raises(EndpointError) as caught:
        asked(endpoint)
    assert type(caught.value) is EndpointError
    assert "answers others" in str(caught.value)


def test_the_length_of_the_context_is_read_from_the_refusal(endpoint: ScriptedEndpoint) -> None:
    body = {
        "code": 400,
        "message": "exceeds the available context size",
        "type": "exceed_context_size_error",
        "n_ctx": 4096,
    }
    endpoint.replies = [Reply({"error": body}, 400)]
    with pytest.raises(ContextTooLong) as caught:
        asked(endpoint)
    assert caught.value.context_tokens == 4096


def test_no_secret_is_in_an_error(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [refusal(401, f"Bad key {KEY}, header Bearer {KEY}")]
    with pytest.raises(EndpointRefused) as caught:
        asked(endpoint)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_a_passing_failure_is_tried_again(endpoint: ScriptedEndpoint, status: int) -> None:
    naps = Naps()
    endpoint.replies = [refusal(status, "later"), refusal(status, "later"), completion()]
    assert asked(endpoint, naps=naps)[0].text == "你好。"
    assert naps.seconds == [1.0, 2.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": formatdate(NOW + 9, usegmt=True)}, 9.0),
        ({"retry-after-ms": "1250"}, 1.25),
        ({"retry-after-ms": "0", "Retry-After": "0"}, 1.0),
        ({"Retry-After": formatdate(NOW - 9, usegmt=True)}, 1.0),
    ],
)
def test_retry_after_is_honoured_and_has_a_floor(
    endpoint: ScriptedEndpoint, headers: dict[str, str], seconds: float
) -> None:
    naps = Naps()
    endpoint.replies = [refusal(429, "later", headers), completion()]
    asked(endpoint, naps=naps)
    assert naps.seconds == [seconds]


def test_an_endpoint_that_wants_an_hour_of_patience_is_asked_again_then(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [refusal(429, "later", {"Retry-After": "3600"})]
    with pytest.raises(EndpointPaused, match="worth asking again at 2027-01-15 09:00 UTC") as caught:
        asked(endpoint)
    assert caught.value.until == datetime(2027, 1, 15, 9, tzinfo=timezone.utc)
    assert len(endpoint.requests) == 1


def test_a_quota_of_one_model_ends_no_other(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [refusal(429, "later", {"Retry-After": "3600"}), completion()]
    limiter = Limiter(4)
    for _ in range(2):
        with pytest.raises(EndpointPaused):
            asked(endpoint, limiter=limiter)
    assert asked(endpoint, limiter=limiter, model="another")[0].text == "你好。"
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize(("patience", "calls"), [(60.0, 8), (600.0, 12)])
def test_an_endpoint_that_is_down_is_waited_for_as_long_as_it_is_worth(
    endpoint: ScriptedEndpoint, patience: float, calls: int
) -> None:
    endpoint.replies = [refusal(503, "down")]
    settings, naps = LlmSettings(base_url=endpoint.base_url, model="double", api_key_env=""), Naps()

    async def run() -> list[Answer | BaseException]:
        async with LanguageModel(
            settings, "", limiter=Limiter(8), sleep=naps, clock=naps.clock, patience_seconds=patience
        ) as model:
            return await asyncio.gather(*(model.ask(PROMPT) for _ in range(12)), return_exceptions=True)

    assert {type(each) for each in asyncio.run(run())} == {EndpointPaused}
    assert naps.clock() < 1.5 * patience
    assert len(endpoint.requests) <= calls


def test_tries_are_bounded_and_counted(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [refusal(500, "boom")]
    with pytest.raises(EndpointUnavailable, match="after 3 tries"):
        asked(endpoint, attempts=3)
    assert len(endpoint.requests) == 3


def test_an_endpoint_that_is_not_there_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://user:pass@127.0.0.1:{unused.getsockname()[1]}/v1"
    with pytest.raises(EndpointUnavailable, match=r"llm\.base_url") as caught:
        asked(base_url, attempts=2)
    assert "pass" not in str(caught.value)


class Silent(httpx2.AsyncBaseTransport):
    """A network on which nothing comes back, after the first `answered`."""

    def __init__(self, raised: httpx2.TransportError, answered: tuple[Reply, ...] = ()) -> None:
        self.raised = raised
        self.answered = answered
        self.calls = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        if self.calls <= len(self.answered):
            return httpx2.Response(200, json=self.answered[self.calls - 1].body)
        raise self.raised


def asked_in_silence(raised: httpx2.TransportError, prompts: int, *answered: Reply) -> tuple[list[BaseException], int]:
    """What each of `prompts` ends with, and how many calls were made."""
    naps, silent = Naps(), Silent(raised, answered)
    settings = LlmSettings(base_url="http://test/v1", model="double", api_key_env="")

    def clock() -> float:
        return naps.clock() + 300.0 * silent.calls

    async def run() -> list[BaseException]:
        limiter = Limiter(8, clock=clock, sleep=naps)
        async with LanguageModel(settings, "", limiter=limiter, sleep=naps, clock=clock, transport=silent) as model:
            done = await asyncio.gather(*(model.ask(each) for each in TWENTY[:prompts]), return_exceptions=True)
        return [each for each in done if isinstance(each, BaseException)]

    return asyncio.run(run()), silent.calls


def test_an_address_where_no_connection_comes_about_is_not_told_to_be_slow() -> None:
    (error,), _ = asked_in_silence(httpx2.ConnectTimeout("timed out"), 1)
    assert type(error) is EndpointUnreachable
    assert "llm.base_url" in str(error)
    assert "timeout_seconds" not in str(error)


def test_a_slow_endpoint_names_the_setting_in_what_ends_the_run_too() -> None:
    (error,), _ = asked_in_silence(httpx2.ReadTimeout("timed out"), 1)
    assert "Raise llm.timeout_seconds" in str(error)
    errors, calls = asked_in_silence(httpx2.ReadTimeout("timed out"), 20)
    assert {type(each) for each in errors} == {EndpointPaused}
    assert all("Raise llm.timeout_seconds" in str(each) for each in errors)
    assert calls < 6


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply("<!DOCTYPE html><p>maintenance", content_type="text/html"), "HTML instead of JSON"),
        (Reply('{"choices": [{"mess'), "broken JSON"),
        (Reply(""), "empty body"),
        (Reply([1]), "not an object"),
        (Reply({"choices": []}), "no choices"),
        (completion(""), "empty answer"),
        (completion(None, message={"reasoning_content": "想一想"}), "reasoning without an answer"),
        (completion("<think>想一想</think>"), "reasoning without an answer"),
    ],
)
def test_an_unusable_answer_is_tried_again_and_then_said(endpoint: ScriptedEndpoint, reply: Reply, said: str) -> None:
    endpoint.replies = [reply]
    with pytest.raises(AnswerUnusable, match=said):
        asked(endpoint)
    assert len(endpoint.requests) == 2


def test_what_unusable_answers_cost_is_part_of_the_bill(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [completion(""), completion()]
    assert asked(endpoint)[0].usage == Usage(3, 33, 21, 9)  # with a small question: does it answer others?


def test_a_connection_that_breaks_off_is_tried_again(endpoint: ScriptedEndpoint) -> None:
    reply = completion()
    endpoint.replies = [Reply(reply.body, cut_after=30), reply]
    assert asked(endpoint)[0].text == "你好。"


def test_an_error_with_status_200_is_an_error(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [Reply({"error": {"code": 429, "message": "Rate limit exceeded"}}), completion()]
    assert asked(endpoint)[0].text == "你好。"
    endpoint.replies = [Reply({"error": {"code": 401, "message": "No auth"}})]
    with pytest.raises(EndpointRefused):
        asked(endpoint)


def test_a_cut_answer_says_so_even_if_all_of_it_is_reasoning(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [completion("", finish_reason="length")]
    assert asked(endpoint)[0].finish_reason == "length"
    endpoint.replies = [completion("<think>想", finish_reason="max_tokens")]
    assert asked(endpoint)[0].finish_reason == "length"


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "Unrecognized request argument supplied: max_tokens",
    ],
)
def test_the_other_name_of_the_output_limit_is_tried_and_remembered(endpoint: ScriptedEndpoint, message: str) -> None:
    endpoint.replies = [refusal(400, message, code="unsupported_parameter"), completion()]
    asked(endpoint, PROMPT, PROMPT)
    assert ["max_tokens" in request for request in endpoint.requests] == [True, False, False]
    assert "max_completion_tokens" in endpoint.requests[-1]


@pytest.mark.parametrize(
    ("message", "limit"),
    [
        ("Invalid max_tokens value, the valid range of max_tokens is [1, 4096]", 4096),
        ("max_tokens is too large: 8192. This model supports at most 2048 completion tokens", 2048),
    ],
)
def test_an_output_limit_that_is_too_high_is_lowered_and_remembered(
    endpoint: ScriptedEndpoint, message: str, limit: int
) -> None:
    endpoint.replies = [refusal(400, message), completion()]
    asked(endpoint, PROMPT, PROMPT)
    assert [request["max_tokens"] for request in endpoint.requests] == [8192, limit, limit]


def test_a_refused_temperature_is_dropped_and_remembered(endpoint: ScriptedEndpoint) -> None:
    message = (
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) is supported."
    )
    endpoint.replies = [refusal(400, message, code="unsupported_value", param="temperature"), completion()]
    asked(endpoint, PROMPT, PROMPT, temperature=0.2)
    assert ["temperature" in request for request in endpoint.requests] == [True, False, False]


def test_an_endpoint_that_refuses_every_change_ends_in_an_error(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [refusal(400, "Unsupported parameter: max_tokens or max_completion_tokens")]
    with pytest.raises(EndpointError):
        asked(endpoint)
    assert len(endpoint.requests) == 3


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    delta = {} if text is None else {"content": text}
    return {"id": "1", "model": "double-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def test_a_streamed_answer_is_put_together(endpoint: ScriptedEndpoint) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2}
    endpoint.replies = [stream(chunk("你"), chunk("好。"), chunk(finish="stop"), {"choices": [], "usage": usage})]
    assert asked(endpoint, stream=True) == [Answer("你好。", "stop", "double-1", Usage(1, 5, 2, None))]


def test_a_stream_that_ends_early_is_no_answer(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [stream(chunk("你"), done=False), stream(chunk("你好。"), chunk(finish="stop"))]
    assert asked(endpoint, stream=True)[0].text == "你好。"
    endpoint.replies = [stream(chunk("你"), done=False)]
    with pytest.raises(AnswerUnusable, match="ended early"):
        asked(endpoint, stream=True)


def test_a_broken_stream_is_no_answer(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [stream(chunk("你"), '{"choi', done=False)]
    with pytest.raises(AnswerUnusable, match="broken stream"):
        asked(endpoint, stream=True)


def test_an_error_inside_a_stream_is_an_error(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [stream(chunk("你"), {"error": {"code": 402, "message": "Insufficient Balance"}})]
    with pytest.raises(QuotaExhausted):
        asked(endpoint, stream=True)


def test_an_endpoint_that_only_streams_is_streamed_from_then_on(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [
        refusal(400, "This model only support stream mode, please enable the stream parameter."),
        stream(chunk("你好。"), chunk(finish="stop")),
    ]
    assert [answer.text for answer in asked(endpoint, PROMPT, PROMPT)] == ["你好。", "你好。"]
    assert [request.get("stream") for request in endpoint.requests] == [None, True, True]


def test_a_429_halves_what_may_be_under_way(endpoint: ScriptedEndpoint) -> None:
    limiter = Limiter(16, clock=lambda: 0.0)
    endpoint.replies = [refusal(429, "later"), completion()]
    asked(endpoint, limiter=limiter)
    assert limiter.window.allowed == 8
    assert limiter.under_way == 0


def test_the_first_question_of_a_kind_goes_before_those_of_others(endpoint: ScriptedEndpoint) -> None:
    """All others of its kind wait for its answer: behind a thousand translations they would begin when those end."""
    endpoint.replies = [completion()]
    naps = Naps()
    chosen = LlmSettings(base_url=endpoint.base_url, model="double", api_key_env="TEST_KEY")
    other = Prompt("other-1", (Message("user", "另一种"),))

    async def run() -> None:
        limiter = Limiter(1, clock=naps.clock, sleep=naps)
        async with LanguageModel(chosen, KEY, limiter=limiter, sleep=naps, clock=lambda: NOW) as model:
            await asyncio.gather(*(model.ask(prompt) for prompt in (*TWENTY, other)))

    asyncio.run(run())
    asked_for = [request["messages"][-1]["content"] for request in endpoint.requests]
    assert len(asked_for) == len(TWENTY) + 1
    assert asked_for.index("另一种") <= 2, "after the first of all, and one that had the only place by then"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refusal(401, "no"), EndpointRefused),
        (refusal(403, "no"), EndpointRefused),
        (refusal(404, "no such model", code="model_not_found"), ModelUnknown),
        (Reply("<html>404</html>", 404, content_type="text/html"), EndpointRefused),
        (Reply({"error": "Unexpected endpoint or method. (POST /chat/completions)"}), EndpointRefused),
        (refusal(402, "Insufficient Balance"), QuotaExhausted),
        (refusal(403, "overdue", code="AccountOverdueError"), QuotaExhausted),
        (refusal(429, "requests per day: try again in 7h12m0s"), EndpointPaused),
        (refusal(503, "later", {"Retry-After": "3579"}), EndpointPaused),
        (refusal(400, "messages: field required"), EndpointError),
        (Reply("<!DOCTYPE html><p>welcome", content_type="text/html"), AnswerUnusable),
        (Reply({"choices": []}), AnswerUnusable),
    ],
)
def test_ten_calls_that_fail_for_one_reason_cost_two_at_most(
    endpoint: ScriptedEndpoint, reply: Reply, kind: type[EndpointError]
) -> None:
    endpoint.replies = [reply]
    naps = Naps()
    chosen = LlmSettings(base_url=endpoint.base_url, model="double", api_key_env="TEST_KEY")

    async def ten() -> list[object]:
        limiter = Limiter(16, clock=naps.clock, sleep=naps)
        async with LanguageModel(chosen, KEY, limiter=limiter, sleep=naps, clock=lambda: NOW) as model:
            return await asyncio.gather(*(model.ask(PROMPT) for _ in range(10)), return_exceptions=True)

    told = asyncio.run(ten())
    assert {type(each) for each in told} == {kind}
    assert len({str(each) for each in told}) == 1
    assert len(endpoint.requests) <= 2


def test_a_system_role_that_is_refused_is_put_before_the_question(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [refusal(400, "System role not supported"), completion()]
    asked(endpoint, PROMPT, PROMPT)
    assert [[each["role"] for each in request["messages"]] for request in endpoint.requests] == [
        ["system", "user"], ["user"], ["user"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reply",
    [
        refusal(400, "Invalid request: Your request exceeded model token limit: 8192 (requested: 8700)"),
        refusal(400, "max_total_tokens (8700) must be less than or equal to max_seq_len (8192)"),
        refusal(422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 508 `inputs`"),
        refusal(400, "This model's maximum prompt length is 8192 but the request contains 508 tokens."),
        refusal(400, "Conversation roles must alternate user/assistant/user/assistant/..."),
        refusal(400, "does not support 'system' with this model.", param="messages[0].role", code="unsupported_value"),
        refusal(500, "Jinja Exception: System role not supported"),
        refusal(500, "Context size has been exceeded."),
    ],
)
def test_twenty_calls_that_are_refused_for_their_form_cost_one(endpoint: ScriptedEndpoint, reply: Reply) -> None:
    endpoint.replies = [reply, completion()]
    assert len(asked(endpoint, *TWENTY)) == 20
    assert len(endpoint.requests) == 21


def test_two_answers_that_are_broken_off_at_the_start_lose_no_other(endpoint: ScriptedEndpoint) -> None:
    odd = completion("半句话", finish_reason="insufficient_system_resource")
    endpoint.replies = [odd, odd, completion()]
    naps = Naps()

    async def twenty() -> list[Answer]:
        settings = LlmSettings(base_url=endpoint.base_url, model="double", api_key_env="")
        async with LanguageModel(settings, "", limiter=Limiter(8), sleep=naps, clock=naps.clock) as model:
            return await asyncio.gather(*(model.ask(each) for each in TWENTY))

    assert {each.text for each in asyncio.run(twenty())} == {"你好。"}
    assert len(endpoint.requests) == 22


def test_answers_that_are_all_broken_off_end_a_run_before_they_cost_much(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [completion("半句话", finish_reason="insufficient_system_resource")]
    naps = Naps()

    async def twenty() -> list[Answer | BaseException]:
        settings = LlmSettings(base_url=endpoint.base_url, model="double", api_key_env="")
        async with LanguageModel(settings, "", limiter=Limiter(8), sleep=naps, clock=naps.clock) as model:
            return await asyncio.gather(*(model.ask(each) for each in TWENTY), return_exceptions=True)

    told = {str(each) for each in asyncio.run(twenty()) if isinstance(each, EndpointPaused)}
    assert len(told) == 1
    assert "broke the answer off in each of 5 calls" in told.pop()
    assert len(endpoint.requests) == 5


def test_an_endpoint_that_broke_off_is_there_and_waited_for_when_it_cannot_be_reached() -> None:
    odd = completion("半句话", finish_reason="insufficient_system_resource")
    (error,), calls = asked_in_silence(httpx2.ConnectError("refused"), 1, odd, odd)  # the list of models, an answer
    assert type(error) is not EndpointUnreachable
    assert calls > 3


def test_a_form_that_stays_refused_ends_the_run_with_the_first_call(endpoint: ScriptedEndpoint) -> None:
    endpoint.replies = [refusal(500, "Jinja Exception: no message may have content")]
    naps = Naps()

    async def ten() -> list[object]:
        settings = LlmSettings(base_url=endpoint.base_url, model="double", api_key_env="")
        async with LanguageModel(settings, "", limiter=Limiter(8), sleep=naps, clock=lambda: NOW) as model:
            return await asyncio.gather(*(model.ask(each) for each in TWENTY), return_exceptions=True)

    assert {type(each) for each in asyncio.run(ten())} == {EndpointError}
    assert len(endpoint.requests) <= 3  # with the system role, without, and a question of another kind


@pytest.mark.parametrize("quoted", [KEY, KEY[:7] + "******" + KEY[-4:]])
def test_no_part_of_a_key_is_in_an_error(endpoint: ScriptedEndpoint, quoted: str) -> None:
    endpoint.replies = [refusal(402, f"no money on {quoted}")]
    with pytest.raises(QuotaExhausted) as caught:
        asked(endpoint)
    assert "secret" not in str(caught.value)
    assert "1234" not in str(caught.value)
