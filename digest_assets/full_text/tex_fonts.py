"""What the characters of TeX's sign fonts are, where a PDF does not say it.

pdfTeX and dvips write no map to Unicode for them, and pdfium knows half of the fonts' names for signs. For the others
it gives the place in the font, which is the code of another character: `x′` comes as `x^{0}`, `n ⩽ 5` as `n 6 5`, `⟨a⟩`
as `hai`, `∑` as `P`. What is here is no character that the font has by a name that pdfium knows, such as OMS's `|` and
OML's comma. The lowest places of OMS are such, too: where they come, Distiller has numbered the font's characters anew,
and `⟨ρ⟩` would be `∗ρ÷`; they are unknown (U+FFFD).
Encodings: OMS, OML and OMX (fontmath.ltx; "The TeXbook", appendix F), AMS (amssymb.sty), St Mary's Road (stmaryrd.sty).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_OMS = {
    **dict.fromkeys(range(0x01, 0x06), "\ufffd"), 0x0D: "◯", 0x10: "≍", 0x12: "⊆", 0x13: "⊇", 0x16: "⪯",
    0x17: "⪰", 0x1C: "≪", 0x1D: "≫", 0x1E: "≺", 0x1F: "≻", 0x25: "↗", 0x26: "↘", 0x27: "≃", 0x2D: "↖", 0x2E: "↙",
    0x30: "′", 0x33: "∋", 0x34: "△", 0x35: "▽", 0x36: "\u0338", 0x37: "↦", 0x3C: "ℜ", 0x3D: "ℑ", 0x3E: "⊤", 0x3F: "⊥",
    0x40: "ℵ", 0x5D: "⊎", 0x60: "⊢", 0x61: "⊣", 0x62: "⌊", 0x63: "⌋", 0x64: "⌈", 0x65: "⌉",
    0x66: "{", 0x67: "}", 0x68: "⟨", 0x69: "⟩", 0x6A: "|", 0x6B: "‖", 0x6C: "↕", 0x6D: "⇕", 0x6E: "\\", 0x6F: "≀",
    0x70: "√", 0x71: "∐", 0x72: "∇", 0x73: "∫", 0x74: "⊔", 0x75: "⊓", 0x76: "⊑", 0x77: "⊒", 0x78: "§", 0x79: "†",
    0x7A: "‡",
}  # fmt: skip
_OML = {
    0x0F: "ϵ", 0x22: "ε", 0x2D: "↩", 0x3F: "⋆", 0x5B: "♭", 0x5C: "♮", 0x5D: "♯", 0x5E: "⌣", 0x5F: "⌢",
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
    **dict(zip(range(0x21, 0x30), ")[]⌊⌋⌈⌉{}⟨⟩/\\/\\", strict=False)),
    0x30: "(", 0x31: ")", 0x32: "[", 0x33: "]", 0x38: "{", 0x39: "}", 0x44: "⟨", 0x45: "⟩", 0x46: "⨆", 0x47: "⨆",
    0x48: "∮", 0x49: "∮", 0x4A: "⨀", 0x4B: "⨀", 0x4C: "⨁", 0x4D: "⨁", 0x4E: "⨂", 0x4F: "⨂",
    **dict(zip(range(0x50, 0x60), "∑∏∫∪∩⊎∧∨" * 2, strict=True)),
    0x60: "∐", 0x61: "∐",
    **dict.fromkeys((0x62, 0x63, 0x64), "\u02c6"), **dict.fromkeys((0x65, 0x66, 0x67), "\u02dc"),
    **dict(zip(range(0x68, 0x70), "[]⌊⌋⌈⌉{}", strict=True)),
    **dict.fromkeys(range(0x70, 0x75), "√"),
    **dict.fromkeys((*range(0x34, 0x38), *range(0x3A, 0x44), *range(0x75, 0x80)), ""),
}  # fmt: skip
_AMS_A = {
    0x03: "□", 0x04: "■", 0x06: "◊", 0x26: "≳", 0x27: "⪆", 0x2C: "≜", 0x2D: "≾", 0x2E: "≲", 0x2F: "⪅", 0x29: "∴",
    0x2A: "∵", 0x34: "≼", 0x35: "≦", 0x36: "⩽", 0x3C: "≽", 0x3D: "≧", 0x3E: "⩾", 0x42: "▷", 0x43: "◁", 0x44: "⊵",
    0x45: "⊴", 0x46: "★", 0x58: "✓", 0x5C: "∠", 0x66: "⋏", 0x67: "⋎", 0x70: "⌜", 0x71: "⌝", 0x78: "⌞", 0x79: "⌟",
    0x7B: "∁", 0x7C: "⊺",
}  # fmt: skip
_AMS_B = {
    0x02: "≰", 0x03: "≱", 0x1C: "≁", 0x28: "⊊", 0x29: "⊋", 0x2A: "⊈", 0x2C: "∦", 0x2D: "∤", 0x39: "↛", 0x3F: "∅",
    0x40: "∄", 0x6C: "⋖", 0x6D: "⋗", 0x6E: "⋉", 0x6F: "⋊", 0x72: "∖", 0x75: "≊", 0x7E: "ℏ",
}  # fmt: skip
_ST_MARY = {0x4A: "⟦", 0x4B: "⟧"}
# Its ligatures stand in T1's places in an order of their own, by names (`f_i`) that pdfium does not know.
_LIBERTINE = {0x1B: "fi", 0x1C: "ffi", 0x1D: "ff", 0x1E: "fl", 0x1F: "ffl"}
_FAMILIES = (
    (re.compile(r"(?:CMB?SY|LMMathSymbols)\d|[tp]xb?sy$", re.IGNORECASE), _OMS),
    (re.compile(r"(?:CMMIB?|LMMathItalic)\d", re.IGNORECASE), _OML),
    (re.compile(r"(?:CMEX|LMMathExtension)\d", re.IGNORECASE), _OMX),
    (re.compile(r"MSAM\d", re.IGNORECASE), _AMS_A),
    (re.compile(r"MSBM\d", re.IGNORECASE), _AMS_B),
    (re.compile(r"stmary\d", re.IGNORECASE), _ST_MARY),
    (re.compile(r"LinLibertine"), _LIBERTINE),
    (re.compile(r"TeX_CM_Maths_Symbols"), _OMS_WHOLE),
    (re.compile(r"TeX_CM_Maths_Italic"), _OML_WHOLE),
)


_HANGING = re.compile(r"(?:CMEX|LMMathExtension)\d", re.IGNORECASE)


def hangs(font: str) -> bool:
    """Whether the signs of `font` hang below the places that they are set at: tall brackets, sums, roots. TeX centres
    them on the line's axis."""
    return bool(_HANGING.match(font))


def signs_of(font: str) -> Mapping[int, str]:
    """By place in the font named `font`, without the mark of a subset: what stands there, where that is not the
    character that comes out. `""`: a piece of a larger sign."""
    return next((signs for family, signs in _FAMILIES if family.match(font)), _PIECES)
