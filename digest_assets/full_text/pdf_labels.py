"""Labels of drawings: loose words near a figure's caption. Loose words elsewhere are pieces of the text: of a formula,
of an algorithm, of a theorem's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from digest_assets.full_text.pdf_formulas import RELATION
from digest_assets.full_text.pdf_order import Line
from digest_assets.full_text.pdf_titles import CAPTION
from digest_assets.model import Block, BlockKind

_FIGURE = re.compile(r"(?:extended data |supplementary )?(?:fig(?:ure|\.)|scheme)", re.IGNORECASE)
_GOES_ON = re.compile(r"[\w,;]$")
_ENDS = re.compile(r"[.:;?!]$")
_FEW_WORDS = 4
_TEXT_WORDS = 6
_COLUMN = 5
"""Times the size: how far up the file goes, at least, from the foot of a column to the head of the next one."""
_MOST_LABELS = 80
"""Lines between the head of a column and a caption that are looked at."""


def without_drawn(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """`lines` without the labels of drawings at the head of a column, in the midst of the sentence that the column
    before ends with; and those labels, by drawing. Such as are smaller than the text are told from it as blocks."""
    kept: list[Line] = []
    labels: list[str] = []
    index = 0
    while index < len(lines):
        stop = _end_of_labels(lines, index) if kept and _is_cut_by(kept[-1], lines[index]) else index
        if stop > index:
            labels.append(" ".join(line.text for line in lines[index:stop]))
        kept += lines[stop : stop + 1]
        index = stop + 1
    return kept, labels


def _is_cut_by(last: Line, line: Line) -> bool:
    """Whether a column begins with `line`, and the one before ends with `last`, within a sentence."""
    is_break = line.page != last.page or line.baseline > last.baseline + _COLUMN * line.size
    is_as_large = abs(line.size - last.size) < 0.08 * last.size
    return is_break and is_as_large and len(last.text.split()) >= _TEXT_WORDS and bool(_GOES_ON.search(last.text))


def _end_of_labels(lines: Sequence[Line], start: int) -> int:
    """Where the caption stands of the figure whose labels begin at `start`. `start` where they are no labels alone."""
    for index in range(start, min(start + _MOST_LABELS, len(lines))):
        line = lines[index]
        if line.page != lines[start].page:
            break
        if CAPTION.match(line.text):
            return index if _FIGURE.match(line.text) else start
        if len(line.text.split()) >= _FEW_WORDS or RELATION.search(line.text) or _ENDS.search(line.text):
            break
    return start


@dataclass(frozen=True, slots=True)
class Placed:
    """A block, and how it stands on its page."""

    block: Block
    page: int
    is_loose: bool = False
    """A few words that make no sentence, set unlike the text."""
    is_prose: bool = False
    """Set as the text is, in words enough."""
    is_hyphenated: bool = False
    """Whether its last word goes on behind it."""
    is_display: bool = False
    """Whether a displayed formula of several lines is in it."""


def without_labels(blocks: Sequence[Placed]) -> tuple[list[Placed], list[str]]:
    """The blocks of a section without labels of drawings, and the labels. Loose words that stay are put together: they
    are one formula's."""
    labels = {place for place in _drawn(blocks) if blocks[place].is_loose}
    kept: list[Placed] = []
    for place, each in enumerate(blocks):
        if place in labels:
            continue
        last = kept[-1] if kept else None
        if last is not None and last.is_loose and each.is_loose and last.page == each.page:
            kept[-1] = replace(last, block=replace(last.block, text=f"{last.block.text} {each.block.text}"))
        else:
            kept.append(each)
    return kept, [blocks[place].block.text for place in sorted(labels)]


def _drawn(blocks: Sequence[Placed]) -> Iterator[int]:
    """The places of what stands between a figure's caption and the text before it and behind it."""
    for caption, each in enumerate(blocks):
        if each.block.kind is not BlockKind.CAPTION or not _FIGURE.match(each.block.text):
            continue
        for places in (range(caption - 1, -1, -1), range(caption + 1, len(blocks))):
            for place in places:
                if blocks[place].page != each.page or blocks[place].is_prose:
                    break
                yield place
