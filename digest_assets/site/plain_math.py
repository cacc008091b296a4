"""Formulas as plain characters, for where nothing can be typeset: results of a search, titles of feeds and pages.

`$\\sqrt{d}$` becomes √d, `$x^2$` x², `$\\mathcal{O}(n \\log n)$` O(n log n). It is made from the same MathML as the
pages', so that whatever can be typeset can be told; what cannot be read stays as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from digest_assets.site.mathml import formula

_SUPERSCRIPTS = dict(zip("0123456789+−-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_SUBSCRIPTS = dict(zip("0123456789+−-=()aeioxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑᵢₒₓₕₖₗₘₙₚₛₜ", strict=True))
_ACCENTS = {"ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "~": "\u0303", "¯": "\u0304", "‾": "\u0304", "→": "\u20d7"}
_APPLIED = "\u2061"
_UNSEEN = re.compile("[\u2062-\u2064\ufe00-\ufe0f]")
_POSITIVE = re.compile(r"0*\.?0*[1-9]")
_WIDE_OPERATORS = set("=≤≥<>≈∼≃≡→←↔⇒×·±∈∉⊂⊆∝≪≫∣≠+−∗")


@lru_cache(maxsize=4096)
def plain(tex: str) -> str:
    """`tex` in characters; as it is, where it cannot be read."""
    written = str(formula(tex))
    if not written.startswith("<math"):
        return tex
    try:
        root = ElementTree.fromstring(written)
    except ElementTree.ParseError:
        return tex
    return " ".join(_row(root).split()) or tex


def _row(element: Element) -> str:
    """The children one after the other, relations with room around them where something stands before them."""
    said = ""
    for child in element:
        piece = _one(child)
        if child.tag == "mo" and piece == _APPLIED:
            piece = " "
        elif child.tag == "mo" and piece in _WIDE_OPERATORS and said.strip():
            piece = f" {piece} "
        said += piece
    return said


def _one(element: Element) -> str:
    tag, children = element.tag, list(element)
    if tag in ("mi", "mn", "mtext", "mo", "ms"):
        return _UNSEEN.sub("", unicodedata.normalize("NFKC", element.text or ""))
    if tag == "mspace":
        return " " if _POSITIVE.match(element.get("width", "")) else ""
    if tag in ("msup", "mover") and len(children) == 2:
        return _over(_one(children[0]), _one(children[1]), accent=tag == "mover")
    if tag in ("msub", "munder") and len(children) == 2:
        return _one(children[0]) + _script(_one(children[1]), _SUBSCRIPTS, "_")
    if tag in ("msubsup", "munderover") and len(children) == 3:
        base, below, above = map(_one, children)
        return base + _script(below, _SUBSCRIPTS, "_") + _script(above, _SUPERSCRIPTS, "^")
    if tag == "mfrac" and len(children) == 2:
        return "/".join(_grouped(_one(each)) for each in children)
    if tag == "msqrt":
        return "√" + _grouped(_row(element))
    if tag == "mroot" and len(children) == 2:
        return _script(_one(children[1]), _SUPERSCRIPTS, "") + "√" + _grouped(_one(children[0]))
    return _row(element)


def _over(base: str, above: str, *, accent: bool) -> str:
    if accent and above in _ACCENTS and len(base) == 1:
        return unicodedata.normalize("NFC", base + _ACCENTS[above])
    return base + _script(above, _SUPERSCRIPTS, "^")


def _script(text: str, forms: dict[str, str], sign: str) -> str:
    """`text` in small characters where there are such, else behind `sign`."""
    packed = text.replace(" ", "")
    if all(character in forms for character in packed):
        return "".join(forms[character] for character in packed)
    if packed in ("∘", "′", "″", "*", "∗", "⊤", "†"):
        return {"∘": "°", "∗": "*"}.get(packed, packed)
    return sign + _grouped(text)


def _grouped(text: str) -> str:
    text = text.strip()
    return text if len(text) == 1 or text.replace(".", "").isalnum() else f"({text})"
