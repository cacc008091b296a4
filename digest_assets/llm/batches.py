"""Batches: many requests in one file, answered within a day, for half the price at providers that have them. Pure.

`/v1/files` takes a file of JSON lines, `/v1/batches` works on it, and its answers are two more files of lines, in any
order, each with the `custom_id` of its request: here the answer's key (https://platform.openai.com/docs/guides/batch).
A request that was not answered is in the file of errors, or in none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from digest_assets.errors import redact
from digest_assets.llm.answers import Answer
from digest_assets.llm.completions import read_payload
from digest_assets.llm.prompts import Prompt
from digest_assets.llm.providers import BatchFacts
from digest_assets.llm.refusals import Problem, read_problem

WINDOW: Final = "24h"
SUBMISSION = "submission_id"
"""The name, in a batch's metadata, of the id that we gave it before it began."""

_FILE_SHARE = 950_000
"""Bytes of each megabyte that a file may have: a little is left for the form around it."""
_ENQUEUED = re.compile(r"enqueued|token_limit_exceeded|queue[^.]{0,20}(?:limit|full)")
_ENDED = frozenset({"completed", "failed", "expired", "cancelled", "canceled"})
_NOT_ANSWERED = frozenset({"batch_expired", "batch_cancelled", "batch_canceled"})


class BatchBroken(Exception):
    """What came is not what it should be: cut off, or a page for people."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the endpoint shows it."""

    batch_id: str
    status: str
    """In the endpoint's words."""
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    submission_id: str | None = None
    said: str | None = None
    """Why it failed."""
    total: int | None = None
    """How many requests it holds; None where that is not said."""

    @property
    def has_ended(self) -> bool:
        return self.status in _ENDED

    @property
    def has_failed(self) -> bool:
        """It was refused as a whole: nothing of it was tried, and nothing is billed."""
        return self.status == "failed"

    @property
    def waits_for_room(self) -> bool:
        """It was refused because too much is under way: less at once, and later, may be taken."""
        return self.has_failed and _ENQUEUED.search((self.said or "").lower()) is not None

    @property
    def is_complete(self) -> bool:
        """Every request was tried, so that each has a line."""
        return self.status == "completed"


class Unanswered(Enum):
    """A request that a batch never came to."""

    NOT_TRIED = "not tried"


Result = Answer | Problem | Unanswered


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One request of a batch."""

    key: str
    """Of its answer (`keys.py`)."""
    kind: str
    """`translation` or `reading`."""
    identifier: str
    version: int
    prompt: Prompt


def line(request: BatchRequest, body: Mapping[str, Any], path: str) -> bytes:
    """The line of a request in a file. `path`: of chat completions, as the provider names it."""
    row = {"custom_id": request.key, "method": "POST", "url": path, "body": body}
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def parts(
    requests: Sequence[BatchRequest], size: Callable[[BatchRequest], int], facts: BatchFacts, most: int | None = None
) -> list[list[BatchRequest]]:
    """`requests` in as many files as the provider's limits ask for. `size`: of a request's line in bytes; `most`: of
    requests in one file, where that was learned."""
    largest = facts.megabytes * _FILE_SHARE if facts.megabytes else None
    longest = min((each for each in (facts.requests, most) if each), default=len(requests))
    found: list[list[BatchRequest]] = []
    filled = 0.0
    for request in requests:
        needed = size(request)
        if not found or len(found[-1]) >= longest or (largest and filled + needed > largest):
            found.append([])
            filled = 0.0
        found[-1].append(request)
        filled += needed
    return found


def read_id(body: str) -> str:
    """The id in an answer of `/v1/files`. Raises `BatchBroken`."""
    found = _object(body).get("id")
    if not isinstance(found, str) or not found:
        raise BatchBroken("an answer without an id")
    return found


def read_batch(body: str) -> Batch:
    """One batch. Raises `BatchBroken`."""
    return _batch(_object(body))


def read_batches(body: str) -> tuple[list[Batch], str | None]:
    """A page of the list of batches, and what the next page begins after (None: it is the last). Raises
    `BatchBroken`."""
    payload = _object(body)
    data = payload.get("data")
    if not isinstance(data, list):
        raise BatchBroken("a list of batches without data")
    found = [_batch(each) for each in data if isinstance(each, Mapping)]
    return found, found[-1].batch_id if payload.get("has_more") and found else None


def read_results(text: str, model: str) -> dict[str, Result]:
    """The lines of a file of answers or of errors, by key. Raises `BatchBroken` for a line that is none: the file was
    cut off on its way, and what it lacks is paid for."""
    return dict(_result(_object(line), model) for line in text.split("\n") if line.strip())


def _result(row: Mapping[str, Any], model: str) -> tuple[str, Result]:
    key = row.get("custom_id")
    if not isinstance(key, str):
        raise BatchBroken("a line without its custom_id")
    error, response = row.get("error"), row.get("response")
    if isinstance(error, Mapping) and error.get("code") in _NOT_ANSWERED:
        return key, Unanswered.NOT_TRIED
    if not isinstance(response, Mapping):
        return key, read_problem(None, json.dumps({"error": error or "no response"}))
    status, body = response.get("status_code"), response.get("body")
    if status == 200:
        return key, read_payload(body, model)
    return key, read_problem(status if isinstance(status, int) else None, json.dumps(body or {"error": error}))


def _batch(payload: Mapping[str, Any]) -> Batch:
    batch_id, status = payload.get("id"), payload.get("status")
    if not isinstance(batch_id, str) or not isinstance(status, str):
        raise BatchBroken("an answer without id and status of the batch")
    metadata, counts = payload.get("metadata"), payload.get("request_counts")
    total = counts.get("total") if isinstance(counts, Mapping) else None
    return Batch(
        batch_id=batch_id,
        status=redact(status.lower()),
        input_file_id=_text(payload.get("input_file_id")),
        output_file_id=_text(payload.get("output_file_id")),
        error_file_id=_text(payload.get("error_file_id")),
        submission_id=_text(metadata.get(SUBMISSION)) if isinstance(metadata, Mapping) else None,
        said=_errors(payload.get("errors")),
        total=total if isinstance(total, int) else None,
    )


def _errors(errors: object) -> str | None:
    data = errors.get("data") if isinstance(errors, Mapping) else errors
    if not isinstance(data, list):
        return None
    told = [
        [str(each[name]) for name in ("code", "message") if each.get(name)]
        for each in data
        if isinstance(each, Mapping)
    ]
    said = [redact(": ".join(each)) for each in told]
    return "; ".join(dict.fromkeys(said)) or None


def _object(text: str) -> Mapping[str, Any]:
    try:
        payload = json.loads(text)
    except ValueError:
        raise BatchBroken("something that is not JSON") from None
    if not isinstance(payload, Mapping):
        raise BatchBroken("JSON that is not an object")
    return payload


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
