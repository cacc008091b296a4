"""What models answered: every answer under the hash of what produced it, and what each digest made of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from digest_assets.errors import StoreUnusable
from digest_assets.llm.asking import StoredAnswer
from digest_assets.llm.prompts import Task, current_versions
from digest_assets.model import AnswerStatus, Paper, Reading, TextSource, Translation, Usage
from digest_assets.store import sentences
from digest_assets.store.feeds import paper_of
from digest_assets.store.flights import Find, Flights, forget_calls, forget_calls_of
from digest_assets.store.gathering import GatheredStore, Keeping
from digest_assets.store.journal import AnswerJournal, forget, left_behind
from digest_assets.store.rows import IN_LIST, json_list, put, rows

WITHDRAWN = "withdrawn"
"""The reason of a text that is not asked for because its paper was withdrawn."""
Row = dict[str, Any]
"""By column."""


def translation_row(digest: str, day: date, language: str, made: Translation, now: datetime) -> Row:
    """A row of `translations`."""
    return {
        "abstract": made.text,
        "pairs": sentences.pairs_to_json(made.pairs),
        "translated_title": made.title,
        "gist": made.gist,
        "topics": None if made.topics is None else [*made.topics],
        **_columns(digest, day, language, made, now),
    }


def reading_row(digest: str, day: date, language: str, made: Reading, now: datetime) -> Row:
    """A row of `summaries`."""
    return {
        "background": made.background,
        "method": made.method,
        "results": made.results,
        "text_source": made.text_source,
        "sentences": sentences.sentences_to_json(made.sentences),
        "paragraphs": sentences.paragraphs_to_json(made.paragraphs),
        "left_out": [*made.left_out],
        **_columns(digest, day, language, made, now),
    }


def record_translations(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    """Puts each translation in the place of what the digest had for its paper."""
    _record(connection, "translations", rows)


def record_readings(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    """Puts each reading in the place of what the digest had for its paper."""
    _record(connection, "summaries", rows)


def _columns(digest: str, day: date, language: str, each: Translation | Reading, now: datetime) -> Row:
    return {
        "digest": digest,
        "digest_date": day,
        "identifier": each.identifier,
        "version": each.version,
        "language": language,
        "status": each.status,
        "reason": each.reason,
        "sentences_withheld": each.sentences_withheld,
        "model": each.model,
        "prompt_version": each.prompt_version,
        "input_tokens": each.usage.input_tokens,
        "output_tokens": each.usage.output_tokens,
        "cached_tokens": each.usage.cached_tokens,
        "answer_key": each.answer_key,
        "recorded_at": now,
    }


def _record(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Puts `rows` in their papers' places, but for those that would make a post worse.

    A good text stays until a better one is there: it is not replaced because a key, an endpoint or a budget went, nor
    by another answer that was withheld. What it is replaced by without being better: the same answer, which the checks
    now find wrong, and the notice that the paper is withdrawn.
    """
    lacking = {row["identifier"] for row in rows if row["status"] is not AnswerStatus.DONE}
    good: dict[tuple[Any, ...], str | None] = {
        _text_of(row): row["answer_key"] for row in rows if row["status"] is AnswerStatus.DONE
    }
    if lacking:
        held = connection.execute(
            f"SELECT digest, identifier, version, language, answer_key FROM {table} "
            f"WHERE identifier IN {IN_LIST} AND status = 'done'",
            [json_list(lacking)],
        ).fetchall()
        good = {**{tuple(text): key for *text, key in held}, **good}

    def makes_worse(row: Row) -> bool:
        if row["status"] is AnswerStatus.DONE or _text_of(row) not in good or row["reason"] == WITHDRAWN:
            return False
        return row["status"] is not AnswerStatus.WITHHELD or row["answer_key"] != good[_text_of(row)]

    put(connection, table, [row for row in rows if not makes_worse(row)])


def _text_of(row: Row) -> tuple[Any, ...]:
    return row["digest"], row["identifier"], row["version"], row["language"]


def forget_unclaimed(connection: duckdb.DuckDBPyConnection, table: str, digest: str, day: date) -> None:
    """Deletes a date's rows of papers that it no longer keeps (a filter was added, say). Their answers stay."""
    connection.execute(
        f"DELETE FROM {table} t WHERE t.digest = ? AND t.digest_date = ? AND NOT EXISTS (SELECT 1 "
        "FROM windowed_papers w WHERE w.digest = t.digest AND w.identifier = t.identifier "
        "AND w.digest_date = t.digest_date AND w.outcome = 'kept')",
        [digest, day],
    )


def dates_with(connection: duckdb.DuckDBPyConnection, digest: str, since: date, status: AnswerStatus) -> list[date]:
    """Dates from `since` on with a translation, a reading or a group of the overview of `status`."""
    found = connection.execute(
        """
        SELECT digest_date FROM translations WHERE digest = $digest AND digest_date >= $since AND status = $status
        UNION
        SELECT digest_date FROM summaries WHERE digest = $digest AND digest_date >= $since AND status = $status
        UNION
        SELECT digest_date FROM overviews WHERE digest = $digest AND digest_date >= $since AND status = $status
        ORDER BY 1
        """,
        {"digest": digest, "since": since, "status": status.value},
    ).fetchall()
    return [row[0] for row in found]


def translations_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, Translation]:
    """A date's translations, by identifier."""
    return {
        row["identifier"]: Translation(
            text=row["abstract"],
            pairs=sentences.pairs_of_json(row["pairs"]),
            title=row["translated_title"],
            gist=row["gist"],
            topics=None if row["topics"] is None else tuple(row["topics"]),
            **_common(row),
        )
        for row in _rows_of(connection, "translations", digest, day)
    }


def lacking_gists(
    connection: duckdb.DuckDBPyConnection, digest: str, first: date, last: date
) -> dict[date, list[Paper]]:
    """The papers of dates from `first` to `last` that nobody was asked for a gist of, since their translations are of
    earlier versions; by date, oldest first. A gist that fell is not asked for again."""
    found = rows(
        connection.execute(
            f"""
            SELECT t.digest_date, p.* FROM translations t JOIN papers p USING (identifier, version)
            WHERE t.digest = ? AND t.digest_date BETWEEN ? AND ? AND t.status = 'done' AND t.gist IS NULL
              AND (t.prompt_version IS NULL OR t.prompt_version NOT IN {IN_LIST})
              AND NOT EXISTS (SELECT 1 FROM model_answers a
                              WHERE a.identifier = t.identifier AND a.version = t.version AND a.kind = 'gist')
            ORDER BY t.digest_date, t.identifier
            """,
            [digest, first, last, json_list(current_versions())],
        )
    )
    lacking: dict[date, list[Paper]] = {}
    for row in found:
        lacking.setdefault(row["digest_date"], []).append(paper_of(row))
    return lacking


def readings_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, Reading]:
    """A date's readings, by identifier."""
    return {
        row["identifier"]: Reading(
            background=row["background"],
            method=row["method"],
            results=row["results"],
            text_source=TextSource(row["text_source"]) if row["text_source"] else None,
            sentences=sentences.sentences_of_json(row["sentences"]),
            paragraphs=sentences.paragraphs_of_json(row["paragraphs"]),
            left_out=tuple(row["left_out"] or ()),
            **_common(row),
        )
        for row in _rows_of(connection, "summaries", digest, day)
    }


def answered_at(
    connection: duckdb.DuckDBPyConnection, identifiers: Iterable[str], keys: Iterable[str]
) -> dict[str, datetime]:
    """When answers about papers were given, by their keys."""
    found = connection.execute(
        f"SELECT answer_key, created_at FROM model_answers WHERE identifier IN {IN_LIST} AND answer_key IN {IN_LIST}",
        [json_list(identifiers), json_list(keys)],
    ).fetchall()
    return dict(found)


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
    """The answers held for a date's papers, read at once; a new one is a line in the journal before it is a row.

    It is the `AnswerStore` of `llm/asking.py`. Use `open` to get one: what a killed run left in its journal is then
    known too.
    """

    def __init__(
        self,
        gathered: GatheredStore,
        journal: AnswerJournal,
        flights: Flights,
        find: Find[StoredAnswer],
        held: dict[str, StoredAnswer],
        now: Callable[[], datetime],
    ) -> None:
        self._gathered = gathered
        self._journal = journal
        self.flights = flights
        """What this run asks for beside answers is held by the same."""
        self._find = find
        self._held = held
        self._now = now
        self.kept: set[str] = set()
        """The keys of the answers that this run was given."""
        self._arrived: dict[str, Row] = {}
        """Rows that are lines in the journal alone, by key: nobody has judged them yet."""
        self._writing: list[asyncio.Task[None]] = []
        self._ended_by: Exception | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, gathered: GatheredStore, identifiers: Iterable[str], now: Callable[[], datetime], journals: Path
    ) -> AsyncIterator[KnownAnswers]:
        """The answers about `identifiers`. At the end of the block all new ones are rows, or what hinders is raised."""
        bury = partial(_keep_what_the_dead_left, gathered, journals)
        await bury()
        wanted = json_list(identifiers)
        find = partial(_answers_about, identifiers=wanted)
        held = await gathered.run(find)
        with AnswerJournal(journals) as journal:
            async with Flights.open(gathered, journal.name, bury) as flights:
                known = cls(gathered, journal, flights, find, held, now)
                try:
                    yield known
                finally:
                    gathered.hurry()
                    await asyncio.gather(*known._writing)
                    if known._arrived:
                        await gathered.run(partial(_keep_answers, rows=list(known._arrived.values())))
            journal.clear()

    def find(self, key: str) -> StoredAnswer | None:
        return self._held.get(key)

    async def once(self, key: str, ask: Callable[[], Awaitable[StoredAnswer]]) -> StoredAnswer:
        answer = await self.flights.take(key, self._find)
        if answer is None:
            call = asyncio.ensure_future(ask())
            try:
                answer = await asyncio.shield(call)
            except BaseException:
                await self._let_end(call)
                self._write(forget_calls, key)
                raise
            row = {
                **self._arrived.pop(key),
                "defects": [defect.detail for defect in answer.defects],
                "repairs": [repair.value for repair in answer.repairs],
            }
            self._write(_keep_answers, row)
        self._held[key] = answer
        return answer

    async def _let_end(self, call: asyncio.Future[StoredAnswer]) -> None:
        """Waits for what is paid for. Where somebody stops the run, before this or meanwhile, it is cancelled."""
        if self._ended_by is None:
            call.cancel()
        while not call.done():
            try:
                await asyncio.wait([call])
            except asyncio.CancelledError:
                call.cancel()

    def make_room(self, calls: int) -> None:
        """To be called before each call; so many are under way at most. Raises `StoreUnusable` where the disk is full,
        and what ended the run where something did: then no further one may be made."""
        if self._ended_by is not None:
            raise self._ended_by
        try:
            self._journal.reserve(calls)
        except StoreUnusable as error:
            self._ended_by = error
            raise

    def ends_with(self, error: BaseException) -> None:
        """To be called before a run is ended by `error`. Calls under way end all the same, whatever it is: they are
        paid for, and their room is there. Only who stops the run wants that at once: Python's stops are no `Exception`,
        nor are Dagster's and ours."""
        if isinstance(error, Exception):
            self._ended_by = error

    def _write(self, keeping: Keeping[Any], item: object) -> None:
        self._writing.append(asyncio.create_task(self._gathered.keep(keeping, item)))

    def arrived(self, answer: StoredAnswer) -> None:
        self.kept.add(answer.key)
        self._arrived[answer.key] = _answer_row(answer, self._now())
        self._journal.append(self._arrived[answer.key])


async def _keep_what_the_dead_left(gathered: GatheredStore, journals: Path) -> None:
    """Makes rows of what runs left that were killed, and lets go of what they asked for."""
    for path, lines in left_behind(journals):

        def bury(connection: duckdb.DuckDBPyConnection, owner: str = path.stem, left: list[Row] = lines) -> None:
            _keep_answers(connection, left)
            forget_calls_of(connection, owner)

        await gathered.run(bury)
        forget(path)


def _answers_about(
    connection: duckdb.DuckDBPyConnection, keys: Sequence[str] | None = None, *, identifiers: str
) -> dict[str, StoredAnswer]:
    """The answers about papers, all or those under `keys`, by key."""
    query = f"SELECT * FROM model_answers WHERE identifier IN {IN_LIST}"
    if keys is None:
        found = rows(connection.execute(query, [identifiers]))
    else:
        found = rows(connection.execute(f"{query} AND answer_key IN {IN_LIST}", [identifiers, json_list(keys)]))
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
            in_batch=bool(row["in_batch"]),
        )
        for row in found
    }


def _answer_row(answer: StoredAnswer, now: datetime) -> Row:
    """A row of `model_answers`, of types that JSON has too."""
    return {
        "answer_key": answer.key,
        "kind": answer.kind.value,
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
        "calls": answer.usage.calls,
        "in_batch": answer.in_batch,
        "created_at": now.isoformat(),
    }


def _keep_answers(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    """Stores answers; nobody needs to ask for them any more."""
    put(connection, "model_answers", rows)
    forget_calls(connection, [row["answer_key"] for row in rows])
