"""Whatever happens in whatever order, no paper is in two digests; and once all dates are made, each is in one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from digest_assets.arxiv.taxonomy import Categories
from digest_assets.digests.claims import Candidate, Made, claimable
from digest_assets.model import Announcement, AnnouncementKind, KnownBy, Paper, Source

FIRST = date(2026, 1, 5)
LAST = 9
"""Days are numbered from 0 to this."""
NOON = datetime(2026, 1, 5, 12, tzinfo=timezone.utc)


@dataclass
class Model:
    """A ledger in memory, which makes dates by the product's rules."""

    categories: tuple[str, ...] = ("cs.SD",)
    homes: dict[str, tuple[int, int | None, str]] = field(default_factory=dict)
    """By paper: its home, the last possible one if that is in doubt, and its category."""
    claims: dict[str, int] = field(default_factory=dict)
    made: dict[date, Made] = field(default_factory=dict)

    def make(self, number: int) -> None:
        day = FIRST + timedelta(days=number)
        open_to_it = [each for each in self.homes if self.claims.get(each, number) == number]
        taken = claimable(day, map(self.candidate, open_to_it), self.made, self.categories)
        taken_now = {candidate.paper.identifier for candidate, _ in taken}
        held_before = {each for each, holder in self.claims.items() if holder == number}
        assert held_before <= taken_now, "a date made again takes back its own"
        self.claims.update(dict.fromkeys(taken_now, number))
        before = self.made[day].categories.names if day in self.made else ()
        self.made[day] = Made(Categories.of([*before, *self.categories]))

    def is_owed_by_nobody(self, identifier: str) -> bool:
        """Whether its home was made without its category, and so never asked for it."""
        home, _, category = self.homes[identifier]
        return category not in self.made[FIRST + timedelta(days=home)].categories

    def candidate(self, identifier: str) -> Candidate:
        home, latest, category = self.homes[identifier]
        paper = Paper(identifier, 1, "T", "A", ("N",), (category,), NOON)
        announcement = Announcement(identifier, NOON, AnnouncementKind.NEW, KnownBy.INFERRED, NOON, Source.API)
        return Candidate(
            announcement,
            paper,
            FIRST + timedelta(days=home),
            identifier in self.claims,
            FIRST + timedelta(days=latest) if latest is not None else None,
        )


numbers = st.integers(0, LAST)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("make"), numbers),
        st.tuples(st.just("arrives"), numbers, st.integers(0, 4), st.sampled_from(["cs.SD", "eess.AS"])),
        st.tuples(st.just("is dated better"), st.integers(0, 30), numbers),
        st.tuples(st.just("categories"), st.sampled_from([("cs.SD",), ("cs.SD", "eess.AS")])),
    ),
    max_size=60,
)


def played(sequence: list[tuple[object, ...]]) -> Model:
    model = Model()
    for kind, *values in sequence:
        if kind == "make":
            model.make(values[0])  # type: ignore[arg-type]
        elif kind == "arrives":
            home, doubt, category = values
            if category in model.categories:
                latest = min(home + doubt, LAST) if doubt else None  # type: ignore[operator]
                model.homes[f"p{len(model.homes)}"] = (home, latest, category)  # type: ignore[assignment]
        elif kind == "is dated better" and model.homes:
            identifier = list(model.homes)[values[0] % len(model.homes)]  # type: ignore[operator]
            model.homes[identifier] = (values[1], None, model.homes[identifier][2])  # type: ignore[assignment]
        elif kind == "categories":
            model.categories = values[0]  # type: ignore[assignment]
    return model


@given(steps)
@settings(deadline=None, max_examples=300)
def test_after_a_final_catch_up_every_paper_is_in_exactly_one_date(sequence: list[tuple[object, ...]]) -> None:
    model = played(sequence)
    for number in range(LAST + 1):
        if FIRST + timedelta(days=number) not in model.made:
            model.make(number)
    model.make(LAST + 1)  # the next date takes what came late to the last of them
    unclaimed = model.homes.keys() - model.claims.keys()
    # What a category brought in that was asked for later belongs to a date that has not been made with it.
    assert all(model.is_owed_by_nobody(each) for each in unclaimed)


@given(steps, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=200)
def test_made_again_in_any_order_nothing_moves(sequence: list[tuple[object, ...]], generator: object) -> None:
    model = played(sequence)
    model.categories = ("cs.SD",)
    before = dict(model.claims)
    order = sorted((day - FIRST).days for day in model.made)
    generator.shuffle(order)  # type: ignore[attr-defined]
    for number in order:
        model.make(number)
    assert {each: model.claims[each] for each in before} == before
