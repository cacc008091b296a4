"""Asking, checking and storing against the sandbox's model server: whatever it does, what is published is right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timezone
from typing import TypeVar

import pytest

from digest_assets.config import LlmSettings
from digest_assets.errors import QuotaExhausted
from digest_assets.llm.asking import AskingRules, Excerpt, read, translate
from digest_assets.llm.glossary import default_glossary
from digest_assets.model import AnswerStatus, Reading, TextSource, Translation
from digest_assets.resources.concurrency import Limiter
from digest_assets.resources.language_model import LanguageModel
from digest_assets.sandbox import model_server as faults
from digest_assets.sandbox.model_server import SandboxModel
from digest_assets.sandbox.papers import SandboxPaper, invented
from digest_assets.sandbox.serving import Fault, broken_off, closed
from digest_assets_tests.llm.examples import MemoryAnswers

PAPERS = [
    paper for paper in invented(datetime(2026, 1, 29, 1, tzinfo=timezone.utc)) if paper.chinese and paper.sections
]
RULES = AskingRules(model="sandbox-zh", audience="语音研究人员", glossary=default_glossary("zh"))
Result = TypeVar("Result")


@pytest.fixture
def server() -> Iterator[SandboxModel]:
    running = SandboxModel(PAPERS, latency_seconds=0)
    running.start()
    yield running
    running.stop()


def with_model(server: SandboxModel, use: Callable[[LanguageModel], Awaitable[Result]], stream: bool = False) -> Result:
    async def no_nap(_: float) -> None:
        await asyncio.sleep(0)

    async def run() -> Result:
        settings = LlmSettings(base_url=server.base_url, model="sandbox-zh", api_key_env="SANDBOX_KEY", stream=stream)
        limiter = Limiter(8, sleep=no_nap)
        async with LanguageModel(settings, "sandbox-key", limiter=limiter, sleep=no_nap) as model:
            return await use(model)

    return asyncio.run(run())


def excerpt_of(paper: SandboxPaper, share: float = 1.0) -> Excerpt:
    text = "\n\n".join(block.text for section in paper.sections for block in section.blocks)
    text = text[: int(len(text) * share)]
    return Excerpt(text, None, len(text) // 4, TextSource.HTML)


def translated(server: SandboxModel, paper: SandboxPaper, answers: MemoryAnswers | None = None) -> Translation:
    return with_model(
        server, lambda model: translate(paper.paper, ask=model.ask, answers=answers or MemoryAnswers(), rules=RULES)
    )


@pytest.mark.slow
def test_every_invented_paper_is_translated_and_read_at_once_and_never_paid_twice(server: SandboxModel) -> None:
    answers = MemoryAnswers()

    async def everything(model: LanguageModel) -> list[Translation | Reading]:
        translations = [translate(each.paper, ask=model.ask, answers=answers, rules=RULES) for each in PAPERS]
        readings = [read(each.paper, excerpt_of(each), ask=model.ask, answers=answers, rules=RULES) for each in PAPERS]
        return list(await asyncio.gather(*translations, *readings))

    first = with_model(server, everything)
    assert [(each.identifier, each.reason) for each in first if each.status is not AnswerStatus.DONE] == []
    asked = sum(1 for request in server.requests if request.route == "chat")
    assert asked == 2 * len(PAPERS)
    assert with_model(server, everything) == first
    assert sum(1 for request in server.requests if request.route == "chat") == asked


@pytest.mark.parametrize(
    "fault",
    [
        faults.rate_limited(),
        faults.rate_limited(0.01),
        faults.server_error(500),
        faults.server_error(503),
        faults.error_in_200(),
        faults.web_page(),
        faults.empty_answer(),
        faults.thinks_aloud(),
        faults.reasons(),
        faults.without_usage(),
        faults.cut(),
        faults.says("抱歉，我无法翻译这篇论文。"),
        faults.says("Here is the abstract in English, as you asked: it is about speech."),
        closed(),
        broken_off(),
    ],
    ids=lambda fault: fault.name,
)
def test_a_single_fault_still_ends_in_the_right_translation(server: SandboxModel, fault: Fault) -> None:
    paper = PAPERS[0]
    assert paper.chinese is not None
    server.faults.add("chat", fault)
    result = translated(server, paper)
    assert (result.status, result.text) == (AnswerStatus.DONE, paper.chinese.translation)


def test_a_wrong_answer_that_is_repeated_is_withheld(server: SandboxModel) -> None:
    server.faults.always("chat", faults.says("抱歉，我无法翻译这篇论文。"))
    result = translated(server, PAPERS[0])
    assert (result.status, result.text) == (AnswerStatus.WITHHELD, None)
    assert "refusal" in (result.reason or "")


def test_an_answer_that_stays_cut_is_never_published(server: SandboxModel) -> None:
    server.faults.always("chat", faults.cut())
    result = translated(server, PAPERS[0])
    assert (result.status, result.text) == (AnswerStatus.FAILED, None)
    assert "cut after 120 tokens, with room for 32768: the endpoint has a limit of its own" in (result.reason or "")
    asked = [request.body["max_tokens"] for request in server.requests if request.route == "chat"]
    assert asked == [8192, 4 * 8192]


@pytest.mark.parametrize("fault", [faults.stream_ends_early(), faults.reasons(), faults.without_usage(), broken_off()])
def test_a_stream_in_which_something_is_wrong_ends_in_the_right_translation(server: SandboxModel, fault: Fault) -> None:
    paper = PAPERS[0]
    assert paper.chinese is not None
    server.faults.add("chat", fault)
    result = with_model(
        server,
        lambda model: translate(paper.paper, ask=model.ask, answers=MemoryAnswers(), rules=RULES),
        stream=True,
    )
    assert (result.status, result.text) == (AnswerStatus.DONE, paper.chinese.translation)
    assert all(request.body["stream"] for request in server.requests if request.route == "chat")


@pytest.mark.parametrize("fault", [faults.payment_required(), faults.insufficient_quota()])
def test_an_empty_balance_stops_everything(server: SandboxModel, fault: Fault) -> None:
    server.faults.always("chat", fault)
    with pytest.raises(QuotaExhausted):
        translated(server, PAPERS[0])


@pytest.mark.parametrize("llama_errors", [False, True])
def test_a_paper_too_long_for_the_context_is_shortened_until_it_fits(llama_errors: bool) -> None:
    paper = max(PAPERS, key=lambda each: excerpt_of(each).tokens)
    whole = excerpt_of(paper)
    with SandboxModel(PAPERS, context_tokens=6000, llama_errors=llama_errors) as server:
        long = Excerpt(whole.text + " and so on" * 20_000, None, 50_000, TextSource.HTML)
        result = with_model(
            server,
            lambda model: read(
                paper.paper,
                long,
                ask=model.ask,
                answers=MemoryAnswers(),
                rules=RULES,
                shorter=lambda budget: Excerpt(whole.text[: budget * 2], "（后文略去）", budget, TextSource.HTML),
            ),
        )
        assert len(server.requests) >= 2
    assert result.status in (AnswerStatus.DONE, AnswerStatus.WITHHELD), result.reason


@pytest.mark.parametrize("parameter", ["max_tokens", "max_completion_tokens"])
def test_a_refused_parameter_is_replaced(parameter: str) -> None:
    with SandboxModel(PAPERS, refused_parameters=[parameter]) as server:
        assert translated(server, PAPERS[0]).status is AnswerStatus.DONE
