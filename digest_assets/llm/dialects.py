"""How an OpenAI-compatible endpoint wants to be asked: what was learned of it, and the request that follows. Pure.

The output limit is called `max_tokens` or `max_completion_tokens`, and either may be refused, or be too high; some
models refuse `temperature` or the system role, some only stream; thinking is turned off in as many ways as there are
providers (`providers.toml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from digest_assets.llm.prompts import Message
from digest_assets.llm.providers import UNKNOWN, Provider
from digest_assets.llm.refusals import Problem, Refusal


@dataclass(frozen=True, slots=True)
class Dialect:
    """What has been learned of how an endpoint wants to be asked. It only ever loses, so learning ends."""

    limit_names: tuple[str, ...] = ("max_tokens", "max_completion_tokens")
    """The first is used. None left: no limit is sent."""
    highest_limit: int | None = None
    takes_temperature: bool = True
    streams: bool = False
    takes_stream_options: bool = True
    takes_system_role: bool = True
    thinks: bool = True
    """Whether the model may think before it answers: not once thinking has eaten the room for an answer."""
    knows_thinking_off: bool = True
    provider: Provider = UNKNOWN

    @property
    def can_stop_thinking(self) -> bool:
        return self.thinks and self.knows_thinking_off and self.provider.thinking_off is not None


def first_dialect(provider: Provider, streams: bool) -> Dialect:
    """What is known before anything was asked."""
    return Dialect(provider.limit_names, streams=streams, provider=provider)


def adapted(dialect: Dialect, problem: Problem) -> Dialect | None:
    """What to try next after `problem`, or None where nothing was learned from it."""
    meaning = problem.meaning
    if meaning is Refusal.LIMIT_NAME and dialect.limit_names:
        return replace(dialect, limit_names=dialect.limit_names[1:])
    if meaning is Refusal.LIMIT_TOO_HIGH and dialect.limit_names:
        if problem.number and problem.number < (dialect.highest_limit or 10**9):
            return replace(dialect, highest_limit=problem.number)
        return replace(dialect, limit_names=())
    if meaning is Refusal.TEMPERATURE and dialect.takes_temperature:
        return replace(dialect, takes_temperature=False)
    if meaning is Refusal.STREAM_ONLY and not dialect.streams:
        return replace(dialect, streams=True)
    if meaning is Refusal.STREAM_OPTIONS and dialect.takes_stream_options:
        return replace(dialect, takes_stream_options=False)
    if meaning is Refusal.SYSTEM_ROLE and dialect.takes_system_role:
        return replace(dialect, takes_system_role=False)
    if meaning is Refusal.THINKING and not dialect.thinks and dialect.knows_thinking_off:
        return replace(dialect, thinks=True, knows_thinking_off=False)
    return None


def without_thinking(dialect: Dialect) -> Dialect:
    """The same, asking for an answer without thoughts before it."""
    return replace(dialect, thinks=False)


def parameters(dialect: Dialect, temperature: float | None, output_limit: int) -> dict[str, Any]:
    """The optional parameters of a request."""
    chosen: dict[str, Any] = {}
    if temperature is not None and dialect.takes_temperature:
        chosen["temperature"] = temperature
    if dialect.limit_names:
        chosen[dialect.limit_names[0]] = min(output_limit, dialect.highest_limit or output_limit)
    if dialect.streams:
        chosen["stream"] = True
        if dialect.takes_stream_options:
            chosen["stream_options"] = {"include_usage": True}
    if not dialect.thinks and dialect.provider.thinking_off is not None:
        chosen |= dialect.provider.thinking_off
    return chosen


def turns(dialect: Dialect, messages: Sequence[Message]) -> list[dict[str, str]]:
    """The messages as they are sent: where there is no system role, its text stands before the first of the user's."""
    if dialect.takes_system_role or not messages or messages[0].role != "system":
        return [{"role": each.role, "content": each.content} for each in messages]
    rules, *others = messages
    sent = [{"role": each.role, "content": each.content} for each in others]
    if not sent or sent[0]["role"] != "user":
        return [{"role": "user", "content": rules.content}, *sent]
    return [{"role": "user", "content": f"{rules.content}\n\n{sent[0]['content']}"}, *sent[1:]]
