"""The reader's site: all digests as static pages, to be opened from the disk or put on any web server.

A page a digest date, with the completeness of the date (announced, published, filtered, failed, late, by the ledger),
the source of each text, and the model and prompt that an answer rests on; an archive by month; pages for categories,
authors and topics; figures; feeds (Atom, JSON Feed); an index that the browser searches. `output.site_dir` says where;
empty: no site.

The site is what the store says, whichever date is materialized: files whose content would not change are neither made
nor written, so a new date costs its own page and the lists that it is in. The partition stands for the date's page.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Iterable, Sequence
from datetime import date

import dagster as dg

from digest_assets.assets.failures import told_to_dagster
from digest_assets.assets.previews import data_version
from digest_assets.assets.rendered_posts import digest_papers
from digest_assets.config import Settings
from digest_assets.llm.glossary import default_glossary
from digest_assets.model import Outcome
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import ModelAccess, price_table
from digest_assets.resources.site_folder import SiteWritten, write_site
from digest_assets.site.pages import Loaders, plan
from digest_assets.site.values import Counts, Day, DayPapers, Entry, LeftOut, MonthCost, SearchText, Site, Tag
from digest_assets.store import answers, ledger, texts
from digest_assets.store.connection import DigestStore
from digest_assets.store.site_content import SiteDate, SitePaper, site_dates, site_papers
from digest_assets.store.usage import DayUsage, money_of, usage_by_day

TAGS_A_PAPER = 6


@dg.asset(
    deps=["rendered_posts"],
    description=__doc__,
    group_name="digest",
    kinds={"html"},
    owners=["team:digest"],
)
def reader_site(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult:
    day = date.fromisoformat(context.partition_key)
    if not settings.output.site_dir:
        return dg.MaterializeResult(metadata={"no_site": "output.site_dir is empty"})
    with told_to_dagster():
        site, made = build(settings, store, clock)
    folder = settings.path(settings.output.site_dir)
    fingerprint = next((each.fingerprint for each in site.days if each.date == day), None)
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(folder / "d" / f"{day}.html")),
            "index": dg.MetadataValue.path(str(folder / "index.html")),
            "written": made.written,
            "unchanged": made.unchanged,
            "removed": made.removed,
            "dates": len(site.days),
            "papers": len(site.entries),
        },
        data_version=data_version([fingerprint]),
    )


def build(settings: Settings, store: DigestStore, clock: Clock) -> tuple[Site, SiteWritten]:
    """Brings the site's folder to what the store holds."""
    tagger = Tagger(settings)
    with store.transaction() as connection:
        dates = site_dates(connection, settings.digest.name, clock.now())
        papers = site_papers(connection, settings.digest.name)
        usage = usage_by_day(connection, price_table(settings.llm))
    site = Site(
        name=settings.digest.name,
        language=settings.digest.language,
        timezone=settings.digest.timezone,
        categories=settings.digest.categories,
        days=tuple(map(_day, dates)),
        entries=tuple(_entry(each, tagger) for each in papers),
        costs=_costs(usage),
        base_url=settings.output.site_url,
        notice=settings.output.notice,
    )
    days = {day.date: day for day in site.days}

    def load_day(day: date) -> DayPapers:
        return _load_day(settings, store, days[day], tagger)

    def load_texts(first: date, until: date) -> Sequence[SearchText]:
        with store.transaction() as connection:
            found = site_papers(connection, settings.digest.name, first, until)
        return [SearchText(_entry(each, tagger), each.abstract, each.translation, each.reading) for each in found]

    return site, write_site(settings.path(settings.output.site_dir), plan(site, Loaders(load_day, load_texts)))


class Tagger:
    """Topics of papers: the terms of the field's glossary that title and abstract use. No model is asked."""

    def __init__(self, settings: Settings) -> None:
        language = settings.digest.language
        own = ModelAccess(settings.llm, settings.root).glossary(language)
        # A language without a glossary has the terms themselves, in English.
        self._glossary = own if own.terms else default_glossary("zh")
        self._translated = bool(own.terms)

    def tags(self, title: str, abstract: str) -> tuple[Tag, ...]:
        found = self._glossary.terms_in(f"{title}. {abstract}")[:TAGS_A_PAPER]
        return tuple(Tag(term.source, term.preferred if self._translated else term.source) for term in found)


def _load_day(settings: Settings, store: DigestStore, day: Day, tagger: Tagger) -> DayPapers:
    digest = settings.digest.name
    with store.transaction() as connection:
        claimed = ledger.claimed_by(connection, digest, day.date)
        kept = [each for each in claimed if each.outcome is Outcome.KEPT]
        papers = digest_papers(
            kept,
            answers.translations_of(connection, digest, day.date),
            answers.readings_of(connection, digest, day.date),
            texts.texts_of(connection, digest, day.date),
            figures=settings.output.figures,
        )
    return DayPapers(
        day=day,
        papers=tuple(papers),
        tags={each.paper.identifier: tagger.tags(each.paper.title, each.paper.abstract) for each in kept},
        left_out=tuple(
            LeftOut(each.paper.identifier, each.paper.title, each.reason)
            for each in claimed
            if each.outcome is Outcome.FILTERED and each.reason is not None
        ),
    )


def _day(row: SiteDate) -> Day:
    counts = Counts(row.announced, row.published, row.filtered, row.failed, row.late)
    return Day(row.date, counts, row.fingerprint, row.changed_at, row.empty_reason)


def _entry(row: SitePaper, tagger: Tagger) -> Entry:
    return Entry(
        day=row.date,
        identifier=row.identifier,
        title=row.title,
        authors=row.authors,
        categories=row.categories,
        tags=tagger.tags(row.title, row.abstract),
        late=row.late,
        withdrawn=row.withdrawn,
    )


def _costs(usage: Iterable[DayUsage]) -> tuple[MonthCost, ...]:
    months: dict[str, list[DayUsage]] = {}
    for each in usage:
        months.setdefault(f"{each.day:%Y-%m}", []).append(each)
    return tuple(MonthCost(month, _tokens(days), money_of(days)) for month, days in sorted(months.items()))


def _tokens(days: Iterable[DayUsage]) -> int:
    return sum((each.usage.input_tokens or 0) + (each.usage.output_tokens or 0) for each in days)
