"""What the post, the site and the messages show of a day at a glance: its groups, named, with their sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from digest_assets.config import Settings
from digest_assets.glance.day import NamedGroup, by_interest, groups_of, named
from digest_assets.glance.overview import still_right
from digest_assets.model import DigestPaper
from digest_assets.posts.page import in_post_order
from digest_assets.ranking.interests import Ranked
from digest_assets.resources.topics import topics_of_digest


def named_groups(
    settings: Settings,
    papers: Sequence[DigestPaper],
    sentences: Mapping[str, str],
    worth: Mapping[str, Ranked] = MappingProxyType({}),
) -> tuple[NamedGroup, ...]:
    """`papers` by topic, each group in the order of the post; the largest first, and before these what an interest
    chose by `worth`. `sentences`: of the groups, by their keys."""
    topics = topics_of_digest(settings)
    groups = groups_of(in_post_order(papers), topics)
    found = named(groups, topics, settings.digest.language, still_right(sentences, groups))
    comes_first = settings.output.interests == "first"
    return by_interest(found, {each for each, why in worth.items() if why.is_chosen and comes_first})
