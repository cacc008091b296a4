"""Displayed formulas: the lines that one is set in, put together.

A fraction is two lines and a third beside them, a bracket around several lines as tall as these, and the number of an
equation stands at the margin. Each by itself would be a paragraph. They stay in the order of the file, which TeX has
from the left to the right, numerators before denominators.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from digest_assets.full_text.pdf_formulas import EQUATION_NUMBER, RELATION, words_of
from digest_assets.full_text.pdf_hyphens import joined
from digest_assets.full_text.pdf_order import STEP, Line
from digest_assets.full_text.pdf_setting import Setting
from digest_assets.full_text.pdf_titles import CAPTION, numbers

_NEAR = 3.2
"""Times the size: how far from the other lines of a formula one of its lines may stand."""
_FEW_WORDS = 8
_LETTERS = re.compile(r"[^\W\d_]{3}")
_SIGN = re.compile(r"[∑∏∫√∂∇±×·∞∀∃⊕⊗∥‖]")


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
    text = joined(display, setting.words)
    main = max(display, key=lambda line: (line.size, len(line.text)))
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
    if words_of(line.text) > (1 if len(line.text.split()) > 3 else 0):
        return False
    return not _is_of_paragraph(lines, index, setting)


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
