"""Which feeds a change of dates touches, and what they say: of the digest, of each category, topic and author, and of
the weeks and the months."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from zoneinfo import ZoneInfo

from markupsafe import Markup

from digest_assets.site import feeds, html, lists, review
from digest_assets.site.planned import Once, PlannedFile, Touched, Unit, dated
from digest_assets.site.values import ALL, Book, Day, Entry, ListName, Site
from digest_assets.site.words import SITE_WORDS, SiteWords

ENTRIES_IN_A_FEED = 100
"""So many papers of a date are named in a feed."""
FULL_FEED = 200_000
"""Characters. What a feed has beyond them comes without abstracts: readers of feeds refuse large ones."""
PERIODS_IN_A_FEED = 8
_DATES_OF_PERIODS = 400
"""So many of the newest dates are looked at for the weeks and the months that are over."""
_NAMED_OF_A_TOPIC = 5
WEEKS, MONTHS = "f/weeks", "f/months"
"""The feeds of the weeks and of the months, without their endings: an entry is one that is over."""


def feed_of(of: ListName) -> str:
    """The path of a list's feed, without its ending: those of categories were there before the others'."""
    return f"f/{of.slug}" if of.kind == "c" else f"f/{of.path}"


class FeedFiles:
    """The feeds of one site, which is called `title`."""

    def __init__(self, site: Site, book: Book, title: str) -> None:
        self._site = site
        self._book = book
        self._title = title
        self._words: SiteWords = SITE_WORDS[site.language]

    def touched(self, touched: Touched) -> Iterator[Unit]:
        if self._site.base_url:
            yield self._opml()
        yield from self._feed("feed", "index.html", ALL, touched)
        for of in touched.lists:
            yield from self._feed(feed_of(of), f"{of.path}.html", of, touched)
        yield from self._periods(WEEKS, self._words.weeks, review.week_of, touched)
        yield from self._periods(MONTHS, self._words.months, review.month_around, touched)

    def _feed(self, path: str, page: str, of: ListName, touched: Touched) -> Iterator[Unit]:
        dates = self._book.dates_in(of, feeds.DATES_IN_A_FEED)
        if not dates and of != ALL:
            yield Unit(path)
        elif touched.everything or len(dates) < feeds.DATES_IN_A_FEED or max(touched.changed) >= dates[-1][0]:
            made = Once(partial(self._fed, path, page, of, dates))
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

    def _periods(
        self, path: str, name: str, around: Callable[[date], review.Period], touched: Touched
    ) -> Iterator[Unit]:
        """The feed of the periods that are over: that a later date has papers tells so. A further date of a period that
        is not over leaves it as it is."""
        dates = [day for day, _ in self._book.dates_in(ALL, _DATES_OF_PERIODS)]
        found = list(dict.fromkeys(map(around, dates)))
        current, shown = found[:1], found[1 : 1 + PERIODS_IN_A_FEED]

        def is_told(day: date) -> bool:
            period = around(day)
            if period in current:
                return not self._had_papers(period, touched)
            return len(shown) < PERIODS_IN_A_FEED or period.after.first >= shown[-1].first

        if touched.everything or any(map(is_told, touched.changed)):
            made = Once(partial(self._fed_periods, path, name, shown))
            xml, json = partial(lambda: feeds.atom(made.get())), partial(lambda: feeds.json_feed(made.get()))
            yield Unit(path, (PlannedFile(f"{path}.xml", xml), PlannedFile(f"{path}.json", json)))

    def _had_papers(self, period: review.Period, touched: Touched) -> bool:
        """On other dates than those that change."""
        there = (period.first + timedelta(days=number) for number in range((period.last - period.first).days + 1))
        return any(day not in touched.changed and self._book.identifiers(day) for day in there)

    def _fed_periods(self, path: str, name: str, shown: Sequence[review.Period]) -> feeds.Feed:
        title = self._words.feed_title.format(title=self._title, scope=name)
        items = [self._period_item(each) for each in shown]
        scope = path.removeprefix("f/")
        page = "archive.html"
        return feeds.Feed(self._site.name, scope, title, self._words.lang, self._site.base_url, path, page, items)

    def _period_item(self, period: review.Period) -> feeds.FeedItem:
        words = self._words
        entries = self._book.entries(ALL, period.first, period.last, -1)
        before = self._book.entries(ALL, period.before.first, period.before.last, -1)
        topics = [each for each in review.topics(entries, before) if each.entries]
        changed_at = max(day.changed_at for of in {each.day for each in entries} if (day := self._book.day(of)))
        return feeds.FeedItem(
            date=period.first,
            title=f"{period.title(words)} · {words.count(len(entries))}",
            summary="; ".join(f"{self._topic(each)} {len(each.entries)}" for each in topics[:8]),
            content=Markup("").join(self._told_topic(each, has_before=bool(before)) for each in topics),
            published_at=min(changed_at, self._beginning(period.last + timedelta(days=1))),
            updated_at=changed_at,
            page=period.path,
        )

    def _topic(self, of: review.TopicOfPeriod) -> str:
        return of.tag.label if of.tag else self._words.other_topics

    def _told_topic(self, of: review.TopicOfPeriod, *, has_before: bool) -> Markup:
        words, count = self._words, len(of.entries)
        lines = (
            Markup('<li><a href="{}">{}</a>{}</li>').format(
                self._paper_address(each),
                html.plain_from_answer(each.translated_title) or html.plain_from_tex(each.title) or words.untitled,
                Markup("<br>{}").format(html.plain_from_answer(each.gist)) if each.gist else "",
            )
            for each in of.entries[:_NAMED_OF_A_TOPIC]
        )
        before = f" ({words.before.format(count=of.before)})" if has_before else ""
        more = words.and_more.format(count=count - _NAMED_OF_A_TOPIC) if count > _NAMED_OF_A_TOPIC else ""
        return Markup("<h2>{} {}{}</h2><ul>{}</ul>{}").format(
            self._topic(of), count, before, Markup("").join(lines), Markup("<p>{}</p>").format(more) if more else ""
        )

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
            title=" · ".join((dated(words.day_title, day.date), words.count(count), *words.lacking(day.counts))),
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
        found += [(self._words.weeks, WEEKS, "archive.html"), (self._words.months, MONTHS, "archive.html")]
        for kind in ("c", "t"):
            found += [(of.label, feed_of(of), f"{of.path}.html") for of, _ in self._book.lists(kind)]
        return Unit("opml", (PlannedFile("feeds.opml", partial(feeds.opml, self._title, self._site.base_url, found)),))

    def _beginning(self, day: date) -> datetime:
        """Midnight at which `day` begins, UTC."""
        return datetime.combine(day, time(), ZoneInfo(self._site.timezone)).astimezone(timezone.utc)
