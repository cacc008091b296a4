"""A page's characters at their places, and the pieces of lines that they make.

pdfium says what each character is and where; its own lines are not used, because they end at raised characters. Sizes
are those on the page, by the text matrix: a font of size 1 that is drawn ten times as large is as large as one of
size 10.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, zip_longest
from math import atan2, degrees, inf, isfinite
from statistics import median
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from digest_assets.full_text.pdf_order import NUMBER, Face, Line, Part, is_small_beside
from digest_assets.full_text.tex_fonts import hangs, signs_of, unknown_places

CHARACTER_LIMIT = 40_000
"""A page in two columns has some 6,000; drawings made of letters have millions."""
_SCRIPT_SCALE = 0.87  # of the line's size: what is smaller may be an exponent
_RAISED, _LOWERED = 0.12, -0.06  # of the line's size: how far a small character stands off the line to be a script
_LOOSE = 0.42  # of the size: TeX's space is a third of it, and where it is stretched, all of the line's are
_FEW_WORDS = 10
"""What has fewer may be a table's row, as what is mostly numbers: each of its words may be a cell."""
_HYPHENS = {0x02, 0xAD, 0xFFFE}
"""How pdfium marks a hyphen at the end of a line (in older builds U+FFFE), and the soft hyphen."""
_WORD_LETTERS = re.compile(r"[a-z]{3,}")
_WORD_WITH_LIGATURE = re.compile(r"[a-z]*[\x0b-\x0f\x1b-\x1f]?[a-z]{3,}")
_HARD_HYPHEN = re.compile(r"[^\W_][-\u2010]$")
_LIGATURES = str.maketrans({chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff\ufffe\uffff]")
# Accents that stand for themselves, as TeX sets them over a letter, and the marks that compose with it.
_ACCENTS = {
    "`": "\u0300", "\u00b4": "\u0301", "\u02c6": "\u0302", "\u02dc": "\u0303", "\u00af": "\u0304", "\u02d8": "\u0306",
    "\u02d9": "\u0307", "\u00a8": "\u0308", "\u02da": "\u030a", "\u02dd": "\u030b", "\u02c7": "\u030c",
    "\u00b8": "\u0327", "\u02db": "\u0328", "\u20d7": "\u20d7",
    "~": "\u0303",
}  # fmt: skip
_NEGATIONS = {"6", "\u0338"}
"""TeX's stroke through a sign, which its font of signs has in the place of the 6."""
_ACCENTS |= dict.fromkeys(_NEGATIONS, "\u0338")
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
_SCRIPT_WORDS = 3
_NEGATED = frozenset("=∈≡∼≈≃≅⊂⊆⊃⊇∋≤≥<>⊥⊢∃∣∥≺≻")
_NEAR = 8
"""Characters that a file may have between a letter and its accent."""
_LINE = 250
"""Characters back to where the letter of an accent may stand: pdfium gives what is not quite on a line after it."""
_SAME_PLACE = 0.05
"""Of the size: two signs that stand no further apart are set at one place."""


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
_AXIS = 0.25
"""Of the size, how high above the line TeX centres fractions and tall signs."""
_INTEGRALS = "∫∮∬∭"
_LONGEST_WORD = 6
_LONGEST_LIMIT = 40
"""Characters."""
_OPERATORS = "∑∏∐∫∮∬∭∪∩⊎∧∨⨆⨀⨁⨂⨄⋃⋂⋀⋁"
_HAS_LIMITS = re.compile(r"(?:arg|ess|lim)?(?:lim|max|min|sup|inf)|det|gcd|Pr")
_LIMIT = (0.45, 2.2)
"""Times the size: how far above or below the line a limit stands. An exponent stands nearer."""
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
    found = tuple(pieces(glyphs if is_scan else shown, number, characters.height))
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
        turn = self._turns()[angle]
        glyphs = [
            Glyph(text, *turn(*place), look.size, look.face, space, look.hidden)
            for text, place, look, space in found
            if look.angle == angle
        ]
        return composed(glyphs), _clean("".join(text for text, _, look, _ in found if look.angle != angle))

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
                space = max(space, 0 if code in _HYPHENS else 1)
                continue
            if look is None or drawn != last:
                look, last = self._look(index, drawn), drawn
                signs = self._signs[look.face.name] if look else {}
            if code in _MAYBE_EMPTY and self._is_empty(index, code, look, signs):
                space = max(space, 0 if code in _HYPHENS else 2)
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
        return (bottom.value + top.value) / 2 - _AXIS * look.size

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
        size = pdfium.FPDFText_GetFontSize(self._raw, index) * (matrix.c**2 + matrix.d**2) ** 0.5
        if not 0 < size < 10_000:
            return None
        angle = round(degrees(atan2(matrix.b, matrix.a)) / 5) * 5 % 360
        mode = pdfium.FPDFTextObj_GetTextRenderMode(drawn)
        font = pdfium.FPDFTextObj_GetFont(drawn)
        address = ctypes.addressof(font.contents) if font else 0
        face = self._face(index, address, mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE)
        return _Look(face, round(size, 2), angle, mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, address)

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
        if text in _NEGATED and abs(next_x - x) < _SAME_PLACE * look.size and abs(next_y - y) < _SAME_PLACE * look.size:
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


def composed(glyphs: list[Glyph]) -> list[Glyph]:
    """Accents put on the letters that they stand over: `¨` and `u` are `ü`, however the file has them."""
    result: list[Glyph] = []
    alone: list[int] = []  # accents that have no letter yet, by place
    taken: set[int] = set()
    for glyph in glyphs:
        last = result[-1] if result else None
        # A ligature, which pdfium takes apart. An accent of TeX's may be as wide as its letter, too.
        if last is not None and glyph[1:4] == last[1:4] and _ACCENTS.keys().isdisjoint((last.text, glyph.text)):
            result[-1] = last._replace(text=last.text + glyph.text)
            continue
        if last is not None and (last.text, glyph.text) == ("∼", "=") and glyph.left < last.right - 0.3 * glyph.size:
            result[-1] = glyph._replace(text="≅", space=last.space)
            continue
        here = len(result)
        if glyph.text in _ACCENTS:
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
    return sign in _NEGATED or (stroke != "6" and "←" <= sign < "\u2b00")


def _accented(accent: Glyph, letter: Glyph) -> str | None:
    mark = _ACCENTS.get(accent.text)
    if letter.text in _ACCENTS or (accent.text in _NEGATIONS and not _is_negated(accent.text, letter.text)):
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


# -- to pieces of lines


class _Word(NamedTuple):
    start: int
    stop: int
    left: float
    right: float


def pieces(glyphs: Sequence[Glyph], page: int, height: float) -> Iterator[Line]:
    for run in _interleaved(_runs(_with_limits(glyphs))):
        spaced = _spaces(run)
        for start, stop in _parts(run, spaced):
            if (piece := _piece(run[start:stop], spaced[start:stop], page, height)) is not None:
                yield piece


def _with_limits(glyphs: Sequence[Glyph]) -> list[Glyph]:
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


def _may_be_limit(main: Glyph, glyph: Glyph) -> bool:
    off = abs(glyph.baseline - main.baseline)
    return glyph.size < _SCRIPT_SCALE * main.size and _LIMIT[0] * main.size < off < _LIMIT[1] * main.size


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
    _, baseline = _main(limit)
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
    (first, baseline), (second, other_baseline) = _main(one), _main(two)
    rise, size = other_baseline - baseline, max(first, second)
    if second > first:
        rise = -rise
    small, large = (one, two) if (first, len(one)) <= (second, len(two)) else (two, one)
    scripts = min(first, second) < _SCRIPT_SCALE * size and len(small) <= len(large) and not _is_scanned_prose(small)
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
    return all(glyph.text in _ACCENTS for glyph in run)


def _goes_on(main: Glyph, last: Glyph, glyph: Glyph, right: float) -> bool:
    """`main` is the last character of the run that is as large as its largest; `right` is where the run ends."""
    size = max(main.size, glyph.size)
    if abs(glyph.baseline - main.baseline) > (0.55 if glyph.size < _SCRIPT_SCALE * main.size else 0.35) * size and not (
        # A raised character before the first large one: the mark of a footnote.
        main.size < _SCRIPT_SCALE * glyph.size and 0 < main.baseline - glyph.baseline < 0.7 * size
    ):
        return False
    if glyph.left >= right - 0.4 * size:
        return True
    # The second of two scripts that stand above each other.
    return glyph.size < _SCRIPT_SCALE * main.size and last is not main and glyph.left > main.right - 0.3 * size


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


def _spaces(run: Sequence[Glyph]) -> list[bool]:
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


def _piece(glyphs: list[Glyph], spaced: list[bool], page: int, height: float) -> Line | None:
    size, baseline = _main(glyphs)
    text = _clean(_written(glyphs, spaced, size, baseline))
    hyphenated = bool(text) and ord(glyphs[-1].text[-1]) in _HYPHENS and len(glyphs) > 1
    if not hyphenated and len(glyphs) > 1 and _HARD_HYPHEN.search(text):
        hyphenated, text = True, text[:-1]
    parts = _loose_parts(glyphs, spaced, size, baseline)
    if parts and hyphenated:
        parts = (*parts[:-1], parts[-1]._replace(text=parts[-1].text.rstrip("-\u2010")))
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
            _clean(_written(glyphs[start:stop], spaced[start:stop], size, baseline)),
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


def _main(glyphs: Sequence[Glyph]) -> tuple[float, float]:
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


def _shown_size(on_line: Sequence[Glyph], size: float) -> float:
    """The size of the capitals, where the others are small capitals."""
    letters = [glyph for glyph in on_line if glyph.text.isalpha()]
    if len(letters) > 3 and all(glyph.text.isupper() for glyph in letters):
        return max(glyph.size for glyph in letters)
    return size


def _written(glyphs: Sequence[Glyph], spaced: Sequence[bool], size: float, baseline: float, depth: int = 0) -> str:
    """The text of `glyphs`, raised and lowered ones as `^{2}` and `_{i}`: 10^{20} is not 1020."""
    text = ""
    indexed = list(enumerate(glyphs))
    for step, group in groupby(indexed, key=lambda each: _step(each[1], size, baseline)):
        members = [index for index, _ in group]
        within = [glyphs[index] for index in members]
        before = " " if spaced[members[0]] and text else ""
        if step == 0 or depth > 3:
            text += before + "".join(
                (" " if spaced[index] and index != members[0] else "") + glyphs[index].text for index in members
            )
            continue
        inner = _written(within, [spaced[index] for index in members], *_main(within), depth + 1).strip()
        text += f"{before}{'^' if step > 0 else '_'}{{{inner}}}" if _clean(inner) else ""
    return text


def _step(glyph: Glyph, size: float, baseline: float) -> int:
    """1 for a raised character, -1 for a lowered one, 0 for one on the line."""
    rise = (glyph.baseline - baseline) / size
    if glyph.size <= _SCRIPT_SCALE * size:
        return 1 if rise > _RAISED else -1 if rise < _LOWERED else 0
    return (1 if rise > 0 else -1) if abs(rise) > 0.2 and glyph.text.isdigit() else 0


def _clean(text: str) -> str:
    return " ".join(_CONTROL.sub("", text.translate(_LIGATURES)).split())
