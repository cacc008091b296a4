"""The site's folder: what a change of dates touches is made, and written where it differs from what is there.

What the folder holds is noted beside the pages (`store/site_notes.py`) in one transaction that ends after the last file
is written. A run that is killed in between leaves whole files, old and new, and the next run makes again what was not
noted.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from types import TracebackType

from digest_assets.errors import OutputUnwritable
from digest_assets.resources.output import encode, write_atomically
from digest_assets.resources.site_notes import SiteNotes, open_notes
from digest_assets.site import search
from digest_assets.site.frame import frame
from digest_assets.site.pages import plan
from digest_assets.site.periods import Periods
from digest_assets.site.planned import Touched, Unit
from digest_assets.site.related import terms_of
from digest_assets.site.values import Day, SearchText, Site, Source, month_of
from digest_assets.site.words import SITE_WORDS

_FILES_AT_ONCE = 2
_FILES_WAITING = 64
"""More are not made before some are written: they are in memory."""
_OVERLAP = timedelta(hours=1)
"""A post is dated before it is stored: another run's may become visible so long after a newer one was noted."""


@dataclass(frozen=True, slots=True)
class SiteWritten:
    """What became of the files that were made."""

    written: int
    unchanged: int
    removed: int
    dates: int = 0
    """That the site has now."""
    papers: int = 0
    fingerprint: str | None = None
    """Of the date that was asked for."""


def write_site(folder: Path, site: Site, source: Source, day: date | None = None) -> SiteWritten:
    """Brings `folder` to what `source` holds: `day`, whatever was rendered since the last time, and what they touch.

    All of it is made anew where there are no notes, or they are of another program, other settings or templates. Files
    that were never planned are left alone. Raises `OutputUnwritable`, `TemplateBroken`.
    """
    with open_notes(folder) as notes:
        touched, periods = _noted(folder, notes, site, source, day)
        kept: set[tuple[str, str]] = set()
        written = unchanged = removed = 0
        try:
            with _Disk() as disk:
                read = partial(_read_part, folder, notes, disk)
                for unit in plan(site, notes, source, touched, periods, read):
                    made = _write(folder, notes, unit, disk)
                    written, unchanged, removed = written + made[0], unchanged + made[1], removed + made[2]
                    kept.update((unit.name, file.path) for file in unit.files)
            if touched.everything:
                removed += _remove(folder, notes, notes.files() - kept, but={path for _, path in kept})
        except OutputUnwritable as error:
            raise OutputUnwritable(
                error.message,
                cure="Check the folder's permissions or free space, or name another folder in output.site_dir.",
            ) from None
        for month in touched.joined:
            notes.forget_words(month)
        notes.periods = periods.noted()
        asked = notes.day(day) if day is not None else None
        dates, papers = notes.totals()
        return SiteWritten(written, unchanged, removed, dates, papers, asked.fingerprint if asked else None)


def _noted(folder: Path, notes: SiteNotes, site: Site, source: Source, day: date | None) -> tuple[Touched, Periods]:
    """Notes what has changed, and says what that touches, and which periods the search index had."""
    framed = frame(site)
    everything = notes.frame != framed or not (folder / "index.html").is_file()
    if everything:
        notes.begin(framed)
    since = None if everything or notes.seen is None else notes.seen - _OVERLAP
    found = source.days(since, day)
    known = {each.date: notes.day(each.date) for each in found}
    changed = [each for each in found if _differs(known[each.date], each) or not _has_page(folder, each.date)]
    gone = {day} - known.keys() if day is not None and notes.day(day) is not None else set()
    touched = Touched(everything, changed={each.date for each in changed} | gone)
    periods = Periods(notes.periods)
    for of in touched.changed:
        periods.change(of.isoformat())
    for name in periods.damaged:
        touched.indexed_again |= _index_again(notes, source, periods, name)
    periods.damaged.clear()
    for _, group in groupby(sorted(changed, key=lambda each: each.date), key=lambda each: month_of(each.date)):
        _put(notes, site, source, list(group), touched)
    for each_day in changed:
        notes.relate(each_day.date)
    for each in gone:
        touched.lists.update(notes.forget(each))
    added = {each for each in touched.changed if known.get(each) is None}
    touched.days = _with_neighbours(notes, touched.changed, added | gone)
    touched.joins = bool(periods.joining or periods.gone or touched.indexed_again)
    touched.costs = _put_costs(notes, source)
    return touched, periods


def _has_page(folder: Path, day: date) -> bool:
    """Whether the page of `day` is still there: a date that is made again brings back what somebody removed of it."""
    return (folder / f"d/{day}.html").is_file()


def _differs(known: Day | None, day: Day) -> bool:
    """Whether the page of `day` is not what was noted. A date that was only made again is as it was."""
    return known is None or known.fingerprint != day.fingerprint


def _put(notes: SiteNotes, site: Site, source: Source, days: Sequence[Day], touched: Touched) -> None:
    """Notes `days`, all of one month."""
    found: dict[date, list[SearchText]] = {day.date: [] for day in days}
    for text in source.papers(min(found), max(found)):
        if text.entry.day in found:
            found[text.entry.day].append(text)
    for day in days:
        touched.lists.update(notes.put(day, found[day.date], SITE_WORDS[site.language]))
        terms = {text.entry.identifier: terms_of(text.entry.title, text.abstract) for text in found[day.date]}
        notes.put_terms(day.date, terms)


def _index_again(notes: SiteNotes, source: Source, periods: Periods, name: str) -> set[str]:
    """Gives up a piece of the search index that somebody damaged. Returns the months that its papers are of."""
    periods.leave(name)
    dates = [date.fromisoformat(day) for day, papers in periods.found[name].dates if papers > 0]
    periods.drop(name)
    for each in dates:
        for text in source.papers(each, each):
            notes.put_words(each, text.entry.identifier, search.paper_words(text))
    return {month_of(each) for each in dates}


def _with_neighbours(notes: SiteNotes, changed: set[date], added: set[date]) -> set[date]:
    """The dates whose pages are to be made: those that link to an added one, too, and what the start page shows."""
    days = set(changed)
    for of in added:
        days.update(filter(None, notes.neighbours(of)))
    newest = notes.newest_with_papers()
    if newest is not None and changed and max(changed) >= newest.date:
        days.add(newest.date)
    return days


def _put_costs(notes: SiteNotes, source: Source) -> bool:
    """Notes what the models took, and whether that is new. Months that are long over are not added up again."""
    before = notes.costs()
    since = None
    if before:
        year, month = (int(part) for part in before[-1].month.split("-"))
        since = date(year, month, 1) - timedelta(days=1)
    costs = source.costs(since)
    notes.put_costs(costs)
    return notes.costs() != before


class _Disk:
    """Writes files while others are made. A context manager: at the end of the block all are there, or the first error
    is raised."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_FILES_AT_ONCE, thread_name_prefix="site")
        self._writing: deque[Future[str]] = deque()

    def __enter__(self) -> _Disk:
        return self

    def write(self, path: Path, text: str | bytes) -> None:
        # The disk is not waited for: a page that a crash loses is made again, unlike a post.
        self._writing.append(self._threads.submit(write_atomically, path, text, durable=False))
        while len(self._writing) > _FILES_WAITING or (self._writing and self._writing[0].done()):
            self._writing.popleft().result()

    def wait(self) -> None:
        """Until all files are there."""
        while self._writing:
            self._writing.popleft().result()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=error is not None)
        if error is None:
            self.wait()


def _read_part(folder: Path, notes: SiteNotes, disk: _Disk, period: str, number: int) -> search.Part:
    """A part of the search index as it was written. Raises `LookupError` with the period's name where it is not."""
    disk.wait()
    path = f"s/{period}-{number}.js"
    try:
        content = (folder / path).read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest()[:20] != notes.file(f"s/{period}", path):
        raise LookupError(period)
    return search.read_part(content.decode())


def _write(folder: Path, notes: SiteNotes, unit: Unit, disk: _Disk) -> tuple[int, int, int]:
    """Makes the files of a unit. Returns how many were written, were there already, and were removed."""
    written = 0
    known = notes.files_of(unit.name)
    for file in unit.files:
        path, text = folder / file.path, file.made_of or file.render()
        sha256 = hashlib.sha256(encode(text)).hexdigest()[:20]
        if known.get(file.path) != sha256 or not path.is_file():
            disk.write(path, file.render() if file.made_of else text)
            notes.put_file(unit.name, file.path, sha256)
            written += 1
    gone = set() if unit.adds else known.keys() - {file.path for file in unit.files}
    return written, len(unit.files) - written, _remove(folder, notes, ((unit.name, path) for path in gone))


def _remove(folder: Path, notes: SiteNotes, files: Iterable[tuple[str, str]], but: Collection[str] = ()) -> int:
    """Forgets `files`, each a unit and a path, and removes those whose path is none of `but`: an earlier program may
    have had a path in another unit. Returns how many were there."""
    removed = 0
    for unit, path in files:
        root, file = folder.resolve(), (folder / path).resolve()
        if path not in but and file.is_relative_to(root) and file.is_file():  # the notes may have been edited
            file.unlink()
            removed += 1
        notes.drop_file(unit, path)
    return removed
