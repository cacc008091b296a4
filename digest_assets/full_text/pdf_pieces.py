"""A page's characters to pieces of lines, which `pdf_order` puts in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from digest_assets.full_text.pdf_bars import Bar, with_bars
from digest_assets.full_text.pdf_glyphs import (
    ACCENTS,
    HYPHENS,
    SCRIPT_SCALE,
    Glyph,
    clean,
    composed,
    size_and_baseline,
    spaces,
    written,
)
from digest_assets.full_text.pdf_limits import with_limits
from digest_assets.full_text.pdf_order import NUMBER, Face, Line, Part, is_small_beside

_LOOSE = 0.42  # of the size: TeX's space is a third of it, and where it is stretched, all of the line's are
_FEW_WORDS = 10
"""What has fewer may be a table's row, as what is mostly numbers: each of its words may be a cell."""
_WORD_LETTERS = re.compile(r"[a-z]{3,}")
_HARD_HYPHEN = re.compile(r"[^\W_][-\u2010]$")
_SOFT_HYPHEN = "\u00ad"
_SCRIPT_WORDS = 3
_CLOSING = frozenset(")]}⟩|‖∥⌋⌉")
_LEAST_SCRIPT = 0.45
"""Of the size of the letter: a script of a script is half as large, and a text behind a large initial smaller."""
_RULES = frozenset("|‖∣∥")
_TALL = 1.8
"""Times the size: half of the height of a tall bracket."""


class _Word(NamedTuple):
    start: int
    stop: int
    left: float
    right: float


def pieces(glyphs: Sequence[Glyph], page: int, height: float, bars: Iterable[Bar] = ()) -> Iterator[Line]:
    for run in _interleaved(_runs(with_bars(with_limits(_with_whole_rules(glyphs)), bars))):
        spaced = spaces(run)
        for start, stop in _parts(run, spaced):
            if (piece := _piece(run[start:stop], spaced[start:stop], page, height)) is not None:
                yield piece


def _runs(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Characters that go on to the right at about the same height, raised and lowered ones among them."""
    run: list[Glyph] = []
    main: Glyph | None = None
    right = 0.0
    for glyph in glyphs:
        if main is not None and not _goes_on(main, run[-1], glyph, right):
            yield run
            run, main = [], None
        if main is None or glyph.size > 0.95 * main.size:
            main = glyph
        right = max(right, glyph.right) if run else glyph.right
        run.append(glyph)
    if run:
        yield run


def _interleaved(runs: Iterable[list[Glyph]]) -> Iterator[list[Glyph]]:
    """Runs, those of a formula put together that the file holds font by font, as MathType writes them: first the
    letters, then the signs between them, then the exponents."""
    last: list[Glyph] = []
    for run in runs:
        if last and _lie_in_each_other(last, run):
            last = composed(sorted((each._replace(space=0) for each in (*last, *run)), key=lambda each: each.left))
            continue
        if last:
            yield last
        last = run
    if last:
        yield last


def _lie_in_each_other(one: Sequence[Glyph], two: Sequence[Glyph]) -> bool:
    """Whether the characters of `two` stand in gaps of `one`, on its line or raised and lowered from it."""
    if two[0].left >= max(glyph.right for glyph in one) or max(glyph.right for glyph in two) <= one[0].left:
        return False
    (first, baseline), (second, other_baseline) = size_and_baseline(one), size_and_baseline(two)
    rise, size = other_baseline - baseline, max(first, second)
    if second > first:
        rise = -rise
    small, large = (one, two) if (first, len(one)) <= (second, len(two)) else (two, one)
    scripts = min(first, second) < SCRIPT_SCALE * size and len(small) <= len(large) and not _is_scanned_prose(small)
    if not (-0.45 * size < rise < 0.65 * size if scripts or _are_accents(two) else abs(rise) < 0.2 * size):
        return False
    return not any(
        min(glyph.right, other.right) - max(glyph.left, other.left) > 0.4 * (glyph.right - glyph.left)
        for glyph in two
        for other in one
        if abs(glyph.baseline - other.baseline) < 0.2 * size
    )


def _is_scanned_prose(run: Sequence[Glyph]) -> bool:
    """Whether `run` is of words in the hidden text of a scan. Its lines have sizes of their own: one of 9 points above
    one of 17 is no exponent of it."""
    text = "".join(" " * bool(glyph.space) + glyph.text for glyph in run) if run[0].hidden else ""
    return len(_WORD_LETTERS.findall(text)) > _SCRIPT_WORDS


def _are_accents(run: Sequence[Glyph]) -> bool:
    return all(glyph.text in ACCENTS for glyph in run)


def _goes_on(main: Glyph, last: Glyph, glyph: Glyph, right: float) -> bool:
    """`main` is the last character of the run that is as large as its largest; `right` is where the run ends."""
    size = max(main.size, glyph.size)
    if abs(glyph.baseline - main.baseline) > (0.55 if glyph.size < SCRIPT_SCALE * main.size else 0.35) * size and not (
        # A raised character before the first large one: the mark of a footnote.
        main.size < SCRIPT_SCALE * glyph.size and 0 < main.baseline - glyph.baseline < 0.7 * size
    ):
        return _is_far_script(main, last, glyph)
    if glyph.left >= right - 0.4 * size:
        return True
    # The second of two scripts that stand above each other.
    return glyph.size < SCRIPT_SCALE * main.size and last is not main and glyph.left > main.right - 0.3 * size


def _is_far_script(main: Glyph, last: Glyph, glyph: Glyph) -> bool:
    """Whether `glyph` is an exponent, or an index, of what a tall bracket closes, or goes on with one, or is one of a
    script: these stand further from the line than others."""
    if glyph.size > SCRIPT_SCALE * main.size:
        return False
    if main.text in _CLOSING and abs(glyph.left - main.right) < 0.25 * main.size:
        return abs(glyph.baseline - main.baseline) < _TALL * main.size
    is_script = _LEAST_SCRIPT * main.size < last.size < SCRIPT_SCALE * main.size
    is_behind = is_script and abs(glyph.left - last.right) < 0.25 * main.size
    return is_behind and abs(glyph.baseline - last.baseline) < 0.55 * last.size


def _with_whole_rules(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """`glyphs`, each tall `|` and `‖`, which TeX puts together of short ones above each other, as one of them."""
    result: list[Glyph] = []
    for (text, _, _), group in groupby(glyphs, key=lambda glyph: (glyph.text, glyph.left, glyph.face)):
        members = [*group]
        if text in _RULES and len(members) > 1:
            middle = sum(glyph.baseline for glyph in members) / len(members)
            members = [members[0]._replace(baseline=middle)]
        result += members
    return result


def _parts(run: list[Glyph], spaced: list[bool]) -> list[tuple[int, int]]:
    """The run cut where it jumps: at the cells of a table, between two columns.

    Justified lines stretch all of their spaces alike, so a gap is wide where it is wider than the line's others.
    """
    size = max(glyph.size for glyph in run)
    words = list(_words(run, spaced))
    gaps = [after.left - before.right for before, after in pairwise(words)]
    usual = min((gap for gap in gaps if gap > 0.1 * size), default=0.0)
    wide = min(0.9 * size if usual > 0.6 * size else max(0.9 * size, 1.8 * usual), 2.2 * size)
    if len(gaps) > 3 and max(gaps) < 1.15 * min(gaps):  # stretched to the margin: all spaces are as wide
        wide = max(gaps) + 1
    parts, first = [], 0
    for (before, after), gap in zip(pairwise(words), gaps, strict=True):
        if before.start == 0 and gap > 0.3 * size and _is_line_number(run[: before.stop], run[after.start]):
            parts.append((0, after.start))
            first = after.start
        elif gap > wide:
            parts.append((first, after.start))
            first = after.start
    return [*parts, (first, len(run))]


def _is_line_number(glyphs: Sequence[Glyph], following: Glyph) -> bool:
    """A number on the line, much smaller than it: in the margin, however near."""
    return all(glyph.text.isdecimal() for glyph in glyphs) and is_small_beside(glyphs[0], following)


def _is_number(glyphs: Sequence[Glyph]) -> bool:
    return bool(NUMBER.fullmatch("".join(glyph.text for glyph in glyphs)))


def _words(run: Sequence[Glyph], spaced: Sequence[bool]) -> Iterator[_Word]:
    first, right = 0, run[0].right
    for index in range(1, len(run) + 1):
        if index == len(run) or spaced[index]:
            yield _Word(first, index, run[first].left, right)
            first = index
        if index < len(run):
            right = run[index].right if first == index else max(right, run[index].right)


def _piece(glyphs: list[Glyph], spaced: list[bool], page: int, height: float) -> Line | None:
    size, baseline = size_and_baseline(glyphs)
    text = clean(written(glyphs, spaced, size, baseline))
    # What a page shows of a soft hyphen is no proposal to break a word.
    text, has_soft = text.removesuffix(_SOFT_HYPHEN).replace(_SOFT_HYPHEN, "-"), text.endswith(_SOFT_HYPHEN)
    hyphenated = bool(text) and len(glyphs) > 1 and (has_soft or ord(glyphs[-1].text[-1]) in HYPHENS)
    if not hyphenated and len(glyphs) > 1 and _HARD_HYPHEN.search(text):
        hyphenated, text = True, text[:-1]
    parts = _loose_parts(glyphs, spaced, size, baseline)
    if parts and hyphenated:
        parts = (*parts[:-1], parts[-1]._replace(text=parts[-1].text.rstrip(f"-\u2010{_SOFT_HYPHEN}")))
    parts = tuple(part._replace(text=part.text.replace(_SOFT_HYPHEN, "-")) for part in parts)
    if not text:
        return None
    on_line = [glyph for glyph in glyphs if abs(glyph.baseline - baseline) < 0.06 * size] or glyphs
    faces = Counter(glyph.face for glyph in on_line if glyph.text.isalnum()) or Counter(each.face for each in on_line)
    face, count = faces.most_common(1)[0]
    lead, lead_face = _lead(glyphs, text)
    return Line(
        text,
        (text,),
        page,
        glyphs[0].left,
        max(glyph.right for glyph in glyphs),
        baseline,
        round(_shown_size(on_line, size), 1),
        face,
        hyphenated,
        height,
        mixed=count < 0.8 * sum(faces.values()),
        lead=lead,
        lead_face=lead_face,
        parts=parts,
    )


def _loose_parts(glyphs: list[Glyph], spaced: list[bool], size: float, baseline: float) -> tuple[Part, ...]:
    """What of a piece may be cells of a narrow table: what stands between gaps that are wide for spaces."""
    words = list(_words(glyphs, spaced))
    digits = sum(any(glyph.text.isdigit() for glyph in glyphs[word.start : word.stop]) for word in words)
    loose = 0.0 if len(words) < _FEW_WORDS or 3 * digits > len(words) else _LOOSE * size
    starts = [after.start for before, after in pairwise(words) if after.left - before.right > loose]
    if not starts:
        return ()
    return tuple(
        Part(
            clean(written(glyphs[start:stop], spaced[start:stop], size, baseline)),
            glyphs[start].left,
            max(glyph.right for glyph in glyphs[start:stop]),
            baseline,
            False,
        )
        for start, stop in pairwise((0, *starts, len(glyphs)))
    )


def _lead(glyphs: Sequence[Glyph], text: str) -> tuple[int, Face]:
    """How many characters of `text` are of one face at its start, where others follow on the line, and which face. A
    number before them may be of another: `3.1. ` in roman and a title in italics."""
    letters = numbered = 0
    face = glyphs[0].face
    for index, glyph in enumerate(glyphs):
        if glyph.face != face and glyph.text.isalnum():
            if numbered or not _is_number(glyphs[:index]):
                break
            face, numbered = glyph.face, letters
        letters += sum(map(str.isalnum, glyph.text))
    else:
        return 0, face
    for place, character in enumerate(text):
        letters -= character.isalnum()
        if letters <= 0:
            return place + 1, face
    return 0, face


def _shown_size(on_line: Sequence[Glyph], size: float) -> float:
    """The size of the capitals, where the others are small capitals."""
    letters = [glyph for glyph in on_line if glyph.text.isalpha()]
    if len(letters) > 3 and all(glyph.text.isupper() for glyph in letters):
        return max(glyph.size for glyph in letters)
    return size
