"""Spans put aside while the text around them is read: each is stood in for by one character of a private-use plane.

A formula has to be found before the Markdown or the macros around it (its `_` is no emphasis, its `}` closes no
argument), but it sits inside them. A single character that no input can hold survives any parser unharmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest_assets.markup import formulas
from digest_assets.markup.spans import Span, Text

_FIRST = 0xF0000
_CAPACITY = 0xFFFD
_STAND_IN = re.compile("([\U000f0000-\U000ffffd])")


class Shelf:
    """Spans by their stand-in."""

    def __init__(self) -> None:
        self._spans: list[tuple[Span, ...]] = []
        self._sources: list[str] = []

    def put(self, *spans: Span, source: str) -> str:
        """The character that stands for `spans` from now on. `source`: what was typed for them."""
        if len(self._spans) >= _CAPACITY:
            return self.source(source)  # no text that anybody reads has so many; the rest is text
        self._spans.append(spans)
        self._sources.append(self.source(source))
        return chr(_FIRST + len(self._spans) - 1)

    def put_formulas(self, text: str) -> str:
        """`text` with a stand-in for each of its formulas."""
        return "".join(
            part if isinstance(part, str) else self.put(*part.spans, source=part.source)
            for part in formulas.split(text)
        )

    def take(self, text: str) -> Iterator[Span]:
        """The spans of `text`: its strings as text, each stand-in as what it stands for."""
        for part in _STAND_IN.split(text):
            if _STAND_IN.fullmatch(part):
                yield from self._spans[ord(part) - _FIRST]
            elif part:
                yield Text(part)

    def source(self, text: str) -> str:
        """`text` as it was typed: for addresses and for code, in which there are no formulas."""
        return _STAND_IN.sub(lambda match: self._sources[ord(match[1]) - _FIRST], text)
