"""What each of arXiv's interfaces may say wrongly: what is announced is published, filtered or failed, none twice, and
the reason that a date gives is true."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from digest_assets.arxiv.calendar import mailing_for_submission
from digest_assets.digests.standing import Standing
from digest_assets.model import AnnouncementKind
from digest_assets.sandbox import serving
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets.store.standings import standings
from digest_assets_tests.simulation import Simulation, a_simulation, noon
from digest_assets_tests.test_ledger import (
    FRIDAY,
    ONE_DAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    a_few,
    announced,
    make,
    rows,
    submitted,
)

AFTER_THE_FEED = timedelta(hours=1, minutes=30)
"""After noon in Shanghai: by then, in winter, it is past midnight in New York."""
MONDAY = FRIDAY + 3 * ONE_DAY


def old(count: int, *categories: str) -> list[SandboxPaper]:
    """Papers of 2024, announced long ago, that the digest's categories hold."""
    first = submitted(date(2024, 12, 3))
    return [
        replace(
            announced(f"2412.{number:05}", first, categories=categories),
            announced_at=mailing_for_submission(first).announced_at,
        )
        for number in range(1, count + 1)
    ]


def statuses(simulation: Simulation) -> dict[object, object]:
    return dict(rows(simulation, "SELECT status, count(*) FROM ledger GROUP BY 1"))  # type: ignore[arg-type]


def reason(simulation: Simulation, day: date) -> str:
    ((told,),) = rows(simulation, f"SELECT empty_reason FROM digests WHERE digest_date = '{day}'")
    return str(told)


# OAI


@pytest.mark.parametrize("hours", [0, 96], ids=["the next day", "a backfill"])
def test_records_that_were_touched_are_no_cross_lists(tmp_path: Path, hours: int) -> None:
    """In winter nobody who asks at noon sees Friday's feed: OAI alone tells of that mailing."""
    touched = [*old(20, "cs.CL", "cs.SD"), *[replace(each, paper=replace(each.paper, identifier=f"2411.0{number:04}"))
               for number, each in enumerate(old(8, "cs.SD"))]]  # fmt: skip
    papers = [*touched, *a_few(THURSDAY, begin=11), *a_few(FRIDAY, begin=21), *a_few(FRIDAY + ONE_DAY, begin=31)]
    with a_simulation(tmp_path, papers, THURSDAY) as simulation:
        for each in touched:
            simulation.arxiv.touched[each.paper.identifier] = noon(FRIDAY) - timedelta(hours=1)
        make(simulation, THURSDAY, FRIDAY)
        simulation.clock.instant = noon(MONDAY) + timedelta(hours=hours)
        assert simulation.make(MONDAY) == "published"
        assert [len(each) for each in simulation.published().values()] == [3, 3, 3]
        assert statuses(simulation) == {"published": 9, "perhaps cross-listed": 20}


def a_quiet_week_with_an_old_paper() -> list[SandboxPaper]:
    """Which is cross-listed in Friday's mailing: the feed tells of it when Friday's date is made already."""
    (paper,) = old(1, "cs.CL")
    crossed = replace(
        paper,
        paper=replace(paper.paper, categories=("cs.CL", "cs.SD")),
        announced_at=mailing_for_submission(submitted(FRIDAY)).announced_at,
        kind=AnnouncementKind.CROSS,
    )
    return [paper, crossed, *a_few(THURSDAY, begin=11), *a_few(FRIDAY, begin=21), *a_few(FRIDAY + ONE_DAY, begin=31)]


def test_a_cross_list_that_only_oai_tells_of_is_claimed_on_a_quiet_day(tmp_path: Path) -> None:
    with a_simulation(tmp_path, a_quiet_week_with_an_old_paper(), THURSDAY) as simulation:
        make(simulation, THURSDAY, FRIDAY, MONDAY)
        assert "2412.00001" in simulation.published()[MONDAY]
        assert statuses(simulation) == {"published": 10}


def test_a_date_made_by_a_clock_that_is_ahead_has_its_cross_lists_itself(tmp_path: Path) -> None:
    """OAI is asked for a date whose feed is over: of an old paper that at noon only the next date gets."""
    with a_simulation(tmp_path, a_quiet_week_with_an_old_paper(), FRIDAY) as simulation:
        simulation.clock.instant = noon(FRIDAY) + timedelta(days=10)
        assert simulation.make(FRIDAY) == "published"
        make(simulation, MONDAY)
        assert "2412.00001" in simulation.published()[FRIDAY]
        assert "2412.00001" not in simulation.published()[MONDAY]


# The feed


def at_the_feed(simulation: Simulation, day: date) -> str:
    simulation.clock.instant = noon(day) + AFTER_THE_FEED
    return simulation.make(day)


@pytest.mark.parametrize("first", [TUESDAY, WEDNESDAY], ids=["after a day", "on a first run"])
def test_yesterday_s_papers_under_today_s_date_stay_yesterday_s(tmp_path: Path, first: date) -> None:
    papers = [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11), *a_few(THURSDAY, begin=21)]
    with a_simulation(tmp_path, papers, first) as simulation:
        evening = TUESDAY
        simulation.arxiv.feeds_shown[evening] = TUESDAY - ONE_DAY
        simulation.arxiv.index_lag = timedelta(days=1)
        if first == TUESDAY:
            assert at_the_feed(simulation, TUESDAY) == "published"
        assert at_the_feed(simulation, WEDNESDAY) == "not yet"
        simulation.clock.instant += timedelta(hours=1)
        assert simulation.make(WEDNESDAY) == "not yet", "what the run before learnt of them says no more"
        simulation.arxiv.index_lag = timedelta()
        simulation.clock.instant += timedelta(hours=3)
        simulation.catch_up()
        assert len(simulation.published()[WEDNESDAY]) == 3
        at_the_feed(simulation, THURSDAY)
        assert statuses(simulation)["published"] == (9 if first == TUESDAY else 6)


def test_an_empty_feed_while_the_search_lags_leaves_the_date_open(tmp_path: Path) -> None:
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        assert at_the_feed(simulation, TUESDAY) == "published"
        simulation.arxiv.feeds_shown[TUESDAY] = None
        simulation.arxiv.index_lag = timedelta(days=1)
        assert at_the_feed(simulation, WEDNESDAY) == "not yet"
        with simulation.store.transaction() as connection:
            now, days = simulation.clock.now(), simulation.settings.digest.days
            ((stands, why),) = standings(connection, "arxiv", days, [WEDNESDAY], now).values()
        assert stands is Standing.NOT_YET
        assert "The feed is empty" in str(why)
        simulation.arxiv.index_lag = timedelta()
        simulation.clock.instant += timedelta(hours=5)
        simulation.catch_up()
        assert len(simulation.published()[WEDNESDAY]) == 3


def test_a_mailing_without_papers_of_the_digest_is_told_from_one_that_is_not_indexed(tmp_path: Path) -> None:
    others = [
        announced(f"2601.{number:05}", submitted(WEDNESDAY, number), categories=("hep-th",)) for number in (11, 12)
    ]
    with a_simulation(tmp_path, [*a_few(TUESDAY), *others], TUESDAY) as simulation:
        assert at_the_feed(simulation, TUESDAY) == "published"
        assert at_the_feed(simulation, WEDNESDAY) == "empty"
        assert "had nothing in these categories" in reason(simulation, WEDNESDAY)


def test_a_date_that_was_closed_as_empty_opens_when_its_papers_turn_up(tmp_path: Path) -> None:
    late = [replace(each, trickles_at=noon(WEDNESDAY) + timedelta(hours=3)) for each in a_few(WEDNESDAY, begin=11)]
    others = [announced("2601.00019", submitted(WEDNESDAY), categories=("hep-th",))]
    with a_simulation(tmp_path, [*a_few(TUESDAY), *others, *late], TUESDAY) as simulation:
        assert at_the_feed(simulation, TUESDAY) == "published"
        assert at_the_feed(simulation, WEDNESDAY) == "empty"
        simulation.clock.instant += timedelta(hours=4)
        simulation.catch_up()
        assert len(simulation.published()[WEDNESDAY]) == 3


def test_an_evening_without_a_mailing_is_called_that(tmp_path: Path) -> None:
    """Nobody had said that there would be none: what was submitted for it comes with the next."""
    moved = [
        replace(each, announced_at=mailing_for_submission(submitted(THURSDAY)).announced_at)
        for each in a_few(WEDNESDAY, begin=11)
    ]
    papers = [*a_few(TUESDAY), *moved, *a_few(THURSDAY, begin=21)]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        assert at_the_feed(simulation, TUESDAY) == "published"
        assert at_the_feed(simulation, WEDNESDAY) == "not yet"
        simulation.clock.instant = noon(THURSDAY) + AFTER_THE_FEED
        simulation.catch_up()
        assert {day: len(papers) for day, papers in simulation.published().items()} == {TUESDAY: 3, THURSDAY: 6}
        assert "came with the next mailing" in reason(simulation, WEDNESDAY)


# Entries


def test_an_entry_that_names_no_paper_counts_as_failed_until_it_does(tmp_path: Path) -> None:
    def nameless(answer: serving.HttpAnswer) -> serving.HttpAnswer:
        first = answer.body.index(b"<entry>"), answer.body.index(b"</entry>")
        entry = re.sub(rb"(?s)<id>.*?</id>|<link[^>]*/>", b"", answer.body[first[0] : first[1]])
        return replace(answer, body=answer.body[: first[0]] + entry + answer.body[first[1] :])

    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        simulation.arxiv.faults.add("api", serving.Fault("nameless", nameless))
        for route in ("feed", "oai"):
            simulation.arxiv.faults.add(route, serving.status(404))
        make(simulation, TUESDAY)
        assert statuses(simulation) == {"published": 2, "failed": 1}
        counts = "SELECT announced, failed FROM rendered_posts"  # no model is asked here: the two others lack that
        assert rows(simulation, counts) == [(3, 3)]
        simulation.make(TUESDAY)  # by now it can be read: made again, the date takes nothing new, the next one does
        assert rows(simulation, counts) == [(2, 2)]
        make(simulation, WEDNESDAY)
        assert statuses(simulation) == {"published": 6}


# Time zones and names


@pytest.mark.parametrize(("zone", "after"), [("America/Los_Angeles", 22), ("UTC", 2), ("Asia/Shanghai", 0)])
@pytest.mark.slow
def test_each_paper_is_in_one_digest_in_any_zone(tmp_path: Path, zone: str, after: int) -> None:
    papers = [paper for number, day in enumerate([TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, FRIDAY + ONE_DAY])
              for paper in a_few(day, begin=1 + 10 * number)]  # fmt: skip
    with a_simulation(tmp_path, papers, TUESDAY - 2 * ONE_DAY) as simulation:
        simulation.change(digest={"timezone": zone})
        day = TUESDAY - ONE_DAY
        while day <= MONDAY + ONE_DAY:
            simulation.clock.instant = noon(day) + timedelta(hours=after)
            simulation.catch_up()
            day += ONE_DAY
        shown = sorted(key for papers in simulation.published().values() for key in papers)
        assert shown == sorted(each.paper.identifier for each in papers)
        where = {key: day for day, papers in simulation.published().items() for key in papers}
        days = simulation.settings.digest.days
        assert all(where[each.paper.identifier] == days.date_announced(each.announced_at) for each in papers)


def test_aliases_and_archives_find_their_papers(tmp_path: Path) -> None:
    papers = [
        announced("2601.00001", submitted(TUESDAY, 2), categories=("eess.SY", "cs.SY")),
        announced("2601.00002", submitted(TUESDAY, 3), categories=("math-ph", "math.MP", "hep-th")),
        announced("2601.00003", submitted(TUESDAY, 4), categories=("astro-ph.GA",)),
        announced("2601.00004", submitted(TUESDAY, 5), categories=("cs.CL",)),
    ]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        simulation.change(digest={"categories": ("eess.SY", "math-ph", "astro-ph")}, filters={"primary_only": True})
        make(simulation, TUESDAY)
        assert sorted(simulation.published()[TUESDAY]) == [f"2601.0000{number}" for number in (1, 2, 3)]
