"""Whether a text goes round in a circle, as weak models do until they are cut: more room gives them more of the same.

Greedy decoding falls into loops that copy themselves to the letter (Holtzman et al., The Curious Case of Neural Text
Degeneration, arXiv:1904.09751), so an exact period at the text's end tells them. Pure.
"""

from __future__ import annotations

import re

_LOOKED_AT = 12_000
"""Characters from the end."""
_ROUNDS = 3
"""Less than so many times may be a list's form."""
_LEAST = 100
"""Characters that the rounds have together: a table's rule, or a row of dots, is shorter."""
_COUNTED = re.compile(r"(?:^\s*|[（(第]\s*|步骤\s*|\*\*)\d+(?=\s*[.)、）:：*步])", re.MULTILINE)
"""The number of an item: a list that goes round counts on."""
_BLANKS = "␣"


def repeated_at_the_end(text: str) -> str | None:
    """What `text` says again and again until its end, once; `␣` where that is blanks. None: it does not."""
    if len(text) - len(text.rstrip()) >= _LEAST:
        return _BLANKS
    end = " ".join(_COUNTED.sub("", text[-_LOOKED_AT:]).split())[::-1]
    # Of each prefix of the reversed end, the longest one that it also ends with: what is left over is its period
    # (Knuth, Morris and Pratt 1977).
    borders = [0] * len(end)
    longest, period = 0, 0
    for at in range(1, len(end)):
        border = borders[at - 1]
        while border and end[at] != end[border]:
            border = borders[border - 1]
        borders[at] = border + (end[at] == end[border])
        length = at + 1
        if length >= max(_LEAST, _ROUNDS * (length - borders[at])):
            longest, period = length, length - borders[at]
    return end[:longest][::-1][:period].strip() if longest else None
