"""What a run may change of digest.toml, as Dagster's launchpad and its page of resources show it."""

# No `from __future__ import annotations`: Dagster reads the annotations of configurable classes as objects.
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field, ValidationError

from digest_assets.config import LlmSettings, Settings
from digest_assets.errors import ConfigurationError
from digest_assets.resources.model_access import ModelAccess

THIS_RUN = "this_run"
"""The resource whose config a run may change."""


class PostConfig(dg.Config):
    """Of the step that writes a date's post."""

    force: bool = Field(default=False, description="Write the post anew, though somebody edited its file.")


def this_run(llm: LlmSettings) -> dg.ConfigurableResource[Any]:
    """What a run may change. Its defaults are what digest.toml and the environment say, so that a person sees what
    holds; a class for each, because Dagster forgets what an instance was given where a run's config has one of its
    fields (1.13)."""

    class ThisRun(dg.ConfigurableResource[Any]):
        """What this run has in the place of what digest.toml says. All else is changed there, for all runs."""

        preset: str = Field(default=llm.preset, description="llm.preset: whose model; none: the digest without one.")
        model: str = Field(default=llm.model, description="llm.model. Where only the preset is another: that one's.")
        on_defect: str = Field(default=llm.on_defect, description="llm.on_defect: withhold, sentence or flag.")
        budget_run_tokens: int | None = Field(
            default=llm.budget_run_tokens,
            description="llm.budget_run_tokens: what the run may spend. Not set: no limit.",
        )
        budget_run_money: float | None = Field(
            default=None if llm.budget_run_money is None else float(llm.budget_run_money),
            description="llm.budget_run_money: the same in money. digest.toml has to name the model's price.",
        )

    return ThisRun()


def _changed(settings: Settings, run: dg.ConfigurableResource[Any]) -> Settings:
    """Raises `ConfigurationError` for what digest.toml would not take either."""
    llm = settings.llm
    fields = type(run).model_fields
    changed = {name: value for name, field in fields.items() if (value := getattr(run, name)) != field.default}
    if not changed:
        return settings
    of_the_preset = ("base_url", "model", "api_key_env") if "preset" in changed else ()
    held = {name: value for name, value in llm.model_dump().items() if name not in of_the_preset}
    try:
        return settings.model_copy(update={"llm": LlmSettings.model_validate({**held, **changed})})
    except ValidationError as error:
        told = [f"{THIS_RUN}.{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise ConfigurationError(
            "; ".join(told).replace("Value error, ", "") + ".", cure="Correct the config of the run."
        ) from None


def run_settings(digests: Sequence[Settings]) -> dg.ResourceDefinition:
    """The resource `settings`: those of each digest by its name, with what the run has in their place."""

    def of_the_run(context: dg.InitResourceContext) -> dict[str, Settings]:
        run = getattr(context.resources, THIS_RUN)
        return {each.digest.name: _changed(each, run) for each in digests}

    told = "digest.toml and the environment, with what the resource `this_run` has in their place. By digest."
    return dg.ResourceDefinition(of_the_run, required_resource_keys={THIS_RUN}, description=told)


def language_model(settings: Settings, limits: Path) -> dg.ResourceDefinition:
    """The resource `language_model`, by what the run's `settings` say. `limits`: as `ModelAccess` has it. All digests
    share it, as they share `[llm]`.

    Raises `ConfigurationError` for prompts of the user's own that cannot be used.
    """
    usual = ModelAccess.of(settings, limits)

    def of_the_run(context: dg.InitResourceContext) -> ModelAccess:
        asked: Settings = context.resources.settings[settings.digest.name]
        return usual if asked is settings else ModelAccess.of(asked, limits)

    told = "The model's endpoint, as `this_run` and digest.toml name it. Its key comes from the environment."
    return dg.ResourceDefinition(of_the_run, required_resource_keys={"settings"}, description=told)


def fixed(value: object, description: str) -> dg.ResourceDefinition:
    """A resource that no run can change; `description` says why."""
    return dg.ResourceDefinition.hardcoded_resource(value, description)
