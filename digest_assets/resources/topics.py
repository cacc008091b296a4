"""The topics of a digest: those of its fields, with the user's own over them; and how a paper is asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from digest_assets.arxiv.taxonomy import Categories
from digest_assets.config import Settings
from digest_assets.errors import ConfigurationError
from digest_assets.fields import fields_of
from digest_assets.glance.topics import Topic, Topics, laid_over, parse_topics, topics_of_field
from digest_assets.llm.asking import AskingRules
from digest_assets.llm.prompts import TopicLines
from digest_assets.model import Paper
from digest_assets.resources.model_access import ModelAccess


def topics_of_digest(settings: Settings) -> Topics:
    """The topics by which papers of the digest are told apart. In a project of several digests the earlier ones' come
    after its own: papers that they share have those. Raises `ConfigurationError` for a broken file."""
    found = (topic for each in (settings, *settings.before) for topic in _own_topics(each))
    topics: dict[str, Topic] = {}
    for topic in found:
        topics.setdefault(topic.key, topic)
    return tuple(topics.values())


def _own_topics(settings: Settings) -> Topics:
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
    rules = replace(access, categories=settings.digest.categories).rules(language)
    return replace(rules, topics=topic_lines(_own_topics(settings), language))


def rules_by_paper(access: ModelAccess, settings: Settings) -> Callable[[Paper], AskingRules]:
    """By which rules each paper is asked about: those of the first digest of the project whose categories it is in.

    For whom the model writes, and from which topics it chooses, follows from a digest's categories. A paper of several
    digests would be another question in each, and be paid for as often; so all ask what the first of them asks.
    """
    own = rules_of(access, settings)
    earlier = [(Categories.of(each.digest.categories), rules_of(access, each)) for each in settings.before]

    def rules(paper: Paper) -> AskingRules:
        return next((each for asked, each in earlier if asked.covers(paper.categories)), own)

    return rules
