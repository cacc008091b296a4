"""arXiv's query language, with the habits that surprise."""

from contextlib import suppress
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.sandbox.arxiv_query import Indexed, QueryInvalid, instant, parse, words


def paper(category: str = "cs.SD", submitted_at: str = "2026-01-28T12:30:00", **fields: str) -> Indexed:
    return Indexed(
        identifier="2601.20573",
        title=words(fields.get("title", "A Codec for Whispers")),
        authors=words(fields.get("authors", "Ada Lovelace ; Zoë Müller")),
        abstract=words(fields.get("abstract", "We code whispers at 0.6 kbps.")),
        comment="",
        journal_ref="",
        doi="",
        categories=tuple(category.split()),
        submitted_at=datetime.fromisoformat(submitted_at).replace(tzinfo=timezone.utc),
    )


def finds(query: str, **fields: str) -> bool:
    return parse(query)(paper(**fields))


def test_and_and_or_have_no_precedence_and_associate_to_the_right() -> None:
    query = "cat:cs.SD OR cat:eess.AS AND submittedDate:[202601290000 TO 202601300000]"
    assert finds(query, category="cs.SD", submitted_at="2020-01-01T00:00:00")  # cs.SD OR (eess.AS AND date)
    assert not finds(query, category="eess.AS", submitted_at="2020-01-01T00:00:00")
    assert not finds("cat:math.NT AND cat:cs.SD OR cat:cs.SD", category="cs.SD")  # math.NT AND (cs.SD OR cs.SD)


def test_parentheses_group() -> None:
    query = "(cat:cs.SD OR cat:eess.AS) AND submittedDate:[202601290000 TO 202601300000]"
    assert not finds(query, category="cs.SD", submitted_at="2020-01-01T00:00:00")
    assert finds(query, category="eess.AS", submitted_at="2026-01-29T08:00:00")


def test_andnot_takes_away_all_that_follows() -> None:
    assert finds("cat:cs.SD ANDNOT ti:music")
    assert not finds("cat:cs.SD ANDNOT cat:math.NT OR ti:whispers")  # ANDNOT (math.NT OR whispers)


@pytest.mark.parametrize(
    ("submitted_at", "found"),
    [
        ("2026-01-28T00:49:59", False),
        ("2026-01-28T00:50:00", True),
        ("2026-01-28T12:00:00", True),
        ("2026-01-29T00:50:00", True),
        ("2026-01-29T00:50:01", False),
    ],
)
def test_a_range_of_dates_includes_both_ends_at_second_zero(submitted_at: str, found: bool) -> None:
    assert finds("submittedDate:[202601280050 TO 202601290050]", submitted_at=submitted_at) is found


def test_a_filter_on_the_last_update_is_rewritten_to_the_submission() -> None:
    assert finds("lastUpdatedDate:[20260128 TO 20260128]")


@pytest.mark.parametrize(
    ("digits", "end", "expected"),
    [
        ("2026", False, "2026-01-01T00:00"),
        ("2026", True, "2026-12-31T23:59"),
        ("202602", True, "2026-02-28T23:59"),
        ("20260128", False, "2026-01-28T00:00"),
        ("202601281234", True, "2026-01-28T12:34"),
        ("20260128123456", True, "2026-01-28T12:34"),
    ],
)
def test_short_dates_are_padded_and_seconds_are_cut(digits: str, end: bool, expected: str) -> None:
    assert instant(digits, end=end) == datetime.fromisoformat(expected).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(("query", "category"), [("cat:cs.*", "math.NT cs.SD"), ("cat:eess.A?", "eess.AS")])
def test_a_category_may_hold_wildcards_and_be_secondary(query: str, category: str) -> None:
    assert finds(query, category=category)
    assert not finds(query, category="hep-th")


def test_a_field_before_parentheses_goes_to_every_term_inside() -> None:
    assert finds("ti:(codec OR nothing)")
    assert not finds("abs:(codec AND whispers)")


def test_terms_side_by_side_are_or_and_without_a_field_they_are_sought_everywhere() -> None:
    assert finds("nothing lovelace")
    assert finds('au:"zoë müller"')
    assert not finds('au:"müller zoë"')
    assert finds("ti:whisp*")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "( ( )",
        "cat:",
        "AND",
        "cat:cs.SD AND",
        "(cat:cs.SD",
        "cat:cs.SD)",
        "nofield:x",
        "submittedDate:2007*",
        "submittedDate:[20260128 TO  20260129]",
        "submittedDate:[20260128TO20260129]",
        "submittedDate:[2026012 TO 20260129]",
        "submittedDate:[20261328 TO 20270129]",
        'ti:"open',
        "ti:[1 TO 2]",
    ],
)
def test_what_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(QueryInvalid):
        parse(query)


@given(st.text(alphabet='catisdSDeAS.:*()[]" ANDORTO0123456789', max_size=60))
def test_any_text_is_a_query_or_is_refused(text: str) -> None:
    with suppress(QueryInvalid):
        parse(text)(paper())
