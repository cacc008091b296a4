"""The daily feed: its mailing, its kinds, and what arXiv puts into one string of authors."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.arxiv.feed import parse_feed, read_entry
from digest_assets.errors import ArxivAnswerBroken, ArxivQueryRefused
from digest_assets.model import AnnouncementKind, Source
from digest_assets_tests.arxiv.examples import rss_feed, rss_item, utc
from digest_assets_tests.recorded import DATA


def atom_feed(*entries: str) -> bytes:
    return (
        "<?xml version='1.0'?><feed xmlns:arxiv='http://arxiv.org/schemas/atom' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns='http://www.w3.org/2005/Atom'>"
        f"<title>cs.SD updates</title><updated>2026-07-15T04:00:19.866337+00:00</updated>{''.join(entries)}</feed>"
    ).encode()


ATOM_ENTRY = (
    "<entry><id>oai:arXiv.org:2607.00001v2</id><title>A &lt;b&gt; Title</title>"
    "<updated>2026-07-15T04:00:19.899254+00:00</updated>"
    "<summary>arXiv:2607.00001v2 Announce Type: replace-cross \nAbstract: Made up.</summary>"
    '<category term="cs.CL"/><category term="cs.SD"/><published>2026-07-15T00:00:00-04:00</published>'
    "<arxiv:announce_type>replace-cross</arxiv:announce_type><dc:creator>Ada Sample</dc:creator></entry>"
)


def test_a_feed_dated_thursday_is_the_mailing_of_wednesday_evening() -> None:
    feed = parse_feed(rss_feed(rss_item()))
    assert feed.announced_at == utc("2026-01-29T01:00")
    assert feed.published_at == utc("2026-01-29T05:00")
    (entry,) = feed.entries
    assert (entry.source, entry.kind, entry.announced_at) == (
        Source.FEED,
        AnnouncementKind.NEW,
        utc("2026-01-29T01:00"),
    )


def test_the_evening_before_the_change_to_summer_time_is_still_winter() -> None:
    monday = "Mon, 09 Mar 2026 00:00:00 -0400"
    assert parse_feed(rss_feed(date=monday)).announced_at == utc("2026-03-09T00:00")
    friday = "Fri, 06 Mar 2026 00:00:00 -0500"
    assert parse_feed(rss_feed(date=friday)).announced_at == utc("2026-03-06T01:00")


def test_an_item_becomes_a_paper_without_submission_time_and_with_licence() -> None:
    (entry,) = parse_feed(rss_feed(rss_item("2601.00001v2", abstract="Once: <b> & $a<b$."))).entries
    paper = entry.paper
    assert (paper.identifier, paper.version, paper.title) == ("2601.00001", 2, "A Made-Up Title")
    assert paper.abstract == "Once: <b> & $a<b$."
    assert paper.categories == ("cs.SD", "eess.AS")
    assert paper.authors == ("Ada Sample", "Bo Example")
    assert paper.licence == "http://creativecommons.org/licenses/by/4.0/"
    assert (paper.published_at, paper.updated_at) == (None, None)


@pytest.mark.parametrize("kind", list(AnnouncementKind))
def test_each_kind_of_announcement_is_known(kind: AnnouncementKind) -> None:
    (entry,) = parse_feed(rss_feed(rss_item(kind=kind.value))).entries
    assert entry.kind is kind


def test_the_atom_form_says_the_same() -> None:
    feed = parse_feed(atom_feed(ATOM_ENTRY))
    (entry,) = feed.entries
    assert feed.announced_at == entry.announced_at == utc("2026-07-15T00:00")
    assert entry.kind is AnnouncementKind.REPLACE_CROSS
    assert (entry.paper.versioned, entry.paper.title, entry.paper.abstract) == (
        "2607.00001v2",
        "A <b> Title",
        "Made up.",
    )
    assert entry.paper.categories == ("cs.CL", "cs.SD")


@pytest.mark.parametrize("rss", [True, False])
def test_the_payload_can_be_read_again(rss: bool) -> None:
    feed = parse_feed(rss_feed(rss_item(title="語 & <i>")) if rss else atom_feed(ATOM_ENTRY))
    assert read_entry(feed.entries[0].payload, rss) == feed.entries[0]


@pytest.mark.parametrize("date", ["Sat, 31 Jan 2026 00:00:00 -0500", "Sun, 01 Feb 2026 00:00:00 -0500"])
def test_an_empty_weekend_feed_is_valid_and_shows_no_mailing(date: str) -> None:
    feed = parse_feed(rss_feed(date=date))
    assert (feed.entries, feed.unreadable) == ((), ())
    # Saturday's midnight follows an evening without a mailing, Sunday's too.
    assert feed.announced_at is None
    assert feed.published_at is not None


def test_an_empty_feed_after_a_mailing_still_shows_that_mailing() -> None:
    assert parse_feed(rss_feed()).announced_at == utc("2026-01-29T01:00")


@pytest.mark.parametrize(
    ("item", "lacks"),
    [
        (rss_item(title=""), ("no title",)),
        (rss_item(creator=""), ("no author",)),
        (rss_item(abstract=""), ("no abstract",)),
        (rss_item(date=""), ()),
    ],
)
def test_an_item_that_lacks_something_is_a_paper_of_its_mailing(item: str, lacks: tuple[str, ...]) -> None:
    feed = parse_feed(rss_feed(item, rss_item("2601.00009v1")))
    assert [entry.paper.identifier for entry in feed.entries] == ["2601.00001", "2601.00009"]
    assert {entry.announced_at for entry in feed.entries} == {utc("2026-01-29T01:00")}
    assert (feed.unreadable, feed.entries[0].paper.lacks) == ((), lacks)


@pytest.mark.parametrize(("versioned", "kind"), [("2601.00001v1", "new"), ("2601.00001v2", "replace")])
def test_a_kind_that_nobody_knows_is_told_by_the_version(versioned: str, kind: str) -> None:
    (entry,) = parse_feed(rss_feed(rss_item(versioned, kind="rumour"))).entries
    assert entry.kind is AnnouncementKind(kind)


def test_an_item_without_an_identifier_is_recorded_and_takes_no_other_with_it() -> None:
    item = rss_item("")
    feed = parse_feed(rss_feed(item, rss_item("2601.00009v1")))
    assert [entry.paper.identifier for entry in feed.entries] == ["2601.00009"]
    (unreadable,) = feed.unreadable
    assert (unreadable.payload, unreadable.identifier) == (item, None)
    assert "not an arXiv identifier" in unreadable.reason


def test_a_feed_error_is_a_refusal() -> None:
    with pytest.raises(ArxivQueryRefused, match=r"cs\.XX"):
        parse_feed(rss_feed(title="Feed error for query: cs.XX"))


@pytest.mark.parametrize(
    "body",
    [b"", b"Rate exceeded.", b"<html><body>maintenance</body></html>", rss_feed(rss_item())[:-30], b"<rss/>", b"<a/>"],
)
def test_what_is_no_complete_feed_is_a_broken_answer(body: bytes) -> None:
    with pytest.raises(ArxivAnswerBroken):
        parse_feed(body)


@given(
    st.lists(st.tuples(st.integers(1, 99999), st.integers(1, 9), st.sampled_from(AnnouncementKind)), max_size=6),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
)
def test_every_item_of_a_feed_comes_out_once_and_in_order(
    rows: list[tuple[int, int, AnnouncementKind]], day: datetime
) -> None:
    date = day.strftime("%a, %d %b %Y 00:00:00 -0500")
    items = [rss_item(f"2601.{number:05}v{version}", kind=kind.value, date=date) for number, version, kind in rows]
    feed = parse_feed(rss_feed(*items, date=date))
    found = [(int(each.paper.identifier[5:]), each.paper.version, each.kind) for each in feed.entries]
    assert (found, feed.unreadable) == (rows, ())
    assert all(entry.announced_at == feed.announced_at for entry in feed.entries)


PARTS = [r"<guid.*?</guid>", r"<title>.*?</title>", r"<pubDate>.*?</pubDate>", r"<dc:creator>.*?</dc:creator>"]


@given(st.lists(st.sets(st.sampled_from(PARTS)), max_size=6))
def test_whatever_an_item_lacks_it_takes_no_other_with_it(lacking: list[set[str]]) -> None:
    items = []
    for number, parts in enumerate(lacking, 1):
        item = rss_item(f"2601.{number:05}v1")
        for part in parts:
            item = re.sub(f"(?s){part}", "", item)
        items.append(item)
    feed = parse_feed(rss_feed(*items))
    # Without its guid an item is still named by its address.
    assert [entry.paper.identifier for entry in feed.entries] == [f"2601.{n:05}" for n in range(1, len(lacking) + 1)]
    assert all(each.announced_at == utc("2026-01-29T01:00") for each in feed.entries)


@given(st.integers(0, 3000), st.integers(0, 3000), st.binary(max_size=20))
def test_a_feed_that_was_damaged_is_read_or_refused_and_nothing_else(start: int, end: int, noise: bytes) -> None:
    whole = rss_feed(*(rss_item(f"2601.{number:05}v1") for number in range(1, 4)))
    start, end = sorted((start % len(whole), end % len(whole)))
    try:
        feed = parse_feed(whole[:start] + noise + whole[end:])
    except (ArxivAnswerBroken, ArxivQueryRefused):
        return
    assert len(feed.entries) + len(feed.unreadable) <= 3


def test_the_recorded_feed_of_the_reference_day_holds_its_twenty_papers() -> None:
    feed = parse_feed((DATA / "feeds" / "2026-01-29.xml").read_bytes())
    announced = [entry for entry in feed.entries if entry.kind and not entry.kind.is_replacement]
    assert (len(announced), feed.unreadable, feed.announced_at) == (20, (), utc("2026-01-29T01:00"))


def test_every_recorded_feed_is_read_completely() -> None:
    paths = sorted((DATA / "feeds").glob("*.xml"))
    assert len(paths) == 5
    for path in paths:
        body = path.read_bytes()
        feed = parse_feed(body)
        assert feed.unreadable == ()
        assert len(feed.entries) == body.count(b"</item>") + body.count(b"</entry>")
    assert parse_feed((DATA / "feeds" / "empty_sunday.xml").read_bytes()).entries == ()


def test_a_recorded_excerpt_that_breaks_off_is_no_feed() -> None:
    with pytest.raises(ArxivAnswerBroken):
        parse_feed((DATA / "feeds" / "atom.xml").read_bytes().rpartition(b"<entry>")[0])
