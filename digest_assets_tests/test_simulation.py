"""Exactly once on bad days: a month in eleven ways, and dates that two processes make at the same time."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from digest_assets_tests.recorded import announced
from digest_assets_tests.simulation import MONTH, SCENARIOS, Scenario, a_simulation, days_between, noon, simulate
from digest_assets_tests.test_ledger import TUESDAY, WEDNESDAY, a_few

CHANGES, LOOK_BACK = 50, 2000
"""Sizes of a page of the search: a look-back that fits in one is read whole, else what changed is asked for."""
WORST = "storms of faults"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("scenario", "page_size"),
    [
        *(pytest.param(each, CHANGES, id=f"{each.name}-changes alone") for each in SCENARIOS),
        *(
            pytest.param(each, LOOK_BACK, id=f"{each.name}-whole look-backs")
            for each in SCENARIOS
            if each.name == WORST
        ),
    ],
)
def test_each_paper_of_a_month_is_in_exactly_one_digest(tmp_path: Path, scenario: Scenario, page_size: int) -> None:
    ledger, _ = simulate(tmp_path, announced(), scenario, MONTH, page_size=page_size)
    assert len(ledger.announced) > 300
    assert (ledger.repeats, ledger.lost) == ([], [])


ONE_RUN = """
import pickle, sys
from pathlib import Path
from digest_assets.resources.clock import SetClock
from digest_assets_tests.simulation import Simulation

settings, now, days = pickle.loads(Path(sys.argv[1]).read_bytes())
simulation = Simulation(settings.root, None, SetClock(now), settings)
simulation.store.kept_open = False
outcomes = [simulation._make(day) for day in days]
sys.exit(any(outcome != "published" for outcome in outcomes))
"""


@pytest.mark.slow
def test_processes_that_make_the_same_and_neighbouring_dates_at_once_lose_and_repeat_nothing(tmp_path: Path) -> None:
    papers = [*a_few(TUESDAY, 6), *a_few(WEDNESDAY, 6, begin=11)]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        simulation.store.kept_open = False
        simulation.clock.instant = now = noon(WEDNESDAY) + timedelta(hours=1)
        processes = []
        for number, days in enumerate([(TUESDAY, WEDNESDAY), (WEDNESDAY, TUESDAY), (WEDNESDAY, WEDNESDAY)]):
            arguments = tmp_path / f"run{number}.pickle"
            arguments.write_bytes(pickle.dumps((simulation.settings, now, days)))
            processes.append(subprocess.Popen([sys.executable, "-c", ONE_RUN, str(arguments)]))
        assert [process.wait(100) for process in processes] == [0, 0, 0]
        shown = simulation.published()
    assert {day: sorted(papers) for day, papers in shown.items()} == {
        TUESDAY: [f"2601.{number:05}" for number in range(1, 7)],
        WEDNESDAY: [f"2601.{number:05}" for number in range(11, 17)],
    }


@pytest.mark.parametrize("seed", range(3))
def test_single_days_in_random_order_with_kills_lose_and_repeat_nothing(tmp_path: Path, seed: int) -> None:
    """The same on a week of invented papers, quick enough for every run of the tests."""
    generator = random.Random(seed)
    days = days_between(TUESDAY, TUESDAY + timedelta(days=3))
    papers = [paper for number, day in enumerate(days) for paper in a_few(day, 4, begin=1 + 10 * number)]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        simulation.clock.instant = noon(days[-1]) + timedelta(days=3)
        for _ in range(6):
            simulation.store.dies_in = generator.choice([0, 1, 2, 3, 4, None])
            simulation.make(generator.choice(days))
        simulation.store.dies_in = None
        for day in generator.sample(days, len(days)):
            simulation.make(day)
        shown = sorted(identifier for papers in simulation.published().values() for identifier in papers)
    assert shown == sorted(each.paper.identifier for each in papers)
