"""What a digest takes, passes on, lists again and refuses: the ledger against a sandbox arXiv of a few papers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from digest_assets.arxiv.calendar import mailing_for_submission
from digest_assets.assets.of_a_digest import CheckOf, Place
from digest_assets.automation.dates import dates_due
from digest_assets.checks.papers import each_paper_once, no_paper_came_late
from digest_assets.config import GroupBy
from digest_assets.model import AnnouncementKind, Paper
from digest_assets.sandbox import serving
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets_tests.simulation import Simulation, a_simulation, noon

MONDAY_BEFORE = date(2026, 1, 19)
ONE_DAY = timedelta(days=1)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 1, 27) + timedelta(days=offset) for offset in range(4))


def submitted(day: date, hour: int = 10) -> datetime:
    """A submission that the mailing of `day` (Beijing) announces unless it is held."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=timezone.utc) - timedelta(days=1)


def announced(identifier: str, published: datetime, *, on: date | None = None, **changes: object) -> SandboxPaper:
    """A paper in the mailing that its submission could catch, or in that of `on`."""
    values: dict[str, object] = {
        "identifier": identifier,
        "version": 1,
        "title": f"Title of {identifier}",
        "abstract": "An invented abstract.",
        "authors": ("Ada Sample",),
        "categories": ("cs.SD",),
        "published_at": published,
        "updated_at": published,
    }
    paper = Paper(**{**values, **changes})  # type: ignore[arg-type]
    at = mailing_for_submission(submitted(on) if on else published).announced_at
    return SandboxPaper(paper, at, AnnouncementKind.NEW)


def replaced(first: SandboxPaper, at: datetime, **changes: object) -> SandboxPaper:
    """The next version, submitted at `at`."""
    paper = replace(first.paper, version=first.paper.version + 1, updated_at=at, **changes)  # type: ignore[arg-type]
    return replace(
        first, paper=paper, announced_at=mailing_for_submission(at).announced_at, kind=AnnouncementKind.REPLACE
    )


def a_few(day: date, count: int = 3, begin: int = 1) -> list[SandboxPaper]:
    return [announced(f"2601.{number:05}", submitted(day, 2 + number % 10)) for number in range(begin, begin + count)]


def make(simulation: Simulation, *days: date) -> None:
    for day in days:
        simulation.clock.instant = noon(day)
        assert simulation.make(day) in ("published", "empty")


def rows(simulation: Simulation, sql: str) -> list[tuple[object, ...]]:
    with simulation.store.transaction() as connection:
        return connection.execute(sql).fetchall()


def post(simulation: Simulation, day: date) -> str:
    return (simulation.folder / "posts" / f"{day}-arxiv.md").read_text("utf-8")


# What there is no room for


def test_a_cap_drops_what_it_leaves_out_and_says_so(tmp_path: Path) -> None:
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        simulation.change(filters={"cap": 2})
        make(simulation, TUESDAY, WEDNESDAY)
        assert {day: len(papers) for day, papers in simulation.published().items()} == {TUESDAY: 2, WEDNESDAY: 2}
        assert rows(simulation, "SELECT reason, count(*) FROM ledger WHERE status = 'filtered' GROUP BY 1") == [
            ("cap", 2)
        ]


def test_a_cap_that_offers_gives_the_rest_to_the_next_date(tmp_path: Path) -> None:
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, 1, begin=11)], TUESDAY) as simulation:
        simulation.change(filters={"cap": 2, "capped": "offer"})
        make(simulation, TUESDAY)
        assert rows(simulation, "SELECT identifier, reason FROM ledger WHERE status = 'passed on'") == [
            ("2601.00001", "cap")
        ]
        make(simulation, TUESDAY, WEDNESDAY)
        assert simulation.published() == {
            TUESDAY: ["2601.00003", "2601.00002"],
            WEDNESDAY: ["2601.00011", "2601.00001"],
        }
        assert rows(simulation, "SELECT count(*) FROM ledger WHERE status = 'passed on'") == [(0,)]


@pytest.mark.parametrize(("included", "status"), [(True, "published"), (False, "filtered")])
def test_old_cross_lists_are_included_or_not(tmp_path: Path, included: bool, status: str) -> None:
    old = announced("2410.00001", datetime(2024, 10, 1, 10, tzinfo=timezone.utc), categories=("cs.CL",))
    crossed = replace(
        old,
        paper=replace(old.paper, categories=("cs.CL", "cs.SD")),
        announced_at=mailing_for_submission(submitted(TUESDAY)).announced_at,
        kind=AnnouncementKind.CROSS,
    )
    with a_simulation(tmp_path, [old, crossed, *a_few(TUESDAY)], TUESDAY) as simulation:
        simulation.change(digest={"old_cross_lists": included})
        simulation.clock.instant = noon(TUESDAY) + timedelta(hours=4)  # the feed is there
        simulation.make(TUESDAY)
        found = rows(simulation, "SELECT status, reason FROM ledger WHERE identifier = '2410.00001'")
    assert found == [(status, None if included else "old cross-list")]


@pytest.mark.parametrize("hours", [0, 1], ids=["before", "after"])
def test_what_only_friday_s_feed_knew_is_not_lost_where_nobody_asks_at_weekends(tmp_path: Path, hours: int) -> None:
    """In winter the feed is rebuilt at 13:00 in Shanghai: at 12:30 it has Thursday's mailing, and on Monday nothing."""
    old = announced("2410.00001", datetime(2024, 10, 1, 10, tzinfo=timezone.utc), categories=("cs.CL",))
    crossed = replace(
        old,
        paper=replace(old.paper, categories=("cs.CL", "cs.SD")),
        announced_at=mailing_for_submission(submitted(FRIDAY)).announced_at,
        kind=AnnouncementKind.CROSS,
    )
    monday = FRIDAY + timedelta(days=3)
    papers = [*a_few(THURSDAY), *a_few(FRIDAY, begin=11), *a_few(monday, begin=21), *a_few(monday + ONE_DAY, begin=31)]
    with a_simulation(tmp_path, [old, crossed, *papers], THURSDAY) as simulation:
        for day in (THURSDAY, FRIDAY, monday, monday + ONE_DAY):
            simulation.clock.instant = noon(day) + timedelta(hours=hours)
            simulation.catch_up()
        where = {identifier: day for day, shown in simulation.published().items() for identifier in shown}
        known_by = {str(each): by for each, by in rows(simulation, "SELECT identifier, known_by FROM announcements")}
    assert where["2410.00001"] == (FRIDAY if hours else monday)
    assert {known_by[each.paper.identifier] for each in a_few(FRIDAY, begin=11)} == {"feed" if hours else "oai"}
    assert len(where) == 13


# Later versions


def versions(*, abstract: str, at: datetime) -> list[SandboxPaper]:
    first = a_few(TUESDAY, 1)[0]
    return [first, replaced(first, at, abstract=abstract), *a_few(WEDNESDAY, begin=11), *a_few(THURSDAY, begin=21)]


def test_a_new_version_is_listed_once_by_the_next_date(tmp_path: Path) -> None:
    papers = versions(abstract="A new abstract.", at=submitted(WEDNESDAY))
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        make(simulation, TUESDAY, WEDNESDAY, THURSDAY, WEDNESDAY)
        assert "2601.00001v2" not in post(simulation, TUESDAY)
        (line,) = [line for line in post(simulation, WEDNESDAY).splitlines() if "2601.00001v2" in line]
        assert "2026-01-27 收录 v1；摘要有改动" in line
        assert "2601.00001v2" not in post(simulation, THURSDAY)
        assert simulation.published()[WEDNESDAY] == ["2601.00013", "2601.00012", "2601.00011"]


def test_a_version_that_changes_no_word_of_the_abstract_is_said_to(tmp_path: Path) -> None:
    papers = versions(abstract="An  invented abstract. ", at=submitted(WEDNESDAY))
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        make(simulation, TUESDAY, WEDNESDAY)
        assert "摘要未改动" in post(simulation, WEDNESDAY)


def test_ignored_versions_are_recorded_and_not_listed(tmp_path: Path) -> None:
    papers = versions(abstract="A new abstract.", at=submitted(WEDNESDAY))
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        simulation.change(digest={"updates": "ignore"})
        make(simulation, TUESDAY, WEDNESDAY)
        assert "2601.00001v2" not in post(simulation, WEDNESDAY)
        assert rows(simulation, "SELECT identifier, version, abstract_changed FROM paper_updates") == [
            ("2601.00001", 2, True)
        ]


def test_a_backfill_lists_no_version_of_its_future(tmp_path: Path) -> None:
    papers = versions(abstract="A new abstract.", at=submitted(FRIDAY))
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        make(simulation, TUESDAY)
        simulation.clock.instant = noon(FRIDAY + timedelta(days=10))
        simulation.make(WEDNESDAY)
        assert "2601.00001v2" not in post(simulation, WEDNESDAY)


def test_a_refreshed_paper_makes_its_date_due_again_in_the_new_version(tmp_path: Path) -> None:
    papers = versions(abstract="A new abstract.", at=submitted(WEDNESDAY))
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        simulation.change(digest={"updates": "refresh"})
        make(simulation, TUESDAY, WEDNESDAY)
        assert TUESDAY in dates_due(simulation.settings, simulation.store, simulation.clock.now())
        simulation.catch_up()
        assert "2601.00001v2" in post(simulation, TUESDAY)
        assert "A new abstract." in post(simulation, TUESDAY)
        assert dates_due(simulation.settings, simulation.store, simulation.clock.now()) == []


def test_a_date_made_again_keeps_when_it_took_its_papers_and_lists_no_newer_version(tmp_path: Path) -> None:
    """The new version was submitted for Wednesday's mailing and held until Thursday's."""
    first, held, *others = versions(abstract="A new abstract.", at=submitted(WEDNESDAY))
    held = replace(held, announced_at=mailing_for_submission(submitted(THURSDAY)).announced_at)
    with a_simulation(tmp_path, [first, held, *others], TUESDAY) as simulation:
        make(simulation, TUESDAY, WEDNESDAY)
        taken = rows(simulation, "SELECT identifier, claimed_at FROM windowed_papers ORDER BY 1")
        # Made again after the new version came, and before the date that lists it: it is that one's to tell.
        simulation.clock.instant = noon(THURSDAY)
        simulation.make(WEDNESDAY)
        assert rows(simulation, "SELECT identifier, claimed_at FROM windowed_papers ORDER BY 1") == taken
        assert rows(simulation, "SELECT count(*) FROM paper_updates") == [(0,)]
        make(simulation, THURSDAY)
        assert "2601.00001v2" in post(simulation, THURSDAY)


def test_a_date_without_papers_of_its_own_leaves_a_new_version_to_the_next(tmp_path: Path) -> None:
    first, second, *others = versions(abstract="A new abstract.", at=submitted(WEDNESDAY))
    papers = [first, second, *(each for each in others if each.announced_at > second.announced_at)]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        make(simulation, TUESDAY)
        simulation.clock.instant = noon(THURSDAY)
        assert simulation.make(WEDNESDAY) == "empty"
        make(simulation, THURSDAY)
        assert "2601.00001v2" in post(simulation, THURSDAY)


# Papers in doubt, and runs that died


NOTHING_THERE = serving.status(404)


def test_a_held_paper_is_not_lost_where_the_date_it_looks_like_is_never_made(tmp_path: Path) -> None:
    """Nothing says whether it was Tuesday's or Wednesday's, and Wednesday is the first date of the digest."""
    papers = [*a_few(TUESDAY), announced("2601.00004", submitted(TUESDAY - timedelta(days=4)), on=WEDNESDAY)]
    with a_simulation(tmp_path, papers, WEDNESDAY) as simulation:
        simulation.arxiv.faults.always("feed", NOTHING_THERE)
        simulation.arxiv.faults.always("oai", NOTHING_THERE)
        simulation.clock.instant = noon(WEDNESDAY) + timedelta(days=1)
        simulation.make(WEDNESDAY)
        assert simulation.published() == {WEDNESDAY: ["2601.00004"]}


def test_what_a_run_that_died_had_received_is_not_dated_by_the_next(tmp_path: Path) -> None:
    papers = [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11), *a_few(THURSDAY, begin=21)]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        simulation.arxiv.faults.always("feed", NOTHING_THERE)
        make(simulation, TUESDAY)
        simulation.clock.instant = noon(WEDNESDAY)
        simulation.store.dies_in = 2  # the answers are stored, the claims are not
        assert simulation.make(WEDNESDAY) == "killed"
        simulation.clock.instant = noon(THURSDAY)
        simulation.catch_up()
        shown = simulation.published()
    assert {day: len(papers) for day, papers in shown.items()} == {TUESDAY: 3, WEDNESDAY: 3, THURSDAY: 3}
    assert all(identifier.startswith("2601.0001") for identifier in shown[WEDNESDAY])


def test_what_is_known_of_announcements_already_is_not_written_again(tmp_path: Path) -> None:
    """A look-back of weeks shows hundreds of papers each day, of which twenty are new."""
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        make(simulation, TUESDAY, WEDNESDAY)
        before = rows(simulation, "SELECT rowid, identifier FROM announcements ORDER BY ALL")
        make(simulation, WEDNESDAY, TUESDAY)
        assert rows(simulation, "SELECT rowid, identifier FROM announcements ORDER BY ALL") == before


# What should not come, and does


def spoiled(pattern: bytes) -> serving.Fault:
    """The first entry of an answer lacks what `pattern` finds."""
    return serving.Fault("spoiled", lambda answer: replace(answer, body=re.sub(pattern, b"", answer.body, count=1)))


@pytest.mark.parametrize(
    "pattern",
    [
        rb"(?<=<entry>)\s*<id>.*?</id>",
        rb"<published>[^<]*</published>",
        rb"(?s)<author>.*?</author>",
        rb"(?<=</id>)\s*<title>Title of[^<]*</title>",
    ],
    ids=["identifier", "date", "author", "title"],
)
def test_an_entry_that_lacks_something_is_published_with_what_there_is(tmp_path: Path, pattern: bytes) -> None:
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        simulation.arxiv.faults.add("api", spoiled(pattern))
        for route in ("feed", "oai"):
            simulation.arxiv.faults.add(route, NOTHING_THERE)
        make(simulation, TUESDAY, WEDNESDAY)
        assert sorted(map(len, simulation.published().values())) == [3, 3]


def test_old_identifiers_and_thousands_of_authors_are_papers_like_others(tmp_path: Path) -> None:
    names = tuple(f"Author Number{number}" for number in range(3303))
    many = announced("2601.00009", submitted(TUESDAY, 9), authors=names)
    old = announced("cs/9802040", datetime(1998, 2, 12, 12, tzinfo=timezone.utc), categories=("cs.CL",))
    crossed = replace(
        old,
        paper=replace(old.paper, categories=("cs.CL", "cs.SD")),
        announced_at=many.announced_at,
        kind=AnnouncementKind.CROSS,
    )
    with a_simulation(tmp_path, [old, crossed, many], TUESDAY) as simulation:
        simulation.clock.instant = noon(TUESDAY) + timedelta(hours=4)
        simulation.make(TUESDAY)
        assert simulation.published() == {TUESDAY: ["2601.00009", "cs/9802040"]}


def test_a_clock_that_goes_backwards_loses_and_repeats_nothing(tmp_path: Path) -> None:
    papers = [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11), *a_few(THURSDAY, begin=21)]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        make(simulation, WEDNESDAY, TUESDAY, THURSDAY)
        assert {day: len(found) for day, found in simulation.published().items()} == {
            TUESDAY: 3,
            WEDNESDAY: 3,
            THURSDAY: 3,
        }


@pytest.mark.slow
def test_a_clock_that_is_set_back_leaves_a_made_date_as_it_was(tmp_path: Path) -> None:
    papers = [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11), *a_few(THURSDAY, begin=21)]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        make(simulation, TUESDAY, WEDNESDAY)
        before = simulation.published(), rows(simulation, "SELECT * EXCLUDE (known_by) FROM ledger ORDER BY identifier")
        simulation.clock.instant = noon(TUESDAY) - timedelta(hours=6)  # before Tuesday's mailing
        simulation.make(WEDNESDAY)
        simulation.make(TUESDAY)
        simulation.catch_up()
        after = simulation.published(), rows(simulation, "SELECT * EXCLUDE (known_by) FROM ledger ORDER BY identifier")
        assert after == before
        make(simulation, THURSDAY)
        assert [len(found) for found in simulation.published().values()] == [3, 3, 3]


def with_a_second_version(answer: serving.HttpAnswer) -> serving.HttpAnswer:
    """The first entry stands in an answer twice, as v1 and as v2."""
    (entry,) = re.findall(rb"(?s)<entry>.*?</entry>", answer.body)[:1]
    second = entry.replace(b"v1", b"v2").replace(b"An invented abstract.", b"A second abstract.")
    return replace(answer, body=answer.body.replace(entry, second + entry, 1))


def test_two_versions_in_one_answer_are_one_paper_in_its_newest_version(tmp_path: Path) -> None:
    with a_simulation(tmp_path, a_few(TUESDAY), TUESDAY) as simulation:
        for route in ("feed", "oai"):
            simulation.arxiv.faults.always(route, NOTHING_THERE)
        simulation.arxiv.faults.always("api", serving.Fault("two versions", with_a_second_version))
        make(simulation, TUESDAY)
        assert sorted(simulation.published()[TUESDAY]) == ["2601.00001", "2601.00002", "2601.00003"]
        assert "2601.00001v2" in post(simulation, TUESDAY)
        assert "A second abstract." in post(simulation, TUESDAY)
        assert rows(simulation, "SELECT count(*) FROM paper_updates") == [(0,)]


def test_what_the_last_search_did_not_have_came_with_todays_mailing(tmp_path: Path) -> None:
    held = announced("2601.00004", submitted(TUESDAY, 11), on=WEDNESDAY)
    with a_simulation(tmp_path, [*a_few(TUESDAY), held, *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        for route in ("feed", "oai"):
            simulation.arxiv.faults.always(route, NOTHING_THERE)
        make(simulation, TUESDAY, WEDNESDAY)
        known = "SELECT known_by FROM announcements WHERE identifier = '2601.00004'"
        assert rows(simulation, known) == [("first_seen",)]
        assert "2601.00004" in simulation.published()[WEDNESDAY]


def test_by_submission_a_paper_in_doubt_of_its_mailing_is_in_no_doubt_of_its_date(tmp_path: Path) -> None:
    """Its window is that of a date which nobody made: no later one takes it, whenever it may have been announced."""
    held = announced("2601.00004", submitted(TUESDAY - timedelta(days=4)), on=WEDNESDAY)
    with a_simulation(tmp_path, [*a_few(TUESDAY), held], WEDNESDAY) as simulation:
        simulation.change(digest={"by": GroupBy.SUBMITTED})
        for route in ("feed", "oai"):
            simulation.arxiv.faults.always(route, NOTHING_THERE)
        simulation.clock.instant = noon(WEDNESDAY) + timedelta(days=1)
        simulation.make(WEDNESDAY)
        ((latest,),) = rows(simulation, "SELECT latest_at FROM announcements WHERE identifier = '2601.00004'")
        assert latest is not None, "its mailing is in doubt"
        assert rows(simulation, "SELECT identifier FROM windowed_papers WHERE identifier = '2601.00004'") == []


@pytest.mark.parametrize("by", ["announced", "submitted"])
def test_what_belongs_before_the_first_date_stands_in_the_ledger_and_in_no_digest(tmp_path: Path, by: str) -> None:
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], WEDNESDAY) as simulation:
        simulation.change(digest={"by": GroupBy(by)})
        make(simulation, WEDNESDAY)
        simulation.clock.instant = noon(THURSDAY)
        simulation.catch_up()
        assert sorted(simulation.published()[WEDNESDAY]) == ["2601.00011", "2601.00012", "2601.00013"]
        assert rows(simulation, "SELECT status, count(*) FROM ledger GROUP BY 1 ORDER BY 1") == [
            ("published", 3),
            ("unclaimed", 3),
        ]


def test_a_date_in_the_future_claims_nothing(tmp_path: Path) -> None:
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        simulation.clock.instant = noon(TUESDAY)
        assert simulation.make(FRIDAY) == "not yet"
        assert simulation.make(TUESDAY) == "published"
        assert rows(simulation, "SELECT DISTINCT digest_date FROM windowed_papers") == [(TUESDAY,)]


def test_a_weekend_to_come_takes_nothing_and_is_made_when_it_is_there(tmp_path: Path) -> None:
    """Its having no mailing is known beforehand; what comes late until then belongs to the dates before it."""
    saturday = FRIDAY + ONE_DAY
    late = replace(announced("2601.00009", submitted(TUESDAY, 12)), trickles_at=noon(TUESDAY) + timedelta(minutes=30))
    with a_simulation(tmp_path, [*a_few(TUESDAY), late, *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        make(simulation, TUESDAY)
        simulation.clock.instant = noon(TUESDAY) + timedelta(hours=1)
        assert simulation.make(saturday) == "not yet"
        make(simulation, WEDNESDAY)
        assert "2601.00009" in simulation.published()[WEDNESDAY]
        simulation.clock.instant = noon(saturday)
        assert simulation.make(saturday) == "empty"


def test_a_date_whose_run_died_before_it_did_anything_is_still_due_after_a_later_one_was_made(tmp_path: Path) -> None:
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        simulation.clock.instant = noon(TUESDAY)
        simulation.store.dies_in = 1  # what is due is known, nothing else
        simulation.catch_up()
        assert simulation.outcomes == {"killed": 1}
        make(simulation, WEDNESDAY)
        simulation.catch_up()
        assert {day: len(papers) for day, papers in simulation.published().items()} == {TUESDAY: 3, WEDNESDAY: 3}


# The checks, where they fail


def check(simulation: Simulation, made: CheckOf, day: date) -> dg.AssetCheckResult:
    class Context:
        partition_key = day.isoformat()
        has_partition_key = True

    node: Any = made(Place.of(simulation.settings)).node_def
    result = node.compute_fn.decorated_fn(
        Context(), settings={simulation.settings.digest.name: simulation.settings}, store=simulation.store
    )
    assert isinstance(result, dg.AssetCheckResult)
    return result


def test_a_repeat_in_another_post_fails_the_check_as_the_settings_say(tmp_path: Path) -> None:
    """Somebody has deleted claims: the papers come again, and only the posts on record tell."""
    with a_simulation(tmp_path, [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)], TUESDAY) as simulation:
        make(simulation, TUESDAY)
        assert check(simulation, each_paper_once, TUESDAY).passed
        rows(simulation, "DELETE FROM windowed_papers")
        make(simulation, WEDNESDAY)
        found = check(simulation, each_paper_once, WEDNESDAY)
        assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.ERROR)
        assert "3 papers of 2026-01-28 are in other dates (2601.00001 in 2026-01-27)" in str(found.description)
        simulation.change(checks={"on_repeats": "warn"})
        assert check(simulation, each_paper_once, WEDNESDAY).severity is dg.AssetCheckSeverity.WARN


def test_papers_that_turned_up_late_fail_the_check_as_the_settings_say(tmp_path: Path) -> None:
    papers = [*a_few(TUESDAY), *a_few(WEDNESDAY, begin=11)]
    with a_simulation(tmp_path, papers, TUESDAY) as simulation:
        simulation.arxiv.trickle["2601.00002"] = noon(TUESDAY) + timedelta(hours=1)
        make(simulation, TUESDAY)
        assert check(simulation, no_paper_came_late, TUESDAY).passed
        make(simulation, WEDNESDAY)
        found = check(simulation, no_paper_came_late, TUESDAY)
        assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert "1 papers of 2026-01-27 turned up after it was made: 1 are in a later date" in str(found.description)
        simulation.change(checks={"on_late": "block"})
        assert check(simulation, no_paper_came_late, TUESDAY).severity is dg.AssetCheckSeverity.ERROR
        assert check(simulation, no_paper_came_late, WEDNESDAY).passed
