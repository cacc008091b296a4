"""The topics of a digest: those of its fields, with the user's own over them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from digest_assets.config import Settings
from digest_assets.errors import ConfigurationError
from digest_assets.fields import fields_of
from digest_assets.glance.topics import Topics, laid_over, parse_topics, topics_of_field
from digest_assets.llm.asking import AskingRules
from digest_assets.llm.prompts import TopicLines
from digest_assets.resources.model_access import ModelAccess


def topics_of_digest(settings: Settings) -> Topics:
    """The topics by which papers of the digest are told apart. Raises `ConfigurationError` for a broken file."""
    fields = fields_of(settings.digest.categories)
    default = tuple({topic.key: topic for name in reversed(fields) for topic in topics_of_field(name)}.values())
    if not settings.digest.topics:
        return default
    path = settings.path(settings.digest.topics)
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigurationError(
            f"The file of topics {path} cannot be read: {said}.", cure="Correct digest.topics, or leave it empty."
        ) from None
    return laid_over(parse_topics(text, str(path)), default)


def topic_lines(topics: Topics, language: str) -> TopicLines:
    """What a model is told of `topics`: the key, the name, what belongs there and what does not."""
    return tuple(
        (topic.key, f"{topic.name(language)}: {topic.belongs}" + (f"; not {topic.not_}" if topic.not_ else ""))
        for topic in topics
    )


def rules_of(access: ModelAccess, settings: Settings) -> AskingRules:
    """What the digest wants of the model, with its topics. Raises `ConfigurationError` for a broken file."""
    language = settings.digest.language
    return replace(access.rules(language), topics=topic_lines(topics_of_digest(settings), language))
