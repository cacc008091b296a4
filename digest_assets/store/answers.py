"""What models answered: every answer under the hash of what produced it, and what each digest made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.llm.asking import StoredAnswer
from digest_assets.llm.prompts import Task
from digest_assets.model import AnswerStatus, Reading, TextSource, Translation, Usage
from digest_assets.store.connection import IN_LIST, insert, json_list, rows
from digest_assets.store.gathering import GatheredStore


def record_translations(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    day: date,
    language: str,
    translations: Iterable[Translation],
    now: datetime,
) -> None:
    """Puts each translation in the place of what the digest had for its paper."""
    for each in translations:
        row = {
            "abstract": each.text,
            "status": each.status,
            **_columns(digest, day, language, each, now),
        }
        _replace(connection, "translations", row)


def record_readings(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    day: date,
    language: str,
    readings: Iterable[Reading],
    now: datetime,
) -> None:
    """Puts each reading in the place of what the digest had for its paper."""
    for each in readings:
        row = {
            "background": each.background,
            "method": each.method,
            "results": each.results,
            "text_source": each.text_source,
            "status": each.status,
            **_columns(digest, day, language, each, now),
        }
        _replace(connection, "summaries", row)


def _columns(digest: str, day: date, language: str, each: Translation | Reading, now: datetime) -> dict[str, Any]:
    return {
        "digest": digest,
        "digest_date": day,
        "identifier": each.identifier,
        "version": each.version,
        "language": language,
        "reason": each.reason,
        "model": each.model,
        "prompt_version": each.prompt_version,
        "input_tokens": each.usage.input_tokens,
        "output_tokens": each.usage.output_tokens,
        "cached_tokens": each.usage.cached_tokens,
        "answer_key": each.answer_key,
        "recorded_at": now,
    }


def _replace(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    connection.execute(f"DELETE FROM {table} WHERE digest = ? AND identifier = ?", [row["digest"], row["identifier"]])
    insert(connection, table, [row])


def forget_unclaimed(connection: duckdb.DuckDBPyConnection, table: str, digest: str, day: date) -> None:
    """Deletes a date's rows of papers that it no longer keeps (a filter was added, say). Their answers stay."""
    connection.execute(
        f"DELETE FROM {table} t WHERE t.digest = ? AND t.digest_date = ? AND NOT EXISTS (SELECT 1 "
        "FROM windowed_papers w WHERE w.digest = t.digest AND w.identifier = t.identifier "
        "AND w.digest_date = t.digest_date AND w.outcome = 'kept')",
        [digest, day],
    )


def translations_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, Translation]:
    """A date's translations, by identifier."""
    return {
        row["identifier"]: Translation(text=row["abstract"], **_common(row))
        for row in _rows_of(connection, "translations", digest, day)
    }


def readings_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, Reading]:
    """A date's readings, by identifier."""
    return {
        row["identifier"]: Reading(
            background=row["background"],
            method=row["method"],
            results=row["results"],
            text_source=TextSource(row["text_source"]) if row["text_source"] else None,
            **_common(row),
        )
        for row in _rows_of(connection, "summaries", digest, day)
    }


def _rows_of(connection: duckdb.DuckDBPyConnection, table: str, digest: str, day: date) -> list[dict[str, Any]]:
    return rows(
        connection.execute(
            f"SELECT * FROM {table} WHERE digest = ? AND digest_date = ? ORDER BY identifier", [digest, day]
        )
    )


def _common(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "identifier": row["identifier"],
        "version": row["version"],
        "status": AnswerStatus(row["status"]),
        "reason": row["reason"],
        "model": row["model"],
        "prompt_version": row["prompt_version"],
        "usage": Usage(0, row["input_tokens"], row["output_tokens"], row["cached_tokens"]),
        "answer_key": row["answer_key"],
    }


class KnownAnswers:
    """The answers held for a date's papers, read at once; a new one goes to the disk as soon as the file is free.

    It is the `AnswerStore` of `llm/asking.py`. New answers are written in the order in which they came and before any
    row that is asked for later through the same `GatheredStore`, so a row never rests on an answer that is not stored.
    """

    def __init__(self, gathered: GatheredStore, held: dict[str, StoredAnswer], now: Callable[[], datetime]) -> None:
        self._gathered = gathered
        self._held = held
        self._now = now
        self._writing: set[asyncio.Task[None]] = set()

    @classmethod
    async def of(cls, gathered: GatheredStore, identifiers: Iterable[str], now: Callable[[], datetime]) -> KnownAnswers:
        wanted = json_list(identifiers)
        return cls(gathered, await gathered.run(lambda connection: _answers_about(connection, wanted)), now)

    def find(self, key: str) -> StoredAnswer | None:
        return self._held.get(key)

    def keep(self, answer: StoredAnswer) -> None:
        """Takes `answer`. A failure to write it is raised by `settle`."""
        self._held[answer.key] = answer
        row = _answer_row(answer, self._now())
        self._writing.add(asyncio.create_task(self._gathered.run(lambda connection: _keep_answer(connection, row))))

    async def settle(self) -> None:
        """Waits until all that was taken is on the disk. Raises what kept one from it."""
        await asyncio.gather(*self._writing)


def _answers_about(connection: duckdb.DuckDBPyConnection, identifiers: str) -> dict[str, StoredAnswer]:
    found = rows(connection.execute(f"SELECT * FROM model_answers WHERE identifier IN {IN_LIST}", [identifiers]))
    return {
        row["answer_key"]: StoredAnswer(
            key=row["answer_key"],
            kind=Task(row["kind"]),
            model=row["model"],
            prompt_version=row["prompt_version"],
            identifier=row["identifier"],
            version=row["version"],
            text=row["answer"],
            # What was paid for once is not paid again: a stored answer costs no call.
            usage=Usage(0, row["input_tokens"], row["output_tokens"], row["cached_tokens"]),
            finish_reason=row["finish_reason"],
            created_at=row["created_at"],
        )
        for row in found
    }


def _answer_row(answer: StoredAnswer, now: datetime) -> dict[str, Any]:
    return {
        "answer_key": answer.key,
        "kind": answer.kind,
        "identifier": answer.identifier,
        "version": answer.version,
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "answer": answer.text,
        "finish_reason": answer.finish_reason,
        "defects": [defect.detail for defect in answer.defects],
        "input_tokens": answer.usage.input_tokens,
        "output_tokens": answer.usage.output_tokens,
        "cached_tokens": answer.usage.cached_tokens,
        "created_at": now,
    }


def _keep_answer(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> None:
    connection.execute("DELETE FROM model_answers WHERE answer_key = ?", [row["answer_key"]])
    insert(connection, "model_answers", [row])
