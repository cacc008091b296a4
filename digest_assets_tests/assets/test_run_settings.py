"""What a run's config changes of digest.toml, as the launchpad takes it."""

# No `from __future__ import annotations`: Dagster reads the annotation of an op's context as an object.
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from digest_assets.assets.run_settings import THIS_RUN, PostConfig
from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.config import LlmSettings, Settings, StoreSettings
from digest_assets.definitions import build_defs
from digest_assets.resources.model_access import ModelAccess
from digest_assets_tests.test_pipeline import DAY, NOON
from digest_assets_tests.worlds import a_world

LLM: dict[str, Any] = {"preset": "deepseek", "on_defect": "flag", "budget_run_money": Decimal("0.1")}


def settings_of_a_run(folder: Path, **config: object) -> LlmSettings:
    """What a run of this config works with, by `settings` and `language_model`, which have to agree."""
    seen: list[LlmSettings] = []

    @dg.op(required_resource_keys={"settings", "language_model"})
    def look(context: dg.OpExecutionContext) -> None:
        settings: Settings = context.resources.settings["arxiv"]
        model: ModelAccess = context.resources.language_model
        assert model.settings is settings.llm
        seen.append(settings.llm)

    @dg.job(resource_defs={name: each for name, each in (_definitions(folder).resources or {}).items()})
    def looks() -> None:
        look()

    looks.execute_in_process(run_config={"resources": {THIS_RUN: {"config": config}}} if config else None)
    return seen[0]


def _definitions(folder: Path) -> dg.Definitions:
    store = StoreSettings(url=str(folder / "digest.duckdb"))
    return build_defs(Settings.model_construct(root=folder, store=store, llm=LlmSettings.model_validate(LLM)))


def test_without_config_a_run_has_digest_toml(tmp_path: Path) -> None:
    assert settings_of_a_run(tmp_path) == LlmSettings.model_validate(LLM)


def test_what_a_run_changes_leaves_the_rest(tmp_path: Path) -> None:
    config = {"on_defect": "withhold", "budget_run_tokens": 1000, "budget_run_money": 0.3}
    changed = settings_of_a_run(tmp_path, **config)
    assert changed == LlmSettings.model_validate({**LLM, **config})
    assert changed.budget_run_money == Decimal("0.3")


def test_another_preset_brings_its_address_model_and_key(tmp_path: Path) -> None:
    assert settings_of_a_run(tmp_path, preset="qwen") == LlmSettings.model_validate({**LLM, "preset": "qwen"})
    none = settings_of_a_run(tmp_path, preset="none")
    assert not none.is_used


@pytest.mark.parametrize(
    ("config", "words"),
    [({"on_defect": "hide"}, "this_run.on_defect"), ({"preset": "gpt"}, "this_run.preset: 'gpt' is none of")],
)
def test_what_digest_toml_would_refuse_fails_the_run_with_the_reason(
    tmp_path: Path, config: dict[str, object], words: str
) -> None:
    with pytest.raises(dg.DagsterResourceFunctionError) as raised:
        settings_of_a_run(tmp_path, **config)
    assert words in str(raised.value.__cause__)


@pytest.mark.slow
def test_a_post_that_somebody_edited_is_written_anew_by_force_alone(tmp_path: Path) -> None:
    with a_world(tmp_path, NOON) as world:
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        path = tmp_path / "posts" / f"{DAY}-arxiv.md"
        ours = path.read_text("utf-8")
        path.write_text(ours + "Mine.\n", "utf-8")
        assert world.make(DAY).reasons == [
            f"posts/{path.name} was edited by hand and is kept; `digest run {DAY} --force` writes it anew."
        ]
        forced = dg.RunConfig(ops={"rendered_posts": PostConfig(force=True)})
        job = world.definitions.resolve_job_def("digest")
        assert job.execute_in_process(run_config=forced, partition_key=DAY.isoformat(), instance=world.instance).success
        assert path.read_text("utf-8") == ours
