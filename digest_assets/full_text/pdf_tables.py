"""Lines of a PDF to the rows of tables: what stands side by side, several times, in columns.

A cell's text may go on in lines of its own. TeX and Word write cell by cell, then: a row ends where the file goes on
below all that it has written of it. Publishers write line by line; then what is no row of its own is told by what it
stands below and how near.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from digest_assets.full_text.pdf_formulas import EQUATION_NUMBER, RELATION, words_of
from digest_assets.full_text.pdf_hyphens import joint
from digest_assets.full_text.pdf_items import ITEM
from digest_assets.full_text.pdf_order import STEP, Line, Part, parts_of
from digest_assets.full_text.pdf_setting import Setting
from digest_assets.full_text.pdf_titles import CAPTION

_FAR = 3.2
"""Times the size: how far below the last row the next one may stand."""
_FEW_WORDS = 4
_LONGEST_TABLE = 300
"""Lines, with those of cells. A drawing may have thousands."""
_MOST_COLUMNS = 60
_LONGEST_CELL = 8
"""Lines of one cell, from where on the next cell is not looked for."""
_DASHES = "–—-"
_NUMBER = re.compile(r"[<>~≈]?[+−–-]?[\d.,]*\d(?: ?± ?[\d.,]+)? ?%?[*∗†‡)]*(?:\^\{[^{}]+\})?|N/A|[–—-]")
_TORN = re.compile(r"^(?:[=≤≥≈∼≡+×·∝→≃]|[<>] (?!\d)|[,.;:)](?![\d .])|[()\[\]{}|,;.]+$)|[=≤≥<≈∼≡×·∝≃(\[{]$|\S [+−–]$")
"""What no cell begins or ends with, but a piece of a formula or of a sentence."""
_GOES_ON = re.compile(r"[a-z&(]")
_BROKEN = re.compile(r"\w-$")


@dataclass(frozen=True, slots=True)
class _Fragment:
    """A cell, or one line of it."""

    parts: tuple[Part, ...]
    baseline: float
    size: float
    hyphenated: bool

    def cut(self, places: Sequence[int]) -> list[_Fragment]:
        """The pieces that begin at `places` of its parts."""
        stop = len(self.parts)
        return [
            replace(self, parts=self.parts[one:two], hyphenated=self.hyphenated and two == stop)
            for one, two in pairwise((0, *places, stop))
        ]

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)

    @property
    def left(self) -> float:
        return self.parts[0].left

    @property
    def right(self) -> float:
        return max(part.right for part in self.parts)


_Columns = list[tuple[float, float]]
_PROVED = frozenset("□■∎◻")
_LARGE = 60
"""Lines: where so many make no table, no part of them is looked at for one."""


def with_tables(lines: Sequence[Line], setting: Setting) -> list[Line]:
    """`lines`, those of tables as their rows, each with a cell for each column. No other line has cells: a wide gap in
    a sentence does not make a table."""
    result: list[Line] = []
    index = 0
    while index < len(lines):
        stop = _stop(lines, index, setting)
        stop = index + _without_another(lines[index:stop])
        rows = _rows(lines[index:stop], setting) if stop > index + 1 else []
        if rows:
            result += rows
            index = stop
        else:
            passed = stop - index if stop - index > _LARGE else 1  # else each of its lines would be tried as the first
            result += [replace(line, cells=(line.text,), parts=()) for line in lines[index : index + passed]]
            index += passed
    return result


def is_below(above: Line, line: Line, far: float = 0.0) -> bool:
    return line.page == above.page and 0 <= above.baseline - line.baseline < (far or _FAR * line.size)


# -- which lines may be a table


def _stop(lines: Sequence[Line], start: int, setting: Setting) -> int:
    """Behind the last of the lines from `start` on that may be a table; `start` where none is."""
    first = lines[start]
    if not (_is_row(first, setting) or _opens_row(lines, start, setting)):
        return start
    region, stop = [first], start + 1
    for index in range(start + 1, min(start + _LONGEST_TABLE, len(lines))):
        line = lines[index]
        foot, top = min(each.baseline for each in region), max(each.baseline for each in region)
        if line.page != first.page or _is_listed(line, setting):
            break
        if not foot - _FAR * line.size < line.baseline < top + 1.2 * line.size:
            break
        if _is_row(line, setting) or _is_aligned(region, line) or _is_beside(region, line):
            stop = index + 1
        elif index - stop >= _LONGEST_CELL or not _may_be_cell(region, line, setting):
            break
        region.append(line)
    left = min(line.left for line in lines[start:stop])
    while stop < len(lines) and _ends_cell(lines[stop - 1], lines[stop], left):
        stop += 1
    return stop


def _is_row(line: Line, setting: Setting) -> bool:
    cells = len(_fragments(line))
    return cells > 1 and len(line.text.split()) <= 6 * cells and not _is_listed(line, setting)


def _is_aligned(region: Sequence[Line], line: Line) -> bool:
    """Whether the cells of `line` begin where others do, however long they are."""
    starts = {round(part.left) for each in region for part in parts_of(each) if part.is_cell}
    cells = [part for part in parts_of(line) if part.is_cell]
    return bool(cells) and all(round(part.left) in starts for part in cells)


def _is_listed(line: Line, setting: Setting) -> bool:
    return setting.is_code(line) or _is_item(line) or bool(STEP.match(line.text) or CAPTION.match(line.text))


def _is_item(line: Line) -> bool:
    """Whether it is a mark and, behind a gap, the item's text."""
    cells = _fragments(line) if ITEM.match(line.text) else []
    return len(cells) == 2 and bool(ITEM.fullmatch(f"{cells[0].text} "))


def _opens_row(lines: Sequence[Line], start: int, setting: Setting) -> bool:
    """Whether a cell of several lines begins here: the file goes on below it, and then up again beside it."""
    first = last = lines[start]
    right = first.right
    if _is_listed(first, setting):
        return False
    for line in lines[start + 1 : start + 1 + _LONGEST_CELL]:
        if line.page != first.page:
            return False
        if line.left > right + 0.5 * line.size and last.baseline - 0.3 * line.size < line.baseline:
            return line.baseline < first.baseline + 1.2 * line.size
        if not 0 < last.baseline - line.baseline < 1.7 * line.size or line.left > first.right:
            return False
        last, right = line, max(right, line.right)
    return False


def _is_beside(region: Sequence[Line], line: Line) -> bool:
    """Whether `line` stands to the right of what is there, and not below it."""
    level = [each for each in region if abs(each.baseline - line.baseline) < 0.6 * line.size]
    foot = min(each.baseline for each in region)
    to_the_right = any(
        parts_of(each)[0].right < line.left and each.baseline < line.baseline + 1.2 * line.size
        for each in region[-2 * _LONGEST_CELL :]
    )
    return (
        to_the_right
        and line.baseline > foot - 0.7 * line.size
        and not any(min(each.right, line.right) > max(each.left, line.left) + 0.7 * line.size for each in level)
    )


def _may_be_cell(region: Sequence[Line], line: Line, setting: Setting) -> bool:
    left, right = min(each.left for each in region), max(each.right for each in region)
    if (setting.is_heavier(line) and setting.is_larger(line)) or line.size > 1.05 * max(each.size for each in region):
        return False
    narrow = line.right - line.left < 0.6 * (right - left)
    if len(line.text.split()) <= _FEW_WORDS:
        return line.right < right + line.size
    return narrow and line.left > left - line.size and line.right < right + line.size


def _ends_cell(last: Line, line: Line, left: float) -> bool:
    """Whether `line` is below the last row, but not in its first column: its last cell goes on."""
    return (
        is_below(last, line, 1.35 * line.size)
        and line.left > left + line.size
        and line.right < last.right + line.size
        and line.size <= 1.05 * last.size
        and any(cell.left - 1 < line.left and line.right < cell.right + line.size for cell in _fragments(last))
    )


def _without_another(lines: Sequence[Line]) -> int:
    """How many of `lines` are one table: another one, below the widest gap by far, has columns of its own."""
    gaps = [one.baseline - two.baseline for one, two in pairwise(lines)]
    if len(gaps) < 3:
        return len(lines)
    second, widest = sorted(gaps)[-2:]
    place = gaps.index(widest) + 1
    if widest < 1.6 * second or not 1 < place < len(lines) - 1:
        return len(lines)
    parts = (_aligned([_fragments(line) for line in part]) for part in (lines[:place], lines[place:]))
    above, below = (_columns([each for found in part for each in found]) for part in parts)
    if min(len(above), len(below)) < 2 or _has_number(lines[place : place + 1]) or not _has_number(lines[:place]):
        return len(lines)  # the body of the table, below its head
    return place if len(_fragments(lines[place])) == len(below) or not _are_alike(above, below) else len(lines)


def _has_number(lines: Sequence[Line]) -> bool:
    return any(_NUMBER.fullmatch(each.text) for line in lines for each in _fragments(line))


def _are_alike(one: _Columns, two: _Columns) -> bool:
    """Whether each column of the one is next to one of the other alone."""
    within = [[left < behind and begin < right for left, right in two] for begin, behind in one]
    return all(map(sum, within)) and max(map(sum, within)) == 1 and len(one) == len(two)


# -- its columns and rows


def _rows(lines: Sequence[Line], setting: Setting) -> list[Line]:
    """The rows of the table in `lines`. None where they are no table."""
    fragments = _aligned([_fragments(line) for line in lines])
    columns = _columns([each for found in fragments for each in found])
    if len(columns) < 2:
        return []
    split = [[piece for each in found for piece in _split(each, columns)] for found in fragments]
    rows: list[Line] = []
    for start, stop in _bounds(lines):
        for members in _by_levels(lines[start:stop], split[start:stop]):
            rows.append(_row(members, columns, lines[start], setting))
    rows = _with_wrapped(rows, setting)
    return rows if _are_table(rows) else []


def _fragments(line: Line) -> list[_Fragment]:
    """The cells of `line`. Two numbers are two cells, however near."""
    parts = parts_of(line)
    numbers = [bool(_NUMBER.fullmatch(part.text)) for part in parts]
    is_row = sum(one and two for one, two in pairwise(numbers)) > 1
    groups: list[list[Part]] = []
    for index, part in enumerate(parts):
        last = parts[index - 1].text if index else ""
        labelled = is_row and last[-1:].isalpha() and part.text[-1:] not in _DASHES
        follows = numbers[index] and (last.endswith(")") or numbers[index - 1] or labelled)
        if not groups or part.is_cell or follows:
            groups.append([])
        groups[-1].append(part)
    return [
        _Fragment(tuple(group), line.baseline, line.size, line.hyphenated and group is groups[-1]) for group in groups
    ]


def _aligned(fragments: list[list[_Fragment]]) -> list[list[_Fragment]]:
    """`fragments` cut where several others begin, behind a gap that is wide for a space."""
    starts = Counter(round(each.left) for found in fragments for each in found)
    far = Counter(
        round(after.left)
        for found in fragments
        for each in found
        for before, after in pairwise(each.parts)
        if after.left - before.right > 0.5 * each.size and _NUMBER.fullmatch(before.text)
    )
    result: list[list[_Fragment]] = []
    for found in fragments:
        result.append([])
        for each in found:
            cut = [
                index + 1
                for index, (before, after) in enumerate(pairwise(each.parts))
                if after.left - before.right > 0.5 * each.size
                and (starts[round(after.left)] > 1 or far[round(after.left)] > 3)
            ]
            result[-1] += each.cut(cut)
    return result


def _columns(fragments: Sequence[_Fragment]) -> _Columns:
    """From where to where the columns go, from the left.

    A column begins where several cells do that have others to their left, and few go across: heads of two columns, and
    what is said of a whole row.
    """
    columns: _Columns = []
    waiting = [list(fragments)]
    while waiting and len(columns) < _MOST_COLUMNS:
        within = waiting.pop()
        place = _cut(within)
        before = [each for each in within if place and each.left <= place - 1 and each.right < place + 1]
        if place is None or not before:
            columns.append((min(each.left for each in within), max(each.right for each in within)))
        else:
            waiting += [[each for each in within if each.left > place - 1], before]
    return columns


def _cut(fragments: Sequence[_Fragment]) -> float | None:
    """Where a column begins, the one that the fewest go across and that is furthest from what is before it."""
    lefts, rights = sorted(each.left for each in fragments), sorted(each.right for each in fragments)
    best: tuple[int, float, float] | None = None
    for place in sorted(set(lefts))[1:]:
        behind, before = len(lefts) - bisect_right(lefts, place - 1), bisect_left(rights, place + 1)
        across = len(lefts) - behind - before
        if behind < len(lefts) and before and 2 * across <= min(before, behind):
            best = max(best or (-across, 0.0, place), (-across, place - rights[before - 1], place))
    return None if best is None else best[2]


def _split(fragment: _Fragment, columns: _Columns) -> list[_Fragment]:
    """`fragment` cut where its words stand in several columns, and far apart or at the columns' edges."""
    cut = []
    for index, (before, after) in enumerate(pairwise(fragment.parts)):
        left, right = columns[place := _nearest(after, columns)]
        if place == _nearest(before, columns) or "±" in (before.text, after.text):
            continue
        at_edge = abs(after.left - left) < 1.5 or abs(after.right - right) < 1.5
        if at_edge or after.left - before.right > 0.6 * fragment.size:
            cut.append(index + 1)
    return fragment.cut(cut)


def _nearest(part: Part | _Fragment, columns: _Columns) -> int:
    """The column that `part` stands in: the first of those that hold half of it or are held by it, or the nearest."""

    def distance(place: int) -> float:
        left, right = columns[place]
        overlap = min(right, part.right) - max(left, part.left)
        return 0.0 if 2 * overlap >= min(right - left, part.right - part.left) else 1 + max(-overlap, 0.0)

    return min(range(len(columns)), key=distance)


def _bounds(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Where the file has written a row: all that follows stands below it."""
    highest = [0.0] * (len(lines) + 1)
    for index in range(len(lines) - 1, -1, -1):
        highest[index] = max(highest[index + 1], lines[index].baseline)
    starts, foot = [0], lines[0].baseline
    for index in range(1, len(lines)):
        if highest[index] < foot - 0.7 * lines[index].size:
            starts.append(index)
            foot = lines[index].baseline
        foot = min(foot, lines[index].baseline)
    return list(pairwise((*starts, len(lines))))


def _by_levels(lines: Sequence[Line], fragments: Sequence[Sequence[_Fragment]]) -> list[list[_Fragment]]:
    """What the file has written at once, as the rows that it is: of those lines that hold several cells, each is one.
    What stands between them is of the nearest."""
    levels: list[float] = []
    for line, found in sorted(zip(lines, fragments, strict=True), key=lambda each: -len(each[1])):
        if len(found) > 1 and not any(abs(line.baseline - level) < 0.6 * line.size for level in levels):
            levels.append(line.baseline)
    rows: dict[float, list[_Fragment]] = {level: [] for level in sorted(levels, reverse=True) or [lines[0].baseline]}
    apart = min((one - two for one, two in pairwise(rows)), default=0.0)
    for each in (each for found in fragments for each in found):
        if len(levels) > 2 and min(abs(level - each.baseline) for level in rows) > 0.9 * apart:
            rows[each.baseline] = []
        rows[min(rows, key=lambda level: abs(level - each.baseline))].append(each)
    return [rows[level] for level in sorted(rows, reverse=True)]


def _row(fragments: Sequence[_Fragment], columns: _Columns, line: Line, setting: Setting) -> Line:
    cells = [""] * len(columns)
    for each in fragments:
        place = _nearest(each, columns)
        cells[place] = _glued(cells[place], f"{each.text}{'-' * each.hyphenated}", setting.words)
    return replace(
        line,
        text=" ".join(filter(None, cells)),
        cells=tuple(cells),
        parts=(),
        left=min(each.left for each in fragments),
        right=max(each.right for each in fragments),
        baseline=Counter(sorted(each.baseline for each in fragments)).most_common(1)[0][0],
        hyphenated=False,
        mixed=True,
        lead=0,
    )


def _with_wrapped(rows: list[Line], setting: Setting) -> list[Line]:
    """`rows`, what is only the second line of another in that one."""
    full = [3 * sum(map(bool, row.cells)) >= 2 * len(row.cells) for row in rows]
    both = [one and two for one, two in pairwise(full)]
    gaps = [one.baseline - two.baseline for (one, two), are in zip(pairwise(rows), both, strict=True) if are]
    usual = median(gaps) if gaps else 0.0
    result: list[Line] = []
    for place, row in enumerate(rows):
        gap = rows[place - 1].baseline - row.baseline if place else 0.0
        if result and _wraps(result[-1], row, gap, usual):
            last = result.pop()
            cells = tuple(_glued(one, two, setting.words) for one, two in zip(last.cells, row.cells, strict=True))
            row = replace(row, cells=cells, text=" ".join(filter(None, cells)))
        result.append(row)
    return result


def _glued(one: str, two: str, words: Set[str]) -> str:
    """Two lines of a cell in one. `words`: the document's."""
    if not (one and two):
        return one or two
    if not _BROKEN.search(one):
        return f"{one} {two}"
    return f"{one[:-1]}{joint(one[:-1], two, words)}{two}"


def _wraps(above: Line, row: Line, gap: float, usual: float) -> bool:
    filled = [(one, two) for one, two in zip(above.cells, row.cells, strict=True) if two]
    is_within = all(one for one, _ in filled)
    if gap < 0.7 * row.size:
        return is_within or not any(one for one, _ in filled)
    if not is_within or sum(map(bool, above.cells)) <= len(filled) or gap > 1.4 * row.size:
        return False
    if row.cells[0] and len(filled) > 1:
        return False
    goes_on = not row.cells[0] and all(one[-1] in ",-" or _GOES_ON.match(two) for one, two in filled)
    return goes_on or gap < 0.8 * usual


def _are_table(rows: Sequence[Line]) -> bool:
    full = [row for row in rows if sum(map(bool, row.cells)) > 1]
    if len(full) < 2 or (len(full) == 2 and len(rows[0].cells) == 2) or 2 * len(full) < len(rows):
        return False
    cells = [cell for row in rows for cell in row.cells if cell]
    is_drawing = 2 * sum(any(map(str.isalnum, cell)) for cell in cells) < len(cells)
    return not is_drawing and not _are_formula(rows)


def _are_formula(rows: Sequence[Line]) -> bool:
    """Whether the cells are pieces of formulas or sentences: with an equation's number, a proof's end, or broken off at
    a sign."""
    cells = [cell for row in rows for cell in row.cells if cell]
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in cells)
    numbered = any(EQUATION_NUMBER.fullmatch(row.cells[-1]) and RELATION.search(row.text) for row in rows)
    torn = sum(any(map(_TORN.search, row.cells)) for row in rows)
    related = sum(any(RELATION.search(cell) and not words_of(cell) for cell in row.cells) for row in rows)
    proves = [cell in _PROVED for cell in cells] == [False] * (len(cells) - 1) + [True]
    return numbered or proves or 3 * torn >= len(rows) or (related > 0.6 * len(rows) and 3 * numbers < len(cells))
