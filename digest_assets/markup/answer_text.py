"""A model's plain text, such as a translation: nothing in it is markup but formulas, addresses and copied TeX.

`3*3`, `__init__` and `2**k` are what they are. What models copy from abstracts (`\\emph{...}`, `{\\bf ...}`, `10\\,ms`)
is read as in those, by the list of `tex.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from digest_assets.markup import tex
from digest_assets.markup.characters import CJK_GAP, clean
from digest_assets.markup.spacing import spaced
from digest_assets.markup.spans import Break, Piece, Span
from digest_assets.markup.stand_ins import Shelf

LONGEST = 20_000
"""Characters of an answer that are shown; a translation has 1,000, and a part of a reading 600. `…` stands for more."""

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_NEW_LINE = re.compile(r"\n(?=[ \t]*(?:[-*•·]|[(（]?\d{1,2}[.)）、])[ \t]*\S)")
"""Before what looks like an item of a list: it stays a line of its own."""


def bounded(pieces: Iterable[Piece], shelf: Shelf) -> str:
    """`pieces` as one text, clean and as much of it as is shown; spans among them are on `shelf`."""
    text = "".join(
        clean(piece[: LONGEST + 1]) if isinstance(piece, str) else shelf.put(*piece, source="") for piece in pieces
    )
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def paragraphs(*pieces: Piece) -> Iterator[tuple[Span, ...]]:
    """The paragraphs of a model's plain text, none of them empty."""
    shelf = Shelf()
    for paragraph in _PARAGRAPHS.split(bounded(pieces, shelf).strip()):
        spans: list[Span] = []
        for line in _NEW_LINE.split(paragraph):
            said = tex.read_answer(CJK_GAP.sub("", line).strip(), shelf)
            spans += [Break(), *said] if spans else said
        if spans:
            yield spaced(spans)
