"""OAI-PMH answers: every version's time, the licence, and what dates can and cannot tell of an announcement."""

import pytest

from digest_assets.arxiv.oai import (
    OaiRecord,
    mailings_told_by,
    parse_list_records,
    set_of,
)
from digest_assets.errors import ArxivAnswerBroken, ArxivQueryRefused
from digest_assets.model import Source
from digest_assets_tests.arxiv.examples import oai_answer, oai_record, utc
from digest_assets_tests.recorded import DATA

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
    ],
)
def test_a_record_that_lacks_something_is_recorded(record: str, reason: str) -> None:
    page = parse_list_records(oai_answer(record, oai_record("2601.00009")))
    assert [each.entry.paper.identifier for each in page.records] == ["2601.00009"]
    assert page.unreadable[0].identifier == "2601.00001"
    assert reason in page.unreadable[0].reason


def test_a_record_that_was_taken_away_announces_nothing() -> None:
    deleted = (
        "<record><header status='deleted'><identifier>oai:arXiv.org:2601.00001</identifier>"
        "<datestamp>2026-01-06</datestamp></header></record>"
    )
    page = parse_list_records(oai_answer(deleted, oai_record("2601.00009")))
    assert ([each.entry.paper.identifier for each in page.records], page.unreadable) == (["2601.00009"], ())


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


MONDAY, TUESDAY, WEDNESDAY = utc("2026-01-06T01:00"), utc("2026-01-07T01:00"), utc("2026-01-08T01:00")


def records(*rows: tuple[str, str, str], **changes: str) -> tuple[OaiRecord, ...]:
    """From (number, submission of v1, day of the last change), both in January 2026."""
    return parse_list_records(
        oai_answer(
            *(
                oai_record(f"2601.{number}", (f"Mon, {submitted}:00 GMT",), datestamp=f"2026-01-{day}", **changes)
                for number, submitted, day in rows
            )
        )
    ).records


MONDAYS = ("00001", "05 Jan 2026 10:00", "06"), ("00002", "05 Jan 2026 12:00", "06")
TUESDAYS = ("00005", "06 Jan 2026 10:00", "07"), ("00006", "06 Jan 2026 12:00", "07")


def test_days_of_change_tell_in_which_mailing_a_held_paper_was() -> None:
    held = ("00004", "29 Dec 2025 09:00", "07")
    told = mailings_told_by(records(*MONDAYS, held, *TUESDAYS))
    assert [told[f"2601.0000{number}"] for number in (1, 2, 4, 5, 6)] == [MONDAY, MONDAY, TUESDAY, TUESDAY, TUESDAY]


def test_days_may_be_new_york_s() -> None:
    rows = [(number, submitted, f"{int(day) - 1:02}") for number, submitted, day in (*MONDAYS, *TUESDAYS)]
    assert list(mailings_told_by(records(*rows)).values()) == [MONDAY, MONDAY, TUESDAY, TUESDAY]


def test_an_edit_that_identifiers_contradict_tells_nothing() -> None:
    edited = ("00001", "05 Jan 2026 10:00", "08"), ("00002", "05 Jan 2026 12:00", "06")
    assert "2601.00001" not in mailings_told_by(records(*edited, *TUESDAYS))


def test_an_edit_at_the_end_of_a_mailing_is_not_taken_for_a_hold() -> None:
    edited = ("00003", "05 Jan 2026 13:00", "07")
    assert "2601.00003" not in mailings_told_by(records(*MONDAYS, edited, *TUESDAYS))


def test_new_versions_and_days_without_mailing_tell_nothing() -> None:
    versions = ("Mon, 29 Dec 2025 09:00:00 GMT", "Tue, 06 Jan 2026 12:00:00 GMT")
    replaced = parse_list_records(oai_answer(oai_record("2601.00004", versions, datestamp="2026-01-07"))).records
    told = mailings_told_by((*records(*MONDAYS), *replaced, *records(*TUESDAYS)))
    assert sorted(told) == ["2601.00001", "2601.00002", "2601.00005", "2601.00006"]
    assert mailings_told_by(records(("00001", "05 Jan 2026 12:00", "10"))) == {}
    assert mailings_told_by(()) == {}


def test_the_recorded_answer_is_read() -> None:
    page = parse_list_records((DATA / "oai.xml").read_bytes())
    assert [len(record.submitted_at) for record in page.records] == [4, 3]
    assert page.unreadable == ()
