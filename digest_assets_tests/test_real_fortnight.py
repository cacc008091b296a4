"""The recorded fortnight of 26 January to 6 February 2026, through the sandbox arXiv and a moving clock.

Made long afterwards and in any order, it is a scenario of `test_simulation.py`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets_tests.recorded import announced, rows
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

FIRST, LAST = date(2026, 1, 26), date(2026, 2, 6)
DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
WEEKDAYS = [day for day in DAYS if day.weekday() < 5]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def announced_by_day() -> dict[date, set[str]]:
    """What arXiv announced as new or cross-listed, by the morning in Beijing."""
    by_day: dict[date, set[str]] = defaultdict(set)
    for row in rows("announced"):
        if row["kind"] in ("new", "late-cross"):
            at = datetime.fromisoformat(row["announced"].replace("Z", "+00:00"))
            by_day[(at + timedelta(hours=8)).date()].add(row["id"])
    return by_day


def test_every_paper_of_the_fortnight_is_published_once_and_nearly_all_on_their_morning(tmp_path: Path) -> None:
    expected = announced_by_day()
    with a_world(tmp_path, noon_in_shanghai(FIRST), announced()) as world:
        reports = [world.make(day, noon_in_shanghai(day)) for day in WEEKDAYS]
        published = published_by_day(world)
    assert len(published[date(2026, 1, 29)]) == 20
    # On the first day of a store nothing was seen before, so five papers that moderation had held are inferred to be
    # the mailing before; the feed says better on the next day, and they are late there. From then on all is exact.
    assert {day: published[day] for day in WEEKDAYS[2:]} == {day: expected[day] for day in WEEKDAYS[2:]}
    assert published[FIRST] <= expected[FIRST]
    assert len(expected[FIRST] - published[FIRST]) <= 5
    assert sorted(chain(*published.values())) == sorted(chain(*(expected[day] for day in WEEKDAYS)))
    assert {report.outcome for report in reports} == {RunOutcome.COMPLETE}


def published_by_day(world: World) -> dict[date, set[str]]:
    published: dict[date, set[str]] = defaultdict(set)
    for day, identifier in world.rows("SELECT digest_date, identifier FROM ledger WHERE status = 'published'"):
        published[day].add(identifier)
    return published
