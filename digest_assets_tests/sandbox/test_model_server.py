"""The sandbox's model server, through the client that the product uses."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletion

from digest_assets.llm.answers import PARTS, reading_in
from digest_assets.sandbox import model_server as model
from digest_assets.sandbox.model_server import SandboxModel
from digest_assets.sandbox.papers import invented
from digest_assets.sandbox.serving import Fault, broken_off, closed, stall
from digest_assets_tests.present import present

PAPERS = invented(datetime(2026, 1, 29, 1, tzinfo=timezone.utc))
FOGHORN = next(each for each in PAPERS if each.paper.title.startswith("Foghorn"))
CHINESE = present(FOGHORN.chinese)
RULES = "请把摘要译成中文，只输出译文。"
HTTP = httpx2.Client()
Serve = Callable[..., SandboxModel]


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[SandboxModel] = []

    def start(**settings: Any) -> SandboxModel:
        started.append(SandboxModel(PAPERS, **settings))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(serve: Serve) -> SandboxModel:
    return serve()


def client(server: SandboxModel, key: str = "sandbox-key") -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key=key, max_retries=0, http_client=HTTP)


def ask(server: SandboxModel, text: str = FOGHORN.paper.abstract, rules: str = RULES, **parameters: Any) -> Any:
    messages: Any = [{"role": "system", "content": rules}, {"role": "user", "content": text}]
    return client(server).chat.completions.create(model="sandbox-zh", messages=messages, **parameters)


def said(answer: ChatCompletion) -> str:
    return present(answer.choices[0].message.content)


def test_a_client_that_is_killed_while_it_sends_is_no_error_of_the_servers(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve()
    address = urlsplit(server.address)
    with socket.create_connection((present(address.hostname), present(address.port))) as half:
        half.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        until(lambda: server.most_in_flight == 1)
    until(lambda: server._in_flight == 0)
    server.stop()  # what the server logs, it has logged
    assert caplog.records == []


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline


# Answers


def test_a_reading_is_asked_for_by_its_tag_and_comes_in_three_parts(server: SandboxModel) -> None:
    answer = ask(server, rules="读论文，输出 <background>…</background><method>…</method><results>…</results>")
    written = (CHINESE.background, CHINESE.method, CHINESE.results)
    assert reading_in(said(answer)).parts == dict(zip(PARTS, written, strict=True))
    assert server.calls == {"reading": 1}
    assert [request.kind for request in server.requests] == ["reading"]


def test_a_paper_is_recognised_by_its_title_alone_and_however_it_is_spaced(server: SandboxModel) -> None:
    assert said(ask(server, "标题： " + "  ".join(FOGHORN.paper.title.upper().split(" ")))) == CHINESE.translation


def test_two_versions_of_a_paper_are_told_apart_by_their_abstracts(server: SandboxModel) -> None:
    first, second = (each for each in PAPERS if each.paper.title.startswith("Pipistrelle"))
    for version in (first, second):
        prompt = f"标题：{version.paper.title}\n摘要：{version.paper.abstract}"
        assert said(ask(server, prompt)) == present(version.chinese).translation


def test_a_stream_carries_the_same_answer_and_its_usage(server: SandboxModel) -> None:
    events = list(ask(server, stream=True, stream_options={"include_usage": True}))
    text = "".join(event.choices[0].delta.content or "" for event in events if event.choices)
    assert text == CHINESE.translation
    assert [event.choices[0].finish_reason for event in events if event.choices][-1] == "stop"
    assert events[-1].usage.completion_tokens > 100
    assert len(events) > 5


def test_a_shared_beginning_of_the_prompt_is_counted_as_cached(server: SandboxModel) -> None:
    rules = RULES + "规则。" * 2000
    first, second = ask(server, rules=rules), ask(server, "Another abstract.", rules=rules)
    assert first.usage.prompt_tokens_details.cached_tokens == 0
    assert 5000 < second.usage.prompt_tokens_details.cached_tokens < second.usage.prompt_tokens


def test_an_answer_longer_than_allowed_is_cut_and_says_so(server: SandboxModel) -> None:
    answer = ask(server, max_completion_tokens=50)
    assert answer.choices[0].finish_reason == "length"
    assert CHINESE.translation.startswith(said(answer))
    assert answer.usage.completion_tokens <= 50


def test_the_latency_is_the_same_for_every_answer(serve: Serve) -> None:
    server = serve(latency_seconds=0.1)
    start = time.monotonic()
    ask(server)
    assert time.monotonic() - start >= 0.1


def test_thousands_of_calls_a_minute_are_answered(server: SandboxModel) -> None:
    body = {"model": "sandbox-zh", "messages": [{"role": "user", "content": FOGHORN.paper.abstract}]}
    headers = {"Authorization": "Bearer sandbox-key"}
    start = time.monotonic()
    for _ in range(50):
        HTTP.post(f"{server.base_url}/chat/completions", json=body, headers=headers)
    assert time.monotonic() - start < 3  # a thousand a minute, one after the other, on a busy machine
    assert server.calls == {"translation": 50}


# Refusals


def test_a_wrong_key_is_refused_and_not_repeated_in_full(server: SandboxModel) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        client(server, "wrong-key-1234").models.list()
    assert refused.value.code == "invalid_api_key"
    assert "wrong-key-1234" not in str(refused.value)


def test_a_server_without_a_key_asks_for_none(serve: Serve) -> None:
    server = serve(api_key=None)
    assert HTTP.get(f"{server.base_url}/models").json()["data"][0]["id"] == "sandbox-zh"


def test_an_unknown_model_is_refused(server: SandboxModel) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        client(server).chat.completions.create(model="other", messages=[{"role": "user", "content": "x"}])
    assert refused.value.code == "model_not_found"


@pytest.mark.parametrize("llama_errors", [False, True])
def test_too_long_a_prompt_is_refused_in_both_dialects(serve: Serve, llama_errors: bool) -> None:
    server = serve(context_tokens=100, llama_errors=llama_errors)
    with pytest.raises(openai.BadRequestError) as refused:
        ask(server)
    error = refused.value.response.json()["error"]
    if llama_errors:
        assert (error["type"], error["code"], error["n_ctx"]) == ("exceed_context_size_error", 400, 100)
    else:
        assert (error["type"], error["code"]) == ("invalid_request_error", "context_length_exceeded")


def test_a_parameter_may_be_refused_with_the_name_of_the_one_to_use(serve: Serve) -> None:
    server = serve(refused_parameters=["max_tokens", "temperature"])
    with pytest.raises(openai.BadRequestError, match="Use 'max_completion_tokens' instead") as refused:
        ask(server, max_tokens=1000)
    assert (refused.value.code, refused.value.param) == ("unsupported_parameter", "max_tokens")
    with pytest.raises(openai.BadRequestError, match="'temperature' is not supported"):
        ask(server, temperature=0.3)
    assert said(ask(server, max_completion_tokens=4000)) == CHINESE.translation


def test_more_requests_at_once_than_allowed_are_told_to_come_back(serve: Serve) -> None:
    server = serve(latency_seconds=0.2, max_concurrency=2)

    async def all_at_once() -> list[object]:
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key="sandbox-key", max_retries=0) as caller:
            message: Any = {"role": "user", "content": "Hello there."}
            calls = (caller.chat.completions.create(model="sandbox-zh", messages=[message]) for _ in range(5))
            return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(all_at_once())
    refused = [each for each in answers if isinstance(each, openai.RateLimitError)]
    assert len(refused) == 3
    assert refused[0].response.headers["retry-after"] == "0.05"
    assert server.most_in_flight > 2


# Faults


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (model.rate_limited(), openai.RateLimitError),
        (model.insufficient_quota(), openai.RateLimitError),
        (model.payment_required(), openai.APIStatusError),
        (model.server_error(), openai.InternalServerError),
        (model.server_error(503), openai.InternalServerError),
        (model.context_length_exceeded(), openai.BadRequestError),
        (model.exceed_context_size(), openai.BadRequestError),
        (closed(), openai.APIConnectionError),
        (broken_off(), openai.APIConnectionError),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_an_endpoint_fails_once_and_then_answers(
    server: SandboxModel, fault: Fault, error: type[openai.APIError]
) -> None:
    server.faults.add("chat", fault)
    with pytest.raises(error):
        ask(server)
    assert said(ask(server)) == CHINESE.translation
    assert server.calls == {"translation": 1}


def test_a_time_out_is_the_clients_to_notice(server: SandboxModel) -> None:
    server.faults.add("chat", stall(60))
    with pytest.raises(openai.APITimeoutError):
        ask(server, timeout=0.1)
    assert said(ask(server)) == CHINESE.translation


def test_quota_and_rate_are_told_apart_by_the_code(server: SandboxModel) -> None:
    server.faults.add("chat", model.insufficient_quota(), model.rate_limited(retry_after=2))
    with pytest.raises(openai.RateLimitError) as quota:
        ask(server)
    with pytest.raises(openai.RateLimitError) as rate:
        ask(server)
    assert (quota.value.code, rate.value.code) == ("insufficient_quota", "rate_limit_exceeded")
    assert rate.value.response.headers["retry-after"] == "2"


def test_answers_can_be_wrong_in_ways_that_are_no_errors(server: SandboxModel) -> None:
    server.faults.add(
        "chat",
        model.cut(),
        model.thinks_aloud("Hm."),
        model.reasons("Hm."),
        model.empty_answer(),
        model.without_usage(),
        model.says("抱歉，我无法翻译。"),
    )
    cut, thinking, reasoned, empty, unmetered, refused = (ask(server) for _ in range(6))
    good = CHINESE.translation
    assert (cut.choices[0].finish_reason, said(cut)) == ("length", good[: len(good) // 2])
    assert said(thinking) == f"<think>\nHm.\n</think>\n\n{good}"
    assert reasoned.choices[0].message.reasoning_content == "Hm."
    assert said(empty) == ""
    assert unmetered.usage is None
    assert said(refused) == "抱歉，我无法翻译。"


def test_a_gateway_may_answer_200_with_an_error_or_a_page(server: SandboxModel) -> None:
    server.faults.add("chat", model.error_in_200(), model.web_page())
    assert ask(server).choices is None
    assert isinstance(ask(server), str)  # the client passes on what is not JSON


def test_a_stream_may_end_early_without_an_error(server: SandboxModel) -> None:
    server.faults.add("chat", model.stream_ends_early())
    events = list(ask(server, stream=True))
    assert all(event.choices[0].finish_reason is None for event in events)
    assert CHINESE.translation.startswith("".join(event.choices[0].delta.content for event in events))


def test_a_fault_may_be_for_one_paper(server: SandboxModel) -> None:
    server.faults.always("chat", model.server_error(), containing="Foghorn")
    with pytest.raises(openai.InternalServerError):
        ask(server)
    assert said(ask(server, "Another abstract."))


# Batches


def test_a_batch_is_uploaded_polled_and_collected(serve: Serve) -> None:
    server = serve(batch_polls=2)
    caller = client(server)
    messages = [{"role": "user", "content": FOGHORN.paper.abstract}]
    lines: list[dict[str, object]] = [
        {"custom_id": "good", "method": "POST", "url": "/v1/chat/completions"},
        {"custom_id": "bad", "method": "POST", "url": "/v1/chat/completions"},
    ]
    lines[0]["body"] = {"model": "sandbox-zh", "messages": messages}
    lines[1]["body"] = {"model": "other", "messages": messages}
    content = "\n".join(map(json.dumps, lines)).encode()
    uploaded = caller.files.create(file=("requests.jsonl", content), purpose="batch")
    batch = caller.batches.create(
        input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"of": "test"}
    )
    seen = [batch.status] + [(batch := caller.batches.retrieve(batch.id)).status for _ in range(3)]
    assert seen == ["validating", "in_progress", "in_progress", "completed"]
    assert (present(batch.request_counts).completed, present(batch.request_counts).failed) == (1, 1)
    (row,) = map(json.loads, caller.files.content(present(batch.output_file_id)).text.splitlines())
    assert row["custom_id"] == "good"
    assert row["response"]["body"]["choices"][0]["message"]["content"] == CHINESE.translation
    (row,) = map(json.loads, caller.files.content(present(batch.error_file_id)).text.splitlines())
    assert (row["custom_id"], row["response"]["status_code"]) == ("bad", 404)
    assert server.calls == {"translation": 1}


def test_a_batch_can_be_cancelled(serve: Serve) -> None:
    caller = client(serve(batch_polls=5))
    uploaded = caller.files.create(file=("requests.jsonl", b""), purpose="batch")
    batch = caller.batches.create(input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h")
    assert caller.batches.cancel(batch.id).status == "cancelled"
    assert caller.batches.retrieve(batch.id).status == "cancelled"


def test_a_batch_of_an_unknown_file_is_refused(server: SandboxModel) -> None:
    with pytest.raises(openai.BadRequestError, match="No such File"):
        client(server).batches.create(input_file_id="file-9", endpoint="/v1/chat/completions", completion_window="24h")


def test_an_unknown_address_is_named(server: SandboxModel) -> None:
    response = HTTP.get(server.address + "/v2/nothing", headers={"Authorization": "Bearer sandbox-key"})
    assert response.status_code == 404
    assert "GET /v2/nothing" in response.json()["error"]["message"]
