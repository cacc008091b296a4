"""The picture that a link to a paper's page shows elsewhere: its original title, authors, date and categories.

Drawn by PDFium, which reads the PDFs, with the Latin fonts that it brings along: no machine has to have a font, and all
draw the same. It brings no Chinese one, and the smallest has 2 MB: title and gist in the digest's language stand beside
the picture, in `og:title` and `og:description`.
"""

from __future__ import annotations

import ctypes
import struct
import threading
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pypdfium2.raw as pdfium

SIZE = (800, 420)
"""Pixels: https://developers.facebook.com/docs/sharing/webmasters/images asks for 600 by 315 and more."""
_WIDTH, _HEIGHT = 1200, 630
"""What is drawn on. All lengths below are parts of it."""
_DRAWN = 1
"""Of what is drawn below: raised where that changes, so that cards that are there are drawn again."""
_MARGIN = 72
_BAND = 96
_TITLE_SIZES = (64, 56, 48, 42, 36)
_TITLE_LINES = 5
_MOST_AUTHORS = 8
_LEADING = 1.22
_DARK, _LIGHT = (0x17, 0x4A, 0x54), (0xFB, 0xFA, 0xF6)
_SERIF, _SANS, _BOLD = "Times-Bold", "Helvetica", "Helvetica-Bold"
_lock = threading.Lock()
"""PDFium knows no threads."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says. All of it plain."""

    title: str
    authors: tuple[str, ...]
    identifier: str
    categories: tuple[str, ...]
    date: str
    place: str
    """Where the site is served: `you.github.io/digest`."""

    @property
    def made_of(self) -> str:
        """Cards that say the same here are the same."""
        return f"card {_DRAWN} {self!r}"


def png(card: Card) -> bytes:
    """`card` as a PNG of 16 tones."""
    with _lock:
        return _as_png(_tones(card))


def latin(text: str) -> str:
    """`text` in the characters that the fonts have: accents that they lack are left out, Greek letters are named, and
    what has no Latin name is dropped."""
    return " ".join("".join(map(_latin, text)).split())


_SAID = {"−": "-", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≈": "~", "∞": "infinity", "′": "'", "ı": "i"}


@lru_cache(maxsize=4096)
def _latin(character: str) -> str:
    if character in _SAID:
        return _SAID[character]
    for written in (character, unicodedata.normalize("NFKD", character)):
        kept = "".join(each for each in written if not unicodedata.combining(each))
        try:
            (written if len(written) == 1 else kept).encode("cp1252")
        except UnicodeEncodeError:
            continue
        return written if len(written) == 1 else kept
    words = unicodedata.name(character, "").split()
    if words[:1] not in (["LATIN"], ["GREEK"]) or "LETTER" not in words[:-1]:
        return ""
    name = words[words.index("LETTER") + 1]
    return name.lower() if "SMALL" in words else name.title()


# --- what stands where ------------------------------------------------------------------------------------------------


def _tones(card: Card) -> bytes:
    """`card` in grey, a byte a pixel, line by line."""
    document = pdfium.FPDF_CreateNewDocument()
    page = pdfium.FPDFPage_New(document, 0, _WIDTH, _HEIGHT)
    bitmap = pdfium.FPDFBitmap_CreateEx(*SIZE, pdfium.FPDFBitmap_Gray, None, 0)
    try:
        band = pdfium.FPDFPageObj_CreateNewRect(0, _HEIGHT - _BAND, _WIDTH, _BAND)
        pdfium.FPDFPath_SetDrawMode(band, pdfium.FPDF_FILLMODE_WINDING, 0)
        pdfium.FPDFPage_InsertObject(page, band)
        for text, font, size, x, y, tone in _lines(card):
            _write(document, page, text, font, size, x, _HEIGHT - y, tone)
        pdfium.FPDFPage_GenerateContent(page)
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, *SIZE, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, *SIZE, 0, 0)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        drawn = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * SIZE[1])
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
        pdfium.FPDF_ClosePage(page)
        pdfium.FPDF_CloseDocument(document)
    return b"".join(drawn[line * stride : line * stride + SIZE[0]] for line in range(SIZE[1]))


def _lines(card: Card) -> Iterator[tuple[str, str, float, float, float, int]]:
    """Text, font, size, the left end of the line and its place from above, tone."""
    room = _WIDTH - 2 * _MARGIN
    yield f"arXiv:{card.identifier}", _BOLD, 34, _MARGIN, 60, 255
    yield card.date, _SANS, 34, _WIDTH - _MARGIN - _width(card.date, _SANS, 34), 60, 255
    size, title = _fitted(latin(card.title), room)
    y = _BAND + 52 + size * 0.8
    for line in title:
        yield line, _SERIF, size, _MARGIN, y, 0
        y += size * _LEADING
    yield _named([latin(each) for each in card.authors], room), _SANS, 32, _MARGIN, y + 22, 60
    yield _cut(latin(" ".join(card.categories)), _BOLD, 28, room * 0.45), _BOLD, 28, _MARGIN, _HEIGHT - 48, 60
    place = _cut(latin(card.place), _SANS, 28, room / 2)
    yield place, _SANS, 28, _WIDTH - _MARGIN - _width(place, _SANS, 28), _HEIGHT - 48, 60


def _fitted(title: str, room: float) -> tuple[int, list[str]]:
    """The largest size in which `title` has room, and its lines; cut where it has none in the smallest."""
    for size in _TITLE_SIZES:
        lines = list(_wrapped(title, _SERIF, size, room))
        if len(lines) <= _TITLE_LINES and len(lines) * size * _LEADING < _HEIGHT - _BAND - 250:
            break
    shown = lines[:_TITLE_LINES]
    if len(lines) > len(shown):
        shown[-1] = _cut(f"{shown[-1]} …", _SERIF, size, room)
    return size, shown


def _wrapped(text: str, font: str, size: float, room: float) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip()
        if line and _width(longer, font, size) > room:
            yield line
            longer = word
        line = _cut(longer, font, size, room)
    yield line


def _named(authors: Sequence[str], room: float) -> str:
    """As many of `authors` as have room on a line."""
    for count in range(min(len(authors), _MOST_AUTHORS), 0, -1):
        said = ", ".join(authors[:count]) + ("" if count == len(authors) else " et al.")
        if _width(said, _SANS, 32) <= room:
            return said
    return _cut(authors[0], _SANS, 32, room) if authors else ""


def _cut(text: str, font: str, size: float, room: float) -> str:
    if _width(text, font, size) <= room:
        return text
    while text and _width(f"{text}…", font, size) > room:
        text = text[:-1]
    return f"{text}…"


# --- PDFium -----------------------------------------------------------------------------------------------------------


def _write(document: Any, page: Any, text: str, font: str, size: float, x: float, y: float, tone: int) -> None:
    drawn = pdfium.FPDFPageObj_NewTextObj(document, font.encode(), size)
    written = ctypes.create_string_buffer(text.encode("utf-16-le") + b"\0\0")  # there as long as it is read
    pdfium.FPDFText_SetText(drawn, ctypes.cast(written, pdfium.FPDF_WIDESTRING))
    pdfium.FPDFPageObj_SetFillColor(drawn, tone, tone, tone, 255)
    pdfium.FPDFPageObj_Transform(drawn, 1, 0, 0, 1, x, y)
    pdfium.FPDFPage_InsertObject(page, drawn)


def _width(text: str, font: str, size: float) -> float:
    return sum(_widths(font).get(each, 0.5) for each in text) * size


@lru_cache(maxsize=4)
def _widths(name: str) -> dict[str, float]:
    """Of each character that a font has, its width at size 1."""
    document = pdfium.FPDF_CreateNewDocument()
    font = pdfium.FPDFText_LoadStandardFont(document, name.encode())
    width = ctypes.c_float()
    found = {}
    for code in range(32, 256):
        character = bytes([code]).decode("cp1252", "ignore")
        if character and pdfium.FPDFFont_GetGlyphWidth(font, ord(character), 1000, width):
            found[character] = width.value / 1000
    pdfium.FPDFFont_Close(font)
    pdfium.FPDF_CloseDocument(document)
    return found


# --- PNG (https://www.w3.org/TR/png-3/) -------------------------------------------------------------------------------

_HIGH, _LOW = bytes(tone & 0xF0 for tone in range(256)), bytes(tone >> 4 for tone in range(256))


def _as_png(tones: bytes) -> bytes:
    """`tones` from dark to light, two pixels a byte."""
    packed = (
        int.from_bytes(tones[::2].translate(_HIGH), "big") | int.from_bytes(tones[1::2].translate(_LOW), "big")
    ).to_bytes(len(tones) // 2, "big")
    half = SIZE[0] // 2
    rows = b"".join(b"\0" + packed[start : start + half] for start in range(0, len(packed), half))
    palette = bytes(
        dark + (light - dark) * step // 15 for step in range(16) for dark, light in zip(_DARK, _LIGHT, strict=True)
    )
    header = struct.pack(">IIBBBBB", *SIZE, 4, 3, 0, 0, 0)
    chunks = (b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 4)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
