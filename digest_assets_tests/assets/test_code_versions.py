"""A changed model, prompt, filter or template marks exactly what it made as stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest

from digest_assets.assets import code_versions as versions
from digest_assets.assets.code_versions import code_versions
from digest_assets.config import Settings
from digest_assets.llm.prompts import Task, prompt_file
from digest_assets_tests.test_pipeline import DAY, NOON
from digest_assets_tests.worlds import World, a_world

ASKED = {"translations", "summaries", "overviews"}
"""What a model answers."""
ASSETS = ["raw_feed_entries", "windowed_papers", "full_texts", *sorted(ASKED), "rendered_posts"]


READ = {"rendered_posts", "reader_site", "deliveries"}
"""What people read."""


def changed(settings: Settings, section: str, **values: Any) -> Settings:
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})


def differing(before: Settings, after: Settings) -> set[str]:
    old, new = code_versions(before), code_versions(after)
    return {name for name in old if old[name] != new[name]}


@pytest.mark.parametrize(
    ("section", "values", "stale"),
    [
        ("llm", {"model": "another"}, ASKED),
        ("llm", {"text_tokens": 1000}, {"summaries"}),
        ("llm", {"max_concurrency": 2, "timeout_seconds": 9.0, "base_url": "http://mirror/v1"}, set()),
        ("filters", {"exclude_keywords": ("radar",)}, {"windowed_papers"}),
        ("digest", {"language": "en"}, {*ASKED, *READ}),
        ("output", {"notice": "A notice."}, {"rendered_posts", "reader_site"}),
        ("arxiv", {"interval_seconds": 9.0}, set()),
    ],
)
def test_a_setting_changes_the_versions_of_what_rests_on_it(
    section: str, values: dict[str, Any], stale: set[str]
) -> None:
    settings = Settings.model_construct(root=Path())
    assert differing(settings, changed(settings, section, **values)) == stale


def test_a_prompt_changes_the_version_of_what_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.model_construct(root=Path())
    before = code_versions(settings)

    class Changed:
        version = "a-new-prompt"

    monkeypatch.setattr(
        versions, "prompt_file", lambda task, language: Changed if task is Task.READING else prompt_file(task, language)
    )
    after = code_versions(settings)
    assert {name for name in before if before[name] != after[name]} == {"summaries"}


def stale(world: World) -> dict[str, list[str]]:
    """What Dagster calls stale of the date, and why."""
    resolver = CachingStaleStatusResolver(
        world.instance, world.definitions.resolve_asset_graph(), LoadingContextForTest(world.instance)
    )
    causes = {name: resolver.get_stale_causes(dg.AssetKey(name), DAY.isoformat()) for name in ASSETS}
    return {name: [cause.reason for cause in found] for name, found in causes.items() if found}


@pytest.mark.slow
def test_a_new_model_marks_the_answers_and_making_them_again_marks_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path, NOON) as world:
        world.make(DAY)
        assert stale(world) == {}
        world.make(DAY)
        assert stale(world) == {}, "the same data made again is the same version"
        model = world.settings.llm.model
        world.change(llm={"temperature": 0.5})
        assert set(stale(world)) == ASKED
        assert world.settings.llm.model == model
        world.make(DAY)
        assert stale(world) == {}
