"""The model's endpoint: one request at a time goes out, one answer or one clear error comes back.

The client is openai's; retries are our own, because a 429 has to be seen by what decides how many calls may be under
way (`concurrency.py`), and because a call that waits for its next try must not hold a place. What endpoints do
differently is in `llm/dialects.py`; what was learned of this one is remembered for the calls that follow.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import reduce
from operator import add
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import openai
import openai.resources.chat  # the client would read it in at the first call, for which all others wait
from openai import AsyncOpenAI

from digest_assets.config import LlmSettings
from digest_assets.errors import (
    AnswerUnusable,
    ContextTooLong,
    EndpointError,
    EndpointLacks,
    EndpointRefused,
    EndpointUnavailable,
    EndpointUnreachable,
    ModelUnknown,
    QuotaExhausted,
    redact,
)
from digest_assets.llm import dialects
from digest_assets.llm.answers import Answer
from digest_assets.llm.dialects import Fault, Problem
from digest_assets.llm.prompts import Message, Prompt
from digest_assets.model import Usage
from digest_assets.resources.concurrency import Limiter, shared_limiter
from digest_assets.resources.http import certificates

LONGEST_WAIT_SECONDS = 300.0
"""An endpoint that asks for more patience than this is unavailable."""
_FIRST_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 60.0
_UNUSABLE_TRIES = 3
"""An empty answer is paid for: not as many tries as for a refusal."""

_MAYBE_THE_PROMPT = frozenset({Fault.KEY, Fault.MODEL, Fault.ADDRESS})
_PROBE = Prompt("probe", (Message("user", "1 + 1 ="),))

Result = TypeVar("Result")


class LanguageModel:
    """An OpenAI-compatible endpoint. Used as `async with LanguageModel(settings, key) as model: await model.ask(...)`.

    `api_key` is empty where the endpoint asks for none. `before_call` is called when a call's turn has come, and may
    raise. `limiter`, `sleep`, `clock` (seconds since the epoch) and `jitter` (0..1) are the world: tests bring theirs.
    """

    def __init__(
        self,
        settings: LlmSettings,
        api_key: str,
        *,
        limiter: Limiter | None = None,
        count_tokens: Callable[[str], int] | None = None,
        before_call: Callable[[], None] = lambda: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
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
        self._dialect = dialects.first_dialect(settings.base_url, settings.stream)
        self._client: AsyncOpenAI | None = None
        self._has_answered = False
        self._probing = asyncio.Lock()

    async def __aenter__(self) -> LanguageModel:
        self._client = AsyncOpenAI(
            base_url=self._settings.base_url,
            api_key=self._api_key or "none",  # the client insists on one; servers without keys ignore it
            timeout=self._settings.timeout_seconds,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(verify=certificates()),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def ask(self, prompt: Prompt) -> Answer:
        """The answer to `prompt`. Its usage includes what unusable answers before it cost.

        Raises `EndpointRefused`, `EndpointUnreachable`, `ModelUnknown`, `QuotaExhausted` (no further call can succeed),
        `ContextTooLong`,
        and after all tries `EndpointUnavailable` or `AnswerUnusable`; `EndpointError` for a request that is refused.
        """
        tries = 0
        wasted: list[Usage] = []
        while True:
            dialect = self._dialect
            outcome, retry_after = await self._once(prompt, dialect)
            if isinstance(outcome, Answer):
                self._has_answered = True
                return replace(outcome, usage=reduce(add, wasted, outcome.usage))
            learned = dialects.adapted(dialect, outcome)
            if learned is not None:
                self._dialect = learned if self._dialect is dialect else self._dialect
                continue
            tries += 1
            wasted += [outcome.usage] if outcome.usage else []
            delay = self._delay(outcome, tries, retry_after)
            if delay is None:
                error = await self._error_of(prompt, outcome, tries)
                error.usage = reduce(add, wasted) if wasted else None
                raise error
            await self._sleep(delay)

    async def tell(self, request: Callable[[AsyncOpenAI], Awaitable[Result]], attempts: int | None = None) -> Result:
        """What `request` returns: a call about files or batches, which no model answers. It takes no place among those
        under way. `attempts`: default `llm.attempts`; 1 for what must not be done twice.

        Raises as `ask` does, and `EndpointLacks` for 404 and 405.
        """
        if self._client is None:
            raise RuntimeError("LanguageModel is used inside `async with`")
        tries = 0
        while True:
            try:
                told = await asyncio.wait_for(request(self._client), self._settings.timeout_seconds)
                self._has_answered = True
                return told
            except (asyncio.TimeoutError, openai.APIError) as error:
                outcome, retry_after = self._problem(error)
            if isinstance(outcome, Answer):
                raise RuntimeError("an error that is an answer")
            if outcome.status in (404, 405):
                raise EndpointLacks(
                    f"The model's endpoint {_without_user(self._settings.base_url)} has no such thing "
                    f"({outcome.status}: {self._without_secrets(outcome.said)}).",
                    cure="Set llm.batch = false, or choose another llm.base_url.",
                )
            tries += 1
            delay = self._delay(outcome, tries, retry_after) if attempts is None or tries < attempts else None
            if delay is None:
                raise self._error(outcome, tries)
            await self._sleep(delay)

    @property
    def settings(self) -> LlmSettings:
        return self._settings

    def batch_parameters(self) -> Mapping[str, Any]:
        """The optional parameters of a request that goes into a batch, by what was learned of the endpoint so far."""
        dialect = replace(self._dialect, streams=False)
        return dialects.parameters(dialect, self._settings.temperature, self._settings.max_output_tokens)

    def learn(self, problem: Problem) -> bool:
        """Adapts to what a batch said of one of its requests. Whether there was something to learn."""
        learned = dialects.adapted(self._dialect, problem)
        self._dialect = learned or self._dialect
        return learned is not None

    async def _once(self, prompt: Prompt, dialect: dialects.Dialect) -> tuple[Answer | Problem, float | None]:
        """One request, in its place among those under way; with a problem, the `Retry-After` in seconds."""
        estimate = self._count_tokens(prompt.text)
        async with self._limiter.call(estimate) as call:
            retry_after: float | None = None
            self._before_call()
            try:
                outcome = await asyncio.wait_for(self._request(prompt, dialect), self._settings.timeout_seconds)
            except (asyncio.TimeoutError, openai.APIError) as error:
                outcome, retry_after = self._problem(error)
            if isinstance(outcome, Answer):
                usage = outcome.usage
                total = None if usage.input_tokens is None else usage.input_tokens + (usage.output_tokens or 0)
                call.answered(usage.output_tokens, total)
            elif outcome.fault in dialects.CONGESTION:
                call.congested(min(retry_after, LONGEST_WAIT_SECONDS) if retry_after else None)
        return outcome, retry_after

    def _problem(self, error: asyncio.TimeoutError | openai.APIError) -> tuple[Answer | Problem, float | None]:
        """What an error of the client means; with the `Retry-After` in seconds."""
        if isinstance(error, openai.APIStatusError):
            said = dialects.read_problem(error.status_code, error.response.text)
            return said, dialects.retry_after_seconds(error.response.headers.items(), self._clock())
        if isinstance(error, (asyncio.TimeoutError, openai.APITimeoutError)):
            return Problem(Fault.TIMEOUT, f"no answer within {self._settings.timeout_seconds:g} s"), None
        if isinstance(error, openai.APIConnectionError):
            return Problem(Fault.UNREACHABLE, str(error.__cause__ or error)), None
        # an error inside a stream
        return dialects.read_payload({"error": error.body or error.message}, self._settings.model), None

    async def _request(self, prompt: Prompt, dialect: dialects.Dialect) -> Answer | Problem:
        if self._client is None:
            raise RuntimeError("LanguageModel is used inside `async with`")
        settings = self._settings
        parameters = dialects.parameters(dialect, settings.temperature, settings.max_output_tokens * prompt.room)
        messages: Any = [{"role": message.role, "content": message.content} for message in prompt.messages]
        completions = self._client.chat.completions
        if not dialect.streams:
            response = await completions.with_raw_response.create(model=settings.model, messages=messages, **parameters)
            return dialects.read_answer(response.http_response.text, settings.model)
        return await self._streamed(messages, parameters)

    async def _streamed(self, messages: Any, parameters: dict[str, Any]) -> Answer | Problem:
        assert self._client is not None
        reader = dialects.StreamReader()
        try:
            chunks: Any = await self._client.chat.completions.create(
                model=self._settings.model, messages=messages, **parameters
            )
            async for chunk in chunks:
                reader.take(chunk.to_dict())
        except ValueError:  # a line that is not JSON
            return Problem(Fault.UNUSABLE, "a broken stream")
        return reader.answer(self._settings.model)

    def _delay(self, problem: Problem, tries: int, retry_after: float | None) -> float | None:
        """Seconds until the next try; None where there is none."""
        limit = min(_UNUSABLE_TRIES, self._settings.attempts)
        nobody_there = problem.fault is Fault.UNREACHABLE and not self._has_answered
        limit = limit if nobody_there or problem.fault is Fault.UNUSABLE else self._settings.attempts
        if problem.fault not in dialects.RETRYABLE or tries >= limit:
            return None
        if retry_after is not None:
            return retry_after if retry_after <= LONGEST_WAIT_SECONDS else None
        backoff = min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2.0 ** (tries - 1))
        return backoff * (0.5 + self._jitter() / 2)

    async def _error_of(self, prompt: Prompt, problem: Problem, tries: int) -> EndpointError:
        """The error for a problem with `prompt`. What looks like a wrong key, model or address may be about this prompt
        alone (a firewall that sees code in it, a moderation): then another one is answered, and the others go on."""
        if problem.status == 401 or problem.fault not in _MAYBE_THE_PROMPT:
            return self._error(problem, tries)
        if not self._has_answered:
            async with self._probing:
                outcome, _ = await self._once(_PROBE, self._dialect)
            self._has_answered = isinstance(outcome, Answer) or outcome.fault is Fault.UNUSABLE
        if not self._has_answered:
            return self._error(problem, tries)
        said = self._without_secrets(problem.said)
        return EndpointError(
            f"The model's endpoint refused this request, and answers others ({problem.status}: {said}).",
            cure="Choose another llm.base_url for such papers.",
        )

    def _error(self, problem: Problem, tries: int) -> EndpointError:
        """The error for a problem: what was said, and which setting to look at."""
        settings, said = self._settings, self._without_secrets(problem.said)
        where = f"The model's endpoint {_without_user(settings.base_url)}"
        status = f"{problem.status}: " if problem.status else ""
        after = f" after {tries} tries" if tries > 1 else ""
        match problem.fault:
            case Fault.KEY:
                return EndpointRefused(f"{where} refused the key ({status}{said}).", cure=self._key_cure())
            case Fault.QUOTA:
                return QuotaExhausted(
                    f"{where} says that the balance or quota is used up ({status}{said}).",
                    cure="Top up the account, or choose another llm.base_url.",
                )
            case Fault.MODEL:
                return ModelUnknown(
                    f"{where} does not serve the model {settings.model!r} ({status}{said}).", cure="Correct llm.model."
                )
            case Fault.ADDRESS:
                return EndpointRefused(
                    f"{where} has no chat completions ({status}{said}).",
                    cure="Correct llm.base_url: it mostly ends in /v1.",
                )
            case Fault.CONTEXT:
                error = ContextTooLong(
                    f"The prompt is longer than the context of {settings.model!r} ({status}{said}).",
                    cure="Lower llm.text_tokens, or choose a model with a longer context in llm.model.",
                )
                error.context_tokens = problem.number
                return error
            case Fault.UNREACHABLE:
                kind = EndpointUnavailable if self._has_answered else EndpointUnreachable
                return kind(
                    f"{where} cannot be reached{after} ({said}).", cure="Check llm.base_url and that it is running."
                )
            case Fault.TIMEOUT:
                return EndpointUnavailable(
                    f"{where} does not answer{after} ({said}).",
                    cure="Raise llm.timeout_seconds, or lower llm.max_concurrency.",
                )
            case Fault.BUSY:
                return EndpointUnavailable(
                    f"{where} is too busy{after} ({status}{said}).",
                    cure="Run again later, or lower llm.max_concurrency or llm.requests_per_minute.",
                )
            case Fault.BROKEN:
                return EndpointUnavailable(f"{where} fails{after} ({status}{said}).", cure="Run again later.")
            case Fault.UNUSABLE:
                return AnswerUnusable(
                    f"{where} gave no usable answer{after}: {said}.", cure="Check llm.base_url and llm.model."
                )
            case Fault.FILTERED:
                return EndpointError(f"{where} filtered the answer ({status}{said}).", cure="Choose another llm.model.")
            case _:
                return EndpointError(
                    f"{where} refused the request ({status}{said}).", cure="Check llm.model and the settings of [llm]."
                )

    def _key_cure(self) -> str:
        name = self._settings.api_key_env
        if not name:
            return "Name the variable that holds the key in llm.api_key_env."
        return f"Set the environment variable {name} (llm.api_key_env) to a valid key."

    def _without_secrets(self, said: str) -> str:
        if len(self._api_key) >= 4:
            said = said.replace(self._api_key, "***")
        return redact(said).rstrip(". ")


def _without_user(base_url: str) -> str:
    """Without a name and password that an address may carry."""
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rsplit("@", 1)[-1]))
