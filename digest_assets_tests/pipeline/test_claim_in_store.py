"""What the step that claims reads from the store and writes to it: what arXiv answered for a few dates lies there as
`receive` leaves it, and nothing else of the world is needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest

from digest_assets.arxiv import atom, feed, oai
from digest_assets.arxiv.calendar import mailing_for_submission
from digest_assets.config import DigestSettings, FilterSettings, GroupBy, InterestSettings, Settings
from digest_assets.errors import NotInStore
from digest_assets.model import AnnouncementKind, FeedEntry, Paper, Source, UnreadableEntry
from digest_assets.pipeline.claim import MadeDate, claim_papers
from digest_assets.sandbox import arxiv_documents as documents
from digest_assets.store import feeds
from digest_assets.store.connection import DigestStore
from digest_assets.store.feeds import ANY_FIELD, Fetch

ONE_DAY, ONE_HOUR = timedelta(days=1), timedelta(hours=1)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 1, 27) + timedelta(days=offset) for offset in range(4))
NEW, CROSS, REPLACE = AnnouncementKind.NEW, AnnouncementKind.CROSS, AnnouncementKind.REPLACE
CATEGORIES = ("cs.SD", "eess.AS")
SCOPE = "cs.SD+eess.AS"
LONG_AGO = datetime(2024, 10, 1, 10, tzinfo=timezone.utc)


def noon(day: date) -> datetime:
    """In Shanghai: when the schedule asks. In winter the feed is still that of the day before."""
    return datetime(day.year, day.month, day.day, 4, 30, tzinfo=timezone.utc)


def afternoon(day: date) -> datetime:
    """When the feed is there."""
    return noon(day) + 2 * ONE_HOUR


def submitted(day: date, hour: int = 10) -> datetime:
    """A submission that the mailing of `day` announces unless it is held."""
    return noon(day).replace(hour=hour, minute=0) - ONE_DAY


def mailing(day: date) -> datetime:
    return mailing_for_submission(submitted(day)).announced_at


def paper(number: int, at: datetime, **changes: Any) -> Paper:
    name = f"2601.{number:05}"
    made = Paper(name, 1, f"Title of {name}", "An abstract.", ("Ada Sample",), ("cs.SD",), at, at)
    return replace(made, **changes)


def papers(day: date, *numbers: int) -> list[Paper]:
    return [paper(number, submitted(day, 2 + number % 10)) for number in numbers]


@cache
def an_empty_store() -> bytes:
    """Its file, made once: the migrations are most of what a test takes."""
    with TemporaryDirectory() as folder:
        store = DigestStore(Path(folder) / "digest.duckdb")
        with store.transaction():
            pass
        duckdb.connect(str(store.path)).close()  # which writes to the file what is in its log
        return store.path.read_bytes()


class Held:
    """A store, and the settings of its digest."""

    def __init__(self, folder: Path, name: str = "arxiv") -> None:
        self.store = DigestStore(folder / "digest.duckdb")
        if not self.store.path.exists():
            self.store.path.parent.mkdir(exist_ok=True)
            self.store.path.write_bytes(an_empty_store())
        digest = DigestSettings(name=name, categories=CATEGORIES, first_date=date(2026, 1, 1))
        self.settings = Settings.model_construct(digest=digest)

    def change(self, **sections: Any) -> None:
        """Changes settings: `held.change(digest={"updates": "refresh"})`."""
        for name, update in sections.items():
            old = getattr(self.settings, name)
            new = old.model_copy(update=update) if isinstance(update, dict) else update
            self.settings = self.settings.model_copy(update={name: new})

    def answered(self, day: date, fetch: Fetch, entries: Sequence[FeedEntry | UnreadableEntry]) -> None:
        name = self.settings.digest.name
        with self.store.transaction() as connection:
            kept = feeds.keep_payloads(connection, entries, fetch.fetched_at)
            feeds.replace_entries(connection, name, day, fetch, kept)
            feeds.record_fetch(connection, name, day, replace(fetch, entry_count=len(entries)))

    def search(self, day: date, found: Iterable[Paper], at: datetime | None = None, spoilt: Sequence[str] = ()) -> None:
        """The answer of a search of 40 days, asked at noon; `spoilt`: entries that cannot be read."""
        at, found = at or noon(day), list(found)
        newest = max((each.published_at for each in found if each.published_at), default=None)
        shown = mailing_for_submission(newest).announced_at if newest else None
        start = at - timedelta(days=40)
        entries = [atom.read_entry(text) for text in (*map(documents.api_entry, found), *spoilt)]
        self.answered(day, Fetch(Source.API, SCOPE, "a query", at, 0, start, at, shown), entries)

    def feed(
        self, day: date, *items: tuple[Paper, AnnouncementKind], form: str = "rss", of: date | None = None
    ) -> None:
        """That of the mailing of `of`, or of `day` itself, asked in the afternoon."""
        midnight = mailing(of or day).replace(hour=5)
        written = getattr(documents, form)(items, query=SCOPE, names="cs.SD, eess.AS", midnight=midnight)
        read = feed.parse_feed(written)
        fetch = Fetch(Source.FEED, SCOPE, SCOPE, afternoon(day), 0, newest_mailing_at=read.announced_at)
        self.answered(day, fetch, [*read.entries, *read.unreadable])

    def oai(self, day: date, *records: tuple[Paper, date, Sequence[datetime]]) -> None:
        """Records with the day of their change and the submissions of their versions, asked in the afternoon."""
        written = "".join(
            documents.oai_record(each, noon(changed), enumerate(times, 1)) for each, changed, times in records
        )
        body = documents.oai(
            f"<ListRecords>{written}</ListRecords>", arguments={}, address="http://oai.example.org", now=noon(day)
        )
        read = oai.parse_list_records(body)
        fetch = Fetch(Source.OAI, SCOPE, "a query", afternoon(day), 0, mailing(day), noon(day))
        self.answered(day, fetch, [*(each.entry for each in read.records), *read.unreadable])

    def in_any_field(self, day: date, at: datetime | None = None) -> None:
        """arXiv's search shows papers of the mailing of `day`, of other fields."""
        fetch = Fetch(Source.API, ANY_FIELD, "a query", at or noon(day), 1, newest_mailing_at=mailing(day))
        with self.store.transaction() as connection:
            feeds.record_fetch(connection, self.settings.digest.name, day, fetch)

    def claim(self, day: date, at: datetime | None = None) -> MadeDate:
        return claim_papers(self.settings, self.store, at or noon(day), day)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.store.transaction() as connection:
            return connection.execute(sql).fetchall()

    def known_by(self) -> dict[str, str]:
        return dict(self.rows("SELECT identifier, known_by FROM announcements"))


@pytest.fixture
def held(tmp_path: Path) -> Held:
    return Held(tmp_path)


def numbers(made: MadeDate) -> list[int]:
    """Of the papers that a date took, whatever became of them."""
    return sorted(int(each.paper.identifier[5:]) for each in made.papers)


# What a date makes of a search


def test_a_date_claims_what_its_mailing_announced_and_says_when(held: Held) -> None:
    held.search(TUESDAY, papers(TUESDAY, 1, 2))
    made = held.claim(TUESDAY, noon(TUESDAY) + ONE_HOUR)
    assert replace(made, papers=[]) == MadeDate([])
    first = made.papers[-1]
    assert numbers(made) == [1, 2]
    assert first.paper == papers(TUESDAY, 1)[0], "with all its texts"
    at, seen = mailing(TUESDAY), noon(TUESDAY)
    assert (
        held.rows("SELECT * EXCLUDE (identifier) FROM announcements")
        == [("arxiv", at, "new", "inferred", seen, "api", None)] * 2
    )
    assert held.rows("SELECT made_at, categories, empty_reason FROM digests") == [
        (noon(TUESDAY) + ONE_HOUR, [*CATEGORIES], None)
    ]
    assert held.rows("SELECT DISTINCT outcome, late, in_window, withdrawn, claimed_at FROM windowed_papers") == [
        ("kept", False, True, False, noon(TUESDAY) + ONE_HOUR)
    ]
    assert held.rows("SELECT DISTINCT source, recorded_at FROM papers") == [("api", seen)]
    assert held.rows("SELECT resolved FROM fetches") == [(True,)]


def test_without_an_answer_of_arxiv_s_nothing_is_claimed(held: Held) -> None:
    held.search(TUESDAY, papers(TUESDAY, 1))
    with pytest.raises(NotInStore, match="holds no answer of arXiv's for 2026-01-28"):
        held.claim(WEDNESDAY)


def test_before_its_mailing_a_date_takes_nothing_and_says_from_when_on_it_will(held: Held) -> None:
    early = mailing(WEDNESDAY) - ONE_HOUR
    held.search(WEDNESDAY, papers(TUESDAY, 1), early)
    said = "arXiv announces the papers of 2026-01-28 at 09:00 (Asia/Shanghai)."
    assert held.claim(WEDNESDAY, early) == MadeDate([], not_yet=said)
    assert held.rows("SELECT * FROM open_dates") == [("arxiv", WEDNESDAY, said, early)]
    assert held.rows("SELECT * FROM digests") == []
    assert held.known_by() == {"2601.00001": "inferred"}, "what was seen is known all the same"


def test_a_weekend_to_come_says_from_when_on_it_exists(held: Held) -> None:
    saturday = FRIDAY + ONE_DAY
    held.search(saturday, papers(FRIDAY, 1), noon(FRIDAY))
    made = held.claim(saturday, noon(FRIDAY))
    assert made == MadeDate([], not_yet="The digest of 2026-01-31 exists from 2026-01-31 08:50 (Asia/Shanghai) on.")
    opens = held.settings.digest.days.opens_at(saturday)
    assert held.claim(saturday, opens).empty_reason == "arXiv announces nothing on Friday evenings (New York)."


def test_two_digests_of_one_store_claim_each_for_itself(held: Held, tmp_path: Path) -> None:
    other = Held(tmp_path, "beside")
    other.search(TUESDAY, papers(TUESDAY, 2, 3))
    other.claim(TUESDAY)
    held.search(TUESDAY, papers(TUESDAY, 1, 2))
    assert numbers(held.claim(TUESDAY)) == [1, 2]
    assert numbers(other.claim(TUESDAY)) == [2, 3]


def test_what_belongs_to_days_before_the_first_date_is_no_date_s(held: Held) -> None:
    """The first date that was made counts, or the one that is made now, where that is earlier still."""
    found = [*papers(TUESDAY, 1), *papers(WEDNESDAY, 11), *papers(THURSDAY, 21)]
    held.search(THURSDAY, found)
    assert numbers(held.claim(THURSDAY)) == [21]
    held.search(WEDNESDAY, found, noon(THURSDAY))
    assert numbers(held.claim(WEDNESDAY, noon(THURSDAY))) == [11]
    assert held.rows("SELECT identifier FROM open_papers") == [("2601.00001",)]


# Late, open, made again


def test_what_a_made_date_has_missed_is_late_in_the_next(held: Held) -> None:
    held.search(TUESDAY, papers(TUESDAY, 2))
    held.claim(TUESDAY)
    held.search(WEDNESDAY, [*papers(TUESDAY, 1, 2), *papers(WEDNESDAY, 11)])
    made = held.claim(WEDNESDAY)
    assert {each.paper.identifier: (each.late, each.in_window) for each in made.papers} == {
        "2601.00001": (True, False),  # a lower number than was shown on Tuesday: it came late into the index
        "2601.00011": (False, True),
    }
    assert numbers(held.claim(TUESDAY, noon(WEDNESDAY))) == [2], "made again, a date takes back its own"


def empty(held: Held, day: date) -> None:
    """`day` is made, and has no papers."""
    held.search(day, [])
    held.in_any_field(day)
    said = f"The mailing of {day}, 09:00 (Asia/Shanghai) had nothing in these categories."
    assert held.claim(day) == MadeDate([], empty_reason=said)
    assert held.rows(f"SELECT empty_reason FROM digests WHERE digest_date = '{day}'") == [(said,)]


def test_the_last_date_is_open_for_as_long_as_nobody_has_read_a_post_of_it(held: Held) -> None:
    empty(held, TUESDAY)
    held.search(TUESDAY, papers(TUESDAY, 1), noon(TUESDAY) + ONE_HOUR)
    made = held.claim(TUESDAY, noon(TUESDAY) + ONE_HOUR)
    assert (numbers(made), made.empty_reason) == ([1], None)


def test_an_empty_date_before_the_last_is_closed(held: Held) -> None:
    empty(held, TUESDAY)
    held.search(WEDNESDAY, papers(WEDNESDAY, 11))
    held.claim(WEDNESDAY)
    held.search(TUESDAY, papers(TUESDAY, 1), noon(WEDNESDAY))
    held.in_any_field(TUESDAY)
    assert numbers(held.claim(TUESDAY, noon(WEDNESDAY) + ONE_HOUR)) == []


def test_a_last_date_with_papers_is_closed(held: Held) -> None:
    held.search(TUESDAY, papers(TUESDAY, 2))
    held.claim(TUESDAY)
    held.search(TUESDAY, papers(TUESDAY, 1, 2), noon(TUESDAY) + ONE_HOUR)
    assert numbers(held.claim(TUESDAY, noon(TUESDAY) + ONE_HOUR)) == [2]


@pytest.mark.parametrize(("by", "taken"), [("announced", [1, 11]), ("submitted", [11])])
def test_by_submission_a_date_takes_what_was_submitted_in_its_window(held: Held, by: str, taken: list[int]) -> None:
    """Tuesday's mailing in Shanghai has the papers of the weekend, too."""
    held.change(digest={"by": GroupBy(by)})
    held.search(TUESDAY, [paper(1, submitted(TUESDAY - 2 * ONE_DAY)), *papers(TUESDAY, 11)])
    assert numbers(held.claim(TUESDAY)) == taken


@pytest.mark.parametrize(("by", "taken"), [("announced", [4]), ("submitted", [])])
def test_a_paper_in_doubt_of_its_mailing_is_taken_by_the_first_date_that_may_be_its_own(
    held: Held, by: str, taken: list[int]
) -> None:
    """Its number is none of the day on which it was submitted: moderation had held it. It looks like Wednesday's, whose
    date nobody made, and may be Thursday's; by submission its date is one that nobody makes."""
    held.change(digest={"by": GroupBy(by)})
    found = [*papers(TUESDAY, 1, 2, 3), paper(4, submitted(TUESDAY - 4 * ONE_DAY))]
    held.search(THURSDAY, found)
    held.in_any_field(THURSDAY)
    made = held.claim(THURSDAY)
    assert held.rows("SELECT announced_at, latest_at FROM announcements WHERE identifier = '2601.00004'") == [
        (mailing(WEDNESDAY), mailing(THURSDAY))
    ]
    assert numbers(made) == taken


# Filters and caps


def test_a_cap_that_offers_passes_the_oldest_on_to_the_next_date(held: Held) -> None:
    held.change(filters=FilterSettings(cap=2, capped="offer"))
    held.search(TUESDAY, papers(TUESDAY, 1, 2, 3))
    made = held.claim(TUESDAY)
    assert (numbers(made), made.passed_on) == ([2, 3], 1)
    assert held.rows("SELECT * FROM passed_on") == [("arxiv", TUESDAY, "2601.00001")]


def test_a_cap_that_drops_claims_what_it_leaves_out(held: Held) -> None:
    held.change(filters=FilterSettings(cap=2))
    held.search(TUESDAY, papers(TUESDAY, 1, 2, 3))
    made = held.claim(TUESDAY)
    assert (numbers(made), made.passed_on) == ([1, 2, 3], 0)
    assert [each.paper.identifier for each in made.papers if each.reason] == ["2601.00001"]


def about(number: int, subject: str) -> Paper:
    """The lower the number, the older."""
    return replace(papers(TUESDAY, number)[0], title=f"On {subject}", abstract=f"We study {subject}.")


def test_a_cap_keeps_what_the_reader_wants_first_and_what_the_post_had_before(held: Held) -> None:
    held.change(filters=FilterSettings(cap=1), interests=(InterestSettings(name="bells", keywords=("bells",)),))
    held.search(TUESDAY, [about(1, "bells"), about(2, "whistles"), about(3, "drums")])
    kept = [each.paper.title for each in held.claim(TUESDAY).papers if each.reason is None]
    assert kept == ["On bells"], "the oldest, but about bells"
    held.change(interests=(InterestSettings(name="drums", keywords=("drums",)),))
    kept = [each.paper.title for each in held.claim(TUESDAY, noon(TUESDAY) + ONE_HOUR).papers if each.reason is None]
    assert kept == ["On bells"], "what a post has shown stays, whatever the reader wants since"


def test_what_filters_leave_out_takes_no_place_under_a_cap(held: Held) -> None:
    held.change(
        filters=FilterSettings(cap=1, exclude_keywords=("loud",)),
        interests=(InterestSettings(name="bells", keywords=("bells",)),),
    )
    held.search(TUESDAY, [about(1, "bells"), about(2, "loud bells"), about(3, "drums")])
    made = held.claim(TUESDAY)
    assert {each.paper.title: each.reason and each.reason.value for each in made.papers} == {
        "On bells": None,
        "On loud bells": "keyword",
        "On drums": "cap",
    }


def test_a_withdrawn_paper_is_claimed_as_such(held: Held) -> None:
    first, second = papers(TUESDAY, 1, 2)
    held.search(TUESDAY, [replace(first, comment="This paper has been withdrawn by the authors"), second])
    made = held.claim(TUESDAY)
    assert {each.paper.identifier[-1]: each.withdrawn for each in made.papers} == {"1": True, "2": False}


# Later versions


def with_a_second_version(held: Held) -> Paper:
    """Tuesday's date has the first version; the second was submitted for Wednesday's mailing."""
    first, other = papers(TUESDAY, 1, 2)
    held.search(TUESDAY, [first, other])
    held.claim(TUESDAY)
    return replace(first, version=2, abstract="A new abstract.", updated_at=submitted(WEDNESDAY))


VERSIONS = "SELECT identifier, version, digest_date, claimed_date, abstract_changed, recorded_at FROM paper_updates"


@pytest.mark.parametrize(("updates", "version"), [("list", 1), ("refresh", 2)])
def test_a_later_version_is_listed_by_the_next_date(held: Held, updates: str, version: int) -> None:
    held.change(digest={"updates": updates})
    second = with_a_second_version(held)
    held.search(WEDNESDAY, [second, *papers(WEDNESDAY, 11)])
    made = held.claim(WEDNESDAY, noon(WEDNESDAY) + ONE_HOUR)
    assert (numbers(made), made.updates) == ([11], 1)
    assert held.rows(VERSIONS) == [("2601.00001", 2, WEDNESDAY, TUESDAY, True, noon(WEDNESDAY) + ONE_HOUR)]
    assert held.rows("SELECT version FROM windowed_papers WHERE identifier = '2601.00001'") == [(version,)]


def test_a_date_that_is_made_again_or_has_no_papers_lists_no_later_version(held: Held) -> None:
    second = with_a_second_version(held)
    held.search(WEDNESDAY, [second])
    held.in_any_field(WEDNESDAY)
    assert held.claim(WEDNESDAY).updates == 0, "no papers"
    held.search(THURSDAY, papers(THURSDAY, 21))
    held.claim(THURSDAY)
    held.search(THURSDAY, [second, *papers(THURSDAY, 21)], noon(THURSDAY) + ONE_HOUR)
    assert held.claim(THURSDAY, noon(THURSDAY) + ONE_HOUR).updates == 0, "made again"
    assert held.rows(VERSIONS) == []


# Entries that cannot be read


def test_an_entry_that_names_no_paper_is_counted(held: Held) -> None:
    (first,) = papers(TUESDAY, 1)
    held.search(TUESDAY, papers(TUESDAY, 2), spoilt=[documents.api_entry(first).replace(first.versioned, "")])
    assert numbers(held.claim(TUESDAY, noon(TUESDAY) + ONE_HOUR)) == [2]
    assert held.rows("SELECT source, digest, digest_date, recorded_at FROM unreadable_papers") == [
        ("api", "arxiv", TUESDAY, noon(TUESDAY) + ONE_HOUR)
    ]


# What tells of a mailing


def test_a_date_waits_for_its_mailing_while_nothing_was_seen_of_it(held: Held) -> None:
    held.search(WEDNESDAY, papers(TUESDAY, 1))
    said = "Nothing is to be seen yet of the mailing due at 09:00 (Asia/Shanghai)."
    assert held.claim(WEDNESDAY) == MadeDate([], not_yet=said)
    held.in_any_field(TUESDAY)
    assert held.claim(WEDNESDAY).not_yet == said, "that was another mailing"
    held.in_any_field(WEDNESDAY)
    assert held.claim(WEDNESDAY).empty_reason is not None


def test_papers_that_came_with_a_later_mailing_explain_an_empty_date(held: Held) -> None:
    shown = [*papers(TUESDAY, 1, 2), *papers(WEDNESDAY, 11)]
    held.feed(TUESDAY, *((each, NEW) for each in shown), of=WEDNESDAY)
    held.search(TUESDAY, shown, afternoon(WEDNESDAY))
    made = held.claim(TUESDAY, afternoon(WEDNESDAY))
    assert made == MadeDate(
        [],
        empty_reason="arXiv announced nothing in these categories at 09:00 (Asia/Shanghai): 2 papers that were "
        "submitted for it came with the next mailing.",
    )


def test_a_feed_without_news_of_ours_says_that_its_mailing_has_none(held: Held) -> None:
    """It names a paper of yesterday's, cross-listed once more, and lacks the others: it is not yesterday's."""
    of_tuesday = papers(TUESDAY, 1, 2, 3)
    held.search(TUESDAY, of_tuesday)
    held.claim(TUESDAY)
    held.feed(WEDNESDAY, (of_tuesday[0], CROSS))
    held.search(WEDNESDAY, of_tuesday, afternoon(WEDNESDAY))
    made = held.claim(WEDNESDAY, afternoon(WEDNESDAY))
    assert str(made.empty_reason).endswith("had nothing in these categories.")


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_what_a_feed_announces_is_its_mailing_s(held: Held, form: str) -> None:
    """It tells no time of submission, and what it says of a mailing goes before what numbers say."""
    first, other = papers(TUESDAY, 1, 2)
    held.feed(TUESDAY, (first, NEW), (other, CROSS), form=form)
    made = held.claim(TUESDAY, afternoon(TUESDAY))
    assert numbers(made) == [1, 2]
    assert held.rows("SELECT announced_at, kind, known_by, first_seen_by FROM announcements ORDER BY identifier") == [
        (mailing(TUESDAY), "new", "feed", "feed"),
        (mailing(TUESDAY), "cross", "feed", "feed"),
    ]
    assert held.rows("SELECT DISTINCT source, published_at, recorded_at FROM papers") == [
        ("feed", None, afternoon(TUESDAY))
    ]
    assert {each.paper.title for each in made.papers} == {first.title, other.title}
    assert not any(each.in_window for each in made.papers), "nobody knows"


def test_an_item_without_a_date_is_of_its_feed_s_mailing(held: Held) -> None:
    (first,) = papers(TUESDAY, 1)
    dated = documents.rss([(first, NEW)], query=SCOPE, names="cs.SD", midnight=mailing(TUESDAY).replace(hour=5))
    head, item = dated.decode().split("<item>")
    read = feed.parse_feed(f"{head}<item>{re.sub('<pubDate>.*</pubDate>', '', item)}".encode())
    assert "pubDate" not in read.entries[0].payload
    fetch = Fetch(Source.FEED, SCOPE, SCOPE, afternoon(TUESDAY), 0, newest_mailing_at=read.announced_at)
    held.answered(TUESDAY, fetch, read.entries)
    held.claim(TUESDAY, afternoon(TUESDAY))
    assert held.rows("SELECT announced_at, known_by FROM announcements") == [(mailing(TUESDAY), "feed")]


def test_the_search_s_word_for_a_paper_replaces_the_feed_s(held: Held) -> None:
    (first,) = papers(TUESDAY, 1)
    held.feed(TUESDAY, (replace(first, title="As the feed has it"), NEW))
    held.search(TUESDAY, [first], afternoon(TUESDAY))
    (only,) = held.claim(TUESDAY, afternoon(TUESDAY)).papers
    assert replace(only.paper, licence=None) == first
    assert held.known_by() == {first.identifier: "feed"}


def test_an_empty_feed_alone_is_not_believed(held: Held) -> None:
    held.feed(WEDNESDAY)
    held.search(WEDNESDAY, papers(TUESDAY, 1), afternoon(WEDNESDAY))
    waits = held.claim(WEDNESDAY, afternoon(WEDNESDAY))
    assert waits.not_yet == (
        "Nothing is to be seen yet of the mailing due at 09:00 (Asia/Shanghai). "
        "The feed is empty, and arXiv's search does not show that mailing in any field yet."
    )
    assert held.rows("SELECT newest_mailing_at FROM fetches WHERE source = 'feed'") == [(None,)]


def test_an_empty_feed_that_the_search_of_another_field_confirms_is_a_mailing_without_papers(held: Held) -> None:
    held.feed(WEDNESDAY)
    held.search(WEDNESDAY, papers(TUESDAY, 1), afternoon(WEDNESDAY))
    held.in_any_field(WEDNESDAY)
    assert str(held.claim(WEDNESDAY, afternoon(WEDNESDAY)).empty_reason).endswith("had nothing in these categories.")
    assert held.rows("SELECT newest_mailing_at FROM fetches WHERE source = 'feed'") == [(mailing(WEDNESDAY),)]


def test_a_feed_that_still_shows_yesterday_s_mailing_tells_of_that_one(held: Held) -> None:
    of_tuesday = papers(TUESDAY, 1, 2, 3)
    held.search(TUESDAY, of_tuesday)
    held.claim(TUESDAY)
    held.feed(WEDNESDAY, *((each, NEW) for each in of_tuesday))
    held.search(WEDNESDAY, of_tuesday, afternoon(WEDNESDAY))
    made = held.claim(WEDNESDAY, afternoon(WEDNESDAY))
    assert str(made.not_yet).endswith("The feed still shows the mailing of 2026-01-27 01:00 UTC.")
    assert held.rows("SELECT newest_mailing_at FROM fetches WHERE source = 'feed'") == [(mailing(TUESDAY),)]
    assert held.claim(WEDNESDAY, afternoon(WEDNESDAY) + ONE_HOUR) == made, "asked once more, it shows the same"
    told = held.rows("SELECT DISTINCT announced_at, known_by, first_seen_at FROM announcements")
    assert told == [(mailing(TUESDAY), "feed", noon(TUESDAY))]


def test_a_feed_of_which_nobody_can_tell_the_mailing_announces_nothing(held: Held) -> None:
    """One paper of yesterday's that today's feed shows: it may be yesterday's feed, or a paper that was held."""
    (first,) = papers(TUESDAY, 1)
    held.feed(WEDNESDAY, (first, NEW))
    held.search(WEDNESDAY, [first], afternoon(WEDNESDAY))
    made = held.claim(WEDNESDAY, afternoon(WEDNESDAY))
    assert str(made.not_yet).endswith("The feed may still show the mailing of 2026-01-27 01:00 UTC.")
    assert held.rows("SELECT newest_mailing_at FROM fetches WHERE source = 'feed'") == [(None,)]
    assert held.known_by() == {first.identifier: "inferred"}
    assert held.claim(WEDNESDAY, afternoon(WEDNESDAY)) == made, "asked once more, it is not believed either"
    assert held.known_by() == {first.identifier: "inferred"}


def test_what_the_last_search_did_not_have_came_with_the_mailing_between(held: Held) -> None:
    """Of a paper that was submitted for Tuesday's mailing and is seen on Wednesday nothing else says when it came."""
    of_tuesday, held_back = papers(TUESDAY, 1, 2), paper(4, submitted(TUESDAY, 12))
    held.search(TUESDAY, of_tuesday)
    held.claim(TUESDAY)
    held.search(WEDNESDAY, [*of_tuesday, held_back, *papers(WEDNESDAY, 11)])
    made = held.claim(WEDNESDAY)
    assert numbers(made) == [4, 11]
    assert held.known_by()[held_back.identifier] == "first_seen"
    assert not any(each.late for each in made.papers)


def test_what_a_run_that_died_had_seen_says_nothing_of_what_came_since(held: Held) -> None:
    held.search(TUESDAY, papers(TUESDAY, 1, 2))  # and no claims
    held.search(WEDNESDAY, [*papers(TUESDAY, 1, 2), paper(4, submitted(TUESDAY, 12)), *papers(WEDNESDAY, 11)])
    held.claim(WEDNESDAY)
    assert set(held.known_by().values()) == {"inferred"}


def test_what_is_known_already_is_not_written_again(held: Held) -> None:
    held.search(TUESDAY, papers(TUESDAY, 1, 2))
    held.claim(TUESDAY)
    before = held.rows("SELECT rowid, * FROM announcements ORDER BY ALL")
    held.search(TUESDAY, papers(TUESDAY, 1, 2, 3), noon(TUESDAY) + ONE_HOUR)
    held.claim(TUESDAY)
    assert held.rows("SELECT rowid, * FROM announcements ORDER BY ALL")[:2] == before


# OAI


def a_record(each: Paper, changed: date) -> tuple[Paper, date, list[datetime]]:
    """Of one version."""
    assert each.published_at is not None
    return each, changed, [each.published_at]


def test_oai_tells_the_mailing_of_papers_that_no_search_shows_yet(held: Held) -> None:
    """A record is changed on the day, UTC, of its mailing."""
    of_tuesday = papers(TUESDAY, 1, 2, 3)
    held.oai(TUESDAY, *(a_record(each, TUESDAY) for each in of_tuesday))
    made = held.claim(TUESDAY, afternoon(TUESDAY))
    assert numbers(made) == [1, 2, 3]
    assert held.rows("SELECT DISTINCT announced_at, kind, known_by, first_seen_by FROM announcements") == [
        (mailing(TUESDAY), "new", "oai", "oai")
    ]
    assert {each.paper.title for each in made.papers} == {each.title for each in of_tuesday}
    assert held.rows("SELECT DISTINCT source, recorded_at FROM papers") == [("oai", afternoon(TUESDAY))]


def test_a_record_that_names_its_paper_and_says_no_more_is_none_and_has_a_name(held: Held) -> None:
    first, *others = papers(TUESDAY, 1, 2, 3)
    held.oai(TUESDAY, (first, TUESDAY, []), *(a_record(each, TUESDAY) for each in others))
    assert numbers(held.claim(TUESDAY, afternoon(TUESDAY))) == [2, 3]
    assert held.rows("SELECT * FROM unreadable_papers") == []


def test_a_mailing_of_nothing_but_a_paper_that_was_held_is_there(held: Held) -> None:
    """Submitted for Tuesday's, and its record changed on Wednesday: that is all that is to be seen of Wednesday's."""
    held_back = paper(4, submitted(TUESDAY, 1))
    held.oai(WEDNESDAY, *(a_record(each, TUESDAY) for each in papers(TUESDAY, 1, 2, 3)), a_record(held_back, WEDNESDAY))
    made = held.claim(WEDNESDAY, afternoon(WEDNESDAY))
    assert (numbers(made), made.not_yet) == ([4], None)


def an_old_paper(number: int = 1, *categories: str) -> Paper:
    name = f"2410.{number:05}"
    return paper(
        number, LONG_AGO, identifier=name, title=f"An old one, {name}", categories=categories or ("cs.CL", "cs.SD")
    )


def test_an_old_paper_whose_record_changed_on_a_quiet_day_was_cross_listed(held: Held) -> None:
    old = an_old_paper()
    held.oai(TUESDAY, *(a_record(each, TUESDAY) for each in (*papers(TUESDAY, 1, 2, 3), old)))
    made = held.claim(TUESDAY, afternoon(TUESDAY))
    assert {each.paper.title for each in made.papers} >= {old.title}
    assert held.rows("SELECT announced_at, kind, known_by FROM announcements WHERE identifier = '2410.00001'") == [
        (mailing(TUESDAY), "cross", "oai")
    ]
    assert held.rows("SELECT * FROM perhaps_cross_listed") == []


def test_an_old_paper_is_left_out_where_old_cross_lists_are_not_wanted(held: Held) -> None:
    held.change(digest={"old_cross_lists": False})
    held.oai(TUESDAY, *(a_record(each, TUESDAY) for each in (*papers(TUESDAY, 1, 2, 3), an_old_paper())))
    made = held.claim(TUESDAY, afternoon(TUESDAY))
    assert {each.paper.identifier: each.reason.value for each in made.papers if each.reason} == {
        "2410.00001": "old cross-list"
    }


PERHAPS = "SELECT identifier, announced_at, digest_date, title, recorded_at FROM perhaps_cross_listed"


def test_an_old_paper_on_a_day_of_many_changes_is_told_of_until_something_announces_it(held: Held) -> None:
    old, touched = an_old_paper(), an_old_paper(2, "cs.SD")
    records = [a_record(each, TUESDAY) for each in (*papers(TUESDAY, 1, 2, 3), old, touched)]
    held.oai(TUESDAY, *records)
    assert numbers(held.claim(TUESDAY, afternoon(TUESDAY))) == [1, 2, 3]
    assert held.rows(PERHAPS) == [(old.identifier, mailing(TUESDAY), TUESDAY, old.title, afternoon(TUESDAY))]
    ((why,),) = held.rows("SELECT reason FROM perhaps_cross_listed")
    assert why.startswith("1 records of the digest's own fields changed that day")
    assert held.rows("SELECT identifier FROM papers WHERE identifier LIKE '2410%'") == [], "nothing came of it"
    held.feed(WEDNESDAY, (old, CROSS), *((each, NEW) for each in papers(WEDNESDAY, 11)))
    held.search(WEDNESDAY, papers(WEDNESDAY, 11), afternoon(WEDNESDAY))
    assert old.title in {each.paper.title for each in held.claim(WEDNESDAY, afternoon(WEDNESDAY)).papers}
    assert held.rows(PERHAPS) == []


def test_an_old_paper_whose_announcement_is_known_is_not_told_of_again(held: Held) -> None:
    old, touched = an_old_paper(), an_old_paper(2, "cs.SD")
    held.feed(TUESDAY, (old, CROSS), *((each, NEW) for each in papers(TUESDAY, 1)))
    held.claim(TUESDAY, afternoon(TUESDAY))
    held.oai(WEDNESDAY, *(a_record(each, WEDNESDAY) for each in (*papers(WEDNESDAY, 11, 12), old, touched)))
    assert numbers(held.claim(WEDNESDAY, afternoon(WEDNESDAY))) == [11, 12]
    assert held.rows(PERHAPS) == []


def test_answers_that_are_read_a_part_at_a_time_are_read_whole(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_READ_AT_ONCE", 2)
    of_tuesday, old = papers(TUESDAY, 1, 2, 3, 4, 5), an_old_paper()
    held.oai(TUESDAY, *(a_record(each, TUESDAY) for each in (*of_tuesday, old)))
    held.search(TUESDAY, papers(TUESDAY, 6, 7, 8), afternoon(TUESDAY))
    made = held.claim(TUESDAY, afternoon(TUESDAY))
    assert {each.paper.title for each in made.papers} == {
        *(each.title for each in (*of_tuesday, *papers(TUESDAY, 6, 7, 8), old))
    }
    assert {held.known_by()[each.identifier] for each in (*of_tuesday, old)} == {"oai"}


def test_where_the_feed_of_the_mailing_was_heard_oai_alone_cross_lists_nothing(held: Held) -> None:
    of_tuesday = papers(TUESDAY, 1, 2, 3)
    held.feed(TUESDAY, *((each, NEW) for each in of_tuesday))
    held.oai(TUESDAY, *(a_record(each, TUESDAY) for each in (*of_tuesday, an_old_paper())))
    assert numbers(held.claim(TUESDAY, afternoon(TUESDAY))) == [1, 2, 3]
    assert held.rows(PERHAPS) == []


@pytest.mark.parametrize(("before", "taken"), [(("cs.CL",), 2), (("cs.CL", "cs.SD"), 1)])
def test_an_old_paper_that_is_in_the_store_was_cross_listed_if_its_categories_say_so(
    held: Held, before: tuple[str, ...], taken: int
) -> None:
    """Whatever else changed that day."""
    with held.store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [replace(an_old_paper(), categories=before)], noon(TUESDAY))
    records = [*papers(TUESDAY, 1), an_old_paper(), an_old_paper(2, "cs.SD")]
    held.oai(TUESDAY, *(a_record(each, TUESDAY) for each in records))
    assert len(held.claim(TUESDAY, afternoon(TUESDAY)).papers) == taken
    assert held.rows(PERHAPS) == []


def test_a_record_that_changed_for_a_new_version_announces_nothing(held: Held) -> None:
    (first,) = papers(TUESDAY - 5 * ONE_DAY, 1)
    assert first.published_at is not None
    again = replace(first, version=2), TUESDAY, [first.published_at, submitted(TUESDAY)]
    held.oai(TUESDAY, *(a_record(each, TUESDAY) for each in papers(TUESDAY, 11, 12)), again)
    assert numbers(held.claim(TUESDAY, afternoon(TUESDAY))) == [11, 12]
    assert set(held.known_by()) == {"2601.00011", "2601.00012"}


@pytest.mark.parametrize(("days", "is_recent"), [(39, True), (42, False)])
def test_a_paper_of_the_look_back_is_recent_whatever_day_its_record_changed(
    held: Held, days: int, is_recent: bool
) -> None:
    """The look-back is counted from the date's own day: forty days, as `arxiv.lookback_days` says."""
    held.change(arxiv=held.settings.arxiv.model_copy(update={"lookback_days": 40}))
    before = paper(1, submitted(TUESDAY) - timedelta(days=days), identifier="2512.00001")
    held.oai(TUESDAY, *(a_record(each, TUESDAY) for each in (before, *papers(TUESDAY, 11, 12))))
    held.claim(TUESDAY, afternoon(TUESDAY))
    assert ("2512.00001" in held.known_by()) is is_recent
