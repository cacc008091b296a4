"""How providers behave at their limits, for the sandbox's model server to play: each by the provider's name.

What they say is in the words and the shapes of the providers' own documentation (`llm/providers.toml` names the pages)
and of public reports; what they count is simple: calls in the last minute, calls of a day, tokens of a prompt.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import add
from typing import Any

from digest_assets.sandbox.serving import HttpAnswer

_JSON = "application/json"


class Manners:
    """What a provider does with a call before it is answered, and with the answer: nothing."""

    def refuse(self, body: Mapping[str, Any], prompt_tokens: int, now: float) -> HttpAnswer | None:
        """The refusal of a call that comes at `now` (seconds). None: it is answered."""
        return None

    def alter(self, body: Mapping[str, Any], reply: Any) -> Any:
        """The reply as this provider gives it."""
        return reply


def _refusal(status: int, error: Mapping[str, Any] | list[Any], headers: Mapping[str, str] | None = None) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(error, ensure_ascii=False).encode(), _JSON, headers or {})


def _limit(body: Mapping[str, Any]) -> int:
    return int(body.get("max_completion_tokens") or body.get("max_tokens") or 0)


@dataclass
class Within(Manners):
    """So many calls, or tokens, in any so many seconds; how a refusal looks is `said`.

    So many at once are so many within the time that each takes.
    """

    seconds: float
    most: int
    said: Callable[[float, int, int], HttpAnswer]
    """Given after how many seconds the first of them is over, how much is taken, and how much was asked for."""
    of_tokens: bool = False
    with_answers: bool = False
    """Whether an answer's tokens count, too, once it is given."""
    of_room: Callable[[int, int], int] = lambda prompt, room: prompt
    """What of a prompt and of all that its answer may have counts, as soon as it is asked for."""
    _taken: deque[tuple[float, int]] = field(default_factory=deque)

    def refuse(self, body: Mapping[str, Any], prompt_tokens: int, now: float) -> HttpAnswer | None:
        while self._taken and self._taken[0][0] <= now - self.seconds:
            self._taken.popleft()
        weight = self.of_room(prompt_tokens, _limit(body)) if self.of_tokens else 1
        used = sum(each for _, each in self._taken)
        if used + weight > self.most:
            return self.said(self._taken[0][0] + self.seconds - now if self._taken else 0.0, used, weight)
        self._taken.append((now, weight))
        return None

    def alter(self, body: Mapping[str, Any], reply: Any) -> Any:
        if self.with_answers:
            at, weight = self._taken.pop()
            self._taken.append((at, weight + reply.answer_tokens))
        return reply


@dataclass
class PerDay(Manners):
    """So many calls a day, then none for hours."""

    calls: int
    said: Callable[[], HttpAnswer]
    _taken: int = 0

    def refuse(self, body: Mapping[str, Any], prompt_tokens: int, now: float) -> HttpAnswer | None:
        if self._taken >= self.calls:
            return self.said()
        self._taken += 1
        return None


@dataclass
class Window(Manners):
    """Prompt and room for the answer have to fit into so many tokens."""

    tokens: int
    said: Callable[[int, int, int], HttpAnswer]
    """Given the window, the prompt's tokens and the room that was asked for."""
    of_prompt: bool = False
    """Whether the prompt alone is looked at."""

    def refuse(self, body: Mapping[str, Any], prompt_tokens: int, now: float) -> HttpAnswer | None:
        if prompt_tokens + (0 if self.of_prompt else _limit(body)) > self.tokens:
            return self.said(self.tokens, prompt_tokens, _limit(body))
        return None


@dataclass
class Cut(Manners):
    """Longer prompts are cut to so many tokens and answered all the same, as Ollama does."""

    tokens: int

    def alter(self, body: Mapping[str, Any], reply: Any) -> Any:
        return replace(reply, prompt_tokens=min(reply.prompt_tokens, self.tokens))


@dataclass
class BreaksOff(Manners):
    """The `at`th answer stops in the middle, for want of machines, and is paid for."""

    at: int
    reason: str
    """What it gives as the finish reason."""
    _given: int = 0

    def alter(self, body: Mapping[str, Any], reply: Any) -> Any:
        self._given += 1
        if self._given != self.at:
            return reply
        return replace(reply, content=reply.content[: len(reply.content) // 2], finish_reason=self.reason)


@dataclass
class Outage(Manners):
    """Nothing works for some seconds, from the call on that comes as the `after`th."""

    after: int
    seconds: float
    said: Callable[[], HttpAnswer]
    _calls: int = 0
    _until: float | None = None

    def refuse(self, body: Mapping[str, Any], prompt_tokens: int, now: float) -> HttpAnswer | None:
        self._calls += 1
        if self._until is None and self._calls > self.after:
            self._until = now + self.seconds
        return self.said() if self._until is not None and now < self._until else None


@dataclass
class Thinks(Manners):
    """Thoughts fill all the room that there is, unless they are turned off as `off` says. `most`: tokens of an
    answer that the provider allows."""

    off: Mapping[str, Any]
    most: int

    def alter(self, body: Mapping[str, Any], reply: Any) -> Any:
        if all(body.get(name) == value for name, value in self.off.items()):
            return reply
        return replace(
            reply, content="", reasoning="想" * min(self.most, _limit(body) or self.most), finish_reason="length"
        )


# --- by name ----------------------------------------------------------------------------------------------------------


def _siliconflow(_: float, *_used: int) -> HttpAnswer:
    said = "Request was rejected due to rate limiting. Details: RPM limit reached."
    return _refusal(403, {"code": 50603, "message": said, "data": None})


def _gemini(wait: float, *_used: int) -> HttpAnswer:
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{wait:.0f}s"}
    said = f"You exceeded your current quota, please check your plan. Please retry in {wait:.2f}s."
    return _refusal(
        429, [{"error": {"code": 429, "message": said, "status": "RESOURCE_EXHAUSTED", "details": [retry]}}]
    )


def _azure(wait: float, *_used: int) -> HttpAnswer:
    said = (
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded call "
        f"rate limit of your current OpenAI S0 pricing tier. Please retry after {wait:.0f} seconds."
    )
    return _refusal(429, {"error": {"code": "429", "message": said}})


def _azure_tokens(wait: float, *_used: int) -> HttpAnswer:
    said = (
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded "
        f"token rate limit of your current OpenAI S0 pricing tier. Please retry after {wait:.0f} seconds."
    )
    return _refusal(429, {"error": {"code": "429", "message": said}})


def _mistral(_: float, *_used: int) -> HttpAnswer:
    error = {"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "param": None, "code": "1300"}
    return _refusal(429, error)


def _xai(_: float, *_used: int) -> HttpAnswer:
    said = (
        "Too many requests for team 0 and model grok. Your team's rate limit is — Requests per Minute (actual/limit): "
        "21/20. You can view your team rate limits at https://console.x.ai."
    )
    return _refusal(429, {"code": "Some resource has been exhausted", "error": said})


def _groq_day() -> HttpAnswer:
    said = "Rate limit reached for model on requests per day (RPD): Limit 60. Please try again in 7h12m0s."
    return _refusal(429, {"error": {"message": said, "type": "requests", "code": "rate_limit_exceeded"}})


def _vllm(window: int, prompt: int, limit: int) -> HttpAnswer:
    said = (
        f"This model's maximum context length is {window} tokens. However, you requested {prompt + limit} tokens "
        f"({prompt} in the messages, {limit} in the completion). Please reduce the length of the messages."
    )
    return _refusal(400, {"object": "error", "message": said, "type": "BadRequestError", "param": None, "code": 400})


def _lmstudio(window: int, prompt: int, _: int) -> HttpAnswer:
    said = (
        f"Trying to keep the first {prompt} tokens when context the overflows. However, the model is loaded with "
        f"context length of only {window} tokens, which is not enough. Try to load the model with a larger context "
        "length, or provide a shorter input."
    )
    return _refusal(400, {"error": said})


def _moonshot(_: float, *_used: int) -> HttpAnswer:
    said = "Your account org-0 request reached organization max RPM: 20, please try again after 1 seconds"
    return _refusal(429, {"error": {"message": said, "type": "rate_limit_reached_error"}})


def _zhipu(_: float, *_used: int) -> HttpAnswer:
    said = "您当前使用该API的并发数过高，请降低并发，或联系客服增加限额。"
    return _refusal(429, {"error": {"code": "1302", "message": said}})


def _ark(_: float, *_used: int) -> HttpAnswer:
    said = "The Tokens Per Minute (TPM) limit of the associated endpoint for your account has been exceeded."
    error = {"code": "RateLimitExceeded.EndpointTPMExceeded", "message": said, "param": "", "type": "TooManyRequests"}
    return _refusal(429, {"error": error})


def _openai(wait: float, used: int, requested: int) -> HttpAnswer:
    said = (
        "Rate limit reached for gpt-4o-mini in organization org-0 on tokens per min (TPM): Limit 100000, "
        f"Used {used}, Requested {requested}. Please try again in {wait:.3f}s."
    )
    error = {"message": said, "type": "tokens", "param": None, "code": "rate_limit_exceeded"}
    return _refusal(429, {"error": error})


def _minimax(_: float, *_used: int) -> HttpAnswer:
    return _refusal(200, {"base_resp": {"status_code": 1002, "status_msg": "rate limit exceeded(RPM)"}})


def _unavailable() -> HttpAnswer:
    return _refusal(503, {"error": {"message": "Service temporarily unavailable", "type": "server_error"}})


PLAYS: Mapping[str, Callable[[], Manners]] = {
    "azure, 20 a minute": lambda: Within(60, 20, _azure),
    "deepseek, an answer broken off": lambda: BreaksOff(60, "insufficient_system_resource"),
    "mistral, 20 a minute without headers": lambda: Within(60, 20, _mistral),
    "xai, 20 a minute without headers": lambda: Within(60, 20, _xai),
    "lmstudio, window of 4,096": lambda: Window(4096, _lmstudio, of_prompt=True),
    "moonshot, 20 a minute told to wait a second": lambda: Within(60, 20, _moonshot),
    "zhipu, two at once": lambda: Within(4.0, 2, _zhipu),
    "ark, 100,000 tokens a minute": lambda: Within(60, 100_000, _ark, of_tokens=True),
    "ark, 100,000 tokens a minute with answers": lambda: Within(60, 100_000, _ark, of_tokens=True, with_answers=True),
    "openai, 100,000 tokens a minute with answers": lambda: Within(
        60, 100_000, _openai, of_tokens=True, with_answers=True
    ),
    "openai, 100,000 tokens a minute, of prompt and room the larger": lambda: Within(
        60, 100_000, _openai, of_tokens=True, of_room=max
    ),
    "groq, 100,000 tokens a minute, of prompt and room": lambda: Within(
        60, 100_000, _openai, of_tokens=True, of_room=add
    ),
    "azure, 100,000 tokens a minute, of prompt and room": lambda: Within(
        60, 100_000, _azure_tokens, of_tokens=True, of_room=add
    ),
    "minimax, 20 a minute as 200": lambda: Within(60, 20, _minimax),
    "gemini, 20 a minute": lambda: Within(60, 20, _gemini),
    "siliconflow, 20 a minute as 403": lambda: Within(60, 20, _siliconflow),
    "groq, daily quota after 60 calls": lambda: PerDay(60, _groq_day),
    "vllm, window of 8,192": lambda: Window(8192, _vllm),
    "ollama, cut at 4,096": lambda: Cut(4096),
    "openrouter, outage of three minutes": lambda: Outage(60, 180, _unavailable),
    "qwen, thinking eats the room": lambda: Thinks({"enable_thinking": False}, 8192),
}
"""What is played, by name: the provider stands before the comma."""
