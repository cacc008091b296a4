"""The limits of sums, products, integrals, `lim` and `max`, which stand above and below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from digest_assets.full_text.pdf_glyphs import SCRIPT_SCALE, Glyph, size_and_baseline

_INTEGRALS = "∫∮∬∭"
_LONGEST_WORD = 6
_LONGEST_LIMIT = 40
"""Characters."""
_OPERATORS = "∑∏∐∫∮∬∭∪∩⊎∧∨⨆⨀⨁⨂⨄⋃⋂⋀⋁"
_HAS_LIMITS = re.compile(r"(?:arg|ess|lim)?(?:lim|max|min|sup|inf)|det|gcd|Pr")
_LIMIT = (0.45, 2.2)
"""Times the size: how far above or below the line a limit stands. An exponent stands nearer."""


def with_limits(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """`glyphs`, the limits above and below sums, products, integrals, `lim` and `max` as scripts behind these: what
    stands under a sum is no line of its own."""
    result = list(glyphs)
    index = 0
    while index < len(result):
        glyph = result[index]
        is_sign = glyph.text in _OPERATORS
        if is_sign or (glyph.text.isalpha() and index + 1 < len(result) and _may_be_limit(glyph, result[index + 1])):
            starts = [index] if is_sign else _word_starts(result, index)
            index = next((stop for start in starts if (stop := _gather_limits(result, start, index)) > index), index)
        index += 1
    return result


def _word_starts(glyphs: Sequence[Glyph], stop: int) -> list[int]:
    """Where words begin that end at `stop` and have limits: `arg min` may have them as a whole, or `min` alone."""
    last, word, starts = glyphs[stop], "", []
    for index in range(stop, max(stop - _LONGEST_WORD, -1), -1):
        glyph = glyphs[index]
        if glyph.face != last.face or abs(glyph.baseline - last.baseline) > 0.1:
            break
        word = f"{glyph.text}{word}"
        if _HAS_LIMITS.fullmatch(word):
            starts.append(index)
    return starts


def _gather_limits(glyphs: list[Glyph], start: int, stop: int) -> int:
    """Put the limits of the operator in [start, `stop`], which stand around it in the file, behind it. Returns where
    the last of them is."""
    start, stop = _with_its_limit_behind(glyphs, start, stop)
    main, left, right = glyphs[stop], glyphs[start].left, glyphs[stop].right
    ends = [stop + 1]
    while len(ends) < 3 and (end := _limit_end(glyphs, ends[-1], main, left, right)) > ends[-1]:
        ends.append(end)
    first = start
    while first > 0 and start - first < _LONGEST_LIMIT and _may_be_limit(main, glyphs[first - 1]):
        first -= 1
    if _limit_end(glyphs, first, main, left, right) != start:
        first = start
    limits = [glyphs[one:two] for one, two in ((first, start), *pairwise(ends)) if one < two]
    if not limits:
        return stop
    limits.sort(key=lambda limit: limit[0].baseline)
    scripts = [script for limit in limits for script in _as_scripts(limit, main, right)]
    glyphs[first : ends[-1]] = [*glyphs[start : stop + 1], *scripts]
    return first + stop - start + len(scripts)


def _with_its_limit_behind(glyphs: list[Glyph], start: int, stop: int) -> tuple[int, int]:
    """Move the start of a limit behind the operator in [start, `stop`], where the file has that in the middle of it:
    `N`, `∑`, `− 1`. Returns where the operator is."""
    first = start
    while 0 < first > start - _LONGEST_LIMIT and stop + 1 < len(glyphs):
        if not _is_of_limit(glyphs[stop], glyphs[first - 1], glyphs[stop + 1]):
            break
        first -= 1
    if first == start or glyphs[stop + 1].left - glyphs[start - 1].right > 0.3 * glyphs[stop].size:
        return start, stop
    limit = [*glyphs[first:start], *glyphs[stop + 1 : stop + 1 + _LONGEST_LIMIT]]
    if _limit_end(limit, 0, glyphs[stop], glyphs[start].left, glyphs[stop].right) == 0:
        return start, stop
    glyphs[first : stop + 1] = [*glyphs[start : stop + 1], *glyphs[first:start]]
    return first, first + stop - start


def _is_of_limit(main: Glyph, before: Glyph, behind: Glyph) -> bool:
    is_left = before.right < behind.left + 0.1 * main.size
    return is_left and before.baseline == behind.baseline and _may_be_limit(main, before)


def _may_be_limit(main: Glyph, glyph: Glyph) -> bool:
    off = abs(glyph.baseline - main.baseline)
    return glyph.size < SCRIPT_SCALE * main.size and _LIMIT[0] * main.size < off < _LIMIT[1] * main.size


def _limit_end(glyphs: Sequence[Glyph], start: int, main: Glyph, left: float, right: float) -> int:
    """Behind the limit that begins at `start`: small, on one side of the operator, and centred on it or, where it is
    one of an integral, just behind it. `start` where none begins."""
    stop = start
    while stop < len(glyphs) and stop - start < _LONGEST_LIMIT and _may_be_limit(main, glyphs[stop]):
        last, glyph = glyphs[max(stop - 1, start)], glyphs[stop]
        if abs(glyph.baseline - last.baseline) > 0.6 * main.size or glyph.left < last.left - 0.1 * main.size:
            break
        stop += 1
    if stop == start:
        return start
    first, end = glyphs[start].left, max(glyph.right for glyph in glyphs[start:stop])
    centred = abs(first + end - left - right) < 0.7 * main.size
    behind = main.text in _INTEGRALS and left - 0.3 * main.size < first < right + 0.6 * main.size
    return stop if centred or behind else start


def _as_scripts(limit: Sequence[Glyph], main: Glyph, right: float) -> list[Glyph]:
    _, baseline = size_and_baseline(limit)
    place = main.baseline + (0.4 if baseline > main.baseline else -0.2) * main.size
    return [
        glyph._replace(
            left=max(glyph.left, right),
            right=max(glyph.right, right),
            baseline=place + 0.5 * (glyph.baseline - baseline),
            space=glyph.space if glyph is not limit[0] else 0,
        )
        for glyph in limit
    ]
