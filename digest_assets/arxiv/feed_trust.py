"""Does a feed show the mailing that its date says? Pure.

A feed is dated by the day on which it was built. It was seen with today's date and yesterday's papers, and empty on a
day on which arXiv announced hundreds. So its date is believed where its papers agree: some were submitted for that
mailing, or bear identifiers beyond all that were shown before. Where they are those of an earlier mailing, they say so
themselves; where neither holds, the feed is no witness, and the date waits for a better one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest_assets.arxiv.calendar import mailing_for_submission
from digest_assets.arxiv.identifiers import order_key
from digest_assets.model import Announcement, FeedEntry, KnownBy, Paper

_EARLY = timedelta(hours=1)
"""A paper may be seen shortly before the hour of its mailing: clocks differ."""
_RECENT = timedelta(days=7)
"""A feed that is late shows the mailing before: of a day ago or, over holidays, of days. A paper of an older mailing is
cross-listed once more."""
_MISSING_SHARE = 0.2
"""Of what counts as a mailing's by its time, one in eight was held, and is in a later one."""


@dataclass(frozen=True, slots=True)
class FeedWord:
    """What a feed is a witness of."""

    mailing: datetime | None
    """The mailing that it shows, UTC; None where that cannot be told."""
    told: str = ""
    """For people, where it is not the one that its date says."""


def word_of(
    entries: Sequence[FeedEntry],
    dated: datetime,
    *,
    known: Mapping[str, Announcement],
    searched: Mapping[str, Paper],
    index_shows_it: bool,
) -> FeedWord:
    """`entries`: of the feed; `dated`: the mailing that its date says; `known`: what the ledger holds of announcements;
    `searched`: what the search returned, by identifier; `index_shows_it`: whether arXiv's search shows papers of that
    mailing in any field."""
    news = [each.paper.identifier for each in entries if each.kind is not None and not each.kind.is_replacement]
    in_search = any(_natural(paper) == dated for paper in searched.values())
    if not news:
        if in_search:
            return FeedWord(None, f"The feed dated {dated:%Y-%m-%d} is empty, though the search shows its papers.")
        if index_shows_it:
            return FeedWord(dated)
        return FeedWord(None, "The feed is empty, and arXiv's search does not show that mailing in any field yet.")
    if any(_natural(searched.get(each)) == dated or _is_of(known.get(each), dated) for each in news):
        return FeedWord(dated)
    earlier = [at for each in news if (at := _shown_before(known.get(each), searched.get(each), dated)) is not None]
    newest = max((order_key(each) for each in (*searched, *known)), default=None)
    if any(newest is None or order_key(each) > newest for each in news):
        return FeedWord(dated)
    if not earlier:  # cross-lists of old papers, or papers that moderation had held: as far as anybody can tell
        return FeedWord(dated)
    shown = max(earlier)
    of_shown = {key for key, paper in searched.items() if _natural(paper) == shown}
    if len(of_shown.difference(news)) > _MISSING_SHARE * len(of_shown):  # a feed shows a whole mailing
        return FeedWord(dated)
    if len(of_shown) > 1 or any(_was_seen(known.get(each), dated) for each in news):
        return FeedWord(shown, f"The feed still shows the mailing of {shown:%Y-%m-%d %H:%M} UTC.")
    return FeedWord(None, f"The feed may still show the mailing of {shown:%Y-%m-%d %H:%M} UTC.")


def _natural(paper: Paper | None) -> datetime | None:
    if paper is None or paper.published_at is None:
        return None
    return mailing_for_submission(paper.published_at).announced_at


def _is_of(announcement: Announcement | None, dated: datetime) -> bool:
    return (
        announcement is not None
        and announcement.known_by is not KnownBy.INFERRED
        and announcement.announced_at == dated
    )


def _was_seen(announcement: Announcement | None, dated: datetime) -> bool:
    return announcement is not None and announcement.first_seen_at < dated - _EARLY


def _shown_before(announcement: Announcement | None, paper: Paper | None, dated: datetime) -> datetime | None:
    """The mailing before `dated` in which a paper was shown for sure, or most likely; None where nothing says so.

    What is known may have been told by an earlier question about this very feed: it is no less known for that.
    """
    shown = _natural(paper) if announcement is None else announcement.announced_at
    return shown if shown is not None and timedelta(0) < dated - shown < _RECENT else None
