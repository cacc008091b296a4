"""Which files of the search index a change of dates touches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import groupby

from digest_assets.site import search
from digest_assets.site.periods import PARTS_AT_ONCE, Period, Periods, ReadPart
from digest_assets.site.planned import PlannedFile, Touched, Unit
from digest_assets.site.values import ALL, Book, month_of


class SearchFiles:
    """The index of one site. `read`: a part of it as it is on the disk."""

    def __init__(self, book: Book, periods: Periods, read: ReadPart) -> None:
        self._book = book
        self._periods = periods
        self._read = read

    def touched(self, touched: Touched) -> Iterator[Unit]:
        months = sorted({month_of(day) for day in touched.changed})
        again = sorted({*months, *touched.indexed_again})
        yield from self._gone()
        for month in months:
            yield self._titles(month)
        for month in again:
            yield from self._index_of(month)
        newest = self._book.months()[-1:]
        yield from self._join(newest[0][0] if newest else "", set() if touched.everything else {*again}, touched)
        if touched.everything:
            yield from self._gone()
        yield Unit("s", (PlannedFile("s/periods.js", partial(search.overview, self._rows())),))

    def _gone(self) -> Iterator[Unit]:
        """The files of periods that are no more, as the notes of the last build say."""
        for name in self._periods.gone:
            if name not in self._periods.found:
                yield Unit(f"s/{name}")
        self._periods.gone.clear()

    def _titles(self, month: str) -> Unit:
        dates = [*reversed(self._book.dates_in(ALL, -1, month))]
        entries = search.in_order(self._book.entries(ALL, dates[0][0], dates[-1][0], -1)) if dates else []
        size = search.TITLES_A_FILE
        parts = [entries[start : start + size] for start in range(0, len(entries), size)]
        files = [
            PlannedFile(f"s/titles-{month}-{number}.js", partial(search.titles, month, number, part))
            for number, part in enumerate(parts)
        ]
        files += [PlannedFile(f"s/days-{month}.js", partial(search.days, month, dates))] if dates else []
        return Unit(f"s/titles-{month}", tuple(files))

    def _index_of(self, month: str) -> Iterator[Unit]:
        """Those papers of a month that are in no piece."""
        self._periods.drop(month)
        dates = self._book.dates_with_words(month)
        if not dates:
            return
        period = Period(month, dates)
        parts = search.parts_of(self._book.words(month))
        files: list[PlannedFile] = []
        last = ""
        for on_shelf in search.shelves_of(parts):
            number = period.add(on_shelf, last, shelved=len(parts) > search.SHELVED)
            last = on_shelf[-1][-1][0]
            files += files_of(period, number, on_shelf)
        self._periods.put(period)
        yield Unit(f"s/{month}", tuple(files))

    def _join(self, newest: str, changing: set[str], touched: Touched) -> Iterator[Unit]:
        """Puts periods that are over together: as much as a build may, or all of it."""
        while True:
            while self._periods.begin(newest, changing):
                pass
            if not self._periods.joining:
                return
            months = {name for each in self._periods.joining for name in each.sources if "-" in name}
            room = 10**9 if touched.everything else PARTS_AT_ONCE
            for period, number, parts in self._periods.join(self._read, room):
                # The first files take the place of what an earlier, unfinished try left.
                yield Unit(f"s/{period.name}", tuple(files_of(period, number, parts)), adds=number > 0)
            touched.joined |= {name for name in months if name not in self._periods.found}
            if not touched.everything:
                return

    def _rows(self) -> list[search.Row]:
        held: Counter[str] = Counter()
        runs: Counter[str] = Counter()
        for period in self._periods.found.values():
            for month, dates in groupby(period.dates, key=lambda each: each[0][:7]):
                held[month] += sum(papers for _, papers in dates)
                runs[month] += 1
        split = {month for month, papers in self._book.months() if held[month] != papers or runs[month] > 1}
        split |= {each[0][:7] for period in self._periods.found.values() for each in period.dates if each[1] < 0}
        places = {month: self._places(month) for month in split}
        newest_first = sorted(self._periods.found.values(), key=lambda each: each.dates[-1][0], reverse=True)
        return [period.row(places) for period in newest_first]

    def _places(self, month: str) -> dict[str, int]:
        """Where the papers of each date begin among the titles of a month."""
        place, found = 0, {}
        for day, papers in reversed(self._book.dates_in(ALL, -1, month)):
            found[day.isoformat()] = place
            place += papers
        return found


def files_of(period: Period, number: int, parts: list[search.Part]) -> Iterator[PlannedFile]:
    """Those of parts that were just put to `period`, from the part `number` on."""
    if period.shelves:
        shelf = len(period.shelves) - 1
        yield PlannedFile(f"s/{period.name}-words-{shelf}.js", partial(search.shelf, period.name, shelf, number, parts))
    for place, part in enumerate(parts, number):
        yield PlannedFile(f"s/{period.name}-{place}.js", partial(search.part_file, period.name, place, part))
