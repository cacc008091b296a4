"""What models answered: every answer under the hash of what produced it, and what each digest made of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.model import AnswerStatus, Reading, TextSource, Translation, Usage
from digest_assets.store.connection import insert, rows


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
