"""Which files of the search index a change of dates touches."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest_assets.site import search
from digest_assets.site.planned import PlannedFile, Touched, Unit
from digest_assets.site.values import ALL, Book, month_of


class SearchFiles:
    """The index of one site. `merged`: the years that are in one piece."""

    def __init__(self, book: Book, merged: set[str]) -> None:
        self._book = book
        self._found = {period.name: period for period in search.periods(book.months(), merged)}

    def touched(self, touched: Touched) -> Iterator[Unit]:
        months = sorted({month_of(day) for day in touched.changed})
        for month in months:
            yield self._titles(month)
        again = [month for month, _ in self._book.months() if month[:4] in touched.split]
        for name in sorted({*months, *again}):
            yield self._index_of(name, touched)
        for year, (index, wanted) in sorted(touched.joining.items()):
            touched.firsts[year] = index.firsts
            # The first files take the place of what an earlier, unfinished try left.
            yield Unit(f"s/{year}", self._parts(year, index, wanted), adds=wanted.start > 0)
        for year in sorted(touched.joined):
            yield from (Unit(f"s/{year}-{month:02}") for month in range(1, 13))
        yield from (Unit(f"s/{year}") for year in sorted(touched.split))
        touched.firsts = {name: touched.firsts[name] for name in self._found}
        yield Unit(
            "s", (PlannedFile("s/periods.js", partial(search.overview, [*self._found.values()], touched.firsts)),)
        )

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

    def _index_of(self, name: str, touched: Touched) -> Unit:
        if name not in self._found:
            return Unit(f"s/{name}")
        index = search.index_of(self._book.words(name))
        touched.firsts[name] = index.firsts
        return Unit(f"s/{name}", self._parts(name, index, range(len(index.parts))))

    @staticmethod
    def _parts(name: str, index: search.Index, wanted: range) -> tuple[PlannedFile, ...]:
        return tuple(PlannedFile(f"s/{name}-{number}.js", partial(index.file, name, number)) for number in wanted)
