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
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")  # stand_ins.py puts its own there
CJK_GAP = re.compile(r"(?<=[⺀-鿿　-〿＀-￯])\n(?=[⺀-鿿　-〿＀-￯])")
"""A line break inside of a sentence that has no blanks."""
_MARKS = "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in (
        (0x300, 0x36F), (0x483, 0x489), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x6D6, 0x6ED), (0x900, 0x903),
        (0xE31, 0xE3A), (0xE47, 0xE4E), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0x302A, 0x302D),
        (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
    )
)  # fmt: skip
_STACKED = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
"""More marks on one letter than any language has: 200 of them make a line as high and a page as wide as they like."""
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` without them, lines ended by `\\n`. A lone surrogate becomes U+FFFD, a pair of them its character."""
    if text.isprintable():  # none but marks are: a site's words are cleaned some 300 times a paper
        return text if text.isascii() else _STACKED.sub(r"\1", text)
    return _STACKED.sub(r"\1", _PRIVATE.sub("\ufffd", _UNWANTED.sub("", _LINE_ENDS.sub("\n", whole(text)))))


def whole(text: str) -> str:
    """`text` as any encoding can have it: a lone surrogate becomes U+FFFD, a pair of them its character."""
    if _SURROGATES.search(text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
