"""Characters that no post may hold, whatever a feed or a model sent.

Zero bytes and other controls end files or break YAML; lone surrogates cannot be written as UTF-8; bidirectional marks
turn the words around them, and with them what a reader takes for a link or a name.
"""

from __future__ import annotations

import re

# Zero-width joiner and non-joiner stay: scripts and emoji need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")  # shelf.py puts its own there
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` without them, lines ended by `\\n`. A lone surrogate becomes U+FFFD, a pair of them its character."""
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _PRIVATE.sub("\ufffd", _UNWANTED.sub("", _LINE_ENDS.sub("\n", text)))
