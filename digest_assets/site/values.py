"""What the site shows, as plain values: the asset fills them from the store, the pages are made of nothing else."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from digest_assets.model import DigestPaper, FilterReason

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


@dataclass(frozen=True, slots=True)
class Counts:
    """How complete a date is, by the ledger: announced = published + filtered + failed; `late` are among them."""

    announced: int
    published: int
    filtered: int
    failed: int
    late: int


@dataclass(frozen=True, slots=True)
class Day:
    """A digest date as lists show it. `fingerprint`: of everything that its page is made of."""

    date: date
    counts: Counts
    fingerprint: str
    changed_at: datetime
    """When the fingerprint became what it is, UTC."""
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
    """The site as a whole: everything but the texts of the papers."""

    name: str
    language: str
    timezone: str
    categories: tuple[str, ...]
    days: tuple[Day, ...]
    """Newest first."""
    entries: tuple[Entry, ...]
    """Newest date first, in each date as on its page."""
    costs: tuple[MonthCost, ...] = ()
    """Oldest first."""
    base_url: str = ""
    """Where it is served, with a slash at the end; empty where that is not known."""
    notice: str = ""


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


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
