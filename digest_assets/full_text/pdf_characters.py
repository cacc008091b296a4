"""A page's characters at their places.

pdfium says what each character is and where; its own lines are not used, because they end at raised characters. Sizes
are those on the page, by the text matrix: a font of size 1 that is drawn ten times as large is as large as one of
size 10.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import atan2, degrees, inf, isfinite
from statistics import median
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from digest_assets.full_text.pdf_bars import Bar
from digest_assets.full_text.pdf_glyphs import AXIS, HYPHENS, NEGATED, Glyph, clean, composed
from digest_assets.full_text.pdf_order import Face, Line
from digest_assets.full_text.pdf_pieces import pieces
from digest_assets.full_text.tex_fonts import hangs, signs_of, unknown_places

CHARACTER_LIMIT = 40_000
"""A page in two columns has some 6,000; drawings made of letters have millions."""
_WORD_WITH_LIGATURE = re.compile(r"[a-z]*[\x0b-\x0f\x1b-\x1f]?[a-z]{3,}")
_SAME_PLACE = 0.05
"""Of the size: two signs that stand no further apart are set at one place."""
_OBJECT_LIMIT = 20_000
"""Drawings have more; a page of text has some thousand."""
_BARS = (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE)
"""What draws them: Ghostscript makes pictures of one dot of dvips' rules."""
_THIN = 2.0
"""Points: the longer side of a bar is longer, and the other one shorter."""
_NO_SIZE = 2.0
"""Points: what is set smaller is set by a font whose matrix is not that of others."""
# How wide the letters of TeX's fonts are, in sizes.
_WIDTHS = dict.fromkeys("aogkq0123456789", 0.5) | dict.fromkeys("bdhnpu", 0.556) | dict.fromkeys("vxy", 0.528) | {
    "c": 0.444, "e": 0.444, "f": 0.306, "i": 0.278, "j": 0.306, "l": 0.278, "m": 0.833, "r": 0.392, "s": 0.394,
    "t": 0.389, "w": 0.722, "z": 0.444, ".": 0.278, ",": 0.278, "(": 0.389, ")": 0.389, "=": 0.778,
}  # fmt: skip
_ROMAN, _BOLD = 400, 700
_BOLD_WIDTH, _ENOUGH_LETTERS = 1.08, 6
_TURNED_PAGE = 5
"""How many times more characters run another way, where the page itself is turned: a table across, not a drawing."""
_SPACES = {10, 13, 32, 160, *range(0x2000, 0x200B)}
_CONTROL_CODES = frozenset((*range(1, 9), *range(0x0B, 0x20), 0x7F))
_MAYBE_EMPTY = _CONTROL_CODES.union(_SPACES)
_HYPHEN = 0x02
"""How pdfium marks a hyphen at the end of a line, and what a font may have there."""
_INK = 0.02
"""Of the size: what is lower or narrower shows nothing on the page."""
# TeX's text encodings, where they are not ASCII (encguide.pdf): OT1, with its accents, and Cork (T1).
_OT1 = {
    "\x01": "Δ", "\x03": "Λ", "\x04": "Ξ", "\x05": "Π", "\x06": "Σ", "\x07": "Υ", "\x08": "Φ",
    "\x0b": "ff", "\x0c": "fi", "\r": "fl", "\x0e": "ffi", "\x0f": "ffl", "{": "–", "|": "—", "\\": "“",
    "\x10": "ı", "\x11": "ȷ", "\x12": "`", "\x13": "\u00b4", "\x14": "\u02c7", "\x15": "\u02d8", "\x16": "\u00af",
    "\x17": "\u02da", "\x18": "\u00b8", "\x19": "ß", "\x1a": "æ", "\x1b": "œ", "\x1c": "ø", "\x1d": "Æ", "\x1e": "Œ",
    "\x1f": "Ø", "\x7f": "\u00a8",
}  # fmt: skip
_OT1_LIGATURES = frozenset("\x0b\x0c\r\x0e\x0f")
_CORK = {
    "\x10": "“", "\x11": "”", "\x12": "„", "\x13": "«", "\x14": "»", "\x15": "–", "\x16": "—", "\x17": "",
    "\x19": "ı", "\x1a": "ȷ", "\x1b": "ff", "\x1c": "fi", "\x1d": "fl", "\x1e": "ffi", "\x1f": "ffl", "\x7f": "-",
}  # fmt: skip
_CORK_LIGATURES = frozenset("\x1b\x1c\x1d\x1e\x1f")
_BY_NAME = {"\r": "c", "℄": "]"}
"""dvips calls TeX's places 99, 93 and 14 `CR`, `CL` and `AE`, and Ghostscript makes of that a map to Unicode: a return,
a sign and `Æ`. It knows no other of dvips' names."""
_LEAST_RETURNS = 3
_FL_WIDTH = 1.15
"""Of an `e`, which is as wide as a `c`: an `fl` is as wide as an `n`."""
_POINTS = frozenset(".,0123456789")
_NO_PROSE = frozenset(map(chr, range(0x03, 0x0B)))
"""Capital Greek letters or accents at TeX's places."""
_Place = tuple[float, float, float, float, float, float]
"""Left, bottom, right, top and origin of a character, in the page's own coordinates."""
# pdfium's function with plain addresses: to compare pointers of each of a page's characters takes half of the time
# else.
_text_object = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)


@dataclass(frozen=True, slots=True)
class PageText:
    """Pieces of lines in the order of the file, and what stands beside the text."""

    pieces: tuple[Line, ...]
    hidden: str
    """Text that is not drawn, on a page that is no scan: for machines, not the paper's."""
    turned: str
    """Text that runs another way than the page's: arXiv's stamp, labels of axes, watermarks."""


def read_page(document: pypdfium2.PdfDocument, number: int) -> PageText:
    """Page `number` (from 0). Empty for a page that pdfium cannot read: one damaged page is not the paper."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return PageText((), "", "")
    try:
        left, bottom, right, top = page.get_bbox()
        textpage = page.get_textpage()
        try:
            characters = _Characters(textpage.raw, (left, bottom, right - left, top - bottom))
            glyphs, turned = characters.read()
            bars = [*characters.bars(page.raw)]
        finally:
            textpage.close()
    except pypdfium2.PdfiumError:
        return PageText((), "", "")
    finally:
        page.close()
    shown = [glyph for glyph in glyphs if not glyph.hidden]
    # A scan's text is hidden behind the picture of the page.
    is_scan = len(glyphs) > 11 * len(shown)
    hidden = "" if is_scan else "".join(glyph.text for glyph in glyphs if glyph.hidden)
    found = tuple(pieces(glyphs if is_scan else shown, number, characters.height, bars))
    return PageText(found, hidden, turned)


class _Look(NamedTuple):
    """What the characters of one drawing operation have in common."""

    face: Face
    size: float
    angle: int
    hidden: bool
    font: int
    """Where pdfium has the font."""


_Drawn = tuple[str, _Place, _Look, int]
"""Text, place, look, and whether there is a space before, of a character that is drawn."""


class _Characters:
    """The characters of one page, as pdfium's text page numbers them."""

    def __init__(self, raw: pdfium.FPDF_TEXTPAGE, box: tuple[float, float, float, float]) -> None:
        self._raw = raw
        self._left, self._bottom, self._width, self._height = box
        self.height = self._height
        self._faces: dict[int, Face] = {}
        self._signs: dict[str, Mapping[int, str]] = {}
        self._hanging: set[str] = set()
        self._turn = self._turns()[0]
        self._count = min(pdfium.FPDFText_CountChars(raw), CHARACTER_LIMIT)

    def read(self) -> tuple[list[Glyph], str]:
        """The characters that run the way of most, and the text of the others."""
        found = _weighed(_sized(_by_places(self._found())))
        angles = Counter(look.angle for _, _, look, _ in found)
        angle, count = angles.most_common(1)[0] if angles else (0, 0)
        if angle % 90 or count < _TURNED_PAGE * angles[0]:
            angle = 0
        if angle % 180:
            self.height = self._width
        self._turn = self._turns()[angle]
        glyphs = [
            Glyph(text, *self._turn(*place), look.size, look.face, space, look.hidden)
            for text, place, look, space in found
            if look.angle == angle
        ]
        return composed(glyphs), clean("".join(text for text, _, look, _ in found if look.angle != angle))

    def bars(self, page: pdfium.FPDF_PAGE) -> Iterator[Bar]:
        """What the page draws as a thin line along its text, after `read`."""
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        for index in range(min(pdfium.FPDFPage_CountObjects(page), _OBJECT_LIMIT)):
            drawn = pdfium.FPDFPage_GetObject(page, index)
            if pdfium.FPDFPageObj_GetType(drawn) not in _BARS or not pdfium.FPDFPageObj_GetBounds(
                drawn, left, bottom, right, top
            ):
                continue
            middle = (left.value + right.value) / 2, (bottom.value + top.value) / 2
            begin, end, height = self._turn(left.value, bottom.value, right.value, top.value, *middle)
            if min(right.value - left.value, top.value - bottom.value) < _THIN < end - begin:
                yield Bar(begin, end, height)

    def _found(self) -> list[_Drawn]:
        raw, address = self._raw, ctypes.cast(self._raw, ctypes.c_void_p)
        look, last, space = None, None, 0
        signs: Mapping[int, str] = {}
        rectangle, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
        box, origin = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetCharOrigin
        found: list[_Drawn] = []
        placed: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for index, code in enumerate(_whole(_codes(raw, self._count))):
            if code is None:
                continue
            drawn = _text_object(address, index)
            if drawn is None:
                space = max(space, 0 if code in HYPHENS else 1)
                continue
            if look is None or drawn != last:
                look, last = self._look(index, drawn), drawn
                signs = self._signs[look.face.name] if look else {}
            if code in _MAYBE_EMPTY and self._is_empty(index, code, look, signs):
                space = max(space, 0 if code in HYPHENS else 2)
                continue
            if look is None:
                continue
            box(raw, index, rectangle)
            origin(raw, index, x, y)
            text = signs.get(code) if signs else None
            if text is None and code == _HYPHEN and not pdfium.FPDFText_IsHyphen(raw, index):
                text = "\ufffd"
            if look.angle == 0 and look.face.name in self._hanging:
                y.value = self._hung(index, look)
            place = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top, x.value, y.value)
            if not isfinite(sum(place)):  # nowhere on the page
                continue
            if text != "":  # else a piece of a tall bracket
                if signs:
                    placed[look.face.name].append((len(found), code))
                found.append((text or _character(code), place, look, space))
            space = 0
        unknown = unknown_places({font: {code for _, code in places} for font, places in placed.items()})
        for font, places in unknown.items():
            for index, code in placed[font]:
                if code in places:
                    found[index] = (_stroke(found, index) or "\ufffd", *found[index][1:])
        return found

    def _is_empty(self, index: int, code: int, look: _Look | None, signs: Mapping[int, str]) -> bool:
        """Whether the page shows nothing there: a space, or a control code without ink."""
        if code not in _CONTROL_CODES:
            return code not in signs or pdfium.FPDFText_IsGenerated(self._raw, index) == 1
        if code in signs or look is None or not look.face.name or code == _HYPHEN:
            return False  # of a font without a name pdfium does not know the ink
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        pdfium.FPDFText_GetCharBox(self._raw, index, left, right, bottom, top)
        return min(right.value - left.value, top.value - bottom.value) < _INK * look.size

    def _hung(self, index: int, look: _Look) -> float:
        """The line on which a sign stands that hangs below its place: its middle is on the axis."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        pdfium.FPDFText_GetCharBox(self._raw, index, left, right, bottom, top)
        return (bottom.value + top.value) / 2 - AXIS * look.size

    def _turns(self) -> dict[int, Callable[..., tuple[float, float, float]]]:
        """By the angle of the page's text: left, right and baseline on the page as it is read."""
        west, south = self._left, self._bottom
        east, north = west + self._width, south + self._height
        return {
            0: lambda left, bottom, right, top, x, y: (left - west, right - west, y - south),
            90: lambda left, bottom, right, top, x, y: (bottom - south, top - south, east - x),
            180: lambda left, bottom, right, top, x, y: (east - right, east - left, north - y),
            270: lambda left, bottom, right, top, x, y: (north - top, north - bottom, x - west),
        }

    def _look(self, index: int, address: int) -> _Look | None:
        drawn, matrix = ctypes.cast(address, pdfium.FPDF_PAGEOBJECT), pdfium.FS_MATRIX()
        if not pdfium.FPDFText_GetMatrix(self._raw, index, matrix):
            return None
        size = round(pdfium.FPDFText_GetFontSize(self._raw, index) * (matrix.c**2 + matrix.d**2) ** 0.5, 2)
        if not 0 < size < 10_000:
            return None
        angle = round(degrees(atan2(matrix.b, matrix.a)) / 5) * 5 % 360
        mode = pdfium.FPDFTextObj_GetTextRenderMode(drawn)
        font = pdfium.FPDFTextObj_GetFont(drawn)
        address = ctypes.addressof(font.contents) if font else 0
        face = self._face(index, address, mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE)
        return _Look(face, size, angle, mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, address)

    def _face(self, index: int, address: int, stroked: bool) -> Face:
        key = address * 2 + stroked
        if key not in self._faces:
            buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
            length = pdfium.FPDFText_GetFontInfo(self._raw, index, buffer, 128, flags)
            name = buffer.value.decode("utf-8", "replace").split("+")[-1] if 0 < length <= 128 else ""
            weight = pdfium.FPDFText_GetFontWeight(self._raw, index) if name else _ROMAN
            self._signs[name] = signs_of(name)
            if hangs(name):
                self._hanging.add(name)
            self._faces[key] = Face(name, max(weight, 0) + 300 * stroked, bool(flags.value & 1))
        return self._faces[key]


def _stroke(found: Sequence[_Drawn], index: int) -> str | None:
    """The stroke of `≠`, which alone of TeX's signs takes no room: what it goes through begins where it begins."""
    _, (*_, x, y), look, _ = found[index]
    for text, (*_, next_x, next_y), _, _ in found[index + 1 : index + 2]:
        if text in NEGATED and abs(next_x - x) < _SAME_PLACE * look.size and abs(next_y - y) < _SAME_PLACE * look.size:
            return "\u0338"
    return None


def _by_places(found: list[_Drawn]) -> list[_Drawn]:
    """What stands in TeX's places for ligatures, dashes, quotes and accents, where a font sets words and has no map to
    Unicode.

    dvips drew fonts as bitmaps, without names. Greek letters stand in the same places of the fonts for formulas; these
    set no words. What stands elsewhere below the space is unknown (U+FFFD).
    """
    words = _words_by_font(found, {look.font for _, _, look, _ in found if not look.face.name})
    prose = "".join(words.values())
    if prose.count("\r") >= _LEAST_RETURNS and "c" not in prose:
        found = _by_names(found, words)
        words = {font: text.replace("\r", "") for font, text in words.items()}
        prose = "".join(words.values())
    if _POINTS.isdisjoint(prose) and not _NO_PROSE.isdisjoint(prose):
        words = {}  # Distiller has numbered all but the letters anew
    encodings = {font: encoding for font, text in words.items() if (encoding := _encoding(text))}
    if encodings and all(encoding is _CORK for encoding in encodings.values()):
        encodings = dict.fromkeys(words, _CORK)  # fonts without a ligature on this page, too
    named = {look.font for text, _, look, _ in found if look.face.name and text in _CORK_LIGATURES}
    encodings |= dict.fromkeys(_words_by_font(found, named), _CORK)
    result: list[_Drawn] = []
    for text, place, look, space in found:
        known = encodings[look.font].get(text, text) if look.font in encodings else text
        if len(known) == 1 and ord(known) in _CONTROL_CODES and ord(known) != _HYPHEN:
            known = "\ufffd"
        if known:
            result.append((known, place, look, space))
    return result


def _encoding(text: str) -> Mapping[str, str]:
    """Which of TeX's text encodings a font has, by the ligatures in its `text`."""
    if not _OT1_LIGATURES.isdisjoint(text):
        return _OT1
    return {} if _CORK_LIGATURES.isdisjoint(text) else _CORK


def _words_by_font(found: Sequence[_Drawn], fonts: Collection[int]) -> dict[int, str]:
    """The texts of those `fonts` that set words."""
    written: defaultdict[int, list[str]] = defaultdict(list)
    last = None
    for text, _, look, space in found:
        if look.font in fonts:
            written[look.font].append(f" {text}" if space or look.font != last else text)
        last = look.font
    texts = {font: "".join(pieces_of_font) for font, pieces_of_font in written.items()}
    return {
        font: text
        for font, text in texts.items()
        if 2 * sum(map(len, _WORD_WITH_LIGATURE.findall(text))) > len(text) - text.count(" ")
    }


def _by_names(found: Sequence[_Drawn], words: Mapping[int, str]) -> list[_Drawn]:
    """What stands at the places that came by their names.

    TeX's `fl` comes as a return, too, by its number, and is wider than a `c`; in the fonts for formulas a `γ` does, and
    there it is unknown which of the two it is.
    """
    widths: defaultdict[int, list[float]] = defaultdict(list)
    for text, place, look, _ in found:
        if text == "e":
            widths[look.font].append(_width(place, look))
    widest = {font: _FL_WIDTH * median(each) for font, each in widths.items()}
    in_ot1 = {font for font, text in words.items() if not _OT1_LIGATURES.isdisjoint(text.replace("\r", ""))}
    result: list[_Drawn] = []
    for text, place, look, space in found:
        known = text
        if look.font in words:
            is_fl = text == "\r" and _width(place, look) > widest.get(look.font, inf)
            known = "fl" if is_fl else "ffi" if text == "Æ" and look.font in in_ot1 else _BY_NAME.get(text, text)
        elif text == "\r" and not look.face.name:
            known = "\ufffd"
        result.append((known, place, look, space))
    return result


def _width(place: _Place, look: _Look) -> float:
    left, bottom, right, top, _, _ = place
    return top - bottom if look.angle % 180 else right - left


def _sized(found: list[_Drawn]) -> list[_Drawn]:
    """Characters of Type 3 fonts, whose matrix pdfium does not tell, with a size by how wide their letters are."""
    widths: defaultdict[int, list[float]] = defaultdict(list)
    for text, place, look, _ in found:
        if look.size < _NO_SIZE:
            widths[look.font].append(_width(place, look) / _WIDTHS.get(text, 0.5))
    sizes = {font: round(median(each), 1) for font, each in widths.items() if median(each) > 2 * _NO_SIZE}
    if not sizes:
        return found
    return [
        (text, place, look._replace(size=sizes.get(look.font, look.size)) if look.size < _NO_SIZE else look, space)
        for text, place, look, space in found
    ]


def _weighed(found: list[_Drawn]) -> list[_Drawn]:
    """Characters of fonts without a name, such as dvips's bitmaps, bold where their letters are as wide as bold ones:
    TeX's are 15 % wider than its roman and its italics."""
    widths: defaultdict[int, list[float]] = defaultdict(list)
    for text, place, look, _ in found:
        if not look.face.name and (usual := _WIDTHS.get(text) if text.isalpha() else None):
            widths[look.font].append(_width(place, look) / (usual * look.size))
    bold = {font for font, each in widths.items() if len(each) >= _ENOUGH_LETTERS and median(each) > _BOLD_WIDTH}
    if not bold:
        return found
    return [
        (text, place, look._replace(face=look.face._replace(weight=_BOLD)) if look.font in bold else look, space)
        for text, place, look, space in found
    ]


def _whole(codes: Sequence[int]) -> Iterator[int | None]:
    """`codes` with one number, and None, for the two parts that pdfium has of a character with a large number. A part
    alone, where a file's map was cut, is unknown (0)."""
    parted = False
    for first, second in zip_longest(codes, codes[1:], fillvalue=0):
        is_first = 0xD800 <= first < 0xDC00 and 0xDC00 <= second < 0xE000
        if is_first:
            yield 0x10000 + (first - 0xD800) * 0x400 + second - 0xDC00
        else:
            yield None if parted else 0 if 0xD800 <= first < 0xE000 else first
        parted = is_first


def _character(code: int) -> str:
    """The character of a number; a plain letter for one of Word's for formulas (`𝑥`), as TeX's fonts have it."""
    character = chr(code) if code else "\ufffd"
    return unicodedata.normalize("NFKC", character) if 0x1D400 <= code < 0x1D800 or code == 0x210E else character


def _codes(raw: pdfium.FPDF_TEXTPAGE, count: int) -> list[int]:
    """The Unicode numbers of the first `count` characters: at once, where pdfium leaves none out."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(raw, 0, count, buffer) == count + 1:
        codes = list(buffer)[:count]
        if not any(0xD800 <= code < 0xE000 for code in codes):
            return codes
    return [pdfium.FPDFText_GetUnicode(raw, index) for index in range(count)]
