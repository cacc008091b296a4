"""What a digest's form asks of a source of papers. arXiv is the one behind it (`resources/arxiv.py`).

A digest says of each paper on which date it was announced, shows it once, and can say that none is missing. So a
source has to answer three questions:

- **Announced when?** It makes papers public in mailings, each at one instant (`arxiv/calendar.py` has arXiv's). `feed`
  tells of the newest mailing whose papers these are; `oai_records` tells later, by the day of a record's last change.
  A source that shows each paper at once has a mailing a day, which ends at a fixed hour.
- **In what order?** Papers have identifiers that never change, and that rise within a mailing
  (`arxiv.identifiers.order_key`); versions count from 1. By its neighbours' identifiers a paper is known to have been
  held back.
- **Complete how?** `search` returns all submissions of a window or fails: never a part of them without a word. It says
  how many there are, and raises where it could not read them all. `count` of everybody's papers tells a day without
  papers in the digest's categories from one that is not there yet. `changed` is a shorter way to the same, and says
  None where it cannot promise that.

A method raises `ArxivError` where there was no complete answer; what came before stays recorded, and a later run asks
again. `take` is given entries page by page, so that nothing holds a long answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # values that arXiv's client returns: a second source would move them here
    from digest_assets.arxiv.feed import Feed
    from digest_assets.resources.arxiv import OaiResult, SearchResult, Take


class PaperSource(Protocol):
    """Who announces papers, asked for lists of them."""

    async def feed(self, categories: Sequence[str]) -> Feed:
        """The newest mailing in `categories`: when it was announced, and which papers it has, each new, cross-listed or
        replaced."""

    async def search(
        self, categories: Sequence[str], start: datetime, end: datetime, take: Take | None = None
    ) -> SearchResult:
        """All papers of `categories` that were submitted from `start` to `end`, each once, in its newest version."""

    async def changed(
        self, categories: Sequence[str], start: datetime, end: datetime, since: datetime, take: Take | None = None
    ) -> SearchResult | None:
        """Of these at least those that changed since `since`; None where that cannot be promised."""

    async def lookup(self, identifiers: Sequence[str], take: Take | None = None) -> SearchResult:
        """The papers with these identifiers; unknown ones are absent."""

    async def oai_records(self, category: str, day_from: date, day_until: date) -> OaiResult:
        """All records of `category` that changed on these days: who reads a past mailing, whose feed is gone, by it."""

    async def count(self, query: str) -> int:
        """How many papers a query has, in any category."""
