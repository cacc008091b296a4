"""The periods of the search index, and how those that are over become few.

A search costs a file for each period and word, on a slow line half a second for ten. So a period is a month only while
its dates come. A month that is over is joined with others into a piece, and pieces with others into larger ones: one
that is not `RATIO` times as large as all that are smaller, up to `MOST_PAPERS`. Twenty years of twenty papers a day are
three or four periods, and each paper is written anew some ten times in its first years and once a year after. What a
piece is made of are the files of its periods, which are in the order of words: shelf by shelf, a build makes
`PARTS_AT_ONCE` of its parts, whatever it will hold, and the old periods stay until all of it is there.

A piece never changes. Where one of its dates does, that date is indexed by month again, and the piece's numbers of its
papers count as nobody's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge as in_order
from itertools import groupby
from typing import Any

from digest_assets.site.search import SHELVED, Part, Row, Run, beginning, cut, in_words_order, joined, shelves_of

RATIO = 12
MOST_PAPERS = 100_000
PARTS_AT_ONCE = 160
"""Some 1 MB."""


@dataclass
class Period:
    """Papers that are indexed together: those of a month, which is its name, or a piece."""

    name: str
    dates: list[tuple[str, int]]
    """In the order in which it numbers papers, each with how many it has; below zero: as many numbers are nobody's."""
    firsts: list[str] = field(default_factory=list)
    """Where its parts begin, or its shelves, where it has any."""
    shelves: list[int] = field(default_factory=list)
    """The first part of each shelf; empty: it has none."""
    parts: int = 0

    @property
    def is_month(self) -> bool:
        return "-" in self.name

    @property
    def papers(self) -> int:
        """How many numbers it has."""
        return sum(abs(count) for _, count in self.dates)

    def add(self, parts: Sequence[Part], last: str, *, shelved: bool) -> int:
        """Notes that further parts were made, the first of which comes behind the word `last`. Returns its number."""
        number = self.parts
        if shelved:
            self.shelves.append(number)
        for part in parts[:1] if shelved else parts:
            self.firsts.append(beginning(last, part[0][0]) if self.firsts else "")
            last = part[-1][0]
        self.parts += len(parts)
        return number

    def row(self, split: Mapping[str, Mapping[str, int]]) -> Row:
        """What the overview says of it. `split`: months of which it has not all papers, or not in one piece, each with
        the places of its dates' first papers among the titles."""
        runs: list[Run] = []
        for month, dates in groupby(self.dates, key=lambda each: each[0][:7]):
            if month in split:
                runs += [(month, count, split[month][day]) if count > 0 else ("", -count) for day, count in dates]
            else:
                runs.append((month, sum(count for _, count in dates)))
        return self.name, self.firsts, runs, bool(self.shelves)


@dataclass
class Joining:
    """A piece that is being made, of periods that are there until it is whole."""

    sources: list[str]
    made: Period
    last: str = ""
    """The last word that is in it."""


ReadPart = Callable[[str, int], Part]
"""A part of a period, by the period's name and its number. Raises `LookupError` where it is not what was written."""


class Periods:
    """All of them, as a build found and leaves them."""

    def __init__(self, noted: str = "") -> None:
        said: dict[str, Any] = json.loads(noted) if noted else {}
        self.found = {each["name"]: _period(each) for each in said.get("found", ())}
        self.joining = [Joining(**{**each, "made": _period(each["made"])}) for each in said.get("joining", ())]
        self.gone: list[str] = said.get("gone", [])
        """Whose files go in the next build: the notes of this one may be lost in a kill, and they are what it reads."""
        self.damaged: list[str] = said.get("damaged", [])
        """Of which a file is not what was written: they are to be indexed anew."""
        self._named: int = said.get("named", 0)

    def noted(self) -> str:
        held = {
            "found": [*self.found.values()],
            "joining": self.joining,
            "gone": self.gone,
            "damaged": self.damaged,
            "named": self._named,
        }
        return json.dumps(held, default=vars, separators=(",", ":"))

    def change(self, day: str) -> None:
        """Says that a date changed: no piece has it any more, and nothing is made of its month."""
        for period in (*self.found.values(), *(each.made for each in self.joining)):
            if not period.is_month:
                period.dates = [(of, -abs(count) if of == day else count) for of, count in period.dates]
        self.leave(day[:7])

    def leave(self, name: str) -> None:
        """Gives up the piece that is being made of a period."""
        for each in [each for each in self.joining if name in each.sources]:
            self.joining.remove(each)
            self.gone.append(each.made.name)

    def put(self, period: Period) -> None:
        self.found[period.name] = period

    def drop(self, name: str) -> None:
        if self.found.pop(name, None):
            self.gone.append(name)

    def begin(self, newest_month: str, changing: set[str]) -> bool:
        """Begins a piece, if one is due, of what is over: pieces, and months before `newest_month` that are not
        `changing`."""
        busy = {*self.damaged, *(name for each in self.joining for name in each.sources)}
        over = [
            period
            for name, period in self.found.items()
            if name not in busy and not (period.is_month and (name >= newest_month or name in changing))
        ]
        taken: list[Period] = []
        papers = 0
        for period in sorted(over, key=lambda each: each.papers):
            if taken and (period.papers > RATIO * papers or papers + period.papers > MOST_PAPERS):
                break
            taken.append(period)
            papers += period.papers
        if len(taken) < 2:
            return False
        self._named += 1
        taken.sort(key=lambda each: each.dates[0])
        dates = [each for period in taken for each in period.dates]
        self.joining.append(Joining([each.name for each in taken], Period(f"p{self._named}", dates)))
        return True

    def join(self, read: ReadPart, room: int) -> Iterator[tuple[Period, int, list[Part]]]:
        """Makes parts of the pieces that were begun, smaller pieces first, until `room` is used up: some parts
        together, with their piece and the number of the first. A piece that is whole takes the place of its
        periods."""
        for each in sorted(self.joining, key=lambda each: each.made.papers):
            sources = [self.found[name] for name in each.sources]
            shelved = sum(period.parts for period in sources) > SHELVED
            is_whole = True
            try:
                for parts in shelves_of(cut(_words(sources, each.last, read))):
                    number = each.made.add(parts, each.last, shelved=shelved)
                    each.last = parts[-1][-1][0]
                    yield each.made, number, parts
                    room -= len(parts)
                    if room <= 0:
                        is_whole = False
                        break
            except LookupError as error:
                self.damaged.append(str(error.args[0]))
                self.leave(each.sources[0])
                continue
            if is_whole:
                self.joining.remove(each)
                for name in each.sources:
                    self.drop(name)
                self.put(each.made)
            if room <= 0:
                return


def _period(said: dict[str, Any]) -> Period:
    return Period(**{**said, "dates": [(day, count) for day, count in said["dates"]]})


def _words(sources: Sequence[Period], last: str, read: ReadPart) -> Iterator[tuple[str, str]]:
    """The words of several periods behind `last`, in order, each with the papers that hold it."""
    streams, before = [], 0
    for source in sources:
        streams.append(_words_of(source, before, last, read))
        before += source.papers
    found = in_order(*streams, key=lambda each: each[0])
    for _, same in groupby(found, key=lambda each: each[0]):
        of = [*same]
        yield of[0][1], joined([(before, numbers) for _, _, before, numbers in of])


def _words_of(source: Period, before: int, last: str, read: ReadPart) -> Iterator[tuple[bytes, str, int, str]]:
    behind = in_words_order((last, ""))
    begun = max(0, sum(in_words_order((first, "")) <= behind for first in source.firsts) - 1)
    for number in range(source.shelves[begun] if source.shelves else begun, source.parts):
        for word, numbers in read(source.name, number):
            place = in_words_order((word, ""))
            if place > behind:
                yield place, word, before, numbers
