"""The store as the reader's site asks it: dates, papers with their texts, costs; and each paper's topics."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote

import duckdb

from digest_assets.config import Settings
from digest_assets.glance.day import gist_of, topics_of_paper
from digest_assets.glance.facts import NO_FACTS, facts_of
from digest_assets.glance.overview import clauses_of
from digest_assets.glance.topics import topics_of
from digest_assets.model import DigestPaper, Outcome
from digest_assets.pipeline.day_glance import named_groups
from digest_assets.pipeline.rank import LEAST_BACKGROUND, by_worth, words_of
from digest_assets.pipeline.showable import showable
from digest_assets.posts.page import MOST_LINKS, affiliations_of, why_chosen
from digest_assets.posts.words import LANGUAGES
from digest_assets.ranking.interests import Ranked, Words, chosen_of
from digest_assets.ranking.stars import Usual, Weighed
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import all_prices
from digest_assets.resources.topics import topics_of_digest
from digest_assets.site.paper_view import paper_view
from digest_assets.site.values import (
    Badge,
    Counts,
    Day,
    DayPapers,
    Entry,
    Glance,
    Group,
    LaterVersion,
    LeftOut,
    MonthCost,
    SearchText,
    Site,
    Tag,
)
from digest_assets.site.words import SITE_WORDS
from digest_assets.store import ranking, updates
from digest_assets.store.connection import DigestStore
from digest_assets.store.date_content import of_date
from digest_assets.store.site_content import SiteDate, SitePaper, site_dates, site_papers
from digest_assets.store.usage import DayUsage, money_of, usage_by_day


def site_of(settings: Settings) -> Site:
    """What all pages of the site have in common."""
    output, digest = settings.output, settings.digest
    return Site(
        name=digest.name,
        language=digest.language,
        timezone=digest.timezone,
        categories=digest.categories,
        base_url=output.site_url,
        notice=output.notice,
        templates=settings.templates,
        feed_entries=output.feed_entries,
        all_digests=way(settings.path(output.site_dir), settings.overview_page) if settings.overview_page else "",
    )


def way(start: Path, to: Path) -> str:
    """How a page in the folder `start` links to `to`."""
    return quote(Path(os.path.relpath(to, start)).as_posix())


class StoreSource:
    """`site.values.Source`: each question has the store for a short time. A day is read from a read-only one, too.

    `is_careful`: papers are tried, and come without their texts where these cannot be shown.
    """

    def __init__(self, settings: Settings, store: DigestStore, clock: Clock, *, is_careful: bool = False) -> None:
        self._is_careful = is_careful
        self._settings = settings
        self._store = store
        self._clock = clock
        self._topics = topics_of_digest(settings)
        self._usual: dict[date, Usual] = {}

    def days(self, since: datetime | None, also: date | None) -> list[Day]:
        with self._store.transaction() as connection:  # when a date's page changed is noted, too
            name = self._settings.digest.name
            return [day_of(row) for row in site_dates(connection, name, self._clock.now(), since=since, also=also)]

    def papers(self, first: date, last: date) -> list[SearchText]:
        with self._store.reading() as connection:
            found = site_papers(connection, self._settings.digest.name, first, last)
        return [SearchText(self._entry(each), each.abstract, each.translation, each.reading) for each in found]

    def day(self, day: Day) -> DayPapers:
        settings, name = self._settings, self._settings.digest.name
        with self._store.reading() as connection:
            held = of_date(
                connection, name, day.date, figures=settings.figure_origins, updated=settings.digest.updates != "ignore"
            )
            worth = by_worth(connection, settings, day.date)
            liked = ranking.chosen_by(connection, name, day.date) if settings.interests else {}
            later: dict[str, tuple[LaterVersion, ...]] = {}
            for identifier, on, version, changed, gone in updates.later_than(connection, name, day.date):
                later[identifier] = (*later.get(identifier, ()), LaterVersion(on, version, changed, gone))
        words = SITE_WORDS[settings.digest.language]
        papers = tuple(held.papers)
        if self._is_careful:
            papers = showable(papers, lambda paper: paper_view(paper, (), words, ""))
        return DayPapers(
            day=day,
            papers=papers,
            tags={each.paper.identifier: self._tags(topics_of_paper(each, self._topics)) for each in held.papers},
            glances={
                each.paper.identifier: replace(
                    _glance(each, settings.digest.language),
                    interests=self._interests(liked.get(each.paper.identifier, ())),
                    why=self._why(worth.get(each.paper.identifier)),
                )
                for each in held.papers
            },
            groups=(
                *self._for_you(worth, {each.paper.identifier for each in held.papers}),
                *(
                    Group(group.name, group.identifiers, clauses_of(group.sentence), group.topic)
                    for group in named_groups(settings, held.papers, held.sentences, worth)
                ),
            ),
            left_out=tuple(
                LeftOut(each.paper.identifier, each.paper.title, each.reason)
                for each in held.claimed
                if each.outcome is Outcome.FILTERED and each.reason is not None
            ),
            updates=tuple(held.updates),
            later=later,
        )

    def weighed(self, shown: DayPapers) -> dict[str, Weighed]:
        compared = {each.paper.identifier: words_of(each.paper) for each in shown.papers}
        with self._store.reading() as connection:
            usual = self._usual_before(connection, shown.day.date, list(compared.values()))
        return {identifier: usual.weighed(said) for identifier, said in compared.items()}

    def costs(self, since: date | None) -> list[MonthCost]:
        first = since.replace(day=1) if since is not None else None
        with self._store.reading() as connection:
            return _costs(usage_by_day(connection, all_prices(self._settings), first))

    def _usual_before(self, connection: duckdb.DuckDBPyConnection, day: date, shown: list[Words]) -> Usual:
        """What papers were like before the month of `day`, so that a site that is made anew counts once a month; where
        these are too few, before `day`, with its own."""
        digest = self._settings.digest
        first = day.replace(day=1)
        if first not in self._usual:
            earlier = ranking.background(connection, digest.name, digest.days.span(first).start)
            if len(earlier) < LEAST_BACKGROUND:
                return Usual([*ranking.background(connection, digest.name, digest.days.span(day).start), *shown])
            self._usual[first] = Usual(earlier)
        return self._usual[first]

    def _why(self, best: Ranked | None) -> str:
        return why_chosen(best, LANGUAGES[self._settings.digest.language]) if best and best.is_chosen else ""

    def _interests(self, names: Iterable[str]) -> tuple[Tag, ...]:
        form = LANGUAGES[self._settings.digest.language].for_you
        return tuple(Tag(name, form.format(interest=name)) for name in names)

    def _for_you(self, worth: Mapping[str, Ranked], shown: Collection[str]) -> Iterator[Group]:
        """A group for each interest, in the settings' order, of the papers that it likes more than others do: the
        highest score first."""
        found = chosen_of({identifier: each for identifier, each in worth.items() if identifier in shown})
        names = [each.name for each in self._settings.interests if each.name in found]
        for name, tag in zip(names, self._interests(names), strict=True):
            yield Group(tag.label, tuple(found[name]))

    def _entry(self, row: SitePaper) -> Entry:
        return Entry(
            day=row.date,
            identifier=row.identifier,
            title=row.title,
            authors=row.authors,
            categories=row.categories,
            tags=self._tags(self._topics_of(row)),
            late=row.late,
            withdrawn=row.withdrawn,
            translated_title=row.translated_title,
            gist=row.gist,
            interests=self._interests(row.interests),
            abstract=row.translation,
        )

    def _topics_of(self, row: SitePaper) -> tuple[str, ...]:
        if row.topics is not None:
            return row.topics
        return topics_of(self._topics, row.title, row.abstract, row.categories)

    def _tags(self, keys: Iterable[str]) -> tuple[Tag, ...]:
        known = {topic.key: topic for topic in self._topics}
        language = self._settings.digest.language
        return tuple(Tag(key, known[key].name(language)) for key in keys if key in known)


def _glance(each: DigestPaper, language: str) -> Glance:
    """What a hurried reader needs of a paper."""
    gist, words = gist_of(each), LANGUAGES[language]
    facts = NO_FACTS if each.withdrawn else facts_of(each.paper, each.affiliations)
    badges = []
    if facts.state is not None:
        said = str(getattr(words, f"state_{facts.state.value}")).format(venue=facts.venue or "")
        badges.append(Badge(said if facts.venue else said.strip("（） ()")))
    for link in facts.links[:MOST_LINKS]:
        badges.append(Badge(str(getattr(words, f"link_{link.kind.value}")), link.kind.value, link.url))
    if facts.affiliations:
        badges.append(Badge(affiliations_of(facts, words), "affiliations"))
    return Glance(each.translation.title or "", gist.text, gist.is_original, tuple(badges))


def day_of(row: SiteDate) -> Day:
    counts = Counts(**{each.name: getattr(row, each.name) for each in fields(Counts)})
    return Day(row.date, counts, row.fingerprint, row.changed_at, row.rendered_at, row.empty_reason)


def _costs(usage: Iterable[DayUsage]) -> list[MonthCost]:
    months: dict[str, list[DayUsage]] = {}
    for each in usage:
        months.setdefault(f"{each.day:%Y-%m}", []).append(each)
    return [MonthCost(month, _tokens(days), money_of(days)) for month, days in sorted(months.items())]


def _tokens(days: Sequence[DayUsage]) -> int:
    return sum((each.usage.input_tokens or 0) + (each.usage.output_tokens or 0) for each in days)
