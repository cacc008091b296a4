"""Every paper in exactly one digest: the rules by which dates claim papers."""

from datetime import date, datetime, timedelta, timezone

from digest_assets.arxiv.taxonomy import Categories
from digest_assets.digests.claims import Candidate, Made, claimable
from digest_assets.model import Announcement, AnnouncementKind, KnownBy, Paper, Source

MONDAY = date(2026, 1, 26)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
NOON = datetime(2026, 1, 27, 12, tzinfo=timezone.utc)
AUDIO = ("cs.SD", "eess.AS")
MADE = Made(Categories.of(AUDIO))


def candidate(
    identifier: str,
    home: date,
    *,
    claimed: bool = False,
    categories: tuple[str, ...] = ("cs.SD",),
    latest: date | None = None,
) -> Candidate:
    paper = Paper(identifier, 1, "A title", "An abstract.", ("A. Author",), categories, NOON)
    announcement = Announcement(identifier, NOON, AnnouncementKind.NEW, KnownBy.INFERRED, NOON, Source.API)
    return Candidate(announcement, paper, home, claimed, latest)


def claimed(
    day: date, candidates: list[Candidate], made: dict[date, Made], asked: tuple[str, ...] = AUDIO
) -> dict[str, bool]:
    return {each.paper.identifier: late for each, late in claimable(day, candidates, made, asked)}


def test_a_date_claims_what_is_at_home_on_it() -> None:
    assert claimed(TUESDAY, [candidate("a", TUESDAY), candidate("b", WEDNESDAY)], {}) == {"a": False}


def test_a_paper_that_turns_up_after_its_date_was_made_goes_to_the_next() -> None:
    assert claimed(TUESDAY, [candidate("late", MONDAY)], {MONDAY: MADE}) == {"late": True}


def test_a_date_that_was_never_made_keeps_its_papers_for_a_backfill() -> None:
    assert claimed(TUESDAY, [candidate("a", MONDAY)], {}) == {}
    assert claimed(MONDAY, [candidate("a", MONDAY)], {TUESDAY: MADE}) == {"a": False}


def test_a_date_made_again_takes_back_exactly_its_own() -> None:
    made = {MONDAY: MADE, TUESDAY: MADE}
    own = [candidate("a", TUESDAY, claimed=True), candidate("was late", MONDAY, claimed=True)]
    turned_up_since = [candidate("b", TUESDAY), candidate("c", MONDAY)]
    assert claimed(TUESDAY, own + turned_up_since, made) == {"a": False, "was late": True}
    assert claimed(WEDNESDAY, turned_up_since, made) == {"b": True, "c": True}


def test_an_added_category_floods_no_later_date_with_old_papers() -> None:
    speech = candidate("cl", MONDAY, categories=("cs.CL",))
    asked = (*AUDIO, "cs.CL")
    assert claimed(TUESDAY, [speech], {MONDAY: MADE}, asked) == {}
    assert claimed(MONDAY, [speech], {MONDAY: MADE}, asked) == {"cl": False}


def test_a_digest_that_begins_after_an_inferred_home_takes_what_may_be_its_own() -> None:
    """Moderation may have held it: it looks like Monday's, and nobody ever made Monday."""
    in_doubt = candidate("held", MONDAY, latest=TUESDAY)
    assert claimed(TUESDAY, [in_doubt], {}) == {"held": False}
    assert claimed(WEDNESDAY, [in_doubt], {}) == {}, "not after the last date that may be its home"
    assert claimed(TUESDAY, [candidate("sure", MONDAY)], {}) == {}, "not where its home is known"


def test_an_inferred_home_that_was_made_makes_the_paper_late_and_leaves_nothing_in_doubt() -> None:
    in_doubt = candidate("held", MONDAY, latest=TUESDAY)
    assert claimed(TUESDAY, [in_doubt], {MONDAY: MADE}) == {"held": True}
    assert claimed(WEDNESDAY, [in_doubt], {MONDAY: MADE}) == {"held": True}


def test_a_date_takes_nothing_of_a_later_one() -> None:
    assert claimed(MONDAY, [candidate("a", TUESDAY, latest=WEDNESDAY)], {}) == {}
