"""Displayed formulas: the lines that one is set in, put together.

A fraction is two lines and a third beside them, a bracket around several lines as tall as these, and the number of an
equation stands at the margin. Each by itself would be a paragraph. They stay in the order of the file, which TeX has
from the left to the right, numerators before denominators. Rows that say something each, as two equations below each
other and the cases of a definition do, are lines of the text: `x = a` above `b = c` is not `x = ab = c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from math import inf

from digest_assets.full_text.pdf_formulas import EQUATION_NUMBER, RELATION, SCRIPT, words_of
from digest_assets.full_text.pdf_hyphens import joined
from digest_assets.full_text.pdf_order import STEP, Line
from digest_assets.full_text.pdf_setting import Setting
from digest_assets.full_text.pdf_titles import CAPTION, numbers

_NEAR = 3.2
"""Times the size: how far from the other lines of a formula one of its lines may stand."""
_FEW_WORDS = 8
_FEW_NAMES = 4
_LETTERS_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
"""Of languages that set no spaces between words."""
_LETTERS = re.compile(r"[^\W\d_]{3}")
_SIGN = re.compile(r"[∑∏∫√∂∇±×·∞∀∃⊕⊗∥‖]")
_LEADING = 0.9
"""Times the size: how far a row is at least below the one before. The line of a fraction's denominator is nearer to
that of the fraction."""
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_TALL = re.compile(r"[()\[\]{}⟨⟩⌈⌉⌊⌋\u239b-\u23ad|‖∥√.,;\s]*")
_CLAUSE = re.compile(r"\b(?:if|else|otherwise|subject to|minimi[sz]e|maximi[sz]e|min|max)\b|\bs\.\s?t\.")
"""What tells a row that is no equation: a case, a constraint, what is sought."""


def with_displays(lines: Sequence[Line], setting: Setting) -> list[Line]:
    """`lines`, those of a displayed formula as one."""
    result: list[Line] = []
    index = 0
    while index < len(lines):
        stop = _stop(lines, index, setting)
        display = lines[index:stop]
        if len(display) > 1 and any(RELATION.search(line.text) or _SIGN.search(line.text) for line in display):
            result.append(_one(display, setting))
        else:
            result += display
        index = stop
    return result


def _one(display: Sequence[Line], setting: Setting) -> Line:
    main = max(display, key=lambda line: (line.size, len(line.text)))
    text = "\n".join(joined(row, setting.words) + "-" * row[-1].hyphenated for row in _rows(display, main.size))
    return replace(
        main,
        text=text,
        cells=(text,),
        left=min(line.left for line in display),
        right=max(line.right for line in display),
        baseline=min(line.baseline for line in display if line.size > 0.8 * main.size),
        hyphenated=False,
        mixed=True,
        lead=0,
        is_display=True,
        parts=(),
    )


def _rows(display: Sequence[Line], size: float) -> list[list[Line]]:
    """The lines of `display` by its rows. What says nothing of its own goes on with the row before."""
    rows: list[list[Line]] = []
    last_says = False
    for level in _levels(display, size):
        says = _says_something(level, size)
        if rows and not (last_says and says):
            rows[-1] += level
            last_says = last_says or says
        else:
            rows.append(level)
            last_says = says
    return rows


def _levels(display: Sequence[Line], size: float) -> Iterator[list[Line]]:
    """`display` cut where all that follows stands below all that was: the pieces of a row lie in each other."""
    heights = [line.baseline if _stands_on_row(line, size) else -inf for line in display]
    tops = [*accumulate(reversed(heights), max)][::-1]
    start, foot = 0, inf
    for index, (line, height, top) in enumerate(zip(display, heights, tops, strict=True)):
        if height > -inf:
            if _LEADING * size < foot - top < inf:
                yield list(display[start:index])
                start, foot = index, inf
            foot = min(foot, height)
        if line.text.endswith("{"):  # cases stand around the line of what they define
            foot = inf
    yield list(display[start:])


def _stands_on_row(line: Line, size: float) -> bool:
    """Whether it has a row's line: no limit of a sum, bracket around several rows, or number between them."""
    return line.size > 0.8 * size and not (_TALL.fullmatch(line.text) or EQUATION_NUMBER.fullmatch(line.text))


def _says_something(row: Sequence[Line], size: float) -> bool:
    """Whether it is an equation, or a clause. What stands in scripts and brackets is a part of one."""
    text = _outside(" ".join(line.text for line in row if line.size > 0.8 * size))
    return bool(RELATION.search(text) or _CLAUSE.search(text))


def _outside(text: str) -> str:
    """`text` without what stands in scripts and brackets."""
    for inner in (SCRIPT, _BRACKETED):
        while (without := inner.sub("", text)) != text:
            text = without
    return text


def _stop(lines: Sequence[Line], start: int, setting: Setting) -> int:
    """Behind the last line of what may be a display and begins at `start`."""
    stop = start + 1
    if not _may_be_part(lines, start, setting):
        return stop
    while stop < len(lines) and (_is_near(lines[max(start, stop - 4) : stop], lines[stop])):
        if not (_may_be_part(lines, stop, setting) or _is_between(lines, start, stop)):
            break
        stop += 1
    return stop


def _is_near(display: Sequence[Line], line: Line) -> bool:
    return line.page == display[-1].page and any(
        abs(line.baseline - each.baseline) < _NEAR * max(each.size, line.size) for each in display
    )


def _may_be_part(lines: Sequence[Line], index: int, setting: Setting) -> bool:
    """Whether the line at `index` is of a formula: next to no words, and not the end of a paragraph."""
    line = lines[index]
    if len(line.cells) > 1 or CAPTION.match(line.text) or STEP.match(line.text) or setting.is_code(line):
        return False
    if _LETTERS.search(line.text) and (setting.stands_out(line) or next(numbers(line.text), None)):
        return False  # a title
    if len(_LETTERS_WITHOUT_SPACES.findall(line.text)) > _FEW_WORDS:
        return False
    if words_of(line.text) > (1 if len(line.text.split()) > 3 else 0) and not _is_of_names(line, setting):
        return False
    return not _is_of_paragraph(lines, index, setting)


def _is_of_names(line: Line, setting: Setting) -> bool:
    """Whether it is an equation between names that are words: set off from the text, and in another font."""
    text = _outside(line.text)
    is_apart = setting.indent(line) > line.size and line.face.name != setting.body_face.name
    relation = RELATION.search(text) if is_apart else None
    return relation is not None and words_of(text[: relation.start()]) < 2 and words_of(text) < _FEW_NAMES


def _is_of_paragraph(lines: Sequence[Line], index: int, setting: Setting) -> bool:
    """Whether the line goes on with a text, at the margin directly below it or beside it."""
    line = lines[index]
    for other in (*lines[max(index - 2, 0) : index], *lines[index + 1 : index + 3]):
        if other.page != line.page or words_of(other.text) < 3 or len(other.cells) > 1:
            continue
        above = other.baseline - line.baseline
        if abs(above) < 0.7 * min(setting.leading, other.size):
            return True
        at_margin = setting.indent(line) < 0.5 * line.size and not EQUATION_NUMBER.search(line.text)
        if at_margin and 0 < above < 1.15 * setting.leading:
            return True
    return False


def _is_between(lines: Sequence[Line], start: int, index: int) -> bool:
    """Whether a line with words stands beside those of a formula (`if x > 0`, `subject to`), or below a brace."""
    line = lines[index]
    if len(line.cells) > 1 or words_of(line.text) > _FEW_WORDS:
        return False
    return any(
        (abs(each.baseline - line.baseline) < 0.9 * line.size and each.right < line.left + 0.3 * line.size)
        or (line.size < 0.8 * each.size and 0 < each.baseline - line.baseline < 2 * each.size and line.left > each.left)
        for each in lines[start:index]
    )
