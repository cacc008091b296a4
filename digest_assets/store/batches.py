"""Batches that were handed in, so that none is handed in twice: `model_batches`, `model_batch_requests`.

A row is there before the endpoint hears of it. What a kill leaves behind tells how far it came: without
`input_file_id` the batch cannot have begun, without `batch_id` it is looked for at the endpoint, with both it is
waited for; `collected_at` says that its answers are rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.llm.answers import Answer
from digest_assets.llm.batches import BatchRequest
from digest_assets.model import Usage
from digest_assets.store.rows import IN_LIST, insert, json_list, rows

SUBMITTING = "submitting"
NO_ROOM = "no room"
"""The status of a batch that was refused because too much was under way."""
TOO_LARGE = "too large"
"""The status of one whose file was not taken."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A batch of ours that is not collected yet."""

    submission_id: str
    submitted_at: datetime
    status: str
    """As the endpoint called it last; `submitting` before it was asked."""
    batch_id: str | None
    input_file_id: str | None
    keys: tuple[str, ...]


def under_way(connection: duckdb.DuckDBPyConnection, base_url: str, identifiers: Iterable[str]) -> list[Submission]:
    """The batches at `base_url`, not collected yet, that ask about any of `identifiers`; the oldest first."""
    found = rows(
        connection.execute(
            f"""
            SELECT submission_id, submitted_at, status, batch_id, input_file_id,
                   list(answer_key ORDER BY answer_key) AS keys
            FROM model_batches JOIN model_batch_requests USING (submission_id)
            WHERE base_url = ? AND collected_at IS NULL AND submission_id IN (
                SELECT submission_id FROM model_batch_requests WHERE identifier IN {IN_LIST}
            )
            GROUP BY ALL ORDER BY submitted_at, submission_id
            """,
            [base_url, json_list(identifiers)],
        )
    )
    return [Submission(**{**row, "keys": tuple(row["keys"])}) for row in found]


def refused(connection: duckdb.DuckDBPyConnection, identifiers: Iterable[str]) -> set[str]:
    """The keys of requests about `identifiers` that a batch refused: they are not put into another."""
    found = connection.execute(
        f"SELECT DISTINCT answer_key FROM model_batch_requests WHERE error IS NOT NULL AND identifier IN {IN_LIST}",
        [json_list(identifiers)],
    ).fetchall()
    return {row[0] for row in found}


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often a question was handed in and brought no answer."""

    count: int
    last_at: datetime


def attempts(connection: duckdb.DuckDBPyConnection, keys: Iterable[str]) -> dict[str, Attempts]:
    """By key: the batches that ended without an answer to it, or never began; but those for which there was no room,
    which are smaller each time."""
    found = connection.execute(
        f"""
        SELECT answer_key, count(*), max(submitted_at)
        FROM model_batch_requests JOIN model_batches USING (submission_id)
        WHERE collected_at IS NOT NULL AND status NOT IN (?, ?) AND answer_key IN {IN_LIST}
        AND answer_key NOT IN (SELECT answer_key FROM model_answers)
        GROUP BY answer_key
        """,
        [NO_ROOM, TOO_LARGE, json_list(keys)],
    ).fetchall()
    return {key: Attempts(count, last_at) for key, count, last_at in found}


def fewest_refused(connection: duckdb.DuckDBPyConnection, base_url: str, since: datetime) -> int | None:
    """The smallest number of requests that `base_url` refused since then, because too many are under way or in one
    file. None: it refused none."""
    smallest: int | None
    ((smallest,),) = connection.execute(
        "SELECT min(request_count) FROM model_batches WHERE base_url = ? AND submitted_at >= ? AND status IN (?, ?)",
        [base_url, since, NO_ROOM, TOO_LARGE],
    ).fetchall()
    return smallest


def claim(
    connection: duckdb.DuckDBPyConnection,
    submission_id: str,
    requests: Sequence[BatchRequest],
    *,
    base_url: str,
    model: str,
    digest: str,
    day: date,
    estimates: Mapping[str, Usage],
    now: datetime,
) -> list[BatchRequest]:
    """Records a batch of those of `requests` that are in no other batch under way, and returns them; of none, nothing
    is recorded. `estimates`: what each is expected to take, by key."""
    taken = connection.execute(
        f"""
        SELECT answer_key FROM model_batch_requests JOIN model_batches USING (submission_id)
        WHERE collected_at IS NULL AND base_url = ? AND answer_key IN {IN_LIST}
        """,
        [base_url, json_list(request.key for request in requests)],
    ).fetchall()
    ours = [request for request in requests if (request.key,) not in taken]
    if not ours:
        return []
    expected = sum((estimates[request.key] for request in ours), Usage())
    batch = {
        "submission_id": submission_id,
        "base_url": base_url,
        "model": model,
        "submitted_at": now,
        "status": SUBMITTING,
        "request_count": len(ours),
        "estimated_tokens": (expected.input_tokens or 0) + (expected.output_tokens or 0),
        "estimated_output_tokens": expected.output_tokens or 0,
        "digest": digest,
        "digest_date": day,
    }
    insert(connection, "model_batches", [batch])
    insert(
        connection,
        "model_batch_requests",
        [
            {
                "submission_id": submission_id,
                "answer_key": request.key,
                "identifier": request.identifier,
                "version": request.version,
                "kind": request.kind,
                "prompt_version": request.prompt.version,
            }
            for request in ours
        ],
    )
    return ours


def note_file(connection: duckdb.DuckDBPyConnection, submission_id: str, file_id: str) -> None:
    """Records that the requests are at the endpoint: from now on the batch may have begun."""
    connection.execute("UPDATE model_batches SET input_file_id = ? WHERE submission_id = ?", [file_id, submission_id])


def note_status(connection: duckdb.DuckDBPyConnection, submission_id: str, batch_id: str, status: str) -> None:
    """Records what the endpoint said of a batch that has not ended."""
    connection.execute(
        "UPDATE model_batches SET batch_id = ?, status = ? WHERE submission_id = ?", [batch_id, status, submission_id]
    )


def collect(
    connection: duckdb.DuckDBPyConnection,
    submission_id: str,
    status: str,
    answered: Mapping[str, Answer],
    refusals: Mapping[str, str],
    now: datetime,
    error: str | None = None,
) -> None:
    """Makes rows of a batch's answers and closes it, in one: what is not answered may be asked for again.

    `refusals`: what the endpoint said, by key. An answer that is there already is left as it is.
    """
    asked = rows(
        connection.execute(
            "SELECT answer_key, kind, identifier, version, prompt_version FROM model_batch_requests "
            f"WHERE submission_id = ? AND answer_key IN {IN_LIST}",
            [submission_id, json_list(answered)],
        )
    )
    held = connection.execute(
        f"SELECT answer_key FROM model_answers WHERE identifier IN {IN_LIST}",
        [json_list({row["identifier"] for row in asked})],
    ).fetchall()
    fresh = [row for row in asked if (row["answer_key"],) not in held]
    insert(connection, "model_answers", [_answer_row(row, answered[row["answer_key"]], now) for row in fresh])
    for key, said in refusals.items():
        connection.execute(
            "UPDATE model_batch_requests SET error = ? WHERE submission_id = ? AND answer_key = ?",
            [said, submission_id, key],
        )
    connection.execute(
        "UPDATE model_batches SET status = ?, error = ?, collected_at = ? WHERE submission_id = ?",
        [status, error, now, submission_id],
    )


def _answer_row(asked: dict[str, Any], answer: Answer, now: datetime) -> dict[str, Any]:
    return {
        **asked,
        "model": answer.model,
        "answer": answer.text,
        "finish_reason": answer.finish_reason,
        "defects": [],
        "input_tokens": answer.usage.input_tokens,
        "output_tokens": answer.usage.output_tokens,
        "cached_tokens": answer.usage.cached_tokens,
        "calls": 1,
        "in_batch": True,
        "created_at": now,
    }


def estimated_under_way(connection: duckdb.DuckDBPyConnection, without: Collection[str] = ()) -> Usage:
    """What the batches that are not collected yet are expected to be billed, but those of the submissions `without`."""
    requests, tokens, output = connection.execute(
        f"""
        SELECT coalesce(sum(request_count), 0)::BIGINT, coalesce(sum(estimated_tokens), 0)::BIGINT,
               coalesce(sum(estimated_output_tokens), 0)::BIGINT
        FROM model_batches WHERE collected_at IS NULL AND submission_id NOT IN {IN_LIST}
        """,
        [json_list(without)],
    ).fetchall()[0]
    return Usage(requests, tokens - output, output, 0)
