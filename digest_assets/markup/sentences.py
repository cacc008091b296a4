"""Texts by sentence, as what is written anew: wrong ones in the original, with a mark, doubted ones with another, and
what each rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from digest_assets.markup import tex
from digest_assets.markup.characters import clean
from digest_assets.markup.spans import Original, Piece, Span, Text
from digest_assets.model import ReadSentence, SentencePair

_NO_PROSE = ("$$", "|", "```", "\\]")
"""A formula, a table, code: what stands behind them on their line would make them something else."""


def translation_pieces(pairs: Iterable[SentencePair], to_check: str, doubted: str) -> tuple[Piece, ...]:
    """A translation: the sentences that were withheld in English, each with `to_check` behind it, and `doubted` behind
    those that a second reader doubts."""
    pieces: list[Piece] = []
    for pair in pairs:
        if not pair.withheld:
            text = pair.said.rstrip()
            pieces += [text, (Text(doubted),), pair.said[len(text) :]] if pair.doubt else [pair.said]
        elif pair.source:
            pieces.append((Original(tuple(tex.read(clean(pair.source)))), Text(to_check)))
    return tuple(pieces)


def reading_pieces(
    sentences: Iterable[ReadSentence], marks: Callable[[ReadSentence], tuple[Span, ...]]
) -> tuple[Piece, ...]:
    """A part of a reading, each sentence with its `marks` behind its last sign."""
    pieces: list[Piece] = []
    for each in sentences:
        text = each.text.rstrip()
        found: tuple[Span, ...] = () if text.endswith(_NO_PROSE) else marks(each)
        pieces += [text, found, each.text[len(text) :]] if found else [each.text]
    return tuple(pieces)
