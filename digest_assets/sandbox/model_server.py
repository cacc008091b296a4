"""A small OpenAI-compatible server on loopback that answers at once, and misbehaves on request.

It answers chat completions (streamed and not), embeddings, models, files and batches. A request that holds
`<background>` asks for a reading, one with `<g1>` for an overview, one with `<verdicts>` for a second reader's word,
one with `<gist>` and no `<translation>` for a gist, any other for a translation. For invented papers, recognised by
abstract or title, it gives what was written by hand in Chinese; for others, and in Japanese and English, what keeps all
that has to be kept (`generic_answers`).
Dialects and faults are those that endpoints in the field have: see the functions that make them.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from digest_assets.sandbox.citing import cited, numbered_paragraphs, without_numbers
from digest_assets.sandbox.generic_answers import fields_in, generic_pieces, generic_reading, generic_translation
from digest_assets.sandbox.manners import Manners
from digest_assets.sandbox.manuscript import Chinese
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets.sandbox.second_reading import second_reading
from digest_assets.sandbox.serving import Fault, HttpAnswer, LoopbackServer, send_answer, status

_JSON = "application/json"
_CREATED = 1_700_000_000
_CACHE_BLOCK = 512
"""Characters a block of the prefix cache: about 128 tokens, as providers cache in."""
_SHORTEST_CACHED_BLOCKS = 8
"""Providers cache from about 1024 tokens on."""

_MARKED = re.compile(r"^<<<+[^\n]*\n(.*?)^>>>+", re.MULTILINE | re.DOTALL)
_HEADS = {
    "ja": re.compile(r"^(?:要旨|グループ)[:：]\s*$", re.MULTILINE),
    "en": re.compile(r"^(?:Abstract|Groups):\s*$", re.MULTILINE),
}
"""What stands above the abstract, or above a day's groups, where the prompt is not Chinese."""
_ABSTRACT = re.compile(r"^(?:摘要|要旨|Abstract)[:：]\s*$", re.MULTILINE)
_LABEL = re.compile(r"^(?:正文|本文|Body)[:：]\s*$", re.MULTILINE)

READING = "reading"
TRANSLATION = "translation"
GIST = "gist"
OVERVIEW = "overview"
VERDICTS = "verdicts"
EMBEDDINGS = "sandbox-embeddings"
"""The model that gives vectors."""
_DIMENSIONS = 256
_GROUP = re.compile(r"^<g(\d+)>[^\n]*\n(.*?)(?=^<g\d+>|\Z)", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(r"^\[([^\]]+)\] (.+)$", re.MULTILINE)
_SAID_AT_MOST = 3
"""Papers that the sentence of a group names."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the model before it is put into JSON."""

    content: str
    prompt_tokens: int
    cached_tokens: int
    reasoning: str | None = None
    finish_reason: str = "stop"
    with_usage: bool = True

    @property
    def answer_tokens(self) -> int:
        return estimated_tokens(self.content) + estimated_tokens(self.reasoning or "")


@dataclass(frozen=True, slots=True)
class ReplyFault(Fault):
    """A fault in what the model says, whatever way it is sent."""

    alter: Callable[[Reply], Reply] = lambda reply: reply


def reply_fault(name: str, alter: Callable[[Reply], Reply]) -> ReplyFault:
    """The reply altered by a function: for damaged answers."""
    return ReplyFault(name, lambda answer: answer, alter)


def says(content: str) -> ReplyFault:
    """Another answer: a refusal, a preamble, nonsense."""
    return reply_fault("says something else", lambda reply: replace(reply, content=content))


def empty_answer() -> ReplyFault:
    return reply_fault("empty answer", lambda reply: replace(reply, content=""))


def cut(share: float = 0.5) -> ReplyFault:
    """The answer stops in the middle with finish_reason `length`."""

    def shorten(reply: Reply) -> Reply:
        return replace(reply, content=reply.content[: int(len(reply.content) * share)], finish_reason="length")

    return reply_fault("finish_reason length", shorten)


def thinks_aloud(thought: str = "Let me think about the numbers 1, 2 and 3.") -> ReplyFault:
    """`<think>` before the answer, as reasoning models without a parser have it."""
    return reply_fault(
        "<think>", lambda reply: replace(reply, content=f"<think>\n{thought}\n</think>\n\n{reply.content}")
    )


def reasons(thought: str = "Let me think about the numbers 1, 2 and 3.") -> ReplyFault:
    """`reasoning_content` beside the answer."""
    return reply_fault("reasoning_content", lambda reply: replace(reply, reasoning=thought))


def slips(right: str, wrong: str) -> ReplyFault:
    """The model says `wrong` for `right`, each time that it is asked."""
    return reply_fault("slips", lambda reply: replace(reply, content=reply.content.replace(right, wrong)))


def wraps(before: str = "```markdown\n", after: str = "\n```") -> ReplyFault:
    """Something around the answer: a fence, a heading, a word to the reader."""
    return reply_fault("wraps", lambda reply: replace(reply, content=f"{before}{reply.content}{after}"))


def without_evidence() -> ReplyFault:
    """A reading that does not say what it rests on, as models do that do not follow so far."""
    return reply_fault(
        "no evidence", lambda reply: replace(reply, content=re.sub(r"(?:\[\d+\])+(?=\W)", "", reply.content))
    )


def without_usage() -> ReplyFault:
    return reply_fault("no usage", lambda reply: replace(reply, with_usage=False))


def rate_limited(retry_after: float | None = None) -> Fault:
    return _refusal(429, "Rate limit reached for requests", "rate_limit_error", "rate_limit_exceeded", retry_after)


def insufficient_quota() -> Fault:
    return _refusal(
        429, "You exceeded your current quota, please check your plan.", "insufficient_quota", "insufficient_quota"
    )


def payment_required() -> Fault:
    """The same at other vendors."""
    return _refusal(402, "Insufficient Balance", "unknown_error", "invalid_request_error")


def server_error(code: int = 500) -> Fault:
    return _refusal(code, "The server had an error while processing your request.", "server_error", None)


def context_length_exceeded(limit: int = 8192, asked: int = 20_000) -> Fault:
    """The prompt is too long, in OpenAI's words."""
    return _refusal(400, _context_message(limit, asked), "invalid_request_error", "context_length_exceeded")


def exceed_context_size(limit: int = 8192, asked: int = 20_000) -> Fault:
    """The prompt is too long, in llama.cpp's words: `code` is an integer."""
    return Fault("exceed_context_size_error", lambda _: _llama_context_error(limit, asked))


def error_in_200() -> Fault:
    """Status 200 and an error in the body, as gateways do."""
    body = json.dumps({"error": {"message": "upstream timed out", "code": 504}})
    return replace(status(200, body, media_type=_JSON), name="200 with an error")


def web_page() -> Fault:
    """A page for people where JSON was due: a wrong base URL, a captive portal."""
    return replace(status(200, "<!doctype html><html><body>Welcome</body></html>"), name="web page")


def stream_ends_early(share: float = 0.5) -> Fault:
    """A stream that stops, without finish_reason, without [DONE], without an error."""

    def shorten(answer: HttpAnswer) -> HttpAnswer:
        return replace(answer, chunks=answer.chunks[: max(1, int(len(answer.chunks) * share))])

    return Fault("stream ends early", shorten)


def _refusal(code: int, message: str, kind: str, name: str | None, retry_after: float | None = None) -> Fault:
    body = json.dumps({"error": {"message": message, "type": kind, "param": None, "code": name}})
    fault = status(code, body, media_type=_JSON, retry_after=retry_after)
    return replace(fault, name=name or kind)


def _context_message(limit: int, asked: int) -> str:
    return (
        f"This model's maximum context length is {limit} tokens. However, your messages resulted in {asked} tokens. "
        "Please reduce the length of the messages."
    )


def _llama_context_error(limit: int, asked: int) -> HttpAnswer:
    error = {
        "code": 400,
        "message": "the request exceeds the available context size, try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": asked,
        "n_ctx": limit,
    }
    return HttpAnswer(400, json.dumps({"error": error}).encode(), _JSON)


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request, as the server saw it."""

    route: str
    """chat, embeddings, models, files, batches, or nothing for an unknown path."""
    path: str
    body: Mapping[str, Any]
    kind: str | None
    """READING, TRANSLATION, GIST, OVERVIEW or VERDICTS, for chat completions."""
    status: int
    fault: str | None
    started: float
    """`time.monotonic()` when it came."""
    in_flight: int
    """How many chat completions were being answered when it came, itself included."""
    is_given: bool = False
    """Whether a provider would bill it."""


class SandboxModel(LoopbackServer):
    """A context manager.

    `api_key=None` asks for no key. `max_concurrency`: more requests at once are refused with 429 and Retry-After.
    `context_tokens`: longer prompts are refused, in llama.cpp's dialect with `llama_errors`. `refused_parameters`:
    names of request parameters that are answered by 400 (`max_tokens` names `max_completion_tokens` as the cure).
    """

    def __init__(
        self,
        papers: Iterable[SandboxPaper] = (),
        *,
        model: str = "sandbox-zh",
        api_key: str | None = "sandbox-key",
        latency_seconds: float = 0,
        max_concurrency: int | None = None,
        context_tokens: int = 128_000,
        llama_errors: bool = False,
        refused_parameters: Iterable[str] = (),
        batch_polls: int = 1,
    ) -> None:
        super().__init__()
        self.model = model
        self.others: tuple[str, ...] = ()
        """Further models that it serves, with the same answers."""
        self.api_key = api_key
        self.latency_seconds = latency_seconds
        self.max_concurrency = max_concurrency
        self.context_tokens = context_tokens
        self.llama_errors = llama_errors
        self.refused_parameters = frozenset(refused_parameters)
        self.batch_polls = batch_polls
        """How often a batch is found unfinished before it is done."""
        self.batch_ending = "completed"
        """How batches end: `expired` and `cancelled` leave half of their requests unanswered, `failed` all."""
        self.enqueued_requests: int | None = None
        """More requests than this in one batch fail it, for want of room."""
        self.largest_file: int | None = None
        """Bytes; a larger one is refused with 413."""
        self.takes_metadata = True
        """Whether a batch may carry metadata at all: Zhipu's may not."""
        self.keeps_metadata = True
        """Whether batches show the metadata that they were given."""
        self.batches_unknown_until = float("-inf")
        """By its clock: until then it answers 404 to who asks after a batch."""
        self.manners: Manners | None = None
        """How it behaves at its limits (`manners.PLAYS`). None: it has none."""
        self.clock = time.monotonic
        """Seconds; a test on a virtual clock brings its own."""
        self.requests: list[ModelRequest] = []
        self.calls: Counter[str] = Counter()
        """Answers given, by kind."""
        self.most_in_flight = 0
        self._written = _written(papers)
        self._in_flight = 0
        self._seen_blocks: set[int] = set()
        self._files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        """Those that were begun, by id."""
        self._lock = threading.Lock()

    @property
    def base_url(self) -> str:
        return f"{self.address}/v1"

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path, started = request.url.path.rstrip("/"), self.clock()
        route = {"/v1/chat/completions": "chat", "/v1/models": "models", "/v1/embeddings": "embeddings"}.get(path, "")
        route = route or next((name for name in ("files", "batches", "models") if f"/v1/{name}" in path), "")
        self._in_flight += route == "chat"
        in_flight = self._in_flight
        self.most_in_flight = max(self.most_in_flight, in_flight)
        try:
            body = await request.body()
            parsed = _json(body)
            fault = self.faults.take(route, path + body.decode("utf-8", "replace"))
            answer = self._refuse_key(request) or (
                self._chat(parsed, fault, in_flight) if route == "chat" else self._other(request, path, body, parsed)
            )
            answer = fault.change(answer) if fault else answer
            with self._lock:
                kind = _kind(parsed) if route == "chat" else None
                code = answer.status if answer.arriving_share > 0 else 0
                name = fault.name if fault else None
                given = kind is not None and _is_given(answer)
                self.requests.append(ModelRequest(route, path, parsed, kind, code, name, started, in_flight, given))
                if kind and given:
                    self.calls[kind] += 1
            if route == "chat" and _is_given(answer) and self.latency_seconds:
                await asyncio.sleep(started + self.latency_seconds - self.clock())
            await send_answer(answer, send)
        finally:
            self._in_flight -= route == "chat"

    def _refuse_key(self, request: Request) -> HttpAnswer | None:
        if self.api_key is None or request.headers.get("authorization") == f"Bearer {self.api_key}":
            return None
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        shown = f"{given[:4]}***" if given else "(none)"
        return _error(401, f"Incorrect API key provided: {shown}.", "invalid_request_error", "invalid_api_key")

    # Chat completions

    def _chat(self, body: Mapping[str, Any], fault: Fault | None, in_flight: int) -> HttpAnswer:
        if self.max_concurrency is not None and in_flight > self.max_concurrency:
            return rate_limited(retry_after=0.05).change(HttpAnswer())
        refused = self._refuse_parameters(body)
        if refused is not None:
            return refused
        prompt = _prompt(body)
        tokens = estimated_tokens(prompt)
        if self.manners is not None and (refusal := self.manners.refuse(body, tokens, self.clock())) is not None:
            return refusal
        if tokens > self.context_tokens:
            if self.llama_errors:
                return _llama_context_error(self.context_tokens, tokens)
            return context_length_exceeded(self.context_tokens, tokens).change(HttpAnswer())
        reply = Reply(self.reply_to(prompt), tokens, self._cached_tokens(prompt))
        reply = _within(reply, body.get("max_completion_tokens") or body.get("max_tokens"))
        reply = self.manners.alter(body, reply) if self.manners is not None else reply
        if isinstance(fault, ReplyFault):
            reply = fault.alter(reply)
        return self._streamed(body, reply) if body.get("stream") else self._whole(reply)

    def _refuse_parameters(self, body: Mapping[str, Any]) -> HttpAnswer | None:
        if body.get("model") not in (self.model, *self.others):
            message = f"The model `{body.get('model')}` does not exist or you do not have access to it."
            return _error(404, message, "invalid_request_error", "model_not_found")
        if not isinstance(body.get("messages"), list) or not body["messages"]:
            return _error(400, "'messages' must be a non-empty list.", "invalid_request_error", None)
        for name in sorted(self.refused_parameters & set(body)):
            cure = " Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
            message = f"Unsupported parameter: '{name}' is not supported with this model.{cure}"
            return _error(400, message, "invalid_request_error", "unsupported_parameter", name)
        return None

    def reply_to(self, prompt: str) -> str:
        """What a good model says to `prompt`: a reading in its three tags, a translation with its pieces, the pieces
        alone, a sentence for each group of a day, or a verdict on each sentence."""
        kind, language = _kind_of(prompt), language_of(prompt)
        if kind == OVERVIEW:
            return _overview(prompt, language)
        if kind == VERDICTS:
            return second_reading(prompt)
        chinese = self._recognised(prompt) if language == "zh" else None
        if kind == READING:
            parts = _parts(chinese) if chinese else generic_reading(source_text(prompt), language)
            known = numbered_paragraphs(marked_text(prompt))
            tags = ("background", "method", "results")
            return "\n".join(
                f"<{tag}>\n{cited(part, known, language)}\n</{tag}>" for tag, part in zip(tags, parts, strict=True)
            )
        fields = fields_in(prompt)
        said = _pieces(chinese) if chinese else generic_pieces(_title(prompt), source_text(prompt), language, fields)
        written = [f"<{tag}>{piece}</{tag}>" for tag, piece in said.items() if piece and f"<{tag}>" in prompt]
        if kind == GIST:
            return "\n".join(written)
        translation = chinese.translation if chinese else generic_translation(source_text(prompt), language, fields)
        if "<translation>" not in prompt:
            return translation
        return "\n".join([f"<translation>\n{translation}\n</translation>", *written])

    def _recognised(self, prompt: str) -> Chinese | None:
        if not self._written:
            return None
        squeezed = _squeezed(prompt)
        by_abstract = (chinese for abstract, _, chinese in self._written if abstract in squeezed)
        by_title = (chinese for _, title, chinese in self._written if title in squeezed)
        return next(chain(by_abstract, by_title), None)

    def _cached_tokens(self, prompt: str) -> int:
        """Tokens of the prompt's beginning that an earlier prompt began with too, in whole blocks."""
        blocks, seen = [], 0
        for start in range(0, len(prompt) - _CACHE_BLOCK + 1, _CACHE_BLOCK):
            seen = hash((seen, prompt[start : start + _CACHE_BLOCK]))
            blocks.append(seen)
        with self._lock:
            shared = 0
            while shared < len(blocks) and blocks[shared] in self._seen_blocks:
                shared += 1
            self._seen_blocks.update(blocks)
        return estimated_tokens(prompt[: shared * _CACHE_BLOCK]) if shared >= _SHORTEST_CACHED_BLOCKS else 0

    def _whole(self, reply: Reply) -> HttpAnswer:
        message: dict[str, Any] = {"role": "assistant", "content": reply.content, "refusal": None}
        if reply.reasoning is not None:
            message["reasoning_content"] = reply.reasoning
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish_reason}
        body = {**self._head("chat.completion"), "choices": [choice]}
        if reply.with_usage:
            body["usage"] = _usage(reply)
        return _answer(body)

    def _streamed(self, body: Mapping[str, Any], reply: Reply) -> HttpAnswer:
        head = self._head("chat.completion.chunk")

        def event(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
            return _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})

        events = [event({"role": "assistant", "content": ""})]
        if reply.reasoning is not None:
            events.append(event({"reasoning_content": reply.reasoning}))
        events += [event({"content": reply.content[at : at + 24]}) for at in range(0, len(reply.content), 24)]
        events.append(event({}, reply.finish_reason))
        if reply.with_usage and (body.get("stream_options") or {}).get("include_usage"):
            events.append(_event({**head, "choices": [], "usage": _usage(reply)}))
        return HttpAnswer(200, b"", "text/event-stream", chunks=(*events, b"data: [DONE]\n\n"))

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-sandbox", "object": kind, "created": _CREATED, "model": self.model}

    # Models, files, batches

    def _other(self, request: Request, path: str, body: bytes, parsed: Mapping[str, Any]) -> HttpAnswer:
        key = (request.method, re.sub(r"(file|batch)-\d+", "*", path))
        if key == ("GET", "/v1/models"):
            return _answer({"object": "list", "data": [_model(self.model)]})
        if key == ("POST", "/v1/embeddings"):
            return self._embedding(parsed)
        if key == ("POST", "/v1/files"):
            return self._keep_file(_uploaded(body))
        if key in (("GET", "/v1/files/*"), ("GET", "/v1/files/*/content")):
            return self._file(path)
        if key == ("POST", "/v1/batches"):
            return self._open_batch(parsed)
        if "/v1/batches" in path and self.clock() < self.batches_unknown_until:
            return _error(404, "No such Batch object", "invalid_request_error", None)
        if key == ("GET", "/v1/batches"):
            return self._listed_batches(request.query_params.get("after"), int(request.query_params.get("limit", 20)))
        if key in (("GET", "/v1/batches/*"), ("POST", "/v1/batches/*/cancel")):
            return self._batch(path.split("/")[3], cancel=request.method == "POST")
        if path == f"/v1/models/{self.model}":
            return _answer(_model(self.model))
        return _error(404, f"Unknown request URL: {request.method} {path}.", "invalid_request_error", "unknown_url")

    def _embedding(self, body: Mapping[str, Any]) -> HttpAnswer:
        """A vector that is the more like another's, the more words their texts share."""
        text = body.get("input")
        if body.get("model") != EMBEDDINGS:
            return _error(
                404, f"The model `{body.get('model')}` does not exist.", "invalid_request_error", "model_not_found"
            )
        if not isinstance(text, str) or not text:
            return _error(400, "'input' must be a non-empty string.", "invalid_request_error", None)
        vector = [0.0] * _DIMENSIONS
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % _DIMENSIONS] += 1.0
        tokens = estimated_tokens(text)
        return _answer(
            {
                "object": "list",
                "model": EMBEDDINGS,
                "data": [{"object": "embedding", "index": 0, "embedding": vector}],
                "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            }
        )

    def _keep_file(self, content: bytes) -> HttpAnswer:
        if self.largest_file is not None and len(content) > self.largest_file:
            return _error(413, "Request Entity Too Large", "invalid_request_error", None)
        name = f"file-{len(self._files) + 1}"
        self._files[name] = content
        return self._file(f"/v1/files/{name}")

    def _file(self, path: str) -> HttpAnswer:
        name = path.split("/")[3]
        if name not in self._files:
            return _error(404, f"No such File object: {name}", "invalid_request_error", None)
        if path.endswith("/content"):
            return HttpAnswer(200, self._files[name], "application/octet-stream")
        head = {"id": name, "object": "file", "bytes": len(self._files[name]), "created_at": _CREATED}
        return _answer({**head, "filename": f"{name}.jsonl", "purpose": "batch", "status": "processed"})

    def _open_batch(self, body: Mapping[str, Any]) -> HttpAnswer:
        source = str(body.get("input_file_id"))
        if source not in self._files:
            return _error(400, f"No such File object: {source}", "invalid_request_error", None)
        if body.get("metadata") and not self.takes_metadata:
            return _error(422, "metadata is not permitted", "invalid_request_error", None, "metadata")
        lines = [json.loads(line) for line in self._files[source].splitlines() if line.strip()]
        name = f"batch-{len(self.batches) + 1}"
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": body.get("endpoint"),
            "input_file_id": source,
            "completion_window": body.get("completion_window", "24h"),
            "status": "validating",
            "created_at": _CREATED,
            "metadata": body.get("metadata") if self.keeps_metadata else None,
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
            "polls": 0,
            "lines": lines,
        }
        return self._shown(name)

    def _batch(self, name: str, *, cancel: bool) -> HttpAnswer:
        if name not in self.batches:
            return _error(404, f"No such Batch object: {name}", "invalid_request_error", None)
        batch = self.batches[name]
        batch["polls"] += 1
        if batch["status"] in ("validating", "in_progress"):
            batch["status"] = "cancelled" if cancel else "in_progress"
            if not cancel and batch["polls"] > self.batch_polls:
                self._finish(batch)
        return self._shown(name)

    def _listed_batches(self, after: str | None, limit: int) -> HttpAnswer:
        """The newest first, by pages."""
        names = list(reversed(self.batches))
        names = names[names.index(after) + 1 :] if after in names else names
        data = [_json(self._shown(name).body) for name in names[:limit]]
        return _answer({"object": "list", "data": data, "has_more": len(names) > limit})

    def _finish(self, batch: dict[str, Any]) -> None:
        batch["status"] = self.batch_ending
        if self.enqueued_requests is not None and len(batch["lines"]) > self.enqueued_requests:
            full = "Enqueued token limit reached. Please try again once some batches have been completed."
            batch["status"] = "failed"
            batch["errors"] = {"data": [{"code": "token_limit_exceeded", "message": full}]}
            return
        if self.batch_ending == "failed":
            said = {
                "code": "invalid_model",
                "message": "The model cannot be used in a batch.",
                "param": None,
                "line": 1,
            }
            batch["errors"] = {"object": "list", "data": [said]}
            return
        lines = batch["lines"]
        tried = len(lines) if self.batch_ending == "completed" else (len(lines) + 1) // 2
        rows = [self._tried(number, line) for number, line in enumerate(lines[:tried])]
        rows += [self._not_tried(number, line) for number, line in enumerate(lines[tried:], tried)]
        for good, key in ((True, "output_file_id"), (False, "error_file_id")):
            found = [json.dumps(row, ensure_ascii=False) for is_good, row in rows if is_good is good]
            if found:
                batch[key] = _json(self._keep_file("\n".join([*found, ""]).encode()).body)["id"]
        answered = sum(1 for is_good, _ in rows if is_good)
        batch["request_counts"] |= {"completed": answered, "failed": len(rows) - answered}

    def _tried(self, number: int, line: Mapping[str, Any]) -> tuple[bool, dict[str, Any]]:
        fault = self.faults.take("chat", json.dumps(line, ensure_ascii=False))
        answer = self._chat(line["body"], fault, 0)
        answer = fault.change(answer) if fault else answer
        if _is_given(answer):
            self.calls[_kind(line["body"])] += 1
        response = {"status_code": answer.status, "request_id": f"req-{number}", "body": _json(answer.body)}
        row = {"id": f"row-{number}", "custom_id": line["custom_id"], "response": response, "error": None}
        return answer.status == 200, row

    def _not_tried(self, number: int, line: Mapping[str, Any]) -> tuple[bool, dict[str, Any]]:
        error = {"code": f"batch_{self.batch_ending}", "message": "This request could not be executed in time."}
        return False, {"id": f"row-{number}", "custom_id": line["custom_id"], "response": None, "error": error}

    def _shown(self, name: str) -> HttpAnswer:
        return _answer({key: value for key, value in self.batches[name].items() if key not in ("polls", "lines")})


def _is_given(answer: HttpAnswer) -> bool:
    """Whether a provider would bill it: an answer of the model that arrived in full."""
    return (
        answer.status == 200 and answer.arriving_share == 1 and (bool(answer.chunks) or "choices" in _json(answer.body))
    )


def estimated_tokens(text: str) -> int:
    """About what a tokenizer would count: a token a CJK character, one for four other characters."""
    wide = sum(1 for each in text if each > "\u2e7f")
    return wide + (len(text) - wide + 3) // 4


def language_of(prompt: str) -> str:
    """In which language a prompt asks."""
    return next((language for language, head in _HEADS.items() if head.search(prompt)), "zh")


def marked_text(prompt: str) -> str:
    """What stands between the first two marks of a prompt, from the abstract on, with the numbers of paragraphs."""
    marked = _MARKED.search(prompt)
    return "" if marked is None else _LABEL.sub("", _ABSTRACT.split(marked.group(1), maxsplit=1)[-1]).strip()


def source_text(prompt: str) -> str:
    """The English that a prompt is about: what is marked, without the numbers of paragraphs, or, in a prompt without
    marks, every line that is not Chinese."""
    if marked := marked_text(prompt):
        return without_numbers(marked)
    return "\n".join(line for line in prompt.splitlines() if not re.search(r"[\u4e00-\u9fff]", line))


def _written(papers: Iterable[SandboxPaper]) -> list[tuple[str, str, Chinese]]:
    """What a prompt is recognised by (abstract, title; the newest version first), and the answer."""
    return [
        (_squeezed(each.paper.abstract), _squeezed(each.paper.title), each.chinese)
        for each in reversed(tuple(papers))
        if each.chinese is not None
    ]


def _squeezed(text: str) -> str:
    # Prompts may change white space, TeX and punctuation; letters and digits stay.
    return re.sub(r"[\W_]+", "", text).lower()


def _parts(chinese: Chinese) -> tuple[str, str, str]:
    return chinese.background, chinese.method, chinese.results


_TITLE = re.compile(r"^(?:标题|題名|Title)[:：] ?(.*)$", re.MULTILINE)


def _title(prompt: str) -> str:
    found = _TITLE.search(prompt)
    return found.group(1) if found else ""


def _pieces(chinese: Chinese) -> dict[str, str]:
    return {"title": chinese.title, "gist": chinese.gist, "topics": chinese.topics or "none"}


def _overview(prompt: str, language: str) -> str:
    """A sentence a group, made of the gists of its first papers, each with its identifier."""
    marked = _MARKED.search(prompt)
    between, end = ("; ", ".") if language == "en" else ("；", "。")
    written = []
    for number, members in _GROUP.findall(marked.group(1) if marked else ""):
        said = [
            f"{gist.strip().rstrip('。.')} [{identifier}]"
            for identifier, gist in _MEMBER.findall(members)[:_SAID_AT_MOST]
        ]
        written.append(f"<g{number}>{between.join(said)}{end}</g{number}>")
    return "\n".join(written)


def _prompt(body: Mapping[str, Any]) -> str:
    contents = [message.get("content") or "" for message in body.get("messages") or []]
    return "\n".join(
        each if isinstance(each, str) else "".join(part.get("text", "") for part in each) for each in contents
    )


def _kind(body: Mapping[str, Any]) -> str:
    return _kind_of(_prompt(body))


def _kind_of(prompt: str) -> str:
    if "<verdicts>" in prompt:
        return VERDICTS
    if "<background>" in prompt:
        return READING
    if "<g1>" in prompt:
        return OVERVIEW
    return GIST if "<gist>" in prompt and "<translation>" not in prompt else TRANSLATION


def _within(reply: Reply, most_tokens: int | None) -> Reply:
    if not most_tokens or estimated_tokens(reply.content) <= most_tokens:
        return reply
    content = reply.content
    while estimated_tokens(content) > most_tokens:
        content = content[: -max(1, estimated_tokens(content) - most_tokens)]
    return replace(reply, content=content, finish_reason="length")


def _usage(reply: Reply) -> dict[str, Any]:
    thought, answer = estimated_tokens(reply.reasoning or ""), reply.answer_tokens
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": answer,
        "total_tokens": reply.prompt_tokens + answer,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


def _answer(body: Mapping[str, Any]) -> HttpAnswer:
    return HttpAnswer(200, json.dumps(body, ensure_ascii=False).encode(), _JSON)


def _event(body: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def _error(code: int, message: str, kind: str, name: str | None, parameter: str | None = None) -> HttpAnswer:
    error = {"message": message, "type": kind, "param": parameter, "code": name}
    return HttpAnswer(code, json.dumps({"error": error}).encode(), _JSON)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "sandbox"}


def _json(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _uploaded(body: bytes) -> bytes:
    """The file in a multipart body."""
    boundary = body.split(b"\r\n", 1)[0]
    for part in body.split(boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b"filename=" in head:
            return content.removesuffix(b"\r\n")
    return b""
