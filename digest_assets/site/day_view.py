"""A date as its page shows it: the papers in groups, the filters with their counts, what the texts rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from digest_assets.markup import spans
from digest_assets.site import html
from digest_assets.site.paper_view import PaperView
from digest_assets.site.values import Group
from digest_assets.site.words import SiteWords

COMPACT_ABOVE = 30
"""Papers. A date with more begins with a line or two each, which unfold."""
ROWS_AT_FIRST = 30
"""So many of them stand in the page itself: what a telephone on a slow line gets and sets in a second."""
ROWS_IN_A_BLOCK = 100
"""So many come at once when the page is there and they are asked for."""
_OTHER_CATEGORIES = 5
_TOPICS = 12


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group's heading."""

    name: str
    anchor: str
    count: int
    sentence: Markup
    topic: str
    """The list of its topic, `t/speech`; empty where it has none."""
    elsewhere: int
    """Papers of its topic that stand in other groups: cross-lists, and those of two topics."""
    papers: Sequence[PaperView]


@dataclass(frozen=True, slots=True)
class Item:
    """A paper in its place. `group`: of which it is the first."""

    group: GroupView | None
    paper: PaperView
    level: int
    """Of its heading."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A button that leaves `count` papers. `kind`: `in` (a list), `kind` (new or cross-list), `code`."""

    kind: str
    value: str
    word: str
    count: int


def items(papers: Sequence[PaperView], groups: Sequence[Group], words: SiteWords) -> list[Item]:
    """`papers` in the order of `groups`, those in none at the end; in their own order where there are no groups."""
    if not groups:
        return [Item(None, each, 2) for each in papers]
    by_identifier = {each.identifier: each for each in papers}
    made: list[Item] = []
    for number, (group, members) in enumerate(_members(groups, by_identifier, words), 1):
        topic = f"t/{group.topic}" if group.topic else ""
        elsewhere = sum(topic in each.lists for each in papers) - sum(topic in each.lists for each in members)
        sentence = _sentence(group, members, by_identifier, words)
        heading = GroupView(group.name, f"g{number}", len(members), sentence, topic, elsewhere, members)
        made += [Item(None if index else heading, each, 3) for index, each in enumerate(members)]
    return made


def _sentence(group: Group, members: Sequence[PaperView], papers: Mapping[str, PaperView], words: SiteWords) -> Markup:
    """What is said of a group, a mark behind each clause leading to each paper that it rests on: also to those that
    stand in a group before it, numbered after its own."""
    own = [each.identifier for each in members]
    elsewhere = [each for each in group.identifiers if each not in own and each in papers]
    places = {each: (number, papers[each]) for number, each in enumerate([*own, *elsewhere], 1)}
    said = []
    for text, identifiers in group.clauses:
        marks = [spans.Mark(f"#{places[each][1].anchor}", str(places[each][0]), each) for each in identifiers]
        said.append(html.line_from_model(text) + Markup(" ").join(html.from_spans((mark,)) for mark in marks))
    return Markup.escape(words.between_clauses).join(said) + words.end_of_sentence if said else Markup("")


def _members(
    groups: Sequence[Group], papers: dict[str, PaperView], words: SiteWords
) -> Iterator[tuple[Group, list[PaperView]]]:
    left = dict(papers)
    for group in groups:
        members = [left.pop(each) for each in group.identifiers if each in left]
        if members:
            yield group, members
    if left:
        yield Group(words.other_topics, tuple(left)), list(left.values())


def filters(papers: Sequence[PaperView], categories: Sequence[str], words: SiteWords) -> list[Filter]:
    """The filters of a date: categories in the order of the settings, then others, topics, kinds and code;
    before all of them the reader's interests."""
    counted = Counter(name for each in papers for name in each.categories)
    chosen = [name for name in categories if name in counted]
    others = sorted((name for name in counted if name not in chosen), key=lambda name: (-counted[name], name))
    found = [Filter("in", f"c/{name}", name, counted[name]) for name in [*chosen, *others[:_OTHER_CATEGORIES]]]
    topics = Counter(tag for each in papers for tag in each.tags)
    ranked = sorted(topics, key=lambda tag: (-topics[tag], tag.slug))
    found += [Filter("in", f"t/{tag.slug}", tag.label, topics[tag]) for tag in ranked[:_TOPICS]]
    wanted = Counter(interest for each in papers for interest in each.interests)
    found = [Filter("in", f"i/{of.slug}", of.label, count) for of, count in wanted.items()] + found
    crossed, coded = sum(each.is_cross_list for each in papers), sum(each.has_code for each in papers)
    if crossed and crossed < len(papers):
        found.append(Filter("kind", "new", words.kinds_new, len(papers) - crossed))
        found.append(Filter("kind", "cross", words.kinds_cross, crossed))
    if coded:
        found.append(Filter("code", "1", words.with_code, coded))
    return found


def rests_on(papers: Iterable[PaperView]) -> list[str]:
    """What the texts of a date rest on, each source and model once with how many papers it is of, the most first."""
    counted = Counter(sentence for each in papers for sentence in each.sources)
    return [f"{sentence} × {count}" for sentence, count in counted.most_common()]


def in_blocks(found: Sequence[Item]) -> list[Sequence[Item]]:
    """The items of a date's page, and of the blocks that follow it."""
    if len(found) <= COMPACT_ABOVE:
        return [found]
    starts = range(ROWS_AT_FIRST, len(found), ROWS_IN_A_BLOCK)
    return [found[:ROWS_AT_FIRST], *(found[start : start + ROWS_IN_A_BLOCK] for start in starts)]


def blocks_of(papers: int) -> int:
    """Into how many blocks a date of so many papers comes, its page itself among them."""
    return 1 + max(0, -(-(papers - ROWS_AT_FIRST) // ROWS_IN_A_BLOCK))


def groups_of(found: Sequence[Item]) -> list[GroupView]:
    return [each.group for each in found if each.group is not None]
