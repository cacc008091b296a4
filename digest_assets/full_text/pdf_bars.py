"""Fractions and roots, which a page draws with a bar: `a/b`, `(a + b)/(2c)`, `√(x)`.

Without its bar a quotient reads as a product. A bar is told from a table's rule and from an underline by how it is set:
it is as long as the longer of the two rows above and below it, both are centred on it, and neither goes on beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from digest_assets.full_text.pdf_formulas import WORD
from digest_assets.full_text.pdf_glyphs import AXIS, SCRIPT_SCALE, Glyph, size_and_baseline, spaces, written

_ROOT, _ENTAILS = "√", "⊢"
_ABOVE = (0.05, 0.8)
_BELOW = (0.3, 1.25)
"""Times the size: how far from the bar the line of a numerator and of a denominator may be."""
_TALL = 2.6
"""The same, at most, of rows that hold a fraction themselves."""
_UNDERLINE = 0.3
"""Times the size: a bar that is no nearer to the row above it is no line under a word."""
_OVER, _UNDER = "\u0304", "\u0332"
_DESCENDERS = frozenset("gjpqyçβγζηµμξρφχψ")
_ASCENDERS = frozenset("bdfhkltβδζθλξϑ")
_ON_LINE = 0.12
_SCRIPT = 0.65
"""Times the size: how far from a row's line its characters may be, and its scripts."""
_TIGHT = 0.35
"""Times the size: how much longer than its rows a bar may be, and how far off its middle theirs."""
_BESIDE = 0.2
"""Times the size: what stands nearer beside a row goes on with it."""
_GAP = 1.3
"""Times the size: a wider gap is one between cells."""
_REACH, _SIDE = 40.0, 20.0
"""Points up and down, and to the left and right, in which a bar's rows and what is beside them are looked for."""
_BAR_LIMIT = 500
"""A page of formulas has a hundred; where there are more, they are a drawing's."""
_BAND = 10.0
_WORD_LETTERS = 4
_ATOM = re.compile(r"(?:\d+(?:\.\d+)?|[^\W\d]|[^\w\s/])(?:[_^]\{[^{}]*\})*|√(?:\w|\([^()]*\))|\([^()]*\)")
"""What needs no brackets."""


class Bar(NamedTuple):
    """A thin rectangle that a page draws, in points, turned as its text is. `height` of its middle."""

    left: float
    right: float
    height: float


class _Row(NamedTuple):
    """Places of characters of one line, and that line."""

    places: frozenset[int]
    left: float
    right: float
    size: float
    baseline: float


def with_bars(glyphs: Sequence[Glyph], bars: Iterable[Bar]) -> list[Glyph]:
    """`glyphs`, each fraction and each root with a bar as one of them; what stands in another first."""
    bars = [*bars]
    page = _Page(glyphs, bars if len(bars) <= _BAR_LIMIT else [])
    for bar in sorted(page.bars, key=lambda each: each.right - each.left):
        page.take(bar)
    return [glyph for glyph in page.glyphs if glyph is not None]


class _Page:
    """Characters by how high they stand."""

    def __init__(self, glyphs: Sequence[Glyph], bars: list[Bar]) -> None:
        self.glyphs: list[Glyph | None] = list(glyphs)
        self.bars = bars
        self._bands: defaultdict[int, list[int]] = defaultdict(list)
        self._wholes: set[int] = set()
        """Places of fractions and roots."""
        for place, glyph in enumerate(glyphs):
            self._bands[round(glyph.baseline / _BAND)].append(place)

    def take(self, bar: Bar) -> None:
        """Put the fraction or the root together that `bar` belongs to, or mark what it stands over or under."""
        near = self._near(bar)
        above, below = (self._row(bar, near, above=each) for each in (True, False))
        root = next((place for place in near if self._is_root_of(place, bar)), None)
        if root is not None and below is not None:
            within = self._text(below)
            within = f"({within})" if "^" in within else _in_brackets(within)  # else it might be the root's exponent
            self._put(root, below.places | {root}, f"{_ROOT}{within}", bar, below)
        elif above is None or below is None or not self._take_fraction(bar, near, above, below):
            self._mark(bar, above, below)

    def _take_fraction(self, bar: Bar, near: Sequence[int], above: _Row, below: _Row) -> bool:
        if not self._are_of_a_fraction(bar, near, above, below):
            return False
        places = above.places | below.places
        numerator, denominator = self._text(above), self._text(below)
        beside = self._size_beside(bar, near, places)
        if beside is None and (WORD.search(numerator) or WORD.search(denominator)):
            return False  # of a table's head
        if _ENTAILS in numerator or _ENTAILS in denominator:
            return False  # of a rule of inference
        size = beside or above.size
        if above.size > SCRIPT_SCALE * size and _is_under(above, bar) and bar.height - below.baseline > 0.9 * size:
            return False
        whole = _Row(places, bar.left, bar.right, size, bar.height - AXIS * size)
        self._put(min(places), places, f"{_in_brackets(numerator)}/{_in_brackets(denominator)}", bar, whole)
        return True

    def _mark(self, bar: Bar, above: _Row | None, below: _Row | None) -> None:
        """Set the line under or over a letter: its own mark, which tells it from the one without."""
        for row, is_marked, mark in ((above, _is_underlined, _UNDER), (below, _is_overlined, _OVER)):
            if row is None or len(row.places) > 1:
                continue
            (place,) = row.places
            off = abs(row.baseline - bar.height) / row.size
            is_as_long = max(abs(bar.left - row.left), abs(bar.right - row.right)) < 0.25 * row.size
            glyph = self._at(place)
            if is_as_long and glyph.text.isalpha() and is_marked(glyph.text, off) and not self._is_in_a_word(place):
                self.glyphs[place] = glyph._replace(text=unicodedata.normalize("NFC", glyph.text + mark))
                self.bars.remove(bar)
                return

    def _is_in_a_word(self, place: int) -> bool:
        """Whether the letter at `place` is one of a word, which means the same with its line and without."""
        letters, glyph = 1, self._at(place)
        for step in (-1, 1):
            here, last = place + step, glyph
            while 0 <= here < len(self.glyphs) and letters < _WORD_LETTERS:
                other = self.glyphs[here]
                if other is None or not other.text.isalpha() or not _are_side_by_side(last, other):
                    break
                letters, here, last = letters + 1, here + step, other
        return letters >= _WORD_LETTERS

    def _near(self, bar: Bar) -> list[int]:
        bands = range(round((bar.height - _REACH) / _BAND), round((bar.height + _REACH) / _BAND) + 1)
        found = {place for band in bands for place in self._bands[band]}
        return sorted(place for place in found if self._is_beside(place, bar))

    def _is_beside(self, place: int, bar: Bar) -> bool:
        glyph = self.glyphs[place]
        return glyph is not None and glyph.left < bar.right + _SIDE and glyph.right > bar.left - _SIDE

    def _at(self, place: int) -> Glyph:
        glyph = self.glyphs[place]
        assert glyph is not None
        return glyph

    def _row(self, bar: Bar, near: Sequence[int], *, above: bool) -> _Row | None:
        """The line directly above or below `bar`, as far as that reaches."""
        side = [
            place
            for place in near
            if bar.left < (self._at(place).left + self._at(place).right) / 2 < bar.right
            and (self._at(place).baseline > bar.height) is above
        ]
        if not side:
            return None
        first = self._at(min(side, key=lambda place: abs(self._at(place).baseline - bar.height)))
        largest = max(
            (
                self._at(place)
                for place in side
                if abs(self._at(place).baseline - first.baseline) < _SCRIPT * first.size
            ),
            key=lambda glyph: (glyph.size, -abs(glyph.baseline - bar.height)),
        )
        size, line = largest.size, largest.baseline
        places = frozenset(
            place
            for place in side
            if abs(self._at(place).baseline - line)
            < (_ON_LINE if self._at(place).size > SCRIPT_SCALE * size else _SCRIPT) * size
        )
        least, most = _ABOVE if above else _BELOW
        most = _TALL if not self._wholes.isdisjoint(places) else most
        if not least * size < abs(line - bar.height) < most * size or self._is_barred(bar, line):
            return None
        members = [self._at(place) for place in places]
        return _Row(places, min(each.left for each in members), max(each.right for each in members), size, line)

    def _is_barred(self, bar: Bar, line: float) -> bool:
        """Whether another bar is between `bar` and what stands on `line`."""
        low, high = sorted((bar.height, line))
        return any(
            low + 0.1 < other.height < high - 0.1 and other.left < bar.right and other.right > bar.left
            for other in self.bars
            if other is not bar
        )

    def _is_root_of(self, place: int, bar: Bar) -> bool:
        """Whether the character at `place` is the sign of the root that `bar` covers: the highest one behind it, below
        which that of a fraction may begin at the same place."""
        glyph = self._at(place)
        if glyph.text != _ROOT or not _is_behind(bar, glyph):
            return False
        return not any(other.height > bar.height and _is_behind(other, glyph) for other in self.bars)

    def _are_of_a_fraction(self, bar: Bar, near: Sequence[int], above: _Row, below: _Row) -> bool:
        size = max(above.size, below.size)
        widest = max((above, below), key=lambda row: row.right - row.left)
        if abs(bar.left - widest.left) > _TIGHT * size or abs(bar.right - widest.right) > _TIGHT * size:
            return False
        if any(abs(row.left + row.right - bar.left - bar.right) > 2 * _TIGHT * size for row in (above, below)):
            return False
        return not any(self._goes_on(near, row, size) or self._has_cells(row) for row in (above, below))

    def _goes_on(self, near: Sequence[int], row: _Row, size: float) -> bool:
        """Whether a character beside `row` is of the same word."""
        for place in near:
            glyph = self._at(place)
            if abs(glyph.baseline - row.baseline) < _ON_LINE * size and place not in row.places:
                gap = max(glyph.left - row.right, row.left - glyph.right)
                if -0.5 * size < gap < _BESIDE * size:
                    return True
        return False

    def _has_cells(self, row: _Row) -> bool:
        members = sorted((self._at(place) for place in row.places), key=lambda each: each.left)
        return any(two.left - one.right > _GAP * row.size for one, two in pairwise(members))

    def _size_beside(self, bar: Bar, near: Sequence[int], places: Collection[int]) -> float | None:
        """Of what stands beside the fraction, on a line that has `bar` for its axis."""
        sizes = []
        for place in near:
            glyph = self._at(place)
            gap = max(glyph.left - bar.right, bar.left - glyph.right)
            is_on_line = abs(bar.height - AXIS * glyph.size - glyph.baseline) < _ON_LINE * glyph.size
            if place not in places and is_on_line and -0.2 * glyph.size < gap < 1.5 * glyph.size:
                sizes.append((gap, glyph.size))
        return min(sizes)[1] if sizes else None

    def _text(self, row: _Row) -> str:
        members = [self._at(place) for place in sorted(row.places)]
        on_line = [glyph for glyph in members if abs(glyph.baseline - row.baseline) < _ON_LINE * row.size]
        if any(two.left < one.left for one, two in pairwise(on_line)):
            members.sort(key=lambda each: each.left)
        members = [_as_factor(one, two) for one, two in zip_longest(members, members[1:])]
        return written(members, spaces(members), *size_and_baseline(members)).strip()

    def _put(self, place: int, places: Collection[int], text: str, bar: Bar, row: _Row) -> None:
        """In the place of the characters at `places`, and of `bar`."""
        first = self._at(place)
        left = min(self._at(each).left for each in places)
        for each in places:
            self.glyphs[each] = None
        self.glyphs[place] = first._replace(text=text, left=left, right=bar.right, baseline=row.baseline, size=row.size)
        self._bands[round(row.baseline / _BAND)].append(place)
        self._wholes.add(place)
        self.bars.remove(bar)


def _is_behind(bar: Bar, root: Glyph) -> bool:
    """Whether `bar` begins where the sign of a root ends, and is as high as one of its may be."""
    rise = bar.height - root.baseline
    return abs(root.right - bar.left) < 0.25 * root.size and -0.3 * root.size < rise < 3.2 * root.size


def _are_side_by_side(one: Glyph, two: Glyph) -> bool:
    gap = max(one.left, two.left) - min(one.right, two.right)
    return one.baseline == two.baseline and gap < 0.1 * one.size


def _is_under(row: _Row, bar: Bar) -> bool:
    """Whether `bar` is as near to `row` as the line under a word."""
    return row.baseline - bar.height < _UNDERLINE * row.size


def _is_underlined(letter: str, off: float) -> bool:
    """`off`: how far below the letter's line a bar is, times the size."""
    return 0.2 < off < 0.5 if letter in _DESCENDERS else 0.05 < off < 0.25


def _is_overlined(letter: str, off: float) -> bool:
    return 0.7 < off < 1 if letter in _ASCENDERS or letter.isupper() else 0.45 < off < 0.73


def _as_factor(glyph: Glyph, behind: Glyph | None) -> Glyph:
    """A fraction in brackets where what is `behind` it in its row multiplies it: `(1/2)x`."""
    is_factor = behind is not None and (behind.text[0].isalnum() or behind.text[0] in f"({_ROOT}")
    is_fraction = "/" in glyph.text and len(glyph.text) > 1
    return glyph._replace(text=f"({glyph.text})") if is_factor and is_fraction else glyph


def _in_brackets(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"
