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
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from digest_assets.model import Section
from digest_assets.reading import NoText
from digest_assets.reading.pdf_sections import Line, to_sections

PAGE_LIMIT = 150
"""Pages that are read. A thesis has more; what a digest needs of it stands in the first chapters."""
CHARACTER_LIMIT = 1_000_000
PAGE_CHARACTER_LIMIT = 40_000
"""A dense page has 8,000; drawings made of letters have millions."""
LETTERS_PER_PAGE = 40
"""A scan with arXiv's stamp at its margin has fewer."""
_READABLE_SHARE = 0.75
_WIDE_GAP = 1.1  # of the font size: justified text stretches its spaces to about 0.8
_HYPHENS = {0x02, 0xFFFE}
"""How pdfium marks a hyphen at the end of a line (older builds: U+FFFE)."""
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
    pdfium is C++ and takes what strangers wrote: outside of tests call it by `bounded.read_bounded`.
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
    """Characters that pdfium put on one line, and how the first of them is drawn."""

    line: Line
    invisible: bool


def _page_lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    try:
        page = document[number]
        textpage = page.get_textpage()
    except pypdfium2.PdfiumError:  # one damaged page is not the paper
        return []
    try:
        runs = list(_runs(textpage.raw, number, page.get_height()))
    finally:
        textpage.close()
        page.close()
    return _in_reading_order(_merged(_visible(runs)))


def _visible(runs: list[_Run]) -> list[Line]:
    """Without text that is not drawn, unless the page is a scan, where the invisible text is what was recognised.

    Text that only machines see, on a page that people can read, is not the paper's.
    """
    hidden = sum(len(run.line.text) for run in runs if run.invisible)
    shown = sum(len(run.line.text) for run in runs if not run.invisible)
    is_scan = hidden > 10 * shown
    return [run.line for run in runs if is_scan or not run.invisible]


def _runs(raw: pdfium.FPDF_TEXTPAGE, number: int, height: float) -> Iterator[_Run]:
    count = min(pdfium.FPDFText_CountChars(raw), PAGE_CHARACTER_LIMIT)
    codes = [pdfium.FPDFText_GetUnicode(raw, index) for index in range(count)]
    start = 0
    for end in [*(index for index, code in enumerate(codes) if code in (10, 13)), count]:
        while start < end and codes[start] in (32, 160):
            start += 1
        stop = end
        while stop > start and codes[stop - 1] in (32, 160):
            stop -= 1
        if stop > start and (run := _run(raw, codes, start, stop, number, height)) is not None:
            yield run
        start = end + 1


def _run(raw: pdfium.FPDF_TEXTPAGE, codes: list[int], start: int, stop: int, number: int, height: float) -> _Run | None:
    """The line of the characters [start, stop). None for text that is turned: arXiv's stamp, labels of axes."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFText_GetMatrix(raw, start, matrix) or abs(matrix.b) > abs(matrix.a):
        return None
    size = pdfium.FPDFText_GetFontSize(raw, start) * (matrix.c**2 + matrix.d**2) ** 0.5
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(raw, start, x, y)
    hyphenated = codes[stop - 1] in _HYPHENS
    cells, cell = [], [chr(codes[start])]
    for index in range(start + 1, stop - hyphenated):
        if codes[index] in (32, 160) and _gap(raw, codes, index, stop) > _WIDE_GAP * size:
            cells.append("".join(cell))
            cell = []
        else:
            cell.append(chr(codes[index]))
    cells.append("".join(cell))
    cleaned = tuple(text for text in map(_clean, cells) if text)
    if not cleaned or size <= 0:
        return None
    line = Line(
        text=" ".join(cleaned),
        cells=cleaned,
        page=number,
        left=x.value,
        right=_box(raw, stop - 1)[1],
        baseline=y.value,
        size=round(size, 1),
        bold=_is_bold(raw, start),
        hyphenated=hyphenated,
        page_height=height,
    )
    return _Run(line, _is_invisible(raw, start))


def _clean(text: str) -> str:
    return " ".join(_CONTROL.sub("", text.translate(_LIGATURES)).split())


def _box(raw: pdfium.FPDF_TEXTPAGE, index: int) -> tuple[float, float]:
    """Left and right of a character, in points."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(raw, index, left, right, bottom, top)
    return left.value, right.value


def _gap(raw: pdfium.FPDF_TEXTPAGE, codes: list[int], index: int, stop: int) -> float:
    """How wide the white space at `index` is, in points."""
    if index + 1 >= stop or codes[index + 1] in (32, 160):
        return 0
    before = index - 1
    while before > 0 and codes[before] in (32, 160):
        before -= 1
    return _box(raw, index + 1)[0] - _box(raw, before)[1]


def _is_bold(raw: pdfium.FPDF_TEXTPAGE, index: int) -> bool:
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(raw, index, buffer, 128, flags)
    name = buffer.value.decode("utf-8", "replace") if 0 < length <= 128 else ""
    return bool(_BOLD.search(name.split("+")[-1])) or pdfium.FPDFText_GetFontWeight(raw, index) >= 600


def _is_invisible(raw: pdfium.FPDF_TEXTPAGE, index: int) -> bool:
    text_object = pdfium.FPDFText_GetTextObject(raw, index)
    if not text_object:
        return False
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(text_object) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


# -- lines to reading order


def _merged(lines: list[Line]) -> list[Line]:
    """Pieces of one visual line put together: pdfium breaks a line at each raised or lowered character."""
    merged: list[Line] = []
    for line in lines:
        last = merged[-1] if merged else None
        if last is not None and _continues(last, line):
            joint = "" if line.left - last.right < 0.15 * last.size else " "
            biggest = max(last, line, key=lambda each: (each.size, len(each.text)))
            merged[-1] = replace(
                biggest,
                text=f"{last.text}{joint}{line.text}",
                cells=(*last.cells[:-1], f"{last.cells[-1]}{joint}{line.cells[0]}", *line.cells[1:]),
                left=last.left,
                right=max(line.right, last.right),
                bold=last.bold,
                hyphenated=line.hyphenated,
            )
        else:
            merged.append(line)
    return merged


def _continues(last: Line, line: Line) -> bool:
    size = max(last.size, line.size)
    return (
        not last.hyphenated
        and abs(last.baseline - line.baseline) < 0.55 * size
        and -0.3 * size < line.left - last.right < _WIDE_GAP * size
    )


def _in_reading_order(lines: list[Line]) -> list[Line]:
    """The lines of a page as set, or, where the file goes to and fro between two columns, column by column."""
    gutter = _gutter(lines)
    if gutter is None:
        return lines
    sides = [_side(line, gutter) for line in lines]
    crossings = sum(
        1 for one, two, a, b in zip(sides, sides[1:], lines, lines[1:], strict=False) if _level(one, two, a, b)
    )
    if crossings * 3 < len(lines):
        return lines
    ordered: list[Line] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda each: -each.baseline):
        if _side(line, gutter) == "both":
            ordered += _by_column(band, gutter)
            ordered.append(line)
            band = []
        else:
            band.append(line)
    return ordered + _by_column(band, gutter)


def _level(one: str, two: str, a: Line, b: Line) -> bool:
    return {one, two} == {"left", "right"} and abs(a.baseline - b.baseline) < 0.5 * a.size


def _by_column(band: list[Line], gutter: float) -> list[Line]:
    return sorted(band, key=lambda line: (_side(line, gutter) != "left", -line.baseline, line.left))


def _side(line: Line, gutter: float) -> str:
    if line.right <= gutter + 2:
        return "left"
    return "right" if line.left >= gutter - 2 else "both"


def _gutter(lines: list[Line]) -> float | None:
    """The middle between two columns, if most lines keep to one side of it."""
    if len(lines) < 12:
        return None
    left_edge, right_edge = min(line.left for line in lines), max(line.right for line in lines)
    middle = (left_edge + right_edge) / 2
    starts = [line.left for line in lines if middle - 20 < line.left < middle + 60]
    if len(starts) < len(lines) * 0.25:
        return None
    gutter = median(starts) - 3
    crossing = Counter(_side(line, gutter) for line in lines)["both"]
    return gutter if crossing < len(lines) * 0.25 else None
