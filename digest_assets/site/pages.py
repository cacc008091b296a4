"""Which files of the site a change of dates touches, and what they say.

`plan` is lazy twice over: a file's text is made only when it is asked for, and a date's papers are loaded only for
that. What it plans is proportional to the dates that changed: their own pages and their neighbours' links, the lists
that their papers are in, the pages, feeds and search files of their month and year. Everything else that these show is
a look-up in the book; no page grows with all that came before.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from functools import cache, lru_cache, partial
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, TemplateError
from markupsafe import Markup

from digest_assets import user_templates
from digest_assets.arxiv.taxonomy import name_in
from digest_assets.errors import TemplateBroken
from digest_assets.markup.characters import clean
from digest_assets.model import PaperUpdate
from digest_assets.site import card, charts, citation, day_document, day_view, empty, feeds, html, lists, review, search
from digest_assets.site.card import Card
from digest_assets.site.charts import Bar
from digest_assets.site.citation import Json
from digest_assets.site.day_document import llms_text
from digest_assets.site.paper_view import PaperView, paper_view
from digest_assets.site.values import (
    ALL,
    NOTHING,
    Book,
    Day,
    DayPapers,
    Entry,
    ListName,
    Related,
    Site,
    Source,
    month_of,
    year_of,
)
from digest_assets.site.words import SITE_WORDS, SiteWords

LISTED = 100
"""So many papers stand on the first page of a list. Where there are more, the dates of the newest year stand there as
well, and each year before has a page, which a new date leaves as it is."""
LISTED_A_YEAR = 200
"""A year with more papers than this is shown by its dates: titles by the thousand are for searching, not reading."""
LISTED_A_MONTH = 500
AUTHORS_AT_ONCE = 12
"""Of a longer list the others unfold."""
ENTRIES_IN_A_FEED = 100
"""So many papers of a date are named in a feed."""
FULL_FEED = 200_000
"""Characters. What a feed has beyond them comes without abstracts: readers of feeds refuse large ones."""
_CHARTED_DAYS = 60
_CHARTED_MONTHS = 24
_CLOUD = 400
"""So many categories or topics stand on one page."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    path: str
    """Below the site's folder, with slashes."""
    render: Callable[[], str | bytes]
    made_of: str = ""
    """Where it is given, and as it was when the file was made, the file is not made to see whether it differs."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that come and go together: what an earlier plan had under this name and this one has not is to go."""

    name: str
    files: tuple[PlannedFile, ...] = ()
    adds: bool = False
    """Whether the files come to those that are there under this name, which stay."""


@dataclass(slots=True)
class Touched:
    """What changed in the book."""

    everything: bool = False
    days: set[date] = field(default_factory=set)
    """Dates whose own page is to be made: those that changed, and their neighbours where links change."""
    changed: set[date] = field(default_factory=set)
    lists: Counter[ListName] = field(default_factory=Counter)
    """Each with how many of its papers changed, at most."""
    costs: bool = False
    split: set[str] = field(default_factory=set)
    """Years whose search index was in one piece and is by month again."""
    joining: dict[str, range] = field(default_factory=dict)
    """Years whose search index is put into one piece, each with the files that are made of it now."""
    joined: set[str] = field(default_factory=set)
    """Those of which all files are made: their search index is in one piece from now on."""


def plan(site: Site, book: Book, source: Source, touched: Touched, merged: set[str]) -> Iterator[Unit]:
    """The files that `touched` makes anew. `merged`: the years whose search index is in one piece, with the joined."""
    pages = _Pages(site, book, source)
    if touched.everything:
        yield from pages.fixed()
    if touched.changed:
        yield from pages.dates(touched)
        yield from pages.lists(touched)
        yield from pages.periods(touched)
        yield from pages.feed_files(touched)
    if touched.changed or touched.joining:
        yield pages.search_overview(merged)
        yield from pages.search_files(touched, merged)
    if touched.changed or touched.everything:
        yield from pages.overviews()
    if touched.changed or touched.everything or touched.costs:
        yield pages.figures()


def frame(site: Site) -> str:
    """Of everything that all pages are made with: where it changes, they are made anew."""
    return _key((site, version(), _of_templates(site.templates)))


def _of_templates(folder: Path | None) -> list[tuple[str, str]]:
    if folder is None:
        return []
    files = sorted(each for each in (folder / WITHIN).rglob("*") if each.is_file())
    return [(str(each.relative_to(folder)), hashlib.sha256(each.read_bytes()).hexdigest()) for each in files]


WITHIN = "site"
"""Where a user's templates of the site lie in `output.templates_dir`; `site/static/` holds style sheets and scripts."""


@lru_cache(maxsize=1)
def version() -> str:
    """Of everything that a page is rendered by: another program makes all files anew."""
    digest = hashlib.sha256()
    for package in ("digest_assets.site", "digest_assets.posts", "digest_assets.markup"):
        for folder in ("", "templates", "static"):
            root = resources.files(package) / folder
            for each in sorted(root.iterdir(), key=lambda each: each.name) if root.is_dir() else ():
                if each.is_file() and not each.name.endswith(".pyc"):
                    digest.update(each.name.encode() + each.read_bytes())
    return digest.hexdigest()[:12]


def _clean_text(value: object) -> object:
    """Names of models and reasons, too, come without characters that turn the words around them."""
    return clean(value) if type(value) is str else value


@lru_cache(maxsize=4)
def _environment(templates: Path | None, language: str) -> Environment:
    found = user_templates.environment(
        "digest_assets.site", templates, within=WITHIN, escape=True, finalize=_clean_text
    )
    found.globals["category_name"] = partial(name_in, language)
    return found


def read_templates(site: Site) -> None:
    """Compiles the templates, a tenth of a second, which else the first page of each kind waits for. What is wrong with
    one is said when it is rendered."""
    with suppress(TemplateBroken):
        environment = _environment(site.templates, site.language)
        for name in environment.list_templates():
            with suppress(TemplateError):
                environment.get_template(name)


@cache
def _days_of_month(form: str) -> dict[int, Markup]:
    """How each day of a month is called."""
    return {number: Markup.escape(form.format(day=number)) for number in range(1, 32)}


@lru_cache(maxsize=1024)
def _cell(day: date, form: str, root: str) -> tuple[str, str]:
    """What stands before and after the anchor in the link to a date, up to how many papers it has: in all lists of a
    year the same."""
    return f'<li><a href="{Markup.escape(root)}d/{day}.html', f'">{_days_of_month(form)[day.day]} <small>'


@dataclass(frozen=True, slots=True)
class _MonthView:
    name: str
    title: str
    papers: int
    days: list[tuple[date, int]]

    def links(self, words: SiteWords, root: str, within: str) -> Markup:
        """The dates as the cells of a list, in one piece: a year has hundreds in each of its topics, and to escape
        each of their values by itself was a fifth of a build."""
        within = Markup.escape(f"#in={within}" if within else "")
        cells = ((_cell(day, words.day_of_month, root), count) for day, count in self.days)
        return Markup("".join(f"{before}{within}{after}{count}</small></a></li>" for (before, after), count in cells))


class _Shown:
    """A date that was loaded, and its papers as they are shown: as the source has them, and in the page's order."""

    def __init__(self, loaded: DayPapers, papers: list[PaperView], words: SiteWords) -> None:
        self.loaded = loaded
        self.papers = papers
        self.items = day_view.items(papers, loaded.groups, words)
        self.places = {each.paper.identifier: place for place, each in enumerate(self.items)}
        self.by_identifier = {each.paper.identifier: each for each in loaded.papers}


class _Pages:
    """The files of one site."""

    def __init__(self, site: Site, book: Book, source: Source) -> None:
        self._site = site
        self._book = book
        self._source = source
        self._words: SiteWords = SITE_WORDS[site.language]
        self._title = f"{self._words.name} · {' '.join(site.categories)}"
        self._kept: _Shown | None = None

    # --- files that dates do not change -------------------------------------------------------------------------------

    def fixed(self) -> Iterator[Unit]:
        folder = resources.files("digest_assets.site") / "static"
        own = {each.name: each.read_text for each in folder.iterdir()}
        if self._site.templates is not None:
            users = self._site.templates / WITHIN / "static"
            own |= {each.name: each.read_text for each in (users.iterdir() if users.is_dir() else ())}
        yield Unit("s/simplified", (PlannedFile("s/simplified.js", search.simplifying),))
        yield Unit("assets", tuple(PlannedFile(f"assets/{name}", partial(read, "utf-8")) for name, read in own.items()))
        yield self._page("llms.txt", self._llms)
        for name, heading in (("search", self._words.search), ("marked", self._words.marked)):
            values = {"title": heading, "heading": heading, "current": f"{name}.html"}
            yield self._page(f"{name}.html", partial(self._render, f"{name}.html.j2", "", **values))

    # --- a page a date ------------------------------------------------------------------------------------------------

    def dates(self, touched: Touched) -> Iterator[Unit]:
        newest = self._book.newest_with_papers()
        renewed: dict[date, list[str]] = defaultdict(list)
        for of in sorted(touched.days, reverse=True):
            day = self._book.day(of)
            if day is None:
                yield Unit(f"d/{of}.html")
                yield Unit(f"p/{of}")
                continue
            earlier, later = self._book.neighbours(of)
            yield from self._files_of_date(day, earlier, later, is_newest=newest is not None and newest.date == of)
            if of in touched.changed:
                yield self.papers(day)
                for update in self._shown(day).loaded.updates:
                    renewed[update.claimed_date].append(update.paper.identifier)
        yield from self._renewed(renewed, touched)
        if newest is None:
            yield Unit("index.html")

    def _files_of_date(self, day: Day, earlier: date | None, later: date | None, *, is_newest: bool) -> Iterator[Unit]:
        """The page of a date, and the blocks that it loads. How many these are is known by its counts."""
        path, page = f"d/{day.date}", partial(self._date, day, earlier, later)
        files = [PlannedFile(f"{path}.html", page)]
        blocks = day_view.blocks_of(len(self._book.identifiers(day.date)))
        files += [PlannedFile(f"{path}.{number}.js", partial(self._block, day, number)) for number in range(1, blocks)]
        if blocks > 1:
            files.append(PlannedFile(f"{path}.all.html", partial(self._all, day)))
        files.append(PlannedFile(f"{path}.json", partial(self._document, day)))
        yield Unit(f"{path}.html", tuple(files))
        if is_newest:
            yield self._page("index.html", partial(self._date, day, earlier, None, root="", current="index.html"))

    def _date(self, day: Day, earlier: date | None, later: date | None, root: str = "../", current: str = "") -> str:
        words = self._words
        shown = self._shown(day)
        papers, blocks = shown.papers, day_view.in_blocks(shown.items)
        reasons = words.filter_reasons
        is_compact = len(papers) > day_view.COMPACT_ABOVE
        return self._render(
            "day.html.j2",
            root,
            title=self._title if current else _dated(words.day_title, day.date),
            heading=_dated(words.day_title, day.date),
            weekday=words.weekdays[day.date.weekday()],
            why_empty=empty.sentence(day.empty_reason, words),
            current=current,
            layout=("compact" if is_compact else "full") if papers else "",
            layouts=bool(papers),
            description="; ".join(paper.translated_title or paper.plain_title for paper in papers[:5]),
            day=day,
            total=len(papers),
            items=blocks[0],
            blocks=len(blocks) - 1,
            with_bodies=not is_compact,
            groups=day_view.groups_of(shown.items),
            week=review.week_of(day.date),
            filters=day_view.filters(papers, self._site.categories, words),
            authors_at_once=AUTHORS_AT_ONCE,
            provenance=day_view.rests_on(papers),
            has_earlier=any(mark.is_quiet for paper in papers for mark in paper.marks),
            left_out=[
                {
                    "identifier": each.identifier,
                    "title": html.line_from_tex(each.title),
                    "reason": reasons.get(each.reason.value, each.reason.value),
                }
                for each in shown.loaded.left_out
            ],
            updates=[self._update(each, root) for each in shown.loaded.updates],
            earlier=earlier,
            later=later,
        )

    def _document(self, day: Day) -> str:
        return day_document.as_text(day_document.day_document(self._site, self._shown(day).loaded))

    def _llms(self) -> str:
        """What a program should know of the site: https://llmstxt.org."""
        return llms_text(self._site, self._title)

    def _block(self, day: Day, number: int) -> str:
        """The lines of further papers of a date, as a script that its page loads."""
        found = day_view.in_blocks(self._shown(day).items)
        rows = self._render("block.html.j2", "../", items=found[number], authors_at_once=AUTHORS_AT_ONCE)
        return f'digest.block("{day.date}",{number},{citation.in_script(rows)});\n'

    def _all(self, day: Day) -> str:
        heading = _dated(self._words.day_title, day.date)
        found = self._shown(day).items
        values = {"items": found, "total": len(found), "day": day, "authors_at_once": AUTHORS_AT_ONCE}
        return self._render("all.html.j2", "../", title=heading, heading=heading, layout="compact", **values)

    def _shown(self, day: Day) -> _Shown:
        """What the page of `day` shows. Kept for one date: the newest has two pages, and each paper has files."""
        if self._kept is None or self._kept.loaded.day.date != day.date:
            loaded, zone = self._source.day(day), ZoneInfo(self._site.timezone)
            papers = [
                paper_view(
                    each,
                    loaded.tags.get(each.paper.identifier, ()),
                    self._words,
                    each.announcement.announced_at.astimezone(zone).date().isoformat(),
                    loaded.glances.get(each.paper.identifier, NOTHING),
                    loaded.later.get(each.paper.identifier, ()),
                )
                for each in loaded.papers
            ]
            self._kept = _Shown(loaded, papers, self._words)
        return self._kept

    def _renewed(self, renewed: dict[date, list[str]], touched: Touched) -> Iterator[Unit]:
        """The pages of earlier papers of which a date that changed lists a new version: they tell of it."""
        for of, identifiers in renewed.items():
            day = self._book.day(of)
            if day is not None and of not in touched.changed:
                there = set(self._book.identifiers(of))
                pages = [
                    PlannedFile(f"p/{lists.file_of(each)}.html", partial(self._paper, day, each))
                    for each in identifiers
                    if each in there
                ]
                yield Unit(f"p/{of}", tuple(pages), adds=True)

    # --- a page a paper -----------------------------------------------------------------------------------------------

    def papers(self, day: Day) -> Unit:
        """Of each paper of a date a page, and what other pages load of it: its body, and how it is cited."""
        files = []
        for identifier in self._book.identifiers(day.date):
            path = f"p/{lists.file_of(identifier)}"
            files.append(PlannedFile(f"{path}.html", partial(self._paper, day, identifier)))
            files.append(PlannedFile(f"{path}.js", partial(self._script, day, identifier)))
            if self._site.base_url:  # a card's address has to be a whole one
                said = self._card(day, identifier)
                files.append(PlannedFile(f"{path}.png", partial(card.png, said), said.made_of))
        return Unit(f"p/{day.date}", tuple(files))

    def _card(self, day: Day, identifier: str) -> Card:
        shown = self._shown(day)
        view = shown.items[shown.places[identifier]].paper
        names = tuple(each.name for each in view.authors)
        place = self._site.base_url.partition("://")[2].rstrip("/")
        return Card(view.plain_title, names, identifier, view.categories, day.date.isoformat(), place)

    def _paper(self, day: Day, identifier: str) -> str:
        words, shown = self._words, self._shown(day)
        place = shown.places[identifier]
        view, paper = shown.items[place].paper, shown.by_identifier[identifier].paper
        names = tuple(filter(None, map(html.plain_from_tex, paper.authors)))
        abstract = html.plain_from_tex(paper.abstract)
        address = f"{self._site.base_url}p/{view.file}.html" if self._site.base_url else ""
        submitted = paper.updated_at or paper.published_at
        changes = {True: words.abstract_changed, False: words.abstract_unchanged}
        return self._render(
            "paper.html.j2",
            "../",
            title=view.translated_title or view.plain_title,
            heading=_dated(words.day_title, day.date),
            description=view.gist.text,
            layout="full",
            p=view,
            day=day,
            citation=citation.elements(paper, view.plain_title, names),
            json_ld=citation.json_ld(paper, view.plain_title, names, abstract, address),
            address=address,
            card=f"{self._site.base_url}p/{view.file}.png" if self._site.base_url else "",
            card_size=card.SIZE,
            authors_at_once=AUTHORS_AT_ONCE,
            here=words.version_here.format(
                version=f"v{paper.version}", date=submitted.date().isoformat() if submitted else "–"
            ),
            later=[
                (
                    each.version,
                    each.date,
                    words.version_later.format(
                        version=f"v{each.version}",
                        change=words.withdrawn if each.withdrawn else changes[each.abstract_changed],
                        date=each.date,
                    ),
                )
                for each in view.later
            ],
            related=[self._related(each) for each in self._book.related(identifier)],
            before=shown.items[place - 1].paper if place else None,
            after=shown.items[place + 1].paper if place + 1 < len(shown.items) else None,
        )

    def _related(self, each: Related) -> dict[str, object]:
        entry = each.entry
        return {
            "file": lists.file_of(entry.identifier),
            "title": html.line_from_tex(entry.title) or self._words.untitled,
            "translated_title": html.plain_from_answer(entry.translated_title),
            "day": entry.day,
            "terms": self._words.shared_terms.format(terms=", ".join(each.terms[:4])),
        }

    def _script(self, day: Day, identifier: str) -> str:
        """What other pages show of a paper, as a script: one from the disk may load nothing else."""
        shown = self._shown(day)
        view = shown.items[shown.places[identifier]].paper
        body = self._render("body.html.j2", "../", p=view, authors_at_once=AUTHORS_AT_ONCE)
        told: dict[str, Json] = {
            "id": identifier,
            "day": day.date.isoformat(),
            "title": view.plain_title,
            "translated": view.translated_title,
            "gist": "" if view.gist.is_beginning else view.gist.text,
            "csl": view.csl,
            "body": body,
        }
        return f"digest.paper({citation.in_script(told)});\n"

    def _update(self, each: PaperUpdate, root: str) -> dict[str, object]:
        words = self._words
        if each.withdrawn:
            change = words.withdrawn
        else:
            change = words.abstract_changed if each.abstract_changed else words.abstract_unchanged
        return {
            "versioned": each.paper.versioned,
            "title": html.line_from_tex(each.paper.title) or words.untitled,
            "before": f"v{each.claimed_version} · {each.claimed_date}",
            "href": f"{root}d/{each.claimed_date}.html#{lists.anchor(each.paper.identifier)}",
            "change": change,
        }

    # --- lists --------------------------------------------------------------------------------------------------------

    def lists(self, touched: Touched) -> Iterator[Unit]:
        changed = {year_of(day) for day in touched.changed}
        for of, count in touched.lists.items():
            size = self._book.size(of)
            if not size:
                yield Unit(f"{of.path}.html")
                yield from (Unit(f"{of.path}.{year}.html") for year in changed)
                continue
            years = dict(self._book.years(of))
            yield self._page(f"{of.path}.html", partial(self._list, of, size, years))
            earlier = [*years][1:] if size > LISTED else []
            for year in sorted(_years_touched(years, changed, size, count)):
                path = f"{of.path}.{year}.html"
                yield (
                    self._page(path, partial(self._list_of_year, of, year, years[year]))
                    if year in earlier
                    else Unit(path)
                )

    def _heading(self, of: ListName) -> str:
        form = {"c": self._words.category_title, "t": self._words.tag_title, "a": self._words.author_title}.get(
            of.kind, "{name}"
        )
        name = name_in(self._site.language, of.label) if of.kind == "c" else ""
        return form.format(name=f"{of.label} {name}".rstrip())

    def _list(self, of: ListName, size: int, years: dict[str, int]) -> str:
        newest, *earlier = years if size > LISTED else [""]
        has_more = years.get(newest, 0) > LISTED
        return self._listing(
            self._heading(of),
            size,
            items=self._book.items(of, LISTED),
            months=self._dates_of_year(of, newest) if has_more else [],
            within=of.path,
            years=[(year, f"{of.path}.{year}.html", years[year]) for year in earlier],
            feed=_feed_of(of),
        )

    def _list_of_year(self, of: ListName, year: str, count: int) -> str:
        few = count <= LISTED_A_YEAR
        return self._listing(
            f"{self._heading(of)} · {year}",
            count,
            items=self._book.items(of, LISTED_A_YEAR, year) if few else [],
            months=[] if few else self._dates_of_year(of, year),
            within=of.path,
            up=f"{of.path}.html",
        )

    def _dates_of_year(self, of: ListName, year: str) -> list[_MonthView]:
        return self._months(self._book.dates_in(of, 366, year))

    def _listing(self, heading: str, total: int, items: Sequence[str], **values: object) -> str:
        otherwise = {"years": [], "months": [], "days": [], "within": "", "up": "", "feed": ""}
        # Joined here: a template would look at each of the thousands of items of a date's lists, whether it is safe.
        joined = [Markup("\n".join(items))] if items else []
        shown = {**otherwise, **values, "items": joined, "total": total}
        return self._render("listing.html.j2", "../", title=heading, heading=heading, **shown)

    def _months(self, days: Iterable[tuple[date, int]]) -> list[_MonthView]:
        """Dates, newest first, by month."""
        views = []
        for _, group in groupby(days, key=lambda each: (each[0].year, each[0].month)):
            of_month = list(group)
            month = month_of(of_month[0][0])
            views.append(_MonthView(month, self._month_title(month), sum(count for _, count in of_month), of_month))
        return views

    # --- months, years, and what is over them -------------------------------------------------------------------------

    def periods(self, touched: Touched) -> Iterator[Unit]:
        for month in sorted({month_of(day) for day in touched.changed}):
            path = f"m/{month}.html"
            days = self._book.days_of(month)
            yield self._page(path, partial(self._month, month, days)) if days else Unit(path)
        for period in self._reviewed(touched.changed):
            yield self._page(period.path, partial(self._review, period)) if self._has(period) else Unit(period.path)
        for year in sorted({year_of(day) for day in touched.changed}):
            path = f"y/{year}.html"
            yield self._page(path, partial(self._year, year)) if self._book.days_of(year) else Unit(path)

    def _month(self, month: str, days: list[Day]) -> str:
        found = self._book.items(ALL, LISTED_A_MONTH + 1, month)
        items = found if len(found) <= LISTED_A_MONTH else []
        total = sum(day.counts.shown for day in days)
        return self._listing(self._month_title(month), total, items=items, days=days, up="archive.html")

    @staticmethod
    def _reviewed(changed: Iterable[date]) -> list[review.Period]:
        """The weeks and months of `changed`, and their neighbours, which link to them or compare with them."""
        around = {of(day) for day in changed for of in (review.week_of, review.month_around)}
        around |= {each for period in set(around) for each in (period.before, period.after)}
        return sorted(around, key=lambda each: each.name)

    def _has(self, period: review.Period) -> bool:
        return bool(self._book.entries(ALL, period.first, period.last, 1))

    def _review(self, period: review.Period) -> str:
        entries = self._book.entries(ALL, period.first, period.last, -1)
        before = self._book.entries(ALL, period.before.first, period.before.last, -1)
        found = review.topics(entries, before)
        heading = period.title(self._words)
        return self._render(
            "review.html.j2",
            "../",
            title=heading,
            heading=heading,
            total=len(entries),
            topics=found,
            has_before=bool(before),
            growing=review.moved(found, up=True) if before else [],
            falling=review.moved(found, up=False) if before else [],
            most=review.ROWS_IN_A_GROUP,
            row=review.row,
            earlier=period.before if before else None,
            later=period.after if self._has(period.after) else None,
        )

    def _year(self, year: str) -> str:
        months = self._months((day.date, day.counts.shown) for day in self._book.days_of(year))
        return self._render("year.html.j2", "../", title=year, heading=year, months=months)

    def overviews(self) -> Iterator[Unit]:
        yield self._page("archive.html", self._archive)
        yield self._page("tags.html", self._tags)

    def _archive(self) -> str:
        years = self._years()
        newest = years[0][0] if years else ""
        days = self._book.days_of(newest) if newest else []
        return self._render(
            "archive.html.j2",
            "",
            title=self._words.archive,
            heading=self._words.archive,
            current="archive.html",
            reviews=self._newest_reviews(),
            newest=newest,
            months=self._months((day.date, day.counts.shown) for day in days),
            years=years[1:],
            categories=self._book.lists("c")[:_CLOUD],
        )

    def _newest_reviews(self) -> list[review.Period]:
        """The last weeks and months that have papers, newest first."""
        days = [day.date for day in self._book.newest(60) if day.counts.shown]
        weeks = dict.fromkeys(map(review.week_of, days))
        return [*list(weeks)[:8], *list(dict.fromkeys(map(review.month_around, days)))[:3]]

    def _years(self) -> list[tuple[str, int]]:
        """The years that have dates, newest first, with their papers."""
        counted = dict(self._book.years(ALL))
        newest = self._book.newest(1)
        if newest:
            counted.setdefault(year_of(newest[0].date), 0)  # a year may begin with dates that have no papers
        return sorted(counted.items(), reverse=True)

    def _tags(self) -> str:
        words = self._words
        return self._render(
            "tags.html.j2",
            "",
            title=words.tags,
            heading=words.tags,
            current="tags.html",
            tags=[*self._book.lists("i"), *self._book.lists("t")],
        )

    def figures(self) -> Unit:
        return self._page("figures.html", self._figures)

    def _figures(self) -> str:
        words, newest = self._words, self._book.newest(_CHARTED_DAYS)
        a_day = [
            Bar(f"{day.date:%m-%d}", day.counts.announced, f"{day.date}: {day.counts.announced}", f"d/{day.date}.html")
            for day in reversed(newest)
        ]
        a_category = [
            Bar(of.label, count, f"{of.label}: {count}", f"{of.path}.html") for of, count in self._book.lists("c")[:12]
        ]
        costs = self._book.costs()[-_CHARTED_MONTHS:]
        tokens = [Bar(each.month, each.tokens, f"{each.month}: {each.tokens:,}") for each in costs]
        money = [
            Bar(each.month, float(each.money), f"{each.month}: {each.money:.2f}")
            for each in costs
            if each.money is not None
        ]
        found = (
            (words.papers_a_day, charts.columns(a_day, _described(words.papers_a_day, a_day))),
            (words.papers_a_category, charts.rows(a_category, _described(words.papers_a_category, a_category))),
            (words.tokens_a_month, charts.columns(tokens, _described(words.tokens_a_month, tokens))),
            (words.money_a_month, charts.columns(money, _described(words.money_a_month, money))),
        )
        return self._render(
            "figures.html.j2",
            "",
            title=words.figures,
            heading=words.figures,
            current="figures.html",
            charts=[(name, drawn) for name, drawn in found if drawn],
        )

    # --- feeds --------------------------------------------------------------------------------------------------------

    def feed_files(self, touched: Touched) -> Iterator[Unit]:
        if self._site.base_url:
            yield self._opml()
        yield from self._feed("feed", "index.html", ALL, touched)
        for of in touched.lists:
            yield from self._feed(_feed_of(of), f"{of.path}.html", of, touched)

    def _feed(self, path: str, page: str, of: ListName, touched: Touched) -> Iterator[Unit]:
        dates = self._book.dates_in(of, feeds.DATES_IN_A_FEED)
        if not dates and of != ALL:
            yield Unit(path)
        elif touched.everything or len(dates) < feeds.DATES_IN_A_FEED or max(touched.changed) >= dates[-1][0]:
            made = _Once(partial(self._fed, path, page, of, dates))
            xml, json = partial(lambda: feeds.atom(made.get())), partial(lambda: feeds.json_feed(made.get()))
            yield Unit(path, (PlannedFile(f"{path}.xml", xml), PlannedFile(f"{path}.json", json)))

    def _fed(self, path: str, page: str, of: ListName, dates: Sequence[tuple[date, int]]) -> feeds.Feed:
        title = self._title if of == ALL else self._words.feed_title.format(title=self._title, scope=of.label)
        days = [(day, count) for at, count in dates if (day := self._book.day(at))]
        # Of entries that changed at the same time, the newer date goes first.
        days.sort(key=lambda each: (each[0].changed_at, each[0].date), reverse=True)
        items: list[feeds.FeedItem] = []
        size = 0
        for day, count in days:
            entries = self._book.entries(of, day.date, day.date, ENTRIES_IN_A_FEED)
            whole = size < FULL_FEED
            if self._site.feed_entries == "paper":
                more = [self._paper_item(day, each, whole=whole) for each in entries[: ENTRIES_IN_A_FEED - len(items)]]
            else:
                more = [self._day_item(day, count, entries, whole=whole)]
            items += more
            size += sum(len(each.content) for each in more)
        return feeds.Feed(self._site.name, of.label, title, self._words.lang, self._site.base_url, path, page, items)

    def _day_item(self, day: Day, count: int, entries: Sequence[Entry], *, whole: bool) -> feeds.FeedItem:
        words = self._words
        lines = Markup("").join(
            Markup('<li><a href="{}">{}</a>{}</li>').format(
                self._paper_address(each), html.plain_from_tex(each.title) or words.untitled, self._told(each, whole)
            )
            for each in entries
        )
        more = Markup("<p>{}</p>").format(words.and_more.format(count=count - len(entries)))
        more = more if count > len(entries) else Markup("")
        return feeds.FeedItem(
            date=day.date,
            title=" · ".join((_dated(words.day_title, day.date), words.count(count), *words.lacking(day.counts))),
            summary="; ".join(self._gist(each) for each in entries[:5]),
            content=Markup("<ol>{}</ol>{}").format(lines, more),
            published_at=min(day.changed_at, self._beginning(day.date)),
            updated_at=day.changed_at,
            page=f"d/{day.date}.html",
        )

    def _paper_item(self, day: Day, entry: Entry, *, whole: bool) -> feeds.FeedItem:
        return feeds.FeedItem(
            date=day.date,
            title=html.plain_from_tex(entry.title) or self._words.untitled,
            summary=self._gist(entry),
            content=self._told(entry, whole),
            published_at=min(day.changed_at, self._beginning(day.date)),
            updated_at=day.changed_at,
            paper=entry.identifier,
            page=f"p/{lists.file_of(entry.identifier)}.html",
        )

    def _paper_address(self, entry: Entry) -> str:
        base = self._site.base_url
        page = f"{base}p/{lists.file_of(entry.identifier)}.html"
        return page if base else f"https://arxiv.org/abs/{entry.identifier}"

    def _gist(self, entry: Entry) -> str:
        return html.plain_from_answer(entry.gist) or html.plain_from_tex(entry.title) or self._words.untitled

    def _told(self, entry: Entry, whole: bool) -> Markup:
        """What a feed says of a paper. Readers of feeds drop MathML: formulas are text there."""
        gist = Markup("<strong>{}</strong>").format(html.plain_from_answer(entry.gist)) if entry.gist else ""
        said = (
            html.plain_from_answer(entry.translated_title),
            Markup("<small>{}</small>").format(lists.authors(entry, self._words)),
            gist,
            html.plain_from_answer(entry.abstract) if whole else "",
        )
        return Markup("").join(Markup("<p>{}</p>").format(each) for each in said if each)

    def _opml(self) -> Unit:
        """The feeds of the digest, its categories and its topics. Those of authors, thousands, are on their pages."""
        found = [(self._title, "feed", "index.html")]
        for kind in ("c", "t"):
            found += [(of.label, _feed_of(of), f"{of.path}.html") for of, _ in self._book.lists(kind)]
        return Unit("opml", (PlannedFile("feeds.opml", partial(feeds.opml, self._title, self._site.base_url, found)),))

    def _beginning(self, day: date) -> datetime:
        """Midnight at which `day` begins, UTC."""
        return datetime.combine(day, time(), ZoneInfo(self._site.timezone)).astimezone(timezone.utc)

    # --- the index ----------------------------------------------------------------------------------------------------

    def search_overview(self, merged: set[str]) -> Unit:
        found = search.periods(self._book.months(), merged)
        return Unit("s", (PlannedFile("s/periods.js", partial(search.overview, found)),))

    def search_files(self, touched: Touched, merged: set[str]) -> Iterator[Unit]:
        found = {period.name: period for period in search.periods(self._book.months(), merged)}
        months = sorted({month_of(day) for day in touched.changed})
        for month in months:
            yield self._titles(month)
        again = [month for month, _ in self._book.months() if month[:4] in touched.split]
        for name in sorted({*months, *again}):
            yield self._index_of(name, found.get(name))
        for year, wanted in sorted(touched.joining.items()):
            yield self._year_of_index(year, wanted)
        for year in sorted(touched.joined):
            yield from (Unit(f"s/{year}-{month:02}") for month in range(1, 13))
        yield from (Unit(f"s/{year}") for year in sorted(touched.split))

    def _titles(self, month: str) -> Unit:
        days = self._book.days_of(month)
        entries = search.in_order(self._book.entries(ALL, days[-1].date, days[0].date, -1)) if days else []
        size = search.TITLES_A_FILE
        parts = [entries[start : start + size] for start in range(0, len(entries), size)]
        return Unit(
            f"s/titles-{month}",
            tuple(
                PlannedFile(f"s/titles-{month}-{number}.js", partial(search.titles, month, number, part))
                for number, part in enumerate(parts)
            ),
        )

    def _index_of(self, name: str, period: search.Period | None) -> Unit:
        return Unit(f"s/{name}", self._buckets(period, range(period.buckets))) if period else Unit(f"s/{name}")

    def _year_of_index(self, year: str, wanted: range) -> Unit:
        (period,) = (each for each in search.periods(self._book.months(), {year}) if each.name == year)
        # The first files take the place of what an earlier, unfinished try left.
        return Unit(f"s/{year}", self._buckets(period, wanted), adds=wanted.start > 0)

    def _buckets(self, period: search.Period, wanted: range) -> tuple[PlannedFile, ...]:
        made = _Once(lambda: dict(search.bucket_files(period, self._book.words(period.name), wanted)))
        return tuple(
            PlannedFile(f"s/{period.name}-{index}.js", partial(lambda index: made.get()[index], index))
            for index in wanted
        )

    # --- in common ----------------------------------------------------------------------------------------------------

    def _month_title(self, month: str) -> str:
        return self._words.month_title.format(year=int(month[:4]), month=int(month[5:]))

    def _page(self, path: str, render: Callable[[], str]) -> Unit:
        return Unit(path, (PlannedFile(path, render),))

    def _render(self, template: str, root: str, **values: object) -> str:
        environment = _environment(self._site.templates, self._site.language)
        with user_templates.rendering(template):
            return environment.get_template(template).render(
                {"description": "", "current": "", "feed": "", "layout": "", "layouts": False, **values},
                w=self._words,
                site=self._site,
                site_title=self._title,
                version=version(),
                root=root,
            )


def _feed_of(of: ListName) -> str:
    """The path of a list's feed, without its ending: those of categories were there before the others'."""
    return f"f/{of.slug}" if of.kind == "c" else f"f/{of.path}"


def _years_touched(years: dict[str, int], changed: set[str], size: int, count: int) -> set[str]:
    """The years whose page in a list is to be made or to go. `years`: those in which the list has papers, newest
    first, with how many; `size`: of all; `count` of its papers changed at most, in the years `changed`."""
    if size - count <= LISTED < size + count:
        return {*years, *changed}  # it has just become long, or short again
    if size <= LISTED:
        return set()
    newest, *earlier = years
    begun = earlier[:1] if years[newest] <= count else []  # the year that was the newest before
    return {*changed, newest, *begun}


class _Once:
    """Something that is made when it is first asked for."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def get(self) -> Any:
        if self._made is None:
            self._made = self._make()
        return self._made


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    """The second of each pair by the first, in order."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)


def _key(content: object) -> str:
    return hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:20]


def _dated(form: str, day: date) -> str:
    return form.format(year=day.year, month=day.month, day=day.day)


def _described(name: str, bars: Sequence[Bar]) -> str:
    return f"{name}: " + ", ".join(bar.title for bar in bars[-12:])
