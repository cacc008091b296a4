"""Characters on a page, their accents, and how they are written: raised and lowered ones as `^{2}` and `_{i}`."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from digest_assets.full_text.pdf_order import Face

SCRIPT_SCALE = 0.87  # of the line's size: what is smaller may be an exponent
_RAISED, _LOWERED = 0.12, -0.06  # of the line's size: how far a small character stands off the line to be a script
HYPHENS = {0x02, 0xAD, 0xFFFE}
"""How pdfium marks a hyphen at the end of a line (in older builds U+FFFE), and the soft hyphen."""
_LIGATURES = str.maketrans({chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff\ufffe\uffff]")
# Accents that stand for themselves, as TeX sets them over a letter, and the marks that compose with it.
ACCENTS = {
    "`": "\u0300", "\u00b4": "\u0301", "\u02c6": "\u0302", "\u02dc": "\u0303", "\u00af": "\u0304", "\u02d8": "\u0306",
    "\u02d9": "\u0307", "\u00a8": "\u0308", "\u02da": "\u030a", "\u02dd": "\u030b", "\u02c7": "\u030c",
    "\u00b8": "\u0327", "\u02db": "\u0328", "\u20d7": "\u20d7",
    "~": "\u0303",
}  # fmt: skip
_NEGATIONS = {"6", "\u0338"}
"""TeX's stroke through a sign, which its font of signs has in the place of the 6."""
ACCENTS |= dict.fromkeys(_NEGATIONS, "\u0338")
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
NEGATED = frozenset("=∈≡∼≈≃≅⊂⊆⊃⊇∋≤≥<>⊥⊢∃∣∥≺≻")
_NEAR = 8
"""Characters that a file may have between a letter and its accent."""
_LINE = 250
"""Characters back to where the letter of an accent may stand: pdfium gives what is not quite on a line after it."""
AXIS = 0.25
"""Of the size, how high above the line TeX centres fractions and tall signs."""


class Glyph(NamedTuple):
    """A character on the page. Points, `baseline` growing upwards; turned so that the page's text runs to the right."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    face: Face
    space: int
    """0 where there is no space before it, 1 where pdfium sees one in a gap, 2 where the file has one."""
    hidden: bool


def composed(glyphs: list[Glyph]) -> list[Glyph]:
    """Accents put on the letters that they stand over: `¨` and `u` are `ü`, however the file has them."""
    result: list[Glyph] = []
    alone: list[int] = []  # accents that have no letter yet, by place
    taken: set[int] = set()
    for glyph in glyphs:
        last = result[-1] if result else None
        # A ligature, which pdfium takes apart. An accent of TeX's may be as wide as its letter, too.
        if last is not None and glyph[1:4] == last[1:4] and ACCENTS.keys().isdisjoint((last.text, glyph.text)):
            is_known = "\ufffd" not in last.text
            result[-1] = last._replace(text=last.text + glyph.text) if is_known else last
            continue
        if last is not None and (last.text, glyph.text) == ("∼", "=") and glyph.left < last.right - 0.3 * glyph.size:
            result[-1] = glyph._replace(text="≅", space=last.space)
            continue
        here = len(result)
        if glyph.text in ACCENTS:
            reach = _NEAR if glyph.text in _NEGATIONS else _LINE
            for place in range(here - 1, max(here - 1 - reach, -1), -1):
                if (letter := _accented(glyph, result[place])) and (
                    here - place <= _NEAR or _is_of_line(glyph, result[place])
                ):
                    result[place] = result[place]._replace(text=letter)
                    break
            else:
                alone.append(here)
                result.append(glyph)
            continue
        while alone and here - alone[0] > _NEAR:
            del alone[0]
        for place in reversed(alone):
            if letter := _accented(result[place], glyph):
                space = result[place].space if place == here - 1 else glyph.space
                glyph = glyph._replace(text=letter, space=space)
                alone.remove(place)
                taken.add(place)
                break
        result.append(glyph)
    return [glyph for place, glyph in enumerate(result) if place not in taken]


def _is_of_line(accent: Glyph, letter: Glyph) -> bool:
    return letter.text.isalpha() and abs(accent.baseline - letter.baseline) < 0.4 * letter.size


def _is_negated(stroke: str, sign: str) -> bool:
    """Whether `stroke` may go through `sign`: the one of a font of signs through all signs, a `6` through relations."""
    return sign in NEGATED or (stroke != "6" and "←" <= sign < "\u2b00")


def _accented(accent: Glyph, letter: Glyph) -> str | None:
    mark = ACCENTS.get(accent.text)
    if letter.text in ACCENTS or (accent.text in _NEGATIONS and not _is_negated(accent.text, letter.text)):
        return None
    overlap = min(accent.right, letter.right) - max(accent.left, letter.left)
    if (
        mark is None
        or overlap < 0.4 * (accent.right - accent.left)
        or abs(accent.baseline - letter.baseline) > letter.size * (0.2 if accent.text in _NEGATIONS else 1)
    ):
        return None
    composed = unicodedata.normalize("NFC", _DOTLESS.get(letter.text, letter.text) + mark)
    has_mark = len(letter.text) == 1 and (letter.text.isalpha() or accent.text in _NEGATIONS)
    return composed if len(composed) == 1 or has_mark else None


def spaces(run: Sequence[Glyph]) -> list[bool]:
    """Before which characters a space belongs: by the file's own spaces, and by the gaps.

    Letters that are set apart (`C o m p u t i n g`) have a gap each, which is no space.
    """
    gaps = [0.0, *(after.left - before.right for before, after in pairwise(run))]
    may_be_apart = len(gaps) > 8 or (len(gaps) > 5 and all(glyph.text.isalpha() for glyph in run))  # else a formula
    tracking = max(sorted(gaps[1:])[(len(gaps) - 1) // 4], 0.0) if may_be_apart else 0.0
    result = [False]
    for gap, (before, glyph) in zip(gaps[1:], pairwise(run), strict=True):
        size = min(before.size, glyph.size)
        least = tracking + 0.12 * size if tracking > 0.06 * size else 0.04 * size
        if glyph.space and glyph.text in "fj" and glyph.face != before.face:
            least = -0.1 * size  # in italics they reach to the left of their place
        if glyph.space == 2:
            least = -0.15 * size  # a letter in italics reaches over the space before it
        result.append(gap > least if glyph.space else gap > tracking + 0.17 * size)
    return result


def size_and_baseline(glyphs: Sequence[Glyph]) -> tuple[float, float]:
    """Size and baseline of most of the characters, larger ones before smaller ones."""
    sizes: Counter[float] = Counter()
    for glyph in glyphs:
        sizes[glyph.size] += 1 + (glyph.text.isalnum() or glyph.text >= "\u4e00")
    size = max(sizes, key=lambda each: (sizes[each] * each, each))
    # One letter may carry a long script, and is the line's all the same; a large initial is one of many.
    most = 0.1 * sum(sizes.values())
    size = max((each for each in sizes if each >= size and sizes[each] >= most), default=size)
    # What is as large, but for rounding and for another font's design, is of the line.
    lines = Counter(round(glyph.baseline, 1) for glyph in glyphs if glyph.size == size)
    return size, lines.most_common(1)[0][0]


def written(glyphs: Sequence[Glyph], spaced: Sequence[bool], size: float, baseline: float, depth: int = 0) -> str:
    """The text of `glyphs`, raised and lowered ones as `^{2}` and `_{i}`: 10^{20} is not 1020."""
    text = ""
    steps = _steps(glyphs, size, baseline)
    for step, group in groupby(range(len(glyphs)), key=steps.__getitem__):
        members = [*group]
        within = [glyphs[index] for index in members]
        before = " " if spaced[members[0]] and text else ""
        if step == 0 or depth > 3:
            text += before + "".join(
                (" " if spaced[index] and index != members[0] else "") + glyphs[index].text for index in members
            )
            continue
        inner = written(within, [spaced[index] for index in members], *size_and_baseline(within), depth + 1).strip()
        text += f"{before}{'^' if step > 0 else '_'}{{{inner}}}" if clean(inner) else ""
    return text


def _steps(glyphs: Sequence[Glyph], size: float, baseline: float) -> list[int]:
    """For each character whether it is raised (1), lowered (-1) or on the line. A smaller one behind a script is of
    that, wherever it stands: the `K` of `C^{K}` in an index comes back to the line."""
    steps: list[int] = []
    script: Glyph | None = None
    for place, glyph in enumerate(glyphs):
        is_of_script = (
            script is not None
            and glyph.size <= SCRIPT_SCALE * script.size
            and glyph.left < glyphs[place - 1].right + 0.3 * script.size
        )
        steps.append(steps[-1] if is_of_script else _step(glyph, size, baseline))
        script = script if is_of_script else glyph if steps[-1] else None
    return steps


def _step(glyph: Glyph, size: float, baseline: float) -> int:
    """1 for a raised character, -1 for a lowered one, 0 for one on the line."""
    rise = (glyph.baseline - baseline) / size
    if glyph.size <= SCRIPT_SCALE * size:
        return 1 if rise > _RAISED else -1 if rise < _LOWERED else 0
    return (1 if rise > 0 else -1) if abs(rise) > 0.2 and glyph.text.isdigit() else 0


def clean(text: str) -> str:
    return " ".join(_CONTROL.sub("", text.translate(_LIGATURES)).split())
