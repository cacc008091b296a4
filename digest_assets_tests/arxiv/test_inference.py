"""In which mailing a paper was announced, told from identifiers and submission times alone."""

import random
from bisect import bisect
from collections import defaultdict
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digest_assets.arxiv.calendar import (
    NEW_YORK,
    Mailing,
    mailing_announced_at,
    mailing_for_submission,
    mailings_between,
)
from digest_assets.arxiv.identifiers import order_key
from digest_assets.arxiv.inference import infer_mailings, latest_mailings, newest_mailing_displayed
from digest_assets.model import Paper
from digest_assets_tests import recorded
from digest_assets_tests.arxiv.examples import paper, utc

TUESDAY, WEDNESDAY, THURSDAY = utc("2026-01-28T01:00"), utc("2026-01-29T01:00"), utc("2026-01-30T01:00")


def numbered(*published: str, month: str = "2601") -> list[Paper]:
    return [paper(f"{month}.{number:05}", each) for number, each in enumerate(published, 1)]


def mailings(
    papers: list[Paper], known: dict[str, datetime] | None = None, until: datetime | None = None
) -> list[datetime]:
    found = infer_mailings(papers, known or {}, until=until)
    return [found[each.identifier] for each in papers]


def test_ordinary_papers_are_in_the_first_mailing_after_their_freeze() -> None:
    papers = numbered("2026-01-27T10:00", "2026-01-27T18:00", "2026-01-27T20:00", "2026-01-28T12:00")
    assert mailings(papers) == [TUESDAY, TUESDAY, WEDNESDAY, WEDNESDAY]


def test_a_submission_time_that_falls_back_opens_the_next_mailing() -> None:
    """The third was held: its identifier follows those of Tuesday, its submission is days older."""
    papers = numbered("2026-01-27T10:00", "2026-01-27T18:00", "2026-01-22T09:00", "2026-01-28T12:00")
    assert mailings(papers) == [TUESDAY, TUESDAY, WEDNESDAY, WEDNESDAY]


def test_papers_held_for_one_day_only_are_not_taken_for_the_end_of_the_mailing_before() -> None:
    normal = ("2026-01-27T10:00", "2026-01-27T18:30")
    held = ("2026-01-26T20:00", "2026-01-27T09:00", "2026-01-27T11:00", "2026-01-27T15:00", "2026-01-27T18:00")
    papers = numbered(*normal, *held, "2026-01-28T12:00", "2026-01-28T13:00")
    assert mailings(papers) == [TUESDAY] * 2 + [WEDNESDAY] * 7


def test_held_papers_belong_with_those_that_follow() -> None:
    """Nothing of Wednesday's mailing is in these categories: the held one is Thursday's, as what follows it."""
    papers = numbered("2026-01-27T10:00", "2026-01-20T10:00", "2026-01-29T10:00")
    assert mailings(papers) == [TUESDAY, THURSDAY, THURSDAY]


def test_a_single_time_out_of_order_does_not_move_the_rest_of_its_mailing() -> None:
    times = [f"2026-01-27T{minute // 60:02}:{minute % 60:02}" for minute in range(480, 1080, 20)]
    papers = numbered(*times[:10], "2026-01-27T08:30", *times[10:])
    assert mailings(papers) == [TUESDAY] * 31


def test_the_month_of_an_identifier_is_that_of_the_freeze() -> None:
    """Sunday, 1 February announces what was frozen on Friday, 30 January: its identifiers are January's."""
    sunday, monday = utc("2026-02-02T01:00"), utc("2026-02-03T01:00")
    assert mailings([paper("2601.22161", "2026-01-30T10:00")]) == [sunday]
    assert mailings([paper("2602.00001", "2026-01-30T10:00")]) == [monday]


def test_papers_held_over_the_end_of_a_month_are_in_its_last_mailing() -> None:
    papers = numbered("2026-01-29T15:47", "2026-01-07T18:22", "2026-01-11T17:55", "2026-01-29T19:28")
    assert mailings(papers) == [THURSDAY, *[utc("2026-02-02T01:00")] * 3]


def test_what_is_known_bounds_its_neighbours() -> None:
    papers = numbered("2026-01-20T10:00", "2026-01-20T11:00", "2026-01-20T12:00")
    assert mailings(papers, {"2601.00002": WEDNESDAY}) == [utc("2026-01-21T01:00"), WEDNESDAY, WEDNESDAY]
    assert mailings(papers, {"2601.00003": utc("2026-01-21T01:00")}) == [utc("2026-01-21T01:00")] * 3


def test_a_known_mailing_that_all_neighbours_contradict_leaves_them_alone() -> None:
    """A paper of the 20th that is known to be of the 29th, among two dozen ordinary ones: a cross-list, most likely."""
    times = [f"2026-01-{day}T{hour}:00" for day in (20, 21, 22) for hour in range(10, 18)]
    papers = numbered(*times)
    natural = mailings(papers)
    assert mailings(papers, {"2601.00002": THURSDAY}) == [natural[0], THURSDAY, *natural[2:]]


def test_nothing_is_put_after_the_instant_at_which_it_was_visible() -> None:
    papers = numbered("2026-01-27T10:00", "2026-01-27T12:00", "2026-01-20T10:00")
    assert mailings(papers, until=TUESDAY + timedelta(hours=3)) == [TUESDAY, TUESDAY, TUESDAY]
    assert mailings(papers, until=WEDNESDAY + timedelta(hours=3)) == [TUESDAY, TUESDAY, WEDNESDAY]


def test_a_mailing_is_visible_at_the_very_instant_that_it_is_announced() -> None:
    papers = numbered("2026-01-27T10:00", "2026-01-28T12:00", "2026-01-20T10:00")
    assert mailings(papers, until=WEDNESDAY) == [TUESDAY, WEDNESDAY, WEDNESDAY]
    papers = numbered("2026-01-27T10:00", "2026-01-27T12:00", "2026-01-20T10:00")
    assert mailings(papers, until=WEDNESDAY) == [TUESDAY, TUESDAY, WEDNESDAY]


def test_a_paper_of_a_mailing_that_was_not_visible_is_in_its_first() -> None:
    assert mailings(numbered("2026-01-27T10:00", "2026-01-28T20:00"), until=TUESDAY) == [TUESDAY, THURSDAY]


def test_before_the_first_mailing_of_a_month_there_is_that_one_alone() -> None:
    papers = numbered("2026-01-02T10:00", "2025-12-30T10:00")
    first = utc("2026-01-05T01:00")
    assert mailings(papers, until=utc("2026-01-04T12:00")) == [first, first]


def test_papers_of_the_old_style_are_in_their_first_mailing() -> None:
    """Their numbers count per archive: a time that falls back says nothing."""
    times = ("1998-02-12T12:00", "1998-02-11T12:00")
    old = [paper("cs/9802040", times[0]), paper("cs/9802041", times[1])]
    assert mailings(old) == [mailing_for_submission(utc(each)).announced_at for each in times]


def test_an_identifier_of_a_month_that_does_not_exist_is_of_its_first_mailing() -> None:
    assert mailings([paper("2613.00001", "2026-01-27T10:00")]) == [TUESDAY]


def test_a_held_paper_stays_in_the_mailing_of_one_that_is_known() -> None:
    papers = numbered("2026-01-15T10:00", "2026-01-16T10:00", "2026-01-29T10:00")
    assert mailings(papers, {"2601.00001": TUESDAY}) == [TUESDAY, TUESDAY, THURSDAY]
    assert mailings(papers[:2], {"2601.00001": TUESDAY}) == [TUESDAY, TUESDAY]


def test_what_is_known_of_another_mailing_holds_no_held_paper_back() -> None:
    papers = numbered("2026-01-20T10:00", "2026-01-27T10:00", "2026-01-19T10:00", "2026-01-29T10:00")
    week_before = utc("2026-01-21T01:00")
    assert mailings(papers, {"2601.00001": week_before}) == [week_before, TUESDAY, THURSDAY, THURSDAY]


def test_a_held_paper_follows_into_the_next_mailing_only_where_times_ascend() -> None:
    """The last is known to be Thursday's; the one before it was held till Wednesday at least."""
    for held, mailing in (("2026-01-20T10:00", WEDNESDAY), ("2026-01-19T10:00", THURSDAY)):
        papers = numbered("2026-01-27T10:00", held, "2026-01-19T10:00")
        assert mailings(papers, {"2601.00003": THURSDAY}) == [TUESDAY, mailing, THURSDAY]


def latest(
    papers: list[Paper], assigned: list[datetime], known: dict[str, datetime] | None = None, until: datetime = THURSDAY
) -> dict[str, datetime]:
    by_identifier = {each.identifier: at for each, at in zip(papers, assigned, strict=False)}
    return latest_mailings(papers, by_identifier, known or {}, until=until)


def test_a_held_paper_may_have_been_in_any_mailing_up_to_that_of_the_next_which_was_not() -> None:
    times = ("2026-01-27T10:00", "2026-01-19T10:00", "2026-01-20T10:00", "2026-01-29T10:00", "2026-01-20T12:00")
    papers, assigned = numbered(*times), [TUESDAY, WEDNESDAY, WEDNESDAY, THURSDAY, THURSDAY]
    assert latest(papers, assigned) == {"2601.00002": THURSDAY, "2601.00003": THURSDAY}
    assert latest(papers[:3], assigned, until=WEDNESDAY) == {}
    assert latest(papers[:3], assigned, until=THURSDAY - timedelta(seconds=1)) == {}
    assert latest(papers[::-1], assigned[::-1], {"2601.00003": WEDNESDAY}) == {}


def test_behind_the_last_that_was_not_held_any_mailing_of_the_month_may_be_it() -> None:
    papers, assigned = numbered("2026-01-27T10:00", "2026-01-20T10:00"), [TUESDAY, WEDNESDAY]
    last_of_january = utc("2026-02-02T01:00")
    assert latest(papers, assigned, until=utc("2026-02-10T00:00")) == {"2601.00002": last_of_january}
    assert latest(papers, assigned, until=utc("2026-01-01T00:00")) == {}
    next_month = numbered("2026-02-02T10:00", month="2602")
    together = latest([*papers, *next_month], [*assigned, utc("2026-02-03T01:00")], until=utc("2026-02-10T00:00"))
    assert together == {"2601.00002": last_of_january}


def test_papers_without_submission_time_or_without_a_mailing_are_no_bound() -> None:
    papers = [*numbered("2026-01-27T10:00", "2026-01-20T10:00"), paper("2601.00003", None), paper("2601.00004")]
    assert latest(papers, [TUESDAY, WEDNESDAY, WEDNESDAY]) == {"2601.00002": THURSDAY}


def test_papers_without_submission_time_are_left_out() -> None:
    assert infer_mailings([paper(published=None)], {}) == {}


def test_the_newest_mailing_displayed_is_the_newest_that_cannot_have_come_earlier() -> None:
    papers = numbered("2026-01-27T10:00", "2026-01-28T12:00", "2026-01-20T10:00")
    assert newest_mailing_displayed(papers) == WEDNESDAY
    assert newest_mailing_displayed([paper(published=None)]) is None


minutes = st.integers(0, 31 * 24 * 60 - 1)


@given(st.lists(minutes, max_size=40), st.data())
@settings(deadline=None)
def test_mailings_never_go_back_and_are_never_before_the_natural_one(times: list[int], data: st.DataObject) -> None:
    start = utc("2026-01-01T00:00")
    papers = [
        paper(f"{data.draw(st.sampled_from(['2601', '2602']))}.{number:05}", start + timedelta(minutes=each))
        for number, each in enumerate(times, 1)
    ]
    found = infer_mailings(papers, {})
    assert found.keys() == {each.identifier for each in papers}
    for each in papers:
        assert each.published_at is not None
        assert found[each.identifier] >= mailing_for_submission(each.published_at).announced_at


@given(st.lists(minutes, min_size=1, max_size=40), st.integers(0, 2**32))
@settings(deadline=None)
def test_a_simulated_month_is_monotone_in_identifier_order(times: list[int], seed: int) -> None:
    papers, truth = simulated_month(sorted(times), random.Random(seed))
    found = infer_mailings(papers, {})
    in_order = [found[each.identifier] for each in sorted(papers, key=lambda each: order_key(each.identifier))]
    assert in_order == sorted(in_order)
    assert all(_in_january(mailing_announced_at(found[identifier])) for identifier in truth)


@given(st.lists(minutes, min_size=1, max_size=40), st.integers(0, 2**32))
@settings(deadline=None)
def test_when_all_is_known_that_is_what_comes_out(times: list[int], seed: int) -> None:
    papers, truth = simulated_month(sorted(times), random.Random(seed))
    assert infer_mailings(papers, truth) == truth


def test_a_simulated_month_with_holds_is_inferred_almost_completely() -> None:
    generator = random.Random(20260101)
    papers, truth = simulated_month(sorted(generator.randrange(31 * 24 * 60) for _ in range(600)), generator)
    found = infer_mailings(papers, {})
    assert sum(found[identifier] == at for identifier, at in truth.items()) >= 0.98 * len(truth)


def simulated_month(times: list[int], generator: random.Random) -> tuple[list[Paper], dict[str, datetime]]:
    """January as arXiv makes it: one in eight held for some mailings, identifiers by mailing, then by submission."""
    start = utc("2026-01-01T00:00")
    calendar = [each for each in mailings_between(start, utc("2026-02-03T12:00")) if _in_january(each)]
    by_mailing: dict[int, list[datetime]] = defaultdict(list)
    for minute in times:
        submitted = start + timedelta(minutes=minute)
        natural = bisect([each.freezes_at for each in calendar], submitted)
        held = generator.choice([1, 2, 3, 5]) if generator.random() < 0.125 else 0
        if natural + held < len(calendar):
            by_mailing[natural + held].append(submitted)
    rows = [(calendar[index].announced_at, each) for index in sorted(by_mailing) for each in sorted(by_mailing[index])]
    papers = [paper(f"2601.{number * 7:05}", submitted) for number, (_, submitted) in enumerate(rows, 1)]
    return papers, {each.identifier: at for each, (at, _) in zip(papers, rows, strict=True)}


def _in_january(mailing: Mailing) -> bool:
    freeze = mailing.freezes_at.astimezone(NEW_YORK)
    return (freeze.year, freeze.month) == (2026, 1)


# What follows measures against recorded listings.


def instant(text: object) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00"))


def announced_at_once(row: dict[str, object]) -> bool:
    """Not an old paper cross-listed later, whose identifier is of another mailing."""
    announced = instant(row["announced"])
    month = mailing_announced_at(announced).freezes_at.astimezone(NEW_YORK).strftime("%y%m")
    return announced - instant(row["published"]) < timedelta(days=45) and str(row["id"]).startswith(month)


def test_a_years_listings_are_inferred_day_by_day_as_a_look_back_sees_them() -> None:
    """3,549 papers of cs.SD and eess.AS on 187 mailings: 99.4 % right, with (mostly interpolated) recorded times.

    Every third mailing is taken here.
    """
    rows = [row for row in recorded.rows("mailings_of_a_year") if announced_at_once(row)]
    right = total = 0
    exact_right = exact_total = 0
    for announced in sorted({instant(row["announced"]) for row in rows})[::3]:
        now = announced + timedelta(hours=3)
        seen = [
            row for row in rows if instant(row["announced"]) <= now and instant(row["published"]) >= now - timedelta(45)
        ]
        found = infer_mailings([paper(str(row["id"]), instant(row["published"])) for row in seen], {}, until=now)
        for row in seen:
            if instant(row["announced"]) == announced:
                hit = found[str(row["id"])] == announced
                total, right = total + 1, right + hit
                exact_total, exact_right = exact_total + bool(row["exact"]), exact_right + (hit and bool(row["exact"]))
    assert total > 1000
    assert right / total >= 0.99
    assert exact_right / exact_total >= 0.96


def test_exact_times_of_computer_science_are_inferred_almost_completely() -> None:
    """3,901 papers whose mailing the listings of cs.SD and eess.AS bracket: all right."""
    listed = [row for row in recorded.rows("mailings_of_a_year") if announced_at_once(row)]
    listed.sort(key=lambda row: order_key(str(row["id"])))
    keys = [order_key(str(row["id"])) for row in listed]
    rows = recorded.rows("submissions_of_cs")
    found = infer_mailings([paper(str(row["id"]), instant(row["published"])) for row in rows], {})
    right = total = 0
    for row in rows:
        position = bisect(keys, order_key(str(row["id"])))
        if 0 < position < len(listed) and listed[position - 1]["announced"] == listed[position]["announced"]:
            total += 1
            right += found[str(row["id"])] == instant(listed[position]["announced"])
    assert total > 3000
    assert right / total >= 0.998
