"""Months of digests in seconds: what production does for a date, without Dagster and the model, against the sandbox.

A run here is the same three steps in the same order as the job's: receive what arXiv answers (real HTTP), claim, write
the post. Left out are Dagster's bookkeeping and the model's answers, which neither claim nor lose a paper. What a
simulation is about is scripted by a `Scenario`: what arXiv does wrong, when runs are asked for, and which of them die.
"""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import stamina

from digest_assets.automation.dates import dates_due
from digest_assets.automation.schedules import WEEKDAYS_AT_HALF_PAST_TWELVE
from digest_assets.config import Settings
from digest_assets.errors import DigestError
from digest_assets.pipeline import write_post
from digest_assets.pipeline.claim import claim_papers
from digest_assets.pipeline.receive import raise_if_nothing_carries, receive
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import SetClock
from digest_assets.sandbox import arxiv_server, serving
from digest_assets.sandbox.arxiv_server import SandboxArxiv
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets.store.connection import DigestStore
from digest_assets.store.pace import StorePace
from digest_assets_tests.worlds import settings_for


class Killed(BaseException):
    """The process is gone: nothing catches it."""


class MortalStore(DigestStore):
    """A store whose process dies at its `dies_in`-th transaction from now, before that is committed.

    Unless others want the file (`kept_open`), it stays with this process between transactions: what opening it and
    writing its checkpoints takes, half of a day's time here, says nothing about papers.
    """

    dies_in: int | None = None
    kept_open = True
    _kept: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def _attached(self, *how: str) -> Iterator[duckdb.DuckDBPyConnection]:
        if not self.kept_open:
            with super()._attached(*how) as connection:
                yield connection
            return
        if self._kept is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._kept = duckdb.connect(str(self.path))
            self._kept.execute("SET TimeZone = 'UTC'")
        yield self._kept

    def _shorten_log(self, connection: duckdb.DuckDBPyConnection) -> None:
        if not self.kept_open:
            super()._shorten_log(connection)

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with super().transaction() as connection:
            yield connection
            if self.dies_in is not None:
                self.dies_in -= 1
                if self.dies_in < 0:
                    self.dies_in = None
                    raise Killed


class Simulation:
    """One digest and one arXiv, on a clock that is moved by hand."""

    def __init__(self, folder: Path, arxiv: SandboxArxiv, clock: SetClock, settings: Settings) -> None:
        self.folder = folder
        self.arxiv = arxiv
        self.clock = clock
        self.settings = settings
        self.store = MortalStore(settings.path(settings.store.url))
        self.access = ArxivAccess(settings.arxiv, StorePace(self.store, clock.now), clock)
        self.outcomes: Counter[str] = Counter()

    def change(self, **sections: dict[str, Any]) -> None:
        """Changes settings: `simulation.change(filters={"cap": 2})`."""
        changed = {name: getattr(self.settings, name).model_copy(update=update) for name, update in sections.items()}
        self.settings = self.settings.model_copy(update=changed)

    def make(self, day: date) -> str:
        """What became of a run for `day`: published, empty, not yet, failed (arXiv) or killed."""
        try:
            outcome = self._make(day)
        except DigestError:
            outcome = "failed"
        except Killed:
            outcome = "killed"
        self.outcomes[outcome] += 1
        return outcome

    def _make(self, day: date) -> str:
        answers = receive(self.settings, self.store, self.access, self.clock.now(), day)
        raise_if_nothing_carries(answers, self.settings, day)
        made = claim_papers(self.settings, self.store, self.clock.now(), day)
        if made.not_yet:
            return "not yet"
        write_post.publish(self.settings, self.store, self.clock, day)
        return "published" if made.papers else "empty"

    def catch_up(self) -> None:
        """What `digest run` does: everything that is due."""
        try:
            due = dates_due(self.settings, self.store, self.clock.now())
        except Killed:
            due = []
        for day in due:
            self.make(day)

    def published(self) -> dict[date, list[str]]:
        """The identifiers that each date's post shows: by the posts, not by the claims."""
        found: dict[date, list[str]] = defaultdict(list)
        for path in sorted((self.folder / "posts").glob("*.md")):
            day = date.fromisoformat(path.name[:10])
            for line in path.read_text("utf-8").splitlines():
                if line.startswith("- **arXiv**: "):
                    identifier = line.rpartition("/abs/")[2].rstrip(">)")
                    found[day].append(identifier.rpartition("v")[0])
        return dict(found)


def noon(day: date) -> datetime:
    """12:30 in Shanghai: when the schedule asks."""
    return datetime.combine(day, time(4, 30), timezone.utc)


@dataclass(frozen=True)
class Scenario:
    """A way in which months can go. `play` moves the clock and asks for runs, from the first of the dates on."""

    name: str
    play: Callable[[Simulation, Sequence[date], random.Random], None]


def each_day(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """One run each day at noon, weekends too."""
    for day in days:
        simulation.clock.instant = noon(day)
        simulation.make(day)


def storms(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """Every third request meets a fault, on every fifth day all of them; asked again each hour until the evening."""
    for day in days:
        total_failure = generator.random() < 0.2
        for hour in range(6):
            simulation.clock.instant = noon(day) + timedelta(hours=hour)
            simulation.arxiv.faults.clear()
            for route in ("api", "feed", "oai"):
                if total_failure:
                    simulation.arxiv.faults.always(route, generator.choice(FAULTS))
                else:
                    chances = [generator.choice(FAULTS) if generator.random() < 0.35 else None for _ in range(12)]
                    simulation.arxiv.faults.add(route, *chances)
            due = dates_due(simulation.settings, simulation.store, simulation.clock.now())
            for each in due:
                simulation.make(each)
            if not due:
                break
    simulation.arxiv.faults.clear()


def lagging(hours: float) -> Callable[[Simulation, Sequence[date], random.Random], None]:
    """The API shows a mailing so many hours late. Runs each morning at half past ten, and at noon."""

    def play(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
        simulation.arxiv.index_lag = timedelta(hours=hours)
        for day in days:
            for earlier in (2, 0):
                simulation.clock.instant = noon(day) - timedelta(hours=earlier)
                simulation.catch_up()

    return play


def trickling(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """One paper in ten is not shown by anything until hours or days after its mailing, and so by no feed at all."""
    for each in simulation.arxiv.papers:
        if each.paper.version == 1 and is_recent(each) and generator.random() < 0.1:
            late_by = timedelta(hours=generator.choice([2, 5, 20, 30, 70, 100]))
            simulation.arxiv.trickle[each.paper.identifier] = each.announced_at + late_by
    each_day(simulation, days, generator)


def skipping(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """The machine is off on every third day, at times for a week; when it is on it makes up for it."""
    off = 0
    for day in days:
        off = max(off - 1, 0) or (generator.choice([1, 1, 1, 2, 7]) if generator.random() < 0.2 else 0)
        if not off:
            simulation.clock.instant = noon(day)
            simulation.catch_up()


def dying(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """Every other run dies at one of its transactions; an hour later, or on the next day, it is asked for again."""
    for day in days:
        for hour in range(generator.choice([1, 1, 3])):
            simulation.clock.instant = noon(day) + timedelta(hours=hour)
            simulation.store.dies_in = generator.choice([0, 1, 2, 3, 4, 5, None, None, None, None])
            simulation.catch_up()
    simulation.store.dies_in = None


def again(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """Each day an earlier one is made again, too, before it or after it; every other time one of the last weeks."""
    for position, day in enumerate(days):
        simulation.clock.instant = noon(day)
        oldest = generator.choice([0, max(0, position - 20)])
        both = [day, days[generator.randint(oldest, position)]]
        generator.shuffle(both)
        for each in both:
            simulation.make(each)


def by_schedule(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """What the schedule asks for at its own instants: nothing at weekends, and in winter before the day's feed."""
    minute, hour = WEEKDAYS_AT_HALF_PAST_TWELVE.split()[:2]
    for day in days:
        if day.weekday() < 5:
            at = datetime.combine(day, time(int(hour), int(minute)), simulation.settings.digest.days.zone)
            simulation.clock.instant = at.astimezone(timezone.utc)
            simulation.catch_up()


def backfill(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """All dates are made long afterwards, in random order."""
    order = list(days)
    generator.shuffle(order)
    simulation.clock.instant = noon(days[-1] + timedelta(days=20))
    for day in order:
        simulation.make(day)


def two_at_once(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
    """Two runs at the same time: of the same date, or of neighbours."""
    for position, day in enumerate(days):
        simulation.clock.instant = noon(day)
        other = day if generator.random() < 0.5 else days[max(position - 1, 0)]
        threads = [threading.Thread(target=simulation.make, args=[each]) for each in (day, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


FAULTS = (
    arxiv_server.unavailable(),
    arxiv_server.rate_limited(),
    arxiv_server.not_acceptable(),
    arxiv_server.not_acceptable(with_body=True),
    arxiv_server.maintenance(),
    serving.empty_page(),
    serving.empty_body(),
    serving.truncated(),
    serving.broken_off(),
    serving.closed(),
)

SCENARIOS = (
    Scenario("no faults", each_day),
    Scenario("weekdays only", by_schedule),
    Scenario("storms of faults", storms),
    Scenario("index 3 h late", lagging(3)),
    Scenario("index a day late", lagging(24)),
    Scenario("single ids late", trickling),
    Scenario("days skipped", skipping),
    Scenario("runs killed", dying),
    Scenario("days made again", again),
    Scenario("backfill, any order", backfill),
    Scenario("two runs at once", two_at_once),
)


def by_the_api_alone(play: Callable[[Simulation, Sequence[date], random.Random], None]) -> Scenario:
    """`play` without feed and OAI: what announcements are then known by is seen or inferred."""

    def played(simulation: Simulation, days: Sequence[date], generator: random.Random) -> None:
        for route in ("feed", "oai"):
            simulation.arxiv.faults.always(route, serving.status(404))
        play(simulation, days, generator)

    return Scenario(f"API alone, {play.__name__.replace('_', ' ')}", played)


API_ALONE = (by_the_api_alone(each_day), by_the_api_alone(backfill))
"""To measure how well announcements are dated then. What only feeds and OAI tell of, old papers, is in no digest."""


def is_recent(announced: SandboxPaper) -> bool:
    """Whether a search with the usual look-back shows it: anything but a cross-list of an old paper."""
    assert announced.paper.published_at is not None
    return announced.announced_at - announced.paper.published_at < timedelta(days=44)


@dataclass(frozen=True)
class Ledger:
    """What came of the papers that arXiv announced on the dates of a simulation."""

    announced: dict[str, date]
    """By identifier: new or cross-listed, and on which date."""
    published: dict[date, list[str]]
    dated: dict[str, tuple[date, str]] = field(default_factory=dict)
    """By identifier: the date that the ledger says it was announced on, and how that is known."""

    @property
    def shown(self) -> Counter[str]:
        return Counter(identifier for papers in self.published.values() for identifier in papers)

    @property
    def repeats(self) -> list[str]:
        return sorted(identifier for identifier, times in self.shown.items() if times > 1)

    @property
    def lost(self) -> list[str]:
        return sorted(self.announced.keys() - self.shown.keys())

    @property
    def on_their_day(self) -> int:
        """How many are in the post of the very date on which arXiv announced them."""
        where = {identifier: day for day, papers in self.published.items() for identifier in papers}
        return sum(1 for identifier, day in self.announced.items() if where.get(identifier) == day)


def announced_between(papers: Iterable[SandboxPaper], days: Sequence[date]) -> dict[str, date]:
    """What is new or cross-listed on one of `days` (Beijing), by the first announcement of each.

    Some recorded rows lack the categories that they were listed in (141 of 3,554): no question can find those.
    """
    found: dict[str, date] = {}
    for each in sorted(papers, key=lambda each: each.announced_at):
        day = (each.announced_at + timedelta(hours=8)).date()
        is_listed = not {"cs.SD", "eess.AS"}.isdisjoint(each.paper.categories)
        if is_listed and not each.kind.is_replacement and days[0] <= day <= days[-1]:
            found.setdefault(each.paper.identifier, day)
    return found


@contextmanager
def a_simulation(
    folder: Path, papers: Iterable[SandboxPaper], first: date, **arxiv_settings: Any
) -> Iterator[Simulation]:
    """A digest that begins on `first`, at noon there."""
    clock = SetClock(noon(first))
    with SandboxArxiv(papers, clock.now) as arxiv, stamina.set_testing(True, attempts=2):
        chosen = settings_for(folder, arxiv, None, noon(first), digest={"first_date": first}, arxiv=arxiv_settings)
        simulation = Simulation(folder, arxiv, clock, chosen)
        with closing(simulation.store):
            yield simulation


def simulate(
    folder: Path,
    papers: Sequence[SandboxPaper],
    scenario: Scenario,
    days: Sequence[date],
    seed: int = 0,
    **arxiv_settings: Any,
) -> tuple[Ledger, Simulation]:
    """Plays `scenario` on `days`, then ten quiet days on which what is still open is made up for."""
    with a_simulation(folder, papers, days[0], **arxiv_settings) as simulation:
        scenario.play(simulation, days, random.Random(seed))
        end = max(simulation.clock.instant.date(), days[-1])
        simulation.arxiv.index_lag = timedelta()
        for offset in range(1, 11):
            simulation.clock.instant = noon(end + timedelta(days=offset))
            simulation.catch_up()
        published = simulation.published()
        with simulation.store.transaction() as connection:
            found = connection.execute("SELECT identifier, announced_at, known_by FROM announcements").fetchall()
    dated = {identifier: ((at + timedelta(hours=8)).date(), known_by) for identifier, at, known_by in found}
    return Ledger(announced_between(papers, days), published, dated), simulation


def published_by_the_reference(papers: Iterable[SandboxPaper], days: Sequence[date]) -> dict[date, list[str]]:
    """The rule before: one run a day, as soon as its mailing is searchable; the newest hundred of what was submitted
    from 08:50 of the day before to 08:50 (Beijing)."""
    found: dict[date, list[str]] = {}
    in_order = sorted(papers, key=lambda each: each.announced_at)
    for day in days:
        end = datetime.combine(day, time(0, 50), timezone.utc)
        visible = {
            each.paper.identifier: each.paper.published_at
            for each in in_order
            if each.announced_at <= noon(day)
            and each.paper.published_at is not None
            and end - timedelta(days=1) <= each.paper.published_at < end
        }
        found[day] = sorted(visible, key=lambda identifier: visible[identifier], reverse=True)[:100]
    return found


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


MONTH = days_between(date(2026, 1, 12), date(2026, 2, 6))
"""A part of what was recorded, with a holiday in it: long enough for what is held by moderation, and in winter, when
feeds come after noon in Shanghai."""
