"""What is wrong before the post holds the post back, in whole runs, or only warns: as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets_tests.test_pipeline import DAY, NOON
from digest_assets_tests.worlds import World, a_world

pytestmark = pytest.mark.slow

PAPER = "(SELECT min(identifier) FROM windowed_papers WHERE outcome = 'kept')"
SHOWN_BY_ANOTHER_DATE = f"""
    INSERT INTO published_papers SELECT digest, digest_date - 1, identifier, version, claimed_at
    FROM windowed_papers WHERE identifier = {PAPER}
"""
KNOWN_TWICE = f"""
    CREATE TABLE copied AS FROM papers UNION ALL FROM papers WHERE identifier = {PAPER};
    DROP TABLE papers;
    ALTER TABLE copied RENAME TO papers;
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON) as world:
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        yield world


@pytest.mark.parametrize(
    ("smuggled", "setting", "words"),
    [
        (SHOWN_BY_ANOTHER_DATE, "on_repeats", f"1 papers of {DAY} are in other dates"),
        (KNOWN_TWICE, "on_imbalance", f"1 papers of {DAY} stand in the store more than once, or in part"),
    ],
    ids=["in another date", "twice in the date"],
)
def test_a_paper_that_was_smuggled_in_twice_holds_the_post_back_unless_it_only_warns(
    world: World, smuggled: str, setting: str, words: str
) -> None:
    post = world.folder / "posts" / f"{DAY}-arxiv.md"
    post.unlink()
    with duckdb.connect(str(world.store.path)) as connection:
        connection.execute(smuggled)
    report = world.make(DAY)
    assert report.outcome is RunOutcome.FAILED
    assert not post.exists()
    (reason,) = report.reasons
    assert words in reason
    assert "Restore the store from a copy" in reason
    assert f'checks.{setting} = "warn"' in reason
    world.change(checks={setting: "warn"})
    assert world.make(DAY).outcome is not RunOutcome.FAILED
    assert post.exists()
