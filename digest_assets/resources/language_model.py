"""The model's endpoint: one request at a time goes out, one answer or one clear error comes back.

The client is openai's; retries are our own, because a 429 has to be seen by what decides how many calls may be under
way (`concurrency.py`), because a call that waits for its next try must not hold a place, and because what one call
learns all others know (`breaker.py`). What endpoints do differently is in `llm/dialects.py`, what their refusals mean
in `llm/refusals.py`, how much fits in `llm/context.py`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import partial, reduce
from operator import add
from types import TracebackType
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx2
import openai
import openai.resources.chat  # the client would read it in at the first call, for which all others wait
from openai import AsyncOpenAI

from digest_assets.arxiv.origins import Origins
from digest_assets.config import EndpointSettings
from digest_assets.errors import ContextTooLong, EndpointError, EndpointLacks, EndpointPaused, hide
from digest_assets.llm import completions, dialects
from digest_assets.llm.answers import Answer
from digest_assets.llm.context import Context, read_in_part
from digest_assets.llm.dialects import Dialect
from digest_assets.llm.estimates import Estimates, count_prompt
from digest_assets.llm.model_list import find_model, read_models
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.llm.providers import UNKNOWN, BatchFacts, provider_of
from digest_assets.llm.refusals import (
    FINAL,
    FORM,
    LONGEST_WAIT_SECONDS,
    OUTAGE,
    RETRYABLE,
    Place,
    Problem,
    Refusal,
    as_error,
    outage,
    read_problem,
)
from digest_assets.model import Usage
from digest_assets.resources.breaker import PATIENCE_SECONDS, Breaker
from digest_assets.resources.concurrency import CallSize, Counted, Limiter, Minute, shared_limiter
from digest_assets.resources.http import CONNECT_SECONDS, NotFollowed, TooLarge, bounds, certificates

_FIRST_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 60.0
_TRIES = {Refusal.UNUSABLE: 3, Refusal.BROKEN_OFF: 3, Refusal.TIMEOUT: 2}
"""Of one call, where it is less than `llm.attempts`: an empty answer is paid for, a time-out takes minutes."""
_TRIES_OF_THE_FIRST = {Refusal.UNUSABLE: 1, Refusal.UNREACHABLE: 2}
"""The same while the endpoint has answered nothing: then it will not."""
_MOST_BROKEN_OFF = 5
"""In a row, of all questions together, each of them paid for: then the run ends as in an outage."""
_OUTAGE_PAUSE = timedelta(minutes=30)
"""After an outage that outlasted a run's patience."""
_LIST_SECONDS = 10.0
"""How long the list of models may take: it is only a hint."""
_NOT_ALL_ROOM = 1.5
"""More room has to be at least so many times what an answer was cut at: else it would be cut again."""

_MUCH_ROOM = 1.5
"""A call that waits with so many times the room that it would be given by now is made anew."""
_MAYBE_THE_PROMPT = FINAL - {Refusal.BALANCE} | {Refusal.REQUEST, Refusal.SYSTEM_ROLE}
_PROBE = Prompt("probe", (Message("user", "1 + 1 ="),))

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass
class _Question:
    """One prompt and its tries."""

    prompt: Prompt
    tokens: int
    """Of the prompt, as we count."""
    tries: int = 0
    guess: Context | None = None
    """What is tried of the context for this question alone."""
    wasted: list[Usage] = field(default_factory=list)

    def waste(self, usage: Usage | None) -> None:
        if usage is not None:
            self.wasted.append(usage)


class LanguageModel:
    """An OpenAI-compatible endpoint. Used as `async with LanguageModel(settings, key) as model: await model.ask(...)`.

    `api_key` is empty where the endpoint asks for none. `before_call` is called when a call's turn has come, and may
    raise. For `patience_seconds` an endpoint is waited for that does not answer. `section`: of digest.toml, as lines
    name its settings. `limiter`, `sleep`, `clock` (seconds since the epoch), `jitter` (0..1) and `transport` are the
    world: tests bring theirs.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        api_key: str,
        *,
        limiter: Limiter | None = None,
        count_tokens: Callable[[str], int] | None = None,
        before_call: Callable[[], None] = lambda: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        transport: httpx2.AsyncBaseTransport | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
        section: str = "llm",
    ) -> None:
        hide(api_key)
        self._settings = settings
        self._api_key = api_key
        self._limiter = limiter or shared_limiter(
            settings.base_url, settings.max_concurrency, settings.requests_per_minute, settings.tokens_per_minute
        )
        self._count_tokens = count_tokens or (lambda text: len(text) // 2)
        self._before_call = before_call
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._transport = transport
        self._section = section
        self._provider = provider_of(settings.base_url, settings.preset)
        self._dialect = dialects.first_dialect(self._provider, settings.stream)
        self._context = Context()
        self._billed = Estimates()
        self._listed_early = self._provider is UNKNOWN or bool(self._provider.window)
        self._has_listed = False
        self._client: AsyncOpenAI | None = None
        self._has_answered = False
        self.paused: EndpointPaused | None = None
        """What ended all calls of this run, where a later run may succeed."""
        self._breaker = Breaker(clock, sleep, self._limiter.proven, patience_seconds)

    async def __aenter__(self) -> LanguageModel:
        settings, key = self._settings, self._api_key or "none"  # the client insists on one; servers without ignore it
        parts = urlsplit(settings.base_url)
        self._client = AsyncOpenAI(
            base_url=urlunsplit(parts._replace(query="")),
            api_key=key,
            timeout=httpx2.Timeout(settings.timeout_seconds, connect=min(CONNECT_SECONDS, settings.timeout_seconds)),
            max_retries=0,
            default_query=dict(parse_qsl(parts.query)) or None,
            default_headers={self._provider.key_header: key} if self._provider.key_header else None,
            http_client=openai.DefaultAsyncHttpxClient(
                verify=certificates(),
                transport=self._transport,
                event_hooks=bounds(Origins.of(settings.base_url), _largest),
            ),
        )
        known = self._limiter.closed.get(settings.model)
        if known is not None and self._clock() < known[0].timestamp():
            self._decided(partial(as_error, known[1], self._place, until=known[0]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    @property
    def settings(self) -> EndpointSettings:
        return self._settings

    @property
    def window(self) -> int | None:
        """The context's length in tokens, as far as it is known by now."""
        return self._context.window

    def end(self, why: Callable[[], Exception]) -> None:
        """Ends the run's calls: from now on each that is not under way raises what `why` makes."""
        self._breaker.decide(why)

    # -- asking

    async def ask(self, prompt: Prompt) -> Answer:
        """The answer to `prompt`. Its usage includes what unusable answers before it cost.

        Raises `EndpointRefused`, `EndpointUnreachable`, `ModelUnknown`, `QuotaExhausted` (no further call can succeed
        until somebody changes something), `EndpointPaused` (none of this run can), `ContextTooLong`, and after all
        tries `EndpointUnavailable` or `AnswerUnusable`; `EndpointError` for a request that is refused.
        """
        question = _Question(prompt, count_prompt(prompt, self._count_tokens))
        try:
            async with self._breaker.asking():
                while True:
                    async with self._breaker.turn(prompt.version) as may_call:
                        outcome = await self._tried(question, may_call)
                    if isinstance(outcome, Answer):
                        return replace(outcome, usage=reduce(add, question.wasted, outcome.usage))
                    if outcome:
                        await self._sleep(outcome)
        except EndpointError as error:
            error.usage = reduce(add, question.wasted) if question.wasted else None
            raise

    async def _tried(self, question: _Question, may_call: Callable[[], bool]) -> Answer | float:
        """One call: the answer, or how many seconds later the next one comes. Raises what ends the question."""
        if self._listed_early:
            await self._look_at_list()
        dialect, prompt = self._dialect, question.prompt
        limit, started_at = self._limit_for(question), self._clock()

        def is_wanted() -> bool:
            return may_call() and limit <= _MUCH_ROOM * self._limit_for(question)

        outcome = await self._once(prompt, dialect, limit, is_wanted)
        if outcome is None:
            return 0.0  # what another call learned meanwhile is for this one, too
        if isinstance(outcome, Answer):
            learned = self._learned_of_answer(outcome, question, limit)
            if learned is None:
                self._has_answered = True
                self._breaker.answered(prompt.version, started_at)
                return outcome
            question.waste(outcome.usage)
            if isinstance(learned, Problem):
                raise as_error(learned, self._place)
            return 0.0
        question.waste(outcome.usage)
        if outcome.meaning is Refusal.CONTEXT and outcome.number is None:
            await self._look_at_list()
        if self._learned_of_refusal(outcome, question, dialect, limit):
            return 0.0
        return await self._after(outcome, question)

    def _limit_for(self, question: _Question) -> int:
        """How long the answer may be. Raises `ContextTooLong` where the context leaves too little for one, and
        `AnswerUnusable` where an answer that was cut would be cut again."""
        wanted = self._settings.max_output_tokens * question.prompt.room
        if self._limiter.learned.counts_room and question.prompt.room == 1:
            wanted = min(wanted, self._billed.room(question.prompt) or wanted)
        highest = self._dialect.highest_limit or wanted
        context = question.guess or self._context
        excess = context.excess(question.tokens, min(self._settings.max_output_tokens, highest))
        if excess:
            raise self._too_long(context, excess)
        room = context.room(question.tokens)
        limit = min(wanted, highest, room or wanted)
        if question.prompt.room > 1:
            cut_at = min(self._settings.max_output_tokens, limit)
            if limit < _NOT_ALL_ROOM * cut_at and limit == room:
                raise self._too_long(context, math.ceil(cut_at / context.ratio))
            if limit < _NOT_ALL_ROOM * cut_at:
                said = f"it was cut at {cut_at} tokens, and more than {limit} are not allowed"
                raise as_error(Problem(Refusal.CUT, said), self._place)
        return limit

    def _too_long(self, context: Context, excess: int) -> EndpointError:
        said = f"its context has {context.window} tokens, and the answer needs some of them"
        problem = context.because or Problem(Refusal.CONTEXT, said, number=context.window)
        error = as_error(problem, self._place)
        if isinstance(error, ContextTooLong):
            error.context_tokens, error.excess_tokens = context.window, excess
        return error

    def _learned_of_answer(self, answer: Answer, question: _Question, limit: int) -> Problem | Literal[True] | None:
        """None: the answer is one. True: it is worth asking again at once. A problem: no answer to what was asked."""
        if (partly := read_in_part(answer, question.tokens)) is not None:
            return self._read_in_part(partly, question, limit)
        if question.guess is not None:
            self._context.prove(question.guess)
        self._context.learn_answer(answer, question.tokens)
        if answer.finish_reason != "length":
            return None
        if completions.is_all_thought(answer) and self._dialect.can_stop_thinking:
            self._dialect = dialects.without_thinking(self._dialect)
            return True
        highest = self._context.learn_cut(answer, limit)
        if highest is not None and highest < (self._dialect.highest_limit or math.inf):
            self._dialect = replace(self._dialect, highest_limit=highest)
        return None

    def _read_in_part(self, partly: Problem, question: _Question, limit: int) -> Problem | Literal[True]:
        """What is made of an answer to a part of the prompt: the next one is made to fit."""
        if self._context.learn_window(partly.number, partly):
            error = as_error(partly, self._place)
            _log.warning("%s Until then texts are cut to what it reads. %s", error.message, error.cure)
        return True if self._context.excess(question.tokens, limit) else partly

    def _learned_of_refusal(self, problem: Problem, question: _Question, dialect: Dialect, limit: int) -> bool:
        """Whether the same question is worth asking again at once, otherwise."""
        learned = dialects.adapted(dialect, problem)
        if learned is not None:
            self._dialect = learned if self._dialect is dialect else self._dialect
            return True
        if problem.meaning in (Refusal.CONTEXT, Refusal.TOO_LARGE):
            if self._context.contradicts(problem, question.tokens, limit):
                return False
            if self._context.learn_refusal(problem, question.tokens, limit):
                question.guess = None
                return True
            question.guess = self._context.guess(problem, question.tokens, limit)
            return question.guess is not None
        return False

    async def _after(self, problem: Problem, question: _Question) -> float:
        """Seconds until the next try. Raises where there is none, and decides for all where it is true of all."""
        meaning = problem.meaning
        if meaning is Refusal.DAY:
            until = self._until(problem)
            self._limiter.close(self._settings.model, until, problem)
            raise self._decided(partial(as_error, problem, self._place, until=until))
        if meaning is Refusal.UNUSABLE:
            await self._others_are_answered(question, meaning)
        if meaning is Refusal.BROKEN_OFF:
            self._has_answered = True  # the address, the key and the model are right
        if meaning in RETRYABLE:
            return self._delay(problem, question)
        question.tries += 1
        if (
            meaning in _MAYBE_THE_PROMPT
            and problem.status != 401
            and await self._others_are_answered(question, meaning)
        ):
            raise self._about_the_prompt(problem)
        if meaning in FINAL or (meaning in FORM and not self._has_answered):
            raise self._decided(partial(as_error, problem, self._place))
        raise as_error(problem, self._place, question.tries)

    def _delay(self, problem: Problem, question: _Question) -> float:
        """Seconds until the next try of what may pass. Raises after the last one."""
        meaning, breaker = problem.meaning, self._breaker
        question.tries += 1
        breaker.failed(is_outage=meaning in OUTAGE)
        settings = self._settings
        limit = min(settings.attempts, _TRIES.get(meaning, settings.attempts))
        if not self._has_answered:
            limit = min(limit, _TRIES_OF_THE_FIRST.get(meaning, limit))
        wait = problem.wait_seconds or 0.0
        has_no_patience = settings.attempts == 1 and breaker.is_open
        costs_too_much = meaning is Refusal.BROKEN_OFF and breaker.failures >= _MOST_BROKEN_OFF
        if breaker.patience_is_over or has_no_patience or costs_too_much or wait > LONGEST_WAIT_SECONDS:
            until = self._now() + max(_OUTAGE_PAUSE, timedelta(seconds=wait))
            raise self._decided(partial(outage, problem, self._place, breaker.failures, until))
        nobody_there = not self._has_answered and meaning is Refusal.UNREACHABLE
        waits_with_others = breaker.is_open and not breaker.is_alone and meaning not in _TRIES and not nobody_there
        of_all = breaker.failures if meaning is Refusal.UNUSABLE and not self._has_answered else question.tries
        if of_all >= limit and not waits_with_others:
            told = partial(as_error, problem, self._place, question.tries)
            if not self._has_answered and meaning in _TRIES_OF_THE_FIRST:
                raise self._decided(told)
            raise told()
        if breaker.is_open and problem.wait_seconds is None:
            return 0.0  # whoever is tried next waits for its turn there
        backoff = min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2.0 ** (question.tries - 1))
        # Never less than ours: an endpoint whose clock is ahead, or that says 0, would have all tries at once.
        return max(wait, backoff * (0.5 + self._jitter() / 2))

    def _until(self, problem: Problem) -> datetime:
        """When a quota of the day is worth asking about again: when the endpoint says, else at midnight in UTC."""
        now = self._now()
        if problem.wait_seconds is not None:
            return now + timedelta(seconds=problem.wait_seconds)
        return now.replace(hour=0, minute=5, second=0, microsecond=0) + timedelta(days=1)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), timezone.utc)

    def _decided(self, verdict: Callable[[], EndpointError]) -> EndpointError:
        self._breaker.decide(verdict)
        error = verdict()
        self.paused = self.paused or (error if isinstance(error, EndpointPaused) else None)
        return error

    async def _others_are_answered(self, question: _Question, meaning: Refusal) -> bool:
        """Whether the endpoint answers something else. What looks like a wrong key, model or address, or is no answer,
        may be about one prompt alone: a firewall that sees code in it, a moderation."""
        if not self._has_answered:
            outcome = await self._once(_PROBE, self._dialect, _PROBE_LIMIT)
            if outcome is not None:
                question.waste(outcome.usage)
                refused = isinstance(outcome, Problem) and (
                    outcome.meaning is not Refusal.UNUSABLE or meaning is outcome.meaning
                )
                self._has_answered = not refused
        return self._has_answered

    def _about_the_prompt(self, problem: Problem) -> EndpointError:
        status = f"{problem.status}: " if problem.status else ""
        return EndpointError(
            f"The model's endpoint refused this request, and answers others ({status}{problem.said.rstrip('. ')}).",
            cure="Choose another llm.base_url for such papers.",
        )

    # -- files, batches, the list of models

    async def tell(self, request: Callable[[AsyncOpenAI], Awaitable[Result]], attempts: int | None = None) -> Result:
        """What `request` returns: a call about files or batches, which no model answers. It takes no place among those
        under way. `attempts`: default `llm.attempts`; 1 for what must not be done twice.

        Raises as `ask` does, and `EndpointLacks` for 404 and 405.
        """
        tries = 0
        while True:
            try:
                told = await asyncio.wait_for(request(self._opened), self._settings.timeout_seconds)
                self._has_answered = True
                return told
            except (asyncio.TimeoutError, openai.APIError) as error:
                problem = self._problem(error)
            if problem.status in (404, 405):
                raise EndpointLacks(
                    f"The model's endpoint {self._place.base_url} has no such thing "
                    f"({problem.status}: {problem.said.rstrip('. ')}).",
                    cure="Set llm.batch = false, or choose another llm.base_url.",
                )
            tries += 1
            if problem.meaning not in RETRYABLE or tries >= min(attempts or math.inf, self._settings.attempts):
                raise as_error(problem, self._place, tries, self._until(problem))
            await self._sleep(max(problem.wait_seconds or 0.0, _FIRST_DELAY_SECONDS * 2.0 ** (tries - 1)))

    def batch_parameters(self) -> Mapping[str, Any]:
        """The optional parameters of a request that goes into a batch, by what was learned of the endpoint so far."""
        dialect = replace(self._dialect, streams=False)
        return dialects.parameters(dialect, self._settings.temperature, self._settings.max_output_tokens)

    def batch_body(self, prompt: Prompt) -> Mapping[str, Any]:
        """A request of a batch, as this endpoint takes it."""
        turns = dialects.turns(self._dialect, prompt.messages)
        return {"model": self._settings.model, "messages": turns, **self.batch_parameters()}

    @property
    def batch_facts(self) -> BatchFacts:
        """How the provider takes batches; of one that is not known, as OpenAI does."""
        return self._provider.batches or BatchFacts()

    def learn(self, problem: Problem) -> bool:
        """Adapts to what a batch said of one of its requests. Whether there was something to learn."""
        learned = dialects.adapted(self._dialect, problem)
        self._dialect = learned or self._dialect
        return learned is not None

    async def _look_at_list(self) -> None:
        """Reads from the list of models how long this one's context is, where that is said; once."""
        if self._has_listed:
            return
        self._has_listed = True
        try:
            response = await asyncio.wait_for(
                self._opened.get("/models", cast_to=httpx2.Response, options={"timeout": _LIST_SECONDS}), _LIST_SECONDS
            )
            body = response.text
        except (asyncio.TimeoutError, openai.OpenAIError):
            return
        listed = find_model(read_models(body, self._provider) or (), self._settings.model)
        if listed is not None:
            self._context.learn_window(listed.window)
            if listed.highest_limit and listed.highest_limit < (self._dialect.highest_limit or math.inf):
                self._dialect = replace(self._dialect, highest_limit=listed.highest_limit)

    # -- one request

    async def _once(
        self, prompt: Prompt, dialect: Dialect, limit: int, may_call: Callable[[], bool] = lambda: True
    ) -> Answer | Problem | None:
        """One request, in its place among those under way. None: `may_call` said no when the place was there."""
        expected = self._billed.of(prompt, self._count_tokens)
        # A second try goes before the first tries of all others: what is begun is ended, and a model that is too weak
        # is known by the first papers. So does the first question of a kind, for whose answer all others of it wait.
        is_next = not prompt.is_first or prompt.version not in self._limiter.proven
        size = CallSize(expected.input_tokens or 0, expected.output_tokens or 0, limit)
        async with self._limiter.call(size, may_call, is_next=is_next) as call:
            if call is None:
                return None
            self._before_call()
            try:
                outcome = await asyncio.wait_for(self._request(prompt, dialect, limit), self._settings.timeout_seconds)
            except (asyncio.TimeoutError, openai.APIError, httpx2.HTTPError) as error:
                outcome = self._problem(error)
            if isinstance(outcome, Answer):
                usage = outcome.usage
                total = None
                if usage.input_tokens is not None and usage.output_tokens is not None:
                    total = usage.input_tokens + usage.output_tokens
                    self._billed.learn(prompt, usage)
                # How long thoughts without an answer take says nothing of how long answers do.
                call.answered(usage.output_tokens if outcome.finish_reason == "stop" else None, total)
            elif outcome.meaning is Refusal.BUSY:
                of_tokens = Counted.ROOM if self._provider.counts_room else Counted.TOKENS
                counted = of_tokens if outcome.of_tokens else Counted.CALL
                minute = Minute(outcome.number, counted, outcome.requested) if outcome.of_a_minute else None
                call.refused(outcome.wait_seconds, minute)
            elif outcome.meaning is Refusal.TIMEOUT or outcome.status in (503, 529):
                call.congested(min(outcome.wait_seconds, LONGEST_WAIT_SECONDS) if outcome.wait_seconds else None)
        return outcome

    def _problem(self, error: BaseException) -> Problem:
        """What an error of the client means."""
        if isinstance(error, openai.APIStatusError):
            return read_problem(
                error.status_code,
                error.response.text,
                headers=error.response.headers.items(),
                provider=self._provider,
                model=self._settings.model,
                now_epoch_seconds=self._clock(),
            )
        cause = error.__cause__ or error
        if isinstance(cause, httpx2.ConnectTimeout):
            return Problem(Refusal.UNREACHABLE, "no connection in time")
        if isinstance(error, (asyncio.TimeoutError, openai.APITimeoutError, httpx2.TimeoutException)):
            return Problem(Refusal.TIMEOUT, f"no answer within {self._settings.timeout_seconds:g} s")
        if isinstance(cause, NotFollowed):
            return Problem(Refusal.ADDRESS, str(cause))
        if isinstance(cause, (TooLarge, httpx2.DecodingError)):
            return Problem(Refusal.UNUSABLE, str(cause))
        return Problem(Refusal.UNREACHABLE, str(cause))

    async def _request(self, prompt: Prompt, dialect: Dialect, limit: int) -> Answer | Problem:
        settings, completions_of = self._settings, self._opened.chat.completions
        parameters = dialects.parameters(dialect, settings.temperature, limit)
        known = {name: parameters.pop(name) for name in _KNOWN & parameters.keys()}
        asked: dict[str, Any] = {
            "model": settings.model, "messages": dialects.turns(dialect, prompt.messages), "extra_body": parameters,
        }  # fmt: skip
        if not dialect.streams:
            response = await completions_of.with_raw_response.create(**asked, **known)
            return completions.read_answer(response.http_response.text, settings.model, self._provider, prompt.last_tag)
        reader = completions.StreamReader()
        async with completions_of.with_streaming_response.create(**asked, **known) as streamed:
            async for line in streamed.iter_lines():
                reader.take_line(line)
                if reader.kept > _LARGEST_ANSWER:
                    said = f"its answer is longer than {_LARGEST_ANSWER / 1e6:g} MB"
                    raise TooLarge(said, request=streamed.http_request)
        return reader.answer(settings.model, self._provider, prompt.last_tag)

    @property
    def _opened(self) -> AsyncOpenAI:
        if self._client is None:
            raise RuntimeError("LanguageModel is used inside `async with`")
        return self._client

    @property
    def _place(self) -> Place:
        settings = self._settings
        return Place(
            _without_user(settings.base_url),
            settings.model,
            settings.api_key_env,
            self._provider,
            self._has_answered,
            self._section,
        )


_LARGEST_ANSWER = 4_000_000
"""Bytes, and what is kept of a stream. 65,000 tokens are a tenth; the longest list of models is 1 MB."""
_LARGEST_STREAM = 32_000_000
"""Bytes. A stream of 65,000 tokens is some 20 million."""
_LARGEST_FILE = 100_000_000
"""Of a batch's answers."""


def _largest(request: httpx2.Request) -> int:
    if "/files/" in request.url.path:
        return _LARGEST_FILE
    asks = json.loads(request.content) if request.headers.get("content-type") == "application/json" else {}
    return _LARGEST_STREAM if asks.get("stream") else _LARGEST_ANSWER


_PROBE_LIMIT = 256
_KNOWN = {"temperature", "max_tokens", "max_completion_tokens", "stream", "stream_options"}
"""Parameters that the client has a name for; others go into the body as they are."""


def _without_user(base_url: str) -> str:
    """Without a name and password that an address may carry, and without its query."""
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rsplit("@", 1)[-1], query=""))
