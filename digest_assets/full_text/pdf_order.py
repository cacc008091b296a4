"""Pieces of text on a page to lines in reading order: across raised characters, table cells and columns.

Apart from `pdf`, so that it can be tested on pieces written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple, Protocol


class Face(NamedTuple):
    """A font, as far as the file tells. `weight`: 400 is common for a text, but what is common in a file is its
    norm."""

    name: str
    weight: int = 400
    fixed_pitch: bool = False


class Part(NamedTuple):
    """A piece of a line between gaps that might be those of a table."""

    text: str
    left: float
    right: float
    baseline: float
    is_cell: bool
    """Whether the gap before it is too wide for a space."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as set, or a piece of one. Points; `baseline` grows upwards from the foot of the page."""

    text: str
    cells: tuple[str, ...]
    """`text` cut at gaps that are too wide for a space: the cells of a table's row."""
    page: int
    left: float
    right: float
    baseline: float
    size: float
    """Of most characters; of the capitals, where the others are small capitals."""
    face: Face
    """Of most letters."""
    hyphenated: bool
    """Whether a word goes on in the next line; its hyphen is not in `text`."""
    page_height: float
    mixed: bool = False
    """Whether many letters are of another face."""
    lead: int = 0
    """How many characters at the start are of one face, where the rest is of another: `Results. We see ...`."""
    lead_face: Face | None = None
    lead_is_apart: bool = False
    """Whether what follows stands off it, further than a space is wide."""
    is_display: bool = False
    """Whether it is a displayed formula of several lines, in one."""
    parts: tuple[Part, ...] = ()
    """Of `cells`, and where each stands. None where the line is one."""
    is_foot: bool = False
    """Whether it is in smaller print at the foot of a column."""


NUMBER = re.compile(
    r"(?:[Aa]ppendix ?|APPENDIX ?)?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}|[A-Z](?:\.\d{1,2}){0,3})[.:)]?"
)
"""What may be the number before a title."""
STEP = re.compile(r"\d{1,3}:\s+\S")
"""The number of a line of an algorithm, as LaTeX's `algorithmic` sets it."""
NUMBER_GAP = 2.4
"""Times the size: how far from its number a title may stand (`\\quad`, and what Word has for it)."""


_JUMP = 3.0
"""Times the size: how far a line may stand from the one before and be of the same run. Formulas go up and down."""
_FEW_LETTERS = 20
_LINES_OF_A_COLUMN = 8


def in_reading_order(pieces: Sequence[Line]) -> list[Line]:
    """The lines of a page as set, which is the reading order for TeX, but nothing before what stands above it.

    Where the file goes to and fro between columns, column by column instead, from one line that crosses them to the
    next.
    """
    gutters = _gutters(pieces)
    if not gutters or not _goes_to_and_fro(pieces, gutters):
        return _downwards(_merged(pieces))
    ordered: list[Line] = []
    band: list[Line] = []
    for piece in sorted(_merged(pieces, gutters), key=lambda each: (-round(each.baseline), each.left)):
        if _column(piece, gutters) is None:
            ordered += [*_by_column(band, gutters), piece]
            band = []
        else:
            band.append(piece)
    return ordered + _by_column(band, gutters)


# -- what the file has before what stands above it


@dataclass(slots=True)
class _Run:
    """Lines that the file has one below the other."""

    lines: list[Line]
    left: float
    right: float
    top: float
    foot: float

    @classmethod
    def of(cls, line: Line) -> _Run:
        return cls([line], line.left, line.right, line.baseline, line.baseline)

    def goes_on_in(self, line: Line) -> bool:
        last = self.lines[-1]
        is_near = abs(line.baseline - last.baseline) < _JUMP * max(last.size, line.size)
        return is_near and min(self.right, line.right) > max(self.left, line.left)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.left, self.right = min(self.left, line.left), max(self.right, line.right)
        self.top, self.foot = max(self.top, line.baseline), min(self.foot, line.baseline)

    def stands_above(self, other: _Run) -> bool:
        return self.foot > other.top and min(self.right, other.right) > max(self.left, other.left)

    def stands_beside(self, other: _Run) -> bool:
        """Whether it is the column to the left of `other`, which the file may have first."""
        is_left = self.right < other.left and min(len(self.lines), len(other.lines)) >= _LINES_OF_A_COLUMN
        shared = min(self.top, other.top) - max(self.foot, other.foot)
        width, other_width = self.right - self.left, other.right - other.left
        are_alike = abs(width - other_width) < 0.1 * other_width
        return is_left and are_alike and 2 * shared > max(self.top - self.foot, other.top - other.foot)

    def is_text(self) -> bool:
        """Whether it has words enough: labels of a drawing and pieces of a formula stay where the file has them."""
        return sum(map(str.isalpha, "".join(line.text for line in self.lines))) >= _FEW_LETTERS


def _downwards(lines: list[Line]) -> list[Line]:
    """`lines`, each run of text behind those that stand above it, and the right column behind the left one: a
    publisher's file may have the text before the abstract, and the page's head last. Else as they were."""
    runs: list[_Run] = []
    for line in lines:
        if runs and runs[-1].goes_on_in(line):
            runs[-1].add(line)
        else:
            runs.append(_Run.of(line))
    texts = {place: run for place, run in enumerate(runs) if run.is_text()}
    above = [
        [
            place
            for place, other in texts.items()
            if own in texts and (other.stands_above(run) or other.stands_beside(run))
        ]
        for own, run in enumerate(runs)
    ]
    if all(place < own for own, places in enumerate(above) for place in places):
        return lines
    ordered: dict[int, None] = {}
    waiting = list(reversed(range(len(runs))))
    waited_for: set[int] = set()  # columns in steps may each stand before the next, round to the first
    while waiting:
        own = waiting[-1]
        missing = next((place for place in above[own] if place not in ordered and place not in waited_for), None)
        if missing is None:
            ordered.setdefault(waiting.pop())
        else:
            waiting.append(missing)
            waited_for.add(missing)
    return [line for own in ordered for line in runs[own].lines]


# -- pieces of one line


def _merged(pieces: Sequence[Line], gutters: Sequence[float] = ()) -> list[Line]:
    """Pieces of one visual line put together, but not over the gutter between two columns."""
    merged: list[Line] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if last is not None and _continues(last, piece) and not _part_at(last, piece, gutters):
            merged[-1] = _joined(last, piece)
        else:
            merged.append(piece)
    return merged


def _part_at(last: Line, piece: Line, gutters: Sequence[float]) -> bool:
    return any(last.right <= gutter + 2 and piece.left >= gutter - 2 for gutter in gutters)


def _continues(last: Line, piece: Line) -> bool:
    size = max(last.size, piece.size)
    return (
        not last.hyphenated
        and abs(last.baseline - piece.baseline) < 0.55 * size
        and piece.left > last.right - 0.3 * size
    )


def _joined(last: Line, piece: Line) -> Line:
    """pdfium breaks a line at raised and lowered characters, and `pdf` at wide gaps."""
    gap, size = piece.left - last.right, max(last.size, piece.size)
    numbers = bool(NUMBER.fullmatch(last.text)) and gap < NUMBER_GAP * size
    if _is_small_number(last, piece):  # of an algorithm's line, as algorithm2e sets it
        text = f"{last.text}: {piece.text}"
        return replace(piece, text=text, cells=(text,), left=last.left, parts=())
    if gap > 0.9 * size and not numbers:
        text, cells = f"{last.text} {piece.text}", (*last.cells, *piece.cells)
        first = parts_of(piece)[0]._replace(is_cell=True)
        parts = (*parts_of(last), first, *parts_of(piece)[1:])
    else:
        joint = "" if gap < 0.15 * size else " "
        addition = _as_script(last, piece)
        text = f"{last.text}{joint}{addition}"
        cells = (*last.cells[:-1], f"{last.cells[-1]}{joint}{addition}", *piece.cells[1:])
        one, (two, *others) = parts_of(last)[-1], parts_of(piece)
        if addition != piece.text:
            two, others = Part(addition, piece.left, piece.right, piece.baseline, False), []
        if numbers:  # of a title, or the first cell of a row
            parts = (*parts_of(last), two._replace(is_cell=gap > 0.9 * size), *others)
        else:
            whole = one._replace(text=f"{one.text}{joint}{two.text}", right=max(one.right, two.right))
            parts = (*parts_of(last)[:-1], whole, *others)
    lead = piece if piece.size > 1.1 * last.size else last
    short, long = sorted((last, piece), key=lambda each: len(each.text))
    return replace(
        lead,
        text=text,
        cells=cells,
        parts=parts,
        left=last.left,
        right=max(last.right, piece.right),
        hyphenated=piece.hyphenated,
        face=long.face,
        lead=_lead(last, piece, numbers, len(text) - len(piece.text)),
        lead_face=piece.lead_face if numbers else last.lead_face or last.face,
        lead_is_apart=piece.lead_is_apart
        if numbers
        else last.lead_is_apart or (not last.lead and last.face != piece.face and gap > 0.9 * size),
        mixed=long.mixed or (short.face != long.face and len(short.text) > 0.25 * len(long.text)),
    )


def parts_of(line: Line) -> tuple[Part, ...]:
    """Where the words of `line` stand. One part for a line that is one, or of which it is not known."""
    return line.parts or (Part(line.text, line.left, line.right, line.baseline, False),)


def _is_small_number(last: Line, piece: Line) -> bool:
    return last.text.isdecimal() and is_small_beside(last, piece) and len(piece.cells) == 1


class _Set(Protocol):
    """What stands on a line."""

    @property
    def size(self) -> float: ...
    @property
    def baseline(self) -> float: ...


def is_small_beside(one: _Set, other: _Set) -> bool:
    """Whether `one` is much smaller than `other`, and on its line: neither raised nor lowered."""
    return one.size < 0.8 * other.size and abs(one.baseline - other.baseline) < 0.06 * other.size


def _lead(last: Line, piece: Line, numbers: bool, offset: int) -> int:
    if numbers:
        return offset + piece.lead if piece.lead else 0
    return last.lead or (len(last.text) if last.face != piece.face else 0)


def _as_script(last: Line, piece: Line) -> str:
    if piece.size > 0.85 * last.size or len(piece.cells) > 1:
        return piece.text
    rise = piece.baseline - last.baseline
    if rise > 0.12 * last.size:
        return f"^{{{piece.text}}}"
    return f"_{{{piece.text}}}" if rise < -0.06 * last.size else piece.text


def _goes_to_and_fro(pieces: Sequence[Line], gutters: Sequence[float]) -> bool:
    """Whether the file often has a piece of one column next to a piece of another at about the same height."""
    jumps = sum(
        1
        for one, two in pairwise(pieces)
        if None not in (columns := (_column(one, gutters), _column(two, gutters)))
        and columns[0] != columns[1]
        and abs(one.baseline - two.baseline) < 2 * one.size
        and min(one.right - one.left, two.right - two.left) > 10 * one.size  # the cells of a table are narrower
    )
    return jumps * 8 > len(pieces)


def _by_column(band: list[Line], gutters: Sequence[float]) -> list[Line]:
    return sorted(band, key=lambda line: (_column(line, gutters), -line.baseline, line.left))


def _column(line: Line, gutters: Sequence[float]) -> int | None:
    """Which column, from 0. None for a line that crosses a gutter."""
    begins = sum(line.left >= gutter - 2 for gutter in gutters)
    return begins if begins == sum(line.right > gutter + 2 for gutter in gutters) else None


def _gutters(pieces: Sequence[Line]) -> tuple[float, ...]:
    """Just left of the second column, or of the second and the third: few pieces cross those places, and many begin
    there."""
    if len(pieces) < 12:
        return ()
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    for count in (2, 3):
        gutters = []
        for number in range(1, count):
            place = left + (right - left) * number / count
            starts = [piece.left for piece in pieces if place - 10 < piece.left < place + 80 / count]
            if len(starts) * 5 >= len(pieces):
                gutters.append(median(starts) - 4)
        crossing = sum(_column(piece, gutters) is None for piece in pieces)
        if len(gutters) == count - 1 and crossing * 4 < len(pieces):
            return tuple(gutters)
    return ()
