"""How a date stands: complete, late, failed, not yet, empty, and why."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from zoneinfo import ZoneInfo

import pytest

from digest_assets.digests.days import DigestDays
from digest_assets.digests.standing import DateRecord, Standing, standing

DAYS = DigestDays(ZoneInfo("Asia/Shanghai"), time(8, 50), date(2026, 1, 1))
FRIDAY, SATURDAY, MONDAY = date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 2)
SUNDAY_NOON = datetime(2026, 2, 1, 4, 30, tzinfo=timezone.utc)


def post(failed: int = 0, path: str | None = "posts/x.md", texts_to_come: int = 0) -> DateRecord:
    return DateRecord(
        made=True,
        announced=9,
        published=9 - failed,
        filtered=0,
        failed=failed,
        late=0,
        path=path,
        texts_to_come=texts_to_come,
    )


@pytest.mark.parametrize(
    ("day", "record", "stands", "words"),
    [
        (FRIDAY, post(), Standing.COMPLETE, None),
        (FRIDAY, post(failed=2), Standing.IN_PART, "2 of its papers"),
        (FRIDAY, post(texts_to_come=3), Standing.IN_PART, "3 of its full texts"),
        (FRIDAY, post(path=None), Standing.EMPTY, "filtered out"),
        (FRIDAY, DateRecord(made=True), Standing.FAILED, "post was not written"),
        (FRIDAY, DateRecord(made=False, error="arXiv did not answer."), Standing.FAILED, "did not answer"),
        (FRIDAY, DateRecord(made=False), Standing.NOT_YET, "ask again"),
        (FRIDAY, None, Standing.LATE, "next run"),
        (SATURDAY, None, Standing.NO_MAILING, "Friday"),
        (MONDAY, None, Standing.NOT_YET, "09:00"),
    ],
)
def test_a_date_stands_as_its_record_and_the_calendar_say(
    day: date, record: DateRecord | None, stands: Standing, words: str | None
) -> None:
    state, why = standing(day, record, DAYS, SUNDAY_NOON, first_made=date(2026, 1, 20))
    assert state is stands
    assert why is None if words is None else words in (why or "")


def test_what_lies_before_the_first_digest_is_nobody_s_fault() -> None:
    assert standing(FRIDAY, None, DAYS, SUNDAY_NOON, first_made=None) == (Standing.NOT_MADE, None)
    assert standing(FRIDAY, None, DAYS, SUNDAY_NOON, first_made=FRIDAY)[0] is Standing.NOT_MADE
