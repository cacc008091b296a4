"""What the site shows, as plain values, and the two sides it comes from: the pages are made of nothing else.

`Source` is the store: what each date says, with all its texts. `Book` is what the site's folder remembers of all dates
in small: which papers are in which list, how many, and their words for searching. A new date is read from the source
once; everything else that its pages and lists need is looked up in the book, at a price that does not grow with it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from digest_assets.model import DigestPaper, FilterReason, PaperUpdate
from digest_assets.ranking.stars import Weighed

AUTHORS_SHOWN = 30
"""Of a longer list only so many are named, and have pages for it."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A term of the field that a paper's title or abstract uses."""

    name: str
    """In English."""
    label: str
    """As the digest's language says it."""

    @property
    def slug(self) -> str:
        return slug(self.name)


@dataclass(frozen=True, slots=True)
class Badge:
    """A fact that decides whether a paper is read: a venue, a link to code."""

    label: str
    kind: str = ""
    """`code`, `data`, ...: of a link; `affiliations`. Empty: of a venue or another fact."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a hurried reader needs of a paper. Empty: not there."""

    title: str = ""
    """In the digest's language, a line of Markdown."""
    gist: str = ""
    """A sentence, as a line of Markdown."""
    gist_is_original: bool = False
    """Whether the gist is the abstract's own sentence, in its language and with TeX."""
    badges: tuple[Badge, ...] = ()
    interests: tuple[Tag, ...] = ()
    """Of the settings, those that chose it."""
    why: str = ""
    """Why the one that likes it most did, plain."""


NOTHING = Glance()


@dataclass(frozen=True, slots=True)
class Group:
    """Papers of a date that belong together."""

    name: str
    """Of its topic, as the digest's language says it."""
    identifiers: tuple[str, ...]
    clauses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The sentence about them: what each clause says, a line of Markdown, and the papers that it rests on."""
    topic: str = ""
    """The slug of its topic's list; empty where it has none."""


@dataclass(frozen=True, slots=True)
class LaterVersion:
    """A later version of a paper, and the date that listed it."""

    date: date
    version: int
    abstract_changed: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as lists show it."""

    day: date
    identifier: str
    title: str
    """As arXiv sends it: with TeX."""
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    tags: tuple[Tag, ...] = ()
    late: bool = False
    withdrawn: bool = False
    translated_title: str = ""
    """In the digest's language, a line of Markdown; empty where there is none."""
    gist: str = ""
    """A sentence in the digest's language, a line of Markdown; empty where there is none."""
    interests: tuple[Tag, ...] = ()
    """Of the settings, those that chose it."""
    abstract: str = ""
    """In the digest's language, as it was answered; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How complete a date is, by the ledger: announced = published + filtered + failed; `late` are among them."""

    announced: int
    published: int
    filtered: int
    failed: int
    late: int
    translations: int = 0
    """How many papers have a translation, of `translations_wanted`; 0 of 0 where that was not counted or not asked."""
    translations_wanted: int = 0
    readings: int = 0
    readings_wanted: int = 0

    @property
    def shown(self) -> int:
        """Papers on the date's page: those that failed stand there with what is known of them."""
        return self.published + self.failed


@dataclass(frozen=True, slots=True)
class Day:
    """A digest date as lists show it. `fingerprint`: of everything that its page is made of."""

    date: date
    counts: Counts
    fingerprint: str
    changed_at: datetime
    """When the fingerprint became what it is, UTC."""
    rendered_at: datetime
    """When the store last had its post written, UTC."""
    empty_reason: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A paper that was announced and is not on the page, and why."""

    identifier: str
    title: str
    reason: FilterReason


@dataclass(frozen=True, slots=True)
class DayPapers:
    """Everything that a date's page shows."""

    day: Day
    papers: tuple[DigestPaper, ...]
    tags: dict[str, tuple[Tag, ...]]
    """By identifier."""
    left_out: tuple[LeftOut, ...] = ()
    updates: tuple[PaperUpdate, ...] = ()
    """New versions of papers of earlier dates, which this one lists."""
    glances: Mapping[str, Glance] = field(default_factory=dict)
    """By identifier, of those that have one."""
    groups: tuple[Group, ...] = ()
    """In the order in which they are shown; a paper that is in none comes after them."""
    later: Mapping[str, tuple[LaterVersion, ...]] = field(default_factory=dict)
    """By identifier, the later versions that dates have listed, oldest first."""


@dataclass(frozen=True, slots=True)
class SearchText:
    """What a paper is found by."""

    entry: Entry
    abstract: str
    translation: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class MonthCost:
    """What the models took in a month. `money` in the currency of the settings' prices; None where there are none."""

    month: str
    tokens: int
    money: Decimal | None


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages have in common. Where any of it changes, all pages are made anew."""

    name: str
    language: str
    timezone: str
    categories: tuple[str, ...]
    base_url: str = ""
    """Where it is served, with a slash at the end; empty where that is not known."""
    notice: str = ""
    templates: Path | None = None
    """A user's own templates, which go before the package's."""
    feed_entries: str = "day"
    """What an entry of a feed is: `day` or `paper`."""
    all_digests: str = ""
    """Where the page is that leads to the sites of all digests, as seen from this one; empty: there is one digest."""


@dataclass(frozen=True, slots=True)
class ListName:
    """A list that papers are in: of a category, a topic, an author or an interest."""

    kind: str
    """`c`, `t`, `a` or `i`: also the folder of its page."""
    slug: str
    label: str = ""

    @property
    def path(self) -> str:
        return f"{self.kind}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Related:
    """An earlier paper that is like another, and the terms that they share."""

    entry: Entry
    terms: tuple[str, ...]


ALL = ListName("", "")
"""The list that every paper is in."""


@dataclass(frozen=True, slots=True)
class PaperWords:
    """What a paper is found by: the words of title, authors, categories and topics, and those of its texts alone."""

    prominent: frozenset[str]
    other: frozenset[str]


class Source(Protocol):
    """The store, as the site asks it."""

    def days(self, since: datetime | None, also: date | None) -> Sequence[Day]:
        """The dates that were rendered at `since` or later, and `also`. `since=None`: all."""
        ...

    def papers(self, first: date, last: date) -> Iterable[SearchText]:
        """The papers of the dates from `first` to `last`, each date's in the order of its page."""
        ...

    def day(self, day: Day) -> DayPapers:
        """Everything that the page of `day` shows."""
        ...

    def weighed(self, shown: DayPapers) -> Mapping[str, Weighed]:
        """What a browser compares with the reader's stars, of each paper of a date by its identifier."""
        ...

    def costs(self, since: date | None) -> Sequence[MonthCost]:
        """What the models took in each month from that of `since` on; None: in all months."""
        ...


class Book(Protocol):
    """What the site's folder holds, as its lists, feeds and charts ask."""

    def day(self, of: date) -> Day | None: ...

    def newest(self, count: int) -> list[Day]:
        """The newest dates, newest first."""
        ...

    def newest_with_papers(self) -> Day | None:
        """The newest date for which anything was announced."""
        ...

    def neighbours(self, of: date) -> tuple[date | None, date | None]:
        """The date before, and the date after."""
        ...

    def days_of(self, period: str) -> list[Day]:
        """The dates of a year `2026` or a month `2026-11`, newest first."""
        ...

    def identifiers(self, of: date) -> list[str]:
        """Of the papers of a date, in the order of the source."""
        ...

    def related(self, identifier: str) -> list[Related]:
        """Earlier papers that a paper is like, the most alike first."""
        ...

    def entries(self, of: ListName, first: date, last: date, most: int) -> list[Entry]:
        """The papers of a list from `first` to `last`, newest date first, at most `most`."""
        ...

    def items(self, of: ListName, most: int, period: str = "") -> list[str]:
        """The newest papers of a list as they were noted for lists: HTML; of one year or month, if given."""
        ...

    def size(self, of: ListName) -> int: ...

    def years(self, of: ListName) -> list[tuple[str, int]]:
        """The years in which a list has papers, newest first, with how many."""
        ...

    def months(self) -> list[tuple[str, int]]:
        """The months that have papers, oldest first, with how many."""
        ...

    def dates_in(self, of: ListName, most: int, period: str = "") -> list[tuple[date, int]]:
        """The newest dates on which a list has papers, with how many; of one year or month, if given."""
        ...

    def lists(self, kind: str) -> list[tuple[ListName, int]]:
        """All lists of a kind with their sizes, the largest first."""
        ...

    def costs(self) -> list[MonthCost]:
        """Oldest first."""
        ...

    def words(self, month: str) -> Iterator[PaperWords]:
        """Of the papers of a month whose words are noted, in order of dates and identifiers."""
        ...

    def dates_with_words(self, month: str) -> list[tuple[str, int]]:
        """The dates of a month whose words are noted, oldest first, with how many papers."""
        ...


def month_of(day: date) -> str:
    return day.isoformat()[:7]


def year_of(day: date) -> str:
    return day.isoformat()[:4]


_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """A file's name for `name`: readable where it is Latin, and never the same for two names.

    Names that differ by more than capitals and accents get a hash, as does what has no Latin letter at all.
    """
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    readable = _NOT_IN_NAMES.sub("-", folded).strip("-")[:60]
    if readable and readable.replace("-", " ") == name.lower():
        return readable
    return "-".join(filter(None, (readable, hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8])))
