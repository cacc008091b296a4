"""OAI-PMH answers: every version's time, the licence, and what dates can and cannot tell of an announcement."""

import pytest

from digest_assets.arxiv.oai import mailing_told_by, parse_list_records, set_of, split_authors
from digest_assets.errors import ArxivAnswerBroken, ArxivQueryRefused
from digest_assets.model import Source
from digest_assets_tests.arxiv.examples import RECORDED, needs_recorded, oai_answer, oai_record, utc

TWO_VERSIONS = ("Mon, 05 Jan 2026 12:00:30 GMT", "Fri, 09 Jan 2026 08:00:00 GMT")


def test_a_record_has_the_time_of_every_version_and_the_licence() -> None:
    page = parse_list_records(oai_answer(oai_record(versions=TWO_VERSIONS), token="skip%3D2500"))
    (record,) = page.records
    assert record.submitted_at == (utc("2026-01-05T12:00:30"), utc("2026-01-09T08:00"))
    paper = record.entry.paper
    assert (record.entry.source, paper.versioned, paper.title) == (Source.OAI, "2601.00001v2", "A Made-Up Title")
    assert (paper.published_at, paper.updated_at) == record.submitted_at
    assert paper.authors == ("Ada Sample", "Bo Example", "Cy Invented")
    assert paper.categories == ("cs.SD", "eess.AS")
    assert (paper.comment, paper.licence) == ("4 pages", "http://creativecommons.org/licenses/by/4.0/")
    assert page.resumption_token == "skip%3D2500"


def test_an_empty_token_ends_the_list() -> None:
    assert parse_list_records(oai_answer(oai_record())).resumption_token is None


def test_no_matching_record_is_an_empty_page() -> None:
    page = parse_list_records(oai_answer(error="<error code='noRecordsMatch'>none</error>"))
    assert (page.records, page.unreadable, page.resumption_token) == ((), (), None)


@pytest.mark.parametrize("code", ["badArgument", "badResumptionToken", "cannotDisseminateFormat"])
def test_other_errors_are_refusals_that_say_their_code(code: str) -> None:
    with pytest.raises(ArxivQueryRefused, match=code):
        parse_list_records(oai_answer(error=f"<error code='{code}'>Made up.</error>"))


@pytest.mark.parametrize("body", [b"", b"<html><body>x</body></html>", oai_answer(oai_record())[:-40], b"<feed/>"])
def test_what_is_no_complete_answer_is_broken(body: bytes) -> None:
    with pytest.raises(ArxivAnswerBroken):
        parse_list_records(body)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (oai_record(versions=()), "no date of submission"),
        (oai_record(versions=("soon",)), "soon"),
        (oai_record(authors=""), "no author"),
        (
            "<record><header status='deleted'><identifier>oai:arXiv.org:2601.00001</identifier>"
            "<datestamp>2026-01-06</datestamp></header></record>",
            "deleted",
        ),
    ],
)
def test_a_record_that_lacks_something_is_recorded(record: str, reason: str) -> None:
    page = parse_list_records(oai_answer(record, oai_record("2601.00009")))
    assert [each.entry.paper.identifier for each in page.records] == ["2601.00009"]
    assert page.unreadable[0].identifier == "2601.00001"
    assert reason in page.unreadable[0].reason


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("cs.SD", "cs:cs:SD"),
        ("eess.AS", "eess:eess:AS"),
        ("cs", "cs:cs"),
        ("hep-th", "physics:hep-th"),
        ("astro-ph.GA", "physics:astro-ph:GA"),
        ("math.NT", "math:math:NT"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
    ],
)
def test_categories_have_names_of_their_own_in_oai(category: str, expected: str) -> None:
    assert set_of(category) == expected


def test_authors_are_split_at_and_too() -> None:
    assert split_authors("Ada Sample and Bo Example") == ("Ada Sample", "Bo Example")
    assert split_authors("Ada Sample (Lab), Sandy Anders, and Bo Example") == (
        "Ada Sample",
        "Sandy Anders",
        "Bo Example",
    )


def test_dates_that_leave_one_mailing_tell_it_and_others_do_not() -> None:
    (clear,) = parse_list_records(oai_answer(oai_record(datestamp="2026-01-05"))).records
    assert mailing_told_by(clear) == utc("2026-01-06T01:00")
    (edited_later,) = parse_list_records(oai_answer(oai_record(datestamp="2026-01-14"))).records
    assert mailing_told_by(edited_later) is None


@needs_recorded
def test_the_recorded_answer_is_read() -> None:
    page = parse_list_records((RECORDED / "oai" / "ListRecords_arXivRaw_2026-05-08_trimmed.xml").read_bytes())
    assert [len(record.submitted_at) for record in page.records] == [4, 3]
    assert page.unreadable == ()
