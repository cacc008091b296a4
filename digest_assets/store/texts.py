"""Full texts, once per version of a paper, for all digests of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.full_text.stored import pack, unpack
from digest_assets.model import Figure, FullText, Paper, TextSource
from digest_assets.store.flights import forget_calls
from digest_assets.store.rows import IN_LIST, json_list, put, rows


def keep_texts(connection: duckdb.DuckDBPyConnection, found: Iterable[PackedText]) -> None:
    """Puts each text in the place of what was held for its version; nobody needs to ask for it any more."""
    texts = [*found]
    put(connection, "full_texts", [_row(each.known, each.packed) for each in texts])
    forget_calls(connection, [_key(each.known.identifier, each.known.version) for each in texts])


def _row(text: FullText, packed_sections: bytes) -> dict[str, Any]:
    return {
        "identifier": text.identifier,
        "version": text.version,
        "source": text.source,
        "reason": text.reason,
        "final": text.final,
        "sections": packed_sections,
        "byte_count": text.byte_count,
        "section_count": text.section_count,
        "formula_count": text.formula_count,
        "table_count": text.table_count,
        "token_count": text.token_count,
        "licence": text.licence,
        "figure_url": text.figure.url if text.figure else None,
        "figure_caption": text.figure.caption if text.figure else None,
        "affiliations": [*text.affiliations],
        "fetched_at": text.fetched_at,
    }


def texts_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, FullText]:
    """The texts held for the papers that a date keeps, by identifier."""
    found = rows(
        connection.execute(
            "SELECT f.* FROM windowed_papers w JOIN full_texts f USING (identifier, version) "
            "WHERE w.digest = ? AND w.digest_date = ? AND w.outcome = 'kept'",
            [digest, day],
        )
    )
    return {row["identifier"]: _text(row) for row in found}


@dataclass(frozen=True, slots=True)
class PackedText:
    """A text whose sections are packed as the store has them: a tenth of what they take when they are read."""

    known: FullText
    """All but the sections."""
    packed: bytes

    @property
    def whole(self) -> FullText:
        return replace(self.known, sections=unpack(self.packed))


def packed(text: FullText) -> PackedText:
    return PackedText(replace(text, sections=()), pack(text.sections))


def packed_texts_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, PackedText]:
    """The texts held for the papers that a date keeps, by identifier, for who reads them one after the other."""
    found = rows(
        connection.execute(
            "SELECT f.* RENAME (sections AS packed) "
            "FROM windowed_papers w JOIN full_texts f USING (identifier, version) "
            "WHERE w.digest = ? AND w.digest_date = ? AND w.outcome = 'kept'",
            [digest, day],
        )
    )
    return {row["identifier"]: PackedText(_text(row), row["packed"]) for row in found}


def key_of(paper: Paper) -> str:
    """Under which runs that want the text of this version know of each other."""
    return _key(paper.identifier, paper.version)


def _key(identifier: str, version: int) -> str:
    return f"text {identifier}v{version}"  # an answer's is a hash


def fetched_meanwhile(
    connection: duckdb.DuckDBPyConnection, keys: Sequence[str], *, before: Mapping[str, datetime | None]
) -> dict[str, PackedText]:
    """The texts under these keys, by key: those that are as good as they get, and those that were fetched at another
    time than `before` says. (Not those of a later time: clocks jump.)"""
    found = rows(
        connection.execute(
            f"SELECT * RENAME (sections AS packed) FROM full_texts WHERE identifier IN {IN_LIST}",
            [json_list(key.split()[1].rpartition("v")[0] for key in keys)],
        )
    )
    by_key = {_key(row["identifier"], row["version"]): row for row in found}
    return {
        key: PackedText(_text(row), row["packed"])
        for key, row in by_key.items()
        if key in keys and (row["final"] or row["fetched_at"] != before.get(key))
    }


def without_sections(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, FullText]:
    """The same, with no sections: what is known of the texts, for who does not read them."""
    found = rows(
        connection.execute(
            "SELECT f.* EXCLUDE (sections) FROM windowed_papers w JOIN full_texts f USING (identifier, version) "
            "WHERE w.digest = ? AND w.digest_date = ? AND w.outcome = 'kept'",
            [digest, day],
        )
    )
    return {row["identifier"]: _text(row) for row in found}


def _text(row: dict[str, Any]) -> FullText:
    return FullText(
        identifier=row["identifier"],
        version=row["version"],
        source=TextSource(row["source"]),
        sections=unpack(row["sections"]) if "sections" in row else (),
        reason=row["reason"],
        final=row["final"],
        byte_count=row["byte_count"],
        formula_count=row["formula_count"],
        table_count=row["table_count"],
        token_count=row["token_count"],
        licence=row["licence"],
        figure=Figure(row["figure_url"], row["figure_caption"] or "") if row["figure_url"] else None,
        affiliations=tuple(row["affiliations"] or ()),
        fetched_at=row["fetched_at"],
    )


def counts(texts: Iterable[FullText]) -> dict[str, int]:
    """How many texts came from each source, by the source's name."""
    tally = {source.value: 0 for source in TextSource}
    for text in texts:
        tally[text.source.value] += 1
    return tally
