"""Queries that mean what they say to arXiv's parser."""

import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.arxiv.queries import lookup_parameters, page_parameters, window_query
from digest_assets.arxiv.taxonomy import spellings
from digest_assets.sandbox.arxiv_query import Indexed, parse
from digest_assets_tests.arxiv.examples import utc

instants = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001
RANGE = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]$")


def test_categories_are_parenthesised_because_and_binds_no_closer_than_or() -> None:
    query = window_query(["cs.SD", "eess.AS"], utc("2026-01-28T00:50"), utc("2026-01-29T00:50"))
    assert query == "(cat:cs.SD OR cat:eess.AS) AND submittedDate:[202601280050 TO 202601290050]"


def test_a_single_category_is_parenthesised_too() -> None:
    assert window_query(["cs.SD"], utc("2026-01-28T00:50"), utc("2026-01-29T00:50")).startswith("(cat:cs.SD) AND ")


def test_a_category_is_asked_for_under_all_its_names_and_an_archive_by_its_members() -> None:
    query = window_query(["eess.SY", "astro-ph"], utc("2026-01-28T00:50"), utc("2026-01-29T00:50"))
    assert query.startswith("(cat:eess.SY OR cat:cs.SY OR cat:astro-ph.* OR cat:astro-ph) AND ")


def test_the_upper_bound_is_rounded_up_to_the_minute() -> None:
    query = window_query(["cs.SD"], utc("2026-01-28T00:50:59"), utc("2026-01-28T23:59:00.000001"))
    assert query.endswith("[202601280050 TO 202601290000]")


def test_instants_are_written_in_greenwich_time() -> None:
    start = datetime(2026, 1, 29, 8, 50, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert window_query(["cs.SD"], start, start).endswith("[202601290050 TO 202601290050]")


def test_no_categories_and_turned_round_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="category"):
        window_query([], utc("2026-01-28"), utc("2026-01-29"))
    with pytest.raises(ValueError, match="before it starts"):
        window_query(["cs.SD"], utc("2026-01-29"), utc("2026-01-28"))


def test_pages_are_sorted_by_submission() -> None:
    parameters = page_parameters("(cat:cs.SD)", 1000, 500)
    assert (parameters["start"], parameters["max_results"]) == ("1000", "500")
    assert (parameters["sortBy"], parameters["sortOrder"]) == ("submittedDate", "ascending")


def test_a_look_up_asks_for_as_many_results_as_identifiers() -> None:
    parameters = lookup_parameters(["2601.00001", "cs/9802040v2"])
    assert parameters == {"id_list": "2601.00001,cs/9802040v2", "start": "0", "max_results": "2"}
    with pytest.raises(ValueError, match="at least one"):
        lookup_parameters([])


@given(instants, st.timedeltas(timedelta(0), timedelta(days=90)))
def test_the_range_covers_the_window_and_at_most_a_minute_more(start: datetime, length: timedelta) -> None:
    found = RANGE.search(window_query(["cs.SD"], start, start + length))
    assert found is not None
    low, high = (datetime.strptime(each, "%Y%m%d%H%M").replace(tzinfo=timezone.utc) for each in found.groups())
    assert timedelta(0) <= start - low < timedelta(minutes=1)
    assert timedelta(0) <= high - (start + length) < timedelta(minutes=1)


@given(st.lists(st.from_regex(r"[a-z]{2,5}\.[A-Z]{2}", fullmatch=True), min_size=1, max_size=9, unique=True))
def test_the_date_holds_for_every_category(categories: list[str]) -> None:
    query = window_query(categories, utc("2026-01-28"), utc("2026-01-29"))
    group, _, rest = query.partition(") AND ")
    assert group.startswith("(")
    assert group[1:].split(" OR ") == [f"cat:{name}" for each in categories for name in spellings(each)]
    assert "(" not in rest
    assert " OR " not in rest


@given(
    st.lists(st.sampled_from(["cs.SD", "eess.AS", "cs.CL", "stat.ML"]), min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from(["cs.SD", "eess.AS", "cs.CL", "stat.ML", "cs.SDX"]), min_size=1, max_size=3, unique=True),
    instants,
    st.timedeltas(timedelta(0), timedelta(days=60)),
    st.timedeltas(timedelta(days=-1), timedelta(days=61)),
)
def test_arxiv_s_grammar_reads_a_query_as_any_of_the_categories_within_the_window(
    wanted: list[str], categories: list[str], start: datetime, length: timedelta, after: timedelta
) -> None:
    """By the sandbox's reading of the server's grammar, in which AND and OR have no precedence."""
    submitted_at = start + after
    found = parse(window_query(wanted, start, start + length))(an_indexed(tuple(categories), submitted_at))
    inside = timedelta(0) <= after <= length
    near = timedelta(minutes=-1) < after < length + timedelta(minutes=1)
    listed = not set(wanted).isdisjoint(categories)
    assert found or not (listed and inside)
    assert not found or (listed and near)


def an_indexed(categories: tuple[str, ...], submitted_at: datetime) -> Indexed:
    return Indexed("2601.00001", "", "", "", "", "", "", categories, submitted_at)
