"""What OAI alone tells of old papers: believed where something else says so, too."""

from datetime import datetime

import pytest

from digest_assets.arxiv.cross_lists import CrossLists, cross_lists_told_by
from digest_assets.arxiv.oai import OaiRecord, parse_list_records
from digest_assets.arxiv.taxonomy import Categories
from digest_assets_tests.arxiv.examples import oai_answer, oai_record, utc

ASKED = Categories.of(["cs.SD", "eess.AS"])
MONDAY = utc("2026-01-06T01:00")
BEFORE = utc("2025-11-20T00:00")
OLD = "Mon, 02 Dec 2024 10:00:00 GMT"
NEW = tuple(
    oai_record(f"2601.{number:05}", (f"Mon, 05 Jan 2026 1{number}:00:00 GMT",), datestamp="2026-01-06")
    for number in range(4)
)


def old(number: int, categories: str = "cs.CL cs.SD", *versions: str) -> str:
    return oai_record(f"2412.{number:05}", (OLD, *versions), datestamp="2026-01-06", categories=categories)


def records(*each: str) -> tuple[OaiRecord, ...]:
    return parse_list_records(oai_answer(*NEW, *each)).records


def told(*each: str, heard: tuple[datetime, ...] = (), recorded: dict[str, list[str]] | None = None) -> CrossLists:
    return cross_lists_told_by(records(*each), ASKED, BEFORE, heard=heard, recorded=recorded)


def test_one_old_paper_of_another_field_that_changed_with_a_mailing_was_cross_listed() -> None:
    found = told(old(1), old(2, "cs.CL cs.SD", "Mon, 05 Jan 2026 10:00:00 GMT"))
    assert found == CrossLists({"2412.00001": MONDAY}, {})


def test_a_job_that_touches_records_cross_lists_nothing() -> None:
    found = told(*(old(number) for number in range(20)))
    assert (found.believed, len(found.perhaps)) == ({}, 20)
    at, why = found.perhaps["2412.00001"]
    assert (at, why) == (MONDAY, "20 records of other fields changed that day, and 4 papers were new")


def test_what_was_touched_of_the_own_fields_casts_doubt_on_the_others() -> None:
    found = told(old(1), old(2, "cs.SD"))
    assert (found.believed, list(found.perhaps)) == ({}, ["2412.00001"])
    assert "digest's own fields" in found.perhaps["2412.00001"][1]


@pytest.mark.parametrize(("new", "count", "are_believed"), [(4, 2, True), (4, 3, False), (60, 3, True), (60, 4, False)])
def test_two_cross_lists_a_mailing_or_one_in_twenty_of_its_papers_are_plausible(
    new: int, count: int, are_believed: bool
) -> None:
    more = [
        oai_record(f"2601.{number:05}", ("Mon, 05 Jan 2026 15:00:00 GMT",), datestamp="2026-01-06")
        for number in range(10, 6 + new)
    ]
    found = told(*more, *(old(number) for number in range(count)))
    assert (len(found.believed), len(found.perhaps)) == ((count, 0) if are_believed else (0, count))


def test_all_that_was_touched_of_the_own_fields_is_counted() -> None:
    found = told(old(1), old(2, "cs.SD"), old(3, "eess.AS"))
    assert found.perhaps["2412.00001"][1].startswith("2 records of the digest's own fields changed that day")


@pytest.mark.parametrize("published", ["doi", "journal-ref"])
def test_an_old_paper_that_was_published_meanwhile_was_not_cross_listed(published: str) -> None:
    changed = old(1).replace("<title>", f"<{published}>10.1/x</{published}><title>")
    assert published in changed
    assert told(changed) == CrossLists()


def test_a_feed_that_was_heard_has_named_every_cross_list() -> None:
    assert told(old(1), heard=(MONDAY,)) == CrossLists()


def test_categories_that_were_recorded_tell_whether_they_changed() -> None:
    many = [old(number) for number in range(20)]
    recorded = {"2412.00001": ["cs.CL"], "2412.00002": ["cs.CL", "eess.AS"]}
    found = told(*many, recorded=recorded)
    assert found.believed == {"2412.00001": MONDAY}
    assert "2412.00002" not in found.perhaps


def test_papers_whose_announcement_is_known_are_none() -> None:
    found = cross_lists_told_by(records(old(1)), ASKED, BEFORE, known={"2412.00001"})
    assert found == CrossLists()
