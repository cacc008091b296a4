"""What each asset's rows depend on besides its upstream: a change here, and Dagster marks what exists as stale.

A model, a prompt or a filter that is changed in the settings changes what would be made now, though no code changed; so
a code version is a digest over those, and nothing that only changes how hard the endpoint is worked is part of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import resources

from digest_assets.config import Settings
from digest_assets.fields import audience as audience_of
from digest_assets.llm.prompts import Task, prompt_file

RELEASE = "1"
"""To be raised where the code makes other rows of the same input."""


def code_versions(settings: Settings) -> dict[str, str]:
    """The code version of each asset, by name."""
    digest, llm = settings.digest, settings.llm
    audience = llm.audience or audience_of(digest.categories, digest.language)
    before = [(each.digest.categories, each.digest.topics) for each in settings.before]
    asked = (llm.model, llm.temperature, audience, llm.glossary, llm.on_defect, digest.language, *before)
    form = [settings.output.form] if settings.output.form != "jekyll" else []
    translation, gist, reading, overview = (
        _prompt(task, digest.language) for task in (Task.TRANSLATION, Task.GIST, Task.READING, Task.OVERVIEW)
    )
    return {
        "raw_feed_entries": _version([digest.categories, settings.arxiv.lookback_days]),
        "windowed_papers": _version(
            [digest.categories, digest.timezone, digest.anchor, digest.by, settings.filters.model_dump_json()]
        ),
        "ranked_papers": _version([each.model_dump_json() for each in settings.interests]),
        "full_texts": _version([]),
        "translations": _version([*asked, translation, gist, digest.topics]),
        "summaries": _version([*asked, reading, llm.text_tokens, llm.limit_tolerance]),
        "overviews": _version([*asked, overview, digest.topics]),
        "rendered_posts": _version(
            [
                digest.language,
                digest.topics,
                settings.output.notice,
                settings.output.provenance,
                settings.output.facts,
                settings.output.readings_up_to,
                settings.output.abstracts_up_to,
                *([settings.output.interests] if settings.interests else ()),
                *form,
                *_templates(settings),
            ]
        ),
        "reader_site": _version([digest.language, settings.output.notice, settings.output.site_url]),
        "deliveries": _version([digest.language, settings.output.site_url, settings.delivery.papers]),
    }


def _prompt(task: Task, language: str) -> str:
    try:
        return prompt_file(task, language).version
    except ValueError:  # nothing is asked for in this language
        return "none"


def _version(parts: Iterable[object]) -> str:
    return hashlib.sha256("\n".join([RELEASE, *map(repr, parts)]).encode()).hexdigest()[:12]


def _templates(settings: Settings) -> list[bytes]:
    """The package's templates, and the user's own over them."""
    folder = resources.files("digest_assets.posts") / "templates"
    own = settings.templates
    files = sorted(own.glob("*.j2")) if own is not None and own.is_dir() else []
    packaged = sorted((each for each in folder.iterdir() if each.name.endswith(".j2")), key=lambda each: each.name)
    return [each.read_bytes() for each in (*packaged, *files)]
