"""Where the titles of a PDF's outline stand on its pages.

An outline has a title in plain letters, and often another number, another spelling of a formula or less than the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from digest_assets.full_text.pdf_order import Line
from digest_assets.full_text.pdf_setting import Setting
from digest_assets.full_text.pdf_titles import (
    APPENDIX,
    CAPTION,
    FIRST_SENTENCE,
    LONGEST_TITLE,
    TITLE_LINES,
    Heading,
    glued,
    numbers,
    unnumbered,
)

_RUN_IN_GAP = re.compile(r"(?P<closers>[)\]}]*)\s*[.:–—]+\s*")
_GREEK = re.compile("[α-ω]")
_NEARLY = 0.85


class Entry(NamedTuple):
    """A line of the file's outline. `level` from 0, `page` from 0."""

    title: str
    level: int
    page: int


@dataclass(slots=True)
class Outline:
    """An outline, looked up among the lines of its pages."""

    lines: Sequence[Line]
    setting: Setting
    entries: Sequence[Entry]
    headings: dict[int, Heading] = field(default_factory=dict)
    """By the index of their first line."""
    is_trusted: bool = False
    """Whether it names the sections: most of its lines are on the pages that it says."""

    def __post_init__(self) -> None:
        by_page: defaultdict[int, list[int]] = defaultdict(list)
        alone: defaultdict[str, list[int]] = defaultdict(list)
        for index, line in enumerate(self.lines):
            by_page[line.page].append(index)
            if self.entries and self.setting.stands_out(line):
                alone[_bare(unnumbered(line.text))].append(index)  # for an entry that points to another page
        top = min((entry.level for entry in self.entries), default=0)
        if sum(entry.level == top for entry in self.entries) == 1 and len(self.entries) > 2:
            top += 1  # the paper's title, with its sections below
        place, asked = -1, 0
        for entry in self.entries:
            if CAPTION.match(entry.title) or entry.page not in by_page:
                continue
            asked += 1
            free = [index for index in by_page[entry.page] if index not in self.headings]
            places = sorted(free, key=lambda index: index <= place)  # behind the entry before it, then before that
            elsewhere = [index for index in alone.get(_bare(unnumbered(entry.title)), ()) if index not in self.headings]
            found = self._found(entry, top, places) or self._found(entry, top, elsewhere)
            if found is not None:
                index, heading = found
                self.headings[index] = heading
                place = max(place, heading.stop - 1)
        self.is_trusted = len(self.headings) >= max(3, 0.6 * asked)
        if asked and len(self.headings) < 0.3 * asked:
            self.headings.clear()  # an outline of something else

    def _found(self, entry: Entry, top: int, places: Sequence[int]) -> tuple[int, Heading] | None:
        """The first of `places` where `entry` stands, with its heading. Letter by letter, or else nearly."""
        level = max(entry.level - top, 0) + 1
        if len(_bare(entry.title)) < 3:
            return None
        for find in (self._whole, self._nearly):
            for index in places:
                if _bare(self.lines[index].text) and (heading := find(entry.title, level, index)) is not None:
                    return index, heading
        return None

    def _whole(self, title: str, level: int, index: int) -> Heading | None:
        """`title` letter by letter, in lines of its own or in the line of its text."""
        wanted, plain = _bare(title), _bare(unnumbered(title))
        for stop, text in self._texts(index):
            bare, here = _bare(text), _bare(unnumbered(text))
            if bare == wanted or here == plain:
                return _heading(text, level, stop)
            if not wanted.startswith(bare) and not plain.startswith(here):
                break
        return self._run_in(title, level, index)

    def _texts(self, index: int) -> Iterator[tuple[int, str]]:
        """What the lines from `index` on are together, one line, two, and so on, and where they stop."""
        text = ""
        for stop in range(index + 1, min(index + TITLE_LINES, len(self.lines)) + 1):
            line = self.lines[stop - 1]
            if line.page != self.lines[index].page:
                return
            text = glued(text, line, self.lines[stop - 2]) if text else line.text
            yield stop, text

    def _run_in(self, title: str, level: int, index: int) -> Heading | None:
        """A title in the line of its text, set apart by a stop or by its font: `6.2. Middle level. The ...`. It may
        begin in the lines above."""
        wanted = {_bare(title), _bare(unnumbered(title))}
        for stop, text in self._texts(index):
            last = self.lines[stop - 1]
            lead = len(text) - len(last.text) + last.lead if last.lead else 0
            if (found := _run_in(text, lead, wanted)) is not None:
                end, rest = found
                return _heading(text[:end], level, stop, text[rest:].lstrip())
            if not any(each.startswith(bare) for each in wanted for bare in (_bare(text), _bare(unnumbered(text)))):
                break
        return None

    def _nearly(self, title: str, level: int, index: int) -> Heading | None:
        """A title whose formula the outline has in other letters, under the same number, or that stands out."""
        line = self.lines[index]
        first = FIRST_SENTENCE.match(line.text)
        is_apart = line.lead or next(numbers(title), None) is not None
        if first is not None and is_apart and _likeness(title, first[1]) >= _NEARLY:
            return _heading(first[1], level, index + 1, line.text[first.end() :])
        if not self.setting.stands_out(line):
            return None
        likeness = {stop: (text, _likeness(title, text)) for stop, text in self._texts(index)}
        stop = max(likeness, key=lambda each: likeness[each][1], default=index)
        text, best = likeness.get(stop, ("", 0.0))
        return _heading(text, level, stop) if best >= _NEARLY else None


def _run_in(text: str, lead: int, titles: Collection[str]) -> tuple[int, int] | None:
    """Where one of `titles` ends with which `text` begins, and where the text behind it begins. `lead`: where its font
    ends."""
    number = len(text) - len(unnumbered(text))
    for start, wanted in [(start, wanted) for start in sorted({0, number}) for wanted in sorted(titles)]:
        end = _end_of(text[start:], wanted) if len(wanted) > (2 if lead else 5) else None
        if end is None:
            continue
        end += start
        if gap := _RUN_IN_GAP.match(text, end):
            return end + len(gap["closers"]), gap.end()
        if _bare(text[:end]) == _bare(text[:lead]):
            return lead, lead
    return None


def _heading(text: str, level: int, stop: int, rest: str = "") -> Heading:
    title = text.strip()[:LONGEST_TITLE]
    return Heading(title, level, stop, rest, bool(APPENDIX.match(title)))


def _likeness(title: str, text: str) -> float:
    """How alike the words of two titles are, from 0 to 1. 0 where their numbers differ."""
    one, two = (next(numbers(each.strip()), None) for each in (title, text))
    if one is not None and two is not None and one[:2] != two[:2]:
        return 0.0
    wanted, here = _bare(unnumbered(title)), _bare(unnumbered(text))
    if len(wanted) < 8 or 2 * min(len(wanted), len(here)) < _NEARLY * (len(wanted) + len(here)):
        return 0.0
    return SequenceMatcher(None, wanted, here).ratio()


@lru_cache(4096)
def _bare(text: str) -> str:
    """The letters and digits alone, without accents: how an outline and a page have the same title."""
    return "".join(each for each in unicodedata.normalize("NFKD", text.lower()) if each.isalnum())


def _end_of(text: str, bare: str) -> int | None:
    """Where in `text` the letters and digits of `bare` end, if it begins with them. An outline may lack a formula's."""
    for end in range(len(bare), min(len(text), 2 * len(bare) + 20) + 1):
        here = _bare(text[:end])
        if bare in (here, _GREEK.sub("", here)):
            return end
    return None
