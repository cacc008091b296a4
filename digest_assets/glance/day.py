"""A day at a glance: its papers in groups by topic, and what is said of each in a sentence. Pure; no model is asked.

New submissions come first, cross-lists after them, each in groups of at least two papers with a topic in common, the
largest first. What is left over is a group without a topic at the end of its kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest_assets.glance.results import result_sentence
from digest_assets.glance.topics import Topics, topics_of
from digest_assets.model import AnnouncementKind, DigestPaper

LEAST_IN_A_GROUP = 2
_CROSS_LISTS = (AnnouncementKind.CROSS, AnnouncementKind.REPLACE_CROSS)


@dataclass(frozen=True, slots=True)
class Gist:
    """What a paper is about, in a sentence."""

    text: str
    is_original: bool = False
    """Whether it is the abstract's own sentence of result, with TeX, because no model's is there."""


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Papers of a day that belong together."""

    key: str
    """Under which its sentence is stored: `music`, `music+cross`; of what is left over `other`, `other+cross`."""
    topic: str | None
    """The key of its topic. None: what is left over."""
    are_cross_lists: bool
    identifiers: tuple[str, ...]
    """In the order of the papers that they were made of."""


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A group as readers see it."""

    name: str
    identifiers: tuple[str, ...]
    sentence: str = ""
    """What its papers do, with their identifiers; empty where there is none."""
    are_cross_lists: bool = False
    topic: str = ""
    """The key of its topic; empty for what is left over."""


def gist_of(each: DigestPaper) -> Gist:
    """The model's gist, or else the abstract's sentence of result; empty for a paper that is withdrawn."""
    if each.withdrawn:
        return Gist("")
    if each.translation.gist:
        return Gist(each.translation.gist)
    return Gist(result_sentence(each.paper.abstract), is_original=True)


def topics_of_paper(each: DigestPaper, topics: Topics) -> tuple[str, ...]:
    """The model's topics, as far as they are still in the list, or else those that title and abstract speak for."""
    known = {topic.key for topic in topics}
    if each.translation.topics is not None:
        return tuple(key for key in each.translation.topics if key in known)
    return topics_of(topics, each.paper.title, each.paper.abstract, each.paper.categories)


def groups_of(papers: Sequence[DigestPaper], topics: Topics) -> tuple[DayGroup, ...]:
    """`papers` in groups, each paper in one. A paper of two topics is in the larger group."""
    made: list[DayGroup] = []
    for are_cross in (False, True):
        members = [each for each in papers if (each.announcement.kind in _CROSS_LISTS) is are_cross]
        made += _grouped({each.paper.identifier: topics_of_paper(each, topics) for each in members}, topics, are_cross)
    return tuple(made)


def _grouped(papers: Mapping[str, tuple[str, ...]], topics: Topics, are_cross: bool) -> Iterable[DayGroup]:
    sizes: dict[str, int] = defaultdict(int)
    for keys in papers.values():
        for key in keys:
            sizes[key] += 1
    chosen: dict[str, list[str]] = defaultdict(list)
    for identifier, keys in papers.items():
        best = max(keys, key=lambda key: (sizes[key], -keys.index(key)), default=None)
        chosen[best or ""].append(identifier)
    place = {topic.key: index for index, topic in enumerate(topics)}
    left = {identifier for key, members in chosen.items() if len(members) < LEAST_IN_A_GROUP for identifier in members}
    left |= set(chosen.pop("", ()))
    suffix = "+cross" if are_cross else ""
    for key, members in sorted(chosen.items(), key=lambda each: (-len(each[1]), place.get(each[0], len(place)))):
        if len(members) >= LEAST_IN_A_GROUP:
            yield DayGroup(f"{key}{suffix}", key, are_cross, tuple(members))
    if left:
        rest = tuple(identifier for identifier in papers if identifier in left)
        yield DayGroup(f"other{suffix}", None, are_cross, rest)


_OTHER = {"zh": "其他", "en": "Other topics", "ja": "その他"}
_CROSS = {"zh": "{}（交叉收录）", "en": "{} (cross-lists)", "ja": "{}（クロスリスト）"}


def named(
    groups: Iterable[DayGroup], topics: Topics, language: str, sentences: Mapping[str, str]
) -> tuple[NamedGroup, ...]:
    """`groups` in `language`, with their sentences by key where there are some."""
    names = {topic.key: topic.name(language) for topic in topics}
    made = []
    for group in groups:
        name = names[group.topic] if group.topic in names else _OTHER[language]
        made.append(
            NamedGroup(
                _CROSS[language].format(name) if group.are_cross_lists else name,
                group.identifiers,
                sentences.get(group.key, ""),
                group.are_cross_lists,
                group.topic or "",
            )
        )
    return tuple(made)


def by_interest(groups: Iterable[NamedGroup], chosen: Collection[str]) -> tuple[NamedGroup, ...]:
    """`groups`, of each kind those first that have most of the papers that an interest chose; what is left over stays
    last."""

    def place(group: NamedGroup) -> tuple[bool, bool, int]:
        return group.are_cross_lists, not group.topic, -len(set(group.identifiers).intersection(chosen))

    return tuple(sorted(groups, key=place))
