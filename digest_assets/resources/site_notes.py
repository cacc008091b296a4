"""What the site's folder holds, in a file of its own beside the pages: `.site.sqlite`.

A new date touches some hundred lists (its authors, categories and topics), and each needs its newest papers. To find
them in the DuckDB file is a scan of all papers; here they lie side by side, so that one more day costs what that day
costs, however many were before it. SQLite, because a B-tree is what this asks for and because it is a part of Python;
nothing here is worth keeping: what is lost is made again from the store.

A build is one transaction, and two builds of a folder follow each other.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from digest_assets.errors import OutputUnwritable
from digest_assets.site import related
from digest_assets.site.lists import item, lists_of
from digest_assets.site.search import paper_words
from digest_assets.site.values import (
    ALL,
    Counts,
    Day,
    Entry,
    ListName,
    MonthCost,
    PaperWords,
    Related,
    SearchText,
    Tag,
    month_of,
    year_of,
)
from digest_assets.site.words import SiteWords

NAME = ".site.sqlite"
WAIT_SECONDS = 600
"""For another build of the same folder."""
_LAYOUT = "5"
_KEPT_IN_MEMORY = 16_000
"""kB: the newest papers are read once for each of the hundred lists that a date touches."""
_PAGE = 8_192
"""Bytes of a page: in SQLite's 4,096 two papers leave a third of it empty, and the file is nearly twice as large."""
_LOOSE_PAGES = 2_500
"""So much room is left to be used again."""
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE days (
    day TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, changed_at TEXT NOT NULL, rendered_at TEXT NOT NULL,
    empty_reason TEXT, announced INTEGER, published INTEGER, filtered INTEGER, failed INTEGER, late INTEGER,
    translations INTEGER, translations_wanted INTEGER, readings INTEGER, readings_wanted INTEGER
) WITHOUT ROWID;
CREATE INDEX days_rendered ON days (rendered_at);
CREATE TABLE entries (
    day TEXT, position INTEGER, identifier TEXT NOT NULL, shown TEXT NOT NULL, item TEXT NOT NULL, lists TEXT NOT NULL,
    PRIMARY KEY (day, position)
) WITHOUT ROWID;
CREATE TABLE listed (
    list TEXT, day TEXT, papers INTEGER NOT NULL, positions TEXT NOT NULL, PRIMARY KEY (list, day)
) WITHOUT ROWID;
CREATE TABLE lists (list TEXT PRIMARY KEY, label TEXT NOT NULL, papers INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE list_years (
    list TEXT, year TEXT, papers INTEGER NOT NULL, PRIMARY KEY (list, year)
) WITHOUT ROWID;
CREATE TABLE months (month TEXT PRIMARY KEY, papers INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE words (day TEXT, identifier TEXT, words BLOB NOT NULL, PRIMARY KEY (day, identifier)) WITHOUT ROWID;
CREATE TABLE terms (term TEXT, day TEXT, identifier TEXT, PRIMARY KEY (term, day, identifier)) WITHOUT ROWID;
CREATE TABLE term_papers (term TEXT PRIMARY KEY, papers INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE related (
    identifier TEXT PRIMARY KEY, day TEXT NOT NULL, terms TEXT NOT NULL, found TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX related_day ON related (day);
CREATE TABLE costs (month TEXT PRIMARY KEY, tokens INTEGER NOT NULL, money TEXT) WITHOUT ROWID;
CREATE TABLE files (unit TEXT, path TEXT, sha256 TEXT NOT NULL, PRIMARY KEY (unit, path)) WITHOUT ROWID;
"""


class SiteNotes:
    """The notes of one folder, inside one transaction. `Book` says what its questions mean. Made by `open_notes`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # --- what the notes are of ----------------------------------------------------------------------------------------

    @property
    def frame(self) -> str:
        """What all pages were made with; empty for a new folder."""
        return str(self._value("SELECT value FROM meta WHERE name = 'frame'") or "")

    @property
    def seen(self) -> datetime | None:
        """When the newest post that is noted was rendered."""
        newest = self._value("SELECT max(rendered_at) FROM days")
        return datetime.fromisoformat(str(newest)) if newest else None

    def totals(self) -> tuple[int, int]:
        """How many dates the site has, and how many papers."""
        return int(self._value("SELECT count(*) FROM days")), self.size(ALL)  # type: ignore[call-overload]

    def begin(self, frame: str) -> None:
        """Forgets all but the files, for pages that are made with `frame`."""
        for table in (
            "days",
            "entries",
            "listed",
            "lists",
            "list_years",
            "months",
            "words",
            "terms",
            "term_papers",
            "related",
            "costs",
        ):
            self._connection.execute(f"DELETE FROM {table}")
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('frame', ?)", [frame])
        self._connection.execute("DELETE FROM meta WHERE name <> 'frame'")
        self._connection.execute("DROP TABLE IF EXISTS merged")  # of the index by years

    # --- noting -------------------------------------------------------------------------------------------------------

    def put(self, day: Day, papers: Sequence[SearchText], words: SiteWords) -> Counter[ListName]:
        """Puts what `day` shows in the place of what was noted of it.

        Returns the lists that its papers were or are in, each as often as that.
        """
        touched = self.forget(day.date)
        self._connection.execute(
            f"INSERT INTO days VALUES ({', '.join('?' * 14)})",
            [
                day.date.isoformat(),
                day.fingerprint,
                day.changed_at.isoformat(),
                day.rendered_at.isoformat(),
                day.empty_reason,
                *astuple(day.counts),
            ],
        )
        of = day.date.isoformat()
        entries = [text.entry for text in papers]
        named = [tuple(lists_of(entry)) for entry in entries]
        self._connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)",
            (
                (of, position, entry.identifier, _packed(entry), item(entry, words), json.dumps([n.path for n in each]))
                for position, (entry, each) in enumerate(zip(entries, named, strict=True))
            ),
        )
        positions: dict[str, list[int]] = {}
        for position, each in enumerate(named):
            for name in (ALL, *each):
                positions.setdefault(_key(name), []).append(position)
        self._connection.executemany(
            "INSERT INTO listed VALUES (?, ?, ?, ?)",
            [(key, of, len(found), json.dumps(found)) for key, found in positions.items()],
        )
        self._connection.executemany(
            "INSERT OR REPLACE INTO words VALUES (?, ?, ?)",
            ((of, text.entry.identifier, _packed_words(paper_words(text))) for text in papers),
        )
        names = [name for each in named for name in each]
        self._count(day.date, names, len(papers), 1)
        touched.update(names)
        return touched

    def forget(self, day: date) -> Counter[ListName]:
        """Forgets what was noted of `day`. Returns the lists that its papers were in."""
        of = day.isoformat()
        found = self._connection.execute("SELECT lists FROM entries WHERE day = ?", [of]).fetchall()
        if found:
            paths = [path for (lists,) in found for path in json.loads(lists)]
            names = [ListName(path[0], path[2:], self.label(path)) for path in paths]
            self._connection.executemany(
                "DELETE FROM listed WHERE list = ? AND day = ?", [(path, of) for path in {_key(ALL), *paths}]
            )
            self._count(day, names, len(found), -1)
        else:
            names = []
        for table in ("days", "entries", "words"):
            self._connection.execute(f"DELETE FROM {table} WHERE day = ?", [of])
        self._forget_terms(of)
        return Counter(names)

    def _count(self, day: date, names: Sequence[ListName], papers: int, sign: int) -> None:
        if not papers:
            return
        year, month = year_of(day), month_of(day)
        self._connection.executemany(
            "INSERT INTO lists VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET papers = papers + ?, label = excluded.label",
            [(name.path, name.label, 1, sign) for name in names],
        )
        self._connection.executemany(
            "INSERT INTO list_years VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET papers = papers + ?",
            [(path, year, 1, sign) for path in (name.path for name in names)],
        )
        for table, key in (("lists", None), ("list_years", year)):
            of = ("", key) if key else ("", "")
            self._connection.execute(
                f"INSERT INTO {table} VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET papers = papers + ?",
                [*of, papers, sign * papers],
            )
        self._connection.execute(
            "INSERT INTO months VALUES (?, ?) ON CONFLICT DO UPDATE SET papers = papers + ?",
            [month, papers, sign * papers],
        )
        if sign < 0:
            for table in ("lists", "list_years"):
                self._connection.executemany(
                    f"DELETE FROM {table} WHERE list = ? AND papers <= 0", [("",), *((name.path,) for name in names)]
                )
            self._connection.execute("DELETE FROM months WHERE papers <= 0")

    def put_terms(self, day: date, terms: Mapping[str, Sequence[str]]) -> None:
        """Notes the terms of the papers of `day`, by identifier."""
        of = day.isoformat()
        self._forget_terms(of)
        pairs = [(term, of, identifier) for identifier, found in terms.items() for term in found]
        self._connection.executemany("INSERT OR REPLACE INTO terms VALUES (?, ?, ?)", pairs)
        self._connection.executemany(
            "INSERT INTO term_papers VALUES (?, 1) ON CONFLICT DO UPDATE SET papers = papers + 1",
            [(term,) for term, _, _ in pairs],
        )
        self._connection.executemany(
            "INSERT OR REPLACE INTO related VALUES (?, ?, ?, '[]')",
            [(identifier, of, json.dumps(list(found))) for identifier, found in terms.items()],
        )

    def _forget_terms(self, of: str) -> None:
        found = self._connection.execute("SELECT identifier, terms FROM related WHERE day = ?", [of]).fetchall()
        pairs = [(term, of, identifier) for identifier, terms in found for term in json.loads(terms)]
        self._connection.executemany("DELETE FROM terms WHERE term = ? AND day = ? AND identifier = ?", pairs)
        self._connection.executemany(
            "UPDATE term_papers SET papers = papers - 1 WHERE term = ?", [(term,) for term, _, _ in pairs]
        )
        self._connection.execute("DELETE FROM related WHERE day = ?", [of])

    def relate(self, day: date) -> None:
        """Looks for the earlier papers that those of `day` are like. A later date changes nothing of it."""
        of, papers = day.isoformat(), max(1, self.size(ALL))
        noted = self._connection.execute("SELECT identifier, terms FROM related WHERE day = ?", [of]).fetchall()
        for identifier, terms in noted:
            counted = {
                term: int(self._value("SELECT papers FROM term_papers WHERE term = ?", term) or 0)  # type: ignore[call-overload]
                for term in json.loads(terms)
            }
            weights = {term: related.weight(count, papers) for term, count in counted.items()}
            weights = {term: weight for term, weight in weights.items() if weight}
            sql = "SELECT day, identifier FROM terms WHERE term = ? AND day < ? ORDER BY day DESC LIMIT ?"
            having = {term: self._connection.execute(sql, [term, of, related.LOOKED_AT]).fetchall() for term in weights}
            self._connection.execute(
                "UPDATE related SET found = ? WHERE identifier = ?",
                [json.dumps(related.nearest(weights, having)), identifier],
            )

    def forget_words(self, month: str) -> None:
        """Of a month that is in a piece of the index: they are only needed while it is indexed by itself."""
        self._connection.execute("DELETE FROM words WHERE day BETWEEN ? AND ?", _span(month))

    def put_words(self, day: date, identifier: str, words: PaperWords) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO words VALUES (?, ?, ?)", [day.isoformat(), identifier, _packed_words(words)]
        )

    def put_costs(self, costs: Iterable[MonthCost]) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO costs VALUES (?, ?, ?)",
            [(each.month, each.tokens, None if each.money is None else str(each.money)) for each in costs],
        )

    @property
    def periods(self) -> str:
        """Those of the search index, as they note themselves."""
        return str(self._value("SELECT value FROM meta WHERE name = 'periods'") or "")

    @periods.setter
    def periods(self, noted: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('periods', ?)", [noted])

    # --- files --------------------------------------------------------------------------------------------------------

    def files_of(self, unit: str) -> dict[str, str]:
        """The hash of each file of a unit, by path."""
        return dict(self._connection.execute("SELECT path, sha256 FROM files WHERE unit = ?", [unit]).fetchall())

    def files(self) -> set[tuple[str, str]]:
        """All of them, as (unit, path)."""
        return set(self._connection.execute("SELECT unit, path FROM files"))

    def file(self, unit: str, path: str) -> str:
        """The hash of a file; empty: there is none."""
        return str(self._value("SELECT sha256 FROM files WHERE unit = ? AND path = ?", unit, path) or "")

    def put_file(self, unit: str, path: str, sha256: str) -> None:
        sql = "INSERT INTO files VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sha256 = excluded.sha256"
        self._connection.execute(sql, [unit, path, sha256])

    def drop_file(self, unit: str, path: str) -> None:
        self._connection.execute("DELETE FROM files WHERE unit = ? AND path = ?", [unit, path])

    # --- the book -----------------------------------------------------------------------------------------------------

    def label(self, path: str) -> str:
        return str(self._value("SELECT label FROM lists WHERE list = ?", path) or "")

    def day(self, of: date) -> Day | None:
        return next(iter(self._days("WHERE day = ?", of.isoformat())), None)

    def newest(self, count: int) -> list[Day]:
        return self._days("ORDER BY day DESC LIMIT ?", count)

    def newest_with_papers(self) -> Day | None:
        return next(iter(self._days("WHERE announced > 0 ORDER BY day DESC LIMIT 1") or self.newest(1)), None)

    def neighbours(self, of: date) -> tuple[date | None, date | None]:
        before = self._value("SELECT max(day) FROM days WHERE day < ?", of.isoformat())
        after = self._value("SELECT min(day) FROM days WHERE day > ?", of.isoformat())
        return _date(before), _date(after)

    def days_of(self, period: str) -> list[Day]:
        return self._days("WHERE day BETWEEN ? AND ? ORDER BY day DESC", *_span(period))

    def identifiers(self, of: date) -> list[str]:
        sql = "SELECT identifier FROM entries WHERE day = ? ORDER BY position"
        return [row[0] for row in self._connection.execute(sql, [of.isoformat()])]

    def related(self, identifier: str) -> list[Related]:
        found = json.loads(str(self._value("SELECT found FROM related WHERE identifier = ?", identifier) or "[]"))
        made = []
        for day, other, terms in found:
            shown = self._value("SELECT shown FROM entries WHERE day = ? AND identifier = ?", day, other)
            if shown:
                made.append(Related(_unpacked(str(shown)), tuple(terms)))
        return made

    def entries(self, of: ListName, first: date, last: date, most: int) -> list[Entry]:
        return [_unpacked(shown) for shown in self._in(of, "shown", first.isoformat(), last.isoformat(), most)]

    def items(self, of: ListName, most: int, period: str = "") -> list[str]:
        return self._in(of, "item", *_span(period), most)

    def _in(self, of: ListName, column: str, first: str, last: str, most: int) -> list[str]:
        # CROSS JOIN: in this order, and so does SQLite go through each date's positions. Were it told to sort by them,
        # it would read all papers of the list first; so it reads the newest and stops.
        sql = (
            f"SELECT e.{column} FROM listed l CROSS JOIN json_each(l.positions) p CROSS JOIN entries e "
            "WHERE l.list = ? AND l.day BETWEEN ? AND ? AND e.day = l.day AND e.position = p.value "
            "ORDER BY l.day DESC LIMIT ?"
        )
        return [row[0] for row in self._connection.execute(sql, [_key(of), first, last, most])]

    def size(self, of: ListName) -> int:
        return int(str(self._value("SELECT papers FROM lists WHERE list = ?", _key(of)) or 0))

    def years(self, of: ListName) -> list[tuple[str, int]]:
        sql = "SELECT year, papers FROM list_years WHERE list = ? ORDER BY year DESC"
        return self._connection.execute(sql, [_key(of)]).fetchall()

    def months(self) -> list[tuple[str, int]]:
        return self._connection.execute("SELECT month, papers FROM months ORDER BY month").fetchall()

    def dates_in(self, of: ListName, most: int, period: str = "") -> list[tuple[date, int]]:
        sql = "SELECT day, papers FROM listed WHERE list = ? AND day BETWEEN ? AND ? ORDER BY day DESC LIMIT ?"
        found = self._connection.execute(sql, [_key(of), *_span(period), most])
        return [(date.fromisoformat(day), count) for day, count in found]

    def lists(self, kind: str) -> list[tuple[ListName, int]]:
        sql = "SELECT list, label, papers FROM lists WHERE list BETWEEN ? AND ? ORDER BY papers DESC, list"
        found = self._connection.execute(sql, [f"{kind}/", f"{kind}/\uffff"])
        return [(ListName(kind, path[len(kind) + 1 :], label), papers) for path, label, papers in found]

    def costs(self) -> list[MonthCost]:
        found = self._connection.execute("SELECT month, tokens, money FROM costs ORDER BY month")
        return [MonthCost(month, tokens, None if money is None else Decimal(money)) for month, tokens, money in found]

    def words(self, month: str) -> Iterator[PaperWords]:
        sql = "SELECT words FROM words WHERE day BETWEEN ? AND ? ORDER BY day, identifier"
        for (packed,) in self._connection.execute(sql, _span(month)):
            yield _unpacked_words(packed)

    def dates_with_words(self, month: str) -> list[tuple[str, int]]:
        sql = "SELECT day, count(*) FROM words WHERE day BETWEEN ? AND ? GROUP BY day ORDER BY day"
        return self._connection.execute(sql, _span(month)).fetchall()

    def _days(self, rest: str, *parameters: object) -> list[Day]:
        return [_day(row) for row in self._connection.execute(f"SELECT * FROM days {rest}", parameters)]

    def _value(self, sql: str, *parameters: object) -> object:
        row = self._connection.execute(sql, parameters).fetchone()
        return row[0] if row else None


@contextmanager
def open_notes(folder: Path) -> Iterator[SiteNotes]:
    """The notes of `folder` in one transaction: kept at the end of the block, as they were after an exception.

    Notes that are damaged, or of another layout, are begun anew. Raises `OutputUnwritable`.
    """
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(_connected(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield SiteNotes(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            if connection.execute("PRAGMA freelist_count").fetchone()[0] > _LOOSE_PAGES:
                connection.execute("VACUUM")  # after a build of everything: its words are not needed any more
    except (OSError, sqlite3.Error) as error:
        said = getattr(error, "strerror", None) or error
        if "locked" in str(said):
            said = "another build of it does not end"
        raise OutputUnwritable(
            f"{folder} cannot be written: {said}.",
            cure="Check the folder's permissions or free space, or name another folder in output.site_dir.",
        ) from error


def _connected(path: Path) -> sqlite3.Connection:
    for _ in range(2):
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
        try:
            connection.execute(f"PRAGMA cache_size = -{_KEPT_IN_MEMORY}")
            if connection.execute("PRAGMA user_version").fetchone()[0] == int(_LAYOUT):
                connection.execute("SELECT 1 FROM meta LIMIT 1").fetchall()
                return connection
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchall():
                connection.execute(f"PRAGMA page_size = {_PAGE}")
                connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_LAYOUT}; COMMIT;")
                return connection
        except sqlite3.OperationalError:
            connection.close()
            raise
        except sqlite3.DatabaseError:
            pass
        connection.close()
        path.unlink()
    raise AssertionError("a new file has no tables")


def _key(of: ListName) -> str:
    return "" if of == ALL else of.path


def _span(period: str) -> tuple[str, str]:
    """The first and the last day, as text, of a year or a month; of all time, if empty."""
    return (period or "0000") + "", (period or "9999") + "~"


def _date(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def _day(row: Sequence[Any]) -> Day:
    day, fingerprint, changed_at, rendered_at, empty_reason, *counts = row
    return Day(
        date.fromisoformat(day),
        Counts(*counts),
        fingerprint,
        datetime.fromisoformat(changed_at),
        datetime.fromisoformat(rendered_at),
        empty_reason,
    )


def _packed(entry: Entry) -> str:
    tags = [[tag.name, tag.label] for tag in entry.tags]
    shown = [entry.day.isoformat(), entry.identifier, entry.title, entry.authors, entry.categories, tags]
    rest = [entry.late, entry.withdrawn, entry.translated_title, entry.gist, entry.abstract]
    return json.dumps([*shown, *rest], separators=(",", ":"))


def _unpacked(text: str) -> Entry:
    day, identifier, title, authors, categories, tags, late, withdrawn, *said = json.loads(text)
    translated_title, gist, abstract = said
    return Entry(
        date.fromisoformat(day),
        identifier,
        title,
        tuple(authors),
        tuple(categories),
        tuple(Tag(*tag) for tag in tags),
        late,
        withdrawn,
        translated_title,
        gist,
        abstract=abstract,
    )


def _packed_words(words: PaperWords) -> bytes:
    return zlib.compress("\n".join((" ".join(sorted(words.prominent)), " ".join(sorted(words.other)))).encode(), 1)


def _unpacked_words(packed: bytes) -> PaperWords:
    prominent, other = zlib.decompress(packed).decode().split("\n")
    return PaperWords(frozenset(prominent.split()), frozenset(other.split()))
