"""In which mailing was a paper announced? Inferred from identifiers and submission times, where nothing else tells.

Identifiers are handed out when a mailing is announced, in order of submission, so those of one mailing are contiguous
and begin with the papers that moderation had held back; and they carry the month of the freeze (measured on
18,075 recorded identifiers: 8 out of order). So the mailings of a month are a cut of its identifiers into runs, and
the cut sought is the likeliest: most papers are in the first mailing whose freeze is after their submission, one in
eight is held for longer, and within a mailing a submission time almost never falls back. That is a shortest path over
(paper, mailing), never backwards, found month by month. What is known otherwise anchors its neighbours.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from math import inf

from digest_assets.arxiv.calendar import Mailing, mailing_for_submission, mailings_between, noon_in_new_york
from digest_assets.arxiv.identifiers import assigned_month, order_key
from digest_assets.model import Paper

# Costs are rounded negative logarithms of how often a thing happens.
_HELD = 2.0
"""One paper in eight is held for moderation."""
_HELD_TOO = 0.4
"""The held ones stand together, at the beginning of a mailing."""
_HELD_LONGER = 0.05
"""For each further mailing: among equals the shorter hold."""
_FALLS_BACK = 7.5
"""Within a mailing, 8 submission times in 18,075 are earlier than the one before."""
_TOO_EARLY = 12.0
"""Announced before its freeze: does not happen; a wrong submission time must not drag its neighbours along."""
_OFF_ANCHOR = 12.0
"""Elsewhere than where it is known to be: only where that is no first announcement, such as a late cross-list."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A paper on the walk. Mailings are indices into the month's."""

    identifier: str
    published_at: datetime
    natural: int
    """The first mailing of the month that could have announced it; past the last one if none."""
    anchor: int | None


def infer_mailings(
    papers: Iterable[Paper], known: Mapping[str, datetime], *, until: datetime | None = None
) -> dict[str, datetime]:
    """The instant of the mailing, by identifier, for each of `papers` that has a submission time.

    `known` says it for some (and is returned for them as it is). The more neighbours `papers` has the better: give it
    everything that a look-back returned. No mailing after `until` (the instant at which all of them were visible) is
    chosen, and none before the one that a paper could have caught.
    """
    dated = {paper.identifier: paper.published_at for paper in papers if paper.published_at is not None}
    found: dict[str, datetime] = {}
    by_month = groupby(sorted(dated, key=order_key), key=assigned_month)
    for (year, month), identifiers in by_month:
        found.update(_infer_month(list(identifiers), dated, known, _mailings_of(year, month), until))
    return {**found, **{identifier: known[identifier] for identifier in dated if identifier in known}}


def latest_mailings(
    papers: Iterable[Paper], assigned: Mapping[str, datetime], known: Mapping[str, datetime], *, until: datetime
) -> dict[str, datetime]:
    """The last mailing that each of `papers` may have been in, where that is later than the one `assigned` to it.

    A held paper is in any mailing from the assigned one to that of the next identifier which was not held, or is
    `known`. `until` as for `infer_mailings`.
    """
    dated = {each.identifier: each.published_at for each in papers if each.published_at and each.identifier in assigned}
    found: dict[str, datetime] = {}
    for (year, month), identifiers in groupby(sorted(dated, key=order_key), key=assigned_month):
        visible = [each.announced_at for each in _mailings_of(year, month) if each.announced_at <= until]
        bound = visible[-1] if visible else None
        for identifier in reversed(list(identifiers)):
            at, natural = assigned[identifier], mailing_for_submission(dated[identifier]).announced_at
            if identifier in known or at == natural:
                bound = at
            elif bound is not None and bound > at:
                found[identifier] = bound
    return found


@lru_cache(maxsize=512)
def _mailings_of(year: int, month: int) -> tuple[Mailing, ...]:
    """The mailings that freeze in that month; none for a month that does not exist.

    The month of an identifier is that of the freeze: Sunday, 1 February 2026 announced 2601.22161 to 2601.23196, which
    had been frozen on Friday (recorded listings; the same on 1 June 2025).
    """
    if not 1 <= month <= 12:
        return ()
    first = date(year, month, 1)
    after = (first + timedelta(days=31)).replace(day=1)
    around = mailings_between(noon_in_new_york(first), noon_in_new_york(after + timedelta(days=3)))
    start, end = noon_in_new_york(first), noon_in_new_york(after)
    return tuple(mailing for mailing in around if start <= mailing.freezes_at < end)


def _infer_month(
    identifiers: Sequence[str],
    published: Mapping[str, datetime],
    known: Mapping[str, datetime],
    mailings: Sequence[Mailing],
    until: datetime | None,
) -> dict[str, datetime]:
    visible = [mailing for mailing in mailings if until is None or mailing.announced_at <= until] or mailings[:1]
    naturals = {identifier: mailing_for_submission(published[identifier]).announced_at for identifier in identifiers}
    if not visible or "/" in identifiers[0]:  # the old style: numbers count per archive, there is no one walk
        return naturals
    freezes = [mailing.freezes_at for mailing in visible]
    index = {mailing.announced_at: position for position, mailing in enumerate(visible)}
    rows = [
        _Row(
            identifier,
            published[identifier],
            bisect_right(freezes, published[identifier]),
            index.get(known[identifier]) if identifier in known else None,
        )
        for identifier in identifiers
    ]
    path = _with_the_following(rows, _cheapest(rows, len(visible)))
    return {
        row.identifier: max(visible[position].announced_at, naturals[row.identifier])
        for row, position in zip(rows, path, strict=True)
    }


def _costs(row: _Row, count: int) -> list[float]:
    """What it costs to put `row` into each of `count` mailings."""
    if row.anchor is not None:
        return [0.0 if position == row.anchor else _OFF_ANCHOR for position in range(count)]
    early, held = min(row.natural, count), max(0, count - row.natural)
    return [_TOO_EARLY] * early + [_HELD + _HELD_LONGER * days if days else 0.0 for days in range(held)]


def _cheapest(rows: Sequence[_Row], count: int) -> list[int]:
    """The cheapest assignment of mailings (0 to `count` - 1) to `rows` that never goes back."""
    costs = [0.0] * count
    came_from: list[list[int]] = []
    before: _Row | None = None
    for row in rows:
        falls_back = _FALLS_BACK if before is not None and row.published_at < before.published_at else 0.0
        # From this mailing on both the one before and this one would be held.
        both_held = count if before is None or row.anchor is not None else max(before.natural, row.natural) + 1
        best_earlier, earlier = inf, 0
        fresh: list[float] = []
        origin: list[int] = []
        for position, (cost, own) in enumerate(zip(costs, _costs(row, count), strict=True)):
            stay = cost + falls_back - (_HELD - _HELD_TOO if position >= both_held else 0.0)
            moved = best_earlier < stay
            fresh.append((best_earlier if moved else stay) + own)
            origin.append(earlier if moved else position)
            if cost < best_earlier:
                best_earlier, earlier = cost, position
        came_from.append(origin)
        costs, before = fresh, row
    position = min(range(count), key=costs.__getitem__)
    path: list[int] = []
    for origin in reversed(came_from):
        path.append(position)
        position = origin[position]
    return path[::-1]


def _with_the_following(rows: Sequence[_Row], path: Sequence[int]) -> list[int]:
    """Gives held papers that have a mailing to themselves to the mailing of the papers that follow, where times allow.

    A mailing begins with the held ones and goes on with the others; one with held ones only is rare.
    """
    path = list(path)
    following: int | None = None
    for position in range(len(rows) - 1, -1, -1):
        row = rows[position]
        if row.anchor is not None or row.natural == path[position]:
            following = path[position]
        elif following is not None and path[position] < following:
            # Those of its mailing stand before it; one that was not held would not: there the walk falls back.
            alone = all(each.anchor is None for each in rows[bisect_left(path, path[position]) : position])
            ascends = row.published_at <= rows[position + 1].published_at
            if alone and ascends and path[position + 1] == following:
                path[position] = following
    return path


def natural_mailing(paper: Paper) -> Mailing | None:
    """The mailing that a paper was in unless it was held; None without a submission time."""
    return mailing_for_submission(paper.published_at) if paper.published_at is not None else None


def newest_mailing_displayed(papers: Iterable[Paper]) -> datetime | None:
    """The newest mailing of which `papers` hold something for sure: one that could not have been announced before."""
    naturals = [mailing.announced_at for paper in papers if (mailing := natural_mailing(paper)) is not None]
    return max(naturals, default=None)
