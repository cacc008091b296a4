"""When the sensors ask for a run, and what they say when they do not: set clocks, and a sandbox arXiv."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation import sensors
from digest_assets.automation.sensors import FEED_STAYS, PAUSES, mailing_sensor, retry_sensor
from digest_assets.config import Settings
from digest_assets.definitions import build_defs
from digest_assets.digests.due import FURTHEST_BACK
from digest_assets.sandbox import arxiv_server, serving
from digest_assets.store import endpoint_pauses, ledger, standings
from digest_assets.store.rows import insert
from digest_assets_tests.simulation import MortalStore, Simulation, a_simulation, noon
from digest_assets_tests.test_ledger import MONDAY_BEFORE, TUESDAY, WEDNESDAY, a_few, announced, replaced, submitted

MAILED = datetime.fromisoformat("2026-01-28T01:00:00+00:00")
"""Wednesday, 09:00 in Shanghai: 20:00 in New York on Tuesday."""


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    late = announced("2601.00004", submitted(TUESDAY, 9), on=WEDNESDAY)
    other_version = replaced(announced("2512.00001", submitted(MONDAY_BEFORE)), submitted(WEDNESDAY))
    papers = [*a_few(MONDAY_BEFORE, begin=1), late, *a_few(WEDNESDAY, begin=11), other_version]
    with a_simulation(tmp_path, papers, MONDAY_BEFORE) as simulation:
        simulation.store.kept_open = False  # a sensor opens the store by itself
        yield simulation


class Ticks:
    """Evaluates a sensor as the daemon does, keeping its cursor."""

    def __init__(self, simulation: Simulation, sensor: Callable[[Place, Settings], dg.SensorDefinition]) -> None:
        self.simulation = simulation
        self.sensor = sensor(Place.of(simulation.settings), simulation.settings)
        self.instance = dg.DagsterInstance.ephemeral()
        self.definitions = build_defs(simulation.settings, clock=simulation.clock)
        self.cursor: str | None = None
        self.requests: list[dg.RunRequest] = []

    def at(self, instant: datetime) -> list[str] | str:
        """The keys of the runs that it asks for, or why it asks for none."""
        self.simulation.clock.instant = instant
        resources = {
            "store": self.simulation.store,
            "arxiv": self.simulation.access,
            "clock": self.simulation.clock,
        }
        names = self.sensor.required_resource_keys
        with dg.build_sensor_context(
            self.instance,
            cursor=self.cursor,
            definitions=self.definitions,
            resources={name: resources[name] for name in names},
        ) as context:
            data = self.sensor.evaluate_tick(context)
        self.cursor = data.cursor or self.cursor
        self.requests = list(data.run_requests or ())
        if self.requests:
            return [request.run_key for request in self.requests if request.run_key]
        return data.skip_message or ""


def requests(simulation: Simulation) -> int:
    return len(simulation.arxiv.requests)


def test_nothing_is_asked_before_the_mailing_and_arxiv_is_left_alone(simulation: Simulation) -> None:
    assert "09:00" in Ticks(simulation, mailing_sensor).at(MAILED - timedelta(minutes=5))
    assert requests(simulation) == 0


def test_before_the_first_digest_it_is_said_which_that_is(simulation: Simulation) -> None:
    told = Ticks(simulation, mailing_sensor).at(noon(MONDAY_BEFORE) - timedelta(days=1))
    assert told == "The first digest is that of 2026-01-19."
    assert requests(simulation) == 0


def test_a_run_is_asked_for_once_as_soon_as_the_mailing_is_searchable(simulation: Simulation) -> None:
    simulation.arxiv.index_lag = timedelta(minutes=30)
    ticks = Ticks(simulation, mailing_sensor)
    assert ticks.at(MAILED) == "The mailing of 2026-01-28 is not searchable yet."
    assert ticks.at(MAILED + timedelta(minutes=40)) == ["2026-01-28-api"]
    assert [(each.partition_key, each.tags["digest/asked_by"]) for each in ticks.requests] == [
        ("2026-01-28", "mailing sensor")
    ]
    assert json.loads(str(ticks.cursor)) == {"day": "2026-01-28", "by_api": True, "by_feed": False}
    before = requests(simulation)
    followed = "The mailing of 2026-01-28 was asked for; its feed follows at midnight in New York."
    assert ticks.at(MAILED + timedelta(minutes=50)) == followed
    assert requests(simulation) == before


def test_polling_stops_when_feed_and_api_agree(simulation: Simulation) -> None:
    ticks = Ticks(simulation, mailing_sensor)
    ticks.at(MAILED + timedelta(minutes=10))
    assert simulation.make(WEDNESDAY) == "published"
    assert ticks.at(MAILED + timedelta(hours=4)) == "API and feed agree on 2026-01-28: 4 papers."
    before = requests(simulation)
    assert ticks.at(MAILED + timedelta(hours=6)) == "The digest of 2026-01-28 was asked for; API and feed agree."
    assert requests(simulation) == before


def test_a_feed_that_knows_of_more_asks_once_more(simulation: Simulation) -> None:
    ticks = Ticks(simulation, mailing_sensor)
    ticks.at(MAILED + timedelta(minutes=10))  # and that run never came to be
    assert ticks.at(MAILED + timedelta(hours=5)) == ["2026-01-28-feed"]
    assert "agree" in ticks.at(MAILED + timedelta(hours=6))


def test_a_feed_asks_where_the_search_never_showed_the_mailing(simulation: Simulation) -> None:
    """Its papers may be known already, by a run that somebody started: the date was not asked for all the same."""
    simulation.arxiv.index_lag = timedelta(hours=20)
    ticks = Ticks(simulation, mailing_sensor)
    assert "not searchable yet" in ticks.at(MAILED + timedelta(minutes=10))
    simulation.clock.instant = MAILED + timedelta(hours=4, minutes=30)
    simulation.make(WEDNESDAY)
    assert ticks.at(MAILED + timedelta(hours=5)) == ["2026-01-28-feed"]
    assert "agree" in ticks.at(MAILED + timedelta(hours=6))
    assert "agree" in ticks.at(MAILED + timedelta(hours=21)), "though the search shows it now"


def test_a_feed_of_another_mailing_is_waited_for(simulation: Simulation) -> None:
    ticks = Ticks(simulation, mailing_sensor)
    ticks.at(MAILED)
    yesterday = serving.Fault(
        "yesterday's", lambda answer: replace(answer, body=answer.body.replace(b"28 Jan", b"27 Jan"))
    )
    simulation.arxiv.faults.always("feed", yesterday)
    told = "The feed does not show the mailing of 2026-01-28 yet."
    assert [ticks.at(MAILED + timedelta(hours=hours)) for hours in (5, 6)] == [told, told]
    simulation.arxiv.faults.clear()
    assert ticks.at(MAILED + timedelta(hours=7)) == ["2026-01-28-feed"]


def test_a_feed_that_is_gone_ends_the_asking(simulation: Simulation) -> None:
    ticks = Ticks(simulation, mailing_sensor)
    assert ticks.at(MAILED + timedelta(minutes=10)) == ["2026-01-28-api"]
    simulation.arxiv.faults.always("feed", arxiv_server.unavailable())
    told = ticks.at(MAILED + FEED_STAYS - timedelta(minutes=1))
    assert "gone" not in told
    before = requests(simulation)
    # By then it is another date's hour: the cursor is asked for its own mailing.
    step = asyncio.run(
        sensors._compare_with_feed(
            simulation.settings,
            simulation.store,
            simulation.access,
            sensors.MailingCursor("2026-01-28", by_api=True),
            MAILED,
            MAILED + FEED_STAYS,
        )
    )
    assert "The feed of 2026-01-28 is gone" in step.why
    assert step.cursor.by_feed
    assert requests(simulation) == before


def test_a_date_that_was_asked_for_is_asked_for_again_where_the_store_was_lost_since(simulation: Simulation) -> None:
    ticks = Ticks(simulation, mailing_sensor)
    assert ticks.at(MAILED + timedelta(minutes=10)) == ["2026-01-28-api"]
    assert "feed follows" in ticks.at(MAILED + timedelta(minutes=20))  # the run may wait in the queue
    simulation.store.path.unlink()
    simulation.store = MortalStore(simulation.store.path)
    # Under another key: Dagster asks once for each.
    assert ticks.at(MAILED + timedelta(minutes=30)) == ["2026-01-28-api-again-20260128T013000"]
    assert "feed follows" in ticks.at(MAILED + timedelta(minutes=40))


def test_an_arxiv_that_is_down_is_a_skip_that_says_so(simulation: Simulation) -> None:
    simulation.arxiv.faults.always("api", arxiv_server.rate_limited())
    ticks = Ticks(simulation, mailing_sensor)
    told = ticks.at(MAILED + timedelta(minutes=10))
    assert "429" in told
    assert str(told).endswith("Asked again in 10 minutes.")
    simulation.arxiv.faults.clear()
    assert ticks.at(MAILED + timedelta(minutes=20)) == ["2026-01-28-api"]


def test_a_weekend_says_that_it_is_one(simulation: Simulation) -> None:
    saturday = datetime.fromisoformat("2026-01-31T03:00:00+00:00")
    assert "Friday" in Ticks(simulation, mailing_sensor).at(saturday)


def test_a_new_day_begins_afresh(simulation: Simulation) -> None:
    ticks = Ticks(simulation, mailing_sensor)
    ticks.cursor = json.dumps({"day": "2026-01-27", "by_api": True, "by_feed": True})
    assert ticks.at(MAILED + timedelta(minutes=10)) == ["2026-01-28-api"]
    assert json.loads(str(ticks.cursor)) == {"day": "2026-01-28", "by_api": True, "by_feed": False}


def test_dates_that_wait_and_dates_that_are_given_up_are_named_one_by_one() -> None:
    said = "Waiting: A, B. Given up after 5 tries: C, D. `digest run D` says what is wrong."
    assert sensors._why_not(["A", "B"], ["C", "D"]) == said


def test_dates_that_do_not_balance_are_asked_for_again_with_growing_pauses_until_it_gives_up(
    simulation: Simulation,
) -> None:
    for route in ("api", "feed", "oai"):
        simulation.arxiv.faults.always(route, arxiv_server.unavailable())
    simulation.clock.instant = at = noon(WEDNESDAY)
    assert simulation.make(WEDNESDAY) == "failed"
    ticks = Ticks(simulation, retry_sensor)
    keys: list[str] = []
    for pause in PAUSES:
        assert "Waiting: 2026-01-28" in ticks.at(at + pause - timedelta(minutes=1))
        at += pause
        asked = ticks.at(at)
        assert isinstance(asked, list)
        keys += asked
    assert len(set(keys)) == len(PAUSES)
    assert [(each.partition_key, each.tags["digest/asked_by"]) for each in ticks.requests] == [
        ("2026-01-28", "retry sensor")
    ]
    assert "Given up after 5 tries: 2026-01-28" in ticks.at(at + timedelta(days=2))
    simulation.arxiv.faults.clear()
    assert simulation.make(WEDNESDAY) == "published"
    assert ticks.at(at + timedelta(days=3)) == "All digests balance."
    with simulation.store.transaction() as connection:
        assert standings.times_asked_again(connection, simulation.settings.digest.name) == {}


def unpublished(simulation: Simulation, *days: date) -> None:
    """Each of `days` was made at its noon, and has no post."""
    with simulation.store.transaction() as connection:
        for day in days:
            ledger.close(connection, simulation.settings.digest.name, day, ["cs.SD"], [], None, noon(day))


def test_a_date_that_waits_for_the_endpoint_is_asked_for_when_that_answers_again(simulation: Simulation) -> None:
    """Its pauses begin anew then: the endpoint's quota is none of the date's tries."""
    unpublished(simulation, WEDNESDAY)
    ticks, name, noon_of_it = Ticks(simulation, retry_sensor), simulation.settings.digest.name, noon(WEDNESDAY)
    with simulation.store.transaction() as connection:
        endpoint_pauses.note(connection, name, WEDNESDAY, noon_of_it + timedelta(hours=3), "a quota", noon_of_it)
    waiting = "Waiting: 2026-01-28 until 2026-01-28 07:30 UTC, for the model's endpoint."
    assert ticks.at(noon_of_it + timedelta(hours=2, minutes=59)) == waiting
    assert ticks.at(noon_of_it + timedelta(hours=3)) == ["2026-01-28-again-0-20260128T073000"]
    assert ticks.at(noon_of_it + timedelta(hours=3, minutes=59)) == "Waiting: 2026-01-28 until 2026-01-28 08:30 UTC."
    assert ticks.at(noon_of_it + timedelta(hours=4)) == ["2026-01-28-again-1-20260128T083000"]


def test_a_date_without_a_key_is_asked_for_once_there_is_one(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulation.change(llm={"api_key_env": "A_KEY_OF_THE_TEST"})
    unpublished(simulation, WEDNESDAY)
    with simulation.store.transaction() as connection:
        name = simulation.settings.digest.name
        row: dict[str, object] = {"digest": name, "digest_date": WEDNESDAY, "identifier": "2601.00001", "version": 1}
        told = {"language": "Chinese", "status": "no key", "recorded_at": noon(WEDNESDAY)}
        insert(connection, "translations", [row | told])
    ticks = Ticks(simulation, retry_sensor)
    at = noon(WEDNESDAY) + timedelta(days=1)
    assert ticks.at(at) == "Waiting: 2026-01-28 until a key is set in A_KEY_OF_THE_TEST."
    monkeypatch.setenv("A_KEY_OF_THE_TEST", "secret")
    assert ticks.at(at) == ["2026-01-28-again-1-20260129T043000"]


def test_only_dates_that_runs_can_be_asked_for_are_and_none_of_long_ago(simulation: Simulation) -> None:
    """A weekend's is of an earlier version: it stops no later one."""
    weekend = MONDAY_BEFORE + timedelta(days=5)
    unpublished(simulation, MONDAY_BEFORE, weekend, TUESDAY, WEDNESDAY)
    ticks = Ticks(simulation, retry_sensor)
    assert ticks.at(noon(WEDNESDAY) + timedelta(minutes=59)) == [
        "2026-01-19-again-1-20260128T052900",
        "2026-01-27-again-1-20260128T052900",
    ]
    assert ticks.at(noon(MONDAY_BEFORE) + FURTHEST_BACK + timedelta(days=1)) == [
        "2026-01-27-again-2-20260306T043000",
        "2026-01-28-again-1-20260306T043000",
    ]
