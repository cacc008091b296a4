"""Is a mailing there to be read, and if a digest date has no papers, why?

"No papers today" without a reason is the most frequent complaint of a digest's readers. A mailing becomes searchable
some time after 20:00 New York, mostly within hours; nothing announces that, so it counts as searchable once anything of
it (or of a later one) was seen, or a day has passed. What is told is what is known: of a mailing of which nothing was
seen nobody can say that it "had nothing in these categories".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from digest_assets.arxiv.calendar import (
    Mailing,
    NoMailing,
    NoMailingCause,
    evening_in,
    mailings_between,
    no_mailing_reason,
)
from digest_assets.digests.days import DigestDays

PATIENCE = timedelta(hours=24)
"""For how long a mailing of which nothing was seen counts as not indexed."""


class MailingState(str, Enum):
    NOT_YET = "not announced yet"
    NOT_INDEXED = "announced, not indexed yet"
    SEARCHABLE = "searchable"
    UNSEEN = "nothing was seen of it within a day"


def mailing_state(
    mailing: Mailing, announced: Iterable[datetime], feed_mailings: Collection[datetime], now: datetime
) -> MailingState:
    """`announced`: the mailings of the papers seen so far; `feed_mailings`: those of which a feed was fetched."""
    if now < mailing.announced_at:
        return MailingState.NOT_YET
    seen = mailing.announced_at in feed_mailings or any(each >= mailing.announced_at for each in announced)
    if seen:
        return MailingState.SEARCHABLE
    return MailingState.UNSEEN if now - mailing.announced_at >= PATIENCE else MailingState.NOT_INDEXED


class EmptyCause(str, Enum):
    """Why a digest date has no papers."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    NOT_YET = "not announced yet"
    NOT_INDEXED = "not indexed yet"
    NOTHING = "nothing in these categories"
    UNSEEN = "nothing was seen of the mailing"

    @property
    def is_final(self) -> bool:
        """Whether asking again later cannot change it."""
        return self in (EmptyCause.WEEKEND, EmptyCause.HOLIDAY, EmptyCause.NOTHING, EmptyCause.UNSEEN)


@dataclass(frozen=True, slots=True)
class EmptyReason:
    cause: EmptyCause
    text: str
    """For a reader, one sentence."""
    until: datetime | None = None
    """When to ask again, UTC; None where asking again changes nothing."""


def empty_reason(
    day: date,
    days: DigestDays,
    now: datetime,
    *,
    announced: Iterable[datetime] = (),
    feed_mailings: Collection[datetime] = (),
    came_later: int = 0,
    doubt: str = "",
) -> EmptyReason:
    """Why the digest of `day` has no papers. `announced` and `feed_mailings` as for `mailing_state`.

    `came_later`: how many papers that were submitted for the mailing of `day` the next one announced; `doubt`: why what
    a feed shows is not believed.
    """
    span = days.span(day)
    mailings = [each for each in mailings_between(span.start, span.end) if each.announced_at in span]
    if not mailings:
        return _without_mailing(no_mailing_reason(evening_in(span.start, span.end)))
    last = mailings[-1]
    state = mailing_state(last, announced, feed_mailings, now)
    local = last.announced_at.astimezone(days.zone)
    if state is MailingState.NOT_YET:
        text = f"arXiv announces the papers of {day.isoformat()} at {local:%H:%M} ({days.zone.key})."
        return EmptyReason(EmptyCause.NOT_YET, text, last.announced_at)
    if state is MailingState.NOT_INDEXED:
        text = f"Nothing is to be seen yet of the mailing due at {local:%H:%M} ({days.zone.key}). {doubt}".strip()
        return EmptyReason(EmptyCause.NOT_INDEXED, text, last.announced_at + PATIENCE)
    if came_later > 1:
        text = (
            f"arXiv announced nothing in these categories at {local:%H:%M} ({days.zone.key}): {came_later} papers that "
            "were submitted for it came with the next mailing."
        )
        return EmptyReason(EmptyCause.NOTHING, text)
    if state is MailingState.UNSEEN:
        text = (
            f"Nothing was seen within a day of the mailing due at {local:%H:%M} ({days.zone.key}): arXiv may have "
            f"announced nothing that evening. {doubt}"
        )
        return EmptyReason(EmptyCause.UNSEEN, text.strip())
    text = f"The mailing of {day.isoformat()}, {local:%H:%M} ({days.zone.key}) had nothing in these categories."
    return EmptyReason(EmptyCause.NOTHING, text)


def _without_mailing(reason: NoMailing | None) -> EmptyReason:
    if reason is None:  # a day of 23 hours or less without 20:00 New York in it
        return EmptyReason(EmptyCause.WEEKEND, "No mailing of arXiv falls on this day.")
    cause = EmptyCause.WEEKEND if reason.cause is NoMailingCause.WEEKEND else EmptyCause.HOLIDAY
    return EmptyReason(cause, f"{reason.text}.")
