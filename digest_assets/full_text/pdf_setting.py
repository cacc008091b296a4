"""How a document is set: its own norm, against which a line is large, heavy, indented or far from the one above.

Nothing here is absolute. A file whose every font calls itself bold has no bold text but what is heavier than the rest.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from digest_assets.full_text.pdf_order import Face, Line

LARGER = 1.08
"""Times the body's size, from where on a line is larger than the text."""
_SMALLER = 0.95
"""Times the body's size, below which a line is in smaller print."""
_HEAVY_NAME = re.compile(
    r"bold|black|heavy|demi|semibd|medi(?!um)|cmbx|cmb\d|sfbx|bx\d|-bd?$|cmcsc|smallcap|[a-z]b$|[-.]b[a-z]?\d?$",
    re.IGNORECASE,
)
_FIXED_NAME = re.compile(
    r"cmtt|cmsltt|courier|mono|typewriter|consol|lettergothic|inconsol|sftt|nimbusmon", re.IGNORECASE
)
_ENOUGH = 8
"""Characters, from where on their widths are alike by chance no more."""
_HEAVIER = 150
"""Of a font's weight: from 400 (regular) to 700 (bold) are 300."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The norm of a document."""

    body_size: float
    body_face: Face
    leading: float
    """The usual distance between two lines of a paragraph."""
    margins: dict[int, tuple[float, ...]]
    """By page: where its columns begin."""
    words: frozenset[str]
    """The words of the document, but for those that are broken at a line's end."""
    shares: dict[str, float]
    """By name of a font: of all characters, which share is set in it."""
    pitches: dict[float, float]
    """By size: how wide each character is in lines of a typewriter's font. Points."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Setting:
        """The norm of `lines`, of which there must be one."""
        sizes: Counter[float] = Counter()
        lefts: defaultdict[int, Counter[int]] = defaultdict(Counter)
        names: Counter[str] = Counter()
        for line in lines:
            sizes[line.size] += len(line.text)
            names[line.face.name] += len(line.text)
            lefts[line.page][round(line.left)] += 1
        body_size = sizes.most_common(1)[0][0]
        faces: Counter[Face] = Counter()
        for line in lines:
            if abs(line.size - body_size) < 0.05 * body_size:
                faces[line.face] += len(line.text)
        gaps = Counter(
            round(one.baseline - two.baseline, 1)
            for one, two in pairwise(lines)
            if one.page == two.page
            and abs(one.size - body_size) < 0.05 * body_size
            and abs(two.size - body_size) < 0.05 * body_size
            and 0.8 * one.size < one.baseline - two.baseline < 3 * one.size
        )
        return cls(
            body_size,
            faces.most_common(1)[0][0],
            gaps.most_common(1)[0][0] if gaps else 1.2 * body_size,
            {page: _margins(counts) for page, counts in lefts.items()},
            frozenset(_whole_words(lines)),
            {name: count / max(sum(names.values()), 1) for name, count in names.items()},
            _pitches(lines),
        )

    def indent(self, line: Line) -> float:
        """How far `line` begins to the right of its column."""
        margins = [margin for margin in self.margins[line.page] if margin <= line.left + 1.5]
        return line.left - max(margins, default=line.left)

    def is_larger(self, line: Line) -> bool:
        return line.size >= LARGER * self.body_size

    def is_smaller(self, line: Line) -> bool:
        return line.size < _SMALLER * self.body_size

    def is_heavier(self, line: Line) -> bool:
        """Whether `line` is bold where the text is not: by the fonts' names, or by their weights."""
        if line.face == self.body_face or line.mixed:
            return False
        heavy, body = (bool(_HEAVY_NAME.search(face.name)) for face in (line.face, self.body_face))
        return (heavy and not body) or line.face.weight >= self.body_face.weight + _HEAVIER > _HEAVIER

    def stands_out(self, line: Line) -> bool:
        """Whether `line` is set as headings are: larger, heavier, or in capitals."""
        text = line.text
        in_capitals = text.isupper() and sum(map(str.isalpha, text)) > 4 and len(text) < 120
        return self.is_larger(line) or self.is_heavier(line) or in_capitals

    def differs(self, line: Line) -> bool:
        """Whether `line` is in a font of its own: italics, or a publisher's font whose name says nothing."""
        return not line.mixed and line.face.name != self.body_face.name and self.shares.get(line.face.name, 0.0) < 0.2

    def is_body(self, line: Line) -> bool:
        return abs(line.size - self.body_size) < 0.06 * self.body_size

    def is_code(self, line: Line) -> bool:
        """Whether `line` is set in a typewriter's font, in a document that is not."""
        if not _is_fixed(line.face) or _is_fixed(self.body_face):
            return False
        return not line.mixed or self._keeps_pitch(line)

    def _keeps_pitch(self, line: Line) -> bool:
        """Whether its characters are all as wide as a typewriter's: bold words of a listing are, a text's are not."""
        if len(line.cells) > 1 or len(line.text) < _ENOUGH or not _is_fixed(line.lead_face or line.face):
            return False
        pitch = self.pitches.get(line.size, 0.0)
        return abs(line.right - line.left - pitch * len(line.text)) < 0.5 * pitch


def _pitches(lines: Sequence[Line]) -> dict[float, float]:
    widths: defaultdict[float, list[float]] = defaultdict(list)
    for line in lines:
        if _is_fixed(line.face) and not line.mixed:
            widths[line.size].append((line.right - line.left) / len(line.text))
    return {size: median(found) for size, found in widths.items()}


def _is_fixed(face: Face) -> bool:
    return face.fixed_pitch or bool(_FIXED_NAME.search(face.name))


def _whole_words(lines: Sequence[Line]) -> Iterator[str]:
    """The words of the paper, without the two parts of those that are broken at a line's end."""
    goes_on = False
    for line in lines:
        words = re.findall(r"[\w-]+", line.text.lower())
        yield from words[goes_on : len(words) - line.hyphenated]
        goes_on = line.hyphenated


def _margins(counts: Counter[int]) -> tuple[float, ...]:
    """Where many lines begin, but not where first lines of paragraphs are indented to."""
    enough = max(3.0, 0.15 * sum(counts.values()))
    often = {left for left in counts if counts[left] + counts[left + 1] + counts[left - 1] >= enough} | {min(counts)}
    return tuple(
        float(left)
        for left in often
        if not any(0 < left - other < 40 and counts[other] > counts[left] for other in often)
    )
