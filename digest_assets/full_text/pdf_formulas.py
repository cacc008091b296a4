"""What tells a formula from a text, in what a PDF's characters come to."""

from __future__ import annotations

import re

EQUATION_NUMBER = re.compile(r"\(\d{1,3}(?:\.\d{1,3})*[a-z]?\)|\([A-Z]\.?\d{1,3}[a-z]?\)")
RELATION = re.compile(r"[=<>≤≥≈∼≡∈⊂⊆→↦∝≜≪≫⪯⪰≺≻⇒⇔]")
SCRIPT = re.compile(r"[_^]\{[^{}]*\}")
WORD = re.compile(r"[^\W\d_]{3,}")
_OF_FORMULAS = re.compile(
    "lim|liminf|limsup|max|min|sup|inf|arg|argmax|argmin|det|gcd|log|exp|sin|cos|tan|sinh|cosh|tanh|ker|dim|deg|diag|sign"
    "|sgn|mod|rank|span|supp|vec|var|cov|erf|where|otherwise|for|all|and|with|subject|such|that"
)


def words_of(text: str) -> int:
    """How many words of a language are in `text`."""
    words = (word for word in WORD.findall(SCRIPT.sub("", text)) if word[1:].islower())
    return sum(not _OF_FORMULAS.fullmatch(word.lower()) for word in words)
