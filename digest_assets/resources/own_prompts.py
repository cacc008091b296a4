"""Prompts of the user's own, which lie over the package's as templates do."""

from __future__ import annotations

import difflib
import itertools
from pathlib import Path

from digest_assets.config import LlmSettings
from digest_assets.errors import ConfigurationError
from digest_assets.llm.prompts import LANGUAGES, PromptFile, Task, own_prompt, prompt_file, use_own


def lay_over(settings: LlmSettings, root: Path) -> None:
    """Has this process ask with the prompts that the settings name. Raises `ConfigurationError` as `read_prompts`."""
    folder = settings.prompts_dir
    use_own(read_prompts((root / Path(folder).expanduser()).resolve()) if folder else {})


def read_prompts(folder: Path) -> dict[tuple[Task, str], PromptFile]:
    """The prompts in `folder`. Raises `ConfigurationError`, with file, reason and cure, for what cannot be used."""
    if not folder.is_dir():
        raise ConfigurationError(
            f"The folder of prompts {folder} does not exist.", cure="Make it or unset llm.prompts_dir."
        )
    names = {f"{task.value}.{language}.md": (task, language) for task, language in _there_are()}
    found = {}
    for path in sorted(folder.glob("*.md")):
        if path.name not in names:
            near = difflib.get_close_matches(path.name, names, 1, 0.0)[0]
            raise ConfigurationError(f"{path} is not the name of a prompt.", cure=f"Did you mean {near}?")
        try:
            found[names[path.name]] = own_prompt(*names[path.name], path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"The prompt {path} cannot be used: {error}.",
                cure="Begin with a copy of ours, in digest_assets/llm/prompts/, or remove it from llm.prompts_dir.",
            ) from None
    return found


def _there_are() -> list[tuple[Task, str]]:
    found = []
    for task, language in itertools.product(Task, LANGUAGES):
        try:
            prompt_file(task, language)
        except ValueError:
            continue
        found.append((task, language))
    return found
