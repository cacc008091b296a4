"""Answers of chat completions, whole or streamed, read into one vocabulary. Pure: bodies in, answers and problems out.

What is good is a list: an answer that ended in a way which is not on it is no answer. Errors come with status 200, as
`error`, as `{code, msg}`, as MiniMax's `base_resp`; usage may be missing or lie in odd places; a stream carries
comments, heartbeats of any shape, or is no stream at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from digest_assets.llm.answers import Answer, without_thoughts
from digest_assets.llm.providers import UNKNOWN, Provider
from digest_assets.llm.refusals import Problem, Refusal, read_problem, what_came_instead
from digest_assets.markup.characters import whole
from digest_assets.model import Usage

_GOOD = frozenset(
    {"stop", "eos", "eos_token", "end_turn", "end_of_turn", "stop_sequence", "stop_token", "complete", "completed",
     "normal", "finish_reason_stop"}
)  # fmt: skip
"""How an answer ends that is whole. Nothing else counts as an end, whatever it may mean."""
_CUT = frozenset(
    {"length", "max_tokens", "max_length", "model_length", "max_output_tokens", "finish_reason_max_tokens",
     "model_context_window_exceeded"}
)  # fmt: skip
_FILTERS = frozenset({"content_filter", "sensitive", "safety", "recitation", "prohibited_content"})
_SENTENCE_END = re.compile(r"[。．.！!？?」』”\"’'）)\]}$…]\s*$")
_LAST_TAG = re.compile(r"</([A-Za-z_]\w*?)\d*>\s*$")
_WELL = ("0", "200", "success", "ok", "none", "")


def read_answer(body: str, model: str, provider: Provider = UNKNOWN, last_tag: str | None = None) -> Answer | Problem:
    """The answer in the body of a response with status 200, or what is wrong with it. `model` is the one asked for,
    `last_tag` the one with which the answer has to end (`Prompt.last_tag`)."""
    try:
        payload = json.loads(body.lstrip("\ufeff"))
    except ValueError:
        return Problem(Refusal.UNUSABLE, what_came_instead(body))
    return read_payload(payload, model, provider, last_tag)


def read_payload(
    payload: object, model: str, provider: Provider = UNKNOWN, last_tag: str | None = None
) -> Answer | Problem:
    """As `read_answer`, for a body that is parsed."""
    if not isinstance(payload, Mapping):
        return Problem(Refusal.UNUSABLE, "JSON that is not an object")
    choice = _first(payload.get("choices"))
    usage = read_usage(payload.get("usage") or choice.get("usage"))
    if (refused := error_in(payload, model, provider)) is not None:
        return refused
    message = choice.get("message")
    if not isinstance(message, Mapping):
        said = "no choices" if not payload.get("choices") else "an answer without a message"
        return Problem(Refusal.UNUSABLE, said + _words_in(payload), usage=usage)
    text, model = whole(_content(message)), whole(str(payload.get("model") or model))
    finish = str(choice.get("finish_reason") or "").lower()
    if finish in _FILTERS:
        return Problem(Refusal.FILTERED, f"finish_reason {finish}", usage=usage, rests_on=f"finish_reason {finish}")
    if finish in _CUT:
        return Answer(text, "length", model, usage)
    if finish not in _GOOD and (finish or not _has_end(text, last_tag)):
        said = f"an answer that ended with finish_reason {finish}" if finish else "an answer without an end"
        return Problem(Refusal.BROKEN_OFF if text else Refusal.UNUSABLE, said, usage=usage)
    if not without_thoughts(text):
        reasoned = message.get("reasoning_content") or message.get("reasoning") or text
        return Problem(Refusal.UNUSABLE, "reasoning without an answer" if reasoned else "an empty answer", usage=usage)
    return Answer(text, "stop", model, usage)


def _has_end(text: str, last_tag: str | None) -> bool:
    """Whether an answer is whole, where nothing else says so: its last tag is there, or a sentence has ended."""
    tag = _LAST_TAG.search(text)
    if tag is None:
        return bool(_SENTENCE_END.search(text))
    return last_tag is None or tag[1].lower() == last_tag.lower()


def read_usage(usage: object) -> Usage:
    """What one call cost. `None` where the endpoint does not say."""
    if not isinstance(usage, Mapping):
        return Usage(1, None, None, None)
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    cached = cached if cached is not None else usage.get("prompt_cache_hit_tokens")  # DeepSeek
    cached = cached if cached is not None else usage.get("cached_tokens")  # Moonshot
    return Usage(1, _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached))


def is_all_thought(answer: Answer) -> bool:
    """Whether a cut answer holds thoughts and nothing else."""
    return answer.finish_reason == "length" and not without_thoughts(answer.text)


class StreamReader:
    """Puts a stream together again into the payload that is not streamed: a line at a time (`take_line`)."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._reasoned = False
        self._finish: str | None = None
        self._usage: object = None
        self._model: str | None = None
        self._done = False
        self._plain: list[str] = []
        """Lines of a body that is no stream."""
        self._begun = ""
        """Data whose JSON goes on in the next line of its event."""
        self._broken = False
        self._error: Mapping[str, Any] | None = None
        self.kept = 0
        """How many characters are kept of what came."""

    def take_line(self, line: str) -> None:
        """Comments, names of events and heartbeats of any shape are passed over."""
        name, colon, value = line.lstrip("\ufeff").partition(":")
        if name == "data" and colon:
            self._take_data(value.strip())
        elif not line.strip():
            self._broken, self._begun = self._broken or bool(self._begun), ""
        elif name not in ("", "event", "id", "retry"):
            self._plain.append(line)
            self.kept += len(line)

    def _take_data(self, data: str) -> None:
        if data == "[DONE]":
            self._done = True
            return
        try:
            chunk = json.loads(self._begun + data)
        except ValueError:
            if self._begun or data.startswith(("{", "[{")):
                self._begun += data
                self.kept += len(data)
            return
        self._begun = ""
        if isinstance(chunk, Mapping):
            self._take(chunk)

    def _take(self, chunk: Mapping[str, Any]) -> None:
        if self._error is None and chunk.get("choices") is None and _claims_error(chunk):
            self._error = chunk
        elif chunk.get("error"):
            self._error = self._error or chunk
        self._model = chunk.get("model") or self._model
        choice = _first(chunk.get("choices"))
        self._usage = chunk.get("usage") or choice.get("usage") or self._usage
        delta = choice.get("delta") or choice.get("message")
        if isinstance(delta, Mapping):
            self._texts.append(_content(delta))
            self.kept += len(self._texts[-1])
            self._reasoned = self._reasoned or bool(delta.get("reasoning_content") or delta.get("reasoning"))
        self._finish = choice.get("finish_reason") or self._finish

    def answer(self, model: str, provider: Provider = UNKNOWN, last_tag: str | None = None) -> Answer | Problem:
        """What the stream held. One without a `finish_reason` and without `[DONE]` was broken off: no error says so."""
        if self._plain and not self._texts:
            return read_answer("\n".join(self._plain), model, provider, last_tag)
        if self._error is not None:
            return read_payload(dict(self._error), model, provider)
        usage, broken_off = read_usage(self._usage), Refusal.BROKEN_OFF if any(self._texts) else Refusal.UNUSABLE
        if self._broken or self._begun:
            return Problem(broken_off, "a broken stream", usage=usage)
        if self._finish is None and not self._done:
            said = "a stream that ended early" if self._texts else "an empty stream"
            return Problem(broken_off, said, usage=usage)
        message = {"content": "".join(self._texts), "reasoning_content": self._reasoned}
        choices = [{"message": message, "finish_reason": self._finish}]
        payload = {"choices": choices, "usage": self._usage, "model": self._model}
        return read_payload(payload, model, provider, last_tag)


def _claims_error(payload: Mapping[str, Any]) -> bool:
    """Whether a body with status 200 is an error in one of the shapes that carry a number and words."""
    base = payload.get("base_resp")
    if isinstance(base, Mapping):
        return str(base.get("status_code", 0)) not in _WELL
    if payload.get("error") or payload.get("errors"):
        return True
    code = payload.get("code", payload.get("status_code"))
    has_words = any(payload.get(name) for name in ("msg", "message", "detail"))
    return has_words and str(code if code is not None else "").lower() not in _WELL


def error_in(payload: Mapping[str, Any], model: str, provider: Provider) -> Problem | None:
    if not _claims_error(payload) or (payload.get("choices") and not payload.get("error")):
        return None
    return read_problem(_status_in(payload), json.dumps(payload), provider=provider, model=model)


def _words_in(payload: Mapping[str, Any]) -> str:
    """What a body says where it says nothing else."""
    said = next((payload[name] for name in ("message", "msg", "detail") if isinstance(payload.get(name), str)), "")
    return f": {said[:200]}" if said else ""


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


def _status_in(payload: Mapping[str, Any]) -> int | None:
    """The status that an error body with status 200 claims (OpenRouter: `error.code` is 429)."""
    error = payload.get("error")
    for each in (error, payload):
        code = each.get("code", each.get("status")) if isinstance(each, Mapping) else None
        if isinstance(code, str) and code.isdigit():
            code = int(code)
        if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600:
            return code
    return None
