"""How OpenAI-compatible endpoints differ, read into one vocabulary. Pure: bodies in, answers and faults out.

Known of OpenAI, DeepSeek, Qwen (DashScope), OpenRouter, vLLM, llama.cpp and Ollama, from their documentation and
error texts:

- an over-long prompt is `context_length_exceeded`, `exceed_context_size_error` with an integer `code`, or a sentence;
- the output limit is called `max_tokens` or `max_completion_tokens`, and either may be refused, or be too high;
- some models refuse `temperature`, some only stream;
- reasoning comes in `reasoning_content`, in `<think>` inside the answer, or not at all;
- an error may come with status 200, usage may be missing, `finish_reason` has several words for the same thing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

from digest_assets.llm.answers import Answer, without_thoughts
from digest_assets.model import Usage


class Fault(str, Enum):
    """What an endpoint's refusal means."""

    KEY = "key"
    QUOTA = "quota"
    MODEL = "model"
    ADDRESS = "address"
    CONTEXT = "context"
    BUSY = "busy"
    """429, 503, overload: fewer calls at once, and later."""
    BROKEN = "broken"
    """5xx: later."""
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNUSABLE = "unusable"
    """200, but no answer in it."""
    FILTERED = "filtered"
    LIMIT_NAME = "limit name"
    LIMIT_TOO_HIGH = "limit too high"
    TEMPERATURE = "temperature"
    STREAM_ONLY = "stream only"
    STREAM_OPTIONS = "stream options"
    REQUEST = "request"
    """400 for a reason that is none of these."""


RETRYABLE = frozenset({Fault.BUSY, Fault.BROKEN, Fault.UNREACHABLE, Fault.TIMEOUT, Fault.UNUSABLE})
CONGESTION = frozenset({Fault.BUSY, Fault.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal or a failure: what it means, and the endpoint's own words."""

    fault: Fault
    said: str
    status: int | None = None
    number: int | None = None
    """For `CONTEXT` the context's length, for `LIMIT_TOO_HIGH` the highest limit, in tokens, where it was said."""
    usage: Usage | None = None
    """What an unusable answer cost all the same."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What has been learned of how an endpoint wants to be asked. It only ever loses, so learning ends."""

    limit_names: tuple[str, ...] = ("max_tokens", "max_completion_tokens")
    """The first is used. None left: no limit is sent."""
    highest_limit: int | None = None
    takes_temperature: bool = True
    streams: bool = False
    takes_stream_options: bool = True


def first_dialect(base_url: str, streams: bool) -> Dialect:
    """OpenAI's own newer models refuse `max_tokens`; everybody else knows it."""
    names = ("max_tokens", "max_completion_tokens")
    return Dialect(names[::-1] if "api.openai.com" in base_url else names, streams=streams)


def adapted(dialect: Dialect, problem: Problem) -> Dialect | None:
    """What to try next after `problem`, or None where nothing was learned from it."""
    if problem.fault is Fault.LIMIT_NAME and dialect.limit_names:
        return replace(dialect, limit_names=dialect.limit_names[1:])
    if problem.fault is Fault.LIMIT_TOO_HIGH and dialect.limit_names:
        if problem.number and problem.number < (dialect.highest_limit or 10**9):
            return replace(dialect, highest_limit=problem.number)
        return replace(dialect, limit_names=())
    if problem.fault is Fault.TEMPERATURE and dialect.takes_temperature:
        return replace(dialect, takes_temperature=False)
    if problem.fault is Fault.STREAM_ONLY and not dialect.streams:
        return replace(dialect, streams=True)
    if problem.fault is Fault.STREAM_OPTIONS and dialect.takes_stream_options:
        return replace(dialect, takes_stream_options=False)
    return None


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
    return chosen


# --- answers ----------------------------------------------------------------------------------------------------------

_FINISH = {
    "max_tokens": "length", "max_length": "length", "model_length": "length", "max_output_tokens": "length",
    "eos": "stop", "end_turn": "stop", "stop_sequence": "stop", "normal": "stop", "completed": "stop",
}  # fmt: skip
_FILTERS = frozenset({"content_filter", "sensitive", "safety", "recitation", "prohibited_content"})


def read_answer(body: str, model: str) -> Answer | Problem:
    """The answer in the body of a response with status 200, or what is wrong with it. `model` is the one asked for."""
    try:
        payload = json.loads(body)
    except ValueError:
        return Problem(Fault.UNUSABLE, _what_came_instead(body))
    return read_payload(payload, model)


def read_payload(payload: object, model: str) -> Answer | Problem:
    """As `read_answer`, for a body that is parsed."""
    if not isinstance(payload, Mapping):
        return Problem(Fault.UNUSABLE, "JSON that is not an object")
    if payload.get("error"):
        return read_problem(_status_in(payload), json.dumps(payload))
    usage = read_usage(payload.get("usage"))
    choice = _first(payload.get("choices"))
    message = choice.get("message")
    if not isinstance(message, Mapping):
        return Problem(Fault.UNUSABLE, "an answer without a message", usage=usage)
    finish = str(choice.get("finish_reason") or "stop").lower()
    finish = _FINISH.get(finish, finish)
    if finish in _FILTERS:
        return Problem(Fault.FILTERED, f"finish_reason {finish}", usage=usage)
    text = _content(message)
    if finish != "length" and not without_thoughts(text):
        reasoned = message.get("reasoning_content") or message.get("reasoning") or text
        return Problem(Fault.UNUSABLE, "reasoning without an answer" if reasoned else "an empty answer", usage=usage)
    return Answer(text, finish, str(payload.get("model") or model), usage)


def read_usage(usage: object) -> Usage:
    """What one call cost. `None` where the endpoint does not say."""
    if not isinstance(usage, Mapping):
        return Usage(1, None, None, None)
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    cached = cached if cached is not None else usage.get("prompt_cache_hit_tokens")  # DeepSeek
    return Usage(1, _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached))


class StreamReader:
    """Puts the chunks of a stream together again into the payload that is not streamed."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._reasoned = False
        self._finish: str | None = None
        self._usage: object = None
        self._model: str | None = None

    def take(self, chunk: Mapping[str, Any]) -> None:
        self._model = chunk.get("model") or self._model
        self._usage = chunk.get("usage") or self._usage
        choice = _first(chunk.get("choices"))
        delta = choice.get("delta")
        if isinstance(delta, Mapping):
            self._texts.append(_content(delta))
            self._reasoned = self._reasoned or bool(delta.get("reasoning_content") or delta.get("reasoning"))
        self._finish = choice.get("finish_reason") or self._finish

    def answer(self, model: str) -> Answer | Problem:
        """A stream that ends without a `finish_reason` was broken off: no error comes with it."""
        if self._finish is None:
            said = "a stream that ended early" if self._texts else "an empty stream"
            return Problem(Fault.UNUSABLE, said, usage=read_usage(self._usage))
        message = {"content": "".join(self._texts), "reasoning_content": self._reasoned}
        choices = [{"message": message, "finish_reason": self._finish}]
        return read_payload({"choices": choices, "usage": self._usage, "model": self._model}, model)


def _content(message: Mapping[str, Any]) -> str:
    """Text, or a list of parts; a refusal in a field of its own counts as what was said."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) and content else str(message.get("refusal") or "")


def _first(values: object) -> Mapping[str, Any]:
    value = values[0] if isinstance(values, list) and values else None
    return value if isinstance(value, Mapping) else {}


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _what_came_instead(body: str) -> str:
    start = body.lstrip()[:200].lower()
    if not start:
        return "an empty body"
    return "HTML instead of JSON" if start.startswith(("<!doctype", "<html", "<head", "<?xml")) else "broken JSON"


# --- refusals ---------------------------------------------------------------------------------------------------------

_QUOTA = re.compile(
    r"insufficient[ _](?:quota|balance|credit|funds)|exceeded your current quota|arrearage|billing[ _](?:hard|not)"
    r"|freetieronly|out of credits|余额不足|欠费"
)
_MODEL = re.compile(
    r"model[ _]not[ _](?:found|exist)"
    r"|model[^.]{0,120}(?:does not exist|not found|not exist|is not available|not supported)"
    r"|(?:unknown|invalid|no such) model|unsupported_model|not a valid model"
)
_CONTEXT = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length|context (?:size|window|length)"
    r"|prompt is too long|range of input length|input (?:is )?too long|too many (?:input )?tokens"
    r"|string_above_max_length"
)
_CONTEXT_LENGTH = re.compile(
    r"(?:maximum context length|context (?:size|window|length)|range of input length)\D{0,40}?(?:\[1, ?)?(\d{3,7})"
    r"|n_ctx\"?\D{0,3}(\d{3,7})"
)
_LIMIT = re.compile(r"max_(?:completion_|output_|new_)?tokens")
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|does ?n[o']t support|unrecognized|unknown|unexpected|not permitted|not allowed"
    r"|extra (?:inputs|fields)"
    r"|only the default|deprecated|invalid parameter|removed"
)
_HIGHEST = re.compile(r"(?:at most|less than or equal to|<=|maximum(?: value)? (?:is|of|allowed)|\[\d+, ?)\s*(\d{2,7})")
_STREAM_ONLY = re.compile(
    r"only support[s]?\b[^.]{0,20}stream|stream[^.]{0,20}(?:must be|should be|set to) true|streaming is required"
)
_FILTERED = re.compile(
    r"content_filter|data_inspection_failed|content_policy|content management policy|inappropriate content"
    r"|requires moderation|input was flagged"
)


def read_problem(status: int | None, body: str) -> Problem:
    """What a refusal means. `status` is None where the endpoint answered 200 and put an error into the body."""
    said, codes = _said(body)
    text = " ".join((*codes, said)).lower()
    fault = _fault(status, text)
    number = None
    if fault is Fault.CONTEXT:
        number = _number(_CONTEXT_LENGTH.search(body.lower()))
    elif fault is Fault.LIMIT_TOO_HIGH:
        number = _number(_HIGHEST.search(text))
    return Problem(fault, said or "no explanation", status, number)


def _fault(status: int | None, text: str) -> Fault:
    if status == 402 or _QUOTA.search(text):
        return Fault.QUOTA
    if status == 401 or "invalid_api_key" in text or "authentication_error" in text:
        return Fault.KEY
    if status in (429, 503, 529) or "overloaded" in text or "rate_limit" in text:
        return Fault.BUSY
    if _FILTERED.search(text):
        return Fault.FILTERED
    if status in (None, 400, 413, 422, 500) and (_CONTEXT.search(text) or status == 413):
        return Fault.CONTEXT
    if status in (None, 400, 422) and (part := _fault_of_request(text)):
        return part
    if status in (None, 400, 403, 404, 422) and _MODEL.search(text):
        return Fault.MODEL
    if status == 403:
        return Fault.KEY
    if status in (404, 405):
        return Fault.ADDRESS
    return Fault.BROKEN if status is None or status >= 500 or status in (408, 409, 425) else Fault.REQUEST


def _fault_of_request(text: str) -> Fault | None:
    """Which parameter of the request was not liked."""
    if _STREAM_ONLY.search(text):
        return Fault.STREAM_ONLY
    if "stream_options" in text:
        return Fault.STREAM_OPTIONS
    if _LIMIT.search(text):
        return Fault.LIMIT_NAME if _UNSUPPORTED.search(text) and not _HIGHEST.search(text) else Fault.LIMIT_TOO_HIGH
    return Fault.TEMPERATURE if "temperature" in text else None


def _said(body: str) -> tuple[str, tuple[str, ...]]:
    """The message and the codes of an error body, in whichever of the known shapes."""
    try:
        payload = json.loads(body)
    except ValueError:
        return _what_came_instead(body) if body.lstrip().startswith("<") else body.strip(), ()
    error: object = payload
    for name in ("error", "detail"):
        if isinstance(error, Mapping) and error.get(name):
            error = error[name]
    if not isinstance(error, Mapping):
        return (error if isinstance(error, str) else json.dumps(error)), ()
    codes = tuple(str(error[name]) for name in ("code", "type", "param") if error.get(name) is not None)
    return str(error.get("message") or error.get("msg") or ""), codes


def _status_in(payload: Mapping[str, Any]) -> int | None:
    """The status that an error body with status 200 claims (OpenRouter: `error.code` is 429)."""
    error = payload.get("error")
    code = error.get("code", error.get("status")) if isinstance(error, Mapping) else None
    known = isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600
    return code if known else None


def _number(match: re.Match[str] | None) -> int | None:
    return next((int(group) for group in match.groups() if group), None) if match else None


def retry_after_seconds(headers: Iterable[tuple[str, str]], now_epoch_seconds: float) -> float | None:
    """`retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). None: absent or unreadable."""
    values = {name.lower(): value.strip() for name, value in headers}
    try:
        if "retry-after-ms" in values:
            return max(0.0, float(values["retry-after-ms"]) / 1000)
        if "retry-after" not in values:
            return None
        if re.fullmatch(r"\d+(?:\.\d+)?", values["retry-after"]):
            return float(values["retry-after"])
        return max(0.0, parsedate_to_datetime(values["retry-after"]).timestamp() - now_epoch_seconds)
    except ValueError:
        return None
