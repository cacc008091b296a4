"""Which files of the search index a change of dates touches."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest_assets.site import search
from digest_assets.site.planned import Once, PlannedFile, Touched, Unit
from digest_assets.site.values import ALL, Book, month_of


class SearchFiles:
    """The index of one site. `merged`: the years that are in one piece."""

    def __init__(self, book: Book, merged: set[str]) -> None:
        self._book = book
        self._found = {period.name: period for period in search.periods(book.months(), merged)}

    def overview(self) -> Unit:
        return Unit("s", (PlannedFile("s/periods.js", partial(search.overview, [*self._found.values()])),))

    def touched(self, touched: Touched) -> Iterator[Unit]:
        months = sorted({month_of(day) for day in touched.changed})
        for month in months:
            yield self._titles(month)
        again = [month for month, _ in self._book.months() if month[:4] in touched.split]
        for name in sorted({*months, *again}):
            yield self._index_of(name, self._found.get(name))
        for year, wanted in sorted(touched.joining.items()):
            yield self._year_of_index(year, wanted)
        for year in sorted(touched.joined):
            yield from (Unit(f"s/{year}-{month:02}") for month in range(1, 13))
        yield from (Unit(f"s/{year}") for year in sorted(touched.split))

    def _titles(self, month: str) -> Unit:
        days = self._book.days_of(month)
        entries = search.in_order(self._book.entries(ALL, days[-1].date, days[0].date, -1)) if days else []
        size = search.TITLES_A_FILE
        parts = [entries[start : start + size] for start in range(0, len(entries), size)]
        return Unit(
            f"s/titles-{month}",
            tuple(
                PlannedFile(f"s/titles-{month}-{number}.js", partial(search.titles, month, number, part))
                for number, part in enumerate(parts)
            ),
        )

    def _index_of(self, name: str, period: search.Period | None) -> Unit:
        return Unit(f"s/{name}", self._buckets(period, range(period.buckets))) if period else Unit(f"s/{name}")

    def _year_of_index(self, year: str, wanted: range) -> Unit:
        (period,) = (each for each in search.periods(self._book.months(), {year}) if each.name == year)
        # The first files take the place of what an earlier, unfinished try left.
        return Unit(f"s/{year}", self._buckets(period, wanted), adds=wanted.start > 0)

    def _buckets(self, period: search.Period, wanted: range) -> tuple[PlannedFile, ...]:
        made = Once(lambda: dict(search.bucket_files(period, self._book.words(period.name), wanted)))
        return tuple(
            PlannedFile(f"s/{period.name}-{index}.js", partial(lambda index: made.get()[index], index))
            for index in wanted
        )
