"""What the characters of TeX's sign fonts are, where a PDF does not say it.

pdfTeX and dvips write no map to Unicode for them, and pdfium knows half of the fonts' names for signs. For the others
it gives the place in the font, which is the code of another character: `x′` comes as `x^{0}`, `n ⩽ 5` as `n 6 5`, `⟨a⟩`
as `hai`, `∑` as `P`. What is here is no character that the font has by a name that pdfium knows, such as OMS's `|` and
OML's comma. Where one of those comes as its place all the same, Distiller has numbered the file's fonts anew, in an
order of its own: their lower places say nothing, and are unknown (U+FFFD). `⟨ρ⟩` would be `∗ρ÷`, and `≠` was `=`.
Encodings: OMS, OML and OMX (fontmath.ltx; "The TeXbook", appendix F), AMS (amssymb.sty), St Mary's Road (stmaryrd.sty),
LaTeX's own and wasy (latexsym.sty, wasysym.sty).
MathTime (MTSY, MTEX; also as BLSY, BLEX), txfonts and pxfonts have the same (mtpro2.pdf, txfontsdocA4.pdf); newtx and
newpx have some signs of their own (newtxdoc.pdf: `txsys`, `txexs`). Lines and arrows in letters are of LaTeX's pictures
and of Xy-pic (xyrefer.pdf).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_OMS = {
    0x05: "\ufffd", 0x09: "⊖", 0x0B: "⊘", 0x0C: "⊙", 0x0D: "◯", 0x10: "≍", 0x16: "⪯", 0x17: "⪰", 0x1C: "≪",
    0x1D: "≫", 0x1E: "≺", 0x1F: "≻", 0x25: "↗", 0x26: "↘", 0x27: "≃", 0x2D: "↖", 0x2E: "↙",
    0x30: "′", 0x33: "∋", 0x34: "△", 0x35: "▽", 0x36: "\u0338", 0x37: "↦", 0x3C: "ℜ", 0x3D: "ℑ", 0x3E: "⊤", 0x3F: "⊥",
    0x40: "ℵ", 0x5D: "⊎", 0x60: "⊢", 0x61: "⊣", 0x62: "⌊", 0x63: "⌋", 0x64: "⌈", 0x65: "⌉",
    0x66: "{", 0x67: "}", 0x68: "⟨", 0x69: "⟩", 0x6A: "|", 0x6B: "‖", 0x6C: "↕", 0x6D: "⇕", 0x6E: "\\", 0x6F: "≀",
    0x70: "√", 0x71: "∐", 0x72: "∇", 0x73: "∫", 0x74: "⊔", 0x75: "⊓", 0x76: "⊑", 0x77: "⊒", 0x78: "§", 0x79: "†",
    0x7A: "‡",
}  # fmt: skip
_OML = {
    0x0F: "ϵ", 0x22: "ε", 0x24: "ϖ", 0x25: "ϱ", 0x28: "↼", 0x29: "↽", 0x2A: "⇀", 0x2B: "⇁", 0x2D: "↩", 0x3F: "⋆",
    0x5B: "♭", 0x5C: "♮", 0x5D: "♯", 0x5E: "⌣", 0x5F: "⌢",
    0x60: "ℓ", 0x7B: "ı", 0x7C: "ȷ", 0x7D: "℘", 0x7E: "\u20d7",
}  # fmt: skip
# Of PLOS's fonts, which have TeX's places and no names at all.
_OMS_WHOLE = _OMS | dict(zip(range(0x30), "−·×∗÷⋄±∓⊕⊖⊗⊘⊙◯∘∙≍≡⊆⊇≤≥⪯⪰∼≈⊂⊃≪≫≺≻←→↑↓↔↗↘≃⇐⇒⇑⇓⇔↖↙∝", strict=True))
_OML_WHOLE = _OML | dict(zip(range(0x28), "ΓΔΘΛΞΠΣΥΦΨΩαβγδϵζηθικλμνξπρστυϕχψωεϑϖϱςφ", strict=True)) | {
    0x3A: ".", 0x3B: ",", 0x3D: "/", 0x40: "∂",
}  # fmt: skip
# The pieces of tall brackets, by Adobe's names: the upper piece says what they are.
_PIECES = dict.fromkeys(range(0xF8E6, 0xF8FF), "") | {
    0xF8EB: "(", 0xF8EE: "[", 0xF8F1: "{", 0xF8F6: ")", 0xF8F9: "]", 0xF8FC: "}",
}  # fmt: skip
_OMX = {
    **_PIECES,
    **dict(zip(range(0x10), "()[]⌊⌋⌈⌉{}⟨⟩|‖/\\", strict=True)),
    **dict(zip(range(0x10, 0x20), "()()[]⌊⌋⌈⌉{}⟨⟩", strict=False)),
    0x1E: "/", 0x1F: "\\",
    **dict(zip(range(0x20, 0x30), "()[]⌊⌋⌈⌉{}⟨⟩/\\/\\", strict=False)),
    0x30: "(", 0x31: ")", 0x32: "[", 0x33: "]", 0x38: "{", 0x39: "}", 0x44: "⟨", 0x45: "⟩", 0x46: "⨆", 0x47: "⨆",
    0x48: "∮", 0x49: "∮", 0x4A: "⨀", 0x4B: "⨀", 0x4C: "⨁", 0x4D: "⨁", 0x4E: "⨂", 0x4F: "⨂",
    **dict(zip(range(0x50, 0x60), "∑∏∫∪∩⊎∧∨" * 2, strict=True)),
    0x60: "∐", 0x61: "∐",
    **dict.fromkeys((0x62, 0x63, 0x64), "\u02c6"), **dict.fromkeys((0x65, 0x66, 0x67), "\u02dc"),
    **dict(zip(range(0x68, 0x70), "[]⌊⌋⌈⌉{}", strict=True)),
    **dict.fromkeys(range(0x70, 0x75), "√"),
    **dict.fromkeys((*range(0x34, 0x38), *range(0x3A, 0x44), *range(0x75, 0x80)), ""),
}  # fmt: skip
# newtx has its sums and its pieces of tall brackets at places of its own, too (its encoding of `txexs`).
_NEW_OMX = {
    **_OMX,
    **dict(zip(range(0xCD, 0xDD), "∑∏∫∪∩⊎∧∨" * 2, strict=True)),
    0xA9: "(", 0xAA: ")", **dict.fromkeys(range(0xAB, 0xAF), ""), 0xAF: "∫", 0xB9: "∫",
}  # fmt: skip
_AMS_A = {
    0x01: "\ufffd", 0x02: "\ufffd",
    **dict(zip(range(0x03, 0x28), "□■▪◊⧫↻↺⇌⇋⊟⊩⊪⊨↠↞⇇⇉⇈⇊↾⇂↿⇃↣↢⇆⇄↰↱⇝↭↫↬≗≿≳⪆", strict=True)),
    **dict(zip(range(0x28, 0x39), "⊸∴∵≑≜≾≲⪅⪕⪖⋞⋟≼≦⩽≶‵", strict=True)),
    **dict(zip(range(0x3A, 0x4B), "≓≒≽≧⩾≷⊏⊐▷◁⊵⊴★≬▼▶◀", strict=True)),
    **dict(zip(range(0x4D, 0x55), "△▲▽≖⋚⋛⪋⪌", strict=True)),
    **dict(zip(range(0x56, 0x72), "⇛⇚✓⊻⊼⩞∠∡∢∝⌣⌢⋐⋑⋓⋒⋏⋎⋋⋌⫅⫆≏≎⋘⋙⌜⌝", strict=True)),
    **dict(zip(range(0x73, 0x80), "Ⓢ⋔∔∽⋍⌞⌟✠∁⊺⊚⊛⊝", strict=True)),
}  # fmt: skip
_AMS_B = {
    **dict(zip(range(0x20), "≨≩≰≱≮≯⊀⊁≨≩≰≱⪇⪈⋠⋡⋨⋩⋦⋧≰≱⪵⪶⪹⪺⪉⪊≁≇╱╲", strict=True)),
    **dict(zip(range(0x20, 0x41), "⊊⊋⊈⊉⫋⫌⫋⫌⊊⊋⊈⊉∦∤∤∦⊬⊮⊭⊯⋭⋬⋪⋫↚↛⇍⇏⇎↮⋇∅∄", strict=True)),
    **dict.fromkeys((0x5B, 0x5C), "\u02c6"), **dict.fromkeys((0x5D, 0x5E), "\u02dc"), 0x60: "Ⅎ", 0x61: "⅁",
    **dict(zip(range(0x66, 0x6B), "℧ð≂ℶℷ", strict=True)),
    **dict(zip(range(0x6C, 0x7C), "⋖⋗⋉⋊∣∥∖∼≈≊⪸⪷↶↷ϝϰ", strict=True)), 0x7D: "ℏ", 0x7E: "ℏ", 0x7F: "϶",
}  # fmt: skip
_TX_C = {0x11: "≐", 0x1B: "≃", 0x2C: "≠", 0x2E: "≢", 0x3C: "∉", 0x42: "≔", 0x6F: "ƛ", 0x7B: "⇝"}
_LASY = {
    0x01: "◁", 0x02: "⊴", 0x03: "▷", 0x04: "⊵", 0x30: "℧", 0x31: "⋈", 0x32: "□", 0x33: "◇", 0x3B: "⇝", 0x3C: "⊏",
    0x3D: "⊐",
}  # fmt: skip
_ST_MARY = {
    0x1F: "→", 0x20: "↯", 0x23: "⨟", 0x4A: "⟦", 0x4B: "⟧", 0x4C: "⦇", 0x4D: "⦈", 0x4E: "&", 0x4F: "⅋", 0x54: "⌊",
    0x55: "⌋", 0x61: "△", 0x64: "⨅", 0x71: "⟦", 0x79: "⟧",
}  # fmt: skip
# Its ligatures stand in T1's places in an order of their own, by names (`f_i`) that pdfium does not know.
_LIBERTINE = {0x1B: "fi", 0x1C: "ffi", 0x1D: "ff", 0x1E: "fl", 0x1F: "ffl"}


@dataclass(frozen=True, slots=True)
class _Family:
    name: re.Pattern[str]
    signs: Mapping[int, str]
    known: frozenset[int] = frozenset()
    """Places that never come as their code from a font that is as TeX made it: pdfium knows the names there."""
    text: frozenset[int] = frozenset()
    """Places that are what they are in ASCII."""


def _family(name: str, signs: Mapping[int, str], known: Iterable[int] = (), text: str = "") -> _Family:
    return _Family(re.compile(name, re.IGNORECASE), signs, frozenset(known), frozenset(map(ord, text)))


def _also_high(signs: Mapping[int, str]) -> dict[int, str]:
    """The lowest places also where dvips shifts them to (its option `-G`): 0x00 is 0xA1, 0x0A is 0xAD."""
    return {
        **{place + (0xA1 if place < 0x0A else 0xA3): signs[place] for place in signs if place < 0x21},
        **signs,
    }


_OMS_CONTROLS = (0x01, 0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x0A, 0x0E, 0x0F, 0x11, 0x14, 0x15, *range(0x18, 0x1C))
_FAMILIES = (
    # Without a map, macOS gives all places, those with known names, too: `∈` as `2`.
    _family(
        r"(?:CMB?SY|LMMathSymbols)\d",
        _also_high(_OMS)
        | {0x31: "∞", 0x32: "∈", 0x38: "∀", 0x39: "∃", 0x3A: "¬", 0x3B: "∅", 0x5B: "∪", 0x5E: "∧", 0x5F: "∨"}
        | dict.fromkeys((0x21, 0x28, 0x29), "\ufffd"),
        (*_OMS_CONTROLS, 0x22, 0x23, 0x24),
        "*",
    ),
    _family(r"[tp]xb?sy$", _OMS, _OMS_CONTROLS),
    # These hold signs of text fonts, too: `=` and `]`.
    _family(
        r"[tp]xb?sys$|MTSY|BLSY",
        {place: sign for place, sign in _OMS.items() if place not in (0x3D, 0x5D)}
        | {0x9C: "∅", 0xA4: "\u02d9", 0xAE: "\u20d7", 0xDB: "\u02d9", 0xDC: "\u00a8"},
        (*_OMS_CONTROLS, 0x21, 0x22, 0x23, 0x24),
        "()+,./:;=",
    ),
    _family(r"(?:CMMIB?|LMMathItalic)\d|r?[tp]xmi", _OML | {0xB2: "ϵ"}, range(0x0F), ",./:;<=>()"),
    _family(r"(?:CMEX|LMMathExtension)\d|[tp]xex$", _also_high(_OMX)),
    _family(r"[tp]xexs$", _NEW_OMX),
    _family(r"[tp]xexas?$", {0x20: ""}),
    # Those of publishers, nearly all numbered anew.
    _family(r"(?:MT|BL)EX", _OMX | dict.fromkeys(range(0x30), "\ufffd")),
    _family(r"AdvP4C4E46", _OMX | dict.fromkeys(range(0x30), "\ufffd") | {0x66: "", 0x69: ""}),  # a root's bar: `ffi`
    _family(
        r"AdvP4C4E74|AdvMacMthSyN",
        {place: _OMS[place] for place in (0x30, *range(0x67, 0x6C))}
        | dict(zip(map(ord, "ðÞþ¼f"), "()+=\ufffd", strict=True)),  # a brace, and of `ffi` what is no ligature
    ),
    _family(r"AdvP4C4E51", {0x3A: ".", 0x3B: ",", 0x3D: "/"}),
    _family(r"MSAM\d|[tp]xsya$", _also_high(_AMS_A)),
    _family(r"MSBM\d|[tp]xsyb$", _AMS_B),
    _family(r"[tp]xsyc$", _TX_C),
    _family(r"stmary\d", _ST_MARY),
    _family(r"LinLibertine", _LIBERTINE),
    _family(r"TeX_CM_Maths_Symbols", _OMS_WHOLE),
    _family(r"TeX_CM_Maths_Italic", _OML_WHOLE),
    _family(r"LASY\d", _LASY),
    _family(r"wasy\d", _LASY | {0x20: "●", 0x23: "○", 0x2C: "☺", 0x47: "◐", 0x48: "◑"}),
    _family(r"EUEX\d", dict.fromkeys(range(0x7A, 0x7E), "")),
    _family(r"zplx", {0x03: "="}),
    # Pieces of lines, circles and arrows: of a drawing, whatever letter stands at their places.
    _family(r"XY(?:[AB]TIP|[AB]SQL|DASH|CM[AB]T)|LINEW?\d|LCIRCLEW?\d", dict.fromkeys(range(0x100), "")),
)


@cache
def _family_of(font: str) -> _Family | None:
    return next((family for family in _FAMILIES if family.name.match(font)), None)


def hangs(font: str) -> bool:
    """Whether the signs of `font` hang below the places that they are set at: tall brackets, sums, roots. TeX centres
    them on the line's axis."""
    family = _family_of(font)
    return family is not None and family.signs.get(0x50) == "∑"


def signs_of(font: str) -> Mapping[int, str]:
    """By place in the font named `font`, without the mark of a subset: what stands there, where that is not the
    character that comes out. `""`: a piece of a larger sign."""
    family = _family_of(font)
    return family.signs if family else _PIECES


def unknown_places(drawn: Mapping[str, Collection[int]]) -> Mapping[str, frozenset[int]]:
    """By font, which of the places that are `drawn` on a page say nothing: all of the lower ones, where one of them
    shows that the file's fonts of signs were numbered anew."""
    families = {font: family for font in drawn if (family := _family_of(font))}
    if all(family.known.isdisjoint(drawn[font]) for font, family in families.items()):
        return {}
    return {
        font: frozenset(place for place in drawn[font] if place < 0x41) - family.text
        for font, family in families.items()
    }
