"""A week or a month: its papers by topic, and how topics grew and fell against the period before. By code alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from digest_assets.site import html, lists
from digest_assets.site.values import Entry, Tag, month_of
from digest_assets.site.words import SiteWords

ROWS_IN_A_GROUP = 100
"""So many papers of a topic are named; the others are on the topic's own page."""
LEAST_CHANGE = 2
"""Papers by which a topic has to grow or fall to be named for it."""
MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Period:
    """A week from Monday to Sunday, or a month."""

    name: str
    """`2026-W04`, `2026-01`: its page's, below `w/`."""
    first: date
    last: date
    is_week: bool

    @property
    def before(self) -> Period:
        return (week_of if self.is_week else month_around)(self.first - timedelta(days=1))

    @property
    def after(self) -> Period:
        return (week_of if self.is_week else month_around)(self.last + timedelta(days=1))

    @property
    def path(self) -> str:
        return f"w/{self.name}.html"

    def title(self, words: SiteWords) -> str:
        if not self.is_week:
            return words.month_title.format(year=self.first.year, month=self.first.month)
        year, week, _ = self.first.isocalendar()
        return words.week_title.format(year=year, week=week)


def week_of(day: date) -> Period:
    year, week, weekday = day.isocalendar()
    monday = day - timedelta(days=weekday - 1)
    return Period(f"{year}-W{week:02}", monday, monday + timedelta(days=6), is_week=True)


def month_around(day: date) -> Period:
    after = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(month_of(day), day.replace(day=1), after - timedelta(days=1), is_week=False)


@dataclass(frozen=True, slots=True)
class TopicOfPeriod:
    """A topic with its papers. `tag` None: what has no topic."""

    tag: Tag | None
    entries: tuple[Entry, ...]
    before: int
    """How many papers it had in the period before."""

    @property
    def change(self) -> int:
        return len(self.entries) - self.before


def topics(entries: Sequence[Entry], before: Iterable[Entry]) -> list[TopicOfPeriod]:
    """`entries` by their main topics, the largest first, what has none at the end; each paper once."""
    now, then = _by_topic(entries), _by_topic(before)
    found = [TopicOfPeriod(tag, tuple(now.get(tag, ())), len(then.get(tag, ()))) for tag in {**now, **then}]
    return sorted(found, key=lambda each: (each.tag is None, -len(each.entries), each.tag.slug if each.tag else ""))


def _by_topic(entries: Iterable[Entry]) -> dict[Tag | None, list[Entry]]:
    found: dict[Tag | None, list[Entry]] = defaultdict(list)
    for each in entries:
        found[each.tags[0] if each.tags else None].append(each)
    return found


def moved(found: Iterable[TopicOfPeriod], *, up: bool) -> list[TopicOfPeriod]:
    """The topics that grew, or fell, the most first."""
    sign = 1 if up else -1
    changed = [each for each in found if each.tag and sign * each.change >= LEAST_CHANGE]
    return sorted(changed, key=lambda each: -abs(each.change))[:MOST_NAMED]


def row(entry: Entry, words: SiteWords) -> Markup:
    """A paper on the page: its title, what came out, its date."""
    gist = Markup("<br>{}").format(html.line_from_model(entry.gist)) if entry.gist else ""
    return Markup(
        '<li><a class="title" lang="en" href="../d/{day}.html#{anchor}">{title}</a>{gist} '
        '<time class="small" datetime="{day}">{short}</time></li>'
    ).format(
        day=entry.day,
        anchor=lists.anchor(entry.identifier),
        title=lists.title(entry, words),
        gist=gist,
        short=f"{entry.day:%m-%d}",
    )
