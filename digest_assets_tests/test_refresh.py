"""`updates = "refresh"`: what a new version costs. Answers are kept by content, so only what changed is asked for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.automation.dates import dates_due
from digest_assets_tests.test_ledger import TUESDAY, WEDNESDAY, a_few, replaced, submitted
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

pytestmark = pytest.mark.slow


def made_with(world: World, *, due: bool) -> int:
    """How many calls Tuesday's digest costs when it is made again after Wednesday's brought a new version."""
    assert world.make(TUESDAY, noon_in_shanghai(TUESDAY)).outcome is RunOutcome.COMPLETE
    assert world.make(WEDNESDAY, noon_in_shanghai(WEDNESDAY)).outcome is RunOutcome.COMPLETE
    before = world.calls
    assert (TUESDAY in dates_due(world.settings, world.store, world.clock.now())) is due
    assert world.make(TUESDAY).outcome is RunOutcome.COMPLETE
    return world.calls - before


@pytest.mark.parametrize(
    ("changes", "calls"),
    [
        ({"comment": "Accepted at an invented workshop"}, 0),
        ({"abstract": "Another invented abstract, in 3 sentences."}, 2),  # the translation, and the text made of it
    ],
    ids=["comment", "abstract"],
)
def test_a_refreshed_paper_costs_what_changed_and_that_once(
    tmp_path: Path, changes: dict[str, str], calls: int
) -> None:
    first = a_few(TUESDAY, 1)[0]
    papers = [first, replaced(first, submitted(WEDNESDAY), **changes), *a_few(WEDNESDAY, 1, begin=11)]
    now = noon_in_shanghai(TUESDAY)
    with a_world(tmp_path, now, papers, digest={"updates": "refresh"}) as world:
        assert made_with(world, due=True) == calls
        assert "2601.00001v2" in world.post(TUESDAY)
        again = world.calls
        world.make(TUESDAY, noon_in_shanghai(WEDNESDAY) + timedelta(hours=2))
        world.make(WEDNESDAY)
        assert world.calls == again
        assert world.rows("SELECT version, abstract_changed FROM paper_updates") == [(2, "abstract" in changes)]


def test_a_version_that_is_only_listed_costs_nothing(tmp_path: Path) -> None:
    first = a_few(TUESDAY, 1)[0]
    second = replaced(first, submitted(WEDNESDAY), abstract="Another invented abstract.")
    with a_world(tmp_path, noon_in_shanghai(TUESDAY), [first, second, *a_few(WEDNESDAY, 1, begin=11)]) as world:
        assert made_with(world, due=False) == 0
        assert "2601.00001v2" not in world.post(TUESDAY)
        assert "2601.00001v2" in world.post(WEDNESDAY)
