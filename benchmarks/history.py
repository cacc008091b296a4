"""A store with a long history, made by SQL in seconds: what a digest holds after many years.

Every row that a day leaves behind is there, in the sizes that real ones have; only the texts come from a thousand
variants, and full texts have 2 kB instead of some 12, so that a million papers fit on a laptop. Dates follow each other
without weekends, twenty papers on each; no history is longer than arXiv's, so of a million papers all but the last are
eighty a day.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from math import ceil
from pathlib import Path

from digest_assets.site import search
from digest_assets.site.periods import MOST_PAPERS, Period, Periods
from digest_assets.store.connection import DigestStore

PAPERS_A_DAY = 20
LONGEST = 12_800
"""Dates since August 1991."""
RECENT = 400
"""The last dates have `PAPERS_A_DAY`: arXiv shows them again, and a new one stands on their pages and lists."""
AUTHORS_SELDOM = 1_000
"""Of so many dates, one has papers by each of the authors of the measured day: fifty among a million papers."""
LOOKED_BACK = 32
"""Mailings that an answer of the API shows again (`arxiv.lookback_days`, weekends left out)."""
PAPERS_A_PART = 4
"""Of the search index: an archive of 100,000 papers has some 23,000 parts (`searching.py`)."""
PARTS_A_SHELF = 77

_MADE = """
CREATE TEMP TABLE made AS
WITH backwards AS (
    SELECT i, $papers - 1 - i AS later,
           if(later < $recent * $a_day, later // $a_day, $recent + (later - $recent * $a_day) // $a_busy_day) AS back
    FROM range($papers) t(i)
)
SELECT i, format('{:04d}.{:05d}', i // 100000, i % 100000) AS identifier, $last - back::INTEGER AS day,
       i % 1000 AS variant
FROM backwards;
CREATE TEMP TABLE variants AS
SELECT v AS variant, string_agg(md5((v * 1000 + j)::VARCHAR), ' ' ORDER BY j) AS words
FROM range(1000) t(v), range(60) u(j) GROUP BY v;
CREATE TEMP TABLE dates AS
SELECT day, count(*) AS papers, min(i) AS first FROM made GROUP BY day ORDER BY day;
"""

_TABLES = (
    """INSERT INTO papers (identifier, version, title, abstract, authors, categories, published_at, updated_at, source,
       recorded_at)
       SELECT identifier, 1, 'A title of sixty characters or so, number ' || i, words[:1300],
       ['Ada Author', 'Ben Bystander', 'Cleo Colleague', 'Dan Draughtsman'], ['cs.SD', 'eess.AS'],
       day - INTERVAL 9 HOUR, day - INTERVAL 9 HOUR, 'api', day + INTERVAL 4 HOUR
       FROM made JOIN variants USING (variant) ORDER BY i""",
    """INSERT INTO announcements (digest, identifier, announced_at, kind, known_by, first_seen_at, first_seen_by)
       SELECT $digest, identifier, day + INTERVAL 1 HOUR, 'new', 'feed', day + INTERVAL 4 HOUR, 'feed'
       FROM made ORDER BY i""",
    """INSERT INTO windowed_papers (digest, digest_date, identifier, version, outcome, late, in_window, withdrawn,
       claimed_at)
       SELECT $digest, day, identifier, 1, 'kept', false, true, false, day + INTERVAL 4 HOUR FROM made ORDER BY i""",
    """INSERT INTO published_papers (digest, digest_date, identifier, version, published_at)
       SELECT $digest, day, identifier, 1, day + INTERVAL 5 HOUR FROM made ORDER BY i""",
    """INSERT INTO translations (digest, digest_date, identifier, version, language, status, abstract, model,
       prompt_version, input_tokens, output_tokens, cached_tokens, answer_key, recorded_at)
       SELECT $digest, day, identifier, 1, 'zh', 'done', words[:900], 'a-model', 'p1',
       900, 700, 0, md5('t' || i) || md5('u' || i), day + INTERVAL 5 HOUR FROM made JOIN variants USING (variant)
       ORDER BY i""",
    """INSERT INTO summaries (digest, digest_date, identifier, version, language, status, background, method, results,
       text_source, model, prompt_version, input_tokens, output_tokens, cached_tokens, answer_key, recorded_at)
       SELECT $digest, day, identifier, 1, 'zh', 'done', words[:500], words[300:900], words[500:1100],
       'html', 'a-model', 'p1', 12000, 1500, 0, md5('r' || i) || md5('s' || i),
       day + INTERVAL 5 HOUR FROM made JOIN variants USING (variant) ORDER BY i""",
    """INSERT INTO model_answers (answer_key, kind, identifier, version, model, prompt_version, answer, finish_reason,
       defects, input_tokens, output_tokens, cached_tokens, created_at)
       SELECT md5(a || i) || md5(b || i), kind, identifier, 1, 'a-model', 'p1', words[:size], 'stop', [], given, taken,
       0, day + INTERVAL 5 HOUR
       FROM made JOIN variants USING (variant), (VALUES ('t', 'u', 'translation', 900, 900, 700),
       ('r', 's', 'reading', 1700, 12000, 1500)) k(a, b, kind, size, given, taken) ORDER BY i""",
    """INSERT INTO full_texts (identifier, version, source, final, sections, byte_count, section_count, formula_count,
       table_count, token_count, fetched_at)
       SELECT identifier, 1, 'html', true, words::BLOB, 200000, 9, 60, 4, 12000, day + INTERVAL 5 HOUR
       FROM made JOIN variants USING (variant) ORDER BY i""",
    """INSERT INTO entry_payloads (payload_hash, payload, stored_at)
       SELECT md5('p' || i) || md5('q' || i), words[:1900], day + INTERVAL 4 HOUR
       FROM made JOIN variants USING (variant) ORDER BY i""",
    """INSERT INTO raw_feed_entries (digest, digest_date, source, position, identifier, version, payload_hash, query,
       fetched_at)
       SELECT $digest, day, 'api', i - begins, format('{:04d}.{:05d}', i // 100000, i % 100000), 1,
       md5('p' || i) || md5('q' || i), 'cat:cs.SD', day + INTERVAL 4 HOUR
       FROM (SELECT day, begins, unnest(range(begins, first + papers)) AS i
             FROM (SELECT *, min(first) OVER (ORDER BY day ROWS $looked_back - 1 PRECEDING) AS begins FROM dates))""",
    """INSERT INTO digests (digest, digest_date, made_at, categories)
       SELECT $digest, day, day + INTERVAL 4 HOUR, ['cs.SD', 'eess.AS'] FROM dates""",
    """INSERT INTO rendered_posts (digest, digest_date, path, sha256, announced, published, filtered, failed, late,
       rendered_at)
       SELECT $digest, day, 'posts/' || day || '.md', md5(day::VARCHAR), papers, papers, 0,
       0, 0, day + INTERVAL 5 HOUR FROM dates""",
    """INSERT INTO fetches (fetch_id, digest, digest_date, source, scope, query, window_start, window_end, fetched_at,
       newest_mailing_at, entry_count, resolved)
       SELECT uuid(), $digest, day, source, 'cs.SD+eess.AS', 'cat:cs.SD', day - INTERVAL 45 DAY, day + INTERVAL 4 HOUR,
       day + INTERVAL 4 HOUR, day + INTERVAL 1 HOUR, papers * $looked_back, true
       FROM dates, (VALUES ('api'), ('feed')) s(source) ORDER BY day""",
)


def fill(store: DigestStore, digest: str, papers: int, last: date) -> None:
    """Fills the empty `store` with `papers` papers, the last of them on `last`."""
    values = {
        "papers": papers,
        "a_day": PAPERS_A_DAY,
        "a_busy_day": PAPERS_A_DAY * _times(papers),
        "recent": RECENT,
        "last": last,
        "digest": digest,
        "looked_back": LOOKED_BACK,
    }
    with store.transaction() as connection:
        for statement in (*_MADE.strip().split(";\n"), *_TABLES):
            used = {name: value for name, value in values.items() if f"${name}" in statement}
            if statement.strip(" \n;"):
                connection.execute(statement, used or None)


def _times(papers: int) -> int:
    """How many times `PAPERS_A_DAY` a date of the history has."""
    return ceil(papers / (PAPERS_A_DAY * LONGEST))


def settle(store: DigestStore, digest: str) -> None:
    """Makes the dates of all papers that are still open, as if each had been made in its time."""
    with store.transaction() as connection:
        connection.execute(
            """
            CREATE TEMP TABLE settled AS
            SELECT a.identifier, (a.announced_at + INTERVAL 8 HOUR)::DATE AS day
            FROM announcements a JOIN open_papers o USING (digest, identifier) WHERE a.digest = $digest
            """,
            {"digest": digest},
        )
        for statement in (
            "INSERT INTO digests (digest, digest_date, made_at, categories) "
            "SELECT DISTINCT $digest, day, day + INTERVAL 4 HOUR, ['cs.SD', 'eess.AS'] "
            "FROM settled WHERE day NOT IN (SELECT digest_date FROM digests)",
            "INSERT INTO windowed_papers (digest, digest_date, identifier, version, outcome, late, in_window, "
            "withdrawn, claimed_at) "
            "SELECT $digest, day, identifier, 1, 'kept', false, true, false, day + INTERVAL 4 HOUR FROM settled",
            "DELETE FROM open_papers WHERE digest = $digest",
        ):
            connection.execute(statement, {"digest": digest} if "$digest" in statement else None)


def note_history(notes: Path, papers: int, last: date) -> None:
    """Notes in `.site.sqlite`, which has one date so far, that the site has the pages of `papers` papers up to `last`.

    Each date is a copy of that one, or several in a row: its categories and topics have papers on every date, its
    authors on one of `AUTHORS_SELDOM`.
    """
    times, fold = _times(papers), papers // PAPERS_A_DAY
    dates = min(fold, RECENT) + max(0, fold - RECENT) // times
    with closing(sqlite3.connect(notes)) as connection, connection:
        (model,) = connection.execute("SELECT max(day) FROM days").fetchone()
        connection.execute("CREATE TEMP TABLE dates (day TEXT PRIMARY KEY, has_authors INTEGER)")
        connection.execute("CREATE TEMP TABLE copies (day TEXT, begins INTEGER)")
        for back in range(dates):
            day = (last - timedelta(days=back)).isoformat()
            connection.execute("INSERT INTO dates VALUES (?, ?)", (day, back % AUTHORS_SELDOM == 0))
            connection.executemany(
                "INSERT INTO copies VALUES (?, ?)",
                [(day, copy * PAPERS_A_DAY) for copy in range(1 if back < RECENT else times)],
            )
        for statement in (
            "INSERT INTO days SELECT d.day, fingerprint, changed_at, d.day || 'T05:00:00+00:00', empty_reason, "
            "announced, published, filtered, failed, late, translations, translations_wanted, readings, "
            "readings_wanted FROM dates d, days m WHERE m.day = :model",
            "INSERT INTO entries SELECT c.day, position + begins, identifier, shown, item, lists "
            "FROM copies c, entries m WHERE m.day = :model ORDER BY 1, 2",
            "INSERT INTO listed SELECT list, d.day, count(*), json_group_array(p.value + begins) "
            "FROM listed m, json_each(m.positions) p, dates d JOIN copies c ON c.day = d.day "
            "WHERE m.day = :model AND (has_authors OR list NOT LIKE 'a/%') GROUP BY 1, 2 ORDER BY 1, 2",
            "UPDATE lists SET papers = papers * (1 + (SELECT count(*) FROM dates JOIN copies USING (day) "
            "WHERE has_authors OR list NOT LIKE 'a/%'))",
            "INSERT INTO list_years SELECT m.list, substr(d.day, 1, 4), m.papers * count(*) "
            "FROM list_years m, dates d JOIN copies USING (day) WHERE has_authors OR list NOT LIKE 'a/%' GROUP BY 1, 2 "
            "ON CONFLICT DO UPDATE SET papers = papers + excluded.papers",
            "INSERT INTO months SELECT substr(day, 1, 7), count(*) * (SELECT count(*) FROM entries WHERE day = :model) "
            "FROM copies GROUP BY 1 ON CONFLICT DO UPDATE SET papers = papers + excluded.papers",
            "INSERT OR IGNORE INTO terms SELECT term, c.day, identifier || '-' || c.begins FROM copies c, terms m "
            "WHERE m.day = :model",
            "UPDATE term_papers SET papers = papers * (1 + (SELECT count(*) FROM copies))",
        ):
            connection.execute(statement, {"model": model} if ":model" in statement else {})
        _note_index(connection)


def _note_index(connection: sqlite3.Connection) -> None:
    """Notes the search index of the copies: pieces as large as they become. Their words are invented, and no file of
    them is made."""
    (noted,) = connection.execute("SELECT value FROM meta WHERE name = 'periods'").fetchone()
    periods = Periods(noted)
    known = {day for period in periods.found.values() for day, _ in period.dates}
    dates = connection.execute("SELECT day, papers FROM listed WHERE list = '' ORDER BY day").fetchall()
    before = 0
    for day, papers in dates:
        if day not in known:
            name = f"p{1 + before // MOST_PAPERS}"
            periods.found.setdefault(name, Period(name, [])).dates.append((day, papers))
            before += papers
    for name, period in periods.found.items():
        if not period.is_month:
            parts = period.papers // PAPERS_A_PART
            shelves = [*range(0, parts, PARTS_A_SHELF)] if parts > search.SHELVED else []
            firsts = ["", *(f"{number:05}" for number in range(1, len(shelves) or parts))]
            periods.found[name] = Period(name, period.dates, firsts, shelves, parts)
    connection.execute("UPDATE meta SET value = ? WHERE name = 'periods'", [periods.noted()])
