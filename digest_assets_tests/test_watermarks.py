"""Where the look-back is many pages it is read once; then a day asks for what has changed, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest_assets.sandbox import serving
from digest_assets.sandbox.papers import SandboxPaper
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

PAGE = 4
AFTER_THE_FEED = timedelta(hours=1, minutes=30)
BEHIND = [paper for number in range(1, 8) for paper in a_few(TUESDAY - number * ONE_DAY, 4, begin=10 * number)]
"""More than two pages, announced before the first date."""
HELD = announced("2601.00301", submitted(TUESDAY - 6 * ONE_DAY, 3), on=THURSDAY)


def papers() -> list[SandboxPaper]:
    days = [a_few(day, 4, begin=100 * number) for number, day in enumerate([TUESDAY, WEDNESDAY, THURSDAY], start=1)]
    return [*BEHIND, *(paper for day in days for paper in day), HELD]


def asked(simulation: Simulation) -> list[object]:
    """Of each search: whether it asked for changes alone."""
    found = rows(
        simulation, "SELECT since IS NOT NULL FROM fetches WHERE source = 'api' AND scope <> '*' ORDER BY fetched_at"
    )
    return [each for (each,) in found]


def requests(simulation: Simulation) -> Counter[str]:
    found = Counter(each.route for each in simulation.arxiv.requests)
    simulation.arxiv.requests.clear()
    return found


def shown(simulation: Simulation) -> dict[object, list[str]]:
    return {day: sorted(papers) for day, papers in simulation.published().items() if day >= TUESDAY}


def test_a_day_asks_for_what_has_changed_and_finds_what_was_held(tmp_path: Path) -> None:
    with a_simulation(tmp_path, papers(), TUESDAY, page_size=PAGE) as simulation:
        make(simulation, TUESDAY, WEDNESDAY)
        requests(simulation)
        make(simulation, THURSDAY)
        assert asked(simulation) == [False, True, True]
        assert shown(simulation)[THURSDAY] == ["2601.00300", HELD.paper.identifier, *(f"2601.0030{n}" for n in (2, 3))]


@pytest.mark.parametrize(
    ("silent", "is_whole"), [(("feed",), False), (("oai",), True), (("feed", "oai"), True)], ids=["feed", "OAI", "both"]
)
def test_where_nothing_tells_of_a_mailing_the_look_back_is_read_again(
    tmp_path: Path, silent: tuple[str, ...], is_whole: bool
) -> None:
    """At noon, in winter, the feed is that of the day before: OAI alone tells of the day's mailing."""
    with a_simulation(tmp_path, papers(), TUESDAY, page_size=PAGE) as simulation:
        make(simulation, TUESDAY, WEDNESDAY)
        for route in silent:
            simulation.arxiv.faults.always(route, serving.status(404))
        make(simulation, THURSDAY)
        assert asked(simulation)[2] is not is_whole
        assert HELD.paper.identifier in shown(simulation)[THURSDAY]


def test_the_feed_tells_where_oai_does_not(tmp_path: Path) -> None:
    with a_simulation(tmp_path, papers(), TUESDAY, page_size=PAGE) as simulation:
        simulation.arxiv.faults.always("oai", serving.status(404))
        for day in (TUESDAY, WEDNESDAY, THURSDAY):
            simulation.clock.instant = noon(day) + AFTER_THE_FEED
            assert simulation.make(day) == "published"
        assert asked(simulation) == [False, True, True]
        assert HELD.paper.identifier in shown(simulation)[THURSDAY]


def test_a_new_version_is_found_by_its_date(tmp_path: Path) -> None:
    (first, *_) = a_few(TUESDAY, 4, begin=100)
    at = submitted(THURSDAY)
    second = replace(first, paper=replace(first.paper, version=2, updated_at=at), announced_at=HELD.announced_at)
    with a_simulation(tmp_path, [*papers(), second], TUESDAY, page_size=PAGE) as simulation:
        make(simulation, TUESDAY, WEDNESDAY, THURSDAY)
        assert asked(simulation) == [False, True, True]
        assert rows(simulation, "SELECT identifier, version FROM paper_updates") == [(first.paper.identifier, 2)]


def test_a_paper_that_turns_up_days_later_is_found(tmp_path: Path) -> None:
    late = replace(announced("2601.00105", submitted(TUESDAY, 6)), trickles_at=noon(FRIDAY) - timedelta(hours=6))
    with a_simulation(tmp_path, [*papers(), late, *a_few(FRIDAY, 4, begin=400)], TUESDAY, page_size=PAGE) as simulation:
        make(simulation, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
        assert asked(simulation) == [False, True, True, True]
        assert late.paper.identifier in shown(simulation)[FRIDAY]


@pytest.mark.slow
def test_after_a_gap_or_with_other_categories_the_look_back_is_read_again(tmp_path: Path) -> None:
    with a_simulation(tmp_path, papers(), TUESDAY, page_size=PAGE) as simulation:
        make(simulation, TUESDAY)
        simulation.change(digest={"categories": ("cs.SD", "cs.CL")})
        make(simulation, WEDNESDAY)
        simulation.clock.instant = noon(WEDNESDAY) + timedelta(days=20)
        simulation.catch_up()
        assert set(asked(simulation)) == {False}


def test_an_order_that_is_not_kept_to_is_not_relied_on(tmp_path: Path) -> None:
    def by_submission(answer: serving.HttpAnswer) -> serving.HttpAnswer:
        head, *entries = answer.body.split(b"<entry>")
        return replace(answer, body=b"<entry>".join([head, *reversed(entries)])) if len(entries) > 1 else answer

    with a_simulation(tmp_path, papers(), TUESDAY, page_size=PAGE) as simulation:
        make(simulation, TUESDAY)
        fault = serving.Fault("another order", by_submission)
        simulation.arxiv.faults.always("api", fault, containing="lastUpdatedDate")
        make(simulation, WEDNESDAY)
        assert asked(simulation) == [False, False]
