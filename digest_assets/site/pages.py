"""Which files of the site a change of dates touches, and what they say.

`plan` is lazy twice over: a file's text is made only when it is asked for, and a date's papers are loaded only for
that. What it plans is proportional to the dates that changed: their own pages and their neighbours' links, the lists
that their papers are in, the pages, feeds and search files of their month and year. Everything else that these show is
a look-up in the book; no page grows with all that came before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, partial
from importlib import resources
from itertools import groupby
from zoneinfo import ZoneInfo

from markupsafe import Markup

from digest_assets import user_templates
from digest_assets.arxiv.taxonomy import name_in
from digest_assets.model import PaperUpdate
from digest_assets.ranking.stars import Weighed
from digest_assets.site import card, charts, citation, day_document, day_view, empty, html, lists, review, search
from digest_assets.site.card import Card
from digest_assets.site.charts import Bar
from digest_assets.site.citation import Json
from digest_assets.site.day_document import llms_text
from digest_assets.site.feed_files import MONTHS, WEEKS, FeedFiles, feed_of
from digest_assets.site.frame import WITHIN, environment, version
from digest_assets.site.paper_view import PaperView, paper_view
from digest_assets.site.periods import Periods, ReadPart
from digest_assets.site.planned import PlannedFile, Touched, Unit, dated
from digest_assets.site.search_files import SearchFiles
from digest_assets.site.values import (
    ALL,
    NOTHING,
    Book,
    Day,
    DayPapers,
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
_CHARTED_DAYS = 60
_CHARTED_MONTHS = 24
_CLOUD = 400
"""So many categories or topics stand on one page."""


def plan(site: Site, book: Book, source: Source, touched: Touched, periods: Periods, read: ReadPart) -> Iterator[Unit]:
    """The files that `touched` makes anew. `periods`: of the search index, as they become; `read`: its files."""
    pages = _Pages(site, book, source)
    if touched.everything:
        yield from pages.fixed()
    if touched.changed:
        yield from pages.dates(touched)
        yield from pages.lists(touched)
        yield from pages.periods(touched)
        yield from pages.feeds.touched(touched)
    if touched.changed or touched.joins:
        yield from SearchFiles(book, periods, read).touched(touched)
    if touched.changed or touched.everything:
        yield from pages.overviews()
    if touched.changed or touched.everything or touched.costs:
        yield pages.figures()


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

    def __init__(
        self, loaded: DayPapers, papers: list[PaperView], words: SiteWords, weighed: Mapping[str, Weighed]
    ) -> None:
        self.loaded = loaded
        self.weighed = weighed
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
        self.feeds = FeedFiles(site, book, self._title)
        self._kept: _Shown | None = None

    # --- files that dates do not change -------------------------------------------------------------------------------

    def fixed(self) -> Iterator[Unit]:
        folder = resources.files("digest_assets.site") / "static"
        own = {each.name: partial(_shipped, each.name, partial(each.read_text, "utf-8")) for each in folder.iterdir()}
        if self._site.templates is not None:
            users = self._site.templates / WITHIN / "static"
            for each in users.iterdir() if users.is_dir() else ():
                own[each.name] = partial(each.read_text, "utf-8")
        yield Unit("s/simplified", (PlannedFile("s/simplified.js", search.simplifying),))
        yield Unit("assets", tuple(PlannedFile(f"assets/{name}", read) for name, read in own.items()))
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
        if self._book.identifiers(day.date):
            files.append(PlannedFile(f"{path}.words.js", partial(self._words_of, day)))
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
            title=self._title if current else dated(words.day_title, day.date),
            heading=dated(words.day_title, day.date),
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

    def _words_of(self, day: Day) -> str:
        """What a browser puts the papers of a date in order by, as a script that `static/stars.js` loads."""
        weighed = self._shown(day).weighed.items()
        rows = [[identifier, each.usual, each.written] for identifier, each in weighed]
        return f'digest.words("{day.date}",{citation.in_script(rows)});\n'

    def _all(self, day: Day) -> str:
        heading = dated(self._words.day_title, day.date)
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
            self._kept = _Shown(loaded, papers, self._words, self._source.weighed(loaded))
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
            heading=dated(words.day_title, day.date),
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
            "words": shown.weighed[identifier].written,
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
            feed=feed_of(of),
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
            feed=WEEKS if period.is_week else MONTHS,
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
        words, years = self._words, self._years()
        newest = years[0][0] if years else ""
        days = self._book.days_of(newest) if newest else []
        return self._render(
            "archive.html.j2",
            "",
            title=words.archive,
            heading=words.archive,
            current="archive.html",
            reviews=self._newest_reviews(),
            review_feeds=[(words.weeks, WEEKS), (words.months, MONTHS)],
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

    # --- in common ----------------------------------------------------------------------------------------------------

    def _month_title(self, month: str) -> str:
        return self._words.month_title.format(year=int(month[:4]), month=int(month[5:]))

    def _page(self, path: str, render: Callable[[], str]) -> Unit:
        return Unit(path, (PlannedFile(path, render),))

    def _render(self, template: str, root: str, **values: object) -> str:
        found = environment(self._site.templates, self._site.language)
        with user_templates.rendering(template):
            return found.get_template(template).render(
                {"description": "", "current": "", "feed": "", "layout": "", "layouts": False, **values},
                w=self._words,
                site=self._site,
                site_title=self._title,
                version=version(),
                root=root,
            )


def _shipped(name: str, read: Callable[[], str]) -> str:
    """A script without its comments and indents, which are a fifth of it; another file as it is."""
    if not name.endswith(".js"):
        return read()
    lines = (line.strip() for line in read().splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


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


def _described(name: str, bars: Sequence[Bar]) -> str:
    return f"{name}: " + ", ".join(bar.title for bar in bars[-12:])
