"""What the sandbox arXiv serves: announcements of papers, invented ones or those of recorded metadata.

An announcement is one value: a version of a paper, and the mailing in which it became public. What arXiv shows at an
instant is the newest announced version of each paper.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from pathlib import Path

from digest_assets.arxiv.calendar import NEW_YORK, Mailing, previous_mailing
from digest_assets.model import AnnouncementKind, Paper, Section
from digest_assets.sandbox.latexml import render_page
from digest_assets.sandbox.manuscript import Chinese, Manuscript, PdfKind, manuscripts
from digest_assets.sandbox.pages import columned_pdf, scanned_pdf

__all__ = ["Chinese", "SandboxPaper", "invented", "recorded"]

_CATEGORY = re.compile(r"^[a-z][a-z-]*(\.[A-Za-z][A-Za-z-]*)?$")
_LATE_BY = timedelta(minutes=40)
"""How long after a later mailing a paper that trickles in becomes visible."""


@dataclass(frozen=True, slots=True)
class SandboxPaper:
    """One announcement: this version of a paper, in this mailing."""

    paper: Paper
    announced_at: datetime
    """The instant of the mailing, UTC."""
    kind: AnnouncementKind
    """NEW for the first announcement, CROSS for a later cross-list, REPLACE for a new version. A feed tells the first
    apart by the categories that it is asked for."""
    html: str | None = None
    """The LaTeXML page. None: arXiv has no HTML of it, unless `pdf` is None too."""
    pdf: bytes | None = None
    """The PDF. Empty: there is none. Where `html` and `pdf` are both None, a page is made of the abstract."""
    sections: tuple[Section, ...] = ()
    """The full text that was written for it. Empty for recorded papers."""
    chinese: Chinese | None = None
    """What a good model would answer, written by hand. None for recorded papers."""
    trickles_at: datetime | None = None
    """From when on any interface shows it, where that is later than its mailing."""

    @property
    def public_at(self) -> datetime:
        return self.trickles_at or self.announced_at


def recorded(path: Path | str) -> tuple[SandboxPaper, ...]:
    """The announcements of a file of JSON lines: id, version, title, abstract, authors, categories, published, updated,
    comment, doi, journal_ref, announced, kind (new, late-cross, replace), in the order of their mailings."""
    with Path(path).open(encoding="utf-8") as lines:
        return of_rows(map(json.loads, lines))


def of_rows(rows: Iterable[dict[str, object]]) -> tuple[SandboxPaper, ...]:
    """The announcements of rows as `recorded` reads them."""
    return tuple(sorted(map(_recorded, rows), key=lambda each: (each.announced_at, each.paper.identifier)))


_RECORDED_KINDS = {
    "new": AnnouncementKind.NEW,
    "late-cross": AnnouncementKind.CROSS,
    "replace": AnnouncementKind.REPLACE,
}


def _recorded(row: dict[str, object]) -> SandboxPaper:
    def text(key: str) -> str | None:
        value = row.get(key)
        return str(value) if value else None

    def instant(key: str) -> datetime:
        return datetime.fromisoformat(str(row[key]).replace("Z", "+00:00"))

    categories, authors = row["categories"], row["authors"]
    assert isinstance(categories, list)
    assert isinstance(authors, list)
    paper = Paper(
        identifier=str(row["id"]),
        version=int(str(row["version"])),
        title=str(row["title"]),
        abstract=str(row["abstract"]),
        authors=tuple(authors),
        # Today's server leaves ACM and MSC terms out, which older records have among the categories.
        categories=tuple(each for each in categories if _CATEGORY.match(each)),
        published_at=instant("published"),
        updated_at=instant("updated"),
        comment=text("comment"),
        journal_ref=text("journal_ref"),
        doi=text("doi"),
    )
    return SandboxPaper(paper, instant("announced"), _RECORDED_KINDS[str(row["kind"])])


@lru_cache(maxsize=8)
def invented(newest_mailing: datetime) -> tuple[SandboxPaper, ...]:
    """The invented papers, so placed that the newest dozen is in the mailing at `newest_mailing` (an instant, 20:00 in
    New York), the others in the nine mailings before and a few long ago. The same for the same mailing.

    Identifiers are `YYMM.9DDNN`, DD being the day of the mailing's freeze: above any number that arXiv has handed out,
    in order of announcement, and within a mailing in order of submission.
    """
    mailings = _mailings_up_to(newest_mailing, 10)
    placed = [_place(each, mailings) for each in manuscripts() if each.replaces is None]
    announced: dict[str, SandboxPaper] = {}
    result: list[SandboxPaper] = []
    for mailing in sorted({place.mailing for place in placed}):
        batch = sorted((each for each in placed if each.mailing == mailing), key=lambda each: each.submitted_at)
        for number, place in enumerate(batch, 1):
            paper = _announce(place, f"{_freeze(mailing):%y%m.9%d}{number:02}")
            announced[place.manuscript.slug] = paper
            result.append(paper)
            if place.manuscript.crossed_in is not None:
                result.append(_cross_listed(paper, place.manuscript, mailings))
    for each in manuscripts():
        if each.replaces is not None:
            result.append(_replaced(announced[each.replaces], _place(each, mailings)))
    return tuple(sorted(result, key=lambda each: (each.announced_at, each.paper.identifier, each.paper.version)))


@dataclass(frozen=True, slots=True)
class _Place:
    manuscript: Manuscript
    mailing: Mailing
    submitted_at: datetime
    trickles_at: datetime | None


def _place(manuscript: Manuscript, mailings: tuple[Mailing, ...]) -> _Place:
    mailing = _mailing_of(manuscript, mailings)
    opens, freezes = mailing.opens_at, mailing.freezes_at
    if manuscript.held_days:
        submitted_at = freezes - timedelta(days=manuscript.held_days)
    elif manuscript.mailing == "weekend":
        submitted_at = _saturday(mailing)
    else:
        submitted_at = opens + (freezes - opens) * manuscript.at
    # Real submissions do not come at full minutes; arXiv's inclusive minute bounds are only felt between them.
    seconds = zlib.crc32(manuscript.slug.encode()) % 59 + 1
    submitted_at = submitted_at.replace(microsecond=0, second=0) + timedelta(seconds=seconds)
    trickles_at = None
    if manuscript.trickles_in is not None:
        trickles_at = mailings[manuscript.trickles_in].announced_at + _LATE_BY
    return _Place(manuscript, mailing, submitted_at, trickles_at)


def _saturday(mailing: Mailing) -> datetime:
    """The Saturday afternoon after submissions to a mailing opened. Monday's mailing, as a rule, takes it."""
    opens = mailing.opens_at.astimezone(NEW_YORK).date()
    saturday = opens + timedelta(days=(5 - opens.weekday()) % 7)
    return datetime.combine(saturday, time(15), NEW_YORK).astimezone(timezone.utc)


def _mailing_of(manuscript: Manuscript, mailings: tuple[Mailing, ...]) -> Mailing:
    if manuscript.days_ago:
        return _mailings_up_to(mailings[0].announced_at - timedelta(days=manuscript.days_ago), 1)[0]
    if manuscript.mailing == "weekend":
        return next(each for each in mailings if each.opens_at <= _saturday(each) < each.freezes_at)
    assert isinstance(manuscript.mailing, int)
    return mailings[manuscript.mailing]


def _announce(place: _Place, identifier: str) -> SandboxPaper:
    written = place.manuscript
    paper = Paper(
        identifier=identifier,
        version=1,
        title=written.title,
        abstract=written.abstract,
        authors=written.authors,
        categories=written.first_categories or written.categories,
        published_at=place.submitted_at,
        updated_at=place.submitted_at,
        comment=written.comment,
        journal_ref=written.journal_ref,
        doi=written.doi,
        licence=written.licence,
    )
    return _with_texts(
        SandboxPaper(
            paper,
            place.mailing.announced_at,
            AnnouncementKind.NEW,
            sections=written.sections,
            chinese=written.chinese,
            trickles_at=place.trickles_at,
        ),
        written,
    )


def _cross_listed(first: SandboxPaper, written: Manuscript, mailings: tuple[Mailing, ...]) -> SandboxPaper:
    assert written.crossed_in is not None
    paper = replace(first.paper, categories=written.categories)
    return replace(
        first,
        paper=paper,
        announced_at=mailings[written.crossed_in].announced_at,
        kind=AnnouncementKind.CROSS,
        trickles_at=None,
    )


def _replaced(first: SandboxPaper, place: _Place) -> SandboxPaper:
    second = _announce(place, first.paper.identifier)
    paper = replace(
        second.paper,
        version=first.paper.version + 1,
        published_at=first.paper.published_at,
        licence=first.paper.licence,
    )
    return _with_texts(replace(second, paper=paper, kind=AnnouncementKind.REPLACE), place.manuscript)


def _with_texts(announced: SandboxPaper, written: Manuscript) -> SandboxPaper:
    html = render_page(announced.paper, written.sections, written.affiliations) if written.html else None
    if written.pdf in (PdfKind.COLUMNS, PdfKind.SCALED):
        pdf = columned_pdf(announced.paper, written.sections, scaled=written.pdf is PdfKind.SCALED)
    else:
        pdf = scanned_pdf(announced.paper) if written.pdf is PdfKind.SCAN else b""
    return replace(announced, html=html, pdf=pdf)


def latest_mailing(instant: datetime) -> datetime:
    """The newest mailing at or before `instant`, UTC."""
    return previous_mailing(instant).announced_at


def _mailings_up_to(newest: datetime, count: int) -> tuple[Mailing, ...]:
    """The `count` mailings up to the one at `newest`, the newest first."""
    mailings = [previous_mailing(newest)]
    while len(mailings) < count:
        mailings.append(previous_mailing(mailings[-1].announced_at - timedelta(seconds=1)))
    return tuple(mailings)


def _freeze(mailing: Mailing) -> datetime:
    """In New York. Real identifiers carry the month of the freeze: Sunday's mailing on the 1st has that of Friday."""
    return mailing.freezes_at.astimezone(NEW_YORK)
