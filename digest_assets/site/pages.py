"""Every file of the site, each with a key: where the key is what it was, the file need not be made again.

`plan` is lazy twice over: a file's text is made only when it is asked for, and a date's papers are loaded only for
that. A new date thus costs its own page, its neighbours' links, and the lists, feeds and search files of its month.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from importlib import resources
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from digest_assets.site import charts, feeds, html, search
from digest_assets.site.charts import Bar
from digest_assets.site.paper_view import anchor, paper_view
from digest_assets.site.values import AUTHORS_SHOWN, Day, DayPapers, Entry, SearchText, Site, Tag, month_of, slug
from digest_assets.site.words import SITE_WORDS, SiteWords

LISTED = 100
"""So many papers stand on the first page of a list; the others are on a page a month, which then never changes."""
AUTHORS_AT_ONCE = 12
"""Of a longer list the others unfold."""
_CHARTED_DAYS = 60


@dataclass(frozen=True, slots=True)
class PlannedFile:
    path: str
    """Below the site's folder, with slashes."""
    key: str
    """Of all that the file is made of."""
    render: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Loaders:
    """Where the texts of papers come from, when they are needed."""

    day: Callable[[date], DayPapers]
    texts: Callable[[date, date], Sequence[SearchText]]
    """Of the papers of the dates from the first to before the second."""


def plan(site: Site, loaders: Loaders) -> Iterator[PlannedFile]:
    """The files of `site`."""
    pages = _Pages(site, loaders)
    yield from pages.assets()
    yield from pages.dates()
    yield from pages.lists()
    yield from pages.overviews()
    yield from pages.feed_files()
    yield from pages.search_index()


@lru_cache(maxsize=1)
def version() -> str:
    """Of everything that a page is rendered by: another program makes all files anew."""
    digest = hashlib.sha256()
    for package in ("digest_assets.site", "digest_assets.publishing"):
        for folder in ("", "templates", "static"):
            root = resources.files(package) / folder
            for each in sorted(root.iterdir(), key=lambda each: each.name) if root.is_dir() else ():
                if each.is_file() and not each.name.endswith(".pyc"):
                    digest.update(each.name.encode() + each.read_bytes())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("digest_assets.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class _EntryView:
    day: date
    anchor: str
    title: Markup
    authors: str
    more_authors: str
    categories: tuple[str, ...]
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class _MonthView:
    name: str
    title: str
    papers: int
    days: list[Day]


class _Pages:
    """The files of one site."""

    def __init__(self, site: Site, loaders: Loaders) -> None:
        self._site = site
        self._loaders = loaders
        self._words: SiteWords = SITE_WORDS[site.language]
        self._title = self._words.site_title.format(categories=" ".join(site.categories))
        self._frame = (version(), site.name, site.language, site.categories, site.notice, site.base_url, site.timezone)
        self._by_category = _grouped((category, each) for each in site.entries for category in each.categories)
        self._categories = {
            name: found for name, found in self._by_category.items() if name in site.categories or len(found) > 1
        }
        self._by_month = _grouped((month_of(each.day), each) for each in site.entries)
        self._fingerprints = {day.date: day.fingerprint for day in site.days}

    # --- files as they are --------------------------------------------------------------------------------------------

    def assets(self) -> Iterator[PlannedFile]:
        folder = resources.files("digest_assets.site") / "static"
        for each in folder.iterdir():
            yield PlannedFile(f"assets/{each.name}", version(), partial(each.read_text, "utf-8"))

    # --- a page a date ------------------------------------------------------------------------------------------------

    def dates(self) -> Iterator[PlannedFile]:
        days = self._site.days
        for index, day in enumerate(days):
            later = days[index - 1].date if index else None
            earlier = days[index + 1].date if index + 1 < len(days) else None
            yield self._file(
                f"d/{day.date}.html",
                partial(self._date, day, earlier, later),
                (day.fingerprint, earlier, later, tuple(sorted(self._categories))),
            )
        newest = next((day for day in days if day.counts.announced), days[0] if days else None)
        if newest is not None:
            earlier = next((day.date for day in days if day.date < newest.date), None)
            yield self._file(
                "index.html",
                partial(self._date, newest, earlier, None, root="", current="index.html"),
                (newest.fingerprint, earlier, tuple(sorted(self._categories))),
            )

    def _date(self, day: Day, earlier: date | None, later: date | None, root: str = "../", current: str = "") -> str:
        words, loaded = self._words, self._loaders.day(day.date)
        zone = ZoneInfo(self._site.timezone)
        papers = [
            paper_view(
                each,
                loaded.tags.get(each.paper.identifier, ()),
                words,
                each.announcement.announced_at.astimezone(zone).date().isoformat(),
            )
            for each in loaded.papers
        ]
        present = _grouped((category, each) for each in loaded.papers for category in each.paper.categories)
        chosen = [name for name in present if name in self._site.categories]
        others = sorted((name for name in present if name not in chosen), key=lambda name: (-len(present[name]), name))
        reasons = words.filter_reasons
        return self._render(
            "day.html.j2",
            root,
            title=self._title if current else _dated(words.day_title, day.date),
            heading=_dated(words.day_title, day.date),
            current=current,
            description="; ".join(paper.plain_title for paper in papers[:5]),
            day=day,
            papers=papers,
            categories=[(name, len(present[name])) for name in [*chosen, *others[:5]]],
            known_categories=self._categories,
            authors_at_once=AUTHORS_AT_ONCE,
            left_out=[
                {
                    "identifier": each.identifier,
                    "title": html.line_from_tex(each.title),
                    "reason": reasons.get(each.reason.value, each.reason.value),
                }
                for each in loaded.left_out
            ],
            earlier=earlier,
            later=later,
        )

    # --- lists --------------------------------------------------------------------------------------------------------

    def lists(self) -> Iterator[PlannedFile]:
        words = self._words
        for name, found in self._categories.items():
            yield from self._list(f"c/{name}", words.category_title.format(name=name), found, feed=f"f/{name}")
        by_tag: dict[Tag, list[Entry]] = _grouped((tag, each) for each in self._site.entries for tag in each.tags)
        for tag, found in by_tag.items():
            yield from self._list(f"t/{tag.slug}", words.tag_title.format(name=tag.label), found)
        people = _grouped(
            (name, each)
            for each in self._site.entries
            for name in dict.fromkeys(map(html.plain_from_tex, each.authors[:AUTHORS_SHOWN]))
            if name
        )
        for name, found in people.items():
            yield from self._list(f"a/{slug(name)}", words.author_title.format(name=name), found)
        days = _grouped((month_of(day.date), day) for day in self._site.days)
        for month, of_month in days.items():
            yield self._listing(
                f"m/{month}", self._month_title(month), self._by_month.get(month, []), days=tuple(of_month)
            )
        yield self._file(
            "tags.html",
            partial(self._tags, by_tag),
            tuple(sorted((tag.slug, tag.label, len(found)) for tag, found in by_tag.items())),
        )

    def _list(self, path: str, heading: str, found: list[Entry], feed: str = "") -> Iterator[PlannedFile]:
        """A list of its newest papers; where there are more, with a page a month of all of them."""
        months: tuple[tuple[str, str, int], ...] = ()
        if len(found) > LISTED:
            of_month = _grouped((month_of(each.day), each) for each in found)
            months = tuple((month, f"{path}-{month}.html", len(each)) for month, each in of_month.items())
            for month, each in of_month.items():
                yield self._listing(f"{path}-{month}", f"{heading} · {self._month_title(month)}", each)
        yield self._listing(path, heading, found[:LISTED], total=len(found), months=months, feed=feed)

    def _listing(
        self,
        path: str,
        heading: str,
        shown: list[Entry],
        *,
        total: int | None = None,
        months: tuple[tuple[str, str, int], ...] = (),
        days: tuple[Day, ...] = (),
        feed: str = "",
    ) -> PlannedFile:
        return self._file(
            f"{path}.html",
            partial(
                self._listed,
                heading,
                shown,
                len(shown) if total is None else total,
                months=months,
                days=days,
                feed=feed,
            ),
            (heading, total, months, tuple((day.date, day.counts) for day in days), feed, tuple(map(_shown_of, shown))),
        )

    def _listed(
        self,
        heading: str,
        shown: list[Entry],
        total: int,
        *,
        months: tuple[tuple[str, str, int], ...],
        days: tuple[Day, ...],
        feed: str,
    ) -> str:
        return self._render(
            "listing.html.j2",
            "../",
            title=heading,
            heading=heading,
            total=total,
            list=[self._entry(each) for each in shown],
            months=months,
            days=days,
            feed=feed,
        )

    def _entry(self, entry: Entry) -> _EntryView:
        words = self._words
        title = html.line_from_tex(entry.title) or Markup("{}").format(words.untitled)
        names = [html.plain_from_tex(name) for name in entry.authors]
        return _EntryView(
            day=entry.day,
            anchor=anchor(entry.identifier),
            title=title,
            authors=", ".join(names[:8]) or words.no_authors,
            more_authors=words.more_authors.format(count=len(names)) if len(names) > 8 else "",
            categories=entry.categories,
            withdrawn=entry.withdrawn,
        )

    def _tags(self, by_tag: dict[Tag, list[Entry]]) -> str:
        counted = sorted(
            ((tag, len(found)) for tag, found in by_tag.items()), key=lambda each: (-each[1], each[0].name)
        )
        return self._render(
            "tags.html.j2", "", title=self._words.tags, heading=self._words.tags, current="tags.html", tags=counted
        )

    # --- overviews ----------------------------------------------------------------------------------------------------

    def overviews(self) -> Iterator[PlannedFile]:
        counts = tuple((day.date, day.counts) for day in self._site.days)
        categories = tuple((name, len(found)) for name, found in self._ranked_categories())
        yield self._file("archive.html", self._archive, (counts, categories))
        yield self._file("figures.html", self._figures, (counts, categories, self._site.costs))
        for name, heading in (("search", self._words.search), ("marked", self._words.marked)):
            render = partial(
                self._render, f"{name}.html.j2", "", title=heading, heading=heading, current=f"{name}.html"
            )
            yield self._file(f"{name}.html", render, ())

    def _ranked_categories(self) -> list[tuple[str, list[Entry]]]:
        return sorted(self._categories.items(), key=lambda each: (-len(each[1]), each[0]))

    def _archive(self) -> str:
        years: dict[str, list[_MonthView]] = defaultdict(list)
        for month, days in _grouped((month_of(day.date), day) for day in self._site.days).items():
            papers = len(self._by_month.get(month, ()))
            years[month[:4]].append(_MonthView(month, self._month_title(month), papers, days))
        return self._render(
            "archive.html.j2",
            "",
            title=self._words.archive,
            heading=self._words.archive,
            current="archive.html",
            years=list(years.items()),
            categories=[(name, len(found)) for name, found in self._ranked_categories()],
        )

    def _figures(self) -> str:
        words, newest = self._words, self._site.days[:_CHARTED_DAYS]
        a_day = [
            Bar(f"{day.date:%m-%d}", day.counts.announced, f"{day.date}: {day.counts.announced}", f"d/{day.date}.html")
            for day in reversed(newest)
        ]
        a_category = [
            Bar(name, len(found), f"{name}: {len(found)}", f"c/{name}.html")
            for name, found in self._ranked_categories()[:12]
        ]
        costs = self._site.costs[-24:]
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

    def feed_files(self) -> Iterator[PlannedFile]:
        yield from self._feed("feed", "index.html", "", self._site.entries)
        for name, found in self._categories.items():
            yield from self._feed(f"f/{name}", f"c/{name}.html", name, found)

    def _feed(self, path: str, page: str, scope: str, entries: Iterable[Entry]) -> Iterator[PlannedFile]:
        by_day = _grouped((each.day, each) for each in entries)
        days = [day for day in self._site.days if day.date in by_day][: feeds.DATES_IN_A_FEED]
        content = tuple((day.date, day.fingerprint, day.changed_at) for day in days)
        for ending, write in ((".xml", feeds.atom), (".json", feeds.json_feed)):
            make = partial(self._written_feed, write, path, page, scope, days, by_day)
            yield self._file(path + ending, make, content)

    def _written_feed(
        self,
        write: Callable[[feeds.Feed], str],
        path: str,
        page: str,
        scope: str,
        days: Sequence[Day],
        by_day: dict[date, list[Entry]],
    ) -> str:
        title = self._words.feed_title.format(title=self._title, scope=scope) if scope else self._title
        up = self._site.base_url or "../" * path.count("/")
        items = [self._feed_item(day, by_day[day.date], up) for day in days]
        name, language = self._site.name, self._words.lang
        return write(feeds.Feed(name, scope, title, language, self._site.base_url, path, page, items))

    def _feed_item(self, day: Day, entries: Sequence[Entry], up: str) -> feeds.FeedItem:
        words = self._words
        lines = Markup("").join(
            Markup('<li><a href="{}d/{}.html#{}">{}</a><br>{}</li>').format(
                up, each.day, anchor(each.identifier), html.line_from_tex(each.title), self._entry(each).authors
            )
            for each in entries
        )
        return feeds.FeedItem(
            date=day.date,
            title=f"{_dated(words.day_title, day.date)} · {words.papers.format(count=len(entries))}",
            summary="; ".join(html.plain_from_tex(each.title) for each in entries[:5]),
            content=Markup("<ol>{}</ol>").format(lines),
            updated_at=day.changed_at,
        )

    # --- the index ----------------------------------------------------------------------------------------------------

    def search_index(self) -> Iterator[PlannedFile]:
        found = search.periods(self._site.entries)
        yield PlannedFile("s/periods.js", _key(found), partial(search.overview, found))
        for month, entries in self._by_month.items():
            key = _key((version(), [(each.identifier, each.day, each.title, each.authors) for each in entries]))
            yield PlannedFile(f"s/titles-{month}.js", key, partial(search.month_titles, entries))
        for period in found:
            months = {month for month, _ in period.months}
            prints = [(day, value) for day, value in self._fingerprints.items() if month_of(day) in months]
            content = _Once(partial(self._buckets, period))
            for index in range(period.buckets):
                yield PlannedFile(
                    f"s/{period.name}-{index}.js",
                    _key((version(), period, prints)),
                    partial(content.part, index),
                )

    def _buckets(self, period: search.Period) -> dict[int, str]:
        texts = self._loaders.texts(*search.period_range(period))
        return dict(search.bucket_files(period, {text.entry.identifier: text for text in texts}))

    # --- in common ----------------------------------------------------------------------------------------------------

    def _month_title(self, month: str) -> str:
        return self._words.month_title.format(year=int(month[:4]), month=int(month[5:]))

    def _file(self, path: str, render: Callable[[], str], content: object) -> PlannedFile:
        return PlannedFile(path, _key((self._frame, content)), render)

    def _render(self, template: str, root: str, **values: object) -> str:
        return (
            _environment()
            .get_template(template)
            .render(
                {"description": "", "current": "", "feed": "", **values},
                w=self._words,
                site=self._site,
                site_title=self._title,
                version=version(),
                root=root,
            )
        )


class _Once:
    """Something that is made when its first part is asked for."""

    def __init__(self, make: Callable[[], dict[int, str]]) -> None:
        self._make = make
        self._made: dict[int, str] | None = None

    def part(self, index: int) -> str:
        if self._made is None:
            self._made = self._make()
        return self._made[index]


def _grouped(pairs: Iterable) -> dict:
    """The second of each pair by the first, in order."""
    groups: dict = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)


def _shown_of(entry: Entry) -> tuple[object, ...]:
    """What a list shows of a paper."""
    return entry.day, entry.identifier, entry.title, entry.authors, entry.categories, entry.withdrawn


def _key(content: object) -> str:
    return hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:20]


def _dated(form: str, day: date) -> str:
    return form.format(year=day.year, month=day.month, day=day.day)


def _described(name: str, bars: Sequence[Bar]) -> str:
    return f"{name}: " + ", ".join(bar.title for bar in bars[-12:])
