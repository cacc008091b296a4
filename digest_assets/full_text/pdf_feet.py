"""What stands at the foot of a column in smaller print than the text above it: footnotes, the authors' addresses, a
journal's licence. A sentence goes on behind it in the next column or on the next page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from digest_assets.full_text.pdf_order import Line
from digest_assets.full_text.pdf_setting import Setting
from digest_assets.full_text.pdf_titles import CAPTION

_WORDS = re.compile(r"[^\W\d_]{2}.*[^\W\d_]{3}")


def with_feet(lines: Sequence[Line], setting: Setting) -> list[Line]:
    """`lines`, those at the foot of a column marked as such."""
    result: list[Line] = []
    for column in _columns(lines):
        start = _foot(column, setting)
        result += [*column[:start], *(replace(line, is_foot=True) for line in column[start:])]
    return result


def _columns(lines: Sequence[Line]) -> Iterator[list[Line]]:
    column: list[Line] = []
    for line in lines:
        if column and (line.page != column[-1].page or line.baseline > column[-1].baseline + line.size):
            yield column
            column = []
        column.append(line)
    if column:
        yield column


def _foot(column: Sequence[Line], setting: Setting) -> int:
    """Where the smaller print begins that ends `column`, directly below the text. Its length where none does."""
    start = len(column)
    while start and setting.is_smaller(column[start - 1]):
        start -= 1
    if start in (0, len(column)):
        return len(column)
    last, first = column[start - 1], column[start]
    is_below_text = setting.is_body(last) and not setting.stands_out(last) and len(last.cells) == 1
    is_apart = last.baseline - first.baseline > 1.05 * setting.leading
    is_other = CAPTION.match(first.text) or setting.stands_out(first) or len(first.cells) > 1
    has_words = any(_WORDS.search(line.text) for line in column[start:])  # else the limits of a sum
    return start if is_below_text and is_apart and has_words and not is_other else len(column)
