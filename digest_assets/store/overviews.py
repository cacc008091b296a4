"""The overviews of dates: a row a group of papers, with its sentence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import duckdb

from digest_assets.glance.overview import GroupSentence
from digest_assets.model import AnswerStatus
from digest_assets.store.rows import insert, rows


def record(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    day: date,
    language: str,
    groups: Iterable[GroupSentence],
    now: datetime,
) -> None:
    """Puts the groups of a date in the place of what it had. A sentence stays where nobody could be asked for another
    one (the key, the endpoint or the budget went) and its group is the same."""
    before = {each.key: each for each in overview_of(connection, digest, day) if each.sentence}
    made = []
    for each in groups:
        held = before.get(each.key)
        was_asked = each.status in (AnswerStatus.DONE, AnswerStatus.WITHHELD)
        made.append(held if held and not was_asked and held.identifiers == each.identifiers else each)
    connection.execute("DELETE FROM overviews WHERE digest = ? AND digest_date = ?", [digest, day])
    insert(
        connection,
        "overviews",
        [
            {
                "digest": digest,
                "digest_date": day,
                "group_key": each.key,
                "place": place,
                "topic": each.topic,
                "are_cross_lists": each.are_cross_lists,
                "identifiers": [*each.identifiers],
                "language": language,
                "status": each.status,
                "reason": each.reason,
                "sentence": each.sentence,
                "model": each.model,
                "prompt_version": each.prompt_version,
                "answer_key": each.answer_key,
                "recorded_at": now,
            }
            for place, each in enumerate(made, 1)
        ],
        sure=True,
    )


def overview_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[GroupSentence]:
    """The groups of a date, in their order."""
    found = rows(
        connection.execute("SELECT * FROM overviews WHERE digest = ? AND digest_date = ? ORDER BY place", [digest, day])
    )
    return [
        GroupSentence(
            key=row["group_key"],
            topic=row["topic"],
            are_cross_lists=row["are_cross_lists"],
            identifiers=tuple(row["identifiers"]),
            status=AnswerStatus(row["status"]),
            sentence=row["sentence"],
            reason=row["reason"],
            model=row["model"],
            prompt_version=row["prompt_version"],
            answer_key=row["answer_key"],
        )
        for row in found
    ]


def sentences_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, str]:
    """The sentences of a date, by the keys of their groups."""
    return {each.key: each.sentence for each in overview_of(connection, digest, day) if each.sentence}
