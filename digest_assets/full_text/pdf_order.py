"""Pieces of text on a page to lines in reading order: across raised characters, table cells and two columns.

Apart from `pdf`, so that it can be tested on pieces written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from statistics import median
from typing import NamedTuple


class Face(NamedTuple):
    """A font, as far as the file tells. `weight`: 400 is common for a text, but what is common in a file is its
    norm."""

    name: str
    weight: int = 400
    fixed_pitch: bool = False


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


NUMBER = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}|[A-Z](?:\.\d{1,2}){0,3})[.:)]?")
"""What may be the number before a title."""
NUMBER_GAP = 2.4
"""Times the size: how far from its number a title may stand (`\\quad`, and what Word has for it)."""


class _Side(Enum):
    LEFT = "left"
    RIGHT = "right"
    ACROSS = "across"


def in_reading_order(pieces: Sequence[Line]) -> list[Line]:
    """The lines of a page as set, which is the reading order for TeX.

    Where the file goes to and fro between two columns, column by column instead, from one line that crosses both to
    the next.
    """
    gutter = _gutter(pieces)
    if gutter is None or not _goes_to_and_fro(pieces, gutter):
        return _merged(pieces)
    ordered: list[Line] = []
    band: list[Line] = []
    for piece in sorted(_merged(pieces, gutter), key=lambda each: (-round(each.baseline), each.left)):
        if _side(piece, gutter) is _Side.ACROSS:
            ordered += [*_by_column(band, gutter), piece]
            band = []
        else:
            band.append(piece)
    return ordered + _by_column(band, gutter)


def _merged(pieces: Sequence[Line], gutter: float | None = None) -> list[Line]:
    """Pieces of one visual line put together, but not over the gutter between two columns."""
    merged: list[Line] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if last is not None and _continues(last, piece) and not _part_at(last, piece, gutter):
            merged[-1] = _joined(last, piece)
        else:
            merged.append(piece)
    return merged


def _part_at(last: Line, piece: Line, gutter: float | None) -> bool:
    return gutter is not None and last.right <= gutter + 2 and piece.left >= gutter - 2


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
    if gap > 0.9 * size and not numbers:
        text, cells = f"{last.text} {piece.text}", (*last.cells, *piece.cells)
    else:
        joint = "" if gap < 0.15 * size else " "
        addition = _as_script(last, piece)
        text = f"{last.text}{joint}{addition}"
        cells = (*last.cells[:-1], f"{last.cells[-1]}{joint}{addition}", *piece.cells[1:])
    lead = piece if piece.size > 1.1 * last.size else last
    short, long = sorted((last, piece), key=lambda each: len(each.text))
    return replace(
        lead,
        text=text,
        cells=cells,
        left=last.left,
        right=max(last.right, piece.right),
        hyphenated=piece.hyphenated,
        face=long.face,
        lead=_lead(last, piece, numbers, len(text) - len(piece.text)),
        lead_face=piece.lead_face if numbers else last.lead_face or last.face,
        mixed=long.mixed or (short.face != long.face and len(short.text) > 0.25 * len(long.text)),
    )


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


def _goes_to_and_fro(pieces: Sequence[Line], gutter: float) -> bool:
    """Whether the file often has a piece of one column next to a piece of the other at about the same height."""
    jumps = sum(
        1
        for one, two in pairwise(pieces)
        if {_side(one, gutter), _side(two, gutter)} == {_Side.LEFT, _Side.RIGHT}
        and abs(one.baseline - two.baseline) < 2 * one.size
        and min(one.right - one.left, two.right - two.left) > 10 * one.size  # the cells of a table are narrower
    )
    return jumps * 8 > len(pieces)


def _by_column(band: list[Line], gutter: float) -> list[Line]:
    return sorted(band, key=lambda line: (_side(line, gutter) is _Side.RIGHT, -line.baseline, line.left))


def _side(line: Line, gutter: float) -> _Side:
    if line.right <= gutter + 2:
        return _Side.LEFT
    return _Side.RIGHT if line.left >= gutter - 2 else _Side.ACROSS


def _gutter(pieces: Sequence[Line]) -> float | None:
    """Just left of the second column, if there is one: few pieces cross that place, and many begin there."""
    if len(pieces) < 12:
        return None
    middle = (min(piece.left for piece in pieces) + max(piece.right for piece in pieces)) / 2
    starts = [piece.left for piece in pieces if middle - 10 < piece.left < middle + 40]
    if len(starts) * 5 < len(pieces):
        return None
    gutter = median(starts) - 4
    crossing = sum(1 for piece in pieces if _side(piece, gutter) is _Side.ACROSS)
    return gutter if crossing * 4 < len(pieces) else None
