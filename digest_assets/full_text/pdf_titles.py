"""What a title in a PDF is made of: its number, its words, its bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from digest_assets.full_text.pdf_order import Line

LONGEST_TITLE = 200
"""Characters. What is longer is a sentence."""
TITLE_LINES = 5
"""How many lines a title may take."""
CAPTION = re.compile(
    r"(?:(?:Extended Data|Supplementary) )?(?:Figure|FIGURE|Fig\.?|FIG\.|Table|TABLE|Tab\.|Algorithm|Listing)"
    r"\s*[A-Z]?\.?\d+[a-z]?\s*(?:[.:|]|\s[A-Z]|$)"
    r"|TABLE [IVX]+\b|Figure: "
)
APPENDIX = re.compile(r"appendi(?:x|ces)\b|supplement", re.IGNORECASE)
FIRST_SENTENCE = re.compile(r"(.{4,120}?(?:[^\W\d_]|[^\W\d_]{2} \d[\d.]*))[.:]\s+(?=[A-Z])")
_ARABIC = re.compile(
    r"(?:(?:chapter|section|§)\s*)?(\d{1,2}(?:\.\d{1,2}){0,3})(?:\s*[.:)–—-]{1,2})?\s+(?=\S)", re.IGNORECASE
)
_ROMAN = re.compile(r"([IVX]{1,5})\s*[.:–—-]?\s+(?=\S)")
_LETTER = re.compile(r"(?:appendix\s+)?([A-Z](?:\.\d{1,2}){0,3})\s*[.:–—-]?\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the lines [start, `stop`)."""

    title: str
    level: int
    stop: int
    rest: str = ""
    """What stands behind it on its line: `Abstract—We ...`."""
    appendix: bool = False


def numbers(text: str) -> Iterator[tuple[str, tuple[int, ...], str]]:
    """Kind, parts and title of what may be a number before a title. `V. Data` may be a Roman one, or a letter."""
    if match := _ARABIC.match(text):
        yield "arabic", tuple(map(int, match[1].split("."))), text[match.end() :]
    if (match := _ROMAN.match(text)) and (value := _roman(match[1])):
        yield "roman", (value,), text[match.end() :]
    if match := _LETTER.match(text):
        first, *others = match[1].split(".")
        if first.isupper():
            yield "letter", (ord(first) - 64, *map(int, others)), text[match.end() :]


def _roman(numeral: str) -> int:
    values = {"I": 1, "V": 5, "X": 10}
    total = 0
    for one, two in zip_longest(numeral, numeral[1:]):
        total += -values[one] if two and values[two] > values[one] else values[one]
    return total


def unnumbered(text: str) -> str:
    text = re.sub(
        r"^(?:[IVX]+|[A-Z])-[A-Z](?:\d|-\d)*\s+", "A. ", text.strip()
    )  # IEEE's outlines: `III-A Data` for `A. Data`
    return next((title for _, _, title in numbers(text.strip())), text)


def glued(text: str, line: Line, last: Line) -> str:
    return f"{text}{line.text}" if last.hyphenated else f"{text} {line.text}"
