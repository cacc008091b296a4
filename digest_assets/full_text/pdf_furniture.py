"""What stands on the pages beside the text: running heads, page numbers, line numbers, watermarks, tables of contents.

They are told by what they do over the pages, not by where they stand: a head returns at its height, a page's number
grows with the page, a line's number with the line. What is taken out here is said, with its text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from digest_assets.full_text.pdf_order import NUMBER_GAP, Line
from digest_assets.full_text.pdf_setting import LARGER
from digest_assets.full_text.pdf_titles import CAPTION


class Beside(str, Enum):
    """Why a text on the pages is not in a section."""

    HEAD = "running heads and page numbers"
    LINE_NUMBER = "line numbers"
    TURNED = "turned text"
    HIDDEN = "hidden text"
    CONTENTS = "contents"
    FRONT = "title and authors"
    KEYWORDS = "keywords"
    BIBLIOGRAPHY = "bibliography"
    LABEL = "labels in drawings"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A text on the pages that is in no section."""

    what: Beside
    text: str


_OUTER_ROWS = 3
"""How many rows at the head and at the foot of a page may be a running head."""
_PAGE_NUMBER = re.compile(r"(?:page\s+)?[–—-]?\s*(\d{1,4})\s*[–—-]?(?:\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)
_ROMAN = re.compile(r"[ivxl]{1,7}", re.IGNORECASE)
_ITEM_NUMBER = re.compile(r"\(?\d{1,3}[.)]")
_STAMP = re.compile(r"arXiv:\s*(?:\d{4}\.\d{4,5}|[a-z-]+/\d{7})v\d+\s+\[")
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*[\divxlA-Z.-]{1,6}$|…+\s*\d{1,4}$")
_ENDS_IN_PAGE = re.compile(r"(?:^|\s)(\d{1,4}|[ivxl]{1,6})$")
_CONTENTS_TITLE = re.compile(r"(?:table of )?contents|list of (?:figures|tables)", re.IGNORECASE)
_MARGIN = 0.09  # of the page's height: only where there are too few pages to see what returns


def without_line_numbers(pieces: Sequence[Line]) -> tuple[list[Line], list[LeftOut]]:
    """The pieces of a page without the numbers of its lines: a column of numbers that count on, beside the text."""
    columns: defaultdict[int, list[Line]] = defaultdict(list)
    for piece in pieces:
        if re.fullmatch(r"\d{1,4}", piece.text):
            columns[round(piece.right / 4)].append(piece)
    numbers: set[int] = set()
    rows = len({round(piece.baseline / 4) for piece in pieces})
    for column in columns.values():
        beside = [each for key in (-1, 0, 1) for each in columns.get(round(column[0].right / 4) + key, ())]
        step = _step(beside)
        if (
            len(beside) >= (5 if step == 1 else 3)
            and len(beside) * step >= min(15, rows / 3)
            and _stand_apart(beside, pieces)
        ):
            numbers |= {id(each) for each in beside}
    kept = [piece for piece in pieces if id(piece) not in numbers]
    return kept, [LeftOut(Beside.LINE_NUMBER, piece.text) for piece in pieces if id(piece) in numbers]


def _step(numbers: Iterable[Line]) -> int:
    """By how much `numbers` count on from line to line: by 1, or every fifth line by 5. 0 where they do not."""
    values = [int(each.text) for each in sorted(numbers, key=lambda each: -each.baseline)]
    steps = Counter(after - before for before, after in pairwise(values))
    step, count = steps.most_common(1)[0] if steps else (0, 0)
    return step if step in (1, 5) and count >= 0.8 * len(values[1:]) else 0


def _stand_apart(numbers: Sequence[Line], pieces: Sequence[Line]) -> bool:
    left, right = min(each.left for each in numbers), max(each.right for each in numbers)
    others = [each for each in pieces if not re.fullmatch(r"\d{1,4}", each.text)]
    return sum(each.left < right and left < each.right for each in others) <= 0.1 * len(others)


# -- running heads, page numbers, watermarks


def without_heads(pages: Sequence[Sequence[Line]]) -> tuple[list[list[Line]], list[LeftOut]]:
    """Lines by page without what returns at the same height of many pages, and without page numbers."""
    heads = _Heads(pages)
    kept = [[line for line in page if not heads.holds(line)] for page in pages]
    return kept, [LeftOut(Beside.HEAD, line.text) for page in pages for line in page if heads.holds(line)]


class _Heads:
    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        count = sum(1 for page in pages if page)
        self._often = max(2, min(4, count // 3))
        outer = [line for page in pages for line in _outer(page)]
        self._outer = {id(line) for line in outer}
        self._places: defaultdict[str, list[Line]] = defaultdict(list)
        for line in outer:
            self._places[_key(line)].append(line)
        sizes = Counter(line.size for page in pages for line in page)
        self._size = sizes.most_common(1)[0][0] if sizes else 0.0
        self._everywhere = self._watermarks(pages, count)
        self._offset = self._numbering(outer)
        self._zones = self._rows_of_heads(pages)

    def holds(self, line: Line) -> bool:
        if line.text in self._everywhere or _STAMP.match(line.text):
            return True
        if id(line) not in self._outer or CAPTION.match(line.text):
            return False
        return (
            self._returns(line)
            or self._is_page_number(line)
            or (
                not self._is_title(line)
                and any(abs(line.baseline - height) < 2 for height in self._zones.get(line.page, ()))
            )
        )

    def _returns(self, line: Line) -> bool:
        key = _key(line)
        if not key.strip("0"):
            return False
        pages = {each.page for each in self._places[key] if abs(each.baseline - line.baseline) < 4}
        return len(pages) >= self._often

    def _is_page_number(self, line: Line) -> bool:
        in_margin = not _MARGIN * line.page_height < line.baseline < (1 - _MARGIN) * line.page_height
        match = _PAGE_NUMBER.fullmatch(line.text)
        if match:
            return in_margin or (self._offset is not None and int(match[1]) - line.page == self._offset)
        return in_margin and bool(_ROMAN.fullmatch(line.text))

    def _is_title(self, line: Line) -> bool:
        """Whether it is larger than the text, as a section's title at the top of its page is and no head is."""
        return line.size > LARGER * self._size

    @staticmethod
    def _numbering(outer: Iterable[Line]) -> int | None:
        """What the pages' numbers are more than their places in the file."""
        numbered = {(number - line.page, line.page) for line in outer for number in _numbers_at_ends(line.text)}
        offsets = Counter(offset for offset, _ in numbered)
        best = offsets.most_common(1)
        return best[0][0] if best and best[0][1] > 1 else None

    @staticmethod
    def _watermarks(pages: Sequence[Sequence[Line]], count: int) -> frozenset[str]:
        """What stands at the same place of most pages, wherever that is."""
        seen = Counter(
            (text, left, baseline)
            for text, left, baseline, _ in {
                (line.text, round(line.left), round(line.baseline), line.page) for page in pages for line in page
            }
            if sum(map(str.isalpha, text)) > 5
        )
        return frozenset(text for (text, _, _), times in seen.items() if times >= max(4, 0.6 * count))

    def _rows_of_heads(self, pages: Sequence[Sequence[Line]]) -> dict[int, list[float]]:
        """By page: heights of heads that change, with the section's title in capitals or beside the page's number."""
        zones: defaultdict[int, list[float]] = defaultdict(list)
        for outermost in (max, min):
            rows = {}
            for page in pages:
                if page:
                    height = outermost(line.baseline for line in page)
                    rows[page[0].page] = [line for line in page if abs(line.baseline - height) < 2]
            heights = Counter(round(row[0].baseline / 2) for row in rows.values())
            if not heights or heights.most_common(1)[0][1] < max(3, 0.4 * len(rows)):
                continue
            usual = heights.most_common(1)[0][0]
            here = {page: row for page, row in rows.items() if abs(round(row[0].baseline / 2) - usual) <= 1}
            heads = sum(1 for page, row in here.items() if self._looks_like_head(page, row))
            if heads >= 0.6 * len(here):
                for number, row in here.items():
                    zones[number].append(row[0].baseline)
        return zones

    def _looks_like_head(self, page: int, row: Sequence[Line]) -> bool:
        if any(self._returns(line) for line in row) or self._is_in_small_capitals(row):
            return True
        number = None if self._offset is None else str(page + self._offset)
        return number is not None and any(number in (words := line.text.split())[:1] + words[-1:] for line in row)

    def _is_in_small_capitals(self, row: Sequence[Line]) -> bool:
        """Whether a row is in capitals no larger than the text: a slide's title is larger."""
        letters = sum(map(str.isalpha, row[0].text))
        return row[0].text.isupper() and letters > 4 and row[0].size <= 1.05 * self._size


def _outer(page: Sequence[Line]) -> list[Line]:
    """The lines of the first and of the last rows of a page, but for those of numbered items: the questions of a form
    may be alike, and begin a page at the same height."""
    heights = sorted({round(line.baseline / 2) for line in page})
    outer = {*heights[:_OUTER_ROWS], *heights[-_OUTER_ROWS:]}
    lines = [line for line in page if round(line.baseline / 2) in outer]
    items = {line.baseline for line in lines if _ITEM_NUMBER.fullmatch(line.text) and _has_text_beside(line, lines)}
    return [line for line in lines if not any(abs(line.baseline - baseline) < 2 for baseline in items)]


def _has_text_beside(number: Line, lines: Iterable[Line]) -> bool:
    return any(
        abs(line.baseline - number.baseline) < 2 and 0 < line.left - number.right < NUMBER_GAP * number.size
        for line in lines
    )


def _numbers_at_ends(text: str) -> set[int]:
    whole, first, last = _PAGE_NUMBER.fullmatch(text), re.match(r"(\d{1,4})\s", text), re.search(r"\s(\d{1,4})$", text)
    return {int(match[1]) for match in (whole, first, last) if match}


def _key(line: Line) -> str:
    return re.sub(r"\d+", "0", "".join(line.text.lower().split()))


# -- contents


def without_contents(lines: Sequence[Line]) -> tuple[list[Line], list[LeftOut]]:
    """Without tables of contents: titles with leaders to a page's number, or lines that end in one below `Contents`."""
    taken: set[int] = set()
    index = 0
    while index < len(lines):
        titled = bool(_CONTENTS_TITLE.fullmatch(lines[index].text.strip(" .:")))
        end = _end_of_entries(lines, index + titled, titled)
        if end is not None:
            taken.update(range(index, end))
            index = end
        else:
            index += 1
    kept = [line for index, line in enumerate(lines) if index not in taken]
    return kept, [LeftOut(Beside.CONTENTS, lines[index].text) for index in sorted(taken)]


def _end_of_entries(lines: Sequence[Line], start: int, titled: bool) -> int | None:
    """Behind the last of the entries that begin at `start`. None where there are no three of them."""
    last, entries, index = start, 0, start
    while index < len(lines) and index - last < 3:
        text = lines[index].text
        ends = titled and len(text) < 120 and _ENDS_IN_PAGE.search(text)
        # A number alone ends an entry of its own page; on the next one it is a chapter's.
        if _LEADERS.search(text) or (ends and (ends.start() or lines[index].page == lines[index - 1].page)):
            last, entries = index + 1, entries + 1
        elif not titled and index == start:
            return None
        index += 1
    return last if entries >= 3 else None
