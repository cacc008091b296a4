"""What the sandbox arXiv serves: announcements of papers, invented ones or those of recorded metadata.

An announcement is one value: a version of a paper, and the mailing in which it became public. What arXiv shows at an
instant is the newest announced version of each paper.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from digest_assets.model import AnnouncementKind, Paper, Section
from digest_assets.sandbox.latexml import render_page
from digest_assets.sandbox.manuscript import Chinese, Manuscript, PdfKind, manuscripts
from digest_assets.sandbox.pages import columned_pdf, scanned_pdf

__all__ = ["Chinese", "SandboxPaper", "invented", "recorded"]

NEW_YORK = ZoneInfo("America/New_York")
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
        papers = [_recorded(json.loads(line)) for line in lines]
    return tuple(sorted(papers, key=lambda each: (each.announced_at, each.paper.identifier)))


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

    Identifiers are `YYMM.9DDNN`, DD being the mailing's day: above any number that arXiv has handed out, in order of
    announcement, and within a mailing in order of submission.
    """
    mailings = _mailings_up_to(newest_mailing, 10)
    placed = [_place(each, mailings) for each in manuscripts() if each.replaces is None]
    announced: dict[str, SandboxPaper] = {}
    result: list[SandboxPaper] = []
    for mailing in sorted({place.mailing for place in placed}):
        batch = sorted((each for each in placed if each.mailing == mailing), key=lambda each: each.submitted_at)
        for number, place in enumerate(batch, 1):
            day = mailing.astimezone(NEW_YORK)
            paper = _announce(place, f"{day:%y%m}.9{day:%d}{number:02}")
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
    mailing: datetime
    submitted_at: datetime
    trickles_at: datetime | None


def _place(manuscript: Manuscript, mailings: tuple[datetime, ...]) -> _Place:
    mailing = _mailing_of(manuscript, mailings)
    opens, freezes = _freeze(_mailings_up_to(mailing, 2)[1]), _freeze(mailing)
    if manuscript.held_days:
        submitted_at = freezes - timedelta(days=manuscript.held_days)
    elif manuscript.mailing == "weekend":
        submitted_at = datetime.combine(
            opens.astimezone(NEW_YORK).date() + timedelta(days=1), time(15), NEW_YORK
        ).astimezone(timezone.utc)
    else:
        submitted_at = opens + (freezes - opens) * manuscript.at
    # Real submissions do not come at full minutes; arXiv's inclusive minute bounds are only felt between them.
    seconds = zlib.crc32(manuscript.slug.encode()) % 59 + 1
    submitted_at = submitted_at.replace(microsecond=0, second=0) + timedelta(seconds=seconds)
    trickles_at = None
    if manuscript.trickles_in is not None:
        trickles_at = mailings[manuscript.trickles_in] + _LATE_BY
    return _Place(manuscript, mailing, submitted_at, trickles_at)


def _mailing_of(manuscript: Manuscript, mailings: tuple[datetime, ...]) -> datetime:
    if manuscript.days_ago:
        return _mailings_up_to(mailings[0] - timedelta(days=manuscript.days_ago), 1)[0]
    if manuscript.mailing == "weekend":
        # Submissions from Friday afternoon to Monday 14:00 are in Monday's mailing.
        return next(each for each in mailings if each.astimezone(NEW_YORK).weekday() == 0)
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
            place.mailing,
            AnnouncementKind.NEW,
            sections=written.sections,
            chinese=written.chinese,
            trickles_at=place.trickles_at,
        ),
        written,
    )


def _cross_listed(first: SandboxPaper, written: Manuscript, mailings: tuple[datetime, ...]) -> SandboxPaper:
    assert written.crossed_in is not None
    paper = replace(first.paper, categories=written.categories)
    return replace(
        first, paper=paper, announced_at=mailings[written.crossed_in], kind=AnnouncementKind.CROSS, trickles_at=None
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
    html = render_page(announced.paper, written.sections) if written.html else None
    if written.pdf is PdfKind.COLUMNS:
        pdf = columned_pdf(announced.paper, written.sections)
    else:
        pdf = scanned_pdf() if written.pdf is PdfKind.SCAN else b""
    return replace(announced, html=html, pdf=pdf)


def latest_mailing(instant: datetime) -> datetime:
    """The newest mailing at or before `instant`, UTC."""
    return _mailings_up_to(instant, 1)[0]


def _mailings_up_to(newest: datetime, count: int) -> tuple[datetime, ...]:
    """The `count` mailings up to `newest`, the newest first: 20:00 in New York, Sunday to Thursday."""
    day = newest.astimezone(NEW_YORK).date()
    found: list[datetime] = []
    while len(found) < count:
        mailing = _mailing_on(day)
        if mailing is not None and mailing <= newest:
            found.append(mailing)
        day -= timedelta(days=1)
    return tuple(found)


def _mailing_on(day: date) -> datetime | None:
    if day.weekday() in (4, 5):
        return None
    return datetime.combine(day, time(20), NEW_YORK).astimezone(timezone.utc)


def _freeze(mailing: datetime) -> datetime:
    """Until when submissions were taken for a mailing: 14:00 in New York that day, for Sunday's on Friday."""
    day = mailing.astimezone(NEW_YORK).date()
    if day.weekday() == 6:
        day -= timedelta(days=2)
    return datetime.combine(day, time(14), NEW_YORK).astimezone(timezone.utc)
