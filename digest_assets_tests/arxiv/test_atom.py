"""The API's answers, as recorded habits of arXiv make them: texts exact, errors as entries, nothing lost in silence."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.arxiv.atom import parse_api_answer, read_entry
from digest_assets.errors import ArxivAnswerBroken, ArxivQueryRefused
from digest_assets.model import FeedEntry, Source
from digest_assets_tests.arxiv.examples import api_answer, api_entry, api_error, utc
from digest_assets_tests.recorded import DATA, rows


def test_an_entry_becomes_a_paper_with_the_primary_category_first() -> None:
    extra = "<arxiv:comment>4 pages,\n 2 figures</arxiv:comment><arxiv:doi>10.1/x</arxiv:doi>"
    extra += "<arxiv:journal_ref>J. Made Up 1</arxiv:journal_ref>"
    body = api_answer(
        api_entry("2601.00001v3", categories=("eess.AS", "cs.SD"), updated="2026-02-01T10:00:00Z", extra=extra), total=7
    )
    page = parse_api_answer(body)
    (entry,) = page.entries
    assert (page.total, page.start, page.unreadable) == (7, 0, ())
    assert (entry.source, entry.kind, entry.announced_at) == (Source.API, None, None)
    paper = entry.paper
    assert (paper.identifier, paper.version, paper.versioned) == ("2601.00001", 3, "2601.00001v3")
    assert (paper.published_at, paper.updated_at) == (utc("2026-01-05T12:00"), utc("2026-02-01T10:00"))
    assert paper.categories == ("eess.AS", "cs.SD")
    assert paper.authors == ("Ada Sample", "Bo Example")
    assert (paper.comment, paper.doi, paper.journal_ref) == ("4 pages, 2 figures", "10.1/x", "J. Made Up 1")


def test_the_payload_is_the_entry_as_received_and_can_be_read_again() -> None:
    payload = api_entry("2601.00002v1", title="Ünïcödé & <b>markup</b> 語音")
    page = parse_api_answer(api_answer(api_entry(), payload))
    assert page.entries[1].payload == payload
    assert read_entry(payload) == page.entries[1]


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d && e",
        "<i>not markup</i> <script>alert(1)</script>",
        r"$\alpha<\beta$ and {\"o} \& {{ site.title }} {% raw %}",
        "http://relative/../path and www.example.org",
        "语音合成：一个测试",
    ],
)
def test_titles_and_abstracts_come_out_exactly_as_arxiv_meant_them(text: str) -> None:
    (entry,) = parse_api_answer(api_answer(api_entry(title=text, summary=text))).entries
    assert (entry.paper.title, entry.paper.abstract) == (text, text)


def test_line_breaks_of_the_old_server_become_spaces() -> None:
    (entry,) = parse_api_answer(api_answer(api_entry(title="Broken\n  in two", summary="  Once\nmore\n"))).entries
    assert (entry.paper.title, entry.paper.abstract) == ("Broken in two", "Once more")


def test_paragraphs_of_an_abstract_stay() -> None:
    (entry,) = parse_api_answer(api_answer(api_entry(summary="  One\ntwo.\n  Three\nfour.\n\nFive."))).entries
    assert entry.paper.abstract == "One two.\n\nThree four.\n\nFive."


def test_authors_keep_their_order_and_leave_affiliations_out() -> None:
    affiliated = "<author><name>Zed Last</name><arxiv:affiliation>Lab (City)</arxiv:affiliation></author>"
    (entry,) = parse_api_answer(api_answer(api_entry(authors=("Bo (Group) One",), extra=affiliated))).entries
    assert entry.paper.authors == ("Zed Last", "Bo (Group) One")


def test_three_thousand_authors_are_read() -> None:
    names = tuple(f"Author Number{number}" for number in range(3303))
    (entry,) = parse_api_answer(api_answer(api_entry(authors=names))).entries
    assert entry.paper.authors == names


def test_an_old_identifier_is_read() -> None:
    (entry,) = parse_api_answer(api_answer(api_entry("cs/9802040v1", published="1998-02-13T00:00:00Z"))).entries
    assert (entry.paper.identifier, entry.paper.version) == ("cs/9802040", 1)


def test_two_versions_of_a_paper_in_one_answer_are_two_entries() -> None:
    page = parse_api_answer(api_answer(api_entry("2601.00001v1"), api_entry("2601.00001v2")))
    assert [entry.paper.version for entry in page.entries] == [1, 2]


@pytest.mark.parametrize(
    ("entry", "lacks"),
    [
        (api_entry(title=""), ("no title",)),
        (api_entry(authors=()), ("no author",)),
        (api_entry(title="", summary="", authors=()), ("no title", "no author", "no abstract")),
        (api_entry(), ()),
    ],
)
def test_an_entry_that_lacks_something_is_a_paper_with_what_there_is(entry: str, lacks: tuple[str, ...]) -> None:
    page = parse_api_answer(api_answer(entry, api_entry("2601.00009v1")))
    assert [each.paper.identifier for each in page.entries] == ["2601.00001", "2601.00009"]
    assert (page.unreadable, page.entries[0].paper.lacks) == ((), lacks)


def test_a_title_that_is_missing_is_stood_for_by_the_identifier() -> None:
    (entry,) = parse_api_answer(api_answer(api_entry("2610.06011v1", title=""))).entries
    assert entry.paper.title == "arXiv:2610.06011"


@pytest.mark.parametrize("published", ["", "yesterday", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59Z"])
def test_a_date_that_cannot_be_is_none(published: str) -> None:
    (entry,) = parse_api_answer(api_answer(api_entry(published=published))).entries
    assert entry.paper.published_at is None


def test_an_identifier_is_taken_from_the_link_where_it_stands_nowhere_else() -> None:
    (entry,) = parse_api_answer(
        api_answer(api_entry().replace("<id>http://arxiv.org/abs/2601.00001v1</id>", ""))
    ).entries
    assert entry.paper.versioned == "2601.00001v1"


def test_an_entry_without_an_identifier_is_recorded_and_takes_no_other_with_it() -> None:
    nameless = api_entry("")
    page = parse_api_answer(api_answer(nameless, api_entry("2601.00009v1")))
    assert [each.paper.identifier for each in page.entries] == ["2601.00009"]
    (unreadable,) = page.unreadable
    assert (unreadable.payload, unreadable.identifier) == (nameless, None)
    assert "not an arXiv identifier" in unreadable.reason


def test_an_empty_page_is_a_page() -> None:
    page = parse_api_answer(api_answer(total=0))
    assert (page.entries, page.unreadable, page.total) == ((), (), 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"Rate exceeded.",
        b"<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>",
        b"<html><head><title>503</title></head></html>",
        b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>no counts</title></feed>',
        api_answer(api_entry(), api_entry("2601.00002v1"))[:-60],
        api_answer(api_entry())[:400],
    ],
)
def test_what_is_no_complete_feed_is_a_broken_answer(body: bytes) -> None:
    with pytest.raises(ArxivAnswerBroken, match="arXiv answered with"):
        parse_api_answer(body)


def test_a_maintenance_page_is_quoted() -> None:
    with pytest.raises(ArxivAnswerBroken, match="Down for maintenance"):
        parse_api_answer(b"<html><body><h1>Down for maintenance</h1></body></html>")


def test_an_error_entry_is_a_refusal_that_says_why() -> None:
    with pytest.raises(ArxivQueryRefused, match="incorrect id format for nonsense"):
        parse_api_answer(api_error())


@given(st.integers(1, len(api_answer(api_entry())) - 1))
def test_no_truncated_answer_passes_for_a_whole_one(length: int) -> None:
    body = api_answer(api_entry())
    with pytest.raises(ArxivAnswerBroken):
        parse_api_answer(body[:length])


readable = st.text(
    st.characters(min_codepoint=32, blacklist_categories=("Cs", "Cc", "Cf"), blacklist_characters="&"),
    min_size=1,
    max_size=60,
).filter(str.strip)
"""Not blank: an entry whose title is blank is called by its identifier."""


@given(readable, readable)
def test_any_text_survives(title: str, abstract: str) -> None:
    page = parse_api_answer(api_answer(api_entry(title=title, summary=abstract)))
    for each in page.entries:
        assert (each.paper.title, each.paper.abstract) == (" ".join(title.split()), " ".join(abstract.split()))
    assert page.row_count == 1


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("search", 15),
        ("id_0000.0000", 0),
        ("id_0808.05394", 0),
        ("id_0808.05394_1707.08567", 1),
        ("id_2104.12255v1", 1),
        ("id_astro-ph_0601001", 1),
    ],
)
def test_every_recorded_answer_is_read(name: str, entries: int) -> None:
    body = (DATA / "api" / f"{name}.xml").read_bytes()
    page = parse_api_answer(body)
    assert (len(page.entries), len(page.unreadable)) == (entries, 0)
    assert sum(len(each.paper.authors) for each in page.entries) == len(re.findall(rb"<author>", body))


def test_every_recorded_error_entry_is_a_refusal() -> None:
    recorded = [*sorted((DATA / "api").glob("400_*.xml")), DATA / "api" / "id_abc.xml"]
    assert len(recorded) == 8
    for path in recorded:
        with pytest.raises(ArxivQueryRefused):
            parse_api_answer(path.read_bytes())


def test_hard_recorded_metadata_survive_the_way_through_an_answer() -> None:
    for row in rows("hard"):
        body = api_answer(api_entry(row["id"], title=row["title"], authors=row["authors"]))
        (entry,) = parse_api_answer(body).entries
        assert isinstance(entry, FeedEntry)
        assert entry.paper.title == " ".join(row["title"].split())
        assert entry.paper.authors == tuple(" ".join(name.split()) for name in row["authors"] if name != ":")
