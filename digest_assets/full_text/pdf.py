"""A PDF's text layer to sections, where there is no HTML.

A PDF holds characters at places, not text: columns, hyphens at line ends, running heads, page numbers and a
bibliography have to be told from the argument. pdfium gives the characters in the order in which they were set, which
for TeX is the reading order; geometry is used for the rest (and for order where a file was set across its columns).
Formulas come out as bare characters: the reason to prefer the HTML.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from digest_assets.full_text import NoText
from digest_assets.full_text.pdf_order import Line, in_reading_order
from digest_assets.full_text.pdf_sections import to_sections
from digest_assets.model import Section

PAGE_LIMIT = 150
"""Pages that are read. A thesis has more; what a digest needs of it stands in the first chapters."""
CHARACTER_LIMIT = 1_000_000
PAGE_CHARACTER_LIMIT = 40_000
"""A page in two columns has some 6,000; drawings made of letters have millions."""
LETTERS_PER_PAGE = 40
"""A scan with arXiv's stamp at its margin has fewer."""
_READABLE_SHARE = 0.75
_SCRIPT_SCALE = 0.87  # of the line's size: what is smaller may be an exponent
_SPACES = {32, 160}
_HYPHENS = {0x02, 0xFFFE}
"""How pdfium marks a hyphen at the end of a line, which it also ends by it (in older builds U+FFFE)."""
_LINE_ENDS = {10, 13, *_HYPHENS}
_HARD_HYPHEN = re.compile(r"[^\W\d_][-\u2010\u00ad]$")
# T1 fonts without a map to Unicode give the ligatures' places in the font.
_LIGATURES = str.maketrans(
    {"\x1b": "ff", "\x1c": "fi", "\x1d": "fl", "\x1e": "ffi", "\x1f": "ffl"}
    | {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1a\x7f\u200b\ufeff\ufffe\uffff]")
_BOLD = re.compile(r"bold|black|heavy|demi|medi(?!um)|cmbx|cmb\d|sfbx|-b$|bx\d|cmcsc|smallcap", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF holds. `pages_read` is less than `page_count` where it was cut for its length."""

    sections: tuple[Section, ...]
    page_count: int
    pages_read: int
    table_count: int


def read_pdf(body: bytes) -> PdfText:
    """The sections of a PDF.

    Raises `NoText`: `not a PDF`, `empty file`, `password`, `damaged`, `no text layer`, `unreadable text layer`.
    pdfium is C++ and takes what strangers wrote: outside of tests call it by `read_in_a_process.read_bounded`.
    """
    document = _open(body)
    try:
        page_count = len(document)
        lines: list[Line] = []
        pages_read = characters = 0
        for number in range(min(page_count, PAGE_LIMIT)):
            page_lines = _page_lines(document, number)
            lines += page_lines
            characters += sum(len(line.text) for line in page_lines)
            pages_read += 1
            if characters > CHARACTER_LIMIT:
                break
    finally:
        document.close()
    _refuse_noise(lines, pages_read)
    sections, table_count = to_sections(lines, pages_read)
    if not sections:
        raise NoText("no text layer")
    return PdfText(sections, page_count, pages_read, table_count)


def _open(body: bytes) -> pypdfium2.PdfDocument:
    if not body:
        raise NoText("empty file")
    if b"%PDF-" not in body[:1024]:
        raise NoText("not a PDF")
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise NoText("password" if "password" in str(error).lower() else "damaged") from None


def _refuse_noise(lines: list[Line], pages_read: int) -> None:
    text = "".join(line.text for line in lines)
    if sum(map(str.isalpha, text)) < LETTERS_PER_PAGE * max(pages_read, 1):
        raise NoText("no text layer")
    readable = sum(1 for each in text if each.isalnum() or each.isspace() or each in ".,;:()[]-'\"/=+%&–—’“”")
    if readable < _READABLE_SHARE * len(text):
        raise NoText("unreadable text layer")


# -- characters to lines


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters that pdfium put on one line, in a piece at each wide gap."""

    pieces: tuple[Line, ...]
    invisible: bool


def _page_lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:  # one damaged page is not the paper
        return []
    try:
        textpage = page.get_textpage()
        try:
            runs = list(_Characters(textpage.raw, number, page.get_height()).runs())
        finally:
            textpage.close()
    except pypdfium2.PdfiumError:
        return []
    finally:
        page.close()
    return in_reading_order([piece for run in _visible(runs) for piece in run.pieces])


def _visible(runs: list[_Run]) -> list[_Run]:
    """Without text that is not drawn, unless the page is a scan, where the invisible text is what was recognised.

    Text that only machines see, on a page that people can read, is not the paper's.
    """
    hidden, shown = (
        sum(len(piece.text) for run in runs if run.invisible is invisible for piece in run.pieces)
        for invisible in (True, False)
    )
    is_scan = hidden > 10 * shown
    return [run for run in runs if is_scan or not run.invisible]


class _Word(NamedTuple):
    """The characters [start, stop), from `left` to `right` in points."""

    start: int
    stop: int
    left: float
    right: float


class _Characters:
    """The characters of one page, as pdfium's text page numbers them."""

    def __init__(self, raw: pdfium.FPDF_TEXTPAGE, page: int, height: float) -> None:
        self._raw = raw
        self._page = page
        self._height = height
        count = min(pdfium.FPDFText_CountChars(raw), PAGE_CHARACTER_LIMIT)
        self._codes = _codes(raw, count)
        self._numbers = tuple(ctypes.c_double() for _ in range(4))  # for answers: making them anew takes half the time

    def runs(self) -> Iterator[_Run]:
        start = 0
        ends = [index for index, code in enumerate(self._codes) if code in _LINE_ENDS]
        for end in [*ends, len(self._codes)]:
            hyphenated = end < len(self._codes) and self._codes[end] in _HYPHENS
            first, stop = self._trimmed(start, end)
            if stop > first and (run := self._run(first, stop, hyphenated)) is not None:
                yield run
            start = end + 1

    def _trimmed(self, start: int, stop: int) -> tuple[int, int]:
        while start < stop and self._codes[start] in _SPACES:
            start += 1
        while stop > start and self._codes[stop - 1] in _SPACES:
            stop -= 1
        return start, stop

    def _run(self, start: int, stop: int, hyphenated: bool) -> _Run | None:
        """The characters [start, stop). None for text that is turned: arXiv's stamp, labels of axes."""
        matrix = self._matrix(start)
        if matrix is None or abs(matrix.b) > abs(matrix.a):
            return None
        parts = self._parts(start, stop)
        pieces = [
            piece
            for first, last in parts
            if (piece := self._piece(first, last, hyphenated and last == stop)) is not None
        ]
        return _Run(tuple(pieces), self._is_invisible(start)) if pieces else None

    def _piece(self, start: int, stop: int, hyphenated: bool) -> Line | None:
        sizes = [pdfium.FPDFText_GetFontSize(self._raw, index) for index in range(start, stop)]
        main = max(set(sizes), key=lambda size: (sizes.count(size) * size, size))
        reference = start + sizes.index(main)
        size = self._size(reference)
        if size <= 0 or main <= 0:
            return None
        baseline = self._origin(reference)[1]
        text = self._text(start, stop, [each / main for each in sizes], baseline, size)
        if not hyphenated and stop - start > 1 and _HARD_HYPHEN.search(text):
            hyphenated, text = True, text[:-1]
        if not text:
            return None
        left, right = self._box(start)[0], self._box(stop - 1)[1]
        bold = self._is_bold(reference)
        return Line(text, (text,), self._page, left, right, baseline, round(size, 1), bold, hyphenated, self._height)

    def _parts(self, start: int, stop: int) -> list[tuple[int, int]]:
        """[start, stop) cut where it jumps: at the cells of a table, between two columns.

        Justified lines stretch all of their spaces alike, so a gap is wide where it is wider than the line's others.
        pdfium takes a step back to the other column for the same line.
        """
        size = self._size(start)
        words = [word for each in self._words(start, stop) for word in self._without_steps_back(each, size)]
        gaps = [after.left - before.right for before, after in pairwise(words)]
        usual = min((gap for gap in gaps if gap > 0.1 * size), default=0.0)
        wide = min(0.9 * size if usual > 0.6 * size else max(0.9 * size, 1.8 * usual), 2.2 * size)
        parts, first = [], words[0].start
        for (before, after), gap in zip(pairwise(words), gaps, strict=True):
            if gap > wide or gap < -2 * size:
                parts.append((first, before.stop))
                first = after.start
        return [*parts, (first, words[-1].stop)]

    def _words(self, start: int, stop: int) -> Iterator[_Word]:
        first = start
        for index in range(start, stop + 1):
            if index == stop or self._codes[index] in _SPACES:
                if index > first:
                    yield _Word(first, index, self._box(first)[0], self._box(index - 1)[1])
                first = index + 1

    def _without_steps_back(self, word: _Word, size: float) -> list[_Word]:
        """`word`, in two where pdfium took the end of one column and the start of another for one word."""
        if word.right > word.left - 2 * size or word.stop - word.start < 2:
            return [word]
        edges = [self._box(index) for index in range(word.start, word.stop)]
        for index, (before, after) in enumerate(pairwise(edges), word.start + 1):
            if after[0] < before[1] - 2 * size:
                return [_Word(word.start, index, word.left, before[1]), _Word(index, word.stop, after[0], word.right)]
        return [word]

    def _text(self, start: int, stop: int, scales: list[float], baseline: float, size: float) -> str:
        """The text of [start, stop), small raised or lowered characters as `^{2}` and `_{i}`: 10^{20} is not 1020."""
        if min(scales) > _SCRIPT_SCALE:
            return _clean("".join(map(chr, self._codes[start:stop])))
        text, index = "", start
        while index < stop:
            end = index
            small = scales[index - start] <= _SCRIPT_SCALE
            while (
                end < stop
                and (scales[end - start] <= _SCRIPT_SCALE) == small
                and (not small or self._codes[end] not in _SPACES)
            ):
                end += 1
            end = max(end, index + 1)
            piece = "".join(map(chr, self._codes[index:end]))
            text += _script(piece, self._origin(index)[1] - baseline, size) if small else piece
            index = end
        return _clean(text)

    def _matrix(self, index: int) -> pdfium.FS_MATRIX | None:
        matrix = pdfium.FS_MATRIX()
        return matrix if pdfium.FPDFText_GetMatrix(self._raw, index, matrix) else None

    def _size(self, index: int) -> float:
        """How large the character is on the page, in points: a font of size 1 may be drawn ten times as large."""
        matrix = self._matrix(index)
        scale = (matrix.c**2 + matrix.d**2) ** 0.5 if matrix is not None else 1.0
        return float(pdfium.FPDFText_GetFontSize(self._raw, index) * scale)

    def _origin(self, index: int) -> tuple[float, float]:
        x, y, _, _ = self._numbers
        pdfium.FPDFText_GetCharOrigin(self._raw, index, x, y)
        return x.value, y.value

    def _box(self, index: int) -> tuple[float, float]:
        """Left and right of a character, in points."""
        left, right, bottom, top = self._numbers
        pdfium.FPDFText_GetCharBox(self._raw, index, left, right, bottom, top)
        return left.value, right.value

    def _is_bold(self, index: int) -> bool:
        buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        length = pdfium.FPDFText_GetFontInfo(self._raw, index, buffer, 128, flags)
        name = buffer.value.decode("utf-8", "replace") if 0 < length <= 128 else ""
        return bool(_BOLD.search(name.split("+")[-1])) or pdfium.FPDFText_GetFontWeight(self._raw, index) >= 600

    def _is_invisible(self, index: int) -> bool:
        drawn = pdfium.FPDFText_GetTextObject(self._raw, index)
        return bool(drawn) and pdfium.FPDFTextObj_GetTextRenderMode(drawn) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE


def _codes(raw: pdfium.FPDF_TEXTPAGE, count: int) -> list[int]:
    """The Unicode numbers of the first `count` characters: at once, where pdfium leaves none out."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(raw, 0, count, buffer) == count + 1:
        return list(buffer)[:count]
    return [pdfium.FPDFText_GetUnicode(raw, index) for index in range(count)]


def _clean(text: str) -> str:
    return " ".join(_CONTROL.sub("", text.translate(_LIGATURES)).split())


def _script(text: str, rise: float, size: float) -> str:
    if not text.strip() or -0.06 * size < rise < 0.12 * size:
        return text
    return f"{'^' if rise > 0 else '_'}{{{text.strip()}}}"
