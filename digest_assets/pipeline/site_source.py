"""The store as the reader's site asks it: dates, papers with their texts, costs; and each paper's topics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime

from digest_assets.config import Settings
from digest_assets.fields import fields_of
from digest_assets.llm.glossary import default_glossary
from digest_assets.model import Outcome
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import ModelAccess, price_table
from digest_assets.site.values import Counts, Day, DayPapers, Entry, LeftOut, MonthCost, SearchText, Site, Tag
from digest_assets.store.connection import DigestStore
from digest_assets.store.date_content import of_date
from digest_assets.store.site_content import SiteDate, SitePaper, site_dates, site_papers
from digest_assets.store.usage import DayUsage, money_of, usage_by_day

TAGS_A_PAPER = 6


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
        templates=settings.path(output.templates_dir) if output.templates_dir else None,
    )


class StoreSource:
    """`site.values.Source`: each question is a short transaction."""

    def __init__(self, settings: Settings, store: DigestStore, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._tagger = Tagger(settings)

    def days(self, since: datetime | None, also: date | None) -> list[Day]:
        with self._store.transaction() as connection:
            name = self._settings.digest.name
            return [day_of(row) for row in site_dates(connection, name, self._clock.now(), since=since, also=also)]

    def papers(self, first: date, last: date) -> list[SearchText]:
        with self._store.transaction() as connection:
            found = site_papers(connection, self._settings.digest.name, first, last)
        return [SearchText(self._entry(each), each.abstract, each.translation, each.reading) for each in found]

    def day(self, day: Day) -> DayPapers:
        settings, name = self._settings, self._settings.digest.name
        with self._store.transaction() as connection:
            held = of_date(
                connection, name, day.date, figures=settings.output.figures, updated=settings.digest.updates != "ignore"
            )
        return DayPapers(
            day=day,
            papers=tuple(held.papers),
            tags={
                each.paper.identifier: self._tagger.tags(each.paper.title, each.paper.abstract) for each in held.papers
            },
            left_out=tuple(
                LeftOut(each.paper.identifier, each.paper.title, each.reason)
                for each in held.claimed
                if each.outcome is Outcome.FILTERED and each.reason is not None
            ),
            updates=tuple(held.updates),
        )

    def costs(self, since: date | None) -> list[MonthCost]:
        first = since.replace(day=1) if since is not None else None
        with self._store.transaction() as connection:
            return _costs(usage_by_day(connection, price_table(self._settings.llm), first))

    def _entry(self, row: SitePaper) -> Entry:
        return Entry(
            day=row.date,
            identifier=row.identifier,
            title=row.title,
            authors=row.authors,
            categories=row.categories,
            tags=self._tagger.tags(row.title, row.abstract),
            late=row.late,
            withdrawn=row.withdrawn,
        )


class Tagger:
    """Topics of papers: the terms of the field's glossary that title and abstract use. No model is asked."""

    def __init__(self, settings: Settings) -> None:
        language = settings.digest.language
        own = ModelAccess(settings.llm, settings.root, categories=settings.digest.categories).glossary(language)
        # A language without a glossary has the terms themselves, in English.
        self._glossary = own if own.terms else default_glossary("zh", fields_of(settings.digest.categories))
        self._translated = bool(own.terms)

    def tags(self, title: str, abstract: str) -> tuple[Tag, ...]:
        found = self._glossary.terms_in(f"{title}. {abstract}")[:TAGS_A_PAPER]
        return tuple(Tag(term.source, term.preferred if self._translated else term.source) for term in found)


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
